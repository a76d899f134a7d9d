"""The ids of rows, dictionary-encoded. Each dictionary has each id once.

If a dictionary had an id twice, Arrow's Parquet writer would leave a gap in the file, filled with stale memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tactful.columns.columns import NULL, Column, Columns, Flags, Places, picked
from tactful.columns.ranking.around import Around, Rows
from tactful.facts.entities import CODES, NAMED_AS, WITH_ID, can_belong_to
from tactful.facts.kinds import ChoiceKind

#: How many ids are tested first: in most tables that are not sorted by id, these already show it.
_FEW: Final = 64

#: A dictionary has few words if there are this many rows or more for each.
_MANY_ROWS: Final = 8


class Coded(NamedTuple):
    """Ids as indices into a dictionary."""

    places: Rows
    dictionary: pa.Array


class Together(NamedTuple):
    """Several dictionaries merged, and the index of each of their entries in the merged dictionary."""

    places: list[Rows]
    dictionary: pa.Array


class Ids:
    """The ids of a chunk. Computed on first use. Not safe to share between threads."""

    def __init__(self, around: Around) -> None:
        self._around, self.columns, self.begins = around, around.columns, around.begins
        self._coded = {entity: coded_column(around.columns.given[entity, "id"]) for entity in WITH_ID}
        self._places: dict[str, Rows] = {}
        self._ordered: dict[str, Rows] = {}
        self._together = together([self._coded[entity].dictionary for entity in WITH_ID])

    def of(self, scope: str, global_row: Places) -> Coded:
        """The ids of the rows of ``scope`` that rows are or belong to; the index is -1 for no such row."""
        places = self._places.get(scope)
        if places is None:
            places = self._places[scope] = self._none()
            for entity, rows in self._around.by_entity(places):
                if can_belong_to(entity, scope):
                    rows[:] = self._own_of(entity, scope)
        return Coded(picked(places, global_row), self._coded[scope].dictionary)

    def candidates(self, rows: Rows) -> Coded:
        """The ids of candidates by their own rows."""
        places, dictionary = self._coded["candidate"]
        return Coded(rows if len(places) == len(dictionary) else picked(places, rows), dictionary)

    def own(self, global_row: Places) -> Coded:
        """The ids of the rows themselves. An offer has the id of its application, for example."""
        names = self._together.dictionary
        places = picked(self._all(), global_row)
        messages = np.flatnonzero(places < 0)
        if len(messages):  # making ids of messages from their fields is slow, so only those that are needed are made
            begin = self.begins[CODES["message"]]
            rows, which = np.unique(picked(global_row, messages) - begin, return_inverse=True)
            places[messages] = which + len(names)
            once = coded(pa.concat_arrays([names, message_ids(self.columns, rows)]))
            places, names = picked(once.places, places), once.dictionary
        return _used(places, names)

    def texts(self, entity: str, rows: Places) -> pa.Array:
        """The ids of rows of an entity, as texts."""
        columns = self.columns
        named = NAMED_AS[entity]
        if named is None:
            return message_ids(columns, rows)
        if named != entity:
            rows = picked(columns.above(entity, named), rows)
        return columns.texts(named, "id").take(pa.array(rows))

    def greater(self, entity: str, rows: Places, others: Places) -> Flags:
        """Whether the ids of ``rows`` of an entity come after the ids of ``others``."""
        named = NAMED_AS[entity]
        if named is not None and len(self._coded[named].dictionary) <= len(rows):
            numbers = self._in_order(named)
            if named != entity:
                above = self.columns.above(entity, named)
                rows, others = picked(above, rows), picked(above, others)
            after: Flags = picked(numbers, rows) > picked(numbers, others)
        else:
            after = pc.greater(self.texts(entity, rows), self.texts(entity, others)).to_numpy(zero_copy_only=False)
        return after

    def _in_order(self, entity: str) -> Rows:
        """The rank of each row's id among all ids of the entity."""
        ranks = self._ordered.get(entity)
        if ranks is None:
            places, dictionary = self._coded[entity]
            numbers = np.empty(len(dictionary), dtype=np.int32)
            numbers[pc.array_sort_indices(dictionary).to_numpy()] = np.arange(len(dictionary))
            ranks = self._ordered[entity] = picked(numbers, places)
        return ranks

    def _all(self) -> Rows:
        """For each row of all entities, the index of its own id; -1 for messages."""
        places = self._places.get("")
        if places is None:
            places = self._places[""] = self._none()
            for entity, rows in self._around.by_entity(places):
                named = NAMED_AS[entity]
                if named is not None:
                    own = self._own_of(entity, named)
                    rows[:] = picked(self._together.places[WITH_ID.index(named)], own)
        return places

    def _own_of(self, entity: str, scope: str) -> Rows:
        """For each row of an entity, the id of the row of ``scope`` that it is or belongs to."""
        places = self._coded[scope].places
        return places if entity == scope else picked(places, self.columns.above(entity, scope))

    def _none(self) -> Rows:
        return np.full(self.begins[-1], -1, dtype=np.int32)


