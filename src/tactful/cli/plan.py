"""``tactful plan``: the weeks ahead."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from tactful.api.moments import plan_end
from tactful.api.plan import Plan
from tactful.cli.options import (
    Application,
    At,
    CaseArgument,
    Engine,
    Language,
    Rules,
    RulesAsOf,
    SetFacts,
    load_rules,
    read_case,
    what_if,
)
from tactful.cli.output import PIPE_WIDTH, console, guarded, write_bytes, write_file
from tactful.cli.progress import progress
from tactful.facts.calendars import Calendar
from tactful.formats.text.console import SafeConsole, plain_console
from tactful.source.codes.plans import UnreadableCalendar
from tactful.source.diagnostics import InvalidInput, TactfulError

Format = Literal["text", "json", "svg", "html"]


@guarded
def plan(
    case: CaseArgument,
    rules: Rules = None,
    at: At = None,
    application: Application = None,
    set_: SetFacts = None,
    engine: Engine = "compiled",
    rules_as_of: RulesAsOf = None,
    language: Language = None,
    until: Annotated[
        str,
        typer.Option(
            metavar="MOMENT|DURATION",
            help="The end of the plan: a day, a moment (ISO 8601), or a length such as '10 days' or '5 business days'.",
        ),
    ] = "6 weeks",
    format_: Annotated[
        Format, typer.Option("--format", help="text for people, json for programs, svg or html to send or print.")
    ] = "text",
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write to this file; - for standard output.")] = None,
    ics: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also write a calendar file, or update an existing one."),
    ] = None,
) -> None:
    """Show the weeks ahead: what will be advised, and when, if nothing else happens."""
    policy = load_rules(rules, engine, rules_as_of, language, many=True)
    given, now = read_case(policy, case, at, application)
    read = what_if(policy, given, set_)
    start = policy.decide(read, now).at
    end = _until(until, start, read.candidate.calendar)
    with progress("the weeks ahead"):
        plan_ = policy.plan(read, start, end)
    if ics is not None:
        _update_calendar(plan_, ics, application)
    if out is not None and str(out) != "-":
        write_file(out, _document(plan_, format_, application))
    elif format_ == "text":
        _print(plan_, console(), application)
    else:
        write_bytes(_document(plan_, format_, application).rstrip(b"\n"))


def _until(text: str, start: datetime, calendar: Calendar) -> datetime:
    """The end of the plan in the candidate's time zone."""
    try:
        return plan_end(text, start, calendar)
    except TactfulError as error:
        raise typer.BadParameter(str(error), param_hint="--until") from None


def _document(plan: Plan, format_: Format, application: str | None) -> bytes:
    # each format loads only what it needs
    if format_ == "json":
        return plan.to_json(application) + b"\n"
    if format_ == "svg":
        from tactful.formats.exporters.svg import plan_to_svg

        return plan_to_svg(plan, application)
    if format_ == "html":
        from tactful.formats.exporters.html import plan_to_html

        return plan_to_html(plan, application)
    text = io.StringIO()
    _print(plan, plain_console(text, PIPE_WIDTH), application)
    return text.getvalue().encode()


def _print(plan: Plan, target: SafeConsole, application: str | None) -> None:
    from tactful.formats.text.plan import render_plan

    render_plan(plan, target, application)


def _update_calendar(plan: Plan, path: Path, application: str | None) -> None:
    from tactful.formats.exporters.ics import plan_to_ics

    previous = None
    if path.exists():
        try:
            previous = path.read_bytes()
        except OSError as error:
            reason = (error.strerror or "cannot be read").lower()
            raise InvalidInput([UnreadableCalendar.at(None, f"`{path}`: {reason}", "name another file")]) from None
    write_file(path, plan_to_ics(plan, previous, application, name=str(path)))
