"""What is checked before the body of a request is read: who sends it, from where, and of which type it is."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from tactful.service.endpoint import JSON
from tactful.service.problems import Problem
from tactful.service.settings import Settings

Headers = Sequence[tuple[bytes, bytes]]
#: Headers that proxies add. A request with such a header may come from another machine.
_FORWARDED: Final = frozenset(
    {b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-real-ip"}
)
#: The values of a browser's header for requests that do not come from pages of other sites.
_SAME: Final = frozenset({b"same-origin", b"none"})


class Guard:
    """Checks heads of requests against the settings."""

    def __init__(self, settings: Settings) -> None:
        self._names = settings.names
        #: The last good header `Host`, as most requests have the same.
        self._host: bytes | None = None
        self._token = None if settings.token is None else settings.token.encode()

    def check(self, headers: Mapping[bytes, bytes], open_: bool) -> None:
        """Raise :class:`Problem` if the request may not be answered. ``open_``: its answer reveals nothing."""
        if headers.get(b"sec-fetch-site", b"none") not in _SAME or b"origin" in headers:
            raise Problem(HTTPStatus.FORBIDDEN, "requests from web pages are refused; send no `Origin`")
        if open_:
            return
        host = headers.get(b"host", b"")
        if host != self._host and _host_name(host) not in self._names:
            raise Problem(
                HTTPStatus.FORBIDDEN, "the service does not have this host name; see `tactful serve --allow-host`"
            )
        self._host = host
        if self._token is None:
            if not _FORWARDED.isdisjoint(headers):
                raise Problem(HTTPStatus.FORBIDDEN, "forwarded requests are answered only if the service has a token")
        elif not self._has_token(headers.get(b"authorization", b"")):
            detail = "send the service's token as `Authorization: Bearer …`"
            raise Problem(HTTPStatus.UNAUTHORIZED, detail, (), {"WWW-Authenticate": "Bearer"})

    def _has_token(self, authorization: bytes) -> bool:
        scheme, _, token = authorization.partition(b" ")
        assert self._token is not None
        return hmac.compare_digest(token.strip(), self._token) and scheme.lower() == b"bearer"


def _host_name(host: bytes) -> str:
    """The name in a header `Host`, in lower case and without a port."""
    text = host.decode("latin-1").lower()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0]


def check_json(headers: Mapping[bytes, bytes], largest: int) -> None:
    """Raise :class:`Problem` if the body is not JSON, or is larger than it may be as far as the head tells."""
    media = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if media != JSON.encode():
        detail = "send JSON, with the header `Content-Type: application/json`"
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, detail, (), {"Accept-Post": JSON})
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send the body as it is, without `Content-Encoding`")
    length = headers.get(b"content-length", b"")
    if length.isdigit() and int(length[:20]) > largest:
        raise too_large(largest)


def too_large(largest: int) -> Problem:
    """The problem of a body that is too large. The rest of it is not read."""
    detail = f"the body is larger than {largest:,} bytes; send less at a time"
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail, (), {"Connection": "close"})


def accepted(accept: str, media: Sequence[str]) -> str:
    """The available media type that a header `Accept` prefers; among equals, the first.

    Raises :class:`Problem` if it accepts none.
    """
    if not accept:
        return media[0]
    best, liking = media[0], 0.0
    for each in media:
        quality = _quality(accept, each)
        if quality > liking:
            best, liking = each, quality
    if not liking:
        raise Problem(HTTPStatus.NOT_ACCEPTABLE, f"there is {', '.join(media)}; name one in `Accept`")
    return best


def _quality(accept: str, media: str) -> float:
    """The weight that a header `Accept` gives to a media type, from 0 to 1, by the closest range."""
    kind = media.partition("/")[0]
    rank = {media: 3, f"{kind}/*": 2, "*/*": 1}
    closest, quality = 0, 0.0
    for part in accept.lower().split(","):
        name, _, rest = part.partition(";")
        if rank.get(name.strip(), 0) > closest:
            closest, quality = rank[name.strip()], _weight(rest)
    return quality


def _weight(parameters: str) -> float:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(1.0, max(0.0, float(value)))
            except ValueError:
                return 0.0
    return 1.0
