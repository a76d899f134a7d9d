"""Decides on many cases of a journal at once, with the engine over columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
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
from tactful.journal.replay.said import Plain, about
from tactful.source.diagnostics import InvalidInput

Numbers = npt.NDArray[np.int64]
#: How many bits a conclusion's number within its candidate takes at most.
_CONCLUSION_BITS: Final = 32


class Question(NamedTuple):
    """A decision to be made again: its entry, what it was made with, its moment and case, and the advice at that
    time."""

    id: bytes
    settings: str
    now: int
    case: bytes
    said: list[Plain]


def decide_all(policy: Policy, questions: Sequence[Question]) -> list[list[Plain] | str]:
    """A policy's advice for each case, or the code of the mistake because of which it refuses the case.

    Deadlines that depend on clocks or on other facts that time changes have to be searched for case by case. The engine for
    one case is much faster at that than the engine over columns, so it decides these cases.
    """
    answers: list[list[Plain] | str] = [[] for _ in questions]
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


def _said_alone(decider: Decider, case: Case, now: int) -> list[Plain] | str:
    """What the engine for one case says, or the code of the mistake because of which it refuses the case."""
    try:
        ranking = decider.rank(case, now)
    except InvalidInput as error:
        return error.diagnostics[0].code
    return [_said_of(decider, conclusion) for conclusion in ranking.ranked]


def _said_of(decider: Decider, conclusion: Conclusion) -> Plain:
    rules = decider.checked.rules
    ids = {rules[no].id for no, _, _ in conclusion.firings}
    where = about(*row_key(conclusion.target))
    return conclusion.action, conclusion.modality, where, conclusion.due, tuple(sorted(ids))


def _numbered(columns: Columns) -> Columns:
    """The columns with each candidate's number as its id: a journal has many cases of the same candidate."""
    key = ("candidate", "id")
    numbers = pc.cast(pa.array(np.arange(columns.sizes["candidate"])), pa.string())
    others = {name: partial(columns.given.__getitem__, name) for name in columns.given}
    return replace(columns, given=Fields({key: Column(columns.given[key].kind, numbers)}, others))


def _said(actions: pa.Table, justifications: pa.Table) -> dict[int, list[Plain]]:
    """The ranked advice of each candidate, by its number."""
    shown = actions.filter(pc.equal(actions["state"], "ranked"))
    numbers, ranks = _numbers(shown), _array(shown["rank"])
    rules = _rules(_keys(_numbers(justifications), _array(justifications["conclusion"])), justifications)
    said: dict[int, list[Plain]] = defaultdict(list)
    names = ("action", "modality", "entity", "application_id", "interview_id", "target_id")
    actions, modalities, *targets = (_texts(shown, name) for name in names)
    behind = map(rules.__getitem__, _keys(numbers, ranks).tolist())
    until = [None if due == NULL else due for due in _array(shown["due"]).tolist()]
    rows: Iterator[Any] = zip(actions, modalities, map(about, *targets), until, behind, strict=True)
    for no, row in zip(numbers.tolist(), rows, strict=True):
        said[no].append(row)
    return said


def _rules(keys: Numbers, justifications: pa.Table) -> dict[int, tuple[str, ...]]:
    """The ids of the rules behind each conclusion, sorted, by the conclusion's key."""
    ids: list[Any] = _texts(justifications, "rule")
    alone = {id_: (id_,) for id_ in set(ids)}
    rules: dict[int, tuple[str, ...]] = dict(zip(keys.tolist(), map(alone.__getitem__, ids), strict=True))
    if len(rules) < len(keys):  # some conclusions have several rules
        found, counts = np.unique(keys, return_counts=True)
        several: dict[int, set[str]] = {key: set() for key in found[counts > 1].tolist()}
        for place in np.flatnonzero(np.isin(keys, found[counts > 1])).tolist():
            several[int(keys[place])].add(ids[place])
        rules.update((key, tuple(sorted(of_key))) for key, of_key in several.items())
    return rules


def _keys(numbers: Numbers, conclusions: Numbers) -> Numbers:
    """A number for each conclusion of each candidate: pairs would take longer to look up."""
    return numbers << _CONCLUSION_BITS | conclusions


def _numbers(table: pa.Table) -> Numbers:
    """The candidates' numbers."""
    return _array(pc.cast(table["candidate_id"], pa.string()))


def _array(column: Any) -> Numbers:
    """A column as whole numbers; :data:`NULL` for null. By way of numpy, as Arrow makes one Python object after the other."""
    return pc.fill_null(pc.cast(column, pa.int64()), NULL).to_numpy()  # type: ignore[no-any-return]


def _texts(table: pa.Table, name: str) -> list[str | None]:
    """A column of a dictionary as texts, of which equal ones are the same object."""
    texts: list[str | None] = []
    for chunk in table[name].chunks:
        words = [*chunk.dictionary.to_pylist(), None]
        codes = pc.fill_null(pc.cast(chunk.indices, pa.int64()), -1)
        texts += map(words.__getitem__, codes.to_numpy().tolist())
    return texts
