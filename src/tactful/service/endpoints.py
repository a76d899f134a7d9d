"""The endpoints: each calls the API. Starlette's routes and the OpenAPI description are made from this table."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from datetime import date, datetime
from http import HTTPStatus
from typing import Any, Final, TypeVar

import msgspec

from tactful.api.decision import Decision
from tactful.api.moments import day_or_moment, plan_end, read_at, read_moment
from tactful.api.plan import Plan
from tactful.facts.rows import Case
from tactful.facts.shape import CaseShape
from tactful.reasons.records.decision import SCHEMA_VERSION, DecisionRecord, PlanRecord
from tactful.reasons.records.why import WhyRecord
from tactful.service.bodies import (
    Batch,
    BriefActionRecord,
    BriefRecord,
    DismissBody,
    DoneBody,
    HealthRecord,
    PackDetailsRecord,
    PacksRecord,
    ResultRecord,
    ResultsRecord,
    UndoBody,
    WhatIfBody,
    WhatIfRecord,
    WhyBody,
)
from tactful.service.endpoint import CALENDAR, HTML, JSON, PLAIN, SVG, Answer, Call, Endpoint, Parameter
from tactful.service.openapi import description_text
from tactful.service.problems import Problem, problem_of
from tactful.source.codes.text import DuplicateKey
from tactful.source.diagnostics import InvalidInput
from tactful.source.parse_json import has_repeated_key, repeated_key_mistakes
from tactful.source.suggest import did_you_mean

T = TypeVar("T")


def _always(_: Call) -> bool:
    return True


# --- decisions ---

_FLAG: Final = {"type": "string", "enum": ["true", "false"], "default": "false"}
_EXPLAIN: Final = {"type": "string", "enum": ["none", "reasons", "full"], "default": "reasons"}
_AT: Final = Parameter("at", {"type": "string", "format": "date-time"}, "The moment to decide for (ISO 8601).")
_APPLICATION: Final = Parameter(
    "application", {"type": "string"}, "Only what concerns the application with this id, or the candidate."
)
_DECISION_PARAMETERS: Final = (
    _AT,
    _APPLICATION,
    Parameter("explain", _EXPLAIN, "Without reasons, with them, or also with messages and the next change."),
    Parameter("questions", _FLAG, "Whether to add the unknown facts that would change the decision."),
)


def _is_batch(call: Call) -> bool:
    """Whether the body has several cases. A case has no field `cases`."""
    return b'"cases"' in call.body and call.body.lstrip()[:1] == b"{" and _has_cases(call.body)


def _has_cases(body: bytes) -> bool:
    try:
        return msgspec.json.decode(body, type=_Peek).cases is not msgspec.UNSET
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


class _Peek(msgspec.Struct):
    cases: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


def _decisions_slow(call: Call) -> bool:
    query = call.query
    return query.get("questions") == "true" or query.get("explain") == "full" or _is_batch(call)


def decisions(call: Call) -> Answer:
    """A decision, or the results of a batch."""
    if not _is_batch(call):
        return one_decision(call)
    batch = msgspec.json.decode(call.body, type=Batch)
    if call.body.count(b'"') > msgspec.json.encode(batch).count(b'"'):  # other duplicate keys are mistakes of a case
        raise InvalidInput([DuplicateKey.at(None, "duplicate key `cases`", "send one list", "cases")])
    cases = batch.cases
    if len(cases) > call.most_cases:
        raise Problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"the batch has {len(cases)} cases; send at most {call.most_cases} at a time",
        )
    if "at" in call.query:
        read_moment(call.query["at"])  # a mistake in the query belongs to the request and not to its cases
    return Answer(msgspec.json.encode(ResultsRecord(results=tuple(_result(call, bytes(case)) for case in cases))))


def one_decision(call: Call) -> Answer:
    """A decision on the one case of a body."""
    return Answer(_answer(call, call.body))


def _result(call: Call, case: bytes) -> ResultRecord:
    """The result for a case of a batch. Its mistakes are its own."""
    call.deadline.check()
    try:
        answer: Any = msgspec.Raw(_answer(call, case))  # it is the JSON of the record that the result has
    except Exception as error:
        problem = problem_of(error)
        if problem is None:
            raise
        return ResultRecord(problem=problem.record)
    return ResultRecord(brief=answer) if call.query.get("explain") == "none" else ResultRecord(decision=answer)


def _answer(call: Call, case: bytes) -> bytes:
    query = call.query
    decision, seconds = _decided(call, case, query.get("at"))
    try:
        application, explain = _application(call, decision.context.case), query.get("explain")
        if explain == "none":
            return msgspec.json.encode(_brief(decision, application))
        full = explain == "full"
        return decision.to_json(
            application, questions=query.get("questions") == "true", messages=full, next_change=full
        )
    finally:
        call.entries.add(decision, seconds)  # now its keys are known


def _decide(call: Call, case: bytes, at: str | None) -> Decision:
    """The decision, which is counted and kept."""
    decision, seconds = _decided(call, case, at)
    call.entries.add(decision, seconds)
    return decision


def _decided(call: Call, case: bytes, at: str | None) -> tuple[Decision, float]:
    """The decision, which is counted, and how many seconds it took. A case that is refused is kept."""
    policy, begun = call.policy, time.perf_counter()
    try:
        decision = policy.decide(case) if at is None else policy.decide(*read_at(policy, case, at))
    except InvalidInput as error:
        call.entries.refuse(policy.decider, case, error, time.perf_counter() - begun)
        raise
    seconds = time.perf_counter() - begun
    call.metrics.decided(decision)
    return decision, seconds


def _application(call: Call, case: Case) -> str | None:
    """The application that is asked for, which the case must have."""
    wanted = call.query.get("application")
    if wanted is not None and all(family.application.id != wanted for family in case.families):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "the case has no such `application`; name one by its id")
    return wanted


def _brief(decision: Decision, application: str | None) -> BriefRecord:
    until = decision.unchanged_before
    chosen = [advice for advice in decision.actions if application is None or advice.application in (None, application)]
    return BriefRecord(
        at=decision.at.isoformat(),
        unchanged_before=None if until is None else until.isoformat(),
        schema_version=SCHEMA_VERSION,
        made_with=decision.made_with,
        actions=tuple(
            BriefActionRecord(
                rank=advice.rank,
                key=advice.key,
                group=advice.group,
                modality=advice.modality,
                kind=advice.kind,
                action=advice.action,
                label=advice.label,
                target=advice.target,
                application=advice.application,
                due=None if advice.due is None else advice.due.isoformat(),
                due_means=advice.due_means,
                priority=advice.priority,
            )
            for advice in chosen
        ),
    )


def _read(body: bytes, type_: type[T]) -> T:
    """The body of a request. A duplicate key is a mistake."""
    read = msgspec.json.decode(body, type=type_)
    if has_repeated_key(body):
        raise InvalidInput(repeated_key_mistakes(body))
    return read


# --- plans ---


def plans(call: Call) -> Answer:
    """The weeks ahead."""
    decision = _decide(call, call.body, call.query.get("at"))
    case, start = decision.context.case, decision.at
    application = _application(call, case)
    until = plan_end(call.query.get("until", "6 weeks"), start, case.candidate.calendar)
    return Answer(_PLAN_FORMATS[call.accept](call.policy.plan(case, start, until), application), call.accept)


def _plan_svg(plan: Plan, application: str | None) -> bytes:
    from tactful.formats.exporters.svg import plan_to_svg  # each format loads only what it needs

    return plan_to_svg(plan, application)


def _plan_html(plan: Plan, application: str | None) -> bytes:
    from tactful.formats.exporters.html import plan_to_html

    return plan_to_html(plan, application)


def _plan_ics(plan: Plan, application: str | None) -> bytes:
    from tactful.formats.exporters.ics import plan_to_ics

    return plan_to_ics(plan, None, application)


_PLAN_FORMATS: Final[dict[str, Callable[[Plan, str | None], bytes]]] = {
    JSON: Plan.to_json,
    SVG: _plan_svg,
    HTML: _plan_html,
    CALENDAR: _plan_ics,
}


# --- reasons, and what is recorded in a case ---


def why(call: Call) -> Answer:
    """Why an action is advised, or why it is not."""
    asked = _read(call.body, WhyBody)
    decision = _decide(call, bytes(asked.case), asked.at)
    return Answer(msgspec.json.encode(decision.why(asked.action, asked.target, flip=asked.flip)))


def what_if(call: Call) -> Answer:
    """What other facts change."""
    asked = _read(call.body, WhatIfBody)
    case, moment = read_at(call.policy, bytes(asked.case), asked.at)
    before = call.policy.decide(case, moment)
    after = call.policy.decide(call.policy.change(case, asked.facts), before.at)
    return Answer(msgspec.json.encode(WhatIfRecord(decision=after.record(), differences=before.compare(after))))


def done(call: Call) -> Answer:
    """The case after advice was followed."""
    told = _read(call.body, DoneBody)
    case, _ = read_at(call.policy, bytes(told.case), None)
    moment = None if told.at is None else read_at(call.policy, case, told.at)[1]
    return Answer(call.policy.done(case, told.key, moment, **told.details).to_json())


def dismiss(call: Call) -> Answer:
    """The case in which advice is not wanted."""
    told = _read(call.body, DismissBody)
    case = call.policy.read(bytes(told.case))
    until: datetime | date | None = None
    if told.until is not None:
        until = day_or_moment(told.until, case.candidate.calendar)
    return Answer(call.policy.dismiss(case, told.key, until).to_json())


def undo(call: Call) -> Answer:
    """The case as if advice had been neither followed nor dismissed."""
    told = _read(call.body, UndoBody)
    return Answer(call.policy.undo(bytes(told.case), told.key).to_json())


# --- the service itself ---


def packs(call: Call) -> Answer:
    """The packs."""
    return Answer(msgspec.json.encode(call.packs.summaries()))


def pack(call: Call) -> Answer:
    """A pack, with its rules and parameters."""
    details = call.packs.details(call.path["name"])
    if details is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"there is no such pack; it is `{call.policy.name}`")
    return Answer(msgspec.json.encode(details))


def schema(call: Call) -> Answer:
    """A JSON Schema."""
    from tactful import schemas

    name = call.path["name"]
    if name in _PLAIN_SCHEMAS:
        return Answer(msgspec.json.encode(getattr(schemas, name)()))
    if name in _PACK_SCHEMAS:
        return Answer(msgspec.json.encode(getattr(schemas, name)(call.policy)))
    known = (*_PLAIN_SCHEMAS, *_PACK_SCHEMAS)
    help_ = did_you_mean(name, known) or f"there are {', '.join(known)}"
    raise Problem(HTTPStatus.NOT_FOUND, f"there is no such schema; {help_}")


_PLAIN_SCHEMAS: Final = ("case", "decision", "plan", "why", "comparison", "test")
_PACK_SCHEMAS: Final = ("pack", "examples")


def description(_: Call) -> Answer:
    """The OpenAPI description."""
    return Answer(_description_text())


@functools.cache
def _description_text() -> bytes:
    return description_text(ENDPOINTS)


def metrics(call: Call) -> Answer:
    """The metrics."""
    return Answer(call.metrics.text(), PLAIN)


def live(_: Call) -> Answer:
    """The service runs."""
    return Answer(msgspec.json.encode(HealthRecord(status="live")))


def ready(_: Call) -> Answer:
    """The service has a pack to decide with."""
    return Answer(msgspec.json.encode(HealthRecord(status="ready")))


_UNTIL: Final = Parameter(
    "until",
    {"type": "string", "default": "6 weeks"},
    "The end of the plan: a day, a moment (ISO 8601), or a length such as `10 days` or `5 business days`.",
)
#: All endpoints, in the order in which the description has them.
ENDPOINTS: Final = (
    Endpoint(
        "POST",
        "/v1/decisions",
        "Decide on a case, or on several.",
        decisions,
        {JSON: DecisionRecord | BriefRecord | ResultsRecord},
        CaseShape | Batch,
        _DECISION_PARAMETERS,
        _decisions_slow,
        quick=one_decision,
    ),
    Endpoint(
        "POST",
        "/v1/plans",
        "All advice in the time ahead, if nothing else happens. `Accept` chooses the format.",
        plans,
        {JSON: PlanRecord, SVG: None, HTML: None, CALENDAR: None},
        CaseShape,
        (_AT, _APPLICATION, _UNTIL),
        _always,
    ),
    Endpoint(
        "POST", "/v1/why", "Why an action is advised, or why it is not.", why, {JSON: WhyRecord}, WhyBody, (), _always
    ),
    Endpoint(
        "POST", "/v1/what-if", "What other facts would change.", what_if, {JSON: WhatIfRecord}, WhatIfBody, (), _always
    ),
    Endpoint(
        "POST",
        "/v1/done",
        "The case after advice was followed.",
        done,
        {JSON: CaseShape},
        DoneBody,
        (),
        _always,
    ),
    Endpoint(
        "POST",
        "/v1/dismiss",
        "The case in which advice is not wanted.",
        dismiss,
        {JSON: CaseShape},
        DismissBody,
        (),
        _always,
    ),
    Endpoint(
        "POST",
        "/v1/undo",
        "The case as if advice had been neither followed nor dismissed.",
        undo,
        {JSON: CaseShape},
        UndoBody,
        (),
        _always,
    ),
    Endpoint("GET", "/v1/packs", "The packs, and the last load that failed.", packs, {JSON: PacksRecord}),
    Endpoint("GET", "/v1/packs/{name}", "A pack with its rules and parameters.", pack, {JSON: PackDetailsRecord}),
    Endpoint(
        "GET",
        "/v1/schemas/{name}",
        "A JSON Schema of what is sent or answered.",
        schema,
        {JSON: dict[str, Any]},
        slow=_always,
    ),
    Endpoint("GET", "/openapi.json", "This description.", description, {JSON: dict[str, Any]}),
    Endpoint("GET", "/health/live", "The service runs.", live, {JSON: HealthRecord}, open=True),
    Endpoint("GET", "/health/ready", "The service has a pack to decide with.", ready, {JSON: HealthRecord}, open=True),
    Endpoint("GET", "/metrics", "Metrics for Prometheus.", metrics, {PLAIN: None}),
)
