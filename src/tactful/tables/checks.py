"""What may not fit together though each value is right: rows over the limits, facts that cannot both be true."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from tactful.facts.limits import CaseLimits
from tactful.facts.shape import InterviewStatus
from tactful.tables.columns import NULL, Columns, Flags, Ints, Places
from tactful.values import ChoiceKind

Suspects = Iterator[tuple[str, Places]]
_HELD: Final[InterviewStatus] = "held"


def suspects(columns: Columns, now: Ints, limits: CaseLimits) -> Suspects:
    """Rows that the ordinary reader has to look at; ``now`` is :data:`NULL` where a case leaves it to the clock."""
    bounds = (
        ("candidate", "application", limits.applications),
        ("application", "person", limits.people),
        ("application", "interview", limits.interviews),
        ("application", "message", limits.messages),
    )
    for pivot, over, most in bounds:
        counts = np.diff(columns.starts(pivot, over))
        yield pivot, np.flatnonzero(counts > most)
    yield "interview", np.flatnonzero(_ends_wrongly(columns, now))
    received, signed = (columns.given["offer", name].data for name in ("received_at", "signed_at"))
    yield "offer", np.flatnonzero((signed < received) & (signed != NULL))


def _ends_wrongly(columns: Columns, now: Ints) -> Flags:
    """Interviews without an end, and those that were held and end after now."""
    ended_at, status = columns.given["interview", "ended_at"].data, columns.given["interview", "status"]
    assert isinstance(status.kind, ChoiceKind)
    then = now.take(columns.above("interview", "candidate")) if columns.sizes["interview"] else ended_at
    held: Flags = status.data == status.kind.values.index(_HELD)
    wrong: Flags = (ended_at == NULL) | (held & (ended_at > then) & (then != NULL))
    return wrong
