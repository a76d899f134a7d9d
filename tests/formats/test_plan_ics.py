"""A plan as iCalendar: what stands in it, what changes when it is written again, and that other readers read it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from ical.calendar_stream import IcsCalendarStream
from typer.testing import CliRunner

import tactful
from draws import draws
from shipped_cases import cases
from tactful.cli.app import app
from tactful.facts.zones import zone as package_zone
from tactful.formats.agenda import agenda
from tactful.formats.exporters.zones import zone

EXAMPLES = Path(__file__).parents[2] / "examples"
CASES = sorted(path for path in EXAMPLES.iterdir() if path.suffix in (".yaml", ".json"))
STEMS = [path.stem for path in CASES]
FEW = draws(40)


@pytest.fixture(scope="module")
def pack() -> tactful.Policy:
    return tactful.load()


def _plan(pack: tactful.Policy, stem: str, now: datetime | None = None) -> tactful.Plan:
    path = next(path for path in CASES if path.stem == stem)
    return pack.plan(pack.read_text(path.read_bytes(), path.name), now)


def _entries(data: bytes) -> list[Any]:
    """The entries of a file; the types of their properties go with the names."""
    return [
        subcomponent
        for subcomponent in icalendar.Calendar.from_ical(data).subcomponents
        if subcomponent.name != "VTIMEZONE"
    ]


def _entry(data: bytes, summary: str) -> Any:
    (match,) = [entry for entry in _entries(data) if str(entry["SUMMARY"]) == summary]
    return match


# --- what stands in it ---


def test_a_deadline_is_a_to_do_that_rings_before(pack: tactful.Policy) -> None:
    """DUE is the deadline on the candidate's clock; a must is called to mind twice."""
    todo = _entry(
        tactful.plan_to_ics(_plan(pack, "an_offer_while_another_is_pending")), "Answer the offer from Hellwig Logistik"
    )
    assert todo.name == "VTODO"
    assert todo["DUE"].dt == datetime(2026, 11, 27, 23, 59, 59, tzinfo=ZoneInfo("Europe/Berlin"))
    assert todo["DUE"].params["TZID"] == "Europe/Berlin"
    assert (int(todo["PRIORITY"]), str(todo["STATUS"])) == (1, "NEEDS-ACTION")
    assert [str(subcomponent["ACTION"]) for subcomponent in todo.subcomponents] == ["DISPLAY", "DISPLAY"]
    assert [subcomponent["TRIGGER"].dt for subcomponent in todo.subcomponents] == [
        timedelta(hours=-3),
        timedelta(days=-1),
    ]
    assert {subcomponent["TRIGGER"].params["RELATED"] for subcomponent in todo.subcomponents} == {"END"}
    assert "[answer-by-their-day; The pack's own default]" in str(todo["DESCRIPTION"])


def test_the_end_of_waiting_is_an_event_that_says_what_comes_then(pack: tactful.Policy) -> None:
    """It stands at the moment when waiting is over, takes no time, and leaves the candidate free."""
    event = _entry(tactful.plan_to_ics(_plan(pack, "two_interviewers_one_wants_email")), "Over: Give Acme time")
    assert event.name == "VEVENT"
    assert event["DTSTART"].dt == datetime(2026, 12, 1, 9, tzinfo=ZoneInfo("America/New_York"))
    assert ("DTEND" in event, str(event["TRANSP"])) == (False, "TRANSPARENT")
    assert "From then on: Write to Dana Ruiz and ask where things stand" in str(event["DESCRIPTION"])


def test_waiting_for_office_hours_is_no_entry(pack: tactful.Policy) -> None:
    """Night after night there would be one, and its end would be where the plan ends."""
    plan = _plan(pack, "calls_across_the_ocean")
    waits = [item.advice for item in plan.items if item.advice.action == "wait"]
    assert len(waits) > 1
    assert {(wait.due_means, wait.because[0].rule) for wait in waits} == {("until", "wait-for-office-hours")}
    assert b"Over:" not in tactful.plan_to_ics(plan)


