"""A whole batch on one page: the command, the units that are done already, the others by workers, and the end."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Final, Protocol

import msgspec
import pyarrow as pa

from tactful.api.policy import Policy, load
from tactful.batch.decide import columnar
from tactful.batch.folder.units import Unsorted, check_partitions
from tactful.batch.inputs import STDIN, InputPlan, Source, source_of
from tactful.batch.manifest import Manifest, OutputFolder, PackPin, differences, locked_folder
from tactful.batch.model import LineUnit, Options, Tally, Unit, Written
from tactful.batch.repeated import Rewriter, find_repeated, read_repeated
from tactful.batch.unit import MakeDecider, Setup, Worker, input_changed, maker
from tactful.batch.workers import Failed, InStretches, InTurn, Progress, Queue, work_here, work_in_processes
from tactful.language.load import Locations
from tactful.reasons.records.decision import SCHEMA_VERSION
from tactful.source.codes.batches import BatchStopped, OtherBatch, UnreadableInput
from tactful.source.codes.overlays import OverlaysDiffer
from tactful.source.diagnostics import InvalidInput

#: Seconds that a process may take for a chunk, and for each case of it in addition, before it is ended.
_SILENCE: Final = 45.0
_SILENCE_EACH: Final = 0.002
#: Seconds that a case may take if it is suspected of crashing processes.
_TRIAL: Final = 10.0


class Viewer(Protocol):
    """Shows the progress of a batch."""

    def begins(self, total: int | None, done: list[Written]) -> None:
        """The work begins. ``total`` is the weight of all units, if it is known; ``done`` are the units of earlier runs."""

    def says(self, message: str) -> None:
        """Report a message to the user."""

    def moves(self, tally: Tally, weight: int) -> None:
        """Count one more chunk. The counts are negative if a unit has to be done again."""


class BatchResult(msgspec.Struct, frozen=True):
    """The result of a run: the counts of the whole batch, and whether an earlier run had already done all of it."""

    tally: Tally
    was_done: bool = False


@dataclass(frozen=True)
class Batch:
    """The command. ``input`` is a file of lines, a folder of Parquet, or ``-``.

    ``workers`` is the number of processes; ``None``: one for each core if there is enough work. With 0, this process does the
    work itself, where a profiler can follow it, and a case that crashes the process ends the batch.
    """

    input: str
    output: Path
    pack: Locations = "default"
    options: Options = field(default_factory=Options)
    workers: int | None = None
    fresh: bool = False
    decider: MakeDecider = columnar


def run_batch(batch: Batch, viewer: Viewer) -> BatchResult:
    """Decide on all cases of a batch that are not done yet, and put the decisions into its output folder.

    Raises :class:`tactful.InvalidInput` if the batch cannot begin or stops early. Finished units are kept.
    """
    source, policy = source_of(batch.input), load(batch.pack)
    for warning in policy.warnings:
        if warning.code == OverlaysDiffer.id:
            viewer.says(str(warning))
    with locked_folder(batch.output) as place:
        run = _Run(batch, source, policy, place, viewer)
        try:
            return run.all()
        except OSError as error:
            where = "" if error.filename is None else f"`{error.filename}`: "
            message = f"the batch stopped: {where}{(error.strerror or str(error)).lower()}"
            help_ = "finished work is kept: make room or repair the cause, and give the same command again"
            raise InvalidInput([BatchStopped.at(None, message, help_)]) from None


class _Run:
    """One run of a batch. It receives the reports of workers."""

    def __init__(self, batch: Batch, source: Source, policy: Policy, place: OutputFolder, viewer: Viewer) -> None:
        self._batch, self._source, self._policy, self._place, self._viewer = batch, source, policy, place, viewer
        self._done: dict[int, Written] = {}
        self._failed: list[Failed] = []
        self._reported: dict[int, list[Progress]] = {}

    def all(self) -> BatchResult:
        """Do the batch, or what is left of it. Raises :class:`InvalidInput`."""
        wanted = self._wanted()
        begun = self._place.read(self._batch.fresh)
        if begun is None:
            self._place.begin(wanted)
            begun = wanted
        else:
            self._check(begun, wanted)
            if begun.state == "done":
                self._place.check_output(begun)
                return BatchResult(begun.tally, was_done=True)
            self._place.tidy()
        while True:
            try:
                return self._rest(begun)
            except Unsorted as error:
                if error.table in begun.sorted:
                    raise AssertionError(f"`{error.table}` was sorted") from None
                begun = msgspec.structs.replace(begun, sorted=(*begun.sorted, error.table))
                self._place.restart(begun)

    def _wanted(self) -> Manifest:
        checked = self._policy.checked
        return Manifest(
            tactful=version("tactful"),
            holidays=version("holidays"),
            tzdata=version("tzdata"),
            schema_version=SCHEMA_VERSION,
            pack=PackPin(checked.name, checked.version, checked.digest),
            input=self._batch.input,
            files=self._source.files(),
            options=self._batch.options,
            started=int(time.time()),
        )

    def _check(self, begun: Manifest, wanted: Manifest) -> None:
        """Raise :class:`InvalidInput` if the folder has another batch than the wanted one."""
        reasons = differences(begun, wanted)
        if self._batch.input == STDIN and not reasons:
            reasons = ["standard input cannot be read a second time"]
        if reasons:
            help_ = "give the same command again to continue, name another folder, or start over with --fresh"
            where = f"`{self._place.folder}` has another batch in it"
            raise InvalidInput([OtherBatch.at(None, f"{where}: {reason}", help_) for reason in reasons])

    def _rest(self, begun: Manifest) -> BatchResult:
        """Do all units that are not done."""
        self._done, self._failed, self._reported = self._place.done(), [], {}
        plan = self._plan(begun)
        if plan.tables is not None:
            self._policy.table_decider.check(plan.tables.schemas)
            check_partitions(plan.tables.partitions, self._policy.decider.declared)
        self._viewer.begins(plan.total, list(self._done.values()))
        workers = self._workers(plan)
        setup = Setup(
            self._batch.pack,
            begun.pack.digest,
            begun.options,
            plan.chunk,
            begun.started,
            self._place.work / "parts",
            plan.tables,
            self._batch.decider,
            _TRIAL,
            self._source.stamps(),
        )
        queue = self._queue(plan, workers)
        if workers == 0:
            work_here(queue, lambda: Worker(setup, self._policy), self)
        else:
            silence = _SILENCE + _SILENCE_EACH * plan.chunk
            work_in_processes(queue, maker(setup), lambda: self._copied(setup), self, workers, silence)
        return self._end(begun)

    def _copied(self, setup: Setup) -> Worker:
        """The worker of a fork of this process. It releases the lock on the folder, which must not outlive this process."""
        self._place.release_lock()
        return Worker(setup, self._policy)

    def _plan(self, begun: Manifest) -> InputPlan:
        try:
            return self._source.plan(begun, self._place, self._viewer.says)
        except (pa.ArrowException, UnicodeDecodeError) as error:
            message = f"`{begun.input}` cannot be read: {str(error).splitlines()[0].lower()}"
            raise InvalidInput([UnreadableInput.at(None, message, "write the damaged file again")]) from None

    def _workers(self, plan: InputPlan) -> int:
        """The number of workers: as the command says, or one for each core if there is enough work."""
        workers = self._batch.workers
        return max(1, min(cores(), plan.workers)) if workers is None else workers

    def _queue(self, plan: InputPlan, workers: int) -> Queue[Unit]:
        units = self._still(plan.units)
        return InStretches(list(units), max(1, workers)) if plan.stretches else InTurn(units)

    def _still(self, units: Iterator[Unit]) -> Iterator[Unit]:
        """The units that are not done."""
        for unit in units:
            if unit.no not in self._done:
                yield unit
            else:
                _remove_spooled(unit)

    def _end(self, begun: Manifest) -> BatchResult:
        if self._failed:
            help_ = "everything else is done and kept; give the same command again to retry this part"
            problems = [BatchStopped.at(None, f"{failure.unit}: {failure.reason}", help_) for failure in self._failed]
            raise InvalidInput(problems)
        self._reject_repeated(begun)
        tally = sum((written.tally for written in self._done.values()), Tally())
        if self._source.files() != begun.files:
            raise InvalidInput([input_changed(begun.input)])
        output = {name: file for no in sorted(self._done) for name, file in self._done[no].files.items()}
        self._place.finish(msgspec.structs.replace(begun, state="done", tally=tally, output=output))
        return BatchResult(tally)

    def _reject_repeated(self, begun: Manifest) -> None:
        """Reject the lines whose candidates are on other lines too."""
        lists = {no: self._place.candidates(no) for no in sorted(self._done) if self._done[no].candidates is not None}
        folder = self._place.work / "repeated"
        counts = find_repeated(lists, folder)
        rewriter = Rewriter(self._place.folder, self._place.work / "parts" / "rewritten", begun.options)
        if counts:
            self._viewer.says(f"{sum(counts.values()):,} lines are rejected: their candidates are on several lines")
        for no, count in sorted(counts.items()):
            before = self._done[no]
            if before.repeated != count:
                self._done[no] = after = rewriter.rewrite(before, read_repeated(folder, no))
                self._place.replace(before, after)

    # --- the reports of workers ---

    def progress(self, progress: Progress) -> None:
        """Count a chunk."""
        self._reported.setdefault(progress.unit, []).append(progress)
        self._viewer.moves(progress.tally, progress.weight)

    def again(self, unit: Unit) -> None:
        """Take back the counts of a unit."""
        for progress in self._reported.pop(unit.no, ()):
            self._viewer.moves(-progress.tally, -progress.weight)

    def done(self, unit: Unit, written: Written) -> None:
        """Put the files of a unit into their places, and note that it is done."""
        self._place.keep(written)
        self._done[written.unit] = written
        self._reported.pop(written.unit, None)
        _remove_spooled(unit)

    def failed(self, failed: Failed) -> None:
        """Note a unit that could not be done."""
        self._failed.append(failed)


def cores() -> int:
    """The number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _remove_spooled(unit: Unit) -> None:
    """Remove a file that was made for this unit only."""
    if isinstance(unit, LineUnit) and unit.temporary:
        Path(unit.path).unlink(missing_ok=True)
