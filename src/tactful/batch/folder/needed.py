"""Which columns of a folder of Parquet are read: those that decisions with a pack can hang on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from tactful.batch.model import Options
from tactful.columns.tables.schema import KEYS, NOW, TABLE_OF, field_columns
from tactful.decide.decider import Decider
from tactful.language.ir import ById

#: What is looked at whatever rules read: where somebody is, what has to fit together, what tells messages apart.
_ALWAYS: Final[Mapping[str, frozenset[str]]] = {
    "candidate": frozenset({NOW, "time_zone", "country"}),
    "application": frozenset({"contact_via", "time_zone", "country"}),
    "offer": frozenset({"received_at", "signed_at"}),
    "person": frozenset({"time_zone", "country"}),
    "interview": frozenset({"ended_at", "status"}),
    "interviewer": frozenset(),
    "message": frozenset({"person_id", "direction", "sent_at", "kind"}),
}

#: Names of columns by table.
Needed = Mapping[str, frozenset[str]]


def needed_columns(decider: Decider, options: Options) -> Needed | None:
    """The columns to read of each table; ``None`` for all, as sentences may name anything."""
    if options.words:
        return None
    read = {*_fields(decider, options.steps)}
    return {
        TABLE_OF[entity]: frozenset(KEYS[entity])
        | _ALWAYS[entity]
        | {column.column for column in own if (entity, column.attribute, column.custom) in read}
        for entity, own in field_columns(decider.checked.custom).items()
    }


def _fields(decider: Decider, steps: bool) -> Iterator[tuple[str, str, bool]]:
    """The fields that rules read: by entity and attribute, and whether they are custom."""
    for field in decider.fields:
        if field.in_rules or steps:
            yield field.entity, field.key, field.custom
    for rule in decider.checked.rules:
        if isinstance(rule.target, ById):
            named = rule.target.field
            yield named.via[-1] if named.via else named.scope, named.key, named.origin == "custom"
