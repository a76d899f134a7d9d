"""Texts under texts, with guides at the left, wrapped to the console."""

from __future__ import annotations

from typing import NamedTuple

from rich.console import Console
from rich.text import Text

from tactful.formats.text.safe import safe


class Node(NamedTuple):
    """A text and what stands below it."""

    text: Text
    below: tuple[Node, ...] = ()


class _Guides(NamedTuple):
    fork: str
    last: str
    pass_by: str


_LINES = _Guides("├─ ", "└─ ", "│  ")
#: For consoles that cannot write lines.
_ASCII = _Guides("+- ", "`- ", "|  ")
_NOTHING = "   "
#: Text is wrapped to no less than this, however deep it stands.
_NARROWEST = 30


def print_tree(console: Console, node: Node) -> None:
    """Print a node and all below it, with nothing at the ends of lines."""
    guides = _LINES if console.encoding.lower().startswith("utf") else _ASCII
    _print(console, node, "", "", guides)


def _print(console: Console, node: Node, first: str, rest: str, guides: _Guides) -> None:
    before = first
    below = rest + (guides.pass_by if node.below else "")
    for line in safe(node.text).wrap(console, max(console.width - len(below), _NARROWEST)):
        line.rstrip()
        console.print(Text.assemble((before, "dim"), line), soft_wrap=True)
        before = below if node.below else rest
    for no, one in enumerate(node.below, start=1):
        last = no == len(node.below)
        _print(
            console,
            one,
            rest + (guides.last if last else guides.fork),
            rest + (_NOTHING if last else guides.pass_by),
            guides,
        )
