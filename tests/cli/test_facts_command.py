"""`tactful facts`, `tactful rules` and `tactful --version`, as they are typed."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import tactful
from tactful.cli.app import app
from tactful.formats.text.facts import describe_facts, facts_that_read, rules_that_read

PACK = """\
custom_facts:
  application:
    portal_checked: {type: yes/no, about: The portal was looked at., ask: "Have you looked?", mutability: mine}
  person:
    distance: {type: number, unit: km}
facts:
  application.quiet:
    about: Nothing is heard there.
    when: {application.portal_checked: yes, application.status: interviewing}
  application.very_quiet:
    when: {application.quiet: yes}
actions:
  call: {about: a call}
  phone: {about: a phone call, is_a: call}
rules:
  direct:
    for each: application
    when: {application.portal_checked: no}
    then: {may: call}
    because: "The portal shows more than {application.company|they} say."
  indirect:
    for each: application
    when: {application.very_quiet: yes}
    then: {may: phone}
    because: They are quiet.
parameters:
  wait: {value: 2 days, about: How long to wait.}
invariants:
  never-two:
    about: At most one call.
    for each: application
    at most: 1
    of: call
"""


@pytest.fixture
def pack(tmp_path: Path) -> str:
    """A small pack that has every section."""
    file = tmp_path / "house.yaml"
    file.write_text(PACK)
    return str(file)


def _run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_the_list_has_every_given_custom_and_computed_fact(pack: str) -> None:
    """Each field of each entity has a line, with its kind and who can change it."""
    described = describe_facts(tactful.load(pack).checked)
    names = {fact.id for fact in described}
    assert {"person.prefers", "application.portal_checked", "application.very_quiet", "message.sent_at"} <= names
    result = _run("facts", "--rules", pack)
    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    assert {fact.name for fact in described} <= {line[0] for line in lines if line}
    assert ["portal_checked", "(custom)", "yes/no"] in [line[:3] for line in lines]
    assert "number (km)" in result.stdout
    assert "Have you looked?" in result.stdout


def test_a_given_fact_in_full() -> None:
    """Kind with its words, meaning, example, who can change it, the question and where it is written, the readers."""
    result = _run("facts", "person.prefers")
    assert result.exit_code == 0
    for text in (
        "person.prefers (given)",
        "one of a set: email, phone",
        "The channel that the person asked for.",
        "the other side",
        "Did {person.name|this person} ask you to email or to call?",
        "rules/questions.yaml:",
        "call-who-prefers-it (rules/channels.yaml:",
    ):
        assert text in result.stdout


@pytest.mark.parametrize(("name", "line"), [("application.portal_checked", 3), ("application.quiet", 7)])
def test_a_fact_of_the_pack_in_full_has_its_definition(pack: str, name: str, line: int) -> None:
    """A custom or computed fact shows its file and line, its keys, and the rules that read it."""
    result = _run("facts", name, "--rules", pack)
    assert result.exit_code == 0
    assert f"house.yaml:{line}" in result.stdout
    assert "indirect (" in result.stdout


def test_readers_are_found_through_computed_facts(pack: str) -> None:
    """A rule that reads a fact by way of computed facts is listed after those that read it, with the way."""
    checked = tactful.load(pack).checked
    readers = [(reader.rule.id, reader.through) for reader in rules_that_read(checked, "application.portal_checked")]
    assert readers == [("direct", ()), ("indirect", ("application.very_quiet",))]
    assert [reader.rule.id for reader in rules_that_read(checked, "application.company")] == ["direct"]
    assert rules_that_read(checked, "person.distance") == ()
    assert facts_that_read(checked, "application.portal_checked") == ("application.quiet",)


@pytest.mark.parametrize(
    ("words", "help_"),
    [
        (("facts", "person.preferes"), "did you mean `person.prefers`?"),
        (("facts", "attended"), "did you mean `interviewer.attended`?"),
        (("facts", "zzz"), "`tactful facts` lists them"),
        (("rules", "thank-you-not"), "did you mean `thank-you-note`?"),
        (("rules", "zzz"), "see `tactful rules`"),
    ],
)
def test_an_unknown_id_is_a_mistake_with_a_way_out(words: tuple[str, ...], help_: str) -> None:
    """Exit code 1 and what was probably meant."""
    result = _run(*words)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert help_ in result.stderr


def test_rules_lists_every_section_and_shows_any_of_their_ids(pack: str) -> None:
    """Rules, facts, actions, parameters and invariants have a table each, and each id can be shown."""
    ids = ["direct", "application.quiet", "person.distance", "phone", "wait", "never-two"]
    listed = _run("rules", "--rules", pack).stdout
    first_words = {line.split()[0] for line in listed.splitlines() if line}
    assert {*ids, "rule", "fact", "action", "parameter", "invariant"} <= first_words
    for id_ in ids:
        shown = _run("rules", id_, "--rules", pack)
        assert shown.exit_code == 0
        name = id_.removeprefix("person.")  # custom facts stand below their entity
        assert f"{name}:" in shown.stdout
        assert len(set(shown.stdout.splitlines())) == len(shown.stdout.splitlines())


def test_the_version_is_that_of_the_installed_package() -> None:
    """`tactful --version` and `tactful.__version__` agree; other missing names of the package stay errors."""
    assert tactful.__version__ == version("tactful")
    assert _run("--version").stdout == f"tactful {version('tactful')}\n"
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        getattr(tactful, "nothing")  # noqa: B009


def test_the_version_costs_nothing_at_import() -> None:
    """The package's metadata is read when the version is asked for."""
    code = "import tactful; print('__version__' in vars(tactful))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_only_facts_with_a_name_are_listed_and_counted(tmp_path: Path) -> None:
    """Operands and parameters that vary are no facts of their own to an author."""
    file = tmp_path / "house.yaml"
    file.write_text(
        """\
parameters:
  gap: {value: 7 days, adjustable: {from: 3 days, to: 3 weeks}}
  pace: {values: {2026-01-01: 2 days, 2027-01-01: 3 days}}
facts:
  application.slow: {when: {application.reply_by: within candidate.notice_period}}
rules:
  wait:
    for each: application
    when: {application.slow: yes, application.reply_by: more than $gap ago}
    then: {may: wait}
    by: $pace after application.reply_by
    because: They have {$pace}.
actions: {wait: {about: wait}}
"""
    )
    checked = tactful.load(file).checked
    assert [fact.id for fact in describe_facts(checked) if fact.origin == "computed"] == ["application.slow"]
    assert "1 computed facts" in " ".join(_run("check", str(file)).stdout.split())
    assert facts_that_read(checked, "candidate.notice_period") == ("application.slow",)
    assert [reader.through for reader in rules_that_read(checked, "application.reply_by")] == [()]
    assert [reader.through for reader in rules_that_read(checked, "candidate.notice_period")] == [("application.slow",)]
    properties = json.loads(_run("schema", "pack", "--rules", str(file)).stdout)["properties"]
    assert list(properties["facts"]["properties"]) == ["application.slow"]
