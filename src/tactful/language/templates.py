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
    """A placeholder as written: the name of a field or a ``$parameter``, and the text for an unknown value."""

    name: str
    default: str | None
    span: Span


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
        placeholder = _placeholder(match, _span_inside(text, match, source), report)
        if placeholder is not None:
            parts += (words, placeholder) if words else (placeholder,)
            words = ""
    words += text.text[at:]
    return tuple([*parts, words] if words else parts)


def _placeholder(match: re.Match[str], span: Span, report: Callable[[Diagnostic], None]) -> Placeholder | None:
    if match.group(1) is None:
        open_ = _OPEN.match(match.string, match.start())
        close = f"close it, `{open_.group()}}}`, or " if open_ is not None else ""
        report(BadPlaceholder.at(span, f"a lone `{match.group()}`", f"{close}write it twice to have it in the text"))
        return None
    inside = _INSIDE.fullmatch(match.group(1).strip())
    if inside is None or ("." not in inside.group(1) and not inside.group(1).startswith("$")):
        help_ = "write `{entity.field}`, `{entity.field|text for when it is unknown}` or `{$parameter}`"
        if inside is not None and inside.group(1) not in ENTITIES:
            help_ = f"write `{{${inside.group(1)}}}` for a parameter, `{{entity.field}}` for a fact"
        report(BadPlaceholder.at(span, f"`{match.group()}` is not a placeholder", help_))
        return None
    default = inside.group(2)
    return Placeholder(inside.group(1), None if default is None else default.strip(), span)


def _span_inside(text: Name, match: re.Match[str], source: str) -> Span:
    """The place of a part of ``text`` in the file, also in a folded block."""
    if text.exact:
        return text.span.part(match.start(), match.end())
    needle = match.group()
    start = text.span.start
    for _ in range(text.text.count(needle, 0, match.start()) + 1):
        start = source.find(needle, start, text.span.end)
        if start < 0:
            return text.span
        start += len(needle)
    start -= len(needle)
    line_start = source.rfind("\n", 0, start) + 1
    line = text.span.line + source.count("\n", text.span.start, start)
    return Span(text.span.file, start, start + len(needle), line, start - line_start + 1)
