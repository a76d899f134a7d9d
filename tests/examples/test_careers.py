"""The sample service of examples/embedding keeps candidates, advises them, and loses nothing."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from threading import Barrier, Event
from typing import Any, Final

import pytest

import tactful

NEEDED: Final = "needs what the extra `dev` installs for examples/embedding"
for module in ("starlette", "httpx2", "uvicorn"):
    pytest.importorskip(module, reason=NEEDED)

import httpx2  # noqa: E402
from starlette.testclient import TestClient  # noqa: E402

from careers import LARGEST_BODY, LIMITS, Careers, app_for  # noqa: E402

CASE: Final[dict[str, Any]] = {
    "candidate": {"id": "sam", "time_zone": "Europe/Dublin", "country": "IE"},
    "applications": [
        {
            "id": "acme",
            "people": [{"id": "dana", "name": "Dana Ruiz"}, {"id": "lee", "name": "Lee Ott"}],
            "interviews": [
                {"id": "first", "status": "held", "ended_at": "2026-11-23T11:30", "interviewers": ["dana", "lee"]}
            ],
        }
    ],
}
JSON: Final = {"content-type": "application/json"}
SECOND: Final = {"id": "second", "status": "held", "ended_at": "2026-11-27T11:30", "interviewers": ["dana"]}
#: Rules of the house, without and with a mistake.
RULES: Final = "pack: {name: house, version: 1}\nextends: default\n"
MORE_TIME: Final = RULES.replace("1}", "2}") + "parameters:\n  thank_you_within: 72 hours\n"
MISTAKEN: Final = RULES + "parameters:\n  thank_you_within: soon\n"


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = datetime.fromisoformat("2026-11-23T15:00:00+00:00")

    def __call__(self) -> datetime:
        return self.now


class House:
    """A service on a database of its own."""

    def __init__(self, database: Path, rules: Path | str, clock: Clock) -> None:
        self.database, self.rules, self.clock = database, rules, clock
        self.start()

    def start(self) -> None:
        """Start the service, or start it again."""
        self.careers = Careers(self.database, tactful.load(self.rules, limits=LIMITS), self.clock)
        self.client = TestClient(app_for(self.careers), "http://localhost")

    def write(self, rules: str) -> None:
        """Write the rules, which are in a file."""
        Path(self.rules).write_text(rules)

    def put(self, case: dict[str, Any] = CASE, tag: str | None = None) -> Any:
        """Send a case."""
        return self.client.put("/candidates/sam", json=case, headers={} if tag is None else {"if-match": tag})

    def post(self, what: str, **body: Any) -> Any:
        """Tell what became of advice."""
        return self.client.post(f"/candidates/sam/{what}", json=body)

    def get(self, what: str = "/advice") -> Any:
        """Read something of the candidate."""
        return self.client.get(f"/candidates/sam{what}")

    def reload(self) -> Any:
        """Read the rules again."""
        return self.client.post("/reload", json={})

    def ask_again(self) -> Any:
        """Decide again where it is due."""
        return self.client.post("/ask-again", json={}).json()


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A service without candidates, with the shipped rules, on a Monday afternoon."""
    return House(tmp_path / "careers.db", "default", Clock())


@pytest.fixture
def sam(house: House) -> House:
    """A service with one candidate, who was interviewed this morning by two people."""
    assert house.put().status_code == 200
    return house


@pytest.fixture
def own(tmp_path: Path) -> House:
    """The same, with rules in a file."""
    (tmp_path / "rules.yaml").write_text(RULES)
    house = House(tmp_path / "careers.db", tmp_path / "rules.yaml", Clock())
    assert house.put().status_code == 200
    return house


def keys(response: Any, action: str = "thank_you_note") -> list[str]:
    """The keys of an action's advice, in the order of the people that it is about."""
    assert response.status_code == 200, response.text
    advice = [each for each in response.json()["actions"] if each["action"] == action]
    return [each["key"] for each in sorted(advice, key=lambda each: str(each["target"]["id"]))]


def test_a_candidate_is_advised(house: House) -> None:
    """The answer is that of the rules at this moment, with the version of the facts."""
    response = house.put()
    decision = house.careers.policy.decide(CASE, house.clock.now)
    assert response.content == house.get().content == decision.to_json()
    assert response.headers["etag"] == house.get().headers["etag"] == '"1"'
    assert house.careers.policy.read(house.get("").content).shape == decision.context.case.shape


