"""A plan as people see it: agenda, chart, SVG and HTML, and the command that prints them."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from rich.cells import cell_len
from typer.testing import CliRunner

import tactful
from draws import draws
from fitting import validator
from shipped_cases import cases
from tactful.cli.app import app
from tactful.formats.agenda import Agenda, Entry, agenda, strands
from tactful.formats.schema import plan_schema
from tactful.formats.text.console import plain_console
from tactful.formats.text.plan import render_plan

EXAMPLES = Path(__file__).parents[2] / "examples"
SVG = "{http://www.w3.org/2000/svg}"
FEW = draws(25)


@pytest.fixture(scope="module")
def pack() -> tactful.Policy:
    return tactful.load()


def _plan(pack: tactful.Policy, stem: str, **options: Any) -> tactful.Plan:
    path = next(EXAMPLES.glob(f"{stem}.*"))
    return pack.plan(pack.read_text(path.read_bytes(), path.name), **options)


def _text(plan: tactful.Plan, width: int = 110, application: str | None = None) -> str:
    out = io.StringIO()
    render_plan(plan, plain_console(out, width), application)
    return out.getvalue()


def _lines(shown: Agenda) -> list[tuple[str, str, str]]:
    days = [(day.day.isoformat(), str(entry.kind), entry.advice.action) for day in shown.days for entry in day.entries]
    return [("now", str(entry.kind), entry.advice.action) for entry in (*shown.now, *shown.leave)] + days


# --- the agenda ---


def test_an_agenda_tells_what_holds_now_and_what_changes_when(pack: tactful.Policy) -> None:
    """What holds comes first; then deadlines, ends and beginnings on their days, the ends before the beginnings."""
    shown = agenda(_plan(pack, "through_an_agency"))
    assert _lines(shown) == [
        ("now", "now", "thanks_through_contact"),
        ("now", "now", "wait"),
        ("now", "now", "keep_searching"),
        ("now", "now", "contact"),
        ("now", "now", "contact"),
        ("now", "now", "resign"),
        ("2026-11-25", "due", "thanks_through_contact"),
        ("2026-11-30", "ends", "thanks_through_contact"),
        ("2026-11-30", "ends", "wait"),
        ("2026-11-30", "opens", "email_follow_up"),
    ]


def test_a_missed_deadline_tells_what_takes_its_place(pack: tactful.Policy) -> None:
    """A note that was due is still worth sending for some days: one line says both."""
    entries = _of(agenda(_plan(pack, "two_interviewers_one_wants_email")), "thank_you_note", "dana")
    assert [(entry.kind, entry.detail) for entry in entries] == [
        ("now", "by Mon 23 Nov 2026, 16:30, in 6 hours"),
        ("due", "you can still do this later"),
        ("ends", ""),
    ]


def test_hours_that_come_again_are_one_line(pack: tactful.Policy) -> None:
    """A call that is possible every working day is shown once, on both clocks, with the days on which hours change."""
    (call,) = _of(agenda(_plan(pack, "calls_across_the_ocean")), "call", "maya")
    assert call.kind == "opens"
    assert call.detail == (
        "09:00 in New York; until 22:00; then 14:00–22:00, from Mon 26 Oct 13:00–21:00, from Mon 2 Nov 14:00–22:00 "
        "(09:00–17:00 in New York) on 27 more working days, up to Wed 18 Nov 2026"
    )


def test_waiting_until_the_next_morning_is_one_line(pack: tactful.Policy) -> None:
    """What is to be kept up until its window closes, night after night, is shown once, and so is its first end."""
    (wait,) = _of(agenda(_plan(pack, "calls_across_the_ocean")), "wait", "charles")
    assert wait.kind == "now"
    assert wait.detail == (
        "until Thu 8 Oct 2026, 14:00 (09:00 in New York); then 17:00–09:00 in New York again, up to Wed 18 Nov 2026"
    )


def test_an_application_can_be_looked_at_alone(pack: tactful.Policy) -> None:
    """Only what concerns it or the candidate is told."""
    plan = _plan(pack, "an_offer_while_another_is_pending")
    assert {strand.advice.application for strand in strands(plan, "lumen")} == {None, "lumen"}
    assert "Hellwig Logistik" in _text(plan)
    assert "Answer the offer" not in _text(plan, application="lumen")


def _of(shown: Agenda, action: str, target: str) -> list[Entry]:
    entries = [*shown.now, *shown.leave, *(entry for day in shown.days for entry in day.entries)]
    return [entry for entry in entries if (entry.advice.action, entry.advice.target.id) == (action, target)]


@FEW
@given(data=cases)
def test_an_agenda_is_complete_and_in_order(pack: tactful.Policy, data: dict[str, Any]) -> None:
    """Every strand is shown, each day once, and all days lie in the plan."""
    plan = pack.plan(data)
    shown = agenda(plan)
    entries = [*shown.now, *shown.leave, *(entry for day in shown.days for entry in day.entries)]
    keys = {(entry.advice.action, entry.advice.target.id, entry.advice.application) for entry in entries}
    assert keys == {(item.advice.action, item.advice.target.id, item.advice.application) for item in plan.items}
    days = [day.day for day in shown.days]
    assert days == sorted(set(days))
    assert all(plan.start <= entry.at <= plan.until for entry in entries)


# --- text ---


@pytest.mark.parametrize("width", [60, 80, 110, 160])
@pytest.mark.parametrize(
    "stem", ["two_interviewers_one_wants_email", "call_or_write", "friday_evening_before_a_holiday"]
)
@pytest.mark.parametrize("weeks", [1, 6, 50])
def test_text_fits_its_width(pack: tactful.Policy, stem: str, width: int, weeks: int) -> None:
    """No line is wider than the console, and none ends in spaces, however long the plan is."""
    lines = _text(_plan(pack, stem, until=timedelta(weeks=weeks)), width).splitlines()
    assert [line for line in lines if cell_len(line) > width or line != line.rstrip()] == []


def test_the_chart_is_readable_without_colour(pack: tactful.Policy) -> None:
    """Each strength has a character of its own, days off and holidays are marked and named."""
    text = _text(_plan(pack, "an_offer_while_another_is_pending"))
    assert "██ must   ▓▓ should   -- should not   ×× must not   ◆ due   ▼ today   · day off   * holiday" in text
    assert (
        "Holidays: Thu 24 Dec day off, Fri 25 Dec Christmas Day, Sat 26 Dec Second Day of Christmas, Sun 27 Dec to"
        in text
    )
    assert "Answer the offer from Hellwig Logistik                        ███◆··" in text


def test_a_case_about_which_there_is_nothing_to_say() -> None:
    """A pack without rules plans nothing, and says so."""
    plan = tactful.loads("rules: {}").plan({"candidate": {"id": "me"}}, datetime(2026, 11, 24, tzinfo=UTC))
    assert "No rule has anything to say about this case." in _text(plan)
    assert b"<svg" in tactful.plan_to_svg(plan)
    assert b"<html" in tactful.plan_to_html(plan)


# --- SVG and HTML ---

HOSTILE = "<script>alert(1)</script>\"'&]]><!--"


def _hostile(pack: tactful.Policy) -> tactful.Plan:
    people = [{"id": "p", "name": HOSTILE, "role": "hiring_manager"}]
    interview = {"id": "i", "status": "held", "ended_at": "2026-11-23T10:00:00Z", "interviewers": ["p"]}
    case = {
        "now": "2026-11-24T00:00:00Z",
        "candidate": {"id": "c", "name": HOSTILE},
        "applications": [{"id": "a", "company": HOSTILE, "people": people, "interviews": [interview]}],
    }
    return pack.plan(case)


class _Tags(HTMLParser):
    """Notes the tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_names_are_text_and_never_markup(pack: tactful.Policy) -> None:
    """What strangers wrote comes out as they wrote it, and as nothing else."""
    svg = ElementTree.fromstring(tactful.plan_to_svg(_hostile(pack)))
    assert svg.find(f".//{SVG}script") is None
    assert any(HOSTILE in (one.text or "") for one in svg.iter(f"{SVG}title"))
    page = _Tags()
    page.feed(tactful.plan_to_html(_hostile(pack)).decode())
    assert "script" not in page.tags
    assert HOSTILE in page.text
    assert not [name for name in page.attributes if name.startswith("on")]


