"""The results of testing a pack, as JSON has them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta

from tactful.api.policy import Policy
from tactful.reasons.context import pack_record
from tactful.reasons.records.decision import PackRecord, Record
from tactful.testing.examples.model import ExampleResult
from tactful.testing.properties.invariants import InvariantReport


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
    place: Annotated[str, Meta(description="file:line")]
    passed: bool
    tried: Annotated[int, Meta(description="On how many cases.")]
    failure: Annotated[str | None, Meta(description="Where it does not hold, in words.")]


class PackTestRecord(Record, frozen=True):
    """A pack, tested."""

    pack: PackRecord
    passed: bool
    examples: tuple[ExampleRecord, ...]
    invariants: tuple[InvariantRecord, ...]


def pack_test_record(
    policy: Policy, examples: Iterable[ExampleResult], invariants: Iterable[InvariantReport]
) -> PackTestRecord:
    """The results for one pack."""
    ran = tuple(map(_example, examples))
    held = tuple(
        InvariantRecord(
            id=report.id,
            about=report.about,
            place=report.place,
            passed=report.passed,
            tried=report.tried,
            failure=report.text or None,
        )
        for report in invariants
    )
    return PackTestRecord(
        pack=pack_record(policy.checked),
        passed=all(example.passed for example in ran) and all(invariant.passed for invariant in held),
        examples=ran,
        invariants=held,
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
