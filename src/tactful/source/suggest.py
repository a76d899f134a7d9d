"""Suggestions for misspelt words."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from itertools import islice
from operator import ne
from typing import Final

#: Words longer than this have no suggestion. Among more words than this, only those of the same first letter and about the
#: same length are compared: a file with many mistakes takes time for each of them.
_LONGEST: Final = 200
_MOST: Final = 60


def near(word: str, known: Iterable[str]) -> str | None:
    """The known word most like ``word``; ``None`` where no word is similar enough."""
    words = list(known)
    if len(word) > _LONGEST:
        return None
    if len(words) > _MOST:
        alike = (other for other in words if abs(len(other) - len(word)) <= 2 and other[:1] == word[:1])
        words = list(islice((other for other in alike if sum(map(ne, other, word)) <= len(word) // 2 + 1), _MOST))
    matches = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    return matches[0] if matches else None


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A help text with the most similar known word; ``None`` where no word is similar enough."""
    meant = near(word, known)
    return None if meant is None else f"did you mean `{meant}`?"
