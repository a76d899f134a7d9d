"""Advice as text: in sections by what it asks for, in short or in full, with those who get the same advice together."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

import tactful
from tactful.formats.text import render_decision
from tactful.formats.text.console import plain_console

PACK = """
actions:
  write:
    about: Write.
    label: "Write to {person.name|your contact}"
    steps: [Be brief., Read it aloud before you send it off.]
  ring: {about: Call., label: "Call {application.company|them}"}
  rest: {about: Wait., kind: wait, label: "Give {application.company|them} time"}
  ask: {about: Ask., label: Ask to stay}
  look: {about: Look around., kind: standing, label: Look around}
  leave: {about: Leave., kind: standing, label: Leave your job}
rules:
  write-to-all:
    about: Write.
    source: Our own practice
    for each: person
    then: {should: write}
    by: 2 days after application.reply_by
    because: "{person.name|Somebody} reads what {application.company} gets."
    priority: 80
  mention-it:
    about: Mention it.
    source: Our own practice
    for each: person
    when: {person.topics: known}
    then: {step: "Mention {person.topics}, {person.name}.", of: write}
    because: It shows.
    priority: 80
  by-name:
    about: Names.
    source: Our own practice
    for each: person
    then: {step: "Spell {person.name|it} right.", of: write}
    because: It shows.
    priority: 70
  no-calls:
    about: No calls.
    source: Our own practice
    for each: application
    then: {must_not: ring}
    by: application.reply_by
    because: "{application.company} is busy."
    priority: 60
  rest-now:
    about: Wait.
    source: Our own practice
    for each: application
    when: {application.status: interviewing}
    then: {should: rest}
    by: application.reply_by
    because: "{application.company} has a lot to read."
    priority: 40
  rest-well:
    about: Rest well.
    source: Our own practice
    for each: application
    when: {application.signals: reposted}
    then: {step: Read nothing into it., of: rest}
    because: It means little.
    priority: 40
  ask-today:
    about: Ask.
    source: Our own practice
    for each: candidate
    when: {candidate.notice_given: yes}
    then: {should: ask}
    because: It is often possible.
    priority: 98
  look-on:
    about: Look on.
    source: Our own practice
    for each: candidate
    then: {should: look}
    because: It helps.
    priority: 10
  stay:
    about: Stay.
    source: Our own practice
    for each: candidate
    when: {candidate.considering_quitting: yes}
    then: {must_not: leave}
    because: Nothing is signed.
    priority: 97
