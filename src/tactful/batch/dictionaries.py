"""Dictionaries of tables before they are written: what is used, each word once.

In memory a dictionary may have words that no row uses, or one word several times. Files would have all of them, and where
one is there twice Arrow's writer leaves a gap in the file, with whatever was in memory before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

#: Fewer words than this are the words of a set, which are given once each.
_FEW: Final = 256
Codes = npt.NDArray[np.int32]
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
    return pa.types.is_dictionary(array.type) and array.type.index_type == pa.int32() and len(array.dictionary) > 0


def _where(words: pa.Array) -> _Where:
    data = words.buffers()[2]
    return (0 if data is None else data.address, words.offset, len(words))


def _codes(array: Any) -> Codes:
    """The numbers of the words of all rows; of those that have none, some number."""
    codes = array.indices
    return np.frombuffer(codes.buffers()[1], np.int32, len(codes), codes.offset * 4)


def _once(words: pa.Array, codes: list[Codes]) -> tuple[pa.Array, Codes]:
    """The words that are used, each once, and for each old number the new one."""
    used = np.zeros(len(words) + 1, np.bool_)  # the number -1 is that of no word
    for one in codes:
        used[one] = True
    rows = np.flatnonzero(used[:-1])
    once = words.take(pa.array(rows)).dictionary_encode()
    new = np.full(len(words) + 1, -1, np.int32)
    new[rows] = once.indices.to_numpy()
    return once.dictionary, new


def _again(array: Any, made: Mapping[_Where, tuple[pa.Array, Codes]]) -> pa.Array:
    if not _has_many_words(array):
        return array
    words, new = made[_where(array.dictionary)]
    codes = array.indices
    data = pa.py_buffer(new.take(_codes(array)))
    valid = codes.buffers()[0] if codes.null_count else None
    if valid is not None and codes.offset:
        return array.take(pa.array(np.arange(len(array))))
    return pa.DictionaryArray.from_arrays(pa.Array.from_buffers(pa.int32(), len(codes), [valid, data]), words)
