"""Who cancelled an interview, and when: taken from what a source says, and never guessed."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

import tactful
from tactful.formats.importers import CaseFile, Options, import_files

NOW = 1_796_000_000
KIM = "kim@example.net"
INVITATION = """
BEGIN:VCALENDAR
VERSION:2.0
METHOD:{method}
BEGIN:VEVENT
UID:b-1
DTSTAMP:{stamp}
SEQUENCE:{sequence}
ORGANIZER;CN=Rita Recruiter:mailto:{organizer}
ATTENDEE;CN=Dana Ruiz;PARTSTAT=ACCEPTED:mailto:dana@acme.com
ATTENDEE;CN=Kim Lee:mailto:{me}
SUMMARY:Interview: Data Analyst
DTSTART:{start}
DTEND:{end}
{more}
END:VEVENT
END:VCALENDAR
"""
POLICY = tactful.load()


def _file(**changed: str) -> str:
    usual = {"method": "REQUEST", "stamp": "20261101T120000Z", "sequence": "0", "organizer": "rita@acme.com", "me": KIM}
    usual |= {"start": "20261120T150000Z", "end": "20261120T160000Z", "more": "STATUS:CONFIRMED"}
    return INVITATION.strip().format(**{**usual, **changed}).replace("\n", "\r\n") + "\r\n"


def _cancellation(**changed: str) -> str:
    usual = {"method": "CANCEL", "stamp": "20261110T090000Z", "sequence": "1", "more": "STATUS:CANCELLED"}
    return _file(**{**usual, **changed})


def _import(*files: str, me: tuple[str, ...] = (KIM,), into: str | None = None) -> str:
    """The case after each file, one after the other."""
    text = into
    for no, file in enumerate(files):
        case = None if text is None else CaseFile("case.yaml", text.encode())
        text = import_files([CaseFile(f"{no}.ics", file.encode())], POLICY, Options(me=me), NOW, case).text
    assert text is not None
    POLICY.read_text(text, "case.yaml")
    return text


def _interview(text: str) -> dict[str, Any]:
    [application] = yaml.load(text, yaml.BaseLoader)["applications"]
    [interview] = application["interviews"]
    assert isinstance(interview, dict)
    return interview


def test_the_organizer_cancels_for_the_company() -> None:
    """By the stamp of the cancellation, which is when it was sent."""
    interview = _interview(_import(_file(), _cancellation()))
    assert (interview["status"], interview["cancelled_by"]) == ("cancelled", "company")
    assert interview["cancelled_at"] == "2026-11-10T09:00:00Z"


def test_a_cancelled_interview_that_is_new_says_so_at_once() -> None:
    """The invitation may never have been imported."""
    interview = _interview(_import(_cancellation()))
    assert (interview["cancelled_by"], interview["cancelled_at"]) == ("company", "2026-11-10T09:00:00Z")


def test_a_candidate_who_sent_the_invitation_cancelled_it() -> None:
    """Some candidates invite the company. The address is compared without regard to capitals."""
    files = [make(organizer="Kim@Example.net") for make in (_file, _cancellation)]
    assert _interview(_import(*files))["cancelled_by"] == "candidate"


@pytest.mark.parametrize(
    ("organizer", "me"),
    [
        pytest.param("rita@acme.com", (), id="the candidate's own address is not known"),
        pytest.param("rita.recruiter@gmail.com", (KIM,), id="a private address may be the candidate's other one"),
        pytest.param("no-reply@calendly.com", (KIM,), id="a service, through which either side cancels"),
    ],
)
def test_who_cancelled_is_never_guessed(organizer: str, me: tuple[str, ...]) -> None:
    """The moment is known all the same."""
    files = [make(organizer=organizer) for make in (_file, _cancellation)]
    interview = _interview(_import(*files, me=me))
    assert interview["status"] == "cancelled"
    assert "cancelled_by" not in interview
    assert interview["cancelled_at"] == "2026-11-10T09:00:00Z"


def test_a_candidate_who_is_withdrawn_may_have_asked_for_it() -> None:
    """A cancellation that names the candidate alone ends the interview, and does not say who wanted that."""
    lines = _cancellation(more="").replace("ATTENDEE;CN=Dana Ruiz;PARTSTAT=ACCEPTED:mailto:dana@acme.com\r\n", "")
    interview = _interview(_import(_file(), lines))
    assert (interview["status"], interview["cancelled_at"]) == ("cancelled", "2026-11-10T09:00:00Z")
    assert "cancelled_by" not in interview


@pytest.mark.parametrize(
    ("line", "at"),
    [
        ("LAST-MODIFIED:20261109T100000Z", "2026-11-09T10:00:00Z"),
        ("LAST-MODIFIED:20261109T100000", None),
        ("LAST-MODIFIED:20261109", None),
        ("LAST-MODIFIED:soon", None),
        ("COMMENT:moved", None),
    ],
)
def test_a_saved_calendar_says_when_the_event_was_last_changed(line: str, at: str | None) -> None:
    """Its stamp may be the moment at which it was saved. A change without a time zone is no moment."""
    saved = _cancellation(method="PUBLISH", more=f"STATUS:CANCELLED\n{line}")
    interview = _interview(_import(_file(), saved))
    assert (interview["status"], interview.get("cancelled_at")) == ("cancelled", at)


def test_a_new_date_ends_the_cancellation() -> None:
    """What was cancelled and is scheduled again has no canceller; comments stay."""
    cancelled = _import(_file(), _cancellation()).replace(
        "        cancelled_by:", "        # They were sorry.\n        cancelled_by:"
    )
    text = _import(_file(sequence="2", start="20261127T150000Z", end="20261127T160000Z"), into=cancelled)
    interview = _interview(text)
    assert interview["status"] == "scheduled"
    assert not {"cancelled_by", "cancelled_at"} & interview.keys()
    assert "# They were sorry." in text


def test_what_the_candidate_wrote_stays() -> None:
    """Who cancelled, where the case says it; and that an interview was missed, unless it is moved."""
    case = _import(_file()).replace("status: scheduled", "status: cancelled\n        cancelled_by: candidate")
    assert _interview(_import(_cancellation(), into=case))["cancelled_by"] == "candidate"
    missed = _import(_file()).replace("status: scheduled", "status: missed\n        cancelled_by: company")
    again = _interview(_import(_file(sequence="1"), into=missed))
    assert (again["status"], again["cancelled_by"]) == ("missed", "company")
    moved = _file(sequence="1", start="20261127T150000Z", end="20261127T160000Z")
    interview = _interview(_import(moved, into=missed))
    assert interview["status"] == "scheduled"
    assert "cancelled_by" not in interview


def test_importing_a_cancellation_again_changes_nothing() -> None:
    """Nor does the invitation that came before it."""
    once = _import(_file(), _cancellation())
    assert _import(_cancellation(), _file(), into=once) == once
