"""Warnings about texts in conditions that read like something else: a phrase, an answer, or several texts in one.

Text in quotes is meant as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, assert_never

from tactful.facts.kinds import YES_NO_WORDS, ListKind, TextKind
from tactful.language.ir import AllOf, AnyOf, Condition, IsIn, NoneOf, Test, TextHas
from tactful.language.lint.own import Own
from tactful.language.phrases import is_phrase
from tactful.language.syntax import Pack
from tactful.source.codes.lint import OtherText
from tactful.source.diagnostics import Diagnostic
from tactful.source.suggest import near

_OR: Final = re.compile(r"\s+or\s+")
_SEVERAL: Final = re.compile(r"\s+or\s+|\s*[,;|]\s*(?:or\s+)?")
_LOOKS: Final = re.compile(r"(?P<way>(?:not\s+)?(?:contains|begins\s+with|ends\s+with))\s+(?P<words>\S(?s:.*))")
#: How alike a text has to be to ``known`` or ``unknown``, from 0 to 1.
_ALIKE: Final = 0.85


def lint_words(condition: Condition, own: Own, sources: Mapping[str, str]) -> Iterator[Diagnostic]:
    """The warnings about the texts in a condition."""
    match condition:
        case Test():
            if isinstance(condition.field.kind, TextKind) and condition.span in own:
                for text in _plain(condition, sources):
                    yield from _compared(condition, text)
                yield from _looked_for(condition, sources)
        case AnyOf(members=members):
            yield from _mixed(tuple(test for test in members if isinstance(test, Test)), own, sources)
            for member in members:
                yield from lint_words(member, own, sources)
        case AllOf(members=members) | NoneOf(members=members):
            for member in members:
                yield from lint_words(member, own, sources)
        case _:
            assert_never(condition)


def lint_values(pack: Pack, own: Own) -> Iterator[Diagnostic]:
    """The warnings about values of custom facts that are words of the language."""
    for fact in pack.custom_facts:
        for value in fact.values:
            if value.span in own and (value.text == "any" or is_phrase(value.text, ListKind)):
                message = (
                    f"`{value.text}` has its own meaning in conditions, so a condition can hardly ask for this value"
                )
                yield OtherText.at(
                    value.span, message, "give the value another name; for a fact that is unknown, leave it out"
                )


def _plain(test: Test, sources: Mapping[str, str]) -> tuple[str, ...]:
    """The texts that a test compares, without those in quotes."""
    values = [str(value) for part in test.predicates if isinstance(part, IsIn) for value in part.values]
    written = sources.get(test.span.file, "")[max(test.span.start - 1, 0) : test.span.end + 1]
    return tuple(value for value in values if f'"{value}"' not in written and f"'{value}'" not in written)


def _compared(test: Test, text: str) -> Iterator[Diagnostic]:
    """A text that reads like a phrase, an answer or several texts."""
    small = text[:1].lower() + text[1:]
    meant = near(text.lower(), ("known", "unknown"), _ALIKE)
    if meant is None and small != text and is_phrase(small, TextKind):
        meant = small
    if meant is not None:
        help_ = f"write `{meant}`, or put the text in quotes if it is intended"
        yield OtherText.at(test.span, f"`{text}` is compared as a text", help_)
    elif text.lower() in YES_NO_WORDS:
        help_ = "ask for a yes/no, or put the text in quotes if it is intended"
        yield OtherText.at(test.span, f"`{text}` is compared as a text, and `{test.field.text}` is not a yes/no", help_)
    elif test.text in (text, f"not {text}") and _OR.search(text) is not None:
        instead = f"{'none of ' if test.negated else ''}[{', '.join(_OR.split(text))}]"
        help_ = f"for several texts write `{instead}`; if a single text is intended, put it in quotes"
        yield OtherText.at(test.span, f"`{text}` is a single text with `or` in it", help_)


def _looked_for(test: Test, sources: Mapping[str, str]) -> Iterator[Diagnostic]:
    """Words to look for that read like several of which one is enough."""
    match = _LOOKS.fullmatch(test.text)
    quotes = sources.get(test.span.file, "")[max(test.span.start - 1, 0) : test.span.start] in ("'", '"')
    if match is None or quotes or not any(isinstance(part, TextHas) for part in test.predicates):
        return
    parts = [part for part in _SEVERAL.split(match["words"]) if part]
    if len(parts) > 1:
        way = " ".join(match["way"].split())
        each = ", ".join(f"{way} {part}" for part in parts)
        several = "for several, write a line for each" if test.negated else f"for one of several, write `[{each}]`"
        help_ = f"{several}; if the words have to follow each other, put the phrase in quotes"
        yield OtherText.at(test.span, f"`{match['words']}` is searched for as a whole", help_)


def _mixed(tests: tuple[Test, ...], own: Own, sources: Mapping[str, str]) -> Iterator[Diagnostic]:
    """A whole text in a list of words to look for."""
    has = next((test for test in tests if any(isinstance(part, TextHas) for part in test.predicates)), None)
    for test in tests if has is not None else ():
        assert has is not None
        beside = test.text.startswith("[") and test.span.start <= has.span.start < test.span.end
        for text in _plain(test, sources) if beside and test.span in own else ():
            help_ = f"write `contains {text}`, or put the text in quotes if it is intended"
            yield OtherText.at(
                test.span, f"`{text}` is compared with the whole text, but the list also has words to search for", help_
            )
