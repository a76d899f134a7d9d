"""Prints trees of texts with guide lines, wrapped to the console."""

from __future__ import annotations

import msgspec
from rich.text import Text

from tactful.formats.text.console import SafeConsole


class Node(msgspec.Struct, frozen=True):
    """A text, its children, and a second text that stands on the line below the first."""

    text: Text
    below: tuple[Node, ...] = ()
    second: Text | None = None


class _Guides(msgspec.Struct, frozen=True):
    fork: str
    last: str
    pass_by: str


_LINES = _Guides("├─ ", "└─ ", "│  ")
#: For consoles that cannot print box characters.
_ASCII = _Guides("+- ", "`- ", "|  ")
_NOTHING = "   "
#: The least width for wrapped text, at any depth.
_NARROWEST = 30


def print_tree(console: SafeConsole, node: Node) -> None:
    """Print a node and all nodes below it, without trailing spaces."""
    guides = _LINES if console.encoding.lower().startswith("utf") else _ASCII
    _print(console, node, "", "", guides)


def _print(console: SafeConsole, node: Node, first: str, rest: str, guides: _Guides) -> None:
    before = first
    below = rest + (guides.pass_by if node.below else "")
    width = max(console.width - len(below), _NARROWEST)
    for text in (node.text, node.second):
        for line in console.wrapped(text, width) if text is not None else ():
            console.print(Text.assemble((before, "dim"), line), soft_wrap=True)
            before = below if node.below else rest
    for no, child in enumerate(node.below, start=1):
        last = no == len(node.below)
        _print(
            console,
            child,
            rest + (guides.last if last else guides.fork),
            rest + (_NOTHING if last else guides.pass_by),
            guides,
        )
