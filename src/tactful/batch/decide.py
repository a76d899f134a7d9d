"""The columnar engine on a chunk of lines or of tables: cases in, tables of decisions out."""

from __future__ import annotations

from typing import Protocol

import pyarrow as pa

from tactful.api.policy import Policy
from tactful.batch.folder.units import TableChunk, Unsorted
from tactful.batch.lines import Line
from tactful.batch.model import Decided, Options, RejectRecord
from tactful.batch.output.words import Words
from tactful.columns.columns import Columns
from tactful.columns.from_texts import candidate_of, columns_of_texts
from tactful.columns.tables.rejects import Reject
from tactful.facts.reading import read_case
from tactful.facts.rows import Case
from tactful.source.codes.text import TooLarge
from tactful.source.diagnostics import Diagnostic, InvalidInput


class ChunkDecider(Protocol):
    """An engine that decides on chunks."""

    def lines(self, lines: list[Line]) -> Decided:
        """Decide on the case in each line."""

    def tables(self, chunk: TableChunk) -> Decided:
        """Decide on the candidates of a chunk. Raises :class:`tactful.batch.folder.units.Unsorted`."""


class Columnar:
    """Decides on chunks with the columnar engine and a pack."""

    def __init__(self, policy: Policy, options: Options, clock: int) -> None:
        """``clock`` is the moment for cases without a ``now`` of their own, in seconds since 1970."""
        self._policy, self._options, self._clock = policy, options, clock
        self._decider = policy.table_decider
        self._words = Words(policy) if options.words else None

    def lines(self, lines: list[Line]) -> Decided:
        """Decide on the case in each line. Lines that cannot be read as a case are rejected."""
        clock = self._clock if self._options.now is None else self._options.now
        columns, rejected = columns_of_texts(
            [line.data for line in lines], self._read, clock, self._policy.checked.carried
        )
        decided, refused = self._decided(columns)
        rejects = [line_reject(lines[no], mistake) for no, mistakes in rejected for mistake in mistakes]
        unread = {no for no, _ in rejected}
        read = [line.no for no, line in enumerate(lines) if no not in unread]
        rejects += [_record(reject, line=read[no]) for no, reject in refused.items()]
        return decided._replace(
            rejects=rejects,
            rejected=len(rejected) + len(refused),
            lines=[line for no, line in enumerate(read) if no not in refused] if refused else read,
        )

    def tables(self, chunk: TableChunk) -> Decided:
        """Decide on the candidates of a chunk. Candidates with mistakes are rejected, and so are rows without a candidate."""
        read = self._decider.read(chunk.tables, self._options.now, lambda: self._clock)
        _check_order(chunk, read.rejects)
        decided, refused = self._decided(read.columns)
        rejects = [_record(reject) for reject in (*read.rejects, *refused.values())]
        return decided._replace(rejects=rejects, rejected=len({reject.candidate for reject in rejects}))

    def _read(self, line: bytes | None) -> Case:
        policy, limits = self._policy, self._policy.decider.limits
        if line is None:
            message = f"the line is longer than {limits.bytes:,} bytes"
            raise InvalidInput([TooLarge.at(None, message, "give each case a line of its own, or raise the limit")])
        declared, now = policy.decider.declared, self._options.now
        return read_case(line, policy.calendars, declared, limits, now, keys_checked=True)

    def _decided(self, columns: Columns) -> tuple[Decided, dict[int, Reject]]:
        """What came of some candidates, and the rejects of those that cannot be decided on, by their numbers."""
        ranked = self._decider.rank(columns, steps=self._options.steps)
        tables = {"actions": ranked.tables.actions, "justifications": ranked.tables.justifications}
        if ranked.tables.steps is not None:
            tables["steps"] = ranked.tables.steps
        if self._words is not None:
            tables = self._words.added(tables, ranked.columns)
        ids, nows = ranked.columns.texts("candidate", "id"), pa.array(ranked.columns.now)
        return Decided(ids, nows, tables, [], 0), ranked.refused


def columnar(policy: Policy, options: Options, clock: int) -> ChunkDecider:
    """The columnar engine with a policy's pack. ``clock`` is as for :class:`Columnar`."""
    return Columnar(policy, options, clock)


def line_reject(line: Line, mistake: Diagnostic) -> RejectRecord:
    """A mistake in the case of a line, with the candidate's id if it can be read."""
    candidate = None if line.data is None else candidate_of(line.data)
    return RejectRecord(
        line=line.no,
        candidate=candidate,
        path=mistake.path,
        code=mistake.code,
        message=mistake.message,
        help=mistake.help,
    )


def _record(reject: Reject, line: int | None = None) -> RejectRecord:
    return RejectRecord(
        line=line,
        candidate=reject.candidate_id,
        table=reject.table,
        code=reject.code,
        message=reject.message,
        help=reject.help,
    )


def _check_order(chunk: TableChunk, rejects: list[Reject]) -> None:
    """Raise :class:`Unsorted` if a table has rows of candidates of other chunks: then its rows are not in order."""
    for reject in rejects:
        id_ = reject.candidate_id
        if id_ is None or reject.table is None:
            continue
        if (chunk.above is not None and id_ <= chunk.above) or (chunk.high is not None and id_ > chunk.high):
            raise Unsorted(reject.table)
