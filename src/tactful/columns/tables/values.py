"""Turn columns of fields into the arrays that engines read, and find the rows that the ordinary reader has to check."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tactful.columns import arrays
from tactful.columns.arrays import Array
from tactful.columns.columns import NULL, Column, Flags, Ints, Places, array_type, unknown_of
from tactful.columns.tables.moments import Clock, seconds_column
from tactful.columns.tables.schema import FieldColumn
from tactful.columns.tables.sheets import as_texts
from tactful.facts.kinds import (
    DAY,
    MAX_DAYS,
    MINUTE,
    MOST,
    ChoiceKind,
    DayTimeKind,
    DurationKind,
    Elapsed,
    Kind,
    LengthKind,
    ListKind,
    MomentKind,
    NumberKind,
    YesNoKind,
    as_length,
    parse_day_time,
    parse_duration,
)
from tactful.facts.parameters import Adjustable

_PER_SECOND: Final = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_NOBODY: Final[Places] = np.zeros(0, np.int64)


def unknown_column(kind: Kind, size: int) -> Column:
    """A column without any known value."""
    type_ = array_type(kind)
    if type_ is None:
        texts = pa.list_(pa.string()) if isinstance(kind, ListKind) else pa.string()
        return Column(kind, pa.nulls(size, texts))
    return Column(kind, np.full(size, unknown_of(kind), type_))


def read_column(field: FieldColumn, array: pa.Array, clock: Clock, longest: int) -> tuple[Column | None, Places]:
    """The column and its suspect rows. For texts the column is ``None``: texts are only checked, and read when needed.

    ``longest``: the most characters that a text may have.
    """
    column, rows = _read(field, array, clock, longest)
    if column is None or field.parameter is None:
        return column, rows
    return column, np.union1d(rows, _out_of_bounds(column, field.parameter))


def _out_of_bounds(column: Column, parameter: Adjustable) -> Places:
    unknown = np.isnan(column.data) if isinstance(column.kind, NumberKind) else column.data == NULL
    return np.flatnonzero(~unknown & ((column.data < parameter.low) | (column.data > parameter.high)))


def _read(field: FieldColumn, array: pa.Array, clock: Clock, longest: int) -> tuple[Column | None, Places]:
    kind = field.kind
    match kind:
        case YesNoKind():
            return Column(kind, _yes_no(array)), _NOBODY
        case ChoiceKind(values=words):
            data, odd = _choices(array, words)
            return Column(kind, data.astype(array_type(kind), copy=False)), _rows(odd)
        case MomentKind():
            data, odd = seconds_column(array, clock, field.deadline)
            return Column(kind, data), _rows(odd)
        case DurationKind():
            data, odd = _durations(array)
            return Column(kind, data), _rows(odd)
        case LengthKind():
            data, odd = arrays.by_text(array, _length, NULL)
            return Column(kind, data), _rows(odd)
        case DayTimeKind():
            data, odd = _day_times(array)
            return Column(kind, data), _rows(odd)
        case NumberKind():
            data, odd = _numbers(array)
            return Column(kind, data), _rows(odd)
        case ListKind(values=words):
            if array_type(kind) is None:
                return None, _rows(_odd_lists(array, words, longest))
            data, odd = _sets(array, words)
            return Column(kind, data), _rows(odd)
        case _:
            return None, _rows(_too_long(array, longest))


def text_column(kind: Kind, array: pa.Array) -> Column:
    """A column of texts, or of lists of free texts."""
    return Column(kind, as_texts(array), array if arrays.is_dictionary(array) else None)


def _rows(odd: Flags | None) -> Places:
    return _NOBODY if odd is None else np.flatnonzero(odd)


def _yes_no(array: pa.Array) -> Array:
    return arrays.where_known(arrays.flags(array).view(np.int8), arrays.present(array), -1)


def _choices(array: pa.Array, words: Sequence[str]) -> tuple[Array, Flags | None]:
    """Words as their indices in ``words``; -1 for unknown. Other words are also -1, and suspect."""
    small: Any = np.int8 if len(words) < 127 else np.int16
    if not arrays.is_dictionary(array):
        positions = pc.index_in(array, value_set=pa.array(words, pa.string()))
        known = arrays.present(positions)
        data = arrays.where_known(arrays.numbers(positions, np.int32).astype(small), known, -1)
        if positions.null_count == array.null_count:
            return data, None
        given = arrays.present(array)
        return data, ~known if given is None else given & ~known  # type: ignore[operator]
    if not len(array.dictionary):
        return np.full(len(array), -1, small), None
    inner = array.indices
    places: dict[str | None, int] = {word: no for no, word in enumerate(words)}
    meant = [places.get(text, -2) for text in arrays.texts(array.dictionary)]
    data = np.array(meant, small).take(arrays.whole_numbers(inner), mode="clip")
    data = arrays.where_known(data, arrays.present(inner), -1)
    if -2 not in meant:
        return data, None
    odd = data == -2
    data[odd] = -1
    return data, odd


def _numbers(array: pa.Array) -> tuple[Array, Flags]:
    """Numbers as floats. NaN counts as unknown, as pandas has it; infinite and very large whole numbers are suspect."""
    inner = array if pa.types.is_float64(array.type) else array.cast(pa.float64(), safe=False)
    data = arrays.where_known(arrays.numbers(inner, np.float64), arrays.present(inner), np.nan)
    return data, np.isinf(data) if pa.types.is_floating(array.type) else np.abs(data) >= MOST


def _durations(array: pa.Array) -> tuple[Ints, Flags]:
    if not pa.types.is_duration(array.type):
        return arrays.by_text(array, _duration, NULL)
    seconds = arrays.numbers(array, np.int64) // _PER_SECOND[array.type.unit]
    known = arrays.present(array)
    odd = (seconds < 0) | (seconds > MAX_DAYS * DAY)
    return arrays.where_known(seconds, known, NULL), odd if known is None else odd & known


def _duration(text: str) -> int | None:
    length = parse_duration(text)
    return length.seconds if isinstance(length, Elapsed) else None


def _length(text: str) -> int | None:
    length = parse_duration(text)
    return None if length is None else as_length(length)


def _day_times(array: pa.Array) -> tuple[Ints, Flags]:
    if not pa.types.is_time(array.type):
        return arrays.by_text(array, parse_day_time, NULL)
    width = np.int32 if pa.types.is_time32(array.type) else np.int64
    seconds, rest = np.divmod(arrays.numbers(array, width).astype(np.int64), _PER_SECOND[array.type.unit])
    known = arrays.present(array)
    odd = (rest > 0) | (seconds % MINUTE > 0) | (seconds < 0) | (seconds >= DAY)
    return arrays.where_known(seconds, known, NULL), odd if known is None else odd & known


# --- lists ---


def _items(array: pa.Array) -> tuple[pa.Array, Ints, Ints]:
    """The items of all lists, the index at which each list begins, and the length of each list."""
    ends = arrays.offsets(array).astype(np.int64)
    inner = array.values[int(ends[0]) : int(ends[-1])]
    return inner, ends[:-1] - ends[0], np.diff(ends)


def _sets(array: pa.Array, words: Sequence[str]) -> tuple[Ints, Flags | None]:
    """Lists of words as numbers with a bit for each word. A list with another word or a null is suspect."""
    inner, starts, lengths = _items(array)
    bits, odd = _bits(inner, words)
    known = arrays.present(array)
    data = np.zeros(len(array), np.int64) if known is None else known.astype(np.int64) - 1
    filled = lengths > 0
    some = np.flatnonzero(filled)
    if len(some):
        data[some] = np.bitwise_or.reduceat(bits, starts.take(some))
    if known is not None and (filled > known).any():  # a null list may have hidden items
        data[~known] = -1
    return data, None if odd is None else _of_items(odd, starts, lengths, known)


def _bits(items: pa.Array, words: Sequence[str]) -> tuple[Ints, Flags | None]:
    """A number with the bit of each item's word; 0 for any other word, which is suspect."""
    table = np.append(np.int64(1) << np.arange(len(words), dtype=np.int64), 0)  # the last entry is for any other word
    if arrays.is_dictionary(items) and not items.null_count and len(items):
        places, _ = _choices(items.dictionary, words)
        if (places >= 0).all():  # each distinct word is looked up once
            inner = items.indices
            return table.take(places).take(arrays.whole_numbers(inner)), None
    places, _ = _choices(items, words)
    return table.take(places, mode="wrap"), places < 0


def _odd_lists(array: pa.Array, words: Sequence[str], longest: int) -> Flags:
    inner, starts, lengths = _items(array)
    odd = _choices(inner, words)[0] < 0 if words else np.asarray(inner.is_null())
    long = _too_long(inner, longest)
    return _of_items(odd if long is None else odd | long, starts, lengths, arrays.present(array))


def _of_items(odd: Flags, starts: Ints, lengths: Ints, known: Flags | None) -> Flags:
    """The lists with a suspect item."""
    if not odd.any():
        return np.zeros(len(starts), np.bool_)
    before = np.concatenate([np.zeros(1, np.int64), np.cumsum(odd)])
    suspect: Flags = before[starts + lengths] > before[starts]
    return suspect if known is None else suspect & known


def _too_long(array: pa.Array, longest: int) -> Flags | None:
    """The texts that may be too long, judged by their bytes: a character takes at least a byte."""
    texts = array.dictionary if arrays.is_dictionary(array) else array
    sizes = np.diff(arrays.offsets(texts))
    if int(sizes.max(initial=0)) <= longest:
        return None
    long = sizes > longest
    if not arrays.is_dictionary(array):
        return long
    long_rows: Flags = np.append(long, False)[arrays.indices(array)]
    return long_rows
