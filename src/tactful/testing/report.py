"""Failed examples and invariants as text for people: expected and actual lines side by side, then the reasons."""

from __future__ import annotations

import io
from itertools import zip_longest
from typing import Final

from rich.text import Text

from tactful.api.policy import Policy
from tactful.formats.text.console import SafeConsole, plain_console
from tactful.formats.text.why import render_why
from tactful.reasons.records.why import AdvisedRecord
from tactful.testing.examples.model import ExampleResult, Problem
from tactful.testing.properties.invariants import InvariantReport

#: The greatest width, even on wider terminals: two columns are read together.
WIDTH: Final = 100
_INDENT: Final = "  "
_BETWEEN: Final = " | "


def render_failed_example(policy: Policy, result: ExampleResult, console: SafeConsole) -> None:
    """Print the unmet expectations of an example, and why each action in question is advised or not."""
    example = result.example
    _head(example.id, example.place, example.about, console)
    for problem in result.problems:
        console.print()
        _side_by_side(problem, console)
    decision = policy.decide(example.case)
    for reference in dict.fromkeys(problem.asked for problem in result.problems):
        record = decision.why(*reference)
        advised = any(isinstance(answer, AdvisedRecord) for answer in record.answers)
        console.print()
        console.print(Text(f"{'why' if advised else 'why not'} {reference}:", "bold"))
        render_why(record, console)


def render_failed_invariant(result: InvariantReport, console: SafeConsole) -> None:
    """Print where an invariant does not hold."""
    _head(result.id, result.place or "an invariant of every pack", result.about, console)
    for line in result.text.split("\n"):
        console.print(Text(f"{_INDENT}{line}"), soft_wrap=True)


def failed_example_text(policy: Policy, result: ExampleResult) -> str:
    """The same as plain text."""
    out = io.StringIO()
    render_failed_example(policy, result, plain_console(out, WIDTH))
    return out.getvalue()


def failed_invariant_text(result: InvariantReport) -> str:
    """The same as plain text."""
    out = io.StringIO()
    render_failed_invariant(result, plain_console(out, WIDTH))
    return out.getvalue()


def _head(id_: str, place: str, about: str, console: SafeConsole) -> None:
    console.print(Text.assemble(("FAILED ", "bold red"), (id_, "bold"), (f"  {place}", "dim")), soft_wrap=True)
    for line in _wrapped(about, min(console.width, WIDTH), console, "") if about else ():
        console.print(Text(_INDENT).append_text(line))


def _side_by_side(problem: Problem, console: SafeConsole) -> None:
    """Two columns, wrapped, with the line of the expectation at the top."""
    wide = (min(console.width, WIDTH) - len(_INDENT) - len(_BETWEEN)) // 2
    line = problem.place.rpartition(":")[2]
    _row(Text(f"expected (line {line})", "bold"), Text("got", "bold"), wide, console)
    for expected, got in zip_longest(problem.expected, problem.got, fillvalue=""):
        left, right = _wrapped(expected, wide, console, "green"), _wrapped(got, wide, console, "red")
        for first, second in zip_longest(left, right, fillvalue=Text("")):
            _row(first, second, wide, console)


def _row(first: Text, second: Text, wide: int, console: SafeConsole) -> None:
    row = Text(_INDENT).append_text(first).append(" " * (wide - first.cell_len))
    row.append(_BETWEEN, "dim").append_text(second)
    row.rstrip()
    console.print(row)


def _wrapped(line: str, wide: int, console: SafeConsole, style: str) -> list[Text]:
    """A line wrapped to a column. Continuation lines are indented further."""
    own = " " * (len(line) - len(line.lstrip()))
    parts = []
    for no, part in enumerate(console.wrapped(Text(line.lstrip(), style), wide - len(own) - len(_INDENT))):
        parts.append(Text(own + (_INDENT if no else "")).append_text(part))
    return parts
