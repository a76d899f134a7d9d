"""Decides so that a failing record spoils no other record: a failing chunk is split until the record is alone."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from tactful.batch.decide import ChunkDecider, line_reject
from tactful.batch.folder.lost import plain_ids
from tactful.batch.folder.streams import Trial
from tactful.batch.folder.units import TableChunk, Unsorted
from tactful.batch.lines import Line
from tactful.batch.model import Decided, RejectRecord
from tactful.columns.from_texts import internal_error

#: Seconds that each case adds to the time that deciding may take in a process of its own.
_TRIAL_EACH: Final = 0.002
#: Seconds that a process outlives its time where nobody ends it.
_GRACE: Final = 1.0
#: Seconds between two checks on a process.
_LOOK: Final = 0.01

Item = TypeVar("Item")


class Isolated:
    """Decides on chunks as ``decider`` does, and rejects the records on which ``decider`` fails.

    With a ``trial``, each chunk is first decided on in a process of its own. This finds records that crash the process
    too.
    """

    def __init__(self, decider: ChunkDecider, trial: Trial | None = None) -> None:
        self._decider, self._trial = decider, trial

    def lines(self, lines: list[Line]) -> Decided:
        """Decide on the case in each line."""

        def rejected(lines: list[Line], reason: str) -> Decided:
            rejects = [line_reject(line, internal_error(reason)) for line in lines]
            return self._decider.lines([])._replace(rejects=rejects, rejected=len(lines))

        return self._decided(lines, self._decider.lines, rejected)

    def tables(self, chunk: TableChunk) -> Decided:
        """Decide on the candidates of a chunk. Raises :class:`tactful.batch.folder.units.Unsorted`."""
        if self._trial is None:
            try:
                return self._decider.tables(chunk)
            except Exception as error:
                if _concerns_all(error):
                    raise
        return self._by_candidate(chunk)  # the ids are listed only after a failure, as listing takes as long as reading

    def _by_candidate(self, chunk: TableChunk) -> Decided:
        """Decide on a chunk in which candidates may fail."""

        def decide(ids: list[str | None]) -> Decided:
            return self._decider.tables(chunk if len(ids) == len(everyone) else _only(chunk, ids))

        def rejected(ids: list[str | None], reason: str) -> Decided:
            error = internal_error(reason)
            rejects = [
                RejectRecord(candidate=id_, code=error.code, message=error.message, help=error.help) for id_ in ids
            ]
            return self._decider.tables(_only(chunk, []))._replace(rejects=rejects, rejected=len(ids))

        everyone = ids_of(chunk.tables)
        return self._decided(everyone, decide, rejected)

    def _decided(
        self,
        items: list[Item],
        decide: Callable[[list[Item]], Decided],
        reject: Callable[[list[Item], str], Decided],
    ) -> Decided:
        reason = None if self._trial is None else self._trial(lambda: decide(items), len(items))
        if reason is None:
            try:
                return decide(items)
            except Exception as error:
                if _concerns_all(error):
                    raise
                reason = f"{type(error).__name__}: {error}"
        if len(items) <= 1:
            return reject(items, reason)
        middle = len(items) // 2
        halves = (self._decided(half, decide, reject) for half in (items[:middle], items[middle:]))
        return _together(*halves)


def _concerns_all(error: Exception) -> bool:
    """Whether an error is about the machine or the input as a whole, not about a record."""
    return isinstance(error, Unsorted) or (isinstance(error, OSError) and error.errno is not None)


def ids_of(tables: Mapping[str, pa.Table]) -> list[str | None]:
    """The ids in tables: first those of the candidates, in order, then those that only other tables have."""
    ids: dict[str | None, None] = {}
    for name in sorted(tables, key=lambda name: name != "candidates"):
        ids |= dict.fromkeys(pc.unique(plain_ids(tables[name])).to_pylist())
    return list(ids)


def rows_of(tables: Mapping[str, pa.Table], ids: Sequence[str | None]) -> dict[str, pa.Table]:
    """The tables with the rows of some ids only."""
    wanted = pa.array(ids, pa.string())
    return {name: table.filter(pc.is_in(plain_ids(table), value_set=wanted)) for name, table in tables.items()}


def _only(chunk: TableChunk, ids: list[str | None]) -> TableChunk:
    """The part of a chunk with the rows of some ids."""
    return chunk._replace(tables=rows_of(chunk.tables, ids))


def _together(first: Decided, second: Decided) -> Decided:
    """The results of two parts of a chunk as one result."""
    return Decided(
        _concatenated(first.ids, second.ids, pa.string()),
        _concatenated(first.nows, second.nows, pa.int64()),
        {
            name: pa.concat_tables([table, second.tables[name]]).unify_dictionaries().combine_chunks()
            for name, table in first.tables.items()
        },
        [*first.rejects, *second.rejects],
        first.rejected + second.rejected,
        [*first.lines, *second.lines],
    )


def _concatenated(first: Any, second: Any, type_: pa.DataType) -> pa.Array:
    return pa.concat_arrays([first.cast(type_), second.cast(type_)])


def forked_trial(seconds: float, still_there: Callable[[], None]) -> Trial | None:
    """A trial in a fork of this process; ``None`` if the system cannot fork.

    A trial may take ``seconds``, and a little longer for each case. ``still_there`` is called after each trial, to tell
    whoever watches this process that it is alive.
    """
    if not hasattr(os, "fork"):
        return None

    def trial(decide: Callable[[], object], count: int) -> str | None:
        reason = _in_fork(decide, seconds + _TRIAL_EACH * count)
        still_there()
        return reason

    return trial


def _in_fork(decide: Callable[[], object], seconds: float) -> str | None:
    """Decide in a fork and drop the result. Returns why the fork crashed or took too long; ``None`` if it ended by itself."""
    child = os.fork()
    if child == 0:
        _end_after(seconds + _GRACE)
        try:
            decide()
        except BaseException:  # the parent meets the same error, and reports it
            os._exit(0)
        os._exit(0)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            if os.WIFSIGNALED(status):
                return f"the process that decided on it was ended by {signal.Signals(os.WTERMSIG(status)).name}"
            return None
        time.sleep(_LOOK)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return f"deciding on it took longer than {seconds:,.0f} s"


def _end_after(seconds: float) -> None:
    """Have the system end this process after so many seconds, also where the process that should do it was killed."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGALRM])
    signal.setitimer(signal.ITIMER_REAL, seconds)
