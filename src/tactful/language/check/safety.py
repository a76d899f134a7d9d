"""Safety rules checked: they must not depend on parameters. Changes by other packs are checked when packs are merged."""

from __future__ import annotations

from collections.abc import Mapping

from tactful.language.ir.reads import reached
from tactful.language.names import Reads, Report
from tactful.language.syntax import Pack
from tactful.source.codes.conditions import SafetyReadsParameter


def check_safety(pack: Pack, rule_reads: Mapping[str, Reads], fact_reads: Mapping[str, Reads], report: Report) -> None:
    """Report safety rules that read a parameter, themselves or through computed facts."""
    for rule in pack.rules:
        if not rule.safety or rule.id.text not in rule_reads:
            continue
        reads = rule_reads[rule.id.text]
        facts = reached(reads.computed, lambda fact: fact_reads[fact].computed if fact in fact_reads else ())
        parameters = reads.parameters.union(*(fact_reads[fact].parameters for fact in facts if fact in fact_reads))
        for parameter in sorted(parameters):
            message = f"the safety rule `{rule.id.text}` depends on the parameter `${parameter}`"
            report(SafetyReadsParameter.at(rule.id.span, message, "write the value itself: no overlay may loosen it"))
