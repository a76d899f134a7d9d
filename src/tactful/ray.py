"""Deciding on more candidates than one machine holds: Ray Datasets in, Ray Datasets out. Needs the extra ``ray``.

``shipping`` takes a pack to the workers, ``work`` is what they do, without a word of Ray, and ``cluster`` has Ray do it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tactful.api.policy import Policy, load
from tactful.source.diagnostics import EngineError

if TYPE_CHECKING:
    from ray.data import Dataset

__all__ = ["DecidedDatasets", "decide"]


@dataclass(frozen=True, slots=True)
class DecidedDatasets:
    """What :func:`decide` returns: materialised datasets with the columns of :class:`tactful.DecidedTables`' tables.

    All rows of a candidate stand one after the other, in the order of ``conclusion``; candidates stand in no order.
    ``steps`` is ``None`` where they were not asked for.
    """

    actions: Dataset
    justifications: Dataset
    rejects: Dataset
    steps: Dataset | None


def decide(
    dataset: Dataset | Mapping[str, Dataset],
    *,
    pack: str | Path | Policy = "default",
    now: datetime | None = None,
    steps: bool = False,
    column: str = "text",
    partitions: int | None = None,
) -> DecidedDatasets:
    """Decide on all candidates of a dataset, on the Ray cluster that this process is connected to.

    ``dataset`` has a case in JSON on each row, in ``column``; or it is a mapping of datasets, one for each table that
    :meth:`tactful.Policy.decide_tables` takes, ``candidates`` among them, whose rows are brought together by candidate.
    ``pack``, ``now`` and ``steps`` are as for :func:`tactful.load` and :meth:`tactful.Policy.decide_tables`; the pack is read
    here, and workers need none of its files. Where neither ``now`` nor a case says so, the moment at which this was called
    counts for all. ``partitions``: in how many parts candidates from tables are decided; a worker holds one at a time.

    Returns once everything is decided. What a lost worker or node was at is done again, and nothing is there twice.
    Raises :class:`tactful.InvalidInput` where a table or a column has a name or a type that it cannot have, or the pack has
    mistakes, and :class:`tactful.EngineError` where Ray is not installed, or not initialised.
    """
    try:
        from tactful.batch.cluster.tasks import Cluster
    except ModuleNotFoundError as error:
        raise EngineError("deciding on a Ray cluster needs Ray: pip install 'tactful[ray]'") from error
    policy = pack if isinstance(pack, Policy) else load(pack)
    cluster = Cluster(policy, now, steps=steps)
    decided = cluster.tables(dataset, partitions) if isinstance(dataset, Mapping) else cluster.texts(dataset, column)
    return DecidedDatasets(decided["actions"], decided["justifications"], decided["rejects"], decided.get("steps"))
