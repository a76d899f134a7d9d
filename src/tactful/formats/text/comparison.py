"""The differences between two decisions, as text for people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from rich.text import Text

from tactful.formats.text.console import SafeConsole
from tactful.formats.text.tree import Node, print_tree
from tactful.formats.text.why import WhyText
from tactful.reasons.records.comparison import (
    AddedRecord,
    AlternativeToRecord,
    ChangedRecord,
    ComparisonRecord,
    DecidedRecord,
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
from tactful.reasons.words import ENGLISH, Words, noted

#: The heads of the two decisions.
_HEADS: Final = noted("Before: {moment}, by the rules of {pack}", "After:  {moment}, by the rules of {pack}")
#: What of advice can change.
_CHANGES: Final = {
    what: what for what in noted("rank", "modality", "due", "priority", "label", "steps", "alternatives")
}


def render_differences(record: ComparisonRecord, console: SafeConsole, words: Words = ENGLISH) -> None:
    """Print the facts in which two cases differ, then what is advised differently, with the rules behind it."""
    text, say = _Differences(words), words.say
    console.print(text.side(_HEADS[0], record.before))
    console.print(text.side(_HEADS[1], record.after))
    if not record.same_candidate:
        console.print(Text(say("The candidates differ, so the facts are not compared.")))
    text.section(
        console, say("Facts"), [f"{fact.fact}: {fact.before_said} → {fact.after_said}" for fact in record.facts]
    )
    for difference in record.advice:
        console.print()
        print_tree(console, text.difference(difference))
    text.section(console, say("Set aside"), [text.set_aside(change) for change in record.set_aside])
    if record.incomplete is True:
        console.print(Text(say("Some reasons for this are left out, because there are too many.")))
    console.print()
    if record.advice or record.set_aside:
        console.print(Text(say("Unchanged: {n}", n=record.unchanged)))
    else:
        same = words.count(
            "No difference in what is decided: the piece of advice is the same.",
            "No difference in what is decided: all {n} pieces of advice are the same.",
            record.unchanged,
        )
        console.print(Text(same))


class _Differences:
    """Puts differences into words."""

    def __init__(self, words: Words) -> None:
        self._words, self._say = words, words.say

    def side(self, text: str, side: DecidedRecord) -> Text:
        """When a decision was made, and by which rules."""
        pack = f"{side.pack.name} {side.pack.version}"
        return Text(self._say(text, moment=self._words.local(datetime.fromisoformat(side.at)), pack=pack))

    def section(self, console: SafeConsole, title: str, lines: list[str]) -> None:
        if lines:
            console.print()
            print_tree(console, Node(Text(title, "bold"), tuple(Node(Text(line)) for line in lines)))

    def difference(self, difference: DifferenceRecord) -> Node:
        match difference:
            case AddedRecord():
                head = self._head("+", "green", difference.after, difference.target)
                return Node(
                    head, (self._state_in(self._say("before"), difference.before), *self._rules(difference.because))
                )
            case RemovedRecord():
                head = self._head("-", "red", difference.before, difference.target)
                return Node(
                    head,
                    (
                        self._state_in(self._say("after"), difference.after),
                        *self._rules(difference.because, self._say("it was advised because")),
                    ),
                )
            case ChangedRecord():
                changes = [
                    Node(Text(f"{self._say(_CHANGES[change.what])}: {change.before} → {change.after}"))
                    for change in difference.changes
                ]
                gone, new = (
                    self._rules(difference.rules_gone, self._say("no longer")),
                    self._rules(difference.rules_new, self._say("now also")),
                )
                both = (
                    [
                        Node(
                            Text(
                                self._say(
                                    "by the same rules: {rules}", rules=self._words.listing(difference.rules_both)
                                )
                            )
                        )
                    ]
                    if difference.rules_both
                    else []
                )
                return Node(
                    self._head("~", "yellow", difference.after, difference.target), (*changes, *gone, *new, *both)
                )

    def _head(self, sign: str, style: str, side: SideRecord, target: TargetRecord) -> Text:
        modality = self._words.loud(side.modality)
        text = Text.assemble((f"{sign} ", style), f"{side.rank}. ", (modality, style), f"  {side.label}")
        return text.append(f"  ({self._words.entity(target.entity, target.id)})", "dim")

    def _state_in(self, when: str, state: ElseRecord) -> Node:
        """The state of advice in the decision that does not give it."""
        match state:
            case AlternativeToRecord(to=to):
                return Node(Text(self._say("{when}: an alternative to: {other}", when=when, other=to)))
            case SetAsideByRecord(by=by):
                lost = self._say("{when}: set aside by {rules}", when=when, rules=self._words.listing(by))
                return Node(Text(lost), tuple(self._rules(state.because)))
            case NoRuleRecord(rules=rules):
                return Node(
                    Text(self._say("{when}: no rule concludes it", when=when)), tuple(map(self._lacking, rules))
                )

    def _lacking(self, reason: LacksRecord | RowGoneRecord | RuleGoneRecord) -> Node:
        match reason:
            case LacksRecord(failing=()):
                lack = Text(self._say("concerns another target"))
            case LacksRecord(failing=failing):
                lack = Text("; ").join([WhyText(self._words).test_words(test, blame=True) for test in failing])
            case RowGoneRecord(row=row):
                lack = Text(self._say("there is no {row}", row=self._words.entity(row.entity, row.id)))
            case RuleGoneRecord():
                lack = Text(self._say("the pack has no such rule"))
        return Node(Text.assemble((reason.rule, "cyan"), ": ", lack))

    def _rules(self, rules: Iterable[JustificationRecord], head: str = "") -> list[Node]:
        before = f"{head}: " if head else ""
        return [Node(Text.assemble(f"{before}{rule.text} ", (f"[{rule.rule}]", "dim"))) for rule in rules]

    def set_aside(self, change: SetAsideChangeRecord) -> str:
        advice = f"{self._words.modality(change.modality)} {change.label}"
        values = {"advice": advice, "rules": self._words.listing(change.by)}
        if change.side == "before":
            return self._say("only before: {advice}, by {rules}", **values)
        return self._say("only after: {advice}, by {rules}", **values)
