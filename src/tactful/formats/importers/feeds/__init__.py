"""Reads objects of a JSON feed field by field, with places for mistakes and notes on unknown fields."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from datetime import date, datetime, timedelta
from typing import Final, TypeVar

from tactful.facts.reading.moments import EPOCH, parse_date, parse_moment
from tactful.facts.shape import InterviewStatus, Role, Stage
from tactful.formats.importers.items import Log, Person
from tactful.formats.importers.written import is_address, read_address
from tactful.source.codes.imports import WrongImportValue
from tactful.source.diagnostics import Span
from tactful.source.nodes import Mapping, Node, Scalar, Sequence

T = TypeVar("T")

#: The most digits of a number.
_DIGITS: Final = 15
#: The latest moment that a case can hold, in milliseconds since 1970. Greater numbers are not times.
_LAST_MILLISECOND: Final = 7_258_118_399_000
#: The most characters of a stranger's text that a message shows.
_SHOWN: Final = 60

#: A note on an offer that is being prepared or approved, was refused, or was replaced by another.
NOT_SENT: Final = "an offer that the candidate does not have, or no longer has, is skipped"

#: Words in the title of an interview that name its round.
_STAGES: Final[tuple[tuple[str, Stage], ...]] = (
    ("phone screen", "phone_screen"),
    ("panel", "panel"),
    ("technical", "technical"),
    ("final", "final"),
)


def stage_of(title: str | None) -> Stage | None:
    """The round that a title names; ``None`` where it names none or several."""
    low = (title or "").casefold()
    stages = {stage for words, stage in _STAGES if words in low}
    return stages.pop() if len(stages) == 1 else None


def short(text: str) -> str:
    """A stranger's text, cut to a length that fits into a message."""
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

    def any_of(self, *keys: str) -> bool:
        """Whether the object has one of these fields."""
        return any(key in self._fields for key in keys)

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the fields, in their order."""
        return tuple(self._fields)

    def node(self, key: str) -> Node | None:
        """The value of a field as written; ``None`` where it is missing, null or a blank text."""
        node = self._fields.get(key)
        return None if _is_nothing(node) else node

    def list_unknown(self, known: frozenset[str], name: str) -> None:
        """Note the fields that are not in ``known``."""
        for key, span in self._keys.items():
            if key not in known:
                self._log.not_understood(span, f"unknown field `{short(key)}` of {name}")

    def text(self, key: str) -> str | None:
        """A text without surrounding spaces; ``None`` where nothing is left."""
        node = self.node(key)
        if node is None:
            return None
        value = " ".join(node.text.split()) if isinstance(node, Scalar) and not node.plain else None
        return self._expect(key, node, value, "a text") or None

    def email(self, key: str) -> str | None:
        """A mail address; ``None`` and a note where it is none."""
        text = self.text(key)
        if text is None or is_address(text):
            return text
        _, address = read_address(text)
        if address is not None:
            return address
        message = f"the address `{short(text)}` is not one mail address and is left out"
        self._log.not_understood(self.place(key), message, "add it to the person under `email`")
        return None

    def id(self, key: str) -> str | None:
        """An id, which is a text or a number."""
        node = self.node(key)
        return None if node is None else self._expect(key, node, _id(node), "an id")

    def flag(self, key: str) -> bool | None:
        """A yes or a no."""
        node = self.node(key)
        if node is None:
            return None
        valid = isinstance(node, Scalar) and node.plain and node.text in ("true", "false")
        value = node.text == "true" if valid and isinstance(node, Scalar) else None
        return self._expect(key, node, value, "true or false")

    def moment(self, key: str) -> datetime | None:
        """A moment with its offset."""
        node = self.node(key)
        if node is None:
            return None
        moment = parse_moment(node.text) if isinstance(node, Scalar) and not node.plain else None
        aware = moment if moment is not None and moment.tzinfo is not None else None
        return self._expect(key, node, aware, "a moment with an offset, such as 2025-03-11T15:00:00Z")

    def day(self, key: str) -> date | None:
        """A day."""
        node = self.node(key)
        if node is None:
            return None
        value = parse_date(node.text) if isinstance(node, Scalar) else None
        return self._expect(key, node, value, "a day, such as 2025-03-11")

    def number(self, key: str, most: int = 10**_DIGITS) -> int | None:
        """A whole number, 0 or more."""
        node = self.node(key)
        if node is None:
            return None
        valid = isinstance(node, Scalar) and node.plain and node.text.isdigit() and len(node.text) <= _DIGITS
        value = int(node.text) if valid and isinstance(node, Scalar) else None
        return self._expect(
            key, node, None if value is None or value > most else value, f"a whole number up to {most:,}"
        )

    def milliseconds(self, key: str) -> datetime | None:
        """A moment in milliseconds since 1970."""
        number = self.number(key, _LAST_MILLISECOND)
        return None if number is None else EPOCH + timedelta(milliseconds=number)

    def entry(self, key: str) -> Entry | None:
        """An object inside this one."""
        node = self.node(key)
        if node is None:
            return None
        value = Entry(node, self._log) if isinstance(node, Mapping) else None
        return self._expect(key, node, value, "an object")

    def items(self, key: str) -> tuple[Node, ...]:
        """The members of a list except nulls and blank texts; empty where there is no list."""
        node = self.node(key)
        if node is None:
            return ()
        if not isinstance(node, Sequence):
            self._expect(key, node, None, "a list")
            return ()
        return tuple(item for item in node.items if not _is_nothing(item))

    def entries(self, key: str) -> list[Entry]:
        """The objects of a list."""
        objects = (
            self._expect(key, node, node if isinstance(node, Mapping) else None, "a list of objects")
            for node in self.items(key)
        )
        return [Entry(node, self._log) for node in objects if node is not None]

    def reference(self, key: str) -> tuple[str | None, Entry | None]:
        """A reference to another object: its id, and the object itself where the feed expands it."""
        if not isinstance(self.node(key), Mapping):
            return self.id(key), None
        entry = self.entry(key)
        return (None if entry is None else entry.id("id")), entry

    def references(self, key: str) -> list[tuple[str | None, Entry | None]]:
        """The references in a list: ids, objects, or both."""
        references: list[tuple[str | None, Entry | None]] = []
        for node in self.items(key):
            if isinstance(node, Mapping):
                entry = Entry(node, self._log)
                references.append((entry.id("id"), entry))
            else:
                references.append((self._expect(key, node, _id(node), "a list of ids or objects"), None))
        return references

    def status(self, key: str, known: MappingOf[str, InterviewStatus | None]) -> InterviewStatus | None:
        """A status in the words of a case. An unknown status is noted."""
        text = self.text(key)
        status = known.get(text or "")
        if text is not None and status is None:
            problem = "does not fix a time" if text in known else "is unknown"
            help_ = "the interview is imported without a status"
            self._log.not_understood(self.place(key), f"the status `{short(text)}` {problem}", help_)
        return status

    def note(self, message: str) -> None:
        """Add a note on this object."""
        self._log.not_understood(self.span, message)

    def place(self, key: str) -> Span:
        """The place of a field's value, or of the object where the field is missing."""
        return self._fields[key].span if key in self._fields else self.span

    def _expect(self, key: str, node: Node, value: T | None, wanted: str) -> T | None:
        """The value. If it is ``None``, that is reported as a mistake: the field should be what ``wanted`` says."""
        if value is None:
            shown = "an object" if isinstance(node, Mapping) else "a list"
            if isinstance(node, Scalar):
                shown = f"`{short(node.text)}`"
            self._log.mistake(WrongImportValue, node.span, f"`{key}` must be {wanted}, not {shown}")
        return value


def person_in(entry: Entry, uid: str | None, role: Role | None = "interviewer") -> Person | None:
    """The person of an object; ``None`` and a note where it has neither an id nor a name nor an address.

    Feeds leave such an object where an account has been deleted.
    """
    first, last = entry.text("first_name") or entry.text("firstName"), entry.text("last_name") or entry.text("lastName")
    name = entry.text("name") or " ".join(filter(None, (first, last))) or None
    email = entry.email("email")
    if name is None and email is None and uid is None:
        entry.note("a person without an id, a name and an address is skipped")
        return None
    return Person(name=name, email=email, uid=uid, role=role)


def _is_nothing(node: Node | None) -> bool:
    """Whether a value means "nothing": some feeds write a blank text for null."""
    return isinstance(node, Scalar) and (node.is_null or not node.text.strip())


def _id(node: Node) -> str | None:
    """An id: a text, or a whole number."""
    if not isinstance(node, Scalar) or (node.plain and not node.text.isdigit()):
        return None
    return node.text.strip()
