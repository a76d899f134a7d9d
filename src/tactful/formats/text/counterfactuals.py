"""What it would take, as text for people."""

from __future__ import annotations

import msgspec
from rich.console import Console
from rich.text import Text

from tactful.formats.text.tree import Node, print_tree
from tactful.reasons.records.decision import FlipRecord, FlipsRecord
from tactful.reasons.records.why import WhyRecord
from tactful.reasons.wording import concerning, listing, one_line

_WHO = {
    "mine": "yours to do",
    "time": "by time alone",
    "theirs": "theirs to do",
    "unknown": "it may turn out so",
}


_INCOMPLETE = Node(Text("not every change was tried: there are too many in a case of this size", "dim"))


def render_counterfactuals(record: WhyRecord, console: Console) -> None:
    """Print the smallest changes under which each answer would be another, where somebody asked for them."""
    if record.flips is not msgspec.UNSET:
        console.print()
        print_tree(console, Node(Text("What it would take", "bold"), tuple(map(_counterfactual, record.flips))))


def _counterfactual(one: FlipsRecord) -> Node:
    who = one_line(concerning(one.target, one.application))
    longer = "no longer " if one.given else ""
    against = " against" if one.prohibits else ""
    head = Text.assemble(one_line(one.label), (who, "dim"), f": {longer}advised{against}")
    nothing = Node(Text("nothing that was tried: one or two facts, several of one part, or six weeks of time", "dim"))
    ways = tuple(map(_way, one.ways)) or (nothing,)
    return Node(head, ways if one.incomplete is msgspec.UNSET else (*ways, _INCOMPLETE))


def _way(way: FlipRecord) -> Node:
    changes = listing([one_line(change.text) for change in way.changes])
    who = listing(list(dict.fromkeys(_WHO[change.who] for change in way.changes)))
    return Node(Text.assemble(changes, (f"  ({who})", "dim")))
