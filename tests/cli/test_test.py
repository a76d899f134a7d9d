"""``tactful test`` and ``tactful init``, run as people run them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import jsonschema
import pytest
import yaml
from jsonschema import Draft202012Validator
from typer.testing import CliRunner, Result

import tactful
from fitting import validator_of
from shipped_cases import PACKS
from tactful.cli.app import app
from tactful.language.terms import GENERAL
from tactful.testing import load_examples
from tactful.testing.schema import examples_schema, results_schema

ROOT = Path(__file__).parents[2]
INHERITED = len(tactful.load().checked.invariants)
#: How the line of results ends for a pack that declares all that the invariants of every pack need.
ALL = "; 6 of every pack, 0 failed"
PACK = """
pack: {name: house, version: 1}
extends: default
parameters: {thank_you_within: 24 hours}
"""
NEVER_FIRES = """\
actions: {hold: {about: Hold on.}}
rules:
  rare:
    for each: application
    when: {application.asked: at least 3, application.calendar: acme}
    then: {may: hold}
    because: Time.
facts: {application.asked: {count: message}}
"""
EXAMPLE = """
examples:
  thanked-within-a-day:
    case:
      now: 2026-11-20T20:00:00Z
      candidate: {id: kim}
      applications:
        - id: acme
          people: [{id: dana, name: Dana Ruiz}]
          interviews: [{id: i, ended_at: 2026-11-20T15:00:00Z, interviewers: [dana]}]
    expect: [{should: thank_you_note, to: dana, by: 2026-11-23T17:00:00Z}]
"""


def _run(*arguments: str) -> Result:
    few = ("--draw", "5") if arguments[0] == "test" and "--draw" not in arguments else ()
    result = CliRunner().invoke(app, [*arguments, *few])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder ``house`` with an overlay and one example, beside the place where commands are run."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "house"
    (folder / "tests").mkdir(parents=True)
    (folder / "pack.yaml").write_text(PACK)
    (folder / "tests" / "thanks.yaml").write_text(EXAMPLE)
    return folder


# --- test ---


def test_all_that_is_shipped_is_tested() -> None:
    """Without a pack. Examples and invariants may be chosen."""
    result = _run("test", "-k", "job-kept-until-signed")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line.partition(":")[0] for line in lines] == [name.removeprefix("profile:") for name in PACKS]
    assert all(line.endswith("; 1 invariant, 0 failed") for line in lines)


@pytest.mark.slow
def test_the_shipped_pack_and_its_profiles_pass() -> None:
    """Without a pack, all that is shipped is tested. The default run has the examples and invariants of all of them as items."""
    result = _run("test")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert [line.partition(":")[0] for line in lines] == [name.removeprefix("profile:") for name in PACKS]
    assert all(", 0 failed; " in line and line.endswith(f"invariants, 0 failed{ALL}") for line in lines)


@pytest.mark.parametrize("name", ["house", "house/pack.yaml"])
def test_an_overlay_runs_its_own_examples_and_inherited_invariants(house: Path, name: str) -> None:
    """Not the examples of its base. A file that is alone in its folder is the same pack as the folder."""
    result = _run("test", name)
    assert (result.exit_code, result.stdout) == (
        0,
        f"house: 1 example, 0 failed; {INHERITED} invariants, 0 failed{ALL}\n",
    )


def test_a_failure_is_reported_with_its_reasons(house: Path) -> None:
    """Exit code 1; expected and got, and why the rule's deadline is what it is."""
    (house / "pack.yaml").write_text(PACK.replace("24 hours", "3 days"))
    result = _run("test", "house")
    assert result.exit_code == 1
    assert "FAILED thanked-within-a-day  house/tests/thanks.yaml:3" in result.stdout
    assert "by 2026-11-23T17:00:00+00:00" in result.stdout
    assert "by 2026-11-23T15:00:00+00:00" in result.stdout
    assert "why thank_you_note:dana:" in result.stdout
    assert result.stdout.endswith(f"house: 1 example, 1 failed; {INHERITED} invariants, 0 failed{ALL}\n")


