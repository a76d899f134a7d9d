"""``tactful test --coverage``: which parts of a pack its examples, and cases drawn beside them, exercised."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rich.console import Console

from tactful.cli.output import fail
from tactful.cli.writing import write_file
from tactful.engine import Policy
from tactful.facts.rows import Case


def report_coverage(policy: Policy, cases: Iterable[Case], drawn: int, html: Path | None, out: Console) -> float:
    """Print what was covered, write the page where one is wanted, and give the percentage back."""
    from tactful.testing.coverage import cover  # only who asks for coverage pays for it
    from tactful.testing.coverage_report import coverage_html, coverage_text

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
        from tactful.testing.trying import drawn_cases  # takes hypothesis, which others need not have
    except ModuleNotFoundError:
        fail("drawing cases takes hypothesis: pip install 'tactful[check]'")
    return drawn_cases(policy, count, 0)
