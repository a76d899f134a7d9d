"""The records of a decision and of a plan. They are its JSON, and its JSON Schema is made from them."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from tactful.language.terms import AdviceKind, DueMeans, Modality

Moment = Annotated[str | None, Meta(description="ISO 8601, in the candidate's time zone.")]
Key = Annotated[
    str, Meta(description="An opaque id of this piece of advice, the same for as long as the advice stands.")
]
KindWord = Annotated[
    AdviceKind, Meta(description="Something to do, to leave alone, to wait for, or to bear in mind all along.")
]
DueWord = Annotated[DueMeans, Meta(description="Whether `due` says by when to do it, or until when to keep to it.")]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """The base of all records."""


class MessageRecord(Record, frozen=True):
    """A sentence as an id and its arguments, so that a host can word it itself."""

    id: Annotated[
        str,
        Meta(description="Where the sentence stands in the pack.", examples=["rules.thank-you-note.because"]),
    ]
    args: Annotated[
        dict[str, Any], Meta(description="The values of its placeholders, by field; `null` where one is unknown.")
    ]


class MessagesRecord(Record, frozen=True):
    """The sentences of one piece of advice. The lists are in the order of its `steps` and `because`."""

    key: Annotated[str, Meta(description="The key of the advice.")]
    label: Annotated[MessageRecord | None, Meta(description="`null` if the action has no label of its own.")]
    steps: tuple[MessageRecord, ...]
    because: tuple[MessageRecord, ...]


class TargetRecord(Record, frozen=True):
    """The row that an action concerns."""

    entity: str
    id: str
    name: str


class ConditionRecord(Record, frozen=True):
    """A condition of a rule, and the value of its field (``null``: unknown)."""

    field: str
    phrase: str
    value: Any


class JustificationRecord(Record, frozen=True):
    """A rule that fired: its sentence, its source, and its conditions with the values of their fields."""

    rule: str
    text: str
    source: str
    conditions: tuple[ConditionRecord, ...]


class AlternativeRecord(Record, frozen=True):
    """A recommendation that gave way to a better-ranked one of the same family."""

    key: Key
    action: str
    modality: Modality
    kind: KindWord
    label: str
    target: TargetRecord
    due: Moment
    due_means: DueWord
    because: tuple[JustificationRecord, ...]


class ActionRecord(Record, frozen=True):
    """One piece of advice."""

    rank: Annotated[int, Meta(description="1 is the most important.")]
    key: Key
    group: Annotated[
        int,
        Meta(
            description="The rank of the first advice that says the same for its application: by the same rules, with the "
            "same deadline. It may be about another person."
        ),
    ]
    modality: Modality
    kind: KindWord
    action: Annotated[str, Meta(description="The action's id in the catalogue.")]
    label: str
    target: TargetRecord
    application: Annotated[str | None, Meta(description="The id of the application, if it belongs to one.")]
    opens: Annotated[Moment, Meta(description="Since when the advice holds, if time alone brought it about.")]
    due: Moment
    due_means: DueWord
    priority: Annotated[int, Meta(ge=0, le=100)]
    steps: tuple[str, ...]
    because: tuple[JustificationRecord, ...]
    alternatives: tuple[AlternativeRecord, ...]
    next_change: Annotated[
        Moment | msgspec.UnsetType,
        Meta(
            description="The exact moment at which the advice goes, or becomes other advice, if no fact changes, present only "
            "on request; null: not within six weeks."
        ),
    ] = msgspec.UNSET


class WinnerRecord(Record, frozen=True):
    """A conclusion that another one lost to."""

    key: Key
    action: str
    modality: Modality
    label: str
    target: TargetRecord
    safety: bool
    because: tuple[JustificationRecord, ...]


class HandledRecord(Record, frozen=True):
    """What the candidate did with a piece of advice that is set aside for that reason."""

    key: Annotated[str, Meta(description="The key of the advice, by which the case names it.")]
    how: Literal["done", "dismissed"]
    at: Annotated[Moment, Meta(description="When it was done, or until when it is dismissed; null: for good.")]


class SetAsideRecord(Record, frozen=True):
    """A conclusion that lost a conflict, and the conclusions that it lost to; or that was done or dismissed."""

    key: Key
    action: str
    modality: Modality
    label: str
    target: TargetRecord
    by: tuple[WinnerRecord, ...]
    because: tuple[JustificationRecord, ...]
    handled: Annotated[
        HandledRecord | msgspec.UnsetType,
        Meta(description="Present if the advice was done or dismissed; it then lost to nothing."),
    ] = msgspec.UNSET


class EffectRecord(Record, frozen=True):
    """An effect of another fact on a decision: advice that comes, goes or changes."""

    what: Literal["comes", "goes", "changes"]
    how: Annotated[str, Meta(description="How the advice changes, in words; empty if it comes or goes.")]
    modality: Annotated[Modality, Meta(description="As it would be; of advice that goes, as it is.")]
    action: str
    label: str
    target: TargetRecord
    due: Moment
    due_means: DueWord


class AnswerRecord(Record, frozen=True):
    """An answer that was tried, and its effects: none if the advice already assumes it."""

    value: Annotated[Any, Meta(description="The value that was tried, as a case holds it.")]
    text: Annotated[str, Meta(description="The answer in words.")]
    effects: tuple[EffectRecord, ...]


class QuestionRecord(Record, frozen=True):
    """An unknown fact whose answer would change the decision."""

    path: Annotated[str, Meta(description="The fact, as `--set` takes it: person[dana].prefers.")]
    field: Annotated[str, Meta(description="entity.field")]
    target: TargetRecord
    application: Annotated[str | None, Meta(description="The id of the application, if it belongs to one.")]
    ask: Annotated[str, Meta(description="The question in words.")]
    message: Annotated[
        MessageRecord | None, Meta(description="The question as an id; `null` for one of tactful's own.")
    ]
    kind: Annotated[str, Meta(description="The type of the answer, as rule authors call it.")]
    consequence: Annotated[
        int,
        Meta(description="The highest priority, 0 to 100, of any advice that it would change; half for prohibitions."),
    ]
    answers: tuple[AnswerRecord, ...]


class ChangedFactRecord(Record, frozen=True):
    """A change of a fact. An added message has the path of the list of messages."""

    path: Annotated[
        str, Meta(description="The fact, as `--set` takes it; `application[acme].messages` for a new message.")
    ]
    who: Annotated[
        Literal["mine", "time", "theirs", "unknown"],
        Meta(description="Who can bring it about; unknown: the fact is unknown, and may turn out so."),
    ]
    before: Annotated[Any, Meta(description="The value as the case has it; null where it is unknown.")]
    after: Annotated[Any, Meta(description="The value as the case would have it; a moment for time.")]
    text: Annotated[str, Meta(description="The change in words.")]


class FlipRecord(Record, frozen=True):
    """A smallest change of facts that changes the advice. It was checked by deciding again."""

    changes: tuple[ChangedFactRecord, ...]


class FlipsRecord(Record, frozen=True):
    """The changes after which a piece of advice would be given, or no longer given: the best first."""

    action: str
    prohibits: Annotated[bool, Meta(description="Whether the advice is against the action.")]
    label: str
    target: TargetRecord
    application: str | None
    given: Annotated[bool, Meta(description="Whether the advice is given now.")]
    ways: Annotated[tuple[FlipRecord, ...], Meta(description="Empty if no change that was tried does it.")]
    incomplete: Annotated[
        bool | msgspec.UnsetType,
        Meta(description="Present and true if some changes were not tried, as there are too many."),
    ] = msgspec.UNSET


class PackRecord(Record, frozen=True, omit_defaults=True):
    """The pack that was decided with."""

    name: str
    version: str
    digest: Annotated[str, Meta(description="SHA-256 over the texts of all its files.")]
    as_of: Annotated[
        str | None, Meta(description="The day whose values and rules were used, if it is not the day of the case.")
    ] = None


class LimitsRecord(Record, frozen=True):
    """The bounds on the size of cases, see ``CaseLimits``."""

    bytes: int
    depth: int
    text: int
    applications: int
    people: int
    interviews: int
    messages: int
    handled: int
    places: int
    steps: int


class MadeWithRecord(Record, frozen=True):
    """Everything that an answer depends on. From the same, the answer is the same on any machine."""

    tactful: Annotated[str, Meta(description="The version of tactful.")]
    rule_language: Annotated[int, Meta(description="The version of the rule language.")]
    holidays: Annotated[str, Meta(description="The version of the library that knows public holidays.")]
    tzdata: Annotated[str, Meta(description="The version of the time zones.")]
    engine: str
    pack: PackRecord
    limits: LimitsRecord
    language: Annotated[str, Meta(description="The language of the texts (BCP 47).")]
    at: Annotated[str, Meta(description="The moment decided for: ISO 8601, in the candidate's time zone.")]
    case: Annotated[
        str, Meta(description="SHA-256 over the facts of the case, in a form that does not depend on its text.")
    ]


#: The version of the shape of JSON answers. It grows with every change of their shape.
SCHEMA_VERSION: Final = 3
SchemaVersion = Annotated[int, Meta(description="The version of this shape. It grows with every change of the shape.")]


class OverrideRecord(Record, frozen=True):
    """A safety rule that the pack switches off."""

    rule: str
    because: str
    pack: str


class InvariantOffRecord(Record, frozen=True):
    """An invariant that the pack switches off."""

    invariant: str
    because: str
    pack: str


class OutsideSafetyRecord(Record, frozen=True):
    """A recommended action that no safety rule covers, with the pack's reason."""

    action: Annotated[str, Meta(description="The action's id in the catalogue.")]
    because: str


