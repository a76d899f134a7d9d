"""A journal decided again: nothing differs, or it is told what, why, and by the smallest case."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

import tactful
from tactful import journal
from tactful.cli.app import app
from tactful.engines.compiled.program import CompiledProgram
from tactful.facts.rows import Row
from tactful.journal import drafts
from tactful.journal.entries import Header, encode
from tactful.journal.writer import Writer
from tactful.language.ir import Rule
from tactful.reasons.made_with import installed

pytest.importorskip("pyarrow", reason="needs pyarrow (the extra `batch`)")
import pyarrow as pa  # once it is known to be there

from tactful.api.tables import Ranked
from tactful.columns.from_cases import columns_of

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
DAYS_OFF = (
    "calendars: {default: {days off: [2026-11-20, 2026-11-23, 2026-11-24, 2026-11-25, 2026-11-30, 2026-12-01]}}\n"
)
OVERLAY = "pack: {name: acme, version: 1}\nextends: default\nparameters:\n  thank_you_within: 2 hours\n"


@pytest.fixture(scope="module")
def pack() -> tactful.Policy:
    return tactful.load()


@pytest.fixture(scope="module")
def cases(pack: tactful.Policy) -> list[tactful.Case]:
    """The cases of all examples, each at several moments."""
    read = [pack.read_text(path.read_text(), path.name) for path in EXAMPLES]
    return [
        pack.read(case.to_json(), pack.decide(case).at + timedelta(days=days)) for case in read for days in (0, 1, 3)
    ]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory, pack: tactful.Policy, cases: list[tactful.Case]) -> Path:
    """A journal with a decision on each."""
    return kept(tmp_path_factory.mktemp("journal") / "journal.db", pack, cases)


def kept(file: Path, policy: tactful.Policy, cases: list[tactful.Case]) -> Path:
    """A journal with a policy's decisions on cases."""
    writer = journal.open(str(file))
    for case in cases:
        policy.decide(case, journal=writer)
    writer.close()
    return file


def replayed(*arguments: str | Path) -> tuple[int, dict[str, Any]]:
    """The exit code and the JSON of a replay."""
    result = CliRunner().invoke(app, ["replay", *map(str, arguments), "--format", "json"])
    return result.exit_code, json.loads(result.output)


def test_the_same_pack_gives_no_difference(file: Path, cases: list[tactful.Case]) -> None:
    """Every decision is the same: by its own rules, and by the same rules named."""
    for rules in ((), ("--rules", "default")):
        code, told = replayed(file, *rules)
        assert (code, told["decided"], told["different"]) == (0, len(cases), 0)


def _tables(ranked: Ranked) -> tuple[pa.Table, pa.Table]:
    return ranked.tables.actions, ranked.tables.justifications


