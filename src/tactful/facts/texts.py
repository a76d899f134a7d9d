"""Texts as they are compared word by word: without regard to case, white space and ways to compose a letter."""

from __future__ import annotations

from unicodedata import normalize


def folded(text: str) -> str:
    """The text for comparison: case folded, letters composed (NFC), and white space as single blanks between words."""
    return " ".join(normalize("NFC", normalize("NFC", text).casefold()).split())
