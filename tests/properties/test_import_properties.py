"""What holds for every import: twice is once, older versions change nothing, comments stay, the case stays a case."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import tactful
from tactful.formats.importers import CaseFile, Imported, Options, import_files
from tactful.source.diagnostics import Diagnostic
from tactful.source.parse_yaml import parse_yaml

POLICY = tactful.loads("rules: {}")
SHIPPED = tactful.load()
NOW = 1_772_000_000  # 25 February 2026
ME = "kim@example.net"
WITH_ME = Options(application="harbor", me=(ME,), time_zone="Europe/Oslo")
COMMENTED = """\
# Spring.
now: 2026-02-25T10:00:00+01:00  # a Wednesday
candidate: {id: kim, name: Kim, email: kim@example.net, time_zone: Europe/Oslo}  # me
applications:
  # The one I want.
  - id: harbor  # short for Harbor Labs
    company: Harbor
    people:
      - id: tariq  # met twice
        name: Tariq A.
        email: p0@harbor.example
        topics: [the migration]  # and sailing

    # So far one.
    interviews:
      - id: screen
        ended_at: 2026-02-01T10:00:00+01:00
        interviewers: [tariq]
        went: well  # I think

    # Notes I wrote.
    messages:
      - {person: tariq, direction: sent, sent_at: 2026-02-01T20:00:00+01:00, kind: thank_you}
# The end.
"""

answers = st.sampled_from(["ACCEPTED", "DECLINED", "TENTATIVE", "NEEDS-ACTION"])
moments = st.integers(0, 400).map(lambda hours: datetime(2026, 2, 10, tzinfo=UTC) + timedelta(hours=hours))


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y%m%dT%H%M%SZ")


def _invitation(
    guests: dict[int, str], end: datetime, sequence: int, method: str = "REQUEST", status: str | None = "CONFIRMED"
) -> str:
    """An invitation of the people ``p0``, ``p1``, … with their answers, and of the candidate."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        "UID:4471@harbor.example",
        f"SEQUENCE:{sequence}",
        f"DTSTAMP:{_stamp(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=sequence))}",
        f"DTSTART:{_stamp(end - timedelta(hours=1))}",
        f"DTEND:{_stamp(end)}",
        *([] if status is None else [f"STATUS:{status}"]),
        "ORGANIZER;CN=Ines:mailto:ines@harbor.example",
        *(f"ATTENDEE;CN=Person {no};PARTSTAT={answer}:mailto:p{no}@harbor.example" for no, answer in guests.items()),
        *([f"ATTENDEE;CN=Kim:mailto:{ME}"] if method == "REQUEST" else []),
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    return "\r\n".join(lines)


invitations = st.builds(
    _invitation, st.dictionaries(st.integers(0, 4), answers, max_size=4), moments, st.integers(0, 5)
)


def _greenhouse(id_: int, people: list[tuple[int, str, bool]], end: datetime, status: str, updated: datetime) -> Any:
    interviewers = [
        {
            "id": no,
            "name": f"Person {no}",
            "email": f"p{no}@harbor.example" if mail else None,
            "response_status": answer,
        }
        for no, answer, mail in people
    ]
    return {
        "id": id_,
        "application_id": 7,
        "start": {"date_time": (end - timedelta(hours=1)).isoformat()},
        "end": {"date_time": end.isoformat()},
        "status": status,
        "updated_at": updated.isoformat(),
        "organizer": {"id": 99, "name": "Ines"},
        "interviewers": interviewers,
    }


greenhouse = st.builds(
    _greenhouse,
    st.integers(1, 3),
    st.lists(
        st.tuples(st.integers(0, 4), st.sampled_from(["accepted", "declined", "needs_action", "odd"]), st.booleans()),
        max_size=4,
    ),
    moments,
    st.sampled_from(["scheduled", "awaiting_feedback", "complete", "odd"]),
    moments,
)