class DecisionRecord(Record, frozen=True):
    """A decision: ranked advice, what was set aside, and which safety rules were off."""

    at: Annotated[str, Meta(description="The moment decided for: ISO 8601, in the candidate's time zone.")]
    unchanged_before: Annotated[
        Moment,
        Meta(
            description="Until when the answer surely stays as it is if no fact changes, apart from the values of clocks; "
            "null: time alone never changes it."
        ),
    ]
    schema_version: SchemaVersion
    made_with: MadeWithRecord
    actions: tuple[ActionRecord, ...]
    set_aside: tuple[SetAsideRecord, ...]
    safety_off: tuple[OverrideRecord, ...]
    invariants_off: Annotated[
        tuple[InvariantOffRecord, ...] | msgspec.UnsetType,
        Meta(description="Invariants that the pack switches off; present if there are any."),
    ] = msgspec.UNSET
    outside_safety: Annotated[
        tuple[OutsideSafetyRecord, ...] | msgspec.UnsetType,
        Meta(description="Recommended actions that no safety rule covers; present if there are any."),
    ] = msgspec.UNSET
    questions: Annotated[
        tuple[QuestionRecord, ...] | msgspec.UnsetType,
        Meta(description="Unknown facts that would change the decision; present only on request."),
    ] = msgspec.UNSET
    questions_incomplete: Annotated[
        bool | msgspec.UnsetType,
        Meta(description="Present and true if some unknown facts were not tried, as there are too many."),
    ] = msgspec.UNSET
    messages: Annotated[
        tuple[MessagesRecord, ...] | msgspec.UnsetType,
        Meta(description="All sentences as ids and arguments, by the keys of the advice; present only on request."),
    ] = msgspec.UNSET
    next_change: Annotated[
        Moment | msgspec.UnsetType,
        Meta(
            description="The exact moment at which the answer changes if no fact does, present only on request; null: not "
            "within six weeks."
        ),
    ] = msgspec.UNSET
    next_change_incomplete: Annotated[
        bool | msgspec.UnsetType,
        Meta(
            description="Present and true if some `next_change` are early, as it takes too many steps to tell the exact moment."
        ),
    ] = msgspec.UNSET
    incomplete: Annotated[
        bool | msgspec.UnsetType,
        Meta(
            description="Present and true if there are too many reasons: some `because` and `by` have less than all, "
            "and some `opens` are null, although time brought the advice about. All `actions` are there."
        ),
    ] = msgspec.UNSET


