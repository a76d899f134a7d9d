"""Of a folder of Parquet only those columns are read that decisions hang on."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import tactful
from running import files, records, run
from sample_cases import case, lines, tables, write_tables
from tactful.batch.folder.needed import needed_columns
from tactful.batch.model import Options

COUNT = 200
#: Reads a custom fact, a field through a computed fact, and one for a step; it concerns a person by id.
PACK = {
    "custom_facts": {"application": {"score": "number", "remark": "text"}},
    "facts": {"person.warm": {"about": "Warm.", "when": {"person.invited_call": True}}},
    "actions": {"note": {"about": "A note."}},
    "rules": {
        "r": {
            "for each": "person",
            "when": {"person.warm": True, "application.score": "at least 2"},
            "then": {"should": "note"},
            "because": "So says {person.name}.",
        },
        "s": {
            "for each": "person",
            "when": {"person.prefers": "phone"},
            "then": {"step": "Call.", "of": "note"},
            "because": "So.",
        },
    },
}


@pytest.mark.parametrize("options", [("--steps",), ("--steps", "--words"), ("--format", "jsonl")])
def test_tables_give_what_lines_give(tmp_path: Path, options: tuple[str, ...]) -> None:
    """Steps and sentences read more."""
    (tmp_path / "cases.jsonl").write_bytes(lines(range(COUNT)))
    run(tmp_path / "cases.jsonl", tmp_path / "wanted", *options)
    run(write_tables(tmp_path / "given", tables(map(case, range(COUNT)))), tmp_path / "out", *options)
    assert files(tmp_path / "out") == files(tmp_path / "wanted")


def test_columns_are_needed_by_rules_steps_and_words() -> None:
    """Keys, places and what has to fit together are always read."""
    decider = tactful.loads(msgspec.yaml.encode(PACK)).decider
    needed = needed_columns(decider, Options())
    assert needed is not None
    always = {"candidate_id", "application_id"}
    assert needed["candidates"] == {"candidate_id", "now", "done", "dismissed", "time_zone", "country"}
    assert needed["applications"] == {*always, "contact_via", "time_zone", "country", "calendar", "score"}
    assert needed["people"] == {*always, "person_id", "time_zone", "country", "invited_call"}
    assert needed["offers"] == {*always, "received_at", "signed_at", "withdrawn_at"}
    assert needed["interviews"] >= {*always, "interview_id", "starts_at", "ended_at", "status"}
    with_steps = needed_columns(decider, Options(steps=True))
    assert with_steps == {**needed, "people": needed["people"] | {"prefers"}}
    assert needed_columns(decider, Options(words=True)) is None


def test_a_mistake_where_nobody_looks_is_not_noticed(tmp_path: Path) -> None:
    """Sentences may name anything, so they have everything looked at."""
    given = tables(map(case, range(COUNT)))
    interviews = given["interviews"].to_pylist()
    interviews[0]["went"] = "sideways"
    folder = write_tables(tmp_path / "given", {**given, "interviews": pa.Table.from_pylist(interviews)})
    run(folder, tmp_path / "out")
    run(folder, tmp_path / "told", "--words", code=3)
    assert [record["code"] for record in records(tmp_path / "told", "rejects")] == ["T205"]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"chanel": ["email"]}, "`messages` has no column `chanel`"),
        ({"channel": [7]}, "`channel` cannot be read from int64"),
    ],
)
def test_names_and_types_of_all_columns_are_seen_to(
    tmp_path: Path, columns: dict[str, list[object]], message: str
) -> None:
    """In every file, before anything is decided."""
    given = tables(map(case, range(COUNT)))
    folder = write_tables(tmp_path / "given", {**given, "messages": given["messages"].drop_columns("channel")})
    (folder / "messages").mkdir()
    (folder / "messages.parquet").rename(folder / "messages" / "1.parquet")
    row = {"candidate_id": ["z"], "application_id": ["a"], **columns}
    pq.write_table(pa.table(row), folder / "messages" / "2.parquet")
    assert message in run(folder, tmp_path / "out", "--chunk", 50, code=1).stderr
    assert not [*(tmp_path / "out").rglob("*.parquet")]
