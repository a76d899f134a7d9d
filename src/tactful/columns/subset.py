"""Remove candidates from columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa

from tactful.columns.columns import BELOW, LINKS, Column, Columns, Flags, Places
from tactful.facts.rows import Case

Name = tuple[str, str]
_PARENT: Final = {child: parent for parent, child in BELOW}


class Fields(Mapping[Name, Column]):
    """Columns by entity and name. Columns that have makers are made on first use."""

    def __init__(self, columns: dict[Name, Column], makers: Mapping[Name, Callable[[], Column]]) -> None:
        self._columns, self._makers = columns, makers

    def __getitem__(self, name: Name) -> Column:
        column = self._columns.get(name)
        if column is None:
            column = self._columns[name] = self._makers[name]()
        return column

    def __iter__(self) -> Iterator[Name]:
        yield from {**self._columns, **self._makers}

    def __len__(self) -> int:
        return len({**self._columns, **self._makers})


def without(columns: Columns, gone: Flags, cases: Callable[[Sequence[int]], list[Case]]) -> Columns:
    """The columns without the candidates flagged by ``gone`` and their rows. ``cases`` takes the numbers before removal."""
    kept = {"candidate": np.flatnonzero(~gone)}
    for entity in _PARENT:
        kept[entity] = np.flatnonzero(~gone[columns.above(entity, "candidate")])
    new = {entity: _renumbered(columns.sizes[entity], rows) for entity, rows in kept.items()}
    offsets = {}
    for parent, child in BELOW:
        counts = np.diff(columns.starts(parent, child))[kept[parent]]
        offsets[parent, child] = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    candidates = kept["candidate"]
    return Columns(
        sizes={entity: len(rows) for entity, rows in kept.items()},
        now=columns.now[candidates],
        links={(entity, to): new[to][columns.links[entity, to][kept[entity]]] for entity, to in LINKS},
        offsets=offsets,
        given=_taken(columns.given, kept),
        custom=_taken(columns.custom, kept),
        places={entity: rows[kept[entity]] for entity, rows in columns.places.items()},
        calendars=columns.calendars,
        cases=lambda numbers: cases(candidates[list(numbers)].tolist()),
        handled=new["candidate"][columns.handled[~gone[columns.handled]]],
    )


def _renumbered(size: int, kept: Places) -> Places:
    """The new number of each row; -1 for a removed row. The last entry is -1 too, because index -1 reads it."""
    numbers = np.full(size + 1, -1, np.int64)
    numbers[kept] = np.arange(len(kept))
    return numbers


def _taken(fields: Mapping[Name, Column], kept: Mapping[str, Places]) -> Fields:
    def maker(name: Name) -> Callable[[], Column]:
        return lambda: Column(fields[name].kind, _rows(fields[name].data, kept[name[0]]))

    return Fields({}, {name: maker(name) for name in fields})


def _rows(data: Any, rows: Places) -> Any:
    return data.take(pa.array(rows)) if isinstance(data, pa.Array) else data[rows]