"""
NOW = "2026-11-24T10:00:00+00:00"


def _told(*applications: dict[str, Any], full: bool = False, only: str | None = None, **candidate: Any) -> list[str]:
    """The lines of the advice for a case."""
    case = {
        "candidate": {"id": "sam", "time_zone": "UTC", **candidate},
        "applications": list(applications),
        "now": NOW,
    }
    out = io.StringIO()
    render_decision(tactful.loads(PACK).decide(case), plain_console(out, 80), only, full=full)
    return out.getvalue().splitlines()


def _acme(*people: dict[str, Any], **facts: Any) -> dict[str, Any]:
    return {"id": "acme", "company": "Acme", "reply_by": "2026-11-26", "people": list(people), **facts}


DANA = {"id": "dana", "name": "Dana Ruiz", "topics": ["trams"]}
LEE = {"id": "lee", "name": "Lee Park"}
END = ["", "With `--full`: every step, reason and source, and what was set aside"]


def test_people_with_the_same_advice_stand_together() -> None:
    """Their names are in one line; what differs in more than names is told of each, and other reasons are shown once."""
    assert _told(_acme(DANA, LEE, status="interviewing"))[1:] == [
        "",
        "What to do now",
        " 1. SHOULD  Write to Dana Ruiz and Lee Park – by Sat 28 Nov (in 4 days)",
        "    Dana Ruiz reads what Acme gets. The same goes for Lee Park.",
        "    - Be brief. Read it aloud before you send it off.",
        "    - Dana Ruiz: Mention trams, Dana Ruiz.",
        "",
        "What to leave alone",
        " 3. MUST NOT  Call Acme – until Thu 26 Nov",
        "    Acme is busy.",
        "",
        "What to wait for",
        " 4. SHOULD  Give Acme time – until Thu 26 Nov",
        "    Acme has a lot to read.",
        "",
        "Standing advice",
        " 5. SHOULD  Look around",
        *END,
    ]


def test_applications_to_one_company_have_their_roles() -> None:
    """Two jobs at a company are told apart by their roles, in short and in full. A company with a single job needs none."""
    jobs = [
        {"id": no, "company": "Acme", "role": role, "status": "interviewing", "reply_by": day, "people": [DANA]}
        for no, role, day in (("a", "Analyst", "2026-11-26"), ("b", "Planner", "2026-12-03"))
    ]
    beta = {"id": "beta", "company": "Beta", "role": "Cook", "status": "interviewing", "reply_by": "2026-11-30"}
    short, full = _told(*jobs, beta), _told(*jobs, beta, full=True)
    assert " 6. SHOULD  Give Acme time (Acme, Analyst) – until Thu 26 Nov" in short
    assert " 6. SHOULD  Give Acme time  (Acme, Analyst)" in full
    assert " 1. SHOULD  Write to Dana Ruiz  (Dana Ruiz, Acme, Analyst)" in full
    assert not any("Cook" in line for line in (*short, *full))


def test_in_full_each_advice_has_all_that_is_behind_it() -> None:
    """With ``full``, nobody is grouped, and each has the steps, reasons and sources."""
    lines = _told(_acme(DANA, LEE), full=True)
    assert lines[1:14] == [
        "",
        "What to do now",
        " 1. SHOULD  Write to Dana Ruiz  (Dana Ruiz, Acme)",
        "    by Sat 28 Nov (in 4 days)",
        "    - Be brief.",
        "    - Read it aloud before you send it off.",
        "    - Mention trams, Dana Ruiz.",
        "    - Spell Dana Ruiz right.",
        "    Dana Ruiz reads what Acme gets. [write-to-all; Our own practice]",
        "",
        " 2. SHOULD  Write to Lee Park  (Lee Park, Acme)",
        "    by Sat 28 Nov (in 4 days)",
        "    - Be brief.",
    ]
    assert lines[-3:] == ["Standing advice", " 4. SHOULD  Look around", "    It helps. [look-on; Our own practice]"]


def test_standing_advice_at_stake_comes_first() -> None:
    """Standing advice that outranks all there is to do is told first, with its reasons; other standing advice stays last."""
    lines = _told(_acme(LEE), considering_quitting=True)
    assert lines[1:6] == ["", "First of all", " 1. MUST NOT  Leave your job", "    Nothing is signed.", ""]
    assert lines[-len(END) - 2 :] == ["Standing advice", " 4. SHOULD  Look around", *END]


def test_standing_advice_at_stake_stands_among_what_is_to_do() -> None:
    """Standing advice that something outranks, and that outranks other things to do, is told between them, with its reasons."""
    lines = _told(_acme(LEE), considering_quitting=True, notice_given=True)
    assert lines[1:7] == [
        "",
        "What to do now",
        " 1. SHOULD  Ask to stay",
        "    It is often possible.",
        " 2. MUST NOT  Leave your job",
        "    Nothing is signed.",
    ]
    assert lines[7].startswith(" 3. SHOULD  Write to Lee Park")


def test_what_to_bear_in_mind_while_waiting_is_shown() -> None:
    """The steps of a wait stand below its reason."""
    lines = _told(_acme(status="interviewing", signals=["reposted"]))
    at = lines.index("    Acme has a lot to read.")
    assert lines[at + 1] == "    - Read nothing into it."


def test_standing_advice_alone_has_its_reasons() -> None:
    """Where there is nothing else, there is room for the reasons, and it is said that nothing needs doing."""
    assert _told()[1:] == [
        "",
        "Nothing needs doing now.",
        "",
        "Standing advice",
        " 1. SHOULD  Look around",
        "    It helps.",
        *END,
    ]


def test_what_one_company_would_tell_is_told_of_several() -> None:
    """The same advice for several companies is one block; people are told with their companies."""
    beta = {"id": "beta", "company": "Beta", "reply_by": "2026-11-26", "people": [{"id": "ann", "name": "Ann Lo"}]}
    lines = _told(_acme(LEE), beta)
    at = lines.index(" 1. SHOULD  Write to Lee Park (Acme) and Ann Lo (Beta)")
    assert lines[at + 1] == "    by Sat 28 Nov (in 4 days)"  # a line of its own, as both together do not fit
    assert " 3. MUST NOT  Call Acme and Beta – until Thu 26 Nov" in lines
    assert "    Acme is busy. The same goes for Beta." in lines


def test_a_single_application_needs_no_company() -> None:
    """With ``application``, only that application and the candidate are told of, and its company is not repeated."""
    beta = {"id": "beta", "company": "Beta", "reply_by": "2026-11-26", "people": [{"id": "ann", "name": "Ann Lo"}]}
    lines = _told(_acme(LEE), beta, only="acme")
    assert " 1. SHOULD  Write to Lee Park – by Sat 28 Nov (in 4 days)" in lines
    assert not any("Beta" in line for line in lines)


def test_many_waits_are_one_block_with_several_deadlines() -> None:
    """With many companies to wait for, each deadline has a line, and no reason is repeated."""
    waits = [
        {"id": f"c{day}", "company": f"Company {day}", "status": "interviewing", "reply_by": f"2026-11-{day}"}
        for day in (25, 26, 27, 28)
    ]
    lines = _told(*waits, {**waits[0], "id": "again", "company": "Company again"})
    start = lines.index("What to wait for")
    assert lines[start + 2 : start + 8] == [
        "    28 time",
        "    until Wed 25 Nov: Company again and Company 25",
        "    until Thu 26 Nov: Company 26",
        "    until Fri 27 Nov: Company 27",
        "    until Sat 28 Nov: Company 28",
        "",
    ]


def test_deadlines_of_one_day_are_one_line() -> None:
    """At a career fair each deadline is some minutes after the other. The day is shown once, with the first and last time."""
    waits = [
        {
            "id": f"c{no}",
            "company": f"Company {no}",
            "status": "interviewing",
            "reply_by": f"2026-11-26T{hour}:00+00:00",
        }
        for no, hour in enumerate(("15:30", "09:00", "12:15"))
    ]
    lines = _told(*waits)
    assert [line for line in lines if "until" in line] == ["    until Thu 26 Nov, 09:00–15:30"] * 2


def test_a_time_and_the_end_of_its_day_are_two_deadlines() -> None:
    """The end of a day is told as the day, which has no time to tell."""
    waits = [
        _acme(reply_by="2026-11-26"),
        {**_acme(reply_by="2026-11-26T09:00:00+00:00"), "id": "beta", "company": "Beta"},
    ]
    assert [line for line in _told(*waits) if "until" in line] == [
        " 1. MUST NOT  Call Beta – until Thu 26 Nov, 09:00",
        " 2. MUST NOT  Call Acme – until Thu 26 Nov",
    ]


def test_what_was_said_of_others_is_not_said_again() -> None:
    """A reason or step that differs in names alone from what stands above is left out."""
    beta = {"id": "beta", "company": "Beta", "reply_by": "2026-11-27", "people": [{"id": "ann", "name": "Ann Lo"}]}
    lines = _told(_acme(LEE), beta)
    at = lines.index(" 2. SHOULD  Write to Ann Lo (Beta) – by Sun 29 Nov (in 5 days)")
    assert lines[at - 2 : at + 2] == [
        "    Lee Park reads what Acme gets.",
        "    - Be brief. Read it aloud before you send it off. Spell Lee Park right.",
        lines[at],
        "",
    ]


@pytest.mark.parametrize(
    ("reply_by", "said"),
    [
        ("2026-11-26T15:30:00+00:00", "until Thu 26 Nov, 15:30"),
        ("2026-11-27T00:00:00+00:00", "until Thu 26 Nov"),
        ("2027-01-04", "until Mon 4 Jan 2027"),
    ],
)
def test_deadlines_are_written_as_people_write_them(reply_by: str, said: str) -> None:
    """The end of a day is the day, and the year is told where it is another one."""
    assert f" 1. MUST NOT  Call Acme – {said}" in _told(_acme(reply_by=reply_by))


def test_an_end_today_is_told_by_the_clock() -> None:
    """The hour and “today” say it all; the end of today is the day."""
    assert " 1. MUST NOT  Call Acme – until 15:30 today" in _told(_acme(reply_by="2026-11-24T15:30:00+00:00"))
    assert " 1. MUST NOT  Call Acme – until Tue 24 Nov" in _told(_acme(reply_by="2026-11-24"))


def test_a_deadline_where_clocks_differ_is_told_on_both() -> None:
    """The time at the company follows where it is another one, and nothing where the clocks agree."""
    there = _acme(reply_by="2026-11-26T15:30:00+00:00", time_zone="America/New_York")
    assert " 1. MUST NOT  Call Acme – until Thu 26 Nov, 15:30 (10:30 in New York)" in _told(there)
    near = _acme(reply_by="2026-11-26T15:30:00+00:00", time_zone="Europe/London")
    assert " 1. MUST NOT  Call Acme – until Thu 26 Nov, 15:30" in _told(near)
    lee = _acme(LEE, reply_by="2026-11-25T15:30:00+00:00", time_zone="America/New_York")
    assert any(line.endswith("(10:30 in New York; in 3 days)") for line in _told(lee))


@pytest.mark.parametrize(
    ("reply_by", "away"),
    [
        ("2026-11-20", "2 days ago, overdue"),
        ("2026-11-21", "yesterday, overdue"),
        ("2026-11-22", "today"),
        ("2026-11-23", "tomorrow"),
        ("2026-11-24", "in 2 days"),
    ],
)
def test_a_deadline_that_is_a_day_is_days_away(reply_by: str, away: str) -> None:
    """Nobody counts hours to the end of a day."""
    assert any(line.endswith(f"({away})") for line in _told(_acme(LEE, reply_by=reply_by)))


def test_what_is_overdue_says_so_and_what_was_to_be_kept_up_until_then_does_not() -> None:
    """A missed deadline is shown; a day until which something was to be left alone is over."""
    lines = _told(_acme(LEE, reply_by="2026-11-20"))
    assert " 1. SHOULD  Write to Lee Park – by Sun 22 Nov (2 days ago, overdue)" in lines
    assert " 2. MUST NOT  Call Acme" in lines


@pytest.mark.parametrize(
    ("reply_by", "said"),
    [
        ("2026-11-26", "Ask by Thu 26 Nov 2026."),
        ("2026-11-26T23:59:00+00:00", "Ask by Thu 26 Nov 2026, 23:59."),
        ("2026-11-27T00:00:00+00:00", "Ask by Fri 27 Nov 2026, 00:00."),
    ],
)
def test_sentences_tell_a_day_that_was_given_as_a_day(reply_by: str, said: str) -> None:
    """The last second of a day stands for the day. All ways of making the sentence agree."""
    pack = tactful.loads(PACK.replace('"{application.company} is busy."', '"Ask by {application.reply_by}."'))
    case = {"candidate": {"id": "sam", "time_zone": "UTC"}, "applications": [_acme(reply_by=reply_by)], "now": NOW}
    decision = pack.decide(case)
    assert decision.actions[0].because[0].text == said
    assert json.loads(decision.to_json())["actions"][0]["because"][0]["text"] == said


def test_steps_of_some_are_said_once_with_their_names() -> None:
    """People whose own steps are the same share a line."""
    people = [
        {"id": id_, "name": id_.title(), "topics": [topic]} for id_, topic in (("ann", "trams"), ("bob", "trams"))
    ]
    pack = tactful.loads(PACK.replace("Mention {person.topics}, {person.name}.", "Mention {person.topics}."))
    case = {"candidate": {"id": "sam", "time_zone": "UTC"}, "applications": [_acme(*people, LEE)], "now": NOW}
    out = io.StringIO()
    render_decision(pack.decide(case), plain_console(out, 80))
    assert [line for line in out.getvalue().splitlines() if "trams" in line] == ["    - Ann and Bob: Mention trams."]


def test_reasons_that_differ_in_days_are_much_the_same() -> None:
    """Where the same is said of several with other days, it is said in the words of the first of them."""
    pack = tactful.loads(
        "custom_facts: {person: {met: {type: moment, about: When they met.}}}"
        + PACK.replace("reads what {application.company} gets", "last met you on {person.met}")
    )
    people = [
        {"id": id_, "name": id_.title(), "custom": {"met": f"2026-11-{day}T15:00:00+00:00"}}
        for id_, day in (("ann", 17), ("bob", 18))
    ]
    case = {"candidate": {"id": "sam", "time_zone": "UTC"}, "applications": [_acme(*people)], "now": NOW}
    out = io.StringIO()
    render_decision(pack.decide(case), plain_console(out, 120))
    said = "    Ann last met you on Tue 17 Nov 2026, 15:00. Much the same goes for Bob."
    assert [line for line in out.getvalue().splitlines() if "last met" in line] == [said]