def test_the_compiled_rules_find_the_deadlines_that_columns_would_search_for(
    pack: tactful.Policy, cases: list[tactful.Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tables are those of the plain search. Some examples have such deadlines."""
    decider, now = pack.table_decider, [pack.decide(case).context.now for case in cases]
    numbered = [msgspec.structs.replace(case.shape.candidate, id=str(no)) for no, case in enumerate(cases)]
    told = [msgspec.structs.replace(case.shape, candidate=one) for case, one in zip(cases, numbered, strict=True)]
    columns = columns_of([pack.read(msgspec.to_builtins(shape)) for shape in told], now, pack.checked.carried)
    searched = decider.rank(columns, steps=False)
    asked: list[str] = []
    ends = CompiledProgram.ends

    def counted(program: CompiledProgram, case: tactful.Case, now: int) -> Callable[[Rule, Row], int | None]:
        asked.append(case.candidate.id)
        return ends(program, case, now)

    monkeypatch.setattr(CompiledProgram, "ends", counted)
    at_once = decider.rank_at_once(columns)
    assert 0 < len(asked) < len(cases) / 2
    for few, all_ in zip(_tables(at_once), _tables(searched), strict=True):
        assert few.to_pylist() == all_.to_pylist() != []


def test_a_changed_threshold_gives_the_cases_that_it_should(
    tmp_path: Path, file: Path, pack: tactful.Policy, cases: list[tactful.Case]
) -> None:
    """They are counted by rule and parameter, each group with its smallest case."""
    overlay = tmp_path / "acme.yaml"
    overlay.write_text(OVERLAY)
    other = tactful.load(overlay)
    changed = [case for case in cases if _advice(pack.decide(case)) != _advice(other.decide(case))]
    assert changed
    code, told = replayed(file, "--rules", overlay)
    assert (code, told["different"]) == (1, len(changed))
    assert {group["cause"] for group in told["groups"]} == {"rules"}
    groups = [group for group in told["groups"] if group["parameters"] == ["thank_you_within"]]
    assert groups
    archive = journal.read(str(file))
    for group in groups:
        assert group["before"] != group["after"]
        assert len(bytes(archive.get(group["smallest"]).case)) == group["bytes"]
    changing = [group for group in groups if len(group["rules"]) == 1]
    assert [group["bytes"] for group in changing] == [min(_sizes(archive, group["rules"])) for group in changing]
    text = CliRunner().invoke(app, ["replay", str(file), "--rules", str(overlay)]).output
    assert "(thank_you_within): changes in" in text


def _advice(decision: tactful.Decision) -> list[tuple[Any, ...]]:
    return [
        (advice.action, advice.modality, advice.target.id, advice.due, sorted(each.rule for each in advice.because))
        for advice in decision.actions
    ]


def _sizes(archive: Any, rules: list[str]) -> list[int]:
    """The sizes of the cases to which some rules gave advice that the other pack gives with another deadline."""
    entries = list(archive.find())
    return [len(bytes(entry.case)) for entry in entries if any(list(each.rules) == rules for each in entry.outcome)]


def test_other_calendars_are_the_cause(
    tmp_path: Path, cases: list[tactful.Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decisions were made with a version of `holidays` whose days differ: it is named, also where the pack is another."""
    then = tactful.loads("pack: {name: then, version: 1}\nextends: default\n")
    other_days = tactful.loads(f"pack: {{name: then, version: 1}}\nextends: default\n{DAYS_OFF}")
    with monkeypatch.context() as patch:
        patch.setattr(drafts, "installed", lambda name: "0.1" if name == "holidays" else installed(name))
        settings = drafts.settings_of(then.decider)
    writer = journal.open(str(tmp_path / "journal.db"))
    for case in cases:
        decision = other_days.decide(case.to_json(), then.decide(case).at)
        _write(writer, drafts.draft_decision(decision, 0.0), settings)
    writer.close()
    code, told = replayed(tmp_path / "journal.db")
    assert code == 1
    cause = f"versions: holidays 0.1 (now {installed('holidays')})"
    assert {group["cause"] for group in told["groups"]} == {cause}
    overlay = tmp_path / "acme.yaml"
    overlay.write_text(OVERLAY)
    code, told = replayed(tmp_path / "journal.db", "--rules", overlay)
    assert cause in {group["cause"] for group in told["groups"]}


def _write(writer: Writer, drafted: drafts.Drafted, settings: drafts.SettingsKept) -> None:
    """Write an entry as if it had been made with other settings."""
    header = msgspec.json.decode(drafted.draft.header, type=Header)
    text = encode(msgspec.structs.replace(header, settings=settings.digest))
    done = threading.Event()
    writer.submit([drafts.Drafted(drafted.draft._replace(header=text), settings.kept)], lambda _: done.set())
    assert done.wait(60)


def test_a_case_that_other_rules_refuse(tmp_path: Path, pack: tactful.Policy) -> None:
    """The case has a fact that the other pack does not know: its refusal is a difference."""
    own = tactful.loads(f"{OVERLAY}custom_facts: {{application: {{club: text}}}}\n")
    case = json.loads(pack.read_text(EXAMPLES[0].read_text(), EXAMPLES[0].name).to_json())
    case["applications"][0]["custom"] = {"club": "chess"}
    file = kept(tmp_path / "journal.db", own, [own.read(case)])
    code, told = replayed(file, "--rules", "default")
    assert (code, [group["what"] for group in told["groups"]]) == (1, ["refused"])


def test_what_was_erased_is_not_replayed(tmp_path: Path, pack: tactful.Policy, cases: list[tactful.Case]) -> None:
    """It is counted."""
    file = kept(tmp_path / "journal.db", pack, cases[:4])
    archive = journal.read(str(file))
    archive.erase(archive.subject(cases[0].candidate.id))
    code, told = replayed(file)
    assert code == 0
    assert told["erased"] >= 1
    assert told["decided"] + told["erased"] == 4
