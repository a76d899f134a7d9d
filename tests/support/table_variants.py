"""Tables for tests: the same rows in other forms, and columns compared array by array."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, Final

import numpy as np
import pyarrow as pa

import tactful
from tactful.columns.columns import Columns
from tactful.columns.from_cases import columns_of
from tactful.columns.tables.read import TablesRead, read_tables
from tactful.columns.tables.schema import KEYS, TABLE_OF
from tactful.facts.reading.limits import CaseLimits
from tactful.facts.rows import Case

Tables = dict[str, pa.Table]
#: The moment of the clock, for cases without a moment.
CLOCK: Final = 1_795_600_800
_PARENTS: Final[Mapping[str, str]] = {
    "application": "candidate",
    "offer": "application",
    "person": "application",
    "interview": "application",
    "interviewer": "interview",
    "message": "application",
}


def read(policy: tactful.Policy, tables: Mapping[str, pa.Table], now: int | None = None, **limits: int) -> TablesRead:
    """Read tables with a policy's calendars and custom facts."""
    return read_tables(
        tables,
        calendars=policy.calendars,
        declared=policy.checked.declared,
        limits=CaseLimits(**limits),
        now=now,
        clock=lambda: CLOCK,
    )


def expected(policy: tactful.Policy, cases: Sequence[Case]) -> Columns:
    """The columns that the tables of the cases must give."""
    return columns_of(cases, [CLOCK if case.now is None else case.now for case in cases], policy.checked.carried)


def assert_alike(actual: Columns, wanted: Columns) -> None:
    """Assert that all arrays and their types are equal. Calendars may have other numbers."""
    assert actual.sizes == wanted.sizes
    _assert_equal(actual.now, wanted.now, "now")
    for name in ("links", "offsets"):
        ours, theirs = getattr(actual, name), getattr(wanted, name)
        assert ours.keys() == theirs.keys()
        for key in theirs:
            _assert_equal(ours[key], theirs[key], key)
    for name in ("given", "custom"):
        ours, theirs = getattr(actual, name), getattr(wanted, name)
        assert set(ours) == set(theirs)
        for key in theirs:
            assert ours[key].kind == theirs[key].kind
            _assert_equal(ours[key].data, theirs[key].data, key)
    for entity, places in wanted.places.items():
        ours = [actual.calendars[no] for no in actual.places[entity]]
        assert ours == [wanted.calendars[no] for no in places], entity


def _assert_equal(actual: Any, wanted: Any, name: Any) -> None:
    if isinstance(wanted, pa.Array):
        assert actual.type == wanted.type, name
        assert actual.equals(wanted), (name, actual, wanted)
    else:
        assert actual.dtype == wanted.dtype, name
        np.testing.assert_array_equal(actual, wanted, err_msg=str(name))


# --- the same rows in other forms ---


def in_disorder(tables: Tables, random: Random) -> Tables:
    """The tables, except ``candidates``, in another order. Rows of one parent keep their order."""
    shuffled = dict(tables)
    for entity, parent in _PARENTS.items():
        table = tables[TABLE_OF[entity]]
        keys = list(zip(*(table.column(name).to_pylist() for name in KEYS[parent]), strict=True)) if len(table) else []
        queues: dict[tuple[Any, ...], list[int]] = {}
        for row, key in enumerate(keys):
            queues.setdefault(key, []).append(row)
        random.shuffle(keys)
        rows = [queues[key].pop(0) for key in keys]
        shuffled[TABLE_OF[entity]] = table.take(pa.array(rows, pa.int64()))
    return shuffled


def in_other_types(tables: Tables, random: Random) -> Tables:
    """The same rows with columns of other types, in chunks, and without empty columns and tables."""
    variants = {}
    for name, table in tables.items():
        if len(table) == 0 and name != "candidates" and random.random() < 0.5:
            continue
        columns, keys = {}, next(KEYS[entity] for entity, table_name in TABLE_OF.items() if table_name == name)
        for column, array in zip(table.column_names, table.columns, strict=True):
            empty = array.null_count == len(array) and column not in keys
            if empty and random.random() < 0.7:
                if random.random() < 0.3:
                    columns[column] = pa.nulls(len(array))
                continue
            cast = array.cast(random.choice(_types(array.type)))
            columns[column] = _in_chunks(cast, random)
        variants[name] = pa.table(columns)
    return variants


def _types(type_: pa.DataType) -> list[pa.DataType]:
    types = pa.types
    if types.is_timestamp(type_):
        return [type_, *(pa.timestamp(unit, tz=zone) for unit in ("s", "ms", "ns") for zone in ("UTC", "Asia/Kolkata"))]
    if types.is_string(type_) or types.is_dictionary(type_):
        return [pa.string(), pa.large_string(), *(pa.dictionary(size, pa.string()) for size in (pa.int8(), pa.int32()))]
    if types.is_time32(type_):
        return [type_, pa.time32("ms"), pa.time64("us"), pa.time64("ns")]
    if types.is_list(type_):
        return [pa.list_(pa.string()), pa.large_list(pa.string()), type_]
    return [type_]


def _in_chunks(array: pa.ChunkedArray, random: Random) -> pa.ChunkedArray:
    if random.random() < 0.5 or len(array) == 0:
        return array
    cut = random.randrange(len(array))
    return pa.chunked_array([*array[:cut].chunks, *array[cut:].chunks], array.type)
