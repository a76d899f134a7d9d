"""The parts of an answer that are the same for every case of a pack."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tactful.decide.conclusions import Conclusion
from tactful.decide.decider import Decider
from tactful.reasons.encoded import outline
from tactful.reasons.records.decision import (
    SCHEMA_VERSION,
    DecisionRecord,
    InvariantOffRecord,
    OutsideSafetyRecord,
    OverrideRecord,
)


class Around:
    """These parts for a decider. Made once; immutable."""

    def __init__(self, decider: Decider) -> None:
        overrides, actions = decider.checked.overrides, decider.checked.actions
        #: The safety rules that the pack switches off, each with the pack's reason.
        self.safety_off = tuple(
            OverrideRecord(rule=override.rule, because=override.because, pack=override.pack)
            for override in overrides
            if not override.invariant
        )
        #: The invariants that the pack switches off, each with the pack's reason.
        self.invariants_off = tuple(
            InvariantOffRecord(invariant=override.rule, because=override.because, pack=override.pack)
            for override in overrides
            if override.invariant
        )
        reasons = ((id_, action.outside_safety) for id_, action in actions.items())
        self._outside = {id_: reason for id_, reason in reasons if reason is not None}
        known: dict[str, object] = {"schema_version": SCHEMA_VERSION, "safety_off": self.safety_off}
        if self.invariants_off:
            known["invariants_off"] = self.invariants_off
        fields = msgspec.structs.fields(DecisionRecord)
        unset = [field.name for field in fields if field.default is msgspec.UNSET and field.name not in known]
        #: The outline of an answer, see :func:`tactful.reasons.encoded.outline`: for ``at``, ``unchanged_before``,
        #: ``made_with``, ``actions`` and ``set_aside``.
        self.outline = outline(DecisionRecord, known, unset)

    def outside_safety(self, ranked: Iterable[Conclusion]) -> tuple[OutsideSafetyRecord, ...]:
        """The actions that are recommended and that no safety rule covers, each with the pack's reason for it."""
        outside = self._outside
        if not outside:
            return ()
        actions = dict.fromkeys([item.plan.action for item in ranked if not item.plan.prohibits])
        return tuple([OutsideSafetyRecord(action=id_, because=outside[id_]) for id_ in actions if id_ in outside])
