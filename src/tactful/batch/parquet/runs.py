"""Numbers of a few bits as Parquet has them: each run of equal ones once, or else all of them bit after bit."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tactful.batch.parquet.thrift import varint
from tactful.columns.columns import Places

#: Numbers without a sign of 8, 16 or 32 bits.
Small = npt.NDArray[Any]
_BYTE: Final = 8
_WORD: Final = 64
#: The bits of a length that stand in one byte.
_SEVEN: Final = 7
_LANES: Final[dict[int, npt.DTypeLike]] = {8: np.uint8, 16: np.uint16, 32: np.uint32}
#: Runs are written, which takes longer, where they take less than this part of the room.
_PART: Final = 3


def bits_for(count: int) -> int:
    """How many bits each of so many different numbers, from 0 on, gets: enough, and so many that bytes come out whole."""
    bits = max(1, (count - 1).bit_length())
    every = 1 if bits <= 8 else 2 if bits <= 16 else 4
    return -(-bits // every) * every


def small(numbers: npt.NDArray[Any], bits: int) -> Small:
    """Numbers of so many bits in the least type that has room for them."""
    return numbers.astype(_LANES[_lane(bits)])


def hybrid(numbers: Small, bits: int) -> bytes:
    """Numbers from :func:`small`, in runs or bit after bit."""
    if not len(numbers):
        return b""
    changed = numbers[1:] != numbers[:-1]
    count = int(np.count_nonzero(changed)) + 1
    if count == 1:
        return varint(len(numbers) << 1) + numbers[:1].tobytes()[: _bytes(bits)]
    if count * (1 + _bytes(bits)) * _BYTE * _PART < len(numbers) * bits:
        first = np.append(0, np.flatnonzero(changed) + 1)
        return _runs(numbers.take(first), np.diff(first, append=len(numbers)), _bytes(bits))
    return varint(_bytes(len(numbers)) << 1 | 1) + packed(numbers, bits)


def _runs(numbers: Small, lengths: Places, width: int) -> bytes:
    """For each run its length, doubled, seven bits to a byte, and its number in ``width`` bytes."""
    doubled = lengths << 1
    longest = -(-int(doubled.max()).bit_length() // _SEVEN)
    sizes = np.ones(len(lengths), np.int64)
    for no in range(1, longest):
        sizes += doubled >> _SEVEN * no > 0
    ends = np.cumsum(sizes + width)
    begins = ends - sizes - width
    found = np.empty(int(ends[-1]), np.uint8)
    for no in range(longest):
        rows = np.flatnonzero(sizes > no)
        more = (sizes.take(rows) > no + 1).view(np.uint8) << _SEVEN
        found[begins.take(rows) + no] = (doubled.take(rows) >> _SEVEN * no & 0x7F).astype(np.uint8) | more
    for no in range(width):
        found[ends - width + no] = (numbers >> _BYTE * no).astype(np.uint8)
    return found.tobytes()


def packed(numbers: Small, bits: int) -> bytes:
    """The bits of all numbers, the lowest first, and zeros up to a number of them that eight goes into.

    Neighbours are brought together in a word, two and two, then four and four, until all that are in it are side by side.
    """
    if bits == 1:
        return np.packbits(numbers.view(np.bool_), bitorder="little").tobytes()
    lane = _lane(bits)
    padded = np.zeros(_bytes(len(numbers)) * _BYTE, _LANES[lane])
    padded[: len(numbers)] = numbers
    words = padded.view(np.uint64)
    while lane < _WORD:
        if bits < lane:
            low = sum((1 << bits) - 1 << at for at in range(0, _WORD, 2 * lane))
            above = words >> np.uint64(lane - bits)
            above &= np.uint64(low << bits)
            words &= np.uint64(low)
            words |= above
        lane, bits = 2 * lane, 2 * bits
    kept = bits // _BYTE
    return words.tobytes() if bits == _WORD else np.ndarray(len(words), f"V{kept}", words, 0, (_BYTE,)).tobytes()


def _bytes(bits: int) -> int:
    """How many bytes so many bits take."""
    return -(-bits // _BYTE)


def _lane(bits: int) -> int:
    """The bits of the type that numbers are kept in."""
    return next(one for one in _LANES if bits <= one)
