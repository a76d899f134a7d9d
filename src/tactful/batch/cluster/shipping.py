"""A pack sent to other processes: pickled once, and compiled once in each process."""

from __future__ import annotations

import hashlib
import importlib.metadata
import pickle
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import ray

from tactful.api.policy import Policy
from tactful.source.diagnostics import EngineError

#: How many packs a worker keeps compiled.
_KEPT: Final = 4


@dataclass(frozen=True, slots=True)
class Shipment:
    """A pack as workers receive it. ``key`` is a hash of the pack, ``content`` is Ray's reference to it."""

    key: str
    content: Any = field(compare=False)

    def policy(self) -> Policy:
        """The pack, compiled. Raises :class:`EngineError` if this process has another version of this package."""
        return _policy(self)


def ship(policy: Policy) -> Shipment:
    """Put a pack and the limits of its cases into Ray's object store."""
    content = pickle.dumps((_version(), policy.checked, policy.decider.limits))
    return Shipment(hashlib.sha256(content).hexdigest(), ray.put(content))


@lru_cache(maxsize=_KEPT)
def _policy(shipment: Shipment) -> Policy:
    version, checked, limits = pickle.loads(ray.get(shipment.content))  # noqa: S301  # our own, from ship()
    if version != _version():
        raise EngineError(f"this is tactful {version}, and a worker has {_version()}; install the same version there")
    return Policy(checked, limits)


def _version() -> str:
    return importlib.metadata.version("tactful")
