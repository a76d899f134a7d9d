"""``tactful mutate``: changes of a pack that no example or invariant detects."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import typer
from rich.progress import Progress

from tactful.api.policy import load
from tactful.cli.output import console, fail, guarded, write_bytes
from tactful.source.suggest import did_you_mean
from tactful.testing.examples.run import load_examples

#: The number of random cases besides those of the examples.
DRAWN: Final = 400


@guarded
def mutate(
    pack: Annotated[
        str, typer.Argument(metavar="[PACK]", help="default, profile:NAME, a YAML file or a folder.")
    ] = "default",
    only: Annotated[
        str | None, typer.Option("--only", metavar="ID", help="Only mutants of this rule or computed fact.")
    ] = None,
    fail_under: Annotated[
        float | None,
        typer.Option(
            "--fail-under", metavar="PERCENT", min=0, max=100, help="Exit with 1 if fewer changes are detected."
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the random cases.")] = 0,
    drawn: Annotated[
        int, typer.Option("--cases", min=0, help="How many random cases to use besides the examples'.")
    ] = DRAWN,
    format_: Annotated[
        Literal["text", "json"], typer.Option("--format", help="text for people, json for programs.")
    ] = "text",
) -> None:
    """Change the pack step by step, and report the changes that no example or invariant detects."""
    try:
        from tactful.testing.mutation.mutate import (
            mutate as run_mutants,
        )  # needs hypothesis, which is optional
        from tactful.testing.mutation.report import mutation_json, render_mutation
    except ModuleNotFoundError:
        fail("random cases need hypothesis: pip install 'tactful[check]'")
    policy = load(pack)
    known = [*(rule.id for rule in policy.checked.rules), *(fact.id for fact in policy.checked.named_facts)]
    if only is not None and only not in known:
        fail(f"the pack has no rule or computed fact `{only}`; {did_you_mean(only, known) or 'see `tactful rules`'}")
    examples = load_examples(pack, policy)
    err = console(stderr=True)
    with Progress(console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("mutants")
        mutation = run_mutants(
            policy, examples, seed, only, drawn, lambda done, total: bar.update(task, completed=done, total=total)
        )
    if format_ == "json":
        write_bytes(mutation_json(mutation))
    else:
        render_mutation(mutation, len(examples), console())
    if fail_under is not None and mutation.percent < fail_under:
        raise typer.Exit(1)
