"""Standard input, output and error: closed, full, broken, or of another encoding than UTF-8."""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

#: Exit codes where the reader of a pipe has gone, and where the user pressed Ctrl-C, as shells count them.
BROKEN_PIPE: Final = 141
INTERRUPTED: Final = 130
#: Characters of our own texts, for encodings that lack them. All keep their width.
_PLAIN: Final = dict(zip("█▓▒×◆▼·→…“”‘’—–─│├└�", "#=~x@v.>.\"\"''---|+`?", strict=True))
_HANDLER: Final = "tactful.plain"


class _Closed(io.RawIOBase):
    """A standard stream that was closed before the command began. Using it is an error, as with any closed file."""

    def __init__(self, name: str) -> None:
        self.name, self.silent = name, False

    def readable(self) -> bool:
        """Return true, so that reading reaches the error."""
        return True

    def writable(self) -> bool:
        """Return true, so that writing reaches the error."""
        return True

    def readinto(self, buffer: object) -> int:
        """Raise ``OSError``."""
        raise OSError(errno.EBADF, f"{self.name} is closed")

    def write(self, data: object) -> int:
        """Raise ``OSError``, until the error has been reported."""
        if self.silent:
            return memoryview(data).nbytes if isinstance(data, bytes | bytearray | memoryview) else 0
        raise OSError(errno.EBADF, f"{self.name} is closed")


@contextmanager
def standard_streams() -> Iterator[None]:
    """Make the standard streams usable, and turn their errors into a message and an exit code."""
    _occupy()
    closed = _replace_closed()
    _set_encoding()
    code: str | int | None = 0
    try:
        try:
            yield
        except SystemExit as end:
            code = end.code
        sys.stdout.flush()
    except BrokenPipeError:
        code = BROKEN_PIPE
    except KeyboardInterrupt:
        _say("stopped")
        code = INTERRUPTED
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        _say(reason if error.errno == errno.EBADF else f"{error.filename or 'standard output'}: {reason}")
        code = 1
    _discard(closed)
    sys.exit(code)


def _occupy() -> None:
    """Open the null device for closed streams, so that no file gets the number of a standard stream."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _replace_closed() -> _Closed:
    """Put a stream in place of each closed one, and return that of output. Messages to a closed standard error are dropped."""
    closed = _Closed("standard output")
    if sys.stdin is None:
        sys.stdin = io.TextIOWrapper(io.BufferedReader(_Closed("standard input")), "utf-8")
    if sys.stdout is None:
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(closed), "utf-8")
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 (it is open as long as the process runs)
    return closed


def _set_encoding() -> None:
    codecs.register_error(_HANDLER, _replacement)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_HANDLER)


def _replacement(error: UnicodeError) -> tuple[str, int]:
    """Plain characters for those that the encoding lacks, or else their numbers."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(_PLAIN.get(char, char.encode("ascii", "backslashreplace").decode()) for char in text), error.end


def _say(message: str) -> None:
    with suppress(OSError):
        sys.stderr.write(f"{message}\n")
        sys.stderr.flush()


def _discard(closed: _Closed) -> None:
    """Drop output that could not be written, so that Python does not try to write it again at exit."""
    closed.silent = True
    for number, stream in ((1, sys.stdout), (2, sys.stderr)):
        try:
            stream.flush()
        except OSError:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, number)
            os.close(null)
