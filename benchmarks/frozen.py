"""The policy that benchmarks decide by: the shipped pack as it was in November 2026.

It stays as it is, so that figures of different versions can be compared, and so that the peers' hand-written versions of
it stay right. What the shipped pack of today costs is shown by ``benchmarks/decide.py`` in a table of its own.
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
