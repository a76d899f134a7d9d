"""Rows that cannot be read, as a page of a file is damaged: their candidates are rejected, and all others are decided on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from tactful.batch.folder.footers import KEY, Group, plain
from tactful.batch.model import Decided, RejectRecord
from tactful.source.codes.batches import UnreadableRows

_HELP: Final = "write the file again, and decide on these candidates once more"


class Lost(NamedTuple):
    """Rows of a row group that cannot be read.

    ``ids`` are the ids of their candidates; ``None`` if the ids cannot be read either, so that all candidates in the range of
    the group may have rows among them.
    """

    table: str
    group: Group
    rows: int
    reason: str
    ids: tuple[str | None, ...] | None


class Bounds(NamedTuple):
    """The candidates over ``above`` and up to ``high``."""

    above: str | None
    high: str | None

    def __contains__(self, id_: object) -> bool:
        """Whether a candidate, or a row without one, may belong to these."""
        if id_ is None:
            return self.above is None
        return (self.above is None or str(id_) > self.above) and (self.high is None or str(id_) <= self.high)

    def ends(self, group: Group) -> bool:
        """Whether a row group has its last candidate here."""
        return self.high is None if group.high is None else group.high in self


def candidates_of(lost: Lost, candidates: pa.Table) -> list[str | None]:
    """The candidates to reject for lost rows. For rows of ``candidates`` without ids, nobody knows them."""
    if lost.ids is not None:
        return list(dict.fromkeys(lost.ids))
    if lost.table == "candidates":
        return []
    low, high = lost.group.low, lost.group.high
    ids = plain_ids(candidates).to_pylist()
    return [id_ for id_ in ids if id_ is None or ((low is None or id_ >= low) and (high is None or id_ <= high))]


def plain_ids(table: pa.Table) -> pa.ChunkedArray:
    """The ids of a table's rows, as strings."""
    return pa.chunked_array([plain(part) for part in table.column(KEY).chunks], pa.string())


def without(tables: dict[str, pa.Table], ids: Sequence[str | None]) -> dict[str, pa.Table]:
    """The tables without the rows of some candidates."""
    left_out = pa.array(ids, pa.string())
    return {
        name: table.filter(pc.invert(pc.is_in(plain_ids(table), value_set=left_out))) for name, table in tables.items()
    }


def rejects(all_lost: Sequence[Lost], candidates: pa.Table, bounds: Bounds) -> list[RejectRecord]:
    """A reject for each candidate of lost rows. Rows of ``candidates`` without ids have one for all of them."""
    records: dict[tuple[str | None, str], RejectRecord] = {}
    for lost in all_lost:
        ids = candidates_of(lost, candidates)
        if lost.ids is None and lost.table == "candidates" and bounds.ends(lost.group):
            ids = [None]
        for id_ in ids:
            records.setdefault((id_, lost.table), _reject(lost, id_))
    return list(records.values())


def _reject(lost: Lost, id_: str | None) -> RejectRecord:
    where = f"row group {lost.group.index + 1} of `{lost.group.path}`"
    message = f"{lost.rows:,} rows of `{lost.table}` cannot be read ({where}): {lost.reason}"
    return RejectRecord(candidate=id_, table=lost.table, code=UnreadableRows.id, message=message, help=_HELP)


def with_rejects(decided: Decided, records: Sequence[RejectRecord]) -> Decided:
    """The outcome of a chunk and of its lost rows."""
    people = {record.candidate for record in records} - {record.candidate for record in decided.rejects}
    return decided._replace(rejects=[*decided.rejects, *records], rejected=decided.rejected + len(people))
