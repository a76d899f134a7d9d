"""Engines with faults, for workers to have."""

from __future__ import annotations

import os
import signal
import time

from tactful.batch.decide import Columnar
from tactful.batch.folder.units import TableChunk
from tactful.batch.lines import Line
from tactful.batch.model import Decided

#: The candidate that brings each fault to light.
CULPRIT = "c0000123"


class _WithFault(Columnar):
    def lines(self, lines: list[Line]) -> Decided:
        """Decide, or fail."""
        if any(CULPRIT.encode() in (line.data or b"") for line in lines):
            self.fail()
        return super().lines(lines)

    def tables(self, chunk: TableChunk) -> Decided:
        """Decide, or fail."""
        if CULPRIT in chunk.tables["candidates"]["candidate_id"].to_pylist():
            self.fail()
        return super().tables(chunk)

    def fail(self) -> None:
        """Show the fault."""


class Deadly(_WithFault):
    """Ends its process where it meets a certain case, as the system does where memory runs out."""

    def fail(self) -> None:
        """Die."""
        os.kill(os.getpid(), signal.SIGKILL)


class Faulty(_WithFault):
    """Has a fault that a certain case brings to light."""

    def fail(self) -> None:
        """Fail."""
        raise ZeroDivisionError("division by zero")


class Hanging(_WithFault):
    """Never comes to an end with a certain case."""

    def fail(self) -> None:
        """Hang."""
        time.sleep(1000)
