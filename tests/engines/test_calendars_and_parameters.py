"""All engines agree on named calendars and parameters of cases, and plans cross their boundaries to the second."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
import pytest

import tactful
from extras import NEEDS_RETE
from tactful.decide.timeline import timeline
from tactful.engines.evaluate import Evaluator
from tactful.engines.expiry import Expiry, fires
from tactful.engines.rete import Rete
from tactful.engines.rete.program import ReteProgram
from tactful.facts.kinds import DAY
from tactful.facts.rows import Case
from tactful.testing.properties.drawing import drawn_cases

PACK: Final = """
parameters:
  pace: {value: 2 business days, adjustable: {from: 1 business day, to: 12 business days}}
  gap: {values: {2026-01-01: 3 days, 2026-11-27: 6 days, 2026-12-28: 1 hour}, adjustable: {from: 1 hour, to: 9 days}}
  most: {values: {2026-01-01: 1, 2026-11-30: 2}}
calendars:
  default: {days off: [24 December to 1 January, 2026-11-25]}
  acme: {country: US, weekend: [friday, saturday], days off: [2026-11-23 to 2026-11-24], office hours: 08:00 to 12:30}
  bolt: {weekend: [], days off: [27 November], working days: [2026-12-25], office hours: 13:00 to 13:01}
facts:
  application.opens: {is: next office time after application.reply_by}
  interview.next_day: {is: next business day after interview.ended_at}
  application.sent: {count: message, where: {message.direction: sent, message.sent_at: more than $gap ago}}
actions: {call: {about: Call., one per: person}, write: {about: Write., one per: application}}
rules:
  paced: {for each: application, when: {application.reply_by: at least $pace ago}, then: {should: write}, because: "{$pace}"}
  gapped: {for each: interview, when: {interview.ended_at: less than $gap ago}, then: {may: write}, because: "{$gap}"}
  opened: {for each: application, when: {application.opens: at least 1 business day ago}, then: {may: write}, because: so}
  next: {for each: interview, when: {interview.next_day: at most 3 business days ago}, then: {should: write}, because: so}
  counted: {for each: application, when: {application.sent: at least $most}, then: {may: write}, because: so}
  weekly: {for each: person, when: {person.weekday: [monday, thursday], person.business_day: yes}, then: {may: call}, because: so}
  yearly:
    for each: person
    when: {person.date: between 20 December and 6 January, application.business_day: no}
    then: {should_not: call}
    because: so
  hours:
    for each: person
    when: {person.local_time: [between 09:00 and 10:00, between 14:00 and 16:00], candidate.business_day: yes}
    then: {should: call}
    by: $pace after application.reply_by
    because: so
