"""Proofs and results that are kept in a folder, by what they are about."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar, assert_never

import msgspec

from tactful.language.ir import AddStep, Always, AtMost, ById, CheckedPack, Invariant, Keeps, Never, NoNew, Rule, Same
from tactful.language.ir.reads import closure, computed, fields_of, fields_of_rule
from tactful.proofs.solver import solver_version
from tactful.proofs.stated import TOLD, content

T = TypeVar("T")


class Kept:
    """A folder with one file for each result. A file that cannot be read is as good as none."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._made_with = "" if folder is None else _made_with()
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)

    def get(self, about: object, type_: type[T]) -> T | None:
        """The result about something; ``None`` where it is not kept."""
        if self._folder is None:
            return None
        try:
            return msgspec.json.decode(self._path(about).read_bytes(), type=type_)
        except (OSError, msgspec.MsgspecError):
            return None

    def put(self, about: object, result: Any) -> None:
        """Keep a result. Nothing else ever sees a file that is half written."""
        if self._folder is not None:
            path = self._path(about)
            part = path.with_suffix(".part")
            part.write_bytes(msgspec.json.encode(result))
            part.replace(path)

    def _path(self, about: object) -> Path:
        assert self._folder is not None  # asked for by the callers
        return self._folder / f"{hashlib.sha256(repr((self._made_with, about)).encode()).hexdigest()}.json"


def about_invariant(checked: CheckedPack, invariant: Invariant) -> object:
    """All that a proof of an invariant can depend on. An overlay that changes nothing of it leaves the proof as it is."""
    rules = [rule for rule in checked.rules if _concerns(checked, invariant, rule)]
    facts = {fact.id: fact for fact in checked.facts}
    fields = [*fields_of(invariant.when), *(field for rule in rules for field in fields_of_rule(rule))]
    fields += [rule.target.field for rule in rules if isinstance(rule.target, ById)]
    read = closure(computed(fields), facts)
    parts = [facts[id_] for id_ in sorted(read)], checked.actions, checked.adjustable, checked.calendars
    return content(invariant), [content(rule, _UNNUMBERED) for rule in rules], [content(part) for part in parts]


#: What no proof depends on. The number of a rule changes with every rule before it.
_UNNUMBERED = frozenset({*TOLD, "no"})


def _concerns(checked: CheckedPack, invariant: Invariant, rule: Rule) -> bool:
    """Whether a rule is about an action of the claim, its family or its members."""
    if isinstance(rule.conclusion, AddStep):
        return False
    match invariant.claim:
        case Never(actions=actions) | NoNew(actions=actions):
            named = actions
        case Always(action=action) | AtMost(action=action) | Keeps(action=action):
            named = (action,)
        case Same():
            return True
        case _:
            assert_never(invariant.claim)
    family = checked.actions[rule.conclusion.action].family
    members = {kind for action in named for kind in checked.actions[action].family}
    return bool(members.intersection(family))


def _made_with() -> str:
    """The versions of what makes proofs, and the text of this package, which may change between versions."""
    text = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    return f"{version('tactful')} {solver_version()} {hashlib.sha256(text).hexdigest()}"
