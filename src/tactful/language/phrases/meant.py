"""What was probably meant by a text that no value of a field can equal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tactful.facts.dates import MONTHS, format_date, parse_date
from tactful.facts.kinds import (
    UNITS,
    WEEKDAYS,
    ChoiceKind,
    CountryKind,
    DateKind,
    DayTimeKind,
    DurationKind,
    IdKind,
    Kind,
    ListKind,
    MomentKind,
    NumberKind,
    TextKind,
    parse_day_time,
    parse_duration,
    parse_number,
)
from tactful.facts.places import country_exists, near_country
from tactful.source.characters import visible
from tactful.source.suggest import in_words, near, near_part

_IN: Final = re.compile(r"(?:is\s+)?(?:in|one\s+of|any\s+of)?\s*[\[(](?P<values>[^\[\]()]*)[\])]")
_OR: Final = re.compile(r"\s+or\s+|\s*\|\|?\s*|\s*/\s*|\s*,\s*(?:or\s+)?|\s*;\s*")
_AMOUNT: Final = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]+)?)\s*(?P<unit>[A-Za-z][A-Za-z .]*)")
_HAS: Final = re.compile(
    r"(?P<way>includes?|contains?|has|matches|like|starts\s?with|begins?|ends?\s?with)\s+(?P<rest>\S.*)"
)
_WAYS: Final = {"begins with": ("start", "begin"), "ends with": ("end",), "contains": ("",)}
#: Beginnings of phrases that say nothing by themselves.
_BARE: Final = ("contains", "begins with", "ends with", "starts with", "includes")
_QUOTED: Final = re.compile(r"""["'“„‘«/](?P<inside>[^"“”]*)["'”“’»/]""")
#: A text that begins and ends with quotes, with others inside or not.
_IN_QUOTES: Final = re.compile(r"""["'“„‘«](?s:.*)["'”“’»]""")
_DATES: Final = tuple(
    re.compile(form)
    for form in (
        r"(?P<month>[A-Za-z]{3,9})\.?\s+(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?(?:,?\s+(?P<year>[0-9]{4}))?",
        r"(?P<day>[0-9]{1,2})(?:\.|st|nd|rd|th)?\s+(?P<month>[A-Za-z]{3,9})\.?(?:,?\s+(?P<year>[0-9]{4}))?",
    )
)
_NOTHING: Final = ("null", "none", "nil", "n/a", "missing", "undefined", "not known", "not set", "blank")
_SOMETHING: Final = (
    "exists",
    "present",
    "set",
    "given",
    "any",
    "*",
    "not unknown",
    "not null",
    "not none",
    "not empty",
)
#: Beginnings of units as people shorten them.
_SHORT_UNITS: Final = {"min": "minutes", "h": "hours", "d": "days", "w": "weeks", "bus": "business days"}
_SPANS_OF_DAYS: Final = {
    "weekday": WEEKDAYS[:5],
    "workday": WEEKDAYS[:5],
    "working day": WEEKDAYS[:5],
    "business day": WEEKDAYS[:5],
    "weekend": WEEKDAYS[5:],
}


def meant_by(text: str, kind: Kind, negated: bool = False) -> Iterator[str]:
    """The phrases that were probably meant by a text that is no value of a kind, the most probable first.

    ``negated``: the text stands after ``not``. The caller tries which of the phrases the field takes.
    """
    whole = f"not {text}" if negated else text
    if whole.lower() in _NOTHING:
        yield "unknown"
    if whole.lower() in _SOMETHING:
        yield "some" if isinstance(kind, ListKind) else "known"
    if isinstance(kind, MomentKind | DateKind):
        yield from _times_meant(whole)
    several = _several(text, kind)
    if several is not None:
        yield f"none of [{several}]" if negated else f"[{several}]"
    words = in_words(whole)
    if words is not None:
        yield _fitting(words, kind)
    bare = unquoted(text)
    words = in_words(bare)
    if words is not None and (not negated or words.startswith(tuple(_WAYS))):
        yield f"not {words}" if negated else _fitting(words, kind)
    match = _HAS.fullmatch(bare)
    if match is not None:
        way = next(way for way, begin in _WAYS.items() if match["way"].lower().startswith(begin))
        yield f"{'not ' if negated else ''}{way} {match['rest']}"
        yield match["rest"]
    value = value_near(bare, kind) or (bare if bare != text else None)
    if value is not None:
        yield f"not {value}" if negated else value


