"""The results of a cluster compared with those of one machine."""

from __future__ import annotations

from typing import Any

import pyarrow as pa


def rows(table: pa.Table) -> list[dict[str, Any]]:
    """A table's rows sorted by candidate. The rows of a candidate stay in their order."""
    return sorted(table.to_pylist(), key=lambda row: row["candidate_id"] or "")


def same(table: pa.Table, expected: pa.Table) -> bool:
    """Whether two tables have the same rows, column by column, each candidate's in the same order."""
    return table.column_names == expected.column_names and rows(table) == rows(expected)
