"""The command ``tactful`` in a fork of the process that tests run in, which has loaded everything already.

A new process takes a second to load numpy, Arrow and a pack. A fork begins to work at once, and is a process in all other
respects: it can be stopped and killed, has an exit code, and starts processes of its own.
"""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from typing import NoReturn


class Forked:
    """A running command, with what tests use of ``subprocess.Popen``. Its output is kept in files that have no name."""

    def __init__(self, words: Sequence[str], prepare: Callable[[], None] = lambda: None) -> None:
        self.returncode: int | None = None
        self._streams = [tempfile.TemporaryFile() for _ in ("stdout", "stderr")]  # noqa: SIM115 (closed by `communicate`)
        with warnings.catch_warnings():  # the other threads of this process do nothing that the fork waits for
            warnings.simplefilter("ignore", DeprecationWarning)
            self.pid = os.fork()
        if not self.pid:
            try:
                signal.signal(signal.SIGINT, signal.default_int_handler)
                prepare()
                nothing = os.open(os.devnull, os.O_RDONLY)
                become(words, nothing, *(stream.fileno() for stream in self._streams))
            finally:
                os._exit(70)

    def poll(self) -> int | None:
        """The exit code once the process has ended."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the process has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End the process at once."""
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout: float = 300) -> int:
        """Wait for the end, ``timeout`` seconds at most: the exit code."""
        end = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired("tactful", timeout)
            time.sleep(0.002)
        return code

    def communicate(self, timeout: float = 300) -> tuple[str, str]:
        """Wait for the end as :meth:`wait` does: what the process wrote to its two streams."""
        self.wait(timeout)
        texts = []
        for stream in self._streams:
            with stream:
                stream.seek(0)
                texts.append(stream.read().decode())
        return texts[0], texts[1]


def become(words: Sequence[str], *streams: int) -> NoReturn:
    """Be the command, in a process that was forked for it, with these files as streams, and end with its exit code."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.closerange(3, 64)
    sys.argv = ["tactful", *words]
    sys.stdin, sys.stdout, sys.stderr = (
        io.TextIOWrapper(open(number, mode, closefd=False), "utf-8", line_buffering=number > 0)  # noqa: SIM115 (until the end)
        for number, mode in ((0, "rb"), (1, "wb"), (2, "wb"))
    )
    code = 70
    try:
        import _tactful_command

        _tactful_command.main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
