"""An example as it is held once read, and what comes of running one."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import msgspec

from tactful.facts.rows import Case
from tactful.language.terms import Modality
from tactful.source.diagnostics import Span


class Reference(NamedTuple):
    """An action, and the id of what it concerns (``None``: whatever it concerns), as ``tactful why`` takes them."""

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
    """A deadline at any time of this day, on the candidate's clock."""

    day: date


Deadline = NoDeadline | Due | DueOn


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of advice that is to be given. What is ``None`` or empty is not asked for; ``rules`` are all its rules."""

    modality: Modality
    what: Reference
    span: Span
    by: Deadline | None = None
    rules: tuple[str, ...] = ()
    rank: int | None = None
    steps: tuple[str, ...] = ()
    without_steps: tuple[str, ...] = ()
    instead_of: tuple[Reference, ...] = ()


class Named(msgspec.Struct, frozen=True):
    """A reference and where it stands."""

    what: Reference
    span: Span


class Forbidden(msgspec.Struct, frozen=True):
    """What must not be recommended; with a modality, the conclusion that must not be drawn."""

    modality: Modality | None
    what: Reference
    span: Span


class Lost(msgspec.Struct, frozen=True):
    """A conclusion that is to be set aside, and by which rule (``None``: by any)."""

    modality: Modality
    what: Reference
    by_rule: str | None
    span: Span


class Example(msgspec.Struct, frozen=True, eq=False, kw_only=True):
    """A case, a moment, and what is expected of the decision. ``file`` is the name to show.

    The case has its changes made, and its ``now`` is the moment.
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
    """One expectation that is not met: where it stands, what was expected, what was got, line by line.

    ``asked`` is what to ask ``why`` about.
    """

    place: str
    expected: tuple[str, ...]
    got: tuple[str, ...]
    asked: Reference


class ExampleResult(msgspec.Struct, frozen=True, eq=False):
    """An example, run."""

    example: Example
    problems: tuple[Problem, ...]

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not self.problems

    @property
    def messages(self) -> tuple[str, ...]:
        """Each problem on one line."""
        return tuple(
            f"{one.place}: expected {'; '.join(one.expected)}; got {'; '.join(one.got)}" for one in self.problems
        )
