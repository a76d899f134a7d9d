"""Cases that properties failed on at first, as small as they were made."""

from __future__ import annotations

from typing import Any

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
    wait = next(one for one in tactful.load().decide(case).actions if one.action == "wait")
    assert wait.due is None
    assert [one.rule for one in wait.because] == ["signed-and-begun"]
