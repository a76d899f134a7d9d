"""Ids that all have the same number of bytes, as most have: compared and found as whole numbers, eight bytes at a time."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tactful.columns.arrays import offsets
from tactful.columns.columns import Flags, Places

#: Each eight bytes of all ids; the last ones may overlap those before.
Words = tuple[npt.NDArray[np.uint64], ...]
_EIGHT: Final = 8
#: Longer ids than this are left to Arrow.
_LONGEST: Final = 64
_BITS: Final = 64
#: Odd numbers whose bits are mixed, to multiply with.
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX_AGAIN: Final = np.uint64(0xD6E8FEB86659FD93)
_HALF: Final = np.uint64(32)


def stretch_of(ids: pa.Array, longest: int) -> tuple[int, int] | None:
    """Where the bytes of strings begin, and how many each has.

    ``None`` where they differ in length, have more than ``longest`` or none at all, or where one is missing.
    """
    if ids.type != pa.string() or ids.null_count or not len(ids):
        return None
    ends = offsets(ids)
    start, width = int(ends[0]), int(ends[1]) - int(ends[0])
    return (start, width) if 0 < width <= longest and (ends[1:] - ends[:-1] == width).all() else None


def words_of(ids: pa.Array) -> Words | None:
    """The bytes of strings; ``None`` where they differ in length, or one is missing."""
    stretch = stretch_of(ids, _LONGEST)
    if stretch is None:
        return None
    start, width = stretch
    data: Any = ids.buffers()[2]
    if width < _EIGHT:
        padded = np.zeros((len(ids), _EIGHT), np.uint8)
        padded[:, :width] = np.frombuffer(data, np.uint8, len(ids) * width, start).reshape(len(ids), width)
        return (padded.view(np.uint64)[:, 0],)
    places = (*range(0, width - _EIGHT, _EIGHT), width - _EIGHT)
    return tuple(np.ndarray(len(ids), np.uint64, data, start + place, (width,)).copy() for place in places)


def changes(words: Words) -> Flags:
    """Whether each id is not that of the row before."""
    changed = np.ones(len(words[0]), np.bool_)
    inner = changed[1:]
    np.not_equal(words[-1][1:], words[-1][:-1], out=inner)
    for one in words[:-1]:
        inner |= one[1:] != one[:-1]
    return changed


def taken(words: Words, rows: Places) -> Words:
    """Some of the rows."""
    return tuple(one.take(rows) for one in words)


class _Bits(NamedTuple):
    """Some of the bits of numbers: ``size`` of them after the first ``skipped``."""

    skipped: int
    size: int

    def of(self, numbers: npt.NDArray[np.uint64]) -> Places:
        """These bits, as a number."""
        shifted = numbers << np.uint64(self.skipped) if self.skipped else numbers
        return (shifted >> np.uint64(_BITS - self.size)).view(np.int64)


class Index:
    """Finds rows by their ids: by some bits of a number made of each, and by others where those are the same.

    ``first``: for each row the first one with its id. ``whole``: whether all rows could be told apart so.
    """

    def __init__(self, own: Words) -> None:
        self._own = own
        #: In each, the rows by as many bits of their numbers as are told.
        self._tables: list[tuple[_Bits, npt.NDArray[np.int32]]] = []
        self.first: Places = np.arange(len(own[0]))
        rows, numbers, used = self.first.copy(), _numbers(own), 0
        while (size := (4 * len(rows)).bit_length()) + used <= _BITS:
            bits = _Bits(used, size)
            places = bits.of(numbers)
            table = np.full(1 << size, -1, np.int32)
            table[places[::-1]] = rows[::-1]
            self._tables.append((bits, table))
            used += size
            there = table.take(places).astype(np.int64)
            lost = np.flatnonzero(there != rows)
            again = _equal(taken(own, rows.take(lost)), taken(own, there.take(lost)))
            self.first[rows.take(lost[again])] = there.take(lost[again])
            lost = lost[~again]
            rows, numbers = rows.take(lost), numbers.take(lost)
            if not len(rows):
                break
        self.whole = not len(rows)

    def find(self, wanted: Words) -> Places:
        """The first row with each id; -1 where none has it."""
        if len(wanted) != len(self._own):
            return np.full(len(wanted[0]), -1, np.int64)
        if len(wanted[0]) == len(self.first) and _equal(wanted, self._own).all():
            return self.first
        numbers = _numbers(wanted)
        found = self._in_table(0, wanted, numbers)
        for no in range(1, len(self._tables)):
            rest = np.flatnonzero(found < 0)
            if not len(rest):
                break
            found[rest] = self._in_table(no, taken(wanted, rest), numbers.take(rest))
        return found

    def _in_table(self, no: int, wanted: Words, numbers: npt.NDArray[np.uint64]) -> Places:
        """Where nothing stands, -1 leads to the first row, which stands elsewhere and so has another id."""
        bits, table = self._tables[no]
        there = table.take(bits.of(numbers)).astype(np.int64)
        equal = _equal(wanted, tuple(one.take(there, mode="clip") for one in self._own))
        return there if equal.all() else np.where(equal, there, -1)


def _numbers(words: Words) -> npt.NDArray[np.uint64]:
    """A number made of all bytes of each id, whose bits hang on all of them."""
    found = words[0] ^ (words[0] >> _HALF)
    for one in words[1:]:
        found *= _MIX
        found ^= one
        found ^= found >> _HALF
    found *= _MIX
    found ^= found >> _HALF
    found *= _MIX_AGAIN
    return found


def _equal(some: Words, others: Words) -> Flags:
    equal: Flags = some[0] == others[0]
    for one, other in zip(some[1:], others[1:], strict=True):
        equal &= one == other
    return equal
