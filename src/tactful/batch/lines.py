"""Files with a case in each line: cut into units of work, and the lines of a unit read up to a limit of length."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, Protocol

import msgspec
import numpy as np
import pyarrow as pa

from tactful.batch.model import LineUnit
from tactful.source.codes.batches import UnreadableInput
from tactful.source.diagnostics import InvalidInput

#: How many bytes are read at once.
BLOCK: Final = 4 * 1024 * 1024
#: A chunk ends once its lines have this many bytes, whatever their number.
CHUNK_BYTES: Final = 16 * 1024 * 1024
#: The number of chunks in a unit, and so in a file of the output.
CHUNKS: Final = 8
#: The most bytes of a line that are kept on the disk. Lines over the limit for cases are rejected, up to here.
LONGEST: Final = 1024 * 1024 * 1024
#: A packed file may unpack to this many times its size, or to this many bytes if that is more.
_UNPACKED_RATIO: Final = 200
_UNPACKED_LEAST: Final = 64 * 1024 * 1024
_PACKED: Final = (".gz", ".zst")
_MARK: Final = b"\xef\xbb\xbf"


class Line(msgspec.Struct, frozen=True, gc=False):
    """A line: its number, from 1, and its text, or ``None`` if the text is longer than the limit."""

    no: int
    data: bytes | None


def is_packed(path: Path) -> bool:
    """Whether a file is compressed, so that reading cannot start in the middle of it."""
    return path.name.endswith(_PACKED)


def unpacked(path: Path) -> BinaryIO:
    """The content of a packed file, as a stream."""
    return pa.input_stream(str(path), compression="detect")  # type: ignore[no-any-return]


class Bounded:
    """The content of a packed file. Content far longer than the file, as in a decompression bomb, is a mistake."""

    def __init__(self, path: Path) -> None:
        self._path, self._stream = path, unpacked(path)
        self._left = max(_UNPACKED_LEAST, _UNPACKED_RATIO * path.stat().st_size)

    def read(self, size: int) -> bytes:
        """The next bytes. Raises :class:`InvalidInput` once there are too many."""
        block = self._stream.read(size)
        self._left -= len(block)
        if self._left < 0:
            message = f"`{self._path}` unpacks to more than {_UNPACKED_RATIO} times its size"
            raise InvalidInput([UnreadableInput.at(None, message, "if that is meant, unpack it and give the file")])
        return block


class Readable(Protocol):
    """A source of bytes."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most ``size``."""


def plan_lines(path: Path, chunk: int) -> Iterator[LineUnit]:
    """The units of a file, made while the file is read. ``chunk`` is how many lines are decided on together."""
    start = no = 0
    with path.open("rb", buffering=0) as stream:
        for piece in _pieces(stream, chunk):
            if piece.ends:
                yield LineUnit(no, str(path), start, start + piece.size, piece.line, piece.size)
                start, no = start + piece.size, no + 1


def spool_lines(stream: Readable, chunk: int, folder: Path) -> Iterator[LineUnit]:
    """The units of a stream, each in a file of its own in ``folder``. The file is removed when the unit is done.

    Raises :class:`InvalidInput` if a line does not end within ``LONGEST`` bytes, so that it cannot fill the disk.
    """
    no = 0
    out = (folder / "lines-00000").open("wb")
    try:
        for piece in _pieces(stream, chunk):
            if piece.size > CHUNK_BYTES * CHUNKS + LONGEST:
                message = f"the input has a line of more than {LONGEST:,} bytes, at line {piece.line:,} or later"
                raise InvalidInput([UnreadableInput.at(None, message, "give each case a line of its own")])
            out.write(piece.data)
            if piece.ends:
                out.close()
                yield LineUnit(no, out.name, 0, piece.size, piece.line, piece.size, temporary=True)
                no += 1
                out = (folder / f"lines-{no:05}").open("wb")
    finally:
        out.close()


class _Piece(NamedTuple):
    """A piece of a stretch of whole lines.

    ``size`` is the size of the stretch up to the end of this piece, in bytes. ``line`` is the number of the stretch's first
    line. ``ends``: the stretch ends with this piece.
    """

    data: memoryview
    size: int
    line: int
    ends: bool


def _pieces(stream: Readable, chunk: int) -> Iterator[_Piece]:
    """A stream in stretches of whole lines, each in one or more pieces.

    A stretch ends with the line that fills it, by number of lines or by size, or at the end of the stream.
    """
    most_lines, most_bytes = chunk * CHUNKS, CHUNK_BYTES * CHUNKS
    size = lines = 0
    first = 1
    block = stream.read(BLOCK)
    while block:
        following = stream.read(BLOCK)
        at = 0
        while at < len(block):
            stop, full = _stop(block, at, most_lines - lines, most_bytes - size)
            ends = full or (stop == len(block) and not following)
            size, lines = size + stop - at, lines + block.count(b"\n", at, stop)
            yield _Piece(memoryview(block)[at:stop], size, first, ends)
            if ends:
                first, size, lines = first + lines, 0, 0
            at = stop
        block = following


def _stop(block: bytes, at: int, lines: int, size: int) -> tuple[int, bool]:
    """Where a stretch with room for ``lines`` and ``size`` bytes stops in a block, and whether it is full there."""
    stops = []
    by_size = block.find(b"\n", at + max(0, size - 1)) if at + size <= len(block) else -1
    if by_size >= 0:
        stops.append(by_size + 1)
    if block.count(b"\n", at) >= lines:
        ends = np.flatnonzero(np.frombuffer(block, np.uint8)[at:] == ord("\n"))
        stops.append(at + int(ends[lines - 1]) + 1)
    return (min(stops), True) if stops else (len(block), False)


def lines_of(unit: LineUnit, limit: int) -> Iterator[Line]:
    """The lines of a unit that are not blank. Of a line longer than ``limit`` bytes, only the number is kept."""
    with open(unit.path, "rb", buffering=BLOCK) as stream:
        stream.seek(unit.start)
        no, left = unit.line, unit.stop - unit.start
        while left > 0:
            data = stream.readline(limit + 2)
            left -= len(data)
            if not data:
                return
            whole = data.endswith(b"\n") or left <= 0
            if not whole:
                left -= _skip(stream)
            text = data.rstrip(b"\r\n") if whole else None
            if no == 1 and text is not None:
                text = text.removeprefix(_MARK)
            if text is None or len(text) > limit:
                yield Line(no, None)
            elif text.strip():
                yield Line(no, text)
            no += 1


def _skip(stream: BinaryIO) -> int:
    """Skip to the end of the line. Returns the number of bytes skipped."""
    skipped = 0
    while data := stream.readline(BLOCK):
        skipped += len(data)
        if data.endswith(b"\n"):
            break
    return skipped


def chunks_of(unit: LineUnit, limit: int, chunk: int) -> Iterator[list[Line]]:
    """The lines of a unit, ``chunk`` at a time, or fewer if they are long."""
    lines: list[Line] = []
    size = 0
    for line in lines_of(unit, limit):
        lines.append(line)
        size += len(line.data or b"")
        if len(lines) == chunk or size >= CHUNK_BYTES:
            yield lines
            lines, size = [], 0
    if lines:
        yield lines
