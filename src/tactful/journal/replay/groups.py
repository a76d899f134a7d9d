"""Differences in groups: by cause, rules and parameters, each with its smallest case."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Literal, NamedTuple

import msgspec

from tactful.api.policy import Policy
from tactful.journal.replay.causes import Causes
from tactful.journal.replay.columns import Question
from tactful.journal.replay.said import Plain, Said, named, said_of

What = Literal["comes", "goes", "changes", "order", "refused"]


class Group(msgspec.Struct, frozen=True):
    """Differences with the same cause, of advice by the same rules.

    ``parameters``: those that the rules read and whose values differ. ``smallest`` is the id of the entry with the
    smallest case, ``before`` and ``after`` what was said to it and what is said now, as far as this group goes.
    """

    cause: str
    what: What
    rules: tuple[str, ...]
    parameters: tuple[str, ...]
    cases: int
    smallest: str
    bytes: int
    before: tuple[str, ...]
    after: tuple[str, ...]


class _Key(NamedTuple):
    cause: str
    what: What
    rules: tuple[str, ...]
    parameters: tuple[str, ...]


class _Change(NamedTuple):
    what: What
    rules: frozenset[str]
    before: tuple[str, ...]
    after: tuple[str, ...]


class Groups:
    """The groups of a replay."""

    def __init__(self, causes: Causes) -> None:
        self._causes = causes
        self._groups: dict[_Key, Group] = {}
        #: How many decisions differ.
        self.different = 0

    def add(self, policy: Policy, question: Question, said: list[Plain] | str) -> None:
        """Add a decision that differs."""
        self.different += 1
        cause = self._causes.of(question)
        keys: dict[_Key, _Change] = {}
        for change in _changes(said_of(question.outcome), said):
            parameters = self._causes.parameters(question, change.rules)
            keys.setdefault(_Key(cause, change.what, tuple(sorted(change.rules)), parameters), change)
        for key, change in keys.items():
            self._count(key, question, change)

    def _count(self, key: _Key, question: Question, change: _Change) -> None:
        known, size = self._groups.get(key), len(question.case)
        if known is not None and known.bytes <= size:
            self._groups[key] = msgspec.structs.replace(known, cases=known.cases + 1)
            return
        count = 1 if known is None else known.cases + 1
        id_ = str(uuid.UUID(bytes=question.id))
        self._groups[key] = Group(*key, count, id_, size, change.before, change.after)

    def found(self) -> tuple[Group, ...]:
        """The groups, the largest first."""
        return tuple(sorted(self._groups.values(), key=lambda group: (-group.cases, group.rules, group.what)))


def _changes(then: list[Plain], now: list[Plain] | str) -> list[_Change]:
    """What differs between two lists of advice, advice by advice."""
    if isinstance(now, str):
        return [_Change("refused", frozenset(), (), (f"refused: {now}",))]
    before, after = named(then), named(now)
    old, new = (
        {(said.action, said.modality.endswith("not"), said[2:6]): said for said in all_} for all_ in (before, after)
    )
    changes = []
    for subject in dict.fromkeys([*old, *new]):
        was, is_ = old.get(subject), new.get(subject)
        if was == is_:
            continue
        rules = frozenset(() if was is None else was.rules) ^ frozenset(() if is_ is None else is_.rules)
        what: What = "comes" if was is None else "goes" if is_ is None else "changes"
        both = frozenset(rule for said in (was, is_) if said is not None for rule in said.rules)
        changes.append(_Change(what, rules or both, _told(was), _told(is_)))
    if not changes:
        rules = frozenset(rule for was, is_ in zip(before, after, strict=True) if was != is_ for rule in was.rules)
        changes.append(_Change("order", rules, tuple(map(str, before)), tuple(map(str, after))))
    return changes


def _told(said: Said | None) -> tuple[str, ...]:
    if said is None:
        return ()
    due = "" if said.due is None else f", {datetime.fromtimestamp(said.due, UTC).isoformat()}"
    return (f"{said}{due}",)
