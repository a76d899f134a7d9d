"""The expected rows of tables, derived from single decisions; and firings of the compiled engine in the form of columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa

import tactful
from tactful.columns.columns import NULL, Columns
from tactful.columns.firings import RuleFirings
from tactful.decide.conclusions import Conclusion, PutAside, Ranking
from tactful.engines.firings import RawFiring
from tactful.facts.rows import Case, OfferRow, Row
from tactful.reasons.context import application_of

Told = dict[str, Any]
Tables = dict[str, list[Told]]


def in_columns(cases: Sequence[Case], firings: Sequence[list[RawFiring]], columns: Columns) -> list[RuleFirings]:
    """The firings of each case, as rows of columns."""
    rows_of: dict[int, list[tuple[int, int]]] = {}
    before: Counter[str] = Counter()
    for case, mine in zip(cases, firings, strict=True):
        offers = [family.offer for family in case.families if family.offer is not None]
        for rule, row, due in mine:
            no = offers.index(row) if isinstance(row, OfferRow) else row.no
            rows_of.setdefault(rule, []).append((before[row.entity] + no, NULL if due is None else due))
        before.update(_sizes(case))
    assert dict(before) == {entity: size for entity, size in columns.sizes.items() if entity in before}
    return [
        RuleFirings(rule, rows, None if (due == NULL).all() else due)
        for rule, (rows, due) in ((rule, np.array(sorted(pairs)).T) for rule, pairs in rows_of.items())
    ]


def _sizes(case: Case) -> dict[str, int]:
    families = case.families
    return {
        "candidate": 1,
        "application": len(families),
        "offer": sum(family.offer is not None for family in families),
        "person": sum(len(family.people) for family in families),
        "interview": sum(len(family.interviews) for family in families),
        "interviewer": sum(len(group) for family in families for group in family.interviewers),
        "message": sum(len(family.messages) for family in families),
    }


def expected(policy: tactful.Policy, case: Case, now: int, firings: list[RawFiring], steps: list[RawFiring]) -> Tables:
    """The rows that the tables must have for a case with these firings."""
    ranker = policy.decider.ranker
    ranking = policy.decider.ranked(firings, case, now)
    shown = [*ranking.ranked, *(aside.conclusion for aside in ranking.put_aside)]
    alternatives = [alternative for best in shown for alternative in best.alternatives]
    aside = ranker.in_order([item.conclusion for item in ranking.put_aside], case, now)
    handled = {id(item.conclusion): item for item in ranking.put_aside}
    conclusions = _by_state(ranking, ranker.in_order(alternatives, case, now), aside)
    number = {id(conclusion): no for no, (_, conclusion) in enumerate(conclusions, start=1)}
    gave_way = {id(other): number[id(conclusion)] for conclusion in shown for other in conclusion.alternatives}
    groups = _groups(policy, ranking)
    tables: Tables = {"actions": [], "justifications": [], "steps": []}
    for no, (state, conclusion) in enumerate(conclusions, start=1):
        tables["actions"].append(
            {
                "conclusion": no,
                "state": state,
                "rank": no if state == "ranked" else None,
                "group": groups[no - 1] if state == "ranked" else None,
                "modality": conclusion.modality,
                "kind": _kind(policy, conclusion),
                "action": conclusion.action,
                "priority": conclusion.priority,
                "due": _moment(conclusion.due),
                "due_means": "until" if conclusion.prohibits else policy.checked.actions[conclusion.action].due,
                "safety": conclusion.safety,
                "gave_way_to": gave_way.get(id(conclusion)),
                "lost_to": [number[id(other)] for other in conclusion.lost_to] if state == "set_aside" else None,
                **_handled(handled.get(id(conclusion))),
                **_row(conclusion.target, "target_id"),
            }
        )
        tables["justifications"] += [
            {**_firing(policy, no, place, firing), "due": _moment(firing[2])}
            for place, firing in enumerate(ranker.sorted_firings(conclusion), start=1)
        ]
        if state == "ranked" and not conclusion.prohibits:
            added = ranker.steps_for(conclusion, ranker.added_steps(steps, case))
            tables["steps"] += [_firing(policy, no, place, firing) for place, firing in enumerate(added, start=1)]
    return tables


def _kind(policy: tactful.Policy, conclusion: Conclusion) -> str:
    kind = policy.checked.actions[conclusion.action].kind
    return "avoid" if kind == "do" and conclusion.modality in ("should_not", "must_not") else kind


def _groups(policy: tactful.Policy, ranking: Ranking) -> list[int]:
    """The rank of the first conclusion that agrees with each in all that makes advice the same."""
    same = [
        (
            application_of(conclusion.target) or f"no application, {rank}",
            conclusion.action,
            conclusion.modality,
            _kind(policy, conclusion),
            conclusion.priority,
            conclusion.due,
            sorted({policy.checked.rules[no].id for no, _, _ in conclusion.firings}),
        )
        for rank, conclusion in enumerate(ranking.ranked, start=1)
    ]
    return [same.index(key) + 1 for key in same]


def _handled(item: PutAside | None) -> Told:
    if item is None:
        return {"key": None, "handled": None, "handled_at": None}
    how = "done" if item.done else "dismissed"
    return {"key": item.key, "handled": how, "handled_at": _moment(item.moment)}


def _by_state(
    ranking: Ranking, alternatives: list[Conclusion], aside: list[Conclusion]
) -> list[tuple[str, Conclusion]]:
    return [
        *(("ranked", conclusion) for conclusion in ranking.ranked),
        *(("alternative", alternative) for alternative in alternatives),
        *(("set_aside", conclusion) for conclusion in ranking.set_aside),
        *(("handled", conclusion) for conclusion in aside),
    ]


def _firing(policy: tactful.Policy, conclusion: int, no: int, firing: RawFiring) -> Told:
    rule = policy.checked.rules[firing[0]].id
    return {"conclusion": conclusion, "no": no, "rule": rule, **_row(firing[1], "row_id")}


def _row(row: Row, id_: str) -> Told:
    interview = row if row.entity == "interview" else getattr(row, "interview", None)
    return {
        "entity": row.entity,
        id_: row.id,
        "application_id": application_of(row),
        "interview_id": None if interview is None else interview.id,
    }


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def by_candidate(tables: Mapping[str, pa.Table]) -> dict[str, Tables]:
    """The rows of tables by candidate, in their order, without the candidate's id."""
    by_id: dict[str, Tables] = {}
    for name, table in tables.items():
        for row in table.to_pylist():
            by_id.setdefault(row.pop("candidate_id"), {}).setdefault(name, []).append(row)
    return by_id
