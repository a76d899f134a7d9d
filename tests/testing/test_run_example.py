"""What an example expects, and when that is met."""

from __future__ import annotations

import pytest

import tactful
from tactful.testing import ExampleResult, run_example
from tactful.testing.examples.run import read_examples_text

PACK = """
actions:
  contact: {about: Reach somebody.}
  follow_up: {about: Ask., is_a: contact, one per: application}
  call: {about: By phone., is_a: follow_up, steps: [Rehearse it., Be brief.]}
  note: {about: In writing., is_a: follow_up}
  rest: {about: Rest.}
  leave: {about: Leave.}
rules:
  call-them: {for each: person, then: {should: call}, because: x, priority: 60}
  call-the-boss:
    for each: person
    when: {person.role: hiring_manager}
    then: {should: call}
    by: 1 day after application.reply_by
    because: x
    priority: 70
  write-to-them: {for each: person, then: {may: note}, because: x, priority: 40}
  rest-a-while: {for each: candidate, then: {should: rest}, because: x, priority: 50}
  stay: {for each: candidate, then: {must_not: leave}, because: x, priority: 55}
  leave-now: {for each: candidate, then: {may: leave}, because: x, priority: 30}
"""
CASE = """
cases:
  two:
    now: 2026-11-20T10:00:00-05:00
    candidate: {id: sam, time_zone: America/New_York}
    applications:
      - id: acme
        reply_by: 2026-11-25T09:00
        people: [{id: dana, role: hiring_manager}, {id: lee}]
      - id: beta
        people: [{id: lee}]
examples:
"""


@pytest.fixture(scope="module")
def pack() -> tactful.Policy:
    return tactful.loads(PACK)


def _run(pack: tactful.Policy, expected: str) -> ExampleResult:
    (example,) = read_examples_text(pack, f"{CASE}  one: {{case: two, {expected}}}\n", "examples.yaml")
    return run_example(pack, example)


@pytest.mark.parametrize(
    "expected",
    [
        "expect: [{should: call}]",
        "expect: [{should: call, to: dana}]",
        "expect: [{should: call, to: acme/dana}]",
        "expect: [{should: call, to: beta/lee}]",
        "expect: [{should: follow_up, to: dana}]",
        "expect: [{must_not: leave}]",
        "expect: [{should: call, by: '2026-11-26T09:00'}]",
        "expect: [{should: call, by: 2026-11-26T14:00:00Z}]",
        "expect: [{should: call, to: dana, by: 2026-11-26}]",
        "expect: [{should: rest, by: none}]",
        "expect: [{should: call, to: dana, rules: [call-the-boss, call-them]}]",
        "expect: [{should: call, to: dana, rank: 1}]",
        "expect: [{should: call, to: beta/lee, rank: 2}]",
        "expect: [{should: call, to: dana, steps: [Rehearse, 'Be brief.'], without steps: [Shout]}]",
        "expect: [{should: call, to: dana, instead of: [note, 'call:acme/lee']}]",
        "never: [leave]",
        "never: ['rest:dana']",
        "never: [{must_not: rest}, {may: rest}, {should_not: leave}, {should: leave}, {should: note}]",
        "never: [{must_not: leave, to: dana}]",
        "order: [call, leave, rest]",
        "order: ['call:dana', 'call:beta/lee', rest]",
        "set aside: [{may: leave}]",
        "set aside: [{may: leave, to: sam, by rule: stay}]",
        "expect: [{should: call, to: dana}, {should: call, to: beta/lee}, {should: rest}], nothing else: yes",
        "expect: [{should: rest}], nothing else: no",
    ],
)
def test_what_is_so_is_met(pack: tactful.Policy, expected: str) -> None:
    """Ids, families, moments with and without an offset, days, and alternatives."""
    assert _run(pack, expected).messages == ()


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ("expect: [{may: call}]", "should call:dana; should call:lee"),
        ("expect: [{should: note}]", "may note:dana, as an alternative to call:dana"),
        ("expect: [{should: call, to: acme/lee}]", "should call:lee, as an alternative to call:dana"),
        ("expect: [{must_not: contact}]", "should call:dana"),
        ("expect: [{must_not: rest}]", "should rest:sam"),
        ("expect: [{must: leave}]", "must_not leave:sam; may leave:sam, set aside"),
        ("expect: [{should: call, to: dana, by: '2026-11-26T09:01'}]", "by 2026-11-26T09:00:00-05:00"),
        ("expect: [{should: call, to: dana, by: 2026-11-25}]", "by 2026-11-26T09:00:00-05:00"),
        ("expect: [{should: call, to: dana, by: none}]", "by 2026-11-26T09:00:00-05:00"),
        ("expect: [{should: rest, by: 2026-11-25}]", "by none"),
        ("expect: [{should: call, to: dana, rules: [call-them]}]", "rules call-the-boss, call-them"),
        ("expect: [{should: call, to: beta/lee, rules: [call-them, call-the-boss]}]", "rules call-them"),
        ("expect: [{should: call, to: dana, rank: 2}]", "rank 1"),
        ("expect: [{should: call, to: dana, steps: [Shout]}]", "Rehearse it. / Be brief."),
        ("expect: [{should: rest, steps: [Shout]}]", "no steps"),
        ("expect: [{should: call, to: dana, without steps: [Rehearse]}]", "step Rehearse it."),
        ("expect: [{should: call, to: beta/lee, instead of: ['call:dana']}]", "instead of note:lee"),
        ("expect: [{should: rest, instead of: [call]}]", "instead of nothing"),
        ("never: [{must_not: leave}]", "must_not leave:sam"),
        ("never: [{must_not: leave, to: sam}]", "must_not leave:sam"),
        ("never: [{may: follow_up, to: dana}]", "may note:dana, as an alternative to call:dana"),
        ("never: [rest]", "should rest:sam"),
        ("never: ['call:acme']", "should call:dana; |should call:lee, as an alternative to call:dana"),
        ("order: [rest, call]", "rest: rank 4; call: rank 1"),
        ("order: [note, call]", "note: not advised; call: rank 1"),
        ("set aside: [{may: note}]", "not recommended at all"),
        ("set aside: [{should: rest}]", "should rest:sam"),
        ("set aside: [{may: leave, by rule: call-them}]", "by stay"),
        ("expect: [{should: call, to: dana}, {should: rest}], nothing else: yes", "should call:lee"),
    ],
)
def test_what_is_otherwise_is_reported(pack: tactful.Policy, expected: str, got: str) -> None:
    """Each difference is reported with what is so instead."""
    messages = _run(pack, expected).messages
    for part, message in zip(got.split("|"), messages, strict=True):
        assert part.removesuffix("; ") in message.partition("; got ")[2]


