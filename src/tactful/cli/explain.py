"""``tactful explain``: the page of a code."""

from __future__ import annotations

from typing import Annotated

import typer

from tactful.cli.output import console, fail, guarded


@guarded
def explain(code: Annotated[str, typer.Argument(metavar="CODE", help="The code of a message, such as T402.")]) -> None:
    """Explain the code of a message."""
    from tactful.source.codes.pages import page

    text = page(code.upper())
    if text is None:
        fail(f"unknown code {code}; `tactful explain all` lists all codes")
    console().lines(text)
