"""Read the texts, numbers, names and conditions of an entry of a pack, and report their mistakes."""

from __future__ import annotations

import re
from typing import Final, Literal

from tactful.facts.kinds import parse_number, parse_yes_no
from tactful.language.load.items import Entries, Item
from tactful.language.phrases import common_phrase, parse_phrase, whole
from tactful.language.syntax import Condition, Entry, Group
from tactful.language.terms import Name
from tactful.source.codes.pack import BadName, BadSetting, MissingKey, UnknownKey, WrongShape
from tactful.source.diagnostics import Diagnostic
from tactful.source.nodes import Mapping, Node, Scalar, Sequence

#: Ids of rules and invariants may contain hyphens. Names in conditions and templates may not.
ID: Final = re.compile(r"[a-z][a-z0-9_-]{0,79}")
#: The deepest nesting of conditions.
MAX_DEPTH: Final = 12
NO_CONDITION: Final = Group("all", ())
NEVER_HOLDS: Final = Group("any", ())
#: The ways to combine conditions, and words that mean one of them elsewhere.
_GROUPS: Final[dict[str, Literal["all", "any", "none"]]] = {"all": "all", "any": "any", "none": "none"}
_MEANT: Final = {"and": "all", "or": "any", "not": "none", "either": "any", "neither": "none"}


class EntryReader:
    """Reads the values of an entry and collects mistakes. The base of the readers of all sections."""

    def __init__(self) -> None:
        self.problems: list[Diagnostic] = []

    def report(self, problem: Diagnostic) -> None:
        """Add a mistake to ``problems``."""
        self.problems.append(problem)

    def _id(self, item: Item, form: re.Pattern[str], example: str) -> Name:
        if form.fullmatch(item.id.text) is None:
            self.report(BadName.at(item.id.span, f"`{item.id.text}` is not a valid name", f"write it like `{example}`"))
        return Name(item.id.text, item.id.span)

    def _text(self, entries: Entries, key: str) -> Name | None:
        """The text under ``key``; ``None`` where the key is missing, or after reporting that it has several values."""
        pair = entries.get(key)
        if pair is None:
            return None
        node = pair[1]
        return whole(node) if type(node) is Scalar else self._scalar_text(node, key)

    def _scalar_text(self, node: Node, key: str) -> Name | None:
        if not isinstance(node, Scalar):
            braces = isinstance(node, Mapping) and all(isinstance(v, Scalar) and v.is_null for _, v in node.entries)
            help_ = 'put the sentence in quotes: `"{person.name} …"`' if braces else None
            self.report(WrongShape.at(node.span, f"`{key}` takes one text, not several values", help_))
            return None
        return whole(node)

    def _words(self, entries: Entries, key: str) -> str:
        """As :meth:`_text`, where the place does not matter."""
        pair = entries.get(key)
        if pair is None:
            return ""
        node = pair[1]
        text = node if type(node) is Scalar else self._scalar_text(node, key)
        return "" if text is None else text.text.strip()

    def _required(self, item: Item, key: str, help_: str | None = None) -> Name | None:
        if key not in item.entries:
            self.report(MissingKey.at(item.id.span, f"`{item.id.text}` has no `{key}`", help_))
        return self._text(item.entries, key)

    def _texts(self, node: Node, key: str) -> tuple[Name, ...]:
        """The texts under a key that takes a text or a list of texts."""
        nodes = node.items if isinstance(node, Sequence) else (node,)
        texts = [self._scalar_text(item, key) for item in nodes]
        return tuple(text for text in texts if text is not None)

    # --- conditions ---

    def _condition(self, entries: Entries, key: str, how: Literal["all", "any"], missing: Group) -> Condition:
        if key not in entries:
            return missing
        return self._group(entries[key][1], how, 0)

    def _group(self, node: Node, how: Literal["all", "any", "none"], depth: int) -> Condition:
        """The condition in a node: all lines of a mapping, or the mappings of a list, combined as ``how`` says."""
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
            word = key.text
            if word in _GROUPS:
                how = _GROUPS[word]
                self._wants_list(how, value)
                members.append(self._group(value, how, depth + 1))
            elif word in _MEANT:
                help_ = f"did you mean `{_MEANT[word]}`?"
                self.report(UnknownKey.at(key.span, f"`{word}` means nothing here", help_))
            else:
                members.append(self._phrases(key, value))
        return Group("all", tuple(members))

    def _phrases(self, field: Scalar, value: Node) -> Condition:
        """What a phrase, or any phrase of a list, says of a field."""
        name = whole(field)
        if type(value) is Scalar and (common := common_phrase(value)) is not None:  # as most are
            return Entry(name, common, value.text, value.span)
        phrases = parse_phrase(value, self.report)
        entries = tuple([Entry(name, parsed.phrase, parsed.text, parsed.span) for parsed in phrases])
        return entries[0] if len(entries) == 1 else Group("any", entries)

    def _wants_list(self, how: str, node: Node) -> None:
        """Report a mapping with several lines under ``any`` or ``none``, because it would mean that all lines hold."""
        if how != "all" and isinstance(node, Mapping) and len(node.entries) > 1:
            self.report(WrongShape.at(node.span, f"`{how}` takes a list", "put `- ` before each of its lines"))

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

    def _number(self, entries: Entries, key: str, low: int, high: int) -> int | None:
        text = self._text(entries, key)
        if text is None:
            return None
        number = parse_number(text.text)
        if not isinstance(number, int) or not low <= number <= high:
            self.report(
                BadSetting.at(text.span, f"`{key}` is `{text.text}`", f"write a whole number from {low} to {high}")
            )
            return None
        return number

    def _yes_no(self, entries: Entries, key: str) -> bool:
        text = self._text(entries, key)
        answer = False if text is None else parse_yes_no(text.text)
        if answer is None and text is not None:
            self.report(BadSetting.at(text.span, f"`{key}` is `{text.text}`", "write `yes` or leave it out"))
        return bool(answer)
