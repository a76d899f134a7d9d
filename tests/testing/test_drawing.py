"""Cases drawn from a seed are the same in every process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tactful
from drawn import packs
from draws import draws
from tactful.facts.fields import given_fields
from tactful.facts.kinds import (
    CountryKind,
    DateKind,
    DayTimeKind,
    DurationKind,
    IdKind,
    ListKind,
    MomentKind,
    NumberKind,
    TextKind,
    YesNoKind,
)
from tactful.formats.text.facts import values_of
from tactful.testing import cases
from tactful.testing.properties.drawing import drawn_cases

FAULT = Path(__file__).parents[1] / "seeded_faults" / "negation_lost.yaml"
SCRIPT = """
import importlib, sys
for name in sys.argv[2:]:
    importlib.import_module(name)
import tactful
from tactful.testing import check_invariants
from tactful.testing.properties.drawing import drawn_cases
policy = tactful.load(sys.argv[1])
print(list(drawn_cases(policy, 250, 1)))
print(check_invariants(policy, seed=1, examples=250, only=["one-note-is-enough"]))
"""


def drawn(folder: Path, *modules: str) -> str:
    """The cases and the results for one seed, in a process that also imports ``modules`` from ``folder``."""
    path = os.pathsep.join([str(folder), *sys.path])
    command = [sys.executable, "-c", SCRIPT, str(FAULT), *modules]
    return subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": path}
    ).stdout


def test_loaded_modules_do_not_matter(tmp_path: Path) -> None:
    """The same cases and the same smallest failing case, whatever is imported.

    hypothesis draws constants from the source of loaded modules, and a seed once drew other cases for it.
    """
    # hypothesis takes no constants from a module with more than 1024 of them
    constants = [*range(100, 400), *(bytes(range(1, length)) for length in range(2, 51))]
    (tmp_path / "full_of_constants.py").write_text(f"CONSTANTS = {constants!r}\n")
    plain = drawn(tmp_path)
    assert "failure=InvariantFailure" in plain
    assert drawn(tmp_path, "full_of_constants", "tactful.columns.engine.program") == plain


def test_as_many_cases_as_asked_for() -> None:
    """All of them valid; another seed draws other cases."""
    policy = tactful.load()
    cases = list(drawn_cases(policy, 50, 1))
    assert len(cases) == 50
    assert all(policy.read(case).now is not None for case in cases)
    assert cases != list(drawn_cases(policy, 50, 2))


LITERALS = """\
parameters: {patience: {values: {2026-01-01: 2 days, 2027-03-01: 3 days}}}
actions: {call: {about: a call}}
rules:
  r:
    for each: application
    when:
      - application.role: begins with senior
      - application.country: [DE-BY, US]
      - application.reply_by: before 2026-10-15
      - candidate.date: between 24 December and 6 January
      - candidate.weekday: thursday
      - candidate.local_time: [between 10:00 and 12:00, between 14:00 and 16:00]
    then: {should: call}
    because: a reason
  patient:
    for each: application
    when: {application.reply_by: at least $patience ago}
    then: {may: call}
    because: a reason
