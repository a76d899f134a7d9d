"""The object that compiled functions run on: one for each decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

import msgspec

from tactful.engines.compiled.past import SMALL, Past, Untold, until
from tactful.engines.compiled.turning import TurningFunctions
from tactful.engines.courses import TooManySteps
from tactful.engines.evaluate import Evaluator
from tactful.engines.expiry import Expiry, end_not_found
from tactful.facts.calendars import Calendars
from tactful.facts.kinds import Value
from tactful.facts.rows import Case, Family, InterviewerRow, MessageRow, Row
from tactful.language.ir import ComputedFact, Rule
from tactful.source.diagnostics import InvalidInput


class Runtime(msgspec.Struct, eq=False, gc=False):
    """The case, the moment, the calendars, and in ``memo`` the computed facts that are already known, by fact and row."""

    case: Case
    now: int
    families: tuple[Family, ...]
    calendars: Calendars
    rules: Sequence[Rule]
    facts: Mapping[str, ComputedFact]
    turning: TurningFunctions
    memo: dict[int, Value] = msgspec.field(default_factory=dict)
    past: Past | None = None
    expiry: Expiry | None = None

    def forget(self) -> None:
        """Forget the results of searches for ends, because facts of the case have changed. ``memo`` stays."""
        self.past = self.expiry = None

    def until(self, rule: int, row: Row) -> int | None:
        """When a rule that fires now stops by time alone (seconds since 1970); for ends that no expression can compute.

        Raises :class:`tactful.InvalidInput` if that takes too many steps.
        """
        quick = self.case.size <= SMALL and self.turning.worth_compiling()
        turns = self.turning.rule(rule) if quick else None
        if turns is not None:
            past = self.past = self.past or Past(self.case, self.now)
            with suppress(Untold):
                return until(past, turns, row)
        return self._until(rule, row)

    def _until(self, rule: int, row: Row) -> int | None:
        """The same with the plain evaluator."""
        if self.expiry is None:
            evaluator = Evaluator(self.case, self.now, self.facts, self.calendars)
            self.expiry = Expiry(evaluator, self.turning.clockwork)
        try:
            return self.expiry.until(self.rules[rule], row)
        except TooManySteps:
            raise InvalidInput([end_not_found(self.rules[rule], self.case)]) from None


def messages_by_person(family: Family) -> dict[str, list[MessageRow]]:
    """The messages of an application by the person at the other end."""
    by_person: dict[str, list[MessageRow]] = {}
    for message in family.messages:
        id_ = message.person_id
        if id_ is not None:
            if id_ in by_person:
                by_person[id_].append(message)
            else:
                by_person[id_] = [message]
    return by_person


def interviewers_by_person(family: Family) -> dict[str, list[InterviewerRow]]:
    """The interviewers of an application's interviews by person."""
    by_person: dict[str, list[InterviewerRow]] = {}
    for group in family.interviewers:
        for row in group:
            if row.id in by_person:
                by_person[row.id].append(row)
            else:
                by_person[row.id] = [row]
    return by_person
