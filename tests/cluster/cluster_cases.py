"""Cases for tests on a cluster: the same number makes the same case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final

NOW: Final = datetime(2026, 11, 23, 15, tzinfo=UTC)
Fields = dict[str, Any]
_PLACES: Final = (("America/New_York", "US"), ("Europe/Dublin", "IE"), ("Asia/Kolkata", "IN"))


def case(no: int) -> Fields:
    """A case with one or two applications in some phase. Every seventh case has no moment of its own."""
    random = Random(no)
    zone, country = random.choice(_PLACES)
    candidate = {"id": f"c{no:05}", "time_zone": zone, "country": country, "employed": no % 3 == 0}
    offer: Fields = {
        "candidate": candidate,
        "applications": [_application(random, f"a{number}") for number in range(1 + no % 2)],
    }
    return offer if no % 7 == 0 else {"now": _ago(0), **offer}


def _application(random: Random, id_: str) -> Fields:
    people = [
        {"id": f"p{number}", "name": "Kim", "role": random.choice(("hiring_manager", "interviewer", "recruiter"))}
        for number in range(random.randrange(1, 4))
    ]
    interviews = [
        {
            "id": f"i{number}",
            "ended_at": _ago(hours),
            "status": "held",
            "interviewers": [person["id"] for person in people],
        }
        for number, hours in enumerate(random.sample(range(2, 700), random.randrange(0, 3)))
    ]
    messages = [
        {
            "person": random.choice(people)["id"],
            "direction": random.choice(("sent", "received")),
            "sent_at": _ago(random.randrange(1, 500)),
            "kind": random.choice(("thank_you", "follow_up", "answer", "invitation", "other")),
        }
        for _ in range(random.randrange(0, 4))
    ]
    status = random.choice(("interviewing", "offered", "rejected", "applied"))
    application = {"id": id_, "status": status, "people": people, "interviews": interviews, "messages": messages}
    return (
        {**application, "offer": {"received_at": _ago(30), "form": "written"}} if status == "offered" else application
    )


def _ago(hours: float) -> str:
    return (NOW - timedelta(hours=hours)).isoformat()
