"""Who may reach the service, and how much of it a client can take."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from serving import Served, example, serving

CASE = example()
JSON = {"Content-Type": "application/json"}
TOKEN = "a-token-that-nobody-guesses"
#: A marker in every text of a case that is about a person.
MARKER = "Zyxwvut"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service that is impatient, and takes few connections."""
    with serving(tmp_path_factory.mktemp("service"), "--seconds", "1", "--connections", "20") as served:
        yield served


@pytest.fixture
def client(served: Served) -> Iterator[httpx2.Client]:
    with served.client() as client:
        yield client


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 403),
        ({"Host": ""}, 403),
        ({"Host": "localhost.evil.example:80"}, 403),
        ({"Host": "LOCALHOST:1"}, 200),
        ({"Host": "[::1]:8000"}, 200),
        ({"Origin": "http://localhost"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"X-Forwarded-For": "127.0.0.1"}, 403),
        ({"Forwarded": "for=127.0.0.1"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content-Type": "application/json; charset=utf-8"}, 200),
        ({"Content-Encoding": "gzip"}, 415),
    ],
)
def test_heads_that_are_refused(client: httpx2.Client, headers: dict[str, str], status: int) -> None:
    """No page of another origin, no other name, no proxy and no form reaches a service on loopback."""
    answer = client.post("/v1/decisions", content=json.dumps(CASE), headers=JSON | headers)
    assert answer.status_code == status
    assert "access-control-allow-origin" not in answer.headers


def test_a_page_cannot_ask_beforehand(client: httpx2.Client) -> None:
    """A browser's preflight is refused, so that it never sends the request."""
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    answer = client.options("/v1/decisions", headers=headers)
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_other_machines_need_a_token(tmp_path: Path) -> None:
    """Listening elsewhere without a token is refused, unless --no-auth says so."""
    command = [sys.executable, "-m", "tactful", "serve", "--port", "0", "--host", "0.0.0.0"]
    environment = {key: value for key, value in os.environ.items() if key != "TACTFUL_TOKEN"}
    ended = subprocess.run(command, capture_output=True, env=environment, timeout=60, check=False)
    assert ended.returncode == 1
    assert b"--no-auth" in ended.stderr
    ended = subprocess.run(
        command, capture_output=True, env={**environment, "TACTFUL_TOKEN": "short"}, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert b"at least 16" in ended.stderr


def test_everything_but_health_needs_the_token(tmp_path: Path) -> None:
    """Without it, or with another, the answer is 401; with it, a proxy may forward requests."""
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    with serving(tmp_path, "--token-file", str(file)) as served, served.client() as client:
        for path in ("/v1/packs", "/openapi.json", "/metrics", "/v1/schemas/case"):
            assert client.get(path).status_code == 401
        refused = client.get("/v1/packs", headers={"Authorization": f"Bearer {TOKEN}x"})
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == "Bearer"
        assert client.get("/v1/packs", headers={"Authorization": f"Basic {TOKEN}"}).status_code == 401
        assert client.get("/health/live").status_code == 200
        allowed = {"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "192.0.2.1"}
        assert client.get("/v1/packs", headers=allowed).status_code == 200
        assert TOKEN not in served.log.read_text()


def test_bodies_over_the_limit(client: httpx2.Client) -> None:
    """A body that is too large is refused by its length, and else as soon as too much of it is there."""
    large = b" " * 2_000_001
    assert client.post("/v1/decisions", content=large, headers=JSON).status_code == 413
    pieces = (b" " * 100_000 for _ in range(30))
    assert client.post("/v1/decisions", content=pieces, headers=JSON).status_code == 413


def test_a_batch_over_the_limit(client: httpx2.Client) -> None:
    """A batch of too many cases is refused as a whole."""
    answer = client.post("/v1/decisions", json={"cases": [{}] * 201})
    assert answer.status_code == 413
    assert "200" in answer.json()["detail"]


@pytest.mark.parametrize("path", ["decisions", "plans", "why", "what-if", "done"])
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 500_000,
        b'{"case":' * 100_000,
        b'{"case":' + b"[" * 100_000,
        b'{"cases":[' + b'{"a":' * 100_000,
        b"\xff",
        b"",
        b"nul",
        b'{"case":1e999}',
    ],
)
def test_json_that_is_deep_or_broken(client: httpx2.Client, path: str, body: bytes) -> None:
    """It is refused, and the service goes on."""
    answer = client.post(f"/v1/{path}", content=body, headers=JSON)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def _connected(served: Served) -> socket.socket:
    return socket.create_connection((served.host, served.port), timeout=30)


def _rest(connection: socket.socket) -> bytes:
    """All that the service sends until it ends the connection."""
    received = b""
    try:
        while piece := connection.recv(65536):
            received += piece
    except ConnectionError:
        pass
    return received


SLOW_BODY = (
    b"POST /v1/decisions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n{"
)
ANSWERED = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
HALF_HEADS = [
    b"",
    b"GET /health/live HT",
    b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-A: ",
    ANSWERED + b"GET /hea",
]


