"""What programs write in place of a name, an address, a title, an end or a file: the same in every format."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
import yaml

import tactful
from tactful.formats.importers import CaseFile, Imported, Options, import_files
from tactful.source.diagnostics import Diagnostic, InvalidInput

NOW = 1_790_000_000
START, END = "2026-11-20T15:00:00Z", "2026-11-20T16:00:00Z"
DANA = "ATTENDEE;CN=Dana Ruiz:mailto:dana@acme.com"


def _read(file: str | bytes) -> Imported:
    data = file if isinstance(file, bytes) else file.encode()
    options = Options(me=("kim@example.net",), time_zone="Europe/Dublin")
    return import_files([CaseFile("file", data)], tactful.load(), options, NOW)


def _refused(file: str | bytes) -> list[Diagnostic]:
    with pytest.raises(InvalidInput) as refusal:
        _read(file)
    return list(refusal.value.diagnostics)


def _application(file: str | bytes) -> dict[str, Any]:
    (application,) = yaml.load(_read(file).text, yaml.BaseLoader)["applications"]
    return dict(application)


def _people(file: str | bytes) -> list[tuple[str | None, str | None]]:
    """Names and addresses of everybody except the coordinator."""
    people = _application(file).get("people", [])
    return [(person.get("name"), person.get("email")) for person in people if person.get("role") != "coordinator"]


def _calendar(*lines: str, attendees: tuple[str, ...] = (DANA,), title: str = "SUMMARY:Interview: Analyst") -> str:
    organizer = "ORGANIZER;CN=Rita:mailto:rita@acme.com"
    times = ("DTSTART:20261120T150000Z", "DTEND:20261120T160000Z")
    event = ("UID:b-1", "DTSTAMP:20261101T120000Z", organizer, *attendees, title, *times, *lines)
    whole = ("BEGIN:VCALENDAR", "METHOD:REQUEST", "BEGIN:VEVENT", *event, "END:VEVENT", "END:VCALENDAR", "")
    return "\r\n".join(whole)


def _greenhouse(**fields: Any) -> str:
    interview = {"id": 1, "application_id": 2, "start": {"date_time": START}, "end": {"date_time": END}}
    return json.dumps([{**interview, "status": "scheduled", "interviewers": [], **fields}])


def _feed(name: str, start: str, end: str, cancelled: bool = False) -> str:
    """An interview from a start to an end, as a feed writes it."""
    event = {"id": "e", "startTime": start, "endTime": end, "interviewerUserIds": ["u"]}
    status = {"status": "Cancelled" if cancelled else "Scheduled"}
    objects: dict[str, dict[str, Any]] = {
        "greenhouse": {"id": 1, "application_id": 2, "start": {"date_time": start}, "end": {"date_time": end}},
        "greenhouse 3": {"id": 1, "application_id": 2, "starts_at": start, "ends_at": end, "organizer_id": 7},
        "ashby": {"id": "s", "applicationId": "a", "interviewEvents": [event], **status},
        "workable": {
            "id": "w",
            "type": "call",
            "starts_at": start,
            "ends_at": end,
            "members": [],
            "cancelled": cancelled,
        },
        "merge": {"id": "m", "application": "a", "start_at": start, "end_at": end, "remote_was_deleted": cancelled},
        "unified": {"id": "u", "application_id": "a", "start_at": start, "end_at": end, "user_ids": ["u"]},
    }
    return json.dumps(objects[name])


FEEDS = ("greenhouse", "greenhouse 3", "ashby", "workable", "merge", "unified")


@pytest.mark.parametrize("end", ["2026-11-20T14:00:00Z", START])
@pytest.mark.parametrize("feed", FEEDS)
def test_an_end_that_is_not_after_the_start_is_listed_for_every_feed(feed: str, end: str) -> None:
    """The end counts, and the start is left out. An invitation with such an end is refused: it is a single one."""
    imported = _read(_feed(feed, START, end))
    (interview,) = _application(_feed(feed, START, end))["interviews"]
    assert "starts_at" not in interview
    assert any("it starts, so its start is left out" in note.message for note in imported.notes)
    assert _application(_feed(feed, START, END))["interviews"][0]["starts_at"] == START
    assert not any("it starts" in note.message for note in _read(_feed(feed, START, END)).notes)


@pytest.mark.parametrize("feed", ["ashby", "workable", "merge"])
def test_a_cancelled_interview_may_have_any_end(feed: str) -> None:
    """Nothing follows from the end of an interview that does not take place."""
    text = _feed(feed, START, "2026-11-20T14:00:00Z", cancelled=True)
    assert _application(text)["interviews"][0]["status"] == "cancelled"
    assert not any("it starts" in note.message for note in _read(text).notes)


def test_whole_days_that_end_before_they_start() -> None:
    """A day before the first is listed; the first day itself is one whole day."""
    before = _read(_greenhouse(start={"date": "2026-11-20"}, end={"date": "2026-11-19"}))
    assert any("ends before it starts" in note.message for note in before.notes)
    same = _greenhouse(start={"date": "2026-11-20"}, end={"date": "2026-11-20"})
    assert _application(same)["interviews"][0]["ended_at"].startswith("2026-11-20T23:59:59")
    assert not any("ends before it starts" in note.message for note in _read(same).notes)


@pytest.mark.parametrize(
    "name",
    [r"Ruiz\; Dana", "&quot;Ruiz; Dana&quot;", '"Ruiz; Dana"', r'"Ruiz\; Dana"', "&#34;Ruiz&#59; Dana&#34;"],
)
def test_a_semicolon_in_a_name(name: str) -> None:
    """Escaped, in quotes, or as HTML writes it."""
    quoted = name.replace("&quot;Ruiz; Dana&quot;", '"&quot;Ruiz; Dana&quot;"')
    assert _people(_calendar(attendees=(f"ATTENDEE;CN={quoted};PARTSTAT=ACCEPTED:mailto:dana@acme.com",))) == [
        ("Ruiz; Dana", "dana@acme.com")
    ]


@pytest.mark.parametrize(
    ("name", "read"),
    [("Dana O&#39;Neil", "Dana O'Neil"), ("&quot;Dana Ruiz&quot;", "Dana Ruiz"), ("R&amp;D Dana", "R&D Dana")],
)
def test_a_name_in_which_html_is_escaped(name: str, read: str) -> None:
    """The semicolon does not end the name."""
    assert _people(_calendar(attendees=(f"ATTENDEE;CN={name};RSVP=TRUE:mailto:dana@acme.com",)))[0][0] == read


@pytest.mark.parametrize(
    "address",
    ["smtp:dana@acme.com", "dana@acme.com (Dana Ruiz)", "mailto:dana@acme.com (Dana)", "Dana Ruiz <dana@acme.com>"],
)
def test_an_address_with_something_around_it(address: str) -> None:
    """In an invitation and in a feed."""
    expected = [("Dana Ruiz", "dana@acme.com")]
    assert _people(_calendar(attendees=(f"ATTENDEE;CN=Dana Ruiz:{address}",))) == expected
    assert _people(_greenhouse(interviewers=[{"id": 5, "name": "Dana Ruiz", "email": address}])) == expected


@pytest.mark.parametrize("address", ["dana at acme.com", "dana@acme.com, eve@acme.com", "dana@", "sip:dana@acme.com"])
def test_an_address_that_is_none_is_left_out_and_listed(address: str) -> None:
    """It names no company either. In a table, which a person has written, it is a mistake."""
    imported = _read(_greenhouse(interviewers=[{"id": 5, "name": "Dana", "email": address}]))
    assert any("is not one mail address" in note.message for note in imported.notes)
    assert "company" not in imported.text
    quoted = f'company,person_email\nAcme,"{address}"\n'
    assert [mistake.code for mistake in _refused(quoted)] == ["T505"]


@pytest.mark.parametrize(
    "title",
    [
        "SUMMARY:=?utf-8?Q?Interview:_Data_Analyst?=",
        "SUMMARY:=?UTF-8?B?SW50ZXJ2aWV3OiBEYXRhIEFuYWx5c3Q=?=",
        "SUMMARY:Interview:=20Data=20Analyst",
        "SUMMARY;ENCODING=QUOTED-PRINTABLE:Interview:=20Data=20Analyst",
    ],
)
def test_a_title_in_the_encoding_of_mails(title: str) -> None:
    """Whether the line says so or not."""
    assert _application(_calendar(title=title))["role"] == "Data Analyst"


@pytest.mark.parametrize("job", ["R=D Analyst", "A=B2 Tester", "C=C3 Tester", "Analyst =?"])
def test_a_title_that_has_an_equals_sign(job: str) -> None:
    """It stays as it is."""
    assert _application(_calendar(title=f"SUMMARY:Interview: {job}"))["role"] == job


def test_a_name_in_quoted_printable() -> None:
    """The encoding of a line holds for the name in it too."""
    line = "ATTENDEE;ENCODING=QUOTED-PRINTABLE;CN=Dana=20R=C3=BCiz:mailto:dana=40acme.com"
    assert _people(_calendar(attendees=(line,))) == [("Dana Rüiz", "dana@acme.com")]


@pytest.mark.parametrize(
    "thing",
    [
        "CN=Conference room 3:mailto:berlin-3@acme.com",
        "CN=Meeting Room Maple:mailto:maple@acme.com",
        "CN=Room 12:mailto:r12@acme.com",
        "CN=Maple:mailto:conf-room-maple@acme.com",
        "CN=Fred (Notetaker):mailto:fred@notes.example",
        "CN=Unknown Organizer:mailto:unknownorganizer@calendar.google.com",
    ],
)
def test_rooms_and_programs_by_their_names(thing: str) -> None:
    """They are listed, and nobody is to thank them."""
    imported = _read(_calendar(attendees=(DANA, f"ATTENDEE;{thing}")))
    assert _people(_calendar(attendees=(DANA, f"ATTENDEE;{thing}"))) == [("Dana Ruiz", "dana@acme.com")]
    assert any("interviewer" in note.message for note in imported.notes)


@pytest.mark.parametrize("name", ["Adrian Room", "Roomi Patel", "Nota Kertaker", "Dana Boardman"])
def test_people_whose_names_are_like_a_rooms(name: str) -> None:
    """They are people."""
    line = f"ATTENDEE;CN={name}:mailto:{name.split()[0].lower()}.room@acme.com"
    assert [person for person, _ in _people(_calendar(attendees=(line,)))] == [name]


@pytest.mark.parametrize("end", ["\x85", "\u2028", "\u2029"])
def test_a_calendar_with_other_line_ends(end: str) -> None:
    """They are read where the file has no usual ones."""
    assert _people(_calendar().replace("\r\n", end)) == [("Dana Ruiz", "dana@acme.com")]


@pytest.mark.parametrize("end", [" ", "\\n", "\n    ", "<br>", ";"])
def test_a_calendar_whose_lines_run_into_each_other(end: str) -> None:
    """The message says so, in few words."""
    mistakes = _refused(_calendar().replace("\r\n", end))
    assert len(mistakes) == 1
    assert len(mistakes[0].message) < 100


@pytest.mark.parametrize("end", ["\0", "\0\0\0", "\x1a", "\r\n\x1a"])
def test_what_old_programs_write_at_the_end_of_a_file(end: str) -> None:
    """It does not count."""
    assert _people(_calendar() + end) == [("Dana Ruiz", "dana@acme.com")]


def test_a_description_that_is_not_folded() -> None:
    """Its other lines are skipped and listed; the times after it are read."""
    text = _calendar().replace("DTSTART", "DESCRIPTION:Dear Kim\r\nthe agenda\r\n(see below)\r\nDTSTART")
    imported = _read(text)
    assert "2026-11-20T16:00:00Z" in imported.text
    assert [note.message for note in imported.notes if note.code == "T508"] == [
        "a line that is not a property is skipped, as a part of `DESCRIPTION`"
    ]
    (mistake,) = _refused(_calendar("the agenda"))
    assert mistake.code == "T502"


@pytest.mark.parametrize(
    ("data", "seen"),
    [
        (b"PK\x03\x04\x14\0\0\0", ".xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xls"),
        (gzip.compress(b"company\nAcme"), ".gz"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"\x89PNG\r\n\x1a\n\0", "picture"),
    ],
)
def test_files_of_other_programs(data: bytes, seen: str) -> None:
    """The message names the kind of file, and says what to import instead."""
    (mistake,) = _refused(data)
    assert mistake.code == "T501"
    assert seen in mistake.message
    assert mistake.help


def test_a_year_that_no_case_can_have() -> None:
    """It is a mistake of its row."""
    (mistake,) = _refused("company,reply_by\nAcme,1970-01-01\n")
    assert mistake.code == "T505"
    assert mistake.span is not None
    assert mistake.span.line == 2