def test_documents_need_nothing_else(pack: tactful.Policy) -> None:
    """Nothing is loaded from anywhere; the page forbids it, too."""
    plan = _plan(pack, "call_or_write")
    page = tactful.plan_to_html(plan).decode()
    assert "default-src 'none'" in page
    for text in (page, tactful.plan_to_svg(plan).decode()):
        assert "src=" not in text
        assert "@import" not in text
        assert text.count("http") == text.count("http://www.w3.org/2000/svg") + text.count("http-equiv")


def test_characters_that_no_document_can_hold_are_replaced(pack: tactful.Policy) -> None:
    """Control characters in a name neither break a document nor steer a terminal, and its lines stay one."""
    case = {
        "now": "2026-11-24T00:00:00Z",
        "candidate": {"id": "c"},
        "applications": [{"id": "a", "company": "A\x01B\u202eC\x1b[31m\nNow", "status": "rejected"}],
    }
    plan = pack.plan(case)
    assert "Keep looking" in _text(plan)
    assert "A\ufffdB\ufffdC\ufffd[31m Now" in _text(plan)
    for data in (tactful.plan_to_svg(plan), tactful.plan_to_html(plan), tactful.plan_to_ics(plan)):
        assert not {"\x01", "\u202e", "\x1b"} & set(data.decode())
    assert ElementTree.fromstring(tactful.plan_to_svg(plan)) is not None


