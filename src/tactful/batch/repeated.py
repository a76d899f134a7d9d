"""Candidates that are on several lines of a batch. All their lines are rejected, as all their rows are in tables.

Whether a line is the only one of its candidate is known only when all lines are read. So each unit leaves a list of
its candidates, the lists are compared when all units are done, and the units with such candidates are written again
without them. Memory is bounded: a stretch of checksums is compared at a time.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tactful.batch.model import LineUnit, Options, RejectRecord, Tally, Written
from tactful.batch.output.parts import Part
from tactful.source.codes.case import DuplicateId

#: About how many candidates are compared at a time.
COMPARED: Final = 1 << 17
_CHECKSUMS: Final = 1 << 32
_KEY: Final = "candidate_id"


class Repeated(msgspec.Struct, frozen=True):
    """A line whose candidate is also on the line ``other``."""

    line: int
    other: int
    candidate: str


def find_repeated(lists: Mapping[int, Path], folder: Path) -> dict[int, int]:
    """Find the lines whose candidates are on other lines too. Returns how many of them each unit has.

    ``lists`` has the list of candidates of each unit, as :meth:`Part.candidates` leaves them. The lines of each unit are
    written into ``folder``, for :func:`read_repeated`.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if not lists:
        return {}
    encoder = msgspec.json.Encoder()
    counts: dict[int, int] = {}
    for stretch in _stretches(lists):
        by_unit: dict[int, list[Repeated]] = {}
        for unit, line in _repeated(stretch):
            by_unit.setdefault(unit, []).append(line)
        for unit, lines in by_unit.items():
            counts[unit] = counts.get(unit, 0) + len(lines)
            with _file(folder, unit).open("ab") as stream:
                stream.write(encoder.encode_lines(lines))
    return counts


def _file(folder: Path, unit: int) -> Path:
    return folder / f"part-{unit:05}.jsonl"


