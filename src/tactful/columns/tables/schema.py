"""The names, columns and types of the tables, made from the list of fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import pyarrow as pa

from tactful.facts.entities import ALL
from tactful.facts.fields import FieldSpec, given_fields
from tactful.facts.kinds import ChoiceKind, DayTimeKind, IdKind, Kind, ListKind, MomentKind, NumberKind, YesNoKind
from tactful.facts.parameters import Adjustable
from tactful.facts.reading.custom import Declared
from tactful.source.diagnostics import TactfulError

#: The table of each entity.
TABLE_OF: Final[Mapping[str, str]] = {entity.name: entity.table for entity in ALL}


def _keys() -> Mapping[str, tuple[str, ...]]:
    keys: dict[str, tuple[str, ...]] = {}
    for entity in ALL:
        above = () if entity.parent is None else keys[entity.parent]
        own = () if entity.named_as is None else (f"{entity.named_as}_id",)
        keys[entity.name] = tuple(dict.fromkeys((*above, *own)))
    return keys


#: The key columns of each entity: those of its parent first, then its own id.
KEYS: Final = _keys()
#: The moment to decide for, a column of ``candidates``.
NOW: Final = "now"
#: The advice that was followed, and the advice that is not wanted: columns of ``candidates``, as JSON.
HANDLED: Final = {
    "done": "Advice that was followed: the list `done` of a case, as JSON.",
    "dismissed": "Advice that is not wanted: the list `dismissed` of a case, as JSON.",
}
MOMENT: Final = pa.timestamp("us", tz="UTC")
#: The columns of ``candidates`` that hold parts of the case outside of its candidate.
_OF_CASES: Final = (NOW, *HANDLED)
#: The type of texts with few distinct values: choices, time zones, countries, calendars.
WORD: Final = pa.dictionary(pa.int32(), pa.string())
_WORDS: Final = ("time_zone", "country", "calendar")


@dataclass(frozen=True, slots=True)
class FieldColumn:
    """A column that holds a field: ``attribute`` is the field's name on a row, and ``name`` in the case as JSON.

    A ``deadline`` is a moment that may be a bare date, which means the end of that day. ``parameter``: the column has the
    values that cases state for this parameter.
    """

    entity: str
    column: str
    attribute: str
    name: str
    kind: Kind
    about: str
    custom: bool
    deadline: bool = False
    parameter: Adjustable | None = None

    @property
    def is_key(self) -> bool:
        """Whether the column is one of its table's keys."""
        return self.column in KEYS[self.entity]


def field_columns(declared: Declared) -> dict[str, list[FieldColumn]]:
    """The columns of each entity that hold fields, including keys that are fields.

    Raises :class:`TactfulError` if a custom fact has the name of another column of its table.
    """
    columns: dict[str, list[FieldColumn]] = {}
    for entity, given in _given_columns().items():
        own = list(given)
        taken = {*KEYS[entity], *(field.column for field in own), *(_OF_CASES if entity == "candidate" else ())}
        for name, kind in declared.custom.get(entity, {}).items():
            if name in taken:
                raise TactfulError(
                    f"tables cannot hold the custom fact `{entity}.{name}`: `{TABLE_OF[entity]}` has another column of "
                    "that name; rename the fact"
                )
            own.append(
                FieldColumn(entity, name, name, name, kind, "", custom=True, deadline=isinstance(kind, MomentKind))
            )
        columns[entity] = own
    columns["candidate"] += map(_parameter_column, declared.parameters.values())
    return columns


def _parameter_column(parameter: Adjustable) -> FieldColumn:
    """The column of a parameter that cases may state. Its name begins with ``$``, as in rules."""
    key, about = parameter.key, f"{parameter.about} From {parameter.bounds}.".strip()
    return FieldColumn("candidate", key, key, parameter.name, parameter.kind, about, custom=True, parameter=parameter)


@cache
def _given_columns() -> dict[str, tuple[FieldColumn, ...]]:
    """The columns of the given fields; cached, because this takes longer than reading a thousand cases."""
    fields = given_fields().items()
    return {entity: tuple(_given(spec) for spec in own.values() if not spec.clock) for entity, own in fields}


def _given(spec: FieldSpec) -> FieldColumn:
    ids = {"id": f"{spec.entity}_id", "person": "person_id"}
    column = ids.get(spec.name, spec.name)
    return FieldColumn(
        spec.entity, column, spec.attribute, spec.name, spec.kind, spec.about, custom=False, deadline=spec.deadline
    )


def column_names(entity: str, fields: list[FieldColumn]) -> list[str]:
    """All columns that the table of an entity may have, keys first."""
    of_cases = _OF_CASES if entity == "candidate" else ()
    return [*KEYS[entity], *of_cases, *(field.column for field in fields if not field.is_key)]


def schemas(declared: Declared) -> dict[str, pa.Schema]:
    """The schemas of the tables that :func:`~tactful.columns.tables.write.tables_of` writes, with descriptions of columns.

    Raises :class:`TactfulError` if a custom fact has the name of another column of its table.
    """
    return {TABLE_OF[entity]: _schema(entity, fields) for entity, fields in field_columns(declared).items()}


def _schema(entity: str, fields: list[FieldColumn]) -> pa.Schema:
    by_column = {field.column: field for field in fields}
    return pa.schema([_field(entity, name, by_column.get(name)) for name in column_names(entity, fields)])


def _field(entity: str, name: str, field: FieldColumn | None) -> pa.Field:
    if name == NOW and entity == "candidate":
        return _described(name, MOMENT, True, "The moment to decide for; if null, the current moment.")
    if field is None and name in HANDLED and entity == "candidate":
        return _described(name, pa.string(), True, HANDLED[name])
    if field is None:
        owner = name.removesuffix("_id")
        return _described(name, pa.string(), False, f"The {owner} that the row belongs to.")
    nullable = not field.is_key or entity == "message"
    required = (entity, name) != ("interview", "ended_at")
    return _described(name, canonical_type(field), nullable and required, field.about)


def _described(name: str, type_: pa.DataType, nullable: bool, about: str) -> pa.Field:
    return pa.field(name, type_, nullable, {"description": about} if about else None)


def canonical_type(field: FieldColumn) -> pa.DataType:
    """The type in which a field's column is written."""
    kind: Any = field.kind
    match kind:
        case YesNoKind():
            return pa.bool_()
        case ChoiceKind():
            return WORD
        case MomentKind():
            return MOMENT
        case NumberKind():
            return pa.float64()
        case DayTimeKind():
            return pa.time32("s")
        case ListKind():
            return pa.list_(WORD if kind.values else pa.string())
        case IdKind():
            return pa.string()
        case _:
            return WORD if field.column in _WORDS and not field.custom else pa.string()
