"""Turn the keys of rows into whole numbers. Ids are compared as texts once; after that, rows are looked up by number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tactful.columns.arrays import flags, indices, is_dictionary, offsets, present
from tactful.columns.columns import Flags, Ints, Places

#: Keys below this, or below four times the number of rows, are looked up in an array; larger keys by binary search.
_DENSE: Final = 1 << 16
_CODED: Final = pa.dictionary(pa.int32(), pa.string())


def runs(array: pa.Array) -> tuple[pa.Array, Places]:
    """The ids of a column with consecutive repeats collapsed, and the length of each run."""
    if is_dictionary(array):
        places = indices(array)
        first = np.flatnonzero(np.append(True, places[1:] != places[:-1])[: len(places)])
        texts = array.dictionary.take(pa.array(places[first], pa.int64(), mask=places[first] < 0))
    else:
        first = np.flatnonzero(_changes(array))
        texts = array if len(first) == len(array) else array.take(pa.array(first))
    return texts, np.diff(first, append=len(array))


def _changes(array: pa.Array) -> Flags:
    """Which texts differ from the previous text. A null always counts as different."""
    changed = np.ones(len(array), np.bool_)
    if len(array) > 1:
        differs = pc.not_equal(array[1:], array[:-1])
        known = present(differs)
        changed[1:] = flags(differs) if known is None else flags(differs) | ~known
    return changed


def places_of(ids: pa.Array, others: Sequence[pa.Array]) -> tuple[Places, list[Places]]:
    """The first row of each id, and for each of the other ids its first row in ``ids``; -1 if ``ids`` does not have it."""
    equal = [other.equals(ids) for other in others]
    looked_up = [other for other, same in zip(others, equal, strict=True) if not same]
    codes = indices(pa.concat_arrays([ids, *looked_up]).dictionary_encode())
    own = codes[: len(ids)]
    first = np.full(len(codes) + 1, -1, np.int64)  # the last entry is for null, whose code is -1
    first[own[::-1]] = np.arange(len(ids))[::-1]
    places, at = [], len(ids)
    for other, same in zip(others, equal, strict=True):
        if same:
            places.append(first[own])
        else:
            places.append(first[codes[at : at + len(other)]])
            at += len(other)
    return first[own], places


def owners_of(ids: pa.Array, others: Sequence[pa.Array]) -> tuple[Places, list[Places]]:
    """The same as :func:`places_of`, but faster for columns in which equal ids mostly follow each other."""
    stretches = [runs(other) for other in others]
    first, places = places_of(ids, [texts for texts, _ in stretches])
    return first, [np.repeat(rows, counts) for rows, (_, counts) in zip(places, stretches, strict=True)]


class Names:
    """Ids in several columns as numbers. Equal ids have equal numbers; null is -1."""

    def __init__(self, columns: Sequence[pa.Array]) -> None:
        stretches = [(column, None) if is_dictionary(column) else runs(column) for column in columns]
        coded = [_coded(column) for column, _ in stretches]
        shared = pa.chunked_array(coded, _CODED).unify_dictionaries()
        chunk_codes = [indices(chunk) for chunk in shared.chunks]
        self.codes: list[Ints] = [
            codes if counts is None else np.repeat(codes, counts)
            for codes, (_, counts) in zip(chunk_codes, stretches, strict=True)
        ]
        texts = shared.chunk(0).dictionary
        self.count = len(texts)
        #: Whether any of the ids is missing.
        self.gaps = any(column.null_count for column in columns)
        self._blank = maybe_blank(texts)

    def unsure(self, codes: Ints) -> Places:
        """The rows whose id is missing, or may have nothing in it but spaces."""
        return np.flatnonzero((codes < 0) | np.isin(codes, self._blank) if len(self._blank) else codes < 0)


#: By the first byte of a space of more than one byte, the bytes that may follow it.
_SPACES: Final = {0xC2: (0x85, 0xA0), 0xE1: (0x9A,), 0xE2: (0x80, 0x81), 0xE3: (0x80,)}
#: How a text of spaces may begin, in one byte or two.
_SPACE: Final = np.isin(np.arange(256), [*range(9, 14), *range(28, 33)])
_SPACE_PAIRS: Final = np.array([first << 8 | second for first, rest in _SPACES.items() for second in rest])


def maybe_blank(texts: pa.Array) -> Places:
    """The texts that are empty or begin with a space, so that there may be nothing else in them."""
    ends = offsets(texts)
    begins, sizes = ends[:-1], np.diff(ends)
    if not sizes.any():
        return np.arange(len(texts))
    data = np.frombuffer(texts.buffers()[2], np.uint8)
    first = data.take(begins, mode="clip").astype(np.int64)
    pairs = first << 8 | data.take(begins + 1, mode="clip")
    return np.flatnonzero((sizes == 0) | _SPACE[first] | ((sizes > 1) & np.isin(pairs, _SPACE_PAIRS)))


def _coded(column: pa.Array) -> pa.Array:
    if is_dictionary(column):
        return column if column.type == _CODED else column.cast(_CODED)
    return column.dictionary_encode()


def keys(owners: Places, codes: Ints, names: Names) -> Ints:
    """The key of each row, made from its owner's row and its own id; -1 if either is missing."""
    numbers = owners * names.count
    numbers += codes
    if len(numbers) and (numbers.min() < 0 or (names.gaps and codes.min() < 0)):
        numbers[(codes < 0) | (owners < 0)] = -1
    return numbers


