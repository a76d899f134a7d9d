"""A journal decided again, thousands of cases at a time: what is no longer as it was, and why (extra ``batch``)."""

from __future__ import annotations

from typing import Final

import msgspec

from tactful.api.policy import Policy
from tactful.journal.archive import Archive, Wanted
from tactful.journal.replay.causes import Causes
from tactful.journal.replay.columns import Question, decide_all
from tactful.journal.replay.groups import Group, Groups
from tactful.journal.replay.said import said_of

#: How many cases are decided together.
_TOGETHER: Final = 4_096


class Replayed(msgspec.Struct, frozen=True):
    """What a replay found.

    ``decided``: how many decisions were taken again, ``different`` how many of them are others now. ``erased``: how many were
    about people who are forgotten. ``groups`` has the differences, the most frequent first.
    """

    decided: int
    different: int
    erased: int
    groups: tuple[Group, ...]


def replay(archive: Archive, rules: Policy | None = None, wanted: Wanted | None = None) -> Replayed:
    """Take decisions again: with ``rules``, or else each with its own rules, in the versions that are installed now."""
    groups, decided, erased = Groups(Causes(archive, rules)), 0, 0
    waiting: dict[Policy, list[Question]] = {}
    for row in archive.rows((wanted or Wanted())._replace(kind="decision")):
        body, header = archive.body(row), archive.header(row)
        if body is None or header.settings is None or header.now is None:
            erased += 1
            continue
        policy = rules or archive.policy(header.settings)
        question = Question(row.id, header.settings, header.now, bytes(body.case), said_of(body.outcome))
        questions = waiting.setdefault(policy, [])
        questions.append(question)
        decided += 1
        if len(questions) >= _TOGETHER:
            _compare(policy, questions, groups)
            questions.clear()
    for policy, questions in waiting.items():
        _compare(policy, questions, groups)
    return Replayed(decided, groups.different, erased, groups.found())


def _compare(policy: Policy, questions: list[Question], groups: Groups) -> None:
    for question, said in zip(questions, decide_all(policy, questions), strict=True):
        if said != question.said:
            groups.add(policy, question, said)
