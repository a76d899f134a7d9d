"""Tables of candidates in, tables of decisions out: the columnar way on one page. Needs the extra ``batch``."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from tactful.api.decision import Decision
from tactful.columns.chunks import chunks
from tactful.columns.columns import Columns
from tactful.columns.engine import columnar_program
from tactful.columns.ranking import ColumnRanker, RankedTables
from tactful.columns.tables.read import TablesRead, read_tables
from tactful.columns.tables.rejects import Reject
from tactful.columns.tables.sheets import sheets_of
from tactful.decide.decider import Decider
from tactful.reasons.context import Context
from tactful.source.diagnostics import TactfulError

Tables = Mapping[str, pa.Table]

REJECTS: Final = pa.schema(
    [
        pa.field(name, pa.string(), null, {"description": about})
        for name, null, about in (
            ("candidate_id", True, "Whose mistake it is; null where a row does not say whose it is."),
            ("table", True, "The table that it is in, where that can be told."),
            ("code", False, "What `tactful explain CODE` is about."),
            ("message", False, "What is wrong."),
            ("help", True, "What to do about it."),
        )
    ]
)


class TableDecider:
    """Decides over tables with one pack. Immutable as seen from outside; used from any number of threads."""

    def __init__(self, decider: Decider) -> None:
        self._decider = decider
        self._program = columnar_program(decider.checked, decider.calendars)
        self._ranker = ColumnRanker(decider.checked)

    def decide(self, tables: Tables, now: int | None, *, steps: bool, clock: int | None = None) -> DecidedTables:
        """Decide on all candidates, chunk by chunk; see :meth:`tactful.Policy.decide_tables`.

        ``clock``: the current moment, where that has been settled for more tables than these.
        """
        _check(tables)
        self.check({name: table.schema for name, table in tables.items()})
        moment = int(time.time()) if clock is None else clock
        decided, rejects = list[RankedTables](), list[Reject]()
        for chunk in chunks(tables):
            read = self.read(chunk, now, lambda: moment)
            rejects += read.rejects
            decided.append(self.rank(read.columns, steps=steps))
        return DecidedTables(
            actions=pa.concat_tables([one.actions for one in decided]),
            justifications=pa.concat_tables([one.justifications for one in decided]),
            steps=pa.concat_tables([one.steps for one in decided]) if steps else None,
            rejects=rejects_table(rejects),
            _decide=lambda id_: self._decision(_of_candidate(tables, id_), id_, now, moment),
        )

    def check(self, schemas: Mapping[str, pa.Schema]) -> None:
        """See to names and types. Raises :class:`InvalidInput` where a table or a column cannot have what it has."""
        sheets_of({name: schema.empty_table() for name, schema in schemas.items()}, self._decider.checked.custom)

    def read(self, tables: Tables, now: int | None, clock: Callable[[], int]) -> TablesRead:
        """Read one chunk of tables as columns; see :func:`tactful.columns.tables.read.read_tables`."""
        decider = self._decider
        return read_tables(
            tables,
            calendars=decider.calendars,
            custom=decider.checked.custom,
            limits=decider.limits,
            now=now,
            clock=clock,
        )

    def rank(self, columns: Columns, *, steps: bool) -> RankedTables:
        """Decide on one chunk that has been read; ``steps``: also what rules say to mind."""
        program = self._program
        return self._ranker.rank(columns, program.fire(columns), program.fire_steps(columns) if steps else None)

    def _decision(self, tables: Tables, id_: str, now: int | None, moment: int) -> Decision:
        read = self.read(tables, now, lambda: moment)
        if read.rejects:
            told = "; ".join(one.message for one in read.rejects)
            raise TactfulError(f"the candidate `{id_}` was rejected: {told}")
        if not read.columns.sizes["candidate"]:
            raise TactfulError(f"there is no candidate `{id_}`")
        case, at = read.columns.case(0), int(read.columns.now[0])
        return Decision(self._decider.rank(case, at), Context(self._decider, case, at))


@dataclass(frozen=True, slots=True)
class DecidedTables:
    """What :meth:`tactful.Policy.decide_tables` returns; docs/reference/tables.md has the columns of each table.

    ``actions`` has a row for each conclusion, ``justifications`` one for each rule behind it, ``steps`` (where they were
    asked for, else ``None``) one for each step that a rule adds, and ``rejects`` one for each mistake of a candidate who
    could not be decided on.
    """

    actions: pa.Table
    justifications: pa.Table
    rejects: pa.Table
    steps: pa.Table | None
    _decide: Callable[[str], Decision]

    def decision(self, candidate_id: str) -> Decision:
        """The decision on one candidate, made again in the ordinary way, to explain it in words.

        Raises :class:`tactful.TactfulError` where there is no such candidate, or where it was rejected.
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
