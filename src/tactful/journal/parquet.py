"""Entries as a Parquet file (extra ``batch``)."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from tactful.journal.entries import Entry

_SCHEMA: Final = pa.schema(
    [
        pa.field("number", pa.int64(), False),
        pa.field("id", pa.string(), False),
        pa.field("at", pa.string(), False),
        pa.field("kind", pa.string(), False),
        pa.field("subject", pa.int64()),
        pa.field("now", pa.string()),
        pa.field("request", pa.string()),
        pa.field("trace", pa.string()),
        pa.field("seconds", pa.float64()),
        pa.field("made_with", pa.string()),
        pa.field("case", pa.string()),
        pa.field("outcome", pa.string()),
        pa.field("errors", pa.string()),
        pa.field("erased", pa.bool_(), False),
    ]
)
#: How many entries are written at once.
_GROUP: Final = 10_000


def write_parquet(entries: Iterable[Entry], path: Path) -> None:
    """Write entries. Records are JSON in columns of text. The file is replaced."""
    with pq.ParquetWriter(path, _SCHEMA) as writer:
        left = iter(entries)
        while group := list(islice(left, _GROUP)):
            writer.write_table(pa.Table.from_pylist([_row(entry) for entry in group], _SCHEMA))


def _row(entry: Entry) -> dict[str, Any]:
    row = {name: getattr(entry, name) for name in _SCHEMA.names}
    row["case"] = bytes(entry.case).decode() or None
    for name in ("made_with", "outcome", "errors"):
        row[name] = msgspec.json.encode(row[name]).decode() if row[name] else None
    return row
