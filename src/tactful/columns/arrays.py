"""Arrow arrays as numpy arrays, without a copy where possible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tactful.columns.columns import Flags, Ints

Array = npt.NDArray[Any]


def bits(buffer: Any, start: int, count: int) -> Flags:
    """The ``count`` bits of a buffer from ``start`` on, as flags."""
    whole = np.unpackbits(np.frombuffer(buffer, np.uint8), count=start + count, bitorder="little")
    return whole[start:].view(np.bool_)


def present(array: pa.Array) -> Flags | None:
    """Which values are not null; ``None`` if no value is null."""
    if array.null_count == 0:
        return None
    buffer = array.buffers()[0]
    return np.zeros(len(array), np.bool_) if buffer is None else bits(buffer, array.offset, len(array))


def numbers(array: pa.Array, type_: npt.DTypeLike) -> Array:
    """The values of an array of fixed width, read-only. Where the array is null, the value is arbitrary."""
    width = np.dtype(type_).itemsize
    if len(array) == 0:
        return np.zeros(0, type_)
    return np.frombuffer(array.buffers()[1], type_, len(array), array.offset * width)


def whole_numbers(array: pa.Array) -> Array:
    """The values of an array of whole numbers of any width, as :func:`numbers`."""
    return numbers(array, str(array.type))  # numpy has the same names; `to_pandas_dtype` needs pandas in pyarrow 18


def flags(array: pa.Array) -> Flags:
    """The values of an array of booleans. Where the array is null, the value is arbitrary."""
    return bits(array.buffers()[1], array.offset, len(array)) if len(array) else np.zeros(0, np.bool_)


def where_known(data: Array, known: Flags | None, unknown: Any) -> Array:
    """``data`` with ``unknown`` where the value is null."""
    if known is None:
        return data
    if data.dtype == np.int8 and unknown == -1:  # arithmetic, four times as fast as numpy.where
        return (data + np.int8(1)) * known.view(np.int8) - np.int8(1)
    return np.where(known, data, data.dtype.type(unknown))


def offsets(array: pa.Array) -> Array:
    """The offset at which each text or list begins, and at the end the offset at which the last of them ends."""
    type_ = np.int64 if pa.types.is_large_string(array.type) or pa.types.is_large_list(array.type) else np.int32
    if len(array) == 0:
        return np.zeros(1, type_)
    return np.frombuffer(array.buffers()[1], type_, len(array) + 1, array.offset * np.dtype(type_).itemsize)


def is_dictionary(array: pa.Array) -> bool:
    """Whether the array is dictionary-encoded."""
    return bool(pa.types.is_dictionary(array.type))


def codes(array: pa.Array) -> tuple[list[str | None], Ints]:
    """The distinct texts, and each text as its index among them; -1 for null."""
    coded = array if is_dictionary(array) else array.dictionary_encode()
    return texts(coded.dictionary), indices(coded)


def texts(array: pa.Array) -> list[str | None]:
    """The texts of an array. Bytes that are not UTF-8 become the replacement character."""
    try:
        return list(array.to_pylist())
    except UnicodeDecodeError:
        plain = array.cast(pa.string()) if is_dictionary(array) else array
        raw = plain.cast(pa.binary()).to_pylist()
        return [None if text is None else text.decode(errors="replace") for text in raw]


def indices(array: pa.Array) -> Ints:
    """The indices of a dictionary array; -1 for null."""
    inner = array.indices
    places = whole_numbers(inner)
    return where_known(places.astype(np.int64), present(inner), -1)


def by_text(array: pa.Array, parsed: Callable[[str], int | None], unknown: int) -> tuple[Ints, Flags]:
    """Texts parsed, each distinct text once; and flags for the texts that cannot be parsed (``parsed`` returns ``None``)."""
    words, places = codes(array)
    values = [None if word is None else parsed(word) for word in words]
    table = np.array([*(unknown if value is None else value for value in values), unknown], np.int64)
    bad = np.array([*(value is None and word is not None for value, word in zip(values, words, strict=True)), False])
    return table[places], bad[places]
