"""Examples once they are read, and the results of running them."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import msgspec

from tactful.facts.rows import Case
from tactful.language.terms import Modality
from tactful.source.diagnostics import Span


class Reference(NamedTuple):
    """An action and the id of its target (``None``: any target), written as for ``tactful why``."""

    action: str
    target: str | None

    def __str__(self) -> str:
        return self.action if self.target is None else f"{self.action}:{self.target}"


class NoDeadline(msgspec.Struct, frozen=True, tag="none"):
    """``by: none``."""


class Due(msgspec.Struct, frozen=True, tag="moment"):
    """A deadline in seconds since 1970."""

    moment: int


class DueOn(msgspec.Struct, frozen=True, tag="day"):
    """A deadline at any time of this day, in the candidate's time zone."""

    day: date


Deadline = NoDeadline | Due | DueOn


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of advice that the decision must give.

    Parts that are ``None`` or empty are not compared. ``rules``, if given, are all rules behind the advice.
    """

    modality: Modality
    reference: Reference
    span: Span
    by: Deadline | None = None
    rules: tuple[str, ...] = ()
    rank: int | None = None
    steps: tuple[str, ...] = ()
    without_steps: tuple[str, ...] = ()
    instead_of: tuple[Reference, ...] = ()


class Named(msgspec.Struct, frozen=True):
    """A reference and its place in the file."""

    reference: Reference
    span: Span


class Forbidden(msgspec.Struct, frozen=True):
    """An action that must not be recommended or, with a modality, a conclusion that must not be drawn."""

    modality: Modality | None
    reference: Reference
    span: Span


class Lost(msgspec.Struct, frozen=True):
    """A conclusion that must be set aside, and the id of a rule behind the winner (``None``: any rule)."""

    modality: Modality
    reference: Reference
    by_rule: str | None
    span: Span


class Example(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """A case at a moment, and the expectations of the decision on it. ``file`` is the file's name, for messages.

    ``case`` includes the changes that the example makes, and ``case.now`` is the moment.
    """

    id: str
    about: str
    file: str
    span: Span
    case: Case
    expect: tuple[Expected, ...] = ()
    never: tuple[Forbidden, ...] = ()
    order: tuple[Named, ...] = ()
    set_aside: tuple[Lost, ...] = ()
    nothing_else: bool = False

    @property
    def place(self) -> str:
        """``file:line``."""
        return f"{self.file}:{self.span.line}"


class Problem(msgspec.Struct, frozen=True):
    """An expectation that is not met: its place (``file:line``), and the lines that were expected and got.

    ``asked`` is the action and target to ask ``why`` about.
    """

    place: str
    expected: tuple[str, ...]
    got: tuple[str, ...]
    asked: Reference


class ExampleResult(msgspec.Struct, frozen=True, eq=False):
    """The result of running an example."""

    example: Example
    problems: tuple[Problem, ...]

    @property
    def passed(self) -> bool:
        """Whether all expectations are met."""
        return not self.problems

    @property
    def messages(self) -> tuple[str, ...]:
        """Each problem on one line."""
        return tuple(
            f"{problem.place}: expected {'; '.join(problem.expected)}; got {'; '.join(problem.got)}"
            for problem in self.problems
        )
