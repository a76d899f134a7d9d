"""What clients send and get, apart from the answers of the API itself. OpenAPI's components are made from these
records."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from tactful.language.terms import AdviceKind, DueMeans, Modality
from tactful.reasons.records.comparison import ComparisonRecord
from tactful.reasons.records.decision import (
    DecisionRecord,
    Key,
    MadeWithRecord,
    Moment,
    Record,
    SchemaVersion,
    TargetRecord,
)
from tactful.service.problems import DiagnosticRecord, ProblemRecord

#: Where OpenAPI keeps the schema of a case.
CASE_REFERENCE: Final = {"$ref": "#/components/schemas/CaseShape"}
#: A case as JSON, which is read by the policy.
CaseText = Annotated[msgspec.Raw, Meta(extra_json_schema=CASE_REFERENCE)]
#: A case of a batch. Its mistakes do not make the request wrong.
BatchedCase = Annotated[
    msgspec.Raw,
    Meta(description="A case, see `CaseShape`. For a case with mistakes, the answer is a problem."),
]
#: A value of a fact. Lists are of single values, so that nothing is nested.
Plain = str | int | float | bool | list[str | int | float | bool] | None
At = Annotated[
    str | None,
    Meta(
        description="The moment to decide for (ISO 8601) instead of the case's own; without an offset it is local time.",
        examples=["2026-11-23T10:00:00-05:00"],
    ),
]


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of all bodies that are more than a case."""

    case: CaseText


class WhyBody(Body, frozen=True):
    """Why is an action advised, or why is it not?"""

    action: Annotated[str, Meta(description="An action of the pack; it stands for all its kinds.")]
    target: Annotated[str | None, Meta(description="The id of its target, or `application/id`.")] = None
    flip: Annotated[bool, Meta(description="Also the smallest changes that would reverse each answer.")] = False
    at: At = None


class WhatIfBody(Body, frozen=True):
    """What would be advised if some facts were different?"""

    facts: Annotated[
        dict[str, Plain],
        Meta(
            description="Values by fact, as `tactful advise --set` takes them; null makes a fact unknown.",
            examples=[{"person[dana].prefers": "phone"}],
        ),
    ]
    at: At = None


class DoneBody(Body, frozen=True):
    """Advice was followed."""

    key: Key
    details: Annotated[dict[str, Plain], Meta(description="How it was done.", examples=[{"channel": "phone"}])] = (
        msgspec.field(default_factory=dict)
    )
    at: At = None


class DismissBody(Body, frozen=True):
    """Advice is not wanted."""

    key: Key
    until: Annotated[
        str | None, Meta(description="A moment, or a day that is included (ISO 8601); null: for good.")
    ] = None


class UndoBody(Body, frozen=True):
    """Advice was neither followed nor dismissed after all."""

    key: Key


class Batch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Several cases, each of which is decided on or rejected separately."""

    cases: list[BatchedCase]


class BriefActionRecord(Record, frozen=True):
    """A piece of advice without its reasons."""

    rank: int
    key: Key
    group: int
    modality: Modality
    kind: AdviceKind
    action: str
    label: str
    target: TargetRecord
    application: str | None
    due: Moment
    due_means: DueMeans
    priority: int


class BriefRecord(Record, frozen=True):
    """A decision without reasons."""

    at: str
    unchanged_before: Moment
    schema_version: SchemaVersion
    made_with: MadeWithRecord
    actions: tuple[BriefActionRecord, ...]


class ResultRecord(Record, frozen=True, omit_defaults=True):
    """The result for a case of a batch: a decision, or what is wrong with the case."""

    decision: DecisionRecord | None = None
    brief: BriefRecord | None = None
    problem: ProblemRecord | None = None


class ResultsRecord(Record, frozen=True):
    """The results of a batch, in the order of its cases."""

    results: tuple[ResultRecord, ...]


class WhatIfRecord(Record, frozen=True):
    """The decision with other facts, and its differences from the decision on the case as it is."""

    decision: DecisionRecord
    differences: ComparisonRecord


class PackParameterRecord(Record, frozen=True):
    """A parameter of a pack. ``dated``: its values by the day from which each counts."""

    name: str
    value: str
    about: str
    dated: dict[str, str]
    adjustable: Annotated[bool, Meta(description="Whether a case may state a value of its own.")]


class PackRuleRecord(Record, frozen=True):
    """A rule of a pack."""

    id: str
    about: str
    source: str
    group: str
    priority: int


class FailedLoadRecord(Record, frozen=True):
    """The last try to load the pack's files, if it failed."""

    at: str
    diagnostics: tuple[DiagnosticRecord, ...]


class PackSummaryRecord(Record, frozen=True):
    """A pack that decisions are made with."""

    name: str
    version: str
    digest: str
    activated: Annotated[str, Meta(description="Since when decisions are made with it (ISO 8601, UTC).")]
    failed: Annotated[
        FailedLoadRecord | None, Meta(description="Why the current files are not in use; null: they are in use.")
    ]


class PackDetailsRecord(PackSummaryRecord, frozen=True):
    """A pack with what it consists of."""

    parameters: tuple[PackParameterRecord, ...]
    rules: tuple[PackRuleRecord, ...]


class PacksRecord(Record, frozen=True):
    """The packs of the service."""

    packs: tuple[PackSummaryRecord, ...]


class HealthRecord(Record, frozen=True):
    """The service's state."""

    status: str


#: A JSON Schema or an OpenAPI description.
Document = dict[str, Any]
