"""Decides on many cases of a journal at once, with the engine over columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tactful.api.policy import Policy
from tactful.columns.columns import NULL, Column, Columns, Flags
from tactful.columns.joined import columns_in_blocks
from tactful.columns.subset import Fields
from tactful.facts.reading import read_case
from tactful.facts.rows import Case
from tactful.journal.replay.said import Plain
from tactful.source.diagnostics import InvalidInput

Numbers = npt.NDArray[np.int64]
#: How many bits a conclusion's number within its candidate takes at most.
_CONCLUSION_BITS: Final = 32


class Question(NamedTuple):
    """A decision to be made again: its entry, what it was made with, its moment and case, and the outcome at that time.

    Case and outcome are JSON, as parts of the entry's body.
    """

    id: bytes
    settings: str
    now: int
    case: msgspec.Raw
    outcome: msgspec.Raw


def decide_all(policy: Policy, questions: Sequence[Question]) -> list[list[Plain] | str]:
    """A policy's advice for each case, or the code of the mistake because of which it refuses the case."""
    cases = _Cases(policy, questions)
    columns = columns_in_blocks(cases.read(), cases.again, policy.checked.carried)
    ranked = policy.table_decider.rank_at_once(_numbered(columns))
    answers: dict[int, list[Plain] | str] = dict(cases.refused)
    for no, reject in ranked.refused.items():
        answers[cases.places[no]] = reject.code
    for no, said in _said(ranked.tables.actions, ranked.tables.justifications).items():
        answers[cases.places[no]] = said
    return [answers.get(place, []) for place in range(len(questions))]


class _Cases:
    """The cases of questions, read as they are needed. ``refused`` has mistakes by the place of a question, and ``places`` the
    places of all others."""

    def __init__(self, policy: Policy, questions: Sequence[Question]) -> None:
        self._policy, self._questions = policy, questions
        self.refused, self.places = dict[int, str](), list[int]()

    def read(self) -> Iterator[tuple[Case, int]]:
        """Every case that is not refused, with its moment."""
        for place, question in enumerate(self._questions):
            try:
                case = self._case(question)
            except InvalidInput as error:
                self.refused[place] = error.diagnostics[0].code
            else:
                self.places.append(place)
                yield case, question.now

    def again(self, numbers: Sequence[int]) -> list[Case]:
        """The cases with some numbers among those that are not refused."""
        return [self._case(self._questions[self.places[no]]) for no in numbers]

    def _case(self, question: Question) -> Case:
        policy, decider = self._policy, self._policy.decider
        return read_case(
            bytes(question.case), policy.calendars, decider.declared, decider.limits, question.now, keys_checked=True
        )


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
    nameless = _flags(pc.equal(shown["entity"], "candidate"))
    inside = _flags(pc.equal(shown["entity"], "interviewer"))
    rows: Iterator[Any] = zip(
        *(_texts(shown, name) for name in ("action", "modality", "entity")),
        _texts(shown, "application_id", nameless),
        _texts(shown, "interview_id", ~inside),
        _texts(shown, "target_id", nameless),
        [None if due == NULL else due for due in _array(shown["due"]).tolist()],
        map(rules.__getitem__, _keys(numbers, ranks).tolist()),
        strict=True,
    )
    said: dict[int, list[Plain]] = defaultdict(list)
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


def _flags(column: Any) -> Flags:
    return column.to_numpy()  # type: ignore[no-any-return]


def _texts(table: pa.Table, name: str, left_out: Flags | None = None) -> list[str]:
    """A column of a dictionary as texts, of which equal ones are the same object; an empty text for null and ``left_out``."""
    texts, begin = list[str](), 0
    for chunk in table[name].chunks:
        words = [*chunk.dictionary.to_pylist(), ""]
        codes = pc.fill_null(pc.cast(chunk.indices, pa.int64()), -1).to_numpy()
        if left_out is not None:
            codes = np.where(left_out[begin : begin + len(codes)], -1, codes)
        texts += map(words.__getitem__, codes.tolist())
        begin += len(codes)
    return texts
