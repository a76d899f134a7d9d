"""Read merged nodes into a written pack."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Final, Literal, TypeVar, get_args

import msgspec

from tactful.facts.dates import parse_date
from tactful.facts.near import date_help
from tactful.language.load.entries import NO_CONDITION
from tactful.language.load.expressions import WAYS, read_expression, read_keyed
from tactful.language.load.files import Layer
from tactful.language.load.invariants import InvariantReader
from tactful.language.load.items import Entries, Item
from tactful.language.load.keys import LEAVES
from tactful.language.load.limits import A_WEEK, CHANNELS, QUIET
from tactful.language.load.merge import NAMED, merge_layers
from tactful.language.load.merged import Merged
from tactful.language.load.rules import RuleReader
from tactful.language.phrases import parse_phrase, whole
from tactful.language.syntax import (
    Action,
    Calendar,
    Cell,
    ChannelFamilies,
    ComputedFact,
    CustomFact,
    DerivedFact,
    FieldNote,
    Group,
    Leaves,
    OrderKey,
    Pack,
    Table,
    TableRow,
)
from tactful.language.terms import DatedValue, Definition, Name, Parameter
from tactful.source.codes.conditions import MalformedPhrase
from tactful.source.codes.pack import BadName, BadSetting, MissingKey, UnknownKey, WrongShape
from tactful.source.codes.text import TooLarge
from tactful.source.nodes import Mapping, Node, Scalar, Sequence
from tactful.source.suggest import did_you_mean

T = TypeVar("T")
#: Names of parameters and actions, and ids of facts.
NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,79}")
FACT: Final = re.compile(r"[a-z_]+\.[a-z][a-z0-9_]{0,79}")
#: The most entries that a section may have.
MAX_ITEMS: Final = 5_000
#: What other tables have for a cell that matches everything.
_ANY: Final = ("", "*", "-", "–", "_", "any", "all", "anything", "everything", "else", "default", "otherwise")
#: The most rows that a table may have.
MAX_ROWS: Final = 1_000
Aggregation = Literal["exists", "none", "count", "latest", "earliest", "sum", "when"]
AGGREGATIONS: Final[tuple[Aggregation, ...]] = get_args(Aggregation)


def build_pack(layers: list[Layer]) -> Pack:
    """Merge the layers and read all of their entries. What cannot be read is left out and reported in ``mistakes``."""
    return _Builder(layers).build()


def _of_message(node: Node) -> Node:
    """Lines about a message that may leave out ``message.`` before its fields."""
    if not isinstance(node, Mapping):
        return node
    entries = (
        (key if "." in key.text else msgspec.structs.replace(key, text=f"message.{key.text}"), value)
        for key, value in node.entries
    )
    return Mapping(tuple(entries), node.span)


def _old_actions(merged: Merged) -> dict[str, tuple[str, ...]]:
    """The names that actions had before, by their present names."""
    later = {old: new for _, kind, old, new in merged.renamed if kind == "actions"}
    names: dict[str, tuple[str, ...]] = {}
    for old in sorted(later):
        present, seen = later[old], {old}
        while present in later and present not in seen:
            seen.add(present)
            present = later[present]
        names[present] = (*names.get(present, ()), old)
    return names


class _Builder(RuleReader, InvariantReader):
    def __init__(self, layers: list[Layer]) -> None:
        super().__init__()
        self.files = [file for layer in layers for file in layer.files]
        self.sources = {file.name: file.text for file in self.files}
        self.own = tuple(file.name for layer in layers if layer.named for file in layer.files)
        self.over = tuple(file.name for layer in layers if layer.named and layer.overlay for file in layer.files)
        self.merged: Merged = merge_layers(layers, self.report)
        self.unread: set[str] = set(self.merged.unread)
        for file in self.files:
            self.problems.extend(file.mistakes)

    def build(self) -> Pack:
        merged = self.merged
        digest = hashlib.sha256()
        for file in self.files:
            data = file.text.encode()
            digest.update(len(data).to_bytes(8, "big") + data)
        pack = Pack(
            name=merged.name,
            version=merged.version,
            digest=f"sha256:{digest.hexdigest()}",
            parameters=self._all("parameters", self._parameter),
            calendars=self._all("calendars", self._calendar),
            custom_facts=self._all("custom_facts", self._custom_fact),
            fields=self._all("fields", self._field),
            facts=self._all("facts", self._fact),
            tables=self._all("tables", self._table),
            actions=self._all("actions", self._action),
            rules=self._all("rules", self._rule),
            invariants=self._all("invariants", self._invariant),
            overrides=tuple(merged.overrides),
            definitions={
                id_: Definition(section, item.id.span, item.entries, item.added)
                for section, items in merged.sections.items()
                for id_, item in items.items()
            },
            sources=self.sources,
            own=self.own,
            laid_over=self.over,
            channels=self._channels(),
            quiet_channels=self._quiet_channels(),
            messages_a_week=self._number(self.merged.safety, A_WEEK, 1, 1000),
            warnings=tuple(merged.warnings),
            old_names=tuple(merged.old_names),
            old_actions=_old_actions(merged),
        )
        return msgspec.structs.replace(pack, mistakes=tuple(self.problems), unread=frozenset(self.unread))

    def _all(self, section: str, build: Callable[[Item], T | None]) -> tuple[T, ...]:
        items = self.merged.sections[section]
        if len(items) > MAX_ITEMS:
            self.report(BadSetting.at(None, f"more than {MAX_ITEMS} entries under `{section}`"))
            return ()
        built = {id_: build(items[id_]) for id_ in sorted(items)}
        self.unread.update(id_ for id_, entry in built.items() if entry is None and section in NAMED)
        return tuple(entry for entry in built.values() if entry is not None)

    def _channels(self) -> tuple[ChannelFamilies, ...]:
        """The families that actions of each channel belong to."""
        node = self.merged.safety[CHANNELS][1] if CHANNELS in self.merged.safety else None
        pairs = sorted(node.entries, key=lambda pair: pair[0].text) if isinstance(node, Mapping) else ()
        return tuple(ChannelFamilies(channel.text, self._texts(families, channel.text)) for channel, families in pairs)

    def _quiet_channels(self) -> tuple[Name, ...]:
        """The channels that nobody minds."""
        return self._texts(self.merged.safety[QUIET][1], QUIET) if QUIET in self.merged.safety else ()

    # --- sections ---

    def _parameter(self, item: Item) -> Parameter | None:
        entries = item.entries
        name, about = self._id(item, NAME, "thank_you_within"), self._words(entries, "about")
        adjustable = self._bounds(entries)
        if "values" in entries and "value" in entries:
            message = f"`{item.id.text}` has both `value` and `values`"
            help_ = "write `value`, or `values` with the day from which each counts"
            self.report(BadSetting.at(entries["value"][0].span, message, help_))
        if "values" in entries:
            dated = self._dated(entries["values"][1])
            first = tuple(value.value for value in dated[:1])
            return Parameter(name, first, False, about, self._words(entries, "source"), dated, adjustable)
        if "value" not in entries:
            self.report(MissingKey.at(item.id.span, f"`{item.id.text}` has no `value`"))
            return None
        node = entries["value"][1]
        value = self._texts(node, "value")
        is_list = isinstance(node, Sequence)
        return Parameter(name, value, is_list, about, self._words(entries, "source"), (), adjustable)

    def _dated(self, node: Node) -> tuple[DatedValue, ...]:
        """The values of a parameter by the day on which they come into force, the first day first."""
        if not isinstance(node, Mapping) or not node.entries:
            self.report(WrongShape.at(node.span, "`values` is a mapping from days to values", "`{2027-01-01: 3 days}`"))
            return ()
        dated = []
        for day, content in node.entries:
            entries: Entries = (
                {key.text: (key, value) for key, value in content.entries} if isinstance(content, Mapping) else {}
            )
            for key, _ in entries.values():
                if key.text not in ("value", "source"):
                    self.report(
                        UnknownKey.at(key.span, f"`{key.text}` means nothing here", "write `value` or `source`")
                    )
            value = self._text(entries, "value") if entries else self._scalar_text(content, "values")
            if parse_date(day.text.strip()) is None:
                self.report(BadSetting.at(day.span, f"`{day.text}` is not a date", date_help(day.text.strip())))
            elif value is None:
                self.report(MissingKey.at(day.span, f"`{day.text}` has no `value`"))
            else:
                dated.append(DatedValue(whole(day), value, self._words(entries, "source")))
        return tuple(sorted(dated, key=lambda value: value.day.text))

    def _bounds(self, entries: Entries) -> tuple[Name, Name] | None:
        """The bounds of an adjustable parameter."""
        if "adjustable" not in entries:
            return None
        node = entries["adjustable"][1]
        bounds: Entries = {key.text: (key, value) for key, value in node.entries} if isinstance(node, Mapping) else {}
        if set(bounds) != {"from", "to"}:
            self.report(
                WrongShape.at(node.span, "`adjustable` has two bounds", "`adjustable: {from: 3 days, to: 3 weeks}`")
            )
            return None
        low, high = self._text(bounds, "from"), self._text(bounds, "to")
        return None if low is None or high is None else (low, high)

    def _calendar(self, item: Item) -> Calendar:
        entries = item.entries

        def texts(key: str) -> tuple[Name, ...]:
            return self._texts(entries[key][1], key) if key in entries else ()

        return Calendar(
            name=self._id(item, NAME, "acme"),
            about=self._words(entries, "about"),
            country=self._text(entries, "country"),
            weekend=texts("weekend") if "weekend" in entries else None,
            days_off=texts("days off"),
            working_days=texts("working days"),
            office_hours=self._text(entries, "office hours"),
        )

    def _custom_fact(self, item: Item) -> CustomFact | None:
        entity, _, field = item.id.text.partition(".")
        if NAME.fullmatch(field) is None:
            self.report(BadName.at(item.id.span, f"`{field}` is not a valid name", "write it like `portal_url`"))
        listed = item.entries.get("type")
        if listed is not None and isinstance(listed[1], Sequence):
            help_ = "for one of several values, write `{type: one of, values: […]}`"
            self.report(WrongShape.at(listed[1].span, "`type` takes one text, not several values", help_))
            return None
        type_ = self._required(item, "type")
        if type_ is None:
            return None
        values = self._texts(item.entries["values"][1], "values") if "values" in item.entries else ()
        unit, about = self._words(item.entries, "unit"), self._words(item.entries, "about")
        names = Name(entity, item.id.span), Name(field, item.id.span)
        return CustomFact(*names, type_, values, unit, about, self._note(item))

    def _field(self, item: Item) -> FieldNote | None:
        return self._note(item) if self._is_fact(item) else None

    def _note(self, item: Item) -> FieldNote:
        entries = item.entries
        return FieldNote(
            name=Name(item.id.text, item.id.span),
            ask=self._text(entries, "ask"),
            ask_when=self._condition(entries, "ask when", "all", NO_CONDITION) if "ask when" in entries else None,
            usually=self._phrases(item.id, entries["usually"][1]) if "usually" in entries else None,
            mutability=self._text(entries, "mutability"),
        )

    def _is_fact(self, item: Item) -> bool:
        if FACT.fullmatch(item.id.text) is None:
            self.report(
                BadName.at(
                    item.id.span, f"`{item.id.text}` is not a valid name of a fact", "write it like `person.thanked`"
                )
            )
            return False
        return True

    def _fact(self, item: Item) -> ComputedFact | DerivedFact | None:
        if not self._is_fact(item):
            return None
        entries = item.entries
        ways = [key for key in (*AGGREGATIONS, *WAYS) if key in entries]
        if len(ways) != 1:
            self.report(
                BadSetting.at(
                    item.id.span, f"`{item.id.text}` is computed in {len(ways)} ways at once", "write exactly one"
                )
            )
            return None
        about, ask = self._words(entries, "about"), self._words(entries, "ask")
        name = Name(item.id.text, item.id.span)
        how = next((key for key in AGGREGATIONS if key == ways[0]), None)
        if how is None:
            self._refuse(entries, ("where", "unless"), f"a fact with `{ways[0]}`")
            expression = read_keyed(*entries[ways[0]], self.report)
            return None if expression is None else DerivedFact(name, expression, about, ask)
        if how == "when":
            self._refuse(entries, ("where",), "a fact with `when`")
            condition = Group("all", (self._whens(item), Group("none", (self._exceptions(item),))))
            return ComputedFact(name, "when", None, condition, about, ask)
        self._refuse(entries, ("unless",), f"a fact with `{how}`")
        over = self._text(entries, how)
        where = self._condition(entries, "where", "all", NO_CONDITION)
        return None if over is None else ComputedFact(name, how, over, where, about, ask)

    def _table(self, item: Item) -> Table | None:
        entries = item.entries
        gives = self._required(item, "gives", "a table has to be complete: write `by`, `gives` and `rows`")
        if not self._is_fact(item) or gives is None:
            return None
        by = self._texts(entries["by"][1], "by") if "by" in entries else ()
        if not by:
            self.report(MissingKey.at(item.id.span, f"`{item.id.text}` has no `by`", "name the fields of its columns"))
            return None
        if "rows" not in entries:
            self.report(MissingKey.at(item.id.span, f"`{item.id.text}` has no `rows`", "write a list of rows"))
            return None
        rows = entries["rows"][1]
        if not isinstance(rows, Sequence):
            self.report(WrongShape.at(rows.span, "`rows` is a list of rows", "write a row as `[phone_screen, 3 days]`"))
            return None
        if len(rows.items) > MAX_ROWS:
            self.report(TooLarge.at(rows.span, f"a table has more than {MAX_ROWS} rows", "divide it"))
            return None
        otherwise = read_expression(entries["otherwise"][1], self.report) if "otherwise" in entries else None
        read = [self._table_row(row, by) for row in rows.items]
        values = self._texts(entries["values"][1], "values") if "values" in entries else ()
        about, ask = self._words(entries, "about"), self._words(entries, "ask")
        return Table(
            Name(item.id.text, item.id.span),
            by,
            gives,
            values,
            tuple(row for row in read if row is not None),
            otherwise,
            self._yes_no(entries, "only one"),
            about,
            ask,
            entries["otherwise"][1].span if "otherwise" in entries else None,
        )

    def _table_row(self, node: Node, by: tuple[Name, ...]) -> TableRow | None:
        if not isinstance(node, Sequence) or len(node.items) != len(by) + 1:
            wanted = " and ".join((", ".join(f"`{name.text}`" for name in by), "the value"))
            count = f", not {len(node.items)}" if isinstance(node, Sequence) else ""
            message = f"a row of this table has {len(by) + 1} cells{count}"
            self.report(
                WrongShape.at(
                    node.span, message, f"write a cell for each of {wanted}; write `any` to match every value"
                )
            )
            return None
        cells = tuple(self._cell(item) for item in node.items[:-1])
        value = read_expression(node.items[-1], self.report)
        return None if value is None else TableRow(cells, value, node.span)

    def _cell(self, node: Node) -> Cell:
        if isinstance(node, Scalar) and node.plain and node.text.strip() == "any":
            return Cell(())
        if isinstance(node, Scalar) and node.text.strip().lower() in _ANY:
            message = f"`{node.text}` is not a phrase that can be read"
            self.report(MalformedPhrase.at(node.span, message, "did you mean `any`?"))
            return Cell(())
        return Cell(tuple((phrase.phrase, phrase.text, phrase.span) for phrase in parse_phrase(node, self.report)))

    def _action(self, item: Item) -> Action:
        entries = item.entries
        steps = self._texts(entries["steps"][1], "steps") if "steps" in entries else ()
        return Action(
            name=self._id(item, NAME, "send_note"),
            about=self._words(entries, "about"),
            label=self._text(entries, "label"),
            is_a=self._text(entries, "is_a"),
            kind=self._text(entries, "kind"),
            one_per=self._text(entries, "one per"),
            channel=self._text(entries, "channel"),
            steps=steps,
            due=self._text(entries, "due"),
            outside_safety=self._reason(entries, "outside safety"),
            order=self._order(entries),
            occasion=self._texts(entries["occasion"][1], "occasion") if "occasion" in entries else None,
            leaves=self._leaves(entries),
        )

    def _leaves(self, entries: Entries) -> Leaves | None:
        """What doing an action leaves behind; ``None`` if the entry does not say."""
        if "leaves" not in entries:
            return None
        key, node = entries["leaves"]
        if not isinstance(node, Mapping) or not node.entries:
            help_ = "such as `leaves: {message: {kind: thank_you}}`"
            self.report(WrongShape.at(node.span, "`leaves` is a mapping with `message`, `facts` or both", help_))
            return None
        parts = {word.text: (word, value) for word, value in node.entries}
        for word, (at, _) in parts.items():
            if word not in LEAVES:
                help_ = did_you_mean(word, LEAVES) or "an action can leave a `message`, or other `facts`"
                self.report(UnknownKey.at(at.span, f"`{word}` means nothing here", help_))
        message = None
        if "message" in parts:
            at, lines = parts["message"]
            message = self._condition({"message": (at, _of_message(lines))}, "message", "all", NO_CONDITION)
        return Leaves(message, self._condition(parts, "facts", "all", NO_CONDITION), key.span)

    def _order(self, entries: Entries) -> tuple[OrderKey, ...] | None:
        """The fields by which an action's conclusions are sorted; ``None`` if the entry does not say."""
        if "order" not in entries:
            return None
        node = entries["order"][1]
        if not isinstance(node, Sequence):
            help_ = "such as `[{person.last_met: latest first}]`"
            self.report(WrongShape.at(node.span, "`order` is a list of fields, the most important first", help_))
            return ()
        read = [self._order_key(item) for item in node.items]
        return tuple(key for key in read if key is not None)

    def _order_key(self, node: Node) -> OrderKey | None:
        if not isinstance(node, Mapping) or len(node.entries) != 1:
            help_ = "write it like `person.last_met: latest first`"
            self.report(WrongShape.at(node.span, "each entry of `order` is a field and what goes first", help_))
            return None
        ((key, value),) = node.entries
        first = self._scalar_text(value, key.text)
        return None if first is None else OrderKey(Name(key.text, key.span), first)

    def _reason(self, entries: Entries, key: str) -> str | None:
        """The reason under a key; ``None`` where the key is missing, or after reporting that it says nothing."""
        text = self._text(entries, key)
        if text is None or any(sign.isalnum() for sign in text.text):
            return None if text is None else text.text
        self.report(BadSetting.at(text.span, f"`{key}` takes a reason in words", "say why no safety rule is needed"))
        return None
