"""The words of decisions, apart from the sentences of packs: values, dates, lists, headings.

:class:`Words` is English. ``translated`` has the other languages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Final

from tactful.facts.calendars import Calendar
from tactful.facts.dates import MONTHS
from tactful.facts.kinds import (
    DAY,
    HOUR,
    MINUTE,
    WEEK,
    ChoiceKind,
    DateKind,
    DayTimeKind,
    Duration,
    DurationKind,
    Kind,
    LengthKind,
    MomentKind,
    Value,
    format_day_time,
    format_duration,
    format_seconds,
    length_of,
)
from tactful.facts.rows import MessageRow, Row
from tactful.language.ir import FormsSlot
from tactful.language.terms import MODALITIES, DueMeans, Modality
from tactful.reasons.records.decision import TargetRecord
from tactful.reasons.wording import ends_day, name_of
from tactful.source.lazy import lazy

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UNITS: Final = (("weeks", WEEK), ("days", DAY), ("hours", HOUR), ("minutes", MINUTE))
_A_DAY: Final = re.compile(r"\b[A-Z][a-z]{2} \d{1,2} [A-Z][a-z]{2}\b(?: \d{4})?(?:, \d\d:\d\d)?")
_SLOT: Final = re.compile(r"\{([a-z_]+)\}")
#: How many days are kept in words.
_MOST_DAYS: Final = 2_000


def noted(*texts: str) -> tuple[str, ...]:
    """Texts of the product that are put into words elsewhere, so that they are found when catalogues are made."""
    return texts


#: What modalities are called, in sentences and in capitals.
_MODALITIES: Final = noted("must", "should", "may", "should not", "must not")
_LOUD: Final = noted("MUST", "SHOULD", "MAY", "SHOULD NOT", "MUST NOT")
#: What several rows of an entity are called.
_SEVERAL: Final = dict(
    zip(
        ("candidate", "application", "person", "interview", "interviewer", "message", "offer"),
        noted("candidates", "applications", "people", "interviews", "interviewers", "messages", "offers"),
        strict=True,
    )
)


class Words:
    """English. Immutable; safe to use from any number of threads."""

    #: The language, as in ``de`` or ``pt-BR``.
    language: str = "en"
    #: A day in a sentence, such as ``Mon 23 Nov 2026, 16:00``.
    a_day: re.Pattern[str] = _A_DAY

    # --- the product's own texts ---

    def say(self, text: str, /, **values: object) -> str:
        """A text of the product in this language. ``{name}`` in it stands for a value."""
        return filled(text, values)

    def count(self, one: str, many: str, count: int, /, **values: object) -> str:
        """The text for a number of things, for which ``{n}`` stands: ``one``, or ``many`` for any other number."""
        return filled(one if count == 1 else many, {**values, "n": count})

    def word(self, value: str) -> str:
        """A word of a fact's own words, such as ``hiring_manager``, as sentences have it."""
        return value.replace("_", " ")

    def modality(self, modality: Modality) -> str:
        """``must``, ``should``, ``may``, ``should not`` or ``must not``."""
        return self.say(_MODALITIES[MODALITIES.index(modality)])

    def loud(self, modality: Modality) -> str:
        """The same in capitals."""
        return self.say(_LOUD[MODALITIES.index(modality)])

    def deadline(self, means: DueMeans, moment: str) -> str:
        """``by Mon 23 Nov, 16:30``, or ``until …`` for what is to be kept up or left alone until then."""
        return self.say("until {moment}", moment=moment) if means == "until" else self.say("by {moment}", moment=moment)

    # --- time ---

    def moment(self, moment: int, calendar: Calendar) -> str:
        """``Sat 21 Nov 2026, 16:30`` in the time zone of ``calendar``, for a moment in seconds since 1970.

        The words do not depend on the machine's locale.
        """
        return self.local(calendar.local(moment))

    def local(self, local: datetime) -> str:
        """The same for a moment that is local already."""
        return f"{self.day(local.date())}, {self.clock(local)}"

    def named(self, local: datetime) -> str:
        """The same, but the day alone for its last second: a deadline that is given as a day means that."""
        return self.day(local.date()) if ends_day(local) else self.local(local)

    @lazy
    def day(self) -> Callable[[date], str]:
        """``Sat 21 Nov 2026``. Most answers name days that others have named before, so the latest are kept."""
        return lru_cache(maxsize=_MOST_DAYS)(self._day)

    def _day(self, day: date) -> str:
        return f"{self.short_day(day)} {day.year}"

    def long_day(self, day: date) -> str:
        """``1 July 2027``."""
        return f"{day.day} {MONTHS[day.month - 1]} {day.year}"

    def short_day(self, day: date) -> str:
        """``Sat 21 Nov``, where the year is clear."""
        return f"{_DAYS[day.weekday()]} {day.day} {self.month(day)}"

    def weekday(self, day: date) -> str:
        """``Sat``."""
        return _DAYS[day.weekday()]

    def month(self, day: date) -> str:
        """``Nov``."""
        return _MONTHS[day.month - 1]

    def holiday(self, calendar: Calendar, day: date) -> str | None:
        """The name of the holiday on a day, or that a pack has the day off; ``None`` for other days."""
        return calendar.holiday_name(day)

    def clock(self, local: datetime) -> str:
        """``16:30``."""
        return f"{local.hour:02d}:{local.minute:02d}"

    def duration(self, length: Duration) -> str:
        """``2 days``, ``90 minutes``, ``1 business day``."""
        return format_duration(length)

    def seconds(self, seconds: int) -> str:
        """A length of elapsed time."""
        return format_seconds(seconds)

    def distance(self, seconds: int) -> str:
        """A length of time from now: ``in 6 hours``, ``2 days ago``. The unit is the largest that fits twice."""
        size = abs(seconds)
        for name, unit in _UNITS:
            if size >= 2 * unit:
                words = f"{size // unit} {name}"
                break
        else:
            words = "a minute" if size >= MINUTE else "less than a minute"
        return f"in {words}" if seconds >= 0 else f"{words} ago"

    def days_away(self, days: int) -> str:
        """How far away the end of a day is, in days: ``today``, ``tomorrow``, ``in 3 days``."""
        match days:
            case 0:
                return self.say("today")
            case 1:
                return self.say("tomorrow")
            case -1:
                return self.say("yesterday")
            case _:
                return self.distance(days * DAY)

    # --- values and rows ---

    @property
    def unknown(self) -> str:
        """What a value that is not known is called."""
        return self.say("unknown")

    def number(self, number: int | float) -> str:
        """A number."""
        return str(number)

    def value(self, value: Value, kind: Kind, calendar: Calendar) -> str:
        """A value; ``unknown`` for ``None``."""
        match value:
            case None:
                return self.unknown
            case bool():
                return self.say("yes") if value else self.say("no")
            case tuple():
                return self.listing([str(item) for item in value])
            case int() if isinstance(kind, MomentKind):
                return self.moment(value, calendar)
            case int() if isinstance(kind, DayTimeKind):
                return format_day_time(value)
            case int() if isinstance(kind, DurationKind):
                return self.seconds(value)
            case int() if isinstance(kind, LengthKind):
                return self.duration(length_of(value))
            case int() if isinstance(kind, DateKind):
                return self.day(date.fromordinal(value))
            case str() if isinstance(kind, ChoiceKind):
                return self.word(value)
            case str():
                return value
            case _:
                return self.number(value)

    def in_sentence(self, value: Value, kind: Kind, calendar: Calendar) -> str:
        """A value as sentences have it: the last second of a day is the day, as in “by Fri 27 Nov 2026”."""
        if isinstance(value, int) and isinstance(kind, MomentKind):
            return self.named(calendar.local(value))
        return self.value(value, kind, calendar)

    def parameter(self, texts: Sequence[str]) -> str:
        """The values of a parameter, as the pack's author wrote them."""
        return ", ".join(texts)

    def form(self, slot: FormsSlot, value: Value) -> str:
        """The text that a value chooses."""
        if isinstance(value, bool):
            return dict(slot.forms).get("yes" if value else "no", slot.other)
        if slot.how == "select" or not isinstance(value, int | float):
            return dict(slot.forms).get(str(value), slot.other)
        text = dict(slot.forms).get(self.plural(value), slot.other)
        return text.replace("#", self.number(value))

    def plural(self, number: int | float) -> str:
        """The plural form that goes with a number: ``one`` or ``other`` in English."""
        return "one" if number == 1 else "other"

    def listing(self, words: Sequence[str]) -> str:
        """``a, b and c``; ``none`` for no words."""
        if not words:
            return self.say("none")
        return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"

    def several(self, entity: str) -> str:
        """What several rows of an entity are called: ``people``, ``messages``."""
        return self.say(_SEVERAL[entity])

    def entity(self, entity: str, id_: str) -> str:
        """A row without a name: ``interview i1``."""
        return f"{entity} {id_}"

    def concerning(self, target: TargetRecord, company: str | None) -> str:
        """``  (Dana Ruiz, Acme)``: whom advice concerns, to follow its label; empty for the candidate.

        ``company`` may have a role with it, which tells applications to one company apart.
        """
        if target.entity == "candidate":
            return ""
        who = target.name if target.name != target.id else self.entity(target.entity, target.id)
        if target.entity == "application":
            return f"  ({who if company in (None, target.id) else company})"
        return f"  ({who})" if company in (None, who) else f"  ({who}, {company})"

    def row(self, row: Row, calendar: Calendar) -> str:
        """A row. A message has no name, so its kind, direction, moment and person stand for it."""
        if not isinstance(row, MessageRow):
            return name_of(row)
        words = [self.word(row.kind or "message")]
        if row.direction is not None:
            words.append(self.word(row.direction))
        if row.sent_at is not None:
            words.append(self.moment(row.sent_at, calendar))
        if row.person is not None:
            name = name_of(row.person)
            words.append(
                self.say("from {name}", name=name) if row.direction == "received" else self.say("to {name}", name=name)
            )
        return " ".join(words)


def filled(text: str, values: dict[str, object]) -> str:
    """A text with its ``{name}`` slots filled in. Values are never read as texts with slots."""
    return _SLOT.sub(lambda match: str(values[match[1]]) if match[1] in values else match[0], text) if values else text


#: The English words.
ENGLISH: Final = Words()
