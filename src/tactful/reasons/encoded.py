"""JSON whose fixed parts were encoded ahead: a template of bytes, and how the values that go into it are encoded."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from tactful.facts.calendars import Calendar
from tactful.facts.kinds import Value

#: The encoder of all answers.
ENCODER: Final = msgspec.json.Encoder()
#: The JSON of nothing, and of an empty list.
NULL: Final = b"null"


class Slot(NamedTuple):
    """A place for a value: its place among all values, and its JSON."""

    at: int
    encode: Callable[[Value, Calendar], bytes]


#: A part of an object: JSON, or a place for a value.
Part = bytes | Slot


class Encoded(NamedTuple):
    """JSON with places for values: a template with ``%b``, or the JSON itself where there are none."""

    template: bytes
    slots: tuple[Slot, ...]

    def of(self, values: Sequence[Value], calendar: Calendar) -> bytes:
        """The JSON with these values."""
        slots = self.slots
        return self.template % tuple([encode(values[at], calendar) for at, encode in slots]) if slots else self.template


def encoded(parts: Iterable[Part]) -> Encoded:
    """The JSON that consists of parts."""
    known = list(parts)
    slots = tuple([part for part in known if isinstance(part, Slot)])
    if not slots:
        return Encoded(b"".join([part for part in known if isinstance(part, bytes)]), ())
    return Encoded(b"".join([b"%b" if isinstance(part, Slot) else part.replace(b"%", b"%%") for part in known]), slots)


def object_parts(record: type[msgspec.Struct], fields: Mapping[str, Iterable[Part]]) -> Iterator[Part]:
    """The parts of a record's JSON, in the order of its fields. A field that is not given is left out."""
    lead = b"{"
    for field in msgspec.structs.fields(record):
        if field.name in fields:
            yield lead + ENCODER.encode(field.encode_name) + b":"
            yield from fields[field.name]
            lead = b","
    yield b"}"


def outline(record: type[msgspec.Struct], *unset: str, numbers: Container[str] = (), **known: object) -> bytes:
    """The JSON of a record with a placeholder for each field that is not known, in their order.

    It is ``%d`` for ``numbers``, and ``%b`` for the others. Fields that are ``unset`` are left out.
    """

    def value(name: str) -> bytes:
        if name in known:
            return ENCODER.encode(known[name]).replace(b"%", b"%%")
        return b"%d" if name in numbers else b"%b"

    names = [field.name for field in msgspec.structs.fields(record) if field.name not in unset]
    parts = object_parts(record, {name: (value(name),) for name in names})
    return b"".join([part for part in parts if isinstance(part, bytes)])


def inside(text: str) -> bytes:
    """A part of a text as JSON, without the quotation marks around the text."""
    return ENCODER.encode(text)[1:-1]
