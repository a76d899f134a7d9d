"""Cases for tests of batches, as JSON and as tables: the same number makes the same case."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
Fields = dict[str, Any]


def case(no: int) -> Fields:
    """A case with one or two applications in some phase."""
    random = Random(no)
    zone, country = random.choice((("America/New_York", "US"), ("Europe/Dublin", "IE"), ("Asia/Kolkata", "IN")))
    candidate = {"id": f"c{no:07}", "name": f"Sam {no}", "time_zone": zone, "country": country, "employed": no % 3 == 0}
    return {
        "now": _ago(0),
        "candidate": candidate,
        "applications": [_application(random, number) for number in range(1 + no % 2)],
    }


def _application(random: Random, no: int) -> Fields:
    people = [
        {
            "id": f"p{number}",
            "name": random.choice(("Dana Ruiz", "Kim Ito", "Lee Ó Briain")),
            "role": random.choice(("hiring_manager", "interviewer", "recruiter")),
            "prefers": random.choice(("email", "phone", None)),
        }
        for number in range(random.randrange(1, 4))
    ]
    interviews = [
        {
            "id": f"i{number}",
            "ended_at": _ago(hours),
            "status": "held",
            "interviewers": [{"person": person["id"], "attended": True} for person in people[: 1 + number]],
        }
        for number, hours in enumerate(random.sample(range(2, 700), random.randrange(0, 3)))
    ]
    messages = [
        {
            "person": random.choice(people)["id"],
            "direction": random.choice(("sent", "received")),
            "sent_at": _ago(random.randrange(1, 500)),
            "channel": "email",
            "kind": random.choice(("thank_you", "follow_up", "answer", "invitation", "task", "other")),
            "answer_by": random.choice((_ago(-40)[:10], None)),
            "bounced": random.choice((True, False, None)),
        }
        for _ in range(random.randrange(0, 4))
    ]
    application: Fields = {
        "id": f"a{no}",
        "company": "Acme",
        "status": random.choice(("interviewing", "offered", "rejected", "applied")),
        "applied_at": _ago(random.randrange(700, 900)),
        "next_step": random.choice(("answer", "interview", "offer", None)),
        "signals": random.choice((["on_hold"], ["reposted", "layoffs"], [], None)),
        "people": people,
        "interviews": interviews,
        "messages": messages,
    }
    if random.random() < 0.2:
        application["offer"] = {
            "received_at": _ago(30),
            "form": random.choice(("written", "email", "verbal")),
            "answer_by": _ago(-50),
            "conditions": random.choice((["references"], [], None)),
        }
    return application


def _ago(hours: float) -> str:
    return (NOW - timedelta(hours=hours)).isoformat()


def lines(numbers: Iterable[int]) -> bytes:
    """The cases with these numbers, each on a line."""
    return b"".join(json.dumps(case(no)).encode() + b"\n" for no in numbers)


def tables(cases: Iterable[Fields]) -> dict[str, pa.Table]:
    """Cases as tables."""
    rows: dict[str, list[Fields]] = {
        name: []
        for name in ("candidates", "applications", "people", "interviews", "interviewers", "messages", "offers")
    }
    for case in cases:
        key = {"candidate_id": case["candidate"]["id"]}
        rows["candidates"].append({**key, "now": _moment(case["now"]), **_without(case["candidate"], "id")})
        for application in case["applications"]:
            _add(rows, application, {**key, "application_id": application["id"]})
    return {name: pa.Table.from_pylist(members) for name, members in rows.items() if members}


def _add(rows: dict[str, list[Fields]], given: Fields, key: Fields) -> None:
    rows["applications"].append({**key, **_without(given, "id", "people", "interviews", "messages", "offer")})
    for person in given["people"]:
        rows["people"].append({**key, "person_id": person["id"], **_without(person, "id")})
    for interview in given["interviews"]:
        own = {**key, "interview_id": interview["id"]}
        fields = _without(interview, "id", "interviewers")
        rows["interviews"].append({**own, **fields, "ended_at": _moment(interview["ended_at"])})
        for interviewer in interview["interviewers"]:
            rows["interviewers"].append(
                {**own, "person_id": interviewer["person"], "attended": interviewer["attended"]}
            )
    for message in given["messages"]:
        fields = {**_without(message, "person"), "sent_at": _moment(message["sent_at"])}
        rows["messages"].append({**key, "person_id": message["person"], **fields})
    if "offer" in given:
        moments = {name: _moment(given["offer"][name]) for name in ("received_at", "answer_by")}
        rows["offers"].append({**key, **given["offer"], **moments})


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _without(given: Fields, *names: str) -> Fields:
    return {name: value for name, value in given.items() if name not in names}


def write_tables(folder: Path, given: dict[str, pa.Table], rows: int | None = None) -> Path:
    """Tables as a folder of Parquet, with ``rows`` rows in a row group."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in given.items():
        pq.write_table(table, folder / f"{name}.parquet", row_group_size=rows)
    return folder
