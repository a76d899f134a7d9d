"""Sentences taken apart: fixed texts, and places for values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import assert_never

import msgspec

from tactful.engines.compiled.filled import Blank
from tactful.facts.calendars import Calendar
from tactful.facts.entities import SCOPES
from tactful.facts.kinds import CountryKind, IdKind, Kind, TextKind, Value
from tactful.language.ir import FieldSlot, FormsSlot, ParameterSlot, Template
from tactful.reasons.encoded import ENCODER, Part, inside
from tactful.reasons.pieces.values import Values
from tactful.reasons.words import Words


class _Placeholder(msgspec.Struct, frozen=True):
    """A placeholder: the place of its value among all values, how the value is said, and the text for an unknown one.

    ``plain``: the value is a text, which is said as it is.
    """

    at: int
    say: Callable[[Value, Calendar], str]
    default: str
    plain: bool

    def said(self, value: Value, calendar: Calendar) -> str:
        """The text for a value."""
        return self.default if value is None else self.say(value, calendar)


class Sentence(msgspec.Struct, frozen=True):
    """A sentence: fixed texts and placeholders."""

    pieces: tuple[str | _Placeholder, ...]

    def of(self, values: Sequence[Value], calendar: Calendar) -> str:
        """The sentence with its values."""
        return "".join(
            [piece if isinstance(piece, str) else piece.said(values[piece.at], calendar) for piece in self.pieces]
        )

    @property
    def fixed(self) -> str | None:
        """The sentence, if it has no placeholders."""
        texts = [piece for piece in self.pieces if isinstance(piece, str)]
        return "".join(texts) if len(texts) == len(self.pieces) else None

    def json(self) -> Iterator[Part]:
        """The parts of its JSON."""
        yield b'"'
        for piece in self.pieces:
            yield inside(piece) if isinstance(piece, str) else _encoded(piece)
        yield b'"'


def sentence(template: Template, entity: str, values: Values, words: Words) -> Sentence:
    """A sentence about rows of an entity. Its values are added to ``values``."""
    return Sentence(tuple(_piece(part, entity, values, words) for part in template))


def _piece(
    part: str | FieldSlot | ParameterSlot | FormsSlot, entity: str, values: Values, words: Words
) -> str | _Placeholder:
    match part:
        case str():
            return part
        case ParameterSlot(texts=texts):
            return words.parameter(texts)
        case FieldSlot(field=field, default=default):
            unknown = words.unknown if default is None else default
            saying, plain = _saying(field.kind, words), _is_text(field.kind)
        case FormsSlot(field=field):
            unknown = words.form(part, None)
            saying, plain = _choosing(part, words), False
        case _:
            assert_never(part)
    return _Placeholder(values.place(field), saying, unknown, plain) if field.scope in SCOPES[entity] else unknown


def _saying(kind: Kind, words: Words) -> Callable[[Value, Calendar], str]:
    """How values of a kind are said, which are known."""
    if _is_text(kind):
        return lambda value, _: str(value)
    return lambda value, calendar: words.in_sentence(value, kind, calendar)


def _is_text(kind: Kind) -> bool:
    """Whether values of a kind are said as they are."""
    return isinstance(kind, TextKind | IdKind | CountryKind)


def _choosing(slot: FormsSlot, words: Words) -> Callable[[Value, Calendar], str]:
    return lambda value, _: words.form(slot, value)


def _encoded(blank: _Placeholder) -> Blank:
    say, default, encode = blank.say, inside(blank.default), ENCODER.encode

    def said(value: Value, calendar: Calendar) -> bytes:
        return default if value is None else encode(say(value, calendar))[1:-1]

    return Blank(blank.at, said, "inside" if blank.plain else "other", default)
