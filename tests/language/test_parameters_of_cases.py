"""Parameters that a case states for itself, within the bounds that the pack sets."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

import tactful
from tactful.testing.properties.drawing import drawn_cases

PACK = """
parameters:
  gap: {value: 7 days, adjustable: {from: 3 days, to: 3 weeks}, about: Days between two messages.}
  pace: {value: 3 business days, adjustable: {from: 1 business day, to: 9 business days}}
  opens: {value: 09:00, adjustable: {from: 08:00, to: 12:00}}
  most: {value: 2, adjustable: {from: 0, to: 4.5}}
  fixed: 30 days
custom_facts: {candidate: {messages: number}}
actions:
  call: {about: Call., one per: application}
  write: {about: Write., one per: application}
  rest: {about: Rest., one per: candidate}
rules:
  call:
    for each: application
    when: {application.reply_by: more than $gap ago, candidate.local_time: between $opens and 20:00}
    unless: {application.reply_by: more than $fixed ago}
    then: {should: call}
    because: "it is more than {$gap} ago"
  write:
    for each: application
    when: {application.reply_by: more than $pace ago}
    then: {may: write}
    because: "it is more than {$pace} ago"
  rest:
    for each: candidate
    when: {candidate.messages: more than $most}
    then: {should: rest}
    because: "you wrote more than {$most}"
"""
POLICY = tactful.loads(PACK)


def case(**parameters: Any) -> dict[str, Any]:
    """A case on a Friday at 10:00, eight days after a promised answer, that states parameters."""
    return {
        "now": "2026-11-20T10:00:00Z",
        "candidate": {"id": "me", "time_zone": "UTC", "custom": {"messages": 3}},
        "applications": [{"id": "a", "reply_by": "2026-11-12T10:00:00Z"}],
        "parameters": parameters,
    }


def advised(**parameters: Any) -> list[str]:
    """The sentences of the advice on the case."""
    return [advice.because[0].text for advice in POLICY.decide(case(**parameters)).actions]


def test_a_case_states_values_of_its_own() -> None:
    """The value of the case counts, in conditions and in sentences; what it leaves out is as in the pack."""
    assert sorted(advised()) == [
        "it is more than 3 business days ago",
        "it is more than 7 days ago",
        "you wrote more than 2",
    ]
    assert sorted(advised(gap="3 days", pace="9 business days")) == [
        "it is more than 3 days ago",
        "you wrote more than 2",
    ]
    assert sorted(advised(gap="10 days", most=4)) == ["it is more than 3 business days ago"]
    assert advised(opens="10:30", gap=None, pace="9 business days", most=3) == []


@pytest.mark.parametrize(
    ("stated", "message", "help_"),
    [
        ({"gap": "5 weeks"}, "`gap` cannot be `5 weeks`", "write a length of time, from 3 days to 3 weeks"),
        (
            {"gap": "5 business days"},
            "`gap` cannot be `5 business days`",
            "write a length of time, from 3 days to 3 weeks",
        ),
        ({"gap": ["5 days"]}, "`gap` cannot be a list", "write a length of time, from 3 days to 3 weeks"),
        (
            {"pace": "2 days"},
            "`pace` cannot be `2 days`",
            "write a length of time, from 1 business day to 9 business days",
        ),
        ({"pace": "10 business days"}, "`pace` cannot be `10 business days`", None),
        ({"opens": "12:01"}, "`opens` cannot be `12:01`", "write a time of day, from 08:00 to 12:00"),
        ({"most": 4.6}, "`most` cannot be `4.6`", "write a number, from 0 to 4.5"),
        ({"most": True}, "`most` cannot be `true`", None),
        ({"fixed": "3 days"}, "cases may not state the parameter `fixed`", None),
        ({"gpa": "3 days"}, "there is no parameter `gpa`", "did you mean `gap`?"),
        ({"else": 1}, "there is no parameter `else`", "cases may state `gap`, `most`, `opens`, `pace`"),
    ],
)
def test_what_a_case_may_not_state_is_a_mistake(stated: dict[str, Any], message: str, help_: str | None) -> None:
    """The mistake has a code, the place and the bounds."""
    with pytest.raises(tactful.InvalidInput) as caught:
        POLICY.read(case(**stated))
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.path, problem.message) == ("T214", f"parameters.{next(iter(stated))}", message)
    assert help_ is None or problem.help == help_


def test_the_place_of_a_mistake_in_a_file() -> None:
    """In a file, the mistake points at the value."""
    with pytest.raises(tactful.InvalidInput) as caught:
        POLICY.read_text(b"candidate: {id: me}\nparameters:\n  gap: 5 weeks\n", "case.yaml")
    (problem,) = caught.value.diagnostics
    assert problem.span is not None
    assert (problem.span.line, problem.span.column) == (3, 8)


def test_a_parameter_is_changed_like_a_fact() -> None:
    """``--set`` and ``change`` take ``parameters.NAME``, with the same bounds; ``unknown`` takes the pack's value again."""
    read = POLICY.read(case(gap="10 days"))
    changed = POLICY.change(read, {"parameters.gap": "3 days", "parameters.most": "4"})
    assert changed.shape.parameters == {"gap": "3 days", "most": 4}
    assert POLICY.change(read, {"parameters.gap": "unknown"}).shape.parameters is None
    with pytest.raises(tactful.InvalidInput, match="from 3 days to 3 weeks"):
        POLICY.change(read, {"parameters.gap": "5 weeks"})
    with pytest.raises(tactful.InvalidInput, match="did you mean `gap`"):
        POLICY.change(read, {"parameters.gpa": "5 days"})


