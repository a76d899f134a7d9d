"""Change facts: set a field of a case to another value, or add a message.

Nothing is changed in place. The result is a new shape of the case, which has to be linked (and, where it came from
outside, validated) like any other.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, TypeVar

import msgspec
from msgspec.structs import replace

from tactful.facts.calendars import Calendar
from tactful.facts.fields import is_deadline
from tactful.facts.kinds import DayTimeKind, DurationKind, Kind, MomentKind, Value, format_day_time, format_seconds
from tactful.facts.rows import (
    ApplicationRow,
    CandidateRow,
    Case,
    InterviewerRow,
    InterviewRow,
    MessageRow,
    OfferRow,
    PersonRow,
    Row,
)
from tactful.facts.shape import Application, Candidate, CaseShape, Interview, Interviewer, Message, Offer, Person

Part = TypeVar("Part", Candidate, Application, Offer, Person, Interview, Interviewer, Message)
_AnyPart = Candidate | Application | Offer | Person | Interview | Interviewer | Message


#: The entity of a spot that is a parameter of the case.
PARAMETERS: Final = "parameters"


class Spot(msgspec.Struct, frozen=True):
    """A field of a part of a case, with the part's position in the case's lists; or a parameter of the case.

    ``application``, ``no`` (of a person, an interview or a message in its application) and ``inner`` (of an interviewer in
    the interview ``no``) count from 0, and are 0 for parts that do not need them.
    """

    entity: str
    field: str
    application: int = 0
    no: int = 0
    inner: int = 0
    custom: bool = False


def spot_of(case: Case, row: Row, field: str, custom: bool = False) -> Spot:
    """The spot of a row's field in the case that the row was read from. Rows are numbered through the whole case."""
    match row:
        case CandidateRow():
            return Spot("candidate", field, custom=custom)
        case ApplicationRow():
            return Spot("application", field, row.no, custom=custom)
        case OfferRow():
            return Spot("offer", field, row.application.no, custom=custom)
        case PersonRow():
            no = row.no - case.families[row.application.no].people[0].no
            return Spot("person", field, row.application.no, no, custom=custom)
        case InterviewRow():
            no = row.no - case.families[row.application.no].interviews[0].no
            return Spot("interview", field, row.application.no, no, custom=custom)
        case MessageRow():
            no = row.no - case.families[row.application.no].messages[0].no
            return Spot("message", field, row.application.no, no, custom=custom)
        case InterviewerRow():
            family = case.families[row.application.no]
            no = row.interview.no - family.interviews[0].no
            return Spot("interviewer", field, row.application.no, no, row.no - family.interviewers[no][0].no, custom)
        case _:
            raise TypeError(f"not a part of a case: {row!r}")  # there are no other rows


def changed(shape: CaseShape, spot: Spot, value: Any) -> CaseShape:
    """The case with a field set to a value as a case holds it (see :func:`as_given`). ``None`` makes the field unknown.

    Creates the offer if the application has none.
    """
    if spot.entity == PARAMETERS:
        values = {**(shape.parameters or {}), spot.field: value}
        return replace(shape, parameters={name: known for name, known in values.items() if known is not None} or None)
    if spot.entity == "candidate":
        return replace(shape, candidate=_with(shape.candidate, spot, value))
    application = shape.applications[spot.application]
    match spot.entity:
        case "application":
            new = _with(application, spot, value)
        case "offer":
            new = replace(application, offer=_with(application.offer or Offer(), spot, value))
        case "person":
            people = application.people
            new = replace(application, people=_put(people, spot.no, _with(people[spot.no], spot, value)))
        case "interview":
            interviews = application.interviews
            new = replace(application, interviews=_put(interviews, spot.no, _with(interviews[spot.no], spot, value)))
        case "message":
            messages = application.messages
            new = replace(application, messages=_put(messages, spot.no, _with(messages[spot.no], spot, value)))
        case _:
            interview = _with_interviewer(application.interviews[spot.no], spot, value)
            new = replace(application, interviews=_put(application.interviews, spot.no, interview))
    return replace(shape, applications=_put(shape.applications, spot.application, new))


def held(shape: CaseShape, spot: Spot) -> Any:
    """The value of a field as the case holds it; ``None`` if it is unknown."""
    if spot.entity == PARAMETERS:
        return (shape.parameters or {}).get(spot.field)
    part = _part(shape, spot)
    if part is None:
        return None
    return ((part.custom or {}) if spot.custom else msgspec.structs.asdict(part)).get(spot.field)


