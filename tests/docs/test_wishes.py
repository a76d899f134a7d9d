"""Each wish of the page *From a wish to a rule* is short, has nothing to warn about, and turns the decision where it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
from typer.testing import CliRunner

import tactful
from doc_blocks import ROOT, blocks
from tactful.cli.app import app

PAGE: Final = ROOT / "docs" / "how-to" / "from-a-wish-to-a-rule.md"
_NAME: Final = re.compile(r"example: (?P<kind>pack|case), as (?P<name>\S+)")
#: The most lines of a wish below the keys of its sections. Tables are as long as they have rows.
MOST_LINES: Final = 5
#: A rule of one's own takes a line for each of its keys.
WHOLE_RULES: Final = {"practise.yaml", "winter-rule.yaml"}


def _named(kind: str) -> dict[str, str]:
    """The text of each block of the page that is kept as a file, by the file's name."""
    matches = ((_NAME.fullmatch(block.mark), block.text) for block in blocks(PAGE.read_text()))
    return {match["name"]: text for match, text in matches if match is not None and match["kind"] == kind}


WISHES: Final = _named("pack")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all packs and cases of the page."""
    folder = tmp_path_factory.mktemp("wishes")
    for name, text in {**WISHES, **_named("case")}.items():
        (folder / name).write_text(text)
    return folder


def _lines_of_sections(text: str) -> Iterator[int]:
    """How many lines each section of a pack has below its key; at least one. Tables are left out."""
    for section in re.split(r"^(?=\w)", text, flags=re.MULTILINE):
        if section.strip() and not section.startswith(("pack:", "extends:", "tables:")):
            yield max(len(section.split("\n")) - 2, 1)


@pytest.mark.parametrize("name", sorted(WISHES.keys() - WHOLE_RULES))
def test_a_wish_takes_five_lines_or_fewer(name: str) -> None:
    """What an author writes below the keys of the sections fits into five lines."""
    assert sum(_lines_of_sections(WISHES[name])) <= MOST_LINES


@pytest.mark.parametrize("name", sorted(WISHES))
def test_a_wish_extends_the_shipped_rules_without_a_warning(name: str, folder: Path) -> None:
    """``tactful check --strict`` has nothing to say about it."""
    assert "extends: default\n" in WISHES[name]
    result = CliRunner().invoke(app, ["check", "--strict", str(folder / name)])
    assert (result.exit_code, result.output.count("\n")) == (0, 1), result.output


class Moment(NamedTuple):
    """A moment in New York, and whether the wish and the shipped rules give the advice then."""

    at: str
    wished: bool
    shipped: bool


class Turns(NamedTuple):
    """The moments around which the advice of a wish turns, or that of the shipped rules.

    ``facts`` are set in the case; those that only the wish knows are left out for the shipped rules.
    """

    wishes: tuple[str, ...]
    case: str
    advice: tuple[str, str]
    moments: tuple[Moment, ...]
    facts: dict[str, str] = {}
    own_facts: dict[str, str] = {}


CALL: Final = ("call", "dana")
WRITE: Final = ("email_follow_up", "dana")
YES: Final = True
NO: Final = False
#: Nothing was written after the interview.
NO_THANKS: Final = {"message[1].sent_at": "unknown"}
#: The interview and the messages of the second case are a month later.
ASKED_IN_DECEMBER: Final = {
    "interview[onsite].status": "unknown",
    "interview[onsite].ended_at": "2026-12-08T16:00",
    "message[1].sent_at": "2026-12-09T09:00",
    "message[2].sent_at": "2026-12-24T09:00",
}
TURNS: Final = {
    "winter-break": Turns(
        ("winter-break.yaml",),
        "kim.yaml",
        CALL,
        (
            Moment("2026-12-18 16:59:59", YES, YES),  # a Friday
            Moment("2026-12-21 09:00:00", NO, YES),
            Moment("2027-01-06 16:59:59", NO, YES),
            Moment("2027-01-07 09:00:00", YES, YES),
        ),
    ),
    "winter-break-of-another-year": Turns(
        ("winter-break.yaml",),
        "kim.yaml",
        CALL,
        (
            Moment("2027-12-17 16:59:59", YES, YES),  # a Friday
            Moment("2027-12-20 09:00:00", NO, YES),
        ),
        {**NO_THANKS, "interview[onsite].status": "unknown", "interview[onsite].ended_at": "2027-12-08T16:00"},
    ),
    "winter-break-at-midnight": Turns(
        ("winter-break.yaml",),
        "asked.yaml",
        WRITE,
        (Moment("2027-01-06 23:59:59", NO, YES), Moment("2027-01-07 00:00:00", YES, YES)),
        ASKED_IN_DECEMBER,
    ),
    "winter-rule": Turns(
        ("winter-rule.yaml",),
        "asked.yaml",
        WRITE,
        (Moment("2027-01-06 23:59:59", NO, YES), Moment("2027-01-07 00:00:00", YES, YES)),
        ASKED_IN_DECEMBER,
    ),
    "windows": Turns(
        ("windows.yaml",),
        "kim.yaml",
        CALL,
        (
            Moment("2026-12-21 10:30:00", NO, YES),  # a Monday
            Moment("2026-12-22 09:59:59", NO, YES),
            Moment("2026-12-22 10:00:00", YES, YES),
            Moment("2026-12-22 12:00:00", YES, YES),
            Moment("2026-12-22 12:00:01", NO, YES),
            Moment("2026-12-22 14:00:00", YES, YES),
            Moment("2026-12-22 16:00:01", NO, YES),
        ),
    ),
    "waits-without-a-size": Turns(
        ("waits.yaml",),
        "kim.yaml",
        CALL,
        (Moment("2026-12-15 15:59:59", NO, NO), Moment("2026-12-15 16:00:00", YES, YES)),
        NO_THANKS,
    ),
    "waits-for-a-large-company": Turns(
        ("waits.yaml",),
        "kim.yaml",
        CALL,
        (Moment("2027-01-04 15:59:59", NO, YES), Moment("2027-01-04 16:00:00", YES, YES)),
        NO_THANKS,
        own_facts={"application.company_size": "large"},
    ),
    "waits-for-a-small-company": Turns(
        ("waits.yaml",),
        "kim.yaml",
        CALL,
        (
            Moment("2026-12-11 15:59:59", NO, NO),
            Moment("2026-12-11 16:00:00", YES, NO),
            Moment("2026-12-15 16:00:00", YES, YES),
        ),
        {**NO_THANKS, "interview[onsite].stage": "first"},
        {"application.company_size": "small"},
    ),
    "policy-december": Turns(
        ("policy-december.yaml",),
        "asked.yaml",
        WRITE,
        (
            Moment("2026-11-30 08:59:59", NO, NO),
            Moment("2026-11-30 23:59:59", YES, YES),
            Moment("2026-12-01 00:00:00", NO, YES),
            Moment("2026-12-03 08:59:59", NO, YES),
            Moment("2026-12-03 09:00:00", YES, YES),
        ),
    ),
    "house-and-branch": Turns(
        ("house.yaml", "branch.yaml"),
        "asked.yaml",
        WRITE,
        (Moment("2026-11-27 08:59:59", NO, NO), Moment("2026-11-27 09:00:00", YES, NO)),
    ),
    "branch-and-house": Turns(
        ("branch.yaml", "house.yaml"),
        "asked.yaml",
        WRITE,
        (Moment("2026-12-03 08:59:59", NO, YES), Moment("2026-12-03 09:00:00", YES, YES)),
    ),
    "patience-as-usual": Turns(
        ("patience.yaml",),
        "asked.yaml",
        WRITE,
        (Moment("2026-11-30 08:59:59", NO, NO), Moment("2026-11-30 09:00:00", YES, YES)),
    ),
    "patience-for-one": Turns(
        ("patience.yaml",),
        "asked.yaml",
        WRITE,
        (Moment("2026-12-07 08:59:59", NO, YES), Moment("2026-12-07 09:00:00", YES, YES)),
        own_facts={"parameters.gap_between_messages": "2 weeks"},
    ),
    "acme-closed": Turns(
        ("acme-closed.yaml",),
        "kim.yaml",
        CALL,
        (
            Moment("2026-12-17 16:00:00", NO, YES),
            Moment("2026-12-22 15:59:59", NO, YES),
            Moment("2026-12-22 16:00:00", YES, YES),
            Moment("2027-01-05 10:00:00", NO, YES),
            Moment("2027-01-07 10:00:00", YES, YES),
        ),
        own_facts={"application.calendar": "acme"},
    ),
    "senior": Turns(
        ("senior.yaml",),
        "kim.yaml",
        CALL,
        (Moment("2026-12-21 10:30:00", NO, YES),),
        {"application.role": "SENIOR  analyst"},
    ),
    "not-quite-senior": Turns(
        ("senior.yaml",),
        "kim.yaml",
        CALL,
        (Moment("2026-12-21 10:30:00", YES, YES),),
        {"application.role": "Seniority analyst"},
    ),
    "no-thanks": Turns(
        ("no-thanks.yaml",),
        "kim.yaml",
        ("thank_you_note", "dana"),
        (Moment("2026-12-09 10:00:00", NO, YES), Moment("2027-03-01 10:00:00", NO, NO)),
        {"message[1].kind": "other"},
    ),
}


def _in_new_york(at: str) -> datetime:
    """A moment on the clock of New York in winter."""
    return datetime.fromisoformat(f"{at}-05:00")


def _decide(pack: tactful.Policy, case: Path, at: str, facts: dict[str, str]) -> Any:
    """The decision on the case with these facts, at a moment in New York in winter."""
    read = pack.read_text(case.read_bytes(), case.name)
    return pack.decide(pack.change(read, facts), now=_in_new_york(at))


def _gives(decision: Any, advice: tuple[str, str]) -> bool:
    """Whether the decision recommends an action for a target."""
    return any(
        (action.action, action.target.id) == advice and action.modality in ("must", "should", "may")
        for action in decision.actions
    )


@pytest.mark.parametrize("name", TURNS)
def test_a_wish_turns_the_advice_to_the_second(name: str, folder: Path) -> None:
    """On both sides of each threshold the advice is that of the wish, and the shipped rules have their own."""
    turns = TURNS[name]
    wish = tactful.load([folder / pack for pack in turns.wishes])
    shipped, case = tactful.load(), folder / turns.case
    seen = [
        Moment(
            moment.at,
            _gives(_decide(wish, case, moment.at, {**turns.facts, **turns.own_facts}), turns.advice),
            _gives(_decide(shipped, case, moment.at, turns.facts), turns.advice),
        )
        for moment in turns.moments
    ]
    assert seen == list(turns.moments)


@pytest.mark.parametrize("name", TURNS)
def test_a_wish_keeps_the_claims_that_it_inherits(name: str, folder: Path) -> None:
    """No invariant of the shipped rules is broken, but for the one of which the page says so."""
    turns = TURNS[name]
    wish = tactful.load([folder / pack for pack in turns.wishes])
    broken = set()
    for moment in turns.moments:
        case = wish.read_text((folder / turns.case).read_bytes(), turns.case)
        changed = wish.change(case, {**turns.facts, **turns.own_facts})
        broken |= {violation.invariant for violation in wish.violations(changed, now=_in_new_york(moment.at))}
    assert broken == ({"thanks-come-within-a-day"} if name == "no-thanks" else set())


def test_half_of_the_notice_period_is_a_deadline(folder: Path) -> None:
    """Half of four weeks after the offer came; with an unknown notice period, the days of the shipped rules."""
    wish, case = tactful.load(folder / "half-notice.yaml"), folder / "offered.yaml"
    due = {}
    for notice in ("4 weeks", "3 days", "unknown"):
        decision = _decide(wish, case, "2026-12-18 13:00:00", {"candidate.notice_period": notice})
        [answer] = [action for action in decision.actions if action.action == "answer_offer"]
        due[notice] = (f"{answer.due:%d %b %H:%M}", answer.because[0].text)
    assert due == {
        "4 weeks": ("01 Jan 12:00", "Answer within 2 weeks."),
        "3 days": ("20 Dec 00:00", "Answer within 36 hours."),
        "unknown": ("25 Dec 12:00", "Answer within 7 days."),
    }


def test_the_text_after_the_second_message_is_another(folder: Path) -> None:
    """Where one message was sent there is one text, and another where two were."""
    wish, texts = tactful.load(folder / "texts.yaml"), []
    for direction in ("received", "sent"):
        decision = _decide(wish, folder / "asked.yaml", "2026-11-30 10:30:00", {"message[1].direction": direction})
        [write] = [action for action in decision.actions if action.action == "email_follow_up"]
        texts += [reason.text for reason in write.because if reason.rule == "follow-up"]
    assert texts == [
        "Ask in two friendly sentences how things stand.",
        "Say that this is your last message, and wish them well.",
    ]
