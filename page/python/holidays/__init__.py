"""The public holidays of the page's years, in place of the library ``holidays``, which is too large for a page.

Their names are English, and those of the page's other languages where the library has them. ``table.json`` is made from that
library by ``page/bundle.py``. Other years have weekends and no holidays.
"""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from holidays.registry import COUNTRIES


@cache
def _table() -> Any:
    return json.loads(files("holidays").joinpath("table.json").read_bytes())


class _Calendar:
    """The holidays of a country or of a part of it: name by day."""

    code: str
    subdivisions: tuple[str, ...]
    supported_languages: tuple[str, ...]
    subdivisions_aliases: dict[str, str]

    def __init__(self, subdiv: str | None = None, language: str | None = None) -> None:
        table = _table()[self.code]
        part = table["parts"].get(subdiv, {})
        self._weekend = table["weekend"]
        self._names = {**table["days"], **part.get("days", {})}
        for day in part.get("not", ()):
            self._names.pop(day, None)
        told = table["told"].get(language, {})
        self._names = {day: told.get(name, name) for day, name in self._names.items()}
        self._turned = set(table["turned"]) ^ set(part.get("turned", ()))

    def __contains__(self, day: date) -> bool:
        return day.isoformat() in self._names

    def __getitem__(self, day: date) -> str:
        name: str = self._names[day.isoformat()]
        return name

    def is_working_day(self, day: date) -> bool:
        """Whether people work on that day: neither on weekends nor on holidays, with the exceptions of the country."""
        text = day.isoformat()
        return (day.weekday() not in self._weekend and text not in self._names) != (text in self._turned)


def __getattr__(name: str) -> type[_Calendar]:
    for known, code in COUNTRIES.values():
        if known == name:
            table = _table()[code]
            return type(
                name,
                (_Calendar,),
                {
                    "code": code,
                    "subdivisions": tuple(table["subdivisions"]),
                    "subdivisions_aliases": table["aliases"],
                    "supported_languages": ("en_US", *table["told"]),
                },
            )
    raise AttributeError(name)
