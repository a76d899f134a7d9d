"""What each peer gives, so that all can be verified and timed alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

#: A rule that fired: its id, the key of its row, and its deadline in seconds since 1970 (``None``: none).
#: The key is ``tactful.rank.row_key`` of the row, joined with ``/``: ``entity/application/interview/row``, such as
#: ``person/acme//kim``, ``interviewer/acme/i1/kim``, ``offer/acme//acme``, ``candidate/sam//sam``.
Fired = tuple[str, str, int | None]


class Peer(Protocol):
    """The policy in one peer's language. Steps are left out: ranking takes none of them."""

    #: Such as ``CLIPS (clipspy)``.
    name: str
    #: The distribution whose version is printed, and that ``pip install`` (or ``npm install``) takes.
    package: str
    #: What the peer's language cannot express, and what the host does in its place.
    says: tuple[str, ...]

    def load(self) -> None:
        """Cold start: import the peer and build everything once. Raises ``ImportError`` where it is not installed."""

    def fire(self, cases: Sequence[bytes]) -> list[list[Fired]]:
        """The firings of each case, in any order, from its JSON; in a batch where the peer can."""
