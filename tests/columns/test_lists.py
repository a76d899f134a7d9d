"""Lists of words as bits: however they are stored, and whatever stands where it does not count."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tactful.columns.tables.moments import Clock
from tactful.columns.tables.schema import FieldColumn
from tactful.columns.tables.values import read_column
from tactful.facts.kinds import ListKind

WORDS = ("a", "b", "c")
FIELD = FieldColumn("person", "channels", "channels", "channels", ListKind(WORDS), "", custom=False)
NOWHERE = Clock(np.zeros(0, np.int64), np.zeros(0, np.bool_), (), np.zeros(0, np.int64))


@pytest.mark.parametrize("coded", [False, True])
@given(
    lists=st.lists(st.lists(st.sampled_from([*WORDS, "a", "b", "x", None]), max_size=4), max_size=8),
    hidden=st.lists(st.booleans(), min_size=8, max_size=8),
    cut=st.integers(0, 2),
)
def test_each_word_has_its_bit(coded: bool, lists: list[list[str | None]], hidden: list[bool], cut: int) -> None:
    """A list that is null is unknown though it holds items; a list with anything else in it is suspect."""
    items = pa.array([item for list in lists for item in list], pa.string())
    ends = np.cumsum([0, *map(len, lists)]).astype(np.int32)
    mask = pa.array(hidden[: len(lists)], pa.bool_())
    array = pa.ListArray.from_arrays(pa.array(ends), items.dictionary_encode() if coded else items, mask=mask)[cut:]
    column, odd = read_column(FIELD, array, NOWHERE, 100)
    rows = list(zip(lists, hidden, strict=False))[cut:]
    bits = [-1 if null else sum({1 << WORDS.index(item) for item in one if item in WORDS}) for one, null in rows]
    assert column is not None
    assert column.data.tolist() == bits
    assert odd.tolist() == [no for no, (one, null) in enumerate(rows) if not null and {*one} - {*WORDS}]
