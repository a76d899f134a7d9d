"""``tactful check``: the mistakes of a pack and its warnings, some of which it can fix."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from tactful.api.policy import Policy, checked_pack, load
from tactful.cli.options import Seed, parse_moment
from tactful.cli.output import console, fail, guarded, show, write_file
from tactful.cli.progress import progress
from tactful.formats.text.console import SafeConsole
from tactful.formats.text.in_force import told
from tactful.language.check import check_pack
from tactful.language.ir import CheckedPack
from tactful.language.lint import lint_pack
from tactful.language.lint.conditions import same_conditions
from tactful.language.lint.fix import fixable, fixed, renamed
from tactful.language.lint.newer import hints
from tactful.language.load import load_pack
from tactful.language.load.files import is_in_files
from tactful.language.syntax import Pack
from tactful.source.codes.overlays import OldNameUsed
from tactful.source.diagnostics import Diagnostic, InvalidInput
from tactful.testing.needs import need_hypothesis


@guarded
def check(
    packs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PACK",
            help="default, profile:NAME, a YAML file, a folder or an installed pack; several are laid over each other.",
        ),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 if there are warnings.")] = False,
    fix: Annotated[
        bool,
        typer.Option("--fix", help="Remove what is unused or redundant, and write new names for old ones."),
    ] = False,
    at: Annotated[
        str | None,
        typer.Option(
            "--at", metavar="DAY", help="Also list rules and values that are not in force on DAY, or end soon after."
        ),
    ] = None,
    prove: Annotated[
        bool, typer.Option("--prove", help="Also prove which rules have no effect, and which tables cover every case.")
    ] = False,
    cross_engine: Annotated[
        bool, typer.Option("--cross-engine", help="Also compare the compiled and the Rete engine on random cases.")
    ] = False,
    cases: Annotated[
        int, typer.Option("--cases", min=1, metavar="N", help="With --cross-engine: how many random cases.")
    ] = 500,
    seed: Seed = None,
) -> None:
    """Report every mistake of a pack, then warnings about what is legal but suspicious."""
    pack = packs or ["default"]
    if fix:
        if not all(is_in_files(location) for location in pack):
            raise typer.BadParameter("only files and folders can be changed, not shipped or installed packs")
        _rename(pack)
        _fix(pack)
    written = load_pack(pack)
    checked = checked_pack(written)
    with progress("warnings"):
        warnings = lint_pack(written, checked)
    console().print(
        f"{checked.name} {checked.version}: {len(checked.rules)} rules, {len(checked.named_facts)} computed facts, "
        f"{len(checked.actions)} actions, {len(checked.parameters)} parameters, {len(checked.invariants)} invariants; no mistakes"
    )
    if warnings:
        _report(warnings, checked)
    if any(is_in_files(location) for location in pack):
        _hint(written)
    if at is not None:
        for line in told(checked, parse_moment(at).toordinal()):
            console().print(line, soft_wrap=True)
    if cross_engine:
        cross(load(pack), cases, seed, console())
    dead = prove and _prove(load(pack))
    if (warnings or dead) and strict:
        raise typer.Exit(1)


def _prove(policy: Policy) -> bool:
    """Print what is proved about rules and tables. Returns whether some rule never has an effect."""
    try:
        from tactful.proofs.dead import dead_rules, tables  # needs z3, which is optional
    except ModuleNotFoundError:
        fail("proofs need z3 and hypothesis: pip install 'tactful[prove]'")
    out = console()
    checked = policy.checked
    with progress("proofs") as step:
        dead, totals = dead_rules(policy, step), tables(checked)
    for rule in dead:
        why = f"always gives way ({', '.join(rule.rests_on)})" if rule.defeated else "never fires, in no case"
        out.print(Text(f"{rule.place}: {rule.id} {why}"), soft_wrap=True)
    for table in totals:
        out.print(f"{table.id}: {'a row fits in every case' if table.total else 'there may be cases that no row fits'}")
    out.print(f"{len(checked.rules) - len(dead)} of {len(checked.rules)} rules are not proved to be without effect")
    return bool(dead)


def _hint(written: Pack) -> None:
    """Print hints about what a newer form of the language could say better. They do not change the exit code."""
    out = console(stderr=True)
    for hint in hints(written):
        out.print(Text("hint", "dim"))
        show(hint, dict(written.sources), out)


def _report(warnings: tuple[Diagnostic, ...], checked: CheckedPack) -> None:
    out = console(stderr=True)
    for warning in warnings:
        show(warning, dict(checked.sources), out)
    count, code = len(warnings), warnings[0].code
    out.print(
        Text(
            f"{count} warning{'' if count == 1 else 's'}; see `tactful explain {code}`"
            + ("; `--fix` removes what has no effect" if fixable(checked.sources, warnings) else "")
            + ("; `--fix` writes new names" if any(warning.code == OldNameUsed.id for warning in warnings) else ""),
            "dim",
        )
    )


def _rename(pack: list[str]) -> None:
    """Write new names in place of old ones into the pack's own files."""
    written = load_pack(pack)
    checked = check_pack(written)
    exact = [place for place in written.old_names if place.exact]
    for name in sorted({place.span.file for place in exact}):
        write_file(Path(name), renamed(checked.sources[name], name, exact).encode())
    if exact:
        _still_the_same(pack, checked, {place.span.file for place in exact})
    for place in exact:
        where = f"{place.span.file}:{place.span.line}:{place.span.column}"
        console().print(f"{where}: renamed: `{place.old}` to `{place.new}`", soft_wrap=True)


def _fix(pack: list[str]) -> None:
    """Remove the parts with fixable warnings from the pack's own files, until none is left."""
    while True:
        written = load_pack(pack)
        checked = check_pack(written)
        warnings = lint_pack(written, checked)
        done = [
            warning
            for name in sorted({warning.span.file for warning in warnings if warning.span})
            for warning in _fix_file(name, warnings, checked)
        ]
        if not done:
            return
        _still_the_same(pack, checked, {warning.span.file for warning in done if warning.span})
        for warning in done:
            console().print(f"{warning.place()}: removed: {warning.code} {warning.message}", soft_wrap=True)


def _fix_file(name: str, warnings: tuple[Diagnostic, ...], checked: CheckedPack) -> tuple[Diagnostic, ...]:
    text, done = fixed(checked.sources[name], name, warnings)
    if done:
        write_file(Path(name), text.encode())
    return done


def _still_the_same(pack: list[str], before: CheckedPack, files: set[str]) -> None:
    """Restore the files if the pack no longer loads or a rule would fire for other rows."""
    try:
        after = check_pack(load_pack(pack))
        same = same_conditions(before, after)
    except InvalidInput:
        same = False
    if not same:
        for name in files:
            write_file(Path(name), before.sources[name].encode())
        fail("that would change what the rules mean, so nothing was changed")


def cross(policy: Policy, cases: int, seed: int | None, out: SafeConsole) -> None:
    """Report whether the engines agree. If not, show a case on which they differ and exit with 1.

    Raises :class:`tactful.TactfulError` if a required extra is not installed.
    """
    need_hypothesis()
    from tactful.testing.crossing import cross_examine  # needs hypothesis

    with progress("decisions of both engines") as step:
        comparison = cross_examine(policy, seed=seed, examples=cases, progress=step)
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
