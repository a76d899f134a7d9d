"""How cases are drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

#: How many cases are drawn: enough for mistakes that depend on four or five facts at once, in some seconds.
DRAWN: Final = 1_500
#: Seeds are below this number, unless somebody gives a larger one.
SEEDS: Final = 1 << 32
#: The folder for failing cases, next to the pack.
KEPT_IN: Final = Path(".tactful") / "failures"


class Drawing(msgspec.Struct, frozen=True):
    """How cases are drawn: how many, from which seed, and in which folder failing cases are kept.

    Where ``seed`` is ``None``, the pack's digest gives it. Where ``folder`` is ``None``, failing cases are not kept.
    """

    count: int
    seed: int | None = None
    folder: Path | None = None
