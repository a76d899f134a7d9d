"""The interface of a peer, so that all peers are verified and timed in the same way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

#: A rule that fired: its id, the key of its row, and its deadline in seconds since 1970 (``None``: none).
#: The key is ``tactful.rank.row_key`` of the row, joined with ``/``: ``entity/application/interview/row``, such as
#: ``person/acme//kim``, ``interviewer/acme/i1/kim``, ``offer/acme//acme``, ``candidate/sam//sam``. The generated cases
#: have no ``/`` in their ids.
Fired = tuple[str, str, int | None]

#: A conclusion in plain values: action, modality, target (a key as above), priority, deadline, the sorted ids of the rules
#: behind it, and then the (action, target) of its alternatives and of the conclusions that it lost to, in order.
Pairs = tuple[tuple[str, str], ...]
Summary = tuple[str, str, str, int, int | None, tuple[str, ...], Pairs, Pairs]
#: A ranked decision in plain values: the conclusions in order, and those that were set aside, in order.
Decided = tuple[list[Summary], list[Summary]]


class Peer(Protocol):
    """The policy in one peer's language. Rules that add steps are left out, as ranking does not use them."""

    #: Such as ``CLIPS (clipspy)``.
    name: str
    #: The distribution whose version is printed, and that ``pip install`` (or ``npm install``) takes.
    package: str
    #: Remarks: what the peer's language cannot express, and what the host does instead.
    says: tuple[str, ...]

    def load(self) -> None:
        """Cold start: import the peer and build everything once. Raises ``ImportError`` if it is not installed."""

    def fire(self, cases: Sequence[bytes]) -> list[list[Fired]]:
        """The firings of each case, in any order, from its JSON. The peer may treat them as a batch."""


class Decides(Peer, Protocol):
    """A peer that ranks by itself, together with firing. For other peers ``ranking.rank`` does it."""

    def decide(self, cases: Sequence[bytes]) -> list[object]:
        """The ranked decision of each case, in the peer's own form."""

    def summary(self, decided: object) -> Decided:
        """A decision in plain values, for verification; its time is not counted."""


class TimesItself(Peer, Protocol):
    """A peer in a process of its own (Node). It times itself, so that the pipe to it is not part of the time.

    It must rank by itself too; ``decide`` and ``summary`` are as above.
    """

    #: The process whose memory is measured.
    pid: int

    def decide(self, cases: Sequence[bytes]) -> list[object]:
        """As above."""

    def summary(self, decided: object) -> Decided:
        """As above."""

    def timed(self, cases: Sequence[bytes], *, ranked: bool) -> list[float]:
        """Seconds for each case: from its bytes to its firings, or to the ranked decision."""

    def close(self) -> None:
        """End the process."""
