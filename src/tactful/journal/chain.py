"""The hash chain of a journal: each entry's hash covers all entries before it."""

from __future__ import annotations

import hashlib
from typing import Final, NamedTuple

import msgspec

from tactful.journal.entries import NO_BODY, Row
from tactful.source.diagnostics import TactfulError

_PACK: Final = msgspec.msgpack.Encoder().encode


class Head(NamedTuple):
    """The last entry of a chain: its number, from 1, and its hash."""

    number: int
    hash: bytes

    def __str__(self) -> str:
        return f"{self.number}:{self.hash.hex()}"


#: The head of a chain without entries.
START: Final = Head(0, hashlib.sha256(b"tactful journal 1").digest())


def commitment(body: bytes | None) -> bytes:
    """The hash of an entry's body. It stays when the body is erased, and reveals nothing, because bodies are
    salted."""
    return NO_BODY if body is None else hashlib.sha256(body).digest()


def link(before: Head, id_: bytes, at: int, kind: str, subject: int | None, header: bytes, commitment_: bytes) -> Head:
    """The head after an entry."""
    number = before.number + 1
    text = _PACK((before.hash, number, id_, at, kind, subject, header, commitment_))
    return Head(number, hashlib.sha256(text).digest())


def after(before: Head, row: Row) -> Head:
    """The head that the chain should have after a row."""
    return link(before, row.id, row.at, row.kind, row.subject, row.header, row.commitment)


def parse_head(text: str) -> Head:
    """A head as :class:`Head` writes it. Raises :class:`tactful.TactfulError` for any other text."""
    number, _, hash_ = text.partition(":")
    try:
        head = Head(int(number), bytes.fromhex(hash_))
    except ValueError:
        head = START
    if head.number < 1 or len(head.hash) != len(START.hash):
        raise TactfulError(f"{text!r} is not the head of a journal; `tactful journal verify` prints it as NUMBER:HASH")
    return head