def test_a_broken_invariant_is_reported(house: Path) -> None:
    """With the example whose case breaks it."""
    rule = "invariants: {no-notes: {about: No notes., for each: person, never: write}}"
    (house / "pack.yaml").write_text(PACK + rule)
    result = _run("test", "house")
    assert result.exit_code == 1
    assert "FAILED no-notes  house/pack.yaml:5" in result.stdout
    assert "house/tests/thanks.yaml:3: thanked-within-a-day, person dana: thank_you_note" in result.stdout


def test_json_is_as_its_schema_says(house: Path) -> None:
    """Passed and failed alike."""
    (house / "pack.yaml").write_text(PACK.replace("24 hours", "3 days"))
    result = _run("test", "house", "--format", "json")
    assert result.exit_code == 1
    (outcome,) = json.loads(result.stdout)
    jsonschema.validate([outcome], results_schema())
    (example,) = outcome["examples"]
    assert example["problems"][0]["expected"] == ["should thank_you_note:dana", "  by 2026-11-23T17:00:00+00:00"]
    assert len(outcome["invariants"]) == INHERITED
    assert [result["id"] for result in outcome["general"]] == list(GENERAL)
    assert all(result["passed"] and result["not_checked"] is None for result in outcome["general"])
    assert (outcome["drawn"], outcome["unfired"]) == (5, [])


def test_rules_that_no_drawn_case_fires_are_in_json_too(tmp_path: Path) -> None:
    """With their place and with what stands in the way, as in the text; and what could not be checked."""
    path = tmp_path / "pack.yaml"
    path.write_text(NEVER_FIRES)
    (outcome,) = json.loads(_run("test", str(path), "--draw", "300", "--format", "json").stdout)
    jsonschema.validate([outcome], results_schema())
    assert outcome["drawn"] >= 300
    (unfired,) = outcome["unfired"]
    assert (unfired["rule"], unfired["place"]) == ("rare", f"{path}:3")
    assert unfired["missing"]
    text = _run("test", str(path), "--draw", "300").stdout
    assert f"{path}:3: rare: never fired in {outcome['drawn']} drawn cases" in text
    missing = {result["id"]: result["not_checked"] for result in outcome["general"]}
    assert missing["messages-a-week-kept"] == "`safety` does not say how many `messages a week` are fine"
    assert f"messages-a-week-kept: not checked, because {missing['messages-a-week-kept']}" in text


@pytest.mark.parametrize("format_", ["text", "json"])
def test_a_broken_invariant_of_every_pack_fails(tmp_path: Path, format_: str) -> None:
    """Also for a pack that states no invariant, and that extends nothing."""
    path = tmp_path / "pack.yaml"
    path.write_text(NEVER_FIRES)
    result = _run("test", str(path), "--draw", "20", "--format", format_)
    assert result.exit_code == 1
    assert "open-application-has-advice" in result.stdout
    if format_ == "text":
        assert "FAILED open-application-has-advice  an invariant of every pack" in result.stdout
        assert result.stdout.endswith("0 invariants, 0 failed; 3 of every pack, 1 failed\n")


def test_k_chooses_by_text_in_the_id(house: Path) -> None:
    """Examples and invariants alike; a text that no id has is wrong usage."""
    assert _run("test", "house", "-k", "thanked-within").stdout.endswith(
        ": 1 example, 0 failed; 0 invariants, 0 failed\n"
    )
    assert _run("test", "house", "-k", "search").stdout.endswith(": 0 examples, 0 failed; 1 invariant, 0 failed\n")
    assert _run("test", "house", "-k", "nothing-like-it").exit_code == 2


def test_mistakes_in_all_files_are_reported_at_once(house: Path) -> None:
    """Each file's, with their places."""
    (house / "tests" / "thanks.yaml").write_text(EXAMPLE.replace("thank_you_note", "thank_yu_note"))
    (house / "tests" / "more.yaml").write_text(EXAMPLE.replace("to: dana", "to: danna"))
    (house / "tests" / "typo.yaml").write_text("exampels: {}")
    result = _run("test", "house")
    assert result.exit_code == 1
    assert "house/tests/typo.yaml:1:1: T804" in result.stderr
    (house / "tests" / "typo.yaml").unlink()
    result = _run("test", "house")
    assert "house/tests/more.yaml:11:14: T805 the case has no `danna`" in result.stderr
    assert "house/tests/thanks.yaml:11:23: T805 the pack has no action `thank_yu_note`" in result.stderr


