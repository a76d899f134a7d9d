"""The pages about tables: what they show is what happens, and the reference has the columns that there are."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import re
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"```(python|text)\n(.*?)```", re.DOTALL)


def test_the_how_to_shows_what_happens() -> None:
    """Each piece of Python prints what stands below it."""
    said = io.StringIO()
    names: dict[str, Any] = {}
    blocks = BLOCK.findall((DOCS / "how-to" / "decide-over-tables.md").read_text())
    assert [kind for kind, _ in blocks] == ["python", "text"] * 3
    for kind, text in blocks:
        if kind == "python":
            said = io.StringIO()
            with contextlib.redirect_stdout(said):
                exec(text, names)
        else:
            assert said.getvalue() == text


def test_the_reference_has_all_columns() -> None:
    """docs/reference/tables.md is made from the schemas; ``make reference`` writes it."""
    spec = importlib.util.spec_from_file_location("make_reference", DOCS / "make_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (DOCS / "reference" / "tables.md").read_text() == module.tables_page()
