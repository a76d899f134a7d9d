"""The ``tactful`` command. Exit codes: 0 done, 1 mistakes in the input (all of them told), 2 wrong usage."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from tactful.cli.importing import import_
from tactful.cli.output import console, fail, guarded, write_bytes
from tactful.diagnostics import Diagnostic, InvalidInput
from tactful.diagnostics.case import UnreadableCase
from tactful.engine import Policy, load
from tactful.facts.limits import CaseLimits

app = typer.Typer(
    name="tactful",
    help="What to do after a job interview: rules in YAML, ranked and explained advice out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Rules = Annotated[str, typer.Option("--rules", metavar="PACK", help="default, profile:NAME, a YAML file or a folder.")]
Format = Literal["text", "json"]


@app.command()
@guarded
def advise(
    case: Annotated[str, typer.Argument(metavar="CASE", help="A case in YAML or JSON; - reads standard input.")],
    rules: Rules = "default",
    at: Annotated[
        str | None, typer.Option(metavar="MOMENT", help="Decide for this moment (ISO 8601) and not for the case's own.")
    ] = None,
    application: Annotated[
        str | None, typer.Option(metavar="ID", help="Show only what concerns this application, or the candidate.")
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="text for people, json for programs.")] = "text",
) -> None:
    """Decide on a case: what to do, ranked, and why."""
    policy = load(rules)
    data, name = _read(case)
    read = policy.read_text(data, name, now=_moment(at, policy, data, name))
    if application is not None:
        known = [family.application.id for family in read.families]
        if application not in known:
            raise typer.BadParameter(
                f"the case has no application {application!r}; it has {', '.join(known) or 'none'}"
            )
    decision = policy.decide(read, now=_moment(at, policy, data, name))
    if format_ == "json":
        write_bytes(decision.to_json(application))
        return
    from tactful.render import render_decision  # rich's tables and text are not needed for JSON

    render_decision(decision, console(), application)


def _read(case: str) -> tuple[bytes, str]:
    limit = CaseLimits().bytes + 1
    if case == "-":
        return sys.stdin.buffer.read(limit), "<standard input>"
    try:
        with Path(case).open("rb") as stream:
            return stream.read(limit), case
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        problem: Diagnostic = UnreadableCase.at(None, f"`{case}`: {reason}", "name a YAML or JSON file, or `-`")
        raise InvalidInput([problem]) from None


def _moment(at: str | None, policy: Policy, data: bytes, name: str) -> datetime | None:
    """The moment of ``--at``; without an offset it is read in the candidate's time zone."""
    if at is None:
        return None
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise typer.BadParameter(f"{at!r} is not a moment; write it like 2026-11-23T10:00:00-05:00") from None
    if moment.tzinfo is not None:
        return moment
    calendar = policy.read_text(data, name).candidate.calendar
    return calendar.local(calendar.instant(moment))


@app.command()
@guarded
def check(
    pack: Annotated[
        str, typer.Argument(metavar="PACK", help="default, profile:NAME, a YAML file or a folder.")
    ] = "default",
) -> None:
    """Report every mistake of a pack."""
    policy = load(pack)
    checked = policy.checked
    console().print(
        f"{checked.name} {checked.version}: {len(checked.rules)} rules, {len(checked.facts)} computed facts, "
        f"{len(checked.actions)} actions, {len(checked.parameters)} parameters, {len(checked.invariants)} invariants; no mistakes"
    )


@app.command()
@guarded
def rules(
    rule: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Show this rule, parameter or action whole.")
    ] = None,
    rules: Rules = "default",
) -> None:
    """List a pack's rules and parameters after overlays, with the file and line each comes from."""
    from tactful.cli.listing import list_rules, show

    checked = load(rules).checked
    if rule is None:
        list_rules(checked, console())
    else:
        show(checked, rule, console())


@app.command()
@guarded
def explain(code: Annotated[str, typer.Argument(metavar="CODE", help="A code as messages show it: T402.")]) -> None:
    """Print the page of a message's code."""
    from tactful.diagnostics.table import page

    text = page(code.upper())
    if text is None:
        fail(f"there is no code {code}; `tactful explain all` lists them")
    console().print(text, markup=False, highlight=False)


@app.command()
@guarded
def schema(
    what: Annotated[Literal["decision", "case", "pack"], typer.Argument(help="Which JSON Schema to print.")],
    rules: Rules = "default",
) -> None:
    """Print the JSON Schema of a decision, a case or a rule file."""
    from tactful.schema import case_schema, decision_schema, pack_schema, to_bytes

    made = {"decision": decision_schema, "case": case_schema}
    write_bytes(to_bytes(made[what]() if what in made else pack_schema(load(rules).checked)))


app.command("import")(import_)


def main() -> None:
    """Run the command."""
    app()
