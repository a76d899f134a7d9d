"""Every block of the README and of the documentation does what the page says."""

from __future__ import annotations

from pathlib import Path

import pytest
from doc_run import Run

from doc_blocks import pages

#: Pages that a test of their own holds to the code, block by block.
GENERATED = {"codes.md"}
PAGES = [page for page in pages() if page.name not in GENERATED]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_shows_what_happens(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, update_docs: bool
) -> None:
    """Its packs load or have the mistake that it shows; its commands and its Python print what it shows."""
    monkeypatch.chdir(tmp_path)
    run = Run(page, tmp_path)
    run.run()
    if update_docs:
        run.rewrite()
    hint = "`pytest tests/docs --update-docs` writes what blocks print into the pages"
    assert not run.mistakes, "\n".join([*run.mistakes, hint])
