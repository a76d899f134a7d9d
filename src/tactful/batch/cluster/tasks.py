"""Having Ray do the work: blocks go in, each part is a task, and what tasks give becomes datasets.

Tasks of Ray itself are used, and not the shuffle of Ray Data: that sends pieces to actors that gather them, and what is sent
again after a mishap is gathered twice. A task gives what it gives, however often it is run, and Ray runs it again where
its outcome was lost.
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

#: How many bytes of all tables a part has at most, about; and how many candidates are worth a part of their own.
_PART_BYTES: Final = 64 * 1024 * 1024
_PART_CANDIDATES: Final = 8_192
#: For each part and each block there is a piece, and Ray has to keep track of them all.
_MOST_PARTS: Final = 512
Ref = Any
Refs = list[Ref]


class Cluster:
    """The cluster that this process is connected to, with a job for it. Raises :class:`EngineError` where there is none."""

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
        blocks = _materialised(dataset).to_arrow_refs() or [ray.put(pa.table({}))]  # no case, but tables all the same
        task = self._task(_decide_texts)
        return self._datasets([task.remote(*self._given, column, block) for block in blocks])

    def tables(self, datasets: Mapping[str, Dataset], partitions: int | None) -> dict[str, Dataset]:
        """Decide on the candidates of some tables. Raises as :func:`tactful.ray.decide` does."""
        if partitions is not None and partitions < 1:
            raise TactfulError("`partitions` is 1 or more")
        held = {name: _materialised(dataset) for name, dataset in datasets.items()}
        blocks = self._blocks(held)
        count = partitions or _parts(held)
        names = [name for name, _ in blocks]
        task = ray.remote(_split).options(num_returns=count)
        pieces = [_list(task.remote(name, block, count)) for name, block in blocks]
        task = self._task(_decide_part)
        outcomes = [task.remote(*self._given, names, *part) for part in zip(*pieces, strict=True)]
        del held, blocks, pieces  # Ray keeps what tasks still wait for, and may let go of the rest
        return self._datasets(outcomes)

    def _blocks(self, held: Mapping[str, Any]) -> list[tuple[str, Ref]]:
        """The blocks of all tables, each with its table's name, once their columns are seen to be as they can be.

        What Ray Data knows to be empty may have no columns. It is left out, but there is always a table of candidates.
        """
        found = [(name, block) for name, dataset in held.items() for block in dataset.to_arrow_refs()]
        task = ray.remote(_schema)
        schemas: dict[str, list[pa.Schema]] = {}
        blocks = []
        for (name, block), schema in zip(found, ray.get([task.remote(block) for _, block in found]), strict=True):
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
        """The outcomes of all tasks, table by table. Waits until they are there."""
        with _told():
            return {name: from_arrow_refs([one[no] for one in outcomes]) for no, name in enumerate(self._names)}


def _materialised(dataset: Dataset) -> Any:
    """A dataset's blocks, in its order."""
    if isinstance(dataset, MaterializedDataset):
        return dataset
    options = dataset.context.execution_options
    before, options.preserve_order = options.preserve_order, True
    try:
        return dataset.materialize()
    finally:
        options.preserve_order = before


def _parts(held: Mapping[str, Any]) -> int:
    """In how many parts to decide: small enough each, and enough for all workers if there are candidates enough."""
    by_size = sum(dataset.size_bytes() for dataset in held.values()) // _PART_BYTES + 1
    cores = int(ray.cluster_resources().get("CPU", 1))
    by_cores = min(2 * cores, held["candidates"].count() // _PART_CANDIDATES + 1)
    return int(min(_MOST_PARTS, max(by_size, by_cores)))


def _list(refs: Any) -> Refs:
    """Where a task gives one thing, Ray says so without a list."""
    return refs if isinstance(refs, list) else [refs]


@contextmanager
def _told() -> Iterator[None]:
    """Raise the mistakes that a worker raised as if they were raised here."""
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
