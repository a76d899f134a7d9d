"""The ``tactful`` command from its first moment on: Ctrl-C ends it with a short line even while it is being loaded."""

from __future__ import annotations

import sys
from typing import Final

#: As in ``tactful.cli.streams``, which is not loaded yet.
_INTERRUPTED: Final = 130


def main() -> None:
    """Load the command and run it."""
    try:
        from tactful.cli.app import main as run
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")
        sys.exit(_INTERRUPTED)
    run()
