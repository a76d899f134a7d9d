"""From a case's bytes to plain data, for peers whose language has no moments, clocks or business days.

Moments become seconds since 1970, and bare dates the last second of their day. Every field that a rule reads is present,
``None`` if it is unknown, and every list is present, empty if it was left out. These fields are added:

* ``application.reply_by_with_grace``: two business days after ``reply_by``;
* ``interview.answer_due_at``: five business days after its end. (A later interview never has an earlier value, so
  the latest value is that of the latest interview);
* ``person.office_time``: whether it is office time (9:00 to 17:00 on a business day) where they are.

No rule's deadline needs more: rules that end by time alone say ``by: none``. The exception is ``settle-the-offer``, which only
a signature in the future could end, and the cases have none.

Aggregates, joins and everything else are up to the peers. Fields that no rule reads (names of companies, channels of
messages, topics …) are left out, except ``person.name``.

The prepared case::

    {"now": 1764000000,
     "candidate": {"id", "employed", "considering_quitting", "searching"},
     "applications": [{
       "id", "status", "preferred", "contact_policy", "contact_via", "reply_by", "reply_by_with_grace",
       "offer": None | {"received_at", "form", "answer_by", "signed_at", "conditional", "start_on"},
       "people": [{"id", "name", "role", "prefers", "invited_call", "contact_policy", "channels": [...],
                   "office_time"}],
       "interviews": [{"id", "status", "ended_at", "answer_due_at", "interviewers": [{"person", "attended"}]}],
       "messages": [{"person", "direction", "kind", "sent_at"}]}]}
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import orjson

from .places import Place, place

Fields = dict[str, Any]

DAY: Final = 86_400
#: The policy's parameters, in seconds, business days or times.
THANK_YOU_NOT_BEFORE: Final = 2 * 3600
THANK_YOU_WITHIN: Final = 2 * DAY
THANK_YOU_LATE_UNTIL: Final = 7 * DAY
GRACE_AFTER_PROMISE: Final = 2
FIRST_FOLLOW_UP_AFTER: Final = 5
GAP_BETWEEN_MESSAGES: Final = 7 * DAY
FOLLOW_UPS_AT_MOST: Final = 2
MOVE_ON_AFTER: Final = 7 * DAY
REJECTION_REPLY_WITHIN: Final = 7 * DAY
ANSWER_OFFER_WITHIN: Final = 5 * DAY


def prepared(raw: bytes) -> Fields:
    """A prepared case, as described above."""
    case = orjson.loads(raw)
    candidate = case["candidate"]
    now = seconds(case["now"])
    zone, country = candidate.get("time_zone") or "UTC", candidate.get("country")
    return {
        "now": now,
        "candidate": {
            "id": candidate["id"],
            "employed": candidate.get("employed"),
            "considering_quitting": candidate.get("considering_quitting"),
            "searching": candidate.get("searching"),
        },
        "applications": [
            _application(application, now, zone, country) for application in case.get("applications") or ()
        ],
    }


def seconds(text: str) -> int:
    """A moment with an offset, in whole seconds since 1970."""
    return int(datetime.fromisoformat(text).timestamp() // 1)


def _application(given: Fields, now: int, zone: str, country: str | None) -> Fields:
    zone, country = given.get("time_zone") or zone, given.get("country") or country
    here = place(zone, country)
    reply_by, offer = _deadline(given.get("reply_by"), here), given.get("offer")
    offices: dict[tuple[str, str | None], bool] = {}
    return {
        "id": given["id"],
        "status": given.get("status"),
        "preferred": given.get("preferred"),
        "contact_policy": given.get("contact_policy"),
        "contact_via": given.get("contact_via"),
        "reply_by": reply_by,
        "reply_by_with_grace": None if reply_by is None else here.business_days_after(reply_by, GRACE_AFTER_PROMISE),
        "offer": None if offer is None else _offer(offer, here),
        "people": [_person(person, now, zone, country, offices) for person in given.get("people") or ()],
        "interviews": [_interview(interview, here) for interview in given.get("interviews") or ()],
        "messages": [_message(message) for message in given.get("messages") or ()],
    }


def _offer(given: Fields, here: Place) -> Fields:
    return {
        "received_at": _moment(given.get("received_at")),
        "form": given.get("form"),
        "answer_by": _deadline(given.get("answer_by"), here),
        "signed_at": _moment(given.get("signed_at")),
        "conditional": given.get("conditional"),
        "start_on": _deadline(given.get("start_on"), here),
    }


def _person(
    given: Fields, now: int, zone: str, country: str | None, offices: dict[tuple[str, str | None], bool]
) -> Fields:
    at = given.get("time_zone") or zone, given.get("country") or country
    office = offices.get(at)
    if office is None:
        office = offices[at] = place(*at).office_time(now)
    return {
        "id": given["id"],
        "name": given.get("name"),
        "role": given.get("role"),
        "prefers": given.get("prefers"),
        "invited_call": given.get("invited_call"),
        "contact_policy": given.get("contact_policy"),
        "channels": given.get("channels") or [],
        "office_time": office,
    }


def _interview(given: Fields, here: Place) -> Fields:
    ended_at = seconds(given["ended_at"])
    return {
        "id": given["id"],
        "status": given.get("status"),
        "ended_at": ended_at,
        "answer_due_at": here.business_days_after(ended_at, FIRST_FOLLOW_UP_AFTER),
        "interviewers": [
            {"person": interviewer, "attended": None}
            if isinstance(interviewer, str)
            else {"person": interviewer["person"], "attended": interviewer.get("attended")}
            for interviewer in given.get("interviewers") or ()
        ],
    }


def _message(given: Fields) -> Fields:
    return {
        "person": given.get("person"),
        "direction": given.get("direction"),
        "kind": given.get("kind"),
        "sent_at": _moment(given.get("sent_at")),
    }


def _moment(text: str | None) -> int | None:
    return None if text is None else seconds(text)


def _deadline(text: str | None, here: Place) -> int | None:
    """A moment, or the end of a day without a time."""
    if text is None:
        return None
    return here.end_of_day(text) if len(text) == 10 else seconds(text)
