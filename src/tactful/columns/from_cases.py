"""Turn cases that have been read into columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import accumulate, chain, count
from operator import attrgetter
from typing import Any

import numpy as np
import pyarrow as pa
from msgspec.structs import astuple

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
    values = {entity: _attributes(of_entity) for entity, of_entity in rows.items()}
    calendars: dict[Calendar, int] = {}
    places = {entity: places_of(values[entity]["calendar"], calendars) for entity in PLACED}
    given = {
        (entity, spec.attribute): partial(column, spec.kind, values[entity][spec.attribute])
        for entity, fields in given_fields().items()
        for spec in fields.values()
        if not spec.clock
    }
    extra = {
        (entity, name): partial(_custom, kind, name, values[entity]["custom"])
        for entity, fields in custom.items()
        for name, kind in fields.items()
    }
    offsets = _offsets(cases)
    return Columns(
        sizes={entity: len(of_entity) for entity, of_entity in rows.items()},
        now=np.array(now, dtype=np.int64),
        links=_links(rows["person"], values, offsets),
        offsets=offsets,
        given=Fields({}, given),
        custom=Fields({}, extra),
        places=places,
        calendars=tuple(calendars),
        cases=lambda numbers: [cases[no] for no in numbers],
        handled=np.array([no for no, case in enumerate(cases) if case.handled is not None], dtype=np.int64),
    )


def _attributes(rows: Sequence[Row]) -> Mapping[str, Sequence[Any]]:
    """The attributes of some rows, each with its value for every row. Rows turned over are several times faster than one
    attribute after the other."""
    if not rows:
        return defaultdict(tuple)
    return dict(zip(rows[0].__struct_fields__, zip(*map(astuple, rows), strict=True), strict=True))


def _custom(kind: Kind, name: str, facts: Iterable[Mapping[str, Value]]) -> Column:
    """A custom fact of some rows."""
    return column(kind, [of_row.get(name) for of_row in facts])


def rows_of(cases: Sequence[Case]) -> dict[str, list[Row]]:
    """All rows of the cases, by entity, in their order. ``map`` takes half the time of a loop over them."""
    families = list(chain.from_iterable(map(attrgetter("families"), cases)))
    groups = chain.from_iterable(map(attrgetter("interviewers"), families))
    rows: dict[str, Iterable[Row]] = {
        "candidate": map(attrgetter("candidate"), cases),
        "application": map(attrgetter("application"), families),
        "offer": filter(None, map(attrgetter("offer"), families)),
        "person": chain.from_iterable(map(attrgetter("people"), families)),
        "interview": chain.from_iterable(map(attrgetter("interviews"), families)),
        "interviewer": chain.from_iterable(groups),
        "message": chain.from_iterable(map(attrgetter("messages"), families)),
    }
    return {entity: list(rows[entity]) for entity in ENTITIES}


def _links(
    people: Sequence[Row], values: Mapping[str, Mapping[str, Sequence[Any]]], offsets: Mapping[tuple[str, str], Places]
) -> dict[tuple[str, str], Places]:
    """For each row, the rows that it refers to. The row above it follows from the offsets, as does an application's offer."""
    numbers = dict([*zip(map(id, people), count()), (id(None), -1)])
    links = {
        (child, parent): np.repeat(np.arange(len(ends) - 1, dtype=np.int64), np.diff(ends))
        for (parent, child), ends in offsets.items()
    }
    ends = offsets["application", "offer"]
    links["application", "offer"] = np.where(np.diff(ends) > 0, ends[:-1], -1)
    for entity, scope in LINKS:
        if (entity, scope) not in links:
            assert scope == "person"  # all that rows can have beside them
            persons = map(id, values[entity][scope])
            links[entity, scope] = np.array(list(map(numbers.__getitem__, persons)), dtype=np.int64)
    return links


def _offsets(cases: Sequence[Case]) -> dict[tuple[str, str], Places]:
    families = list(chain.from_iterable(map(attrgetter("families"), cases)))
    groups = chain.from_iterable(map(attrgetter("interviewers"), families))
    return {
        ("candidate", "application"): _sums(map(len, map(attrgetter("families"), cases))),
        ("application", "offer"): _sums([family.offer is not None for family in families]),
        ("application", "person"): _sums(map(len, map(attrgetter("people"), families))),
        ("application", "interview"): _sums(map(len, map(attrgetter("interviews"), families))),
        ("application", "message"): _sums(map(len, map(attrgetter("messages"), families))),
        ("interview", "interviewer"): _sums(map(len, groups)),
    }


def _sums(sizes: Iterable[int]) -> Places:
    return np.array([0, *accumulate(sizes)], dtype=np.int64)


def places_of(used: Sequence[Calendar], calendars: dict[Calendar, int]) -> Places:
    """The number of each row's calendar. Calendars that have none get one."""
    for calendar in dict.fromkeys(used):
        calendars.setdefault(calendar, len(calendars))
    return np.array(list(map(calendars.__getitem__, used)), dtype=np.int64)


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
            masks = [-1 if value is None else _mask(value, bits) for value in values]
            return Column(kind, np.array(masks, dtype=type_))
        case _:
            unknown = unknown_of(kind)
            return Column(kind, np.array([unknown if value is None else value for value in values], dtype=type_))


def _mask(value: Any, bits: dict[str, int]) -> int:
    """A list of words as a number with a bit for each word."""
    return sum({bits[word] for word in value})
