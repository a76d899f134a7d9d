"""The work as tasks of Ray: blocks go in, each part is decided on by a task, and the results of tasks become datasets.

This module uses Ray's own tasks, not the shuffle of Ray Data. The shuffle sends pieces to actors that gather them, so a
piece that is sent again after a failure is gathered twice. A task has the same result however often it runs, and Ray runs
it again if the result was lost.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

import pyarrow as pa
import ray
from ray.data import Dataset, from_arrow_refs
from ray.data.dataset import MaterializedDataset
from ray.exceptions import RayTaskError

from tactful.api.policy import Policy
from tactful.batch.cluster import work
from tactful.batch.cluster.shipping import Shipment, ship
from tactful.batch.cluster.work import Terms
from tactful.facts.reading.moments import epoch_seconds
from tactful.source.diagnostics import EngineError, TactfulError

#: About the most bytes of all tables in a part, and the number of candidates that are worth a part of their own.
_PART_BYTES: Final = 64 * 1024 * 1024
_PART_CANDIDATES: Final = 8_192
#: The most parts. There is a piece for each part and each block, and Ray keeps track of every piece.
_MOST_PARTS: Final = 512
Ref = Any
Refs = list[Ref]


class Cluster:
    """The cluster that this process is connected to, and a job for it. Raises :class:`EngineError` without a cluster."""

    def __init__(self, policy: Policy, now: datetime | None, *, steps: bool) -> None:
        if not ray.is_initialized():
            raise EngineError('this process is connected to no Ray cluster; call ray.init(address="auto") first')
        if now is not None and now.tzinfo is None:
            raise TactfulError("`now` has no time zone; give an aware datetime, such as datetime.now(timezone.utc)")
        moment = None if now is None else epoch_seconds(now)
        self._policy = policy
        self._given = ship(policy), Terms(moment, int(time.time()), steps)
        self._names = ("actions", "justifications", "rejects", *(("steps",) if steps else ()))

    def texts(self, dataset: Dataset, column: str) -> dict[str, Dataset]:
        """Decide on a case on each row. Raises as :func:`tactful.ray.decide` does."""
        blocks = _materialised(dataset).to_arrow_refs() or [ray.put(pa.table({}))]  # the empty tables of no cases
        task = self._task(_decide_texts)
        return self._datasets([task.remote(*self._given, column, block) for block in blocks])

    def tables(self, datasets: Mapping[str, Dataset], partitions: int | None) -> dict[str, Dataset]:
        """Decide on the candidates of some tables. Raises as :func:`tactful.ray.decide` does."""
        if partitions is not None and partitions < 1:
            raise TactfulError("`partitions` must be 1 or more")
        held = {name: _materialised(dataset) for name, dataset in datasets.items()}
        blocks = self._blocks(held)
        count = partitions or _parts(held)
        names = [name for name, _ in blocks]
        task = ray.remote(_split).options(num_returns=count)
        pieces = [_list(task.remote(name, block, count)) for name, block in blocks]
        task = self._task(_decide_part)
        outcomes = [task.remote(*self._given, names, *part) for part in zip(*pieces, strict=True)]
        del held, blocks, pieces  # Ray keeps what tasks still need, and can free the rest
        return self._datasets(outcomes)

    def _blocks(self, held: Mapping[str, Any]) -> list[tuple[str, Ref]]:
        """The blocks of all tables, each with its table's name, after a check of their columns.

        A block that Ray Data knows to be empty may have no columns and is left out. The table of candidates is never left
        out.
        """
        given = [(name, block) for name, dataset in held.items() for block in dataset.to_arrow_refs()]
        task = ray.remote(_schema)
        schemas: dict[str, list[pa.Schema]] = {}
        blocks = []
        for (name, block), schema in zip(given, ray.get([task.remote(block) for _, block in given]), strict=True):
            if schema.names:
                blocks.append((name, block))
                schemas.setdefault(name, []).append(schema)
        if "candidates" in held and "candidates" not in schemas:
            blocks.append(("candidates", ray.put(work.NO_CANDIDATES)))
            schemas["candidates"] = [work.NO_CANDIDATES.schema]
        work.check_schemas(self._policy, schemas)
        return blocks

    def _task(self, function: Any) -> Any:
        return ray.remote(function).options(num_returns=len(self._names))

    def _datasets(self, outcomes: Sequence[Refs]) -> dict[str, Dataset]:
        """The results of all tasks, table by table. Waits until all tasks are done."""
        with _own_errors():
            return {name: from_arrow_refs([tables[no] for tables in outcomes]) for no, name in enumerate(self._names)}


def _materialised(dataset: Dataset) -> Any:
    """A dataset with its blocks computed, in its order."""
    if isinstance(dataset, MaterializedDataset):
        return dataset
    options = dataset.context.execution_options
    before, options.preserve_order = options.preserve_order, True
    try:
        return dataset.materialize()
    finally:
        options.preserve_order = before


def _parts(held: Mapping[str, Any]) -> int:
    """The number of parts: each part is small enough, and all workers have one if there are enough candidates."""
    by_size = sum(dataset.size_bytes() for dataset in held.values()) // _PART_BYTES + 1
    cores = int(ray.cluster_resources().get("CPU", 1))
    by_cores = min(2 * cores, held["candidates"].count() // _PART_CANDIDATES + 1)
    return int(min(_MOST_PARTS, max(by_size, by_cores)))


def _list(refs: Any) -> Refs:
    """The references as a list. For a task with a single result, Ray returns the reference alone."""
    return refs if isinstance(refs, list) else [refs]


@contextmanager
def _own_errors() -> Iterator[None]:
    """Raise an error of a worker as the error that the worker raised, without Ray's wrapper."""
    try:
        yield
    except RayTaskError as error:
        if isinstance(error.cause, TactfulError):
            raise error.cause from None
        raise


def _schema(block: pa.Table) -> pa.Schema:
    return block.schema


def _split(name: str, block: pa.Table, count: int) -> Any:
    parts = work.split(name, block, count)
    return parts[0] if count == 1 else parts


def _decide_part(shipment: Shipment, terms: Terms, names: Sequence[str], *pieces: pa.Table) -> list[pa.Table]:
    return list(work.decide_part(shipment.policy(), terms, names, pieces).values())


def _decide_texts(shipment: Shipment, terms: Terms, column: str, block: pa.Table) -> list[pa.Table]:
    return list(work.decide_texts(shipment.policy(), terms, column, block).values())
