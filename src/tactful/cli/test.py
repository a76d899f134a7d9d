"""``tactful test``: the examples beside a pack, then what must hold of every decision.

Each step is a function from a loaded pack to what it found; what is found is told, or written as JSON, at the end.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import typer
from rich.console import Console
from rich.text import Text

from tactful.api.policy import Policy, load
from tactful.cli.output import console, fail, guarded, write_bytes, write_file
from tactful.facts.rows import Case
from tactful.formats.text.safe import safe
from tactful.language.load.files import profiles
from tactful.testing.examples.model import Example, ExampleResult
from tactful.testing.examples.run import load_examples, run_example
from tactful.testing.needs import can_draw
from tactful.testing.properties.invariants import InvariantReport, invariant_results
from tactful.testing.properties.options import DRAWN, KEPT_IN, Drawing
from tactful.testing.record import PackTestRecord, pack_test_record


class Tested(msgspec.Struct, frozen=True, eq=False):
    """One pack, tested: what each step found."""

    pack: str
    policy: Policy
    examples: tuple[ExampleResult, ...]
    invariants: tuple[InvariantReport, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing failed."""
        return all(one.passed for one in self.examples) and all(one.passed for one in self.invariants)


@guarded
def run_tests(
    pack: Annotated[
        str | None,
        typer.Argument(
            metavar="[PACK]",
            help="default, profile:NAME, a YAML file or a folder; without it, the shipped pack and all profiles.",
        ),
    ] = None,
    only: Annotated[
        str | None, typer.Option("-k", metavar="TEXT", help="Only examples and invariants with TEXT in their ids.")
    ] = None,
    format_: Annotated[
        Literal["text", "json"], typer.Option("--format", help="text for people, json for programs.")
    ] = "text",
    draw: Annotated[
        int | None,
        typer.Option(
            "--draw",
            min=0,
            metavar="N",
            help=f"How many cases to draw for the invariants, {DRAWN:,} if not said; 0: none. Takes the extra `check`.",
        ),
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Draw the same cases as a run with this seed.")] = None,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Which rules, tests and conflicts the examples exercised.")
    ] = False,
    drawn: Annotated[
        int, typer.Option("--cover-drawn", metavar="N", min=0, help="With --coverage: also N cases drawn for the pack.")
    ] = 0,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="With --coverage: the rule files, annotated.")
    ] = None,
    fail_under: Annotated[
        float | None,
        typer.Option("--fail-under", metavar="PERCENT", min=0, max=100, help="With --coverage: exit with 1 under it."),
    ] = None,
) -> None:
    """Run a pack's examples and check its invariants, of the examples' cases and of drawn ones."""
    if not coverage and (drawn or html is not None or fail_under is not None):
        raise typer.BadParameter("--cover-drawn, --html and --fail-under go with --coverage")
    if coverage and format_ == "json":
        raise typer.BadParameter("--coverage is for people; leave --format json out")
    if html is not None and pack is None:
        raise typer.BadParameter("--html shows one pack; name it")
    packs = [pack] if pack is not None else ["default", *(f"profile:{name}" for name in profiles())]
    count = _drawn_count(draw)
    tested = [_test(one, only, _drawing(one, count, seed)) for one in packs]
    if only is not None and not any(one.examples or one.invariants for one in tested):
        raise typer.BadParameter(f"no example and no invariant has {only!r} in its id")
    if format_ == "json":
        write_bytes(msgspec.json.encode([_record(one) for one in tested]))
    else:
        out = console()
        for one in tested:
            _render(one, only, out)
    covered = [_covered(one, drawn, html) for one in tested] if coverage else []
    if not all(one.passed for one in tested) or any(one < (fail_under or 0) for one in covered):
        raise typer.Exit(1)


