"""Keys of rows: ids as numbers, which rows of a table follow each other under one key, and which row a key names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tactful.tables.arrays import bits, indices, is_dictionary, offsets, present
from tactful.tables.columns import Flags, Ints, Places

Words = npt.NDArray[np.uint64]
_WORD: Final = 8
#: Longer ids are told apart by their length and a digest.
_LONGEST: Final = 64
#: Which bytes of a word belong to a text of which so many bytes are left.
_MASKS: Final = np.array([(1 << (8 * left)) - 1 for left in range(_WORD + 1)], np.uint64)
#: How many tables a lookup has at most; ids made to share places must not make it slow.
_MOST_TABLES: Final = 8


def _odd_numbers(count: int) -> list[np.uint64]:
    """Odd numbers without a pattern to mix words with (splitmix64)."""
    found = []
    for no in range(1, count + 1):
        one = no * 0x9E3779B97F4A7C15 % 2**64
        one = (one ^ (one >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        one = (one ^ (one >> 27)) * 0x94D049BB133111EB % 2**64
        found.append(np.uint64((one ^ (one >> 31)) | 1))
    return found


_MIX: Final = _odd_numbers(4 * _WORD + _MOST_TABLES)


@dataclass(frozen=True, slots=True)
class Ids:
    """Ids as words of eight bytes. Equal lengths and equal words are equal ids; a null has the length -1."""

    words: tuple[Words, ...]
    lengths: Ints | None

    def take(self, rows: Places) -> Ids:
        """Those of some rows."""
        lengths = None if self.lengths is None else self.lengths.take(rows)
        return Ids(tuple(one.take(rows) for one in self.words), lengths)

    def same(self, other: Ids) -> Flags:
        """Where both have the same id."""
        found = np.ones(len(self.words[0]), np.bool_)
        if self.lengths is not None and other.lengths is not None:
            found = self.lengths == other.lengths
        for mine, others in zip(self.words, other.words, strict=False):  # where lengths are equal, further words are 0
            found &= mine == others
        return found

    def mixed(self, salt: int) -> Words:
        """A number for each id that other ids are unlikely to have."""
        found = self.words[0] * _MIX[salt]
        for no, word in enumerate(self.words[1:], start=1):
            found += word * _MIX[salt + no]
        return found

    @property
    def empty(self) -> Flags:
        """Where there is no id, or an empty one."""
        assert self.lengths is not None
        return self.lengths <= 0


def ids_of_places(places: Places) -> Ids:
    """Rows as parts of keys."""
    return Ids((places.view(np.uint64),), None)


def _packed(array: pa.Array, rows: Places | None) -> Ids:
    """The ids of an array of texts, at some rows or all."""
    ends = offsets(array)
    first, last = int(ends[0]), int(ends[-1])
    starts = ends[:-1] - first
    lengths = np.diff(ends)
    if rows is not None:
        starts, lengths = starts.take(rows), lengths.take(rows)
    buffer = array.buffers()[2]
    data = np.zeros(0, np.uint8) if buffer is None else np.frombuffer(buffer, np.uint8)[first:last]
    longest = int(lengths.max(initial=0))
    reach = range(0, max(1, min(longest, _LONGEST)), _WORD)
    words = [_word(data, starts, lengths, at, longest) for at in reach]
    if longest > _LONGEST:
        _digest(data, starts, lengths, words)
    known = present(array)
    if known is not None:
        at_rows = known if rows is None else known.take(rows)
        lengths = np.where(at_rows, lengths, -1)
        words = [np.where(at_rows, word, np.uint64(0)) for word in words]
    return Ids(tuple(words), lengths)


def _word(data: npt.NDArray[np.uint8], starts: Any, lengths: Any, at: int, longest: int) -> Words:
    """Eight bytes of each text from its ``at``-th on, with zeros after its end."""
    if len(data) < _WORD:
        data = np.concatenate([data, np.zeros(_WORD, np.uint8)])
    limit = len(data) - _WORD
    words: Words = np.ndarray((limit + 1,), np.dtype("<u8"), data, 0, (1,))  # one begins at each byte
    begin = starts + at if at else starts
    if len(begin) and int(begin.max()) > limit:  # too near to the end of all texts to read eight bytes there
        found = words[np.minimum(begin, limit)]
        late = np.flatnonzero(begin > limit)
        found[late] >>= (np.minimum(begin[late] - limit, _WORD - 1) * 8).astype(np.uint64)
    else:
        found = words[begin]  # not `take`, which would copy the whole array to align it
    shortest = int(lengths.min(initial=longest))
    if shortest - at >= _WORD:
        return found
    if shortest == longest:
        found &= _MASKS[shortest - at]
    else:
        found &= _MASKS.take(lengths - at, mode="clip")
    return found


def _digest(data: npt.NDArray[np.uint8], starts: Any, lengths: Any, words: list[Words]) -> None:
    for row in np.flatnonzero(lengths > _LONGEST).tolist():
        text = data[starts[row] : starts[row] + lengths[row]].tobytes()
        digest = np.frombuffer(blake2b(text, digest_size=_LONGEST).digest(), np.uint64)
        for word, value in zip(words, digest, strict=True):
            word[row] = value


class KeyColumn:
    """A column of ids: an array of texts, or a dictionary array, whose texts are looked at once each."""

    def __init__(self, array: pa.Array) -> None:
        self.array = array
        self._indices = indices(array) if is_dictionary(array) else None
        self._words: Ids | None = None

    def __len__(self) -> int:
        return len(self.array)

    def ids(self, rows: Places | None = None) -> Ids:
        """The ids of some rows, or of all."""
        if self._indices is None:
            if rows is not None:
                return _packed(self.array, rows)
            if self._words is None:
                self._words = _packed(self.array, None)
            return self._words
        if self._words is None:
            self._words = _with_null(_packed(self.array.dictionary, None))
        return self._words.take(self._indices if rows is None else self._indices.take(rows))

    def changes(self) -> Flags:
        """Which rows have another id than the row before, the first among them. A null is another each time."""
        changed = np.ones(len(self.array), np.bool_)
        if len(self.array) < 2:
            return changed
        if self._indices is not None:
            changed[1:] = self._indices[1:] != self._indices[:-1]
            return changed
        differs = pc.not_equal(self.array[1:], self.array[:-1])
        changed[1:] = bits(differs.buffers()[1], differs.offset, len(differs))
        known = present(differs)
        if known is not None:
            changed[1:] |= ~known
        return changed


def _with_null(ids: Ids) -> Ids:
    """With one more id that stands for null, which the place -1 leads to."""
    assert ids.lengths is not None
    words = tuple(np.append(word, np.uint64(0)) for word in ids.words)
    return Ids(words, np.append(ids.lengths, -1))


Key = Sequence[Ids]


def mixed(key: Key) -> Words:
    """A number for each key that other keys are unlikely to have."""
    found = key[0].mixed(0)
    for no, part in enumerate(key[1:], start=1):
        found += part.mixed(no * _WORD)
    return found ^ (found >> np.uint64(32))


def same(one: Key, other: Key) -> Flags:
    """Where keys are equal in all of their parts."""
    found = one[0].same(other[0])
    for mine, others in zip(one[1:], other[1:], strict=True):
        found &= mine.same(others)
    return found


def taken(key: Key, rows: Places) -> Key:
    """The keys of some rows."""
    return [part.take(rows) for part in key]


class Lookup:
    """Finds rows by their keys: a hash table in arrays. Rows that share a place in it go to a further table."""

    def __init__(self, key: Key) -> None:
        self.key = key
        numbers = mixed(key)
        #: Rows with a key that an earlier row has.
        self.repeated: Places = np.zeros(0, np.int64)
        self._tables: list[tuple[np.uint64, np.uint64, npt.NDArray[np.int32]]] = []
        self._others: dict[tuple[int, ...], int] = {}
        rows = np.arange(len(numbers), dtype=np.int64)
        while len(rows) and len(self._tables) < _MOST_TABLES:
            winners = self._table(rows, numbers).astype(np.int64)
            lost = np.flatnonzero(winners != rows)
            rows, winners, numbers = rows[lost], winners[lost], numbers[lost]
            again = same(taken(key, rows), taken(key, winners))
            if again.any():
                self.repeated = np.concatenate([self.repeated, rows[again]])
                rows, numbers = rows[~again], numbers[~again]
        for row, one in zip(rows.tolist(), _tuples(taken(key, rows)), strict=True):
            if self._others.setdefault(one, row) != row:
                self.repeated = np.append(self.repeated, row)

    def _table(self, rows: Places, numbers: Words) -> npt.NDArray[np.int32]:
        """Make one more table for rows; gives the row that has each row's place in it."""
        bits_ = _bits(len(rows))
        mix, shift = _MIX[-1 - len(self._tables)], np.uint64(64 - bits_)
        places = (numbers * mix) >> shift
        table = np.full(1 << bits_, -1, np.int32)
        table[places[::-1]] = rows[::-1]  # of those that share a place the first row is written last
        self._tables.append((mix, shift, table))
        return table[places]

    def find(self, wanted: Key) -> Places:
        """For each key the first row that has it; -1 where none has."""
        numbers = mixed(wanted)
        asked = np.arange(len(numbers))
        found = np.full(len(numbers), -1, np.int64)
        for mix, shift, table in self._tables:
            rows = table[(numbers * mix) >> shift]
            some = rows >= 0
            hit = same(taken(self.key, rows), wanted) & some
            found[asked[hit]] = rows[hit]
            left = np.flatnonzero(some & ~hit)
            if len(left) == 0:
                return found
            asked, wanted, numbers = asked[left], taken(wanted, left), numbers[left]
        for no, one in zip(asked.tolist(), _tuples(wanted), strict=True):
            found[no] = self._others.get(one, -1)
        return found


def _tuples(key: Key) -> list[tuple[int, ...]]:
    """Keys as tuples of numbers."""
    columns: list[list[int]] = []
    for part in key:
        words = [*part.words, *[np.zeros_like(part.words[0])] * (_WORD - len(part.words))]
        columns += [one.tolist() for one in words]
        if part.lengths is not None:
            columns.append(part.lengths.tolist())
    return list(zip(*columns, strict=True))


def _bits(count: int) -> int:
    """The size of a table for so many rows: eight to sixteen places for each."""
    return max(4, count.bit_length() + 3)
