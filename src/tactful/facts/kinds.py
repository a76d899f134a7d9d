"""Kinds of value that a fact can have, and lengths of time.

In memory, values have a few plain Python types, so that every engine can compare them without conversion:

=============  ==========================================  =====================================
kind           as people write it                          inside
=============  ==========================================  =====================================
yes/no         ``yes``, ``no``, ``true``, ``false``        ``bool``
one of a set   ``email``                                   ``str``
text           ``Acme``                                    ``str``
number         ``3``, ``2.5``                              ``int`` or ``float``
moment         ``2026-11-27T17:00:00-05:00``               ``int``: whole seconds since 1970, UTC
time of day    ``09:00``                                   ``int``: seconds since local midnight
duration       ``2 weeks``                                 ``int``: seconds
length         ``5 business days``, ``2 weeks``            ``int``: see :func:`as_length`
date           ``2027-01-01``                              ``int``: days since 1 January of the year 1, which is 1
country        ``DE``, ``DE-BY``                           ``str``
id             ``dana``                                    ``str``
list           ``[email, post]``                           ``tuple[str, ...]``
unknown        left out                                    ``None``
=============  ==========================================  =====================================
"""

from __future__ import annotations

import re
from math import isfinite
from typing import Final, Literal

import msgspec

Known = bool | str | int | float | tuple[str, ...]
Value = Known | None

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
WEEK: Final = 7 * DAY

ElapsedUnit = Literal["minutes", "hours", "days", "weeks"]
ELAPSED_UNITS: Final[dict[str, int]] = {"minutes": MINUTE, "hours": HOUR, "days": DAY, "weeks": WEEK}
UNITS: Final = (*ELAPSED_UNITS, "business days")

#: The days of the week, the first one first.
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

#: No length of time may be longer than this many days: ten years.
MAX_DAYS: Final = 3653
#: The same in seconds.
LONGEST: Final = MAX_DAYS * DAY


class YesNoKind(msgspec.Struct, frozen=True, tag="yes/no"):
    """A yes or a no."""


class ChoiceKind(msgspec.Struct, frozen=True, tag="one of"):
    """One of a fixed set of words."""

    values: tuple[str, ...]


class TextKind(msgspec.Struct, frozen=True, tag="text"):
    """Free text."""


class NumberKind(msgspec.Struct, frozen=True, tag="number"):
    """A number, with an optional ``unit``. The unit is only displayed; numbers are never converted."""

    unit: str | None = None


class MomentKind(msgspec.Struct, frozen=True, tag="moment"):
    """An instant."""


class DayTimeKind(msgspec.Struct, frozen=True, tag="time of day"):
    """A time on the local clock."""


class DurationKind(msgspec.Struct, frozen=True, tag="duration"):
    """A length of elapsed time."""


class LengthKind(msgspec.Struct, frozen=True, tag="length"):
    """A length of time that may count business days. It can move a moment, and nothing else."""


class DateKind(msgspec.Struct, frozen=True, tag="date"):
    """A day of the calendar."""


class CountryKind(msgspec.Struct, frozen=True, tag="country"):
    """An ISO 3166 code of a country, perhaps with a subdivision."""


class IdKind(msgspec.Struct, frozen=True, tag="id"):
    """The id of a row of ``entity``."""

    entity: str


class ListKind(msgspec.Struct, frozen=True, tag="list"):
    """Several words or texts. If ``values`` is empty, any text is allowed."""

    values: tuple[str, ...] = ()


Kind = (
    YesNoKind
    | ChoiceKind
    | TextKind
    | NumberKind
    | MomentKind
    | DayTimeKind
    | DurationKind
    | LengthKind
    | DateKind
    | CountryKind
    | IdKind
    | ListKind
)


def kind_name(kind: Kind) -> str:
    """The name of ``kind`` in the words that rule authors use, for messages."""
    name = str(kind.__struct_config__.tag)
    return "one of a set" if name == "one of" else name


class Elapsed(msgspec.Struct, frozen=True, tag="elapsed"):
    """A length of elapsed time, in seconds. A clock change does not shorten or lengthen it."""

    seconds: int


