"""Many cases as columns: for each entity a table of all its rows, sorted by case, each field an array.

Rows of an entity are in the order of their parents, so the rows below any row are the range between two offsets. Other
tables refer to a row by its index in its table. Each kind of array has a value for unknown:

=====================  ====================================================  ==========
kind                   array                                                 unknown
=====================  ====================================================  ==========
yes/no                 ``int8``: 1, 0                                        -1
one of a set           ``int8`` or ``int16``: its index among the kind's     -1
moment, duration,      ``int64``: seconds                                    ``NULL``
time of day
length, date           ``int64``: see :mod:`tactful.facts.kinds`             ``NULL``
number                 ``float64``                                           ``nan``
list of a set          ``int64``: a bit for each of the kind's values        -1
text, id               Arrow strings                                         null
list of texts          Arrow lists of strings                                null
=====================  ====================================================  ==========
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tactful.facts.calendars import Calendar
from tactful.facts.entities import ALL, PARENTS
from tactful.facts.kinds import (
    ChoiceKind,
    DateKind,
    DayTimeKind,
    DurationKind,
    Kind,
    LengthKind,
    ListKind,
    MomentKind,
    NumberKind,
    YesNoKind,
)
from tactful.facts.rows import Case

Ints = npt.NDArray[np.int64]
#: Indices of rows; -1 for no row.
Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Picked = TypeVar("Picked", bound=npt.NDArray[Any])
#: An unknown moment, duration or time of day; no deadline.
NULL: Final = int(np.iinfo(np.int64).min)
#: A list of a set is stored as the bits of a single number, if the set has at most this many values.
MOST_IN_A_SET: Final = 62
#: How many cases are rebuilt at once.
_CASES: Final = 512


@dataclass(frozen=True, slots=True)
class Column:
    """A field of all rows of an entity; see the table above for what ``data`` is.

    ``words``: the same texts in a dictionary, if they were given in one.
    """

    kind: Kind
    data: Any
    words: pa.DictionaryArray | None = None


def array_type(kind: Kind) -> npt.DTypeLike | None:
    """The numpy type of a kind's array; ``None`` for Arrow strings and lists of strings."""
    match kind:
        case YesNoKind():
            return np.int8
        case ChoiceKind(values=values):
            return np.int8 if len(values) < 128 else np.int16
        case MomentKind() | DurationKind() | LengthKind() | DayTimeKind() | DateKind():
            return np.int64
        case NumberKind():
            return np.float64
        case ListKind(values=values) if 0 < len(values) <= MOST_IN_A_SET:
            return np.int64
        case _:
            return None


def unknown_of(kind: Kind) -> int | float | None:
    """The value for unknown in a kind's array."""
    match kind:
        case MomentKind() | DurationKind() | LengthKind() | DayTimeKind() | DateKind():
            return NULL
        case NumberKind():
            return float("nan")
        case _:
            return None if array_type(kind) is None else -1


#: The steps that tables store: from a row to a row above or beside it (an application's offer).
LINKS: Final = tuple(
    (entity.name, other)
    for entity in ALL
    for other in (*(() if entity.parent is None else (entity.parent,)), *entity.beside)
)
#: Each entity's parent, and the entity.
BELOW: Final = tuple((entity.parent, entity.name) for entity in ALL if entity.parent is not None)


@dataclass(frozen=True, slots=True)
class Columns:
    """Cases in columns. Immutable except for its caches, so only one thread may use it.

    ``sizes``: how many rows each entity has. ``now``: the moment to decide for, for each candidate, in seconds since
    1970. ``links`` has the arrays of :data:`LINKS`, ``offsets`` those of :data:`BELOW` (each has one more number than rows).
    ``given`` and ``custom``: the fields, by entity and name. ``places``: for each entity with a calendar, which of
    ``calendars`` each row uses. ``cases`` rebuilds the cases with the given numbers, for code that takes one case at a
    time; rebuilding many at once is much faster. ``handled``: the candidates who have followed or dismissed advice.
    """

    sizes: Mapping[str, int]
    now: Ints
    links: Mapping[tuple[str, str], Places]
    offsets: Mapping[tuple[str, str], Places]
    given: Mapping[tuple[str, str], Column]
    custom: Mapping[tuple[str, str], Column]
    places: Mapping[str, Ints]
    calendars: tuple[Calendar, ...]
    cases: Callable[[Sequence[int]], list[Case]]
    handled: Places = field(default_factory=lambda: np.zeros(0, np.int64))
    _above: dict[tuple[str, str], Places] = field(default_factory=dict)
    _starts: dict[tuple[str, str], Places] = field(default_factory=dict)

    def above(self, entity: str, scope: str) -> Places:
        """For each row of ``entity``, the row of ``scope`` that it belongs to or has in scope; -1 for no such row."""
        key = (entity, scope)
        if key in self.links:
            return self.links[key]
        rows = self._above.get(key)
        if rows is None:
            if entity == scope:
                rows = np.arange(self.sizes[entity], dtype=np.int64)
            else:
                step = _parent(entity)
                rows = gather(self.above(step, scope), self.above(entity, step), -1)
            self._above[key] = rows
        return rows

    def starts(self, pivot: str, over: str) -> Places:
        """The index at which the rows of ``over`` below each row of ``pivot`` begin, and at the end the number of such rows."""
        key = (pivot, over)
        if key in self.offsets:
            return self.offsets[key]
        begins = self._starts.get(key)
        if begins is None:
            if pivot == over:
                begins = np.arange(self.sizes[pivot] + 1, dtype=np.int64)
            else:
                step = _parent(over)
                begins = self.starts(step, over)[self.starts(pivot, step)]
            self._starts[key] = begins
        return begins

    def case(self, no: int) -> Case:
        """The case with the number ``no``."""
        return self.cases([no])[0]

    def each_case(self, numbers: Sequence[int]) -> Iterator[Case]:
        """The cases with some numbers, in that order, rebuilt a block at a time."""
        for begin in range(0, len(numbers), _CASES):
            yield from self.cases(numbers[begin : begin + _CASES])

    def texts(self, entity: str, name: str) -> pa.Array:
        """A given field that is text, or an id."""
        return self.given[entity, name].data


def _parent(entity: str) -> str:
    parent = PARENTS[entity]
    assert parent is not None  # nothing is above or beside candidates
    return parent


def gather(values: npt.NDArray[Any], rows: Places, missing: Any) -> npt.NDArray[Any]:
    """``values`` at ``rows``; ``missing`` where the row is -1."""
    if len(values) == 0:
        return np.full(len(rows), missing, dtype=values.dtype)
    gathered = values.take(rows, mode="clip")
    if len(rows) and rows.min() < 0:
        gathered[rows < 0] = missing
    return gathered


def picked(values: Picked, rows: npt.NDArray[np.signedinteger]) -> Picked:
    """The values at ``rows``. A row of -1 means the last value."""
    # In this mode numpy checks no bounds, which makes it a fifth faster. Only -1 ever wraps.
    return values.take(rows, mode="wrap")  # type: ignore[return-value]  # numpy's stubs lose the type of numbers
