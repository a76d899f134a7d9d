"""Counterfactuals as text for people."""

from __future__ import annotations

import msgspec
from rich.text import Text

from tactful.formats.text.console import SafeConsole
from tactful.formats.text.tree import Node, print_tree
from tactful.reasons.records.decision import FlipRecord, FlipsRecord
from tactful.reasons.records.why import WhyRecord
from tactful.reasons.words import ENGLISH

_WHO = {
    "mine": "yours to do",
    "time": "by time alone",
    "theirs": "theirs to do",
    "unknown": "it may turn out so",
}


_INCOMPLETE = Node(Text("not every change was tried: there are too many in a case of this size", "dim"))


def render_counterfactuals(record: WhyRecord, console: SafeConsole) -> None:
    """Print the smallest changes that would reverse each answer, if the record has them."""
    if record.flips is not msgspec.UNSET:
        console.print()
        print_tree(console, Node(Text("What it would take", "bold"), tuple(map(_counterfactual, record.flips))))


def _counterfactual(flips: FlipsRecord) -> Node:
    who = ENGLISH.concerning(flips.target, flips.application)
    longer = "no longer " if flips.given else ""
    against = " against" if flips.prohibits else ""
    head = Text.assemble(flips.label, (who, "dim"), f": {longer}advised{against}")
    nothing = Node(Text("nothing that was tried: one or two facts, several of one part, or six weeks of time", "dim"))
    ways = tuple(map(_way, flips.ways)) or (nothing,)
    return Node(head, ways if flips.incomplete is msgspec.UNSET else (*ways, _INCOMPLETE))


def _way(way: FlipRecord) -> Node:
    changes = ENGLISH.listing([change.text for change in way.changes])
    who = ENGLISH.listing(list(dict.fromkeys(_WHO[change.who] for change in way.changes)))
    return Node(Text.assemble(changes, (f"  ({who})", "dim")))