"""
POLICY: Final = tactful.loads(PACK)
#: Drawn cases, which name the calendars, state the parameters, and lie around the days on which the dated values change.
CASES: Final = [POLICY.read(case) for case in drawn_cases(POLICY, 60, 20)]

Fired = set[tuple[str, int, int | None]]


def compiled(case: Case, now: int) -> Fired:
    """What the compiled engine fires: the rule, the row and the deadline."""
    return {(POLICY.checked.rules[no].id, row.no, due) for no, row, due in POLICY.decider.fire(case, now)}


def test_drawn_cases_reach_calendars_and_parameters() -> None:
    """The cases below name every calendar, and state every parameter."""
    named = {family.application.calendar.name for case in CASES for family in case.families}
    assert named == {None, "acme", "bolt"}
    assert {name for case in CASES for name in case.candidate.custom if name.startswith("$")} == {"$pace", "$gap"}
    fired = {rule for case in CASES for rule, _, _ in compiled(case, _now(case))}
    assert fired == {rule.id for rule in POLICY.checked.rules}


def test_the_compiled_engine_fires_as_conditions_read() -> None:
    """The compiled engine agrees with the plain evaluator."""
    for case in CASES:
        assert compiled(case, _now(case)) == set(_read(case, _now(case)))


def _now(case: Case) -> int:
    assert case.now is not None  # drawn cases have one
    return case.now


def _read(case: Case, now: int) -> Iterator[tuple[str, int, int | None]]:
    evaluator = Evaluator(case, now, POLICY.decider.facts, POLICY.calendars)
    for rule in POLICY.checked.rules:
        for row in evaluator.rows(rule.entity):
            env = evaluator.environment(rule.entity, row)
            if fires(rule, env, evaluator):
                due = Expiry(evaluator).until(rule, row) if rule.by is None else evaluator.deadline(rule.by, env)
                yield rule.id, row.no, due


def test_the_network_agrees() -> None:
    """The Rete engine agrees with the compiled engine."""
    pytest.importorskip("durable_rules_engine", reason=NEEDS_RETE)
    pool = Rete().pool()
    try:
        network = ReteProgram(POLICY.checked, POLICY.calendars, pool)
        for case in CASES:
            fired = {(POLICY.checked.rules[no].id, row.no, due) for no, row, due in network.fire(case, _now(case))}
            assert fired == compiled(case, _now(case))
    finally:
        pool.close()


def test_tables_agree() -> None:
    """Decisions over tables have the advice of ``decide``, with the cases as tables and read back."""
    cases = [_renamed(case, f"c{no}") for no, case in enumerate(CASES)]
    decided = POLICY.decide_tables(POLICY.tables(cases))
    assert decided.rejects.num_rows == 0
    advised: dict[str, list[tuple[str, str]]] = {}
    for row in decided.actions.to_pylist():
        if row["state"] == "ranked":
            advised.setdefault(row["candidate_id"], []).append((row["action"], row["modality"]))
    for case in cases:
        wanted = [(advice.action, advice.modality) for advice in POLICY.decide(case).actions]
        assert sorted(advised.get(case.candidate.id, [])) == sorted(wanted)


def _renamed(case: Case, id_: str) -> Case:
    """The case of a candidate with another id."""
    plain: dict[str, Any] = msgspec.to_builtins(case.shape)
    return POLICY.read({**plain, "candidate": {**plain["candidate"], "id": id_}})


def test_plans_are_exact() -> None:
    """Between two instants of a plan nothing changes, and at each instant something does."""
    for case in CASES[:12]:
        now = _now(case)
        line = timeline(POLICY.decider, case, now, now + 40 * DAY)
        for interval in line.intervals:
            fired = compiled(case, interval.start)
            assert fired == compiled(case, interval.end - 1)
            assert fired == compiled(case, (interval.start + interval.end) // 2)


WINDOWS: Final = """
calendars: {acme: {days off: [2026-12-17], working days: [2027-01-09]}}
actions: {call: {about: Call., one per: person}}
rules:
  call:
    for each: person
    when:
      person.weekday: [tuesday, thursday, saturday]
      person.local_time: [between 10:00 and 12:00, between 14:00 and 16:00]
      person.business_day: yes
    unless: {person.date: between 20 December and 6 January}
    then: {should: call}
    because: They take calls now.
"""


def test_a_plan_crosses_days_and_windows_to_the_second() -> None:
    """Weekdays, two windows, a day off, a working Saturday, and a yearly range: each begins and ends at its second."""
    case = {
        "now": "2026-12-14T00:00:00+01:00",
        "candidate": {"id": "me", "time_zone": "America/New_York"},
        "applications": [{"id": "a", "time_zone": "Europe/Berlin", "calendar": "acme", "people": [{"id": "dana"}]}],
    }
    plan = tactful.loads(WINDOWS).plan(case, until=timedelta(days=28))
    berlin, windows = ZoneInfo("Europe/Berlin"), [window for item in plan.items for window in item.windows]
    ends = [(window.start.astimezone(berlin), window.end.astimezone(berlin)) for window in windows]
    assert [f"{start:%a %d %H:%M:%S} to {end:%a %d %H:%M:%S}" for start, end in ends] == [
        "Tue 15 10:00:00 to Tue 15 12:00:01",
        "Tue 15 14:00:00 to Tue 15 16:00:01",
        "Thu 07 10:00:00 to Thu 07 12:00:01",
        "Thu 07 14:00:00 to Thu 07 16:00:01",
        "Sat 09 10:00:00 to Sat 09 12:00:01",
        "Sat 09 14:00:00 to Sat 09 16:00:01",
    ]
