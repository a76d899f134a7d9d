"""What a batch is made of: options, units of work, what came of each, and the records of its files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

if TYPE_CHECKING:  # `tactful` reads this file for its commands, and must do without Arrow where that is not installed
    import pyarrow as pa

BatchFormat = Literal["parquet", "arrow", "jsonl"]


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the output hangs on, beside the input and the pack.

    ``now``: the moment to decide for, in seconds since 1970, in place of the cases' own. ``chunk``: how many cases are
    decided together; ``None`` where the input decides.
    """

    format: BatchFormat = "parquet"
    steps: bool = False
    words: bool = False
    now: int | None = None
    chunk: int | None = None


class InputFile(msgspec.Struct, frozen=True):
    """A file of the input, as far as is needed to know it again. ``changed`` is in nanoseconds since 1970."""

    name: str
    bytes: int
    changed: int
    rows: int | None = None


class Stamp(msgspec.Struct, frozen=True):
    """What a file of the input is known by while it is read. ``changed`` is in nanoseconds since 1970."""

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
    """A stretch of a file with a case on each line: from byte ``start`` to ``stop``; ``line`` is the first one's number.

    ``weight`` says how much of the input it is, for the time that is left.
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
    """Candidates by their ids: for each chunk those over one of ``bounds``, up to and including the next.

    The first bound of all is ``None``, and so is the last: no candidate is outside of them.
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
    """A file of the output, as far as is needed to know it again. ``crc`` is the CRC-32 of its bytes."""

    bytes: int
    crc: int


class Written(msgspec.Struct, frozen=True):
    """A unit that is done: what it gave, and its files, named from the output folder.

    ``folder`` is the one, among those for parts, that the worker had for itself.
    """

    unit: int
    folder: str
    weight: int
    tally: Tally
    files: dict[str, OutputFile]


class RejectRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One mistake of a case that was not decided on: where it stands, its code, what is wrong and what to do instead.

    ``line`` counts from 1 in a file of lines; ``candidate`` and ``table`` name a row of tables; ``path`` is the place in
    the case.
    """

    line: int | None = None
    candidate: str | None = None
    table: str | None = None
    path: str | None = None
    code: str
    message: str
    help: str | None = None


class Decided(NamedTuple):
    """What came of a chunk.

    ``ids``: the candidates that were decided on, in order; ``nows``: the moment for each, in seconds since 1970. ``tables``:
    actions, justifications and, where asked for, steps. ``rejected``: how many cases were not decided on; those that only
    rows of other tables speak of count too.
    """

    ids: pa.Array
    nows: pa.Array
    tables: dict[str, pa.Table]
    rejects: list[RejectRecord]
    rejected: int
