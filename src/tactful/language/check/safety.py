"""Safety rules checked: neither a parameter nor an overlay may loosen them."""

from __future__ import annotations

from collections.abc import Mapping

from tactful.language import syntax
from tactful.language.check.actions import Catalogue
from tactful.language.names import Reads, Report
from tactful.language.syntax import Pack
from tactful.source.codes.conditions import SafetyReadsParameter
from tactful.source.codes.pack import SafetyChanged


def check_safety(
    pack: Pack, rule_reads: Mapping[str, Reads], fact_reads: Mapping[str, Reads], catalogue: Catalogue, report: Report
) -> None:
    """Report safety rules that read a parameter, and overlays that change anything a safety rule depends on."""
    facts: set[str] = set()
    families: set[str] = set()
    for rule in pack.rules:
        if not rule.safety or rule.id.text not in rule_reads:
            continue
        reads = rule_reads[rule.id.text]
        closure = _closure(reads.computed, fact_reads)
        facts |= closure
        if isinstance(rule.conclusion, syntax.Concludes):
            families.add(rule.conclusion.action.text)
        parameters = reads.parameters.union(*(fact_reads[fact].parameters for fact in closure if fact in fact_reads))
        for parameter in sorted(parameters):
            message = f"the safety rule `{rule.id.text}` depends on the parameter `${parameter}`"
            report(SafetyReadsParameter.at(rule.id.span, message, "write the value itself: no overlay may loosen it"))
    _check_patches(pack, facts, report)
    _check_families(pack, families, catalogue, report)


def _closure(facts: set[str], reads: Mapping[str, Reads]) -> set[str]:
    closure: set[str] = set()
    todo = list(facts)
    while todo:
        fact = todo.pop()
        if fact not in closure:
            closure.add(fact)
            todo.extend(reads[fact].computed if fact in reads else ())
    return closure


def _check_patches(pack: Pack, facts: set[str], report: Report) -> None:
    for patch in pack.patches:
        wording = set(patch.keys) <= {"about", "ask"}
        if patch.section == "facts" and patch.id in facts and not wording:
            report(
                SafetyChanged.at(
                    patch.span,
                    f"a safety rule reads `{patch.id}`, and an overlay may not change it",
                    "write a fact of your own under another name",
                )
            )


def _check_families(pack: Pack, families: set[str], catalogue: Catalogue, report: Report) -> None:
    """Report overlays that take an action out of a family that a safety rule forbids."""
    for action in pack.actions:
        before = catalogue.family(action.name.text, pack.base_families)
        lost = families.intersection(before) - set(catalogue.family(action.name.text))
        for family in sorted(lost):
            patches = [patch.span for patch in pack.patches if patch.section == "actions" and patch.id in before]
            report(
                SafetyChanged.at(
                    patches[-1] if patches else action.name.span,
                    f"a safety rule forbids `{family}`, and `{action.name.text}` may not be taken out of that family",
                )
            )