def test_the_chart_is_told_to_those_who_cannot_see_it(pack: tactful.Policy) -> None:
    """The image has a title and a description; the page has a language, and the agenda as tables with headings."""
    plan = _plan(pack, "call_or_write")
    svg = ElementTree.fromstring(tactful.plan_to_svg(plan))
    assert svg.get("role") == "img"
    assert [one.get("id") for one in (svg[0], svg[1])] == svg.get("aria-labelledby", "").split()
    page = tactful.plan_to_html(plan).decode()
    assert '<html lang="en">' in page
    assert '<th scope="col"' in page
    assert "Call Eva Gruber" in page


def test_bars_stand_where_their_windows_are(pack: tactful.Policy) -> None:
    """A call on many days has a bar for each, none before now and none beyond the chart."""
    plan = _plan(pack, "call_or_write")
    windows = [window for item in plan.items if item.advice.label == "Call Eva Gruber" for window in item.windows]
    svg = ElementTree.fromstring(tactful.plan_to_svg(plan))
    bars = [one for one in svg.iter(f"{SVG}rect") if "Call Eva Gruber" in (one.findtext(f"{SVG}title") or "")]
    now = next(one for one in svg.iter(f"{SVG}line") if one.get("class") == "now")
    edges = [(float(bar.get("x", 0)), float(bar.get("x", 0)) + float(bar.get("width", 0))) for bar in bars]
    assert len(edges) == len(windows) > 20
    assert edges[0][0] == float(now.get("x1", 0))
    assert all(end <= float(svg.get("width", 0)) for _, end in edges)


@FEW
@given(data=cases)
def test_every_plan_can_be_drawn_and_is_drawn_the_same_again(pack: tactful.Policy, data: dict[str, Any]) -> None:
    """Charts are well-formed and depend on nothing but the plan."""
    plan, again = (pack.plan(data, until=timedelta(weeks=2)) for _ in range(2))
    assert ElementTree.fromstring(tactful.plan_to_svg(plan)) is not None
    assert tactful.plan_to_svg(plan) == tactful.plan_to_svg(again)
    assert tactful.plan_to_html(plan) == tactful.plan_to_html(again)
    assert all(cell_len(line) <= 80 for line in _text(plan, 80).splitlines())


# --- the command ---


def _run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["plan", *words])
    return result.exit_code, result.stdout, result.stderr


CASE = str(EXAMPLES / "two_interviewers_one_wants_email.yaml")


@pytest.mark.parametrize(
    ("until", "end"),
    [
        ("10 days", "Thu 3 Dec 2026, 10:00"),
        ("5 business days", "Tue 1 Dec 2026, 10:00"),
        ("2026-12-24", "Fri 25 Dec 2026, 00:00"),
        ("2026-12-24T17:00", "Thu 24 Dec 2026, 17:00"),
        ("2026-12-24T17:00Z", "Thu 24 Dec 2026, 12:00"),
    ],
)
def test_until_is_a_day_a_moment_or_a_length(until: str, end: str) -> None:
    """A day is meant whole; moments without an offset and business days are the candidate's."""
    code, text, _ = _run(CASE, "--until", until)
    assert (code, text.splitlines()[0]) == (
        0,
        f"Plan from Mon 23 Nov 2026, 10:00 to {end} (America/New_York), by the rules of default 1",
    )


@pytest.mark.parametrize("until", ["soon", "", "2020-01-01", "0 days", "400 days", "0001-01-01", "9999-12-31", "5"])
def test_an_until_that_cannot_be_is_wrong_usage(until: str) -> None:
    """Exit code 2, with what could be written instead."""
    code, _, error = _run(CASE, "--until", until)
    assert code == 2
    assert "--until" in error


def test_json_fits_its_schema(pack: tactful.Policy) -> None:
    """``--format json`` is what ``tactful schema plan`` says, in every example."""
    for path in sorted(EXAMPLES.glob("*.yaml")):
        code, text, _ = _run(str(path), "--format", "json")
        assert code == 0
        validator(plan_schema).validate(json.loads(text))
    assert json.loads(CliRunner().invoke(app, ["schema", "plan"]).stdout) == plan_schema()


@pytest.mark.parametrize(("format_", "begins"), [("svg", b"<?xml"), ("html", b"<!doctype html>"), ("text", b"Plan")])
def test_a_plan_can_be_written_to_a_file(tmp_path: Path, format_: str, begins: bytes) -> None:
    """``--out`` writes the file and prints nothing."""
    out = tmp_path / "plan"
    assert _run(CASE, "--format", format_, "--out", str(out)) == (0, "", "")
    assert out.read_bytes().startswith(begins)


def test_a_file_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    """T603 and exit code 1."""
    code, _, error = _run(CASE, "--out", str(tmp_path / "no" / "plan.txt"))
    assert code == 1
    assert "T603" in error
