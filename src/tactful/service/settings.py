"""How a service is run: its limits, and who may reach it."""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import Final

import msgspec

from tactful.source.diagnostics import TactfulError

#: The environment variable that may hold the token.
TOKEN_VARIABLE: Final = "TACTFUL_TOKEN"  # noqa: S105  # a name, not a token
#: The length of the shortest token, in characters, that nobody can guess.
_SHORTEST_TOKEN: Final = 16
#: What the server adds to the scope of a request whose body has arrived, so that nobody need wait for it.
WHOLE: Final = "tactful.whole"
#: The names by which a program on this machine reaches the service.
_LOCAL_NAMES: Final = ("localhost", "127.0.0.1", "::1")


class Limits(msgspec.Struct, frozen=True):
    """The bounds on what a client can ask of the service.

    ``body`` and ``head`` are bytes of a request, ``batch`` the cases of a request. ``seconds`` is how long a client may take
    to send a head, as long again for a body, and how long slow work may take. ``threads`` do slow work, for which so many
    requests may be ``waiting``. A body of more than ``inline`` bytes is slow work. ``connections`` counts open connections.
    """

    body: int = 2_000_000
    head: int = 32_768
    batch: int = 200
    seconds: float = 10.0
    threads: int = 2
    waiting: int = 16
    inline: int = 32_768
    connections: int = 1_000


class Place(msgspec.Struct, frozen=True):
    """Where decisions are kept, see :func:`tactful.journal.open`."""

    url: str
    keys: str | None = None
    master: Path | None = None


class Settings(msgspec.Struct, frozen=True):
    """How a service is run. ``hosts`` are the names that requests may address; ``logs``: each request is logged.

    ``writing`` is the socket of the process that writes the journal; without one, each worker writes for itself.
    """

    host: str = "127.0.0.1"
    port: int = 8000
    token: str | None = None
    hosts: tuple[str, ...] = ()
    logs: bool = True
    journal: Place | None = None
    writing: Path | None = None
    limits: Limits = Limits()

    @property
    def names(self) -> frozenset[str]:
        """All names of the service, in lower case and without ports."""
        return frozenset(name.lower() for name in (*_LOCAL_NAMES, self.host, *self.hosts))


def read_token(file: Path | None) -> str | None:
    """The token of a file, or else of the environment; ``None`` if there is none.

    Raises :class:`tactful.TactfulError` if the file cannot be read, or if the token is short or has other characters than
    a header may have.
    """
    try:
        text = os.environ.get(TOKEN_VARIABLE) if file is None else file.read_text()
    except (OSError, UnicodeDecodeError):
        raise TactfulError(f"the token's file `{file}` cannot be read; name a readable text file") from None
    if text is None:
        return None
    token = text.strip()
    if len(token) < _SHORTEST_TOKEN or not token.isascii() or not token.isprintable() or " " in token:
        raise TactfulError(
            f"the token must have at least {_SHORTEST_TOKEN} printable ASCII characters and no spaces; "
            "make one with `openssl rand -hex 32`"
        )
    return token


def check_reach(settings: Settings, no_auth: bool) -> None:
    """Raise :class:`tactful.TactfulError` if others could reach a service that asks for no token."""
    if settings.token is None and not no_auth and not is_loopback(settings.host):
        raise TactfulError(
            f"`{settings.host}` can be reached by other machines, so a token is needed: give --token-file or set "
            f"{TOKEN_VARIABLE}, or say --no-auth"
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
