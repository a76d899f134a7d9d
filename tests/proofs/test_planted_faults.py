"""A pack whose invariants are all proved, and a dozen faults: each is refuted by a case that the engine has decided."""

from __future__ import annotations

import pytest
import yaml

import tactful
from tactful.decide.invariants import check_invariant, decide_case

pytest.importorskip("z3")
from tactful.proofs.claims import prove_invariant
from tactful.proofs.prove import refutation
from tactful.proofs.search import Searcher

PACK = """
pack: {name: planted}
parameters:
  gap: {value: 7 days, about: The gap., source: Nobody}
facts:
  application.last_wrote_at: {latest: message.sent_at, where: {message.direction: sent}}
  application.asked: {count: message, where: {message.direction: sent, message.kind: follow_up}}
  application.interviewed: {exists: interview, where: {interview.ended_at: past, interview.status: not cancelled}}
  application.ask_from: {is: $gap after application.last_wrote_at}
  candidate.settled: {exists: application, where: {application.status: accepted}}
  person.thanked: {exists: message, where: {message.person: same as person.id, message.kind: thank_you}}
  # What invariants say of their own, so that a fault in a fact is no fault of the invariant.
  application.went: {exists: interview, where: {interview.status: not cancelled, interview.ended_at: past}}
  candidate.said_yes: {exists: application, where: {application.status: [accepted]}}
actions:
  contact: {about: Reach them.}
  ask: {about: Ask them., is_a: contact, one per: application}
  write: {about: Write to them., label: Write, is_a: ask}
  call: {about: Call them., label: Call, is_a: ask}
  thank: {about: Thank them., label: Thank, is_a: contact}
  wait: {about: Wait., label: Wait}
  leave: {about: Leave the job., label: Leave}
rules:
  call-them:
    about: Call.
    for each: person
    when: {person.prefers: phone, person.business_day: yes, application.ask_from: past, application.asked: less than 2}
    unless: {application.status: [rejected, withdrawn]}
    then: {should: call}
    because: So.
    by: none
  write-to-them:
    about: Write.
    for each: person
    when: {application.ask_from: past, application.asked: less than 2, application.interviewed: yes, candidate.settled: no}
    then: {should: write}
    because: So.
    by: none
  nothing-after-the-end:
    about: Nothing.
    for each: application
    when: {application.status: [rejected, withdrawn]}
    then: {must_not: contact}
    priority: 90
    because: So.
    by: none
  no-contact:
    about: No contact with whoever wants none.
    for each: person
    when: {person.contact_policy: closed}
    then: {must_not: contact}
    priority: 90
    because: So.
    by: none
  thank-them:
    about: Thank.
    for each: person
    when: {person.thanked: no, application.interviewed: yes}
    then: {may: thank}
    because: So.
    by: none
  wait-for-them:
    about: Wait.
    for each: application
    when: {application.ask_from: to come}
    then: {should: wait}
    because: So.
    by: none
  stay:
    about: Stay.
    for each: candidate
    when: {candidate.settled: no}
    then: {must_not: leave}
    because: So.
    by: none
invariants:
  gap: {about: A., for each: application, when: {application.last_wrote_at: less than 7 days ago}, never: ask}
  twice: {about: B., for each: application, when: {application.asked: at least 2}, never: ask}
  rejected: {about: C., for each: application, when: {application.status: rejected}, never: ask}
  closed: {about: D., for each: person, when: {person.contact_policy: closed}, never: contact}
  email: {about: E., for each: person, when: {person.prefers: email}, never: call}
  sunday: {about: F., for each: person, when: {person.business_day: no}, never: call}
  once: {about: G., for each: person, after: {message: {message.kind: thank_you}}, never: thank}
  interview: {about: H., for each: application, when: {application.went: no}, never: [write, thank]}
  one: {about: I., for each: application, at most: 1, of: ask}
  waits: {about: J., for each: application, when: {application.last_wrote_at: less than 6 days ago}, always: {should: wait}}
  stays: {about: K., for each: candidate, when: {candidate.settled: no}, always: {must_not: leave}}
  settled: {about: L., for each: candidate, when: {candidate.said_yes: yes}, never: write}
"""
#: The invariant that each fault breaks: a part of the pack, and what a careless author writes instead.
FAULTS = {
    "gap": (
        "value: 7 days",
        "value: 7 hours",
    ),
    "twice": (
        "application.ask_from: past, application.asked: less than 2, application.int",
        "application.ask_from: past, application.int",
    ),
    "rejected": (
        "when: {application.status: [rejected, withdrawn]}\n    then",
        "when: {application.status: withdrawn}\n    then",
    ),
    "closed": (
        "then: {must_not: contact}\n    priority: 90\n    because: So.\n    by: none\n  thank",
        "then: {must_not: ask}\n    priority: 90\n    because: So.\n    by: none\n  thank",
    ),
    "email": (
        "person.prefers: phone, ",
        "person.prefers: known, ",
    ),
    "sunday": (
        "person.business_day: yes, ",
        "",
    ),
    "once": (
        "message.kind: thank_you}}\n  #",
        "message.kind: answer}}\n  #",
    ),
    "interview": (
        "interview.ended_at: past, interview.status: not cancelled",
        "interview.ended_at: past",
    ),
    "one": (
        "is_a: contact, one per: application",
        "is_a: contact",
    ),
    "waits": (
        "when: {application.ask_from: to come}",
        "when: {application.ask_from: to come, application.asked: at least 1}",
    ),
    "stays": (
        "when: {candidate.settled: no}\n    then: {must_not",
        "when: {candidate.settled: no, candidate.employed: yes}\n    then: {must_not",
    ),
    "settled": (
        "where: {application.status: accepted}",
        "where: {application.status: accepted, application.internal: no}",
    ),
}


@pytest.mark.parametrize("id_", FAULTS)
def test_what_holds_is_proved_and_what_does_not_is_refuted(id_: str) -> None:
    """Without the fault, there is a proof. With it there is none, and a case for which the engine breaks the invariant."""
    before, after = FAULTS[id_]
    assert before in PACK
    whole, faulty = tactful.loads(PACK), tactful.loads(PACK.replace(before, after))
    number = next(no for no, each in enumerate(whole.checked.invariants) if each.id == id_)
    assert prove_invariant(whole.checked, whole.checked.invariants[number]).proved
    invariant = faulty.checked.invariants[number]
    proof = prove_invariant(faulty.checked, invariant)
    assert not proof.proved
    found = refutation(faulty, Searcher(faulty), invariant, proof.suspect)
    assert found is not None
    case = faulty.read(yaml.safe_load(found.case))
    assert case.now is not None
    decided = decide_case(faulty.decider, case, case.now)
    assert any(check.broken is not None for check in check_invariant(invariant, faulty.decider, decided))
