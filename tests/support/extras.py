"""Why tests are skipped where an extra is not installed."""

from __future__ import annotations

from typing import Final

NEEDS_RETE: Final = "needs durable-rules (the extra `rete`), which does not support Python 3.13 and later"