def test_hours_for_calls_are_one_event_in_their_time_zone(pack: tactful.Policy) -> None:
    """The first of 28 windows stands in the calendar, and tells of the others."""
    data = tactful.plan_to_ics(_plan(pack, "calls_across_the_ocean"))
    event = _entry(data, "Call Maya Chen")
    assert event.name == "VEVENT"
    assert event["DTSTART"].dt == datetime(2026, 10, 8, 9, tzinfo=ZoneInfo("America/New_York"))
    assert event["DTEND"].dt == datetime(2026, 10, 8, 17, tzinfo=ZoneInfo("America/New_York"))
    assert "The same again on working days after that: 09:00–17:00 in New York" in str(event["DESCRIPTION"])
    named = {str(one["TZID"]) for one in icalendar.Calendar.from_ical(data).walk("VTIMEZONE")}
    used = {str(entry[key].params["TZID"]) for entry in _entries(data) for key in ("DTSTART", "DUE") if key in entry}
    assert event["DTSTART"].params["TZID"] == "America/New_York"
    assert named == used


def test_a_moment_that_the_clock_shows_twice_is_told_without_doubt(pack: tactful.Policy) -> None:
    """The second 02:30 of a night in October is written in UTC, as iCalendar takes a local time for the first."""
    offer = {"received_at": "2026-10-23T10:00:00Z", "form": "written", "answer_by": "2026-10-25T01:30:00Z"}
    case = {
        "now": "2026-10-24T22:30:00Z",
        "candidate": {"id": "c", "time_zone": "Europe/Berlin"},
        "applications": [{"id": "a", "company": "Acme", "status": "offered", "offer": offer}],
    }
    data = tactful.plan_to_ics(pack.plan(case))
    assert b"DUE:20261025T013000Z" in data
    assert "by Sun 25 Oct 2026, 02:30, in 3 hours" in str(_now_details(pack.plan(case)))


def _now_details(plan: tactful.Plan) -> list[str]:
    return [one.detail for one in agenda(plan).now]


def test_prohibitions_are_left_out(pack: tactful.Policy) -> None:
    """There is no moment at which not to quit."""
    data = tactful.plan_to_ics(_plan(pack, "about_to_quit"))
    assert "Quit your present job" not in {str(entry["SUMMARY"]) for entry in _entries(data)}


def test_an_application_can_be_exported_alone(pack: tactful.Policy) -> None:
    """Only what concerns it or the candidate stands in the file."""
    data = tactful.plan_to_ics(_plan(pack, "an_offer_while_another_is_pending"), application="lumen")
    assert b"Answer the offer" not in data
    assert b"Give Lumen Optik time" in data


@pytest.mark.parametrize(
    "name", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Tokyo"]
)
def test_time_zones_change_when_clocks_do(name: str) -> None:
    """Each change of a VTIMEZONE is at the very second at which the clocks change, to the offset that they run at then."""
    component: Any = zone(name, 2026, 2027)
    for subcomponent in component.subcomponents:
        at = subcomponent["DTSTART"].dt.replace(tzinfo=UTC) - subcomponent["TZOFFSETFROM"].td
        assert at.astimezone(package_zone(name)).utcoffset() == subcomponent["TZOFFSETTO"].td
        assert (at - timedelta(seconds=1)).astimezone(ZoneInfo(name)).utcoffset() == subcomponent["TZOFFSETFROM"].td


# --- other readers ---


@pytest.mark.parametrize("stem", STEMS)
def test_a_strict_reader_reads_the_same(pack: tactful.Policy, stem: str) -> None:
    """A parser by other authors, which refuses what RFC 5545 does not allow, finds the same entries and moments."""
    data = tactful.plan_to_ics(_plan(pack, stem))
    read: Any = IcsCalendarStream.calendar_from_ics(data.decode())
    by_uid = {str(entry["UID"]): entry for entry in _entries(data)}
    assert {todo.uid for todo in (*read.todos, *read.events)} == set(by_uid)
    for todo in read.todos:
        mine = by_uid[todo.uid or ""]
        assert todo.due == (mine["DUE"].dt if "DUE" in mine else None)
        assert (todo.summary, todo.description) == (str(mine["SUMMARY"]), str(mine["DESCRIPTION"]))
        assert len(todo.alarms) == len(mine.subcomponents)
    for event in read.events:
        assert event.dtstart == by_uid[event.uid]["DTSTART"].dt
        assert event.summary == str(by_uid[event.uid]["SUMMARY"])


