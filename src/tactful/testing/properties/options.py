"""How cases are drawn."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    pass


#: How many cases are drawn: enough for mistakes that hang on four or five facts at once, in some seconds.
DRAWN: Final = 1_500


#: Where failures are kept, beside the pack.
KEPT_IN: Final = Path(".tactful") / "failures"


class Drawing(msgspec.Struct, frozen=True):
    """How cases are drawn: how many, from which seed (``None``: any), and in which folder failures are kept, if in any."""

    count: int
    seed: int | None = None
    folder: Path | None = None
