"""Turn cases that have been read into columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import accumulate, count
from operator import attrgetter
from typing import Any

import numpy as np
import pyarrow as pa

from tactful.columns.columns import LINKS, Column, Columns, Places, array_type, unknown_of
from tactful.columns.subset import Fields
from tactful.facts.calendars import Calendar
from tactful.facts.entities import ENTITIES, PLACED
from tactful.facts.fields import given_fields
from tactful.facts.kinds import ChoiceKind, Kind, ListKind, Value, YesNoKind
from tactful.facts.reading.custom import CustomFields
from tactful.facts.rows import Case, Row


def columns_of(cases: Sequence[Case], now: Sequence[int], custom: CustomFields) -> Columns:
    """The cases as columns, in their order. ``now`` has each case's moment to decide for (seconds since 1970).

    A field becomes a column when somebody asks for it: few packs read all of them.
    """
    rows = rows_of(cases)
    offsets = _offsets(cases)
    calendars: dict[int, tuple[int, Calendar]] = {}
    places = {entity: _places(rows[entity], calendars) for entity in PLACED}
    given = {
        (entity, spec.attribute): partial(_given, spec.kind, spec.attribute, rows[entity])
        for entity, fields in given_fields().items()
        for spec in fields.values()
        if not spec.clock
    }
    extra = {
        (entity, name): partial(_custom, kind, name, rows[entity])
        for entity, fields in custom.items()
        for name, kind in fields.items()
    }
    return Columns(
        sizes={entity: len(of_entity) for entity, of_entity in rows.items()},
        now=np.array(now, dtype=np.int64),
        links=_links(rows, offsets),
        offsets=offsets,
        given=Fields({}, given),
        custom=Fields({}, extra),
        places=places,
        calendars=tuple(calendar for _, calendar in calendars.values()),
        cases=lambda numbers: [cases[no] for no in numbers],
        handled=np.array([no for no, case in enumerate(cases) if case.handled is not None], dtype=np.int64),
    )


def _given(kind: Kind, attribute: str, rows: Sequence[Row]) -> Column:
    """A given field of some rows. ``map`` takes a third of the time of a call for each of them."""
    return column(kind, list(map(attrgetter(attribute), rows)))


def _custom(kind: Kind, name: str, rows: Sequence[Row]) -> Column:
    """A custom fact of some rows."""
    return column(kind, [row.custom.get(name) for row in rows])


def rows_of(cases: Iterable[Case]) -> dict[str, list[Row]]:
    """All rows of the cases, by entity, in their order."""
    rows: dict[str, list[Row]] = {entity: [] for entity in ENTITIES}
    for case in cases:
        rows["candidate"].append(case.candidate)
        for family in case.families:
            rows["application"].append(family.application)
            if family.offer is not None:
                rows["offer"].append(family.offer)
            rows["person"].extend(family.people)
            rows["interview"].extend(family.interviews)
            for group in family.interviewers:
                rows["interviewer"].extend(group)
            rows["message"].extend(family.messages)
    return rows


def _links(rows: Mapping[str, list[Row]], offsets: Mapping[tuple[str, str], Places]) -> dict[tuple[str, str], Places]:
    """For each row, the rows that it refers to. The row above it follows from the offsets, as does an application's offer."""
    people = dict([*zip(map(id, rows["person"]), count()), (id(None), -1)])
    links = {
        (child, parent): np.repeat(np.arange(len(ends) - 1, dtype=np.int64), np.diff(ends))
        for (parent, child), ends in offsets.items()
    }
    ends = offsets["application", "offer"]
    links["application", "offer"] = np.where(np.diff(ends) > 0, ends[:-1], -1)
    for entity, scope in LINKS:
        if (entity, scope) not in links:
            assert scope == "person"  # all that rows can have beside them
            persons = map(id, map(attrgetter(scope), rows[entity]))
            links[entity, scope] = np.array(list(map(people.__getitem__, persons)), dtype=np.int64)
    return links


def _offsets(cases: Sequence[Case]) -> dict[tuple[str, str], Places]:
    families = [family for case in cases for family in case.families]
    return {
        ("candidate", "application"): _sums([len(case.families) for case in cases]),
        ("application", "offer"): _sums([family.offer is not None for family in families]),
        ("application", "person"): _sums([len(family.people) for family in families]),
        ("application", "interview"): _sums([len(family.interviews) for family in families]),
        ("application", "message"): _sums([len(family.messages) for family in families]),
        ("interview", "interviewer"): _sums([len(group) for family in families for group in family.interviewers]),
    }


def _sums(sizes: Iterable[int]) -> Places:
    return np.array([0, *accumulate(sizes)], dtype=np.int64)


def _places(rows: Iterable[Any], calendars: dict[int, tuple[int, Calendar]]) -> Places:
    numbers = [calendars.setdefault(id(row.calendar), (len(calendars), row.calendar))[0] for row in rows]
    return np.array(numbers, dtype=np.int64)


def column(kind: Kind, values: Sequence[Value]) -> Column:
    """A column of values as rows hold them."""
    type_ = array_type(kind)
    match kind:
        case _ if type_ is None:
            texts = pa.list_(pa.string()) if isinstance(kind, ListKind) else pa.string()
            return Column(kind, pa.array(values, texts))
        case YesNoKind() | ChoiceKind():
            words: Sequence[Any] = (False, True) if isinstance(kind, YesNoKind) else kind.values
            codes: dict[Any, int] = {None: -1, **{word: no for no, word in enumerate(words)}}
            return Column(kind, np.fromiter(map(codes.__getitem__, values), type_, len(values)))
        case ListKind(values=words):
            bits = {word: 1 << no for no, word in enumerate(words)}
            return Column(kind, np.array([_mask(value, bits) for value in values], dtype=type_))
        case _:
            unknown = unknown_of(kind)
            return Column(kind, np.array([unknown if value is None else value for value in values], dtype=type_))


def _mask(value: Any, bits: dict[str, int]) -> int:
    """A list of words as a number with a bit for each word; -1 for unknown."""
    return -1 if value is None else sum({bits[word] for word in value})