def test_advice_that_was_followed_is_gone(sam: House) -> None:
    """The case has the message with its details, and the next answer has the others' advice only."""
    dana, lee = keys(sam.get())
    assert keys(sam.post("done", key=dana, details={"channel": "phone"})) == keys(sam.get()) == [lee]
    message = sam.get("").json()["applications"][0]["messages"][0]
    assert (message["person"], message["kind"], message["channel"]) == ("dana", "thank_you", "phone")


def test_ticking_off_twice_changes_nothing_more(sam: House) -> None:
    """The second time leads to the same answer and the same facts, and nothing is kept anew."""
    key = keys(sam.get())[0]
    first, facts, answers = sam.post("done", key=key), sam.get("").content, sam.get("/answers").content
    second = sam.post("done", key=key)
    assert (second.content, second.headers["etag"]) == (first.content, first.headers["etag"])
    assert (sam.get("").content, sam.get("/answers").content) == (facts, answers)


def test_a_second_interview_brings_advice_with_another_key(sam: House) -> None:
    """Thanks for the first interview do not tick off thanks for the second."""
    first = keys(sam.get())[0]
    done = sam.post("done", key=first)
    case = sam.get("").json()
    case["applications"][0]["interviews"].append(SECOND)
    sam.clock.now = datetime.fromisoformat("2026-11-27T15:00:00+00:00")
    again = keys(sam.put(case, done.headers["etag"]))
    assert again
    assert first not in again


def test_advice_that_was_dismissed_comes_back_after_its_day(sam: House) -> None:
    """Until then, it is set aside. The service asks again by itself when the day is over."""
    key = keys(sam.get(), "keep_searching")[0]
    assert keys(sam.post("dismiss", key=key, until="2026-11-24"), "keep_searching") == []
    aside = [each["handled"]["key"] for each in sam.get().json()["set_aside"] if "handled" in each]
    assert aside == [key]
    sam.clock.now = datetime.fromisoformat("2026-11-24T23:59:58+00:00")
    sam.ask_again()
    assert keys(sam.get(), "keep_searching") == []
    sam.clock.now += timedelta(seconds=1)
    assert sam.ask_again() == {"changed": ["sam"], "unreadable": []}
    assert keys(sam.get(), "keep_searching") == [key]


@pytest.mark.parametrize("told", ["done", "dismiss"])
def test_what_was_told_can_be_taken_back(sam: House, told: str) -> None:
    """Afterwards the facts and the advice are as before."""
    facts, before = sam.get("").content, sam.get()
    sam.post(told, key=keys(before)[0])
    after = sam.post("undo", key=keys(before)[0])
    assert (sam.get("").content, after.content) == (facts, before.content)


def test_an_answer_is_kept_for_as_long_as_it_stands(sam: House) -> None:
    """Over ten days, the advice is at each moment what the rules say, and not each moment needs a decision."""
    policy, moments = sam.careers.policy, 0
    while moments < 10 * 8:
        moments += 1
        sam.clock.now += timedelta(hours=3, seconds=1)
        advised = [(each["rank"], each["key"], each["due"]) for each in sam.get().json()["actions"]]
        fresh = json.loads(policy.decide(CASE, sam.clock.now).to_json())["actions"]
        assert advised == [(each["rank"], each["key"], each["due"]) for each in fresh], sam.clock.now
    assert len(sam.get("/answers").json()) < moments
    assert sam.get().headers["etag"] == '"1"'


def test_all_advice_is_kept_and_can_be_made_again(sam: House) -> None:
    """The facts, the moment and the rules of each answer lead to the same answer."""
    sam.post("done", key=keys(sam.get())[0])
    sam.clock.now += timedelta(days=2)
    sam.get()
    answers, policy = sam.get("/answers").json(), sam.careers.policy
    assert [each["no"] for each in answers] == [3, 2, 1]
    for each in answers:
        assert each["rules"]["digest"] == each["answer"]["made_with"]["pack"]["digest"] == policy.digest
        assert json.loads(policy.decide(each["facts"], datetime.fromisoformat(each["at"])).to_json()) == each["answer"]


def test_data_outlive_a_restart(sam: House) -> None:
    """A service that starts again has the candidates, their advice, and what was done; it decides nothing anew."""
    sam.post("done", key=keys(sam.get())[0])
    kept = [sam.get(what).content for what in ("", "/advice", "/answers")]
    sam.start()
    assert sam.ask_again() == {"changed": [], "unreadable": []}
    assert [sam.get(what).content for what in ("", "/advice", "/answers")] == kept


