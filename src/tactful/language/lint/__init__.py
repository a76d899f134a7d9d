"""Warnings about parts of a pack that are legal but suspicious. They never change a decision; the author judges."""

from __future__ import annotations

from typing import Final

from tactful.language.ir import CheckedPack
from tactful.language.lint.conditions import lint_conditions
from tactful.language.lint.conflicts import lint_conflicts
from tactful.language.lint.dated import lint_dated
from tactful.language.lint.own import Own
from tactful.language.lint.safety import lint_safety
from tactful.language.lint.satisfiability import Effort, Exhausted
from tactful.language.lint.sentences import lint_sentences
from tactful.language.lint.siblings import lint_siblings
from tactful.language.lint.tables import lint_tables
from tactful.language.lint.texts import lint_texts
from tactful.language.lint.unused import lint_sources, lint_unused
from tactful.language.syntax import Pack
from tactful.source.codes.lint import NotAllCompared
from tactful.source.diagnostics import Diagnostic, Span

#: The most steps for comparing conditions (tests and points visited). The shipped pack takes a twentieth of them.
MAX_STEPS: Final = 500_000


def lint_pack(pack: Pack, checked: CheckedPack) -> tuple[Diagnostic, ...]:
    """The warnings about entries that a pack's own files define or change, in the order of their places.

    The packs that it extends are left to their authors. ``checked`` is the checked form of ``pack``.
    """
    own = Own(pack, checked)
    warnings = [
        *pack.warnings,
        *lint_unused(pack, checked, own),
        *lint_sources(checked, own),
        *lint_texts(pack, checked, own),
        *lint_sentences(pack, checked, own),
        *lint_dated(pack, own),
        *lint_safety(pack, checked),
    ]
    effort = Effort(MAX_STEPS)
    try:
        for lint in (lint_conditions, lint_conflicts, lint_siblings):
            warnings.extend(lint(checked, own, effort))
        warnings.extend(lint_tables(pack, checked, own, effort))
    except Exhausted:
        place = Span(pack.own[0] if pack.own else pack.name, 0, 0, 1, 1)
        message = "the pack has too many conditions to compare all of them, so warnings may be missing"
        warnings.append(NotAllCompared.at(place, message, "split the pack, or check its parts separately"))
    return tuple(sorted(dict.fromkeys(warnings), key=_place))


def _place(warning: Diagnostic) -> tuple[str, int, str, str]:
    assert warning.span is not None  # every warning has a place
    return warning.span.file, warning.span.start, warning.code, warning.message