def _part(shape: CaseShape, spot: Spot) -> _AnyPart | None:
    """The part of the case that a spot is in; ``None`` for an offer that does not exist."""
    if spot.entity == "candidate":
        return shape.candidate
    application = shape.applications[spot.application]
    match spot.entity:
        case "application":
            return application
        case "offer":
            return application.offer
        case "person":
            return application.people[spot.no]
        case "interview":
            return application.interviews[spot.no]
        case "message":
            return application.messages[spot.no]
        case _:
            interviewer = application.interviews[spot.no].interviewers[spot.inner]
            return Interviewer(person=interviewer) if isinstance(interviewer, str) else interviewer


def without_message(shape: CaseShape, application: int, message: Message) -> CaseShape | None:
    """The case without the last message that is equal to this one; ``None`` if there is none."""
    old: Application = shape.applications[application]
    positions = [no for no, other in enumerate(old.messages) if other == message]
    if not positions:
        return None
    kept = (*old.messages[: positions[-1]], *old.messages[positions[-1] + 1 :])
    return replace(shape, applications=_put(shape.applications, application, replace(old, messages=kept)))


def with_message(shape: CaseShape, application: int, message: Message) -> CaseShape:
    """The case with one more message in the log of an application."""
    old: Application = shape.applications[application]
    new = replace(old, messages=(*old.messages, message))
    return replace(shape, applications=_put(shape.applications, application, new))


def _with_interviewer(interview: Interview, spot: Spot, value: Any) -> Interview:
    old = interview.interviewers[spot.inner]
    whole = Interviewer(person=old) if isinstance(old, str) else old
    return replace(interview, interviewers=_put(interview.interviewers, spot.inner, _with(whole, spot, value)))


def _with(part: Part, spot: Spot, value: Any) -> Part:
    if spot.custom:
        custom: dict[str, Any] = {**(part.custom or {}), spot.field: value}
        return replace(part, custom={name: known for name, known in custom.items() if known is not None} or None)
    return replace(part, **{spot.field: value})


def _put(parts: tuple[Any, ...], no: int, part: Any) -> tuple[Any, ...]:
    return (*parts[:no], part, *parts[no + 1 :])


def as_given(value: Value, kind: Kind, spot: Spot, calendar: Calendar) -> Any:
    """A value inside the engine as a case holds it: moments with the offset of ``calendar``'s zone."""
    match kind:
        case MomentKind() if isinstance(value, int):
            moment: datetime = calendar.local(value)
            as_text = spot.custom or is_deadline(spot.entity, spot.field)
            return moment.isoformat() if as_text else moment
        case DurationKind() if isinstance(value, int):
            return format_seconds(value)
        case DayTimeKind() if isinstance(value, int):
            return format_day_time(value)
        case _:
            return value


def path_of(shape: CaseShape, spot: Spot) -> str:
    """The field as people name it: ``person[dana].prefers``. The application is added if the id alone is ambiguous."""
    if spot.entity in ("candidate", PARAMETERS):
        return f"{spot.entity}.{spot.field}"
    application = shape.applications[spot.application]
    if spot.entity in ("application", "offer"):
        return f"{spot.entity}[{application.id}].{spot.field}"
    own = f"{spot.entity}[{_id(application, spot)}].{spot.field}"
    alike = (
        spot.entity == "message"
        or sum(_has(other, spot.entity, _id(application, spot)) for other in shape.applications) > 1
    )
    return f"application[{application.id}].{own}" if alike and len(shape.applications) > 1 else own


def _id(application: Application, spot: Spot) -> str:
    """The id of a part within its application. The id of a message is its position in the log, from 1."""
    match spot.entity:
        case "person":
            return application.people[spot.no].id
        case "interview":
            return application.interviews[spot.no].id
        case "message":
            return str(spot.no + 1)
        case _:
            interview = application.interviews[spot.no]
            return f"{interview.id}/{person_of(interview.interviewers[spot.inner])}"


def _has(application: Application, entity: str, id_: str) -> bool:
    return id_ in ids(application, entity)


def ids(application: Application, entity: str) -> list[str]:
    """The ids of an application's parts of one entity, in order; see :func:`path_of`."""
    match entity:
        case "person":
            return [person.id for person in application.people]
        case "interview":
            return [interview.id for interview in application.interviews]
        case "message":
            return [str(no) for no in range(1, len(application.messages) + 1)]
        case _:
            return [
                f"{interview.id}/{person_of(interviewer)}"
                for interview in application.interviews
                for interviewer in interview.interviewers
            ]


def person_of(interviewer: Interviewer | str) -> str:
    """The id of an interviewer's person."""
    return interviewer if isinstance(interviewer, str) else interviewer.person
