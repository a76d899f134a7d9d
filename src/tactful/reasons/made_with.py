"""What an answer was made with: from the same inputs, tactful makes the same answer on any machine."""

from __future__ import annotations

from functools import cache
from typing import Final

import msgspec

from tactful.decide.decider import Decider
from tactful.reasons.context import Context, pack_record
from tactful.reasons.encoded import ENCODER, outline
from tactful.reasons.records.decision import LimitsRecord, MadeWithRecord
from tactful.reasons.words.of import words_of
from tactful.source.first_use import FIRST_USE

#: The version of the rule language.
LANGUAGE: Final = 2


def made_with(context: Context) -> MadeWithRecord:
    """What a decision at a moment, or a plan from it, is made with."""
    at = context.calendar.iso(context.now)
    return msgspec.structs.replace(context.decider.once(_Fixed).record, at=at, case=context.case_digest)


def made_with_json(context: Context, at: bytes) -> bytes:
    """The same as JSON. ``at`` is the JSON of the moment."""
    return context.decider.once(_Fixed).outline % (at, ENCODER.encode(context.case_digest))


class _Fixed:
    """What all answers of a decider are made with, as a record without moment and case, and as an outline for them."""

    def __init__(self, decider: Decider) -> None:
        self.record = MadeWithRecord(
            tactful=installed("tactful"),
            rule_language=LANGUAGE,
            holidays=installed("holidays"),
            tzdata=installed("tzdata"),
            engine=decider.engine,
            pack=pack_record(decider.checked),
            limits=LimitsRecord(**msgspec.structs.asdict(decider.limits)),
            language=decider.once(words_of).language,
            at="",
            case="",
        )
        known = {name: getattr(self.record, name) for name in self.record.__struct_fields__}
        del known["at"], known["case"]
        self.outline = outline(MadeWithRecord, known)


@cache
def installed(name: str) -> str:
    """The version of an installed distribution; ``unknown`` for a source tree that is not installed."""
    with FIRST_USE:
        from importlib.metadata import PackageNotFoundError, version  # takes as long as some answers

    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
