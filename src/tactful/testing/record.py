"""The results of testing a pack, as JSON has them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta

from tactful.api.policy import Policy
from tactful.reasons.context import pack_record
from tactful.reasons.records.decision import PackRecord, Record
from tactful.testing.examples.model import ExampleResult
from tactful.testing.own import own_unfired
from tactful.testing.properties.invariants import InvariantReport, Results


class ProblemRecord(Record, frozen=True):
    """An expectation that is not met."""

    place: Annotated[str, Meta(description="file:line of the expectation.")]
    expected: tuple[str, ...]
    got: tuple[str, ...]


class ExampleRecord(Record, frozen=True):
    """An example, run."""

    id: str
    about: str
    place: Annotated[str, Meta(description="file:line")]
    passed: bool
    problems: tuple[ProblemRecord, ...]


class InvariantRecord(Record, frozen=True):
    """An invariant, checked."""

    id: str
    about: str
    place: Annotated[str, Meta(description="file:line; empty for an invariant of every pack.")]
    passed: bool
    tried: Annotated[int, Meta(description="On how many cases.")]
    failure: Annotated[str | None, Meta(description="Where it does not hold, in words.")]
    not_checked: Annotated[
        str | None, Meta(description="What the pack does not declare, so that it could not be checked.")
    ]


class UnfiredRecord(Record, frozen=True):
    """A rule that fired in no drawn case."""

    rule: str
    place: Annotated[str, Meta(description="file:line")]
    missing: Annotated[
        tuple[str, ...], Meta(description="The conditions that did not hold in the case that came closest.")
    ]


class PackTestRecord(Record, frozen=True):
    """A pack, tested."""

    pack: PackRecord
    passed: bool
    examples: tuple[ExampleRecord, ...]
    invariants: Annotated[tuple[InvariantRecord, ...], Meta(description="The invariants that the pack states.")]
    general: Annotated[tuple[InvariantRecord, ...], Meta(description="The invariants of every pack.")]
    drawn: Annotated[int, Meta(description="How many cases were drawn.")]
    unfired: Annotated[
        tuple[UnfiredRecord, ...],
        Meta(description="The pack's own rules that fired in no drawn case; empty where fewer than 300 are wanted."),
    ]


def pack_test_record(policy: Policy, examples: Iterable[ExampleResult], results: Results) -> PackTestRecord:
    """The results for one pack."""
    ran = tuple(map(_example, examples))
    return PackTestRecord(
        pack=pack_record(policy.checked),
        passed=all(example.passed for example in ran) and results.passed,
        examples=ran,
        invariants=tuple(map(_invariant, results.reports)),
        general=tuple(map(_invariant, results.general)),
        drawn=results.drawn,
        unfired=tuple(
            UnfiredRecord(rule=rule.rule, place=rule.place, missing=rule.missing)
            for rule in own_unfired(policy.checked, results.unfired)
        ),
    )


def _invariant(report: InvariantReport) -> InvariantRecord:
    return InvariantRecord(
        id=report.id,
        about=report.about,
        place=report.place,
        passed=report.passed,
        tried=report.tried,
        failure=report.text or None,
        not_checked=report.missing or None,
    )


def _example(result: ExampleResult) -> ExampleRecord:
    example = result.example
    return ExampleRecord(
        id=example.id,
        about=example.about,
        place=example.place,
        passed=result.passed,
        problems=tuple(
            ProblemRecord(place=problem.place, expected=problem.expected, got=problem.got)
            for problem in result.problems
        ),
    )