def _lever(id_: str, people: list[str], end: datetime, cancelled: bool) -> Any:
    return {
        "id": id_,
        "date": int(end.timestamp() * 1000) - 3_600_000,
        "duration": 60,
        "interviewers": people,
        "canceledAt": 1_772_000_000_000 if cancelled else None,
        "timezone": "Europe/Oslo",
    }


lever = st.builds(_lever, st.sampled_from("xyz"), st.lists(st.sampled_from("abcd"), max_size=3), moments, st.booleans())
feeds = st.lists(st.one_of(greenhouse, lever), max_size=4).map(json.dumps)
texts = st.one_of(invitations, feeds)
cases = st.sampled_from([COMMENTED, "candidate: {id: kim}\n", '{"candidate": {"id": "kim"}}'])


def _import(text: str | bytes, into: str | None = None, options: Options = WITH_ME) -> Imported:
    data = text.encode() if isinstance(text, str) else text
    case = None if into is None else CaseFile("case", into.encode())
    return import_files([CaseFile("file", data)], POLICY, options, NOW, case)


def _outcome(text: str | bytes) -> Imported | list[Diagnostic]:
    """What comes of a file: a case, or mistakes."""
    try:
        return _import(text)
    except tactful.InvalidInput as error:
        return list(error.diagnostics)


def _interviews(text: str) -> Any:
    """The interviews of the case's applications as plain data: what is compared is what stands there, not how."""
    case = POLICY.read_text(text, "case.yaml")
    return [
        (interview.id, interview.status, interview.ended_at, sorted((one.id, str(one.attended)) for one in group))
        for family in case.families
        for interview, group in zip(family.interviews, family.interviewers, strict=True)
    ]


@given(texts, cases)
def test_importing_twice_is_importing_once(text: str, case: str) -> None:
    """The second import of the same file leaves the case as it is, to the byte."""
    once = _import(text, case)
    twice = _import(text, once.text)
    assert twice.text == once.text
    assert twice.changes == ()


@given(st.lists(texts, max_size=3), cases)
def test_what_comes_out_is_a_case(files: list[str], case: str) -> None:
    """After any imports the case can be read, and decided on."""
    for text in files:
        case = _import(text, case).text
    SHIPPED.decide(SHIPPED.read_text(case, "case" if case.startswith("{") else "case.yaml"))


@given(invitations, invitations, cases)
def test_a_lower_sequence_after_a_higher_changes_nothing(one: str, other: str, case: str) -> None:
    """Of two versions the one with the higher SEQUENCE is what the case has, and the lower one then changes nothing."""
    first, second = sorted((one, other), key=_sequence)
    newest = _import(second, case)
    if _sequence(first) == _sequence(second):
        return
    assert _import(first, newest.text).text == newest.text


@given(invitations, invitations, cases)
def test_the_order_of_two_versions_does_not_matter(one: str, other: str, case: str) -> None:
    """Whichever of two versions comes first, in one command or in two, the interviews are the same in the end."""
    if _sequence(one) == _sequence(other):
        return
    there = _import(other, _import(one, case).text).text
    back = _import(one, _import(other, case).text).text
    together = import_files(
        [CaseFile("1", other.encode()), CaseFile("2", one.encode())],
        POLICY,
        WITH_ME,
        NOW,
        CaseFile("case", case.encode()),
    ).text
    assert _ends(there) == _ends(back) == _ends(together)


def _sequence(text: str) -> int:
    return int(text.partition("SEQUENCE:")[2].partition("\r")[0])


def _ends(text: str) -> Any:
    return [interview[:3] for interview in _interviews(text)]


@given(st.dictionaries(st.integers(0, 4), answers, min_size=1, max_size=4), moments, st.data())
def test_a_cancel_without_status_withdraws_one_attendee_only(
    guests: dict[int, str], end: datetime, data: st.DataObject
) -> None:
    """Whoever is named is out, all others stay as they were, and the interview takes place."""
    before = _import(_invitation(guests, end, 0)).text
    gone = data.draw(st.sampled_from(sorted(guests)))
    after = _import(_invitation({gone: "ACCEPTED"}, end, 1, "CANCEL", None), before).text
    ((_, status, ended_at, people),) = _interviews(before)
    ((_, status_after, ended_after, people_after),) = _interviews(after)
    assert (status_after, ended_after) == (status, ended_at)
    assert people_after == [person for person in people if person[0] != f"person-{gone}"]
    assert len(people_after) == len(people) - 1


