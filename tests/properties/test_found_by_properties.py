"""Cases that properties failed on at first, as small as they were made."""

from __future__ import annotations

from typing import Any

import pytest

import tactful


def test_nobody_waits_until_a_day_that_is_over() -> None:
    """P14: signed after the day to begin; the advice was to wait until that day."""
    case: dict[str, Any] = {
        "now": "2026-11-25T13:00:00-05:00",
        "candidate": {"id": "c"},
        "applications": [
            {
                "id": "a1",
                "offer": {
                    "form": "written",
                    "signed_at": "2026-11-24T13:00:00-05:00",
                    "conditional": False,
                    "start_on": "2026-11-22T13:00:00-05:00",
                },
            }
        ],
    }
    ready = next(action for action in tactful.load().decide(case).actions if action.action == "settle_in")
    assert ready.due is None
    assert [one.rule for one in ready.because] == ["first-day-has-come"]


NOTED = """
custom_facts: {candidate: {trip: moment}}
actions: {note: {about: A note.}}
rules: {r: {for each: candidate, when: {candidate.trip: past}, then: {should: note}, because: So.}}
"""


def codes(policy: tactful.Policy, case: dict[str, Any]) -> list[str]:
    """The codes of all mistakes in a case given as plain data, which is read as JSON."""
    with pytest.raises(tactful.InvalidInput) as caught:
        policy.read(case)
    return [diagnostic.code for diagnostic in caught.value.diagnostics]


def test_a_day_without_a_time_zone_is_refused_in_json_as_in_yaml() -> None:
    """The dash before the day was taken for an offset, so that the day ended when it ends in UTC."""
    case: dict[str, Any] = {"candidate": {"id": "c"}, "applications": [{"id": "a", "reply_by": "2026-11-27"}]}
    assert codes(tactful.load(), case) == ["T207"]


@pytest.mark.parametrize(
    ("moment", "code"),
    [("2026-11-27", "T207"), ("2026-11-27T10:00", "T207"), ("9999-12-31", "T206"), ("1960-01-01T00:00Z", "T206")],
)
def test_a_custom_moment_is_bounded_as_all_moments_are(moment: str, code: str) -> None:
    """JSON took any; the last day of the year 9999 ended in a traceback."""
    assert codes(tactful.loads(NOTED), {"candidate": {"id": "c", "custom": {"trip": moment}}}) == [code]


@pytest.mark.parametrize("part", ["time_zone", "country"])
def test_an_empty_text_is_no_place_in_json_either(part: str) -> None:
    """JSON took an empty time zone for UTC, and an empty country of an application for the candidate's."""
    place: dict[str, Any] = {"id": "x", part: ""}
    assert codes(tactful.load(), {"candidate": place}) == ["T208"]
    assert codes(tactful.load(), {"candidate": {"id": "c"}, "applications": [place]}) == ["T208"]
    people: dict[str, Any] = {"id": "a", "people": [place]}
    assert codes(tactful.load(), {"candidate": {"id": "c"}, "applications": [people]}) == ["T208"]
