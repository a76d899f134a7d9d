"""What memory hostile cases leave behind: ``python benchmarks/hostile.py [--most 100000]``.

One process decides on cases that have nothing in common: every time zone and country with its subdivisions, every year
from 1971 to 2198, every offset, ids and names as long as they may be and never the same. Every tenth is refused. After a
thousand, ten thousand and so on, a row says how much memory the process has, and had at most.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from pathlib import Path
from typing import Any, Final

import holidays
from rich.console import Console
from rich.table import Table

import tactful
from tactful.facts.places import country_exists, time_zones

FIRST: Final = 1_000
#: Characters of ids and names that no two cases share.
LONG: Final = 120


def hostile_cases(seed: int = 0) -> Iterator[bytes]:
    """Cases without an end, as JSON; the same for the same seed."""
    draw = random.Random(seed)
    zones = sorted(time_zones())
    countries = [
        place
        for code, parts in sorted(holidays.list_supported_countries().items())
        if country_exists(code)
        for place in (code, *(f"{code}-{part}" for part in parts))
    ]
    for no in count():
        case = _case(draw, no, zones[no % len(zones)], draw.choice(countries))
        if no % 10 == 9:
            case["applications"][0][f"wrong{no}"] = case["candidate"]["country"] = f"{no:x}" * 5
        yield json.dumps(case).encode()


def _case(draw: random.Random, no: int, zone: str, country: str) -> dict[str, Any]:
    offset = timezone(timedelta(minutes=draw.randrange(-1_439, 1_440)))
    now = datetime(draw.randrange(1971, 2199), draw.randrange(1, 13), 15, 12, tzinfo=offset)
    person = f"{no}-".ljust(LONG, "p")
    return {
        "now": now.isoformat(),
        "candidate": {"id": f"{no}-".ljust(LONG, "c"), "time_zone": zone, "country": country},
        "applications": [
            {
                "id": f"{no}-".ljust(LONG, "a"),
                "company": f"{no}-".ljust(LONG, "x"),
                "status": "interviewing",
                "reply_by": (now + timedelta(days=20)).isoformat(),
                "people": [{"id": person, "name": f"{no}-".ljust(LONG, "n"), "role": "recruiter"}],
                "interviews": [
                    {"id": f"i{no}", "ended_at": (now - timedelta(days=2)).isoformat(), "interviewers": [person]}
                ],
            }
        ],
    }


def decide(policy: tactful.Policy, case: bytes) -> bool:
    """Decide on a case, and put the decision in words. False if it is refused."""
    try:
        policy.decide(case).to_json()
    except tactful.InvalidInput as error:
        str(error)
        return False
    return True


def memory() -> tuple[float, float]:
    """The memory of this process now, and at most so far, in MB. Linux alone has these numbers."""
    lines = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(lines["VmRSS"].split()[0]) / 1024, int(lines["VmHWM"].split()[0]) / 1024


def measured(most: int) -> Iterator[tuple[int, int, float, float, float]]:
    """After each power of ten: cases, how many were refused, seconds of CPU time, MB now, MB at most."""
    policy = tactful.load()
    cases, refused, start, after = hostile_cases(), 0, time.process_time(), FIRST
    for no in range(1, most + 1):
        refused += not decide(policy, next(cases))
        if no in (after, most):
            gc.collect()
            yield no, refused, time.process_time() - start, *memory()
            after *= 10


def main() -> None:
    """Print a row for each power of ten."""
    parser = argparse.ArgumentParser(description="what memory hostile cases leave behind")
    parser.add_argument("--most", type=int, default=100_000)
    table = Table("cases", "refused", "seconds", "MB", "MB at most", title=f"{datetime.now(UTC):%d %B %Y}")
    for cases, refused, seconds, now, peak in measured(parser.parse_args().most):
        row = (f"{cases:,}", f"{refused:,}", f"{seconds:,.1f}", f"{now:,.0f}", f"{peak:,.0f}")
        table.add_row(*row)
        print(*row, flush=True)
    Console().print(table)


if __name__ == "__main__":
    main()
