"""Counterfactuals as text for people."""

from __future__ import annotations

import msgspec
from rich.text import Text

from tactful.formats.text.console import SafeConsole
from tactful.formats.text.tree import Node, print_tree
from tactful.reasons.records.decision import FlipRecord, FlipsRecord
from tactful.reasons.records.why import WhyRecord
from tactful.reasons.words import ENGLISH, Words, noted

_WHO = dict(
    zip(
        ("mine", "time", "theirs", "unknown"),
        noted("up to you", "by time alone", "up to them", "this may turn out to be true"),
        strict=True,
    )
)


def render_counterfactuals(record: WhyRecord, console: SafeConsole, words: Words = ENGLISH) -> None:
    """Print the smallest changes that would reverse each answer, if the record has them."""
    if record.flips is not msgspec.UNSET:
        console.print()
        flips = tuple(_counterfactual(flip, words) for flip in record.flips)
        print_tree(console, Node(Text(words.say("What it would take"), "bold"), flips))


def _counterfactual(flips: FlipsRecord, words: Words) -> Node:
    who = words.concerning(flips.target, flips.application)
    say = words.say
    if flips.prohibits:
        goal = say("no longer advised against") if flips.given else say("advised against")
    else:
        goal = say("no longer advised") if flips.given else say("advised")
    head = Text.assemble(flips.label, (who, "dim"), f": {goal}")
    nothing = say("nothing that was tried: one or two facts, several of one part, or six weeks of time")
    ways = tuple(_way(way, words) for way in flips.ways) or (Node(Text(nothing, "dim")),)
    if flips.incomplete is msgspec.UNSET:
        return Node(head, ways)
    incomplete = say("not every change was tried: there are too many in a case of this size")
    return Node(head, (*ways, Node(Text(incomplete, "dim"))))


def _way(way: FlipRecord, words: Words) -> Node:
    changes = words.listing([change.text for change in way.changes])
    who = words.listing(list(dict.fromkeys(words.say(_WHO[change.who]) for change in way.changes)))
    return Node(Text.assemble(changes, (f"  ({who})", "dim")))