# --- rules that change ---


def _due(response: Any) -> set[str]:
    return {each["due"] for each in response.json()["actions"] if each["action"] == "thank_you_note"}


def test_new_rules_count_from_when_they_are_loaded(own: House) -> None:
    """Answers by the old rules are made again, and say which rules they were made with."""
    before = _due(own.get())
    own.write(MORE_TIME)
    assert _due(own.get()) == before
    assert own.reload().json()["version"] == "2"
    assert _due(own.get()) != before
    assert [each["rules"]["version"] for each in own.get("/answers").json()] == ["2", "1"]


def test_rules_that_change_while_the_service_is_down_count_too(own: House) -> None:
    """The service finds at its start that answers were made with other rules."""
    before = _due(own.get())
    own.write(MORE_TIME)
    own.start()
    own.ask_again()
    assert len(own.get("/answers").json()) == 2
    assert _due(own.get()) != before


def test_a_mistake_in_new_rules_keeps_the_old_ones(own: House) -> None:
    """The mistake is reported with its place; candidates are advised by the last good rules."""
    before = own.get().content
    own.write(MISTAKEN)
    response = own.reload()
    assert response.status_code == 422
    assert re.match(r".*rules\.yaml:4:\d+$", response.json()["mistakes"][0]["place"])
    own.clock.now += timedelta(seconds=1)
    assert own.get().content == before
    assert own.post("done", key=keys(own.get())[0]).json()["made_with"]["pack"]["version"] == "1"
    own.write(MORE_TIME)
    assert own.reload().status_code == 200


def test_a_case_that_new_rules_cannot_read_keeps_its_answer(own: House) -> None:
    """It is told whom this concerns. The case can be read and mended, and others are advised."""
    own.write(RULES + "custom_facts:\n  candidate: {mood: text}\n")
    own.reload()
    case = CASE | {"candidate": CASE["candidate"] | {"custom": {"mood": "calm"}}}
    assert own.put(case, own.get("").headers["etag"]).status_code == 200
    own.write(RULES)
    own.reload()
    assert own.ask_again() == {"changed": [], "unreadable": ["sam"]}
    assert own.get().json()["mistakes"][0]["place"] == "candidate.custom.mood"
    assert own.put(CASE, own.get("").headers["etag"]).status_code == 200
    assert own.ask_again() == {"changed": [], "unreadable": []}


# --- at the same time ---


def test_each_answer_is_by_one_set_of_rules(own: House) -> None:
    """While rules are reloaded, every answer agrees with the rules that it names."""
    policies = []
    for text in (MORE_TIME, RULES):
        own.write(text)
        policies.append(tactful.load(own.rules, limits=LIMITS))
    right = {policy.digest: policy.decide(CASE, own.clock.now).to_json() for policy in policies}
    stop = Event()

    def ask() -> set[bytes]:
        seen = set()
        while not stop.is_set():
            seen.add(own.careers.advice("sam").answer)
        return seen

    with ThreadPoolExecutor(2) as threads:
        asking = [threads.submit(ask) for _ in range(2)]
        for text in (MORE_TIME, MISTAKEN, RULES):
            own.write(text)
            own.reload()
            own.careers.advice("sam")
        stop.set()
        seen = set[bytes]().union(*(each.result(30) for each in asking))
    assert seen == set(right.values())
    assert all(json.loads(answer)["made_with"]["pack"]["digest"] in right for answer in seen)


def test_two_threads_lose_nothing(house: House) -> None:
    """Advice that is ticked off at the same moment is all ticked off, and each change has a version."""
    people = [{"id": f"p{number}"} for number in range(8)]
    interview = {"id": "first", "ended_at": "2026-11-23T11:30", "status": "held"}
    interview["interviewers"] = [person["id"] for person in people]  # type: ignore[assignment]
    house.put(CASE | {"applications": [{"id": "acme", "people": people, "interviews": [interview]}]})
    notes, together = keys(house.get()), Barrier(4)
    assert len(notes) == len(people)

    def tick_off(part: list[str]) -> None:
        together.wait(30)
        for key in part:
            assert house.post("done", key=key).status_code == 200

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(tick_off, (notes[::2], notes[1::2], notes[::-1], notes)))
    facts = house.get("")
    assert sorted(each["key"] for each in facts.json()["done"]) == sorted(notes)
    assert len(facts.json()["applications"][0]["messages"]) == len(notes)
    assert facts.headers["etag"] == f'"{1 + len(notes)}"'


