"""Apply overlays to their bases, key by key. Every entry of a pack has an id, and overlays refer to it by that id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import msgspec

from tactful.language.load.expressions import WAYS
from tactful.language.load.files import File, Layer
from tactful.language.load.items import Entries, Item
from tactful.language.load.safety import Edit, RuleContent, SafetyCheck, View, content_of_rule, is_safety
from tactful.language.terms import Override
from tactful.source.codes.pack import DefinedTwice, MissingKey, NothingToChange, SafetyChanged, UnknownKey, WrongShape
from tactful.source.diagnostics import Diagnostic, Span
from tactful.source.nodes import Mapping, Node, Scalar
from tactful.source.suggest import did_you_mean

Report = Callable[[Diagnostic], None]

SECTIONS: Final = (
    *(
        "pack",
        "extends",
        "parameters",
        "calendars",
        "custom_facts",
        "fields",
        "facts",
        "tables",
        "actions",
        "rules",
        "invariants",
    ),
)

#: The keys that an entry of a section may have.
KEYS: Final[dict[str, tuple[str, ...]]] = {
    "pack": ("name", "version"),
    "parameters": ("value", "values", "adjustable", "about", "source"),
    "calendars": ("about", "country", "weekend", "days off", "working days", "office hours"),
    "custom_facts": ("type", "values", "unit", "about", "ask", "mutability"),
    "fields": ("ask", "mutability"),
    "facts": (
        *("exists", "none", "count", "latest", "earliest", "sum", "where", "when", "unless", "about", "ask"),
        *WAYS,
    ),
    "tables": ("by", "gives", "values", "rows", "otherwise", "only one", "about", "ask"),
    "actions": ("about", "label", "is_a", "channel", "one per", "steps", "due"),
    "rules": (
        *("about", "source", "for each", "when", "unless", "then", "to"),
        *("by", "because", "priority", "safety", "off"),
    ),
    "invariants": (
        *(
            "about",
            "for each",
            "when",
            "unless",
            "after",
            "never",
            "always",
            "at most",
            "of",
            "no new",
            "keeps",
            "same",
        ),
        "off",
    ),
}

#: A new entry needs at least one of these keys. In an overlay, an entry without them changes an entry of its base.
NEEDS: Final[dict[str, tuple[str, ...]]] = {
    "parameters": ("value", "values"),
    "calendars": ("country", "weekend", "days off", "working days", "office hours"),
    "custom_facts": ("type",),
    "fields": ("ask", "mutability"),
    "facts": ("exists", "none", "count", "latest", "earliest", "sum", "when", *WAYS),
    "tables": ("rows",),
    "actions": ("about",),
    "rules": ("then",),
    "invariants": ("never", "always", "at most", "no new", "keeps", "same"),
}


#: The sections whose entries conditions and sentences refer to by name.
NAMED: Final = ("parameters", "custom_facts", "facts", "tables")


#: Words that other rule languages have for keys of this one.
_SYNONYMS: Final[dict[str, tuple[str, ...]]] = {
    "when": ("if", "condition", "conditions", "where", "given"),
    "unless": ("except", "if not", "unless_when"),
    "then": ("action", "do", "conclusion", "advise", "recommend"),
    "because": ("reason", "why", "text", "message", "explanation"),
    "by": ("deadline", "due", "until"),
    "about": ("description", "title", "name", "doc", "comment", "note"),
    "for each": ("for_each", "foreach", "for-each", "for", "each", "for all", "entity"),
    "off": ("enabled", "disabled", "active", "remove", "delete"),
    "to": ("target", "whom"),
    "value": ("default", "val"),
    "rows": ("row", "rules", "cases", "table"),
    "otherwise": ("else", "default"),
    "gives": ("type", "returns", "output"),
    "one per": ("one_per", "per"),
    "steps": ("step", "todo"),
    "is_a": ("kind_of", "family", "parent", "extends"),
}
#: An id of each section, for messages.
_EXAMPLES: Final[dict[str, str]] = {
    "parameters": "thank_you_within",
    "custom_facts": "person",
    "fields": "person.prefers",
    "facts": "person.thanked",
    "tables": "application.first_wait",
    "actions": "send_note",
    "rules": "thank-you-note",
    "invariants": "never-call-against-preference",
}


class Merged(msgspec.Struct):
    """All sections after merging.

    ``switched_off``: the safety rules that layers switched off, with their contents. ``history``: the edits of each layer.
    ``unread``: the names of entries of :data:`NAMED` sections that were left out because of a mistake.
    """

    name: str
    version: str
    sections: dict[str, dict[str, Item]]
    overrides: list[Override]
    switched_off: list[tuple[str, RuleContent]]
    history: dict[tuple[str, str], list[Edit]]
    unread: set[str]

    def view(self, layers: Iterable[int]) -> View:
        """The sections as they are now, which are those of ``layers``."""
        return View(frozenset(layers), {section: dict(items) for section, items in self.sections.items()})


def merge_layers(layers: list[Layer], report: Report) -> Merged:
    """Merge the layers, the lowest base first; mistakes go to ``report``, loosened safety rules among them."""
    merged = _nothing()
    views: list[View] = []
    for no, layer in enumerate(layers):
        _Merger(merged, layer, no, report).run()
        views.append(merged.view(range(no + 1)))
    if views:
        check = SafetyCheck(views[-1], merged.switched_off, merged.history, report)
        for view in (*_of_layers(layers), *views[:-1]):
            check.check(view)
    return merged


def _nothing() -> Merged:
    return Merged("", "0", {section: {} for section in KEYS if section != "pack"}, [], [], {}, set())


def _of_layers(layers: list[Layer]) -> Iterator[View]:
    """The view of each layer together with the layers that it builds on, if other layers are merged before it."""
    for no, layer in enumerate(layers):
        if len(layer.stack) <= no:
            merged = _nothing()
            for part in sorted(layer.stack):
                _Merger(merged, layers[part], part, _ignore).run()
            yield merged.view(layer.stack)


def _ignore(_: Diagnostic) -> None:
    """Ignore a mistake of a layer. It is reported when all layers are merged."""


class _Merger:
    """Merges a layer into the layers below it."""

    def __init__(self, merged: Merged, layer: Layer, no: int, report: Report) -> None:
        self.merged, self.layer, self.no, self.report = merged, layer, no, report
        self.seen: dict[tuple[str, str], Span] = {}

    def run(self) -> None:
        self.merged.name = self.layer.label
        self._head()
        for file in self.layer.files:
            for key, node in _sections(file):
                self._section(key, node)

    def _head(self) -> None:
        for file in self.layer.files:
            for key, node in _sections(file):
                if key.text == "pack":
                    entries = self._entries("pack", key, node)
                    for name in ("name", "version"):
                        value = entries.get(name)
                        if value is not None and isinstance(value[1], Scalar):
                            setattr(self.merged, name, value[1].text)

    def _section(self, key: Scalar, node: Node) -> None:
        if key.text not in SECTIONS:
            self.report(
                UnknownKey.at(
                    key.span,
                    f"`{key.text}` is not a section of a pack",
                    did_you_mean(key.text, SECTIONS) or _listed(SECTIONS),
                )
            )
        elif key.text in NEEDS and not _empty(node):
            if not isinstance(node, Mapping):
                message = f"`{key.text}` is a mapping from ids to their definitions"
                help_ = f"write each below an id of its own, `{_EXAMPLES[key.text]}:`, without `- `"
                self.report(WrongShape.at(node.span, message, help_))
                return
            for id_, content in self._items(key.text, node):
                self._item(key.text, id_, content)

    def _items(self, section: str, node: Mapping) -> Iterator[tuple[Scalar, Node]]:
        """The ids of a section with their content. Custom facts are grouped by entity."""
        if section != "custom_facts":
            yield from node.entries
            return
        for entity, fields in node.entries:
            if not isinstance(fields, Mapping):
                owner, _, name = entity.text.partition(".")
                help_ = f"write `{owner}: {{{name}: …}}`" if name else "write `person: {likes_calls: yes/no}`"
                self.report(
                    WrongShape.at(fields.span, f"`{entity.text}` is a mapping from fields to their types", help_)
                )
                continue
            for field, content in fields.entries:
                yield Scalar(f"{entity.text}.{field.text}", field.plain, field.span), content

    def _item(self, section: str, id_: Scalar, content: Node) -> None:
        first = self.seen.setdefault((section, id_.text), id_.span)
        if first != id_.span:
            where = f"the other definition is in {first.file}:{first.line}"
            self.report(DefinedTwice.at(id_.span, f"`{id_.text}` is defined twice in one pack", where))
            return
        base = self.merged.sections[section].get(id_.text)
        if _is_off(content):
            self._switch_off(section, id_, base, None)
            return
        entries = self._shorthand(section, id_, content, base)
        if entries is None:
            self._leave_out(section, id_)
            return
        if "off" in entries:
            self._switch_off(section, id_, base, entries)
        elif base is None:
            self._define(section, id_, entries)
        else:
            self._patch(section, id_, base, entries)

    def _shorthand(self, section: str, id_: Scalar, content: Node, base: Item | None) -> Entries | None:
        """The entries of an item. A single value stands for ``value:`` (parameters) or ``type:`` (custom facts)."""
        if isinstance(content, Mapping):
            return self._entries(section, id_, content)
        short = {"parameters": "value", "custom_facts": "type"}.get(section)
        if short is None or _empty(content):
            self._wrong_shape(section, id_, content)
            return None
        if section == "parameters" and base is None and self.layer.overlay:
            self._nothing_to_change(section, id_)
            return None
        return {short: (id_, content)}

    def _wrong_shape(self, section: str, id_: Scalar, content: Node) -> None:
        message = f"`{id_.text}` is a mapping with {_listed(KEYS[section], 'or')}"
        help_ = "indent its keys below it"
        if id_.text in KEYS[section]:
            message, help_ = f"`{id_.text}` stands where an id is expected", "indent it below the id that it belongs to"
        elif section == "facts" and isinstance(content, Scalar):
            help_ = f"write `{id_.text}: {{is: {content.text}}}`"
        elif section == "actions" and isinstance(content, Scalar) and not content.is_null:
            help_ = f"write `{id_.text}: {{about: {content.text}}}`"
        self.report(WrongShape.at(content.span, message, help_))

    def _entries(self, section: str, id_: Scalar, content: Node) -> Entries:
        if not isinstance(content, Mapping):
            self.report(WrongShape.at(content.span, f"`{id_.text}` is a mapping"))
            return {}
        entries: Entries = {}
        for key, node in content.entries:
            if key.text in KEYS[section]:
                entries[key.text] = (key, node)
            else:
                self.report(UnknownKey.at(key.span, f"`{key.text}` means nothing here", _key_help(section, key.text)))
        return entries

    def _define(self, section: str, id_: Scalar, entries: Entries) -> None:
        if not any(key in entries for key in NEEDS[section]):
            if self.layer.overlay:
                self._nothing_to_change(section, id_)
                self._leave_out(section, id_)
                return
            if section in NAMED or section == "fields":
                self.report(MissingKey.at(id_.span, f"`{id_.text}` has no {_listed(NEEDS[section], 'or')}"))
                self._leave_out(section, id_)
                return
        self._note(section, id_, entries)
        self.merged.sections[section][id_.text] = Item(id_, _present(entries))

    def _leave_out(self, section: str, id_: Scalar) -> None:
        if section in NAMED:
            self.merged.unread.add(id_.text)

    def _note(self, section: str, id_: Scalar, entries: Entries) -> None:
        edit = Edit(self.no, id_.span, {key: place.span for key, (place, _) in entries.items()})
        self.merged.history.setdefault((section, id_.text), []).append(edit)

    def _patch(self, section: str, id_: Scalar, base: Item, entries: Entries) -> None:
        self._note(section, id_, entries)
        whole = section in ("facts", "tables") and any(key in entries for key in NEEDS[section])
        kept = {} if whole else base.entries
        if section == "parameters":  # a value for all days replaces dated ones, and the other way round
            other = {"value": "values", "values": "value"}
            kept = {key: pair for key, pair in kept.items() if other.get(key) not in entries}
        self.merged.sections[section][id_.text] = Item(base.id, _present({**kept, **entries}))

    def _switch_off(self, section: str, id_: Scalar, base: Item | None, entries: Entries | None) -> None:
        if section not in ("rules", "invariants"):
            self.report(
                WrongShape.at(id_.span, f"`{id_.text}` cannot be switched off", "only rules and invariants can")
            )
            return
        off = None if entries is None else entries["off"][1]
        if off is not None and not (
            isinstance(off, Scalar) and off.plain and off.text.lower() in ("yes", "true", "on")
        ):
            self.report(WrongShape.at(off.span, "`off` takes `yes`", "leave the key out to keep the rule on"))
        elif base is None:
            self._nothing_to_change(section, id_)
        elif section == "rules" and is_safety(base):
            self._override(section, id_, base, entries)
        else:
            self._note(section, id_, entries or {})
            del self.merged.sections[section][id_.text]

    def _override(self, section: str, id_: Scalar, base: Item, entries: Entries | None) -> None:
        because = _reason((entries or {}).get("because"))
        if because is None:
            self.report(
                SafetyChanged.at(
                    id_.span,
                    f"`{id_.text}` is a safety rule; switching it off needs a reason",
                    f"write `{id_.text}: {{off: yes, because: …}}`; decisions will say so",
                )
            )
            return
        self.merged.overrides.append(Override(id_.text, because, self.layer.label))
        self.merged.switched_off.append((id_.text, content_of_rule(base)))
        del self.merged.sections[section][id_.text]

    def _nothing_to_change(self, section: str, id_: Scalar) -> None:
        known = self.merged.sections[section]
        new = f"a new one needs {_listed([f'{key}:' for key in NEEDS[section]], 'or')}"
        meant = did_you_mean(id_.text, known)
        what = section.rstrip("s").replace("_", " ")
        self.report(
            NothingToChange.at(
                id_.span, f"the packs below have no {what} `{id_.text}` to change", f"{meant} {new}" if meant else new
            )
        )


def _key_help(section: str, key: str) -> str:
    """What to write in place of a key that an entry of a section does not have."""
    keys = KEYS[section]
    meant = next((known for known, words in _SYNONYMS.items() if known in keys and key.lower() in words), None)
    if meant is not None:
        return f"did you mean `{meant}`?"
    if "." in key and "when" in keys:
        return "a condition: indent it below `when`"
    return did_you_mean(key, keys) or f"the keys are {_listed(keys)}"


def _sections(file: File) -> tuple[tuple[Scalar, Node], ...]:
    return file.root.entries if file.root is not None else ()


def _present(entries: Entries) -> Entries:
    """The entries without the keys whose value is ``null``, which removes a key."""
    return {key: pair for key, pair in entries.items() if not _empty(pair[1])}


def _empty(node: Node) -> bool:
    return isinstance(node, Scalar) and node.is_null


def _is_off(node: Node) -> bool:
    return isinstance(node, Scalar) and node.plain and node.text == "off"


def _reason(pair: tuple[Scalar, Node] | None) -> str | None:
    """The reason that an entry gives; ``None`` if it gives none, or one without a letter or a digit."""
    if pair is None or not isinstance(pair[1], Scalar) or pair[1].is_null:
        return None
    return pair[1].text if any(sign.isalnum() for sign in pair[1].text) else None


def _listed(words: tuple[str, ...] | list[str], last: str = "and") -> str:
    """``a, b and c``, each in backticks."""
    quoted = [f"`{word}`" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"