@given(st.dictionaries(st.integers(0, 4), answers, max_size=4), moments)
def test_a_cancel_with_status_cancels_and_takes_nobody_out(guests: dict[int, str], end: datetime) -> None:
    """The interview stays in the case, cancelled, with everybody who was to be there."""
    before = _import(_invitation(guests, end, 0)).text
    after = _import(_invitation({}, end, 1, "CANCEL", "CANCELLED"), before).text
    ((_, _, ended_at, people),) = _interviews(before)
    assert _interviews(after)[0][1:] == ("cancelled", ended_at, people)


@given(st.dictionaries(st.integers(0, 4), answers, min_size=1, max_size=4))
def test_who_declined_gets_no_thanks(guests: dict[int, str]) -> None:
    """Whoever declined is marked as absent, the candidate and the organizer interview nobody, and nobody absent is thanked."""
    end = datetime(2026, 2, 24, 12, tzinfo=UTC)
    case = _import(_invitation(guests, end, 0)).text
    ((*_, people),) = _interviews(case)
    assert people == sorted(
        (f"person-{no}", "False" if answer == "DECLINED" else "None") for no, answer in guests.items()
    )
    decision = SHIPPED.decide(
        SHIPPED.read_text(case, "case.yaml", now=end + timedelta(hours=20)), now=end + timedelta(hours=20)
    )
    absent = {person for person, attended in people if attended == "False"}
    thanked = {
        action.target.id
        for action in decision.actions
        if "thank" in action.action and action.modality in ("must", "should", "may")
    }
    expected = {person for person, attended in people if attended == "None"}
    assert not thanked & absent
    assert thanked == expected


@given(texts)
def test_comments_and_order_stay(text: str) -> None:
    """All lines of a case with comments are still there, in their order; new ones stand between them."""
    after = iter(_import(text, COMMENTED).text.splitlines())
    kept = [line for line in COMMENTED.splitlines() if line]
    assert all(any(line == now for now in after) for line in kept)


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_name_can_be_written(name: str, title: str) -> None:
    """Whatever somebody is called, the case says the same when it is read again."""
    event = {
        "id": "e",
        "title": title,
        "type": "interview",
        "ends_at": "2026-02-10T10:00:00Z",
        "job": {"title": title},
        "members": [{"id": "m", "name": name}],
    }
    outcome = _outcome(json.dumps(event))
    if isinstance(outcome, list):
        assert {one.code for one in outcome} <= {"T102"}  # characters that no text may have
        return
    case = outcome.text
    (family,) = POLICY.read_text(case, "case.yaml").families
    assert family.application.role == (" ".join(title.split()) or None)
    assert [person.name for person in family.people] == [" ".join(name.split()) or None]


@given(st.one_of(texts, st.just(COMMENTED)), st.data())
def test_damaged_files_are_reported_or_read(text: str, data: st.DataObject) -> None:
    """A file with a stretch taken out, doubled or replaced is imported or refused, and never crashes."""
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    middle = data.draw(
        st.one_of(st.just(""), st.just(text[start:end] * 2), st.text(max_size=5), st.sampled_from("9{\r\n:;,"))
    )
    outcome = _outcome(text[:start] + middle + text[end:])
    if isinstance(outcome, list):
        assert outcome
        assert all(str(one) for one in outcome)
    else:
        assert parse_yaml(outcome.text, "case") is not None


@given(st.binary(max_size=200))
def test_any_bytes_are_reported_or_read(data: bytes) -> None:
    """What is no text at all is refused with a diagnostic."""
    assert _outcome(data) != []
