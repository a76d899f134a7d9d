"""``tactful why``: why an action is advised, or why it is not."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from tactful.cli.options import (
    At,
    CaseArgument,
    Engine,
    Format,
    Language,
    Rules,
    RulesAsOf,
    SetFacts,
    load_rules,
    read_case,
    what_if,
)
from tactful.cli.output import console, guarded, write_bytes
from tactful.cli.progress import progress
from tactful.reasons.records.why import UnknownName


@guarded
def why(
    case: CaseArgument,
    question: Annotated[
        str,
        typer.Argument(
            metavar="ACTION[:TARGET]",
            help="An action, and the id of its target: call, call:dana, or call:acme/dana if several have that id.",
        ),
    ],
    rules: Rules = None,
    at: At = None,
    set_: SetFacts = None,
    engine: Engine = "compiled",
    rules_as_of: RulesAsOf = None,
    language: Language = None,
    flip: Annotated[bool, typer.Option("--flip", help="Also show the smallest changes that would reverse it.")] = False,
    format_: Format = "text",
) -> None:
    """Explain why an action is or is not advised: facts, rules, conflicts and rank."""
    action, _, target = question.partition(":")
    try:
        policy = load_rules(rules, engine, rules_as_of, language, many=flip)
        given, now = read_case(policy, case, at, None)
        decision = policy.decide(what_if(policy, given, set_), now)
        with progress("reasons"):
            record = decision.why(action, target or None, flip=flip)
    except UnknownName as error:
        raise typer.BadParameter(str(error)) from None
    if format_ == "json":
        write_bytes(msgspec.json.encode(record))
        return
    from tactful.formats.text.counterfactuals import render_counterfactuals  # JSON does not need it
    from tactful.formats.text.why import render_why

    render_why(record, console(), decision.words)
    render_counterfactuals(record, console(), decision.words)
