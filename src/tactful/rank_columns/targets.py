"""Whom and what the conclusions of firings concern."""

from __future__ import annotations

import numpy as np
import pyarrow.compute as pc

from tactful.model.checked import Field
from tactful.rank_columns.plan import Plan, by_id, target_entity
from tactful.tables.columns import Columns, Ints, Places, picked
from tactful.tables.firings import RuleFirings


def with_targets(plan: Plan, columns: Columns, one: RuleFirings) -> tuple[Places, Places, Ints | None]:
    """The rows that a rule fires for, what it concerns for each, and the deadlines; without those that concern nobody."""
    rule = plan.rules[one.rule]
    field, entity = by_id(rule), target_entity(rule)
    if field is None and entity == rule.entity:
        return one.rows, one.rows, one.due
    if field is None:
        targets = picked(columns.above(rule.entity, entity), one.rows)
    else:
        targets = _people(columns, rule.entity, field, one.rows)
    there = targets >= 0
    if there.all():
        return one.rows, targets, one.due
    return one.rows[there], targets[there], None if one.due is None else one.due[there]


def _people(columns: Columns, entity: str, field: Field, rows: Places) -> Places:
    """The person of the same application whose id ``field`` holds; -1 where there is nobody."""
    holder = field.via[-1] if field.via else field.scope
    above = picked(columns.above(entity, field.scope), rows)
    for scope, step in zip((field.scope, *field.via), field.via, strict=False):
        above = np.where(above < 0, -1, columns.above(scope, step).take(above, mode="clip"))
    ids = (columns.given if field.origin == "given" else columns.custom)[holder, field.key].data
    applications = picked(columns.above(entity, "application"), rows)
    starts = columns.starts("application", "person")
    begin = picked(starts, applications)
    counts = picked(starts, applications + 1) - begin
    which, people = stretches(begin, counts)
    holders = picked(above, which)
    known = np.flatnonzero(holders >= 0)
    which, people, holders = picked(which, known), picked(people, known), picked(holders, known)
    same = pc.equal(ids.take(holders), columns.texts("person", "id").take(people)).fill_null(False)
    hits = np.flatnonzero(same.to_numpy(zero_copy_only=False))
    found = np.full(len(rows), -1, dtype=np.int64)
    found[picked(which, hits)] = picked(people, hits)
    return found


def stretches(begin: Places, counts: Ints) -> tuple[Places, Places]:
    """All places of several stretches, one after another, each with the number of its stretch."""
    which = np.repeat(np.arange(len(counts)), counts)
    ends = np.cumsum(counts)
    return which, np.arange(len(which)) + picked(begin - ends + counts, which)
