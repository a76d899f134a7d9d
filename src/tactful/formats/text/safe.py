"""Makes texts from strangers safe to print: no character in a name may control the terminal."""

from __future__ import annotations

from rich.text import Text

from tactful.reasons.wording import clean


def safe(text: Text) -> Text:
    """The text with a replacement for each character that would control a terminal."""
    plain = clean(text.plain)
    if plain == text.plain:
        return text
    cleaned = text.copy()
    cleaned.plain = plain
    return cleaned
