"""What an answer was made with: from the same, tactful makes the same answer on any machine."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Final

import msgspec

from tactful.decide.decider import Decider
from tactful.facts.shape import CaseShape
from tactful.reasons.context import Context, pack_record
from tactful.reasons.records.decision import LimitsRecord, MadeWithRecord
from tactful.reasons.words.of import words_of
from tactful.source.first_use import FIRST_USE

#: The version of the rule language.
LANGUAGE: Final = 2
_ENCODER: Final = msgspec.json.Encoder(order="deterministic")


def made_with(context: Context) -> MadeWithRecord:
    """What a decision at a moment, or a plan from it, is made with."""
    fixed = context.decider.once(_Fixed)
    return MadeWithRecord(
        tactful=fixed.tactful,
        rule_language=LANGUAGE,
        holidays=fixed.holidays,
        tzdata=fixed.tzdata,
        engine=context.engine,
        pack=fixed.pack,
        limits=fixed.limits,
        language=fixed.language,
        at=context.calendar.iso(context.now),
        case=_digest(context.case.shape),
    )


class _Fixed:
    """What all answers of a decider are made with."""

    def __init__(self, decider: Decider) -> None:
        self.tactful, self.holidays, self.tzdata = map(installed, ("tactful", "holidays", "tzdata"))
        self.pack, self.limits = pack_record(decider.checked), LimitsRecord(**msgspec.structs.asdict(decider.limits))
        self.language = decider.once(words_of).language


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
