"""Frames: the rest of the file around the short examples on the pages of codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec


class Frame(msgspec.Struct, frozen=True):
    """A text with an open entry, to which an example adds keys. ``keys`` are the keys that an example may leave out."""

    opening: str
    indent: str
    keys: Mapping[str, str]

    def around(self, example: str) -> str:
        """The whole text: the example's keys in the entry, and the frame's keys that the example does not have."""
        own = {line.partition(":")[0] for line in example.splitlines() if not line.startswith(" ")}
        keys = [f"{key}: {value}" for key, value in self.keys.items() if key not in own]
        return self.opening + "".join(f"{self.indent}{line}\n" for line in [*example.splitlines(), *keys])


#: The frame around keys of a rule.
RULE: Final = Frame(
    "actions: {call: {about: a call}}\nrules:\n  r:\n",
    "    ",
    {"for each": "person", "then": "{may: call}", "because": "a reason", "source": "a book"},
)
#: The frame around keys of an example.
EXAMPLE: Final = Frame(
    "examples:\n  keep-looking:\n",
    "    ",
    {
        "at": "2026-11-23T10:00:00Z",
        "case": "{candidate: {id: me}}",
    },
)
