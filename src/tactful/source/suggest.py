"""What was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def near(word: str, known: Iterable[str]) -> str | None:
    """The known word that ``word`` is most like, where one is near enough."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A help text that names the near word, or ``None``."""
    meant = near(word, known)
    return None if meant is None else f"did you mean `{meant}`?"
