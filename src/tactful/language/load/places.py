"""Which files a pack may read: regular files of a bounded size. It may extend only files and folders in its own
folder."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

#: The longest name that `extends` can have, in characters.
MAX_NAME: Final = 200


class Refused(Exception):
    """The file may not be read. ``reason`` completes the sentence ``NAME: …``, and ``help`` says what to do instead."""

    def __init__(self, reason: str, help_: str) -> None:
        super().__init__(reason)
        self.reason, self.help = reason, help_


def read_regular_file(path: Path, most: int) -> bytes:
    """The content of a file. A result of more than ``most`` bytes means that the file is too large, and is not its content.

    Raises :class:`Refused` if it is not a regular file or cannot be read. Pipes and devices are not opened.
    """
    try:
        _check_kind(path.stat())
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as stream:
            opened = os.fstat(handle)
            _check_kind(opened)
            return b" " * (most + 1) if opened.st_size > most else stream.read(most + 1)
    except (OSError, ValueError) as error:
        raise Refused(_why(error), "name a YAML file, a folder or `default`") from None


def _check_kind(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        what = "is a folder" if stat.S_ISDIR(status.st_mode) else "is not a regular file"
        raise Refused(what, "write the rules into a file of their own")


def is_folder(path: Path) -> bool:
    """Whether there is a folder at ``path``. ``False`` if the path cannot be read."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def members_of(folder: Path) -> list[Path]:
    """The entries of a folder, in the order of their names. Raises :class:`Refused` if it cannot be read."""
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise Refused(_why(error), "make it readable, or name another folder") from None


def resolved(path: Path) -> Path:
    """The path without symbolic links. Raises :class:`Refused` if links form a circle or lead nowhere."""
    try:
        return path.resolve()
    except (OSError, ValueError, RuntimeError) as error:  # a circle of links is a RuntimeError in Python 3.11 and 3.12
        raise Refused(_why(error), "name a YAML file, a folder or `default`") from None


def beside(folder: Path, name: str) -> Path:
    """The file or folder that a pack in ``folder`` extends by ``name``, without symbolic links.

    Raises :class:`Refused` where the name leads out of the folder, before anything there is opened.
    """
    if len(name) > MAX_NAME or not name.isprintable() or "\\" in name:
        raise Refused("is not the name of a file", "write the path of a file or folder next to this file, or `default`")
    help_ = "a pack can extend `default`, `profile:NAME`, and files and folders in its own folder or below: copy the file there"
    if Path(name).is_absolute() or Path(name).drive or ".." in Path(name).parts:
        raise Refused("is not in the folder of this file", help_)
    target = resolved(folder / name)
    if not is_inside(target, folder):
        raise Refused("leads out of the folder of this file", help_)
    return target


def is_inside(path: Path, folder: Path) -> bool:
    """Whether a path stays in a folder, once links are followed. Raises :class:`Refused` if links lead nowhere."""
    return resolved(path).is_relative_to(resolved(folder))


def _why(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return "cannot be read"
