"""A batch's folder: what was begun there, what is done, and whether another run may go on."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

import msgspec

from tactful.batch.model import InputFile, Options, Tally, Written
from tactful.source.codes.batches import NoPlaceForBatch, OtherBatch
from tactful.source.diagnostics import InvalidInput

MANIFEST: Final = "batch.json"
#: What lies in the folder while a batch is under way.
WORK: Final = ".work"
#: The folders of the output.
OUTPUT: Final = ("actions", "justifications", "steps", "decisions", "rejects")


class PackPin(msgspec.Struct, frozen=True):
    """The pack that is decided with."""

    name: str
    version: str
    digest: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch is, written before anything else. Another run goes on only where it is the same.

    ``input`` is what the command named; the names of ``files`` are without it, so that a folder may be moved.
    ``started`` is the moment, in seconds since 1970, that cases without a ``now`` of their own are decided for. ``sorted``:
    the tables that had to be sorted first.
    """

    state: Literal["running", "done"] = "running"
    tactful: str
    pack: PackPin
    input: str
    files: tuple[InputFile, ...]
    options: Options
    started: int
    sorted: tuple[str, ...] = ()
    tally: Tally = Tally()


def differences(begun: Manifest, asked: Manifest) -> list[str]:
    """In what two batches differ, in words; nothing where the one is the other's continuation."""
    found = list(_file_differences(begun.files, asked.files))
    if begun.pack != asked.pack:
        found.append(
            f"the pack was {begun.pack.name} {begun.pack.version} and is {asked.pack.name} {asked.pack.version}"
            if begun.pack.digest == asked.pack.digest or begun.pack.name != asked.pack.name
            else f"the rules of the pack {begun.pack.name} are no longer the same"
        )
    if begun.tactful != asked.tactful:
        found.append(f"tactful was {begun.tactful} and is {asked.tactful}")
    for name in Options.__struct_fields__:
        before, now = getattr(begun.options, name), getattr(asked.options, name)
        if before != now:
            found.append(f"`--{name}` was {_said(name, before)} and is {_said(name, now)}")
    return found


def _file_differences(before: tuple[InputFile, ...], now: tuple[InputFile, ...]) -> Iterator[str]:
    old, new = ({one.name: one for one in files} for files in (before, now))
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield f"`{name}` is no longer part of the input"
        elif name not in old:
            yield f"`{name}` was not part of the input"
        elif old[name] != new[name]:
            yield f"`{name}` was changed"


def _said(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if value is None:
        return "not given"
    return datetime.fromtimestamp(value, UTC).isoformat() if name == "now" and isinstance(value, int) else str(value)


class OutputFolder:
    """The output folder of a batch, which one run has for itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.work = folder / WORK
        self._journal = self.work / "done.jsonl"

    def read(self, fresh: bool) -> Manifest | None:
        """The batch that was begun here, if any; ``fresh``: it is to be forgotten.

        Raises :class:`InvalidInput` where the folder has other things in it.
        """
        path = self.folder / MANIFEST
        if path.exists():
            if fresh:
                return None
            try:
                return msgspec.json.decode(path.read_bytes(), type=Manifest)
            except msgspec.MsgspecError:
                problem = OtherBatch.at(None, f"`{path}` is no batch that this version can go on with", _ANOTHER)
                raise InvalidInput([problem]) from None
        others = [one.name for one in self.folder.iterdir() if one.name != WORK] if self.folder.is_dir() else []
        if others:
            message = f"`{self.folder}` has other things in it: {', '.join(sorted(others)[:3])}"
            raise InvalidInput([NoPlaceForBatch.at(None, message, "name a new folder, or an empty one")])
        return None

    def begin(self, manifest: Manifest) -> None:
        """Take away what an earlier batch left, and write down what this one is."""
        (self.folder / MANIFEST).unlink(missing_ok=True)
        for name in (WORK, *OUTPUT):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        self.tidy()
        self.write(manifest)

    def tidy(self) -> None:
        """Take away what a run that was ended left half done."""
        for name in ("parts", "lines"):
            shutil.rmtree(self.work / name, ignore_errors=True)
            (self.work / name).mkdir(parents=True)

    def write(self, manifest: Manifest) -> None:
        """Write the manifest, whole or not at all."""
        path = self.folder / MANIFEST
        new = self.folder / f".{MANIFEST}"
        with new.open("wb") as stream:
            stream.write(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        new.replace(path)

    def restart(self, manifest: Manifest) -> None:
        """Forget what is done, and go on with another manifest."""
        self._journal.unlink(missing_ok=True)
        self.tidy()
        self.write(manifest)

    def finish(self, manifest: Manifest) -> None:
        """Write that all is done, and leave nothing but the output."""
        self.write(manifest)
        shutil.rmtree(self.work, ignore_errors=True)

    # --- what is done ---

    def done(self) -> dict[int, Written]:
        """The units that are done and whose files are there; a line that was not written to its end doesn't count."""
        if not self._journal.exists():
            return {}
        data = self._journal.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        if len(whole) < len(data):
            os.truncate(self._journal, len(whole))
        found = [msgspec.json.decode(line, type=Written) for line in whole.splitlines()]
        return {one.unit: one for one in found if all(self._is_there(*file) for file in one.files.items())}

    def _is_there(self, name: str, size: int) -> bool:
        path = self.folder / name
        return path.is_file() and path.stat().st_size == size

    def keep(self, written: Written) -> None:
        """Put a unit's files in their places, and write down that it is done."""
        for name in written.files:
            path = self.folder / name
            path.parent.mkdir(exist_ok=True)
            (self.work / "parts" / written.folder / name.replace("/", "-")).replace(path)
        with self._journal.open("ab") as stream:
            stream.write(msgspec.json.encode(written) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())


@contextmanager
def place_for(folder: Path) -> Iterator[OutputFolder]:
    """The folder, made where it isn't there, and locked. Raises :class:`InvalidInput` where another run is at work."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or "cannot be made").lower()
        raise InvalidInput([NoPlaceForBatch.at(None, f"`{folder}`: {reason}", "name another folder")]) from None
    handle = _lock(folder)
    try:
        yield OutputFolder(folder)
    finally:
        if handle is not None:
            os.close(handle)


def _lock(folder: Path) -> int | None:
    """A handle that keeps others out as long as it is open; none on Windows, where two runs do not exclude each other."""
    try:
        import fcntl
    except ImportError:
        return None
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        message = f"another run is at work in `{folder}`"
        raise InvalidInput([NoPlaceForBatch.at(None, message, "wait for it, or name another folder")]) from None
    return handle


_ANOTHER: Final = "name another folder, or begin anew with --fresh"
