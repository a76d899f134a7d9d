"""The entities of a case, and how they hang together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

#: What each entity belongs to. An interviewer belongs to an interview, and is a person besides.
PARENTS: Final[Mapping[str, str | None]] = {
    "candidate": None,
    "application": "candidate",
    "offer": "application",
    "person": "application",
    "interview": "application",
    "interviewer": "interview",
    "message": "application",
}


ENTITIES: Final = tuple(PARENTS)


#: What a rule for each entity can speak of: entity → name in scope → the path of attributes that leads there from a row.
#: ``offer`` is not on a row but beside its application; an application has one or none.
SCOPES: Final[Mapping[str, tuple[str, ...]]] = {
    "candidate": ("candidate",),
    "application": ("application", "offer", "candidate"),
    "offer": ("offer", "application", "candidate"),
    "person": ("person", "application", "offer", "candidate"),
    "interview": ("interview", "application", "offer", "candidate"),
    "interviewer": ("interviewer", "person", "interview", "application", "offer", "candidate"),
    "message": ("message", "person", "application", "offer", "candidate"),
}


#: Entities that are somewhere, and so have a clock and a calendar.
PLACED: Final = ("candidate", "application", "person")
