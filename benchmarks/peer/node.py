"""Peers in Node: each in a process that reads the bytes of cases and times its own decisions.

``JSON.parse``, preparation and ranking are JavaScript's own (``node/*.mjs``). The host sends tables of time zones and holidays
once, so that all peers use the same calendar.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from .places import Place
from .protocol import Decided, Fired
from .ranking import FORBIDDEN_BY, PLANS

FOLDER: Final = Path(__file__).parent / "node"
INSTALL: Final = f"npm install --prefix {FOLDER}"
#: The days that the tables cover: those of the generated cases and of their deadlines.
_FIRST: Final = date(2025, 11, 15)
_DAYS: Final = 485
_ZONES: Final = re.compile(rb'"time_zone":"([^"]+)"')
_COUNTRIES: Final = re.compile(rb'"country":"([^"]+)"')


class NodePeer:
    """A peer whose module in ``node/`` exports ``firing``."""

    name: str
    package: str
    says: tuple[str, ...]

    def __init__(self, name: str, package: str, module: str, says: tuple[str, ...], setup: Mapping[str, Any]) -> None:
        self.name, self.package, self.says = name, package, says
        self._module, self._setup = module, setup
        self._process: subprocess.Popen[str] | None = None
        self._placed: set[str] = set()

    @property
    def pid(self) -> int:
        """The process whose memory is measured."""
        return self._running.pid

    @property
    def version(self) -> str:
        """The version of the npm package."""
        package = json.loads((FOLDER / "node_modules" / self.package / "package.json").read_text())
        return str(package["version"])

    def load(self) -> None:
        """Start the process, and wait until it has compiled the policy. Raises ``ImportError`` if that is not possible."""
        node = shutil.which("node")
        if node is None:
            raise ImportError("There is no node on the PATH. Install Node 20 or later.")
        if not (FOLDER / "node_modules" / self.package).is_dir():
            raise ImportError(f"{self.package} is not installed: {INSTALL}")
        command = [node, str(FOLDER / "serve.mjs"), self._module]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        plans = {id_: plan._asdict() for id_, plan in PLANS.items()}
        forbidden_by = {action: sorted(by) for action, by in FORBIDDEN_BY.items()}
        self._write(json.dumps({"plans": plans, "forbidden_by": forbidden_by, **self._setup}))
        self._read()

    def fire(self, cases: Sequence[bytes]) -> list[list[Fired]]:
        """The firings of each case."""
        answers = self._ask("fire", cases, ranked=False)
        return [[(rule, key, due) for rule, key, due in firings] for firings in answers]

    def decide(self, cases: Sequence[bytes]) -> list[object]:
        """The ranked decision of each case, in the process's own form."""
        return list(self._ask("decide", cases, ranked=True))

    def summary(self, decided: object) -> Decided:
        """A decision in plain values."""
        kept, lost = ([_tuples(conclusion) for conclusion in part] for part in decided)  # type: ignore[attr-defined]
        return kept, lost

    def timed(self, cases: Sequence[bytes], *, ranked: bool) -> list[float]:
        """Seconds for each case, from its bytes to its firings or to the ranked decision."""
        return list(self._ask("time", cases, ranked=ranked))

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.communicate()
            self._process = None

    @property
    def _running(self) -> subprocess.Popen[str]:
        assert self._process is not None, "load it first"
        return self._process

    def _ask(self, do: str, cases: Sequence[bytes], *, ranked: bool) -> Any:
        self._send_tables(b"".join(cases))
        self._write(json.dumps({"do": do, "ranked": ranked, "count": len(cases)}))
        self._write("\n".join(case.decode() for case in cases))
        return json.loads(self._read())

    def _send_tables(self, cases: bytes) -> None:
        """Send the tables of places that have not occurred before."""
        zones = {"UTC", *(name.decode() for name in _ZONES.findall(cases))} - self._placed
        countries = {"", *(name.decode() for name in _COUNTRIES.findall(cases))} - self._placed
        if zones or countries:
            self._placed |= zones | countries
            self._write(json.dumps({"do": "places", **_tables(zones, countries)}))

    def _write(self, line: str) -> None:
        assert self._running.stdin is not None
        self._running.stdin.write(line + "\n")
        self._running.stdin.flush()

    def _read(self) -> str:
        assert self._running.stdout is not None
        line = self._running.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended; its messages are above.")
        return line


def _tuples(summary: list[Any]) -> Any:
    action, modality, target, priority, due, rules, alternatives, lost_to = summary
    pairs = (tuple((action, target) for action, target in part) for part in (alternatives, lost_to))
    return (action, modality, target, priority, due, tuple(rules), *pairs)


def _tables(zones: Iterable[str], countries: Iterable[str]) -> dict[str, Any]:
    """For each time zone its midnights and clock changes, and for each country its working days (see ``places.mjs``)."""
    days = [_FIRST + timedelta(days=no) for no in range(_DAYS)]
    return {
        "zones": {zone: _zone(ZoneInfo(zone), days) for zone in zones},
        "countries": {country: [Place("UTC", country or None).works(day) for day in days] for country in countries},
    }


def _zone(zone: ZoneInfo, days: Sequence[date]) -> dict[str, Any]:
    starts = [int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) for day in days]
    turns = {no: _turn(zone, start, end) for no, (start, end) in enumerate(pairwise(starts)) if end - start != 86_400}
    return {"first": days[0].isoformat(), "starts": starts, "turns": turns}


def _turn(zone: ZoneInfo, start: int, end: int) -> int:
    """The second of a day at which the clock changes."""
    before = _offset(zone, start)
    while end - start > 1:
        middle = (start + end) // 2
        if _offset(zone, middle) == before:
            start = middle
        else:
            end = middle
    return end


def _offset(zone: ZoneInfo, moment: int) -> timedelta | None:
    return datetime.fromtimestamp(moment, UTC).astimezone(zone).utcoffset()
