"""When an imported interview starts: taken from what a source says, and moved with the interview."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

import tactful
from tactful.formats.importers import CaseFile, Options, import_files

NOW = 1_796_000_000
POLICY = tactful.load()
INVITATION = """
BEGIN:VCALENDAR
VERSION:2.0
METHOD:REQUEST
BEGIN:VEVENT
UID:b-1
DTSTAMP:20261101T120000Z
SEQUENCE:{sequence}
ORGANIZER;CN=Rita Recruiter:mailto:rita@acme.com
ATTENDEE;CN=Dana Ruiz;PARTSTAT=ACCEPTED:mailto:dana@acme.com
SUMMARY:Interview: Data Analyst
{times}
END:VEVENT
END:VCALENDAR
"""
UNIFIED = {"id": "u1", "application_id": "a1", "candidate_id": "c1", "user_ids": ["7"], "status": "SCHEDULED"}


def _invitation(times: str, sequence: int = 0) -> str:
    return INVITATION.strip().format(times=times, sequence=sequence).replace("\n", "\r\n") + "\r\n"


def _unified(updated: str, **times: str) -> str:
    return json.dumps({**UNIFIED, "updated_at": updated, **times})


def _imported(*files: str) -> tuple[dict[str, Any], list[str]]:
    """The interview after all files, one after the other, and the changes by the last one."""
    text, changes = None, list[str]()
    options = Options(me=("kim@example.net",), time_zone="Europe/Dublin")
    for no, file in enumerate(files):
        case = None if text is None else CaseFile("case.yaml", text.encode())
        result = import_files([CaseFile(f"{no}.ics", file.encode())], POLICY, options, NOW, case)
        text, changes = result.text, list(result.changes)
    assert text is not None
    POLICY.read_text(text, "case.yaml")
    [application] = yaml.load(text, yaml.BaseLoader)["applications"]
    [interview] = application["interviews"]
    return interview, changes


@pytest.mark.parametrize(
    ("times", "starts"),
    [
        ("DTSTART:20261120T150000Z\nDTEND:20261120T160000Z", "2026-11-20T15:00:00Z"),
        ("DTSTART:20261120T150000Z\nDURATION:PT1H", "2026-11-20T15:00:00Z"),
        ("DTSTART;TZID=America/New_York:20261120T150000\nDTEND:20261120T210000Z", "2026-11-20T15:00:00-05:00"),
        ("DTSTART:20261120T150000\nDTEND:20261120T160000", "2026-11-20T15:00:00"),
        # whole days have no start, and a start on no known clock cannot be told from the end
        ("DTSTART;VALUE=DATE:20261120\nDTEND;VALUE=DATE:20261121", None),
        ("DTSTART:20261120T150000\nDTEND:20261120T160000Z", None),
        ("DTSTART;TZID=Nowhere:20261120T150000\nDTEND:20261120T160000Z", None),
        ("DTEND:20261120T160000Z", None),
    ],
)
def test_the_start_of_an_invitation(times: str, starts: str | None) -> None:
    """``DTSTART``, where it is a moment and comes before the end."""
    interview, _ = _imported(_invitation(times))
    assert interview.get("starts_at") == starts


def test_an_interview_that_moves_gets_its_new_start() -> None:
    """Also where only the start changes, and the interview becomes longer."""
    first = _invitation("DTSTART:20261120T150000Z\nDTEND:20261120T160000Z")
    earlier = _invitation("DTSTART:20261120T140000Z\nDTEND:20261120T160000Z", 1)
    interview, changes = _imported(first, earlier)
    assert (interview["starts_at"], interview["ended_at"]) == ("2026-11-20T14:00:00Z", "2026-11-20T16:00:00Z")
    assert any("starts 2026-11-20T14:00:00Z, was 2026-11-20T15:00:00Z" in change for change in changes)
    moved = _invitation("DTSTART:20261121T150000Z\nDTEND:20261121T160000Z", 2)
    interview, _ = _imported(first, earlier, moved)
    assert (interview["starts_at"], interview["ended_at"]) == ("2026-11-21T15:00:00Z", "2026-11-21T16:00:00Z")
    assert _imported(first, earlier, moved, moved)[1] == []


@pytest.mark.parametrize(
    ("times", "starts"),
    [
        ({"end_at": "2026-11-21T16:00:00Z"}, None),
        ({"end_at": "2026-11-20T16:00:00Z"}, "2026-11-20T15:00:00Z"),
        ({"start_at": "2026-11-21T17:00:00Z", "end_at": "2026-11-21T16:00:00Z"}, None),
    ],
    ids=["it moves and the start is not said", "it stays and the start is not said", "it starts after its end"],
)
def test_an_old_start_goes_with_the_old_end(times: dict[str, str], starts: str | None) -> None:
    """The start of an interview that moved says nothing about the new day."""
    first = _unified("2026-11-01T12:00:00Z", start_at="2026-11-20T15:00:00Z", end_at="2026-11-20T16:00:00Z")
    interview, _ = _imported(first, _unified("2026-11-02T12:00:00Z", **times))
    assert interview.get("starts_at") == starts


def test_texts_give_the_start_where_it_is_known() -> None:
    """And say that it is the end where only that is known."""
    case: dict[str, Any] = {
        "now": "2026-11-18T12:00:00Z",
        "candidate": {"id": "kim", "time_zone": "Europe/Dublin"},
        "applications": [{"id": "acme", "company": "Acme", "status": "interviewing", "interviews": []}],
    }
    interview = {"id": "onsite", "status": "scheduled", "ended_at": "2026-11-20T16:00"}
    told = []
    for more in ({}, {"starts_at": "2026-11-20T15:00"}):
        case["applications"][0]["interviews"] = [{**interview, **more}]
        advice = next(each for each in POLICY.decide(case).actions if each.action == "prepare")
        told.append(advice.because[0].text)
    assert [text.partition(".")[0] for text in told] == [
        "Your next interview with Acme is due to end on Fri 20 Nov 2026, 16:00",
        "Your next interview with Acme is on Fri 20 Nov 2026, 15:00",
    ]
