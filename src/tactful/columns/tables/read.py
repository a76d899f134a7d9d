"""Read tables into columns for engines, with the same checks as in the ordinary reader of cases.

The arrays only show which candidates may have a mistake. The cases of these candidates are rebuilt as plain data and read
by the ordinary reader, which reports every mistake. A candidate without mistakes is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import pyarrow as pa

from tactful.columns.columns import NULL, Column, Columns, Flags, Ints, Places, gather
from tactful.columns.subset import Fields, Name, without
from tactful.columns.tables.moments import Clock, seconds_column
from tactful.columns.tables.places import Placement, placement
from tactful.columns.tables.placing import Placed, placed
from tactful.columns.tables.rejects import Reject, mistakes, rejects_of
from tactful.columns.tables.restore import Restorer
from tactful.columns.tables.schema import HANDLED, NOW, FieldColumn, field_columns
from tactful.columns.tables.sheets import sheets_of
from tactful.columns.tables.values import read_column, text_column, unknown_column
from tactful.facts.calendars import Calendars
from tactful.facts.kinds import ChoiceKind
from tactful.facts.reading.custom import Declared
from tactful.facts.reading.limits import CaseLimits
from tactful.facts.rows import Case
from tactful.facts.shape import InterviewStatus


@dataclass(frozen=True, slots=True)
class TablesRead:
    """Candidates without mistakes as columns, in the order of ``candidates``, and the mistakes of all other candidates.

    ``rejects`` lists the mistakes by candidate, in the order of the candidates, and then the mistakes of rows without a
    candidate.
    """

    columns: Columns
    rejects: list[Reject]


def read_tables(
    tables: Mapping[str, pa.Table],
    *,
    calendars: Calendars,
    declared: Declared,
    limits: CaseLimits,
    now: int | None = None,
    clock: Callable[[], int],
) -> TablesRead:
    """Read the tables of many candidates; ``schema`` has their names and columns.

    ``now`` (seconds since 1970) is the moment to decide for. Without it, the column ``candidates.now`` applies, or the time
    of ``clock`` (called at most once) where the column is null. Rows may be in any order. Raises :class:`InvalidInput` if a
    table or a column has a wrong name or type. A candidate with mistakes is left out and listed in ``rejects``. The limits
    ``bytes`` and ``depth`` concern the text of a case and do not apply here.
    """
    rows = placed(sheets_of(tables, declared))
    restorer = Restorer(rows.sheets, rows.offsets, calendars, declared, limits, now)
    work = _Reading(rows, placement(rows.sheets, rows.links, calendars, limits), limits)
    columns = work.columns(work.moments(now, clock), field_columns(declared), restorer.cases)
    all_mistakes = [*rows.mistakes, *mistakes(restorer, work.suspects(columns))]
    if not all_mistakes:
        return TablesRead(columns, [])
    gone = np.zeros(columns.sizes["candidate"], np.bool_)
    gone[[mistake.candidate for mistake in all_mistakes if mistake.candidate is not None]] = True
    return TablesRead(without(columns, gone, restorer.cases), rejects_of(all_mistakes))


class _Reading:
    """Tables being read as columns, with the suspect rows noted so far."""

    def __init__(self, rows: Placed, where: Placement, limits: CaseLimits) -> None:
        self._rows, self._where, self._limits = rows, where, limits
        self._sheets, self._links = rows.sheets, rows.links
        self._suspects = {entity: list(suspect) for entity, suspect in rows.suspects.items()}
        for entity, suspect in where.suspects.items():
            self._suspect(entity, suspect)
        self._moments: Ints = np.zeros(0, np.int64)

    def _suspect(self, entity: str, rows: Places) -> None:
        if len(rows):
            self._suspects.setdefault(entity, []).append(rows)

    def suspects(self, columns: Columns) -> list[int]:
        """The candidates that the ordinary reader has to check."""
        for entity, rows in suspects(columns, self._moments, self._limits):
            self._suspect(entity, rows)
        candidates = [
            columns.above(entity, "candidate")[rows] for entity, parts in self._suspects.items() for rows in parts
        ]
        return np.unique(np.concatenate(candidates)).tolist() if candidates else []

    def handled(self) -> Places:
        """The candidates who have followed or dismissed advice. The ordinary reader checks what their rows say of it."""
        sheet = self._sheets["candidate"]
        known = np.zeros(sheet.size, np.bool_)
        for name in HANDLED:
            if name in sheet.arrays:
                known |= np.asarray(sheet.arrays[name].is_valid())
        rows = np.flatnonzero(known)
        self._suspect("candidate", rows)
        return rows

    def moments(self, now: int | None, clock: Callable[[], int]) -> Ints:
        """The moment to decide for, for each candidate."""
        size, array = self._sheets["candidate"].size, self._sheets["candidate"].arrays.get(NOW)
        self._moments = np.full(size, NULL if now is None else now, np.int64)
        if array is not None and (now is None or not pa.types.is_timestamp(array.type)):
            moments, rows = seconds_column(array, self._clock("candidate"), deadline=False)
            self._suspect("candidate", np.flatnonzero(rows))
            self._moments = moments if now is None else self._moments
        missing = self._moments == NULL
        return np.where(missing, clock(), self._moments) if missing.any() else self._moments

    def columns(
        self, moments: Ints, fields: Mapping[str, list[FieldColumn]], cases: Callable[[Sequence[int]], list[Case]]
    ) -> Columns:
        """The columns of all candidates, with or without mistakes."""
        return Columns(
            sizes={entity: sheet.size for entity, sheet in self._sheets.items()},
            now=moments,
            links=self._links,
            offsets=self._rows.offsets,
            given=self._fields([field for own in fields.values() for field in own if not field.custom]),
            custom=self._fields([field for own in fields.values() for field in own if field.custom]),
            places=self._where.places,
            calendars=self._where.calendars,
            cases=cases,
            handled=self.handled(),
        )

    def _fields(self, fields: list[FieldColumn]) -> Fields:
        columns: dict[Name, Column] = {}
        makers: dict[Name, Callable[[], Column]] = {}
        clocks = {entity: self._clock(entity) for entity in self._sheets}
        for field in fields:
            name, sheet = (field.entity, field.attribute), self._sheets[field.entity]
            array = sheet.arrays.get(field.column)
            if array is None:
                makers[name] = partial(unknown_column, field.kind, sheet.size)
                continue
            column, rows = read_column(field, array, clocks[field.entity], self._limits.text)
            self._suspect(field.entity, rows)
            if column is None:
                makers[name] = partial(text_column, field.kind, array)
            else:
                columns[name] = column
        return Fields(columns, makers)

    def _clock(self, entity: str) -> Clock:
        """The clock for local times of an entity: the candidate's clock, or that of the application that a row belongs to."""
        if entity in ("candidate", "application"):
            owner, rows = entity, np.arange(self._sheets[entity].size)
        elif entity == "interviewer":
            owner = "application"
            rows = gather(self._links["interview", owner], self._links["interviewer", "interview"], -1)
        else:
            owner, rows = "application", self._links[entity, "application"]
        return Clock(self._where.places[owner], self._where.zoned[owner], self._where.calendars, rows)


