"""Decisions as records, one for each candidate: the lines of JSON output."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import pyarrow as pa

from tactful.batch.model import Decided
from tactful.reasons.records.decision import SCHEMA_VERSION

Record = dict[str, Any]
Rows = list[Record]
#: The columns that a record takes over by name, if the table has them.
_KEPT: Final = ("modality", "kind", "action", "label", "priority")


def decision_records(decided: Decided) -> list[Record]:
    """A record for each candidate: id, moment, ranked actions with their reasons, and conclusions set aside."""
    tables = decided.tables
    ids = decided.ids.to_pylist()
    groups = [_groups(tables[name], ids) if name in tables else None for name in _TABLES]
    return [
        _decision(id_, now, *(None if group is None else next(group) for group in groups))
        for id_, now in zip(ids, decided.nows.to_pylist(), strict=True)
    ]


_TABLES: Final = ("actions", "justifications", "steps")


def _groups(table: pa.Table, ids: Sequence[str]) -> Iterator[Rows]:
    """The rows of each candidate. Conclusions are numbered from 1 for each candidate, which keeps equal ids apart."""
    names = table.column_names
    columns = [_values(table.column(name)) for name in names]
    rows = iter([dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)])
    row = next(rows, None)
    for id_ in ids:
        own: Rows = []
        while (
            row is not None and row["candidate_id"] == id_ and (not own or row["conclusion"] >= own[-1]["conclusion"])
        ):
            own.append(row)
            row = next(rows, None)
        yield own


def _values(column: pa.ChunkedArray) -> list[Any]:
    if pa.types.is_timestamp(column.type):
        return [
            None if moment is None else iso(moment)
            for moment in column.cast(pa.timestamp("s")).cast(pa.int64()).to_pylist()
        ]
    return column.to_pylist()  # type: ignore[no-any-return]


def iso(seconds: int) -> str:
    """A moment (seconds since 1970) in UTC, in ISO 8601."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _decision(id_: str, now: int, actions: Rows | None, reasons: Rows | None, steps: Rows | None) -> Record:
    assert actions is not None
    assert reasons is not None
    made = {row["conclusion"]: _conclusion(row, steps is not None) for row in actions}
    for row in reasons:
        made[row["conclusion"]]["because"].append(_firing(row))
    for row in steps or ():
        made[row["conclusion"]]["steps"].append(_firing(row))
    for row in actions:
        if row["gave_way_to"] is not None:
            made[row["gave_way_to"]].setdefault("alternatives", []).append(made[row["conclusion"]])
    return {
        "schema_version": SCHEMA_VERSION,
        "candidate": id_,
        "at": iso(now),
        "actions": [
            {"rank": row["rank"], "group": row["group"], **made[row["conclusion"]]}
            for row in actions
            if row["state"] == "ranked"
        ],
        "set_aside": [
            {**made[row["conclusion"]], "by": [_winner(made[no]) for no in row["lost_to"]]}
            for row in actions
            if row["state"] == "set_aside"
        ]
        + [
            {**made[row["conclusion"]], "by": [], "handled": _handled(row)}
            for row in actions
            if row["state"] == "handled"
        ],
    }


def _handled(row: Record) -> Record:
    """What the candidate did with a piece of advice."""
    return {"key": row["key"], "how": row["handled"], "at": row["handled_at"]}


def _conclusion(row: Record, with_steps: bool) -> Record:
    record: Record = {} if row["key"] is None else {"key": row["key"]}
    record.update((name, row[name]) for name in _KEPT if name in row)
    record["target"] = {"entity": row["entity"], "id": row["target_id"]}
    record["application"], record["due"], record["due_means"] = row["application_id"], row["due"], row["due_means"]
    record["safety"] = row["safety"]
    record["because"] = []
    if with_steps:
        record["steps"] = []
    return record


def _firing(row: Record) -> Record:
    record: Record = {"rule": row["rule"]}
    if "text" in row:
        record["text"] = row["text"]
    record["for"] = {"entity": row["entity"], "id": row["row_id"]}
    if row.get("due") is not None:
        record["due"] = row["due"]
    return record


def _winner(record: Record) -> Record:
    """A conclusion that set another one aside, without its reasons, because it is listed itself."""
    return {name: record[name] for name in ("modality", "action", "target", "safety")}
