"""The records of the answers of ``why``. They are its JSON, and its JSON Schema is made from them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from tactful.language.terms import Modality
from tactful.reasons.records.decision import (
    DueWord,
    FlipsRecord,
    KindWord,
    Moment,
    PackRecord,
    Record,
    SchemaVersion,
    TargetRecord,
)
from tactful.source.diagnostics import TactfulError

Place = Annotated[str, Meta(description="File and line.")]
Plain = Annotated[Any, Meta(description="As in a case; null: unknown.")]
Words = Annotated[str, Meta(description="In words, for people.")]
Day = Annotated[str | None, Meta(description="ISO 8601.")]
#: Why one conclusion ranks before another.
Criterion = Literal["priority", "deadline", "modality", "order", "name"]
OrderText = Annotated[
    str | None,
    Meta(
        description="Where the criterion is `order`: the field that sorts them, and what goes first; else null.",
        examples=["person.last_met: latest first"],
    ),
]


class UnknownName(TactfulError):
    """An action that the pack does not have, or a target that the case does not have."""


# --- from given facts to a test ---


class AskedRecord(Record, frozen=True):
    """A test of a condition, the value of its field, and where the value comes from.

    ``wanted`` is whether the rule wants the test to hold; it is false under ``unless`` and ``none``. The test keeps the rule
    from firing if ``held`` and ``wanted`` differ. A test of time holds from ``since`` to ``until``; each is ``null`` if there
    is no such bound. ``because`` is ``null`` for a given fact, and where the derivation is left out. ``others`` are the fields
    and parameters that the test compares with. A test that compares with a moved moment has the moment's own field and value.
    """

    field: str
    phrase: Annotated[str, Meta(description="The phrase, with the parameters' values written in.")]
    value: Plain
    said: Words
    held: bool
    wanted: bool
    since: Moment = None
    until: Moment = None
    others: tuple[MemberRecord, ...] = ()
    because: FactRecord | None = None


class WhenRecord(Record, frozen=True, tag_field="how", tag="when"):
    """A computed yes or no, and the tests behind it."""

    fact: str
    about: str
    where: Place
    of: TargetRecord
    tests: tuple[AskedRecord, ...]


class GatheredRecord(Record, frozen=True, tag_field="how", tag="over"):
    """A fact computed over a collection: how many rows it looked at, how many matched, and some of them.

    ``rows`` are some of the rows that match; if none match, those that come nearest.
    """

    fact: str
    about: str
    where: Place
    of: TargetRecord
    op: Literal["exists", "none", "count", "latest", "earliest", "sum"]
    over: str
    looked_at: int
    matched: int
    rows: tuple[RowRecord, ...]


class TableRowRecord(Record, frozen=True):
    """The row of a table that decided: the first that matches. ``no`` counts from 1; ``null``: no row matches."""

    no: int | None
    where: Place
    cells: Annotated[Words, Meta(description="Its cells as written, without its value; empty: no row matches.")]
    tests: Annotated[tuple[AskedRecord, ...], Meta(description="The tests that let it match.")]


class DerivedRecord(Record, frozen=True, tag_field="how", tag="derived"):
    """A moment, an amount or a value of a table that follows from other facts.

    ``says`` is how the value comes about: ``the latest of 3: 5 business days after application.reply_by``. It is empty for a
    table whose row has a fixed value, or the value of a field. ``members`` are the facts that the value comes from: of
    ``latest of`` only the latest. Where no row of a table matches, they are the table's columns.
    """

    fact: str
    about: str
    where: Place
    of: TargetRecord
    value: Plain
    said: Words
    says: Words
    table_row: TableRowRecord | None
    members: tuple[MemberRecord, ...]


class MovedRecord(Record, frozen=True, tag_field="how", tag="moved"):
    """A moment that a test moves by the length of time that a fact or a parameter gives: after it, or ``before`` it."""

    moment: MemberRecord
    by: MemberRecord
    before: bool
    value: Plain
    said: Words


class ParameterRecord(Record, frozen=True, tag_field="how", tag="parameter"):
    """The value of a parameter that counts now.

    It is in force from the day ``since`` to the day ``until``, both included; ``null``: no earlier, or no later, value.
    ``stated``: the case states the value itself.
    """

    parameter: str
    about: str
    where: Place
    value: Plain
    said: Words
    since: Day
    until: Day
    stated: bool


class ToldRecord(Record, frozen=True, tag_field="how", tag="told before"):
    """A computed fact whose derivation is given earlier, in this answer or in one above it."""

    fact: str
    of: TargetRecord


FactRecord = WhenRecord | GatheredRecord | DerivedRecord | MovedRecord | ParameterRecord | ToldRecord


class MemberRecord(Record, frozen=True):
    """A fact or a parameter that a test compares with, or that a value is derived from, with its own derivation."""

    field: str
    value: Plain
    said: Words
    because: FactRecord | None = None


class RowRecord(Record, frozen=True):
    """A row that a computed fact looked at, and the tests that let it match or kept it from matching."""

    row: TargetRecord
    said: Words
    matched: bool
    tests: tuple[AskedRecord, ...]


# --- rules ---


class RuleRecord(Record, frozen=True):
    """A rule that fired for a row, with its tests and their derivations."""

    rule: str
    where: Place
    about: str
    source: str
    priority: int
    safety: bool
    row: Annotated[TargetRecord, Meta(description="The row that it fired for: one of the entity of `for each`.")]
    text: Annotated[str, Meta(description="Its sentence.")]
    tests: tuple[AskedRecord, ...]


class NearRecord(Record, frozen=True):
    """A rule that did not fire for a row: the tests that keep it from firing, and those that are met."""

    rule: str
    where: Place
    about: str
    source: str
    priority: int
    row: Annotated[TargetRecord, Meta(description="The row that it did not fire for.")]
    failing: Annotated[tuple[AskedRecord, ...], Meta(description="The fewest tests that would have to change.")]
    met: tuple[AskedRecord, ...]
    fires_at: Annotated[Moment, Meta(description="When it fires, if nothing but time changes; null: not in six weeks.")]


# --- conclusions ---


class ConclusionRecord(Record, frozen=True):
    """A recommendation or a prohibition, with its rules."""

    modality: Modality
    kind: KindWord
    action: str
    label: str
    target: TargetRecord
    application: str | None
    priority: int
    safety: bool
    due: Moment
    due_means: DueWord
    rules: tuple[RuleRecord, ...]


class NeighbourRecord(Record, frozen=True):
    """The advice directly above or below, and the criterion that decides: the values of the advice asked about and of this."""

    rank: int
    modality: Modality
    action: str
    label: str
    target: TargetRecord
    criterion: Criterion
    order: OrderText
    own: Words
    other: Words


class ConflictRecord(Record, frozen=True):
    """The other side of a conflict, and the reason why one side won."""

    by: Literal["safety", "higher priority", "equal priority"]
    other: ConclusionRecord


class RivalRecord(Record, frozen=True):
    """A recommendation that became an alternative under ``one per``, and the criterion that decided."""

    modality: Modality
    action: str
    label: str
    target: TargetRecord
    criterion: Criterion
    order: OrderText
    own: Words
    other: Words


# --- when it opens ---


class OpensRecord(Record, frozen=True, tag_field="when", tag="opens"):
    """From this moment on it is advised, or an alternative to other advice, if nothing but time changes."""

    at: str
    alternative_to: Annotated[
        str | None, Meta(description="The label of the advice that it is an alternative to, if any.")
    ]


class StaysDefeatedRecord(Record, frozen=True, tag_field="when", tag="stays defeated"):
    """A rule recommends it from ``at`` on, but until ``until`` a prohibition defeats it all the time."""

    at: str
    by: Annotated[tuple[str, ...], Meta(description="The rules behind the prohibition.")]
    until: str


class StaysClosedRecord(Record, frozen=True, tag_field="when", tag="stays closed"):
    """Time alone does not bring it about before ``until``."""

    until: str


OpeningRecord = OpensRecord | StaysDefeatedRecord | StaysClosedRecord


# --- answers ---


class AdvisedRecord(Record, frozen=True, tag_field="answer", tag="advised"):
    """It is in the ranked list."""

    rank: int
    conclusion: ConclusionRecord
    prevailed_over: tuple[ConflictRecord, ...]
    alternatives: tuple[RivalRecord, ...]
    above: NeighbourRecord | None
    below: NeighbourRecord | None


class GaveWayRecord(Record, frozen=True, tag_field="answer", tag="alternative"):
    """It is recommended, but another of its ``one per`` family ranks better."""

    conclusion: ConclusionRecord
    family: str
    per: str
    to: NeighbourRecord


class DefeatedRecord(Record, frozen=True, tag_field="answer", tag="set aside"):
    """It was concluded and lost a conflict."""

    conclusion: ConclusionRecord
    lost_to: tuple[ConflictRecord, ...]
    opening: OpeningRecord | None


class HandledAnswerRecord(Record, frozen=True, tag_field="answer", tag="handled"):
    """It was concluded, and the candidate has done it or does not want to see it."""

    conclusion: ConclusionRecord
    key: Annotated[str, Meta(description="The key of the advice, by which the case names it.")]
    how: Literal["done", "dismissed"]
    at: Annotated[Moment, Meta(description="When it was done, or until when it is dismissed; null: for good.")]


class ElsewhereRecord(Record, frozen=True):
    """The same action, or a member of its family, recommended for another target."""

    action: str
    label: str
    target: TargetRecord
    rank: Annotated[int | None, Meta(description="null: it is an alternative to something else.")]


class RecommenderRecord(Record, frozen=True):
    """A rule that can recommend it, and the entity of its ``for each``."""

    rule: str
    for_each: str


class NotAdvisedRecord(Record, frozen=True, tag_field="answer", tag="not advised"):
    """No rule recommends it here, and none prohibits it for exactly this target."""

    action: str
    label: str
    target: TargetRecord
    application: str | None
    forbidden_by: Annotated[
        tuple[ConclusionRecord, ...],
        Meta(description="Prohibitions in force, of the action or of one that it is a kind of."),
    ]
    recommended_by: Annotated[
        tuple[RecommenderRecord, ...], Meta(description="All rules of the pack that can recommend it.")
    ]
    near: Annotated[tuple[NearRecord, ...], Meta(description="The rules for this target, the nearest to firing first.")]
    further: Annotated[int, Meta(description="The number of further rules that are left out.")]
    elsewhere: tuple[ElsewhereRecord, ...]
    opening: OpeningRecord


Answer = AdvisedRecord | GaveWayRecord | DefeatedRecord | HandledAnswerRecord | NotAdvisedRecord


class WhyRecord(Record, frozen=True):
    """Why an action is advised or not: an answer for each target, and for each action of its family that is concerned."""

    schema_version: SchemaVersion
    at: str
    pack: PackRecord
    action: str
    target: Annotated[str | None, Meta(description="The target in the question; null: all targets.")]
    answers: tuple[Answer, ...]
    flips: Annotated[
        tuple[FlipsRecord, ...] | msgspec.UnsetType,
        Meta(description="For each answer, the changes that would reverse it; present only on request."),
    ] = msgspec.UNSET
    incomplete: Annotated[
        bool | msgspec.UnsetType,
        Meta(description="Present and true if answers or rows are left out because there are too many of them."),
    ] = msgspec.UNSET
