"""What taking any entry of a pack apart needs: texts, numbers, names and conditions, and mistakes noted."""

from __future__ import annotations

import re
from typing import Final, Literal

from tactful.facts.kinds import parse_number, parse_yes_no
from tactful.language.load.merge import Entries, Item
from tactful.language.phrases import Text, parse_phrase
from tactful.language.syntax import Condition, Entry, Group
from tactful.language.terms import Name
from tactful.source.codes.pack import BadName, BadSetting, MissingKey, UnknownKey, WrongShape
from tactful.source.diagnostics import Diagnostic
from tactful.source.nodes import Mapping, Node, Scalar, Sequence

#: Ids of rules and invariants may have hyphens; names that stand in conditions and templates may not.
ID: Final = re.compile(r"[a-z][a-z0-9_-]{0,79}")
#: How deep conditions may nest.
MAX_DEPTH: Final = 12
NO_CONDITION: Final = Group("all", ())
NEVER_HOLDS: Final = Group("any", ())


class Parts:
    """The common part of everything that takes entries apart."""

    def __init__(self) -> None:
        self.problems: list[Diagnostic] = []

    def report(self, problem: Diagnostic) -> None:
        """Note a mistake."""
        self.problems.append(problem)

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
