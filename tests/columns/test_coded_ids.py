"""Ids in dictionaries that have each of them once."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tactful.columns.columns import Column
from tactful.columns.ranking.ids import Coded, coded, coded_column, together
from tactful.facts.kinds import IdKind

#: Ids of one length, of several, in order and in none, with letters of several bytes.
words = st.one_of(
    *(st.text("ab\0é", min_size=size, max_size=size) for size in (1, 2, 3, 5, 9)),
    st.text("abé", min_size=1),
)
many = st.one_of(
    st.lists(words, max_size=30),
    st.lists(st.text("abcd", min_size=3, max_size=3), max_size=100),
    st.sets(words, max_size=100).map(lambda texts: sorted(texts, key=str.encode)),
)


def _told(codes: Coded) -> list[str]:
    assert len(codes.dictionary.unique()) == len(codes.dictionary)
    return list(codes.dictionary.take(pa.array(codes.places)).to_pylist())


@given(many, st.integers(0, 3))
def test_ids_are_found_again(ids: list[str], cut: int) -> None:
    """Coded ids decode to the ids that they were made of, in order, and each stands in the dictionary once."""
    array = pa.array(ids, pa.string())[cut:]
    assert _told(coded(array)) == ids[cut:]
    assert coded(array).places.dtype == "int32"


@given(st.lists(words, min_size=1, max_size=4), st.data())
def test_words_of_a_given_dictionary_are_kept(dictionary: list[str], data: st.DataObject) -> None:
    """Ids given in a dictionary are coded as plain ids are, though it has words twice, or words that no row has."""
    places = data.draw(st.lists(st.integers(0, len(dictionary) - 1), max_size=60))
    given_words = pa.DictionaryArray.from_arrays(pa.array(places, pa.int32()), pa.array(dictionary, pa.string()))
    plain = given_words.cast(pa.string())
    coded_words = coded_column(Column(IdKind("person"), plain, given_words))
    assert _told(coded_words) == plain.to_pylist()
    assert coded_words.places.dtype == "int32"
    assert set(coded_words.dictionary.to_pylist()) == set(plain.to_pylist())


@given(st.lists(many, min_size=2, max_size=4))
def test_dictionaries_become_one(ids: list[list[str]]) -> None:
    """Several dictionaries are merged into one, and every array still decodes to its own ids."""
    once = [pa.array(list(dict.fromkeys(texts)), pa.string()) for texts in ids]
    merged = together(once)
    assert [_told(Coded(places, merged.dictionary)) for places in merged.places] == [one.to_pylist() for one in once]


@pytest.mark.parametrize("own", [["a", "b"], ["c", "d"]])
def test_candidates_may_have_the_ids_of_others(own: list[str]) -> None:
    """An id that is in several dictionaries stands in the merged one once."""
    merged = together([pa.array(own), pa.array(["b", "a"]), pa.array([], pa.string())])
    assert len(merged.dictionary) == len({*own, "a", "b"})
