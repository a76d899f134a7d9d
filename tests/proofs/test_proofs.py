"""Proofs of invariants: nothing is proved that a decision breaks, and what is proved rests on what the pack says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

import tactful
from tactful.cli.app import app
from tactful.decide.invariants import decide_case
from tactful.engines.evaluate import Environment, Evaluator, clock_value
from tactful.facts.fields import given_fields
from tactful.facts.kinds import ListKind
from tactful.facts.rows import own_calendar
from tactful.language.ir import Field, Invariant
from tactful.testing.properties.drawing import drawn_cases

pytest.importorskip("z3")
from tactful.proofs.claims import Proof, prove_invariant
from tactful.proofs.kept import about_invariant
from tactful.proofs.prove import prove_invariants
from tactful.proofs.sketch import Sketch, SketchRow
from tactful.proofs.solver import Term, impossible, negation

FAULTS = Path(__file__).parents[1] / "seeded_faults"
#: Which invariant each faulty overlay breaks in drawn cases, see ``tests/properties/test_seeded_faults.py``.
BROKEN = {
    "another_negation_lost": "search-goes-on",
    "condition_lost": "no-questions-after-the-end",
    "days_for_hours": "thanks-while-it-is-fresh",
    "family_forgotten": "one-question-at-a-time",
    "negation_lost": "one-note-is-enough",
    "promise_overlooked": "promised-day-awaited",
    "safety_rule_off": "job-kept-until-signed",
    "weekend_forgotten": "nobody-called-on-days-off",
}


def _invariant(policy: tactful.Policy, id_: str) -> Invariant:
    return next(invariant for invariant in policy.checked.invariants if invariant.id == id_)


def _proof(policy: tactful.Policy, id_: str) -> Proof:
    return prove_invariant(policy.checked, _invariant(policy, id_))


#: Those that take some seconds each.
LONG = frozenset({"days_for_hours", "promise_overlooked", "weekend_forgotten"})


@pytest.mark.parametrize(
    "fault", [pytest.param(fault, marks=pytest.mark.slow) if fault in LONG else fault for fault in BROKEN]
)
def test_what_a_drawn_case_breaks_is_not_proved(fault: str) -> None:
    """An overlay with a fault, of which a case that breaks an invariant is known."""
    assert not _proof(tactful.load(FAULTS / f"{fault}.yaml"), BROKEN[fault]).proved


@pytest.mark.parametrize(
    "id_",
    ["job-kept-until-signed", "never-resign-unsigned", "never-phone-against-preference", "nobody-called-on-days-off"],
)
def test_shipped_invariants_are_proved(id_: str) -> None:
    """For every case; each proof names the rules and conditions that it rests on."""
    proof = _proof(tactful.load("default"), id_)
    assert proof.proved
    assert proof.rests_on


def test_a_proof_names_the_safety_rule_that_it_rests_on() -> None:
    """Whoever has no signed offer is told to keep the job because of one rule."""
    proof = _proof(tactful.load("default"), "job-kept-until-signed")
    assert any(line.startswith("job-kept-until-signed") for line in proof.rests_on)


def test_what_nothing_reads_changes_nothing() -> None:
    """An invariant that a fact decides nothing is proved by what rules read, and the order of lists likewise."""
    policy = tactful.load("default")
    assert _proof(policy, "names-decide-nothing") == Proof(True, ("nothing reads application.company",))
    assert _proof(policy, "order-decides-nothing").proved


def test_what_a_rule_reads_is_not_proved_to_change_nothing() -> None:
    """A rule that reads the company's name leaves the invariant that names decide nothing open."""
    pack = """
pack: {name: by-name}
extends: default
rules:
  well-known:
    about: Be careful there.
    for each: application
    when: {application.company: begins with Zyx}
    then: {should: prepare}
    because: They are well known.
    by: none
"""
    assert _proof(tactful.loads(pack), "names-decide-nothing").reason == "rules read application.company"


def test_two_decisions_are_not_proved_and_told() -> None:
    """An invariant that compares advice before and after a message is not settled, and the reason is said."""
    assert _proof(tactful.load("default"), "asking-again-opens-nothing") == Proof(
        False, reason="compares two decisions, and proofs are about one"
    )


@pytest.mark.parametrize("condition", ["email", "phone"])
def test_two_actions_for_one_row_are_counted(condition: str) -> None:
    """At most one of a family is proved where the rules exclude each other, and not where both may fire."""
    pack = f"""
pack: {{name: two}}
actions:
  reach: {{about: Reach them.}}
  call: {{about: Call them., label: Call, is_a: reach}}
  write: {{about: Write to them., label: Write, is_a: reach}}
rules:
  call-them:
    {{about: Call., for each: person, when: {{person.prefers: phone}}, then: {{may: call}}, because: So., by: none}}
  write-to-them:
    {{about: Write., for each: person, when: {{person.prefers: {condition}}}, then: {{may: write}}, because: So., by: none}}
invariants:
  one-way: {{about: One way., for each: person, at most: 1, of: reach}}
"""
    assert _proof(tactful.loads(pack), "one-way").proved == (condition == "email")


def test_a_condition_that_no_case_meets_is_reported() -> None:
    """An invariant about nothing holds, and says nothing."""
    pack = """
pack: {name: empty}
extends: default
invariants:
  about-nobody:
    about: Nobody is both.
    for each: person
    when: {all: [{person.prefers: email}, {person.prefers: phone}]}
    never: call
"""
    assert _proof(tactful.loads(pack), "about-nobody").vacuous


