"""Cases that have been read, as tables: for those who have JSON and want Parquet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from tactful.columns.from_cases import rows_of
from tactful.columns.tables.schema import KEYS, NOW, TABLE_OF, FieldColumn, field_columns, schemas
from tactful.facts.kinds import MINUTE, DurationKind, Kind, MomentKind, NumberKind, format_seconds
from tactful.facts.reading.custom import CustomFields
from tactful.facts.rows import Case, Row


def tables_of(cases: Sequence[Case], custom: CustomFields) -> dict[str, pa.Table]:
    """The cases as tables, one for each entity, in their order; their schemas are those of :func:`schemas`.

    What is said of places in time becomes an instant: a bare date as a deadline is the last second of that day.
    """
    rows, fields, found = rows_of(cases), field_columns(custom), schemas(custom)
    tables = {}
    for entity, own in fields.items():
        schema, here = found[TABLE_OF[entity]], rows[entity]
        arrays = {one.column: _array(one, here, schema) for one in own}
        for name in KEYS[entity]:
            if name not in arrays:
                arrays[name] = pa.array([_owner(row, name).id for row in here], pa.string())
        if entity == "candidate":
            arrays[NOW] = _written([case.now for case in cases], MomentKind(), schema.field(NOW).type)
        tables[TABLE_OF[entity]] = pa.table([arrays[name] for name in schema.names], schema=schema)
    return tables


def _owner(row: Row, key: str) -> Row:
    """The row above that a key names."""
    name = key.removesuffix("_id")
    if name == "candidate" and row.application is not None:
        return row.application.candidate
    owner = row.related(name)
    assert owner is not None  # keys name rows that are there
    return owner


def _array(field: FieldColumn, rows: Sequence[Row], schema: pa.Schema) -> pa.Array:
    name = field.attribute
    values = [row.custom.get(name) for row in rows] if field.custom else [row.value(name) for row in rows]
    return _written(values, field.kind, schema.field(field.column).type)


def _written(values: list[Any], kind: Kind, type_: pa.DataType) -> pa.Array:
    match kind:
        case MomentKind():
            unknown = np.fromiter((one is None for one in values), dtype=np.bool_, count=len(values))
            seconds = np.fromiter((one or 0 for one in values), dtype=np.int64, count=len(values))
            return pa.array(seconds * 1_000_000, mask=unknown).cast(type_)
        case DurationKind():
            return pa.array([None if one is None else duration_text(one) for one in values], type_)
        case NumberKind():
            return pa.array([None if one is None else float(one) for one in values], type_)
        case _:
            return pa.array(values, type_)


def duration_text(seconds: int) -> str:
    """A length of time as a case has it: in the largest unit that divides it, else in parts of a minute."""
    return format_seconds(seconds) if seconds % MINUTE == 0 and seconds else f"{seconds / MINUTE:.3f} minutes"
