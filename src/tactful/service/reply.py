"""An answer on its way to the client: its status, headers and body, as ASGI has them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from starlette.types import Receive, Scope, Send

#: The answers are about people: caches must not store them.
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
}

RawHeaders = list[tuple[bytes, bytes]]


class Reply:
    """Sends an answer. What does not differ between answers is made once."""

    def __init__(self, body: bytes, media: str, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        self.status_code, self._body = status, body
        self._headers = [*_always(), (b"content-length", b"%d" % len(body)), _content_type(media)]
        if headers:
            self._headers += _raw(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self._headers})
        await send({"type": "http.response.body", "body": self._body})


def _raw(headers: Mapping[str, str]) -> RawHeaders:
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]


@lru_cache(maxsize=1)
def _always() -> RawHeaders:
    return _raw(_HEADERS)


@lru_cache
def _content_type(media: str) -> tuple[bytes, bytes]:
    charset = "; charset=utf-8" if media.startswith("text/") else ""
    return b"content-type", f"{media}{charset}".encode()
