"""Tables in, tables out: ``policy.decide_tables`` says of each candidate what ``policy.decide`` does."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tactful
from drawn import EXAMPLES_DRAWN, cases, packs, several_candidates
from expected_tables import by_candidate, expected
from reference_cases import NOW
from shipped_cases import PACKS, shipped
from shipped_cases import cases as shipped_cases
from tactful.columns import chunks

PACK = """
actions:
  contact: {about: Reach somebody., one per: application}
  write: {about: Write to somebody., is_a: contact}
  call: {about: Call somebody., is_a: contact}
  search: {about: Look for other jobs.}
rules:
  go-on:
    for each: candidate
    then: {may: search}
    because: Nothing is certain yet.
  write-to-all:
    for each: person
    then: {should: write}
    by: 2 days after application.reply_by
    because: "{person.name|They} may have news."
  call-who-likes-it:
    for each: person
    when: {person.prefers: phone}
    then: {should: call}
    because: Calls are welcome.
    priority: 60
  not-where-it-is-over:
    for each: application
    when: {application.status: rejected}
    then: {must_not: contact}
    because: They have decided.
  be-brief:
    for each: candidate
    then: {step: Keep it short., of: write}
    because: They are busy.
"""
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)


def a_small_warehouse() -> dict[str, pa.Table]:
    """Two candidates, of whom one waits for an answer and one has got it."""
    return {
        "candidates": pa.table({"candidate_id": ["ada", "ben"], "time_zone": ["UTC", "UTC"]}),
        "applications": pa.table(
            {
                "candidate_id": ["ada", "ben"],
                "application_id": ["acme", "beta"],
                "status": ["interviewing", "rejected"],
                "reply_by": pa.array([datetime(2026, 11, 25, tzinfo=UTC), None], pa.timestamp("us", "UTC")),
            }
        ),
        "people": pa.table(
            {
                "candidate_id": ["ada", "ada", "ben"],
                "application_id": ["acme", "acme", "beta"],
                "person_id": ["kim", "lou", "max"],
                "prefers": ["email", "phone", None],
            }
        ),
    }


def test_tables_of_candidates_become_tables_of_actions() -> None:
    """What to do, in order, for everybody; what gave way and what was set aside stands below it, with what it lost to."""
    decided = tactful.loads(PACK).decide_tables(a_small_warehouse(), MONDAY)
    columns = ["candidate_id", "conclusion", "state", "modality", "action", "target_id", "gave_way_to", "lost_to"]
    assert [tuple(row.values()) for row in decided.actions.select(columns).to_pylist()] == [
        ("ada", 1, "ranked", "should", "call", "lou", None, None),
        ("ada", 2, "ranked", "may", "search", "ada", None, None),
        ("ada", 3, "alternative", "should", "write", "kim", 1, None),
        ("ada", 4, "alternative", "should", "write", "lou", 1, None),
        ("ben", 1, "ranked", "must_not", "contact", "beta", None, None),
        ("ben", 2, "ranked", "may", "search", "ben", None, None),
        ("ben", 3, "set_aside", "should", "write", "max", None, [1]),
    ]
    assert decided.actions["due"].to_pylist()[2] == datetime(2026, 11, 27, tzinfo=UTC)
    assert decided.rejects.num_rows == 0


def test_every_conclusion_is_justified() -> None:
    """The rules behind each conclusion, the one that counts most first, and the rows that they fired for."""
    decided = tactful.loads(PACK).decide_tables(a_small_warehouse(), MONDAY)
    columns = ["candidate_id", "conclusion", "no", "rule", "entity", "row_id", "application_id"]
    assert [tuple(row.values()) for row in decided.justifications.select(columns).to_pylist()][:3] == [
        ("ada", 1, 1, "call-who-likes-it", "person", "lou", "acme"),
        ("ada", 2, 1, "go-on", "candidate", "ada", None),
        ("ada", 3, 1, "write-to-all", "person", "kim", "acme"),
    ]
    assert decided.steps is None


def test_steps_come_where_they_are_asked_for() -> None:
    """A step belongs to what is ranked; alternatives and what was set aside have none."""
    tables = a_small_warehouse()
    tables["people"] = tables["people"].drop_columns("prefers")
    steps = tactful.loads(PACK).decide_tables(tables, MONDAY, steps=True).steps
    assert steps is not None
    assert steps.select(["candidate_id", "conclusion", "no", "rule", "row_id"]).to_pylist() == [
        {"candidate_id": "ada", "conclusion": 1, "no": 1, "rule": "be-brief", "row_id": "ada"}
    ]


def test_a_candidate_with_mistakes_does_not_stop_the_others() -> None:
    """Mistakes are reported with whose they are, and nothing of theirs is decided."""
    tables = a_small_warehouse()
    tables["candidates"] = pa.table({"candidate_id": ["ada", "ben"], "time_zone": ["Mars/Olympus", "UTC"]})
    decided = tactful.loads(PACK).decide_tables(tables, MONDAY)
    assert set(decided.actions["candidate_id"].to_pylist()) == {"ben"}
    assert set(decided.justifications["candidate_id"].to_pylist()) == {"ben"}
    (reject,) = decided.rejects.to_pylist()
    assert (reject["candidate_id"], reject["table"]) == ("ada", "candidates")
    assert "Mars/Olympus" in reject["message"]
    with pytest.raises(tactful.TactfulError, match=r"the candidate `ada` was rejected: .*Mars/Olympus"):
        decided.decision("ada")


def test_a_decision_is_explained_in_words() -> None:
    """A row of the table leads to the whole decision, with sentences and labels."""
    policy = tactful.loads(PACK)
    decided = policy.decide_tables(a_small_warehouse(), MONDAY)
    decision = decided.decision("ada")
    assert decision.actions[0].because[0].text == "Calls are welcome."
    assert decision.at == MONDAY
    with pytest.raises(tactful.TactfulError, match="there is no candidate `zoe`"):
        decided.decision("zoe")


def test_the_moment_is_given_or_the_candidates_own_or_the_current_one() -> None:
    """``now`` counts for all; without it, the column ``now``; where that is empty, the clock."""
    tables = a_small_warehouse()
    moments = pa.array([MONDAY - timedelta(days=1), None], pa.timestamp("us", "UTC"))
    tables["candidates"] = tables["candidates"].append_column("now", moments)
    policy = tactful.loads(PACK)
    decided = policy.decide_tables(tables)
    assert decided.decision("ada").at == MONDAY - timedelta(days=1)
    assert abs(decided.decision("ben").at - datetime.now(UTC)) < timedelta(minutes=1)
    assert policy.decide_tables(tables, MONDAY).decision("ada").at == MONDAY
    with pytest.raises(tactful.TactfulError, match="`now` has no time zone"):
        policy.decide_tables(tables, datetime(2026, 11, 23))


def test_tables_of_nobody_are_decided_too() -> None:
    """No candidates, no rows; the columns are there."""
    decided = tactful.loads(PACK).decide_tables({"candidates": pa.table({"candidate_id": pa.array([], pa.string())})})
    assert [table.num_rows for table in (decided.actions, decided.justifications, decided.rejects)] == [0, 0, 0]
    assert decided.actions.column_names[:3] == ["candidate_id", "conclusion", "state"]


def test_what_is_no_table_is_refused_with_its_name() -> None:
    """Names and types of tables and columns are looked at before anything is decided."""
    policy = tactful.loads(PACK)
    with pytest.raises(tactful.TactfulError, match=r"`candidates` is list; give a pyarrow\.Table"):
        policy.decide_tables({"candidates": [{"candidate_id": "ada"}]})
    with pytest.raises(tactful.InvalidInput, match="there is no table `persons`"):
        policy.decide_tables({**a_small_warehouse(), "persons": pa.table({})})


def assert_decided_alike(policy: tactful.Policy, data: Sequence[dict[str, Any]], now: int | None) -> None:
    """All tables say of each case what its decision says."""
    moment = None if now is None else datetime.fromtimestamp(now, UTC)
    decided = policy.decide_tables(policy.tables(data), moment, steps=True)
    assert decided.steps is not None
    assert decided.rejects.to_pylist() == []
    named = {"actions": decided.actions, "justifications": decided.justifications, "steps": decided.steps}
    for table in named.values():
        table.validate(full=True)
    by_id = by_candidate(named)
    for one in data:
        case = policy.read(one, moment)
        at = int(policy.decide(case, moment).at.timestamp())
        firings, steps = policy.decider.fire(case, at), policy.decider.steps(case, at)
        rows = {"actions": [], "justifications": [], "steps": [], **by_id.get(case.candidate.id, {})}
        assert rows == expected(policy, case, at, firings, steps)


@settings(max_examples=EXAMPLES_DRAWN)
@given(text=packs(), data=several_candidates(cases()), days=st.integers(-200, 200))
def test_drawn_packs_decide_alike(text: str, data: list[dict[str, Any]], days: int) -> None:
    """Packs over the whole language and several candidates at once, from tables to tables."""
    assert_decided_alike(tactful.loads(text), data, NOW + days * 86_400)


@settings(max_examples=max(10, EXAMPLES_DRAWN // 4))
@given(data=several_candidates(shipped_cases), name=st.sampled_from(PACKS))
def test_shipped_packs_decide_alike(data: list[dict[str, Any]], name: str) -> None:
    """The shipped packs, each candidate at a moment of their own; some have followed or dismissed advice."""
    moved = [
        {**one, "now": (datetime.fromisoformat(one["now"]) + timedelta(seconds=no)).isoformat()}
        for no, one in enumerate(data)
    ]
    assert_decided_alike(shipped(name), moved, None)
    assert_decided_alike(shipped(name), [_handled(shipped(name), one) for one in moved], None)


def _handled(policy: tactful.Policy, case: dict[str, Any]) -> dict[str, Any]:
    """The case after its first advice was followed, and without its last."""
    keys = [advice.key for advice in policy.decide(case).actions]
    return {**case, "done": [{"key": keys[0], "at": case["now"]}], "dismissed": [{"key": keys[-1]}]} if keys else case


@settings(max_examples=max(10, EXAMPLES_DRAWN // 8))
@given(data=several_candidates(shipped_cases), random=st.randoms(use_true_random=False))
def test_chunks_and_the_order_of_rows_change_nothing(data: list[dict[str, Any]], random: Any) -> None:
    """Chunks of two candidates, tables whose rows lie anyhow: the same tables come back."""
    policy = shipped("default")
    tables = policy.tables(data)
    whole = policy.decide_tables(tables)
    mixed = {name: table if name == "candidates" else _mixed(table, random) for name, table in tables.items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunks, "CANDIDATES", 2)
        split = policy.decide_tables(mixed)
    for name in ("actions", "justifications", "rejects"):
        assert getattr(split, name).to_pylist() == getattr(whole, name).to_pylist()


def _mixed(table: pa.Table, random: Any) -> pa.Table:
    """The rows of different applications in another order; those of one stay in theirs."""
    keys = list(zip(*(table[name].to_pylist() for name in ("candidate_id", "application_id")), strict=True))
    order = sorted(set(keys))
    random.shuffle(order)
    rows = sorted(range(len(keys)), key=lambda row: order.index(keys[row]))
    return table.take(pa.array(rows, pa.int64()))


def test_ids_may_be_dictionaries() -> None:
    """As Parquet readers give them; chunks and single decisions take them too."""
    plain, policy = a_small_warehouse(), tactful.loads(PACK)
    encoded = {
        name: pa.table({column_name: _encoded(table[column_name]) for column_name in table.column_names})
        for name, table in plain.items()
    }
    decided = policy.decide_tables(encoded, MONDAY)
    assert decided.actions.to_pylist() == policy.decide_tables(plain, MONDAY).actions.to_pylist()
    assert decided.decision("ben").at == MONDAY


def _encoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.dictionary_encode() if pa.types.is_string(column.type) else column


def test_dictionaries_of_decisions_have_each_id_once() -> None:
    """Where one is there twice, Arrow's Parquet writer leaves a gap in the file, with whatever was in memory before."""
    people = [{"id": one, "name": one, "prefers": "phone"} for one in ("ada", "kim", "acme")]
    message = {"person": "kim", "direction": "sent", "sent_at": "2026-11-20T09:00:00Z", "kind": "other"}
    application = {"id": "acme", "reply_by": "2026-11-25T00:00:00Z", "people": people, "messages": [message] * 2}
    given = [{"candidate": {"id": id_, "time_zone": "UTC"}, "applications": [application]} for id_ in ("ada", "acme")]
    policy = tactful.loads(
        PACK + "  read-it:\n    for each: message\n    then: {may: search, to: message}\n    because: It says much.\n"
    )
    decided = policy.decide_tables(policy.tables(given), MONDAY, steps=True)
    checked = 0
    for table in (decided.actions, decided.justifications, decided.steps):
        assert table is not None
        for column in (column.combine_chunks() for column in table.columns if pa.types.is_dictionary(column.type)):
            words = column.dictionary.to_pylist()
            assert len(set(words)) == len(words)
            checked += 1
    assert checked > 12


