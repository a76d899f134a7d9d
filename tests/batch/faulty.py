"""Engines with faults, for workers to have."""

from __future__ import annotations

import os
import signal

from tactful.batch.decide import Columnar
from tactful.batch.lines import Line
from tactful.batch.model import Decided


class Deadly(Columnar):
    """Ends its process where it meets a certain case, as the system does where memory runs out."""

    def lines(self, lines: list[Line]) -> Decided:
        """Decide, or die."""
        if any(b"c0000123" in (line.data or b"") for line in lines):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().lines(lines)


class Faulty(Columnar):
    """Has a fault that a certain case brings to light."""

    def lines(self, lines: list[Line]) -> Decided:
        """Decide, or fail."""
        if any(b"c0000123" in (line.data or b"") for line in lines):
            raise ZeroDivisionError("division by zero")
        return super().lines(lines)
