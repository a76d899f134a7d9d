"""Feeds as their APIs give them, and shapes that only look like them."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

import tactful
from tactful.formats.importers import CaseFile, Imported, Options, import_files

POLICY = tactful.loads("rules: {}")
NOW = 1_772_000_000  # 25 February 2026
PAYLOADS = Path(__file__).parent / "payloads"


def _payload(name: str) -> Any:
    return json.loads((PAYLOADS / f"{name}.json").read_text())


def _import(*payloads: Any, into: str | None = None) -> Imported:
    files = [CaseFile(f"{no}.json", json.dumps(payload).encode()) for no, payload in enumerate(payloads)]
    case = None if into is None else CaseFile("case.yaml", into.encode())
    return import_files(files, POLICY, Options(time_zone="Europe/Oslo"), NOW, case)


def _people(imported: Imported) -> list[tuple[str, str | None, str | None]]:
    case = POLICY.read_text(imported.text, "case.yaml")
    return [(person.id, person.name, person.email) for family in case.families for person in family.people]


def _interviewers(imported: Imported) -> list[list[str]]:
    case = POLICY.read_text(imported.text, "case.yaml")
    return [[person.id for person in group] for family in case.families for group in family.interviewers]


def _refused(*payloads: Any) -> str:
    with pytest.raises(tactful.InvalidInput) as refused:
        _import(*payloads)
    return "\n".join(f"{mistake.code} {mistake.message} {mistake.help}" for mistake in refused.value.diagnostics)


UNKNOWN: list[dict[str, Any]] = [
    {"id": 1, "starts_at": "2026-11-20T22:15:00Z", "ends_at": "2026-11-20T22:30:00Z"},
    {"id": 1, "application_id": 2, "starts_at": "2026-11-20T22:15:00Z", "ends_at": "2026-11-20T22:30:00Z", "room": "x"},
    {"id": 1, "type": "interview", "cancelled": False, "ends_at": "x", "a": 1, "b": 2, "c": 3, "d": 4, "e": 5},
    {"id": 1, "date": 1, "duration": 30},
    {"id": 1, "end_at": "2026-11-20T22:30:00Z", "people": []},
    {"id": 1, "user_ids": ["a"]},
    {"id": 1, "application_id": 2, "interviewers": [], "start": "2026-11-20", "end": "2026-11-20"},
    {"action": "x", "data": {"y": 1}},
    {"action": "interview_scheduled", "payload": {"interview": {"id": 1}}},
    {"success": False, "errors": ["no access"]},
    {"interviews": []},
    {},
]


@pytest.mark.parametrize("shape", UNKNOWN, ids=lambda shape: ",".join(shape) or "nothing")
@pytest.mark.parametrize("page", [False, True])
def test_an_unknown_shape_is_a_mistake(shape: dict[str, Any], page: bool) -> None:
    """A shape that only resembles a feed's is refused, and the message says which shapes are read."""
    message = _refused({"results": [shape]} if page else shape)
    assert "T501" in message
    assert "Greenhouse, Lever, Ashby, Workable, Merge or Unified" in message


@pytest.mark.parametrize("empty", [[], {"data": []}, {"events": [], "paging": {}}])
def test_an_empty_page_is_noted(empty: Any) -> None:
    """A page without objects has nothing to import, which is no mistake."""
    assert [note.message for note in _import(empty).notes] == ["the page is empty"]


def test_one_object_beside_unknown_ones() -> None:
    """Nothing is imported while one object of a file is unknown."""
    assert "T501" in _refused([*_payload("greenhouse_harvest_v3"), {"id": 7, "when": "soon"}])


@pytest.mark.parametrize("type_", ["interview", "call", "InterviewEvent", "CallEvent", "interview_event", "Call"])
def test_workable_interviews(type_: str) -> None:
    """Types as the documentation and as the API write them are interviews."""
    page = _payload("workable_type_as_the_api_gives_it")
    page["events"][0]["type"] = type_
    assert _interviewers(_import(page)) == [["workable-1f"]]


@pytest.mark.parametrize(
    ("type_", "code"), [("meeting", "T501"), ("MeetingEvent", "T501"), ("OnsiteEvent", "T505"), (None, "T505")]
)
def test_workable_events_that_are_no_interviews(type_: str | None, code: str) -> None:
    """A page of meetings has nothing to import, and an unknown type is a mistake, since advice may hang on it."""
    page = _payload("workable_type_as_the_api_gives_it")
    page["events"][0]["type"] = type_
    assert code in _refused(page)


SEATS = [
    {"id": 5, "interview_id": 1, "user_id": 80, "email": "kate@acme.com", "response_status": "accepted"},
    {"id": 6, "interview_id": 1, "user_id": 81, "email": "omar@acme.com", "response_status": "declined"},
]


@pytest.mark.parametrize("interviewers_first", [False, True])
def test_greenhouse_version_3(interviewers_first: bool) -> None:
    """Interviews and their interviewers come from two addresses, in any order, and declined ones are marked."""
    interviews = _payload("greenhouse_harvest_v3")
    imported = _import(*((SEATS, interviews) if interviewers_first else (interviews, SEATS)))
    assert _interviewers(imported) == [["greenhouse-80", "greenhouse-81"]]
    assert "attended: no" in imported.text
    assert "ended_at: 2026-11-20T22:30:00Z" in imported.text


def test_greenhouse_version_3_interviewers_later() -> None:
    """Interviewers that are imported with the same version of an interview afterwards are added, once."""
    interviews = _payload("greenhouse_harvest_v3")
    interviews[0]["updated_at"] = "2026-11-11T20:43:11Z"
    first = _import(interviews)
    assert "does not name its interviewers" in first.notes[-1].message
    second = _import(interviews, SEATS, into=first.text)
    assert _interviewers(second) == [["greenhouse-80", "greenhouse-81"]]
    assert _import(interviews, SEATS, into=second.text).changes == ()


