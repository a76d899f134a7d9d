"""Advice in the form in which a replay compares it: without keys, which follow from the rest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import msgspec

#: A piece of advice as a plain tuple with the values of :class:`Said`, which takes a third of the time to make. Nearly all are
#: made only to be compared.
Plain = tuple[str, str, str, str, str, str, int | None, tuple[str, ...]]
#: The outcome of an entry, see :class:`tactful.journal.entries.Outcome`: each piece of advice has its key before the rest.
_OUTCOME: Final = msgspec.json.Decoder(list[tuple[str, str, str, str, str, str, str, int | None, tuple[str, ...]]])


class Said(NamedTuple):
    """A piece of advice. ``entity`` and ids are those of its target; a candidate has no ids. ``due``: seconds since 1970."""

    action: str
    modality: str
    entity: str
    application: str
    interview: str
    target: str
    due: int | None
    rules: tuple[str, ...]

    def __str__(self) -> str:
        target = "/".join(part for part in (self.application, self.interview, self.target) if part) or self.entity
        return f"{self.modality} {self.action} → {target}"


def named(advice: Iterable[Plain]) -> list[Said]:
    """Advice whose values have names."""
    return list(map(Said._make, advice))


def said_of(outcome: msgspec.Raw) -> list[Plain]:
    """The advice of an entry's outcome as JSON, in its order."""
    return [
        (advice[1], advice[2], *about(*advice[3:7]), advice[7], advice[8]) if advice[3] == "candidate" else advice[1:]
        for advice in _OUTCOME.decode(outcome)
    ]


def about(entity: str, application: str, interview: str, target: str) -> tuple[str, str, str, str]:
    """A target by what tells it apart within a case: a candidate needs no ids."""
    return (entity, "", "", "") if entity == "candidate" else (entity, application, interview, target)
