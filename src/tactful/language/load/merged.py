"""The sections of a pack while its layers are merged."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tactful.language.load.edits import Edit
from tactful.language.load.items import Entries, Item
from tactful.language.load.keys import NEEDS
from tactful.language.load.safety import RuleContent, View
from tactful.language.terms import OldName, Override
from tactful.source.diagnostics import Diagnostic, Span


class Merged(msgspec.Struct):
    """All sections after merging.

    ``safety`` has the entries of that section. ``switched_off``: the safety rules
    that layers switched off, with their contents. ``history``: the edits of each layer. ``gone``: the layer that switched
    an entry off, and its place. ``renamed``: layers with the new names that they give, by kind and old name. ``old_names``:
    where layers use old names. ``warnings``: what layers do without saying so.
    ``unread``: the names of entries of parameters, facts and tables that were left out because of a mistake.
    """

    name: str
    version: str
    sections: dict[str, dict[str, Item]]
    safety: Entries
    overrides: list[Override]
    switched_off: list[tuple[str, RuleContent]]
    history: dict[tuple[str, str], list[Edit]]
    gone: dict[tuple[str, str], tuple[int, Span]]
    renamed: list[tuple[int, str, str, str]]
    old_names: list[OldName]
    warnings: list[Diagnostic]
    unread: set[str]

    def view(self, layers: Iterable[int]) -> View:
        """The sections as they are now, which are those of ``layers``."""
        return View(frozenset(layers), {section: dict(items) for section, items in self.sections.items()})


def nothing() -> Merged:
    """The sections before the first layer."""
    return Merged("", "0", {section: {} for section in NEEDS}, {}, [], [], {}, {}, [], [], [], set())
