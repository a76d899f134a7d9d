"""Links between pages lead somewhere, and tables are whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from doc_blocks import pages

_FENCE = re.compile(r"^ *```.*?^ *```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = _HEADING.findall(_FENCE.sub("", page.read_text()))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_every_link_leads_to_a_page_and_a_heading(page: Path) -> None:
    """Relative links only; addresses on the web are not visited."""
    for target, anchor in _LINK.findall(_FENCE.sub("", page.read_text())):
        path = (page.parent / target).resolve() if target else page
        assert path.exists(), target
        assert not anchor or anchor in _anchors(path), f"{target}#{anchor}"


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_every_row_of_a_table_is_on_one_line(page: Path) -> None:
    """A row that is wrapped ends its table."""
    lines = _FENCE.sub("", page.read_text()).splitlines()
    assert [line for line in lines if line.startswith("|") and not line.endswith("|")] == []
