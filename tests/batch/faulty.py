"""Faulty engines for workers."""

from __future__ import annotations

import os
import signal
import time

from tactful.batch.decide import Columnar
from tactful.batch.folder.units import TableChunk
from tactful.batch.lines import Line
from tactful.batch.model import Decided

#: The candidate whose case triggers each fault.
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
        """Trigger the fault."""


class Deadly(_WithFault):
    """Kills its process on a certain case, as the system does when memory runs out."""

    def fail(self) -> None:
        """Die."""
        os.kill(os.getpid(), signal.SIGKILL)


class Faulty(_WithFault):
    """Raises an error on a certain case."""

    def fail(self) -> None:
        """Fail."""
        raise ZeroDivisionError("division by zero")


class Hanging(_WithFault):
    """Hangs on a certain case."""

    def fail(self) -> None:
        """Hang, for longer than any test waits. A process that outlives its test has to end too."""
        time.sleep(60)
