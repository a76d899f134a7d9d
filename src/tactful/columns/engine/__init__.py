"""The engine for millions of cases: a checked pack as expressions over arrays. Each field of each entity is an array.

``nodes`` and ``planner`` assign each condition to a table, once for a pack. For each chunk of cases, ``fields`` has the
values, ``predicates`` the tests, ``conditions`` the groups of tests, ``aggregates`` the counts and comparisons over
collections, ``business_days`` local days and clocks, ``deadlines`` the deadlines of firings. Needs the extra ``batch``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tactful.facts.calendars import Calendars
from tactful.language.ir import CheckedPack
from tactful.source.diagnostics import EngineError

if TYPE_CHECKING:
    from tactful.columns.engine.program import ColumnarProgram


def columnar_program(checked: CheckedPack, calendars: Calendars) -> ColumnarProgram:
    """A checked pack as a program over columns. Raises :class:`EngineError` if the extra ``batch`` is not installed."""
    try:
        from tactful.columns.engine.program import ColumnarProgram
    except ImportError as error:
        raise EngineError("deciding in columns needs numpy and pyarrow: pip install 'tactful[batch]'") from error
    return ColumnarProgram(checked, calendars)
