"""The rules of the page: an overlay that is being written, its mistakes, and the words that fit."""

from __future__ import annotations

from typing import Any

from tactful.api.policy import Policy, checked_pack
from tactful.editor.completion import complete
from tactful.editor.vocabulary import vocabulary
from tactful.language.lint import lint_pack
from tactful.language.lint.newer import hints
from tactful.language.load import read_text_layers
from tactful.language.load.build import build_pack
from tactful.source.diagnostics import Diagnostic, InvalidInput

#: The name of the overlay in messages.
OVERLAY = "overlay"


def rules_of(policy: Policy) -> list[dict[str, Any]]:
    """The rules with their sentences, sources and places."""
    definitions = policy.checked.definitions
    return [
        {
            "id": rule.id,
            "about": rule.about,
            "source": rule.source,
            "file": definitions[rule.id].id.file if rule.id in definitions else "",
        }
        for rule in policy.checked.rules
    ]


def check(text: str, base: Policy) -> list[dict[str, Any]]:
    """The mistakes of an overlay, or else its warnings and hints, as ``tactful check`` reports them."""
    try:
        written = build_pack(read_text_layers(text, OVERLAY, base.layers))
        checked = checked_pack(written)
    except InvalidInput as error:
        return [_mark(mistake, "error") for mistake in error.diagnostics]
    warnings = [_mark(warning, "warning") for warning in lint_pack(written, checked)]
    return [*warnings, *(_mark(hint, "hint") for hint in hints(written))]


def complete_at(text: str, line: int, column: int, policy: Policy) -> list[dict[str, Any]]:
    """The words that fit at a place of an overlay; ``line`` and ``column`` count from 0."""
    words = vocabulary(policy.checked, list(policy.layers))
    return [
        {"text": offer.text, "kind": offer.kind, "column": offer.column, "detail": offer.detail, "about": offer.about}
        for offer in complete(text.splitlines(), line, column, words)
    ]


def _mark(mistake: Diagnostic, severity: str) -> dict[str, Any]:
    span = mistake.span
    own = span is not None and span.file == OVERLAY
    message = mistake.message if mistake.help is None else f"{mistake.message}; {mistake.help}"
    start, end = (span.start, span.end) if span is not None and own else (0, 0)
    return {"from": start, "to": end, "severity": severity, "code": mistake.code, "message": message}
