"""The table of all codes, and the page of each."""

from __future__ import annotations

import inspect
import textwrap
from types import ModuleType
from typing import Final

from tactful.source.codes import (
    batches,
    case,
    changes,
    conditions,
    examples,
    imports,
    lint,
    messages,
    overlays,
    pack,
    plans,
    text,
)
from tactful.source.diagnostics import Code

_MODULES: Final[tuple[ModuleType, ...]] = (
    text,
    case,
    pack,
    messages,
    conditions,
    imports,
    plans,
    batches,
    changes,
    examples,
    lint,
    overlays,
)


def codes() -> dict[str, type[Code]]:
    """All codes by their ids, in order."""
    classes = [
        value
        for module in _MODULES
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Code) and value is not Code
    ]
    return {code.id: code for code in sorted(classes, key=lambda code: code.id)}


def page(id_: str) -> str | None:
    """The page of a code; for ``ALL`` a list of all codes; ``None`` if the code does not exist."""
    known = codes()
    if id_ == "ALL":
        return "\n".join(f"{code.id}  {_text(code).splitlines()[0]}" for code in known.values())
    code = known.get(id_)
    return None if code is None else f"{code.id}: {_text(code)}{_frame(code)}"


def _text(code: type[Code]) -> str:
    return inspect.getdoc(code) or ""


def _frame(code: type[Code]) -> str:
    """The frame around the example, if the page shows only a part of an entry."""
    if code.frame is None:
        return ""
    shown = textwrap.indent(code.frame.around("… (the example; its keys replace those below)"), "    ")
    return f"\n\nAround the example\n{shown.rstrip()}"