def test_one_policy_decides_for_several_threads_at_once() -> None:
    """What is made when first asked for may be asked for by all at once."""
    policy, tables = tactful.load(), a_small_warehouse()
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: policy.decide_tables(tables, MONDAY).actions.to_pylist(), range(12)))
    assert all(one == results[0] for one in results)
    assert results[0]


def test_mistakes_between_chunks_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """An id that two candidates far apart have, and rows of a candidate whom nobody knows."""
    monkeypatch.setattr(chunks, "CANDIDATES", 2)
    ids = ["ada", "ben", "cem", "dea", "ada"]
    tables = {
        "candidates": pa.table({"candidate_id": ids}),
        "applications": pa.table({"candidate_id": ["zoe", "ben"], "application_id": ["acme", "beta"]}),
    }
    decided = tactful.loads(PACK).decide_tables(tables, MONDAY)
    assert set(decided.actions["candidate_id"].to_pylist()) == {"ben", "cem", "dea"}
    assert decided.rejects.select(["candidate_id", "table", "message"]).to_pylist() == [
        {"candidate_id": "ada", "table": "candidates", "message": "the candidate `ada` has more than one row"},
        {
            "candidate_id": "zoe",
            "table": "applications",
            "message": "a row of `applications` names the candidate `zoe`, which `candidates` does not have",
        },
    ]


def _python(code: str) -> Any:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_nobody_pays_for_tables_who_has_none() -> None:
    """``import tactful`` and a decision import neither numpy nor pyarrow."""
    code = (
        "import json, sys, tactful; tactful.load().decide({'candidate': {'id': 'c'}}); "
        "print(json.dumps([name for name in ('numpy', 'pyarrow') if name in sys.modules]))"
    )
    assert _python(code) == []


def test_a_missing_extra_is_named() -> None:
    """Without pyarrow, the error says what to install."""
    code = (
        "import json, sys; sys.modules['pyarrow'] = None; import tactful; policy = tactful.load(); said = []\n"
        "for ask in (lambda: policy.tables([]), lambda: policy.decide_tables({})):\n"
        "    try: ask()\n"
        "    except tactful.EngineError as error: said.append(str(error))\n"
        "print(json.dumps(said))"
    )
    assert _python(code) == ["tables need numpy and pyarrow: pip install 'tactful[batch]'"] * 2