def test_a_case_is_replaced_only_by_those_who_know_it(sam: House) -> None:
    """Who sends a case that another has changed meanwhile is told so, and overwrites nothing."""
    tag = sam.get("").headers["etag"]
    sam.post("done", key=keys(sam.get())[0])
    facts = sam.get("").content
    assert sam.put().status_code == 428
    assert sam.put(tag=tag).status_code == 412
    assert sam.put(tag='"x"').status_code == 412
    assert sam.get("").content == facts
    assert sam.put(tag=sam.get("").headers["etag"]).status_code == 200


# --- what strangers send ---

BAD: Final[dict[str, tuple[str, str, bytes, int]]] = {
    "no JSON": ("PUT", "sam", b"{", 422),
    "not UTF-8": ("PUT", "sam", b'"\xff"', 422),
    "a list": ("PUT", "sam", b"[]", 422),
    "nothing": ("PUT", "sam", b"", 422),
    "a wrong type": ("PUT", "sam", b'{"candidate": {"id": 5}}', 422),
    "an unknown name": ("PUT", "sam", b'{"candidate": {"id": "sam"}, "aplications": []}', 422),
    "another id": ("PUT", "sam", b'{"candidate": {"id": "alex"}}', 422),
    "half a character": ("PUT", "sam", b'{"candidate": {"id": "\\ud800"}}', 422),
    "too deep": ("PUT", "sam", b"[" * 10_000, 422),
    "too large": ("PUT", "sam", b" " * (LARGEST_BODY + 1), 413),
    "too many": (
        "PUT",
        "sam",
        json.dumps(
            {"candidate": {"id": "sam"}, "applications": [{"id": f"{no}"} for no in range(LIMITS.applications + 1)]}
        ).encode(),
        422,
    ),
    "no such candidate": ("GET", "alex/advice", b"", 404),
    "no such candidate's page": ("GET", "alex/page", b"", 404),
    "no such candidate's facts": ("GET", "alex", b"", 404),
    "done for no such candidate": ("POST", "alex/done", b'{"key": "x"}', 404),
    "no such page": ("GET", "sam/mood", b"", 404),
    "the wrong method": ("POST", "sam", b"{}", 405),
    "no key": ("POST", "sam/done", b"{}", 422),
    "an unknown key": ("POST", "sam/done", b'{"key": "nope"}', 409),
    "an unknown key to dismiss": ("POST", "sam/dismiss", b'{"key": "nope"}', 409),
    "nothing to undo": ("POST", "sam/undo", b'{"key": "nope"}', 409),
    "half a character in a key": ("POST", "sam/done", b'{"key": "\\ud800"}', 422),
    "no text at all": ("POST", "sam/done", b'{"key": "\xff"}', 422),
    "no day": ("POST", "sam/dismiss", b'{"key": "KEY", "until": "soon"}', 422),
    "an unknown detail": ("POST", "sam/done", b'{"key": "KEY", "details": {"mood": "calm"}}', 409),
    "a wrong detail": ("POST", "sam/done", b'{"key": "KEY", "details": {"channel": "pigeon"}}', 422),
    "a detail of a wrong type": ("POST", "sam/done", b'{"key": "KEY", "details": {"channel": [{}]}}', 422),
    "a detail called self": ("POST", "sam/done", b'{"key": "KEY", "details": {"self": "x"}}', 409),
    "a detail called case": ("POST", "sam/done", b'{"key": "KEY", "details": {"case": "x"}}', 409),
    "a detail called key": ("POST", "sam/done", b'{"key": "KEY", "details": {"key": "x"}}', 409),
    "a detail called at": ("POST", "sam/done", b'{"key": "KEY", "details": {"at": "x"}}', 409),
    "an unknown field": ("POST", "sam/undo", b'{"key": "KEY", "who": "me"}', 422),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused_in_words(sam: House, name: str) -> None:
    """Each mistake ends in a 4xx status and a sentence, and changes nothing."""
    method, path, body, status = BAD[name]
    before = sam.get("").content, sam.get("/answers").content
    body = body.replace(b"KEY", keys(sam.get())[0].encode())
    response = sam.client.request(method, f"/candidates/{path}", content=body, headers=JSON | {"if-match": '"1"'})
    assert response.status_code == status, response.text
    assert response.json()["error"]
    assert "Traceback" not in response.text
    assert (sam.get("").content, sam.get("/answers").content) == before


def test_mistakes_have_places(house: House) -> None:
    """All mistakes of a case are reported at once, each with its path and what to do."""
    response = house.put({"candidate": {"id": "sam"}, "applications": [{"people": [{"id": "dana", "prefers": "fax"}]}]})
    places = [each["place"] for each in response.json()["mistakes"]]
    assert places == ["applications[0]", "applications[0].people[0].prefers"]
    assert all(each["code"] and each["message"] for each in response.json()["mistakes"])


def test_a_body_that_grows_is_cut_off(house: House) -> None:
    """A stream without a length ends at the limit, too."""
    taken = 0

    def stream() -> Iterator[bytes]:
        nonlocal taken
        while taken < 50 * LARGEST_BODY:
            taken += LARGEST_BODY // 2
            yield b" " * (LARGEST_BODY // 2)

    response = house.client.put("/candidates/sam", content=stream(), headers=JSON)
    assert response.status_code == 413


@pytest.mark.parametrize("sent_as", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
@pytest.mark.parametrize("path", ["/candidates/sam/done", "/reload", "/ask-again"])
def test_forms_of_other_sites_do_nothing(sam: House, path: str, sent_as: str) -> None:
    """A browser sends these kinds without asking whether it may, so they are refused."""
    body = json.dumps({"key": keys(sam.get())[0]})
    response = sam.client.post(path, content=body, headers={"content-type": sent_as})
    assert (response.status_code, sam.get("").headers["etag"]) == (415, '"1"')


def test_other_names_of_this_machine_are_refused(sam: House) -> None:
    """A page of another site whose name leads here reads nothing."""
    response = sam.client.get("/candidates/sam/advice", headers={"host": "evil.example"})
    assert response.status_code == 400


def test_the_page_escapes_what_people_wrote(house: House) -> None:
    """Names are text on the page, never markup."""
    people = [{"id": "dana", "name": "<script>alert('1')</script>"}]
    applications = [CASE["applications"][0] | {"people": [*people, {"id": "lee"}]}]
    house.put(CASE | {"applications": applications})
    page = house.get("/page")
    assert "&lt;script&gt;" in page.text
    assert "<script" not in page.text
    assert page.headers["content-security-policy"] == "default-src 'none'"


def test_a_candidate_can_be_forgotten(sam: House) -> None:
    """Nothing of the candidate stays, and the id is free again."""
    assert sam.client.delete("/candidates/sam").status_code == 204
    assert (sam.get().status_code, sam.get("/answers").json()) == (404, [])
    assert sam.put().headers["etag"] == '"1"'


# --- as a process ---


def _eventually(check: Callable[[], bool]) -> bool:
    """Whether something becomes true within half a minute."""
    end = time.monotonic() + 30
    while not check():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def test_the_service_asks_again_by_itself(sam: House) -> None:
    """It does so when it starts, without any request."""
    sam.clock.now += timedelta(days=30)
    with sam.client:
        assert _eventually(lambda: len(sam.careers.answers("sam")) == 2)


def test_the_command_runs_the_service_on_this_machine_alone(tmp_path: Path) -> None:
    """As README.md says: a command, then requests to localhost."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    script = Path(__file__).parents[2] / "examples" / "embedding" / "careers.py"
    command = [sys.executable, str(script), "--port", str(port), "--database", str(tmp_path / "careers.db")]
    with subprocess.Popen(command, cwd=tmp_path, env=os.environ, stderr=subprocess.PIPE, text=True) as process:
        try:
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}/candidates") as client:

                def answers() -> bool:
                    try:
                        return bool(client.put("/sam", json=CASE).is_success)
                    except httpx2.ConnectError:
                        return False

                assert _eventually(answers)
                assert client.get("/sam/page").text.startswith("<!doctype html>")
        finally:
            process.terminate()
        assert process.stderr is not None
        assert f"http://127.0.0.1:{port}" in process.stderr.read()


def test_rules_with_mistakes_do_not_start(tmp_path: Path) -> None:
    """The mistakes are reported, and no service runs by other rules than those that were named."""
    (tmp_path / "rules.yaml").write_text(MISTAKEN)
    script = Path(__file__).parents[2] / "examples" / "embedding" / "careers.py"
    done = subprocess.run(
        [sys.executable, str(script), "--rules", "rules.yaml"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert "rules.yaml:4:" in done.stderr
    assert "Traceback" not in done.stderr
