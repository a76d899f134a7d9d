"""Sentences with placeholders: ``{entity.field}``, ``{entity.field|text for an unknown value}``, ``{$parameter}``.

Placeholders are looked up by name. They are never evaluated, and values are never read as templates.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from tactful.facts.entities import ENTITIES
from tactful.language.terms import Name
from tactful.source.codes.conditions import BadPlaceholder
from tactful.source.diagnostics import Diagnostic, Span

#: A pair of braces that stands for one, a placeholder, or a lone brace. Each way begins with a brace: such a form is found
#: much faster than one that may begin with any of several signs.
_PART = re.compile(r"\{(?:\{|([^{}]*)\})?|\}\}?")
_OPEN = re.compile(r"\{\$?[a-z_]+(?:\.[a-z][a-z0-9_]*)?")
_INSIDE = re.compile(r"(\$?[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)?)\s*(?:\|(.*))?", re.DOTALL)


class Placeholder(msgspec.Struct, frozen=True):
    """A placeholder as written: the name of a field or a ``$parameter``, and the text for an unknown value.

    ``written``: the whole placeholder, which stands at ``at`` in ``text``; ``source``: the file that contains ``text``.
    """

    name: str
    default: str | None
    text: Name
    at: int
    written: str
    source: str

    @property
    def span(self) -> Span:
        """The place in the file. To look for it takes long, and only messages need it."""
        return _span_inside(self.text, self.at, self.written, self.source)


def parse_template(text: Name, source: str, report: Callable[[Diagnostic], None]) -> tuple[str | Placeholder, ...]:
    """Split a sentence into texts and placeholders. Write ``{{`` and ``}}`` for braces.

    ``source`` is the whole file that contains ``text``.
    """
    if "{" not in text.text and "}" not in text.text:
        return (text.text,) if text.text else ()
    parts: list[str | Placeholder] = []
    words, at = "", 0
    for match in _PART.finditer(text.text):
        words += text.text[at : match.start()]
        at = match.end()
        if match.group() in ("{{", "}}"):
            words += match.group()[0]
            continue
        placeholder = _placeholder(match, text, source, report)
        if placeholder is not None:
            parts += (words, placeholder) if words else (placeholder,)
            words = ""
    words += text.text[at:]
    return tuple([*parts, words] if words else parts)


def _placeholder(
    match: re.Match[str], text: Name, source: str, report: Callable[[Diagnostic], None]
) -> Placeholder | None:
    at, written = match.start(), match.group()
    if match.group(1) is None:
        open_ = _OPEN.match(match.string, at)
        close = f"close it, `{open_.group()}}}`, or " if open_ is not None else ""
        span = _span_inside(text, at, written, source)
        report(BadPlaceholder.at(span, f"a lone `{written}`", f"{close}write it twice to have it in the text"))
        return None
    inside = _INSIDE.fullmatch(match.group(1).strip())
    if inside is None or ("." not in inside.group(1) and not inside.group(1).startswith("$")):
        help_ = "write `{entity.field}`, `{entity.field|text for when it is unknown}` or `{$parameter}`"
        if inside is not None and inside.group(1) not in ENTITIES:
            help_ = f"write `{{${inside.group(1)}}}` for a parameter, `{{entity.field}}` for a fact"
        span = _span_inside(text, at, written, source)
        report(BadPlaceholder.at(span, f"`{written}` is not a placeholder", help_))
        return None
    default = inside.group(2)
    return Placeholder(inside.group(1), None if default is None else default.strip(), text, at, written, source)


def _span_inside(text: Name, at: int, needle: str, source: str) -> Span:
    """The place in the file of a part of ``text`` that begins at ``at``, also in a folded block."""
    if text.exact:
        return text.span.part(at, at + len(needle))
    start = text.span.start
    for _ in range(text.text.count(needle, 0, at) + 1):
        start = source.find(needle, start, text.span.end)
        if start < 0:
            return text.span
        start += len(needle)
    start -= len(needle)
    line_start = source.rfind("\n", 0, start) + 1
    line = text.span.line + source.count("\n", text.span.start, start)
    return Span(text.span.file, start, start + len(needle), line, start - line_start + 1)
