"""Deadlines: ``2 days after interview.ended_at``."""

from __future__ import annotations

import re
from collections.abc import Callable

from tactful.facts.near import date_near
from tactful.language.phrases.text import Words, text_of
from tactful.language.terms import Name, Operand, Written
from tactful.source.codes.conditions import MalformedPhrase
from tactful.source.diagnostics import Diagnostic
from tactful.source.nodes import Scalar

_FORM = re.compile(r"(?:(?P<length>\S.*?)\s+(?P<direction>after|before)\s+)?(?P<moment>\S+)")

#: What stands in expressions alone.
_OPENING = re.compile(r"next\s+(?:office\s+time|business\s+day)\s+after\s")
_SUM = re.compile(r"(?P<moment>[a-z_]+\.[a-z0-9_]+)\s*(?P<sign>[+-])\s*(?P<length>[0-9$]\S*(?:\s+[a-z ]+)?)")
#: Days and times that people name without a moment of the case.
_WORDS = ("tomorrow", "today", "tonight", "now", "asap", "soon", "eod", "immediately", "friday", "monday")


class Deadline(Written, frozen=True):
    """``2 days after F``, ``$grace before F``, ``F``."""

    moment: Name
    length: Operand | None
    before: bool


def parse_deadline(scalar: Scalar, report: Callable[[Diagnostic], None]) -> Deadline | None:
    """The deadline in a text; ``None`` after reporting a mistake."""
    text = text_of(scalar)
    match = _FORM.fullmatch(text.text)
    named = match is not None and (match["length"] is not None or re.fullmatch(r"[\w.$]+", match["moment"]) is not None)
    day = date_near(text.text)
    opening = _OPENING.match(text.text)
    if match is None or not named or day is not None or opening is not None or text.text.lower() in _WORDS:
        help_ = "write `2 days after interview.ended_at`, `$grace before offer.answer_by` or the name of a moment"
        if day is not None:
            help_ = f"a rule that holds to the end of a day says `until: {day}`, and that is its deadline"
        elif opening is not None:
            help_ = f"state it as a fact, `{{is: {text.text}}}`, and write the name of the fact"
        elif (sum_ := _SUM.fullmatch(text.text)) is not None:
            help_ = f"did you mean `{sum_['length']} {'after' if sum_['sign'] == '+' else 'before'} {sum_['moment']}`?"
        report(MalformedPhrase.at(text.span, f"`{text.text}` is not a deadline", help_))
        return None
    words = Words(text, match)
    if not words.has("length"):
        return Deadline(words.name("moment"), None, before=False)
    return Deadline(words.name("moment"), words.operand("length"), before=words.words("direction") == "before")
