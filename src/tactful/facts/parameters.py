"""Parameters of a pack for which a case may state values of its own."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from tactful.facts.kinds import (
    DayTimeKind,
    DurationKind,
    Elapsed,
    Kind,
    LengthKind,
    NumberKind,
    as_length,
    is_number,
    parse_day_time,
    parse_duration,
)

#: The name of a parameter among the custom facts of the candidate begins with this.
SIGN: Final = "$"


class Adjustable(msgspec.Struct, frozen=True):
    """A parameter for which a case may state a value of its own, between ``low`` and ``high`` (both included).

    Values are as fields of ``kind`` have them. Business days are negative there, so ``low`` is the most of them; see
    :func:`tactful.facts.kinds.as_length`. ``bounds``: in words. The value of a case is the candidate's custom fact ``$name``.
    """

    name: str
    kind: Kind
    low: int | float
    high: int | float
    bounds: str
    about: str

    @property
    def key(self) -> str:
        """Its name among the custom facts of the candidate."""
        return SIGN + self.name

    def takes(self, value: int | float) -> bool:
        """Whether a case may state this value."""
        return self.low <= value <= self.high

    def value_of(self, given: Any) -> int | float | None:
        """The value that a case states, as fields of ``kind`` have it; ``None`` if the case may not state it."""
        value = _value(given, self.kind)
        return value if value is not None and self.takes(value) else None


def _value(given: Any, kind: Kind) -> int | float | None:
    match kind:
        case NumberKind():
            return given if is_number(given) else None
        case _ if not isinstance(given, str):
            return None
        case DayTimeKind():
            return parse_day_time(given)
        case DurationKind():
            length = parse_duration(given)
            return length.seconds if isinstance(length, Elapsed) else None
        case LengthKind():
            length = parse_duration(given)
            return None if length is None else as_length(length)
        case _:
            return None
