"""Dictionaries of tables before they are written: what is used, each word once.

In memory a dictionary may have words that no row uses, or one word several times. Files would have all of them, and where
one is there twice Arrow's writer leaves a gap in the file, with whatever was in memory before.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa


def with_used_words(table: pa.Table) -> pa.Table:
    """The table with dictionaries that have each word that is used once, and no other."""
    columns = [_used(column) if pa.types.is_dictionary(column.type) else column for column in table.columns]
    return pa.Table.from_arrays(columns, schema=table.schema)


def _used(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pa.chunked_array([_used_of(one) for one in column.chunks], column.type)


def _used_of(array: pa.DictionaryArray) -> pa.DictionaryArray:
    words, codes = array.dictionary, array.indices
    if len(words) <= 16:  # the words of a set, which are given once each
        return array
    known = codes.drop_null().to_numpy() if codes.null_count else codes.to_numpy()
    used = np.zeros(len(words), np.bool_)
    used[known] = True
    rows = np.flatnonzero(used)
    once = words.take(pa.array(rows)).dictionary_encode()
    new = np.zeros(len(words), codes.type.to_pandas_dtype())
    new[rows] = once.indices.to_numpy()
    return pa.DictionaryArray.from_arrays(pa.array(new).take(codes), once.dictionary)
