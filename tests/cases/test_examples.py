"""The examples: cases as a careers service meets them, each with the decision that the shipped rules come to.

``pytest --update-cases`` writes the decisions anew; the difference is what gets reviewed.
"""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

import tactful
from tactful.formats.text import render_decision
from tactful.formats.text.console import plain_console
from tactful.formats.text.plan import render_plan
from tactful.formats.text.questions import render_questions

EXAMPLES = Path(__file__).parents[2] / "examples"
CASES = sorted(path for path in EXAMPLES.iterdir() if path.suffix in (".yaml", ".json"))
#: Those whose plans are reviewed: a missed deadline, hours for calls, an offer, and two clocks of which one changes.
PLANNED = (
    "two_interviewers_one_wants_email",
    "call_or_write",
    "an_offer_while_another_is_pending",
    "calls_across_the_ocean",
)


@pytest.fixture(scope="module")
def pack() -> tactful.Policy:
    return tactful.load()


def _decided(path: Path, pack: tactful.Policy) -> tactful.Decision:
    return pack.decide(pack.read_text(path.read_bytes(), path.name))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_example_is_decided_as_reviewed(path: Path, pack: tactful.Policy, update_cases: bool) -> None:
    """The text that people see is the one that was reviewed."""
    out = io.StringIO()
    console = plain_console(out, 110)
    decision = _decided(path, pack)
    render_decision(decision, console)
    render_questions(decision.questions, console)
    golden = EXAMPLES / "decisions" / f"{path.stem}.txt"
    if update_cases:
        golden.write_text(out.getvalue())
    assert out.getvalue() == golden.read_text()


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_example_has_the_reviewed_json(path: Path, pack: tactful.Policy, update_cases: bool) -> None:
    """The JSON that programs get is the one that was reviewed, but for versions and digests."""
    record = json.loads(_decided(path, pack).to_json())
    assert record.pop("made_with")["pack"]["name"] == "default"
    text = json.dumps(record, indent=1, ensure_ascii=False) + "\n"
    golden = EXAMPLES / "decisions" / f"{path.stem}.json"
    if update_cases:
        golden.write_text(text)
    assert text == golden.read_text()


def test_every_example_has_a_decision_and_no_decision_is_left_over() -> None:
    """Cases and reviewed decisions go together."""
    stems = {path.stem for path in CASES}
    assert {path.stem for path in (EXAMPLES / "decisions").iterdir()} == stems


@pytest.mark.parametrize("stem", PLANNED)
def test_example_is_planned_as_reviewed(stem: str, pack: tactful.Policy, update_cases: bool) -> None:
    """The plan that people see is the one that was reviewed."""
    path = next(path for path in CASES if path.stem == stem)
    out = io.StringIO()
    plan = pack.plan(pack.read_text(path.read_bytes(), path.name))
    render_plan(plan, plain_console(out, 110))
    golden = EXAMPLES / "plans" / f"{stem}.txt"
    if update_cases:
        golden.write_text(out.getvalue())
    assert out.getvalue() == golden.read_text()
