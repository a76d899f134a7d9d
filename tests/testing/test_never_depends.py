"""Facts that no advice depends on: read, refused, tried on drawn cases and proved by what is read."""

from __future__ import annotations

import pytest

import tactful
from tactful.language.ir import Same
from tactful.testing import check_invariants

PACK = """
actions: {{ring: {{about: a call}}, hold: {{about: hold on}}}}
custom_facts: {{application: {{mood: text}}}}
rules:
  ring-them: {{for each: person, when: {{{when}}}, then: {{should: ring}}, because: a reason}}
  hold-on: {{for each: offer, then: {{may: hold}}, because: a reason}}
invariants:
  fair: {{for each: {entity}, never depends on: {facts}}}
"""
FACTS = "[candidate.name, person.topics, application.mood, application.company]"


def _pack(when: str, facts: str = FACTS, entity: str = "person") -> tactful.Policy:
    return tactful.loads(PACK.format(when=when, facts=facts, entity=entity), "p")


def test_advice_that_reads_none_of_the_facts_holds() -> None:
    """The change makes all of them unknown, and both decisions have to be the same."""
    policy = _pack("person.prefers: phone")
    (invariant,) = policy.checked.invariants
    assert isinstance(invariant.claim, Same)
    assert invariant.change is not None
    assert [(put.field.text, put.value) for put in invariant.change.facts] == [
        *(("candidate.name", None), ("person.topics", None)),
        *(("application.mood", None), ("application.company", None)),
    ]
    (result,) = check_invariants(policy, examples=60)
    assert result.passed
    assert result.tried > 0


@pytest.mark.parametrize(
    ("when", "told"),
    [
        ("application.company: Zenith", "company: Zenith"),
        ("person.topics: [sailing]", "sailing"),
        ("application.mood: known", "mood:"),
        ("candidate.name: begins with Dr", "name: "),
    ],
)
def test_advice_that_depends_on_one_is_reported(when: str, told: str) -> None:
    """With a small case in which the fact makes the difference: a word that the rule names, or that it is known at all."""
    (result,) = check_invariants(_pack(when), examples=300)
    assert result.failure is not None
    assert told in result.failure.case
    assert result.failure.case.count("\n") <= 12


def test_a_fact_that_is_read_and_decides_nothing_is_no_mistake() -> None:
    """Both alternatives of a condition that names it hold, so that no drawn case breaks the invariant."""
    (result,) = check_invariants(_pack("any: [application.company: known, application.company: unknown]"), examples=60)
    assert result.passed


def test_an_offer_that_is_not_there_stays_away() -> None:
    """A fact of an offer becomes unknown where there is an offer; the change makes no offer up."""
    (result,) = check_invariants(_pack("person.prefers: phone", "offer.form", "application"), examples=100)
    assert result.passed
    (result,) = check_invariants(_pack("offer.form: verbal", "offer.form", "application"), examples=300)
    assert result.failure is not None


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ("person.id", "T311"),
        ("[person.pings]", "T402"),
        ("application.follow", "T402"),
        ("message.kind", "T403"),
        ("[[candidate.name]]", "T304"),
        ("[]", "T304"),
        ("candidate.local_time", "T311"),
        ("candidate.name, after: {later: 1 day}", "T302"),
        ("candidate.name, same: advice", "T311"),
    ],
)
def test_mistakes_are_reported(facts: str, code: str) -> None:
    """Facts that are never unknown, that do not exist or are out of reach, no list, and a change beside it."""
    with pytest.raises(tactful.InvalidInput) as raised:
        _pack("person.prefers: phone", facts)
    assert {problem.code for problem in raised.value.diagnostics} == {code}


@pytest.mark.parametrize("field", ["interview.ended_at", "interviewer.person", "interviewer.id"])
def test_what_every_case_has_cannot_become_unknown(field: str) -> None:
    """Nor with ``after``: such a change fits no case, and the invariant would never be checked."""
    entity = field.partition(".")[0]
    text = f"invariants: {{i: {{for each: {entity}, after: {{facts: {{{field}: unknown}}}}, same: advice}}}}"
    with pytest.raises(tactful.InvalidInput) as raised:
        tactful.loads("actions: {a: {about: b}}\n" + text, "p")
    assert raised.value.diagnostics[0].code in ("T311", "T402")


def test_names_that_went_are_read() -> None:
    """An old name of a fact in the list is the new one."""
    base = tactful.loads(
        PACK.format(when="person.prefers: phone", facts="candidate.name", entity="person")
        + "renamed: {facts: {application.temper: application.mood}}\n",
        "p",
    )
    over = tactful.loads("invariants: {calm: {for each: person, never depends on: application.temper}}", "o", base=base)
    calm = next(invariant for invariant in over.checked.invariants if invariant.id == "calm")
    assert calm.change is not None
    assert [put.field.text for put in calm.change.facts] == ["application.mood"]


def test_it_is_proved_by_what_is_read() -> None:
    """Where no rule reads the facts; a rule that reads one stands in the way of a proof."""
    pytest.importorskip("z3")
    from tactful.proofs.prove import prove_invariants

    (proved,) = prove_invariants(_pack("person.prefers: phone"), 20)
    assert proved.status == "proved"
    assert "nothing reads candidate.name" in proved.rests_on
    (open_,) = prove_invariants(_pack("any: [application.company: known, application.company: unknown]"), 20)
    assert (open_.status, open_.reason) == ("not settled", "rules read application.company")
    (refuted,) = prove_invariants(_pack("application.mood: known"), 300)
    assert refuted.status == "refuted"
