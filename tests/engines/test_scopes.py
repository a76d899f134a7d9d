"""Rows in scope, where a fact looks over rows of the same entity as a rule is at."""

from __future__ import annotations

import tactful

PACK = """
pack: {name: scopes, version: 1}
facts:
  person.interviews: {exists: interviewer, where: {interviewer.person: same as person.id}}
  person.wrote: {exists: message, where: {message.person: same as person.id}}
actions: {note: {about: A note.}, file: {about: Keep it.}}
rules:
  note-each:
    for each: interviewer
    when: {person.interviews: yes}
    then: {should: note}
    because: So.
  file-each:
    for each: message
    when: {person.wrote: yes}
    then: {may: file}
    because: So.
"""


def test_a_fact_that_looks_over_a_rules_own_entity_leaves_the_row_at_hand_alone() -> None:
    """Both interviewers get their note, though the fact of each looks over all interviewers of the application."""
    sent_at = "2026-11-20T10:00:00Z"
    case = {
        "now": "2026-11-23T10:00:00Z",
        "candidate": {"id": "c"},
        "applications": [
            {
                "id": "a",
                "people": [{"id": "dana"}, {"id": "lee"}],
                "interviews": [{"id": no, "ended_at": sent_at, "interviewers": ["dana", "lee"]} for no in ("i", "j")],
                "messages": [{"person": who, "sent_at": sent_at} for who in ("dana", "dana", "lee")],
            }
        ],
    }
    policy = tactful.loads(PACK)
    firings = sorted((one.rule, one.row.no) for one in policy.fire(policy.read(case), 1_795_600_800))
    assert firings == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (1, 3)]


def test_a_fact_over_rows_reads_their_person_through_a_fact_of_the_row() -> None:
    """The person is in scope there, though the condition does not name it; such a pack once ended in a NameError."""
    policy = tactful.loads("""
facts:
  interviewer.recruits: {when: {person.role: recruiter}}
  message.of_recruiter: {when: {person.role: recruiter}}
  interview.with_recruiter: {exists: interviewer, where: {interviewer.recruits: yes}}
  application.by_recruiter: {exists: message, where: {message.of_recruiter: yes}}
actions: {note: {about: A note.}, file: {about: Keep it.}}
rules:
  note-each: {for each: interview, when: {interview.with_recruiter: yes}, then: {should: note}, because: So.}
  file-each: {for each: application, when: {application.by_recruiter: yes}, then: {may: file}, because: So.}
""")
    interviews = [{"id": id_, "ended_at": "2026-11-20T10:00:00Z", "interviewers": [id_]} for id_ in ("dana", "lee")]
    application = {
        "id": "a",
        "people": [{"id": "dana"}, {"id": "lee", "role": "recruiter"}],
        "interviews": interviews,
        "messages": [{"direction": "received"}, {"person": "lee"}],
    }
    case = {"now": "2026-11-23T10:00:00Z", "candidate": {"id": "c"}, "applications": [application]}
    advice = {(each.action, each.target.id) for each in policy.decide(case).actions}
    assert advice == {("note", "lee"), ("file", "a")}


def test_two_clocks_compared_turn_only_when_one_is_put_forward_or_back() -> None:
    """Same time here and there, and still so a week on: the search for the end of such a rule ends, at a clock change."""
    policy = tactful.loads(
        "actions: {call: {about: A call.}}\n"
        "rules: {same: {for each: person, when: {person.local_time: same as candidate.local_time}, "
        "then: {should: call}, because: So.}}\n"
    )
    case = {
        "now": "2027-03-05T12:00:00Z",
        "candidate": {"id": "c", "time_zone": "America/New_York"},
        "applications": [{"id": "a", "people": [{"id": "dana", "time_zone": "America/Panama"}]}],
    }
    [advice] = policy.decide(case).actions  # New York goes to summer time on 14 March 2027, Panama does not
    assert advice.due is not None
    assert advice.due.isoformat() == "2027-03-14T03:00:00-04:00"
    [planned] = policy.plan(case).items
    assert [(window.end.isoformat(), window.open_ended) for window in planned.windows] == [
        ("2027-03-14T03:00:00-04:00", False)
    ]


JOINED = """
facts:
  person.went_well: {count: interviewer, where: {interviewer.person: same as person.id, interview.went: well}}
  application.asked_the_boss:
    exists: message
    where: {message.person: same as application.contact_via, person.role: hiring_manager}
actions: {note: {about: A note.}, wait: {about: Wait.}, file: {about: Keep it.}}
rules:
  note-each: {for each: person, when: {person.went_well: 1}, then: {should: note}, because: So.}
  file-each: {for each: interviewer, when: {person.went_well: 1, interview.went: badly}, then: {may: file}, because: So.}
  wait: {for each: application, when: {application.asked_the_boss: yes}, then: {should: wait}, because: So.}
"""


def test_a_fact_that_looks_up_ones_rows_sees_what_those_rows_bring_along() -> None:
    """The interview of each interviewer, the person of each message; and the rule's own interview is given back."""
    case = {
        "now": "2026-11-23T10:00:00Z",
        "candidate": {"id": "c"},
        "applications": [
            {
                "id": "a",
                "contact_via": "lee",
                "people": [{"id": "dana"}, {"id": "lee", "role": "hiring_manager"}],
                "interviews": [
                    {"id": "i", "ended_at": "2026-11-20T10:00:00Z", "interviewers": ["dana"], "went": "badly"},
                    {"id": "j", "ended_at": "2026-11-20T11:00:00Z", "interviewers": ["dana", "lee"], "went": "well"},
                ],
                "messages": [{"person": "dana"}, {"person": "lee"}],
            }
        ],
    }
    policy = tactful.loads(JOINED)
    rules = policy.checked.rules
    firings = sorted((rules[one.rule].id, one.row.no) for one in policy.fire(policy.read(case), 1_795_600_800))
    assert firings == [("file-each", 0), ("note-each", 0), ("note-each", 1), ("wait", 0)]


def test_a_loop_over_the_messages_of_the_person_leaves_the_message_at_hand_alone() -> None:
    """Facts that were computed after such a loop once read its last message, and rules did not fire."""
    policy = tactful.loads("""
facts:
  person.first_heard_at:
    earliest: message.sent_at
    where: {message.person: same as person.id, message.direction: received}
  message.asks: {when: {message.direction: received, message.kind: task}}
  message.asks_first:
    when: {message.asks: yes, any: [{message.sent_at: same as person.first_heard_at}, {message.channel: post}]}
actions: {file: {about: Keep it.}, hurry: {about: Hurry.}, look: {about: Look.}}
rules:
  file-each: {for each: message, when: {message.asks_first: yes}, then: {may: file}, because: So.}
  hurry-each:
    for each: message
    when: {message.kind: task, any: [{message.asks_first: yes}, {message.channel: post}]}
    then: {should: hurry}
    because: So.
  look-each:
    for each: message
    when: {message.kind: [task, other], person.first_heard_at: past, message.asks: yes}
    then: {should: look}
    because: So.
""")
    messages = [
        {"person": "dana", "direction": "received", "kind": "task", "sent_at": "2026-11-18T10:00:00Z"},
        {"person": "dana", "direction": "received", "kind": "answer", "sent_at": "2026-11-20T10:00:00Z"},
    ]
    application = {"id": "a", "people": [{"id": "dana"}], "messages": messages}
    case = {"now": "2026-11-23T10:00:00Z", "candidate": {"id": "c"}, "applications": [application]}
    assert {each.action for each in policy.decide(case).actions} == {"file", "hurry", "look"}
