"""Phrases: each line of a condition puts a phrase to a field. Each phrase is a class in a module of this folder.

To add a phrase, write its class and add it to the ``PHRASES`` of its module. The parser, the messages about phrases that a
field does not take, the words that editors offer, the tables in the reference and the packs that tests draw follow.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from tactful.facts.kinds import Kind
from tactful.language.ir import Field
from tactful.language.names import Scope
from tactful.language.phrases import moments, numbers, relations, values
from tactful.language.phrases.deadlines import Deadline, parse_deadline
from tactful.language.phrases.meaning import KINDS, Meaning, Phrase, Question, read_length
from tactful.language.phrases.text import Text, Words, operand
from tactful.language.phrases.values import IsKnown, IsOneOf
from tactful.source.codes.conditions import MalformedPhrase
from tactful.source.diagnostics import Diagnostic, Span
from tactful.source.nodes import Mapping, Node, Scalar, Sequence

__all__ = [
    "KINDS",
    "PHRASES",
    "Deadline",
    "Meaning",
    "Phrase",
    "Text",
    "meaning_of",
    "offered_beginnings",
    "offered_words",
    "operand",
    "parse_deadline",
    "parse_phrase",
    "read_length",
]

#: All phrases, in the order in which a text is matched with their forms: ``at least 2 days ago`` comes before
#: ``at least 3``, and ``not same as F`` before ``not email``.
PHRASES: Final[tuple[type[Phrase], ...]] = (
    IsKnown,
    *moments.PHRASES,
    *relations.PHRASES,
    *values.PHRASES,
    *numbers.PHRASES,
)


def parse_phrase(node: Node, report: Callable[[Diagnostic], None]) -> tuple[Phrase, str] | None:
    """The phrase in a line of a condition, with its text; ``None`` after reporting a mistake."""
    match node:
        case Sequence(items=items):
            return _parse_list(items, report)
        case Mapping(span=span):
            message = "a phrase is one line or a list of values, not a mapping"
            report(MalformedPhrase.at(span, message, "write `any:` or `all:` beside it"))
            return None
        case Scalar():
            text = Text(node)
            phrase = _parse_text(text, report)
            return None if phrase is None else (phrase, text.text)


def _parse_list(items: tuple[Node, ...], report: Callable[[Diagnostic], None]) -> tuple[Phrase, str] | None:
    names = []
    for item in items:
        if not isinstance(item, Scalar):
            report(MalformedPhrase.at(item.span, "a list of values cannot be nested"))
            return None
        names.append(Text(item).whole())
    return IsOneOf(tuple(map(operand, names))), "[" + ", ".join(name.text for name in names) + "]"


def _parse_text(text: Text, report: Callable[[Diagnostic], None]) -> Phrase | None:
    if not text.text:
        message = "the phrase is empty"
        report(MalformedPhrase.at(text.span, message, "write `unknown` to ask for a fact that is not known"))
        return None
    for phrase in PHRASES:
        match = phrase.form.fullmatch(text.text)
        if match is not None:
            return phrase.read(Words(text, match))
    for phrase in PHRASES:
        if text.text.startswith(phrase.openers):
            message = f"`{text.text}` is not a phrase that can be read"
            report(MalformedPhrase.at(text.span, message, phrase.correction))
            return None
    return IsOneOf((operand(text.whole()),))


def meaning_of(phrase: Phrase, field: Field, text: str, span: Span, scope: Scope) -> Meaning | None:
    """The meaning of a phrase for a field; ``None`` after reporting a mistake. ``text`` and ``span`` are for messages."""
    question = Question(field, text, span, scope, hint_of)
    if isinstance(field.kind, phrase.kinds):
        return phrase.means(question)
    phrase.refuse(question)
    return None


def hint_of(kind: type[Kind]) -> str:
    """The phrases that a field of a kind takes, for messages, each form in backticks."""
    hints = [hint for phrase in PHRASES for hint in phrase.hints.get(kind, ())]
    return " or ".join((", ".join(hints[:-1]), hints[-1])) if len(hints) > 1 else hints[0]


def offered_words(kind: Kind) -> list[str]:
    """The words that an editor offers for a field of this kind."""
    return [words for phrase in PHRASES for words in phrase.offered(kind)]


def offered_beginnings(kind: Kind) -> list[str]:
    """The words that phrases for a field of this kind begin with, up to the first operand."""
    templates = [template for phrase in PHRASES if isinstance(kind, phrase.kinds) for template in phrase.templates]
    beginnings = [re.split(r"[\[{]", template)[0] for template in templates if "{" in template]
    return [beginning for beginning in beginnings if beginning]
