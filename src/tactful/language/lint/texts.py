"""Warnings about texts that do not say what they seem to: cut off by a comment, in typographic quotes, or like a phrase."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, assert_never

from tactful.facts.kinds import DayTimeKind, format_day_time
from tactful.language.ir import Aggregate, CheckedPack, Condition, DayTimeBetween, Derived, Test, WhenFact
from tactful.language.ir.reads import conditions_in, tests_in
from tactful.language.lint.own import Own
from tactful.language.lint.words import lint_values, lint_words
from tactful.language.syntax import Pack
from tactful.source.codes.lint import EmptyFile, OtherText, PassesMidnight
from tactful.source.diagnostics import Diagnostic, Span
from tactful.source.grammar import quoted
from tactful.source.nodes import Mapping, Node, Scalar, Sequence
from tactful.source.parse_yaml import read_yaml

_TYPOGRAPHIC: Final = re.compile(r"[“„«‘].*[”“»’]", re.DOTALL)
_COMMENT: Final = re.compile(r" +(?P<comment>#\w[^\r\n]*)")
_BETWEEN: Final = re.compile(r"\$(?P<low>\w+)\s+and\s+\$(?P<high>\w+)")


def lint_texts(pack: Pack, checked: CheckedPack, own: Own) -> Iterator[Diagnostic]:
    """The warnings about the texts of a pack's own files, and about the times of day between which something holds."""
    for name in pack.own:
        text = pack.sources[name]
        root, _ = read_yaml(text, name)
        if root is None:
            yield EmptyFile.at(Span(name, 0, 0, 1, 1), f"`{name}` is empty", "take it out, or write rules into it")
        else:
            yield from _texts(root, text)
    yield from lint_values(pack, own)
    for condition in _conditions(checked):
        yield from lint_words(condition, own, pack.sources)
        for test in tests_in(condition):
            yield from _midnight(test, checked, own)


def _texts(node: Node, text: str) -> Iterator[Diagnostic]:
    match node:
        case Mapping(entries=entries):
            for _, value in entries:
                yield from _texts(value, text)
        case Sequence(items=items):
            for item in items:
                yield from _texts(item, text)
        case Scalar():
            yield from _text(node, text)


def _text(scalar: Scalar, text: str) -> Iterator[Diagnostic]:
    cut = _COMMENT.match(text, scalar.span.end) if scalar.plain and scalar.text else None
    if cut is not None:
        whole = text[scalar.span.start : cut.end()].rstrip()
        message = f"`{cut['comment'].rstrip()}` is a comment, and not a part of the text before it"
        yield OtherText.at(
            scalar.span, message, f"put the text in quotes, {quoted(whole)}; or write a space after the #"
        )
    if scalar.plain and _TYPOGRAPHIC.fullmatch(scalar.text):
        yield OtherText.at(
            scalar.span, "the typographic quotes are a part of this text", f"write {quoted(scalar.text)}"
        )


def _conditions(checked: CheckedPack) -> Iterator[Condition]:
    yield from (rule.condition for rule in checked.rules)
    yield from (invariant.when for invariant in checked.invariants)
    for fact in checked.facts:
        match fact:
            case Derived(expression=expression):
                yield from conditions_in(expression)
            case Aggregate(where=where):
                yield where
            case WhenFact(condition=condition):
                yield condition
            case _:
                assert_never(fact)


def _midnight(test: Test, checked: CheckedPack, own: Own) -> Iterator[Diagnostic]:
    """Times of day between two parameters of which the first is later, and between two that are the same."""
    same = next((part for part in test.predicates if isinstance(part, DayTimeBetween) and part.low == part.high), None)
    place = own.of_tests([test])
    if same is not None and place is not None:
        time = format_day_time(same.low)
        message = f"`{test.field.text}: {test.text}` holds for a single second, at {time}"
        yield PassesMidnight.at(place, message, "write two different times")
        return
    match = _BETWEEN.search(test.text) if isinstance(test.field.kind, DayTimeKind) else None
    if match is None or not any(isinstance(part, DayTimeBetween) and part.low > part.high for part in test.predicates):
        return
    parameters = {parameter.name: parameter for parameter in checked.parameters}
    low, high = parameters[match["low"]], parameters[match["high"]]
    span = own.place(high.span, low.span, test.span)
    if span is not None:
        later = f"`{low.name}` ({low.value}) is later than `{high.name}` ({high.value})"
        message = f"{later}, so `{test.field.text}: {test.text}` holds through midnight"
        yield PassesMidnight.at(span, message, "swap the two if this is not intended")
