"""Check safety: rules must not depend on parameters, and actions of a channel must be in families that rules cover.

Changes by other packs are checked when packs are merged.
"""

from __future__ import annotations

from collections.abc import Mapping

from tactful.facts.fields import given_fields
from tactful.facts.kinds import ChoiceKind
from tactful.language.check.actions import Catalogue
from tactful.language.ir import Action
from tactful.language.ir.reads import reached
from tactful.language.names import Reads, Report
from tactful.language.syntax import Pack
from tactful.source.codes.conditions import SafetyReadsParameter
from tactful.source.codes.pack import BadSetting, WrongFamily
from tactful.source.suggest import did_you_mean


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


def check_channels(pack: Pack, catalogue: Catalogue, actions: Mapping[str, Action], report: Report) -> None:
    """Report actions that belong to none of the families that the pack's ``safety`` lists for their channel."""
    for stated in pack.channels:
        families = [family for name in stated.families if (family := catalogue.find(name)) is not None]
        for action in actions.values():
            if action.channel is None or stated.channel not in (action.channel, "any"):
                continue
            if families and not set(families).intersection(action.family):
                wanted = " or ".join(f"`{family}`" for family in families)
                message = f"`{action.id}` reaches somebody by {action.channel}, and safety rules would not see it"
                report(WrongFamily.at(action.span, message, f"write `is_a:` with {wanted}, or with a kind of it"))


def check_quiet_channels(pack: Pack, actions: Mapping[str, Action], report: Report) -> None:
    """Report quiet channels that neither an action nor a message can have."""
    kind = given_fields()["message"]["channel"].kind
    known = {action.channel for action in actions.values() if action.channel is not None}
    known.update(kind.values if isinstance(kind, ChoiceKind) else ())
    for name in pack.quiet_channels:
        if name.text not in known:
            help_ = (
                did_you_mean(name.text, known)
                or f"the channels are {', '.join(sorted(known))}; `[]` means none of them"
            )
            report(BadSetting.at(name.span, f"`{name.text}` in `quiet channels` is not a channel", help_))
