"""An entry of a journal: the header, which is never encrypted, and the body, which is about a person and can be
erased."""

from __future__ import annotations

import os
import time
from typing import Annotated, Final, Literal, NamedTuple

import msgspec

from tactful.reasons.records.decision import LimitsRecord, PackRecord

#: ``decision``: advice was given. ``refused``: a case had mistakes. ``erasure``: a subject was forgotten. ``retention``:
#: older entries were taken out.
Kind = Literal["decision", "refused", "erasure", "retention"]
#: The commitment of an entry that never had a body.
NO_BODY: Final = bytes(32)
#: The case of an entry that has none. It is left out of JSON.
NO_CASE: Final = msgspec.Raw(b"")
_ENCODE: Final = msgspec.json.Encoder().encode


class Row(NamedTuple):
    """An entry as the database has it. ``at``: microseconds since 1970. ``body`` is ``None`` once it is forgotten."""

    number: int
    id: bytes
    at: int
    kind: str
    subject: int | None
    header: bytes
    body: bytes | None
    commitment: bytes
    hash: bytes


class Header(msgspec.Struct, frozen=True, omit_defaults=True):
    """The part that is never encrypted. ``now``: the moment decided for (seconds since 1970). ``settings``: see
    :class:`Settings`.

    ``micros``: how long it took. ``subject`` is that of an erasure; ``through`` and ``hash`` are those of the last entry that
    was taken out.
    """

    now: int | None = None
    settings: str | None = None
    request: str | None = None
    trace: str | None = None
    micros: int | None = None
    subject: int | None = None
    through: int | None = None
    hash: str | None = None


class Settings(msgspec.Struct, frozen=True):
    """What many decisions are made with; entries name it by its digest. ``source``: the digest of the pack's texts."""

    tactful: str
    rule_language: int
    holidays: str
    tzdata: str
    engine: str
    pack: PackRecord
    limits: LimitsRecord
    language: str
    source: str


class Outcome(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A piece of ranked advice without prose. ``due``: seconds since 1970. ``rules``: the ids of its rules, sorted."""

    key: str
    action: str
    modality: str
    entity: str
    application: str
    interview: str
    target: str
    due: int | None
    rules: tuple[str, ...]


class Mistake(msgspec.Struct, frozen=True):
    """A mistake because of which a case was refused."""

    code: str
    place: str
    message: str


class Body(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is about a person. ``digest`` is that of the case. ``text`` is a refused case as it came."""

    case: msgspec.Raw = NO_CASE
    digest: str | None = None
    outcome: tuple[Outcome, ...] = ()
    errors: tuple[Mistake, ...] = ()
    text: str | None = None


class Draft(NamedTuple):
    """An entry before it is written. ``name``: the candidate's id, or ``None`` for an entry about nobody that is known."""

    id: bytes
    at: int
    kind: Kind
    name: str | None
    header: bytes
    body: bytes | None


class Entry(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An entry as people and programs read it."""

    number: int
    id: Annotated[str, msgspec.Meta(description="A UUID of version 7.")]
    at: Annotated[str, msgspec.Meta(description="When it was written (ISO 8601, UTC).")]
    kind: Kind
    subject: int | None = None
    now: str | None = None
    request: str | None = None
    trace: str | None = None
    seconds: float | None = None
    made_with: Settings | None = None
    case: msgspec.Raw = NO_CASE
    case_digest: str | None = None
    outcome: tuple[Outcome, ...] = ()
    errors: tuple[Mistake, ...] = ()
    refused: str | None = None
    erased: bool = False
    through: int | None = None


def encode(record: Header | Body | Settings) -> bytes:
    """A record as JSON."""
    return _ENCODE(record)


def new_id(moment: int) -> bytes:
    """A UUID of version 7 (RFC 9562) for a moment in microseconds since 1970."""
    data = bytearray((moment // 1000).to_bytes(6, "big") + os.urandom(10))
    data[6] = data[6] & 0x0F | 0x70
    data[8] = data[8] & 0x3F | 0x80
    return bytes(data)


def id_at(moment: int) -> bytes:
    """The smallest id of a moment in microseconds since 1970."""
    return max(0, moment // 1000).to_bytes(6, "big") + bytes(10)


def microseconds() -> int:
    """The current moment in microseconds since 1970."""
    return time.time_ns() // 1000
