"""Warnings about parts of a pack that are legal but suspicious. They never change a decision; the author judges."""

from __future__ import annotations

from tactful.language.ir import CheckedPack
from tactful.language.lint.conditions import lint_conditions
from tactful.language.lint.conflicts import lint_conflicts
from tactful.language.lint.own import Own
from tactful.language.lint.siblings import lint_siblings
from tactful.language.lint.unused import lint_sources, lint_unused
from tactful.language.syntax import Pack
from tactful.source.diagnostics import Diagnostic


def lint_pack(pack: Pack, checked: CheckedPack) -> tuple[Diagnostic, ...]:
    """The warnings about what a pack's own files define or change, in the order of their places.

    The packs that it extends are their authors' business. ``checked`` is the checked form of ``pack``.
    """
    own = Own(pack, checked)
    warnings = [
        *lint_unused(pack, checked, own),
        *lint_sources(checked, own),
        *lint_conditions(checked, own),
        *lint_conflicts(checked, own),
        *lint_siblings(checked, own),
    ]
    return tuple(sorted(warnings, key=_place))


def _place(warning: Diagnostic) -> tuple[str, int, str, str]:
    assert warning.span is not None  # every warning has a place
    return warning.span.file, warning.span.start, warning.code, warning.message