class Finder:
    """Finds rows by key: in an array of all possible keys, in an array of all ids, or by binary search.

    ``count``: the number of ids; a key modulo ``count`` is the id. ``owners``: the number of rows in the parent table.
    """

    def __init__(self, own: Ints, owners: int, count: int) -> None:
        self._own, self._count = own, count
        self._all = owners * count <= max(_DENSE, 4 * len(own))
        places, bound = (own, owners * count) if self._all else (self._ids(own), count)
        rows = np.arange(len(own), dtype=np.int32)
        self._first = _rows(places, rows, bound)
        #: Rows whose key an earlier row already has.
        self.repeated: Places = np.zeros(0, np.int64)
        self._order: Places | None = None
        lost = np.flatnonzero(self._first.take(places) != rows)
        if self._all and (own.take(lost) >= 0).any():
            self._first = _rows(own[::-1], rows[::-1], bound)
            self.repeated = np.flatnonzero((self._first.take(own) != rows) & (own >= 0))
        elif len(lost) and not self._all:
            self._order = np.argsort(own, kind="stable")
            self._own = own[self._order]
            again = (self._own[1:] == self._own[:-1]) & (self._own[1:] >= 0)
            self.repeated = self._order[1:][again]

    def _ids(self, wanted: Ints) -> Ints:
        """The id of each key; -1 for the key -1."""
        return np.where(wanted < 0, -1, wanted % max(1, self._count))

    def find(self, wanted: Ints) -> Places:
        """The first row of each key; -1 for the key -1 and for a key that no row has."""
        if self._all:
            return self._first.take(wanted).astype(np.int64)
        if len(self._own) == 0:
            return np.full(len(wanted), -1, np.int64)
        if self._order is None:  # no two rows have the same id
            rows = self._first.take(self._ids(wanted)).astype(np.int64)
            return np.where((self._own[rows] == wanted) & (wanted >= 0), rows, -1)
        at = np.minimum(np.searchsorted(self._own, wanted), len(self._own) - 1)
        return np.where((self._own[at] == wanted) & (wanted >= 0), self._order[at], -1)


def _rows(numbers: Ints, rows: npt.NDArray[np.int32], bound: int) -> npt.NDArray[np.int32]:
    """The last row of each number below ``bound``. The entry at -1 is always -1."""
    last = np.full(bound + 1, -1, np.int32)
    last[numbers] = rows
    last[-1] = -1
    return last


def repeated(numbers: Ints, counted: Flags) -> Places:
    """The counted rows whose number occurs more than once among the counted rows."""
    ordered = np.sort(numbers if counted.all() else numbers[counted], kind="stable")
    twice = ordered[1:][ordered[1:] == ordered[:-1]]
    return np.flatnonzero(counted & np.isin(numbers, twice)) if len(twice) else np.zeros(0, np.int64)
