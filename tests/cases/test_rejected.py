"""Packs and cases with mistakes: what people are told, where, and what to do instead.

``pytest --update-cases`` writes what is expected anew; the difference is what gets reviewed.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import tactful
from tactful.source.diagnostics import snippet

HERE = Path(__file__).parent / "rejected"
SITUATIONS = sorted(path for path in HERE.iterdir() if path.is_dir())


def _read(file: Path) -> None:
    if file.stem == "pack":
        tactful.load(file.relative_to(HERE))
    else:
        tactful.loads("rules: {}").read_text(file.read_bytes(), file.name)


def _in_words(folder: Path) -> str:
    """All diagnostics as the command line shows them, without colour."""
    (file,) = [path for path in folder.iterdir() if path.suffix in (".yaml", ".json")]
    with pytest.raises(tactful.InvalidInput) as caught:
        _read(file)
    lines = []
    for diagnostic in caught.value.diagnostics:
        lines.append(f"{diagnostic.place()}: {diagnostic.code} {diagnostic.message}")
        if diagnostic.span is not None and diagnostic.span.file in caught.value.sources:
            lines.append(snippet(caught.value.sources[diagnostic.span.file], diagnostic.span))
        if diagnostic.help:
            lines.append(f"      {diagnostic.help}")
        lines.append("")
    return "\n".join(lines)


@pytest.mark.parametrize("folder", SITUATIONS, ids=lambda path: path.name)
def test_mistakes_are_reported_as_reviewed(folder: Path, update_cases: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Code, place, message, snippet and help are those that were reviewed, all of them in one go."""
    monkeypatch.chdir(HERE)
    expected = folder / "expected.txt"
    if update_cases:
        expected.write_text(_in_words(folder))
    assert _in_words(folder) == expected.read_text()
