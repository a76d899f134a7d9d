"""The pages of codes, taken apart: their examples are used by several tests."""

from __future__ import annotations

import inspect
import re
from typing import Final

from tactful.source.codes.pages import codes
from tactful.source.diagnostics import Code

HEADINGS: Final = ["What it reports", "Why", "Example", "Instead"]


def parts(code: type[Code]) -> dict[str, str]:
    """The blocks of a page by their headings."""
    text = inspect.getdoc(code) or ""
    blocks = re.split(rf"^({'|'.join(HEADINGS)})$", text, flags=re.MULTILINE)[1:]
    return {
        heading: inspect.cleandoc("\n" + body) + "\n" for heading, body in zip(blocks[::2], blocks[1::2], strict=True)
    }


def whole(text: str, id_: str) -> str:
    """An example with what the page shows around it."""
    frame = codes()[id_].frame
    return text if frame is None else frame.around(text)
