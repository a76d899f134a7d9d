"""The terms that a written and a checked pack share: names with their places, operands, orders and modalities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

import msgspec

from tactful.source.diagnostics import Span

Order = Literal["<", "<=", ">", ">="]
Modality = Literal["must", "should", "may", "should_not", "must_not"]

#: The most actions in a chain of ``is_a``.
MAX_FAMILY: Final = 50
#: All modalities, in the order of :data:`Modality`.
MODALITIES: Final[tuple[Modality, ...]] = get_args(Modality)
#: For each order, the order that holds exactly if it does not.
OPPOSITE: Final[Mapping[Order, Order]] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
#: For each order, the order that means the same with the two sides exchanged.
MIRRORED: Final[Mapping[Order, Order]] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


class Written(msgspec.Struct, frozen=True):
    """The base of everything that a written pack consists of."""


class Name(Written, frozen=True):
    """A name or a text, and its place. ``exact``: the text stands in the file letter for letter, on one line."""

    text: str
    span: Span
    exact: bool = True


class LiteralOperand(Written, frozen=True):
    """An operand that is written out."""

    text: str
    span: Span


class ParameterOperand(Written, frozen=True):
    """An operand that is a parameter: ``$name``."""

    name: str
    span: Span


Operand = LiteralOperand | ParameterOperand


class Parameter(Written, frozen=True):
    """A parameter: its value as written, a sentence about it, its source."""

    name: Name
    value: tuple[Name, ...]
    is_list: bool
    about: str
    source: str


class Override(Written, frozen=True):
    """A safety rule that an overlay switched off, with its reason."""

    rule: str
    because: str
    pack: str


class Definition(Written, frozen=True):
    """The places of an entry of a pack: of its id, and of each of its keys, which may stand in different overlays."""

    section: str
    id: Span
    keys: tuple[Span, ...]
