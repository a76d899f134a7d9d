"""Changes of a case that a pack describes: fields that are set, and messages that are sent."""

from __future__ import annotations

from msgspec.structs import replace

from tactful.engines.evaluate import Environment, row_of
from tactful.facts.calendars import Calendar
from tactful.facts.edit import Spot, spot_of, with_message
from tactful.facts.rows import Case, Row, business_calendar
from tactful.facts.shape import CaseShape, Message
from tactful.language.ir import Field, Put


def spot_in(case: Case, field: Field, row: Row, env: Environment) -> Spot | None:
    """The spot in the case of a field that a change of a row sets; ``None`` if the row has nothing with that field.

    Setting a field of an offer creates the offer if needed.
    """
    name, custom = field.text.partition(".")[2], field.origin == "custom"
    owner = row_of(field, env)
    if owner is not None:
        return spot_of(case, owner, name, custom)
    if field.scope != "offer":
        return None
    return None if row.application is None else Spot("offer", name, row.application.no, custom=custom)


def calendar_of(row: Row) -> Calendar:
    """The calendar for a change of a row: the row's own, or its application's."""
    return row.calendar or business_calendar(row)


def message_sent(fields: tuple[Put, ...], now: int, row: Row) -> Message:
    """A message with these fields that the candidate sends at ``now`` (seconds since 1970) to the row's person, if any."""
    application, person = row.application, row.person
    assert application is not None  # the check refuses messages for rows without an application
    message = Message(
        person=None if person is None else person.id, sent_at=application.calendar.local(now), direction="sent"
    )
    given = {put.field.text.partition(".")[2]: put.value for put in fields if put.field.origin == "given"}
    custom = {put.field.key: put.value for put in fields if put.field.origin == "custom"}
    return replace(message, **given, **({"custom": custom} if custom else {}))


def with_sent(shape: CaseShape, message: Message, row: Row) -> CaseShape:
    """The case with one more message in the application of a row."""
    assert row.application is not None  # the check refuses messages for rows without an application
    return with_message(shape, row.application.no, message)
