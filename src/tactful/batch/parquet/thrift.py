"""The compact protocol of Thrift, in which Parquet has its headers: structures, lists, numbers and texts as bytes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

_YES, _NO, _BYTE, _INT16, _INT32, _INT64, _BINARY, _LIST, _STRUCT = 1, 2, 3, 4, 5, 6, 8, 9, 12
#: A list that is longer has its length in bytes of its own.
_SHORT: Final = 14


class Value(NamedTuple):
    """A value: its type in the protocol, and its bytes."""

    type: int
    data: bytes


def flag(value: bool) -> Value:
    """Yes or no, as a field of a structure."""
    return Value(_YES if value else _NO, b"")


def byte(value: int) -> Value:
    """A number of 8 bits."""
    return Value(_BYTE, value.to_bytes(1, "little", signed=True))


def int16(value: int) -> Value:
    """A number of 16 bits."""
    return Value(_INT16, _signed(value))


def int32(value: int) -> Value:
    """A number of 32 bits."""
    return Value(_INT32, _signed(value))


def int64(value: int) -> Value:
    """A number of 64 bits."""
    return Value(_INT64, _signed(value))


def text(value: str | bytes) -> Value:
    """A text."""
    data = value.encode() if isinstance(value, str) else value
    return Value(_BINARY, varint(len(data)) + data)


def list_of(values: Iterable[Value]) -> Value:
    """A list of values that all have the same type; that of structures where there is none."""
    found = tuple(values)
    type_, count = found[0].type if found else _STRUCT, len(found)
    head = bytes([count << 4 | type_]) if count <= _SHORT else bytes([0xF0 | type_]) + varint(count)
    return Value(_LIST, head + b"".join(one.data for one in found))


def struct(fields: dict[int, Value | None]) -> Value:
    """A structure: its fields by their numbers, which ascend; those that are ``None`` are left out."""
    found = bytearray()
    before = 0
    for no, value in fields.items():
        if value is not None:
            type_, data = value
            found.append(no - before << 4 | type_)
            found += data
            before = no
    found.append(0)
    return Value(_STRUCT, bytes(found))


def varint(value: int) -> bytes:
    """A number that isn't negative, seven bits to a byte, the lowest first."""
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def _signed(value: int) -> bytes:
    return varint(value << 1 if value >= 0 else (-value << 1) - 1)