Suspects = Iterator[tuple[str, Places]]
_HELD: Final[InterviewStatus] = "held"
#: When an offer came, and what cannot happen before.
_OFFER_MOMENTS: Final = ("received_at", "signed_at", "withdrawn_at")


def suspects(columns: Columns, now: Ints, limits: CaseLimits) -> Suspects:
    """Rows that the ordinary reader has to check. ``now`` is :data:`NULL` for a case that takes the time of the clock."""
    bounds = (
        ("candidate", "application", limits.applications),
        ("application", "person", limits.people),
        ("application", "interview", limits.interviews),
        ("application", "message", limits.messages),
    )
    for pivot, over, most in bounds:
        counts = np.diff(columns.starts(pivot, over))
        yield pivot, np.flatnonzero(counts > most)
    yield "interview", np.flatnonzero(_ends_wrongly(columns, now))
    received, signed, withdrawn = (columns.given["offer", name].data for name in _OFFER_MOMENTS)
    yield (
        "offer",
        np.flatnonzero(((signed < received) & (signed != NULL)) | ((withdrawn < received) & (withdrawn != NULL))),
    )


def _ends_wrongly(columns: Columns, now: Ints) -> Flags:
    """Interviews without an end, that end before they start, or that were held and end after ``now``."""
    starts_at, ended_at = (columns.given["interview", name].data for name in ("starts_at", "ended_at"))
    status = columns.given["interview", "status"]
    assert isinstance(status.kind, ChoiceKind)
    then = now.take(columns.above("interview", "candidate")) if columns.sizes["interview"] else ended_at
    held: Flags = status.data == status.kind.values.index(_HELD)
    wrong: Flags = (ended_at == NULL) | (starts_at > ended_at) | (held & (ended_at > then) & (then != NULL))
    return wrong
