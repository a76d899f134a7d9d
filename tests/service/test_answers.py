"""The service answers what the API answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
import jsonschema
import msgspec
import pytest

import tactful
from serving import Served, example, serving
from tactful import schemas

CASE = example()
SILENCE = example("silence_after_the_promised_day")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service with the shipped rules."""
    with serving(tmp_path_factory.mktemp("service")) as served:
        yield served


@pytest.fixture(scope="module")
def client(served: Served) -> Iterator[httpx2.Client]:
    with served.client() as client:
        yield client


@pytest.fixture(scope="module")
def pack() -> tactful.Policy:
    return tactful.load()


def test_a_decision_is_that_of_the_api(client: httpx2.Client, pack: tactful.Policy) -> None:
    """The body is a case, and the answer is its decision."""
    answer = client.post("/v1/decisions", json=CASE)
    assert answer.status_code == 200
    assert answer.content == pack.decide(CASE).to_json()
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("de", "de"),
        ("de-AT, en;q=0.5", "de"),
        ("pt, fr;q=0.9, de;q=0.8", "fr"),
        ("es;q=0, en", "en"),
        ("xx", "en"),
        ("*", "en"),
        (";;q=nonsense,,", "en"),
    ],
)
def test_advice_is_in_the_language_asked_for(
    client: httpx2.Client, pack: tactful.Policy, asked: str, language: str
) -> None:
    """The first language that the pack has, by weight; English where it has none of them."""
    answer = client.post("/v1/decisions", json=CASE, headers={"Accept-Language": asked})
    assert answer.content == pack.decide(CASE, language=language).to_json()


def test_a_decision_for_another_moment(client: httpx2.Client, pack: tactful.Policy) -> None:
    """``at`` replaces the case's own moment; without an offset it is the candidate's local time."""
    moment = pack.decide(CASE).at.replace(day=27)
    for at in (moment.isoformat(), moment.replace(tzinfo=None).isoformat()):
        assert client.post("/v1/decisions", params={"at": at}, json=CASE).content == pack.decide(CASE, moment).to_json()


def test_reasons_are_left_out_on_request(client: httpx2.Client, pack: tactful.Policy) -> None:
    """``explain=none`` gives the same advice without reasons, ``full`` everything."""
    brief = client.post("/v1/decisions", params={"explain": "none"}, json=CASE).json()
    decision = pack.decide(CASE)
    assert [action["key"] for action in brief["actions"]] == [advice.key for advice in decision.actions]
    assert "because" not in brief["actions"][0]
    full = client.post("/v1/decisions", params={"explain": "full", "questions": "true"}, json=CASE)
    assert full.content == decision.to_json(questions=True, messages=True, next_change=True)


def test_each_case_of_a_batch_is_answered_by_itself(client: httpx2.Client, pack: tactful.Policy) -> None:
    """A case with a mistake does not keep the others from their answers."""
    wrong = {**CASE, "candidate": {**CASE["candidate"], "id": ""}}
    results = client.post("/v1/decisions", json={"cases": [CASE, wrong, SILENCE]}).json()["results"]
    assert results[0] == {"decision": pack.decide(CASE).to_builtins()}
    assert results[1]["problem"]["status"] == 422
    assert results[1]["problem"]["diagnostics"][0]["place"] == "candidate.id"
    assert results[2] == {"decision": pack.decide(SILENCE).to_builtins()}


def test_a_wrong_moment_for_a_batch(client: httpx2.Client) -> None:
    """It is a mistake of the request, and not of each case."""
    assert client.post("/v1/decisions", params={"at": "soon"}, json={"cases": [CASE]}).status_code == 422


def test_a_plan_in_four_formats(client: httpx2.Client, pack: tactful.Policy) -> None:
    """``Accept`` chooses the format."""
    plan = pack.plan(SILENCE)
    expected = {
        "application/json": plan.to_json(),
        "image/svg+xml": tactful.plan_to_svg(plan),
        "text/html": tactful.plan_to_html(plan),
    }
    for media, body in expected.items():
        answer = client.post("/v1/plans", json=SILENCE, headers={"Accept": media})
        assert answer.content == body
        assert answer.headers["content-type"].startswith(media)
    calendar = client.post("/v1/plans", json=SILENCE, headers={"Accept": "text/calendar, application/json;q=0.5"})
    assert calendar.content.startswith(b"BEGIN:VCALENDAR")
    refused = client.post("/v1/plans", json=SILENCE, headers={"Accept": "image/png"})
    assert refused.status_code == 406


def test_a_plan_ends_where_it_is_told_to(client: httpx2.Client) -> None:
    """``until`` is read as the command reads it."""
    plan = client.post("/v1/plans", params={"until": "10 days"}, json=SILENCE).json()
    assert (datetime.fromisoformat(plan["until"]) - datetime.fromisoformat(plan["start"])).days == 10
    assert client.post("/v1/plans", params={"until": "soon"}, json=SILENCE).status_code == 422


def test_why(client: httpx2.Client, pack: tactful.Policy) -> None:
    """The answer is that of ``Decision.why``."""
    decision = pack.decide(CASE)
    action, target = decision.actions[0].action, decision.actions[0].target.id
    answer = client.post("/v1/why", json={"case": CASE, "action": action, "target": target, "flip": True})
    assert answer.json() == _plain(decision.why(action, target, flip=True))
    assert client.post("/v1/why", json={"case": CASE, "action": "dance"}).status_code == 422


