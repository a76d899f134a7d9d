"""Dated values and rules: in force at ``now``, crossed by plans to the second, and decided with as of another day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

import tactful
from tactful.cli.app import app
from tactful.formats.text.in_force import told
from tactful.testing.properties.drawing import drawn_cases

PACK = """
parameters:
  gap:
    values: {2026-01-01: 7 days, 2026-11-25: {value: 2 days, source: a poll}, 2027-01-10: 30 days}
    adjustable: {from: 1 day, to: 5 weeks}
    about: Days between two messages.
actions: {call: {about: Call., one per: application}}
rules:
  call:
    for each: application
    when: {application.reply_by: at least $gap ago}
    then: {should: call}
    because: "it is {$gap} ago"
"""
POLICY = tactful.loads(PACK)


def case(now: str, **parameters: Any) -> dict[str, Any]:
    """A case of a candidate in New York, who was promised an answer by noon of 22 November."""
    return {
        "now": now,
        "candidate": {"id": "me", "time_zone": "America/New_York"},
        "applications": [{"id": "a", "reply_by": "2026-11-22T12:00:00"}],
        "parameters": parameters,
    }


def sentences(policy: tactful.Policy, case_: dict[str, Any]) -> list[str]:
    """The reasons of the advice."""
    return [advice.because[0].text for advice in policy.decide(case_).actions]


def test_a_value_changes_at_midnight_at_the_place_of_the_candidate() -> None:
    """The last second before it has the old value, and the next second the new one."""
    assert sentences(POLICY, case("2026-11-25T04:59:59Z")) == []
    assert sentences(POLICY, case("2026-11-25T05:00:00Z")) == ["it is 2 days ago"]
    assert sentences(POLICY, case("2027-01-10T04:59:59Z")) == ["it is 2 days ago"]
    assert sentences(POLICY, case("2027-01-10T05:00:00Z")) == ["it is 30 days ago"]


def test_a_plan_crosses_the_change_to_the_second() -> None:
    """The advice begins at midnight where the candidate is, which is when the shorter wait comes into force."""
    plan = POLICY.plan(case("2026-11-23T12:00:00Z"), until=timedelta(days=10))
    (item,) = plan.items
    assert item.windows[0].start.astimezone(UTC) == datetime(2026, 11, 25, 5, tzinfo=UTC)


def test_another_day_has_other_values() -> None:
    """``as_of`` decides with the values of that day, at the case's own moment; a value that the case states still counts."""
    before, after = case("2026-11-24T17:00:00Z"), case("2027-02-01T00:00:00Z")
    assert sentences(POLICY, before) == []
    assert sentences(POLICY.as_of(date(2026, 11, 25)), before) == ["it is 2 days ago"]
    assert sentences(POLICY.as_of(date(2026, 11, 24)), after) == ["it is 7 days ago"]
    assert sentences(POLICY.as_of(date(1999, 1, 1)), after) == ["it is 7 days ago"]
    assert sentences(POLICY.as_of(date(2027, 1, 10)), case("2026-11-24T17:00:00Z", gap="1 day")) == ["it is 1 day ago"]


def test_a_policy_as_of_a_day_says_so() -> None:
    """The record of the decision names the day; a plan has no change left to cross."""
    policy = POLICY.as_of(datetime(2026, 11, 25, 23, tzinfo=UTC))
    decided = case("2026-11-23T12:00:00Z")
    assert b'"as_of":"2026-11-25"' in policy.decide(decided).to_json()
    assert b"as_of" not in POLICY.decide(decided).to_json()
    (item,) = policy.plan(decided, until=timedelta(days=10)).items
    assert item.windows[0].start.astimezone(UTC) == datetime(2026, 11, 24, 17, tzinfo=UTC)


def test_conditions_on_dates_stay() -> None:
    """A condition that an author states on the date is no dated rule."""
    policy = tactful.loads(PACK.replace("when: {", "when: {candidate.date: before 2026-12-01, "))
    assert sentences(policy.as_of(date(2027, 1, 10)), case("2026-11-30T00:00:00Z", gap="2 days")) == [
        "it is 2 days ago"
    ]
    assert sentences(policy.as_of(date(2026, 11, 25)), case("2026-12-02T00:00:00Z")) == []


def test_why_tells_since_when_a_value_is_in_force() -> None:
    """The first value has been in force since ever; a value that the case states is no dated value."""
    assert b'"since":"2026-11-25"' in _why(case("2026-11-26T00:00:00Z"))
    assert b'"since":"2027-01-10"' in _why(case("2027-01-11T00:00:00Z"))
    stated = _why(case("2026-11-26T00:00:00Z", gap="1 day"))
    assert b'"since":"2026-11-25"' not in stated
    assert b'"stated":true' in stated


