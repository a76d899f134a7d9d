"""The records of a comparison. They are its JSON, and its JSON Schema is made from them."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from tactful.language.terms import Modality
from tactful.reasons.records.decision import JustificationRecord, Moment, PackRecord, Record, TargetRecord
from tactful.reasons.records.why import AskedRecord, Plain, Words


class FactChangeRecord(Record, frozen=True):
    """A given fact in which the two cases differ. ``null`` and ``unknown`` stand for what is not there."""

    fact: Annotated[str, Meta(description="Such as person[dana].prefers.")]
    before: Plain
    after: Plain
    before_said: Words
    after_said: Words


class SideRecord(Record, frozen=True):
    """A conclusion as one of the decisions has it."""

    rank: int
    modality: Modality
    priority: int
    label: str
    due: Moment
    steps: tuple[str, ...]
    alternatives: Annotated[tuple[str, ...], Meta(description="Their labels.")]


class LacksRecord(Record, frozen=True, tag_field="because", tag="lacks"):
    """What keeps a rule from firing that fires on the other side; with no test: it concerns another target here."""

    rule: str
    failing: tuple[AskedRecord, ...]


class RowGoneRecord(Record, frozen=True, tag_field="because", tag="no such row"):
    """What a rule fires for on the other side is not there."""

    rule: str
    row: TargetRecord


class RuleGoneRecord(Record, frozen=True, tag_field="because", tag="no such rule"):
    """The pack does not have a rule that fires on the other side."""

    rule: str


class NoRuleRecord(Record, frozen=True, tag_field="state", tag="not concluded"):
    """No rule concludes it; for each rule that does on the other side, why it does not here."""

    rules: tuple[LacksRecord | RowGoneRecord | RuleGoneRecord, ...]


class AlternativeToRecord(Record, frozen=True, tag_field="state", tag="alternative"):
    """It gave way to another."""

    to: str


class SetAsideByRecord(Record, frozen=True, tag_field="state", tag="set aside"):
    """It lost a conflict to conclusions of these rules."""

    by: tuple[str, ...]
    because: tuple[JustificationRecord, ...]


ElseRecord = NoRuleRecord | AlternativeToRecord | SetAsideByRecord


class ChangeRecord(Record, frozen=True):
    """One respect in which a conclusion differs."""

    what: Literal["rank", "modality", "due", "priority", "label", "steps", "alternatives"]
    before: Words
    after: Words


class AddedRecord(Record, frozen=True, tag_field="difference", tag="added"):
    """Advice that the second decision alone has, and what became of it in the first."""

    action: str
    target: TargetRecord
    after: SideRecord
    before: ElseRecord
    because: tuple[JustificationRecord, ...]


class RemovedRecord(Record, frozen=True, tag_field="difference", tag="removed"):
    """Advice that the first decision alone has, and what became of it in the second."""

    action: str
    target: TargetRecord
    before: SideRecord
    after: ElseRecord
    because: tuple[JustificationRecord, ...]


class ChangedRecord(Record, frozen=True, tag_field="difference", tag="changed"):
    """Advice that both have, in which respects it differs, and the rules behind it.

    Ranks count as different where the order among what both have does.
    """

    action: str
    target: TargetRecord
    before: SideRecord
    after: SideRecord
    changes: tuple[ChangeRecord, ...]
    rules_gone: tuple[JustificationRecord, ...]
    rules_new: tuple[JustificationRecord, ...]
    rules_both: Annotated[tuple[str, ...], Meta(description="The rules that both have, by id.")]


DifferenceRecord = AddedRecord | RemovedRecord | ChangedRecord


class SetAsideChangeRecord(Record, frozen=True):
    """A conclusion that only one of the decisions set aside."""

    side: Literal["before", "after"]
    modality: Modality
    action: str
    label: str
    target: TargetRecord
    by: tuple[str, ...]


class DecidedRecord(Record, frozen=True):
    """One of the two decisions."""

    at: str
    pack: PackRecord


class ComparisonRecord(Record, frozen=True):
    """The differences between two decisions, from the first to the second."""

    before: DecidedRecord
    after: DecidedRecord
    same_candidate: bool
    facts: Annotated[tuple[FactChangeRecord, ...], Meta(description="Empty where the candidates are two.")]
    advice: tuple[DifferenceRecord, ...]
    set_aside: tuple[SetAsideChangeRecord, ...]
    unchanged: Annotated[int, Meta(description="How much advice is the same in both.")]
