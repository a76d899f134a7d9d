"""Where a batch may be written, and when another run may continue it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from running import files, manifest, records, run
from sample_cases import case, lines, tables, write_tables


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with some cases in which commands are run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cases.jsonl").write_bytes(lines(range(20)))
    return tmp_path


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--steps",), "`--steps` was off and is on"),
        (("--format", "jsonl"), "`--format` was parquet and is jsonl"),
        (("--chunk", 7), "`--chunk` was not given and is 7"),
        (("--now", "2026-11-23T10:00Z"), "`--now` was not given and is 2026-11-23T10:00:00+00:00"),
        (("--rules", "profile:reserved"), "the pack was default 1 and is reserved 1"),
    ],
)
def test_other_options_are_refused(given: Path, options: tuple[object, ...], message: str) -> None:
    """What differs is reported, and what to do."""
    run("cases.jsonl", "out")
    before = files(given / "out")
    ended = run("cases.jsonl", "out", *options, code=1)
    assert f"T652 `out` has another batch in it: {message}" in ended.stderr
    assert "start over with --fresh" in ended.stderr
    assert files(given / "out") == before
    assert "20 cases decided" in run("cases.jsonl", "out", *options, "--fresh").stdout


def test_another_input_is_refused(given: Path) -> None:
    """Also the same file after a change, even if it has as many bytes as before."""
    run("cases.jsonl", "out")
    os.utime("cases.jsonl", (1, 1))
    assert "`cases.jsonl` was changed" in run("cases.jsonl", "out", code=1).stderr
    write_tables(given / "tables", tables(map(case, range(20))))
    stderr = run("tables", "out", code=1).stderr
    assert "`cases.jsonl` is no longer part of the input" in stderr
    assert "`offers.parquet` was not part of the input" in stderr


def test_changed_rules_are_refused(given: Path) -> None:
    """Half of the decisions would follow other rules."""
    pack = given / "pack.yaml"
    pack.write_text("pack: {name: house, version: 1}\nextends: default\n")
    run("cases.jsonl", "out", "--rules", "pack.yaml")
    pack.write_text("pack: {name: house, version: 1}\nextends: default\nparameters: {thank_you_within: 36 hours}\n")
    stderr = run("cases.jsonl", "out", "--rules", "pack.yaml", code=1).stderr
    assert "the rules of the pack house are no longer the same" in stderr


def test_a_folder_with_other_things_in_it_is_refused(given: Path) -> None:
    """And left as it is, even with --fresh."""
    (given / "out").mkdir()
    (given / "out" / "letter.txt").write_text("Dear Dana")
    for options in ((), ("--fresh",)):
        assert "T653 `out` has other files in it: letter.txt" in run("cases.jsonl", "out", *options, code=1).stderr
    assert [path.name for path in (given / "out").iterdir()] == ["letter.txt"]


def test_a_file_is_no_place_for_a_batch(given: Path) -> None:
    """The reason is reported."""
    assert "T653 `cases.jsonl`: file exists" in run("cases.jsonl", "cases.jsonl", code=1).stderr


@pytest.mark.parametrize(
    ("name", "message"), [("no.jsonl", "there is no such file"), ("letter.txt", "the name does not tell the format")]
)
def test_an_input_that_cannot_be_read_is_refused(given: Path, name: str, message: str) -> None:
    """Before anything is written."""
    (given / "letter.txt").write_text("Dear Dana")
    ended = run(name, "out", code=1)
    assert f"T651 `{name}`: {message}" in ended.stderr
    assert not (given / "out").exists()


def test_a_batch_that_is_done_leaves_only_its_output(given: Path) -> None:
    """Tables, and the manifest that says what they are made of."""
    run("cases.jsonl", "out")
    assert sorted(path.name for path in (given / "out").iterdir()) == ["actions", "batch.json", "justifications"]
    written = manifest(given / "out")
    assert (written["state"], written["pack"]["name"], written["tally"]["cases"]) == ("done", "default", 20)
    assert [file["name"] for file in written["files"]] == ["cases.jsonl"]


def test_quiet_says_nothing(given: Path) -> None:
    """Neither how it goes nor how it ended; the exit code still tells of rejects."""
    with (given / "cases.jsonl").open("ab") as stream:
        stream.write(b"{}\n")
    ended = run("cases.jsonl", "out", "--quiet", code=3)
    assert (ended.stdout, ended.stderr) == ("", "")
    assert [record["line"] for record in records(given / "out", "rejects")] == [21]
