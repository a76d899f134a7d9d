"""The fields of each entity, derived from the shape of a case: their kinds, descriptions, and who can change them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

import msgspec

from tactful.facts import shape
from tactful.facts.entities import ENTITIES, NAMED_AS, PLACED
from tactful.facts.kinds import (
    WEEKDAYS,
    ChoiceKind,
    DateKind,
    DayTimeKind,
    IdKind,
    Kind,
    ListKind,
    MomentKind,
    NumberKind,
    TextKind,
    YesNoKind,
)

#: Who or what can change a fact: nobody, the candidate, the other side, or the passing of time.
Mutability = Literal["fixed", "mine", "theirs", "time"]
MUTABILITIES: Final[tuple[Mutability, ...]] = get_args(Mutability)


class FieldSpec(msgspec.Struct, frozen=True):
    """A given field. ``attribute`` is its name on a row; ``clock`` marks a field that follows ``now``.

    ``example`` is a value as people write it in YAML. A ``deadline`` is a moment that people name in advance: a case holds it
    as text, because it may be a bare date. All other moments have happened. ``mine`` are the values that the candidate brings
    about, in a field that the other side can change. ``asks_channel``: its value is the channel that somebody asked for.
    ``silence`` are the values with which somebody asks not to be contacted, and ``over`` those that say that an
    application is over: its own, or those of what belongs to it. ``required``: it is never unknown.
    """

    entity: str
    name: str
    kind: Kind
    about: str
    attribute: str
    mutability: Mutability = "fixed"
    clock: bool = False
    example: str = ""
    deadline: bool = False
    mine: tuple[str, ...] = ()
    asks_channel: bool = False
    silence: tuple[str, ...] = ()
    over: tuple[str, ...] = ()
    required: bool = False


_SHAPES: Final[Mapping[str, type[shape.Shape]]] = {
    "candidate": shape.Candidate,
    "application": shape.Application,
    "offer": shape.Offer,
    "person": shape.Person,
    "interview": shape.Interview,
    "interviewer": shape.Interviewer,
    "message": shape.Message,
}


@cache
def given_fields() -> Mapping[str, Mapping[str, FieldSpec]]:
    """All given fields of a case, including those of the clock, by entity and name."""
    fields: dict[str, Mapping[str, FieldSpec]] = {}
    for entity, cls in _SHAPES.items():
        own = {spec.name: spec for spec in _shape_fields(entity, cls)}
        if entity in PLACED:
            own.update({spec.name: spec for spec in _clock_fields(entity)})
        fields[entity] = own
    return fields


def is_deadline(entity: str, name: str) -> bool:
    """Whether a given field is a moment that people name in advance, perhaps as a bare date."""
    return given_fields()[entity][name].deadline


def _shape_fields(entity: str, cls: type[shape.Shape]) -> list[FieldSpec]:
    specs = []
    for field in msgspec.structs.fields(cls):
        notes, bare = _unwrap(field.type)
        name = field.name
        kind = IdKind(entity) if name == "id" else notes.get("kind") or _kind(bare)
        if kind is not None:
            specs.append(
                FieldSpec(
                    entity,
                    name,
                    kind,
                    notes.get("description", ""),
                    _attribute(entity, name),
                    notes.get("mutability", "fixed"),
                    example=_example(notes, kind),
                    deadline=isinstance(kind, MomentKind) and bare is str,
                    mine=notes.get("mine", ()),
                    asks_channel=notes.get("asks_channel", False),
                    silence=notes.get("silence", ()),
                    over=notes.get("over", ()),
                    required=field.required,
                )
            )
    return specs


def _attribute(entity: str, name: str) -> str:
    """The name of a field on a row. If the row refers to another row under that name, the field is the other row's id."""
    if name == "calendar":  # under that name, a row has the calendar itself
        return "calendar_name"
    if name not in ENTITIES:
        return name
    return "id" if NAMED_AS[entity] == name else f"{name}_id"


def _clock_fields(entity: str) -> list[FieldSpec]:
    where = "there" if entity != "candidate" else "where the candidate is"
    return [
        FieldSpec(
            entity, "local_time", DayTimeKind(), f"The time of day {where}, now.", "place", "time", True, "09:00"
        ),
        FieldSpec(
            entity,
            "business_day",
            YesNoKind(),
            f"Whether today is a business day {where}.",
            "place",
            "time",
            True,
            "yes",
        ),
        FieldSpec(
            entity,
            "weekday",
            ChoiceKind(WEEKDAYS),
            f"The day of the week {where}, today.",
            "place",
            "time",
            True,
            "tuesday",
        ),
        FieldSpec(entity, "date", DateKind(), f"The date {where}, today.", "place", "time", True, "2026-12-24"),
    ]


def _example(notes: Mapping[str, Any], kind: Kind) -> str:
    """The first example in a field's shape. If it has none, an example that suits the field's kind."""
    match kind, notes.get("examples"):
        case _, [list(words), *_]:
            return f"[{', '.join(words)}]"
        case _, [value, *_]:
            return str(value)
        case YesNoKind(), _:
            return "yes"
        case ChoiceKind(values=values), _:
            return values[0]
        case ListKind(values=values), _:
            return f"[{', '.join(values[:2])}]"
        case MomentKind(), _:
            return "2026-11-20T16:30:00-05:00"
        case _:
            return ""


def _unwrap(type_: Any) -> tuple[dict[str, Any], Any]:
    """The notes of a type, and the type without its notes and without ``None``."""
    notes: dict[str, Any] = {}
    if get_origin(type_) is Annotated:
        type_, *metas = get_args(type_)
        for meta in metas:
            texts = {"description": meta.description, "examples": meta.examples}
            notes |= {key: text for key, text in texts.items() if text is not None}
            notes |= {**(meta.extra_json_schema or {}), **(meta.extra or {})}
    if get_origin(type_) in (Union, UnionType):
        present = [member for member in get_args(type_) if member is not NoneType]
        if len(present) == 1:
            inner, type_ = _unwrap(present[0])
            notes = {**inner, **notes}
    return notes, type_


_KINDS: Final[Mapping[Any, Kind]] = {
    bool: YesNoKind(),
    datetime: MomentKind(),
    int: NumberKind(),
    float: NumberKind(),
    str: TextKind(),
}


def _kind(type_: Any) -> Kind | None:
    """The kind of a field by its type; ``None`` for a part of a case that is not a field (people, offer, custom)."""
    if type_ in _KINDS:
        return _KINDS[type_]
    origin, members = get_origin(type_), get_args(type_)
    if origin is Literal:
        return ChoiceKind(tuple(sorted(members)))
    inner = _kind(_unwrap(members[0])[1]) if origin is tuple else None
    if isinstance(inner, ChoiceKind):
        return ListKind(inner.values)
    return ListKind() if isinstance(inner, TextKind) else None
