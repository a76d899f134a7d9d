"""Deciding on a real Ray cluster of two nodes: row for row what one machine gives, also where workers are killed at it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import tactful
from cluster_cases import NOW, case
from row_for_row import same
from tactful.ray import DecidedDatasets, decide

os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_worker_niceness": "0"}  # before Ray is imported
ray = pytest.importorskip("ray", reason="needs the extra `ray`")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks for workers in /proc"),
]

COUNT = 6_000
BLOCKS = 12
STRANGER = """
extends: default
custom_facts: {candidate: {wants_calm: yes/no}}
rules:
  rest: {for each: candidate, when: {candidate.wants_calm: yes}, then: {may: wait}, because: You want calm.}
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A cluster of two nodes that work, for all tests here."""
    from local_cluster import local_cluster

    with local_cluster(2) as nodes:
        yield nodes


@pytest.fixture
def two_nodes(cluster: Any) -> Any:
    """The cluster with two nodes that work, whatever befell them before."""
    from local_cluster import ADDRESS, STORE

    while len(cluster.worker_nodes) < 2:
        cluster.add_node(num_cpus=1, object_store_memory=STORE, node_ip_address=ADDRESS)
    return cluster


def _fetched(dataset: Any) -> pa.Table:
    return pa.concat_tables(ray.get(dataset.to_arrow_refs()))


def _same(decided: DecidedDatasets, expected: Any, *names: str) -> bool:
    return all(same(_fetched(getattr(decided, name)), getattr(expected, name)) for name in names)


def test_tables_are_decided_row_for_row_with_a_node_killed_at_work(two_nodes: Any, tmp_path: Path) -> None:
    """What the node did and kept, and what it was at, is done again on the other; rejects are reported once."""
    from local_cluster import Killer

    policy = tactful.loads(STRANGER)
    tables = policy.tables(case(no) for no in range(COUNT))
    calm = pa.array([no % 5 == 0 for no in range(COUNT)])
    tables["candidates"] = tables["candidates"].drop_columns(["wants_calm"]).append_column("wants_calm", calm)
    tables["people"] = pa.concat_tables([tables["people"], tables["people"].slice(0, 1)])  # the same id twice
    for name, table in tables.items():
        (tmp_path / name).mkdir()
        for no in range(3):
            third = table.slice(no * (table.num_rows // 3), table.num_rows // 3 if no < 2 else None)
            pq.write_table(third, tmp_path / name / f"{no}.parquet")
    with Killer(two_nodes, "_decide_part", node=True) as killer:
        decided = decide(
            {name: ray.data.read_parquet(str(tmp_path / name)) for name in tables},
            pack=policy,
            now=NOW,
            steps=True,
            partitions=BLOCKS,
        )
    assert killer.killed == 1
    assert len(two_nodes.worker_nodes) == 1
    expected = policy.decide_tables(tables, NOW, steps=True)
    assert expected.rejects.num_rows
    assert "rest" in expected.justifications["rule"].to_pylist()
    assert _same(decided, expected, "actions", "justifications", "steps", "rejects")


def test_cases_are_decided_row_for_row_with_a_worker_killed_at_work_and_a_node_afterwards(
    two_nodes: Any, tmp_path: Path
) -> None:
    """The worker's block is decided on again, and so is what was kept on the node; what is no case is reported once."""
    from local_cluster import Killer

    policy = tactful.load()
    cases = [case(no) for no in range(COUNT)]
    for no in range(BLOCKS):
        lines = [json.dumps(case) for case in cases[no::BLOCKS]] + (["{"] if no == 3 else [])
        (tmp_path / f"{no}.jsonl").write_text("\n".join(lines))
    with Killer(two_nodes, "_decide_texts", node=False) as killer:
        decided = decide(ray.data.read_text([str(path) for path in tmp_path.iterdir()]), now=NOW, steps=True)
    assert killer.killed == 1
    two_nodes.remove_node(next(iter(two_nodes.worker_nodes)), allow_graceful=False)
    assert _same(
        decided, policy.decide_tables(policy.tables(cases), NOW, steps=True), "actions", "justifications", "steps"
    )
    assert [row["code"] for row in _fetched(decided.rejects).to_pylist()] == ["T103"]


def test_mistakes_of_tables_are_reported_before_anything_is_decided(two_nodes: Any) -> None:
    """All of them, as on one machine."""
    candidates = pa.table({"candidate_id": ["a"], "employd": [True]})
    with pytest.raises(tactful.InvalidInput) as caught:
        decide({"candidates": ray.data.from_arrow(candidates), "peopel": ray.data.from_arrow(candidates)})
    messages = [diagnostic.message for diagnostic in caught.value.diagnostics]
    assert messages == ["`candidates` has no column `employd`", "there is no table `peopel`"]


def test_what_comes_back_is_at_hand_for_ray_data(two_nodes: Any) -> None:
    """Sorted, counted and given to pandas without deciding again."""
    texts = pa.table({"text": [json.dumps(case(no)) for no in range(20)]})
    decided = decide(ray.data.from_arrow(texts), now=NOW)
    assert decided.steps is None
    first = decided.actions.sort(["candidate_id", "conclusion"]).take(1)[0]
    assert (first["candidate_id"], first["rank"]) == ("c00000", 1)
    assert len(decided.actions.to_pandas()) == decided.actions.count()


def test_of_nothing_comes_nothing(two_nodes: Any) -> None:
    """No case, or no candidate: tables without rows, but with their columns."""

    def nothing(column: str) -> Any:
        return ray.data.from_arrow(pa.table({column: ["x"]})).filter(lambda row: False)

    offers = ray.data.from_arrow(pa.table({"candidate_id": ["a"], "application_id": ["b"]}))
    for decided in (
        decide(nothing("text")),
        decide(ray.data.from_items([])),
        decide({"candidates": nothing("candidate_id"), "offers": offers}),
    ):
        assert decided.actions.count() == 0
        assert "priority" in decided.actions.schema().names


def test_without_a_cluster_it_is_said_what_to_call() -> None:
    """Ray is not started behind the caller's back."""
    ray.shutdown()
    with pytest.raises(tactful.EngineError, match=r"call ray\.init"):
        decide({})