def unquoted(text: str) -> str:
    """A text without quotes around it, straight or typographic, and without the slashes of an expression."""
    match = _QUOTED.fullmatch(text)
    return text if match is None else match["inside"].strip()


def looks_meant(text: str, negated: bool) -> bool:
    """Whether a text is a comparison, a list or ``known``, written in another way, rather than a value of a text."""
    if any(form.fullmatch(text) is not None for form in (_IN, _HAS, _QUOTED)):
        return True
    if text in _BARE or (negated and text in ("known", "unknown", "null", "empty")):
        return True
    return re.match(r"[*<>=≥≤≠]|!=|(?:null|nil|~)$", text) is not None or re.fullmatch(r"[^*]+\*", text) is not None


def words_meant(text: str) -> tuple[str, ...] | None:
    """The texts that were probably meant by words to look for, or ``None`` where they can stand as they are."""
    seen = visible(text)
    listed = _IN.fullmatch(seen)
    quoted = _IN_QUOTES.fullmatch(seen) is not None
    if seen == text and seen and listed is None and not quoted and not looks_meant(seen, negated=False):
        return None
    inside = listed["values"] if listed is not None else seen
    match = _HAS.fullmatch(inside)
    members = _OR.split(inside) if listed is not None or quoted else [inside if match is None else match["rest"]]
    meant = (unquoted(member.strip()).strip("*/ '\"") for member in members)
    return tuple(member for member in meant if member)


def _times_meant(text: str) -> Iterator[str]:
    """Phrases about a moment or a day."""
    word = " ".join(text.lower().split())
    if word in ("in the past", "over", "passed", "expired", "in past"):
        yield "past"
    if word in ("in the future", "upcoming", "future", "not past", "in future"):
        yield "to come"
    match = re.fullmatch(r"(?P<in>in\s+|within\s+)?(?P<length>.*?)(?P<ago>\s+ago)?", text)
    length = None if match is None else length_near(match["length"])
    if match is not None and length is not None:
        yield f"within {length}" if match["in"] else f"at least {length} ago"
    order, _, rest = text.partition(" ")
    day = date_near(rest)
    if day is not None and order in ("before", "until", "by"):
        yield f"before {day}"
    if day is not None and order in ("from", "since"):
        yield f"from {day}"
    if day is not None and order == "after" and (ordinal := parse_date(day)) is not None:
        yield f"from {format_date(ordinal + 1)}"
    if date_near(text) is not None:
        yield str(date_near(text))


def date_near(text: str) -> str | None:
    """The date, or the day of any year, that was probably meant: ``December 24`` is ``24 December``."""
    match = re.fullmatch(r"([0-9]{4})(?:[-/.]([0-9]{1,2}))?(?:[-/.]([0-9]{1,2}))?", text.strip())
    if match is not None:
        return f"{match[1]}-{int(match[2] or 1):02}-{int(match[3] or 1):02}"
    for form in _DATES:
        match = form.fullmatch(text.strip())
        month = None if match is None else _among(match["month"], tuple(month.lower() for month in MONTHS))
        if match is not None and month is not None:
            no = [name.lower() for name in MONTHS].index(month) + 1
            if match["year"] is not None:
                return f"{match['year']}-{no:02}-{int(match['day']):02}"
            return f"{int(match['day'])} {MONTHS[no - 1]}"
    return None


def _several(text: str, kind: Kind) -> str | None:
    """The members of a list that is written in another way, divided by commas."""
    listed = _IN.fullmatch(text)
    inside = listed["values"] if listed is not None else text
    members = [member.strip(" '\"") for member in _OR.split(inside)]
    members = [value_near(member, kind) or member for member in members if member]
    if listed is None and (len(members) < 2 or isinstance(kind, TextKind | IdKind | MomentKind)):
        return _days_between(text) if _is_weekday(kind) else None
    return ", ".join(members) or None


def _is_weekday(kind: Kind) -> bool:
    return isinstance(kind, ChoiceKind) and kind.values == WEEKDAYS


