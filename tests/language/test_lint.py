"""What is legal in a pack and suspicious: who is told what, and what ``--fix`` takes out."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tactful.cli.app import app
from tactful.language.check import check_pack
from tactful.language.lint import lint_pack
from tactful.language.load import load_pack, load_pack_text
from tactful.language.load.files import profiles
from tactful.source.diagnostics import Diagnostic


def _lint(text: str) -> list[Diagnostic]:
    pack = load_pack_text(text, "pack.yaml")
    return list(lint_pack(pack, check_pack(pack)))


def _rule(when: str, unless: str = "") -> str:
    return f"""
actions: {{call: {{about: a call}}}}
rules:
  r:
    source: a book
    for each: application
    when: {when}
    {f"unless: {unless}" if unless else "about: a rule"}
    then: {{may: call}}
    because: a reason
"""


@pytest.mark.parametrize("name", ["default", *(f"profile:{profile}" for profile in profiles())])
def test_the_shipped_packs_have_nothing_suspicious(name: str) -> None:
    """The shipped pack and its profiles lint clean."""
    pack = load_pack(name)
    assert lint_pack(pack, check_pack(pack)) == ()


@pytest.mark.parametrize(
    ("when", "unless"),
    [
        ("{application.status: applied, all: [{application.status: offered}]}", ""),
        ("{application.reply_by: at most 2 days ago, all: [{application.reply_by: more than 3 days ago}]}", ""),
        (
            "{application.reply_by: at least 5 business days ago, all: [{application.reply_by: less than 4 days ago}]}",
            "",
        ),
        ("{application.reply_by: to come, all: [{application.reply_by: at least 1 business days ago}]}", ""),
        ("{application.reply_by: known, all: [{application.reply_by: unknown}]}", ""),
        ("{application.reply_by: past}", "{application.reply_by: known}"),
        (
            "{application.status: [applied, offered], none: [{application.status: applied}, {application.status: offered}]}",
            "",
        ),
    ],
)
def test_contradictions_are_seen(when: str, unless: str) -> None:
    """Values, lengths of time in both measures, known and unknown, and an ``unless`` that always holds."""
    assert [one.code for one in _lint(_rule(when, unless))] == ["T903"]


@pytest.mark.parametrize(
    "when",
    [
        "{application.reply_by: at most 2 days ago, all: [{application.reply_by: at least 1 days ago}]}",
        "{application.reply_by: at least 5 business days ago, all: [{application.reply_by: less than 6 days ago}]}",
        "{application.reply_by: unknown, application.status: applied}",
        "{any: [{application.status: applied}, {application.reply_by: past}]}",
    ],
)
def test_what_can_hold_is_left_alone(when: str) -> None:
    """Conditions that can hold together, and of which none follows from the others, are no matter for a warning."""
    assert _lint(_rule(when)) == []


def test_a_contradiction_points_at_what_the_author_wrote() -> None:
    """A parameter of an overlay that makes a rule below impossible is where the warning points."""
    (warning,) = _lint("extends: default\nparameters:\n  thank_you_late_until: 1 day\n")
    assert warning.code == "T903"
    assert warning.message == "`thank-you-late` can never fire"
    assert warning.span is not None
    assert (warning.span.line, warning.span.column) == (3, 25)


def test_the_base_is_its_authors_business() -> None:
    """Whoever extends a pack is not told of what is suspicious in it."""
    assert _lint("extends: default\nrules:\n  follow-up: off\n") == []


PACK = """\
# Ours.
extends: default
parameters:
  patience: {value: 2 days, about: how long}   # goes
  # Stays.
  gap_between_messages: 6 days
facts:
  person.writes:
    when: {person.prefers: email}
    about: >-
      Goes,
      with its lines.

  person.calls:
    when: {person.prefers: phone}
rules:
  mine:
    source: a book
    for each: person
    when: {person.calls: yes, application.reply_by: past}   # a comment
    unless: {person.calls: no}
    then: {may: call}
    because: a reason
"""
FIXED = """\
# Ours.
extends: default
parameters:
  # Stays.
  gap_between_messages: 6 days
facts:
  person.calls:
    when: {person.prefers: phone}
rules:
  mine:
    source: a book
    for each: person
    when: {person.calls: yes, application.reply_by: past}   # a comment
    then: {may: call}
    because: a reason
