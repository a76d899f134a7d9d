"""Warnings about actions that no safety rule covers."""

from __future__ import annotations

from collections.abc import Iterator

from tactful.language.ir import CheckedPack, Prohibit
from tactful.language.syntax import Pack
from tactful.source.codes.overlays import NotCovered
from tactful.source.diagnostics import Diagnostic


def lint_safety(pack: Pack, checked: CheckedPack) -> Iterator[Diagnostic]:
    """Actions that an overlay adds, of no family that safety rules forbid or that the pack's ``safety`` names."""
    covered = {
        rule.conclusion.action
        for rule in checked.rules
        if isinstance(rule.conclusion, Prohibit) and rule.conclusion.safety
    }
    covered.update(name.text for stated in pack.channels for name in stated.families)
    for action in checked.actions.values():
        new = action.span.file in pack.laid_over
        if new and covered and action.outside_safety is None and not covered.intersection(action.family):
            families = ", ".join(f"`{family}`" for family in sorted(covered))
            help_ = f"write `is_a:` with one of {families}, or `outside safety:` with the reason why no rule is needed"
            yield NotCovered.at(action.span, f"no safety rule covers the action `{action.id}`", help_)