class WindowRecord(Record, frozen=True):
    """A stretch of time in which a piece of advice holds."""

    start: Annotated[str, Meta(description="The first second in which it holds.")]
    end: Annotated[str, Meta(description="The first second in which it no longer holds, or the end of the plan.")]
    rank: Annotated[int, Meta(description="Its best rank in that time.")]
    open_ended: Annotated[bool, Meta(description="Whether it still holds at the end of the plan.")]


class PlannedRecord(Record, frozen=True):
    """A piece of advice, as it is when it first holds, and when it holds."""

    windows: tuple[WindowRecord, ...]
    key: Key
    modality: Modality
    kind: KindWord
    action: Annotated[str, Meta(description="The action's id in the catalogue.")]
    label: str
    target: TargetRecord
    application: Annotated[str | None, Meta(description="The id of the application, if it belongs to one.")]
    due: Moment
    due_means: DueWord
    priority: Annotated[int, Meta(ge=0, le=100)]
    steps: tuple[str, ...]
    because: tuple[JustificationRecord, ...]
    alternatives: tuple[AlternativeRecord, ...]


class PlanRecord(Record, frozen=True):
    """What will be advised from a moment to a horizon, if nothing but time changes."""

    start: Annotated[str, Meta(description="ISO 8601, in the candidate's time zone, as all moments here.")]
    until: str
    schema_version: SchemaVersion
    made_with: MadeWithRecord
    items: tuple[PlannedRecord, ...]
    changes: Annotated[tuple[str, ...], Meta(description="All moments at which the decision changes.")]
    incomplete: Annotated[
        bool | msgspec.UnsetType,
        Meta(description="Present and true if the plan ends earlier than requested, because too much changes."),
    ] = msgspec.UNSET
