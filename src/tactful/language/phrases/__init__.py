"""Phrases: each line of a condition puts a phrase to a field. Each phrase is a class in a module of this folder.

To add a phrase, write its class and add it to the ``PHRASES`` of its module. The parser, the messages about phrases that a
field does not take, the words that editors offer, the tables in the reference and the packs that tests draw follow.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

import msgspec

from tactful.facts.kinds import Kind
from tactful.language.ir import Field
from tactful.language.names import Reads, Scope
from tactful.language.phrases import dates, moments, numbers, relations, values
from tactful.language.phrases.dates import OnDay
from tactful.language.phrases.deadlines import Deadline, parse_deadline
from tactful.language.phrases.meaning import KINDS, Meaning, Phrase, Question, read_length, takes_any_text
from tactful.language.phrases.meant import malformed_meant
from tactful.language.phrases.text import Text, Words, operand, text_of, whole
from tactful.language.phrases.values import IsFilled, IsKnown, IsOneOf
from tactful.language.terms import LiteralOperand
from tactful.source.codes.conditions import MalformedPhrase
from tactful.source.diagnostics import Diagnostic, Span
from tactful.source.nodes import Mapping, Node, Scalar, Sequence

__all__ = [
    "KINDS",
    "PHRASES",
    "Deadline",
    "Meaning",
    "ParsedPhrase",
    "Phrase",
    "Text",
    "common_phrase",
    "hint_of",
    "is_phrase",
    "meaning_of",
    "offered_beginnings",
    "offered_words",
    "operand",
    "parse_deadline",
    "parse_phrase",
    "read_length",
    "text_of",
    "whole",
]

#: All phrases, in the order in which a text is matched with their forms: ``at least 2 days ago`` comes before
#: ``at least 3``, and ``not same as F`` before ``not email``.
PHRASES: Final[tuple[type[Phrase], ...]] = (
    IsKnown,
    *dates.PHRASES,
    *moments.PHRASES,
    *relations.PHRASES,
    *values.PHRASES,
    *numbers.PHRASES,
)
_FORMS: Final = tuple((phrase.form.fullmatch, phrase) for phrase in PHRASES)
#: The beginnings of all phrases.
_OPENERS: Final = tuple(opener for phrase in PHRASES for opener in phrase.openers)


def parse_phrase(node: Node, report: Callable[[Diagnostic], None]) -> tuple[ParsedPhrase, ...]:
    """The phrases in a line of a condition, of which one has to hold; empty after reporting a mistake."""
    match node:
        case Scalar():
            common = common_phrase(node)
            if common is not None:
                return (ParsedPhrase(common, node.text, node.span),)
            parsed = _parse_text(text_of(node), report)
            return () if parsed is None else (parsed,)
        case Sequence(items=items):
            return _parse_list(items, node.span, report)
        case Mapping(entries=entries, span=span):
            message = "a phrase is one line or a list of values, not a mapping"
            meant = _phrase_of_mapping(entries)
            help_ = "write the conditions as separate lines, or below `any:` or `all:`"
            report(MalformedPhrase.at(span, message, help_ if meant is None else f"did you mean `{meant}`?"))
            return ()


def _phrase_of_mapping(entries: tuple[tuple[Scalar, Node], ...]) -> str | None:
    """The phrase that ``{contains: senior}`` or ``{not: [a, b]}`` was meant to be; ``None`` where that is not plain."""
    if len(entries) != 1:
        return None
    key, value = entries[0]
    if isinstance(value, Sequence) and all(isinstance(item, Scalar) for item in value.items):
        listed = ", ".join(item.text for item in value.items if isinstance(item, Scalar))
        ways = {"not": f"none of [{listed}]", "in": f"[{listed}]", "any": f"[{listed}]", "none": f"none of [{listed}]"}
        return ways.get(key.text)
    text = f"{key.text} {value.text}" if isinstance(value, Scalar) else ""
    return text if text and _form_of(text) is not None else None


class ParsedPhrase(msgspec.Struct, frozen=True):
    """A phrase, its text and its place."""

    phrase: Phrase
    text: str
    span: Span


def _parse_list(items: tuple[Node, ...], span: Span, report: Callable[[Diagnostic], None]) -> tuple[ParsedPhrase, ...]:
    """The phrases of a list. Those members that are plain values make a single phrase together."""
    values, phrases = [], []
    for item in items:
        if not isinstance(item, Scalar):
            report(MalformedPhrase.at(item.span, "a list of values cannot be nested"))
            return ()
        text = text_of(item)
        phrase = _phrase_in_list(item, text)
        if phrase is None:
            values.append(text.whole())
        else:
            phrases.append(ParsedPhrase(phrase, text.text, text.span))
    negative = [phrase for phrase in phrases if phrase.text.startswith(("not ", "none "))]
    if negative and len(items) > 1:
        message = f"a list holds where one of its members does, and `{negative[0].text}` nearly always does"
        report(MalformedPhrase.at(negative[0].span, message, "write `none of [a, b]`, or a line for each"))
        return ()
    if values or not phrases:
        shown = "[" + ", ".join(name.text for name in values) + "]"
        phrases.insert(0, ParsedPhrase(IsOneOf(tuple(map(operand, values))), shown, span))
    return tuple(phrases)


def _phrase_in_list(item: Scalar, text: Text) -> Phrase | None:
    """The phrase that a member of a list states; ``None`` where it is a value.

    Text in quotes is a value. A date in quotes is still a date if the field is a date or a moment, and else a value.
    """
    phrase = _form_of(text.text) if item.plain else OnDay
    if phrase is None or phrase is IsFilled:
        return None
    match = phrase.form.fullmatch(text.text)
    return None if match is None else phrase.read(Words(text, match))


def common_phrase(scalar: Scalar) -> Phrase | None:
    """The phrase in a text without quotes that is a value or a fixed text, as most are; ``None`` for all others.

    The text and the place of the phrase are those of the scalar.
    """
    text = scalar.text
    if not scalar.plain or len(text) > _KNOWN:
        return None
    return IsOneOf((LiteralOperand(text, scalar.span),)) if _is_value(text) else _FIXED.get(text)


def _parse_text(text: Text, report: Callable[[Diagnostic], None]) -> ParsedPhrase | None:
    if not text.text:
        message = "the phrase is empty"
        report(MalformedPhrase.at(text.span, message, "write `unknown` to ask for a fact that is not known"))
        return None
    form = _form_of(text.text)
    if form is not None:
        match = form.form.fullmatch(text.text)
        assert match is not None
        return ParsedPhrase(form.read(Words(text, match)), text.text, text.span)
    if text.text.startswith(_OPENERS):
        opened = next(phrase for phrase in PHRASES if text.text.startswith(phrase.openers))
        message = f"`{text.text}` is not a phrase that can be read"
        meant = malformed_meant(text.text)
        report(MalformedPhrase.at(text.span, message, f"did you mean `{meant}`?" if meant else opened.correction))
        return None
    return ParsedPhrase(IsOneOf((operand(text.whole()),)), text.text, text.span)


def _form_of(text: str) -> type[Phrase] | None:
    """The first phrase whose form a text has; ``None`` for a value."""
    return _form_of_known(text) if len(text) <= _KNOWN else _first_form(text)


def is_phrase(text: str, kind: type[Kind]) -> bool:
    """Whether a text has the form of a phrase for fields of a kind, and is not just a value."""
    form = _form_of(text)
    return form is not None and kind in form.kinds


def _first_form(text: str) -> type[Phrase] | None:
    return next((phrase for fits, phrase in _FORMS if fits(text)), None)


#: A pack says the same few phrases again and again, and most are short.
_KNOWN: Final = 40
_form_of_known: Final = lru_cache(1_024)(_first_form)


@lru_cache(1_024)
def _is_value(text: str) -> bool:
    """Whether a text is a value that is written out, and no phrase, no beginning of one and no parameter."""
    told = text != "" and text == text.strip() and _form_of(text) is None
    return told and not text.startswith((*_OPENERS, "$"))


def _fixed(text: str) -> Phrase:
    """The phrase in a text without operands, which is the same wherever the text stands."""
    parsed = _parse_text(text_of(Scalar(text, True, Span("", 0, len(text), 1, 1))), lambda _: None)
    assert parsed is not None
    return parsed.phrase


_FIXED: Final = {text: _fixed(text) for phrase in PHRASES for text in phrase.templates if "{" not in text}


def meaning_of(phrase: Phrase, field: Field, text: str, span: Span, scope: Scope) -> Meaning | None:
    """The meaning of a phrase for a field; ``None`` after reporting a mistake. ``text`` and ``span`` are for messages."""
    if type(phrase) is not IsOneOf or len(phrase.operands) != 1 or type(phrase.operands[0]) is not LiteralOperand:
        return _asked(phrase, Question(field, field.kind, text, span, scope, hint_of, _takes))
    said = field.kind, phrase.operands[0].text, phrase.negated
    predicates = scope.names.said.get(said)
    if predicates is not None:
        return Meaning(predicates, phrase.negated)
    meaning = _asked(phrase, Question(field, field.kind, text, span, scope, hint_of, _takes))
    if meaning is not None and not takes_any_text(field.kind):  # such a text may be the name of a field in scope
        scope.names.said[said] = meaning.predicates
    return meaning


def _asked(phrase: Phrase, question: Question) -> Meaning | None:
    if type(question.kind) in phrase.kinds:
        return phrase.means(question)
    return phrase.elsewhere(question)


def _takes(text: str, field: Field, span: Span, scope: Scope) -> bool:
    """Whether a field takes the phrases in a text."""
    problems: list[Diagnostic] = []
    silent = Scope(scope.names, scope.entities, Reads(), problems.append)
    for parsed in parse_phrase(_node_of(text, span), problems.append):
        _asked(parsed.phrase, Question(field, field.kind, parsed.text, span, silent, hint_of, _takes_nothing))
    return not problems


def _takes_nothing(text: str, field: Field, span: Span, scope: Scope) -> bool:
    """No suggestion is made while a suggestion is tried."""
    return False


def _node_of(text: str, span: Span) -> Node:
    """A text as YAML has it, without places of its own: a list in brackets, or a single value."""
    if text.startswith("[") and text.endswith("]"):
        return Sequence(tuple(Scalar(part.strip(), True, span) for part in text[1:-1].split(",")), span)
    return Scalar(text, True, span)


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
