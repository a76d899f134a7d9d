"""Files and packs that many tests use, read, checked and compiled once for a whole process. All of them are immutable."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pytest

from tactful.api import policy
from tactful.api.policy import Policy, checked_pack
from tactful.decide.decider import EngineName
from tactful.engines.rete import Rete
from tactful.facts.reading.limits import CaseLimits
from tactful.language.ir import CheckedPack
from tactful.language.load.build import build_pack
from tactful.language.load.files import Layer
from tactful.language.load.prepared import PreparedFiles
from tactful.language.load.source import Source, source_of

Places = tuple[str | Path, ...]


def share_policies() -> Callable[[], None]:
    """Read the same file once, and check and compile the same pack once, from now on. Returns what ends it.

    The shipped packs are kept for good. Drawn packs, of which there are thousands, would drive them out of a common cache.
    """

    def checked(source: Source) -> CheckedPack:
        return checked_pack(build_pack(source.read()))

    def made(source: Source, limits: CaseLimits | None, places: Places, few: bool) -> Policy:
        pack = (shipped_checked if _are_shipped(source) else some_checked)(source)
        return Policy(pack, limits or CaseLimits(), "compiled", source.read(), places, few=few)

    shipped_checked, some_checked = lru_cache(maxsize=None)(checked), lru_cache(maxsize=32)(checked)
    shipped_policy, some_policy = lru_cache(maxsize=None)(made), lru_cache(maxsize=32)(made)
    make = policy._policy

    def shared(
        layers: list[Layer],
        limits: CaseLimits | None,
        engine: EngineName | Rete,
        places: Places = (),
        *,
        few: bool = False,
    ) -> Policy:
        if engine != "compiled":
            return make(layers, limits, engine, places, few=few)
        source = source_of(layers)
        return (shipped_policy if _are_shipped(source) else some_policy)(source, limits, places, few)

    patch = pytest.MonkeyPatch()
    patch.setattr(policy, "_policy", shared)
    read_file = lru_cache(maxsize=512)(PreparedFiles())
    patch.setattr("tactful.language.load.PreparedFiles", lambda: read_file)
    for module in ("files", "source"):
        patch.setattr(f"tactful.language.load.{module}.parsed", read_file)
    return patch.undo


def _are_shipped(source: Source) -> bool:
    """Whether every layer stands in a folder of the shipped rules."""
    return all(layer.path is not None and "rules" in layer.path.parts for layer in source.layers)
