"""Suggestions for misspelt words."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def near(word: str, known: Iterable[str]) -> str | None:
    """The known word most like ``word``; ``None`` where no word is similar enough."""
    matches = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return matches[0] if matches else None


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A help text with the most similar known word; ``None`` where no word is similar enough."""
    meant = near(word, known)
    return None if meant is None else f"did you mean `{meant}`?"
