"""Decides on many cases of a journal at once, with the engine over columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tactful.api.policy import Policy
from tactful.columns.columns import Column, Columns
from tactful.columns.from_cases import columns_of
from tactful.facts.reading import read_case
from tactful.facts.rows import Case
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
    """A policy's advice for each case, or the code of the mistake because of which it refuses the case."""
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
    ranked = policy.table_decider.rank(_numbered(columns), steps=False)
    for no, reject in ranked.refused.items():
        answers[places[no]] = reject.code
    for no, said in _said(ranked.tables.actions, ranked.tables.justifications).items():
        answers[places[no]] = said
    return answers


def _numbered(columns: Columns) -> Columns:
    """The columns with each candidate's number as its id: a journal has many cases of the same candidate."""
    key = ("candidate", "id")
    numbers = pc.cast(pa.array(np.arange(columns.sizes["candidate"])), pa.string())
    return replace(columns, given={**columns.given, key: Column(columns.given[key].kind, numbers)})


def _said(actions: pa.Table, justifications: pa.Table) -> dict[int, list[Said]]:
    """The ranked advice of each candidate, by its number."""
    rules = _rules(justifications)
    shown = actions.filter(pc.equal(actions["state"], "ranked"))
    said: dict[int, list[Said]] = defaultdict(list)
    names = ("action", "modality", "entity", "application_id", "interview_id", "target_id")
    numbers, ranks, due = _numbers(shown), shown["rank"].to_pylist(), pc.cast(shown["due"], pa.int64()).to_pylist()
    texts = (_texts(shown, name) for name in names)
    for no, rank, until, action, modality, entity, application, interview, target in zip(
        numbers, ranks, due, *texts, strict=True
    ):
        where = about(entity, application, interview, target)
        said[no].append(Said(action, modality, where, until, rules[no, rank]))
    return said


def _rules(justifications: pa.Table) -> dict[tuple[int, int], tuple[str, ...]]:
    """The ids of the rules behind each conclusion, sorted, by the candidate's number and its own."""
    rules: dict[tuple[int, int], tuple[str, ...]] = {}
    conclusions = zip(_numbers(justifications), justifications["conclusion"].to_pylist(), strict=True)
    for key, rule in zip(conclusions, _texts(justifications, "rule"), strict=True):
        known = rules.get(key)
        assert rule is not None  # the column has no nulls
        rules[key] = (rule,) if known is None else tuple(sorted({*known, rule}))
    return rules


def _numbers(table: pa.Table) -> list[int]:
    """The candidates' numbers."""
    return pc.cast(pc.cast(table["candidate_id"], pa.string()), pa.int64()).to_pylist()  # type: ignore[no-any-return]


def _texts(table: pa.Table, name: str) -> list[str | None]:
    """A column of a dictionary as texts, of which equal ones are the same object."""
    texts: list[str | None] = []
    for chunk in table[name].chunks:
        words = chunk.dictionary.to_pylist()
        texts += [None if code is None else words[code] for code in chunk.indices.to_pylist()]
    return texts
