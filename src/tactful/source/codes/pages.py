"""The table of all codes, and the page of each."""

from __future__ import annotations

import inspect
from types import ModuleType
from typing import Final

from tactful.source.codes import batches, case, changes, conditions, examples, imports, lint, pack, plans, text
from tactful.source.diagnostics import Code

_MODULES: Final[tuple[ModuleType, ...]] = (
    text,
    case,
    pack,
    conditions,
    imports,
    plans,
    batches,
    changes,
    examples,
    lint,
)


def codes() -> dict[str, type[Code]]:
    """All codes by their ids, in order."""
    found = [
        one
        for module in _MODULES
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, Code) and one is not Code
    ]
    return {code.id: code for code in sorted(found, key=lambda one: one.id)}


def page(id_: str) -> str | None:
    """The page of a code; for ``ALL`` a list of all codes; ``None`` where there is no such code."""
    known = codes()
    if id_ == "ALL":
        return "\n".join(f"{code.id}  {inspect.getdoc(code).splitlines()[0]}" for code in known.values())  # type: ignore[union-attr]
    code = known.get(id_)
    return None if code is None else f"{code.id}: {inspect.getdoc(code)}"
