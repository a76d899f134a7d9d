"""Moments and amounts that follow from facts: ``latest of``, ``2 days after F``, ``half of F``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, get_args

from tactful.language.phrases import Text, operand, text_of
from tactful.language.phrases.text import Words
from tactful.language.syntax import Amount, Expression, Gathered, Gathering, MovedMoment, Opening, Percent
from tactful.source.codes.conditions import MalformedPhrase
from tactful.source.diagnostics import Diagnostic, Span
from tactful.source.nodes import Mapping, Node, Scalar, Sequence

GATHERINGS: Final[tuple[Gathering, ...]] = get_args(Gathering)
#: Keys of a fact that state its value by an expression.
WAYS: Final = (*GATHERINGS, "half of", "is")
#: The deepest nesting of expressions, and the most members of one.
MAX_DEPTH: Final = 12
MAX_MEMBERS: Final = 50
_PERCENT: Final = re.compile(r"(?P<percent>[0-9]{1,4}(?:\.[0-9]{1,3})?)\s*%\s+of")
_SHARE: Final = re.compile(_PERCENT.pattern + r"\s+(?P<of>\S.*)")
_HALF: Final = re.compile(r"half\s+of\s+(?P<of>\S.*)")
_OPENING: Final = re.compile(r"next\s+(?P<how>office\s+time|business\s+day)\s+after\s+(?P<field>\S+)")
_MOVED: Final = re.compile(r"(?P<length>\S.*?)\s+(?P<direction>after|before)\s+(?P<field>\S+)")
_HELP: Final = (
    "write a field, an amount, `2 days after F`, `next office time after F`, `half of F`, `25 % of F`, or a mapping such as"
    " `{latest of: [F, G]}`"
)

Report = Callable[[Diagnostic], None]


def read_expression(node: Node, report: Report, depth: int = 0) -> Expression | None:
    """The expression in a node; ``None`` after reporting a mistake."""
    match node:
        case Mapping(entries=((key, value),)):
            return read_keyed(key, value, report, depth + 1)
        case Scalar():
            return _from_text(text_of(node), report)
        case _:
            report(MalformedPhrase.at(node.span, "a value is one text, or a mapping with one key", _HELP))
            return None


def read_keyed(key: Scalar, value: Node, report: Report, depth: int = 0) -> Expression | None:
    """The expression that a key and its value state; ``None`` after reporting a mistake."""
    if depth > MAX_DEPTH:
        report(MalformedPhrase.at(key.span, f"values nest deeper than {MAX_DEPTH}"))
        return None
    how = next((how for how in GATHERINGS if how == key.text), None)
    if how is not None:
        return _gathered(how, key.span, value, report, depth)
    percent = _PERCENT.fullmatch(key.text)
    if key.text == "half of" or percent is not None:
        of = read_expression(value, report, depth)
        return None if of is None else Percent("50" if percent is None else percent["percent"], of, key.span)
    if key.text == "is":
        return read_expression(value, report, depth)
    report(MalformedPhrase.at(key.span, f"`{key.text}` does not state a value", _HELP))
    return None


def _gathered(how: Gathering, span: Span, value: Node, report: Report, depth: int) -> Expression | None:
    if not isinstance(value, Sequence):
        report(MalformedPhrase.at(value.span, f"`{how}` takes a list", f"write `{how}: [F, G]`"))
        return None
    wanted = 2 if how == "difference of" else None
    if not value.items or len(value.items) > MAX_MEMBERS or (wanted and len(value.items) != wanted):
        many = "two members" if wanted else f"1 to {MAX_MEMBERS} members"
        report(MalformedPhrase.at(value.span, f"`{how}` takes {many}, not {len(value.items)}"))
        return None
    members = [read_expression(item, report, depth) for item in value.items]
    known = tuple(member for member in members if member is not None)
    return Gathered(how, known, span) if len(known) == len(members) else None


def _from_text(text: Text, report: Report) -> Expression | None:
    if not text.text:
        report(MalformedPhrase.at(text.span, "the value is empty", _HELP))
        return None
    match = _HALF.fullmatch(text.text) or _SHARE.fullmatch(text.text)
    if match is not None:
        words = Words(text, match)
        percent = match["percent"] if "percent" in match.re.groupindex else "50"
        return Percent(percent, Amount(words.operand("of")), text.span)
    match = _OPENING.fullmatch(text.text)
    if match is not None:
        words = Words(text, match)
        return Opening("office" if words.words("how") == "office time" else "day", words.name("field"))
    match = _MOVED.fullmatch(text.text)
    if match is not None:
        words = Words(text, match)
        return MovedMoment(words.operand("length"), words.name("field"), words.words("direction") == "before")
    return Amount(operand(text.whole()))
