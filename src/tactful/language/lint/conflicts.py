"""Warnings about recommendations that a prohibition always sets aside."""

from __future__ import annotations

from collections.abc import Iterator

from tactful.facts.entities import SCOPES
from tactful.language.ir import Advise, CheckedPack, InScope, Prohibit, Rule, Target
from tactful.language.lint.counts import counts_of
from tactful.language.lint.own import Own
from tactful.language.lint.satisfiability import Effort, Logic
from tactful.source.codes.lint import AlwaysSetAside
from tactful.source.diagnostics import Diagnostic


def lint_conflicts(checked: CheckedPack, own: Own, effort: Effort) -> Iterator[Diagnostic]:
    """Every recommendation whose rule fires only if a prohibition that wins fires too."""
    prohibitions = [rule for rule in checked.rules if isinstance(rule.conclusion, Prohibit)]
    highest: dict[str, int] = {}
    advice = [rule for rule in checked.rules if isinstance(rule.conclusion, Advise)]
    for rule in advice:
        highest[rule.conclusion.action] = max(rule.priority, highest.get(rule.conclusion.action, 0))
    counts = counts_of(checked)
    for rule in advice:
        if rule.span in own and not Logic(rule.entity, [rule.condition], counts, effort).possible(rule.condition):
            continue  # it can never fire, which is told already
        for other in prohibitions:
            effort.take(1)
            span = own.place(rule.span, other.span)
            if span is None or not _wins(other, highest[rule.conclusion.action]) or not may_meet(rule, other, checked):
                continue
            condition, wider = rule.condition, other.condition
            if Logic(rule.entity, [condition, wider], counts, effort).follows(wider, condition):
                message = f"`{rule.id}` is never recommended: `{other.id}` forbids it wherever it fires"
                yield AlwaysSetAside.at(span, message, "add a condition to one of the two rules")


def _wins(prohibition: Rule, priority: int) -> bool:
    conclusion = prohibition.conclusion
    return (isinstance(conclusion, Prohibit) and conclusion.safety) or prohibition.priority >= priority


def may_meet(rule: Rule, prohibition: Rule, checked: CheckedPack) -> bool:
    """Whether the prohibition concerns the rule's action, a row in its scope, and a target that includes its target."""
    return (
        prohibition.conclusion.action in checked.actions[rule.conclusion.action].family
        and prohibition.entity in SCOPES[rule.entity]
        and _includes(prohibition.target, rule.target)
    )


def _includes(wide: Target, narrow: Target) -> bool:
    """Whether ``wide`` always is the same target as ``narrow``, or contains it."""
    if not isinstance(wide, InScope):
        return wide == narrow
    if not isinstance(narrow, InScope):
        return wide.entity in ("application", "candidate")
    return belongs(narrow.entity, wide.entity)


def belongs(inner: str, outer: str) -> bool:
    """Whether a row of ``inner`` is, or can belong to, a row of ``outer``."""
    if outer in ("person", "interview") and inner == "interviewer":
        return True
    return inner == outer or outer == "candidate" or (outer == "application" and inner != "candidate")
