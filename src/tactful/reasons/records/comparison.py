"""The records of a comparison. They are its JSON, and its JSON Schema is made from them."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from tactful.language.terms import Modality
from tactful.reasons.records.decision import (
    DueWord,
    JustificationRecord,
    Moment,
    PackRecord,
    Record,
    SchemaVersion,
    TargetRecord,
)
from tactful.reasons.records.why import AskedRecord, Plain, Words


class FactChangeRecord(Record, frozen=True):
    """A given fact in which the two cases differ. ``null`` and ``unknown`` stand for a missing value."""

    fact: Annotated[str, Meta(description="Such as person[dana].prefers.")]
    before: Plain
    after: Plain
    before_said: Words
    after_said: Words


class SideRecord(Record, frozen=True):
    """A conclusion as it is in one of the decisions."""

    rank: int
    modality: Modality
    priority: int
    label: str
    due: Moment
    due_means: DueWord
    steps: tuple[str, ...]
    alternatives: Annotated[tuple[str, ...], Meta(description="Their labels.")]


class LacksRecord(Record, frozen=True, tag_field="because", tag="lacks"):
    """The tests that keep a rule from firing here, while it fires in the other decision.

    Without any test, the rule's conclusion concerns another target here.
    """

    rule: str
    failing: tuple[AskedRecord, ...]


class RowGoneRecord(Record, frozen=True, tag_field="because", tag="no such row"):
    """The row that a rule fires for in the other decision is missing here."""

    rule: str
    row: TargetRecord


class RuleGoneRecord(Record, frozen=True, tag_field="because", tag="no such rule"):
    """The pack here does not have a rule that fires in the other decision."""

    rule: str


class NoRuleRecord(Record, frozen=True, tag_field="state", tag="not concluded"):
    """No rule concludes it here. ``rules`` are those that do in the other decision, each with the reason why not here."""

    rules: tuple[LacksRecord | RowGoneRecord | RuleGoneRecord, ...]


class AlternativeToRecord(Record, frozen=True, tag_field="state", tag="alternative"):
    """It is an alternative to another recommendation."""

    to: str


class SetAsideByRecord(Record, frozen=True, tag_field="state", tag="set aside"):
    """It lost a conflict to conclusions of these rules."""

    by: tuple[str, ...]
    because: tuple[JustificationRecord, ...]


ElseRecord = NoRuleRecord | AlternativeToRecord | SetAsideByRecord


class ChangeRecord(Record, frozen=True):
    """A part of a conclusion that differs."""

    what: Literal["rank", "modality", "due", "priority", "label", "steps", "alternatives"]
    before: Words
    after: Words


class AddedRecord(Record, frozen=True, tag_field="difference", tag="added"):
    """Advice that only the second decision has, and why the first does not."""

    action: str
    target: TargetRecord
    after: SideRecord
    before: ElseRecord
    because: tuple[JustificationRecord, ...]


class RemovedRecord(Record, frozen=True, tag_field="difference", tag="removed"):
    """Advice that only the first decision has, and why the second does not."""

    action: str
    target: TargetRecord
    before: SideRecord
    after: ElseRecord
    because: tuple[JustificationRecord, ...]


class ChangedRecord(Record, frozen=True, tag_field="difference", tag="changed"):
    """Advice that both decisions have, the parts of it that differ, and the rules behind it.

    Ranks count as different if the order among the advice that both decisions have is different.
    """

    action: str
    target: TargetRecord
    before: SideRecord
    after: SideRecord
    changes: tuple[ChangeRecord, ...]
    rules_gone: tuple[JustificationRecord, ...]
    rules_new: tuple[JustificationRecord, ...]
    rules_both: Annotated[tuple[str, ...], Meta(description="The ids of the rules that both decisions have.")]


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

    schema_version: SchemaVersion
    before: DecidedRecord
    after: DecidedRecord
    same_candidate: bool
    facts: Annotated[tuple[FactChangeRecord, ...], Meta(description="Empty if the two candidates are different.")]
    advice: tuple[DifferenceRecord, ...]
    set_aside: tuple[SetAsideChangeRecord, ...]
    unchanged: Annotated[int, Meta(description="The number of pieces of advice that are the same in both.")]
    incomplete: Annotated[
        bool | msgspec.UnsetType,
        Meta(
            description="Present and true if some reasons for what was set aside are left out, as there are too many."
        ),
    ] = msgspec.UNSET