def _test(pack: str, only: str | None, drawing: Drawing | None) -> Tested:
    """Everything that is checked of one pack."""
    policy = load(pack)
    examples = load_examples(pack, policy)
    chosen = [one for one in examples if only is None or only in one.id]
    return Tested(
        pack=pack,
        policy=policy,
        examples=tuple(run_example(policy, one) for one in chosen),
        invariants=_invariants(policy, examples, only, drawing),
    )


def _drawn_count(draw: int | None) -> int:
    """How many cases to draw. Where nobody said, and nothing is there to draw with, none; that is told."""
    if draw is not None:
        return draw
    if can_draw():
        return DRAWN
    message = "no cases are drawn for the invariants: pip install 'tactful[check]', or pass --draw 0"
    console(stderr=True).print(Text(message, "yellow"), soft_wrap=True)
    return 0


def _drawing(pack: str, draw: int, seed: int | None) -> Drawing | None:
    """How cases are drawn for a pack. Failures are kept beside it; the shipped packs keep none."""
    if draw == 0:
        return None
    path = Path(pack)
    beside = path if path.is_dir() else path.parent if path.is_file() else None
    return Drawing(draw, seed, None if beside is None else beside / KEPT_IN)


def _invariants(
    policy: Policy, examples: tuple[Example, ...], only: str | None, drawing: Drawing | None
) -> tuple[InvariantReport, ...]:
    """The pack's invariants, the inherited ones too."""
    wanted = {one.id for one in policy.checked.invariants if only is None or only in one.id}
    return tuple(one for one in invariant_results(policy, examples, drawing) if one.id in wanted) if wanted else ()


def _covered(tested: Tested, drawn: int, html: Path | None) -> float:
    """The share of a pack that its examples exercised, after telling which."""
    return report_coverage(tested.policy, [one.example.case for one in tested.examples], drawn, html, console())


def _record(tested: Tested) -> PackTestRecord:
    return pack_test_record(tested.policy, tested.examples, tested.invariants)


def _render(tested: Tested, only: str | None, out: Console) -> None:
    """What failed, with the reasons, and a line that sums it up."""
    from tactful.testing.report import WIDTH, render_failed_example, render_failed_invariant  # not needed for JSON

    out.width = min(out.width, WIDTH)
    for result in tested.examples:
        if not result.passed:
            render_failed_example(tested.policy, result, out)
            out.print()
    for broken in tested.invariants:
        if not broken.passed:
            render_failed_invariant(broken, out)
            out.print()
    name = tested.policy.name
    if not tested.examples and only is None:
        hint = f"{name}: no examples beside it; write them in a folder `tests`"
        out.print(safe(Text(hint)), soft_wrap=True)
    line = f"{name}: {_count('example', tested.examples)}; {_count('invariant', tested.invariants)}"
    out.print(safe(Text(line, "green" if tested.passed else "bold red")), soft_wrap=True)


def _count(what: str, results: tuple[ExampleResult, ...] | tuple[InvariantReport, ...]) -> str:
    """``12 examples, 2 failed``."""
    failed = sum(not one.passed for one in results)
    return f"{len(results)} {what}{'' if len(results) == 1 else 's'}, {failed} failed"


def report_coverage(policy: Policy, cases: Iterable[Case], drawn: int, html: Path | None, out: Console) -> float:
    """Print what was covered, write the page where one is wanted, and give the percentage back."""
    from tactful.testing.coverage.cover import cover  # only who asks for coverage pays for it
    from tactful.testing.coverage.report import coverage_html, coverage_text

    coverage = cover(policy, [*cases, *_drawn(policy, drawn)])
    out.print()
    coverage_text(coverage, out)
    if html is not None:
        write_file(html, coverage_html(coverage))
        out.print(f"written to {html}")
    return coverage.percent


def _drawn(policy: Policy, count: int) -> list[Case]:
    if not count:
        return []
    try:
        from tactful.testing.mutation.trying import drawn_cases  # takes hypothesis, which others need not have
    except ModuleNotFoundError:
        fail("drawing cases takes hypothesis: pip install 'tactful[check]'")
    return drawn_cases(policy, count, 0)
