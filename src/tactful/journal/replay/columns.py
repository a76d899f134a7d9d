"""Decides on many cases of a journal at once, with the engine over columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tactful.api.policy import Policy
from tactful.columns.columns import NULL, Column, Columns
from tactful.columns.from_cases import columns_of
from tactful.columns.subset import Fields
from tactful.decide.decider import Decider
from tactful.decide.ranker import Conclusion
from tactful.facts.reading import read_case
from tactful.facts.rows import Case, row_key
from tactful.journal.replay.said import Said, about
from tactful.source.diagnostics import InvalidInput


class Question(NamedTuple):
    """A decision to be made again: its entry, what it was made with, its moment and case, and the advice at that
    time."""

    id: bytes
    settings: str
    now: int
    case: bytes
    said: list[Said]


def decide_all(policy: Policy, questions: Sequence[Question]) -> list[list[Said] | str]:
    """A policy's advice for each case, or the code of the mistake because of which it refuses the case.

    Deadlines that depend on clocks or on other facts that time changes have to be searched for case by case. The engine for
    one case is much faster at that than the engine over columns, so it decides these cases.
    """
    answers: list[list[Said] | str] = [[] for _ in questions]
    cases, places = list[Case](), list[int]()
    decider = policy.decider
    for place, question in enumerate(questions):
        try:
            case = read_case(
                question.case, policy.calendars, decider.declared, decider.limits, question.now, keys_checked=True
            )
        except InvalidInput as error:
            answers[place] = error.diagnostics[0].code
        else:
            cases.append(case)
            places.append(place)
    columns = columns_of(cases, [questions[place].now for place in places], policy.checked.carried)
    ranked = policy.table_decider.rank_at_once(_numbered(columns))
    for no, reject in ranked.refused.items():
        answers[places[no]] = reject.code
    for no, said in _said(ranked.tables.actions, ranked.tables.justifications).items():
        answers[places[no]] = said
    for no in ranked.open:
        answers[places[no]] = _said_alone(decider, cases[no], questions[places[no]].now)
    return answers


def _said_alone(decider: Decider, case: Case, now: int) -> list[Said] | str:
    """What the engine for one case says, or the code of the mistake because of which it refuses the case."""
    try:
        ranking = decider.rank(case, now)
    except InvalidInput as error:
        return error.diagnostics[0].code
    return [_said_of(decider, conclusion) for conclusion in ranking.ranked]


def _said_of(decider: Decider, conclusion: Conclusion) -> Said:
    rules = decider.checked.rules
    ids = {rules[no].id for no, _, _ in conclusion.firings}
    where = about(*row_key(conclusion.target))
    return Said(conclusion.action, conclusion.modality, where, conclusion.due, tuple(sorted(ids)))


def _numbered(columns: Columns) -> Columns:
    """The columns with each candidate's number as its id: a journal has many cases of the same candidate."""
    key = ("candidate", "id")
    numbers = pc.cast(pa.array(np.arange(columns.sizes["candidate"])), pa.string())
    others = {name: partial(columns.given.__getitem__, name) for name in columns.given}
    return replace(columns, given=Fields({key: Column(columns.given[key].kind, numbers)}, others))


def _said(actions: pa.Table, justifications: pa.Table) -> dict[int, list[Said]]:
    """The ranked advice of each candidate, by its number."""
    rules = _rules(justifications)
    shown = actions.filter(pc.equal(actions["state"], "ranked"))
    said: dict[int, list[Said]] = defaultdict(list)
    names = ("action", "modality", "entity", "application_id", "interview_id", "target_id")
    numbers, ranks, dues = _numbers(shown), _ints(shown["rank"]), _ints(shown["due"])
    actions, modalities, *targets = (_texts(shown, name) for name in names)
    behind = map(rules.__getitem__, zip(numbers, ranks, strict=True))
    until = [None if due == NULL else due for due in dues]
    rows = zip(actions, modalities, map(about, *targets), until, behind, strict=True)
    for no, row in zip(numbers, map(Said._make, rows), strict=True):
        said[no].append(row)
    return said


def _rules(justifications: pa.Table) -> dict[tuple[int, int], tuple[str, ...]]:
    """The ids of the rules behind each conclusion, sorted, by the candidate's number and its own."""
    rules: dict[tuple[int, int], tuple[str, ...]] = {}
    conclusions = zip(_numbers(justifications), _ints(justifications["conclusion"]), strict=True)
    for key, rule in zip(conclusions, _texts(justifications, "rule"), strict=True):
        known = rules.get(key)
        assert rule is not None  # the column has no nulls
        rules[key] = (rule,) if known is None else tuple(sorted({*known, rule}))
    return rules


def _numbers(table: pa.Table) -> list[int]:
    """The candidates' numbers."""
    return _ints(pc.cast(table["candidate_id"], pa.string()))


def _ints(column: Any) -> list[int]:
    """A column as whole numbers; :data:`NULL` for null. By way of numpy, as Arrow makes one Python object after the other."""
    return pc.fill_null(pc.cast(column, pa.int64()), NULL).to_numpy().tolist()  # type: ignore[no-any-return]


def _texts(table: pa.Table, name: str) -> list[str | None]:
    """A column of a dictionary as texts, of which equal ones are the same object."""
    texts: list[str | None] = []
    for chunk in table[name].chunks:
        words = [*chunk.dictionary.to_pylist(), None]
        codes = pc.fill_null(pc.cast(chunk.indices, pa.int64()), -1)
        texts += map(words.__getitem__, codes.to_numpy().tolist())
    return texts
