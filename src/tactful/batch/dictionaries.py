"""Dictionaries of tables before they are written: what is used, each word once.

In memory a dictionary may have words that no row uses, or one word several times. Files would have all of them, and where
one is there twice Arrow's writer leaves a gap in the file, with whatever was in memory before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

#: Numbers of words; of a row that has none, how many words there are.
Codes = npt.NDArray[np.intp]
#: Where the words of a dictionary lie, so that it is known again.
_Where = tuple[int, int, int]


def with_used_words(tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """Tables with dictionaries that have each word once, and none that no table uses. Columns have one chunk."""
    found = {name: [_only(column) for column in table.columns] for name, table in tables.items()}
    shared: dict[_Where, list[Codes]] = {}
    words: dict[_Where, pa.Array] = {}
    for array in (one for arrays in found.values() for one in arrays if _has_many_words(one)):
        where = _where(array.dictionary)
        shared.setdefault(where, []).append(_codes(array))
        words[where] = array.dictionary
    made = {where: _once(words[where], codes) for where, codes in shared.items()}
    return {
        name: pa.Table.from_arrays([_again(one, made) for one in arrays], schema=tables[name].schema)
        for name, arrays in found.items()
    }


def _only(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _has_many_words(array: pa.Array) -> bool:
    """Whether a dictionary is one of ids; words of a set are given once each."""
    return pa.types.is_dictionary(array.type) and array.type.index_type == pa.int32() and len(array.dictionary) > 0


def _where(words: pa.Array) -> _Where:
    data = words.buffers()[2]
    return (0 if data is None else data.address, words.offset, len(words))


def _codes(array: Any) -> Codes:
    codes = array.indices
    numbers = np.frombuffer(codes.buffers()[1], np.uint32, len(codes), codes.offset * 4)
    return np.minimum(numbers, np.uint32(len(array.dictionary))).astype(np.intp)


def _once(words: pa.Array, codes: list[Codes]) -> tuple[pa.Array, npt.NDArray[np.int32]]:
    """The words that are used, each once, and for each old number the new one."""
    used = np.zeros(len(words) + 1, np.bool_)
    for one in codes:
        used[one] = True
    rows = np.flatnonzero(used[:-1])
    once = words.take(pa.array(rows)).dictionary_encode()
    new = np.zeros(len(words) + 1, np.int32)
    new[rows] = once.indices.to_numpy()
    return once.dictionary, new


def _again(array: Any, made: Mapping[_Where, tuple[pa.Array, npt.NDArray[np.int32]]]) -> pa.Array:
    if not _has_many_words(array):
        return array
    words, new = made[_where(array.dictionary)]
    codes = pa.py_buffer(new.take(_codes(array)))
    known = pa.Array.from_buffers(pa.int32(), len(array), [_known(array), codes])
    return pa.DictionaryArray.from_arrays(known, words, safe=False)


def _known(array: Any) -> pa.Buffer | None:
    """A bit for each row, set where it has a word; ``None`` where all have."""
    if not array.null_count:
        return None
    return pa.py_buffer(np.packbits(array.is_valid().to_numpy(zero_copy_only=False), bitorder="little"))
