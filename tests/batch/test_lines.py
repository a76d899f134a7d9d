"""Files with a case on each line, run as people run them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from typer.testing import CliRunner, Result

import tactful
from running import SMALL_PACK, files, manifest, records, rows, run
from sample_cases import NOW, case, lines
from tactful.batch.lines import CHUNKS, chunks_of, plan_lines, spool_lines
from tactful.cli.app import app
from tactful.source.diagnostics import InvalidInput

POLICY = tactful.load()


def expected(numbers: range) -> list[dict[str, Any]]:
    """The conclusions of the cases with these numbers, decided on one by one."""
    found = []
    for no in numbers:
        read = POLICY.read(case(no))
        assert read.now is not None
        ranking = POLICY.decider.rank(read, read.now)
        others = [other for conclusion in ranking.ranked for other in conclusion.alternatives]
        alternatives = POLICY.decider.ranker.in_order(others, read, read.now)
        states = {"ranked": ranking.ranked, "alternative": alternatives, "set_aside": ranking.set_aside}
        all_ = [(state, conclusion) for state, conclusions in states.items() for conclusion in conclusions]
        for number, (state, one) in enumerate(all_, start=1):
            found.append(
                {
                    "candidate_id": f"c{no:07}",
                    "conclusion": number,
                    "state": state,
                    "modality": one.modality,
                    "action": one.action,
                    "entity": one.target.entity,
                    "target_id": one.target.id,
                    "priority": one.priority,
                    "due": None if one.due is None else one.due,
                }
            )
    return found


def found(output: Path) -> list[dict[str, Any]]:
    """The same of a batch."""
    names = ("candidate_id", "conclusion", "state", "modality", "action", "entity", "target_id", "priority", "due")
    return [
        {name: row[name] if name != "due" or row[name] is None else int(row[name].timestamp()) for name in names}
        for row in rows(output, "actions")
    ]


def test_a_batch_decides_as_one_case_after_the_other_is_decided(tmp_path: Path) -> None:
    """Chunks and units make no difference."""
    (tmp_path / "cases.jsonl").write_bytes(lines(range(300)))
    ended = run(tmp_path / "cases.jsonl", tmp_path / "out", "--chunk", 17)
    assert found(tmp_path / "out") == expected(range(300))
    assert len(list((tmp_path / "out" / "actions").iterdir())) == -(-300 // (17 * CHUNKS))
    assert ended.stdout.startswith("300 cases decided: ")


def test_reasons_and_steps_go_with_their_conclusions(tmp_path: Path) -> None:
    """In the order in which a decision has them, with words where they were asked for."""
    (tmp_path / "cases.jsonl").write_bytes(lines(range(50)))
    run(tmp_path / "cases.jsonl", tmp_path / "out", "--steps", "--words")
    actions, reasons = rows(tmp_path / "out", "actions"), rows(tmp_path / "out", "justifications")
    steps = rows(tmp_path / "out", "steps")
    for no in range(50):
        decision, id_ = POLICY.decide(case(no)), f"c{no:07}"
        for advice in decision.actions:
            (own,) = (action for action in actions if (action["candidate_id"], action["rank"]) == (id_, advice.rank))
            key = (id_, own["conclusion"])
            assert (own["label"], own["key"]) == (advice.label, advice.key)
            assert [(reason["rule"], reason["text"]) for reason in reasons if _key(reason) == key] == [
                (one.rule, one.text) for one in advice.because
            ]
            added = [step["text"] for step in steps if _key(step) == key]
            assert [step for step in advice.steps if step in added] == list(dict.fromkeys(added))


def _key(row: dict[str, Any]) -> tuple[str, int]:
    return row["candidate_id"], row["conclusion"]


def test_json_has_a_line_for_each_candidate(tmp_path: Path) -> None:
    """With what is in the tables, brought together."""
    (tmp_path / "cases.jsonl").write_bytes(lines(range(100)))
    run(tmp_path / "cases.jsonl", tmp_path / "out", "--format", "jsonl", "--words", "--steps", "--chunk", 30)
    decisions = records(tmp_path / "out", "decisions")
    assert [decision["candidate"] for decision in decisions] == [f"c{no:07}" for no in range(100)]
    for no, record in enumerate(decisions):
        decision = POLICY.decide(case(no))
        assert record["at"] == "2026-11-23T15:00:00Z"
        assert [
            (
                action["rank"],
                action["key"],
                action["action"],
                action["label"],
                action["target"]["id"],
                len(action.get("alternatives", ())),
            )
            for action in record["actions"]
        ] == [
            (action.rank, action.key, action.action, action.label, action.target.id, len(action.alternatives))
            for action in decision.actions
        ]
        assert [[why["text"] for why in action["because"]] for action in record["actions"]] == [
            [why.text for why in action.because] for action in decision.actions
        ]
        assert [
            (conclusion["action"], [by["action"] for by in conclusion["by"]]) for conclusion in record["set_aside"]
        ] == [(conclusion.action, [by.action for by in conclusion.by]) for conclusion in decision.set_aside]


def test_what_cannot_be_read_is_rejected_with_its_line_and_the_rest_goes_on(tmp_path: Path) -> None:
    """As `tactful advise` tells it. Empty lines are no cases; line ends and a byte order mark don't matter."""
    bad = [
        b"\xef\xbb\xbf" + lines([0]),
        b'{"candidate": {"id": "a", "employed": "perhaps"}, "applications": [{"id": "x", "status": "?"}]}\r\n',
        b"\n",
        b"{not json}\n",
        b'{"candidate": {"id": "b", "name": "' + b"n" * 3_000_000 + b'"}}\n',
        b"  \n",
        lines([1]).replace(b"\n", b"\r\n"),
        b"\xff\xfe\n",
        lines([2]).rstrip(b"\n"),
    ]
    (tmp_path / "cases.ndjson").write_bytes(b"".join(bad))
    ended = run(tmp_path / "cases.ndjson", tmp_path / "out", code=3)
    assert found(tmp_path / "out") == expected(range(3))
    rejects = records(tmp_path / "out", "rejects")
    assert [(reject["line"], reject["code"], reject.get("path")) for reject in rejects] == [
        (2, "T205", "applications[0].status"),
        (2, "T204", "candidate.employed"),
        (4, "T103", None),
        (5, "T101", None),
        (8, "T102", None),
    ]
    assert rejects[3]["message"] == "the line is longer than 1,000,000 bytes"
    assert "4 rejected: see " in ended.stdout
    assert manifest(tmp_path / "out")["tally"]["rejected"] == 4


