"""Decide a journal again, thousands of cases at a time: which decisions differ, and why (extra ``batch``)."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import msgspec

from tactful.api.policy import Policy
from tactful.journal.archive import Archive, Wanted
from tactful.journal.replay.causes import Causes
from tactful.journal.replay.columns import Question, decide_all
from tactful.journal.replay.groups import Group, Groups
from tactful.journal.replay.said import said_of

#: How many cases are decided together. They take about 100 MB.
_TOGETHER: Final = 8_192
#: After how many decisions progress is reported.
_OFTEN: Final = 100
#: How many new objects make the garbage collector look for circles: more than those cases consist of, which all stay until the
#: end. With Python's own number it would take a third of the time.
_OBJECTS: Final = 1_000_000


class _Body(msgspec.Struct):
    """The parts of an entry's body that a replay needs, each still as JSON."""

    case: msgspec.Raw
    outcome: msgspec.Raw = msgspec.Raw(b"[]")


_BODY: Final = msgspec.json.Decoder(_Body)


class Replayed(msgspec.Struct, frozen=True):
    """The result of a replay. ``decided``: how many decisions were made again, ``different`` how many of them differ
    now. ``erased``: how many were about people who are forgotten. ``groups`` has the differences, the most frequent
    first.
    """

    decided: int
    different: int
    erased: int
    groups: tuple[Group, ...]


def replay(
    archive: Archive,
    rules: Policy | None = None,
    wanted: Wanted | None = None,
    progress: Callable[[int], None] | None = None,
) -> Replayed:
    """Make decisions again: with ``rules``, or else each with its own rules, in the versions that are installed now.

    ``progress`` is called with the number of decisions that were read.
    """
    with _collecting_rarely():
        return _replay(archive, rules, wanted or Wanted(), progress)


@contextmanager
def _collecting_rarely() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _replay(archive: Archive, rules: Policy | None, wanted: Wanted, progress: Callable[[int], None] | None) -> Replayed:
    groups, decided, erased = Groups(Causes(archive, rules)), 0, 0
    waiting: dict[Policy, list[Question]] = {}
    for row in archive.rows(wanted._replace(kind="decision")):
        text, header = archive.text(row), archive.header(row)
        if text is None or header.settings is None or header.now is None:
            erased += 1
            continue
        policy = rules or archive.policy(header.settings)
        body = _BODY.decode(text)
        question = Question(row.id, header.settings, header.now, body.case, body.outcome)
        questions = waiting.setdefault(policy, [])
        questions.append(question)
        decided += 1
        if progress is not None and decided % _OFTEN == 0:
            progress(decided)
        if len(questions) >= _TOGETHER:
            _compare(policy, questions, groups)
            questions.clear()
    for policy, questions in waiting.items():
        _compare(policy, questions, groups)
    return Replayed(decided, groups.different, erased, groups.found())


def _compare(policy: Policy, questions: list[Question], groups: Groups) -> None:
    for question, said in zip(questions, decide_all(policy, questions), strict=True):
        if said != said_of(question.outcome):
            groups.add(policy, question, said)