def test_of_several_that_fit_the_nearest_is_compared(pack: tactful.Policy) -> None:
    """`to` left out, any may be meant: here the one to `lee`, of which only the rank is otherwise."""
    (message,) = _run(pack, "expect: [{should: call, rules: [call-them], by: none, rank: 1}]").messages
    assert message.endswith("got should call:lee;   rank 2")


def test_changes_are_made_in_order_and_may_concern_each_other(pack: tactful.Policy) -> None:
    """Rows are added first, then facts are set, of added rows too; the moment comes last."""
    text = f"""{CASE}
  one:
    case: two
    add:
      application[beta].people: [{{id: kim}}]
      applications: [{{id: gamma}}]
    set: {{"person[kim].role": hiring_manager, "application[gamma].company": Gamma, "person[dana].role": null}}
    at: 2026-11-21T10:00:00Z
    expect: [{{should: call, to: kim}}]
"""
    (example,) = read_examples_text(pack, text, "examples.yaml")
    assert [family.application.id for family in example.case.families] == ["acme", "beta", "gamma"]
    assert example.case.families[1].people[1].role == "hiring_manager"
    assert example.case.families[2].application.company == "Gamma"
    assert example.case.families[0].people[0].role is None
    assert example.case.now == 1_795_255_200
    assert run_example(pack, example).messages == ()


def test_a_moment_without_an_offset_is_on_the_candidates_clock(pack: tactful.Policy) -> None:
    """``at`` as ``--at``."""
    (example,) = read_examples_text(pack, f"{CASE}  one: {{case: two, at: 2026-11-21T10:00, never: [leave]}}", "x.yaml")
    assert example.case.now == 1_795_255_200 + 5 * 3600


def test_an_example_can_be_run_against_another_pack(pack: tactful.Policy) -> None:
    """Read once, run against variants: what a changed rule breaks is found."""
    (example,) = read_examples_text(pack, f"{CASE}  one: {{case: two, expect: [{{should: rest}}]}}", "examples.yaml")
    other = tactful.loads(PACK.replace("should: rest", "may: rest"))
    assert run_example(pack, example).passed
    assert not run_example(other, example).passed


@pytest.mark.parametrize(
    ("expected", "code", "help_"),
    [
        ("expects: [{should: call}]", "T803", "did you mean `expect`?"),
        ("expect: [{must not: call}]", "T803", "did you mean `must_not`?"),
        ("never: [phone_call]", "T805", "did you mean `call`?"),
        ("never: [call], at: 2026-11-2T10:00", "T806", "did you mean `2026-11-02T10:00`?"),
        ("never: [call], set: {'application[acme].status': Applied}", "T703", "did you mean `applied`?"),
    ],
)
def test_a_mistake_of_an_example_is_told_once(pack: tactful.Policy, expected: str, code: str, help_: str) -> None:
    """With what was meant, and without another message that follows from it."""
    with pytest.raises(tactful.InvalidInput) as caught:
        read_examples_text(pack, f"{CASE}  one: {{case: two, {expected}}}\n", "examples.yaml")
    (mistake,) = caught.value.diagnostics
    assert (mistake.code, mistake.help) == (code, help_)


def test_a_case_that_no_example_uses_is_read() -> None:
    """An example that stands among the cases by mistake would never run, and nobody would be told."""
    text = """
cases:
  used: {candidate: {id: kim}}
  misplaced: {case: used, never: [call]}
examples:
  e: {case: used, at: 2026-11-24T09:00+00:00, never: [call]}
"""
    with pytest.raises(tactful.InvalidInput) as caught:
        read_examples_text(tactful.loads(PACK), text, "examples.yaml")
    assert [(problem.code, problem.message) for problem in caught.value.diagnostics] == [
        ("T203", "a case has no `candidate`"),
        ("T202", "a case has no fact `case`"),
        ("T202", "a case has no fact `never`"),
    ]
