"""The differences between two decisions, as text for people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rich.console import Console
from rich.text import Text

from tactful.formats.text.tree import Node, print_tree
from tactful.formats.text.why import asked_words
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
from tactful.reasons.wording import listing, say_local


def render_differences(record: ComparisonRecord, console: Console) -> None:
    """Print the facts in which two cases differ, then what is advised differently, with the rules behind it."""
    first, second = record.before, record.after
    console.print(Text(f"Before: {_when(first.at)}, by the rules of {first.pack.name} {first.pack.version}"))
    console.print(Text(f"After:  {_when(second.at)}, by the rules of {second.pack.name} {second.pack.version}"))
    if not record.same_candidate:
        console.print(Text("The candidates are two, so the facts are not compared."))
    _section(console, "Facts", [f"{one.fact}: {one.before_said} → {one.after_said}" for one in record.facts])
    for one in record.advice:
        console.print()
        print_tree(console, _difference(one))
    _section(console, "Set aside", [_set_aside(one) for one in record.set_aside])
    console.print()
    if record.advice or record.set_aside:
        console.print(Text(f"Unchanged: {record.unchanged}"))
    else:
        console.print(Text(f"No difference in what is decided: all {record.unchanged} pieces of advice are the same."))


def _section(console: Console, title: str, lines: list[str]) -> None:
    if lines:
        console.print()
        print_tree(console, Node(Text(title, "bold"), tuple(Node(Text(line)) for line in lines)))


def _difference(one: DifferenceRecord) -> Node:
    match one:
        case AddedRecord():
            head = _head("+", "green", one.after, one.target)
            return Node(head, (_else("before", one.before), *_rules(one.because)))
        case RemovedRecord():
            head = _head("-", "red", one.before, one.target)
            return Node(head, (_else("after", one.after), *_rules(one.because, "it was advised because")))
        case ChangedRecord():
            changes = [Node(Text(f"{change.what}: {change.before} → {change.after}")) for change in one.changes]
            gone, new = _rules(one.rules_gone, "no longer"), _rules(one.rules_new, "now also")
            both = [Node(Text(f"by the same rules: {listing(list(one.rules_both))}"))] if one.rules_both else []
            return Node(_head("~", "yellow", one.after, one.target), (*changes, *gone, *new, *both))


def _head(sign: str, style: str, side: SideRecord, target: TargetRecord) -> Text:
    modality = side.modality.replace("_", " ").upper()
    text = Text.assemble((f"{sign} ", style), f"{side.rank}. ", (modality, style), f"  {side.label}")
    return text.append(f"  ({target.entity} {target.id})", "dim")


def _else(when: str, state: ElseRecord) -> Node:
    """What became of advice in the decision that does not have it."""
    match state:
        case AlternativeToRecord(to=to):
            return Node(Text(f"{when}: an alternative to: {to}"))
        case SetAsideByRecord(by=by):
            return Node(Text(f"{when}: set aside by {listing(list(by))}"), tuple(_rules(state.because)))
        case NoRuleRecord(rules=rules):
            return Node(Text(f"{when}: no rule concludes it"), tuple(map(_lacking, rules)))


def _lacking(one: LacksRecord | RowGoneRecord | RuleGoneRecord) -> Node:
    match one:
        case LacksRecord(failing=()):
            lack = Text("concerns another target")
        case LacksRecord(failing=failing):
            lack = Text("; ").join([asked_words(test, blame=True) for test in failing])
        case RowGoneRecord(row=row):
            lack = Text(f"there is no {row.entity} {row.id}")
        case RuleGoneRecord():
            lack = Text("the pack has no such rule")
    return Node(Text.assemble((one.rule, "cyan"), ": ", lack))


def _rules(rules: Iterable[JustificationRecord], head: str = "") -> list[Node]:
    before = f"{head}: " if head else ""
    return [Node(Text.assemble(f"{before}{rule.text} ", (f"[{rule.rule}]", "dim"))) for rule in rules]


def _set_aside(one: SetAsideChangeRecord) -> str:
    which = "only before" if one.side == "before" else "only after"
    return f"{which}: {one.modality.replace('_', ' ')} {one.label}, by {listing(list(one.by))}"


def _when(iso: str) -> str:
    return say_local(datetime.fromisoformat(iso))