@pytest.mark.parametrize("stem", STEMS)
def test_lines_are_folded_and_end_as_they_must(pack: tactful.Policy, stem: str) -> None:
    """No line is longer than 75 octets, all end in CRLF, and what the RFC demands stands in every entry."""
    data = tactful.plan_to_ics(_plan(pack, stem))
    lines = data.split(b"\r\n")
    assert lines[-1] == b""
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert max(len(line) for line in lines) <= 75
    assert all({"UID", "DTSTAMP", "SEQUENCE", "SUMMARY"} <= set(entry) for entry in _entries(data))
    assert len({str(entry["UID"]) for entry in _entries(data)}) == len(_entries(data))


@FEW
@given(data=cases)
def test_every_plan_reads_back(pack: tactful.Policy, data: dict[str, Any]) -> None:
    """Whatever the case, both readers take the file, and writing it again changes nothing."""
    plan = pack.plan(data)
    made = tactful.plan_to_ics(plan)
    assert IcsCalendarStream.calendar_from_ics(made.decode()) is not None
    assert all(one.errors == [] for one in icalendar.Calendar.from_ical(made).walk())
    assert tactful.plan_to_ics(plan, made) == made
    assert len({str(entry["UID"]) for entry in _entries(made)}) == len(_entries(made))


def test_what_strangers_wrote_stays_text(pack: tactful.Policy) -> None:
    """A company cannot put lines of its own into the file."""
    company = "Acme\nEND:VTODO\r\nBEGIN:VEVENT; \\, END"
    case = {
        "now": "2026-11-24T10:00:00Z",
        "candidate": {"id": company, "name": company},
        "applications": [
            {
                "id": "a",
                "company": company,
                "status": "rejected",
                "interviews": [{"id": "first", "ended_at": "2026-11-20T10:00:00Z"}],
            }
        ],
    }
    data = tactful.plan_to_ics(pack.plan(case))
    assert tactful.plan_to_ics(pack.plan(case), data) == data
    assert {entry.name for entry in _entries(data)} == {"VTODO"}
    assert any("END:VTODO" in str(entry["SUMMARY"]) for entry in _entries(data))
    assert len(IcsCalendarStream.calendar_from_ics(data.decode()).events) == 0


# --- written again ---


@pytest.mark.parametrize("stem", STEMS)
def test_the_same_plan_again_changes_nothing(pack: tactful.Policy, stem: str) -> None:
    """Not a byte."""
    first = tactful.plan_to_ics(_plan(pack, stem))
    assert tactful.plan_to_ics(_plan(pack, stem), first) == first


@pytest.mark.parametrize("stem", STEMS)
def test_an_hour_later_nothing_has_changed(pack: tactful.Policy, stem: str) -> None:
    """That time passes is no change of an entry, as long as the advice is the same."""
    plan = _plan(pack, stem)
    first = tactful.plan_to_ics(plan)
    again = tactful.plan_to_ics(_plan(pack, stem, plan.start + timedelta(hours=1)), first)
    assert again == first


OFFERED = {
    "now": "2026-11-24T10:00:00+01:00",
    "candidate": {"id": "kim", "time_zone": "Europe/Berlin"},
    "applications": [
        {"id": "a", "company": "Acme", "status": "offered", "offer": {"received_at": "2026-11-23T10:00:00+01:00"}},
    ],
}


def _offer(answer_by: str) -> Mapping[str, Any]:
    offer = {"received_at": "2026-11-23T10:00:00+01:00", "form": "written", "answer_by": answer_by}
    return {**OFFERED, "applications": [{"id": "a", "company": "Acme", "status": "offered", "offer": offer}]}


