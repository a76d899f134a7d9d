"""Cases at the thresholds of the shipped packs: exactly, and a second on either side."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from shipped_cases import begun_first, some_words, word
from tactful.facts import shape

NOW = 1_795_600_800  # 2026-11-25T18:00:00Z, a Wednesday
STEPS = [0, 1, 7_199, 7_200, 7_201, 86_400, 172_799, 172_800, 172_801, 604_799, 604_800, 604_801, 950_400, 2_000_000]


def iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


moments = st.builds(lambda step, sign: iso(NOW + sign * step), st.sampled_from(STEPS), st.sampled_from([-1, -1, -1, 1]))
people_ids = st.sampled_from(["p1", "p2", "p3"])


def _some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


def _with(
    base: dict[str, st.SearchStrategy[Any]], **optional: st.SearchStrategy[Any]
) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(base, optional=optional)


def _people() -> st.SearchStrategy[list[dict[str, Any]]]:
    fields = _some(
        name=st.just("Kim"),
        role=word(shape.Role),
        relation=word(shape.Relation),
        prefers=st.sampled_from(["email", "phone"]),
        invited_call=st.booleans(),
        contact_policy=st.sampled_from(["open", "closed"]),
        channels=st.lists(st.sampled_from(["email", "linkedin", "post"]), max_size=2, unique=True),
        left=st.booleans(),
        away_until=moments,
        topics=st.lists(st.just("tests"), max_size=1),
    )
    return st.tuples(fields, fields, fields).map(
        lambda people: [{"id": f"p{no}", **person} for no, person in enumerate(people, start=1)]
    )


interview = _with(
    {"ended_at": moments, "interviewers": st.lists(people_ids, unique=True, max_size=3)},
    starts_at=moments,
    status=st.sampled_from(["scheduled", "cancelled", "missed"]),
    cancelled_by=word(shape.Side),
    cancelled_at=moments,
    went=st.sampled_from(["well", "badly"]),
).map(begun_first)
message = _some(
    person=people_ids,
    direction=st.sampled_from(["sent", "received"]),
    sent_at=moments,
    kind=st.one_of(
        st.sampled_from(
            ["thank_you", "follow_up", "status_question", "answer", "rejection", "withdrawal", "offer_notice"]
        ),
        word(shape.MessageKind),
    ),
    answer_by=moments,
    bounced=st.booleans(),
    voicemail=st.booleans(),
    mistake=st.booleans(),
)
offer = _some(
    form=word(shape.OfferForm),
    answer_by=moments,
    signed_at=moments,
    conditional=st.booleans(),
    conditions=some_words(shape.Condition),
    conditions_by=moments,
    withdrawn_at=moments,
    terms=word(shape.Terms),
    more_time=word(shape.MoreTime),
    decision=word(shape.Choice),
)


def _application(id_: str) -> st.SearchStrategy[dict[str, Any]]:
    return _with(
        {
            "id": st.just(id_),
            "people": _people(),
            "interviews": st.lists(interview, max_size=3).map(
                lambda interviews: [{**interview, "id": f"i{no}"} for no, interview in enumerate(interviews)]
            ),
            "messages": st.lists(message, max_size=5),
        },
        status=st.sampled_from(["applied", "interviewing", "offered", "accepted", "rejected", "withdrawn"]),
        reply_by=moments,
        contact_policy=st.sampled_from(["open", "closed"]),
        contact_via=people_ids,
        preferred=st.booleans(),
        second_thoughts=word(shape.SecondThoughts),
        applied_at=moments,
        internal=st.booleans(),
        next_step=word(shape.NextStep),
        next_step_said_at=moments,
        signals=some_words(shape.Signal),
        keep_in_touch=st.booleans(),
        reapply_from=moments,
        thanks_direct=st.booleans(),
        offer=offer,
    )


cases = st.builds(
    lambda candidate, applications: {
        "now": iso(NOW),
        "candidate": {"id": "c", "time_zone": "America/New_York", "country": "US", **candidate},
        "applications": applications,
    },
    _some(
        employed=st.booleans(),
        considering_quitting=st.booleans(),
        searching=st.booleans(),
        handwriting_legible=st.booleans(),
        notice_given=st.booleans(),
        last_day_on=moments,
        let_go=st.booleans(),
        counter_offer=word(shape.CounterOffer),
        employer_knows=word(shape.EmployerKnows),
    ),
    st.one_of(st.tuples(_application("a")), st.tuples(_application("a"), _application("b"))).map(list),
)
