"""What each layer of a pack says of an entry: its keys, with their places and contents."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from tactful.language.load.items import Entries
from tactful.source.diagnostics import Span
from tactful.source.nodes import Mapping as MappingNode
from tactful.source.nodes import Node, Scalar

#: The content of a part of a pack, without its layout: a text, or a tuple of the contents of its members.
Content = str | None | tuple["Content", ...]


class Edit(msgspec.Struct, frozen=True):
    """What a layer says of an entry: the number of the layer, and the keys that it gives.

    ``new``: the layer defines the entry, which no layer below has.
    """

    layer: int
    id: Span
    keys: Entries
    new: bool

    def place_of(self, key: str) -> Span:
        """The place of a key."""
        return self.keys[key][0].span

    def content(self, key: str) -> Content:
        """The content of a key."""
        return content_of(self.keys[key][1])

    @property
    def place(self) -> str:
        """The file and the line."""
        return f"{self.id.file}:{self.id.line}"


#: The edits of the entries of a pack, by section and id, in the order of merging.
History = Mapping[tuple[str, str], list[Edit]]


def content_of(node: Node) -> Content:
    """The content of a node."""
    match node:
        case Scalar():
            return None if node.is_null else node.text.strip()
        case MappingNode(entries=entries):
            return tuple(
                (key.text.strip(), content_of(value)) for key, value in sorted(entries, key=lambda pair: pair[0].text)
            )
        case _:
            return tuple(content_of(member) for member in node.items)
