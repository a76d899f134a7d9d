"""``--set``, ``--ask``, ``--questions`` and ``--flip``, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner, Result

from tactful.cli.app import app
from tactful.formats.schema import decision_schema, why_schema

EXAMPLES = Path(__file__).parents[2] / "examples"
CASE = str(EXAMPLES / "call_or_write.json")
ALMOST_NOTHING = str(EXAMPLES / "first_phone_screen_almost_nothing_known.yaml")


def _run(*words: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(app, list(words), input=typed)


def test_set_decides_on_other_facts_and_tells_what_they_change() -> None:
    """The decision on the changed case comes first, then the differences with the rules that made them."""
    result = _run("advise", CASE, "--set", "person[franz].prefers=phone")
    assert result.exit_code == 0
    decided, _, changed = result.stdout.partition("What the other facts change")
    assert "Call Franz Huber" in decided
    assert "person[franz].prefers: email → phone" in changed
    assert "stated-preference: person.prefers: email, but it is phone" in changed


def test_every_wrong_setting_is_reported_with_a_way_out() -> None:
    """A fact that is not there, a value of another type: both, and exit code 1."""
    result = _run("advise", CASE, "--set", "person[frans].prefers=phone", "--set", "candidate.employed=perhaps")
    assert result.exit_code == 1
    assert "T701 there is no person `frans`" in result.stderr
    assert "did you mean `franz`?" in result.stderr
    assert "T703 `perhaps` is not a value of type yes/no" in result.stderr


def test_a_setting_without_a_value_is_wrong_usage() -> None:
    """Exit code 2, with what to write instead."""
    result = _run("advise", CASE, "--set", "person[franz].prefers")
    assert result.exit_code == 2
    assert "has no value" in result.stderr


@pytest.mark.parametrize("command", [["plan"], ["why"]])
def test_plan_and_why_take_other_facts_too(command: list[str]) -> None:
    """A company that asked for no contact is neither called nor to be called."""
    words = [
        *command,
        CASE,
        *(["call:eva"] if command == ["why"] else []),
        "--set",
        "application.contact_policy=closed",
    ]
    result = _run(*words)
    assert result.exit_code == 0
    assert "not to be contacted" in result.stdout or "Not to do" in result.stdout


def test_ask_puts_questions_takes_answers_and_gives_them_back() -> None:
    """Answers are read as ``--set`` reads them; a wrong one is asked for again, none is lost."""
    result = _run("advise", ALMOST_NOTHING, "--ask", typed="\nperhaps\noffered\n\nq\n")
    assert result.exit_code == 0
    assert "What stage has your application with this company reached?" in result.stderr
    assert "`perhaps` is not a value of type one of a set" in result.stderr
    assert "--set 'application[app-1].status=offered'" in result.stderr
    assert "Ask the company to put the offer in writing" in result.stdout


def test_ask_ends_where_the_input_does() -> None:
    """No more input is enough; the decision is printed all the same."""
    result = _run("advise", ALMOST_NOTHING, "--ask", typed="")
    assert result.exit_code == 0
    assert "Advice for" in result.stdout


def test_ask_does_not_take_the_case_from_where_it_takes_answers() -> None:
    """Standard input cannot be both."""
    assert _run("advise", "-", "--ask", typed="{}").exit_code == 2


def test_answering_everything_ends_the_asking() -> None:
    """Whatever is answered, the asking ends: a question that cannot matter is never asked."""
    result = _run("advise", ALMOST_NOTHING, "--ask", typed="no\n" * 40)
    assert result.exit_code == 0
    assert "No other fact would change the advice." in result.stderr or "To decide with these answers" in result.stderr


def test_questions_are_written_out_where_they_are_asked_for() -> None:
    """The JSON has them with ``--questions`` and is as its schema says either way."""
    for words in ([], ["--questions"]):
        decision = json.loads(_run("advise", ALMOST_NOTHING, "--format", "json", *words).stdout)
        jsonschema.validate(decision, decision_schema())
        assert ("questions" in decision) == bool(words)


def test_flip_tells_what_it_would_take() -> None:
    """In words and as JSON."""
    result = _run("why", CASE, "call:franz", "--flip")
    assert result.exit_code == 0
    assert "person[franz].prefers: email → phone  (up to them)" in result.stdout
    answer = json.loads(_run("why", CASE, "call:franz", "--flip", "--format", "json").stdout)
    jsonschema.validate(answer, why_schema())
    assert answer["flips"][0]["ways"][0]["changes"][0]["who"] == "theirs"


def test_a_name_cannot_steer_the_terminal(tmp_path: Path) -> None:
    """Escape characters in a name come out as signs, in advice, questions and reasons alike."""
    case = tmp_path / "case.json"
    case.write_text(
        json.dumps(
            {
                "now": "2026-11-23T10:00:00-05:00",
                "candidate": {"id": "c"},
                "applications": [
                    {
                        "id": "acme",
                        "company": "\x1b[2JAcme",
                        "people": [{"id": "dana", "name": "\x1b]0;pwned\x07Dana"}],
                        "interviews": [{"id": "i", "ended_at": "2026-11-22T10:00:00Z", "interviewers": ["dana"]}],
                    }
                ],
            }
        )
    )
    for words in (["advise", str(case)], ["plan", str(case)], ["why", str(case), "thank_you_note", "--flip"]):
        result = _run(*words)
        assert result.exit_code == 0, result.output
        assert "\x1b" not in result.stdout
        assert "Dana" in result.stdout
