"""Safety rules stay as written, whichever packs are merged below them, above them or into the same pack.

A view is the result of merging some of the layers: each layer with the layers that it builds on, and each beginning of the
merge order. A safety rule of a view is a claim: the rule as written there, the facts that it reads as they are defined
there, and the actions in the families that it forbids. After merging, each claim has to hold in the merged pack, unless the
rule was switched off with a reason.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

import msgspec

from tactful.facts.fields import given_fields
from tactful.facts.kinds import parse_yes_no
from tactful.facts.working_time import DEFAULT
from tactful.language.ir.reads import reached
from tactful.language.load.edits import Content, Edit, History, content_of
from tactful.language.load.items import Item
from tactful.language.terms import MAX_FAMILY
from tactful.source.codes.pack import SafetyChanged
from tactful.source.diagnostics import Diagnostic
from tactful.source.nodes import Mapping as MappingNode
from tactful.source.nodes import Scalar

Report = Callable[[Diagnostic], None]
#: The content of a rule, by key, without the keys that any pack may change.
RuleContent = Mapping[str, Content]

#: The keys of a safety rule that other packs may change: never its conditions, and never its sentence.
SAFE_TO_CHANGE: Final = ("about", "source", "group", "priority")
#: The keys of facts that do not change which values they have.
_WORDS: Final = ("about", "ask", "unit", "mutability")
#: What conditions say if whether they hold depends on a calendar: its days off, its office hours or its country.
_COUNTED: Final = re.compile(r"\bbusiness days?\b|\bbusiness_day\b|\bnext office time\b|\.country\b")
_FIELD: Final = re.compile(r"\b([a-z_]+)\.([a-z][a-z0-9_]*)")


Sections = Mapping[str, Mapping[str, Item]]


class View(msgspec.Struct, frozen=True):
    """The merged sections of some layers, given by their numbers."""

    layers: frozenset[int]
    sections: Sections


def is_safety(item: Item) -> bool:
    """Whether a rule is a safety rule."""
    pair = item.entries.get("safety")
    return pair is not None and isinstance(pair[1], Scalar) and parse_yes_no(pair[1].text.strip()) is True


def content_of_rule(item: Item) -> RuleContent:
    """The content of a rule, by key, without the keys that any pack may change."""
    return _content_without(item, SAFE_TO_CHANGE)


def _content_without(item: Item, keys: tuple[str, ...]) -> dict[str, Content]:
    """The content of an entry by key, with the conditions that overlays add, and without some keys."""
    kept = {key: content_of(node) for key, (_, node) in item.entries.items() if key not in keys}
    for key, node in item.added:
        kept[key.text] = (kept.get(key.text), content_of(node))
    return kept


class SafetyCheck:
    """Compares the safety rules of each view with a merged pack, and reports each that was changed."""

    def __init__(
        self, merged: View, switched_off: Iterable[tuple[str, RuleContent]], history: History, report: Report
    ) -> None:
        """``switched_off``: ids and contents of the safety rules that were switched off with a reason."""
        self._merged, self._history, self._report = merged, history, report
        self._off: dict[str, list[RuleContent]] = {}
        for id_, content in switched_off:
            self._off.setdefault(id_, []).append(content)

    def check(self, view: View) -> None:
        """Report every safety rule of a view that the merged pack loosens."""
        rules = {
            id_: item
            for id_, item in view.sections["rules"].items()
            if is_safety(item) and content_of_rule(item) not in self._off.get(id_, [])
        }
        for id_, item in rules.items():
            self._rule(id_, item, view)
        for name in sorted(_names_read(rules.values(), view.sections)):
            self._fact(name, view)
        self._calendars(rules, view)
        forbidden = {action for item in rules.values() for action in _forbidden(item)}
        self._families(forbidden, view)
        for action in sorted(forbidden):
            self._action(action, forbidden, view)

    def _rule(self, id_: str, item: Item, view: View) -> None:
        written, merged = content_of_rule(item), self._merged.sections["rules"].get(id_)
        in_force = {} if merged is None else content_of_rule(merged)
        changed = [key for key in {**written, **in_force} if written.get(key) != in_force.get(key)]
        edits = list(self._edits("rules", id_, view))
        for key in changed:
            span = next(
                (edit.place_of(key) for edit in edits if key in edit.keys), edits[0].id if edits else item.id.span
            )
            self._report(
                SafetyChanged.at(
                    span,
                    f"`{id_}` is a safety rule of {_place(item.id)}, and another pack may not change its `{key}`",
                    f"switch it off with `{id_}: {{off: yes, because: …}}` and write a rule of your own under another id",
                )
            )

    def _fact(self, name: str, view: View) -> None:
        before, after = _definition(name, view.sections), _definition(name, self._merged.sections)
        if before is None or before == after:
            return
        owners = [owner for owner in (after and after[1], before[1]) if owner]
        edits = [
            edit
            for owner in owners
            for section in ("facts", "tables", "custom_facts")
            for edit in self._edits(section, owner, view)
        ]
        span = edits[0].id if edits else self._merged.sections[before[0]][before[1]].id.span
        self._report(
            SafetyChanged.at(
                span,
                f"a safety rule reads `{name}`, and another pack may not change it",
                "write a fact of your own under another name",
            )
        )

    def _calendars(self, rules: Mapping[str, Item], view: View) -> None:
        """Report changes of the calendars by which safety rules count. A new calendar counts only in cases that name it."""
        names = (DEFAULT, *(name for name in view.sections["calendars"] if name != DEFAULT))
        changed = [name for name in names if _calendar(name, view.sections) != _calendar(name, self._merged.sections)]
        if not changed:  # mostly; to find a rule that counts takes a while
            return
        counting = next((id_ for id_, item in rules.items() if _counts(item, view.sections)), None)
        if counting is None:
            return
        for name in changed:
            edits = list(self._edits("calendars", name, view))
            span = edits[0].id if edits else self._merged.sections["calendars"][name].id.span
            message = (
                f"the safety rule `{counting}` counts by the calendar `{name}`, and another pack may not change it"
            )
            self._report(
                SafetyChanged.at(span, message, "add a calendar under another name, and use that name in cases")
            )

    def _families(self, forbidden: set[str], view: View) -> None:
        """Report actions that are taken out of a family that a safety rule forbids."""
        for action in view.sections["actions"]:
            before = _family(action, view.sections)
            for family in sorted(forbidden.intersection(before).difference(_family(action, self._merged.sections))):
                self._moved(action, family, before, view)

    def _moved(self, action: str, family: str, before: tuple[str, ...], view: View) -> None:
        edits = [edit for member in before for edit in self._edits("actions", member, view) if "is_a" in edit.keys]
        span = edits[0].place_of("is_a") if edits else self._merged.sections["actions"][action].id.span
        message = f"a safety rule forbids `{family}`, and `{action}` may not be taken out of that family"
        self._report(SafetyChanged.at(span, message, "leave `is_a` out, or write an action of your own"))

    def _action(self, action: str, forbidden: set[str], view: View) -> None:
        """Report a change of the label of an action that a safety rule forbids, or of its place among the families."""
        if _label(action, view.sections) != _label(action, self._merged.sections):
            self._changed(action, (action,), "label", "`label`", view)
        before, after = _family(action, view.sections), _family(action, self._merged.sections)
        if before != after and not forbidden.intersection(before).difference(after):
            self._changed(action, before, "is_a", "place in its family", view)

    def _changed(self, action: str, members: tuple[str, ...], key: str, what: str, view: View) -> None:
        edits = [edit for member in members for edit in self._edits("actions", member, view) if key in edit.keys]
        span = edits[0].place_of(key) if edits else self._merged.sections["actions"][action].id.span
        message = f"a safety rule forbids `{action}`, and another pack may not change its {what}"
        self._report(SafetyChanged.at(span, message, f"leave `{key}` out, or write an action of your own"))

    def _edits(self, section: str, id_: str, view: View) -> Iterator[Edit]:
        """The edits of an entry by layers outside a view, the last first."""
        return (edit for edit in reversed(self._history.get((section, id_), ())) if edit.layer not in view.layers)


def _place(id_: Scalar) -> str:
    return f"{id_.span.file}:{id_.span.line}"


def _forbidden(item: Item) -> Iterator[str]:
    """The actions that a safety rule forbids."""
    pair = item.entries.get("then")
    if pair is not None and isinstance(pair[1], MappingNode):
        for key, value in pair[1].entries:
            if key.text in ("must_not", "should_not") and isinstance(value, Scalar):
                yield value.text.strip()


def _names_read(rules: Iterable[Item], sections: Sections) -> set[str]:
    """The custom and computed facts that rules read, directly or through computed facts, as their conditions name them."""
    named = [name for item in rules for name in _names_in(tuple(content_of_rule(item).values()))]
    return reached(named, lambda name: _names_in_definition(name, sections))


def _names_in_definition(name: str, sections: Sections) -> Iterator[str]:
    definition = _definition(name, sections)
    return iter(()) if definition is None else _names_in(definition[2])


def _names_in(content: Content) -> Iterator[str]:
    for text in _texts(content):
        yield from (match.group() for match in _FIELD.finditer(text))


def _definition(name: str, sections: Sections) -> tuple[str, str, Content] | None:
    """The section, id and content of the entry that a name stands for; ``None`` for a given fact and an unknown name."""
    entity, _, field = name.partition(".")
    if field in given_fields().get(entity, {}):
        return None
    for section in ("custom_facts", "facts", "tables"):
        item = sections[section].get(name)
        if item is not None:
            return section, name, tuple(sorted(_content_without(item, _WORDS).items(), key=lambda pair: pair[0]))
    return _definition(f"person.{field}", sections) if entity == "interviewer" else None


def _counts(item: Item, sections: Sections) -> bool:
    """Whether the days on which a rule holds follow from a calendar, directly or through facts."""
    conditions = tuple(_content_without(item, (*SAFE_TO_CHANGE, "because", "by")).values())
    named = reached(_names_in(conditions), lambda name: _names_in_definition(name, sections))
    definitions = [definition[2] for name in sorted(named) if (definition := _definition(name, sections)) is not None]
    return any(_COUNTED.search(text) for content in (conditions, *definitions) for text in _texts(content))


def _texts(content: Content) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif content is not None:
        for member in content:
            yield from _texts(member)


def _calendar(name: str, sections: Sections) -> Mapping[str, Content]:
    """What a calendar says, apart from ``about``."""
    item = sections["calendars"].get(name)
    return {} if item is None else _content_without(item, ("about",))


def _label(action: str, sections: Sections) -> Content:
    """The label of an action."""
    item = sections["actions"].get(action)
    pair = None if item is None else item.entries.get("label")
    return None if pair is None else content_of(pair[1])


def _family(action: str, sections: Sections) -> tuple[str, ...]:
    """The action and the actions that it is a kind of."""
    family: list[str] = []
    at: str | None = action
    while at is not None and at in sections["actions"] and at not in family and len(family) <= MAX_FAMILY:
        family.append(at)
        pair = sections["actions"][at].entries.get("is_a")
        at = pair[1].text.strip() if pair is not None and isinstance(pair[1], Scalar) else None
    return tuple(family)
