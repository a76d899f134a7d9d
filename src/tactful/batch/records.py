"""Decisions as records, one for each candidate: what a line of JSON output holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from tactful.batch.decide import Decided

Record = dict[str, Any]


def decision_records(decided: Decided) -> list[Record]:
    """For each candidate that was decided on: id, moment, ranked actions with their reasons, and what was set aside."""
    actions = _by_candidate(decided, "actions")
    reasons = _by_candidate(decided, "justifications")
    steps = _by_candidate(decided, "steps") if "steps" in decided.tables else None
    return [
        _decision(
            id_, now, next(actions), next(reasons), None if steps is None else next(steps)
        )
        for id_, now in zip(decided.ids, decided.nows, strict=True)
    ]
