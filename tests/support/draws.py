"""How many cases a property draws: a share of its full number in the default run, all and more in .ci/nightly."""

from __future__ import annotations

import os
from typing import Final

from hypothesis import settings

#: The share, in percent: ``TACTFUL_DRAWS``, which .ci/nightly sets.
PERCENT: Final = int(os.environ.get("TACTFUL_DRAWS", "10"))
#: The fewest cases, where the full number is not below it.
_FEWEST: Final = 8


def share(full: int) -> int:
    """How many of ``full`` cases are drawn in this run."""
    return max(min(full, _FEWEST), full * PERCENT // 100)


def draws(full: int) -> settings:
    """The settings of a property that draws ``full`` cases where no time is saved."""
    return settings(max_examples=share(full))
