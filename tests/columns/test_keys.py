"""Rows are found by their keys, few or many, close together or far apart."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tactful.columns.tables.keys import Finder, Names, keys, maybe_blank, owners_of, places_of, repeated, runs

small = st.lists(st.integers(-1, 12), max_size=30)
ids = st.lists(st.sampled_from(["a", "b", "", "ab", "ba", None]), max_size=20)


@pytest.mark.parametrize(("owners", "count"), [(1, 13), (1 << 40, 13), (1 << 40, 5)])
@given(own=small, wanted=small)
def test_the_first_row_with_a_key_is_found(owners: int, count: int, own: list[int], wanted: list[int]) -> None:
    """Where keys are few, where ids are, and where ids are shared; -1 is no key, and further rows are repeated."""
    finder = Finder(np.array(own, np.int64), owners, count)
    first = {key: row for row, key in reversed(list(enumerate(own))) if key >= 0}
    assert finder.find(np.array(wanted, np.int64)).tolist() == [first.get(key, -1) for key in wanted]
    again = [row for row, key in enumerate(own) if key >= 0 and first[key] != row]
    assert sorted(finder.repeated.tolist()) == again


@given(texts=ids, coded=st.booleans(), cut=st.integers(0, 3))
def test_runs_are_the_ids_without_repetition(texts: list[str | None], coded: bool, cut: int) -> None:
    """Runs and their lengths give the ids back, and no run equals the next, whether the ids are texts or a dictionary."""
    array = pa.array(texts, pa.string())
    texts_of_runs, counts = runs((array.dictionary_encode() if coded else array)[cut:])
    assert texts_of_runs.type == pa.string()
    assert [
        text for text, count in zip(texts_of_runs.to_pylist(), counts.tolist(), strict=True) for _ in range(count)
    ] == texts[cut:]
    known = [
        one for one in zip(texts_of_runs.to_pylist(), texts_of_runs.to_pylist()[1:], strict=False) if None not in one
    ]
    assert all(one != other for one, other in known)


@given(own=ids.map(lambda texts: [one for one in texts if one is not None]), others=st.lists(ids, max_size=3))
def test_ids_lead_to_the_first_row_that_has_them(own: list[str], others: list[list[str | None]]) -> None:
    """Each id is mapped to the first row that has it, and to -1 where no row does."""
    arrays = [pa.array(other, pa.string()) for other in (own, own, *others)]
    first, (same, *rest) = places_of(arrays[0], arrays[1:])
    assert first.tolist() == same.tolist() == [own.index(one) for one in own]
    wanted = [[own.index(one) if one in own else -1 for one in other] for other in others]
    assert [one.tolist() for one in rest] == wanted


@given(texts=st.lists(ids, min_size=1, max_size=4), coded=st.booleans(), cut=st.integers(0, 2))
def test_each_row_leads_to_the_first_row_with_its_id(texts: list[list[str | None]], coded: bool, cut: int) -> None:
    """Ids may come as texts or as a dictionary, and a column may begin in the middle of its array."""
    own = [text for text in texts[0] if text is not None][cut:]
    arrays = [pa.array(column, pa.string()) for column in texts]
    arrays = [array.dictionary_encode() if coded else array for array in arrays]
    first, owners = owners_of(pa.array([None, *own], pa.string())[1:], [array[cut:] for array in arrays])
    assert first.tolist() == [own.index(text) for text in own]
    expected = [[own.index(text) if text in own else -1 for text in column[cut:]] for column in texts]
    assert [rows.tolist() for rows in owners] == expected
    assert all(rows.dtype == np.int64 for rows in (first, *owners))


@given(one=ids, other=ids)
def test_names_are_equal_where_the_ids_are(one: list[str | None], other: list[str | None]) -> None:
    """Whether told as texts or as a dictionary; null is -1, and what may be blank is known."""
    names = Names([pa.array(one, pa.string()), pa.array(other, pa.string()).dictionary_encode()])
    codes = [code for each in names.codes for code in each.tolist()]
    texts = [*one, *other]
    assert [code == -1 for code in codes] == [text is None for text in texts]
    unsure = {texts[row] for row in names.unsure(np.array(codes, np.int64)).tolist()}
    assert unsure >= {text for text in texts if text is None or not text.strip()}
    assert len(set(zip(codes, texts, strict=True))) == len(set(codes)) == len(set(texts))
    assert max(codes, default=-1) < names.count or not codes


def test_a_key_is_of_a_row_and_an_id() -> None:
    """The same id below another row has another key; a missing row or id has the key -1."""
    names = Names([pa.array(["x", None, "y", "x"], pa.string())])
    (codes,) = names.codes
    result = keys(np.array([0, 0, 1, -1]), codes, names).tolist()
    assert result == [0, -1, 3, -1]


@given(numbers=st.lists(st.integers(0, 9), max_size=20))
def test_repeated_numbers_are_all_named(numbers: list[int]) -> None:
    """Those that do not count are left out, and count for no other."""
    counted = [number < 8 for number in numbers]
    result = repeated(np.array(numbers, np.int64), np.array(counted, np.bool_)).tolist()
    assert result == [row for row, number in enumerate(numbers) if number < 8 and numbers.count(number) > 1]


def test_every_text_of_spaces_may_be_blank() -> None:
    """Whatever Python takes for a space, alone or in a row; words of other scripts are no spaces."""
    spaces = [chr(code) for code in range(0x110000) if chr(code).isspace()]
    blank = ["", *spaces, *(space * 3 for space in spaces)]
    words = ["a", "\u00e9", "\u3042", "\u4e2d", "\u0430", "-"]
    assert maybe_blank(pa.array(blank + words)).tolist() == list(range(len(blank)))
    assert maybe_blank(pa.array(words + blank)[3:]).tolist() == list(range(len(words) - 3, len(words) - 3 + len(blank)))
    assert maybe_blank(pa.array(["", None, ""], pa.string())).tolist() == [0, 1, 2]
    assert maybe_blank(pa.array([], pa.string())).tolist() == []
