"""The policy of the benchmarks: the shipped pack as it was in November 2026.

It does not change, so figures of different versions can be compared, and the peers' hand-written versions of it stay
correct. ``benchmarks/decide.py`` shows the cost of the shipped pack of today in a table of its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import tactful

#: The frozen pack's folder.
FOLDER: Final = Path(__file__).parent / "policy"


def frozen_policy() -> tactful.Policy:
    """The frozen pack, loaded."""
    return tactful.load(FOLDER)