def test_a_day_later_only_the_hours_have_moved(pack: tactful.Policy) -> None:
    """The event for calls goes to the next working day; all else is as it was."""
    plan = _plan(pack, "call_or_write")
    first = tactful.plan_to_ics(plan)
    again = tactful.plan_to_ics(_plan(pack, "call_or_write", plan.start + timedelta(days=1)), first)
    changed = [(str(entry["SUMMARY"]), int(entry["SEQUENCE"])) for entry in _entries(again) if int(entry["SEQUENCE"])]
    assert changed == [("Call Eva Gruber", 1)]
    assert _entry(again, "Call Eva Gruber")["DTSTART"].dt - _entry(first, "Call Eva Gruber")["DTSTART"].dt == timedelta(
        days=1
    )


def test_a_deadline_that_moves_moves_its_entry(pack: tactful.Policy) -> None:
    """Same UID, next SEQUENCE, new DTSTAMP: a calendar that imports both has one entry."""
    later = datetime(2026, 11, 24, 15, tzinfo=UTC)
    first = tactful.plan_to_ics(pack.plan(_offer("2026-11-27T17:00:00+01:00")))
    second = tactful.plan_to_ics(pack.plan(_offer("2026-12-04T17:00:00+01:00"), later), first)
    before, after = (_entry(one, "Answer the offer from Acme") for one in (first, second))
    assert before["UID"] == after["UID"]
    assert (int(before["SEQUENCE"]), int(after["SEQUENCE"])) == (0, 1)
    assert after["DUE"].dt - before["DUE"].dt == timedelta(weeks=1)
    assert after["DTSTAMP"].dt == later
    lapsed = [_entry(one, "Ask Acme whether the offer still stands") for one in (first, second)]
    assert lapsed[1]["DTSTART"].dt - lapsed[0]["DTSTART"].dt == timedelta(weeks=1)  # it begins when the time has passed
    gone = _entry(first, "Move on from Acme, and put your energy elsewhere")  # and so does letting go of it
    moved = {str(entry["UID"]) for entry in (before, lapsed[0], gone)}
    same = {str(entry["UID"]): entry.to_ical() for entry in _entries(first) if str(entry["UID"]) not in moved}
    assert {str(entry["UID"]): entry.to_ical() for entry in _entries(second) if str(entry["UID"]) not in moved} == same


def test_what_is_no_longer_advised_is_cancelled_and_comes_back_as_itself(pack: tactful.Policy) -> None:
    """It stays in the file as cancelled, without alarms; advised again it is the same entry with a higher SEQUENCE."""
    offered, declined = _offer("2026-11-27T17:00:00+01:00"), dict(OFFERED)
    declined["applications"] = [{"id": "a", "company": "Acme", "status": "withdrawn"}]
    first = tactful.plan_to_ics(pack.plan(offered))
    second = tactful.plan_to_ics(pack.plan(declined), first)
    gone = _entry(second, "Answer the offer from Acme")
    assert (str(gone["STATUS"]), int(gone["SEQUENCE"]), gone.subcomponents) == ("CANCELLED", 1, [])
    assert tactful.plan_to_ics(pack.plan(declined), second) == second
    back = _entry(tactful.plan_to_ics(pack.plan(offered), second), "Answer the offer from Acme")
    assert (str(back["STATUS"]), int(back["SEQUENCE"]), back["UID"]) == ("NEEDS-ACTION", 2, gone["UID"])


def test_an_event_of_the_past_is_left_as_it_was(pack: tactful.Policy) -> None:
    """That waiting ended on a day stays true."""
    plan = _plan(pack, "through_an_agency")
    first = tactful.plan_to_ics(plan)
    second = tactful.plan_to_ics(_plan(pack, "through_an_agency", plan.start + timedelta(weeks=2)), first)
    assert (
        _entry(second, "Over: Give Brycon Civil time").to_ical()
        == _entry(first, "Over: Give Brycon Civil time").to_ical()
    )


