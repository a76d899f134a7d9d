"""The fenced blocks of a page of documentation, and the marks that say what a test does with each.

A mark is an HTML comment on the line before the block, so readers do not see it:

| mark | what the test does |
| --- | --- |
| ``example: pack`` | The block is a whole pack: ``tactful check`` finds no mistake and gives no warning. |
| ``example: piece`` | The block is a piece of an overlay of the shipped pack, which loads. |
| ``example: piece of acme.yaml`` | The same, of an overlay of a pack that the page has shown before. |
| ``example: case`` | The block is a case, which can be decided on. |
| ``example: case of acme.yaml`` | The same, by the rules of a pack that the page has shown before. |
| ``example: examples`` | The block is a file of examples, which pass. |
| ``…, error T402`` | The block has a mistake with this code (or several: ``error T402 T405``), and no other. |
| ``…, warning T903`` | ``tactful check`` gives this warning. |
| ``…, as acme.yaml`` | The block is kept as a file under this name for the blocks and commands that follow. |
| ``file: cases.jsonl`` | The block is a file for the commands that follow. |
| ``output`` | The block is what the block before it prints. A line ``…`` stands for any lines. |
| ``output of tactful …`` | The block is what this command prints. |
| ``…, after "24 hours" became "48 hours" in acme.yaml`` | The same, with a file changed before. |
| ``output of the file NAME`` | The block is what a command has written into this file. |
| ``needs: MODULE`` | The block is run where this module is installed. |
| ``not run: reason`` | The block is left alone. |

``<!-- files: invite.ics=examples/invitations/interview.ics -->`` anywhere on a page copies files of the repository into
the folder in which its blocks are run. Blocks of ``python``, ``sh`` and ``console`` need no mark.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

ROOT: Final = Path(__file__).parents[2]
_BLOCK: Final = re.compile(
    r"(?:^[ ]*<!-- (?P<mark>[^\n]*?) -->\n+)?^(?P<indent>[ ]*)```(?P<language>\w*)\n(?P<text>.*?)^(?P=indent)```$",
    re.DOTALL | re.MULTILINE,
)
_FILES: Final = re.compile(r"<!-- files: (.*?) -->")


class Block(msgspec.Struct, frozen=True):
    """A fenced block. ``line`` is its first line of text, counted from 1; ``start`` and ``end`` are offsets of its text."""

    language: str
    mark: str
    text: str
    line: int
    start: int
    end: int
    indent: str


def pages() -> list[Path]:
    """The README, CONTRIBUTING and all pages of ``docs/`` and ``examples/``."""
    folders = (ROOT / "docs", ROOT / "examples")
    return [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *(page for each in folders for page in sorted(each.rglob("*.md"))),
    ]


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a page, from top to bottom."""
    for match in _BLOCK.finditer(text):
        start, end = match.span("text")
        yield Block(
            match["language"],
            match["mark"] or "",
            textwrap.dedent(match["text"]),
            text.count("\n", 0, start) + 1,
            start,
            end,
            match["indent"],
        )


def files(text: str) -> Iterator[tuple[str, Path]]:
    """The files that a page needs: the name in the folder, and the file of the repository."""
    for match in _FILES.finditer(text):
        for pair in match[1].split():
            name, _, source = pair.partition("=")
            yield name, ROOT / source
