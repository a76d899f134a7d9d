"""Apply overlays to their bases, key by key. Every entry of a pack has an id, and overlays refer to it by that id."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from tactful.facts.fields import given_fields
from tactful.language.load.edits import Edit
from tactful.language.load.files import File, Layer
from tactful.language.load.instead import EXAMPLES, INSTEAD, elsewhere, key_help, listed, nothing_to_change, wrong_shape
from tactful.language.load.items import Entries, Item, group_of, is_empty
from tactful.language.load.keys import ADDITIONS, KEYS, NEEDS, SECTIONS
from tactful.language.load.limits import merge_limits
from tactful.language.load.merged import Merged, nothing
from tactful.language.load.renames import Renames, chained, rewritten
from tactful.language.load.safeguards import general_off, off_warnings
from tactful.language.load.safety import SafetyCheck, View, content_of_rule, is_safety
from tactful.language.load.warnings import differences, patch_warnings
from tactful.language.terms import GENERAL, Override
from tactful.source.codes.overlays import OldNameUsed
from tactful.source.codes.pack import (
    BadSetting,
    DefinedTwice,
    MissingKey,
    NothingToChange,
    SafetyChanged,
    UnknownKey,
    WrongShape,
)
from tactful.source.diagnostics import Diagnostic, Span
from tactful.source.nodes import NULLS, Mapping, Node, Scalar
from tactful.source.suggest import did_you_mean

Report = Callable[[Diagnostic], None]

#: The keys of an entry that only mean something where a pack below has the entry.
_CHANGES: Final = (*ADDITIONS, "replaces")
#: Keys after which nothing would silently mean always, never or no limit.
_NOT_EMPTY: Final = (
    "when",
    "unless",
    "and when",
    "and unless",
    "by",
    "from",
    "until",
    "priority",
    "group",
    "to",
    "where",
)
#: The keys that the entries of a section may have, to look them up.
_KNOWN: Final = {section: frozenset(keys) for section, keys in KEYS.items()}

#: The sections whose entries conditions and sentences refer to by name.
NAMED: Final = ("parameters", "custom_facts", "facts", "tables")


def merge_layers(layers: list[Layer], report: Report) -> Merged:
    """Merge the layers, the lowest base first; mistakes go to ``report``, loosened safety rules among them."""
    merged = nothing()
    views: list[View] = []
    for no, layer in enumerate(layers):
        _Merger(merged, layer, no, report).run()
        views.append(merged.view(range(no + 1)))
    if views:
        check = SafetyCheck(views[-1], merged.switched_off, merged.history, report)
        for view in (*_of_layers(layers), *views[:-1]):
            check.check(view)
    own = {file.name for layer in layers if layer.named for file in layer.files}
    warnings = [warning for warning in merged.warnings if warning.span is not None and warning.span.file in own]
    merged.old_names = [name for name in merged.old_names if name.span.file in own]
    merged.warnings = [*warnings, *differences(merged.history, layers)]
    return merged


def _of_layers(layers: list[Layer]) -> Iterator[View]:
    """The view of each layer together with the layers that it builds on, if other layers are merged before it."""
    for no, layer in enumerate(layers):
        if len(layer.stack) <= no:
            merged = nothing()
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
                if key.text == "groups":
                    self._groups(node)
        renames = self._renames()
        for file in self.layer.files:
            group = self._group_of(file)
            for key, node in self._rewritten(file, renames):
                self._section(key, node, group)
        for file in self.layer.files:
            for key, node in _sections(file):
                if key.text == "renamed":
                    self._rename(key, node)

    def _renames(self) -> Renames:
        """The new names that the packs give which this layer builds on."""
        names: dict[str, dict[str, str]] = {}
        for layer, kind, old, new in self.merged.renamed:
            if layer in self.layer.stack:
                names.setdefault(kind, {})[old] = new
        return {kind: chained(of_kind) for kind, of_kind in names.items()}

    def _rewritten(self, file: File, renames: Renames) -> tuple[tuple[Scalar, Node], ...]:
        """The sections of a file, with new names in place of old ones."""
        if file.root is None:
            return ()
        root, used = rewritten(file.root, renames)
        self.merged.old_names += used
        self.merged.warnings += [
            OldNameUsed.at(name.span, f"`{name.old}` is now called `{name.new}`", f"write `{name.new}`")
            for name in used
        ]
        return root.entries

    def _rename(self, key: Scalar, node: Node) -> None:
        """Note the new names that this layer gives, once its entries are merged."""
        for kind, (_, names) in self._entries("renamed", key, node).items():
            if not isinstance(names, Mapping):
                self.report(WrongShape.at(names.span, f"`{kind}` is a mapping from old names to new ones"))
                continue
            renamed_in_turn = {old.text for old, _ in names.entries}
            renamed_in_turn |= {old for _, of_kind, old, _ in self.merged.renamed if of_kind == kind}
            for old, new in names.entries:
                if not isinstance(new, Scalar):
                    self.report(WrongShape.at(new.span, f"`{old.text}` takes one new name"))
                elif self._is_defined(kind, old.text):
                    message = f"`{old.text}` is listed under `renamed`, but the pack also defines it"
                    self.report(BadSetting.at(old.span, message, "remove one of the two"))
                elif new.text not in renamed_in_turn and not self._was_defined(kind, new.text):
                    known = self.merged.sections[kind]
                    message = (
                        f"`{old.text}` is listed under `renamed` with the new name `{new.text}`, which does not exist"
                    )
                    self.report(NothingToChange.at(new.span, message, did_you_mean(new.text, known)))
                else:
                    self.merged.renamed.append((self.no, kind, old.text, new.text))

    def _was_defined(self, kind: str, name: str) -> bool:
        return self._is_defined(kind, name) or (kind, name) in self.merged.gone

    def _is_defined(self, kind: str, name: str) -> bool:
        if kind != "facts":
            return name in self.merged.sections[kind]
        entity, _, field = name.partition(".")
        computed = any(name in self.merged.sections[section] for section in ("facts", "tables", "custom_facts"))
        return computed or field in given_fields().get(entity, {})

    def _head(self) -> None:
        for file in self.layer.files:
            for key, node in _sections(file):
                if key.text == "pack":
                    entries = self._entries("pack", key, node)
                    for name in ("name", "version"):
                        value = entries.get(name)
                        if value is None:
                            continue
                        if isinstance(value[1], Scalar) and not value[1].is_null:
                            setattr(self.merged, name, value[1].text)
                        else:
                            help_ = "such as `pack: {name: acme-careers, version: 3}`"
                            self.report(WrongShape.at(value[1].span, f"`{name}` takes one text", help_))

    def _group_of(self, file: File) -> tuple[Scalar, Node] | None:
        """The group of all rules that a file defines."""
        pair = next(((key, node) for key, node in _sections(file) if key.text == "group"), None)
        if pair is not None and not isinstance(pair[1], Scalar):
            self.report(WrongShape.at(pair[1].span, "`group` takes one name", "such as `group: channels`"))
            return None
        return pair

    def _groups(self, node: Node) -> None:
        """Switch off the rules of groups, apart from safety rules."""
        if is_empty(node):
            return
        if not isinstance(node, Mapping):
            self.report(
                WrongShape.at(node.span, "`groups` is a mapping from groups to `off`", "`groups: {linkedin: off}`")
            )
            return
        for id_, content in node.entries:
            if self._is_switched_off("groups", id_, content):
                self._group_off(id_)

    def _is_switched_off(self, section: str, id_: Scalar, content: Node) -> bool:
        """Whether a group says ``off`` or ``{off: yes}``; anything else is a mistake."""
        if _is_off(content):
            return True
        if not isinstance(content, Mapping):
            help_ = f"write `{id_.text}: off`, or leave it out to keep its rules on"
            self.report(WrongShape.at(content.span, f"`{id_.text}` can only be switched off", help_))
            return False
        entries = self._entries(section, id_, content)
        if "off" in entries and _is_yes(entries["off"][1]):
            return True
        self.report(WrongShape.at(content.span, f"`{id_.text}` can only be switched off", f"`{id_.text}: off`"))
        return False

    def _group_off(self, id_: Scalar) -> None:
        rules = self.merged.sections["rules"]
        members = [item for item in rules.values() if group_of(item) == id_.text]
        before = self.merged.gone.setdefault(("groups", id_.text), (self.no, id_.span))
        if not members and before[0] not in self.layer.stack:  # a pack beside this one has switched it off
            return
        if not members:
            groups = sorted({group for item in rules.values() if (group := group_of(item))})
            meant = elsewhere(self.merged.sections, "groups", id_.text) or did_you_mean(id_.text, groups)
            known = f"the groups are {listed(groups)}" if groups else "no rule below says `group:`"
            self.report(NothingToChange.at(id_.span, f"the packs below have no group `{id_.text}`", meant or known))
        elif all(is_safety(item) for item in members):
            message = f"all rules of the group `{id_.text}` are safety rules, which stay in force"
            self.report(NothingToChange.at(id_.span, message, "switch each off by its id, `{off: yes, because: …}`"))
        for item in members:
            if not is_safety(item):
                self.merged.warnings += off_warnings("rules", item, None, id_)
                self._take_out("rules", item.id.text, id_)

    def _section(self, key: Scalar, node: Node, group: tuple[Scalar, Node] | None) -> None:
        if key.text not in SECTIONS:
            self.report(
                UnknownKey.at(
                    key.span,
                    f"`{key.text}` is not a section of a pack",
                    did_you_mean(key.text, SECTIONS)
                    or elsewhere(self.merged.sections, "", key.text)
                    or listed(SECTIONS),
                )
            )
        elif key.text == "safety":
            merge_limits(self.merged.safety, self._entries("safety", key, node), self.report)
        elif key.text in NEEDS and not is_empty(node):
            if not isinstance(node, Mapping):
                message = f"`{key.text}` is a mapping from ids to their definitions"
                help_ = f"write each below an id of its own, `{EXAMPLES[key.text]}:`, without `- `"
                self.report(WrongShape.at(node.span, message, help_))
                return
            for id_, content in self._items(key.text, node):
                self._item(key.text, id_, content, group if key.text == "rules" else None)

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

    def _item(self, section: str, id_: Scalar, content: Node, group: tuple[Scalar, Node] | None) -> None:
        first = self.seen.setdefault((section, id_.text), id_.span)
        if first is not id_.span and first != id_.span:
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
        elif section == "invariants" and id_.text in GENERAL:
            message = f"`{id_.text}` is an invariant of every pack, which a pack can only switch off"
            self.report(BadSetting.at(id_.span, message, "give your invariant another id"))
        elif base is not None:
            self._patch(section, id_, base, entries)
        elif not self._patches_what_is_off(section, id_, entries):
            self._define(section, id_, {"group": group, **entries} if group is not None else entries)

    def _patches_what_is_off(self, section: str, id_: Scalar, entries: Entries) -> bool:
        """Whether this changes an entry that a pack beside this one has switched off. It stays off, with a warning."""
        gone = self.merged.gone.get((section, id_.text))
        if gone is None or gone[0] in self.layer.stack or any(key in entries for key in NEEDS[section]):
            return False
        self._note(section, id_, entries, new=False)
        return True

    def _shorthand(self, section: str, id_: Scalar, content: Node, base: Item | None) -> Entries | None:
        """The entries of an item. A single value stands for ``value:`` (parameters) or ``type:`` (custom facts)."""
        if isinstance(content, Mapping):
            return self._entries(section, id_, content)
        short = {"parameters": "value", "custom_facts": "type"}.get(section)
        if short is None or is_empty(content):
            self.report(wrong_shape(section, id_, content, self.merged.sections))
            return None
        if section == "parameters" and base is None and self.layer.overlay:
            self.report(nothing_to_change(self.merged, section, id_))
            return None
        return {short: (id_, content)}

    def _entries(self, section: str, id_: Scalar, content: Node) -> Entries:
        if not isinstance(content, Mapping):
            help_ = None
            if section == "pack" and isinstance(content, Scalar) and not content.is_null:
                help_ = f"write `pack: {{name: {content.text}}}`"
            self.report(WrongShape.at(content.span, f"`{id_.text}` is a mapping", help_))
            return {}
        entries: Entries = {pair[0].text: pair for pair in content.entries}
        known = _KNOWN[section]
        if entries.keys() <= known:
            for empty in (name for name in _NOT_EMPTY if name in entries and _is_unwritten(entries[name][1])):
                help_ = f"leave `{empty}` out, or write `{empty}: null` to take away what the packs below say"
                self.report(WrongShape.at(entries[empty][0].span, f"there is nothing below `{empty}`", help_))
            return entries
        for key, _ in content.entries:
            if key.text not in known:
                self.report(UnknownKey.at(key.span, f"`{key.text}` means nothing here", key_help(section, key.text)))
        return {key: pair for key, pair in entries.items() if key in known}

    def _define(self, section: str, id_: Scalar, entries: Entries) -> None:
        if entries.keys().isdisjoint(NEEDS[section]):
            if self.layer.overlay:
                self.report(nothing_to_change(self.merged, section, id_))
                self._leave_out(section, id_)
                return
            if section in NAMED or section == "fields":
                self.report(MissingKey.at(id_.span, f"`{id_.text}` has no {listed(NEEDS[section], 'or')}"))
                self._leave_out(section, id_)
                return
        for key in _CHANGES:
            if key in entries:
                message = f"`{key}` changes an entry of the packs below, and they have no `{id_.text}`"
                self.report(NothingToChange.at(entries[key][0].span, message, INSTEAD.get(key, "leave it out")))
        self._note(section, id_, entries, new=True)
        self.merged.sections[section][id_.text] = Item(id_, _present(entries))

    def _leave_out(self, section: str, id_: Scalar) -> None:
        if section in NAMED:
            self.merged.unread.add(id_.text)

    def _note(self, section: str, id_: Scalar, entries: Entries, new: bool) -> None:
        self.merged.history.setdefault((section, id_.text), []).append(Edit(self.no, id_.span, entries, new))

    def _patch(self, section: str, id_: Scalar, base: Item, entries: Entries) -> None:
        self._note(section, id_, entries, new=False)
        if not self._on_purpose(entries):
            self.merged.warnings += patch_warnings(section, base, entries)
        whole = section in ("facts", "tables") and any(key in entries for key in NEEDS[section])
        kept = {} if whole else base.entries
        if section == "parameters":  # a value for all days replaces dated ones, and the other way round
            other = {"value": "values", "values": "value"}
            kept = {key: pair for key, pair in kept.items() if other.get(key) not in entries}
        added = () if whole else tuple(pair for pair in base.added if ADDITIONS[pair[0].text] not in entries)
        more = self._additions(section, base, entries)
        own = {key: pair for key, pair in entries.items() if key not in ADDITIONS and key != "replaces"}
        named = id_ if whole else base.id
        self.merged.sections[section][id_.text] = Item(named, _present({**kept, **own}), (*added, *more))

    def _on_purpose(self, entries: Entries) -> bool:
        """Whether a patch says ``replaces: yes``."""
        if "replaces" not in entries:
            return False
        node = entries["replaces"][1]
        if not _is_yes(node):
            self.report(
                WrongShape.at(
                    node.span, "`replaces` takes `yes`", "leave it out if `check` should report what a patch drops"
                )
            )
        return True

    def _additions(self, section: str, base: Item, entries: Entries) -> list[tuple[Scalar, Node]]:
        """The conditions that a patch adds."""
        pairs = [entries[key] for key in ADDITIONS if key in entries]
        for key, _ in pairs:
            plain = ADDITIONS[key.text]
            if plain in entries:
                message = f"`{plain}` replaces the conditions of the packs below, and `{key.text}` adds to them"
                self.report(BadSetting.at(key.span, message, "write all of them under one of the two"))
            elif section == "facts" and "when" not in base.entries:
                message = f"`{base.id.text}` is not computed from `when`, so there is nothing to add to"
                self.report(BadSetting.at(key.span, message, "write the whole fact anew"))
        return [pair for pair in pairs if not is_empty(pair[1])]

    def _switch_off(self, section: str, id_: Scalar, base: Item | None, entries: Entries | None) -> None:
        if section not in ("rules", "invariants"):
            no = "; for a yes/no that never holds, write `{is: no}`" if section == "facts" else ""
            help_ = f"only rules and invariants can{no}"
            self.report(WrongShape.at(id_.span, f"`{id_.text}` cannot be switched off", help_))
            return
        off = None if entries is None else entries["off"][1]
        if off is not None and not _is_yes(off):
            self.report(WrongShape.at(off.span, "`off` takes `yes`", "leave the key out to keep the rule on"))
        elif section == "invariants" and id_.text in GENERAL:
            if not self._on_purpose(entries or {}):
                self.merged.warnings.append(general_off(id_))
            self._override(section, id_, entries)
        elif base is None:
            gone = self.merged.gone.get((section, id_.text))
            if gone is None or gone[0] in self.layer.stack:  # a pack beside this one may have switched it off, too
                self.report(nothing_to_change(self.merged, section, id_))
        else:
            if not self._on_purpose(entries or {}):
                self.merged.warnings += off_warnings(section, base, entries, id_)
            if section == "rules" and not is_safety(base):
                self._take_out(section, id_.text, id_)
            elif self._override(section, id_, entries):
                if section == "rules":
                    self.merged.switched_off.append((id_.text, content_of_rule(base)))
                self._take_out(section, id_.text, id_)

    def _take_out(self, section: str, id_: str, place: Scalar) -> None:
        """Take out an entry that this layer switches off at ``place``."""
        off: Entries = {"off": (place, Scalar("yes", True, place.span))}
        self._note(section, Scalar(id_, True, place.span), off, new=False)
        self.merged.gone[section, id_] = (self.no, place.span)
        del self.merged.sections[section][id_]

    def _override(self, section: str, id_: Scalar, entries: Entries | None) -> bool:
        """Note why a layer switches off a safety rule or an invariant. ``False`` after reporting that it does not say why."""
        because = _reason((entries or {}).get("because"))
        if because is None:
            what = "a safety rule" if section == "rules" else "an invariant"
            self.report(
                SafetyChanged.at(
                    id_.span,
                    f"`{id_.text}` is {what}; switching it off needs a reason",
                    f"write `{id_.text}: {{off: yes, because: …}}`; decisions will say so",
                )
            )
            return False
        self.merged.overrides.append(Override(id_.text, because, self.layer.label, section == "invariants"))
        return True


def _sections(file: File) -> tuple[tuple[Scalar, Node], ...]:
    return file.root.entries if file.root is not None else ()


def _present(entries: Entries) -> Entries:
    """The entries without the keys whose value is ``null``, which removes a key."""
    empty = [key for key, (_, node) in entries.items() if type(node) is Scalar and node.plain and node.text in NULLS]
    return {key: pair for key, pair in entries.items() if key not in empty} if empty else entries


def _is_unwritten(node: Node) -> bool:
    """Whether there is nothing behind a key, not even the word ``null``, with which an overlay takes something away."""
    return isinstance(node, Scalar) and node.is_null and not node.text.strip()


def _is_off(node: Node) -> bool:
    return type(node) is Scalar and node.plain and node.text == "off"


def _is_yes(node: Node) -> bool:
    return isinstance(node, Scalar) and node.plain and node.text.lower() in ("yes", "true", "on")


def _reason(pair: tuple[Scalar, Node] | None) -> str | None:
    """The reason that an entry gives; ``None`` if it gives none, or one without a letter or a digit."""
    if pair is None or not isinstance(pair[1], Scalar) or pair[1].is_null:
        return None
    return pair[1].text if any(sign.isalnum() for sign in pair[1].text) else None
