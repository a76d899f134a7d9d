"""``tactful lsp``: the language server for editors of rule files."""

from __future__ import annotations

from tactful.cli.output import guarded
from tactful.source.diagnostics import EngineError


@guarded
def lsp() -> None:
    """Answer an editor over standard input and output: mistakes, words that fit, what names mean."""
    try:
        from tactful.editor.server import serve
    except ImportError as error:
        raise EngineError(f"`tactful lsp` needs `{error.name}`: pip install 'tactful[lsp]'") from None
    serve()
