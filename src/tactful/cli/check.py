"""``tactful check``: the mistakes of a pack and its warnings, some of which it can fix."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from tactful.api.policy import Policy, load
from tactful.cli.options import parse_moment
from tactful.cli.output import console, fail, guarded, show, write_file
from tactful.formats.text.console import SafeConsole
from tactful.formats.text.in_force import told
from tactful.language.check import check_pack
from tactful.language.ir import CheckedPack
from tactful.language.lint import lint_pack
from tactful.language.lint.conditions import same_conditions
from tactful.language.lint.fix import fixable, fixed
from tactful.language.load import load_pack
from tactful.language.load.files import profiles
from tactful.source.diagnostics import Diagnostic, InvalidInput
from tactful.testing.needs import need_hypothesis


@guarded
def check(
    pack: Annotated[
        str, typer.Argument(metavar="PACK", help="default, profile:NAME, a YAML file or a folder.")
    ] = "default",
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 if there are warnings.")] = False,
    fix: Annotated[
        bool, typer.Option("--fix", help="Remove unused parameters and facts, and redundant conditions.")
    ] = False,
    at: Annotated[
        str | None,
        typer.Option(
            "--at", metavar="DAY", help="Also tell which rules and values are not in force then, or end soon."
        ),
    ] = None,
    cross_engine: Annotated[
        bool, typer.Option("--cross-engine", help="Also compare both engines on random cases.")
    ] = False,
    cases: Annotated[
        int, typer.Option("--cases", min=1, metavar="N", help="With --cross-engine: how many random cases.")
    ] = 500,
    seed: Annotated[
        int | None, typer.Option("--seed", help="With --cross-engine: use the same cases as a run with this seed.")
    ] = None,
) -> None:
    """Report every mistake of a pack, then warnings about what is legal but suspicious."""
    if fix:
        if pack in ("default", *(f"profile:{name}" for name in profiles())):
            raise typer.BadParameter("the shipped packs cannot be changed; name a file or folder of your own")
        _fix(pack)
    policy = load(pack)
    checked = policy.checked
    _, warnings = _lint(pack)
    console().print(
        f"{checked.name} {checked.version}: {len(checked.rules)} rules, {len(checked.named_facts)} computed facts, "
        f"{len(checked.actions)} actions, {len(checked.parameters)} parameters, {len(checked.invariants)} invariants; no mistakes"
    )
    if warnings:
        _report(warnings, checked)
    if at is not None:
        for line in told(checked, parse_moment(at).toordinal()):
            console().print(line, soft_wrap=True)
    if cross_engine:
        cross(policy, cases, seed, console())
    if warnings and strict:
        raise typer.Exit(1)


def _lint(pack: str) -> tuple[CheckedPack, tuple[Diagnostic, ...]]:
    written = load_pack(pack)
    checked = check_pack(written)
    return checked, lint_pack(written, checked)


def _report(warnings: tuple[Diagnostic, ...], checked: CheckedPack) -> None:
    out = console(stderr=True)
    for warning in warnings:
        show(warning, dict(checked.sources), out)
    count, code = len(warnings), warnings[0].code
    out.print(
        Text(
            f"{count} warning{'' if count == 1 else 's'}; see `tactful explain {code}`"
            + ("; `--fix` removes what has no effect" if fixable(checked.sources, warnings) else ""),
            "dim",
        )
    )


def _fix(pack: str) -> None:
    """Remove the parts with fixable warnings from the pack's own files, until none is left."""
    while True:
        checked, warnings = _lint(pack)
        done = [
            warning
            for name in sorted({warning.span.file for warning in warnings if warning.span})
            for warning in _fix_file(name, warnings, checked)
        ]
        if not done:
            return
        _still_the_same(pack, checked, done)
        for warning in done:
            console().print(f"{warning.place()}: removed: {warning.code} {warning.message}", soft_wrap=True)


def _fix_file(name: str, warnings: tuple[Diagnostic, ...], checked: CheckedPack) -> tuple[Diagnostic, ...]:
    text, done = fixed(checked.sources[name], name, warnings)
    if done:
        write_file(Path(name), text.encode())
    return done


def _still_the_same(pack: str, before: CheckedPack, done: list[Diagnostic]) -> None:
    """Restore the files if the pack no longer loads or a rule would fire for other rows."""
    try:
        after = check_pack(load_pack(pack))
        same = same_conditions(before, after)
    except InvalidInput:
        same = False
    if not same:
        for name in {warning.span.file for warning in done if warning.span}:
            write_file(Path(name), before.sources[name].encode())
        fail("removing it would change what the rules mean, so nothing was changed")


def cross(policy: Policy, cases: int, seed: int | None, out: SafeConsole) -> None:
    """Report whether the engines agree. If not, show a case on which they differ and exit with 1.

    Raises :class:`tactful.TactfulError` if a required extra is not installed.
    """
    need_hypothesis()
    from tactful.testing.crossing import cross_examine  # needs hypothesis

    comparison = cross_examine(policy, seed=seed, examples=cases)
    if comparison.disagreement is None:
        out.print(
            f"both engines agree: {comparison.compared:,} decisions on {cases:,} random cases, seed {comparison.seed}"
        )
        return
    disagreement = comparison.disagreement
    out.print(
        Text(f"the engines disagree, seed {comparison.seed}; please report it with this pack and case", "bold red")
    )
    for name, only in (("compiled", disagreement.compiled), ("rete", disagreement.rete)):
        for firing in only:
            out.print(Text(f"  fires only in {name}: {firing}"))
    out.print()
    out.lines(disagreement.case)
    raise typer.Exit(1)
