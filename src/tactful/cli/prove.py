"""``tactful prove``: the invariants of a pack, proved for every case."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
import typer
from rich.text import Text

from tactful.api.policy import load
from tactful.cli.output import console, fail, guarded, write_bytes, write_file
from tactful.cli.progress import progress

if TYPE_CHECKING:
    from tactful.proofs.prove import Proved

#: The number of random cases in which a refutation is searched for.
DRAWN: Final = 100
_COLOURS: Final = {"proved": "green", "refuted": "red", "not settled": "yellow"}


@guarded
def prove(
    packs: Annotated[
        list[str] | None,
        typer.Argument(metavar="PACK", help="default, profile:NAME, a YAML file, a folder or an installed pack."),
    ] = None,
    cases: Annotated[
        int, typer.Option("--cases", min=1, metavar="N", help="How many random cases to search for refutations.")
    ] = DRAWN,
    seed: Annotated[
        int | None,
        typer.Option("--seed", help="Seed of the random cases. By default, it comes from the pack's digest."),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 also if an invariant is not settled.")] = False,
    rests_on: Annotated[
        bool, typer.Option("--why", help="List the rules and conditions on which each proof rests.")
    ] = False,
    write: Annotated[
        Path | None,
        typer.Option("--write", metavar="DIR", help="Write the case of each refutation to DIR/INVARIANT.yaml."),
    ] = None,
    cache: Annotated[
        Path | None,
        typer.Option("--cache", metavar="DIR", help="Keep results in DIR, and prove again only what has changed."),
    ] = None,
    format_: Annotated[
        Literal["text", "json"], typer.Option("--format", help="text for people, json for programs.")
    ] = "text",
) -> None:
    """Prove the invariants of a pack for cases of every size, or show a case that breaks them."""
    try:
        from tactful.proofs.prove import prove_invariants  # needs z3 and hypothesis, which are optional
    except ModuleNotFoundError:
        fail("proofs need z3 and hypothesis: pip install 'tactful[prove]'")
    policy = load(packs or ["default"])
    with progress("proofs") as step:
        results = prove_invariants(policy, cases, seed, cache, step)
    if write is not None:
        write.mkdir(parents=True, exist_ok=True)
        for result in results:
            if result.case:
                write_file(write / f"{result.id}.yaml", result.case.encode())
    if format_ == "json":
        write_bytes(msgspec.json.format(msgspec.json.encode(results)))
    else:
        _report(results, rests_on)
    counts = Counter(result.status for result in results)
    if counts["refuted"] or (strict and counts["not settled"]):
        raise typer.Exit(1)


def _report(results: list[Proved], rests_on: bool) -> None:
    out = console()
    for result in results:
        out.print(
            Text(f"{result.status}: ", _COLOURS[result.status]) + Text(f"{result.id}{_more(result)}"), soft_wrap=True
        )
        if rests_on:
            for line in result.rests_on:
                out.print(Text(f"  {line}", "dim"), soft_wrap=True)
        if result.words:
            for line in (f"{result.place}: {result.about}", *result.words.splitlines()):
                out.print(Text(f"  {line}"), soft_wrap=True)
    counts = Counter(result.status for result in results)
    out.print(
        f"{counts['proved']} of {len(results)} invariants proved for cases of every size, "
        f"{counts['refuted']} refuted, {counts['not settled']} not settled"
    )


def _more(result: Proved) -> str:
    if result.vacuous:
        return " (no case meets its condition)"
    if result.status == "not settled":
        return f" ({result.reason}; held for {result.tried} drawn rows)"
    return "" if result.tried else " (no drawn case meets its condition)"
