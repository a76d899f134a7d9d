"""``tactful diff``: cases in which two packs give different advice."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import msgspec
import typer
from rich.text import Text

from tactful.api.policy import load
from tactful.cli.output import console, fail, guarded, write_bytes, write_file
from tactful.cli.progress import progress

if TYPE_CHECKING:
    from tactful.proofs.differences import Differences

#: The number of random cases that are drawn for each of the two packs.
DRAWN: Final = 150


@guarded
def diff(
    first: Annotated[str, typer.Argument(metavar="PACK_A", help="default, profile:NAME, a YAML file or a folder.")],
    second: Annotated[str, typer.Argument(metavar="PACK_B", help="The pack to compare it with.")],
    cases: Annotated[
        int, typer.Option("--cases", min=1, metavar="N", help="How many random cases to draw for each pack.")
    ] = DRAWN,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the random cases.")] = 0,
    write: Annotated[
        Path | None,
        typer.Option(
            "--write",
            metavar="DIR",
            help="Write each case to DIR/01.yaml and so on, as an example that PACK_A passes and PACK_B fails.",
        ),
    ] = None,
    format_: Annotated[
        Literal["text", "json"], typer.Option("--format", help="text for people, json for programs.")
    ] = "text",
) -> None:
    """Compare two packs: a small case for each difference in ranked advice, or a proof that there is none."""
    try:
        from tactful.proofs.differences import compare_packs  # needs hypothesis, which is optional
    except ModuleNotFoundError:
        fail("random cases need hypothesis: pip install 'tactful[check]'")
    before, after = load(first), load(second)
    with progress("cases") as step:
        result = compare_packs(before, after, cases, seed, step)
    if write is not None:
        write.mkdir(parents=True, exist_ok=True)
        for no, each in enumerate(result.found, 1):
            write_file(write / f"{no:02}.yaml", (each.example or each.case).encode())
    if format_ == "json":
        write_bytes(msgspec.json.format(msgspec.json.encode(result)))
    else:
        _report(result)
    if result.found:
        raise typer.Exit(1)


def _report(result: Differences) -> None:
    out = console()
    for line in result.moved:
        out.print(Text(f"moved: {line}"), soft_wrap=True)
    for no, each in enumerate(result.found, 1):
        out.print(Text(f"{no}. {', '.join(each.rules)}", "bold"), soft_wrap=True)
        for sign, lines, colour in (("-", each.before, "red"), ("+", each.after, "green")):
            for line in lines:
                out.print(Text(f"  {sign} {line}", colour), soft_wrap=True)
        for line in each.case.splitlines():
            out.print(Text(f"    {line}", "dim"), soft_wrap=True)
    if result.equal:
        out.print("equal: proved to give the same ranked advice in every case")
    elif result.found:
        count = len(result.found)
        out.print(f"{count} difference{'' if count == 1 else 's'} in {result.tried} drawn cases; there may be more")
    else:
        out.print(f"no difference in {result.tried} drawn cases; a difference may still exist{_where(result)}")


def _where(result: Differences) -> str:
    """Where to look for a difference that no drawn case shows."""
    return f" (look at {', '.join(result.apart)})" if result.apart else ""