def test_a_pack_without_examples_says_where_they_go(tmp_path: Path) -> None:
    """Its invariants are checked all the same."""
    (tmp_path / "alone.yaml").write_text(PACK)
    result = _run("test", str(tmp_path / "alone.yaml"))
    assert result.exit_code == 0
    assert "house: no examples; write them" in result.stdout


def test_several_packs_in_a_folder_say_whose_their_examples_are(tmp_path: Path) -> None:
    """By ``pack:``, a path from the file of examples; case files beside them are no examples."""
    (tmp_path / "tests").mkdir()
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(PACK)
        (tmp_path / "tests" / f"of_{name}.yaml").write_text(f"pack: ../{name}.yaml\n{EXAMPLE}")
    (tmp_path / "tests" / "case.yaml").write_text("candidate: {id: kim}\n")
    (example,) = load_examples(tmp_path / "two.yaml")
    assert example.file.endswith("tests/of_two.yaml")


def test_cases_stand_in_files_of_their_own(house: Path) -> None:
    """In YAML and in JSON, named by their path from the file of examples; their mistakes are reported in them."""
    (house / "cases").mkdir()
    (house / "cases" / "kim.json").write_text('{"now": "2026-11-20T20:00:00Z", "candidate": {"id": "kim"}}')
    (house / "cases" / "lee.yaml").write_text("candidate: {id: lee, employed: perhaps}")
    text = "cases: {kim: ../cases/kim.json}\nexamples:\n  one: {case: kim, never: [resign]}\n"
    (house / "tests" / "thanks.yaml").write_text(text)
    assert _run("test", "house").exit_code == 0
    (house / "tests" / "thanks.yaml").write_text(text + "  two: {case: ../cases/lee.yaml, never: [resign]}\n")
    assert "../cases/lee.yaml:1:32: T204" in _run("test", "house").stderr


def test_the_schema_beside_the_shipped_rules_is_up_to_date() -> None:
    """``rules/examples.schema.json`` is what ``tactful schema examples`` prints; ``make reference`` writes it."""
    printed = CliRunner().invoke(app, ["schema", "examples"]).stdout
    assert (ROOT / "rules/examples.schema.json").read_text().strip() == printed.strip()


class _Loader(yaml.SafeLoader):
    """Moments stay texts, as editors read them."""


