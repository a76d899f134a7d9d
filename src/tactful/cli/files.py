"""Files that commands read whole, and write in one step."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tactful.source.codes.case import UnreadableCase
from tactful.source.diagnostics import InvalidInput
from tactful.source.nodes import DEFAULT_LIMITS

if TYPE_CHECKING:
    from tactful.formats.importers import CaseFile


def read_file(name: str) -> CaseFile:
    """The content of a file, or of standard input for ``-``. Raises :class:`InvalidInput` where it cannot be read."""
    from tactful.formats.importers import CaseFile  # loaded on first use, with the libraries of all formats

    limit = DEFAULT_LIMITS.bytes + 1
    try:
        if name == "-":
            return CaseFile("<standard input>", sys.stdin.buffer.read(limit))
        with Path(name).open("rb") as stream:
            return CaseFile(name, stream.read(limit))
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        problem = UnreadableCase.at(
            None, f"`{'standard input' if name == '-' else name}`: {reason}", "name a readable file, or `-`"
        )
        raise InvalidInput([problem]) from None


def replace_file(path: Path, text: str, before: bytes | None) -> None:
    """Write a file in one step, so that nobody sees half of it. Changes made meanwhile are not overwritten."""
    path = path.resolve()  # if the name is a link, its target is replaced
    try:
        with tempfile.NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}.", delete=False) as stream:
            new = Path(stream.name)
            stream.write(text.encode())
            stream.flush()
            os.fsync(stream.fileno())
        try:
            if before is None:
                new.chmod(0o666 & ~_umask())
                os.link(new, path)  # fails if the file was created meanwhile
                new.unlink()
                return
            if path.read_bytes() != before:
                message = f"`{path.name}` was changed in the meantime: nothing was written"
                raise InvalidInput([UnreadableCase.at(None, message, "run the command again")])
            new.chmod(stat.S_IMODE(path.stat().st_mode))
            new.replace(path)
        finally:
            new.unlink(missing_ok=True)
    except OSError as error:
        reason = (error.strerror or "cannot be written").lower()
        raise InvalidInput([UnreadableCase.at(None, f"`{path.name}`: {reason}", "name a writable file")]) from None


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Let no other command change a file from when it is read until it is written: others wait.

    On Windows, and for a file that cannot be read, there is no lock.
    """
    handle = _lock(name)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


def _lock(name: str) -> int | None:
    """A handle that locks a file while it is open."""
    try:
        import fcntl
    except ImportError:
        return None
    try:
        while True:
            handle = os.open(name, os.O_RDONLY)
            fcntl.flock(handle, fcntl.LOCK_EX)
            if os.path.samestat(os.fstat(handle), os.stat(name)):
                return handle
            os.close(handle)  # the command that had the lock has replaced the file
    except OSError:  # the reader of the file says why it cannot be read
        return None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
