"""Shows the results of mutation testing: the score, and mutants that nothing noticed, each with a case that differs."""

from __future__ import annotations

import msgspec
import yaml
from rich.text import Text

from tactful.formats.text.console import SafeConsole
from tactful.testing.mutation.mutate import MutantResult, Mutation


def mutation_json(mutation: Mutation) -> bytes:
    """The score and all outcomes, for programs."""
    record = {
        "score": round(mutation.percent, 2),
        "mutants": len(mutation.outcomes),
        "noticed": mutation.noticed,
        "seed": mutation.seed,
        "outcomes": mutation.outcomes,
    }
    return msgspec.json.encode(record)


def render_mutation(mutation: Mutation, examples: int, out: SafeConsole) -> None:
    """Print the mutants that nothing noticed, and a summary line."""
    for result in mutation.outcomes:
        if not result.noticed:
            _survivor(result, out)
    total, noticed = len(mutation.outcomes), mutation.noticed
    apart = sum(result.status == "not told apart" for result in mutation.outcomes)
    by = f"{examples} example{'' if examples == 1 else 's'} and the invariants"
    out.print(
        f"{noticed} of {total} mutants noticed ({mutation.percent:.1f} %) by {by}, "
        f"on {mutation.cases} cases (seed {mutation.seed}); {total - noticed - apart} survived, {apart} not told apart",
        soft_wrap=True,
    )


def _survivor(result: MutantResult, out: SafeConsole) -> None:
    place = f"{result.span.file}:{result.span.line}"
    out.print(Text.assemble((f"{place}: ", "bold"), (result.status, "red"), f" {result.id}"), soft_wrap=True)
    out.print(Text(f"  {result.change}"), soft_wrap=True)
    if result.case is not None:
        for sign, lines, style in (("-", result.before, "red"), ("+", result.after, "green")):
            for line in lines:
                out.print(Text(f"  {sign} {line}", style), soft_wrap=True)
        text = yaml.safe_dump(result.case, sort_keys=False, allow_unicode=True, default_flow_style=None, width=100)
        out.print("  on this case:", style="dim")
        for line in text.splitlines():
            out.print(Text(f"    {line}", "dim"), soft_wrap=True)
    else:
        out.print(
            "  no case was found on which it decides differently; it may be equivalent to the original", style="dim"
        )
    out.print()
