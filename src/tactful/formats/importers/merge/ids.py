"""Short, readable and stable ids for what an import adds to a case."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from typing import Final

_PLAIN: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LONGEST: Final = 32


def slug(text: str) -> str:
    """The text in lower-case letters and digits, joined by hyphens, without accents; possibly empty."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:_LONGEST].strip("-")


def made_id(kind: str, text: str) -> str:
    """An id made from a name. Where it lacks letters that are not Latin, a hash keeps different names apart."""
    readable = slug(text)
    if readable and not any(map(_is_lost, unicodedata.normalize("NFKD", text))):
        return readable
    return f"{readable[:20].strip('-') or kind}-{digest(' '.join(folded(text)))}"


def _is_lost(char: str) -> bool:
    """Whether a character is a letter or a digit that :func:`slug` drops, except Latin letters such as ø."""
    return not char.isascii() and char.isalnum() and not unicodedata.name(char, "").startswith("LATIN")


def digest(text: str) -> str:
    """Eight characters that stand for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def folded(text: str) -> list[str]:
    """The words of a text for comparing names: capitals, spaces and ways of writing accents make no difference."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold()).split()


def remote_id(system: str, uid: str) -> str:
    """The id for a system's ``uid``: the uid itself if it is plain, else a shortened form with a hash."""
    if _PLAIN.fullmatch(uid):
        return f"{system}-{uid}"
    return "-".join(filter(None, (system, slug(uid.partition("@")[0])[:20].strip("-"), digest(uid))))


def free(wanted: str, taken: Iterable[str]) -> str:
    """The wanted id, with a number appended if it is taken."""
    known = set(taken)
    if wanted not in known:
        return wanted
    no = 2
    while f"{wanted}-{no}" in known:
        no += 1
    return f"{wanted}-{no}"