_Loader.yaml_implicit_resolvers = {
    key: [(tag, form) for tag, form in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for key, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@cache
def _examples_schema() -> Draft202012Validator:
    return validator_of(examples_schema(tactful.load().checked))


@pytest.mark.parametrize("path", sorted((ROOT / "rules").rglob("tests/*.yaml")), ids=lambda path: path.stem)
def test_shipped_examples_fit_the_schema(path: Path) -> None:
    """Editors mark nothing in them."""
    _examples_schema().validate(yaml.load(path.read_text(), _Loader))


# --- init ---


def test_a_new_pack_passes_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One changed parameter, one new rule, one example, one invariant, and what editors need."""
    monkeypatch.chdir(tmp_path)
    assert _run("init", "new/acme-careers").exit_code == 0
    assert (
        _run("test", "new/acme-careers").stdout
        == f"acme-careers: 1 example, 0 failed; {INHERITED + 1} invariants, 0 failed{ALL}\n"
    )
    assert _run("check", "new/acme-careers").exit_code == 0
    folder = tmp_path / "new/acme-careers"
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert files == {"pack.yaml", "tests/examples.yaml", "README.md", "pack.schema.json", "examples.schema.json"}
    assert "NAME" not in (folder / "pack.yaml").read_text() + (folder / "README.md").read_text()
    for file, schema in (("pack.yaml", "pack.schema.json"), ("tests/examples.yaml", "examples.schema.json")):
        assert (folder / file).read_text().startswith("# yaml-language-server: $schema=")
        jsonschema.validate(yaml.load((folder / file).read_text(), _Loader), json.loads((folder / schema).read_text()))


def test_the_example_and_the_invariant_of_a_new_pack_hold_it_in_place(tmp_path: Path) -> None:
    """Without its parameter, or its rule, the example fails."""
    _run("init", str(tmp_path / "acme"))
    pack = tmp_path / "acme" / "pack.yaml"
    text = pack.read_text()
    for old, new in (("24 hours", "25 hours"), ("must_not: call", "must_not: connect")):
        pack.write_text(text.replace(old, new))
        assert _run("test", str(tmp_path / "acme")).exit_code == 1


def test_an_empty_folder_can_be_begun_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``tactful init .`` in a new folder; the pack has the folder's name."""
    (tmp_path / "acme").mkdir()
    monkeypatch.chdir(tmp_path / "acme")
    assert _run("init", ".").exit_code == 0
    assert tactful.load(tmp_path / "acme").name == "acme"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("full", "`full` is not empty"),
        ("file", "`file` is a file"),
        ("a b", "`a b` cannot be the name of a pack"),
        ("file/x", "a"),
    ],
)
def test_nothing_that_is_there_is_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, message: str
) -> None:
    """A folder with files in it, a file, or a name that no pack can have."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    result = _run("init", name)
    assert result.exit_code == 1
    assert "T807" in result.stderr
    assert message in result.stderr
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "full", "notes.txt"]


def test_a_fault_is_found_in_a_drawn_case(house: Path) -> None:
    """It is told with a case that can be pasted into an example, the rules, and the seed; the case is kept and tried again."""
    (house / "pack.yaml").write_text(PACK + "rules: {keep-interviewing: {when: {candidate.has_signed_offer: yes}}}\n")
    result = _run("test", "house", "--draw", "30", "--seed", "4")
    assert result.exit_code == 1
    assert "does not hold of candidate c, in a drawn case (seed 4):" in result.stdout
    assert "candidate:\n    id: c\n" in result.stdout
    assert list((house / ".tactful" / "failures").rglob("*"))
    assert "search-goes-on" in _run("test", "house", "--draw", "1", "--seed", "1").stdout


def test_without_hypothesis_the_examples_run_and_it_is_said_that_no_cases_are_drawn(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The core install tests examples; who asks for drawn cases all the same is told what they take."""
    monkeypatch.setattr("tactful.testing.needs.find_spec", lambda name: None)
    result = CliRunner().invoke(app, ["test", "house"])
    assert result.stdout.splitlines()[-1].startswith("not checked: invariants on random cases")
    assert "pip install 'tactful[check]'" in result.stdout.splitlines()[-1]
    as_json = CliRunner().invoke(app, ["test", "house", "--format", "json"])
    assert json.loads(as_json.stdout)
    assert "not checked: invariants on random cases" in as_json.stderr
    assert "not checked" not in CliRunner().invoke(app, ["test", "house", "--draw", "0"]).output
    about_one = sum(invariant.change is None for invariant in tactful.load().checked.invariants)
    assert f"house: 1 example, 0 failed; {about_one} invariants, 0 failed" in result.stdout
    result = CliRunner().invoke(app, ["test", "house", "--draw", "5"])
    assert result.exit_code == 1
    assert "install it with: pip install 'tactful[check]'" in result.stderr


@pytest.mark.parametrize("target", ["../secret.yaml", "missing.yaml", "link.yaml"])
def test_no_file_outside_of_the_pack_is_read_as_examples(target: str, tmp_path: Path) -> None:
    """A link in ``tests`` to a file elsewhere once showed a line of that file. Links that lead nowhere are reported too."""
    pack = tmp_path / "house"
    (pack / "tests").mkdir(parents=True)
    (pack / "house.yaml").write_text(PACK)
    (tmp_path / "secret.yaml").write_text("password: hunter2\n")
    (pack / "tests" / "link.yaml").symlink_to(Path("..") / target if target.startswith("..") else target)
    result = _run("test", str(pack))
    assert result.exit_code == 1, result.output
    assert "T801" in result.output
    assert "hunter2" not in result.output


def test_a_link_to_examples_within_the_pack_is_followed(tmp_path: Path) -> None:
    """Only what leads out of the folder is refused."""
    pack = tmp_path / "house"
    (pack / "tests").mkdir(parents=True)
    (pack / "shared").mkdir()
    (pack / "house.yaml").write_text(PACK)
    (pack / "shared" / "thanks.yaml").write_text(EXAMPLE)
    (pack / "tests" / "thanks.yaml").symlink_to("../shared/thanks.yaml")
    result = _run("test", str(pack / "house.yaml"))
    assert "examples, 0 failed" in result.output or "1 example, 0 failed" in result.output, result.output
