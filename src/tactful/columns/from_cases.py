"""Turn cases that have been read into columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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
from tactful.facts.rows import Case, Family, Row


def columns_of(cases: Sequence[Case], now: Sequence[int], custom: CustomFields) -> Columns:
    """The cases as columns, in their order. ``now`` has each case's moment to decide for (seconds since 1970).

    A field becomes a column when somebody asks for it: few packs read all of them.
    """
    rows = rows_of(cases)
    nowhere = (id(None), -1)
    at = {entity: dict([*zip(map(id, of_entity), count()), nowhere]) for entity, of_entity in rows.items()}
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
        links=_links(cases, rows, at),
        offsets=_offsets(cases),
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
            rows["interviewer"].extend(interviewer for group in family.interviewers for interviewer in group)
            rows["message"].extend(family.messages)
    return rows


def _links(
    cases: Iterable[Case], rows: dict[str, list[Row]], at: dict[str, dict[int, int]]
) -> dict[tuple[str, str], Places]:
    def link(scope: str, related: Iterable[Row | None]) -> Places:
        return np.array(list(map(at[scope].__getitem__, map(id, related))), dtype=np.int64)

    links = {
        (entity, scope): link(scope, map(attrgetter(scope), rows[entity]))
        for entity, scope in LINKS
        if (entity, scope) != ("application", "offer")
    }
    links["application", "offer"] = link("offer", (family.offer for case in cases for family in case.families))
    return links


def _offsets(cases: Sequence[Case]) -> dict[tuple[str, str], Places]:
    families = [family for case in cases for family in case.families]

    def below(size: Callable[[Family], int]) -> Places:
        return _sums(map(size, families))

    return {
        ("candidate", "application"): _sums(len(case.families) for case in cases),
        ("application", "offer"): below(lambda family: family.offer is not None),
        ("application", "person"): below(lambda family: len(family.people)),
        ("application", "interview"): below(lambda family: len(family.interviews)),
        ("application", "message"): below(lambda family: len(family.messages)),
        ("interview", "interviewer"): _sums(len(group) for family in families for group in family.interviewers),
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
            return Column(kind, np.array(list(map(codes.__getitem__, values)), dtype=type_))
        case ListKind(values=words):
            bits = {word: 1 << no for no, word in enumerate(words)}
            return Column(kind, np.array([_mask(value, bits) for value in values], dtype=type_))
        case _:
            unknown = unknown_of(kind)
            return Column(kind, np.array([unknown if value is None else value for value in values], dtype=type_))


def _mask(value: Any, bits: dict[str, int]) -> int:
    """A list of words as a number with a bit for each word; -1 for unknown."""
    return -1 if value is None else sum({bits[word] for word in value})
