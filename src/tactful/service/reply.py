"""An answer on its way to the client: its status, headers and body, as ASGI and as HTTP have them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Final

from starlette.types import Receive, Scope, Send

#: The answers are about people: caches must not store them.
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
}

#: The header that says whether the connection ends.
_CONNECTION: Final = "Connection"

RawHeaders = list[tuple[bytes, bytes]]


class Reply:
    """An answer: its status, body and headers. What does not differ between answers is made once."""

    def __init__(self, body: bytes, media: str, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        self.status_code, self._body, self._media = status, body, media
        self._more = headers or {}

    @property
    def closes(self) -> bool:
        """Whether the connection ends after the answer, whatever the client wants."""
        return _CONNECTION in self._more

    def written(self, *, last: bool) -> bytes:
        """The answer as HTTP/1.1 has it. ``last``: the connection ends after it."""
        start, size = _start(self.status_code, self._media, last), len(self._body)
        if self._more:
            start += _lines(_raw({name: value for name, value in self._more.items() if name != _CONNECTION}))
        return b"%bcontent-length: %d\r\n\r\n%b" % (start, size, self._body)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, as ASGI has it."""
        headers = [*_always(), (b"content-length", b"%d" % len(self._body)), _content_type(self._media)]
        headers += _raw(self._more)
        await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": self._body})


@lru_cache
def _start(status: int, media: str, last: bool) -> bytes:
    """The head of an answer up to what differs between answers."""
    line = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n".encode()
    ends = [(b"connection", b"close")] if last else []
    return line + _lines([*_always(), _content_type(media), *ends])


def _lines(headers: RawHeaders) -> bytes:
    return b"".join([b"%b: %b\r\n" % header for header in headers])


def _raw(headers: Mapping[str, str]) -> RawHeaders:
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]


@lru_cache(maxsize=1)
def _always() -> RawHeaders:
    return _raw(_HEADERS)


@lru_cache
def _content_type(media: str) -> tuple[bytes, bytes]:
    charset = "; charset=utf-8" if media.startswith("text/") else ""
    return b"content-type", f"{media}{charset}".encode()
