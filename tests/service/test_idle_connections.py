"""Connections on which nothing is asked any more: they end after a while, and not while requests come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

pytest.importorskip("uvicorn", reason="needs uvicorn (the extra `serve`)")

from uvicorn.server import ServerState

from tactful.service.connection import BoundedConfig, BoundedProtocol
from tactful.service.reply import Reply
from tactful.service.request import Head
from tactful.service.settings import Limits

#: How long an idle connection is kept, in seconds.
IDLE = 1
SHORT, LONG = "/short", "/long"


class Application:
    """Answers on the short way, or on uvicorn's."""

    def at_once(self, path: str, head: Head, body: bytes, send: Callable[[Reply], None]) -> bool:
        """Answer the one path, and not the other."""
        if path == SHORT:
            send(Reply(b"{}", "application/json"))
        return path == SHORT

    async def __call__(self, scope: object, receive: object, send: object) -> None:
        """Answer as ASGI has it."""
        headers = [(b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": b"{}"})  # type: ignore[operator]


async def _kept(paths: list[str], pause: float) -> float:
    """How many seconds a connection is kept after the last of some requests, between which the client waits."""
    config = BoundedConfig(Application(), http=BoundedProtocol, ws="none", log_config=None, timeout_keep_alive=IDLE)
    config.limits = Limits(seconds=60)
    config.load()
    config.loaded_app = Application()  # uvicorn's wrappers have no short way
    state, loop = ServerState(), asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: BoundedProtocol(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
    for path in paths:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        assert await reader.readexactly(2) == b"{}"
        await asyncio.sleep(pause)
    begun = loop.time()
    assert await reader.read() == b""
    writer.close()
    server.close()
    assert state.total_requests == len(paths)
    return loop.time() - begun + pause


def _each_kept(ways: list[list[str]], pause: float) -> list[float]:
    """As :func:`_kept`, for connections that are waited for together."""

    async def kept() -> list[float]:
        return await asyncio.gather(*(_kept(paths, pause) for paths in ways))

    return asyncio.run(kept())


def test_an_idle_connection_ends() -> None:
    """After a request of either way."""
    assert all(IDLE - 0.1 < seconds < IDLE + 20 for seconds in _each_kept([[SHORT], [LONG]], 0))


def test_a_connection_stays_while_requests_come() -> None:
    """Together the pauses are longer than an idle connection is kept."""
    ways = [[SHORT] * 4, [LONG] * 4, [SHORT, LONG] * 2, [LONG, SHORT] * 2]
    assert all(IDLE - 0.1 < seconds < IDLE + 20 for seconds in _each_kept(ways, 0.4))
