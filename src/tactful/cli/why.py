"""``tactful why`` and ``tactful compare``."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
import typer

from tactful.api.decision import Decision
from tactful.api.policy import Policy, load
from tactful.cli.options import At, CaseArgument, Engine, Rules, SetFacts, read_case, what_if
from tactful.cli.output import console, guarded, write_bytes
from tactful.reasons.records.why import UnknownName

Format = Annotated[Literal["text", "json"], typer.Option("--format", help="text for people, json for programs.")]


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
        record = _decide(load(rules, engine=engine), case, at, set_).why(action, target or None, flip=flip)
    except UnknownName as error:
        raise typer.BadParameter(str(error)) from None
    if format_ == "json":
        write_bytes(msgspec.json.encode(record))
        return
    from tactful.formats.text.counterfactuals import render_flips  # rich is not needed for JSON
    from tactful.formats.text.why import render_why

    render_why(record, console())
    render_flips(record, console())


@guarded
def compare(
    before: Annotated[str, typer.Argument(metavar="CASE_A", help="A case in YAML or JSON.")],
    after: Annotated[str, typer.Argument(metavar="CASE_B", help="Another, or the same with --against.")],
    rules: Rules = "default",
    against: Annotated[
        str | None, typer.Option(metavar="PACK", help="Decide on CASE_B by the rules of this pack, and not by --rules.")
    ] = None,
    at: At = None,
    format_: Format = "text",
) -> None:
    """Tell what two decisions have different, and the facts and rules behind it."""
    policy = load(rules)
    other = policy if against is None else load(against)
    record = _decide(policy, before, at).compare(_decide(other, after, at))
    if format_ == "json":
        write_bytes(msgspec.json.encode(record))
        return
    from tactful.formats.text.comparison import render_differences  # rich is not needed for JSON

    render_differences(record, console())


def _decide(policy: Policy, case: str, at: str | None, settings: list[str] | None = None) -> Decision:
    read, now = read_case(policy, case, at, None)
    return policy.decide(what_if(policy, read, settings), now)
