"""The cost of a plan, of questions and of a counterfactual: ``python benchmarks/plan.py``.

The bars: a plan of six weeks for three applications costs at most 200 times as much as a decision from bytes, and questions
for such a case take less than 50 ms. All are measured in turn in one run, and the best of several rounds is shown.
"""

from __future__ import annotations

import time
import timeit
from collections.abc import Callable
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from frozen import frozen_policy
from tactful.reasons.what_if.counterfactuals import Counterfactuals, Wish

ROUNDS = 7


def _message(person: str, direction: str, sent_at: str, kind: str) -> dict[str, str]:
    return {"person": person, "direction": direction, "sent_at": sent_at, "channel": "email", "kind": kind}


def _application(id_: str, zone: str, people: int, phone: bool) -> dict[str, Any]:
    roles = ("hiring_manager", "interviewer", "recruiter")
    them = [{"id": f"p{no}", "name": f"Person {no}", "role": roles[no % 3]} for no in range(people)]
    if phone:
        them[0]["prefers"] = "phone"
        them[-1]["invited_call"] = True  # type: ignore[assignment]
    messages = [
        _message("p0", "received", "2026-11-12T09:00:00-05:00", "invitation"),
        _message("p1", "sent", "2026-11-11T09:00:00-05:00", "thank_you"),
    ]
    interviews = [
        {"id": "one", "ended_at": "2026-11-10T16:30:00-05:00", "interviewers": ["p1"]},
        {"id": "two", "ended_at": "2026-11-21T16:30:00-05:00", "interviewers": ["p0", "p1"]},
    ]
    return {
        "id": id_,
        "company": id_.title(),
        "status": "interviewing",
        "time_zone": zone,
        "country": "US",
        "reply_by": "2026-11-27T17:00:00-05:00",
        "people": them,
        "interviews": interviews,
        "messages": messages,
    }


def _case(people: int, phone: bool) -> bytes:
    zones = ("America/New_York", "America/Los_Angeles", "America/New_York")
    applications = [_application(f"app{no}", zone, people, phone) for no, zone in enumerate(zones)]
    candidate = {"id": "c", "time_zone": zones[0], "country": "US", "employed": True}
    return msgspec.json.encode(
        {"now": "2026-11-23T10:00:00-05:00", "candidate": candidate, "applications": applications}
    )


def _best(*calls: tuple[Callable[[], object], int]) -> list[float]:
    """The best CPU time of each call in seconds. Calls take turns, so that a busy machine slows all of them alike."""
    rounds = [
        [timeit.timeit(call, timer=time.process_time, number=number) / number for call, number in calls]
        for _ in range(ROUNDS)
    ]
    return [min(column) for column in zip(*rounds, strict=True)]


def main() -> None:
    """Print the table."""
    pack = frozen_policy()
    table = Table(title="Six weeks ahead, three applications, two time zones")
    for column in ("case", "decision µs", "plan ms", "ratio", "changes", "questions ms", "asked", "flip ms"):
        table.add_column(column, justify="left" if column == "case" else "right")
    for name, people, phone in (("2 people each, nobody to call", 2, False), ("3 people each, two to call", 3, True)):
        data = _case(people, phone)
        case = pack.read(data)
        decision = pack.decide(case)
        target = case.families[0].people[0]
        wish = Wish("thank_you_note", False, target)
        decide, plan, questions, flip = _best(
            (lambda data=data: pack.decide(data), 500),  # type: ignore[misc]
            (lambda case=case: pack.plan(case), 3),  # type: ignore[misc]
            (lambda case=case: pack.decide(case).questions, 2),  # type: ignore[misc]
            (lambda decision=decision, wish=wish: Counterfactuals(decision.context).of(wish), 2),  # type: ignore[misc]
        )
        table.add_row(
            name,
            f"{decide * 1e6:.1f}",
            f"{plan * 1e3:.1f}",
            f"{plan / decide:.0f}",
            str(len(pack.plan(case).changes)),
            f"{questions * 1e3:.1f}",
            str(len(decision.questions)),
            f"{flip * 1e3:.1f}",
        )
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
