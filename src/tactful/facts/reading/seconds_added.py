"""Seconds added to moments that are written without them, so that the decoder of JSON can read them.

The decoder wants `:00` in `2026-11-21T16:30`, which is how a browser writes a moment. Reading such a case thoroughly takes
ten times as long as decoding it again.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from msgspec import inspect

from tactful.facts.reading.case_type import case_type
from tactful.facts.reading.custom import Declared

#: A moment without seconds, up to where they belong.
_SHORT: Final = rb'\s*:\s*"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?=["Zz+-])'
_NOW: Final = re.compile(rb'"now"' + _SHORT)


@cache
def moments() -> frozenset[str]:
    """The names of all fields of a case that hold a moment and not a text: ``now``, ``at`` of handled advice, and others.

    The others end in ``_at``.
    """
    return frozenset(_moments(case_type()))


def _moments(type_: inspect.Type, name: str = "") -> set[str]:
    match type_:
        case inspect.DateTimeType():
            return {name}
        case inspect.StructType(fields=fields):
            return {moment for field in fields for moment in _moments(field.type, field.encode_name)}
        case inspect.UnionType(types=types):
            return {moment for member in types for moment in _moments(member, name)}
        case inspect.Metadata(type=inner) | inspect.VarTupleType(item_type=inner):
            return _moments(inner, name)
        case _:
            return set()


@cache
def _at() -> re.Pattern[bytes]:
    """A moment of any field whose name ends in ``_at``. Fixed characters are found faster than a choice of names.

    Programs write ``at`` of handled advice with seconds; without them, the case is read thoroughly.
    """
    names = sorted(
        (name for name in moments() if name.endswith("_at")),
        key=lambda name: (name not in ("sent_at", "ended_at"), name),
    )
    return re.compile(rb'_at"(?:%s)' % b"|".join(rb'(?<="%s")' % name.encode() for name in names) + _SHORT)


def with_seconds(data: bytes, declared: Declared) -> bytes | None:
    """JSON with seconds in every moment of a case that lacks them; ``None`` if it has no such moment.

    Keys and values with escaped characters are left as they are. So are all texts of a pack that has facts of its own with
    the name of a moment, for these may be texts.
    """
    if not declared.names.isdisjoint(moments()):
        return None
    now = _NOW.search(data)
    if now is not None:
        data = b"%b:00%b" % (data[: now.end()], data[now.end() :])
    parts, at = [], 0
    for match in _at().finditer(data):
        end = match.end()
        parts.append(data[at:end])
        at = end
    if not at:
        return None if now is None else data
    parts.append(data[at:])
    return b":00".join(parts)