def _stretches(lists: Mapping[int, Path]) -> Iterator[pa.Table]:
    """All candidates with their units and lines, by stretches of checksums."""
    rows = sum(_list(path).num_rows for path in lists.values())
    bounds = np.linspace(0, _CHECKSUMS, rows // COMPARED + 2).astype(np.int64)
    for low, high in pairwise(bounds.tolist()):
        parts = []
        for unit, path in lists.items():
            list_ = _list(path)
            start, end = np.searchsorted(list_.column("checksum").to_numpy(), [low, high]).tolist()
            units = pa.array(np.full(end - start, unit))
            parts.append(pa.Table.from_batches([list_.slice(start, end - start)]).append_column("unit", units))
        yield pa.concat_tables(parts)


def _list(path: Path) -> pa.RecordBatch:
    """A list of candidates, mapped into memory."""
    return pa.ipc.open_file(pa.memory_map(str(path))).get_batch(0)


def _repeated(stretch: pa.Table) -> Iterator[tuple[int, Repeated]]:
    """The repeated lines of a stretch, each with its unit. Every line names the first other line of its candidate."""
    checksums = stretch["checksum"].to_numpy()
    order = np.argsort(checksums, kind="stable")
    same = checksums[order][1:] == checksums[order][:-1]
    rows = stretch.take(pa.array(order[np.append(same, False) | np.append(False, same)])) if len(order) else stretch
    by_candidate: dict[str, list[tuple[int, int]]] = {}
    columns = (rows[name].to_pylist() for name in ("candidate", "line", "unit"))
    for candidate, line, unit in zip(*columns, strict=True):
        by_candidate.setdefault(candidate, []).append((line, unit))
    for candidate, lines in by_candidate.items():
        lines.sort()
        if len(lines) > 1:
            for line, unit in lines:
                other = lines[0][0] if line != lines[0][0] else lines[1][0]
                yield unit, Repeated(line, other, candidate)


def read_repeated(folder: Path, unit: int) -> list[Repeated]:
    """The repeated lines of a unit, in order."""
    lines = msgspec.json.Decoder(Repeated).decode_lines(_file(folder, unit).read_bytes())
    return sorted(lines, key=lambda line: line.line)


class Rewriter:
    """Writes units again without the candidates of some lines, which are rejected.

    ``place`` is the output folder, ``work`` the folder for new files.
    """

    def __init__(self, place: Path, work: Path, options: Options) -> None:
        self._place, self._work, self._options = place, work, options

    def rewrite(self, written: Written, lines: list[Repeated]) -> Written:
        """Write a unit again. The new files are in the work folder, for :meth:`OutputFolder.replace`."""
        old = [msgspec.json.decode(line, type=RejectRecord) for line in self._lines(written, "rejects")]
        gone = {line.candidate for line in lines}
        before = written.tally
        rejected = len({line.line for line in lines} - {reject.line for reject in old})
        part = Part(LineUnit(written.unit, "", 0, 0, 0, written.weight), self._work)
        with part:
            rows = self._decisions(written, gone, part)
            part.lines("rejects", sorted([*old, *map(_reject, lines)], key=lambda reject: reject.line or 0))
            part.count(
                msgspec.structs.replace(rows, cases=before.cases - rejected, rejected=before.rejected + rejected)
            )
        new = part.written()
        return msgspec.structs.replace(new, candidates=written.candidates, repeated=len(lines))

    def _decisions(self, written: Written, gone: set[str], part: Part) -> Tally:
        """Write the decisions on all other candidates. Returns the counts of their rows."""
        if self._options.format == "jsonl":
            return self._records(written, gone, part)
        ids = pa.array(sorted(gone), pa.string())
        counts: dict[str, int] = {}
        for name, path in self._files(written):
            if path.suffix == ".jsonl":
                continue
            for table in _tables(path):
                kept = table.filter(pc.invert(pc.is_in(table[_KEY].cast(pa.string()), value_set=ids)))
                part.tables({name: kept}, self._options.format)
                counts[name] = counts.get(name, 0) + kept.num_rows
        return Tally(**counts)

    def _records(self, written: Written, gone: set[str], part: Part) -> Tally:
        kept = [msgspec.json.decode(line, type=dict[str, Any]) for line in self._lines(written, "decisions")]
        kept = [record for record in kept if record["candidate"] not in gone]
        part.lines("decisions", kept)
        return sum(map(_rows_of, kept), Tally())

    def _lines(self, written: Written, name: str) -> list[bytes]:
        paths = [path for folder, path in self._files(written) if folder == name]
        return [line for path in paths for line in path.read_bytes().splitlines()]

    def _files(self, written: Written) -> list[tuple[str, Path]]:
        """The unit's files, each with the name of its table, in order."""
        return [(name.partition("/")[0], self._place / name) for name in sorted(written.files)]


def _tables(path: Path) -> Iterator[pa.Table]:
    """The chunks of a file."""
    if path.suffix == ".arrow":
        yield pa.ipc.open_file(pa.memory_map(str(path))).read_all()
        return
    with pq.ParquetFile(path) as file:
        if not file.num_row_groups:
            yield file.schema_arrow.empty_table()
        for group in range(file.num_row_groups):
            yield file.read_row_group(group)


def _rows_of(record: Mapping[str, Any]) -> Tally:
    """How many rows of tables the record of a candidate stands for."""
    listed = [*record["actions"], *record["set_aside"]]
    conclusions = [*listed, *(other for conclusion in listed for other in conclusion.get("alternatives", ()))]
    because, steps = (sum(len(one.get(name, ())) for one in conclusions) for name in ("because", "steps"))
    return Tally(actions=len(conclusions), justifications=because, steps=steps)


def _reject(line: Repeated) -> RejectRecord:
    message = f"the candidate `{line.candidate}` is also on line {line.other:,}"
    help_ = "give each candidate one line, and nobody else's id"
    return RejectRecord(
        line=line.line, candidate=line.candidate, path="candidate.id", code=DuplicateId.id, message=message, help=help_
    )
