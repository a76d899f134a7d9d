"""The work on one unit: its chunks are read, decided on and written. Workers run this."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import msgspec
import pyarrow as pa

from tactful.api.policy import Policy, load
from tactful.batch.decide import ChunkDecider
from tactful.batch.folder.lost import with_rejects
from tactful.batch.folder.needed import needed_columns
from tactful.batch.folder.streams import Trial
from tactful.batch.folder.units import TablesInput, TablesReader
from tactful.batch.inputs import stamp
from tactful.batch.isolate import Isolated, forked_trial
from tactful.batch.lines import chunks_of
from tactful.batch.model import Decided, Options, Stamp, TableUnit, Tally, Unit, Written
from tactful.batch.output.parts import Part
from tactful.batch.output.records import decision_records
from tactful.batch.workers import Progress
from tactful.language.load import Locations
from tactful.source.codes.batches import InputChanged
from tactful.source.diagnostics import Diagnostic, InvalidInput, TactfulError

#: Makes the engine for a policy, its options and the moment of cases without one (seconds since 1970).
MakeDecider = Callable[[Policy, Options, int], ChunkDecider]


class Setup(msgspec.Struct, frozen=True):
    """The settings that every worker gets.

    ``chunk`` is how many cases are decided on together. ``clock`` is the moment for cases without a ``now`` of their own, in
    seconds since 1970. ``tables`` is ``None`` if the input has lines.
    """

    pack: Locations
    digest: str
    options: Options
    chunk: int
    clock: int
    folder: Path
    tables: TablesInput | None
    decider: MakeDecider
    #: Seconds that a case may take if it is suspected of crashing processes.
    trial: float
    #: The files of the input as they were when the run began to read them.
    stamps: tuple[Stamp, ...]


class Worker:
    """Does units with a policy that is loaded once."""

    def __init__(self, setup: Setup, policy: Policy) -> None:
        self._setup = setup
        #: A folder for each process, so that no two write the same file: a process of a killed run may still be alive.
        self._folder = setup.folder / str(os.getpid())
        self._limit = policy.decider.limits.bytes
        self._decider = setup.decider(policy, setup.options, setup.clock)
        self._reader = None
        if setup.tables is not None:
            self._reader = TablesReader(setup.tables, needed_columns(policy.decider, setup.options))

    def __call__(self, unit: Unit, tell: Callable[[Progress], None], careful: bool = False) -> Written:
        """Do one unit, and call ``tell`` after each chunk.

        ``careful``: the unit has crashed processes, so each chunk is tried in a process of its own first. Raises
        :class:`InvalidInput` if a file of the input was changed.
        """
        check_input(self._setup.stamps)
        try:
            return self._do(unit, tell, careful)
        finally:
            check_input(self._setup.stamps)

    def _do(self, unit: Unit, tell: Callable[[Progress], None], careful: bool) -> Written:
        part = Part(unit, self._folder)
        trial = forked_trial(self._setup.trial, lambda: tell(Progress(unit.no, Tally(), 0))) if careful else None
        with part:
            for decided, weight in self._decided(unit, trial):
                tally = self._write(decided, part)
                tell(Progress(unit.no, tally, weight))
        return part.written()

    def _decided(self, unit: Unit, trial: Trial | None) -> Iterator[tuple[Decided, int]]:
        decider = Isolated(self._decider, trial)
        if isinstance(unit, TableUnit):
            assert self._reader is not None
            weight = unit.weight // (len(unit.bounds) - 1)
            for chunk in self._reader.chunks(unit, trial):
                yield with_rejects(decider.tables(chunk), chunk.rejects), weight
            return
        for lines in chunks_of(unit, self._limit, self._setup.chunk):
            yield decider.lines(lines), sum(len(line.data or b"") + 1 for line in lines)

    def _write(self, decided: Decided, part: Part) -> Tally:
        format_ = self._setup.options.format
        if format_ == "jsonl":
            part.lines("decisions", decision_records(decided))
        else:
            part.tables(decided.tables, format_)
        part.lines("rejects", list(decided.rejects))
        part.candidates(decided)
        rows = {name: table.num_rows for name, table in decided.tables.items()}
        tally = Tally(len(decided.ids), decided.rejected, rows["actions"], rows["justifications"], rows.get("steps", 0))
        part.count(tally)
        return tally


def check_input(stamps: Sequence[Stamp]) -> None:
    """Raise :class:`InvalidInput` if a file is no longer as it was."""
    for before in stamps:
        try:
            now: Stamp | None = stamp(before.path)
        except OSError:
            now = None
        if now != before:
            raise InvalidInput([input_changed(before.path)])


def input_changed(name: str) -> Diagnostic:
    """The mistake that an input was written while it was read."""
    help_ = "wait until the input is complete, and start over with --fresh"
    return InputChanged.at(None, f"`{name}` was changed while it was read", help_)


def settle_memory() -> None:
    """Let Arrow and numpy use one allocator, in a process that does nothing else. This makes it a tenth faster.

    The objects that exist by now stay to the end, so the garbage collector is told to skip them.
    """
    pa.set_memory_pool(pa.system_memory_pool())
    gc.freeze()


def make_worker(setup: Setup) -> Worker:
    """The worker of a process of its own. Loads the pack; raises :class:`TactfulError` if the pack has changed."""
    policy = load(setup.pack)
    settle_memory()
    if policy.checked.digest != setup.digest:
        raise TactfulError(f"the pack `{setup.pack}` was changed while the batch was under way; run it again")
    return Worker(setup, policy)


def maker(setup: Setup) -> Callable[[], Worker]:
    """:func:`make_worker` for one setup, as a function that can be sent to other processes."""
    return partial(make_worker, setup)
