"""The value of a kind that was probably meant by a text that is none: dates, times of day, numbers and lengths of time."""

from __future__ import annotations

import re
from typing import Final

from tactful.facts.dates import MONTHS, parse_date, parse_day_of_year
from tactful.facts.kinds import (
    UNITS,
    ChoiceKind,
    CountryKind,
    DateKind,
    DayTimeKind,
    DurationKind,
    Kind,
    LengthKind,
    ListKind,
    MomentKind,
    NumberKind,
    YesNoKind,
    parse_day_time,
    parse_duration,
    parse_number,
)
from tactful.facts.places import country_exists, near_country
from tactful.source.suggest import near, near_part

# Only mistakes need these patterns, so they are compiled on first use.
_AMOUNT: Final = r"(?P<number>[0-9]+(?:\.[0-9]+)?)\s*(?P<unit>[A-Za-z][A-Za-z .]*)"
_DATES: Final = (
    r"(?P<month>[A-Za-z]{3,9})\.?\s+(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?(?:,?\s+(?P<year>[0-9]{4}))?",
    r"(?P<day>[0-9]{1,2})(?:\.|st|nd|rd|th)?\s+(?P<month>[A-Za-z]{3,9})\.?(?:,?\s+(?P<year>[0-9]{4}))?",
)
#: Beginnings of units as people shorten them.
_SHORT_UNITS: Final = {"min": "minutes", "h": "hours", "d": "days", "w": "weeks", "bus": "business days"}
#: Numbers in words, as people write them before a unit.
_IN_WORDS: Final = {"a": "1", "an": "1"} | {
    word: str(no)
    for no, word in enumerate(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), 1)
}
_MONTHS_OR_YEARS: Final = r"(?P<number>[0-9]+)\s*(?P<unit>month|year|quarter)s?"
_QUOTED: Final = r"""["'“„‘«/](?P<inside>[^"“”]*)["'”“’»/]"""


def unquoted(text: str) -> str:
    """A text without quotes around it, straight or typographic, and without the slashes of an expression."""
    match = re.fullmatch(_QUOTED, text)
    return text if match is None else match["inside"].strip()


def date_near(text: str) -> str | None:
    """The date, or the day of any year, that was probably meant: ``December 24`` is ``24 December``."""
    if not any(map(str.isdigit, text)):  # as in most deadlines
        return None
    match = re.fullmatch(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})", text.strip())
    if match is not None:
        return f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}"
    match = re.fullmatch(r"([0-9]{4})(?:[-/.]([0-9]{1,2}))?(?:[-/.]([0-9]{1,2}))?", text.strip())
    if match is not None:
        return f"{match[1]}-{int(match[2] or 1):02}-{int(match[3] or 1):02}"
    for form in _DATES:
        match = re.fullmatch(form, text.strip())
        month = None if match is None else among(match["month"], tuple(month.lower() for month in MONTHS))
        if match is not None and month is not None:
            no = [name.lower() for name in MONTHS].index(month) + 1
            if match["year"] is not None:
                return f"{match['year']}-{no:02}-{int(match['day']):02}"
            return f"{int(match['day'])} {MONTHS[no - 1]}"
    return None


def value_near(text: str, kind: Kind) -> str | None:
    """The value of a kind, or the length of time for a moment, that a text is near to."""
    match kind:
        case CountryKind():
            return text if country_exists(text) else near_country(text)
        case ChoiceKind(values=values) | ListKind(values=values) if values:
            return among(text, values)
        case NumberKind():
            return _number_near(text)
        case DurationKind() | MomentKind():
            return length_near(text)
        case DayTimeKind():
            return time_near(text)
        case DateKind():
            return date_near(text)
        case _:
            return None


def date_help(text: str) -> str:
    """The help for a text that is no date."""
    if parse_day_of_year(text) is not None:
        return "write it with its year, like `2027-01-01`"
    meant = date_near(text.partition("T")[0])
    exists = meant is not None and parse_date(meant) is not None
    return f"did you mean `{meant}`?" if exists else "write it like `2027-01-01`"


def moment_help(text: str, day_will_do: bool) -> str:
    """The help for a text that is no moment. ``day_will_do``: a day alone can stand for one."""
    first, _, rest = text.strip().partition("T" if "T" in text else " ")
    day = date_near(first) or ""
    time = time_near(rest)
    if parse_date(day) is not None and time is not None:
        return f"did you mean `{day}T{time}`?"
    if parse_date(day) is not None and not rest:
        return f"did you mean `{day}`?" if day_will_do else f"write `{day}T16:30`, with the time"
    return "write it like `2026-11-27T17:00:00-05:00`"


