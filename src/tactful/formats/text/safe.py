"""Texts of strangers, made fit to be printed: nothing in a name may steer the terminal."""

from __future__ import annotations

from rich.text import Text

from tactful.reasons.wording import clean


def safe(text: Text) -> Text:
    """The text with a sign in the place of each character that would steer a terminal."""
    plain = clean(text.plain)
    if plain == text.plain:
        return text
    found = text.copy()
    found.plain = plain
    return found
