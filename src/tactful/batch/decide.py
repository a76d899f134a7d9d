"""From what was read to tables of decisions: the columnar engine over a chunk of lines or of tables."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import pyarrow as pa

from tactful.batch.lines import Line
from tactful.batch.model import Options, RejectRecord
from tactful.batch.tables import TableChunk
from tactful.engine import Policy


class Decided(NamedTuple):
    """What came of a chunk.

    ``ids``: the candidates that were decided on, in order; ``nows``: the moment for each, in seconds since 1970. ``tables``:
    actions, justifications and, where asked for, steps. ``rejected``: how many cases were not decided on.
    """

    ids: list[str]
    nows: list[int]
    tables: dict[str, pa.Table]
    rejects: list[RejectRecord]
    rejected: int


class Decides(Protocol):
    """Decides on chunks."""

    def lines(self, lines: list[Line]) -> Decided:
        """Decide on a case for each line."""

    def tables(self, chunk: TableChunk) -> Decided:
        """Decide on the candidates of a chunk. Raises :class:`tactful.batch.tables.Unsorted`."""


def columnar(policy: Policy, options: Options, clock: int) -> Decides:
    """The columnar engine."""
    raise NotImplementedError