def _used(places: Rows, names: pa.Array) -> Coded:
    """Encoded ids. If there are more names than rows, the dictionary keeps only the names that are used."""
    if len(names) > len(places):
        used, numbers = np.unique(places, return_inverse=True)
        return Coded(numbers.astype(np.int32), names.take(pa.array(used)))
    return Coded(places, names)


def message_ids(columns: Columns, rows: Places) -> pa.Array:
    """The ids of some messages, made from their fields; see :class:`tactful.facts.rows.MessageRow`."""
    sent = columns.given["message", "sent_at"].data.take(rows).tolist()
    people = columns.texts("message", "person_id").take(pa.array(rows)).to_pylist()
    words = []
    for name in ("direction", "kind"):
        column = columns.given["message", name]
        assert isinstance(column.kind, ChoiceKind)
        known = (*column.kind.values, None)  # unknown is -1
        words.append([known[code] for code in column.data.take(rows).tolist()])
    return pa.array(
        [
            f"{None if at == NULL else at}/{person}/{direction}/{kind}"
            for at, person, direction, kind in zip(sent, people, *words, strict=True)
        ],
        pa.string(),
    )


# --- dictionaries ---


def coded(ids: pa.Array) -> Coded:
    """Ids as indices into a dictionary. No id may be null."""
    if _ascend(ids[:_FEW]) and _ascend(ids):
        return Coded(np.arange(len(ids), dtype=np.int32), ids)
    encoded = ids.dictionary_encode()
    return Coded(encoded.indices.to_numpy(), encoded.dictionary)


def coded_column(column: Column) -> Coded:
    """The ids of a column as places in a dictionary; as :func:`coded`, but words of a given dictionary are not looked up."""
    words = column.words
    if words is None or words.null_count or not _few_and_distinct(words):
        return coded(column.data)
    given = words.indices.to_numpy()
    first = np.full(len(words.dictionary), len(given))
    first[given[::-1]] = np.arange(len(given))[::-1]
    used = np.argsort(first, kind="stable")[: np.count_nonzero(first < len(given))]  # in order of appearance
    numbers = np.empty(len(first), dtype=np.int32)
    numbers[used] = np.arange(len(used))
    return Coded(numbers.take(given), words.dictionary.take(pa.array(used)))


def _few_and_distinct(words: pa.DictionaryArray) -> bool:
    """Whether a dictionary has each word once, and few words for its rows."""
    few = len(words.dictionary) * _MANY_ROWS <= len(words)
    return few and len(words.dictionary.unique()) == len(words.dictionary)


def together(dictionaries: Sequence[pa.Array]) -> Together:
    """Merge several dictionaries."""
    first, *others = dictionaries
    rest = coded(pa.concat_arrays(others))
    if _share(first, rest.dictionary):
        places, names = coded(pa.concat_arrays(dictionaries))
    else:
        places = np.concatenate([np.arange(len(first), dtype=np.int32), rest.places + np.int32(len(first))])
        names = pa.concat_arrays([first, rest.dictionary])
    return Together(np.split(places, np.cumsum([len(dictionary) for dictionary in dictionaries[:-1]])), names)


def _share(some: pa.Array, others: pa.Array) -> bool:
    """Whether two dictionaries have an id in common."""
    if not len(some) or not len(others):
        return False
    lengths, other = (pc.min_max(pc.binary_length(ids)).as_py() for ids in (some, others))
    if lengths["max"] < other["min"] or other["max"] < lengths["min"]:
        return False
    return bool(pc.any(pc.is_in(some, value_set=others)).as_py())


def _ascend(ids: pa.Array) -> bool:
    """Whether each id comes after the id before it."""
    return len(ids) < 2 or bool(pc.all(pc.less(ids[:-1], ids[1:])).as_py())
