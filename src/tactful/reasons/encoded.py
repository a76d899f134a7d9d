"""JSON whose fixed parts are encoded in advance: a template of bytes, and encoders for the values that go into it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

import msgspec

from tactful.engines.compiled.filled import Blank, Filled

#: The encoder of all answers.
ENCODER: Final = msgspec.json.Encoder()

#: A part of an object: JSON, or a place for a value.
Part = bytes | Blank


def encoded(parts: Iterable[Part]) -> Filled:
    """The JSON that consists of parts."""
    known = list(parts)
    blanks = tuple([part for part in known if isinstance(part, Blank)])
    if not blanks:
        return Filled(b"".join([part for part in known if isinstance(part, bytes)]), ())
    template = b"".join([b"%b" if isinstance(part, Blank) else part.replace(b"%", b"%%") for part in known])
    return Filled(template, blanks)


def object_parts(record: type[msgspec.Struct], fields: Mapping[str, Iterable[Part]]) -> Iterator[Part]:
    """The parts of a record's JSON, in the order of its fields. A field that is not given is left out."""
    lead = b"{"
    for name in record.__struct_fields__:  # no record renames its fields in JSON
        if name in fields:
            yield lead + ENCODER.encode(name) + b":"
            yield from fields[name]
            lead = b","
    yield b"}"


def outline(
    record: type[msgspec.Struct],
    known: Mapping[str, object],
    unset: Container[str] = (),
    blanks: Mapping[str, bytes] = MappingProxyType({}),
) -> bytes:
    """The JSON of a record with a placeholder for each field that is not known, in their order.

    It is ``%b``, or what ``blanks`` has for the field. Fields that are ``unset`` are left out.
    """

    def value(name: str) -> bytes:
        return ENCODER.encode(known[name]).replace(b"%", b"%%") if name in known else blanks.get(name, b"%b")

    names = [name for name in record.__struct_fields__ if name not in unset]
    parts = object_parts(record, {name: (value(name),) for name in names})
    return b"".join([part for part in parts if isinstance(part, bytes)])


def inside(text: str) -> bytes:
    """A part of a text as JSON, without the quotation marks around the text."""
    return ENCODER.encode(text)[1:-1]
