"""The records of a batch: its options, its units of work and their results, and its files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

if TYPE_CHECKING:  # the commands import this file, and must work where Arrow is not installed
    import pyarrow as pa

BatchFormat = Literal["parquet", "arrow", "jsonl"]


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The options that the output depends on, besides the input and the pack.

    ``now`` replaces the moments of the cases, in seconds since 1970. ``chunk`` is how many cases are decided on together;
    ``None`` leaves it to the input.
    """

    format: BatchFormat = "parquet"
    steps: bool = False
    words: bool = False
    now: int | None = None
    chunk: int | None = None


class InputFile(msgspec.Struct, frozen=True):
    """A file of the input, as described in the manifest. ``changed`` is in nanoseconds since 1970."""

    name: str
    bytes: int
    changed: int
    rows: int | None = None


class Stamp(msgspec.Struct, frozen=True):
    """The state of an input file while it is read. ``changed`` is in nanoseconds since 1970."""

    path: str
    bytes: int
    changed: int
    inode: int


class Tally(msgspec.Struct, frozen=True):
    """Counts: cases decided on, cases rejected, and rows written."""

    cases: int = 0
    rejected: int = 0
    actions: int = 0
    justifications: int = 0
    steps: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            *(a + b for a, b in zip(msgspec.structs.astuple(self), msgspec.structs.astuple(other), strict=True))
        )

    def __neg__(self) -> Tally:
        return Tally(*(-count for count in msgspec.structs.astuple(self)))


class LineUnit(msgspec.Struct, frozen=True):
    """A stretch of a file of lines, from byte ``start`` to ``stop``. ``line`` is the number of its first line.

    ``weight`` is its share of the input, for estimates of the remaining time. ``temporary``: the file was made for this unit.
    """

    no: int
    path: str
    start: int
    stop: int
    line: int
    weight: int
    temporary: bool = False

    def __str__(self) -> str:
        return f"the lines from {self.line:,} on"


class TableUnit(msgspec.Struct, frozen=True):
    """Candidates by their ids. Each chunk has the ids above one of ``bounds``, up to and including the next.

    The first bound of the first unit and the last bound of the last unit are ``None``, so every candidate is in a unit.
    """

    no: int
    bounds: tuple[str | None, ...]
    weight: int

    def __str__(self) -> str:
        first, last = self.bounds[0], self.bounds[-1]
        low = "the candidates" if first is None else f"the candidates after `{first}`"
        return low if last is None else f"{low} up to `{last}`"


Unit = LineUnit | TableUnit


class OutputFile(msgspec.Struct, frozen=True):
    """A file of the output, to check that it is unchanged. ``crc`` is the CRC-32 of its bytes."""

    bytes: int
    crc: int


class Written(msgspec.Struct, frozen=True):
    """A unit that is done: its counts, and its files with their paths in the output folder.

    ``folder`` is the worker's own folder for parts. ``candidates`` is the list of the unit's candidates, for a unit of
    lines; ``repeated`` is how many of its lines were rejected because their candidates are on other lines too.
    """

    unit: int
    folder: str
    weight: int
    tally: Tally
    files: dict[str, OutputFile]
    candidates: OutputFile | None = None
    repeated: int = 0


class RejectRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A mistake in a case that was not decided on: its place and code, the problem, and what to do instead.

    ``line`` is the number of a line, from 1. ``candidate`` and ``table`` name a row of a table. ``path`` is the place in the
    case.
    """

    line: int | None = None
    candidate: str | None = None
    table: str | None = None
    path: str | None = None
    code: str
    message: str
    help: str | None = None


class Decided(NamedTuple):
    """The result of a chunk.

    ``ids`` are the candidates that were decided on, in order; ``nows`` has the moment for each, in seconds since 1970.
    ``tables`` has actions, justifications and, on request, steps. ``rejected`` is the number of cases that were not decided
    on, with the candidates whose ids only other tables have. ``lines`` has the line of each candidate in ``ids``; it is empty
    for tables.
    """

    ids: pa.Array
    nows: pa.Array
    tables: dict[str, pa.Table]
    rejects: list[RejectRecord]
    rejected: int
    lines: Sequence[int] = ()
