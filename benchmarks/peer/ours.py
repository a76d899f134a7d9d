"""tactful itself, as a peer among the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .protocol import Decided, Fired


class Ours:
    """See :class:`peer.protocol.Decides`. The timed decision is ``policy.decide``, without explanations."""

    name = "tactful (compiled)"
    package = "tactful"
    says: tuple[str, ...] = ("Checks the case while reading it, and keeps everything that explanations need.",)

    def load(self) -> None:
        """See :class:`peer.protocol.Peer`."""
        from frozen import frozen_policy

        from .expected import Expected

        self._policy = frozen_policy()
        self._expected = Expected(self._policy)

    def fire(self, cases: Sequence[bytes]) -> list[list[Fired]]:
        """See :class:`peer.protocol.Peer`."""
        return [self._expected.fire(raw) for raw in cases]

    def decide(self, cases: Sequence[bytes]) -> list[object]:
        """See :class:`peer.protocol.Decides`."""
        decide = self._policy.decide
        return [decide(raw) for raw in cases]

    def summary(self, decided: Any) -> Decided:
        """See :class:`peer.protocol.Decides`."""
        return self._expected.summary(decided.ranking)


def peer() -> Ours:
    """The peer."""
    return Ours()
