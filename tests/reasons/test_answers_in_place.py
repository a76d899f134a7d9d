"""A fact set in place: each answer that questions try decides as the changed case does, linked and decided as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given

import tactful
from drawn import packs
from draws import draws
from reference_cases import cases as drawn_cases
from shipped_cases import cases, shipped
from tactful.decide.again import Again
from tactful.decide.conclusions import Conclusion, Ranking
from tactful.facts.edit import as_given, changed
from tactful.facts.in_place import is_near
from tactful.facts.rows import Case, Row
from tactful.language.ir.fields_read import ReadField
from tactful.reasons.context import Context
from tactful.reasons.what_if.outcomes import Outcome, decide_again, numbered_key
from tactful.reasons.what_if.trials import Trial, trials

EXAMPLES: Final = sorted((Path(__file__).parent.parent.parent / "examples").glob("*.[yj]*"))


class _Tried:
    """The answers to all questions about a case: decided in place, and as a whole."""

    def __init__(self, policy: tactful.Policy, case: tactful.Case, plain: bool) -> None:
        self.context = context = policy.decide(case).context
        self.decider, self.now = context.decider, context.now
        own, compiled = self.decider.link(case.shape, self.now), self.decider.compiled
        assert own is not None
        assert compiled is not None
        self.own, program = own, self.decider.plain if plain else compiled
        firings, steps = self.decider.fire(case, self.now), self.decider.steps(case, self.now)
        self.again = Again(self.decider, program, context.case, own, self.now, firings, steps)
        self.before = Outcome(context)

    def answers(self) -> Iterator[tuple[ReadField, Row, Trial]]:
        for field in self.decider.fields:
            if self.again.tells(field):
                for row in self.context.evaluator.rows(field.entity):
                    for trial in trials(field, row, self.context.evaluator):
                        if trial.value != field.value(row) and is_near(trial.value, field.kind):
                            yield field, row, trial

    def check(self) -> None:
        for field, row, trial in self.answers():
            spot = field.spot(self.context.case, row)
            shape = changed(
                self.context.case.shape, spot, as_given(trial.value, field.kind, spot, self.context.calendar)
            )
            linked, whole = self.decider.link(shape, self.now), decide_again(self.context, shape)
            set_in_place = self.again.of(field, row).with_value(trial.value)
            assert (set_in_place is None) == (linked is None), (spot, trial)
            if set_in_place is None or linked is None or whole is None:
                continue
            with set_in_place:
                assert _values(self.own) == _values(linked), (spot, trial)
                fired = set_in_place.fired()
                quick = self.before if fired is None else Outcome(Context(self.decider, self.own, self.now), fired)
                assert quick.fired == whole.fired, (spot, trial)
                assert quick.steps_fired == whole.steps_fired, (spot, trial)
                assert _told(quick.ranking) == _told(whole.ranking), (spot, trial)
                assert quick.fires_as(self.before) == whole.fires_as(self.before), (spot, trial)
                assert quick.stepped(self.before) == whole.stepped(self.before), (spot, trial)
        assert _values(self.own) == _values(self.context.case)


def _told(ranking: Ranking) -> list[Any]:
    """Everything that a ranking says, without rows."""

    def told(conclusion: Conclusion) -> Any:
        others = conclusion.lost_to, conclusion.alternatives
        firings = sorted((no, row.entity, row.no) for no, row, _ in conclusion.firings)
        return (
            numbered_key(conclusion),
            conclusion.order,
            firings,
            *([numbered_key(each) for each in other] for other in others),
        )

    return [list(map(told, part)) for part in (ranking.ranked, ranking.set_aside)]


def _values(case: Case) -> list[dict[str, Any]]:
    """The values of all rows, references left out."""
    rows: list[Row] = [case.candidate]
    for family in case.families:
        offer = () if family.offer is None else (family.offer,)
        inner = [interviewer for group in family.interviewers for interviewer in group]
        rows += [family.application, *offer, *family.people, *family.interviews, *inner, *family.messages]
    names = [[name for name in row.__struct_fields__ if name not in _REFERENCES] for row in rows]
    return [{name: getattr(row, name) for name in fields} for row, fields in zip(rows, names, strict=True)]


_REFERENCES: Final = {"candidate", "application", "person", "interview", "calendar"}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_decide_in_place_as_anew(path: Path) -> None:
    """The rows, firings, steps and ranking are the same, also for facts that are known already."""
    policy = shipped("default")
    _Tried(policy, policy.read_text(path.read_bytes(), path.name), plain=False).check()


@draws(12)
@given(data=cases)
def test_the_shipped_pack_decides_in_place_as_anew(data: dict[str, Any]) -> None:
    """In drawn cases, too."""
    policy = shipped("default")
    _Tried(policy, policy.read(data), plain=False).check()


@pytest.mark.parametrize("plain", [False, True], ids=["compiled", "plain"])
@draws(25)
@given(text=packs(), data=drawn_cases)
def test_drawn_packs_decide_in_place_as_anew(plain: bool, text: str, data: dict[str, Any]) -> None:
    """Over the whole language, with compiled functions and with the plain evaluator."""
    policy = tactful.loads(text)
    _Tried(policy, policy.read(data), plain).check()


def test_answers_that_contradict_other_facts_cannot_be_set() -> None:
    """An interview to come was not held and does not start after it ends, and no offer was signed before it came."""
    policy = tactful.loads(
        """
pack: {name: contradictions, version: "1"}
actions: {cheer: {}}
rules:
  a: {for each: interview, when: {interview.status: held}, then: {should: cheer}, because: It was held.}
  b: {for each: offer, when: {offer.signed_at: known}, then: {should: cheer}, because: It is signed.}
  c: {for each: interview, when: {interview.starts_at: to come}, then: {should: cheer}, because: It is to come.}
"""
    )
    case = policy.read(
        {
            "now": "2026-11-23T10:00:00Z",
            "candidate": {"id": "c"},
            "applications": [
                {
                    "id": "a",
                    "interviews": [{"id": "i", "ended_at": "2026-11-24T10:00:00Z"}],
                    "offer": {"received_at": "2026-11-20T10:00:00Z"},
                }
            ],
        }
    )
    tried = _Tried(policy, case, plain=False)
    status, starts, signed = sorted(tried.decider.fields, key=lambda field: field.name, reverse=True)
    family = case.families[0]
    assert family.offer is not None
    assert tried.again.of(status, family.interviews[0]).with_value("held") is None
    assert tried.again.of(status, family.interviews[0]).with_value("cancelled") is not None
    end = family.interviews[0].ended_at
    assert tried.again.of(starts, family.interviews[0]).with_value(end + 1) is None
    assert tried.again.of(starts, family.interviews[0]).with_value(end) is not None
    assert tried.again.of(signed, family.offer).with_value(1_795_000_000 - 86_400 * 365) is None
    tried.check()
