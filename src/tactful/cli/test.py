"""``tactful test``: runs the examples of a pack and checks its invariants.

Each step is a function from a loaded pack to its results, which are printed or written as JSON at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
import typer
from rich.text import Text

from tactful.api.policy import Policy
from tactful.cli.options import Seed, load_rules
from tactful.cli.output import console, fail, guarded, write_bytes, write_file
from tactful.cli.progress import Step, progress
from tactful.facts.rows import Case
from tactful.formats.text.console import SafeConsole
from tactful.language.load.files import profiles
from tactful.language.terms import GENERAL
from tactful.testing.examples.model import Example, ExampleResult
from tactful.testing.examples.run import load_examples, run_example
from tactful.testing.needs import can_draw, need_hypothesis
from tactful.testing.own import own_unfired
from tactful.testing.properties.invariants import InvariantReport, Results, invariant_results
from tactful.testing.properties.options import DRAWN, KEPT_IN, Drawing
from tactful.testing.record import PackTestRecord, pack_test_record

#: The last line if random cases were asked for and cannot be drawn.
_NOT_DRAWN: Final = "not checked: invariants on random cases; pip install 'tactful[check]', or pass --draw 0"


class Tested(msgspec.Struct, frozen=True, eq=False):
    """A tested pack, with the results of each step."""

    policy: Policy
    examples: tuple[ExampleResult, ...]
    results: Results

    @property
    def invariants(self) -> tuple[InvariantReport, ...]:
        """The results for the pack's invariants, and for those of every pack."""
        return (*self.results.reports, *self.results.general)

    @property
    def passed(self) -> bool:
        """Whether nothing failed."""
        return all(result.passed for result in self.examples) and self.results.passed


@guarded
def run_tests(
    packs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PACK",
            help="default, profile:NAME, a YAML file, a folder or an installed pack; several are laid over each other. "
            "By default, the shipped pack and all profiles, each separately.",
        ),
    ] = None,
    only: Annotated[
        str | None, typer.Option("-k", metavar="TEXT", help="Only examples and invariants whose ids contain TEXT.")
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
            help=f"How many random cases to check invariants on; {DRAWN:,} by default, 0 for none. Needs the extra `check`.",
        ),
    ] = None,
    seed: Seed = None,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Show which rules, tests and conflicts the examples exercise.")
    ] = False,
    drawn: Annotated[
        int, typer.Option("--cover-drawn", metavar="N", min=0, help="With --coverage: also use N random cases.")
    ] = 0,
    everything: Annotated[
        bool, typer.Option("--all", help="With --coverage, for a pack that extends another: show the base too.")
    ] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="With --coverage: write annotated rule files to FILE.")
    ] = None,
    fail_under: Annotated[
        float | None,
        typer.Option(
            "--fail-under", metavar="PERCENT", min=0, max=100, help="With --coverage: exit with 1 below PERCENT."
        ),
    ] = None,
) -> None:
    """Run a pack's examples, and check its invariants on their cases and on random ones."""
    if not coverage and (drawn or everything or html is not None or fail_under is not None):
        raise typer.BadParameter("--cover-drawn, --all, --html and --fail-under need --coverage")
    if coverage and format_ == "json":
        raise typer.BadParameter("--coverage prints text only; leave out --format json")
    if html is not None and not packs:
        raise typer.BadParameter("--html needs the name of a pack")
    wanted = [packs] if packs else [["default"], *([f"profile:{name}"] for name in profiles())]
    count = draw if draw is not None else DRAWN if can_draw() else 0
    tested = [_test(laid, only, _drawing(laid, count, seed)) for laid in wanted]
    if only is not None and not any(result.examples or result.invariants for result in tested):
        raise typer.BadParameter(f"no example or invariant has {only!r} in its id")
    if format_ == "json":
        write_bytes(msgspec.json.encode([_record(result) for result in tested]))
    else:
        out = console()
        for result in tested:
            _render(result, only, out)
    covered = [_covered(result, drawn, html, everything) for result in tested] if coverage else []
    if draw is None and not count and any(result.invariants for result in tested):
        console(stderr=format_ == "json").print(Text(_NOT_DRAWN, "yellow"), soft_wrap=True)
    if not all(result.passed for result in tested) or any(percent < (fail_under or 0) for percent in covered):
        raise typer.Exit(1)


def _test(packs: list[str], only: str | None, drawing: Drawing | None) -> Tested:
    """Run everything for one pack, or for several that are laid over each other, with the examples of each."""
    policy = load_rules(packs, many=True)
    examples = tuple(example for pack in packs for example in load_examples(pack, policy))
    chosen = [example for example in examples if only is None or only in example.id]
    with progress(f"testing {policy.name}") as step:
        return Tested(
            policy=policy,
            examples=tuple(_run_all(policy, chosen, step)),
            results=_invariants(policy, examples, only, drawing, step),
        )


