"""The words of other languages: texts from a catalogue, dates, lists and plural forms from CLDR, which Babel has."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Final, Literal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_timedelta
from babel.lists import format_list
from babel.numbers import format_decimal

from tactful.facts.calendars import DAY_OFF, Calendar
from tactful.facts.kinds import (
    DAY,
    HOUR,
    MINUTE,
    WEEK,
    BusinessDays,
    Duration,
    parse_day_time,
    parse_duration,
)
from tactful.facts.places import holiday_names
from tactful.language.catalogs import Catalog
from tactful.reasons.words import Words, filled
from tactful.source.codes.messages import UnknownLanguage
from tactful.source.diagnostics import InvalidInput

_Unit = Literal["week", "day", "hour", "minute", "second"]
_UNITS: Final[tuple[tuple[_Unit, int], ...]] = (("week", WEEK), ("day", DAY), ("hour", HOUR), ("minute", MINUTE))
#: The context of the words of facts in a catalogue.
WORD: Final = "word"
_PLURALS: Final[tuple[str, ...]] = ("zero", "one", "two", "few", "many", "other")
#: A threshold that Babel never reaches, so that it keeps to the unit it is given.
_NEVER: Final = 1e12


def _locale(language: str) -> Locale:
    """What CLDR knows of a language, or of the language without its region.

    Raises :class:`tactful.InvalidInput` for a language that CLDR does not know.
    """
    for name in (language, language.partition("-")[0]):
        with suppress(UnknownLocaleError, ValueError):
            return Locale.parse(name, sep="-")
    message = f"nothing is known of dates and numbers in the language `{language}`"
    raise InvalidInput([UnknownLanguage.at(None, message, "name it by its code of ISO 639, such as `de`")])


class Translated(Words):
    """The words of a language that has a catalogue. Texts that it lacks are in English. Immutable."""

    a_day = re.compile(r"\b[^\W\d_]{2,4}[.,]{0,2} \d{1,2}\.? [^\W\d_]{3,9}\b\.?(?: \d{4})?(?:, \d\d:\d\d)?")

    def __init__(self, catalog: Catalog) -> None:
        self.language = catalog.language
        self._catalog, self._locale = catalog, _locale(catalog.language)

    def say(self, text: str, /, **values: object) -> str:
        return filled(self._catalog.get(None, text) or text, values)

    def count(self, one: str, many: str, count: int, /, **values: object) -> str:
        forms = self._catalog.forms(one)
        form = forms[min(self._place(count), len(forms) - 1)] if forms else one if count == 1 else many
        return filled(form, {**values, "n": self.number(count)})

    def _place(self, count: int) -> int:
        """The place of a number's plural form among the forms of a PO file, which are in the order of CLDR."""
        forms = self._locale.plural_form
        used = [form for form in _PLURALS if form in forms.tags or form == "other"]
        return used.index(str(forms(count)))

    def word(self, value: str) -> str:
        plain = super().word(value)
        return self._catalog.get(WORD, plain) or plain

    def local(self, local: datetime) -> str:
        return f"{self.day(local.date())}, {self.clock(local)}"

    def _day(self, day: date) -> str:
        return format_skeleton("yMMMEd", day, locale=self._locale)

    def long_day(self, day: date) -> str:
        return format_date(day, "long", locale=self._locale)

    def short_day(self, day: date) -> str:
        return format_skeleton("MMMEd", day, locale=self._locale)

    def weekday(self, day: date) -> str:
        return format_date(day, "EEE", locale=self._locale)

    def month(self, day: date) -> str:
        return format_date(day, "LLL", locale=self._locale)

    def holiday(self, calendar: Calendar, day: date) -> str | None:
        name = calendar.holiday_name(day)
        if name is None or calendar.country is None or name == DAY_OFF:
            return name and self.say(name)
        return holiday_names(calendar.country, day.year, self.language).get(day, name)

    def duration(self, length: Duration) -> str:
        if isinstance(length, BusinessDays):
            return self.count("{n} business day", "{n} business days", length.count)
        return self.seconds(length.seconds)

    def seconds(self, seconds: int) -> str:
        for unit, size in _UNITS:
            if seconds % size == 0 and seconds and not (unit == "week" and seconds == size):
                return self._timedelta(seconds, unit)
        return self._timedelta(seconds, "second")

    def distance(self, seconds: int) -> str:
        fitting = (known for known in _UNITS if abs(seconds) >= 2 * known[1])
        unit, whole = next(fitting, _UNITS[-1])
        towards = 1 if seconds >= 0 else -1
        return self._timedelta(towards * max(abs(seconds) // whole, 1) * whole, unit, add_direction=True)

    def _timedelta(self, seconds: int, unit: _Unit, *, add_direction: bool = False) -> str:
        return format_timedelta(
            timedelta(seconds=seconds),
            granularity=unit,
            threshold=_NEVER,
            add_direction=add_direction,
            format="long",
            locale=self._locale,
        )

    def number(self, number: int | float) -> str:
        return format_decimal(number, locale=self._locale)

    def parameter(self, texts: Sequence[str]) -> str:
        return ", ".join(map(self._written, texts))

    def _written(self, text: str) -> str:
        """A value of a parameter: a length of time, a time of day, or a word."""
        length = parse_duration(text)
        if length is not None:
            return self.duration(length)
        return text if parse_day_time(text) is not None else self.word(text)

    def plural(self, number: int | float) -> str:
        form: str = self._locale.plural_form(number)
        return form

    def listing(self, words: Sequence[str]) -> str:
        return format_list(words, "standard", self._locale) if words else self.say("none")

    def entity(self, entity: str, id_: str) -> str:
        return f"{self.word(entity)} {id_}"
