"""Columns of many cases, made a block at a time.

The rows of a block are still in the processor's cache when its columns are made, and are gone before the next block is read.
For thousands of cases this takes a third less time than to read all of them first, and a tenth of the memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import accumulate, islice
from operator import itemgetter
from typing import Any, Final

import numpy as np
import pyarrow as pa

from tactful.columns.columns import BELOW, LINKS, Column, Columns, Places
from tactful.columns.from_cases import columns_of, places_of
from tactful.columns.subset import Fields, Name
from tactful.facts.calendars import Calendar
from tactful.facts.entities import ENTITIES, PLACED
from tactful.facts.reading.custom import CustomFields
from tactful.facts.rows import Case

#: How many cases a block has: their rows take about 3 MB.
_BLOCK: Final = 256

CasesAgain = Callable[[Sequence[int]], list[Case]]


def columns_in_blocks(cases: Iterable[tuple[Case, int]], again: CasesAgain, custom: CustomFields) -> Columns:
    """The columns of cases that are read one after the other, each with its moment to decide for (seconds since 1970).

    No case is kept: ``again`` reads the cases with some numbers once more.
    """
    left, blocks = iter(cases), list[Columns]()
    while block := list(islice(left, _BLOCK)):
        blocks.append(_settled([case for case, _ in block], [now for _, now in block], custom))
    return _joined(blocks or [_settled([], [], custom)], again)


def _settled(cases: Sequence[Case], now: Sequence[int], custom: CustomFields) -> Columns:
    """The columns of a block, with every field that it has, and without its cases."""
    columns = columns_of(cases, now, custom)
    given, own = Fields(dict(columns.given), {}), Fields(dict(columns.custom), {})
    return replace(columns, given=given, custom=own, cases=lambda _: [])


def _joined(blocks: Sequence[Columns], again: CasesAgain) -> Columns:
    """The columns of all blocks, in their order."""
    begins = {entity: [0, *accumulate(block.sizes[entity] for block in blocks)] for entity in ENTITIES}
    calendars: dict[Calendar, int] = {}
    numbers = [places_of(block.calendars, calendars) for block in blocks]
    return Columns(
        sizes={entity: begin[-1] for entity, begin in begins.items()},
        now=np.concatenate([block.now for block in blocks]),
        links={key: _links([block.links[key] for block in blocks], begins[key[1]]) for key in LINKS},
        offsets={key: _offsets([block.offsets[key] for block in blocks], begins[key[1]]) for key in BELOW},
        given=_fields([block.given for block in blocks]),
        custom=_fields([block.custom for block in blocks]),
        places={
            entity: np.concatenate([new[block.places[entity]] for new, block in zip(numbers, blocks, strict=True)])
            for entity in PLACED
        },
        calendars=tuple(calendars),
        cases=again,
        handled=np.concatenate(
            [block.handled + begin for block, begin in zip(blocks, begins["candidate"], strict=False)]
        ),
    )


def _links(links: Sequence[Places], begins: Sequence[int]) -> Places:
    """Indices of rows, where the rows of each block begin at another index; -1 for no row stays."""
    return np.concatenate([np.where(rows < 0, rows, rows + begin) for rows, begin in zip(links, begins, strict=False)])


def _offsets(offsets: Sequence[Places], begins: Sequence[int]) -> Places:
    """Offsets of all blocks. Each block has one more than rows."""
    return np.concatenate(
        [np.zeros(1, np.int64), *(ends[1:] + begin for ends, begin in zip(offsets, begins, strict=False))]
    )


def _fields(blocks: Sequence[Mapping[Name, Column]]) -> Fields:
    """The fields of all blocks, joined on first use."""
    return Fields({}, {name: partial(_column, list(map(itemgetter(name), blocks))) for name in blocks[0]})


def _column(parts: Sequence[Column]) -> Column:
    data: list[Any] = [part.data for part in parts]
    joined = pa.concat_arrays(data) if isinstance(data[0], pa.Array) else np.concatenate(data)
    return Column(parts[0].kind, joined)
