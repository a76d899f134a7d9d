"""``tactful import`` on files: one step, nothing lost, and the way of an interview from invitation to cancellation."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tactful.cli.app import app

INVITATION = """\
BEGIN:VCALENDAR
VERSION:2.0
METHOD:{method}
BEGIN:VEVENT
UID:88@harbor.example
SEQUENCE:{sequence}
DTSTAMP:2026020{stamp}T080000Z
STATUS:{status}
SUMMARY:Interview: Data engineer
DTSTART:{day}T140000Z
DTEND:{day}T150000Z
ORGANIZER;CN=Ines Moreau:mailto:ines@harbor.example
ATTENDEE;CN=Tariq Aziz;PARTSTAT=ACCEPTED:mailto:tariq@harbor.example
ATTENDEE;CN=Kim Osei;PARTSTAT=NEEDS-ACTION:mailto:kim@example.net
END:VEVENT
END:VCALENDAR
"""


def _invitation(
    name: str, sequence: int = 0, day: str = "20260310", method: str = "REQUEST", status: str = "CONFIRMED"
) -> None:
    text = INVITATION.format(sequence=sequence, stamp=sequence + 1, day=day, method=method, status=status)
    Path(name).write_bytes(text.replace("\n", "\r\n").encode())


def _tactful(*arguments: str, input_: bytes | None = None) -> Result:
    return CliRunner().invoke(app, list(arguments), input=input_)


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_from_invitation_to_cancellation() -> None:
    """Invited, moved, thanked for after the new end and not the old one, and silent once it is called off."""
    _invitation("invite.ics")
    _invitation("moved.ics", 1, "20260312")
    _invitation("cancel.ics", 2, "20260312", "CANCEL", "CANCELLED")
    assert _tactful("import", "invite.ics", "--me", "kim@example.net", "--out", "case.yaml").exit_code == 0
    thanks = "thank-you note"
    assert thanks in _tactful("advise", "case.yaml", "--at", "2026-03-10T20:00Z").stdout
    assert _tactful("import", "moved.ics", "--into", "case.yaml").exit_code == 0
    assert thanks not in _tactful("advise", "case.yaml", "--at", "2026-03-10T20:00Z").stdout
    assert thanks in _tactful("advise", "case.yaml", "--at", "2026-03-12T20:00Z").stdout
    assert _tactful("import", "cancel.ics", "--into", "case.yaml").exit_code == 0
    assert thanks not in _tactful("advise", "case.yaml", "--at", "2026-03-12T20:00Z").stdout


def test_standard_output_has_nothing_but_the_case() -> None:
    """What is printed can go straight into ``tactful advise -``; what is to be said goes to standard error."""
    _invitation("invite.ics")
    imported = subprocess.run(
        [sys.executable, "-m", "tactful", "import", "invite.ics"], capture_output=True, check=True
    )
    assert b"T509" in imported.stderr
    advised = subprocess.run(
        [sys.executable, "-m", "tactful", "advise", "-", "--at", "2026-03-10T20:00Z"],
        input=imported.stdout,
        capture_output=True,
        check=True,
    )
    assert b"Tariq Aziz" in advised.stdout


def test_a_file_is_read_from_standard_input() -> None:
    """``-`` stands for standard input, whatever the format."""
    _invitation("invite.ics")
    result = _tactful("import", "-", input_=Path("invite.ics").read_bytes())
    assert result.exit_code == 0
    assert "tariq" in result.stdout


def test_a_case_keeps_its_permissions_and_its_marks() -> None:
    """A rewritten case has the permissions, line ends and byte-order mark that it had; no other file is left behind."""
    _invitation("invite.ics")
    case = Path("case.yaml")
    case.write_bytes("\ufeff# mine\r\ncandidate: {id: kim}\r\n".encode())
    case.chmod(0o640)
    assert _tactful("import", "invite.ics", "--into", "case.yaml").exit_code == 0
    assert stat.S_IMODE(case.stat().st_mode) == 0o640
    data = case.read_bytes()
    assert data.startswith("\ufeff# mine\r\n".encode())
    assert data.count(b"\n") == data.count(b"\r\n") > 5
    assert sorted(os.listdir()) == ["case.yaml", "invite.ics"]


def test_a_link_to_a_case_stays_a_link() -> None:
    """The file behind a link is rewritten, and the link still leads to it."""
    _invitation("invite.ics")
    Path("real.yaml").write_text("candidate: {id: kim}\n")
    Path("case.yaml").symlink_to("real.yaml")
    assert _tactful("import", "invite.ics", "--into", "case.yaml").exit_code == 0
    assert Path("case.yaml").is_symlink()
    assert "tariq" in Path("real.yaml").read_text()


def test_nothing_changed_is_nothing_written() -> None:
    """Where the case has it all already, the file is not touched."""
    _invitation("invite.ics")
    Path("case.yaml").write_text("candidate: {id: kim}\n")
    assert _tactful("import", "invite.ics", "--into", "case.yaml").exit_code == 0
    before = os.stat("case.yaml")
    result = _tactful("import", "invite.ics", "--into", "case.yaml")
    assert "nothing changed" in result.stderr
    after = os.stat("case.yaml")
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_mistake_leaves_the_case_alone() -> None:
    """One broken file among several, and nothing is imported: the mistakes of all files are reported."""
    _invitation("invite.ics")
    Path("broken.ics").write_text("BEGIN:VCALENDAR\n")
    Path("broken.json").write_text("{")
    Path("case.yaml").write_text("candidate: {id: kim}\n")
    result = _tactful("import", "invite.ics", "broken.ics", "broken.json", "--into", "case.yaml")
    assert result.exit_code == 1
    assert "broken.ics:1:1" in result.stderr
    assert "broken.json:1:2" in result.stderr
    assert Path("case.yaml").read_text() == "candidate: {id: kim}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["invite.ics", "--into", "case.yaml", "--out", "other.yaml"],
        ["invite.ics", "--out", "case.yaml"],
        ["invite.ics", "--into", "-"],
        ["invite.ics", "--dry-run"],
        ["invite.ics", "--time-zone", "Oslo"],
        [],
    ],
)
def test_wrong_usage(arguments: list[str]) -> None:
    """Options that do not go together exit with 2, before anything is read or written."""
    _invitation("invite.ics")
    Path("case.yaml").write_text("candidate: {id: kim}\n")
    assert _tactful("import", *arguments).exit_code == 2
    assert Path("case.yaml").read_text() == "candidate: {id: kim}\n"


def test_a_file_over_the_limit_is_refused() -> None:
    """A file of more than a million bytes is told to be too large, and not read to its end."""
    Path("large.ics").write_bytes(b"BEGIN:VCALENDAR\r\n" + b"X" * 1_000_001)
    result = _tactful("import", "large.ics")
    assert result.exit_code == 1
    assert "T101" in result.stderr


def test_a_feed_with_more_than_a_case_can_hold_is_refused() -> None:
    """Where the case would be over its limits, nothing is written."""
    event = '{"id": "%d", "type": "interview", "ends_at": "2026-03-10T10:00:00Z", "job": {"title": "x"}}'
    Path("feed.json").write_text("[" + ",".join(event % no for no in range(201)) + "]")
    result = _tactful("import", "feed.json")
    assert result.exit_code == 1
    assert "T212" in result.stderr


def test_starting_takes_no_calendar_library() -> None:
    """Commands other than this one do not pay for what it needs."""
    code = "import sys, tactful.cli.app; print({'icalendar', 'ruamel.yaml', 'tactful.formats.importers'} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert result.stdout.strip() == "set()"


def test_a_pipe_is_no_case_to_rewrite() -> None:
    """Nobody waits for it to be written, and no file takes its place."""
    _invitation("invite.ics")
    os.mkfifo("case.yaml")
    result = _tactful("import", "invite.ics", "--into", "case.yaml")
    assert (result.exit_code, "is not a regular file" in result.stderr) == (2, True)
    assert stat.S_ISFIFO(os.stat("case.yaml").st_mode)