"""


def test_fix_takes_out_what_adds_nothing_and_touches_nothing_else(tmp_path: Path) -> None:
    """Unused parameters and facts and redundant conditions go; comments and layout stay; what went is told."""
    file = tmp_path / "pack.yaml"
    file.write_text(PACK)
    result = CliRunner().invoke(app, ["check", str(file), "--fix", "--strict"])
    assert result.exit_code == 0, result.output
    assert file.read_text() == FIXED
    assert result.output.count("removed:") == 3


def test_what_is_not_mechanical_is_left(tmp_path: Path) -> None:
    """An alternative that adds nothing is told and not taken out: the list around it may have been meant otherwise."""
    text = _rule("{application.reply_by: past, any: [{application.reply_by: known}, {application.status: applied}]}")
    file = tmp_path / "pack.yaml"
    file.write_text(text)
    result = CliRunner().invoke(app, ["check", str(file), "--fix"])
    assert file.read_text() == text
    assert result.exit_code == 0


def test_the_shipped_files_are_never_changed() -> None:
    """``--fix`` is for files of one's own."""
    assert CliRunner().invoke(app, ["check", "default", "--fix"]).exit_code == 2


def test_strict_makes_warnings_count(tmp_path: Path) -> None:
    """Warnings leave the exit code at 0, unless ``--strict`` is given."""
    file = tmp_path / "pack.yaml"
    file.write_text("extends: default\nparameters:\n  patience: {value: 2 days}\n")
    assert CliRunner().invoke(app, ["check", str(file)]).exit_code == 0
    assert CliRunner().invoke(app, ["check", str(file), "--strict"]).exit_code == 1


def _two(first: str, second: str) -> str:
    """A pack with two rules that differ in their condition on the date."""
    rule = "{{source: a book, for each: application, when: {{{when}}}, then: {{may: call}}, because: a reason}}"
    rules = "\n".join(f"  {id_}: {rule.format(when=when)}" for id_, when in (("old", first), ("new", second)))
    return f"actions: {{call: {{about: a call}}}}\nrules:\n{rules}\n"


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ("candidate.date: before 2027-07-01", "candidate.date: from 2027-07-02", "T908"),
        ("candidate.date: before 2027-07-02", "candidate.date: from 2027-07-01", "T909"),
        ("candidate.date: before 2027-07-01", "candidate.date: from 2027-07-01", None),
        ("candidate.date: between 2027-01-01 and 2027-02-28", "candidate.date: from 2027-03-02", "T908"),
        ("candidate.date: between 2027-01-01 and 2027-02-28", "candidate.date: from 2027-03-01", None),
        ("candidate.date: between 1 March and 30 June", "candidate.date: between 2 July and 1 October", None),
    ],
)
def test_gaps_and_overlaps_of_days_are_told(first: str, second: str, code: str | None) -> None:
    """Rules that follow each other leave no day out and share none. Days of every year come again, so they are left alone."""
    assert [warning.code for warning in _lint(_two(first, second))] == ([] if code is None else [code])


@pytest.mark.parametrize(
    ("when", "unless"),
    [
        ("{candidate.date: before 2026-02-01, all: [{candidate.date: from 2026-02-01}]}", ""),
        ("{candidate.date: between 20 December and 6 January}", "{candidate.date: between 1 December and 31 January}"),
        ("{candidate.date: 29 February, all: [{candidate.date: between 1 March and 1 May}]}", ""),
        ("{candidate.date: 24 December, all: [{candidate.date: between 2026-12-25 and 2027-12-23}]}", ""),
    ],
)
def test_days_that_never_come_are_told(when: str, unless: str) -> None:
    """Conditions on dates that never hold together are told, days of every year included."""
    assert [warning.code for warning in _lint(_rule(when, unless))] == ["T903"]


@pytest.mark.parametrize(
    ("when", "unless"),
    [
        ("{candidate.date: from 2026-02-01, all: [{candidate.date: before 2026-02-02}]}", ""),
        ("{candidate.date: between 20 December and 6 January}", "{candidate.date: between 1 December and 5 January}"),
        ("{candidate.date: 29 February, all: [{candidate.date: between 20 February and 28 February}]}", ""),
        ("{candidate.date: 24 December, all: [{candidate.date: between 2026-12-24 and 2026-12-26}]}", ""),
    ],
)
def test_days_that_come_are_not_told(when: str, unless: str) -> None:
    """A single day is enough, in whichever year."""
    assert _lint(_rule(when, unless)) == []