def _days_between(text: str) -> str | None:
    """The weekdays of ``Mon-Fri`` and ``weekend``."""
    span = _SPANS_OF_DAYS.get(text.lower().removesuffix("s"))
    if span is not None:
        return ", ".join(span)
    match = re.fullmatch(r"(?:between\s+)?(\w+)\s*(?:-|–|to|and|through|until)\s*(\w+)", text)
    ends = [] if match is None else [_among(end, WEEKDAYS) for end in match.groups()]
    if len(ends) < 2 or ends[0] is None or ends[1] is None:
        return None
    low, high = WEEKDAYS.index(ends[0]), WEEKDAYS.index(ends[1])
    days = WEEKDAYS[low : high + 1] if low <= high else (*WEEKDAYS[low:], *WEEKDAYS[: high + 1])
    return ", ".join(days)


def _fitting(words: str, kind: Kind) -> str:
    """A comparison as a field of a kind takes it, with the value and the unit that were probably meant."""
    form = r"(?P<order>at least|at most|more than|less than|not|)\s*(?P<rest>.*)"
    match = re.fullmatch(form, words)
    assert match is not None  # every text has the form
    order, rest = match["order"], match["rest"].strip(" '\"")
    rest = value_near(rest, kind) or rest
    match kind:
        case MomentKind() if order not in ("", "not") and parse_duration(rest) is not None:
            return f"{order} {rest} ago"
        case MomentKind() | DateKind() if order in ("at least", "more than"):
            return f"from {rest}"
        case MomentKind() | DateKind() if order in ("at most", "less than"):
            return f"before {rest}"
        case DayTimeKind() if words.startswith("between ") and " and " in words:
            low, high = words.removeprefix("between ").split(" and ")
            return f"between {_time_near(low) or low} and {_time_near(high) or high}"
        case DayTimeKind() if order in ("at least", "more than"):
            return f"between {rest} and 23:59"
        case DayTimeKind() if order in ("at most", "less than"):
            return f"between 00:00 and {rest}"
        case _:
            return f"{order} {rest}".strip()


def value_near(text: str, kind: Kind) -> str | None:
    """The value of a kind, or the length of time for a moment, that a text is near to."""
    match kind:
        case CountryKind():
            return text if country_exists(text) else near_country(text)
        case ChoiceKind(values=values) | ListKind(values=values) if values:
            return _among(text, values)
        case NumberKind():
            return text if parse_number(text) is not None else None
        case DurationKind() | MomentKind():
            return length_near(text)
        case DayTimeKind():
            return _time_near(text)
        case DateKind():
            return date_near(text)
        case _:
            return None


def _among(text: str, values: tuple[str, ...]) -> str | None:
    """The value that a text begins, is in other letters, or is similar to."""
    word = re.sub(r"[\s-]+", "_", text.strip().lower()).rstrip(".")
    if word in values:
        return word
    begun = [value for value in values if len(word) > 1 and value.startswith(word)]
    return begun[0] if len(begun) == 1 else near(word, values) or near_part(word, values)


def _time_near(text: str) -> str | None:
    match = re.fullmatch(r"([0-9]{1,2})(?:[.:h]([0-9]{2}))?\s*(am|pm|h|o'clock)?", text.strip().lower())
    if match is None:
        return None
    hour = int(match[1]) % 12 + 12 if match[3] == "pm" else int(match[1])
    time = f"{hour:02}:{match[2] or '00'}"
    return time if parse_day_time(time) is not None else None


def length_near(text: str) -> str | None:
    """The length of time that was probably meant: ``3d`` is ``3 days``. ``None`` where that is not plain."""
    if parse_duration(text) is not None:
        return text
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
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


def length_help(text: str) -> str:
    """The help for a text that is no length of time: with the units that fit it."""
    meant = length_near(text)
    if meant is not None:
        return f"did you mean `{meant}`?"
    number = parse_number(text)
    if number is None or number < 0:
        return "write a number and one of " + ", ".join(f"`{unit}`" for unit in UNITS)
    units = (
        ("hours", "days") if number >= 12 else ("days", "business days") if number == int(number) else ("days", "hours")
    )
    written = [f"`{text} {unit[:-1] if number == 1 else unit}`" for unit in units]
    return f"add a unit: {' or '.join(written)}"
