"""Merged nodes taken apart into a written pack."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Final, Literal, TypeVar, get_args

from tactful.diagnostics import Diagnostic, InvalidInput, Span
from tactful.diagnostics.pack import BadName, BadSetting, MissingKey, UnknownKey, WrongShape
from tactful.load.files import Layer
from tactful.load.merge import NEEDS, Entries, Item, Merged, merge_layers
from tactful.model.written import (
    Action,
    AddsStep,
    Always,
    AtMost,
    ComputedFact,
    Concludes,
    Conclusion,
    Condition,
    CustomFact,
    Deadline,
    Definition,
    Entry,
    FieldNote,
    Group,
    Invariant,
    Modality,
    Name,
    Never,
    Pack,
    Parameter,
    Rule,
)
from tactful.phrases import Text, parse_deadline, parse_phrase
from tactful.source import Mapping, Node, Scalar, Sequence
from tactful.suggest import did_you_mean
from tactful.values import parse_number, parse_yes_no

T = TypeVar("T")
MODALITIES: Final[tuple[Modality, ...]] = get_args(Modality)
#: Ids of rules and invariants may have hyphens; names that stand in conditions and templates may not.
_ID = re.compile(r"[a-z][a-z0-9_-]{0,79}")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,79}")
_FACT = re.compile(r"[a-z_]+\.[a-z][a-z0-9_]{0,79}")
#: How deep conditions may nest, and how many of each thing a pack may have.
MAX_DEPTH: Final = 12
MAX_ITEMS: Final = 5_000
HowFactFollows = Literal["exists", "none", "count", "latest", "earliest", "sum", "when"]
HOW_FACTS_FOLLOW: Final[tuple[HowFactFollows, ...]] = get_args(HowFactFollows)
NO_CONDITION: Final = Group("all", ())
NEVER_HOLDS: Final = Group("any", ())


def build_pack(layers: list[Layer]) -> Pack:
    """Merge the layers and take everything in them apart. Raises :class:`InvalidInput` with all mistakes."""
    builder = _Builder(layers)
    pack = builder.build()
    if builder.problems:
        raise InvalidInput(builder.problems, builder.sources)
    return pack


class _Builder:
    def __init__(self, layers: list[Layer]) -> None:
        self.problems: list[Diagnostic] = []
        self.files = [file for layer in layers for file in layer.files]
        self.sources = {file.name: file.text for file in self.files}
        self.own = tuple(file.name for file in layers[-1].files) if layers else ()
        self.merged: Merged = merge_layers(layers, self.report)

    def report(self, problem: Diagnostic) -> None:
        self.problems.append(problem)

    def build(self) -> Pack:
        merged = self.merged
        digest = hashlib.sha256()
        for file in self.files:
            data = file.text.encode()
            digest.update(len(data).to_bytes(8, "big") + data)
        return Pack(
            name=merged.name,
            version=merged.version,
            digest=f"sha256:{digest.hexdigest()}",
            parameters=self._all("parameters", self._parameter),
            custom_facts=self._all("custom_facts", self._custom_fact),
            fields=self._all("fields", self._field),
            facts=self._all("facts", self._fact),
            actions=self._all("actions", self._action),
            rules=self._all("rules", self._rule),
            invariants=self._all("invariants", self._invariant),
            overrides=tuple(merged.overrides),
            patches=tuple(merged.patches),
            base_families=merged.base_families,
            definitions={
                id_: Definition(section, item.id.span, tuple(key.span for key, _ in item.entries.values()))
                for section, items in merged.sections.items()
                for id_, item in items.items()
            },
            sources=self.sources,
            own=self.own,
        )

    def _all(self, section: str, build: Callable[[Item], T | None]) -> tuple[T, ...]:
        items = self.merged.sections[section]
        if len(items) > MAX_ITEMS:
            self.report(BadSetting.at(None, f"more than {MAX_ITEMS} entries under `{section}`"))
            return ()
        built = [build(items[id_]) for id_ in sorted(items)]
        return tuple(one for one in built if one is not None)

    # --- single parts ---

    def _id(self, item: Item, form: re.Pattern[str], example: str) -> Name:
        if form.fullmatch(item.id.text) is None:
            self.report(
                BadName.at(item.id.span, f"`{item.id.text}` is not written as a name", f"write it like `{example}`")
            )
        return Name(item.id.text, item.id.span)

    def _text(self, entries: Entries, key: str) -> Name | None:
        """The text under ``key``; ``None`` where it is not there or is no single value (which is reported)."""
        if key not in entries:
            return None
        return self._scalar_text(entries[key][1], key)

    def _scalar_text(self, node: Node, key: str) -> Name | None:
        if not isinstance(node, Scalar):
            self.report(WrongShape.at(node.span, f"`{key}` takes one text, not several values"))
            return None
        return Text(node).whole()

    def _words(self, entries: Entries, key: str) -> str:
        found = self._text(entries, key)
        return "" if found is None else found.text

    def _required(self, item: Item, key: str) -> Name | None:
        if key not in item.entries:
            self.report(MissingKey.at(item.id.span, f"`{item.id.text}` has no `{key}`"))
        return self._text(item.entries, key)

    def _texts(self, node: Node, key: str) -> tuple[Name, ...]:
        """One text or a list of them."""
        nodes = node.items if isinstance(node, Sequence) else (node,)
        found = [self._scalar_text(one, key) for one in nodes]
        return tuple(one for one in found if one is not None)

    # --- conditions ---

    def _condition(self, entries: Entries, key: str, how: Literal["all", "any"], missing: Group) -> Condition:
        if key not in entries:
            return missing
        return self._group(entries[key][1], how, 0)

    def _group(self, node: Node, how: Literal["all", "any", "none"], depth: int) -> Condition:
        """A mapping: all of its lines. A list: the mappings in it, joined as ``how`` says."""
        if depth > MAX_DEPTH:
            self.report(BadSetting.at(node.span, f"conditions nest deeper than {MAX_DEPTH}"))
            return NO_CONDITION
        match node:
            case Mapping():
                lines = self._lines(node, depth)
                return lines if how != "none" else Group("none", (lines,))
            case Sequence(items=items):
                return Group(how, tuple(self._group(item, "all", depth + 1) for item in items))
            case Scalar():
                self.report(
                    WrongShape.at(
                        node.span, "a condition is a mapping from fields to phrases", "such as `person.prefers: email`"
                    )
                )
                return NO_CONDITION

    def _lines(self, node: Mapping, depth: int) -> Group:
        members: list[Condition] = []
        for key, value in node.entries:
            match key.text:
                case "all" | "any" | "none" as how:
                    self._wants_list(how, value)
                    members.append(self._group(value, how, depth + 1))
                case _:
                    parsed = parse_phrase(value, self.report)
                    if parsed is not None:
                        span = value.span if not isinstance(value, Scalar) else Text(value).span
                        members.append(Entry(Text(key).whole(), parsed[0], parsed[1], span))
        return Group("all", tuple(members))

    def _wants_list(self, how: str, node: Node) -> None:
        """A mapping of several lines under ``any`` reads as "all of them", which is not what it looks like."""
        if how != "all" and isinstance(node, Mapping) and len(node.entries) > 1:
            self.report(WrongShape.at(node.span, f"`{how}` takes a list", "put `- ` before each of its lines"))

    # --- sections ---

    def _parameter(self, item: Item) -> Parameter | None:
        entries = item.entries
        if "value" not in entries:
            self.report(MissingKey.at(item.id.span, f"`{item.id.text}` has no `value`"))
            return None
        node = entries["value"][1]
        value = self._texts(node, "value")
        name = self._id(item, _NAME, "thank_you_within")
        return Parameter(
            name, value, isinstance(node, Sequence), self._words(entries, "about"), self._words(entries, "source")
        )

    def _custom_fact(self, item: Item) -> CustomFact | None:
        entity, _, field = item.id.text.partition(".")
        if _NAME.fullmatch(field) is None:
            self.report(BadName.at(item.id.span, f"`{field}` is not written as a name", "write it like `portal_url`"))
        type_ = self._required(item, "type")
        if type_ is None:
            return None
        values = self._texts(item.entries["values"][1], "values") if "values" in item.entries else ()
        unit, about = self._words(item.entries, "unit"), self._words(item.entries, "about")
        ask, mutability = self._text(item.entries, "ask"), self._text(item.entries, "mutability")
        names = Name(entity, item.id.span), Name(field, item.id.span)
        return CustomFact(*names, type_, values, unit, about, ask, mutability)

    def _field(self, item: Item) -> FieldNote | None:
        if not self._is_fact(item):
            return None
        ask, mutability = self._text(item.entries, "ask"), self._text(item.entries, "mutability")
        return FieldNote(Name(item.id.text, item.id.span), ask, mutability)

    def _is_fact(self, item: Item) -> bool:
        if _FACT.fullmatch(item.id.text) is None:
            self.report(
                BadName.at(item.id.span, f"`{item.id.text}` is not written as a fact", "write it like `person.thanked`")
            )
            return False
        return True

    def _fact(self, item: Item) -> ComputedFact | None:
        if not self._is_fact(item):
            return None
        entries = item.entries
        found = [key for key in HOW_FACTS_FOLLOW if key in entries]
        if len(found) != 1:
            self.report(
                BadSetting.at(
                    item.id.span, f"`{item.id.text}` follows in {len(found)} ways at once", "give it exactly one"
                )
            )
            return None
        how = found[0]
        about, ask = self._words(entries, "about"), self._words(entries, "ask")
        name = Name(item.id.text, item.id.span)
        if how == "when":
            self._refuse(entries, ("where",), "a fact with `when`")
            condition = self._when_and_unless(entries)
            return ComputedFact(name, "when", None, condition, about, ask)
        self._refuse(entries, ("unless",), f"a fact with `{how}`")
        over = self._text(entries, how)
        where = self._condition(entries, "where", "all", NO_CONDITION)
        return None if over is None else ComputedFact(name, how, over, where, about, ask)

    def _refuse(self, entries: Entries, keys: tuple[str, ...], what: str) -> None:
        for key in keys:
            if key in entries:
                self.report(UnknownKey.at(entries[key][0].span, f"`{key}` means nothing in {what}"))

    def _when(self, entries: Entries) -> Condition:
        return self._condition(entries, "when", "all", NO_CONDITION)

    def _unless(self, entries: Entries) -> Condition:
        return self._condition(entries, "unless", "any", NEVER_HOLDS)

    def _when_and_unless(self, entries: Entries) -> Condition:
        return Group("all", (self._when(entries), Group("none", (self._unless(entries),))))

    def _action(self, item: Item) -> Action:
        entries = item.entries
        steps = self._texts(entries["steps"][1], "steps") if "steps" in entries else ()
        return Action(
            name=self._id(item, _NAME, "send_note"),
            about=self._words(entries, "about"),
            label=self._text(entries, "label"),
            is_a=self._text(entries, "is_a"),
            one_per=self._text(entries, "one per"),
            channel=self._text(entries, "channel"),
            steps=steps,
            due=self._text(entries, "due"),
        )

    def _rule(self, item: Item) -> Rule | None:
        entries = item.entries
        entity, because = self._required(item, "for each"), self._required(item, "because")
        concluded = self._conclusion(item)
        if concluded is None or entity is None or because is None:
            return None
        conclusion, to = concluded
        return Rule(
            id=self._id(item, _ID, "thank-you-note"),
            about=self._words(entries, "about"),
            source=self._words(entries, "source"),
            entity=entity,
            when=self._when(entries),
            unless=self._unless(entries),
            conclusion=conclusion,
            to=self._text(entries, "to") or to,
            by=self._deadline(entries),
            endless=self._is_none(entries),
            because=because,
            priority=self._number(entries, "priority", 0, 100),
            safety=self._yes_no(entries, "safety"),
        )

    def _conclusion(self, item: Item) -> tuple[Conclusion, Name | None] | None:
        if "then" not in item.entries:
            self.report(MissingKey.at(item.id.span, f"`{item.id.text}` has no `then`"))
            return None
        node = item.entries["then"][1]
        if not isinstance(node, Mapping):
            self.report(WrongShape.at(node.span, "`then` is a mapping", "such as `should: call`, or `step:` and `of:`"))
            return None
        entries: Entries = {key.text: (key, value) for key, value in node.entries}
        keys = [key for key in entries if key in MODALITIES or key == "step"]
        allowed = (*MODALITIES, "step", "of", "to")
        for key in entries:
            if key not in allowed or (key == "of" and "step" not in entries):
                help_ = did_you_mean(key, allowed) or "write one of " + ", ".join(f"`{one}`" for one in MODALITIES)
                self.report(UnknownKey.at(entries[key][0].span, f"`{key}` means nothing here", help_))
        if len(keys) != 1:
            self.report(
                BadSetting.at(node.span, "`then` draws exactly one conclusion", "write a rule for each conclusion")
            )
            return None
        return self._concluded(keys[0], entries, node.span)

    def _concluded(self, key: str, entries: Entries, span: Span) -> tuple[Conclusion, Name | None] | None:
        what, to = self._text(entries, key), self._text(entries, "to")
        if key != "step":
            modality: Modality = next(one for one in MODALITIES if one == key)
            return None if what is None else (Concludes(modality, what), to)
        if "of" not in entries:
            self.report(MissingKey.at(span, "a step belongs to an action", "write `of:` and the action's name"))
        action = self._text(entries, "of")
        return None if what is None or action is None else (AddsStep(what, action), to)

    def _is_none(self, entries: Entries) -> bool:
        """Whether the rule says ``by: none``."""
        by = entries.get("by")
        return by is not None and isinstance(by[1], Scalar) and by[1].text == "none"

    def _deadline(self, entries: Entries) -> Deadline | None:
        if "by" not in entries or self._is_none(entries):
            return None
        node = entries["by"][1]
        if not isinstance(node, Scalar):
            self.report(
                WrongShape.at(node.span, "`by` takes one deadline", "such as `2 days after interview.ended_at`")
            )
            return None
        return parse_deadline(node, self.report)

    def _number(self, entries: Entries, key: str, low: int, high: int) -> int | None:
        found = self._text(entries, key)
        if found is None:
            return None
        number = parse_number(found.text)
        if not isinstance(number, int) or not low <= number <= high:
            self.report(
                BadSetting.at(found.span, f"`{key}` is `{found.text}`", f"write a whole number from {low} to {high}")
            )
            return None
        return number

    def _yes_no(self, entries: Entries, key: str) -> bool:
        found = self._text(entries, key)
        answer = False if found is None else parse_yes_no(found.text)
        if answer is None and found is not None:
            self.report(BadSetting.at(found.span, f"`{key}` is `{found.text}`", "write `yes` or leave it out"))
        return bool(answer)

    def _invariant(self, item: Item) -> Invariant | None:
        entity, claim = self._required(item, "for each"), self._claim(item)
        if entity is None or claim is None:
            return None
        id_ = self._id(item, _ID, "never-call-against-preference")
        return Invariant(id_, self._words(item.entries, "about"), entity, self._when_and_unless(item.entries), claim)

    def _claim(self, item: Item) -> Never | Always | AtMost | None:
        entries = item.entries
        claims = [key for key in NEEDS["invariants"] if key in entries]
        if len(claims) != 1:
            self.report(
                BadSetting.at(item.id.span, f"`{item.id.text}` makes {len(claims)} claims at once", "state one in each")
            )
            return None
        if claims[0] != "at most":
            self._refuse(entries, ("of",), f"an invariant with `{claims[0]}`")
        match claims[0]:
            case "never":
                return Never(self._texts(entries["never"][1], "never"))
            case "always":
                return self._always(entries["always"][1])
            case _:
                count, action = self._number(entries, "at most", 0, 1000), self._required(item, "of")
                return None if count is None or action is None else AtMost(count, action)

    def _always(self, node: Node) -> Always | None:
        if isinstance(node, Mapping) and len(node.entries) == 1:
            key, value = node.entries[0]
            modality = next((one for one in MODALITIES if one == key.text), None)
            action = self._scalar_text(value, "always")
            if modality is not None and action is not None:
                return Always(modality, action)
        self.report(WrongShape.at(node.span, "`always` takes one conclusion", "such as `always: {must_not: resign}`"))
        return None
