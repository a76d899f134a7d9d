"""JSON Schemas of phrases: for each kind of field the phrases that it takes, made from the forms of the phrases.

Editors read the patterns as ECMAScript does, so they have no named groups and no inline flags.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from tactful.facts.kinds import (
    ChoiceKind,
    CountryKind,
    DateKind,
    DayTimeKind,
    DurationKind,
    IdKind,
    Kind,
    LengthKind,
    ListKind,
    MomentKind,
    NumberKind,
    TextKind,
    YesNoKind,
)
from tactful.language.phrases import PHRASES, hint_of, offered_words
from tactful.language.phrases.values import IsOneOf

Schema = dict[str, Any]
PARAMETER: Final = r"\$[a-z][a-z0-9_]*"
FIELD: Final = r"[a-z]+\.[a-z][a-z0-9_]*"
_LENGTH: Final = r"[0-9]{1,7}(?:\.[0-9]{1,3})?\s+(?:minute|hour|day|week|business\s+day)s?"
_NUMBER: Final = r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
_TIME: Final = r"(?:[01]?[0-9]|2[0-3]):[0-5][0-9]"
_ANYTHING: Final = r"[\s\S]*"
#: How a group begins that takes any words.
_ANY_WORDS: Final = (r"\S", "(?s:")
_NAMED: Final = re.compile(r"\(\?P<([a-z]+)>")
_WITHOUT_CASE: Final = re.compile(r"\(\?i:([a-z|]+)\)")
#: The signs that mean something in a pattern. Others may not be escaped.
_SIGNS: Final = re.compile(r"[\\^$.*+?()\[\]{}|/]")


def any_of(texts: list[str]) -> str:
    """A pattern for one of some texts."""
    return "|".join(_SIGNS.sub(r"\\\g<0>", text) for text in sorted(texts, key=lambda text: (-len(text), text)))


def length_schema() -> Schema:
    """The schema of a length of time, or of a parameter that stands for one."""
    pattern = _whole(f"{_LENGTH}|{PARAMETER}")
    return {"type": "string", "pattern": pattern, "patternErrorMessage": "Write a length of time, such as `2 days`."}


def phrase_schema(kind: Kind) -> Schema:
    """The schema of what a line of a condition says of a field of this kind: a phrase, or a list of phrases and values."""
    words = offered_words(kind)
    texts: Schema = {
        "type": "string",
        "pattern": _whole("|".join(_forms(kind))),
        "patternErrorMessage": f"Write {hint_of(type(kind))}.",  # for editors, which would show the pattern
    }
    phrase: list[Schema] = [*([{"enum": words}] if words else []), texts, *_plain(kind)]
    return {"anyOf": [*phrase, {"type": "array", "items": {"anyOf": phrase}}]}


def _whole(pattern: str) -> str:
    return rf"^\s*(?:{pattern})\s*$"


def _forms(kind: Kind) -> list[str]:
    operands = _operands(kind)
    forms = [_with_operands(phrase.form.pattern, operands) for phrase in PHRASES if isinstance(kind, phrase.kinds)]
    return [*forms, _value(kind)] if isinstance(kind, IsOneOf.kinds) else forms


def _plain(kind: Kind) -> list[Schema]:
    """What YAML reads as a number or as true and false."""
    match kind:
        case YesNoKind():
            return [{"type": "boolean"}]
        case NumberKind():
            return [{"type": "number"}]
        case TextKind() | IdKind() | ChoiceKind() | ListKind() | CountryKind():
            return [{"type": ["number", "boolean"]}]
        case DurationKind() | LengthKind() | MomentKind() | DateKind() | DayTimeKind():
            return []


def _operands(kind: Kind) -> Mapping[str, str]:
    """A pattern for each group of a form."""
    amount = f"(?:{_amount(kind)}|{PARAMETER}|{FIELD})"
    value = _value(kind)
    low = f"(?:{_NUMBER}|{amount})" if isinstance(kind, MomentKind) else amount  # `between 1 and 3 weeks ago`
    return {
        **dict.fromkeys(("length", "amount", "high"), amount),
        "low": low,
        "other": FIELD,
        "value": f"(?:{value})",
        "values": _ANYTHING if value == _ANYTHING else rf"(?:\s*(?:{value})?\s*,)*\s*(?:{value})?\s*",
    }


def _amount(kind: Kind) -> str:
    match kind:
        case MomentKind() | DurationKind() | LengthKind():
            return _LENGTH
        case DayTimeKind():
            return _TIME
        case _:
            return _NUMBER


def _value(kind: Kind) -> str:
    """A pattern for a value of this kind, or for a parameter."""
    match kind:
        case YesNoKind():
            return f"[yY][eE][sS]|[nN][oO]|[tT][rR][uU][eE]|[fF][aA][lL][sS][eE]|{PARAMETER}"
        case ChoiceKind(values=values) | ListKind(values=values) if values:
            return f"{any_of(list(values))}|{PARAMETER}"
        case NumberKind():
            return f"{_NUMBER}|{PARAMETER}"
        case DurationKind():
            return f"{_LENGTH}|{PARAMETER}"
        case _:
            return _ANYTHING


def _with_operands(form: str, operands: Mapping[str, str]) -> str:
    """A form in which groups that take any words take only operands. Groups that say themselves what they take stay."""
    while (named := _NAMED.search(form)) is not None:
        end = _end_of_group(form, named.end())
        inside = form[named.end() : end]
        if inside.startswith(_ANY_WORDS):
            inside = operands.get(named[1], inside)
        form = f"{form[: named.start()]}(?:{inside}){form[end + 1 :]}"
    form = form.replace("(?s:.*)", _ANYTHING)
    return _WITHOUT_CASE.sub(lambda found: f"(?:{_in_any_case(found[1])})", form)


def _end_of_group(form: str, at: int) -> int:
    """Where the group that is open at a place is closed."""
    depth = 1
    while True:
        match form[at]:
            case "\\":
                at += 1
            case "(":
                depth += 1
            case ")":
                depth -= 1
        if depth == 0:
            return at
        at += 1


def _in_any_case(words: str) -> str:
    return "".join(sign if sign == "|" else f"[{sign.upper()}{sign}]" for sign in words)
