"""Mutated case files, packs, lines, tables and folders: used, or refused with documented mistakes, in bounds."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import tactful
from mutations import MUTATIONS_DRAWN, VALUES, WORDS, bounded, mutated, mutated_bytes
from tactful.cli.app import app
from tactful.cli.batch import REJECTS
from tactful.language.check import check_pack
from tactful.language.lint import lint_pack
from tactful.language.load import load_pack
from tactful.source.codes.batches import InternalError
from tactful.source.codes.pages import codes

ROOT: Final = Path(__file__).parents[2]
NOW: Final = datetime(2026, 11, 23, 15, tzinfo=UTC)
#: The code of a case on which tactful itself failed, which no input may bring about.
INTERNAL: Final = InternalError.id
POLICY: Final = tactful.load()
DRAWN: Final = settings(max_examples=MUTATIONS_DRAWN)
#: For what takes a process or many files each time.
FEWER: Final = settings(max_examples=max(3, MUTATIONS_DRAWN // 5))
#: The library in C where there is one.
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _plain(text: bytes) -> Any:
    """The content of a YAML file as JSON has it: moments are text, as in the file."""
    return json.loads(json.dumps(yaml.load(text, _LOADER), default=lambda moment: moment.isoformat()))


CASE_FILES: Final = [path for path in sorted((ROOT / "examples").iterdir()) if path.is_file()]
CASE_TEXTS: Final = [path.read_bytes() for path in CASE_FILES]
CASES: Final = [_plain(text) for text in CASE_TEXTS]
CASE_KEYS: Final = (
    "id",
    "now",
    "people",
    "messages",
    "custom",
    "offer",
    "person",
    "ended_at",
    "time_zone",
    "country",
    "x",
)

#: The files of the shipped pack, each of which is tried with the others around it; and two profiles, which extend it.
PACK_FILES: Final = sorted((ROOT / "rules").glob("*.yaml"))
PROFILES: Final = sorted((ROOT / "rules" / "profiles").glob("*.yaml"))
#: A house's own pack on top of the shipped ones.
OVERLAY: Final = b"""pack: {name: house}
extends: [default, 'profile:reserved']
parameters: {patience: {value: 36 hours}}
custom_facts: {application: {salary: number, reviewed_on: moment}}
facts:
  application.reviewed: {exists: message, where: {message.kind: follow_up, message.sent_at: at most 9 days ago}}
  application.count: {count: message, where: {message.person: same as application.contact_via}}
rules:
  look_again:
    for each: application
    when: {application.salary: at least 10, any: [{application.reviewed: yes}, {application.count: between 1 and 3}]}
    unless: {candidate.employed: no}
    then: {should: look}
    by: 2 days after application.reviewed_on
    because: The salary is {application.salary}.
