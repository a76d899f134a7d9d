"""The hook of the build: the shipped rules are parsed once, when a wheel is built or the checkout is installed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PrepareRules(BuildHookInterface):  # type: ignore[type-arg] # its parameter is a class of hatchling's configuration
    """Writes the file that :mod:`tactful.language.load.prepared` reads."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before files are collected. It takes only the parser, so that a build needs few packages."""
        sys.path.insert(0, str(Path(self.root) / "src"))
        from tactful.language.load.prepared import PREPARED, prepare

        PREPARED.write_bytes(prepare())
