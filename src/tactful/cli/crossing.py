"""``tactful check --cross-engine``: both engines held against each other on a pack."""

from __future__ import annotations

import typer
from rich.console import Console
from rich.text import Text

from tactful.engine import Policy
from tactful.render.safe import safe
from tactful.testing.needs import need_hypothesis


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
