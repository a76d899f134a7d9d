"""Whether an invariant that is broken is found to be."""

from __future__ import annotations

from typing import Any

import pytest

import tactful
from tactful.decide.invariants import Violation

CASE: dict[str, Any] = {
    "now": "2026-11-23T10:00:00Z",
    "candidate": {"id": "c", "employed": True},
    "applications": [
        {
            "id": "a",
            "people": [{"id": "dana", "prefers": "email"}, {"id": "lee", "prefers": "email"}],
            "interviews": [{"id": "i", "ended_at": "2026-11-20T10:00:00Z", "interviewers": ["dana"]}],
        }
    ],
}
ACTIONS = """
actions:
  contact: {about: Reach somebody., one per: application}
  call: {about: By phone., is_a: contact}
  note: {about: In writing.}
"""


def _violations(rules: str, invariant: str) -> list[Violation]:
    text = f"{ACTIONS}\nrules:\n{rules}\ninvariants:\n  claim: {{about: It holds., {invariant}}}\n"
    return tactful.loads(text).violations(CASE)


def _rule(then: str, entity: str = "person", id_: str = "r") -> str:
    return f"  {id_}: {{for each: {entity}, then: {{{then}}}, because: x}}"


def test_never_is_broken_by_a_member_of_the_family_on_the_row() -> None:
    """Who is never contacted is not called either; the second person's call, an alternative only, counts as well."""
    assert _violations(_rule("may: call"), "for each: person, never: contact") == [
        Violation("claim", "person", "dana", ("call",)),
        Violation("claim", "person", "lee", ("call",)),
    ]


def test_never_is_broken_inside_the_row() -> None:
    """A call to a person breaks what is claimed of the application; the alternative is reported too."""
    assert _violations(_rule("may: call"), "for each: application, never: contact") == [
        Violation("claim", "application", "a", ("call", "call"))
    ]


@pytest.mark.parametrize("then", ["must_not: call", "should: note"])
def test_never_is_met_by_prohibitions_and_other_actions(then: str) -> None:
    """A prohibition of a call recommends none, and a note is none."""
    assert _violations(_rule(then), "for each: person, never: call") == []


def test_never_is_not_broken_beside_the_row() -> None:
    """What is recommended for the application says nothing of one person in it."""
    assert _violations(_rule("may: call", "application"), "for each: person, never: call") == []


def test_an_invariant_speaks_only_of_rows_that_it_holds_for() -> None:
    """Rows for which `when` does not hold are free."""
    assert _violations(_rule("may: call"), "for each: person, when: {person.prefers: phone}, never: call") == []


@pytest.mark.parametrize(
    ("drawn", "claimed", "met"),
    [
        ("should: note", "should: note", True),
        ("must: note", "should: note", True),
        ("may: note", "should: note", False),
        ("must_not: note", "should_not: note", True),
        ("should_not: note", "must_not: note", False),
        ("must_not: note", "may: note", False),
        ("must: call", "should: note", False),
    ],
)
def test_always_asks_for_the_conclusion_or_a_stronger_one(drawn: str, claimed: str, met: bool) -> None:
    """A weaker one, the opposite or another action will not do."""
    violations = _violations(_rule(drawn), f"for each: person, always: {{{claimed}}}")
    assert (violations == []) is met


def test_always_is_met_around_the_row() -> None:
    """What is concluded for the application holds for each person in it; not the other way round."""
    assert _violations(_rule("should: note", "application"), "for each: person, always: {should: note}") == []
    assert _violations(_rule("should: note"), "for each: application, always: {should: note}") == [
        Violation("claim", "application", "a", ())
    ]


def test_at_most_counts_the_family_inside_the_row() -> None:
    """Two notes are more than one; where there is one per application, alternatives do not count."""
    assert _violations(_rule("should: note"), "for each: application, at most: 1, of: note") == [
        Violation("claim", "application", "a", ("note", "note"))
    ]
    assert _violations(_rule("should: note"), "for each: application, at most: 2, of: note") == []
    assert _violations(_rule("should: call"), "for each: application, at most: 1, of: contact") == []
