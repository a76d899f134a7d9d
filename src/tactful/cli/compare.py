"""``tactful compare``: the differences between two decisions."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from tactful.api.decision import Decision
from tactful.api.policy import Policy
from tactful.cli.options import At, Format, Language, Rules, RulesAsOf, load_rules, read_case
from tactful.cli.output import console, guarded, write_bytes


@guarded
def compare(
    before: Annotated[str, typer.Argument(metavar="CASE_A", help="A case in YAML or JSON.")],
    after: Annotated[str, typer.Argument(metavar="CASE_B", help="Another case, or the same with --against.")],
    rules: Rules = None,
    against: Annotated[
        list[str] | None,
        typer.Option(metavar="PACK", help="Decide on CASE_B by this pack instead of --rules; may be repeated."),
    ] = None,
    at: At = None,
    rules_as_of: RulesAsOf = None,
    language: Language = None,
    format_: Format = "text",
) -> None:
    """Show the differences between two decisions, with the facts and rules behind them."""
    policy = load_rules(rules, as_of=rules_as_of, language=language)
    other = policy if not against else load_rules(against, as_of=rules_as_of, language=language)
    second = _decide(other, after, at)
    record = _decide(policy, before, at, second.words.language).compare(second)
    if format_ == "json":
        write_bytes(msgspec.json.encode(record))
        return
    from tactful.formats.text.comparison import render_differences  # JSON does not need it

    render_differences(record, console(), second.words)


def _decide(policy: Policy, case: str, at: str | None, language: str | None = None) -> Decision:
    read, now = read_case(policy, case, at, None)
    known = language if language in policy.languages else None
    return policy.decide(read, now, language=known)
