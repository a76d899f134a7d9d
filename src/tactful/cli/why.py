"""``tactful why``: why an action is advised, or why it is not."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from tactful.api.policy import load
from tactful.cli.options import At, CaseArgument, Engine, Format, Rules, SetFacts, read_case, what_if
from tactful.cli.output import console, guarded, write_bytes
from tactful.reasons.records.why import UnknownName


@guarded
def why(
    case: CaseArgument,
    question: Annotated[
        str,
        typer.Argument(
            metavar="ACTION[:TARGET]",
            help="An action, and the id of what it concerns: call, call:dana, call:acme/dana where several have that id.",
        ),
    ],
    rules: Rules = "default",
    at: At = None,
    set_: SetFacts = None,
    engine: Engine = "compiled",
    flip: Annotated[
        bool, typer.Option("--flip", help="Also look for the smallest change under which it would be otherwise.")
    ] = False,
    format_: Format = "text",
) -> None:
    """Tell why an action is advised, or why it is not: facts, rules, conflicts, rank."""
    action, _, target = question.partition(":")
    try:
        policy = load(rules, engine=engine)
        given, now = read_case(policy, case, at, None)
        record = policy.decide(what_if(policy, given, set_), now).why(action, target or None, flip=flip)
    except UnknownName as error:
        raise typer.BadParameter(str(error)) from None
    if format_ == "json":
        write_bytes(msgspec.json.encode(record))
        return
    from tactful.formats.text.counterfactuals import render_counterfactuals  # rich is not needed for JSON
    from tactful.formats.text.why import render_why

    render_why(record, console())
    render_counterfactuals(record, console())
