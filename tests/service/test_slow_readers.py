"""Clients that read their answers slowly, or not at all: the protocol on real sockets, with an application that sends much."""

from __future__ import annotations

import asyncio

import pytest

pytest.importorskip("uvicorn", reason="needs uvicorn (the extra `serve`)")

from uvicorn.server import ServerState

from tactful.service.connection import BoundedConfig, BoundedProtocol
from tactful.service.settings import Limits

#: More than the buffers of a connection take.
SIZE = 16_000_000
SECONDS = 0.5


async def _application(scope: object, receive: object, send: object) -> None:
    headers = [(b"content-length", str(SIZE).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})  # type: ignore[operator]
    await send({"type": "http.response.body", "body": bytes(SIZE)})  # type: ignore[operator]


async def _received(first: float, each: float) -> int:
    """How many bytes a client gets that waits so many seconds first, and then before each piece."""
    config = BoundedConfig(_application, http=BoundedProtocol, ws="none", log_config=None)
    config.limits = Limits(seconds=SECONDS)
    config.load()
    state = ServerState()

    def protocol() -> BoundedProtocol:
        return BoundedProtocol(config=config, server_state=state, app_state={})

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2], limit=1 << 16)
    writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    received = 0
    await asyncio.sleep(first)
    try:
        while received < SIZE:
            await asyncio.sleep(each)
            data = await reader.read(SIZE)
            if not data:
                break
            received += len(data)
    except ConnectionError:
        pass
    writer.close()
    server.close()
    return received


def test_a_client_that_reads_nothing_loses_its_connection() -> None:
    """It gets what had been sent by then, and no more."""
    assert asyncio.run(_received(4 * SECONDS, 0)) < SIZE


def test_a_client_that_reads_slowly_gets_all() -> None:
    """It takes several times as long as a client may read nothing."""
    assert asyncio.run(_received(0, 0.02)) >= SIZE
