"""What compiled functions run on: one object for each decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from tactful.engines.evaluate import Evaluator
from tactful.engines.expiry import Expiry
from tactful.facts.calendars import Calendars
from tactful.facts.kinds import Value
from tactful.facts.rows import Case, Family, InterviewerRow, MessageRow, Row
from tactful.language.ir import ComputedFact, Rule


class Runtime(msgspec.Struct, eq=False, gc=False):
    """The case, the moment, the calendars, and in ``memo`` the computed facts that are already known."""

    case: Case
    now: int
    families: tuple[Family, ...]
    calendars: Calendars
    rules: Sequence[Rule]
    facts: Mapping[str, ComputedFact]
    memo: dict[tuple[int, int], Value] = msgspec.field(default_factory=dict)
    expiry: Expiry | None = None

    def until(self, rule: int, row: Row) -> int | None:
        """When a rule that fires now stops by time alone, for rules whose end no single expression tells."""
        if self.expiry is None:
            self.expiry = Expiry(Evaluator(self.case, self.now, self.facts, self.calendars))
        return self.expiry.until(self.rules[rule], row)


def messages_by_person(family: Family) -> dict[str, list[MessageRow]]:
    """The messages of an application by the person at the other end."""
    found: dict[str, list[MessageRow]] = {}
    for message in family.messages:
        id_ = message.person_id
        if id_ is not None:
            if id_ in found:
                found[id_].append(message)
            else:
                found[id_] = [message]
    return found


def interviewers_by_person(family: Family) -> dict[str, list[InterviewerRow]]:
    """The parts in interviews of an application by the person who has them."""
    found: dict[str, list[InterviewerRow]] = {}
    for group in family.interviewers:
        for row in group:
            if row.id in found:
                found[row.id].append(row)
            else:
                found[row.id] = [row]
    return found
