"""Parts of a file of examples, strictly read: every mistake is noted with its place."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from tactful.facts.calendars import Calendar
from tactful.facts.kinds import parse_number, parse_yes_no
from tactful.facts.near import moment_help
from tactful.facts.reading.moments import parse_date, parse_moment, seconds_of
from tactful.language.ir import CheckedPack
from tactful.language.terms import MODALITIES, Modality
from tactful.source.codes.examples import (
    BadExampleValue,
    ExampleShape,
    IncompleteExample,
    UnknownExampleKey,
    UnknownExampleName,
)
from tactful.source.diagnostics import Code, Diagnostic, Span
from tactful.source.nodes import Mapping, Node, Scalar, Sequence
from tactful.source.suggest import did_you_mean, did_you_mean_part
from tactful.testing.examples.model import Deadline, Due, DueOn, Expected, Forbidden, Lost, Named, NoDeadline, Reference

Entries = dict[str, tuple[Scalar, Node]]
EXPECTED_KEYS: Final = (*MODALITIES, "to", "by", "rules", "rank", "steps", "without steps", "instead of")
NEVER_KEYS: Final = (*MODALITIES, "to")
LOST_KEYS: Final = (*MODALITIES, "to", "by rule")
MOMENT_HELP: Final = "write it like `2026-11-23T10:00:00-05:00`; without an offset it is on the candidate's clock"

#: Words that people write for keys of an example.
_SYNONYMS: Final = {
    "at": ("now", "when", "date", "moment"),
    "expect": ("expected", "advice", "then"),
    "never": ("not", "must_not", "forbidden"),
    "nothing else": ("only", "exactly"),
    "case": ("given", "for"),
}


class Parts:
    """Reads the parts of a file of examples. For a part with a mistake, notes the mistake and returns ``None``."""

    def __init__(self, checked: CheckedPack) -> None:
        self.checked = checked
        self.problems: list[Diagnostic] = []

    def report(self, code: type[Code], span: Span | None, message: str, help_: str | None = None) -> None:
        """Note a mistake."""
        self.problems.append(code.at(span, message, help_))

    # --- structure ---

    def entries(self, node: Node, part: str, known: tuple[str, ...]) -> Entries | None:
        """A mapping's entries. Unknown keys are mistakes."""
        if not isinstance(node, Mapping):
            self.report(ExampleShape, node.span, f"{part} is a mapping", f"with keys such as `{known[0]}:`")
            return None
        for key, _ in node.entries:
            if key.text not in known:
                meant = next((name for name, words in _SYNONYMS.items() if name in known and key.text in words), None)
                help_ = f"did you mean `{meant}`?" if meant else did_you_mean(key.text, known)
                help_ = help_ or "the keys are " + ", ".join(f"`{name}`" for name in known)
                self.report(UnknownExampleKey, key.span, f"`{key.text}` means nothing in {part}", help_)
        return {key.text: (key, value) for key, value in node.entries if key.text in known}

    def by_name(self, node: Node, part: str) -> Iterator[tuple[Scalar, Node]]:
        """The entries of a mapping whose keys are names; nothing where it is empty."""
        if isinstance(node, Mapping):
            yield from node.entries
        elif not (isinstance(node, Scalar) and node.is_null):
            self.report(ExampleShape, node.span, f"`{part}` is a mapping from names to values")

    def items(self, node: Node, part: str) -> tuple[Node, ...]:
        """A list's items."""
        if isinstance(node, Sequence):
            return node.items
        self.report(
            ExampleShape, node.span, f"`{part}` is a list", "put it in brackets, or `- ` before each of its lines"
        )
        return ()

    def listed(self, entries: Entries, key: str) -> tuple[Node, ...]:
        """The items of the list under a key; empty where there is no such key."""
        return self.items(entries[key][1], key) if key in entries else ()

    def text(self, node: Node, part: str) -> str | None:
        """A single value."""
        if isinstance(node, Scalar):
            return node.text
        self.report(ExampleShape, node.span, f"`{part}` takes one text, not several values")
        return None

    def texts(self, entries: Entries, key: str) -> tuple[str, ...]:
        """A list of texts; empty where there is no such key."""
        texts = [self.text(item, key) for item in self.listed(entries, key)]
        return tuple(text for text in texts if text is not None)

    def yes_no(self, entries: Entries, key: str) -> bool:
        """A yes or a no; no where there is no such key."""
        if key not in entries:
            return False
        text = self.text(entries[key][1], key)
        answer = None if text is None else parse_yes_no(text)
        if answer is None and text is not None:
            self.report(BadExampleValue, entries[key][1].span, f"`{key}` is `{text}`", "write `yes` or leave it out")
        return bool(answer)

    # --- names ---

    def reference(self, node: Node, part: str) -> Named | None:
        """``call`` or ``call:dana``."""
        if isinstance(node, Mapping):
            self.report(
                ExampleShape, node.span, f"`{part}` takes actions", "write `call`, or `call:dana` for one person"
            )
            return None
        text = self.text(node, part)
        if text is None:
            return None
        action, _, target = text.partition(":")
        if not self.action(action.strip(), node.span):
            return None
        return Named(Reference(action.strip(), target.strip() or None), node.span)

    def references(self, entries: Entries, key: str) -> tuple[Named, ...]:
        """A list of references."""
        references = [self.reference(item, key) for item in self.listed(entries, key)]
        return tuple(reference for reference in references if reference is not None)

    def action(self, name: str, span: Span) -> bool:
        """Whether the pack has the action."""
        return self._known(name, self.checked.actions, "action", span)

    def rule(self, name: str, span: Span) -> bool:
        """Whether the pack has the rule."""
        return self._known(name, [rule.id for rule in self.checked.rules], "rule", span)

    def _known(self, name: str, known: Collection[str], kind: str, span: Span) -> bool:
        if name in known:
            return True
        help_ = did_you_mean_part(name, known) or ("`tactful rules` lists them" if kind == "rule" else None)
        self.report(UnknownExampleName, span, f"the pack has no {kind} `{name}`", help_)
        return False

    def _concluded(self, entries: Entries, node: Node, part: str) -> tuple[Modality, Reference] | None:
        """``should: call`` with its ``to``."""
        modalities = [modality for modality in MODALITIES if modality in entries]
        if len(modalities) != 1 and isinstance(node, Mapping) and len(entries) < len(node.entries):
            return None  # a key that is misspelt, which is told
        if len(modalities) != 1:
            self.report(IncompleteExample, node.span, f"{part} needs one conclusion", "such as `should: call`")
            return None
        modality = modalities[0]
        action_node = entries[modality][1]
        action = self.text(action_node, modality)
        if action is None or not self.action(action, action_node.span):
            return None
        target = self.text(entries["to"][1], "to") if "to" in entries else None
        return modality, Reference(action, target)

    # --- expectations ---

    def expected(self, node: Node, calendar: Calendar) -> Expected | None:
        """An expected piece of advice."""
        entries = self.entries(node, "an expectation", EXPECTED_KEYS)
        concluded = None if entries is None else self._concluded(entries, node, "an expectation")
        if entries is None or concluded is None:
            return None
        rules = self.texts(entries, "rules")
        for item in self.listed(entries, "rules"):
            if isinstance(item, Scalar):
                self.rule(item.text, item.span)
        return Expected(
            modality=concluded[0],
            reference=concluded[1],
            span=node.span,
            by=self._deadline(entries, calendar),
            rules=rules,
            rank=self._rank(entries),
            steps=self.texts(entries, "steps"),
            without_steps=self.texts(entries, "without steps"),
            instead_of=tuple(named.reference for named in self.references(entries, "instead of")),
        )

    def lost(self, node: Node) -> Lost | None:
        """A conclusion that is expected to be set aside."""
        entries = self.entries(node, "an entry of `set aside`", LOST_KEYS)
        concluded = None if entries is None else self._concluded(entries, node, "an entry of `set aside`")
        if entries is None or concluded is None:
            return None
        rule = self.text(entries["by rule"][1], "by rule") if "by rule" in entries else None
        if rule is not None and not self.rule(rule, entries["by rule"][1].span):
            return None
        return Lost(concluded[0], concluded[1], rule, node.span)

    def forbidden(self, node: Node) -> Forbidden | None:
        """An action that must not be recommended, or a conclusion that must not be drawn."""
        if not isinstance(node, Mapping):
            named = self.reference(node, "never")
            return None if named is None else Forbidden(None, named.reference, named.span)
        entries = self.entries(node, "an entry of `never`", NEVER_KEYS)
        concluded = None if entries is None else self._concluded(entries, node, "an entry of `never`")
        return None if concluded is None else Forbidden(concluded[0], concluded[1], node.span)

    def _rank(self, entries: Entries) -> int | None:
        if "rank" not in entries:
            return None
        text = self.text(entries["rank"][1], "rank")
        number = None if text is None else parse_number(text)
        if not isinstance(number, int) or number < 1:
            self.report(BadExampleValue, entries["rank"][1].span, f"`rank` is `{text}`", "1 is the most important")
            return None
        return number

    def _deadline(self, entries: Entries, calendar: Calendar) -> Deadline | None:
        if "by" not in entries:
            return None
        node = entries["by"][1]
        text = self.text(node, "by")
        if text == "none":
            return NoDeadline()
        day = None if text is None else parse_date(text)
        if day is not None:
            return DueOn(day)
        moment = self.moment(node, "by", calendar)
        return None if moment is None else Due(moment)

    def moment(self, node: Node, part: str, calendar: Calendar) -> int | None:
        """A moment in seconds since 1970; without an offset it is read on ``calendar``'s clock."""
        text = self.text(node, part)
        if text is None:
            return None
        moment = parse_moment(text)
        if moment is None:
            meant = moment_help(text, day_will_do=False)
            near = MOMENT_HELP if meant.startswith("write it like") else meant
            help_ = near if part == "at" else f"{near}; or a day, or `none`"
            self.report(BadExampleValue, node.span, f"`{part}` is `{text}`, which is not a moment", help_)
            return None
        return seconds_of(moment, calendar)
