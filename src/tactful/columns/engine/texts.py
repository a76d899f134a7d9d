"""Tests of texts, ids and lists of texts: Arrow arrays in, flags out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tactful.columns.arrays import flags, present
from tactful.columns.columns import Flags, Places
from tactful.facts.kinds import ChoiceKind, Kind


def known(data: pa.Array) -> Flags:
    """Which values are known."""
    valid = present(data)
    return np.ones(len(data), np.bool_) if valid is None else valid


def true(answers: pa.BooleanArray) -> Flags:
    """Which answers are yes. An unknown answer counts as no."""
    yes, valid = flags(answers), present(answers)
    return yes if valid is None else yes & valid


def take(data: pa.Array, rows: Places) -> pa.Array:
    """The values at ``rows``. The value for -1 is unknown."""
    none = rows < 0
    return data.take(pa.array(rows, mask=none) if none.any() else pa.array(rows))


def is_in(data: pa.Array, values: tuple[Any, ...]) -> Flags:
    """Which texts are in ``values``."""
    if len(values) == 1:
        return true(pc.equal(data, values[0]))
    return true(pc.is_in(data, pa.array(values, data.type)))


def same(left: pa.Array, right: pa.Array) -> Flags:
    """Which texts are known on both sides, and equal."""
    return true(pc.equal(left, right))


def words(data: Any, kind: Kind) -> pa.Array:
    """The texts of a column, which may be stored as codes of a set."""
    if not isinstance(kind, ChoiceKind):
        return data
    return pa.array(kind.values, pa.string()).take(pa.array(data, pa.int32(), mask=data < 0))


def some_in(data: pa.ListArray, values: tuple[Any, ...]) -> Flags:
    """Which lists contain one of ``values``."""
    hits = np.zeros(len(data.values) + 1, dtype=np.int64)
    np.cumsum(is_in(data.values, values), out=hits[1:])
    offsets = data.offsets.to_numpy()
    flags_: Flags = (hits[offsets[1:]] > hits[offsets[:-1]]) & known(data)
    return flags_


def filled(data: pa.ListArray, wanted: bool) -> Flags:
    """Which lists are known and not empty, or (if ``wanted`` is false) known and empty."""
    lengths = pc.list_value_length(data)
    return true(pc.greater(lengths, 0) if wanted else pc.equal(lengths, 0))
