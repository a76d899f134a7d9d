"""The plain evaluator finds the rows that a computed fact is about in its own way, not in that of an engine."""

from __future__ import annotations

import pytest

import tactful
from tactful.engines.evaluate import Evaluator
from tactful.language.ir import Aggregate

PACK = """
pack: {name: evaluator, version: 1}
facts:
  person.wrote: {count: message, where: {message.person: same as person.id}}
  person.wrote_to_others: {count: message, where: {message.person: not same as person.id}}
  person.wrote_or_sent: {count: message, where: {any: [{message.person: same as person.id}, {message.direction: sent}]}}
  person.met: {exists: interviewer, where: {interviewer.person: same as person.id, interviewer.attended: not no}}
  application.through_the_contact: {count: message, where: {message.person: same as application.contact_via}}
  interview.led_by_the_contact: {exists: interviewer, where: {interviewer.person: same as application.contact_via}}
actions: {note: {about: A note.}}
rules: {r: {for each: person, when: {person.wrote: at least 1}, then: {may: note}, because: So.}}
"""
CASE = {
    "now": "2026-11-23T10:00:00Z",
    "candidate": {"id": "c"},
    "applications": [
        {
            "id": application,
            "contact_via": contact,
            "people": [{"id": "dana"}, {"id": "lee"}],
            "interviews": [
                {"id": "i", "ended_at": "2026-11-20T10:00:00Z", "interviewers": ["dana"]},
                {"id": "j", "ended_at": "2026-11-21T10:00:00Z", "interviewers": [{"person": "lee", "attended": False}]},
            ],
            "messages": [
                {"person": "dana", "direction": "sent", "sent_at": "2026-11-20T12:00:00Z"},
                {"person": "lee", "direction": "received", "sent_at": "2026-11-20T13:00:00Z"},
                {"direction": "received", "sent_at": "2026-11-20T14:00:00Z"},
            ],
        }
        for application, contact in (("a", "dana"), ("b", None))
    ],
}


@pytest.fixture(scope="module")
def evaluator() -> Evaluator:
    policy = tactful.loads(PACK)
    case = policy.read(CASE)
    assert case.now is not None
    return Evaluator(case, case.now, {fact.id: fact for fact in policy.checked.facts}, policy.calendars)


@pytest.mark.parametrize(
    "id_",
    [
        "person.wrote",
        "person.wrote_to_others",
        "person.wrote_or_sent",
        "person.met",
        "application.through_the_contact",
        "interview.led_by_the_contact",
    ],
)
def test_a_fact_about_one_person_misses_no_row(evaluator: Evaluator, id_: str) -> None:
    """The rows that match are the same, whether all rows are tried or only those of the person that the fact names."""
    fact = evaluator.facts[id_]
    assert isinstance(fact, Aggregate)

    for row in evaluator.rows(fact.entity):
        env = evaluator.environment(fact.entity, row)
        tried, every = (
            [inner[fact.over] for inner in rows if evaluator.holds(fact.where, inner)]
            for rows in (evaluator.candidates(fact, row, env), evaluator.collection(fact, row, env))
        )
        assert tried == every


def test_a_fact_about_one_person_tries_only_the_rows_of_that_person(evaluator: Evaluator) -> None:
    """Of an application's three messages, a person's fact tries only the message of that person."""
    fact = evaluator.facts["person.wrote"]
    assert isinstance(fact, Aggregate)

    tried = [
        len(list(evaluator.candidates(fact, row, evaluator.environment("person", row))))
        for row in evaluator.rows("person")
    ]

    assert tried == [1, 1, 1, 1]
