"""``tactful explain``: the page of a code."""

from __future__ import annotations

from typing import Annotated

import typer

from tactful.cli.output import console, fail, guarded


@guarded
def explain(code: Annotated[str, typer.Argument(metavar="CODE", help="A code as messages show it: T402.")]) -> None:
    """Print the page of a message's code."""
    from tactful.source.codes.pages import page

    text = page(code.upper())
    if text is None:
        fail(f"there is no code {code}; `tactful explain all` lists them")
    console().print(text, markup=False, highlight=False)
