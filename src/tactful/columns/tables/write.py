"""Write cases as tables, to convert them from JSON to Parquet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from tactful.columns.from_cases import rows_of
from tactful.columns.tables.schema import HANDLED, KEYS, NOW, TABLE_OF, FieldColumn, field_columns, schemas
from tactful.facts.kinds import (
    MINUTE,
    DurationKind,
    Kind,
    LengthKind,
    MomentKind,
    NumberKind,
    format_duration,
    format_seconds,
    length_of,
)
from tactful.facts.reading.custom import Declared
from tactful.facts.rows import Case, Row
from tactful.facts.shape import Dismissed, Done


def tables_of(cases: Sequence[Case], declared: Declared) -> dict[str, pa.Table]:
    """The cases as a table for each entity, in the order of the cases, with the schemas of :func:`schemas`.

    Local times become instants, and a bare date as a deadline becomes the last second of that day.
    """
    rows, fields, table_schemas = rows_of(cases), field_columns(declared), schemas(declared)
    tables = {}
    for entity, own in fields.items():
        schema, here = table_schemas[TABLE_OF[entity]], rows[entity]
        arrays = {field.column: _array(field, here, schema) for field in own}
        for name in KEYS[entity]:
            if name not in arrays:
                arrays[name] = pa.array([_owner(row, name).id for row in here], pa.string())
        if entity == "candidate":
            for name in HANDLED:
                arrays[name] = pa.array([_handled(getattr(case.shape, name)) for case in cases], pa.string())
            arrays[NOW] = _written([case.now for case in cases], MomentKind(), schema.field(NOW).type)
        tables[TABLE_OF[entity]] = pa.table([arrays[name] for name in schema.names], schema=schema)
    return tables


def _handled(entries: tuple[Done | Dismissed, ...]) -> str | None:
    """Advice that was followed or dismissed, as JSON."""
    return msgspec.json.encode(entries).decode() if entries else None


def _owner(row: Row, key: str) -> Row:
    """The row, or row above it, that a key names."""
    name = key.removesuffix("_id")
    if name == "candidate" and row.application is not None:
        return row.application.candidate
    owner = row.related(name)
    assert owner is not None  # keys name rows that exist
    return owner


def _array(field: FieldColumn, rows: Sequence[Row], schema: pa.Schema) -> pa.Array:
    name = field.attribute
    values = [row.custom.get(name) for row in rows] if field.custom else [row.value(name) for row in rows]
    return _written(values, field.kind, schema.field(field.column).type)


def _written(values: list[Any], kind: Kind, type_: pa.DataType) -> pa.Array:
    match kind:
        case MomentKind():
            unknown = np.fromiter((value is None for value in values), dtype=np.bool_, count=len(values))
            seconds = np.fromiter((value or 0 for value in values), dtype=np.int64, count=len(values))
            return pa.array(seconds * 1_000_000, mask=unknown).cast(type_)
        case DurationKind():
            return pa.array([None if value is None else duration_text(value) for value in values], type_)
        case LengthKind():
            return pa.array([None if value is None else _length_text(value) for value in values], type_)
        case NumberKind():
            return pa.array([None if value is None else float(value) for value in values], type_)
        case _:
            return pa.array(values, type_)


def _length_text(value: int) -> str:
    return duration_text(value) if value >= 0 else format_duration(length_of(value))


def duration_text(seconds: int) -> str:
    """A length of time as text for a case, in the largest unit that divides it, or else in fractions of a minute."""
    return format_seconds(seconds) if seconds % MINUTE == 0 and seconds else f"{seconds / MINUTE:.3f} minutes"
