"""The ``tactful`` command from its first moment on: Ctrl-C ends it with a short line even while it is being loaded."""

from __future__ import annotations

import gc
import sys
from typing import Final

#: As in ``tactful.cli.streams``, which is not loaded yet.
_INTERRUPTED: Final = 130
#: How many new objects make the garbage collector look for circles. Python's 700 would make loading the command and a pack
#: take half as long again, and they have few circles.
_OBJECTS: Final = 200_000


def main() -> None:
    """Load the command and run it."""
    gc.set_threshold(_OBJECTS)
    try:
        from tactful.cli.app import main as run
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        sys.exit(_INTERRUPTED)
    try:
        run()
    finally:
        gc.freeze()  # or Python would look for circles among all objects once more, although the process ends