def _run_all(policy: Policy, examples: list[Example], step: Step) -> Iterator[ExampleResult]:
    for done, example in enumerate(examples):
        step(done, len(examples))
        yield run_example(policy, example)


def _drawing(packs: list[str], draw: int, seed: int | None) -> Drawing | None:
    """How random cases are drawn for a pack. Failures are stored next to the last pack, except for the shipped
    packs."""
    if draw == 0:
        return None
    need_hypothesis()
    path = Path(packs[-1])
    beside = path if path.is_dir() else path.parent if path.is_file() else None
    return Drawing(draw, seed, None if beside is None else beside / KEPT_IN)


def _invariants(
    policy: Policy, examples: tuple[Example, ...], only: str | None, drawing: Drawing | None, step: Step
) -> Results:
    """The results of the pack's invariants, with the inherited ones."""
    ids = (*(invariant.id for invariant in policy.checked.invariants), *GENERAL)
    wanted = {id_ for id_ in ids if only is None or only in id_}
    return invariant_results(policy, examples, drawing, wanted, step) if wanted else Results(())


def _covered(tested: Tested, drawn: int, html: Path | None, everything: bool) -> float:
    """Report the coverage of a pack by its examples, and return it in percent."""
    cases = [result.example.case for result in tested.examples]
    return report_coverage(tested.policy, cases, drawn, html, console(), everything=everything)


def _record(tested: Tested) -> PackTestRecord:
    return pack_test_record(tested.policy, tested.examples, tested.results)


def _render(tested: Tested, only: str | None, out: SafeConsole) -> None:
    """Print what failed, with the reasons, and a summary."""
    from tactful.testing.report import WIDTH, render_failed_example, render_failed_invariant  # not needed for JSON

    out.width = min(out.width, WIDTH)
    for result in tested.examples:
        if not result.passed:
            render_failed_example(tested.policy, result, out)
            out.print()
    for report in tested.invariants:
        if not report.passed:
            render_failed_invariant(report, out)
            out.print()
    name = tested.policy.name
    if only is None:
        _render_unfired(tested, out)
    if not tested.examples and only is None:
        hint = f"{name}: no examples; write them in a folder `tests` next to the rules"
        out.print(Text(hint), soft_wrap=True)
    for report in tested.results.general:
        if report.missing:
            out.print(Text(f"{name}: {report.id}: not checked, because {report.missing}", "yellow"), soft_wrap=True)
    line = f"{name}: {_count('example', tested.examples)}; {_count('invariant', tested.results.reports)}"
    checked = [report for report in tested.results.general if not report.missing]
    if checked:
        line = f"{line}; {len(checked)} of every pack, {_failed(checked)} failed"
    out.print(Text(line, "green" if tested.passed else "bold red"), soft_wrap=True)


def _render_unfired(tested: Tested, out: SafeConsole) -> None:
    """Print the pack's own rules that fired in no drawn case, with what stood in the way in the closest one."""
    drawn = tested.results.drawn
    for rule in own_unfired(tested.policy.checked, tested.results.unfired):
        missing = f"; missing in the case that came closest: {', '.join(rule.missing)}" if rule.missing else ""
        line = f"{rule.place}: {rule.rule}: never fired in {drawn:,} drawn cases{missing}"
        out.print(Text(line, "dim"), soft_wrap=True)


def _count(noun: str, results: tuple[ExampleResult, ...] | tuple[InvariantReport, ...]) -> str:
    """``12 examples, 2 failed``."""
    return f"{len(results)} {noun}{'' if len(results) == 1 else 's'}, {_failed(results)} failed"


def _failed(results: Iterable[ExampleResult | InvariantReport]) -> int:
    return sum(not result.passed for result in results)


def report_coverage(
    policy: Policy, cases: Iterable[Case], drawn: int, html: Path | None, out: SafeConsole, *, everything: bool
) -> float:
    """Print the coverage, write the page if ``html`` is given, and return the percentage.

    For an overlay, only what it adds or changes is counted, unless ``everything`` is true.
    """
    from tactful.testing.coverage.cover import cover  # loaded only for coverage
    from tactful.testing.coverage.report import coverage_html, coverage_text
    from tactful.testing.own import own_ids

    with progress("coverage"):
        coverage = cover(policy, [*cases, *_drawn(policy, drawn)])
    own = None if everything else own_ids(policy.checked)
    out.print()
    if own is not None:
        coverage = coverage.only(own)
        out.print(f"only what {policy.name} adds or changes; --all looks at its base too", style="dim")
    coverage_text(coverage, out)
    if html is not None:
        write_file(html, coverage_html(coverage))
        out.print(f"written to {html}")
    return coverage.percent


def _drawn(policy: Policy, count: int) -> list[Case]:
    if not count:
        return []
    try:
        from tactful.testing.mutation.tried import read_drawn_cases  # needs hypothesis, which is optional
    except ModuleNotFoundError:
        fail("random cases need hypothesis: pip install 'tactful[check]'")
    return read_drawn_cases(policy, count, 0)
