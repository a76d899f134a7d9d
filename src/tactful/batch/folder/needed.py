"""The columns of a folder of Parquet that have to be read: those that decisions with a pack can depend on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Final

from tactful.batch.model import Options
from tactful.columns.tables.schema import HANDLED, KEYS, NOW, TABLE_OF, FieldColumn, field_columns
from tactful.decide.decider import Decider
from tactful.language.ir import ById

#: Columns that are read for every pack: places, columns that are checked for consistency, and the identity of messages.
_ALWAYS: Final[Mapping[str, frozenset[str]]] = {
    "candidate": frozenset({NOW, *HANDLED, "time_zone", "country"}),
    "application": frozenset({"contact_via", "time_zone", "country", "calendar"}),
    "offer": frozenset({"received_at", "signed_at", "withdrawn_at"}),
    "person": frozenset({"time_zone", "country"}),
    "interview": frozenset({"starts_at", "ended_at", "status"}),
    "interviewer": frozenset(),
    "message": frozenset({"person_id", "direction", "sent_at", "kind"}),
}

#: Names of columns by table.
Needed = Mapping[str, frozenset[str]]


def needed_columns(decider: Decider, options: Options) -> Needed | None:
    """The columns to read of each table; ``None`` for all columns, as sentences may name any of them."""
    if options.words:
        return None
    read = {*_fields(decider, options.steps)}
    return {
        TABLE_OF[entity]: frozenset(KEYS[entity])
        | _ALWAYS[entity]
        | {column.column for column in own if _is_needed(column, read)}
        for entity, own in field_columns(decider.declared).items()
    }


def _is_needed(column: FieldColumn, read: Set[tuple[str, str, bool]]) -> bool:
    """Whether rules read the column. What cases state of parameters is always checked."""
    return column.parameter is not None or (column.entity, column.attribute, column.custom) in read


def _fields(decider: Decider, steps: bool) -> Iterator[tuple[str, str, bool]]:
    """The fields that rules read: entity, attribute, and whether the field is custom."""
    for field in decider.fields:
        if field.in_rules or steps:
            yield field.entity, field.key, field.custom
    for rule in decider.checked.rules:
        if isinstance(rule.target, ById):
            target = rule.target.field
            yield target.via[-1] if target.via else target.scope, target.key, target.origin == "custom"
