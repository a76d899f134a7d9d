"""What an answer was made with: from the same, tactful makes the same answer on any machine."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Final

import msgspec

from tactful.facts.shape import CaseShape
from tactful.reasons.context import Context, pack_record
from tactful.reasons.records.decision import LimitsRecord, MadeWithRecord
from tactful.source.first_use import FIRST_USE

#: The version of the rule language.
LANGUAGE: Final = 2
_ENCODER: Final = msgspec.json.Encoder(order="deterministic")


def made_with(context: Context) -> MadeWithRecord:
    """What a decision at a moment, or a plan from it, is made with."""
    limits = context.decider.limits
    return MadeWithRecord(
        tactful=installed("tactful"),
        rule_language=LANGUAGE,
        holidays=installed("holidays"),
        tzdata=installed("tzdata"),
        engine=context.engine,
        pack=pack_record(context.checked),
        limits=LimitsRecord(**msgspec.structs.asdict(limits)),
        language=context.words.language,
        at=context.calendar.local(context.now).isoformat(),
        case=_digest(context.case.shape),
    )


@cache
def installed(name: str) -> str:
    """The version of an installed distribution; ``unknown`` for a source tree that is not installed."""
    with FIRST_USE:
        from importlib.metadata import PackageNotFoundError, version  # takes as long as some answers

    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"


def _digest(shape: CaseShape) -> str:
    return f"sha256:{hashlib.sha256(_ENCODER.encode(shape)).hexdigest()}"