actions: {look: {about: Look again.}}
"""
PACK_TEXTS: Final = [path.read_bytes() for path in (*PACK_FILES, *PROFILES)] + [OVERLAY]
PACKS: Final = [_plain(text) for text in PACK_TEXTS]
PACK_KEYS: Final = (
    "pack", "extends", "parameters", "custom_facts", "facts", "actions", "rules", "invariants", "when", "unless", "any",
    "none", "then", "by", "because", "overrides", "safety", "is_a", "priority", "for each", "where", "count", "x",
)  # fmt: skip

LINES: Final = [json.dumps(case).encode() for case in CASES]
TABLES: Final = POLICY.tables(CASES)
TYPES: Final = (
    pa.null(), pa.bool_(), pa.int8(), pa.uint64(), pa.float16(), pa.float64(), pa.string(), pa.large_string(), pa.string_view(),
    pa.binary(), pa.date32(), pa.date64(), pa.time64("ns"), pa.timestamp("s"), pa.timestamp("ns", "Asia/Kolkata"),
    pa.duration("us"), pa.decimal128(38, 9), pa.list_(pa.string()), pa.list_(pa.string(), 2), pa.struct({"x": pa.string()}),
    pa.map_(pa.string(), pa.string()), pa.dictionary(pa.int8(), pa.string()),
)  # fmt: skip
#: Values that make a column of one type.
OF_ONE_TYPE: Final = (
    st.none() | st.sampled_from(WORDS[:-5]),
    st.none() | st.integers(-(2**63), 2**63 - 1),
    st.none() | st.floats(),
    st.none() | st.datetimes(),
    st.none() | st.binary(max_size=5),
    st.lists(st.none() | st.text(max_size=3), max_size=3),
)
WRITTEN: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"row_group_size": 1},
    {"compression": "zstd", "data_page_version": "2.0"},
    {"use_dictionary": False, "compression": "none"},
    {"use_deprecated_int96_timestamps": True},
)
NAMES: Final = (
    "candidates.parquet", "messages.parquet", "messages.pq", "messages/a.parquet", "messages/b/c.parquet", "offers.csv",
    "people/role=recruiter/0.parquet", "people.PARQUET", "x.parquet", "candidates", "_SUCCESS", ".hidden", "notes.txt",
)  # fmt: skip


def _refused(error: tactful.InvalidInput) -> None:
    """A refusal says what, in words that have a page."""
    assert error.diagnostics
    assert {mistake.code for mistake in error.diagnostics} <= codes().keys()
    assert all(str(mistake) for mistake in error.diagnostics)


def _as_yaml(node: Any) -> bytes:
    """The bytes of a file with half surrogates as such bytes as a careless program writes."""
    return yaml.safe_dump(node, allow_unicode=True, sort_keys=False).encode("utf-8", "surrogatepass")


def _as_json(node: Any) -> bytes:
    return json.dumps(node).encode()


def _try_case(data: bytes, name: str) -> None:
    with bounded():
        try:
            case = POLICY.read_text(data, name)
        except tactful.InvalidInput as error:
            _refused(error)
            return
        POLICY.decide(case, None if case.now is not None else NOW).to_json()


def test_every_original_is_used() -> None:
    """Without a change, every case is decided on, and the whole pack and the overlay are loaded."""
    for path in CASE_FILES:
        POLICY.decide(POLICY.read_text(path.read_bytes(), path.name), NOW)
    tactful.loads(OVERLAY.decode())


@DRAWN
@given(mutated(CASES, CASE_KEYS))
def test_a_case_with_anything_in_it(node: Any) -> None:
    """As YAML, and as JSON."""
    _try_case(_as_yaml(node), "case.yaml")
    _try_case(_as_json(node), "case.json")


@DRAWN
@given(mutated_bytes([*CASE_TEXTS, *map(_as_json, CASES)]), st.sampled_from(["case.yaml", "case.json"]))
def test_a_case_file_with_any_bytes(data: bytes, name: str) -> None:
    """Whatever the file's name says that it is."""
    _try_case(data, name)


@st.composite
def mutated_packs(draw: st.DrawFn) -> tuple[int, bytes]:
    """The number of an original, and what it has become."""
    no = draw(st.integers(0, len(PACKS) - 1))
    return no, draw(mutated([PACKS[no]], PACK_KEYS).map(_as_yaml) | mutated_bytes([PACK_TEXTS[no]]))


@DRAWN
@given(mutated_packs())
def test_a_pack_with_anything_in_it(drawn: tuple[int, bytes]) -> None:
    """A file of the shipped rules among the others, a profile, or an overlay: with places of it changed, or its bytes."""
    no, text = drawn
    with tempfile.TemporaryDirectory() as folder, bounded():
        for path in PACK_FILES if no < len(PACK_FILES) else ():
            shutil.copy(path, folder)
        name = PACK_FILES[no].name if no < len(PACK_FILES) else "pack.yaml"
        (Path(folder) / name).write_bytes(text)
        try:
            pack = load_pack(folder)
            checked = check_pack(pack)
        except tactful.InvalidInput as error:
            _refused(error)
            return
        lint_pack(pack, checked)
        tactful.Policy(checked, tactful.CaseLimits()).decide(CASES[0], NOW).to_json()


# --- lines, tables and folders ---


def _batch(given: Path, out: Path) -> None:
    """A batch ends with decisions, with rejects that have a page, or with mistakes that have one."""
    with bounded():
        result = CliRunner().invoke(app, ["batch", str(given), str(out), "--workers", "1", "--quiet"])
    assert isinstance(result.exception, SystemExit | None), result.exception
    assert result.exit_code in (0, 1, REJECTS), result.output
    rejects = [json.loads(line) for file in out.glob("rejects/*.jsonl") for line in file.read_bytes().splitlines()]
    assert {reject["code"] for reject in rejects} <= codes().keys() - {INTERNAL}
    assert bool(rejects) == (result.exit_code == REJECTS)
    if result.exit_code == 1:
        assert set(re.findall(r"\bT\d{3}\b", result.stderr)) & codes().keys(), result.stderr


@st.composite
def lines_of_cases(draw: st.DrawFn) -> bytes:
    """Some lines, some of them mutated, and perhaps the whole file as well."""
    line = st.one_of(
        st.sampled_from(LINES),
        mutated_bytes(LINES),
        mutated([json.loads(line) for line in LINES], CASE_KEYS).map(_as_json),
    )
    data = draw(st.sampled_from((b"\n", b"\r\n", b"\n\n"))).join(draw(st.lists(line, min_size=1, max_size=6)))
    return draw(st.just(data) | mutated_bytes([data, gzip.compress(data)]))


