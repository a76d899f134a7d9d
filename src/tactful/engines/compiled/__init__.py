"""The default engine: a checked pack becomes Python functions, built as ``ast`` nodes and never as text.

``expressions`` turns conditions and fields into expressions, ``rule_functions`` builds functions from them, ``deadlines``
finds the end of a rule without ``by``, and ``runtime`` is the object that the functions run on. ``turning`` makes functions
that look back in time, for explanations, and ``past`` is what these run on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tactful.facts.calendars import Calendars
from tactful.language.ir import CheckedPack
from tactful.source.first_use import FIRST_USE

if TYPE_CHECKING:
    from tactful.engines.compiled.program import CompiledProgram


def compile_pack(checked: CheckedPack, calendars: Calendars) -> CompiledProgram:
    """Compile a checked pack."""
    with FIRST_USE:
        from tactful.engines.compiled.program import CompiledProgram  # a command with few decisions compiles nothing

    return CompiledProgram(checked, calendars)
