"""Moments, amounts and tables that follow from facts: what they come to, by every engine."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from one_rule import ENGINES, NOTHING, case, due


def at(text: str) -> int:
    """Seconds since 1970."""
    return int(datetime.fromisoformat(text).astimezone(UTC).timestamp())


HEARD = {"heard_at": "2026-11-13T16:00:00-05:00"}
BOTH = {**HEARD, "asked_at": "2026-11-10T09:00:00-05:00"}
MOMENTS = [
    ("{is: application.heard_at}", HEARD, "2026-11-13T16:00:00-05:00"),
    ("{is: 2 days after application.heard_at}", HEARD, "2026-11-15T16:00:00-05:00"),
    ("{is: 1 business days after application.heard_at}", HEARD, "2026-11-16T16:00:00-05:00"),
    ("{is: 1 business days before application.heard_at}", HEARD, "2026-11-12T16:00:00-05:00"),
    ("{is: $gap after application.heard_at}", HEARD, "2026-11-23T16:00:00-05:00"),
    ("{is: $pace after application.heard_at}", HEARD, "2026-11-17T16:00:00-05:00"),
    ("{is: application.wait after application.heard_at}", HEARD, "2026-11-17T16:00:00-05:00"),
    ("{is: application.wait after application.heard_at}", {**HEARD, "size": "large"}, "2026-11-13T19:00:00-05:00"),
    ("{latest of: [application.heard_at, application.asked_at]}", BOTH, "2026-11-13T16:00:00-05:00"),
    ("{earliest of: [application.heard_at, application.asked_at]}", BOTH, "2026-11-10T09:00:00-05:00"),
    ("{first known of: [application.told_at, application.asked_at]}", BOTH, "2026-11-10T09:00:00-05:00"),
    ("{latest of: [application.told_at, application.heard_at]}", HEARD, "2026-11-13T16:00:00-05:00"),
    # Friday after hours, so on Monday at nine; and a Tuesday at nine is office time itself.
    (
        "{is: next office time after application.heard_at}",
        {"heard_at": "2026-11-13T17:00:00-05:00"},
        "2026-11-16T09:00:00-05:00",
    ),
    (
        "{is: next office time after application.heard_at}",
        {"heard_at": "2026-11-13T16:59:59-05:00"},
        "2026-11-13T16:59:59-05:00",
    ),
    (
        "{is: next office time after application.heard_at}",
        {"heard_at": "2026-11-17T06:00:00-05:00"},
        "2026-11-17T09:00:00-05:00",
    ),
    (
        "{is: next business day after application.heard_at}",
        {"heard_at": "2026-11-17T06:00:00-05:00"},
        "2026-11-18T09:00:00-05:00",
    ),
    (
        "{is: next business day after application.heard_at}",
        {"heard_at": "2026-11-25T10:00:00-05:00"},
        "2026-11-27T09:00:00-05:00",
    ),
]
UNKNOWN = [
    ("{is: application.heard_at}", {}),
    ("{is: 2 days after application.heard_at}", {}),
    ("{is: candidate.spare after application.heard_at}", HEARD),
    ("{latest of: [application.told_at, application.heard_at]}", {}),
    ("{is: next office time after application.heard_at}", {}),
    ("{is: 3650 days after application.heard_at}", {"heard_at": "2198-01-01T00:00:00Z"}),
    ("{sum of: [candidate.score, candidate.other]}", HEARD),
    ("{difference of: [candidate.score, 1]}", HEARD),
    ("{larger of: [candidate.score, candidate.other]}", HEARD),
    ("{half of: candidate.spare}", HEARD),
]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("fact", "application", "wanted"), MOMENTS)
def test_moments_follow_from_facts(engine: str, fact: str, application: dict[str, Any], wanted: str) -> None:
    """A moment is taken, moved or picked; office hours are those where its row is."""
    assert due(engine, fact, case(application=application), by="application.result") == at(wanted)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("fact", "application"), UNKNOWN)
def test_what_no_operand_gives_is_unknown(engine: str, fact: str, application: dict[str, Any]) -> None:
    """An unknown operand gives an unknown value, and so does a moment beyond the years of calendars."""
    assert due(engine, fact, case(application=application)) is NOTHING


AMOUNTS = [
    ("{half of: candidate.spare}", "90 minutes", 45 * 60),
    ("{is: 25 % of candidate.spare}", "1 hour", 15 * 60),
    ("{is: 33.3 % of candidate.spare}", "1 hour", 1198),  # 1198.8 seconds, rounded down
    ("{sum of: [candidate.spare, 1 hours]}", "1 hour", 7200),
    ("{difference of: [candidate.spare, 2 hours]}", "1 hour", 0),  # never below zero
    ("{difference of: [candidate.spare, 15 minutes]}", "1 hour", 45 * 60),
    ("{larger of: [candidate.spare, 15 minutes]}", "1 hour", 3600),
    ("{smaller of: [candidate.spare, 15 minutes]}", "1 hour", 15 * 60),
    ("{sum of: [candidate.spare, {half of: candidate.spare}]}", "1 hour", 5400),
    ("{is: $gap}", "1 hour", 10 * 86_400),
]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("fact", "spare", "seconds"), AMOUNTS)
def test_durations_follow_from_facts(engine: str, fact: str, spare: str, seconds: int) -> None:
    """A duration counts in whole seconds, and moves a moment as one that is written out."""
    given = case({"spare": spare}, HEARD)
    assert (
        due(engine, fact, given, by="application.result after application.heard_at") == at(HEARD["heard_at"]) + seconds
    )


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("fact", "spare"),
    [("{sum of: [candidate.spare, candidate.spare]}", "2000 days"), ("{is: 9999 % of candidate.spare}", "100 days")],
)
def test_a_duration_of_more_than_ten_years_is_unknown(engine: str, fact: str, spare: str) -> None:
    """No length of time is longer, whether it is written out or follows from others."""
    assert due(engine, fact, case({"spare": spare})) is NOTHING


NUMBERS = [
    ("{sum of: [candidate.score, candidate.other]}", 1, 2, "3"),
    ("{difference of: [candidate.score, candidate.other]}", 1, 2.5, "-1.5"),
    ("{larger of: [candidate.score, candidate.other]}", 1, 2.5, "2.5"),
    ("{half of: candidate.score}", 3, 0, "1.5"),
    ("{is: 12.5 % of candidate.score}", 80, 0, "10"),
]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("value", "other"), [("yes", "no"), ("no", "yes")])
def test_a_yes_or_no_is_the_same_in_every_case(engine: str, value: str, other: str) -> None:
    """``is`` states it, and no fact has to be known."""
    assert due(engine, f"{{is: {value}}}", case(), wanted=value) is None
    assert due(engine, f"{{is: {value}}}", case(), wanted=other) is NOTHING


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("fact", "score", "other", "wanted"), NUMBERS)
def test_numbers_follow_from_facts(engine: str, fact: str, score: float, other: float, wanted: str) -> None:
    """A number is compared like one that is given."""
    assert due(engine, fact, case({"score": score, "other": other}), wanted=wanted) is None
    assert due(engine, fact, case({"score": score, "other": other}), wanted=f"not {wanted}") is NOTHING
