"""The terms that a written and a checked pack share: names with their places, operands, orders and modalities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

import msgspec

from tactful.source.diagnostics import Span
from tactful.source.nodes import Node, Scalar

Order = Literal["<", "<=", ">", ">="]
Modality = Literal["must", "should", "may", "should_not", "must_not"]
#: What advice asks of its reader: something to do, to leave alone, to wait for, or to bear in mind all along.
AdviceKind = Literal["do", "avoid", "wait", "standing"]
#: Whether advice is to be done by its deadline, or to be kept up until then.
DueMeans = Literal["by", "until"]

#: The most actions in a chain of ``is_a``.
MAX_FAMILY: Final = 50
#: All modalities, in the order of :data:`Modality`.
MODALITIES: Final[tuple[Modality, ...]] = get_args(Modality)
#: All kinds of advice, in the order of :data:`AdviceKind`.
ADVICE_KINDS: Final[tuple[AdviceKind, ...]] = get_args(AdviceKind)
#: What deadlines can mean, in the order of :data:`DueMeans`.
DUE_MEANS: Final[tuple[DueMeans, ...]] = get_args(DueMeans)
#: For each order, the order that holds exactly if it does not.
OPPOSITE: Final[Mapping[Order, Order]] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
#: For each order, the order that means the same with the two sides exchanged.
MIRRORED: Final[Mapping[Order, Order]] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


class Written(msgspec.Struct, frozen=True, gc=False):
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


class DatedValue(Written, frozen=True):
    """The value of a parameter from a day on, where the candidate is."""

    day: Name
    value: Name
    source: str


class Parameter(Written, frozen=True):
    """A parameter: its value as written, a sentence about it, its source.

    ``dated`` are its values from the days on at which they come into force; ``value`` is the first of them then.
    ``adjustable`` are the bounds, both included, between which a case may state a value of its own.
    """

    name: Name
    value: tuple[Name, ...]
    is_list: bool
    about: str
    source: str
    dated: tuple[DatedValue, ...] = ()
    adjustable: tuple[Name, Name] | None = None

    @property
    def varies(self) -> bool:
        """Whether the value differs from case to case, or from day to day."""
        return bool(self.dated) or self.adjustable is not None


MESSAGES_A_WEEK: Final = "messages-a-week-kept"
#: The invariants of every pack: their ids, and what they claim. A pack can only switch them off.
GENERAL: Final[Mapping[str, str]] = {
    "asked-channel-kept": "A person who asked for one channel is not contacted through another.",
    "asked-silence-kept": "A person who asked not to be contacted is left alone.",
    "advised-is-not-forbidden": "Nothing is recommended and forbidden for the same target.",
    "open-application-has-advice": "An application that is not over is never left without advice.",
    MESSAGES_A_WEEK: "Nobody gets more messages within a week than the pack says in `safety`.",
    "following-advice-breaks-nothing": "Eight weeks of following the advice break no invariant.",
}


class OldName(Written, frozen=True):
    """A place with an old name. ``exact``: the span covers the name alone."""

    old: str
    new: str
    span: Span
    exact: bool


class Override(Written, frozen=True):
    """A safety rule or, if ``invariant``, an invariant that an overlay switched off, with its reason."""

    rule: str
    because: str
    pack: str
    invariant: bool = False


class Definition(Written, frozen=True):
    """The places of an entry of a pack: of its id, and of each of its keys, which may stand in different overlays.

    ``added``: the conditions that overlays add, each with its key.
    """

    section: str
    id: Span
    entries: Mapping[str, tuple[Scalar, Node]]
    added: tuple[tuple[Scalar, Node], ...]

    @property
    def keys(self) -> tuple[Span, ...]:
        """The places of all keys, with those of added conditions."""
        return tuple(key.span for key, _ in (*self.entries.values(), *self.added))
