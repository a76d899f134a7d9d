"""Deadlines: ``2 days after interview.ended_at``."""

from __future__ import annotations

import re
from collections.abc import Callable

from tactful.language.phrases.text import Text, Words
from tactful.language.terms import Name, Operand, Written
from tactful.source.codes.conditions import MalformedPhrase
from tactful.source.diagnostics import Diagnostic
from tactful.source.nodes import Scalar

_FORM = re.compile(r"(?:(?P<length>\S.*?)\s+(?P<direction>after|before)\s+)?(?P<moment>\S+)")


class Deadline(Written, frozen=True):
    """``2 days after F``, ``$grace before F``, ``F``."""

    moment: Name
    length: Operand | None
    before: bool


def parse_deadline(scalar: Scalar, report: Callable[[Diagnostic], None]) -> Deadline | None:
    """The deadline in a text; ``None`` after reporting a mistake."""
    text = Text(scalar)
    match = _FORM.fullmatch(text.text)
    if match is None:
        report(
            MalformedPhrase.at(
                text.span,
                f"`{text.text}` is not a deadline",
                "write `2 days after interview.ended_at`, `$grace before offer.answer_by` or the name of a moment",
            )
        )
        return None
    words = Words(text, match)
    if not words.has("length"):
        return Deadline(words.name("moment"), None, before=False)
    return Deadline(words.name("moment"), words.operand("length"), before=words.words("direction") == "before")
