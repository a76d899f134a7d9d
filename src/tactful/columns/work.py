"""The most steps that decisions on many candidates take, see :mod:`tactful.decide.work`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tactful.columns.columns import Columns, Places
from tactful.decide.work import Shape, Work
from tactful.facts.entities import ENTITIES

#: Numbers of rows and of pairs. They may exceed whole numbers of 64 bits.
Counts = npt.NDArray[np.float64]


def too_large(columns: Columns, work: Work) -> Places:
    """The candidates on whom a decision may take more steps than allowed; some of them may take fewer after all."""
    sizes = sum((_below("candidate", entity, columns) for entity in ENTITIES), np.zeros(columns.sizes["candidate"]))
    if not (sizes > work.safe).any():
        return np.zeros(0, np.int64)
    steps = sum((tests * _visits(shape, columns) for shape, tests in work.tests.items()), np.zeros(len(sizes)))
    return np.flatnonzero(steps > work.limit)


def _visits(shape: Shape, columns: Columns) -> Counts:
    """For each candidate, how many rows, or pairs of rows, are visited."""
    over, pivot = shape.over, shape.pivot
    if over is None or pivot is None:
        return _owners("candidate", shape, columns)
    pairs = _owners(pivot, shape, columns) * _below(pivot, over, columns)
    counts = np.zeros(columns.sizes["candidate"])
    np.add.at(counts, columns.above(pivot, "candidate"), pairs)
    return counts


def _owners(pivot: str, shape: Shape, columns: Columns) -> Counts:
    """For each row of ``pivot``, how many rows below it a fact or rule is worked out for."""
    return sum((_below(pivot, other, columns) for other in shape.again), _below(pivot, shape.entity, columns))


def _below(pivot: str, entity: str, columns: Columns) -> Counts:
    return np.diff(columns.starts(pivot, entity)).astype(np.float64)