def test_parameters_are_no_facts_to_ask_for() -> None:
    """Questions and what-ifs try facts, and no parameters."""
    paths = [question.path for question in POLICY.decide(case()).questions]
    assert not [path for path in paths if "$" in path or path.startswith("parameters")]


def test_comparisons_name_parameters_as_cases_do() -> None:
    """A comparison of two decisions names the parameters that differ."""
    compared = POLICY.decide(case(gap="10 days")).compare(POLICY.decide(case(gap="3 days", most=4)))
    changes = [(change.fact, change.before_said, change.after_said) for change in compared.facts]
    assert changes == [("parameters.gap", "10 days", "3 days"), ("parameters.most", "as in the pack", "4")]


def test_tables_have_a_column_for_each_parameter() -> None:
    """The columns are read and written; a value out of bounds rejects the candidate, as in a case."""
    stated = case(gap="3 days", pace="9 business days", opens="08:30", most=0.5)
    tables = POLICY.tables([stated])
    candidates = tables["candidates"]
    columns = {name: candidates[name].to_pylist()[0] for name in candidates.column_names if name.startswith("$")}
    assert (columns["$gap"], columns["$pace"], columns["$most"]) == ("3 days", "9 business days", 0.5)
    decided = POLICY.decide_tables(tables)
    wanted = sorted(advice.action for advice in POLICY.decide(stated).actions)
    assert (sorted(decided.actions["action"].to_pylist()), decided.rejects.num_rows) == (wanted, 0)
    assert decided.decision("me").context.case.shape.parameters == stated["parameters"]
    for name, value in (("$gap", "5 weeks"), ("$pace", "2 days"), ("$most", 5.0)):
        wrong = candidates.set_column(candidates.schema.get_field_index(name), name, pa.array([value]))
        (reject,) = POLICY.decide_tables({**tables, "candidates": wrong}).rejects.to_pylist()
        assert (reject["table"], reject["code"]) == ("candidates", "T214")


def test_drawn_cases_range_over_the_bounds() -> None:
    """Cases for the pack state its parameters at both bounds and between them."""
    cases = list(drawn_cases(POLICY, 60, 1))
    drawn = {case["parameters"]["gap"] for case in cases if "gap" in case.get("parameters", {})}
    assert drawn == {"3 days", "3 weeks", "12 days"}
    for case_ in cases:
        POLICY.read(case_)
