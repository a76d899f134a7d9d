"""Requests in one piece and in several, on connections that stay open or end: answers are the same, and in their order."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from serving import Served, example, serving
from tactful import journal
from tactful.journal.verify import verify

BODY = json.dumps(example()).encode()
#: A batch is decided in a thread, and so takes another way than a case.
BATCH = b'{"cases":[%b,%b]}' % (BODY, BODY)


@pytest.fixture(scope="module", params=[False, True], ids=["without a journal", "with a journal"])
def served(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("service")
    options = ["--journal", f"sqlite:{folder / 'journal.db'}"] if request.param else []
    with serving(folder, "--seconds", "2", *options) as served:
        yield served
        assert served.stop() == 0 or served.process.returncode < 0
    if request.param:
        archive = journal.read(str(folder / "journal.db"))
        verified = verify(archive)
        archive.close()
        assert verified.entries > 0
        assert not verified.wrong


def _post(body: bytes, *lines: str, path: str = "/v1/decisions", version: str = "1.1") -> bytes:
    head = [f"POST {path} HTTP/{version}", "Host: localhost", "Content-Type: application/json", *lines, "", ""]
    return "\r\n".join(head).encode() + body


def _case(*lines: str, **options: str) -> bytes:
    return _post(BODY, f"Content-Length: {len(BODY)}", *lines, **options)


def _requests(served: Served) -> list[dict[str, Any]]:
    """The lines of the log about cases and batches, which wait for others for a moment."""
    time.sleep(0.5)
    return [line for line in served.lines() if line["event"] == "request" and line["route"] == "/v1/decisions"]


class Connection:
    """A connection of a client that reads answers one by one."""

    def __init__(self, served: Served) -> None:
        self.socket = socket.create_connection((served.host, served.port), timeout=60)
        self._stream = self.socket.makefile("rb")

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()
        self.socket.close()

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        """The status, headers and body of the next answer."""
        status = int(self._stream.readline().split()[1])
        headers: dict[str, str] = {}
        while line := self._stream.readline().decode().strip():
            name, _, value = line.partition(": ")
            headers[name] = value
        return status, headers, self._stream.read(int(headers.get("content-length", 0)))

    def decided(self) -> None:
        """The next answer is a decision."""
        status, headers, body = self.answer()
        assert (status, headers["content-type"], headers["cache-control"]) == (200, "application/json", "no-store")
        assert json.loads(body)["actions"]

    def ends(self) -> bool:
        """Whether the service has ended the connection."""
        return self._stream.read(1) == b""


def test_pieces_change_nothing(served: Served) -> None:
    """A request that arrives byte by byte at its seams, or in chunks, is answered as one that arrives whole."""
    request, end = _case(), _case().index(b"\r\n\r\n") + 4
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (BODY[:100], BODY[100:], b""))
    with Connection(served) as connection:
        for cuts in ((), (end,), (end + 10,), (end - 2, end, end + 1), (5, 40, len(request) - 1)):
            for start, stop in zip((0, *cuts), (*cuts, len(request)), strict=True):
                connection.socket.sendall(request[start:stop])
                time.sleep(0.02)
            connection.decided()
        connection.socket.sendall(_post(chunks, "Transfer-Encoding: chunked"))
        connection.decided()


def test_requests_that_do_not_wait_are_answered_in_their_order(served: Served) -> None:
    """Fast and slow requests sent at once, with a part of the next one: each has its own answer."""
    batch = _post(BATCH, f"Content-Length: {len(BATCH)}")
    unknown = b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n"
    wrong = _post(b"{}", "Content-Length: 2")
    with Connection(served) as connection:
        connection.socket.sendall(_case() + _case() + batch + _case() + unknown + wrong + batch + _case()[:70])
        time.sleep(0.05)
        connection.socket.sendall(_case()[70:])
        connection.decided()
        connection.decided()
        assert len(json.loads(connection.answer()[2])["results"]) == 2
        connection.decided()
        assert connection.answer()[0] == 404
        assert connection.answer()[0] == 422
        assert len(json.loads(connection.answer()[2])["results"]) == 2
        connection.decided()


def test_nothing_is_decided_after_the_last_answer(served: Served) -> None:
    """A request behind one that ends the connection is not read."""
    trace = f"00-{'7' * 32}-{'7' * 16}-01"  # no other request has it
    line = f"traceparent: {trace}"
    with Connection(served) as connection:
        connection.socket.sendall(_case("Connection: close", line) + _case(line))
        connection.decided()
        assert connection.ends()
    assert [logged["traceparent"] for logged in _requests(served)].count(trace) == 1


@pytest.mark.parametrize("request_", [_case("Connection: close"), _case(version="1.0")], ids=["close", "HTTP/1.0"])
def test_a_connection_ends_if_the_client_wants_that(served: Served, request_: bytes) -> None:
    """The answer comes first, and says so."""
    with Connection(served) as connection:
        connection.socket.sendall(request_)
        status, headers, body = connection.answer()
        assert (status, headers["connection"]) == (200, "close")
        assert json.loads(body)["actions"]
        assert connection.ends()


def test_a_client_may_ask_before_it_sends_the_body(served: Served) -> None:
    """`Expect: 100-continue` is answered before the body is there."""
    with Connection(served) as connection:
        connection.socket.sendall(_post(b"", f"Content-Length: {len(BODY)}", "Expect: 100-continue"))
        assert connection.answer()[0] == 100
        connection.socket.sendall(BODY)
        connection.decided()


def test_queries_and_headers_count(served: Served) -> None:
    """Parameters are read, and wrong ones and wrong headers are refused, each with the headers of the refusal."""
    with Connection(served) as connection:
        connection.socket.sendall(_case(path="/v1/decisions?explain=none"))
        assert "label" in json.loads(connection.answer()[2])["actions"][0]
        connection.socket.sendall(_case(path="/v1/decisions?explain=much"))
        assert connection.answer()[0] == 422
        connection.socket.sendall(_case("Content-Encoding: gzip"))
        assert connection.answer()[0] == 415
        connection.socket.sendall(_case().replace(b"application/json", b"text/plain"))
        status, headers, _ = connection.answer()
        assert (status, headers["accept-post"]) == (415, "application/json")
        connection.socket.sendall(_case())
        connection.decided()


def test_a_connection_stays_open_between_requests(served: Served) -> None:
    """A pause that is longer than a head may take ends nothing, once a request was answered."""
    with Connection(served) as connection:
        connection.socket.sendall(_case())
        connection.decided()
        time.sleep(2.3)
        connection.socket.sendall(_case())
        connection.decided()


def test_clients_that_leave_do_no_harm(served: Served) -> None:
    """They send requests, and end the connection without reading an answer."""
    for _ in range(20):
        with Connection(served) as connection:
            connection.socket.sendall(_case() * 3)
    with Connection(served) as connection:
        connection.socket.sendall(_case())
        connection.decided()
    assert not [line for line in served.lines() if line["event"] == "error"]


def test_every_request_is_counted_and_logged(served: Served) -> None:
    """Metrics and the log have the route, the status and the trace of requests of either way."""
    trace = f"00-{'c' * 32}-{'d' * 16}-01"
    with Connection(served) as connection:
        for request in (
            _case(f"traceparent: {trace}"),
            _post(BATCH, f"Content-Length: {len(BATCH)}", f"traceparent: {trace}"),
        ):
            connection.socket.sendall(request)
            assert connection.answer()[0] == 200
        connection.socket.sendall(_post(b"{}", "Content-Length: 2", f"traceparent: {trace}"))
        assert connection.answer()[0] == 422
    with served.client() as client:
        text = client.get("/metrics").text
    counts = {
        status: float(line.rpartition(" ")[2])
        for line in text.splitlines()
        for status in ("200", "422")
        if line.startswith(f'tactful_request_seconds_count{{method="POST",route="/v1/decisions",status="{status}"}}')
    }
    logged = _requests(served)
    assert counts == {status: sum(str(line["status"]) == status for line in logged) for status in counts}
    assert [line["status"] for line in logged if line["traceparent"] == trace] == [200, 200, 422]
