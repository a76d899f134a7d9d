"""Set a fact of a case in place, for a caller who has the case to itself and decides on it again and again.

The rows are then as if the changed case had been linked: a fact that other rows, ids or calendars are made from cannot be
set in this way, and neither can a moment that the limits of calendars are near to.
"""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import force_setattr

from tactful.facts.edit import Spot, as_given
from tactful.facts.kinds import DurationKind, Kind, MomentKind, Value
from tactful.facts.reading.custom import custom_value
from tactful.facts.rows import InterviewRow, OfferRow, Row, business_calendar

#: Attributes of rows on which other rows, ids or calendars depend.
_LINKED: Final = frozenset({"id", "person_id", "country", "time_zone", "calendar_name"})
#: Facts of one row that have to fit together.
_TOGETHER: Final = {
    "interview": ("status", "starts_at", "ended_at"),
    "offer": ("received_at", "signed_at", "withdrawn_at"),
}
#: The years 1975 to 2194, in seconds since 1970: linking accepts every moment in them, wherever it is.
_FIRST: Final = 157_766_400
_LAST: Final = 7_100_000_000


def can_set(attribute: str, custom: bool) -> bool:
    """Whether nothing but the value itself changes with a field."""
    return custom or attribute not in _LINKED


def is_near(value: Value, kind: Kind) -> bool:
    """Whether a value is no moment, or one that all calendars know."""
    return not isinstance(kind, MomentKind) or (isinstance(value, int) and _FIRST <= value <= _LAST)


def as_linked(value: Value, kind: Kind, custom: bool, row: Row) -> Value:
    """The value as a row has it once a case that states it is linked; ``None`` if a case cannot have it."""
    if isinstance(kind, MomentKind) or not (custom or isinstance(kind, DurationKind)):
        return value
    calendar = business_calendar(row)
    return custom_value(as_given(value, kind, Spot(row.entity, "", custom=True), calendar), kind, calendar)


def contradicts(row: Row, attribute: str, value: Value, now: int) -> bool:
    """Whether a row cannot be linked with another value of a given field. ``now`` is in seconds since 1970 (UTC)."""
    names = _TOGETHER.get(row.entity, ())
    if attribute not in names:
        return False
    facts: list[Any] = [value if name == attribute else row.value(name) for name in names]
    match row:
        case InterviewRow():
            status, starts_at, ended_at = facts
            return (status == "held" and ended_at > now) or (starts_at is not None and starts_at > ended_at)
        case OfferRow():
            received, *later = facts
            return received is not None and any(moment is not None and moment < received for moment in later)
        case _:
            return False


def set_field(row: Row, attribute: str, custom: bool, value: Value) -> None:
    """Set a given field, by its attribute, or a custom fact, by its name. ``None`` makes it unknown."""
    if not custom:
        force_setattr(row, attribute, value)
        return
    others = {name: known for name, known in row.custom.items() if name != attribute}
    force_setattr(row, "custom", others if value is None else {**others, attribute: value})