"""


@pytest.mark.slow
def test_every_given_field_is_drawn() -> None:
    """Fields that no rule reads, too, and every word of a choice; ids, places, names and addresses are drawn by other ways."""
    policy = tactful.load()
    words: dict[str, set[str]] = {}
    for case in drawn_cases(policy, 1_500, 3):
        for application in case["applications"]:
            parts = {"application": [application], "offer": [application["offer"]] if "offer" in application else []}
            parts |= {"person": application.get("people", []), "interview": application.get("interviews", [])}
            parts |= {"message": application.get("messages", []), "candidate": [case["candidate"]]}
            for entity, rows in parts.items():
                for row in rows:
                    for name, value in row.items():
                        listed = value if isinstance(value, list) else [value]
                        words.setdefault(f"{entity}.{name}", set()).update(map(str, listed))
    for entity, fields in given_fields().items():
        for name, spec in fields.items():
            if entity != "interviewer" and not spec.clock and name not in ("id", "email", "calendar"):
                drawn = words.get(f"{entity}.{name}", set())
                assert drawn, f"{entity}.{name}"
                assert drawn >= set(values_of(spec.kind)), f"{entity}.{name}"


def test_cases_lie_on_both_sides_of_every_literal() -> None:
    """Words and neighbours without them, countries and their parts, named days, weekdays, windows, days of dated values."""
    policy = tactful.loads(LITERALS)
    drawn = list(drawn_cases(policy, 1200, 1))
    applications = [application for case in drawn for application in case["applications"]]
    roles = {application.get("role", "").lower() for application in applications}
    assert {"senior", "senior ana", "ana senior", "seniors", "unsenior"} <= roles
    assert {"DE-BY", "DE", "US", "US-CA", "NZ"} <= {application.get("country") for application in applications}
    nows = [datetime.fromisoformat(case["now"]) for case in drawn]
    here = [
        now for case, now in zip(drawn, nows, strict=True) if case["candidate"].get("time_zone") == "America/New_York"
    ]
    assert {now.weekday() for now in here} == set(range(7))
    assert {(12, 23), (12, 24), (1, 6), (1, 7)} <= {(now.month, now.day) for now in here}
    assert {(2027, 2, 28), (2027, 3, 1)} <= {(now.year, now.month, now.day) for now in here}
    assert {(9, 59), (10, 0), (11, 0), (12, 0), (13, 59), (14, 0), (16, 0)} <= {(now.hour, now.minute) for now in here}
    days = {
        datetime.fromisoformat(application["reply_by"]).date()
        for application in applications
        if "reply_by" in application
    }
    assert {date(2026, 10, 14), date(2026, 10, 15)} <= days
    fired = {reason.rule for case in drawn for action in policy.decide(case).actions for reason in action.because}
    assert fired == {"r", "patient"}


#: A literal for each kind of field, as conditions name it.
NAMED = {
    TextKind: "contains zenith",
    IdKind: "dana",
    CountryKind: "DE-BY",
    ListKind: "sailing",
    NumberKind: "7",
    DurationKind: "5 weeks",
    DayTimeKind: "between 06:30 and 06:45",
    MomentKind: "between 3 March and 4 March",
    DateKind: "between 3 March and 4 March",
    YesNoKind: "yes",
}
#: Fields with literals of their own. No case has a calendar, as the pack declares none.
APART = {"time_zone": "Europe/Berlin", "email": "dana@zenith.org", "calendar": "known"}


def test_every_literal_is_drawn_for_every_field_that_is_compared_with_it() -> None:
    """A rule with one condition fires in some drawn cases, and not in others."""
    custom, rules = ["custom_facts:"], ["rules:"]
    for entity, specs in given_fields().items():
        custom.append(f"  {entity}: {{words: {{type: list}}, said: {{type: text}}, tone: {{type: number}}}}")
        kinds = {name: spec.kind for name, spec in specs.items()}
        kinds |= {"words": ListKind(), "said": TextKind(), "tone": NumberKind()}
        for name, kind in kinds.items():
            phrase = APART.get(name) or (values_of(kind) or (NAMED.get(type(kind)),))[-1]
            target = "candidate" if entity == "candidate" else "application"
            when = f"{{{entity}.{name}: '{phrase}'}}"
            conclusion = f"then: {{may: call, to: {target}}}, because: a reason"
            rules.append(f"  {entity}-{name.replace('_', '-')}: {{for each: {entity}, when: {when}, {conclusion}}}")
    policy = tactful.loads("\n".join(["actions: {call: {about: a call}}", *custom, *rules, ""]))
    fired = Counter[int]()
    for case in drawn_cases(policy, 400, 1):
        read = policy.read(case)
        fired.update({no for no, _, _ in policy.decider.fire(read, read.now or 0)})
    missed = {rule.id for rule in policy.checked.rules if not 0 < fired[rule.no] < 400}
    assert missed == {"application-calendar"}


@draws(30)
@given(text=packs(), data=st.data())
def test_cases_for_any_pack_can_be_read(text: str, data: st.DataObject) -> None:
    """Whatever a pack computes and compares, the cases that are drawn for it are valid."""
    policy = tactful.loads(text)
    assert policy.read(data.draw(cases(policy))).now is not None


def test_ids_that_a_pack_names_are_no_other_rows_own() -> None:
    """A pack may name the very ids that are drawn without it."""
    rule = "{for each: application, when: {application.contact_via: [p2, p3]}, then: {may: call, to: application}, because: x}"
    policy = tactful.loads(f"actions: {{call: {{about: a call}}}}\nrules: {{r: {rule}}}\n")
    for case in drawn_cases(policy, 300, 1):
        policy.read(case)