def _given_up(served: Served, *pieces: bytes) -> bytes:
    """What is answered on a connection on which nothing comes after these pieces. Only a hang lasts 20 s."""
    answers = b""
    with _connected(served) as connection:
        for piece in pieces[:-1]:
            connection.sendall(piece)
            answers += connection.recv(65536)
        connection.sendall(pieces[-1])
        begun = time.monotonic()
        answers += _rest(connection)
        assert time.monotonic() - begun < 20
    return answers


@pytest.fixture(scope="module")
def given_up(served: Served) -> dict[tuple[bytes, ...], Future[bytes]]:
    """The answers to clients that stop before they have sent all. They wait for their end at the same time."""
    sent = [(SLOW_BODY,), (ANSWERED, b"\r\n"), *((head,) for head in HALF_HEADS)]
    with ThreadPoolExecutor(len(sent)) as threads:
        return {pieces: threads.submit(_given_up, served, *pieces) for pieces in sent}


def test_a_slow_body_is_given_up(given_up: dict[tuple[bytes, ...], Future[bytes]]) -> None:
    """The answer is 408 when the time is over, and the connection ends."""
    assert given_up[(SLOW_BODY,)].result().startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize("head", HALF_HEADS)
def test_half_a_head_is_given_up(given_up: dict[tuple[bytes, ...], Future[bytes]], head: bytes) -> None:
    """A connection on which no whole head arrives ends when the time is over; so does one after an answer."""
    assert given_up[(head,)].result().count(b"HTTP/1.1 200") == head.count(b"\r\n\r\n")


def test_an_empty_line_keeps_no_connection_open(given_up: dict[tuple[bytes, ...], Future[bytes]]) -> None:
    """A line end after an answer begins no head, and still counts as the beginning of a request."""
    assert given_up[(ANSWERED, b"\r\n")].result().startswith(b"HTTP/1.1 200")


def test_a_head_over_the_limit_is_given_up(served: Served) -> None:
    """The connection ends before a large head is complete."""
    with _connected(served) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        try:
            for _ in range(100):
                connection.sendall(b"X-Filler: " + b"a" * 10_000 + b"\r\n")
        except ConnectionError:
            pass
        assert b" 200 " not in _rest(connection)


def test_half_open_connections_are_bounded(served: Served) -> None:
    """More connections than the limit are ended at once; when they are gone, the service answers again."""
    connections = [_connected(served) for _ in range(200)]
    for connection in connections:
        connection.settimeout(0.5)
    ended = 0
    for connection in connections[20:]:
        try:
            ended += connection.recv(1) == b""
        except ConnectionError:
            ended += 1
    assert ended >= 150
    for connection in connections:
        connection.close()
    with served.client(transport=httpx2.HTTPTransport(retries=10)) as client:
        assert client.get("/health/live").status_code == 200


def test_slow_work_is_bounded(tmp_path: Path) -> None:
    """An answer that takes too long is 503 with the time after which to try again; others are answered meanwhile."""
    with serving(tmp_path, "--seconds", "0.1") as served, served.client() as client:
        answer = client.post("/v1/decisions", params={"explain": "full"}, json={"cases": [CASE] * 200})
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert client.get("/health/live").status_code == 200


def test_nothing_about_a_person_is_in_logs_metrics_and_errors(tmp_path: Path) -> None:
    """A marker in names, texts and ids, and in the query, is in no line of the log, no metric and no error about other facts."""
    text = json.dumps(CASE)
    for person in CASE["applications"][0]["people"]:
        text = text.replace(json.dumps(person["id"]), json.dumps(f"{MARKER}-{person['id']}"))
    marked = json.loads(text)
    marked["candidate"]["id"] = marked["applications"][0]["id"] = marked["applications"][0]["company"] = MARKER
    for person in marked["applications"][0]["people"]:
        person["name"] = MARKER
    wrong = json.loads(json.dumps(marked))
    wrong["applications"][0]["status"] = 17
    trace = f"00-{'a' * 32}-{'b' * 16}-01"
    with serving(tmp_path) as served, served.client(headers={"traceparent": trace}) as client:
        assert MARKER in client.post("/v1/decisions", params={"application": MARKER}, json=marked).text
        errors = [
            client.post("/v1/decisions", json=wrong),
            client.post("/v1/decisions", json={"cases": [wrong]}),
            client.post("/v1/plans", json=wrong),
            client.post("/v1/decisions", params={"application": f"{MARKER}1"}, json=marked),
            client.get(f"/v1/packs/{MARKER}"),
            client.get(f"/{MARKER}"),
            client.get("/v1/packs", params={MARKER: MARKER}),
            client.post("/v1/decisions", content=f'{{"{MARKER}'.encode(), headers=JSON),
        ]
        assert [error.status_code for error in errors] == [422, 200, 422, 422, 404, 404, 422, 422]
        told = [error.text for error in errors] + [client.get("/metrics").text]
        served.process.send_signal(signal.SIGHUP)
        served.stop()
        assert not [text for text in told if MARKER in text]
        assert MARKER not in served.log.read_text()
        assert {line["traceparent"] for line in served.lines() if line["event"] == "request"} == {None, trace}
