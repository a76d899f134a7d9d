"""The engine for millions of cases: a checked pack as expressions over arrays, one for each field of each entity.

``plan`` and ``planner`` say what is asked of which table, once for a pack. For each chunk of cases, ``fields`` has the
values, ``asking`` the tests, ``conditions`` the groups of them, ``gatherings`` what is counted and compared over
collections, ``business`` local days and clocks, ``deadlines`` what firings are due. Needs the extra ``batch``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tactful.calendars import Calendars
from tactful.diagnostics import EngineError
from tactful.model.checked import CheckedPack

if TYPE_CHECKING:
    from tactful.engines.columnar.program import ColumnarProgram


def columnar_program(checked: CheckedPack, calendars: Calendars) -> ColumnarProgram:
    """A checked pack as a program over columns. Raises :class:`EngineError` where the extra ``batch`` is not installed."""
    try:
        from tactful.engines.columnar.program import ColumnarProgram
    except ImportError as error:
        raise EngineError("deciding in columns needs numpy and pyarrow: pip install 'tactful[batch]'") from error
    return ColumnarProgram(checked, calendars)
