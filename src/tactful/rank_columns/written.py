"""Ranked conclusions as Arrow tables: actions, justifications, steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tactful.facts.catalogue import ENTITIES
from tactful.rank import STRENGTH
from tactful.rank_columns.around import NAMED_AS, Around
from tactful.rank_columns.arrange import RANKED, SET_ASIDE, STATES, Ranked, within
from tactful.rank_columns.gather import NEVER
from tactful.rank_columns.names import message_ids
from tactful.rank_columns.order import firings_in_order
from tactful.rank_columns.plan import CODES, Plan
from tactful.rank_columns.steps import Steps
from tactful.tables.columns import Flags, Ints, Places

_WORD: Final = pa.dictionary(pa.int8(), pa.string())
_NAME: Final = pa.dictionary(pa.int32(), pa.string())
_MOMENT: Final = pa.timestamp("s", tz="UTC")


def _schema(fields: Mapping[str, pa.DataType], may_be_null: Sequence[str]) -> pa.Schema:
    return pa.schema([pa.field(name, type_, nullable=name in may_be_null) for name, type_ in fields.items()])


ACTIONS: Final = _schema(
    {
        "candidate_id": _NAME,
        "conclusion": pa.int32(),
        "state": _WORD,
        "rank": pa.int32(),
        "modality": _WORD,
        "action": pa.dictionary(pa.int16(), pa.string()),
        "entity": _WORD,
        "target_id": _NAME,
        "application_id": _NAME,
        "interview_id": _NAME,
        "priority": pa.int16(),
        "due": _MOMENT,
        "safety": pa.bool_(),
        "gave_way_to": pa.int32(),
        "lost_to": pa.list_(pa.int32()),
    },
    ("rank", "application_id", "interview_id", "due", "gave_way_to", "lost_to"),
)
_REASON: Final[Mapping[str, pa.DataType]] = {
    "candidate_id": _NAME,
    "conclusion": pa.int32(),
    "no": pa.int32(),
    "rule": pa.dictionary(pa.int16(), pa.string()),
    "entity": _WORD,
    "row_id": _NAME,
    "application_id": _NAME,
    "interview_id": _NAME,
}
JUSTIFICATIONS: Final = _schema({**_REASON, "due": _MOMENT}, ("application_id", "interview_id", "due"))
STEPS: Final = _schema(_REASON, ("application_id", "interview_id"))


class Writer:
    """Writes the conclusions of some columns. Strings stand in dictionaries once, and rows name them by number."""

    def __init__(self, plan: Plan, around: Around, ranked: Ranked) -> None:
        self._plan, self._around, self._ranked = plan, around, ranked
        columns = around.columns
        names = {entity: columns.texts(entity, "id") for entity in ("candidate", "application", "person", "interview")}
        self._names, self._ids = names, pa.concat_arrays(list(names.values()))
        begins = dict(zip(names, np.cumsum([0, *map(len, names.values())]).tolist(), strict=False))
        #: For each row of all entities, the place of its id.
        self._id_of: Places = np.concatenate([self._places(entity, begins) for entity in ENTITIES])

    def actions(self) -> pa.Table:
        """All conclusions."""
        ranked, all_, plan = self._ranked, self._ranked.conclusions, self._plan
        slot, due = all_.slot.take(ranked.order), all_.due.take(ranked.order)
        arrays = {
            **self._where(all_.everywhere.take(ranked.order), "target_id"),
            "conclusion": _numbers(ranked.number, pa.int32()),
            "state": _words(ranked.state, STATES, pa.int8()),
            "rank": _numbers(ranked.number, pa.int32(), ranked.state == RANKED),
            "modality": _words(all_.strength.take(ranked.order), tuple(STRENGTH), pa.int8()),
            "action": _words(plan.action.take(slot), plan.actions, pa.int16()),
            "entity": _words(plan.entity.take(slot), ENTITIES, pa.int8()),
            "priority": _numbers(all_.priority.take(ranked.order), pa.int16()),
            "due": _numbers(due, _MOMENT, due != NEVER),
            "safety": pa.array(all_.safety.take(ranked.order)),
            "gave_way_to": _numbers(ranked.gave_way_to, pa.int32(), ranked.gave_way_to >= 0),
            "lost_to": _lists(ranked.lost_starts, ranked.lost_to, ranked.state != SET_ASIDE),
        }
        return _table(arrays, ACTIONS)

    def justifications(self) -> pa.Table:
        """All firings, with the conclusion that they justify."""
        ranked, found = self._ranked, self._ranked.firings
        order = firings_in_order(self._plan, self._around.columns, found, ranked.place)
        due = found.due.take(order)
        places = ranked.place.take(found.of.take(order))
        arrays = self._reasons(places, found.rule.take(order), found.row.take(order))
        return _table({**arrays, "due": _numbers(due, _MOMENT, due != NEVER)}, JUSTIFICATIONS)

    def steps(self, steps: Steps) -> pa.Table:
        """All steps that rules add, with the recommendation that they go with."""
        return _table(self._reasons(steps.place, steps.rule, steps.row), STEPS)

    def _reasons(self, places: Places, rules: Ints, rows: Places) -> dict[str, pa.Array]:
        """What a rule that fired for a row says of the conclusion in a place, for many of them, sorted by place."""
        plan = self._plan
        entity = plan.rule_entity.take(rules)
        return {
            **self._where(rows + self._around.begins.take(entity), "row_id"),
            "conclusion": _numbers(self._ranked.number.take(places), pa.int32()),
            "no": _numbers(within(places), pa.int32()),
            "rule": _words(rules, [rule.id for rule in plan.rules], pa.int16()),
            "entity": _words(entity, ENTITIES, pa.int8()),
        }

    def _where(self, everywhere: Places, id_: str) -> dict[str, pa.Array]:
        """Rows by the ids of what they are and belong to."""
        around, names = self._around, self._names
        return {
            "candidate_id": _names(around.candidates().take(everywhere), names["candidate"]),
            id_: self._own(everywhere),
            "application_id": _names(around.above("application").take(everywhere), names["application"], null=True),
            "interview_id": _names(around.interviews().take(everywhere), names["interview"], null=True),
        }

    def _own(self, everywhere: Places) -> pa.Array:
        places, names = self._id_of.take(everywhere), self._ids
        messages = np.flatnonzero(places < 0)
        if len(messages):  # their ids are made of what they say, so only for those that are asked for
            begin = self._around.begins[CODES["message"]]
            rows, which = np.unique(everywhere.take(messages) - begin, return_inverse=True)
            places[messages] = which + len(names)
            names = pa.concat_arrays([names, message_ids(self._around.columns, rows)])
        return _names(places, names)

    def _places(self, entity: str, begins: Mapping[str, int]) -> Places:
        """Where the ids of an entity's rows stand; -1 for messages."""
        columns, named = self._around.columns, NAMED_AS.get(entity, entity)
        if named not in begins:
            return np.full(columns.sizes[entity], -1, dtype=np.int64)
        return columns.above(entity, named) + begins[named]


def _table(arrays: Mapping[str, pa.Array], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_arrays([arrays[name] for name in schema.names], schema=schema)


def _numbers(values: npt.NDArray[Any], type_: pa.DataType, valid: Flags | None = None) -> pa.Array:
    data = np.ascontiguousarray(values, dtype=np.dtype(f"i{type_.bit_width // 8}"))
    bits = None if valid is None else pa.py_buffer(np.packbits(valid, bitorder="little"))
    return pa.Array.from_buffers(type_, len(data), [bits, pa.py_buffer(data)])


def _words(codes: Ints, words: Sequence[str], type_: pa.DataType) -> pa.Array:
    return pa.DictionaryArray.from_arrays(_numbers(codes, type_), pa.array(words, pa.string()), safe=False)


def _names(rows: Places, names: pa.Array, *, null: bool = False) -> pa.Array:
    return pa.DictionaryArray.from_arrays(_numbers(rows, pa.int32(), rows >= 0 if null else None), names, safe=False)


def _lists(starts: Places, values: Ints, null: Flags) -> pa.Array:
    offsets, numbers = _numbers(starts, pa.int32()), _numbers(values, pa.int32())
    return pa.ListArray.from_arrays(offsets, numbers, mask=pa.array(null))
