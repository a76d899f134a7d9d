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
