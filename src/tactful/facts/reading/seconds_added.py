"""Seconds added to moments that are written without them, so that the decoder of JSON can read them.

The decoder wants `:00` in `2026-11-21T16:30`, which is how a browser writes a moment. Reading such a case thoroughly takes
ten times as long as decoding it again.
"""

from __future__ import annotations

import re
from typing import Final

from tactful.facts.reading.custom import Declared

#: The fields of a case that hold a moment, the most frequent first; a test compares them with the shape of a case.
MOMENTS: Final = ("sent_at", "ended_at", "received_at", "signed_at", "updated_at", "now")
#: A moment without seconds, up to where they belong.
_SHORT: Final = rb'\s*:\s*"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?=["Zz+-])'
#: Both patterns begin with fixed characters, which are found several times faster than a choice of names.
_AT: Final = re.compile(
    rb'_at"(?:%s)' % b"|".join(rb'(?<="%s")' % name.encode() for name in MOMENTS if name != "now") + _SHORT
)
_NOW: Final = re.compile(rb'"now"' + _SHORT)


def with_seconds(data: bytes, declared: Declared) -> bytes | None:
    """JSON with seconds in every moment of a case that lacks them; ``None`` if it has no such moment.

    Keys and values with escaped characters are left as they are. So are all texts of a pack that has facts of its own with
    the name of a moment, for these may be texts.
    """
    if not declared.names.isdisjoint(MOMENTS):
        return None
    now = _NOW.search(data)
    if now is not None:
        data = b"%b:00%b" % (data[: now.end()], data[now.end() :])
    parts, at = [], 0
    for match in _AT.finditer(data):
        end = match.end()
        parts.append(data[at:end])
        at = end
    if not at:
        return None if now is None else data
    parts.append(data[at:])
    return b":00".join(parts)