def literal_help(text: str, kind: Kind) -> str | None:
    """The help for a text that is no value of a kind."""
    match kind:
        case DurationKind() if "business" in text:
            return "business days can only move a moment: write days or weeks"
        case DurationKind() | LengthKind():
            return length_help(text, business=isinstance(kind, LengthKind))
        case YesNoKind():
            return "write `yes` or `no`"
        case _:
            meant = value_near(unquoted(text), kind)
            return None if meant is None or meant == text else f"did you mean `{meant}`?"


def among(text: str, values: tuple[str, ...]) -> str | None:
    """The value that a text begins, is in other letters, or is similar to."""
    word = re.sub(r"[\s-]+", "_", text.strip().lower()).rstrip(".")
    if word in values:
        return word
    begun = [value for value in values if len(word) > 1 and value.startswith(word)]
    return begun[0] if len(begun) == 1 else near(word, values) or near_part(word, values)


def _number_near(text: str) -> str | None:
    """The number that was probably meant: ``1_000`` is ``1000``, and ``two`` is ``2``."""
    number = _IN_WORDS.get(text.lower(), text)
    if re.fullmatch(r"[0-9]{1,3}(?:[_,' ][0-9]{3})+", number) is not None:
        number = re.sub(r"[_,' ]", "", number)
    elif re.fullmatch(r"[0-9]+,[0-9]+", number) is not None:
        number = number.replace(",", ".")
    return number if parse_number(number) is not None else None


def time_near(text: str) -> str | None:
    """The time of day that was probably meant: ``9am`` is ``09:00``, and ``24:00`` the last minute of the day."""
    if text.strip() in ("24:00", "24", "24h", "midnight"):
        return "23:59"
    match = re.fullmatch(r"([0-9]{1,2})(?:[.:h]([0-9]{2}))?\s*(am|pm|h|o'clock)?", text.strip().lower())
    if match is None:
        return None
    hour = int(match[1]) % 12 + (12 if match[3] == "pm" else 0) if match[3] in ("am", "pm") else int(match[1])
    time = f"{hour:02}:{match[2] or '00'}"
    return time if parse_day_time(time) is not None else None


def length_near(text: str) -> str | None:
    """The length of time that was probably meant: ``3d`` is ``3 days``. ``None`` where that is not plain."""
    text = unquoted(text.strip())
    if parse_duration(text) is not None:
        return text
    first, _, rest = text.partition(" ")
    text = re.sub(r"^([0-9]+),([0-9])", r"\1.\2", f"{_IN_WORDS.get(first.lower(), first)} {rest}")
    match = re.fullmatch(_AMOUNT, text.strip())
    if match is None or re.fullmatch(_MONTHS_OR_YEARS, text.strip().lower()) is not None:
        return None
    if re.search(r"(?:business|work\w*)\W*(?:hour|minute|week|month)", text.lower()) is not None:
        return None
    unit = " ".join(match["unit"].lower().split()).rstrip(".")
    short = next((long for begin, long in _SHORT_UNITS.items() if unit == begin or unit == f"{begin}s"), None)
    begun = (
        short
        or near(unit, UNITS)
        or next((long for begin, long in _SHORT_UNITS.items() if unit.startswith(begin)), None)
    )
    if unit.startswith("work") and unit.endswith(("day", "days")):
        begun = "business days"
    if begun is None:
        return None
    singular = begun[:-1] if match["number"] == "1" else begun
    length = f"{match['number']} {singular}"
    return length if parse_duration(length) is not None else None


def length_help(text: str, business: bool = True) -> str:
    """The help for a text that is no length of time: with the units that fit it, business days only where they fit."""
    meant = length_near(text)
    if meant is not None:
        return f"did you mean `{meant}`?"
    match = re.fullmatch(_MONTHS_OR_YEARS, text.strip())
    if match is not None:
        days = int(match["number"]) * {"month": 30, "quarter": 91, "year": 365}[match["unit"]]
        return f"a {match['unit']} is no fixed length of time: write it in days or weeks, such as `{days} days`"
    if re.fullmatch(r"[0-9]+\.[0-9]+ business days?", text) is not None:
        return "business days are counted whole: write `2 business days`, or a length in hours"
    number = parse_number(text)
    if number is None or number < 0:
        fitting = [unit for unit in UNITS if business or not unit.startswith("business")]
        return "write a number and one of " + ", ".join(f"`{unit}`" for unit in fitting)
    units = ("hours", "days") if number >= 12 else ("days", "weeks")
    if business and number < 12 and number == int(number):
        units = ("days", "business days")
    written = [f"`{text} {unit[:-1] if number == 1 else unit}`" for unit in units]
    return f"add a unit: {' or '.join(written)}"