def test_thanks_for_another_interview_are_another_entry(pack: tactful.Policy) -> None:
    """What was ticked off for the first is not reopened for the second."""

    def noted(*interviews: str) -> str:
        held = [
            {"id": no, "status": "held", "ended_at": f"2026-11-{no}T10:00:00Z", "interviewers": ["p"]}
            for no in interviews
        ]
        people = [{"id": "p", "name": "Dana"}]
        case = {
            "now": f"2026-11-{interviews[-1]}T20:00:00Z",
            "candidate": {"id": "c"},
            "applications": [{"id": "a", "status": "interviewing", "people": people, "interviews": held}],
        }
        return str(_entry(tactful.plan_to_ics(pack.plan(case)), "Send Dana a thank-you note")["UID"])

    assert noted("10") == noted("10")
    assert noted("10") != noted("10", "20")


# --- files ---


def _written(path: Path, *words: str, case: str = "two_interviewers_one_wants_email.yaml") -> tuple[int, str]:
    result = CliRunner().invoke(app, ["plan", str(EXAMPLES / case), "--ics", str(path), *words])
    return result.exit_code, result.stderr


def test_a_file_is_brought_up_to_date(tmp_path: Path) -> None:
    """Written once, written again the same, and changed where a later plan differs."""
    path = tmp_path / "plan.ics"
    assert _written(path) == (0, "")
    first = path.read_bytes()
    assert _written(path) == (0, "")
    assert path.read_bytes() == first
    assert _written(path, "--at", "2026-11-24T10:00") == (0, "")
    changed = {str(entry["SUMMARY"]) for entry in _entries(path.read_bytes()) if int(entry["SEQUENCE"]) == 1}
    assert changed == {"Send Dana Ruiz a thank-you note", "Send Lee Park a thank-you note"}
    assert os.listdir(tmp_path) == ["plan.ics"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"", "T601"),
        (b"my notes", "T601"),
        (b"\xff\xfe\x00", "T601"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:soon\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", "T601"),
        (b"BEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\n", "T601"),
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//somebody//EN\r\nEND:VCALENDAR\r\n", "T602"),
    ],
)
def test_a_file_of_something_else_is_left_as_it_is(tmp_path: Path, text: bytes, code: str) -> None:
    """The mistake is reported, with exit code 1, and not a byte of the file changes."""
    path = tmp_path / "notes.txt"
    path.write_bytes(text)
    exit_code, error = _written(path)
    assert (exit_code, code in error) == (1, True)
    assert path.read_bytes() == text


def test_a_file_of_another_candidate_or_with_entries_of_others_is_left_as_it_is(tmp_path: Path) -> None:
    """T602 in both cases, and for another choice of applications."""
    path = tmp_path / "plan.ics"
    assert _written(path) == (0, "")
    for words, case in (
        ((), "call_or_write.json"),
        (("--application", "acme"), "two_interviewers_one_wants_email.yaml"),
    ):
        exit_code, error = _written(path, *words, case=case)
        assert (exit_code, "T602" in error) == (1, True)
    dentist = b"BEGIN:VEVENT\r\nUID:1@dentist\r\nDTSTAMP:20261124T100000Z\r\nSUMMARY:Dentist\r\nEND:VEVENT\r\n"
    mixed = path.read_bytes().replace(b"END:VCALENDAR", dentist + b"END:VCALENDAR")
    path.write_bytes(mixed)
    exit_code, error = _written(path)
    assert (exit_code, "Dentist" in error) == (1, True)
    assert path.read_bytes() == mixed


def test_standing_advice_has_no_entry() -> None:
    """What is to be borne in mind all along has no day of its own, not even when it ends within the plan."""
    pack = tactful.loads(
        "actions: {look: {about: Look around., kind: standing}, write: {about: Write.}}\n"
        "rules:\n"
        "  look-on: {about: Look., source: Ours, for each: application, when: {application.reply_by: to come},"
        " then: {should: look}, because: It helps.}\n"
        "  write-now: {about: Write., source: Ours, for each: application, then: {should: write}, by: application.reply_by,"
        " because: It is time.}\n"
    )
    case = {
        "candidate": {"id": "sam", "time_zone": "UTC"},
        "applications": [{"id": "acme", "reply_by": "2026-11-27"}],
        "now": "2026-11-24T10:00:00+00:00",
    }
    assert [str(entry["SUMMARY"]) for entry in _entries(tactful.plan_to_ics(pack.plan(case)))] == ["Write"]
