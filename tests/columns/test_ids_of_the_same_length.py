"""Ids that all have the same length are found by their bytes, as any others are."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tactful.columns.tables import same_length
from tactful.columns.tables.keys import owners_of
from tactful.columns.tables.same_length import Index, changes, words_of

alike = st.integers(1, 30).flatmap(
    lambda width: st.lists(
        st.lists(st.text("ab0", min_size=width, max_size=width), max_size=20), min_size=1, max_size=4
    )
)
unlike = st.lists(st.lists(st.one_of(st.none(), st.text("aé0", max_size=12)), max_size=12), min_size=1, max_size=4)


@given(texts=st.one_of(alike, unlike), coded=st.booleans(), cut=st.integers(0, 2))
def test_each_row_is_led_to_the_first_with_its_id(texts: list[list[str | None]], coded: bool, cut: int) -> None:
    """Alike or not, told as texts or as a dictionary, from the first row on or from a later one."""
    own = [one for one in texts[0] if one is not None][cut:]
    arrays = [pa.array(text, pa.string()) for text in texts]
    arrays = [array.dictionary_encode() if coded else array for array in arrays]
    ids = pa.array([None, *own], pa.string())[1:]
    first, found = owners_of(ids, [array[cut:] for array in arrays])
    assert first.tolist() == [own.index(one) for one in own]
    wanted = [[own.index(one) if one in own else -1 for one in other[cut:]] for other in texts]
    assert [one.tolist() for one in found] == wanted
    assert all(one.dtype == np.int64 for one in (first, *found))


@pytest.mark.parametrize("width", [1, 7, 8, 9, 16, 63])
def test_any_length_up_to_eight_words_has_words(width: int) -> None:
    texts = pa.array(["x" * width, "x" * width, "x" * (width - 1) + "y", "y" + "x" * (width - 1)])
    words = words_of(texts)
    assert words is not None
    assert np.flatnonzero(changes(words)).tolist() == ([0, 2] if width == 1 else [0, 2, 3])
    assert len(words) == -(-width // 8)


@pytest.mark.parametrize("texts", [[], ["a", None], ["a", "bb"], ["", ""], ["x" * 65] * 2])
def test_others_have_none(texts: list[str | None]) -> None:
    """Ids that are missing, empty, very long or not of one length."""
    assert words_of(pa.array(texts, pa.string())) is None


def test_many_are_told_apart_by_more_bits() -> None:
    """Some have the same first bits."""
    ids = pa.array([f"c{no:09}" for no in range(20_000)])
    words = words_of(ids)
    assert words is not None
    index = Index(words)
    assert index.whole
    assert (index.first == np.arange(20_000)).all()
    assert (index.find(words) == np.arange(20_000)).all()
    others = words_of(pa.array([f"d{no:09}" for no in range(20_000)]))
    assert others is not None
    assert (index.find(others) == -1).all()


def test_what_cannot_be_told_apart_by_bits_is_found_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers made of ids may be the same."""
    monkeypatch.setattr(same_length, "_numbers", lambda words: np.zeros(len(words[0]), np.uint64))
    texts = [f"{no % 50:02}" for no in range(60)]
    ids = pa.array(texts)
    words = words_of(ids)
    assert words is not None
    assert not Index(words).whole
    first, (found,) = owners_of(ids, [pa.array(["07", "07", "49", "xx"])])
    assert (first.tolist(), found.tolist()) == ([no % 50 for no in range(60)], [7, 7, 49, -1])
