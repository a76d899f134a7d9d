"""Reading the objects of a JSON feed field by field: mistakes with their places, unknown fields listed."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from datetime import date, datetime, timedelta
from typing import Final, TypeVar

from tactful.facts.reading.moments import EPOCH, parse_date, parse_moment
from tactful.facts.shape import InterviewStatus, Stage
from tactful.formats.importers.found import Log
from tactful.source.codes.imports import WrongImportValue
from tactful.source.diagnostics import Span
from tactful.source.nodes import Mapping, Node, Scalar, Sequence

T = TypeVar("T")

#: How many digits a number may have.
_DIGITS: Final = 15
#: The latest moment in milliseconds that a case can hold; anything above is no Unix time in milliseconds.
_LAST_MILLISECOND: Final = 7_258_118_399_000
#: How much of somebody else's text is shown in a message.
_SHOWN: Final = 60

#: Words in the title of an interview that tell which round it is.
_STAGES: Final[tuple[tuple[str, Stage], ...]] = (
    ("phone screen", "phone_screen"),
    ("panel", "panel"),
    ("technical", "technical"),
    ("final", "final"),
)


def stage_of(title: str | None) -> Stage | None:
    """The round that a title names in so many words; ``None`` for all others."""
    low = (title or "").casefold()
    found = {stage for words, stage in _STAGES if words in low}
    return found.pop() if len(found) == 1 else None


def short(text: str) -> str:
    """Somebody else's text, cut to a length that fits into a message."""
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


class Entry:
    """One object of a feed."""

    def __init__(self, node: Mapping, log: Log) -> None:
        self.span: Span = node.span
        self._fields: dict[str, Node] = {key.text: value for key, value in node.entries}
        self._keys: dict[str, Span] = {key.text: key.span for key, _ in node.entries}
        self._log = log

    def __contains__(self, key: str) -> bool:
        return key in self._fields

    def node(self, key: str) -> Node | None:
        """The value of a field as it is written; ``None`` where it is not there, or null."""
        node = self._fields.get(key)
        return None if isinstance(node, Scalar) and node.is_null else node

    def list_unknown(self, known: frozenset[str], what: str) -> None:
        """List the fields that the format is not known to have."""
        for key, span in self._keys.items():
            if key not in known:
                self._log.not_understood(span, f"{what} has a field `{short(key)}` that is not known here")

    def text(self, key: str) -> str | None:
        """A text; spaces around it are dropped, and nothing but spaces is nothing."""
        node = self.node(key)
        if node is None:
            return None
        found = " ".join(node.text.split()) if isinstance(node, Scalar) and not node.plain else None
        return self._told(key, node, found, "a text") or None

    def id(self, key: str) -> str | None:
        """An id, which is a text or a number."""
        node = self.node(key)
        return None if node is None else self._told(key, node, _id(node), "an id")

    def flag(self, key: str) -> bool | None:
        """A yes or a no."""
        node = self.node(key)
        if node is None:
            return None
        fine = isinstance(node, Scalar) and node.plain and node.text in ("true", "false")
        found = node.text == "true" if fine and isinstance(node, Scalar) else None
        return self._told(key, node, found, "true or false")

    def moment(self, key: str) -> datetime | None:
        """A moment with its offset."""
        node = self.node(key)
        if node is None:
            return None
        found = parse_moment(node.text) if isinstance(node, Scalar) and not node.plain else None
        aware = found if found is not None and found.tzinfo is not None else None
        return self._told(key, node, aware, "a moment with an offset, such as 2025-03-11T15:00:00Z")

    def day(self, key: str) -> date | None:
        """A day."""
        node = self.node(key)
        if node is None:
            return None
        found = parse_date(node.text) if isinstance(node, Scalar) else None
        return self._told(key, node, found, "a day, such as 2025-03-11")

    def number(self, key: str, most: int = 10**_DIGITS) -> int | None:
        """A whole number from 0 on."""
        node = self.node(key)
        if node is None:
            return None
        fine = isinstance(node, Scalar) and node.plain and node.text.isdigit() and len(node.text) <= _DIGITS
        found = int(node.text) if fine and isinstance(node, Scalar) else None
        return self._told(key, node, None if found is None or found > most else found, "a whole number in bounds")

    def milliseconds(self, key: str) -> datetime | None:
        """A moment in milliseconds since 1970."""
        number = self.number(key, _LAST_MILLISECOND)
        return None if number is None else EPOCH + timedelta(milliseconds=number)

    def entry(self, key: str) -> Entry | None:
        """An object inside this one."""
        node = self.node(key)
        if node is None:
            return None
        found = Entry(node, self._log) if isinstance(node, Mapping) else None
        return self._told(key, node, found, "an object")

    def items(self, key: str) -> tuple[Node, ...]:
        """The members of a list; none where there is no list."""
        node = self.node(key)
        if node is None:
            return ()
        return self._told(key, node, node.items if isinstance(node, Sequence) else None, "a list") or ()

    def entries(self, key: str) -> list[Entry]:
        """The objects of a list."""
        objects = (
            self._told(key, node, node if isinstance(node, Mapping) else None, "a list of objects")
            for node in self.items(key)
        )
        return [Entry(node, self._log) for node in objects if node is not None]

    def ids(self, key: str) -> list[str]:
        """The ids of a list, whose members are ids or objects with an ``id``."""
        found = (
            Entry(node, self._log).id("id")
            if isinstance(node, Mapping)
            else self._told(key, node, _id(node), "a list of ids")
            for node in self.items(key)
        )
        return [one for one in found if one is not None]

    def status(self, key: str, known: MappingOf[str, InterviewStatus | None]) -> InterviewStatus | None:
        """A status in the words of the case; one that is not known is listed."""
        text = self.text(key)
        status = known.get(text or "")
        if text is not None and status is None:
            what = "does not settle when it takes place" if text in known else "is not known here"
            help_ = "the interview is imported without a status"
            self._log.not_understood(self.place(key), f"the status `{short(text)}` {what}", help_)
        return status

    def place(self, key: str) -> Span:
        """Where a field's value stands; else where the object does."""
        return self._fields[key].span if key in self._fields else self.span

    def _told(self, key: str, node: Node, found: T | None, wanted: str) -> T | None:
        """What was found; where that is nothing, after telling that something else was wanted."""
        if found is None:
            shown = "an object" if isinstance(node, Mapping) else "a list"
            if isinstance(node, Scalar):
                shown = f"`{short(node.text)}`"
            self._log.mistake(WrongImportValue, node.span, f"`{key}` is {wanted}, not {shown}")
        return found


def _id(node: Node) -> str | None:
    """An id: a text, or a whole number."""
    if not isinstance(node, Scalar) or (node.plain and not node.text.isdigit()):
        return None
    return node.text.strip() or None
