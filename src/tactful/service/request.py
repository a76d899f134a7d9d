"""A request that is being answered: its head, and its body once that has been read."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

from starlette.responses import Response
from starlette.types import Receive, Scope

from tactful.service.guard import too_large
from tactful.service.problems import Problem
from tactful.service.reply import Reply
from tactful.service.settings import WHOLE

#: The name that metrics and logs use for unknown routes and methods, so that clients cannot create new labels.
OTHER: Final = "other"
_TRACE: Final = re.compile(rb"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
#: The variable parts of a path that has none, and the parameters of an empty query.
_NOTHING: Final[Mapping[str, str]] = {}


class Head:
    """The head of a request. ``route`` and ``parameters`` (of the query) are those of its endpoint, once that is known."""

    def __init__(self, method: str, query: bytes, headers: Iterable[tuple[bytes, bytes]]) -> None:
        self.method, self.query = method, query
        self.headers: Mapping[bytes, bytes] = dict(headers)
        self.route = OTHER
        self.parameters = self.path = _NOTHING
        trace = self.headers.get(b"traceparent")
        self.trace = None if trace is None or not _TRACE.fullmatch(trace) else trace.decode()


class Request(Head):
    """A request as ASGI gives it, with its answer."""

    response: Reply | Response

    def __init__(self, scope: Scope, receive: Receive) -> None:
        super().__init__(scope["method"], scope["query_string"], scope["headers"])
        self.scope, self._receive = scope, receive

    async def keep(self) -> Any:
        """The next event. The bound method also leads the router's target back to the request."""
        return await self._receive()

    async def body(self, largest: int, seconds: float) -> bytes:
        """The whole body. Raises :class:`Problem` if it is larger or takes longer than it may."""
        if WHOLE in self.scope:
            return await self._whole(largest)
        try:
            async with asyncio.timeout(seconds):
                return await self._whole(largest)
        except TimeoutError:
            detail = f"the body did not arrive within {seconds:g} seconds; send it faster"
            raise Problem(HTTPStatus.REQUEST_TIMEOUT, detail, (), {"Connection": "close"}) from None

    async def _whole(self, largest: int) -> bytes:
        body = bytearray()
        while True:
            event = await self._receive()
            if event["type"] != "http.request":
                raise Problem(HTTPStatus.BAD_REQUEST, "the client has gone")
            body += event["body"]
            if len(body) > largest:
                raise too_large(largest)
            if not event.get("more_body", False):
                return bytes(body)
