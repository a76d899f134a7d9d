"""Deadlines of firings, in arrays. If a rule's deadline is not a shifted moment, which is rare, each case is searched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from tactful.columns.columns import NULL, Columns, Ints, Places
from tactful.columns.engine.fields import Fields
from tactful.columns.engine.frames import Frame
from tactful.columns.engine.nodes import Ref, Table
from tactful.columns.engine.planner import Planner
from tactful.columns.from_cases import rows_of
from tactful.engines.courses import TooManySteps
from tactful.engines.evaluate import Evaluator
from tactful.engines.expiry import Expiry, end_not_found
from tactful.facts.calendars import Calendars
from tactful.facts.rows import Case, Row
from tactful.language.ir import AllOf, AnyOf, ComputedFact, Condition, NowIs, Rule, Shift, Test
from tactful.language.ir.clockwork import Clockwork
from tactful.source.diagnostics import Diagnostic, InvalidInput


class End(NamedTuple):
    """The moment of ``field``, shifted."""

    field: Ref
    shift: Shift


#: The deadline is the first known moment among these. ``None``: the deadline must be searched for.
Ends = tuple[End, ...] | None

#: When a rule that fires for a row stops by time alone, in seconds since 1970; ``None`` if that is too far off. Raises
#: :class:`tactful.InvalidInput` if it takes too many steps to tell.
EndOf = Callable[[Rule, Row], int | None]
#: Finds ends in a case, at a moment in seconds since 1970.
Search = Callable[[Case, int], EndOf]


def ends_of(rule: Rule, clockwork: Clockwork, planner: Planner) -> Ends:
    """The moments that bound a rule's deadline."""
    table = Table(rule.entity)
    if rule.by is not None:
        return (End(planner.ref(rule.by.field, table), rule.by.shift),)
    if rule.endless:
        return ()
    musts = rule.when.members if isinstance(rule.when, AllOf) else (rule.when,)
    bars = rule.unless.members if isinstance(rule.unless, AnyOf) else (rule.unless,)
    ends: list[End] = []
    for condition, must in (*((member, True) for member in musts), *((member, False) for member in bars)):
        if clockwork.condition(condition):
            shifts = _last_moments(condition, must, clockwork)
            if shifts is None:
                return None
            assert isinstance(condition, Test)  # only tests have last moments
            ends.extend(End(planner.ref(condition.field, table), shift) for shift in shifts)
    return tuple(ends)


def _last_moments(condition: Condition, must: bool, clockwork: Clockwork) -> list[Shift] | None:
    """The shifts from its field's moment at which a condition stops holding (``must``), or begins to hold (not ``must``).

    They are known for a test that only compares the age of a moment, if time does not change the moment itself. A test for
    "at least so long ago" never stops holding, and begins to hold only once. ``None``: the shifts must be searched for.
    """
    if not isinstance(condition, Test) or condition.negated or clockwork.field(condition.field):
        return None
    times = [predicate for predicate in condition.predicates if isinstance(predicate, NowIs)]
    if len(times) < len(condition.predicates):
        return None
    if must:
        return [predicate.shift for predicate in times if predicate.op in ("<", "<=")]
    return [times[0].shift] if len(times) == 1 and times[0].op in (">", ">=") else None


class Refused(Exception):
    """Some cases cannot be decided on: ``mistakes`` says why, by the number of the case."""

    def __init__(self, mistakes: Mapping[int, Diagnostic]) -> None:
        super().__init__(mistakes)
        self.mistakes = mistakes


class _Open(NamedTuple):
    """A rule that fires for ``rows`` of the cases ``owners``; its deadlines ``due`` are still to be searched for."""

    rule: Rule
    rows: Places
    owners: Places
    due: Ints


class Deadlines:
    """Finds the deadlines of a chunk's firings."""

    def __init__(
        self, columns: Columns, fields: Fields, facts: Mapping[str, ComputedFact], calendars: Calendars
    ) -> None:
        self._columns, self._fields, self._facts, self._calendars = columns, fields, facts, calendars
        self._open: list[_Open] = []

    def due(self, rule: Rule, ends: Ends, rows: Places, frame: Frame) -> Ints | None:
        """The deadlines of a rule that fires for ``rows``, the rows of ``frame``; ``None`` if no firing has a deadline."""
        if ends is None:
            return self._searched(rule, rows)
        moments = [self._fields.shifted(end.field, end.shift, frame) for end in ends]
        if not moments:
            return None
        first = moments[0]
        for later in moments[1:]:
            # Unknown is the least number. Subtracting 1 makes it the greatest.
            first = np.minimum(first - 1, later - 1) + 1
        return first

    def _searched(self, rule: Rule, rows: Places) -> Ints:
        """The moments at which a rule stops by time alone; they are filled in by :meth:`search`."""
        due = np.full(len(rows), NULL, dtype=np.int64)
        self._open.append(_Open(rule, rows, self._columns.above(rule.entity, "candidate").take(rows), due))
        return due

    def search(self, search: Search | None = None) -> None:
        """Search for the deadlines that are still missing, case by case: with ``search``, or else as the plain evaluator does.

        Raises :class:`Refused` with all cases that this takes too many steps for.
        """
        if not self._open:
            return
        refused: dict[int, Diagnostic] = {}
        search = search or _plain_search(self._facts, self._calendars)
        wanted = np.unique(np.concatenate([open_.owners for open_ in self._open]))
        orders = [np.argsort(open_.owners, kind="stable") for open_ in self._open]
        stretches = [
            np.searchsorted(open_.owners.take(order), np.append(wanted, wanted[-1] + 1))
            for open_, order in zip(self._open, orders, strict=True)
        ]
        for place, case in enumerate(self._columns.each_case(wanted.tolist())):
            no = int(wanted[place])
            now = self._fields.now("candidate", np.array([no]))
            end_of, rows = search(case, now if isinstance(now, int) else int(now[0])), rows_of([case])
            for open_, order, ends in zip(self._open, orders, stretches, strict=True):
                start = int(self._columns.starts("candidate", open_.rule.entity)[no])
                own = rows[open_.rule.entity]
                try:
                    for at in order[ends[place] : ends[place + 1]].tolist():
                        until = end_of(open_.rule, own[int(open_.rows[at]) - start])
                        open_.due[at] = NULL if until is None else until
                except InvalidInput as error:
                    refused.setdefault(no, error.diagnostics[0])
        if refused:
            raise Refused(refused)


def _plain_search(facts: Mapping[str, ComputedFact], calendars: Calendars) -> Search:
    """The search with the plain evaluator."""
    clockwork = Clockwork(facts)

    def search(case: Case, now: int) -> EndOf:
        expiry = Expiry(Evaluator(case, now, facts, calendars), clockwork)

        def end_of(rule: Rule, row: Row) -> int | None:
            try:
                return expiry.until(rule, row)
            except TooManySteps:
                raise InvalidInput([end_not_found(rule, case)]) from None

        return end_of

    return search
