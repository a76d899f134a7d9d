"""What workers of a Ray cluster do, done here: parts of tables, and blocks of cases, decided on apart from each other."""

from __future__ import annotations

import json
import sys
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import tactful
import tactful.ray
from cluster_cases import NOW, case
from row_for_row import same
from tactful.batch.cluster.work import NO_CANDIDATES, Terms, check_schemas, decide_part, decide_texts, split
from tactful.columns.columns import Columns
from tactful.columns.ranking import ColumnRanker

COUNT = 300
LATER = int(NOW.timestamp()) + 3600
TERMS = Terms(now=None, clock=LATER, steps=True)
POLICY = tactful.load()


def _tables() -> dict[str, pa.Table]:
    """Tables with a message of nobody's, and a candidate in a time zone that there is not."""
    tables = POLICY.tables(case(no) for no in range(COUNT))
    tables["candidates"] = _with(tables["candidates"], "time_zone", -1, "Nowhere")
    strange = _with(tables["messages"].slice(0, 1), "candidate_id", 0, "nobody")
    return {**tables, "messages": pa.concat_tables([tables["messages"], strange])}


def _with(table: pa.Table, column: str, row: int, value: str) -> pa.Table:
    values = table[column].to_pylist()
    values[row] = value
    at = table.column_names.index(column)
    return table.set_column(at, table.schema.field(at), pa.array(values, table.schema.field(at).type))


def _on_one_machine(tables: dict[str, pa.Table]) -> dict[str, pa.Table]:
    decided = POLICY.table_decider.decide(tables, TERMS.now, steps=True, clock=TERMS.clock)
    assert decided.steps is not None
    return {
        "actions": decided.actions,
        "justifications": decided.justifications,
        "rejects": decided.rejects,
        "steps": decided.steps,
    }


@pytest.mark.parametrize("count", [1, 5])
def test_parts_together_give_what_the_whole_gives(count: int) -> None:
    """Each part has all rows of its candidates, whichever block they were in; mistakes are told by one part each."""
    tables = _tables()
    parts: list[list[tuple[str, pa.Table]]] = [[] for _ in range(count)]
    for name, table in tables.items():
        for block in (table.slice(0, 200), table.slice(200)):
            for part, piece in zip(parts, split(name, block, count), strict=True):
                part.append((name, piece))
    outcomes = [decide_part(POLICY, TERMS, *zip(*part, strict=True)) for part in parts]
    expected = _on_one_machine(tables)
    assert all(outcome["actions"].num_rows for outcome in outcomes)
    for name, table in expected.items():
        assert same(pa.concat_tables([outcome[name] for outcome in outcomes]), table)
    assert {row["candidate_id"] for row in expected["rejects"].to_pylist()} == {f"c{COUNT - 1:05}", "nobody"}


def test_a_candidate_has_the_same_part_in_whatever_type_ids_are_written() -> None:
    """Strings, large strings and dictionaries of them; short ids beside long ones."""
    ids = ["a", "candidate-4711", "x" * 100, "é", ""]
    for id_ in ids:
        alone = split("candidates", pa.table({"candidate_id": [id_]}), 7)
        for type_ in (pa.string(), pa.large_string(), pa.dictionary(pa.int8(), pa.string())):
            among = split("applications", pa.table({"candidate_id": pa.array([*ids, id_, None], type_)}), 7)
            part = next(no for no, piece in enumerate(alone) if piece.num_rows)
            assert among[part]["candidate_id"].to_pylist().count(id_) == 2


def test_a_block_of_cases_gives_what_their_tables_give() -> None:
    """Cases without a moment of their own are decided for the moment of the call."""
    texts = [json.dumps(case(no)) for no in range(COUNT)]
    expected = _on_one_machine(POLICY.tables(case(no) for no in range(COUNT)))
    for type_ in (pa.string(), pa.large_string(), pa.binary()):
        outcome = decide_texts(POLICY, TERMS, "case", pa.table({"case": pa.array(texts, type_)}))
        assert all(same(outcome[name], table) for name, table in expected.items())


