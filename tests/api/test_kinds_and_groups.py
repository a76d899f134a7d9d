"""What each piece of advice asks for, what its deadline means, and who gets the same advice: alike on every engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import tactful
from tactful.cli.app import app

PACK = """
actions:
  write: {about: Write., label: "Write to {person.name|them}"}
  call: {about: Call.}
  rest: {about: Wait., kind: wait}
  look: {about: Look around., kind: standing}
rules:
  write-to-all:
    about: Write.
    source: House rules
    for each: person
    unless: {person.prefers: phone}
    then: {should: write}
    by: 2 days after application.reply_by
    because: "{person.name} reads."
  write-to-recruiters:
    about: Write to recruiters.
    source: House rules
    for each: person
    when: {person.role: recruiter}
    then: {should: write}
    because: "{person.name} answers."
  no-calls:
    about: No calls.
    source: House rules
    for each: application
    then: {must_not: call}
    by: application.reply_by
    because: They are busy.
  no-rest:
    about: No rest.
    source: House rules
    for each: candidate
    then: {should_not: rest}
    because: It is time.
  look-on:
    about: Look on.
    source: House rules
    for each: candidate
    then: {may: look}
    because: It helps.
"""
CASE = {
    "candidate": {"id": "sam", "time_zone": "UTC"},
    "applications": [
        {
            "id": "acme",
            "reply_by": "2026-11-27",
            "people": [
                {"id": "ann"},
                {"id": "ben", "role": "recruiter"},
                {"id": "cem", "prefers": "phone"},
                {"id": "dee"},
                {"id": "eli", "role": "recruiter"},
            ],
        },
        {"id": "beta", "reply_by": "2026-11-27", "people": [{"id": "fay"}]},
    ],
    "now": "2026-11-24T10:00:00+00:00",
}
NAMES = ("rank", "group", "modality", "kind", "action", "due_means")
EXPECTED = [
    (1, 1, "must_not", "avoid", "call", "until", "acme"),
    (2, 2, "must_not", "avoid", "call", "until", "beta"),
    (3, 3, "should", "do", "write", "by", "ann"),
    (4, 4, "should", "do", "write", "by", "ben"),
    (5, 3, "should", "do", "write", "by", "dee"),
    (6, 4, "should", "do", "write", "by", "eli"),
    (7, 7, "should", "do", "write", "by", "fay"),
    (8, 8, "should_not", "wait", "rest", "until", "sam"),
    (9, 9, "may", "standing", "look", "until", "sam"),
]


@pytest.mark.parametrize("engine", ["compiled", "rete"])
def test_advice_says_its_kind_and_its_group(engine: Any) -> None:
    """People who get the same advice by the same rules share a group. Others of the application, or elsewhere, do not."""
    decision = tactful.loads(PACK, engine=engine).decide(CASE)
    told = [tuple(getattr(advice, name) for name in NAMES) for advice in decision.actions]
    assert [(*words, advice.target.id) for words, advice in zip(told, decision.actions, strict=True)] == EXPECTED
    record = json.loads(decision.to_json())
    assert [tuple(action[name] for name in NAMES) for action in record["actions"]] == told


def test_tables_say_the_same() -> None:
    """The columns of tables have the names and values that JSON has."""
    policy = tactful.loads(PACK)
    rows = policy.decide_tables(policy.tables([policy.read(CASE)])).actions.to_pylist()
    assert [(*(row[name] for name in NAMES), row["target_id"]) for row in rows if row["state"] == "ranked"] == EXPECTED


def test_lines_of_a_batch_say_the_same(tmp_path: Path) -> None:
    """So do the lines of JSON that a batch writes."""
    (tmp_path / "pack.yaml").write_text(PACK)
    (tmp_path / "cases.jsonl").write_text(json.dumps(CASE) + "\n")
    command = ["batch", str(tmp_path / "cases.jsonl"), str(tmp_path / "out"), "--rules", str(tmp_path / "pack.yaml")]
    result = CliRunner().invoke(app, [*command, "--format", "jsonl"])
    assert result.exit_code == 0, result.output
    (part,) = (tmp_path / "out" / "decisions").iterdir()
    actions = json.loads(part.read_text())["actions"]
    assert [(*(action[name] for name in NAMES), action["target"]["id"]) for action in actions] == EXPECTED


def test_many_rules_are_told_apart() -> None:
    """Two people of whom the same hundred rules fire, but for the last, are no group; two of whom all of them fire are."""
    rules = "".join(
        f"  at-least-{no}: {{about: Write., source: House rules, for each: person, when: {{person.points: at least {no}}},"
        " then: {may: write}, because: They read.}\n"
        for no in range(1, 101)
    )
    policy = tactful.loads(
        "actions: {write: {about: Write.}}\ncustom_facts: {person: {points: {type: number, about: Points.}}}\nrules:\n"
        + rules
    )
    points = {"ann": 100, "ben": 99, "cem": 100, "dee": 99}
    case = {
        "candidate": {"id": "sam", "time_zone": "UTC"},
        "applications": [
            {"id": "acme", "people": [{"id": id_, "custom": {"points": of}} for id_, of in points.items()]}
        ],
        "now": "2026-11-24T10:00:00+00:00",
    }
    assert [advice.group for advice in policy.decide(case).actions] == [1, 2, 1, 2]
    actions = policy.decide_tables(policy.tables([policy.read(case)])).actions
    assert actions.column("group").to_pylist() == [1, 2, 1, 2]


def test_a_plan_says_kinds_and_what_deadlines_mean() -> None:
    """Items of a plan have the kind and the meaning of the deadline that their advice has."""
    record = json.loads(tactful.loads(PACK).plan(CASE).to_json())
    told = {(item["action"], item["modality"], item["kind"], item["due_means"]) for item in record["items"]}
    assert told == {(action, modality, kind, means) for _, _, modality, kind, action, means, _ in EXPECTED}


def test_advice_is_immutable() -> None:
    """No attribute of a piece of advice can be set."""
    advice = tactful.loads(PACK).decide(CASE).actions[0]
    with pytest.raises(AttributeError):
        advice.rank = 2  # type: ignore[misc]
    with pytest.raises(AttributeError):
        advice.label = "Something else"