def test_what_if(client: httpx2.Client, pack: tactful.Policy) -> None:
    """Other facts are given by path, and the differences are those of the API."""
    facts = {f"person[{CASE['applications'][0]['people'][0]['id']}].prefers": "phone"}
    answer = client.post("/v1/what-if", json={"case": CASE, "facts": facts}).json()
    before, case = pack.decide(CASE), pack.read(CASE)
    after = pack.decide(pack.change(case, facts), before.at)
    assert answer == {"decision": after.to_builtins(), "differences": _plain(before.compare(after))}


def test_done_dismiss_and_undo(client: httpx2.Client, pack: tactful.Policy) -> None:
    """What is told to a case comes back as the changed case, as the API has it."""
    key = next(advice.key for advice in pack.decide(CASE).actions if advice.kind == "do")
    done = client.post("/v1/done", json={"case": CASE, "key": key})
    assert done.content == pack.done(CASE, key).to_json()
    undone = client.post("/v1/undo", json={"case": done.json(), "key": key})
    assert undone.content == pack.undo(done.content, key).to_json()
    dismissed = client.post("/v1/dismiss", json={"case": CASE, "key": key, "until": "2027-01-01"})
    assert json.loads(dismissed.content)["dismissed"][0]["until"] == "2027-01-01"
    assert client.post("/v1/done", json={"case": CASE, "key": "nothing"}).status_code == 422


def test_the_pack_is_reported(client: httpx2.Client, pack: tactful.Policy) -> None:
    """Name, version and digest, and on request all rules and parameters."""
    (summary,) = client.get("/v1/packs").json()["packs"]
    assert (summary["name"], summary["digest"], summary["failed"]) == (pack.name, pack.digest, None)
    details = client.get(f"/v1/packs/{pack.name}").json()
    assert [rule["id"] for rule in details["rules"]] == [rule.id for rule in pack.checked.rules]
    assert {parameter["name"] for parameter in details["parameters"]} == set(pack.parameters)
    assert client.get("/v1/packs/other").status_code == 404


@pytest.mark.parametrize("name", ["case", "decision", "plan", "why", "comparison", "test", "pack", "examples"])
def test_schemas(client: httpx2.Client, pack: tactful.Policy, name: str) -> None:
    """The schemas are those of ``tactful schema``."""
    of_pack = name in ("pack", "examples")
    expected = getattr(schemas, name)(pack) if of_pack else getattr(schemas, name)()
    assert client.get(f"/v1/schemas/{name}").json() == json.loads(json.dumps(expected))


def test_health_and_metrics(client: httpx2.Client, pack: tactful.Policy) -> None:
    """The metrics count requests by route and status, and decisions by pack and action."""
    assert client.get("/health/live").json() == {"status": "live"}
    assert client.get("/health/ready").json() == {"status": "ready"}
    client.post("/v1/decisions", json=CASE)
    text = client.get("/metrics").text
    action = pack.decide(CASE).actions[0].action
    assert 'tactful_request_seconds_count{method="POST",route="/v1/decisions",status="200"}' in text
    assert f'tactful_advice_total{{action="{action}",pack="{pack.name}"}}' in text
    assert "tactful_lost_total 0.0" in text


def test_mistakes_are_problem_details(client: httpx2.Client) -> None:
    """Every mistake in a case comes back with its place, its code and what to do."""
    answer = client.post("/v1/decisions", json={**CASE, "applicatons": []})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["type"], problem["title"], problem["status"]) == ("about:blank", "Unprocessable Entity", 422)
    assert "applications" in problem["diagnostics"][0]["help"]


def test_answers_fit_the_description(client: httpx2.Client) -> None:
    """/openapi.json is valid, and a decision fits the schema that it gives."""
    description = client.get("/openapi.json").json()
    assert description["openapi"].startswith("3.1")
    schema = {"$ref": "#/components/schemas/DecisionRecord", "components": description["components"]}
    jsonschema.Draft202012Validator(schema).validate(client.post("/v1/decisions", json=CASE).json())


def test_sigterm_ends_an_idle_service(tmp_path: Path) -> None:
    """The process ends by the signal and says nothing of errors."""
    with serving(tmp_path) as served:
        served.stop()
        assert {line["event"] for line in served.lines()} == {"listening", "request"}


def _plain(record: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(record))


_TWICE = b'{"candidate": {"id": "a", "id": "b"}}'


@pytest.mark.parametrize(
    ("path", "body", "place"),
    [
        ("decisions", _TWICE, "candidate.id"),
        ("plans", _TWICE, "candidate.id"),
        ("why", b'{"action": "call", "case": %s}' % _TWICE, "case.candidate.id"),
        ("why", b'{"action": "call", "action": "wait", "case": {"candidate": {"id": "a"}}}', "action"),
        ("what-if", b'{"case": {"candidate": {"id": "a"}}, "facts": {"x": 1, "x": 2}}', "facts.x"),
        ("decisions", b'{"cases": [], "cases": []}', "cases"),
    ],
)
def test_a_key_that_stands_twice_is_refused(client: httpx2.Client, path: str, body: bytes, place: str) -> None:
    """With its path: one of the two values would be lost."""
    answer = client.post(f"/v1/{path}", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert [(mistake["code"], mistake["place"]) for mistake in answer.json()["diagnostics"]] == [("T104", place)]


def test_a_key_that_stands_twice_is_a_matter_of_its_case(client: httpx2.Client) -> None:
    """The other cases of the batch are decided."""
    body = b'{"cases": [{"candidate": {"id": "a"}}, %s]}' % _TWICE
    answer = client.post("/v1/decisions", content=body, headers={"content-type": "application/json"})
    first, second = answer.json()["results"]
    assert first["decision"]["actions"]
    assert [mistake["place"] for mistake in second["problem"]["diagnostics"]] == ["candidate.id"]
