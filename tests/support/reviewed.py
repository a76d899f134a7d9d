"""Texts that people have reviewed."""

from __future__ import annotations

from pathlib import Path


def expect(folder: Path, text: str, update: bool) -> None:
    """The text is that of ``expected.txt`` in a folder. ``update`` writes it there first."""
    reviewed = folder / "expected.txt"
    if update:
        reviewed.write_text(text)
    assert text == reviewed.read_text()
