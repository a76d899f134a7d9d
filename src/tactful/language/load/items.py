"""The entries of a pack's sections, as YAML nodes."""

from __future__ import annotations

import msgspec

from tactful.source.nodes import Node, Scalar

#: The keys of an entry, each with its place and its value.
Entries = dict[str, tuple[Scalar, Node]]


class Item(msgspec.Struct):
    """An entry of a section, with the layers that are merged so far.

    ``added``: the conditions that overlays add, each with its key, ``and when`` or ``and unless``.
    """

    id: Scalar
    entries: Entries
    added: tuple[tuple[Scalar, Node], ...] = ()


def group_of(item: Item) -> str | None:
    """The group of a rule."""
    pair = item.entries.get("group")
    return pair[1].text.strip() if pair is not None and isinstance(pair[1], Scalar) else None


def is_empty(node: Node) -> bool:
    """Whether there is nothing behind a key."""
    return type(node) is Scalar and node.is_null
