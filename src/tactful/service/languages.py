"""The language that a client asks for: the header ``Accept-Language`` (RFC 9110)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from tactful.language.load.translations import best

#: A language with its weight: ``de-AT``, ``en;q=0.8``.
_PART: Final = re.compile(
    r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*|\*)\s*(?:;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?\s*"
)
#: How many languages of a header are read.
_MOST: Final = 20


def asked_for(header: str, offered: Sequence[str]) -> str | None:
    """The available language that a client prefers; ``None`` if it names none of them, or no language at all."""
    wanted = []
    for part in header.split(",")[:_MOST]:
        match = _PART.fullmatch(part)
        weight = 0.0 if match is None else float(match[2] or 1)
        if match is not None and weight > 0:
            wanted.append((weight, match[1]))
    wanted.sort(key=lambda pair: -pair[0])  # languages of the same weight stay in their order
    known = (best(name, offered) for _, name in wanted)
    return next((language for language in known if language is not None), None)
