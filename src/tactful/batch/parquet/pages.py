"""Columns as the pages of a row group: texts in dictionaries and numbers by their places, all else as it is."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tactful.batch.parquet.runs import bits_for, hybrid, small
from tactful.batch.parquet.thrift import Value, int32, struct
from tactful.columns.arrays import flags, is_dictionary, numbers, offsets, present
from tactful.columns.columns import Flags

#: How values are encoded.
PLAIN: Final = 0
RLE: Final = 3
BY_PLACE: Final = 8
#: Numbers among so many are given by their places.
_FEW: Final = 256
#: As many stretches of texts of the same length are written each at once.
_STRETCHES: Final = 64
#: Seconds, which Parquet does not know, are written as thousandths.
_THOUSAND: Final = 1_000

#: The kinds of pages, and encodings, in their headers.
_DATA, _DICTIONARY = int32(0), int32(2)
_PLAIN, _RLE, _BY_PLACE = int32(PLAIN), int32(RLE), int32(BY_PLACE)


class Chunk(NamedTuple):
    """A column of a row group. ``values``: how many, nulls included; ``dictionary``: the size of the page with the dictionary."""

    pages: list[bytes]
    values: int
    dictionary: int


class _Encoded(NamedTuple):
    """Values that are not null. ``words``: the page with those that there are, and how many; ``None`` where there is no such."""

    values: bytes
    words: tuple[bytes, int] | None = None


def chunk_of(field: pa.Field, column: pa.ChunkedArray) -> Chunk:
    """The pages of a column."""
    array = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    if not field.nullable and array.null_count:
        raise pa.ArrowInvalid(f"the column {field.name} is declared to have no nulls and has some")
    if pa.types.is_list(array.type):
        inner, before, within = _of_lists(array)
        levels = _levels(before, 1) + _levels(within if field.nullable else within - 1, 2)
        return _chunk(levels, len(within), _encoded(inner, present(inner)))
    known = present(array)
    there = np.ones(len(array), np.uint8) if known is None else known.view(np.uint8)
    return _chunk(_levels(there, 1) if field.nullable else b"", len(array), _encoded(array, known))


def _chunk(levels: bytes, count: int, encoded: _Encoded) -> Chunk:
    pages: list[bytes] = []
    dictionary = 0
    if encoded.words is not None:
        words, different = encoded.words
        header = struct({1: int32(different), 2: _PLAIN})
        pages += [_header(_DICTIONARY, len(words), 7, header), words]
        dictionary = sum(map(len, pages))
    encoding = _PLAIN if encoded.words is None else _BY_PLACE
    header = struct({1: int32(count), 2: encoding, 3: _RLE, 4: _RLE})
    pages += [_header(_DATA, len(levels) + len(encoded.values), 5, header), levels, encoded.values]
    return Chunk(pages, count, dictionary)


def _header(type_: Value, size: int, no: int, header: Value) -> bytes:
    bytes_ = int32(size)
    return struct({1: type_, 2: bytes_, 3: bytes_, no: header}).data


def _levels(levels: npt.NDArray[np.uint8], bits: int) -> bytes:
    """What is null, and where lists begin."""
    found = hybrid(levels, bits)
    return len(found).to_bytes(4, "little") + found


def _of_lists(array: pa.Array) -> tuple[pa.Array, npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """What is in lists; and for each of it, and for each list in which nothing is, whether the list goes on, and what is there.

    There is: 0 no list, 1 one that is empty, 2 a null, 3 a value; one less of each where lists are never null.
    """
    known, ends = present(array), offsets(array)
    rows = np.arange(len(array)) if known is None else np.flatnonzero(known)
    lengths = ends.take(rows + 1) - ends.take(rows)
    there, on = np.zeros(len(array), np.uint8), np.zeros(len(array), np.uint8)
    there[rows] = np.where(lengths > 0, np.uint8(3), np.uint8(1))
    longer = np.flatnonzero(lengths > 1)
    if len(longer):
        more = np.repeat(rows.take(longer) + 1, lengths.take(longer) - 1)
        there, on = np.insert(there, more, 3), np.insert(on, more, 1)
    seen = int(lengths.sum()) == int(ends[-1] - ends[0])  # a list that is null may have items that nobody sees
    inner = array.values[int(ends[0]) : int(ends[-1])] if seen else array.flatten()
    items = present(inner)
    if items is not None:
        there[there == 3] = np.where(items, np.uint8(3), np.uint8(2))
    return inner, on, there


def _encoded(array: pa.Array, known: Flags | None) -> _Encoded:
    if is_dictionary(array):
        return _coded(array, known)
    type_ = array.type
    if pa.types.is_string(type_):
        return _Encoded(texts(array.drop_null()))
    if pa.types.is_boolean(type_):
        return _Encoded(np.packbits(_some(flags(array), known), bitorder="little").tobytes())
    data = _some(numbers(array, np.dtype(f"i{type_.bit_width // 8}")), known)
    if pa.types.is_timestamp(type_):
        return _Encoded((data * _THOUSAND).tobytes())
    return _numbers(data)


def _some(data: npt.NDArray[Any], known: Flags | None) -> npt.NDArray[Any]:
    return data if known is None else data.compress(known)


def _coded(array: pa.Array, known: Flags | None) -> _Encoded:
    words, inner = array.dictionary, array.indices
    bits = bits_for(len(words))
    codes = _some(small(numbers(inner, inner.type.to_pandas_dtype()), bits), known)
    return _Encoded(bytes([bits]) + hybrid(codes, bits), (texts(words), len(words)))


def _numbers(data: npt.NDArray[Any]) -> _Encoded:
    """Numbers of 32 bits: by their places among all from the least to the greatest, if these are few."""
    low, high = (int(data.min()), int(data.max())) if len(data) else (0, 0)
    if high - low >= _FEW:
        return _Encoded(data.astype(np.int32).tobytes())
    bits = bits_for(high - low + 1)
    words = np.arange(low, high + 1, dtype=np.int32).tobytes()
    return _Encoded(bytes([bits]) + hybrid(small(data - low if low else data, bits), bits), (words, high - low + 1))


def texts(array: pa.Array) -> bytes:
    """Texts, each with its length before it."""
    ends = offsets(array)
    if not len(array):
        return b""
    lengths = np.diff(ends)
    data = np.frombuffer(array.buffers()[2] or b"", np.uint8)
    first = np.append(0, np.flatnonzero(lengths[1:] != lengths[:-1]) + 1)
    if len(first) > _STRETCHES:
        return _of_any_lengths(data[int(ends[0]) : int(ends[-1])], lengths)
    stretches = zip(first.tolist(), np.diff(first, append=len(array)).tolist(), strict=True)
    return b"".join(_of_one_length(data, int(ends[begin]), int(lengths[begin]), count) for begin, count in stretches)


def _of_one_length(data: npt.NDArray[np.uint8], begin: int, length: int, count: int) -> bytes:
    found = np.empty(count * (length + 4), np.uint8)
    np.ndarray(count, "V4", found, 0, (length + 4,))[:] = np.void(length.to_bytes(4, "little"))
    if length:
        to = np.ndarray(count, f"V{length}", found, 4, (length + 4,))
        to[:] = np.ndarray(count, f"V{length}", data, begin)
    return found.tobytes()


def _of_any_lengths(data: npt.NDArray[np.uint8], lengths: npt.NDArray[np.int32]) -> bytes:
    begins = np.cumsum(lengths + 4) - lengths - 4
    is_text = np.ones(len(data) + 4 * len(lengths), np.bool_)
    found = np.empty(len(is_text), np.uint8)
    for no in range(4):
        is_text[begins + no] = False
        found[begins + no] = lengths >> 8 * no & 0xFF
    found[is_text] = data
    return found.tobytes()