def test_texts_that_are_no_cases_are_rejected_with_their_reason() -> None:
    """The others are decided on. Who does not say whose it is can be told by how it begins."""
    texts = [json.dumps(case(1)), "{no JSON", None, '{"candidate": {"id": "sam"}, "applications": 3}']
    outcome = decide_texts(POLICY, TERMS, "text", pa.table({"text": texts}))
    assert set(outcome["actions"]["candidate_id"].to_pylist()) == {"c00001"}
    rejects = [(row["candidate_id"], row["code"], row["message"]) for row in outcome["rejects"].to_pylist()]
    assert rejects == [
        (
            None,
            "T103",
            "this is not JSON: a value, a comma or a bracket is missing or misspelt (in the case that begins `{no JSON`)",
        ),
        (
            None,
            "T103",
            "this is not JSON: a value, a comma or a bracket is missing or misspelt (in the case that begins ``)",
        ),
        ("sam", "T204", "applications: `applications` is a list, not `3`"),
    ]


def test_a_column_that_is_not_there_or_holds_no_text_is_reported() -> None:
    """With the columns that there are, or with what to give."""
    with pytest.raises(
        tactful.InvalidInput, match=r"no column `text`; name the column with the cases; the columns are `case`"
    ):
        decide_texts(POLICY, TERMS, "text", pa.table({"case": ["{}"]}))
    with pytest.raises(tactful.InvalidInput, match=r"`text` is int64; give each case as text or bytes"):
        decide_texts(POLICY, TERMS, "text", pa.table({"text": [1]}))
    with pytest.raises(tactful.InvalidInput, match=r"there is no table `candidate`"):
        check_schemas(POLICY, {"candidate": [NO_CANDIDATES.schema]})


def test_blocks_of_a_table_go_together_or_it_is_told_that_they_do_not() -> None:
    """A block that knows nothing of a column goes with one that does; a text does not go with a dictionary."""
    names = [pa.array([None]), pa.array(["Sam"]), pa.array(["Kim"]).dictionary_encode()]
    blocks = [pa.table({"candidate_id": [f"c{no}"], "name": name}) for no, name in enumerate(names)]
    with pytest.raises(tactful.TactfulError, match="the blocks of `candidates` have columns of different types"):
        check_schemas(POLICY, {"candidates": [block.schema for block in blocks]})
    for pair in (blocks[:2], blocks[::2]):
        check_schemas(POLICY, {"candidates": [one.schema for one in pair]})
        outcome = decide_part(POLICY, TERMS, ["candidates"] * 2, [split("candidates", one, 1)[0] for one in pair])
        assert len(set(outcome["actions"]["candidate_id"].to_pylist())) == 2


def test_texts_come_without_dictionaries() -> None:
    """Ray Data can neither sort by columns with dictionaries nor give them to pandas."""
    outcome = decide_texts(POLICY, TERMS, "text", pa.table({"text": [json.dumps(case(1))]}))
    types = [type_ for table in outcome.values() for type_ in table.schema.types]
    assert not any(pa.types.is_dictionary(type_) for type_ in types)


def test_without_ray_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """`import tactful.ray` itself needs nothing."""
    monkeypatch.setitem(sys.modules, "ray", None)
    for module in ("tactful.batch.cluster.tasks", "tactful.batch.cluster.shipping"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    with pytest.raises(tactful.EngineError, match=r"pip install 'tactful\[ray\]'"):
        tactful.ray.decide({})


def test_a_candidate_on_whom_deciding_fails_is_rejected_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """As by ``tactful batch``: once, the task failed again and again, and with it all candidates of all parts."""
    culprit, rank = "c3", ColumnRanker.rank

    def failing(self: ColumnRanker, columns: Columns, *rest: Any) -> Any:
        if culprit in columns.texts("candidate", "id").to_pylist():
            raise ZeroDivisionError("division by zero")
        return rank(self, columns, *rest)

    tables = POLICY.tables({"candidate": {"id": f"c{no}"}} for no in range(9))
    texts = pa.table({"text": [json.dumps({"candidate": {"id": f"c{no}"}}) for no in range(9)]})
    whole = decide_part(POLICY, TERMS, [*tables], [*tables.values()])
    monkeypatch.setattr(ColumnRanker, "rank", failing)
    for outcome in (
        decide_part(POLICY, TERMS, [*tables], [*tables.values()]),
        decide_texts(POLICY, TERMS, "text", texts),
    ):
        (reject,) = outcome["rejects"].to_pylist()
        assert (reject["candidate_id"], reject["code"]) == (culprit, "T655")
        assert "ZeroDivisionError: division by zero" in reject["message"]
        others = whole["actions"].filter(pc.not_equal(whole["actions"]["candidate_id"], culprit))
        assert outcome["actions"].to_pylist() == others.to_pylist()
        assert outcome["actions"].schema == whole["actions"].schema