def _why(case_: dict[str, Any]) -> bytes:
    return msgspec.json.encode(POLICY.decide(case_).why("call"))


def test_check_tells_what_ends_soon() -> None:
    """Values that change within 90 days are reported, and nothing else."""
    checked = POLICY.checked
    assert list(told(checked, date(2026, 8, 26).toordinal())) == []
    assert list(told(checked, date(2026, 8, 27).toordinal())) == [
        "parameter gap: 7 days, and from 2026-11-25 on 2 days"
    ]
    assert list(told(checked, date(2026, 11, 25).toordinal())) == [
        "parameter gap: 2 days, and from 2027-01-10 on 30 days"
    ]
    assert list(told(checked, date(2027, 1, 10).toordinal())) == []


def test_the_commands_take_another_day(tmp_path: Any) -> None:
    """``advise``, ``plan`` and ``why`` take ``--rules-as-of``, and ``check`` takes ``--at``."""
    (tmp_path / "pack.yaml").write_text(PACK)
    (tmp_path / "case.yaml").write_text(
        "now: 2026-11-24T17:00:00Z\ncandidate: {id: me, time_zone: America/New_York}\n"
        "applications: [{id: a, reply_by: 2026-11-22T12:00:00}]\n"
    )
    rules = ["--rules", str(tmp_path / "pack.yaml"), "--rules-as-of", "2026-11-25"]
    runner, path = CliRunner(), str(tmp_path / "case.yaml")
    assert "it is 2 days ago" in runner.invoke(app, ["advise", path, *rules]).output
    assert "since 25 November 2026" in runner.invoke(app, ["why", path, "call", *rules]).output
    assert runner.invoke(app, ["plan", path, *rules]).exit_code == 0
    result = runner.invoke(app, ["check", str(tmp_path / "pack.yaml"), "--at", "2026-12-01"])
    assert (result.exit_code, "from 2027-01-10 on 30 days" in result.output) == (0, True)


DATED = """
actions: {call: {about: Call., one per: application}, write: {about: Write., one per: application}}
rules:
  old: {until: 2026-12-31, for each: application, then: {should: call}, because: the old policy}
  new: {from: 2027-01-01, for each: application, then: {should: write}, because: the new policy}
  short: {from: 2027-02-01, until: 2027-02-10, for each: application, then: {may: call}, because: for some days}
"""


def test_rules_are_in_force_on_their_days() -> None:
    """Both days are included, at the place of the candidate; another day's rules are those of that day alone."""
    policy = tactful.loads(DATED)
    assert sentences(policy, case("2027-01-01T04:59:59Z")) == ["the old policy"]
    assert sentences(policy, case("2027-01-01T05:00:00Z")) == ["the new policy"]
    assert sorted(sentences(policy, case("2027-02-11T04:59:59Z"))) == ["for some days", "the new policy"]
    assert sentences(policy, case("2027-02-11T05:00:00Z")) == ["the new policy"]
    now = case("2026-11-24T17:00:00Z")
    assert sentences(policy.as_of(date(2027, 1, 31)), now) == ["the new policy"]
    assert sorted(sentences(policy.as_of(date(2027, 2, 1)), now)) == ["for some days", "the new policy"]
    assert [rule.id for rule in policy.as_of(date(2027, 1, 1)).checked.rules] == ["new"]


def test_check_tells_rules_that_are_not_in_force() -> None:
    """A rule is told before its first day, after its last, and when it ends within 90 days."""
    checked = tactful.loads(DATED).checked
    assert list(told(checked, date(2026, 10, 2).toordinal())) == [
        "rule new: not in force on 2026-10-02; it comes into force on 2027-01-01",
        "rule short: not in force on 2026-10-02; it comes into force on 2027-02-01",
    ]
    assert list(told(checked, date(2027, 2, 1).toordinal())) == [
        "rule old: not in force on 2027-02-01; it ended on 2026-12-31",
        "rule short: ends on 2027-02-10",
    ]


def test_drawn_cases_lie_around_the_days_of_rules() -> None:
    """Cases are drawn on the day before a change, around its midnight, and on the day after."""
    policy = tactful.loads(DATED)
    drawn = {str(case_["now"])[:10] for case_ in drawn_cases(policy, 150, 3)}
    assert {"2026-12-31", "2027-01-01", "2027-01-02", "2027-01-31", "2027-02-01", "2027-02-10", "2027-02-12"} <= drawn


@pytest.mark.parametrize("day", [date(9999, 1, 1), date(1900, 1, 1), "2027-01-01", None])
def test_what_is_no_day_of_the_calendars_is_refused(day: Any) -> None:
    """A year that calendars do not know, and a text, get an error that says what is taken."""
    with pytest.raises(tactful.TactfulError, match="`day`"):
        POLICY.as_of(day)
