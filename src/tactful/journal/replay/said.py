"""Advice in the form in which a replay compares it: without keys, which follow from the rest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from tactful.journal.entries import Outcome

#: A piece of advice as a plain tuple with the values of :class:`Said`, which takes a third of the time to make. Nearly all are
#: made only to be compared.
Plain = tuple[str, str, tuple[str, str, str, str], int | None, tuple[str, ...]]


class Said(NamedTuple):
    """A piece of advice. ``about``: entity and ids of its target; a candidate has no ids. ``due``: seconds since 1970."""

    action: str
    modality: str
    about: tuple[str, str, str, str]
    due: int | None
    rules: tuple[str, ...]

    def __str__(self) -> str:
        target = "/".join(part for part in self.about[1:] if part) or self.about[0]
        return f"{self.modality} {self.action} → {target}"


def named(advice: Iterable[Plain]) -> list[Said]:
    """Advice whose values have names."""
    return list(map(Said._make, advice))


def said_of(outcome: tuple[Outcome, ...]) -> list[Plain]:
    """The advice of an entry, in its order."""
    return [
        (
            each.action,
            each.modality,
            about(each.entity, each.application, each.interview, each.target),
            each.due,
            each.rules,
        )
        for each in outcome
    ]


def about(entity: str, application: str | None, interview: str | None, target: str) -> tuple[str, str, str, str]:
    """A target by what tells it apart within a case."""
    if entity == "candidate":
        return entity, "", "", ""
    return entity, application or "", (interview or "") if entity == "interviewer" else "", target