@pytest.mark.parametrize("content", [b"", b"\n\n", b"nonsense\n"])
def test_an_input_without_cases_gives_empty_tables(tmp_path: Path, content: bytes) -> None:
    """Or none at all, where there is not a single line."""
    (tmp_path / "cases.jsonl").write_bytes(content)
    run(tmp_path / "cases.jsonl", tmp_path / "out", code=3 if b"nonsense" in content else 0)
    assert rows(tmp_path / "out", "actions") == []
    assert manifest(tmp_path / "out")["state"] == "done"


def test_packed_files_and_standard_input_are_read_as_plain_files_are(tmp_path: Path) -> None:
    """With any number of workers."""
    text = lines(range(400))
    (tmp_path / "cases.jsonl").write_bytes(text)
    (tmp_path / "cases.jsonl.gz").write_bytes(gzip.compress(text[:50_000]) + gzip.compress(text[50_000:]))
    with pa.CompressedOutputStream(str(tmp_path / "cases.jsonl.zst"), "zstd") as stream:
        stream.write(text)
    options = ("--chunk", "10", "--pack", str(SMALL_PACK))
    run(tmp_path / "cases.jsonl", tmp_path / "plain", *options)
    run(tmp_path / "cases.jsonl.gz", tmp_path / "gz", *options, "--workers", 2)
    run(tmp_path / "cases.jsonl.zst", tmp_path / "zst", *options, "--workers", 1)
    assert _piped(text, tmp_path / "piped", *options, "--workers", "1").exit_code == 0
    for one in ("gz", "zst", "piped"):
        assert files(tmp_path / one) == files(tmp_path / "plain")


def test_standard_input_is_not_gone_on_with(tmp_path: Path) -> None:
    """What was read from it is gone, so the same command is refused; --fresh begins anew."""
    assert _piped(lines(range(3)), tmp_path / "out").exit_code == 0
    again = _piped(lines(range(3)), tmp_path / "out")
    assert again.exit_code == 1
    assert "standard input cannot be read a second time" in again.stderr
    assert _piped(lines(range(3)), tmp_path / "out", "--fresh").exit_code == 0


def _piped(text: bytes, output: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["batch", "-", str(output), *options], input=text)


def test_now_counts_for_all_cases(tmp_path: Path) -> None:
    """Also where they have moments of their own."""
    (tmp_path / "cases.jsonl").write_bytes(json.dumps({**case(1), "now": "2020-01-01T00:00:00Z"}).encode() + b"\n")
    run(tmp_path / "cases.jsonl", tmp_path / "out", "--now", NOW.isoformat())
    assert found(tmp_path / "out") == expected(range(1, 2))


def test_a_moment_without_an_offset_is_wrong_usage(tmp_path: Path) -> None:
    """Candidates may live anywhere."""
    (tmp_path / "cases.jsonl").write_bytes(lines([1]))
    ended = run(tmp_path / "cases.jsonl", tmp_path / "out", "--now", "2026-11-23T10:00", code=2)
    assert "has no offset" in ended.stderr


# --- where units and chunks begin ---


@pytest.mark.parametrize("chunk", [1, 3, 1000])
def test_units_and_chunks_have_every_line_once(tmp_path: Path, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever falls onto a block's end, and however long lines are."""
    monkeypatch.setattr("tactful.batch.lines.BLOCK", 64)
    monkeypatch.setattr("tactful.batch.lines.CHUNK_BYTES", 40)
    path = tmp_path / "lines"
    texts = [b"x" * (no * 7 % 90) for no in range(200)]
    path.write_bytes(b"\n".join(texts))
    read = [line for unit in plan_lines(path, chunk) for lines_ in chunks_of(unit, 60, chunk) for line in lines_]
    assert [(one.no, one.data) for one in read] == [
        (no, text if len(text) <= 60 else None) for no, text in enumerate(texts, start=1) if text
    ]


def test_a_line_without_an_end_does_not_fill_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream that never ends a line is refused once the line is longer than any line may be. Cases before it are kept."""
    monkeypatch.setattr("tactful.batch.lines.LONGEST", 1_000_000)
    monkeypatch.setattr("tactful.batch.lines.CHUNK_BYTES", 1_000)
    text, written = lines(range(40)), 0

    class Endless:
        def read(self, size: int) -> bytes:
            """Cases, and then one line."""
            nonlocal written
            written += size
            assert written < 100_000_000, "nobody stops reading"
            return text if written == size else b"x" * size

    with pytest.raises(InvalidInput, match=r"a line of more than 1,000,000 bytes, at line \d+ or later"):
        for _ in spool_lines(Endless(), 5, tmp_path):
            pass
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < len(text) + 20_000_000
