"""What is legal in a pack and still suspicious. A warning changes nothing; who wrote the pack judges."""

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

    What a pack below says is its author's business. ``checked`` is what ``pack`` became when it was checked.
    """
    own = Own(pack, checked)
    found = [
        *lint_unused(pack, checked, own),
        *lint_sources(checked, own),
        *lint_conditions(checked, own),
        *lint_conflicts(checked, own),
        *lint_siblings(checked, own),
    ]
    return tuple(sorted(found, key=_by_place))


def _by_place(one: Diagnostic) -> tuple[str, int, str, str]:
    assert one.span is not None  # every warning has a place
    return one.span.file, one.span.start, one.code, one.message
