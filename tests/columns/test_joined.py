"""Columns that are made a block at a time are those of all cases at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

import tactful

pytest.importorskip("pyarrow", reason="needs pyarrow (the extra `batch`)")
import numpy as np
import pyarrow as pa

from tactful.columns import joined
from tactful.columns.columns import Column, Columns
from tactful.columns.from_cases import columns_of

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
FACTS = "pack: {name: facts, version: 1}\nextends: default\ncustom_facts: {application: {referred: yes/no}}\n"


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> tactful.Policy:
    """A pack with a custom fact."""
    file = tmp_path_factory.mktemp("pack") / "facts.yaml"
    file.write_text(FACTS)
    return tactful.load(file)


@pytest.fixture(scope="module")
def cases(pack: tactful.Policy) -> list[tactful.Case]:
    """Those of all examples, each with dismissed advice as well, and one with a custom fact."""
    read = [pack.read_text(path.read_text(), path.name) for path in EXAMPLES]
    decisions = [pack.decide(case) for case in read]
    dismissed = [
        pack.dismiss(decision.context.case, advice.key)
        for decision in decisions
        for advice in decision.actions
        if advice.modality == "should"
    ]
    referred = msgspec.to_builtins(read[0].shape)
    referred["applications"][0]["custom"] = {"referred": True}
    return [*read, *dismissed, pack.read(referred)]


@pytest.mark.parametrize("size", [1, 3, 1_000])
def test_blocks_make_the_same_columns(
    size: int, pack: tactful.Policy, cases: list[tactful.Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joined, "_BLOCK", size)
    now = [pack.decide(case).context.now for case in cases]
    whole = columns_of(cases, now, pack.checked.carried)
    parts = joined.columns_in_blocks(zip(cases, now, strict=True), _again(cases), pack.checked.carried)
    assert _told(parts) == _told(whole)
    assert len(parts.handled) > 1
    assert 1 in parts.custom["application", "referred"].data.tolist()


def test_no_cases_make_columns_without_rows(pack: tactful.Policy) -> None:
    empty: Iterator[tuple[tactful.Case, int]] = iter(())
    parts = joined.columns_in_blocks(empty, _again([]), pack.checked.carried)
    assert _told(parts) == _told(columns_of([], [], pack.checked.carried))


def test_cases_are_read_again_where_they_are_needed(pack: tactful.Policy, cases: list[tactful.Case]) -> None:
    parts = joined.columns_in_blocks(((case, 0) for case in cases), _again(cases), pack.checked.carried)
    assert parts.case(2) is cases[2]
    assert list(parts.each_case([1, 0])) == [cases[1], cases[0]]


def _again(cases: Sequence[tactful.Case]) -> joined.CasesAgain:
    return lambda numbers: [cases[no] for no in numbers]


def _told(columns: Columns) -> dict[str, Any]:
    """Everything in columns, as lists."""
    return {
        "sizes": dict(columns.sizes),
        "now": columns.now.tolist(),
        "links": _lists(columns.links),
        "offsets": _lists(columns.offsets),
        "given": {name: _values(column) for name, column in columns.given.items()},
        "custom": {name: _values(column) for name, column in columns.custom.items()},
        "places": {
            entity: [columns.calendars[no] for no in numbers.tolist()] for entity, numbers in columns.places.items()
        },
        "handled": columns.handled.tolist(),
    }


def _lists(arrays: Mapping[Any, Any]) -> dict[Any, list[int]]:
    return {key: array.tolist() for key, array in arrays.items()}


def _values(column: Column) -> tuple[Any, ...]:
    data = column.data
    if isinstance(data, pa.Array):
        return column.kind, str(data.type), data.to_pylist()
    return column.kind, str(data.dtype), np.where(np.isnan(data), -1.5, data).tolist()
