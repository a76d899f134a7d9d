"""Shows the results of mutation testing: the score, and mutants that nothing noticed, each with a case that differs."""

from __future__ import annotations

import msgspec
import yaml
from rich.text import Text

from tactful.formats.text.console import SafeConsole
from tactful.testing.mutation.mutate import MutantResult, Mutation


def mutation_json(mutation: Mutation) -> bytes:
    """The score and all outcomes, for programs. The score leaves out mutants that are proved equivalent."""
    record = {
        "score": round(mutation.percent, 2),
        "score_of_all": round(mutation.percent_of_all, 2),
        "mutants": len(mutation.outcomes),
        "noticed": mutation.noticed,
        "equivalent": mutation.equivalent if mutation.tried_to_prove else None,
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
    survived = total - noticed - apart - mutation.equivalent
    by = f"{examples} example{'' if examples == 1 else 's'} and the invariants"
    counts = f"{survived} survived, {apart} not told apart"
    if mutation.tried_to_prove:
        counts += f", {mutation.equivalent} equivalent (proved)"
    out.print(
        f"{noticed} of {total} mutants noticed ({mutation.percent_of_all:.1f} %) by {by}, "
        f"on {mutation.cases} cases (seed {mutation.seed}); {counts}",
        soft_wrap=True,
    )
    if mutation.tried_to_prove:
        rest = total - mutation.equivalent
        out.print(f"{noticed} of the {rest} that are not proved equivalent: {mutation.percent:.1f} %", soft_wrap=True)
    stopped = sum(result.stopped for result in mutation.outcomes)
    if stopped:
        out.print(f"the solver reached its limit for {stopped} of those that are not told apart", soft_wrap=True)


def _survivor(result: MutantResult, out: SafeConsole) -> None:
    place = f"{result.span.file}:{result.span.line}"
    proved = result.status == "equivalent"
    status, colour = ("equivalent (proved)", "green") if proved else (result.status, "red")
    out.print(Text.assemble((f"{place}: ", "bold"), (status, colour), f" {result.id}"), soft_wrap=True)
    out.print(Text(f"  {result.change}"), soft_wrap=True)
    if result.case is not None:
        for sign, lines, style in (("-", result.before, "red"), ("+", result.after, "green")):
            for line in lines:
                out.print(Text(f"  {sign} {line}", style), soft_wrap=True)
        text = yaml.safe_dump(result.case, sort_keys=False, allow_unicode=True, default_flow_style=None, width=100)
        out.print("  on this case:", style="dim")
        for line in text.splitlines():
            out.print(Text(f"    {line}", "dim"), soft_wrap=True)
    elif proved:
        out.print("  it decides like the original in every case", style="dim")
    else:
        limit = "; the solver reached its limit before it could tell" if result.stopped else ""
        found = f"  no case was found on which it decides differently; it may be equivalent to the original{limit}"
        out.print(found, style="dim", soft_wrap=True)
    out.print()