def test_greenhouse_version_3_interviewers_alone() -> None:
    """Interviewers without their interviews are a mistake that says what to import."""
    assert "GET /v3/interviews" in _refused(SEATS)


def test_greenhouse_version_3_whole_days() -> None:
    """An interview of whole days ends with the last of them."""
    (interview,) = _payload("greenhouse_harvest_v3")
    interview |= {"starts_at": None, "ends_at": None, "all_day_start_on": "2026-11-20", "all_day_end_on": "2026-11-21"}
    assert "ended_at: 2026-11-20T23:59:59" in _import([interview]).text


@pytest.mark.parametrize(
    ("end", "ended_at"),
    [
        ({"date": None, "date_time": "2026-11-20T22:30:00Z"}, "2026-11-20T22:30:00Z"),
        ({"date": "2026-11-21", "date_time": "2026-11-20T22:30:00Z"}, "2026-11-20T22:30:00Z"),
        ({"date": "2026-11-21", "date_time": None}, "2026-11-21T23:59:59"),
        ({"date": "2026-11-21"}, "2026-11-21T23:59:59"),
    ],
)
def test_greenhouse_days_and_times(end: dict[str, str | None], ended_at: str) -> None:
    """The moment counts where there is one, else the day."""
    (interview,) = _payload("greenhouse_day_and_time_both_there")
    interview["end"] = end
    interview["start"] = {"date": "2026-11-21", "date_time": None}
    assert f"ended_at: {ended_at}" in _import(interview).text


NOBODY: list[Any] = [
    None,
    {},
    {"id": None, "name": None, "email": None},
    {"id": None, "first_name": None, "last_name": "", "email": " "},
    {"id": "", "name": "", "first_name": "", "email": ""},
]


@pytest.mark.parametrize("nobody", NOBODY)
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("greenhouse_day_and_time_both_there", [0, "interviewers"]),
        ("merge_expanded_interviewers", ["results", 0, "interviewers"]),
        ("ashby_one_user_as_object_and_as_id", ["results", 0, "interviewEvents", 0, "interviewers"]),
        ("lever_interview", ["interviewers"]),
        ("workable_events", ["events", 0, "members"]),
    ],
)
def test_a_deleted_account_is_nobody(nobody: Any, name: str, path: list[Any]) -> None:
    """An interviewer without any field is left out, once or twice, and the others stay."""
    payload = _payload(name)
    people = payload
    for step in path:
        people = people[step]
    before = _people(_import(payload))
    people.insert(0, nobody)
    people.append(copy.deepcopy(nobody))
    assert _people(_import(payload)) == before


def test_a_deleted_organizer_is_nobody() -> None:
    """The same of an organizer."""
    payload = _payload("greenhouse_day_and_time_both_there")
    payload[0]["organizer"] = {"id": None, "name": None}
    assert [id_ for id_, *_ in _people(_import(payload))] == ["greenhouse-4080"]


@pytest.mark.parametrize("id_first", [False, True])
def test_one_user_as_object_and_as_id(id_first: bool) -> None:
    """A user who is an object in one event and an id in another is one person, in any order."""
    payload = _payload("ashby_one_user_as_object_and_as_id")
    if id_first:
        payload["results"][0]["interviewEvents"].reverse()
    imported = _import(payload)
    assert _people(imported) == [("ashby-u1", "Ada B", "ada@acme.com")]
    assert _interviewers(imported) == [["ashby-u1"], ["ashby-u1"]]


def test_one_user_in_two_imports() -> None:
    """The feed's id is remembered in the case, though there is an address."""
    payload = _payload("ashby_one_user_as_object_and_as_id")
    first, second = copy.deepcopy(payload), copy.deepcopy(payload)
    del first["results"][0]["interviewEvents"][1]
    del second["results"][0]["interviewEvents"][0]
    assert _people(_import(second, into=_import(first).text)) == [("ashby-u1", "Ada B", "ada@acme.com")]


@pytest.mark.parametrize("name", ["Zoe\u0308 Mu\u0308ller", "Zo\u00eb M\u00fcller", "ZO\u00cb  M\u00dcLLER"])
def test_names_that_look_the_same(name: str) -> None:
    """Composed and decomposed accents, capitals and spaces make no second person."""
    page = _payload("workable_type_as_the_api_gives_it")
    page["events"][0]["members"] = [{"id": None, "name": "Zo\u00eb M\u00fcller", "status": "accepted"}]
    later = copy.deepcopy(page)
    later["events"][0] |= {"id": "other", "members": [{"id": None, "name": name, "status": None}]}
    assert len(_people(_import(later, into=_import(page).text))) == 1


def test_merge_with_everything_expanded() -> None:
    """Names, addresses, the job, the candidate and the round are read where Merge expands them."""
    page = _payload("merge_expanded_interviewers")
    page["results"][0] |= {
        "organizer": {"id": "o", "first_name": "Rita", "last_name": "R", "email": "rita@acme.com"},
        "application": {
            "id": "a1",
            "candidate": {"id": "c1", "first_name": "Kim", "last_name": "Lee"},
            "job": {"id": "j1", "name": "Analyst"},
        },
        "job_interview_stage": {"id": "s", "name": "Technical"},
    }
    text = _import(page).text
    for line in ("id: c1", "name: Kim Lee", "role: Analyst", "name: Rita R", "stage: technical", "email: eve@acme.com"):
        assert line in text
