"""Ranked conclusions as Arrow tables: actions, justifications, steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tactful.columns.columns import Flags, picked
from tactful.columns.ranking.around import Numbers, Rows
from tactful.columns.ranking.arrange import Ranked, within
from tactful.columns.ranking.gather import NEVER
from tactful.columns.ranking.handled import Aside
from tactful.columns.ranking.ids import Coded, Ids
from tactful.columns.ranking.order import RANKED, SET_ASIDE, STATES
from tactful.columns.ranking.plan import RankingPlan
from tactful.columns.ranking.steps import Steps, reasons_of
from tactful.decide.conclusions import STRENGTH
from tactful.facts.entities import ENTITIES
from tactful.language.terms import ADVICE_KINDS, DUE_MEANS

_WORD: Final = pa.dictionary(pa.int8(), pa.string())
_NAME: Final = pa.dictionary(pa.int32(), pa.string())
_MOMENT: Final = pa.timestamp("s", tz="UTC")


class _Column(NamedTuple):
    """A column of a table: its name, type and description, and whether it may be null."""

    name: str
    type: pa.DataType
    about: str
    null: bool = False


def _schema(*columns: _Column) -> pa.Schema:
    return pa.schema(
        [pa.field(column.name, column.type, column.null, {"description": column.about}) for column in columns]
    )


def _reason(conclusion: str) -> tuple[_Column, ...]:
    return (
        _Column("candidate_id", _NAME, "The candidate."),
        _Column("conclusion", pa.int32(), conclusion),
        _Column("no", pa.int32(), "The number of the rule, from 1, the most important rule first."),
        _Column("rule", _NAME, "The rule's id."),
        _Column("entity", _WORD, "The entity of the row that the rule fired for."),
        _Column("row_id", _NAME, "The id of the row that the rule fired for; for an offer, the application's id."),
        _Column("application_id", _NAME, "The application that the row is or belongs to.", null=True),
        _Column("interview_id", _NAME, "The interview that the row is or belongs to.", null=True),
    )


ACTIONS: Final = _schema(
    _Column("candidate_id", _NAME, "The candidate. Candidates are in the order of the table `candidates`."),
    _Column(
        "conclusion", pa.int32(), "The conclusion's number, from 1 for each candidate: ranked, alternative, set aside."
    ),
    _Column(
        "state",
        _WORD,
        "`ranked`, `alternative` (gave way to a better action of its family), `set_aside` or `handled` (done or dismissed).",
    ),
    _Column("rank", pa.int32(), "The rank, from 1 for the most important; null unless ranked.", null=True),
    _Column(
        "group",
        pa.int32(),
        "The rank of the first advice that says the same for its application: by the same rules, with the same deadline; "
        "null unless ranked.",
        null=True,
    ),
    _Column("modality", _WORD, "`must`, `should`, `may`, `should_not` or `must_not`."),
    _Column("kind", _WORD, "What the advice asks for: `do`, `avoid`, `wait` or `standing`."),
    _Column("action", _NAME, "The action's id in the pack's catalogue."),
    _Column("entity", _WORD, "The entity of the target: `person`, `application`, …"),
    _Column("target_id", _NAME, "The id of the row that the action concerns; for an offer, the application's id."),
    _Column("application_id", _NAME, "The application that the target is or belongs to.", null=True),
    _Column("interview_id", _NAME, "The interview that the target is or belongs to.", null=True),
    _Column("priority", pa.int16(), "The priority, from 0 to 100."),
    _Column("due", _MOMENT, "The deadline.", null=True),
    _Column("due_means", _WORD, "Whether to do it `by` the deadline, or to keep to it `until` then."),
    _Column("safety", pa.bool_(), "Whether it is a prohibition for safety, which is never set aside."),
    _Column(
        "gave_way_to", pa.int32(), "For an alternative, the number of the conclusion that it gave way to.", null=True
    ),
    _Column(
        "lost_to",
        pa.list_(pa.int32()),
        "The numbers of the conclusions that set this one aside, best first.",
        null=True,
    ),
    _Column("key", _NAME, "The key of the advice, if it is handled; of all advice with `batch --words`.", null=True),
    _Column("handled", _WORD, "Whether it was `done` or `dismissed`; null unless handled.", null=True),
    _Column("handled_at", _MOMENT, "When it was done, or until when it is dismissed; null for good.", null=True),
)
JUSTIFICATIONS: Final = _schema(
    *_reason("The conclusion that the rule justifies."),
    _Column("due", _MOMENT, "The deadline that follows from this rule.", null=True),
)
STEPS: Final = _schema(*_reason("The ranked recommendation that the step goes with."))


class Words:
    """The dictionaries that are the same for all chunks."""

    def __init__(self, plan: RankingPlan) -> None:
        self.states, self.modalities, self.entities = _texts(STATES), _texts(STRENGTH), _texts(ENTITIES)
        self.kinds, self.due_means = _texts(ADVICE_KINDS), _texts(DUE_MEANS)
        self.actions, self.rules = _texts(plan.actions), _texts(rule.id for rule in plan.rules)


class Writer:
    """Writes the conclusions of some columns. Strings are dictionary-encoded."""

    def __init__(self, plan: RankingPlan, words: Words, ids: Ids, ranked: Ranked) -> None:
        self._plan, self._words, self._ids, self._ranked = plan, words, ids, ranked

    def actions(self) -> pa.Table:
        """All conclusions."""
        ranked, all_, plan, words = self._ranked, self._ranked.conclusions, self._plan, self._words
        order, group, candidate, state, priority, strength = ranked.ordered
        due = picked(all_.due, order)
        arrays = {
            **self._where(picked(all_.global_row, order), candidate, "target_id"),
            "conclusion": _numbers(ranked.number, pa.int32()),
            "state": _words(state, words.states, pa.int8()),
            "rank": _numbers(ranked.number, pa.int32(), state == RANKED),
            "group": _numbers(ranked.same_advice, pa.int32(), state == RANKED),
            "modality": _words(strength, words.modalities, pa.int8()),
            "kind": _words(picked(plan.kind, group), words.kinds, pa.int8()),
            "action": _words(picked(plan.action, group), words.actions, pa.int32()),
            "entity": _words(picked(plan.entity, group), words.entities, pa.int8()),
            "priority": _numbers(priority, pa.int16()),
            "due": _numbers(due, _MOMENT, due != NEVER),
            "due_means": _words(picked(plan.due_means, group), words.due_means, pa.int8()),
            "safety": _flags(picked(all_.safety, order)),
            "gave_way_to": _numbers(ranked.gave_way_to, pa.int32(), ranked.gave_way_to >= 0),
            "lost_to": _lists(ranked.lost_starts, ranked.lost_to, state == SET_ASIDE),
            **_handled(ranked.handled, len(order)),
        }
        return _table(arrays, ACTIONS)

    def justifications(self) -> pa.Table:
        """All firings, each with the conclusion that it justifies."""
        firings = self._ranked.firings
        firing, conclusion, no = reasons_of(self._ranked)
        due = picked(firings.due, firing)
        arrays = self._reasons(conclusion, no, picked(firings.rule, firing), picked(firings.global_row, firing))
        return _table({**arrays, "due": _numbers(due, _MOMENT, due != NEVER)}, JUSTIFICATIONS)

    def steps(self, steps: Steps) -> pa.Table:
        """All steps that rules add, each with its recommendation."""
        conclusion = picked(self._ranked.number, steps.place)
        return _table(self._reasons(conclusion, within(steps.place), steps.rule, steps.global_row), STEPS)

    def _reasons(self, conclusion: Numbers, no: Numbers, rules: Numbers, global_row: Rows) -> dict[str, pa.Array]:
        """The columns that justifications and steps share: conclusions, rules, and the rows for which the rules fired."""
        return {
            **self._where(global_row, None, "row_id"),
            "conclusion": _numbers(conclusion, pa.int32()),
            "no": _numbers(no, pa.int32()),
            "rule": _words(rules, self._words.rules, pa.int32()),
            "entity": _words(picked(self._plan.rule_entity, rules), self._words.entities, pa.int8()),
        }

    def _where(self, numbers: Rows, candidate: Rows | None, id_: str) -> dict[str, pa.Array]:
        """The ids of rows, and of the candidate, application and interview that they belong to."""
        ids, global_row = self._ids, numbers.astype(np.int64)  # converted once for all columns
        return {
            "candidate_id": _ids(ids.of("candidate", global_row) if candidate is None else ids.candidates(candidate)),
            id_: _ids(ids.own(global_row)),
            "application_id": _ids(ids.of("application", global_row), null=True),
            "interview_id": _ids(ids.of("interview", global_row), null=True),
        }


def _handled(handled: Mapping[int, Aside], size: int) -> dict[str, pa.Array]:
    """The columns about advice that was followed or dismissed, by the place of its conclusion."""
    types = {name: ACTIONS.field(name).type for name in ("key", "handled", "handled_at")}
    if not handled:
        return {name: pa.nulls(size, type_) for name, type_ in types.items()}
    rows = [handled.get(no) for no in range(size)]
    values = {
        "key": [None if row is None else row.key for row in rows],
        "handled": [None if row is None else "done" if row.done else "dismissed" for row in rows],
        "handled_at": [None if row is None else row.moment for row in rows],
    }
    return {name: pa.array(values[name]).cast(type_) for name, type_ in types.items()}


def _table(arrays: Mapping[str, pa.Array], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_arrays([arrays[name] for name in schema.names], schema=schema)


def _numbers(values: npt.NDArray[Any], type_: pa.DataType, valid: Flags | None = None) -> pa.Array:
    data = np.ascontiguousarray(values, dtype=np.dtype(f"i{type_.bit_width // 8}"))
    return pa.Array.from_buffers(type_, len(data), [None if valid is None else _bits(valid), pa.py_buffer(data)])


def _flags(values: Flags) -> pa.Array:
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, _bits(values)])


def _bits(flags: Flags) -> pa.Buffer:
    return pa.py_buffer(np.packbits(flags, bitorder="little"))


def _texts(words: Iterable[str]) -> pa.Array:
    return pa.array(list(words), pa.string())


def _words(codes: npt.NDArray[Any], words: pa.Array, type_: pa.DataType) -> pa.Array:
    return pa.DictionaryArray.from_arrays(_numbers(codes, type_), words, safe=False)


def _ids(ids: Coded, *, null: bool = False) -> pa.Array:
    """Ids as an array. With ``null``, the index -1 becomes null."""
    valid = ids.places >= 0 if null else None
    return pa.DictionaryArray.from_arrays(_numbers(ids.places, pa.int32(), valid), ids.dictionary, safe=False)


def _lists(starts: Numbers, values: Numbers, valid: Flags) -> pa.Array:
    numbers = _numbers(values, pa.int32())
    buffers = [_bits(valid), pa.py_buffer(starts)]
    return pa.Array.from_buffers(pa.list_(pa.int32()), len(valid), buffers, children=[numbers])
