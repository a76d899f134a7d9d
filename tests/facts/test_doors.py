"""One value means the same by every door: file, bytes, text, mapping, and text columns of tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

import pyarrow as pa
import pytest

import tactful

POLICY: Final = tactful.loads(
    """
pack: {name: probe, version: 1}
custom_facts:
  application:
    n: {type: number}
actions:
  poke: {about: Probe., label: Poke}
rules:
  r1:
    about: Probe.
    source: none
    for each: interview
    when: {interview.status: held}
    then: {should: poke}
    by: 1 business days after interview.ended_at
    because: x
"""
)
NUMBERS: Final = (
    "0.30000000000000004", "1e-07", "-0", "-0.0", "5", "1E5", "-1e5", "0.1234567890123", "1e22", "12345678901234.567",
    "9007199254740991", "9007199254740992", "-9007199254740992",
)  # fmt: skip
NO_NUMBERS: Final = (
    "1e400", "-1e400", "true", '"5"', "[5]", "{}", "9007199254740993", "-9007199254740993", "12345678901234567890123",
)  # fmt: skip
MOMENTS: Final = (
    "2026-11-19T23:59:59.9999999-05:00", "2026-11-19T23:59:59.9999995Z", "2026-11-19T23:59:59.9999999",
    "2026-11-19T23:59:59.999999999999-05:00", "2026-11-19T23:59:59.5Z", "2026-11-19T23:59:59Z", "2026-11-19T23:59:59+00:00",
    "2026-11-19T23:59:59-00:00", "2026-11-19t10:00:00z", "2026-11-19 10:00:00Z", "2026-11-19T10:00Z", "1971-01-01T00:00:00Z",
    "1971-01-01T00:00:00+14:00", "2026-03-08T02:30:00", "2026-11-01T01:30:00", "2026-11-19T10:00:00+0500",
    "2026-11-19T10:00:00+23:59",
)  # fmt: skip
NO_MOMENTS: Final = (
    "2026-11-19T23:59:59+00:00:30", "2026-W47-4T10:00:00Z", "2026-11-19T24:00:00Z", "2026-11-19T23:59:60Z", "2026-11-19T10Z",
    "20261119T100000Z", "1970-01-01T00:00:00Z", "1970-12-31T23:59:59Z", "1970-12-31T23:00:00-12:00",
    "2199-01-01T00:00:00+12:00", "2199-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "2026-11-19", "2026-11-19T10:00:00+05",
    "2026-11-19T10:00:00+25:00", "2026-11-19T10:00:00,5Z", "2026-02-30T10:00:00Z", "0001-01-01T00:00:00+12:00",
    "9999-12-31T23:59:59-12:00", "", "soon", "1763546400", "2026-11-19T10:00:00Z ",
)  # fmt: skip
ENDED_AT: Final = "applications[0].interviews[0].ended_at"


def _case(number: str, moment: str) -> str:
    return (
        '{"now": "2026-11-30T15:00:00Z", "candidate": {"id": "me", "time_zone": "America/New_York"}, "applications": '
        f'[{{"id": "a", "custom": {{"n": {number}}}, "interviews": '
        f'[{{"id": "i", "ended_at": {json.dumps(moment)}, "status": "held"}}]}}]}}'
    )


def _answers(text: str) -> list[Any]:
    """The number, the moment and the advice by each door; or the codes and paths of the refusal."""
    doors: tuple[Callable[[], Any], ...] = (
        lambda: POLICY.read_text(text, "case.json"),
        lambda: POLICY.read_text(text, "case.yaml"),
        lambda: POLICY.read(text),
        lambda: POLICY.read(text.encode()),
        lambda: POLICY.read(json.loads(text)),
    )
    return [_answer(door) for door in doors]


def _answer(door: Callable[[], Any]) -> Any:
    try:
        case = door()
    except tactful.InvalidInput as error:
        return {(problem.code, problem.path) for problem in error.diagnostics}
    family = case.families[0]
    advice = [(advice.action, advice.due) for advice in POLICY.decide(case).actions]
    return repr(family.application.custom["n"]), family.interviews[0].ended_at, advice


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers(number: str) -> None:
    """A number that JSON can hold is taken by every door, and is the same."""
    first, *others = _answers(_case(number, "2026-11-19T10:00:00Z"))
    assert isinstance(first, tuple), first
    assert others == [first] * len(others)


@pytest.mark.parametrize("number", NO_NUMBERS)
def test_what_is_no_number(number: str) -> None:
    """What is none, is infinite, or is whole and beyond 2^53, is refused by every door at its place."""
    answers = _answers(_case(number, "2026-11-19T10:00:00Z"))
    assert all({path for _, path in answer} == {"applications[0].custom.n"} for answer in answers), answers
    assert answers == [answers[0]] * len(answers)


@pytest.mark.parametrize("moment", MOMENTS)
def test_moments(moment: str) -> None:
    """A moment is the same second by every door. Fractions are dropped; a decoder once rounded them up to the next day."""
    first, *others = _answers(_case("1", moment))
    assert isinstance(first, tuple), first
    assert others == [first] * len(others)
    tables = POLICY.decide_tables(_tables(moment))
    assert tables.rejects.num_rows == 0
    assert [int(due.timestamp()) for due in tables.actions["due"].to_pylist()] == [
        int(due.timestamp()) for _, due in first[2]
    ]


@pytest.mark.parametrize("moment", NO_MOMENTS)
def test_what_is_no_moment(moment: str) -> None:
    """What is none, or is out of range, is refused by every door with the same code and path."""
    answers = _answers(_case("1", moment))
    assert answers == [{("T206", ENDED_AT)}] * len(answers)
    assert POLICY.decide_tables(_tables(moment)).rejects["code"].to_pylist() == ["T206"]


def _tables(moment: str) -> dict[str, pa.Table]:
    return {
        "candidates": pa.Table.from_pylist(
            [{"candidate_id": "me", "time_zone": "America/New_York", "now": "2026-11-30T15:00:00Z"}]
        ),
        "applications": pa.Table.from_pylist([{"candidate_id": "me", "application_id": "a"}]),
        "interviews": pa.Table.from_pylist(
            [{"candidate_id": "me", "application_id": "a", "interview_id": "i", "ended_at": moment, "status": "held"}]
        ),
    }


@pytest.mark.parametrize(
    "now",
    [
        datetime.max,
        datetime.max.replace(tzinfo=UTC),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))),
        datetime.min.replace(tzinfo=UTC),
        datetime(1969, 12, 31, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2199, 1, 1, tzinfo=UTC),
        datetime(2026, 1, 1),
        "2026-11-19T10:00:00Z",
        1.5,
    ],
)
def test_a_moment_to_decide_for_that_cannot_be_used(now: Any) -> None:
    """A `now` that is no aware datetime of the years 1971 to 2198 is an error with what it has to be, never a traceback."""
    case = _case("1", "2026-11-19T10:00:00Z")
    for ask in (POLICY.decide, POLICY.plan, POLICY.read):
        with pytest.raises(tactful.TactfulError, match="`now`"):
            ask(case, now)
    with pytest.raises(tactful.TactfulError, match="`now`"):
        POLICY.decide_tables(_tables("2026-11-19T10:00:00Z"), now)
