"""``tactful lsp``: the language server for editors of rule files."""

from __future__ import annotations

from tactful.cli.output import guarded
from tactful.source.diagnostics import EngineError


@guarded
def lsp() -> None:
    """Run a language server for editors of rules: mistakes while typing, completion, what names mean."""
    try:
        from tactful.editor.server import serve
    except ImportError as error:
        raise EngineError(f"`tactful lsp` needs `{error.name}`: pip install 'tactful[lsp]'") from None
    serve()
