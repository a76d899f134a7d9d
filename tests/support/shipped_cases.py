"""Cases for the shipped rules: consistent, and anything optional may be unknown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final, get_args

from hypothesis import strategies as st

import tactful
from tactful.facts import shape
from tactful.facts.fields import given_fields

#: A Wednesday afternoon in most of the time zones that cases are drawn in.
NOW: Final = datetime(2026, 11, 25, 18, tzinfo=UTC)

#: The shipped pack and its profiles.
PACKS: Final = (
    "default",
    "profile:academia",
    "profile:agency",
    "profile:campus",
    "profile:internal",
    "profile:phone-friendly",
    "profile:reserved",
)


@cache
def shipped(name: str) -> tactful.Policy:
    """A shipped pack, which is loaded once for all tests of a process."""
    return tactful.load(name)


Fields = dict[str, Any]
Drawn = st.SearchStrategy[Fields]

CLOSED: Final = ("accepted", "rejected", "withdrawn")
_ZONES: Final = ("America/New_York", "Europe/Dublin", "Asia/Kolkata", "Pacific/Auckland")
_COUNTRIES: Final = ("US", "US-NY", "IE", "IN", "NZ")

#: The fields that hold a moment or a day.
_DEADLINES: Final = frozenset(
    spec.name for fields in given_fields().values() for spec in fields.values() if spec.deadline
)

#: Hours around the figures of the packs and between them: minutes, two hours, two days, a week, weeks, months.
_HOURS: Final = (0.01, 1, 2, 3, 24, 47, 48, 49, 96, 120, 167, 168, 169, 240, 336, 337, 504, 672, 700, 1100, 2000)


def _moments(*signs: int) -> st.SearchStrategy[str]:
    return st.builds(
        lambda hours, sign: (NOW + sign * timedelta(hours=hours)).isoformat(),
        st.sampled_from(_HOURS),
        st.sampled_from(signs),
    )


past, ahead, around = _moments(-1), _moments(1), _moments(-1, -1, 1)
days = st.one_of(around, around.map(lambda moment: moment[:10]))


def word(literal: Any) -> st.SearchStrategy[str]:
    """Any of the words of a type of the shape."""
    return st.sampled_from(get_args(literal))


def some_words(literal: Any) -> st.SearchStrategy[list[str]]:
    """Up to two different words of a type of the shape."""
    return st.lists(word(literal), max_size=2, unique=True)


def _fields(optional: dict[str, st.SearchStrategy[Any]], **required: st.SearchStrategy[Any]) -> Drawn:
    """Required fields, and optional ones that are left out, ``None`` or given."""
    unknown_too = {name: st.one_of(st.none(), values) for name, values in optional.items()}
    return st.fixed_dictionaries(required, optional=unknown_too)


_place: Final = {"time_zone": st.sampled_from(_ZONES), "country": st.sampled_from(_COUNTRIES)}

_person: Final = _fields(
    {
        "name": st.sampled_from(["Kim", "Ana"]),
        "role": word(shape.Role),
        "relation": word(shape.Relation),
        "prefers": word(shape.Preference),
        "invited_call": st.booleans(),
        "contact_policy": st.sampled_from(["open", "closed"]),
        "channels": st.lists(st.sampled_from(["email", "phone", "text", "post", "linkedin"]), max_size=2, unique=True),
        "left": st.booleans(),
        "away_until": days,
        "topics": st.lists(st.sampled_from(["tests", "the move"]), max_size=2, unique=True),
        **_place,
    }
)


_several_people: Final = st.lists(_person, max_size=4)

# Strategies are made once for each number of people: to make and check them takes longer than to draw from them.


@cache
def _interviews(people: tuple[str, ...]) -> Drawn:
    ids = st.sampled_from(people) if people else st.nothing()
    interviewer = st.one_of(
        ids, st.builds(lambda id_, attended: {"person": id_, "attended": attended}, ids, st.booleans())
    )
    interviewers = st.lists(
        interviewer, max_size=3, unique_by=lambda entry: entry if isinstance(entry, str) else entry["person"]
    )
    fields: dict[str, st.SearchStrategy[Any]] = {
        "stage": word(shape.Stage),
        "cancelled_by": word(shape.Side),
        "cancelled_at": past,
        "went": word(shape.Feeling),
    }

    def interview(moments: st.SearchStrategy[str], *statuses: str) -> Drawn:
        return _fields(
            {**fields, "status": st.sampled_from(statuses), "starts_at": moments},
            ended_at=moments,
            interviewers=interviewers if people else st.just([]),
        ).map(begun_first)

    return st.one_of(
        interview(past, "held"),
        interview(past, "held", "scheduled", "cancelled", "missed"),
        interview(ahead, "scheduled", "cancelled"),
    )


def begun_first(interview: Fields) -> Fields:
    """The interview with its moments in order, so that it does not start after it ends."""
    if not interview.get("starts_at"):
        return interview
    start, end = sorted((interview["starts_at"], interview["ended_at"]))
    return {**interview, "starts_at": start, "ended_at": end}


@cache
def _messages(people: tuple[str, ...]) -> Drawn:
    fields: dict[str, st.SearchStrategy[Any]] = {
        "direction": word(shape.Direction),
        "sent_at": past,
        "channel": word(shape.Channel),
        "kind": st.one_of(word(shape.MessageKind), st.just("follow_up")),
        "answer_by": days,
        "bounced": st.booleans(),
        "voicemail": st.booleans(),
        "mistake": st.booleans(),
    }
    if people:
        fields["person"] = st.sampled_from(people)
    return _fields(fields)


def _in_order(offer: Fields) -> Fields:
    """The offer with its moments in order, so that it is neither signed nor withdrawn before it was received."""
    names = [name for name in ("received_at", "signed_at", "withdrawn_at") if offer.get(name)]
    if "received_at" not in names:
        return offer
    first = min(names, key=lambda name: str(offer[name]))
    return {**offer, "received_at": offer[first], first: offer["received_at"]}


_offer: Final = _fields(
    {
        "received_at": past,
        "form": word(shape.OfferForm),
        "answer_by": days,
        "signed_at": past,
        "conditional": st.booleans(),
        "conditions": some_words(shape.Condition),
        "conditions_by": days,
        "start_on": days,
        "notice_due_on": days,
        "withdrawn_at": past,
        "terms": word(shape.Terms),
        "more_time": word(shape.MoreTime),
        "decision": word(shape.Choice),
    }
).map(_in_order)


@cache
def _application(id_: str, ids: tuple[str, ...]) -> Drawn:
    """An application but for its people, whose ids are given."""
    fields: dict[str, st.SearchStrategy[Any]] = {
        "company": st.just("Acme"),
        "status": st.sampled_from(["applied", "interviewing", "interviewing", "offered", *CLOSED]),
        "preferred": st.booleans(),
        "second_thoughts": word(shape.SecondThoughts),
        "applied_at": past,
        "internal": st.booleans(),
        "reply_by": days,
        "next_step": word(shape.NextStep),
        "next_step_said_at": past,
        "signals": some_words(shape.Signal),
        "keep_in_touch": st.booleans(),
        "reapply_from": days,
        "thanks_direct": st.booleans(),
        "contact_policy": st.sampled_from(["open", "closed"]),
        "offer": _offer,
        **_place,
    }
    if ids:
        fields["contact_via"] = st.sampled_from(ids)
    return _fields(
        fields,
        id=st.just(id_),
        interviews=st.lists(_interviews(ids), max_size=3).map(
            lambda interviews: [{"id": f"i{no}", **interview} for no, interview in enumerate(interviews)]
        ),
        messages=st.lists(_messages(ids), max_size=5),
    )


@st.composite
def _applications(draw: Any, id_: str) -> Fields:
    people = [{"id": f"p{no}", **row} for no, row in enumerate(draw(_several_people))]
    fields: Fields = draw(_application(id_, tuple(person["id"] for person in people)))
    return {**fields, "people": people}


@cache
def _some_applications(count: int) -> st.SearchStrategy[tuple[Fields, ...]]:
    return st.tuples(*(_applications("abc"[no]) for no in range(count)))


_candidate: Final = _fields(
    {
        "employed": st.booleans(),
        "considering_quitting": st.booleans(),
        "searching": st.booleans(),
        "handwriting_legible": st.booleans(),
        "notice_period": st.sampled_from(["2 weeks", "30 days"]),
        "notice_given": st.booleans(),
        "last_day_on": days,
        "let_go": st.booleans(),
        "counter_offer": word(shape.CounterOffer),
        "employer_knows": word(shape.EmployerKnows),
        **_place,
    },
    id=st.just("c"),
)


def _with_moments(part: Fields) -> Fields:
    """A part of a case with moments in place of days."""
    return {
        name: f"{value}T12:00:00+00:00" if name in _DEADLINES and value and len(value) == 10 else value
        for name, value in part.items()
    }


def _readable(candidate: Fields, application: Fields) -> Fields:
    """The application with moments in place of days if no time zone says when the days end."""
    if candidate.get("time_zone") or application.get("time_zone"):
        return application
    offer, rows = application.get("offer"), {name: application[name] for name in ("people", "messages")}
    dated = {name: [_with_moments(row) for row in given] for name, given in rows.items()}
    return {**_with_moments(application), **dated, **({"offer": _with_moments(offer)} if offer else {})}


#: Whole cases: a candidate with none to three applications.
cases: Final[Drawn] = st.builds(
    lambda candidate, applications: {
        "now": NOW.isoformat(),
        "candidate": candidate if candidate.get("time_zone") else _with_moments(candidate),
        "applications": [_readable(candidate, application) for application in applications],
    },
    _candidate,
    st.integers(0, 3).flatmap(_some_applications),
)
