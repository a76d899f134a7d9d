"""Suggestions for misspelt words."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from heapq import nlargest
from typing import Final

#: The longest word for which a suggestion is made, in characters.
_LONGEST: Final = 200
#: If more words are known than this, only words of about the same length, with the longest common beginning and end, are
#: compared, because each mistake in a file takes time.
_MOST: Final = 40


def near(word: str, known: Iterable[str]) -> str | None:
    """The known word most similar to ``word``; ``None`` if no word is similar enough."""
    words = list(known)
    if len(word) > _LONGEST:
        return None
    if len(words) > _MOST:
        alike = [other for other in words if abs(len(other) - len(word)) <= 2]
        words = nlargest(_MOST, alike, key=lambda other: _shared_ends(word, other))
    matches = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    return matches[0] if matches else None


def _shared_ends(word: str, other: str) -> int:
    """How many characters two words have in common at their beginnings and ends."""
    return _shared_start(word, other) + _shared_start(word[::-1], other[::-1])


def _shared_start(word: str, other: str) -> int:
    """How many characters two words have in common at their beginnings."""
    pairs = zip(word, other, strict=False)
    return next((place for place, (mine, theirs) in enumerate(pairs) if mine != theirs), min(len(word), len(other)))


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A help text with the most similar known word; ``None`` if no word is similar enough."""
    meant = near(word, known)
    return None if meant is None else f"did you mean `{meant}`?"
