"""``tactful mutate``: changes of a pack that no example or invariant detects."""

from __future__ import annotations

import fnmatch
from functools import partial
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer
from rich.text import Text

from tactful.api.policy import load
from tactful.cli.output import console, fail, guarded, write_bytes
from tactful.cli.progress import progress
from tactful.language.ir import CheckedPack, Derived
from tactful.source.suggest import did_you_mean
from tactful.testing.examples.run import load_examples
from tactful.testing.own import fact_name, own_ids

if TYPE_CHECKING:
    from tactful.testing.mutation.mutate import Proposer, Prover

#: The number of random cases besides those of the examples.
DRAWN: Final = 400


@guarded
def mutate(
    pack: Annotated[
        str, typer.Argument(metavar="PACK", help="default, profile:NAME, a YAML file or a folder.")
    ] = "default",
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            metavar="ID",
            help="Only mutants of this rule or computed fact; may be repeated, and * stands for any text.",
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="For a pack that extends another: mutants of the base too.")
    ] = False,
    fail_under: Annotated[
        float | None,
        typer.Option(
            "--fail-under", metavar="PERCENT", min=0, max=100, help="Exit with 1 if fewer changes are detected."
        ),
    ] = None,
    prove: Annotated[
        bool,
        typer.Option(
            "--prove",
            help="Try to prove that changes which no case shows make no difference, and search for cases that show it. "
            "What is proved does not count. Needs z3.",
        ),
    ] = False,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the random cases.")] = 0,
    drawn: Annotated[
        int, typer.Option("--cases", min=0, help="How many random cases to use in addition to those of the examples.")
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
    prover, proposer = _solver(policy.checked) if prove else (None, None)
    chosen = _chosen(policy.checked, only) if only else None if everything else own_ids(policy.checked)
    examples = load_examples(pack, policy)
    with progress("mutants") as step:
        mutation = run_mutants(policy, examples, seed, chosen, drawn, step, prover, proposer)
    if format_ == "json":
        write_bytes(mutation_json(mutation))
    else:
        render_mutation(mutation, len(examples), console())
        if chosen is not None and not only:
            console().print(Text(f"only what {policy.name} adds or changes; --all looks at its base too", "dim"))
    if fail_under is not None and mutation.percent < fail_under:
        raise typer.Exit(1)


def _solver(checked: CheckedPack) -> tuple[Prover, Proposer]:
    """What tries to prove that a mutant of a pack is equivalent, and proposes cases. Ends the command where z3 is missing."""
    try:
        from tactful.proofs.mutants import equivalence  # needs z3, which is optional
        from tactful.proofs.witnesses import witnesses
    except ModuleNotFoundError:
        fail("--prove needs z3: pip install 'tactful[prove]'")
    return partial(equivalence, checked), partial(witnesses, checked)


def _chosen(checked: CheckedPack, patterns: list[str]) -> frozenset[str]:
    """The ids of the rules and computed facts that fit some patterns. Ends the command where a pattern fits none."""
    known = {rule.id: rule.id for rule in checked.rules}
    known |= {fact_name(fact): fact.id for fact in checked.facts if not (isinstance(fact, Derived) and fact.hidden)}
    ids: set[str] = set()
    for pattern in patterns:
        fitting = fnmatch.filter(known, pattern)
        if not fitting:
            help_ = did_you_mean(pattern, known) or "see `tactful rules`"
            fail(f"the pack has no rule or computed fact `{pattern}`; {help_}")
        ids.update(known[name] for name in fitting)
    return frozenset(ids)
