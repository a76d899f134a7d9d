"""Texts of the product with styled values."""

from __future__ import annotations

import re
from typing import Final

from rich.text import Text

_SLOT: Final = re.compile(r"\{([a-z_]+)\}")


def styled(text: str, **values: tuple[str, str]) -> Text:
    """A text in which ``{name}`` stands for a value with its style."""
    parts = _SLOT.split(text)
    return Text.assemble(*(values[part] if no % 2 else part for no, part in enumerate(parts)))
