"""How time grows with the size of cases and packs: ``nice python benchmarks/growth.py [--most 1000]``.

A row for each command and each part that is made larger, with 1, 10, 100 and 1,000 of it, or as many as the limits allow.
Times are CPU milliseconds of one call. ``exponent`` is the slope between the last two sizes on a logarithmic scale: 1 for
time in proportion to the size, 2 for a quadratic. Times below ten milliseconds are too small for an exponent. ``*`` marks
a command that has left something out, and ``refused`` an error with a code.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

import tactful
from tactful.batch.decide import Columnar
from tactful.batch.lines import Line
from tactful.batch.model import Options
from tactful.language.check import check_pack
from tactful.language.lint import lint_pack
from tactful.language.load import load_pack_text

NOW: Final = datetime(2026, 11, 20, 12, tzinfo=UTC)
SIZES: Final = (1, 10, 100, 1_000)
#: Times below this have no exponent, in milliseconds.
_LEAST: Final = 10.0
#: The text of a pack (``None``: the shipped one), a case and an action to ask about.
Subject = tuple[str | None, dict[str, Any], str]


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


def _pack(rules: int = 1, facts: int = 1, members: int = 1) -> str:
    """A pack with so many rules, a chain of so many facts (each names the fact before twice), and so many members."""
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
    return "\n".join(lines) + "\n"


#: Each person's fact looks at all messages, and the end of the rule is searched for.
PAIRS: Final = """
actions: {look: {about: Look.}}
facts:
  person.busy: {count: message, where: {message.sent_at: at most 40 days ago, message.kind: thank_you}}
rules:
  r: {for each: person, when: {person.busy: at least 1}, then: {should: look}, because: So.}
"""


def _subjects() -> Mapping[str, tuple[int, Callable[[int], Subject]]]:
    """The parts that are made larger: how many there may be, and what is decided on, by size."""
    few = _case(messages=10)
    return {
        "messages": (5_000, lambda size: (None, _case(messages=size), "follow_up")),
        "people": (500, lambda size: (None, _case(people=size), "follow_up")),
        "applications": (200, lambda size: (None, _case(applications=size), "follow_up")),
        "people and messages, all pairs": (500, lambda size: (PAIRS, _case(people=size, messages=size), "look")),
        "rules": (10_000, lambda size: (_pack(rules=size), few, "look")),
        "facts in a chain": (66, lambda size: (_pack(facts=size), few, "look")),
        "members": (10_000, lambda size: (_pack(members=size), few, "look")),
    }


def _commands(text: str | None, data: dict[str, Any], action: str) -> Mapping[str, Callable[[], bool]]:
    """The commands. Each returns whether it left something out."""
    policy = tactful.load() if text is None else tactful.loads(text)
    case, line = policy.read(data), Line(1, msgspec.json.encode(data))
    tables = policy.tables([case])
    options = Options(words=True)

    def checked() -> bool:
        pack = load_pack_text(text or "extends: default", "pack")
        return any(warning.code == "T910" for warning in lint_pack(pack, check_pack(pack)))

    def later() -> tactful.Decision:
        return policy.decide(case, NOW + timedelta(days=2))

    def flipped() -> bool:
        flips = policy.decide(case).why(action, flip=True).flips
        return isinstance(flips, tuple) and any(one.incomplete is True for one in flips)

    def in_tables() -> bool:
        rejects: int = policy.decide_tables(tables).rejects.num_rows
        return rejects > 0

    return {
        "check": checked,
        "decide": lambda: not policy.decide(case),
        "to_json": lambda: policy.decide(case).record().incomplete is True,
        "why": lambda: policy.decide(case).why(action).incomplete is True,
        "flip": flipped,
        "questions": lambda: bool(policy.decide(case).questions) and policy.decide(case).questions_incomplete,
        "plan": lambda: policy.plan(case).record().incomplete is True,
        "compare": lambda: not policy.decide(case).compare(later()),
        "tables": in_tables,
        "batch, with words": lambda: Columnar(policy, options, 0).lines([line]).rejected > 0,
    }


def _measured(command: Callable[[], bool]) -> tuple[float, str]:
    """CPU milliseconds of one call, and its mark."""
    start = time.process_time()
    try:
        mark = "*" if command() else ""
    except tactful.InvalidInput:
        mark = " refused"
    return (time.process_time() - start) * 1000, mark


def _exponent(sizes: list[int], times: list[float]) -> str:
    if len(sizes) < 2 or times[-2] < _LEAST or sizes[-1] == sizes[-2]:
        return ""
    return f"{math.log(times[-1] / times[-2]) / math.log(sizes[-1] / sizes[-2]):.1f}"


def main() -> None:
    """Print the table, in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=SIZES[-1], help="the largest size")
    parser.add_argument("--only", default="", help="a part of what is made larger, such as `chain`")
    arguments = parser.parse_args()
    sizes = [size for size in SIZES if size <= arguments.most]
    print("| larger | command |", " | ".join(f"{size:,}" for size in sizes), "| exponent |")
    print("|---|---|", "---|" * (len(sizes) + 1), sep="")
    for name, (most, subject) in _subjects().items():
        if arguments.only not in name:
            continue
        own = [min(size, most) for size in sizes]
        rows: dict[str, list[tuple[float, str]]] = {}
        for size in own:
            for command, call in _commands(*subject(size)).items():
                if size == own[0]:
                    _measured(call)  # the first call of a command imports modules
                rows.setdefault(command, []).append(_measured(call))
        label = name if own[-1] == sizes[-1] else f"{name} ({own[-1]} at most)"
        for command, row in rows.items():
            cells = " | ".join(f"{spent:,.1f}{mark}" for spent, mark in row)
            print(f"| {label} | {command} | {cells} | {_exponent(own, [spent for spent, _ in row])} |", flush=True)


if __name__ == "__main__":
    main()
