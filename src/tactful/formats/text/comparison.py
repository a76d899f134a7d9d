"""The differences between two decisions, as text for people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rich.text import Text

from tactful.formats.text.console import SafeConsole
from tactful.formats.text.tree import Node, print_tree
from tactful.formats.text.why import test_words
from tactful.reasons.records.comparison import (
    AddedRecord,
    AlternativeToRecord,
    ChangedRecord,
    ComparisonRecord,
    DifferenceRecord,
    ElseRecord,
    LacksRecord,
    NoRuleRecord,
    RemovedRecord,
    RowGoneRecord,
    RuleGoneRecord,
    SetAsideByRecord,
    SetAsideChangeRecord,
    SideRecord,
)
from tactful.reasons.records.decision import JustificationRecord, TargetRecord
from tactful.reasons.words import ENGLISH


def render_differences(record: ComparisonRecord, console: SafeConsole) -> None:
    """Print the facts in which two cases differ, then what is advised differently, with the rules behind it."""
    first, second = record.before, record.after
    console.print(Text(f"Before: {_when(first.at)}, by the rules of {first.pack.name} {first.pack.version}"))
    console.print(Text(f"After:  {_when(second.at)}, by the rules of {second.pack.name} {second.pack.version}"))
    if not record.same_candidate:
        console.print(Text("The candidates differ, so the facts are not compared."))
    _section(console, "Facts", [f"{fact.fact}: {fact.before_said} → {fact.after_said}" for fact in record.facts])
    for difference in record.advice:
        console.print()
        print_tree(console, _difference(difference))
    _section(console, "Set aside", [_set_aside(change) for change in record.set_aside])
    if record.incomplete is True:
        console.print(Text("Some reasons for this are left out, because there are too many."))
    console.print()
    if record.advice or record.set_aside:
        console.print(Text(f"Unchanged: {record.unchanged}"))
    else:
        console.print(Text(f"No difference in what is decided: all {record.unchanged} pieces of advice are the same."))


def _section(console: SafeConsole, title: str, lines: list[str]) -> None:
    if lines:
        console.print()
        print_tree(console, Node(Text(title, "bold"), tuple(Node(Text(line)) for line in lines)))


def _difference(difference: DifferenceRecord) -> Node:
    match difference:
        case AddedRecord():
            head = _head("+", "green", difference.after, difference.target)
            return Node(head, (_state_in("before", difference.before), *_rules(difference.because)))
        case RemovedRecord():
            head = _head("-", "red", difference.before, difference.target)
            return Node(
                head, (_state_in("after", difference.after), *_rules(difference.because, "it was advised because"))
            )
        case ChangedRecord():
            changes = [Node(Text(f"{change.what}: {change.before} → {change.after}")) for change in difference.changes]
            gone, new = _rules(difference.rules_gone, "no longer"), _rules(difference.rules_new, "now also")
            both = (
                [Node(Text(f"by the same rules: {ENGLISH.listing(list(difference.rules_both))}"))]
                if difference.rules_both
                else []
            )
            return Node(_head("~", "yellow", difference.after, difference.target), (*changes, *gone, *new, *both))


def _head(sign: str, style: str, side: SideRecord, target: TargetRecord) -> Text:
    modality = side.modality.replace("_", " ").upper()
    text = Text.assemble((f"{sign} ", style), f"{side.rank}. ", (modality, style), f"  {side.label}")
    return text.append(f"  ({target.entity} {target.id})", "dim")


def _state_in(when: str, state: ElseRecord) -> Node:
    """The state of advice in the decision that does not give it."""
    match state:
        case AlternativeToRecord(to=to):
            return Node(Text(f"{when}: an alternative to: {to}"))
        case SetAsideByRecord(by=by):
            return Node(Text(f"{when}: set aside by {ENGLISH.listing(list(by))}"), tuple(_rules(state.because)))
        case NoRuleRecord(rules=rules):
            return Node(Text(f"{when}: no rule concludes it"), tuple(map(_lacking, rules)))


def _lacking(reason: LacksRecord | RowGoneRecord | RuleGoneRecord) -> Node:
    match reason:
        case LacksRecord(failing=()):
            lack = Text("concerns another target")
        case LacksRecord(failing=failing):
            lack = Text("; ").join([test_words(test, blame=True) for test in failing])
        case RowGoneRecord(row=row):
            lack = Text(f"there is no {row.entity} {row.id}")
        case RuleGoneRecord():
            lack = Text("the pack has no such rule")
    return Node(Text.assemble((reason.rule, "cyan"), ": ", lack))


def _rules(rules: Iterable[JustificationRecord], head: str = "") -> list[Node]:
    before = f"{head}: " if head else ""
    return [Node(Text.assemble(f"{before}{rule.text} ", (f"[{rule.rule}]", "dim"))) for rule in rules]


def _set_aside(change: SetAsideChangeRecord) -> str:
    decision = "only before" if change.side == "before" else "only after"
    return f"{decision}: {change.modality.replace('_', ' ')} {change.label}, by {ENGLISH.listing(list(change.by))}"


def _when(iso: str) -> str:
    return ENGLISH.local(datetime.fromisoformat(iso))