class BusinessDays(msgspec.Struct, frozen=True, tag="business days"):
    """A number of business days, in a calendar that is given later."""

    count: int


Duration = Elapsed | BusinessDays


def as_length(length: Duration) -> int:
    """A length of time as the value of a field: its seconds, or for business days -1 less their number."""
    return -1 - length.count if isinstance(length, BusinessDays) else length.seconds


def length_of(value: int) -> Duration:
    """The length of time that :func:`as_length` gave ``value`` for."""
    return Elapsed(value) if value >= 0 else BusinessDays(-1 - value)


_DURATION = re.compile(r"(\d{1,7}(?:\.\d{1,3})?)\s+(minute|hour|day|week|business\s+day)s?")


def parse_duration(text: str) -> Duration | None:
    """Read ``2 days``, ``1.5 hours`` or ``5 business days``; ``None`` if ``text`` is not a length of time.

    Elapsed lengths come back in whole seconds. Lengths over :data:`MAX_DAYS` and parts of a business day give ``None``.
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        return None
    amount, unit = match.group(1), " ".join(match.group(2).split()) + "s"
    if unit == "business days":
        whole = amount.isdigit() and int(amount) <= MAX_DAYS
        return BusinessDays(int(amount)) if whole else None
    seconds = round(float(amount) * ELAPSED_UNITS[unit])
    return Elapsed(seconds) if seconds <= MAX_DAYS * DAY else None


def format_duration(length: Duration) -> str:
    """Write a length of time in the largest unit that divides it: ``2 days``, ``90 minutes``, ``1 business day``."""
    if isinstance(length, BusinessDays):
        return f"{length.count} business day{'' if length.count == 1 else 's'}"
    return format_seconds(length.seconds)


def format_seconds(seconds: int) -> str:
    """Write elapsed seconds in the largest unit that divides them (weeks only from two weeks on)."""
    for unit, size in (("weeks", WEEK), ("days", DAY), ("hours", HOUR), ("minutes", MINUTE)):
        count = seconds // size
        if seconds % size == 0 and count and not (unit == "weeks" and count == 1):
            return f"{count} {unit if count != 1 else unit[:-1]}"
    return f"{seconds} seconds"


_DAY_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def parse_day_time(text: str) -> int | None:
    """Read ``09:00`` as seconds since midnight; ``None`` if ``text`` is not a time of day."""
    match = _DAY_TIME.fullmatch(text.strip())
    return None if match is None else int(match.group(1)) * HOUR + int(match.group(2)) * MINUTE


def format_day_time(seconds: int) -> str:
    """Write seconds since midnight as ``09:00``."""
    return f"{seconds // HOUR:02d}:{seconds % HOUR // MINUTE:02d}"


YES_NO_WORDS: Final[dict[str, bool]] = {"yes": True, "no": False, "true": True, "false": False}


def parse_yes_no(text: str) -> bool | None:
    """Read ``yes``, ``no``, ``true`` or ``false``, in upper or lower case; ``None`` for anything else."""
    return YES_NO_WORDS.get(text.lower())


#: Larger whole numbers are refused. Some engines compare numbers as floats, in which larger neighbours are equal.
MOST: Final = 2**53
#: Whole numbers of more characters are not parsed at all.
_LONGEST: Final = 400
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WHOLE = re.compile(r"-?[0-9]+")


def parse_number(text: str) -> int | float | None:
    """Read a number as JSON writes it; ``None`` for anything else, such as infinity and hexadecimal numbers."""
    whole = _WHOLE.fullmatch(text) is not None
    if not whole and _NUMBER.fullmatch(text) is None:
        return None
    if whole and len(text) > _LONGEST:  # far beyond the limit, and a million digits would take Python minutes
        return None
    number = int(text) if whole else float(text)
    return number if is_number(number) else None


def is_number(value: object) -> bool:
    """Whether a plain value is a number that is finite and, if it is whole, at most :data:`MOST`."""
    if isinstance(value, bool):
        return False
    return -MOST <= value <= MOST if isinstance(value, int) else isinstance(value, float) and isfinite(value)
