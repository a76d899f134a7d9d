"""``tactful check``: every mistake of a pack, what is legal and suspicious, and what can be put right at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from tactful.api.policy import Policy, load
from tactful.cli.output import console, fail, guarded, show, write_file
from tactful.formats.text.safe import safe
from tactful.language.check import check_pack
from tactful.language.ir import CheckedPack
from tactful.language.lint import lint_pack
from tactful.language.lint.conditions import same_conditions
from tactful.language.lint.fix import FIXABLE, fixed
from tactful.language.load import load_pack
from tactful.language.load.files import profiles
from tactful.source.diagnostics import Diagnostic, InvalidInput
from tactful.testing.needs import need_hypothesis


@guarded
def check(
    pack: Annotated[
        str, typer.Argument(metavar="PACK", help="default, profile:NAME, a YAML file or a folder.")
    ] = "default",
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 where there is a warning.")] = False,
    fix: Annotated[
        bool, typer.Option("--fix", help="Take out unused parameters and facts and redundant conditions.")
    ] = False,
    cross_engine: Annotated[
        bool, typer.Option("--cross-engine", help="Also hold both engines against each other on drawn cases.")
    ] = False,
    cases: Annotated[
        int, typer.Option("--cases", min=1, metavar="N", help="With --cross-engine: how many cases are drawn.")
    ] = 500,
    seed: Annotated[
        int | None, typer.Option("--seed", help="With --cross-engine: draw the same cases as a run with this seed.")
    ] = None,
) -> None:
    """Report every mistake of a pack, then what is legal in it and suspicious."""
    if fix:
        if pack in ("default", *(f"profile:{name}" for name in profiles())):
            raise typer.BadParameter("the shipped packs are not changed; name a file or folder of your own")
        _fix(pack)
    policy = load(pack)
    checked = policy.checked
    _, warnings = _lint(pack)
    console().print(
        f"{checked.name} {checked.version}: {len(checked.rules)} rules, {len(checked.facts)} computed facts, "
        f"{len(checked.actions)} actions, {len(checked.parameters)} parameters, {len(checked.invariants)} invariants; no mistakes"
    )
    if warnings:
        _tell(warnings, checked)
    if cross_engine:
        cross(policy, cases, seed, console())
    if warnings and strict:
        raise typer.Exit(1)


def _lint(pack: str) -> tuple[CheckedPack, tuple[Diagnostic, ...]]:
    written = load_pack(pack)
    checked = check_pack(written)
    return checked, lint_pack(written, checked)


def _tell(warnings: tuple[Diagnostic, ...], checked: CheckedPack) -> None:
    out = console(stderr=True)
    for warning in warnings:
        show(warning, dict(checked.sources), out)
    count, code = len(warnings), warnings[0].code
    fixable = any(one.code in FIXABLE for one in warnings)
    out.print(
        Text(
            f"{count} warning{'' if count == 1 else 's'}; `tactful explain {code}` tells more"
            + ("; `--fix` takes out what adds nothing" if fixable else ""),
            "dim",
        )
    )


def _fix(pack: str) -> None:
    """Cut out of the pack's own files what warnings are about, until nothing more can be."""
    while True:
        checked, warnings = _lint(pack)
        done = [
            one
            for name in sorted({one.span.file for one in warnings if one.span})
            for one in _fix_file(name, warnings, checked)
        ]
        if not done:
            return
        _still_the_same(pack, checked, done)
        for one in done:
            console().print(f"{one.place()}: taken out: {one.code} {one.message}", soft_wrap=True)


def _fix_file(name: str, warnings: tuple[Diagnostic, ...], checked: CheckedPack) -> tuple[Diagnostic, ...]:
    text, done = fixed(checked.sources[name], name, warnings)
    if done:
        write_file(Path(name), text.encode())
    return done


def _still_the_same(pack: str, before: CheckedPack, done: list[Diagnostic]) -> None:
    """Put the files back where the pack no longer loads, or where a rule would fire for other rows."""
    try:
        after = check_pack(load_pack(pack))
        same = same_conditions(before, after)
    except InvalidInput:
        same = False
    if not same:
        for name in {one.span.file for one in done if one.span}:
            write_file(Path(name), before.sources[name].encode())
        fail("what adds nothing could not be taken out without changing what the pack says, so nothing was changed")


def cross(policy: Policy, cases: int, seed: int | None, out: Console) -> None:
    """Tell whether the engines agree, and exit with 1 where they do not, after showing a case on which they differ.

    Raises :class:`tactful.TactfulError` where an extra is missing that this takes.
    """
    need_hypothesis()
    from tactful.testing.crossing import cross_examine  # takes hypothesis

    found = cross_examine(policy, seed=seed, examples=cases)
    if found.disagreement is None:
        out.print(f"both engines agree: {found.compared:,} decisions on {cases:,} drawn cases, seed {found.seed}")
        return
    one = found.disagreement
    out.print(Text(f"the engines disagree, seed {found.seed}; please report it with this pack and case", "bold red"))
    for name, only in (("compiled", one.compiled), ("rete", one.rete)):
        for firing in only:
            out.print(safe(Text(f"  fires by {name} alone: {firing}")))
    out.print()
    out.print(safe(Text(one.case)))
    raise typer.Exit(1)