@FEWER
@given(lines_of_cases(), st.sampled_from(["cases.jsonl", "cases.ndjson", "cases.jsonl.gz"]))
def test_lines_with_anything_in_them(data: bytes, name: str) -> None:
    """Whatever is on a line, and whether or not the file is packed as its name says."""
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / name
        given.write_bytes(data)
        _batch(given, Path(folder) / "out")


def _array(values: Sequence[Any]) -> pa.Array:
    """A column of the values, as text where they have no type in common that Arrow can find."""
    try:
        return pa.array(values)
    except (pa.ArrowException, OverflowError, UnicodeError, ValueError, TypeError):
        return pa.array([None if value is None else ascii(value) for value in values])


@st.composite
def mutated_tables(draw: st.DrawFn) -> dict[str, pa.Table]:
    """Tables with columns dropped, renamed, retyped or doubled, and with rows dropped, doubled or changed."""
    given = dict(TABLES)
    for _ in range(draw(st.integers(1, 4))):
        name = draw(st.sampled_from(sorted(given)))
        table = given[name]
        if not table.num_columns:
            continue
        no = draw(st.integers(0, table.num_columns - 1))
        column, array = table.column_names[no], table.column(no)
        match draw(st.integers(0, 8)):
            case 0 if len(given) > 1:
                del given[name]
                continue
            case 1:
                table = table.remove_column(no)
            case 2:
                new = draw(st.sampled_from([*table.column_names, "custom.x", "id", "", "x", "candidate_id"]))
                table = table.rename_columns([new if at == no else old for at, old in enumerate(table.column_names)])
            case 3:
                rows = draw(st.lists(st.integers(0, len(table) - 1), max_size=12)) if len(table) else []
                table = pa.concat_tables([table.slice(0, 0), *(table.slice(row, 1) for row in rows)])  # of any type
            case 4:
                table = table.append_column(column, array)
            case 5:
                table = table.set_column(no, column, pa.nulls(len(table), draw(st.sampled_from(TYPES))))
            case 6:
                values = array.to_pylist()
                if values:
                    values[draw(st.integers(0, len(values) - 1))] = draw(VALUES)
                table = table.set_column(no, column, _array(values))
            case 7:
                values = draw(st.lists(draw(st.sampled_from(OF_ONE_TYPE)), min_size=len(table), max_size=len(table)))
                table = table.set_column(no, column, _array(values))
            case _:
                try:
                    table = table.set_column(no, column, array.cast(draw(st.sampled_from(TYPES)), safe=False))
                except pa.ArrowException:
                    table = table.set_column(no, column, _array([[value] for value in array.to_pylist()]))
        given[name] = table
    return given


@DRAWN
@given(mutated_tables(), st.sampled_from([None, NOW]))
def test_tables_with_anything_in_them(given: dict[str, pa.Table], now: datetime | None) -> None:
    """Candidates are decided on or rejected, or the tables are refused as a whole."""
    with bounded():
        try:
            decided = POLICY.decide_tables(given, now)
        except tactful.InvalidInput as error:
            _refused(error)
            return
    assert set(decided.rejects["code"].to_pylist()) <= codes().keys() - {INTERNAL}


@st.composite
def folders(draw: st.DrawFn, folder: Path) -> Path:
    """A folder of Parquet in which tables are mutated, and files changed, renamed, copied or written in another format."""
    given = draw(st.just(TABLES) | mutated_tables())
    for name, table in given.items():
        if len(set(table.column_names)) == len(table.column_names):
            _write(table, folder / f"{name}.parquet", draw(st.sampled_from(WRITTEN)))
    for _ in range(draw(st.integers(1, 3))):
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        if not files:
            break
        file = draw(st.sampled_from(files))
        match draw(st.integers(0, 4)):
            case 0:
                file.unlink()
            case 1 | 2:
                file.write_bytes(draw(mutated_bytes([file.read_bytes()])))
            case _:
                to = folder / draw(st.sampled_from(NAMES))
                if to != file and not to.is_dir() and not any(parent.is_file() for parent in to.parents):
                    to.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(file, to)
                    if draw(st.booleans()):
                        file.unlink()
    return folder


def _write(table: pa.Table, path: Path, options: dict[str, Any]) -> None:
    """The table as Parquet, unless Parquet has no such type."""
    with suppress(pa.ArrowException):
        pq.write_table(table, path, **options)


@FEWER
@given(st.data())
def test_folders_with_anything_in_them(data: st.DataObject) -> None:
    """Files with changed bytes, too many or too few of them, and tables of any kind."""
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "given"
        given.mkdir()
        data.draw(folders(given))
        _batch(given, Path(folder) / "out")
