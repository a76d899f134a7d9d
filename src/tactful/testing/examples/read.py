"""A file of examples read: cases read, changes made, names looked up. All mistakes are reported."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from tactful.api.policy import Policy
from tactful.facts.edit import changed
from tactful.facts.kinds import parse_yes_no
from tactful.facts.paths import find_spot, read_value
from tactful.facts.reading.moments import epoch_seconds, parse_moment
from tactful.facts.rows import Case
from tactful.facts.shape import CaseShape
from tactful.reasons.records.why import UnknownName
from tactful.reasons.why.question import rows_named
from tactful.source.codes.examples import (
    BadExampleValue,
    ExampleShape,
    IncompleteExample,
    UnknownExampleName,
    UnreadableExamples,
)
from tactful.source.diagnostics import Diagnostic, InvalidInput, Span
from tactful.source.nodes import Mapping, Node, Scalar, Sequence
from tactful.source.parse_json import parse_json
from tactful.source.suggest import did_you_mean
from tactful.testing.examples.entries import Entries, Parts
from tactful.testing.examples.files import KEYS, ExampleFile, read_text, read_yaml
from tactful.testing.examples.model import Example

EXPECTATIONS: Final = ("expect", "never", "order", "set aside", "nothing else")
EXAMPLE_KEYS: Final = ("about", "case", "add", "set", "at", *EXPECTATIONS)
#: The lists of a case that an example can add to.
LISTS: Final = ("applications", "people", "interviews", "messages")
_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LIST: Final = re.compile(r"(?:application\[([^\[\]]*)\]\.)?([a-z_]+)")


def read_examples(policy: Policy, file: ExampleFile) -> tuple[Example, ...]:
    """The examples of a file, in its order. Raises :class:`InvalidInput` with every mistake."""
    reader = _Reader(policy, file)
    examples = reader.examples()
    if reader.parts.problems:
        raise InvalidInput(reader.parts.problems, reader.sources)
    return examples


class _Reader:
    def __init__(self, policy: Policy, file: ExampleFile) -> None:
        self._policy, self._file = policy, file
        self.parts = Parts(policy.checked)
        self.sources = {file.name: file.text}
        #: The cases by name; ``None`` for a case that cannot be read, which is reported once.
        self._cases: dict[str, Node | None] = {}
        #: The names of cases that examples use.
        self._used: set[str] = set()
        #: The parsed case files, by path.
        self._files: dict[Path, Node | None] = {}

    def examples(self) -> tuple[Example, ...]:
        """All examples that can be read."""
        entries = self.parts.entries(self._file.root, "a file of examples", KEYS) or {}
        if "cases" in entries:
            for name, node in self.parts.by_name(entries["cases"][1], "cases"):
                self._cases[name.text] = self._at_path(node) if isinstance(node, Scalar) else node
        named = [] if "examples" not in entries else list(self.parts.by_name(entries["examples"][1], "examples"))
        examples = [self._example(id_, node) for id_, node in named]
        self._check_unused()
        return tuple(example for example in examples if example is not None)

    def _check_unused(self) -> None:
        """Report the mistakes of cases that no example uses, such as an example that stands in the wrong section."""
        for name, node in self._cases.items():
            if node is None or name in self._used:
                continue
            try:
                self._policy.read_shape(node)
            except InvalidInput as error:
                self.parts.problems.extend(error.diagnostics)

    def _example(self, id_: Scalar, node: Node) -> Example | None:
        parts = self.parts
        if _ID.fullmatch(id_.text) is None:
            parts.report(
                BadExampleValue, id_.span, f"`{id_.text}` is not written as an id", "write it like `thank-both`"
            )
        entries = parts.entries(node, "an example", EXAMPLE_KEYS)
        if entries is None:
            return None
        misspelt = isinstance(node, Mapping) and len(entries) < len(node.entries)
        if not misspelt and not any(key in entries and _can_fail(key, entries[key][1]) for key in EXPECTATIONS):
            parts.report(IncompleteExample, id_.span, f"`{id_.text}` expects nothing", "write `expect:` or `never:`")
        if "case" not in entries:
            parts.report(IncompleteExample, id_.span, f"`{id_.text}` has no `case`", "name a case, or write it out")
            return None
        case = self._case(id_, entries)
        if case is None:
            return None
        calendar = case.candidate.calendar
        expect = [parts.expected(item, calendar) for item in parts.listed(entries, "expect")]
        never = [parts.forbidden(item) for item in parts.listed(entries, "never")]
        lost = [parts.lost(item) for item in parts.listed(entries, "set aside")]
        about = (parts.text(entries["about"][1], "about") or "") if "about" in entries else ""
        example = Example(
            id=id_.text,
            about=about,
            file=self._file.name,
            span=id_.span,
            case=case,
            expect=tuple(item for item in expect if item is not None),
            never=tuple(item for item in never if item is not None),
            order=parts.references(entries, "order"),
            set_aside=tuple(item for item in lost if item is not None),
            nothing_else=parts.yes_no(entries, "nothing else"),
        )
        self._targets(example)
        return example

    def _targets(self, example: Example) -> None:
        """Report targets of references that the case does not have: nothing can be advised for them."""
        named = [(item.reference, item.span) for item in example.order]
        named += [(forbidden.reference, forbidden.span) for forbidden in example.never]
        named += [(lost.reference, lost.span) for lost in example.set_aside]
        for expected in example.expect:
            named += [(reference, expected.span) for reference in (expected.reference, *expected.instead_of)]
        for reference, span in named:
            try:
                if reference.target is not None:
                    rows_named(example.case, reference.target)
            except UnknownName as error:
                message, _, help_ = str(error).partition("; ")
                self.parts.report(UnknownExampleName, span, message, help_)

    # --- the case ---

    def _case(self, id_: Scalar, entries: Entries) -> Case | None:
        """The case with its changes, at its moment."""
        node = self._base(entries["case"][1])
        if node is not None and "add" in entries:
            node = self._with_rows(node, entries["add"][1])
        if node is None:
            return None
        try:
            now = self._now(node, entries)
            if "set" in entries:
                case = self._changed(self._policy.read_shape(node), entries["set"], now)
            else:
                case = self._policy.read_node(node, self._file.text, now)
        except InvalidInput as error:
            self.parts.problems.extend(error.diagnostics)
            return None
        if case.now is None:
            self.parts.report(
                IncompleteExample, id_.span, f"`{id_.text}` has no moment", "write `at:`, or `now:` in its case"
            )
            return None
        return case

    def _now(self, node: Node, entries: Entries) -> int | None:
        if "at" not in entries:
            return None
        given = entries["at"][1]
        parsed = parse_moment(given.text) if isinstance(given, Scalar) else None
        if parsed is not None and parsed.tzinfo is not None:
            return epoch_seconds(parsed)
        calendar = self._policy.read_node(_candidate_alone(node), self._file.text).candidate.calendar
        moment = self.parts.moment(given, "at", calendar)
        if moment is None:
            raise InvalidInput([])
        return moment

    def _base(self, node: Node) -> Node | None:
        """The case that an example names or writes out."""
        if not isinstance(node, Scalar):
            return node
        if node.text in self._cases:
            self._used.add(node.text)
            return self._cases[node.text]
        if node.text.endswith((".yaml", ".yml", ".json")):
            return self._at_path(node)
        help_ = did_you_mean(node.text, self._cases) or "name one of the file's `cases`, or a file by its path"
        self.parts.report(UnknownExampleName, node.span, f"there is no case `{node.text}`", help_)
        return None

    def _at_path(self, node: Scalar) -> Node | None:
        """The content of a case file that is named by its path from the file of examples."""
        path = self._file.path.parent / node.text
        if path in self._files:
            return self._files[path]
        self._files[path] = None
        if Path(node.text).is_absolute() or not node.text or node.is_null:
            self.parts.report(UnreadableExamples, node.span, f"`{node.text}` is not a path from this file")
            return None
        try:
            text, root = _read_case(path, node.text)
        except InvalidInput as error:
            placed = [problem if problem.span else replace(problem, span=node.span) for problem in error.diagnostics]
            self.parts.problems.extend(placed)
            self.sources.update(error.sources)
            return None
        if root is None:
            self.parts.report(UnreadableExamples, node.span, f"`{node.text}` is empty", "write a case in it")
            return None
        self.sources[node.text] = text
        self._files[path] = root
        return root

    # --- changes ---

    def _with_rows(self, case: Node, add: Node) -> Node | None:
        """The case with rows added to its lists."""
        for key, rows in self.parts.by_name(add, "add"):
            match = _LIST.fullmatch(key.text)
            if match is None or match.group(2) not in LISTS:
                help_ = "such as `messages:`, or `application[acme].messages:` where there are several applications"
                self.parts.report(UnknownExampleName, key.span, f"`{key.text}` is not a list of a case", help_)
                return None
            items = self.parts.items(rows, key.text)
            if not isinstance(case, Mapping):
                return case  # reading the case reports it
            name, application = match.group(2), match.group(1)
            if name == "applications":
                case = _appended(case, name, items)
                continue
            at = self._application(case, key, application)
            if at is None:
                return None
            applications = _list(case, "applications")
            case = _put(case, "applications", _with_items(applications, at, name, items))
        return case

    def _application(self, case: Mapping, key: Scalar, wanted: str | None) -> int | None:
        """The index of the application with the id ``wanted``, or of the only application."""
        known = [_id_of(item) for item in _list(case, "applications").items]
        if wanted is not None and wanted in known:
            return known.index(wanted)
        if wanted is None and len(known) == 1:
            return 0
        message = (
            f"there is no application `{wanted}`" if wanted is not None else "the case has several applications or none"
        )
        help_ = (did_you_mean(wanted, known) if wanted else None) or f"write it like `application[acme].{key.text}`"
        self.parts.report(UnknownExampleName, key.span, message, help_)
        return None

    def _changed(self, shape: CaseShape, entry: tuple[Scalar, Node], now: int | None) -> Case:
        """The case with the facts of ``set``. Raises :class:`InvalidInput`, each mistake with its place."""
        declared, problems = self._policy.decider.declared, list[Diagnostic]()
        for path, node in self.parts.by_name(entry[1], "set"):
            span = path.span
            try:
                spot, kind = find_spot(shape, path.text, declared)
                span = node.span
                shape = changed(shape, spot, read_value(_plain(node), kind, path.text))
            except InvalidInput as error:
                problems.extend(_placed(error.diagnostics, span))
        if problems:
            raise InvalidInput(problems)
        moment = None if now is None else datetime.fromtimestamp(now, UTC)
        try:
            return self._policy.read(msgspec.to_builtins(shape), now=moment)
        except InvalidInput as error:
            raise InvalidInput(_placed(error.diagnostics, entry[0].span)) from None


def _can_fail(key: str, node: Node) -> bool:
    """Whether an expectation can fail: an empty list cannot, nor an order of a single action."""
    match node:
        case Sequence(items=items):
            return len(items) > (1 if key == "order" else 0)
        case Scalar(text=text):
            return key != "nothing else" or parse_yes_no(text) is not False
        case _:
            return True  # mistakes are reported where the expectation is read


def _read_case(path: Path, name: str) -> tuple[str, Node | None]:
    if path.suffix != ".json":
        return read_yaml(path, name)
    text = read_text(path, name)
    return text, parse_json(text, name)


def _placed(problems: Iterable[Diagnostic], span: Span) -> list[Diagnostic]:
    """Mistakes in data, with the place in the file that caused them."""
    return [replace(problem, span=span, path=None) for problem in problems]


def _plain(node: Node) -> str | list[str] | None:
    """A value of ``set``: a text, a list of texts, or nothing, which makes a fact unknown."""
    match node:
        case Scalar():
            return None if node.is_null else node.text
        case Sequence(items=items) if all(isinstance(item, Scalar) for item in items):
            return [item.text for item in items if isinstance(item, Scalar)]
        case _:
            raise InvalidInput([ExampleShape.at(node.span, "`set` takes single values and lists of them")])


def _candidate_alone(node: Node) -> Node:
    """The case with its candidate only, which does not depend on the moment."""
    if not isinstance(node, Mapping):
        return node
    return replace(node, entries=tuple((key, value) for key, value in node.entries if key.text == "candidate"))


def _list(node: Mapping, name: str) -> Sequence:
    """A list in a mapping; empty where the key is missing or its value is not a list."""
    value = next((value for key, value in node.entries if key.text == name), None)
    return value if isinstance(value, Sequence) else Sequence((), node.span)


def _id_of(node: Node) -> str:
    entries = node.entries if isinstance(node, Mapping) else ()
    return next((value.text for key, value in entries if key.text == "id" and isinstance(value, Scalar)), "")


def _put(node: Mapping, name: str, value: Node) -> Mapping:
    """The mapping with a key's value replaced, or added."""
    if all(key.text != name for key, _ in node.entries):
        return replace(node, entries=(*node.entries, (Scalar(name, True, value.span), value)))
    return replace(node, entries=tuple((key, value if key.text == name else old) for key, old in node.entries))


def _appended(node: Mapping, name: str, items: tuple[Node, ...]) -> Mapping:
    old = _list(node, name)
    return _put(node, name, replace(old, items=(*old.items, *items)))


def _with_items(applications: Sequence, at: int, name: str, items: tuple[Node, ...]) -> Sequence:
    """The applications, with items added to a list of the one at index ``at``."""
    old = applications.items[at]
    new = _appended(old, name, items) if isinstance(old, Mapping) else old
    return replace(applications, items=(*applications.items[:at], new, *applications.items[at + 1 :]))
