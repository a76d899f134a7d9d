"""Custom facts, which a pack declares in addition to the given fields, converted to the values that engines compare."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

import msgspec

from tactful.facts.calendars import Calendar
from tactful.facts.kinds import (
    ChoiceKind,
    DayTimeKind,
    DurationKind,
    Elapsed,
    Kind,
    ListKind,
    MomentKind,
    NumberKind,
    Value,
    YesNoKind,
    is_number,
    parse_day_time,
    parse_duration,
)
from tactful.facts.parameters import Adjustable
from tactful.facts.reading.moments import deadline_of, seconds_of
from tactful.source.lazy import lazy

#: Entity → field → kind, as a pack declares them.
CustomFields = Mapping[str, Mapping[str, Kind]]


class Declared(msgspec.Struct, frozen=True, dict=True):
    """What a pack lets cases have beyond the given facts: custom facts, and values of parameters by their names.

    ``fixed`` are the names of its other parameters, which cases may not state.
    """

    custom: CustomFields = msgspec.field(default_factory=dict)
    parameters: Mapping[str, Adjustable] = msgspec.field(default_factory=dict)
    fixed: frozenset[str] = frozenset()

    @property
    def carried(self) -> CustomFields:
        """The kinds of what rows carry beyond their given fields. A parameter is a custom fact of the candidate."""
        if not self.parameters:
            return self.custom
        parameters = {parameter.key: parameter.kind for parameter in self.parameters.values()}
        return {**self.custom, "candidate": {**self.custom.get("candidate", {}), **parameters}}

    @lazy
    def names(self) -> frozenset[str]:
        """The names of all custom facts and parameters that cases may have."""
        return frozenset(self.parameters).union(*self.custom.values())


NO_CUSTOM: Final[Mapping[str, Value]] = {}


def custom_value(given: Any, kind: Kind, calendar: Calendar) -> Value:
    """The value that ``given`` stands for; ``None`` if it is not of the ``kind``."""
    match kind:
        case YesNoKind():
            return given if isinstance(given, bool) else None
        case NumberKind():
            return given if is_number(given) else None
        case ListKind(values=allowed):
            texts = tuple(item for item in given if isinstance(item, str)) if isinstance(given, list | tuple) else ()
            fits = (
                isinstance(given, list | tuple)
                and len(texts) == len(given)
                and (not allowed or set(texts) <= set(allowed))
            )
            return texts if fits else None
        case MomentKind():
            return _moment(given, calendar)
        case _ if not isinstance(given, str):
            return None
        case ChoiceKind(values=allowed):
            return given if given in allowed else None
        case DayTimeKind():
            return parse_day_time(given)
        case DurationKind():
            length = parse_duration(given)
            return length.seconds if isinstance(length, Elapsed) else None
        case _:
            return str(given)


def _moment(given: Any, calendar: Calendar) -> int | None:
    match given:
        case datetime():
            return seconds_of(given, calendar)
        case date():
            return calendar.end_of_day(given)
        case str():
            return deadline_of(given, calendar)
        case _:
            return None
