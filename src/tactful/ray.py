"""Decide on more candidates than a single machine can hold: Ray Datasets in, Ray Datasets out. Needs the extra
``ray``.

In ``batch/cluster``, ``shipping`` sends a pack to the workers, ``work`` is their work without any use of Ray, and ``tasks``
runs it as tasks of Ray.
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
    """The result of :func:`decide`: materialised datasets with the columns of the tables of :class:`tactful.DecidedTables`.

    The rows of a candidate follow each other in the order of ``conclusion``. Candidates are in no particular order.
    ``steps`` is ``None`` unless steps were asked for.
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

    ``dataset`` has a case in each row, as JSON in ``column``. Or it is a mapping of datasets, one for each table of
    :meth:`tactful.Policy.decide_tables`, with ``candidates`` among them; their rows are joined by candidate. ``pack`` is as
    for :func:`tactful.load`, ``now`` and ``steps`` are as for :meth:`tactful.Policy.decide_tables`. The pack is read here, so
    workers need none of its files. Without ``now``, a case without a moment of its own is decided on for the moment of the
    call. ``partitions`` is the number of parts in which candidates of tables are decided on; a worker holds one part at a
    time.

    Returns once everything is decided. If a worker or a node is lost, its work is done again, and no row appears in
    the result twice. Raises :class:`tactful.InvalidInput` if a table or a column has a wrong name or type, or if the
    pack has mistakes, and :class:`tactful.EngineError` if Ray is not installed or not initialised.
    """
    try:
        from tactful.batch.cluster.tasks import Cluster
    except ModuleNotFoundError as error:
        raise EngineError("deciding on a Ray cluster needs Ray: pip install 'tactful[ray]'") from error
    policy = pack if isinstance(pack, Policy) else load(pack)
    cluster = Cluster(policy, now, steps=steps)
    decided = cluster.tables(dataset, partitions) if isinstance(dataset, Mapping) else cluster.texts(dataset, column)
    return DecidedDatasets(decided["actions"], decided["justifications"], decided["rejects"], decided.get("steps"))