# --- the sketch holds of every case ---


def _told(sketch: Sketch, row: SketchRow, env: Environment, evaluator: Evaluator) -> Iterator[Term]:
    """What a case says of the rows in scope, as formulas."""
    yield sketch.now == evaluator.now
    for entity, drawn in row.scope.items():
        actual = env[entity]
        yield drawn.present if actual is not None else negation(drawn.present)
        if actual is None:
            continue
        for spec in given_fields()[entity].values():
            key = spec.name if spec.clock else spec.attribute
            field = Field(entity, (), "clock" if spec.clock else "given", key, spec.kind, spec.name)
            value = clock_value(key, own_calendar(actual), evaluator.now) if spec.clock else actual.value(key)
            known, term = sketch.value(field, row.scope)
            if value is None:
                yield negation(known)
            elif isinstance(spec.kind, ListKind):
                yield known
            else:
                yield known
                yield term == sketch.constant(value, spec.kind)[1]


def _agree(truths: int, seed: int, rules: int, depth: int) -> None:
    """So many truths of rules in drawn cases, asked of sketches that have the same rows."""
    policy = tactful.load("default")
    facts = {fact.id: fact for fact in policy.checked.facts}
    asked = 0
    for no, case in enumerate(drawn_cases(policy, truths, seed)):
        if asked >= truths:
            break
        read = policy.read(case)
        assert read.now is not None
        evaluator = decide_case(policy.decider, read, read.now).evaluator
        for rule in policy.checked.rules[no % 7 :: max(len(policy.checked.rules) // rules, 1)]:
            for actual in list(evaluator.rows(rule.entity))[:2]:
                env = evaluator.environment(rule.entity, actual)
                sketch = Sketch(facts, depth)
                row = sketch.row(rule.entity)
                holds = sketch.holds(rule.condition, row.scope)
                told = list(_told(sketch, row, env, evaluator))
                sketch.close()
                truth = evaluator.holds(rule.condition, env)
                claim = {"truth": holds if truth else negation(holds)}
                assert impossible((*sketch.known, *told), claim) is None, (rule.id, truth, case)
                asked += 1
    assert asked >= truths


def test_a_sketch_never_contradicts_the_plain_evaluator() -> None:
    """Of a drawn case, what a rule's condition comes to is possible in the sketch that has the case's rows."""
    _agree(truths=20, seed=3, rules=8, depth=1)


@pytest.mark.slow
def test_a_sketch_never_contradicts_the_plain_evaluator_in_many_cases() -> None:
    """The same, with many cases, and with deeper sketches."""
    _agree(truths=300, seed=11, rules=12, depth=2)


# --- the command ---


def test_the_command_counts_what_is_proved(tmp_path: Path) -> None:
    """A pack of its own: one invariant is proved, another refuted with a case that is written, and the exit code is 1."""
    pack = tmp_path / "pack.yaml"
    pack.write_text(
        """
pack: {name: small}
actions:
  call: {about: Call them., label: Call}
rules:
  call-them:
    about: Call whoever likes it.
    for each: person
    when: {person.prefers: phone}
    then: {may: call}
    because: They like it.
    by: none
invariants:
  nobody-else-is-called:
    about: Who likes email is not called.
    for each: person
    when: {person.prefers: email}
    never: call
  nobody-is-called:
    about: Nobody is called.
    for each: person
    never: call
"""
    )
    cases = tmp_path / "cases"
    result = CliRunner().invoke(app, ["prove", str(pack), "--format", "json", "--write", str(cases)])
    assert result.exit_code == 1
    told = {entry["id"]: entry["status"] for entry in json.loads(result.stdout)}
    assert told == {"nobody-else-is-called": "proved", "nobody-is-called": "refuted"}
    assert [path.name for path in cases.iterdir()] == ["nobody-is-called.yaml"]
    text = CliRunner().invoke(app, ["prove", str(pack)])
    assert "1 of 2 invariants proved for cases of every size, 1 refuted, 0 not settled" in text.stdout


def test_results_are_kept_until_something_changes_that_they_depend_on(tmp_path: Path) -> None:
    """A kept proof is used again for an overlay that does not touch it, and a damaged file is none."""
    pack = """
pack: {name: kept}
actions:
  call: {about: Call them., label: Call}
  wait: {about: Wait., label: Wait}
rules:
  calls: {about: A., for each: person, when: {person.prefers: phone}, then: {may: call}, because: So., by: none}
invariants:
  email: {about: B., for each: person, when: {person.prefers: email}, never: call}
"""
    waits = "  waits: {about: C., for each: application, then: {may: wait}, because: So., by: none}\ninvariants"
    first, second = (tactful.loads(text).checked for text in (pack, pack.replace("invariants", waits)))
    other = tactful.loads(pack.replace("prefers: phone", "prefers: known")).checked
    about = [about_invariant(checked, checked.invariants[0]) for checked in (first, second, other)]
    assert about[0] == about[1]
    assert about[0] != about[2]
    results = prove_invariants(tactful.loads(pack), 5, cache=tmp_path)
    assert prove_invariants(tactful.loads(pack), 5, cache=tmp_path) == results
    for file in tmp_path.iterdir():
        file.write_text("{")
    assert prove_invariants(tactful.loads(pack), 5, cache=tmp_path) == results
