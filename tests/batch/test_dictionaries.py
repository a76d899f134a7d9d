"""Dictionaries as they are written."""

from __future__ import annotations

import pyarrow as pa

from tactful.batch.dictionaries import with_used_words


def test_a_dictionary_has_each_word_that_is_used_once() -> None:
    """Words that tables share are shared still; rows stay as they are, slices and unknowns included."""
    words = pa.array(["a", "b", "a", "unused", "c"])
    one = pa.DictionaryArray.from_arrays(pa.array([4, 0, None, 2, 1], pa.int32()), words)
    two = pa.DictionaryArray.from_arrays(pa.array([2, 4], pa.int32()), words)
    given = {"one": pa.table({"id": one}).slice(1), "two": pa.table({"id": two, "no": [1, 2]})}
    made = with_used_words(given)
    assert {name: table.to_pylist() for name, table in made.items()} == {
        "one": [{"id": "a"}, {"id": None}, {"id": "a"}, {"id": "b"}],
        "two": [{"id": "a", "no": 1}, {"id": "c", "no": 2}],
    }
    for table in made.values():
        table.validate(full=True)
        assert table["id"].chunk(0).dictionary.to_pylist() == ["a", "b", "c"]


def test_tables_without_rows_stay_as_they_are() -> None:
    """Their schemas do, too."""
    nothing = pa.table({"id": pa.array([], pa.dictionary(pa.int32(), pa.string()))})
    assert with_used_words({"one": nothing})["one"].schema == nothing.schema
