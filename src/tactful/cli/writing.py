"""Files that commands write: whole, or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from tactful.diagnostics import InvalidInput
from tactful.diagnostics.plans import CannotWrite


def write_file(path: Path, data: bytes) -> None:
    """Put ``data`` in the place of the file, if there is one. Whoever reads it meanwhile sees the old or the new, whole."""
    target = path.resolve()  # so that a link stays one
    try:
        mode = target.stat().st_mode & 0o777 if target.exists() else None
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            Path(temporary).chmod(mode if mode is not None else 0o666 & ~_umask())
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        reason = (error.strerror or "cannot be written").lower()
        problem = CannotWrite.at(None, f"`{path}`: {reason}", "name a file in a folder that can be written to")
        raise InvalidInput([problem]) from None


def _umask() -> int:
    """What the user does not want others to be allowed; asking is only possible by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
