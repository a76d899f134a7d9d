"""How time grows with the size of cases and packs: ``python benchmarks/growth.py [--most 1000]``.

A row for each command and each part that is made larger: messages, people, applications, rules, facts in a chain, members
of a condition; with 1, 10, 100 and 1,000 of them. Times are CPU milliseconds of one call. ``exponent`` is the
slope between the last two sizes on a logarithmic scale: 1 for time in proportion to the size, 2 for a quadratic. Times
below ten milliseconds are too small for an exponent. A command that has left something out is marked with ``*``.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from rich.console import Console
from rich.table import Table

import tactful

NOW: Final = datetime(2026, 11, 20, 12, tzinfo=UTC)
SIZES: Final = (1, 10, 100, 1_000)
#: Times below this have no exponent, in milliseconds.
_LEAST: Final = 10.0
Subject = tuple[tactful.Policy, dict[str, Any], str]


def _case(messages: int = 1, people: int = 1, applications: int = 1) -> dict[str, Any]:
    """A case with ``applications``, each with ``people`` and ``messages``; the messages are spread over 300 days."""
    kinds = ("follow_up", "thank_you", "status_question", "answer")
    log = [
        {
            "person": f"p{no % people}",
            "direction": "sent" if no % 2 else "received",
            "kind": kinds[no % len(kinds)] if no % 2 else "other",
            "sent_at": (NOW - timedelta(days=300) * (messages - no) / messages - timedelta(minutes=3)).isoformat(),
        }
        for no in range(messages)
    ]
    own = {
        "status": "interviewing",
        "people": [{"id": f"p{no}"} for no in range(people)],
        "interviews": [{"id": "i", "ended_at": (NOW - timedelta(days=3)).isoformat(), "interviewers": ["p0"]}],
        "messages": log,
    }
    candidate = {"id": "kim", "time_zone": "Europe/Berlin", "country": "DE", "employed": False}
    return {
        "now": NOW.isoformat(),
        "candidate": candidate,
        "applications": [{"id": f"a{no}", **own} for no in range(applications)],
    }


def _pack(rules: int = 1, facts: int = 1, members: int = 1) -> tactful.Policy:
    """A pack with ``rules`` rules, a chain of ``facts`` facts, and ``members`` members in its condition."""
    lines = ["actions: {look: {about: Look.}}", "facts:"]
    lines.append("  application.f0: {exists: message, where: {message.sent_at: at most 40 days ago}}")
    for no in range(1, facts):
        before = f"application.f{no - 1}: yes"
        lines.append(
            f"  application.f{no}: {{when: {{any: [{{{before}, application.status: interviewing}}, "
            f"{{{before}, application.status: applied}}]}}}}"
        )
    lines.append("rules:")
    tests = ", ".join(f"{{application.reply_by: at most {no + 1} days ago}}" for no in range(members))
    for no in range(rules):
        lines.append(
            f"  r{no}: {{for each: application, when: {{application.f{facts - 1}: yes}}, unless: {{any: [{tests}]}}, "
            "then: {should: look}, because: So.}"
        )
    return tactful.loads("\n".join(lines) + "\n")


def _subjects(shipped: tactful.Policy) -> Mapping[str, Callable[[int], Subject]]:
    """The parts that are made larger: for each a pack, a case and an action to ask about, by size."""
    return {
        "messages": lambda size: (shipped, _case(messages=size), "follow_up"),
        "people": lambda size: (shipped, _case(people=min(size, 500)), "follow_up"),
        "applications": lambda size: (shipped, _case(applications=min(size, 200)), "follow_up"),
        "rules": lambda size: (_pack(rules=size), _case(messages=10), "look"),
        "facts in a chain": lambda size: (_pack(facts=min(size, 50)), _case(messages=10), "look"),
        "members": lambda size: (_pack(members=size), _case(messages=10), "look"),
    }


def _commands(policy: tactful.Policy, case: tactful.Case, action: str) -> Mapping[str, Callable[[], bool]]:
    """The commands. Each returns whether it left something out."""

    def later() -> tactful.Decision:
        return policy.decide(case, NOW + timedelta(days=2))

    return {
        "decide": lambda: not policy.decide(case),
        "to_json": lambda: not policy.decide(case).to_json(),
        "why": lambda: policy.decide(case).why(action).incomplete is True,
        "flip": lambda: any(
            flips.incomplete is True for flips in policy.decide(case).why(action, flip=True).flips or ()
        ),
        "questions": lambda: bool(policy.decide(case).questions) and policy.decide(case).questions_incomplete,
        "plan": lambda: policy.plan(case).record().incomplete is True,
        "compare": lambda: not policy.decide(case).compare(later()),
    }


def _measured(command: Callable[[], bool]) -> tuple[float, bool]:
    """CPU milliseconds of one call, and whether it left something out."""
    start = time.process_time()
    cut = command()
    return (time.process_time() - start) * 1000, cut


def _exponent(before: float, after: float, ratio: float) -> str:
    return "" if before < _LEAST or ratio <= 1 else f"{math.log(after / before) / math.log(ratio):.1f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=SIZES[-1], help="the largest size")
    sizes = [size for size in SIZES if size <= parser.parse_args().most]
    shipped = tactful.load()
    table = Table(title="CPU milliseconds by size")
    for column in ("larger", "command", *map(str, sizes), "exponent"):
        table.add_column(column, justify="left" if column in ("larger", "command") else "right")
    for name, subject in _subjects(shipped).items():
        times: dict[str, list[tuple[float, bool]]] = {}
        for size in sizes:
            policy, data, action = subject(size)
            case = policy.read(data)
            for command, call in _commands(policy, case, action).items():
                times.setdefault(command, []).append(_measured(call))
        for command, row in times.items():
            cells = [f"{spent:.1f}{'*' if cut else ''}" for spent, cut in row]
            slope = _exponent(row[-2][0], row[-1][0], sizes[-1] / sizes[-2]) if len(row) > 1 else ""
            table.add_row(name, command, *cells, slope)
    Console(width=130).print(table)


if __name__ == "__main__":
    main()
