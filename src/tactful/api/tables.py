"""Decisions over tables: tables of candidates in, tables of advice out. Needs the extra ``batch``."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tactful.api.decision import Decision
from tactful.columns.chunks import chunks
from tactful.columns.columns import Columns
from tactful.columns.engine import columnar_program
from tactful.columns.engine.deadlines import Refused
from tactful.columns.from_cases import rows_of
from tactful.columns.ranking import ColumnRanker, RankedTables
from tactful.columns.ranking.handled import Aside
from tactful.columns.ranking.plan import ConclusionGroup
from tactful.columns.subset import without
from tactful.columns.tables.read import TablesRead, read_tables
from tactful.columns.tables.rejects import Reject
from tactful.columns.tables.sheets import sheets_of
from tactful.columns.work import too_large
from tactful.decide.decider import Decider
from tactful.reasons.context import Context
from tactful.source.diagnostics import Diagnostic, InvalidInput, TactfulError

Tables = Mapping[str, pa.Table]

REJECTS: Final = pa.schema(
    [
        pa.field(name, pa.string(), null, {"description": about})
        for name, null, about in (
            ("candidate_id", True, "The candidate with the mistake; null where a row names no candidate."),
            ("table", True, "The table with the mistake, if it is in one table."),
            ("code", False, "The code of the mistake; `tactful explain CODE` prints its page."),
            ("message", False, "What is wrong."),
            ("help", True, "What to do about it."),
        )
    ]
)


class TableDecider:
    """Decides over tables with one pack. May be used from any number of threads at once."""

    def __init__(self, decider: Decider) -> None:
        self._decider = decider
        self._program = columnar_program(decider.checked, decider.calendars)
        self._ranker = ColumnRanker(decider.checked)

    def decide(self, tables: Tables, now: int | None, *, steps: bool, clock: int | None = None) -> DecidedTables:
        """Decide on all candidates, chunk by chunk; see :meth:`tactful.Policy.decide_tables`.

        ``clock`` is the current moment in seconds since 1970, for callers that need one moment for several calls.
        """
        _check(tables)
        self.check({name: table.schema for name, table in tables.items()})
        moment = int(time.time()) if clock is None else clock
        decided, rejects = list[RankedTables](), list[Reject]()
        for chunk in chunks(tables):
            read = self.read(chunk, now, lambda: moment)
            rejects += read.rejects
            ranked = self.rank(read.columns, steps=steps)
            rejects += ranked.refused.values()
            decided.append(ranked.tables)
        return DecidedTables(
            actions=pa.concat_tables([chunk_tables.actions for chunk_tables in decided]),
            justifications=pa.concat_tables([chunk_tables.justifications for chunk_tables in decided]),
            steps=pa.concat_tables([chunk_tables.steps for chunk_tables in decided]) if steps else None,
            rejects=rejects_table(rejects),
            _decide=lambda id_: self._decision(_of_candidate(tables, id_), id_, now, moment),
        )

    def check(self, schemas: Mapping[str, pa.Schema]) -> None:
        """Check names and types. Raises :class:`InvalidInput` if a table or a column has a wrong name or type."""
        sheets_of({name: schema.empty_table() for name, schema in schemas.items()}, self._decider.declared)

    def read(self, tables: Tables, now: int | None, clock: Callable[[], int]) -> TablesRead:
        """Read one chunk of tables as columns; see :func:`tactful.columns.tables.read.read_tables`."""
        decider = self._decider
        return read_tables(
            tables,
            calendars=decider.calendars,
            declared=decider.declared,
            limits=decider.limits,
            now=now,
            clock=clock,
        )

    def rank(self, columns: Columns, *, steps: bool) -> Ranked:
        """Decide on one chunk that has been read. ``steps`` adds the steps that rules add.

        Candidates on whom a decision takes too many steps are left out, and rejected.
        """
        program = self._program

        def ranked(left: Columns) -> RankedTables:
            added = program.fire_steps(left) if steps else None
            return self._ranker.rank(left, program.fire(left), added, program.values, self._aside(left))

        return self._rank(columns, ranked)

    def rank_at_once(self, columns: Columns) -> Ranked:
        """The same without steps. The compiled rules, if there are any, find the deadlines that have to be searched for case by
        case, and are much faster at that. It pays where they are compiled anyway, or for thousands of cases."""
        program, compiled = self._program, self._decider.compiled
        search = None if compiled is None else compiled.ends

        def ranked(left: Columns) -> RankedTables:
            return self._ranker.rank(left, program.fire(left, search), None, program.values, self._aside(left))

        return self._rank(columns, ranked)

    def _rank(self, columns: Columns, ranked: Callable[[Columns], RankedTables]) -> Ranked:
        numbers, refused = np.arange(columns.sizes["candidate"]), self._too_large(columns)
        everyone, mistakes, tables = columns, dict[int, Diagnostic](), None
        while tables is None:
            if refused:
                mistakes |= {int(numbers[no]): mistake for no, mistake in refused.items()}
                gone = np.isin(np.arange(len(numbers)), list(refused))
                columns, numbers = without(columns, gone, columns.cases), numbers[~gone]
            try:
                tables = ranked(columns)
            except Refused as error:
                refused = error.mistakes
        return Ranked(tables, columns, _rejects(everyone, mistakes))

    def _aside(self, columns: Columns) -> list[Aside]:
        """The advice that candidates have followed or dismissed."""
        numbers, aside = columns.handled.tolist(), list[Aside]()
        for no, case in zip(numbers, columns.each_case(numbers), strict=True):
            rows = {row: place for of_entity in rows_of([case]).values() for place, row in enumerate(of_entity)}
            for item in self._decider.rank(case, int(columns.now[no])).put_aside:
                conclusion, entity = item.conclusion, item.conclusion.target.entity
                group = ConclusionGroup(conclusion.action, entity, conclusion.prohibits)
                target = int(columns.starts("candidate", entity)[no]) + rows[conclusion.target]
                aside.append(Aside(no, group, target, item.key, item.done, item.moment))
        return aside

    def _too_large(self, columns: Columns) -> Mapping[int, Diagnostic]:
        """The candidates on whom a decision takes too many steps."""
        suspects, mistakes = too_large(columns, self._decider.work).tolist(), {}
        for no, case in zip(suspects, columns.each_case(suspects), strict=True):
            try:
                self._decider.check(case)
            except InvalidInput as error:
                (mistakes[no],) = error.diagnostics
        return mistakes

    def _decision(self, tables: Tables, id_: str, now: int | None, moment: int) -> Decision:
        read = self.read(tables, now, lambda: moment)
        if read.rejects:
            mistakes = "; ".join(reject.message for reject in read.rejects)
            raise TactfulError(f"the candidate `{id_}` was rejected: {mistakes}")
        if not read.columns.sizes["candidate"]:
            raise TactfulError(f"there is no candidate `{id_}`")
        case, at = read.columns.case(0), int(read.columns.now[0])
        return Decision(self._decider.rank(case, at), Context(self._decider, case, at))


class Ranked(NamedTuple):
    """The decisions on one chunk: their tables, and the candidates that were decided on.

    ``refused`` has the others, in their order: their numbers among the candidates of the chunk, and why.
    """

    tables: RankedTables
    columns: Columns
    refused: dict[int, Reject]


def _rejects(columns: Columns, mistakes: Mapping[int, Diagnostic]) -> dict[int, Reject]:
    """The rejects of the candidates with these numbers, in their order."""
    ids = columns.texts("candidate", "id")
    return {
        no: Reject(ids[no].as_py(), None, mistake.code, mistake.message, mistake.help)
        for no, mistake in sorted(mistakes.items())
    }


@dataclass(frozen=True, slots=True)
class DecidedTables:
    """The result of :meth:`tactful.Policy.decide_tables`. The columns of each table are in docs/reference/tables.md.

    ``actions`` has a row for each conclusion, and ``justifications`` a row for each rule behind a conclusion. ``steps`` has a
    row for each step that a rule adds; it is ``None`` unless steps were asked for. ``rejects`` has a row for each mistake of
    a candidate who could not be decided on.
    """

    actions: pa.Table
    justifications: pa.Table
    rejects: pa.Table
    steps: pa.Table | None
    _decide: Callable[[str], Decision]

    def decision(self, candidate_id: str) -> Decision:
        """The decision on one candidate, made again with :meth:`tactful.Policy.decide` so that it can be explained.

        Raises :class:`tactful.TactfulError` if there is no such candidate, or if the candidate was rejected.
        """
        return self._decide(candidate_id)


def rejects_table(rejects: list[Reject]) -> pa.Table:
    """Mistakes as a table."""
    columns = zip(*rejects, strict=True) if rejects else [()] * len(REJECTS)
    arrays = [pa.array(list(values), field.type) for values, field in zip(columns, REJECTS, strict=True)]
    return pa.Table.from_arrays(arrays, schema=REJECTS)


def _check(tables: Tables) -> None:
    for name, table in tables.items():
        if not isinstance(table, pa.Table):
            raise TactfulError(f"`{name}` is {type(table).__name__}; give a pyarrow.Table")


def _of_candidate(tables: Tables, id_: str) -> dict[str, pa.Table]:
    """All rows of one candidate."""
    return {
        name: table.filter(pc.equal(pc.cast(table["candidate_id"], pa.string()), id_)) for name, table in tables.items()
    }
