"""The output folder of a batch: its manifest, the units that are done, and whether another run may continue."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

import msgspec

from tactful.batch.model import InputFile, Options, OutputFile, Tally, Written
from tactful.batch.output.parts import list_name, output_file
from tactful.source.codes.batches import DamagedBatch, OtherBatch, UnusableOutputFolder
from tactful.source.diagnostics import InvalidInput

MANIFEST: Final = "batch.json"
#: A folder in the output folder, for work under way.
WORK: Final = ".work"
#: The entries that the folder for work under way may have.
_IN_WORK: Final = ("parts", "lines", "sorted", "candidates", "repeated", "done.jsonl")
#: The names of output files.
_PART: Final = re.compile(
    r"(actions|justifications|steps|decisions|rejects)/part-\d{5,}(-\d{3,})?\.(parquet|arrow|jsonl)"
)
#: The most damaged files that are reported.
_MOST_REPORTED: Final = 20
#: The folders of the output.
OUTPUT: Final = ("actions", "justifications", "steps", "decisions", "rejects")


class PackPin(msgspec.Struct, frozen=True):
    """The pack of a batch."""

    name: str
    version: str
    digest: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """The description of a batch, which is written first. Another run continues the batch only if its description is the same.

    ``input`` is the input as the command names it. The names of ``files`` are relative to it, so the input may be moved.
    ``started`` is the moment for cases without a ``now`` of their own, in seconds since 1970. ``sorted`` are the tables that
    have to be sorted first. ``holidays`` and ``tzdata`` are versions of what decides on business days and moments, and
    ``schema_version`` that of the shape of what is written; all three are unknown of a batch by an older version.
    """

    state: Literal["running", "done"] = "running"
    tactful: str
    holidays: str = "unknown"
    tzdata: str = "unknown"
    schema_version: int = 0
    pack: PackPin
    input: str
    files: tuple[InputFile, ...]
    options: Options
    started: int
    sorted: tuple[str, ...] = ()
    tally: Tally = Tally()
    #: The files of the output, once all is done.
    output: dict[str, OutputFile] = {}


def differences(begun: Manifest, wanted: Manifest) -> list[str]:
    """The differences between two batches, in words; none if one continues the other."""
    reasons = list(_file_differences(begun.files, wanted.files))
    if begun.pack != wanted.pack:
        reasons.append(
            f"the pack was {begun.pack.name} {begun.pack.version} and is {wanted.pack.name} {wanted.pack.version}"
            if begun.pack.digest == wanted.pack.digest or begun.pack.name != wanted.pack.name
            else f"the rules of the pack {begun.pack.name} are no longer the same"
        )
    for name in ("tactful", "holidays", "tzdata", "schema_version"):
        before, now = getattr(begun, name), getattr(wanted, name)
        if before != now:
            reasons.append(f"{name} was {before} and is {now}")
    for name in Options.__struct_fields__:
        before, now = getattr(begun.options, name), getattr(wanted.options, name)
        if before != now:
            reasons.append(f"`--{name}` was {_in_words(name, before)} and is {_in_words(name, now)}")
    return reasons


def _file_differences(before: tuple[InputFile, ...], now: tuple[InputFile, ...]) -> Iterator[str]:
    old, new = ({file.name: file for file in files} for files in (before, now))
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield f"`{name}` is no longer part of the input"
        elif name not in old:
            yield f"`{name}` was not part of the input"
        elif old[name] != new[name]:
            yield f"`{name}` was changed"


def _in_words(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if value is None:
        return "not given"
    return datetime.fromtimestamp(value, UTC).isoformat() if name == "now" and isinstance(value, int) else str(value)


class OutputFolder:
    """The output folder of a batch, locked for one run. ``lock``: the open handle of the lock, if there is one."""

    def __init__(self, folder: Path, lock: int | None = None) -> None:
        self.folder, self._lock = folder, lock
        self.work = folder / WORK
        self._journal = self.work / "done.jsonl"

    def release_lock(self) -> None:
        """Close the handle. Other processes that have a copy of it still keep others out."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def read(self, fresh: bool) -> Manifest | None:
        """The batch that was started here, if any. ``fresh``: it is to be discarded, so the result is ``None``.

        Raises :class:`InvalidInput` if the folder has other files in it, or a batch that cannot be read.
        """
        self._check_links()
        path = self.folder / MANIFEST
        if path.exists():
            manifest = self._manifest(path, fresh)
            if manifest is not None and not fresh:
                return manifest
            self._check_strangers(manifest)
            return None
        others = [entry.name for entry in self.folder.iterdir() if entry.name != WORK] if self.folder.is_dir() else []
        if others:
            message = f"`{self.folder}` has other files in it: {', '.join(sorted(others)[:3])}"
            raise InvalidInput([UnusableOutputFolder.at(None, message, "name a new folder, or an empty one")])
        return None

    def _manifest(self, path: Path, fresh: bool) -> Manifest | None:
        """The manifest; ``None`` if it is damaged and to be discarded."""
        try:
            data = path.read_bytes()
        except OSError as error:
            message = f"`{path}`: {(error.strerror or 'it cannot be read').lower()}"
            raise InvalidInput([UnusableOutputFolder.at(None, message, "name a new folder, or an empty one")]) from None
        try:
            return msgspec.json.decode(data, type=Manifest)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            if _is_foreign(data):
                message = f"`{path}` was not written by tactful batch"
                problem = UnusableOutputFolder.at(None, message, "name a new folder, or an empty one")
                raise InvalidInput([problem]) from None
        if fresh:
            return None
        raise InvalidInput([OtherBatch.at(None, f"`{path}` is a batch that this version cannot continue", _ANOTHER)])

    def _check_links(self) -> None:
        """Raise :class:`InvalidInput` if a folder of the output is a link, because other files could be behind it."""
        for name in (WORK, *(f"{WORK}/{name}" for name in _IN_WORK), *OUTPUT):
            if (self.folder / name).is_symlink():
                message = f"`{self.folder / name}` is a symbolic link"
                raise InvalidInput([UnusableOutputFolder.at(None, message, "remove the link, or name another folder")])

    def _check_strangers(self, manifest: Manifest | None) -> None:
        """Raise :class:`InvalidInput` if the output folders have files that no batch wrote: they could be deleted or mixed up."""
        ours = self._files_of(manifest)
        strangers = sorted(name for name in self._entries() if name not in ours)
        if strangers:
            message = f"`{self.folder}` has files that its batch did not write: {', '.join(strangers[:3])}"
            raise InvalidInput([UnusableOutputFolder.at(None, message, "move them away, or name another folder")])

    def _files_of(self, manifest: Manifest | None) -> set[str]:
        """The files that a batch wrote. Of a damaged or unfinished batch: the files that are named like parts."""
        if manifest is not None and manifest.state == "done":
            return set(manifest.output)
        return {name for name in self._entries() if _PART.fullmatch(name)}

    def _entries(self) -> list[str]:
        """The files in the output folders, and unknown entries of the folder for work under way."""
        folders = [self.folder / name for name in OUTPUT]
        output = [f"{folder.name}/{entry.name}" for folder in folders if folder.is_dir() for entry in folder.iterdir()]
        work = [f"{WORK}/{entry.name}" for entry in self.work.iterdir()] if self.work.is_dir() else []
        return output + [name for name in work if name.removeprefix(f"{WORK}/") not in _IN_WORK]

    def begin(self, manifest: Manifest) -> None:
        """Remove the files of an earlier batch, and write the manifest of this one."""
        self._check_strangers(None)
        (self.folder / MANIFEST).unlink(missing_ok=True)
        for name in self._entries():
            (self.folder / name).unlink(missing_ok=True)
        for name in OUTPUT:
            if (self.folder / name).is_dir():
                (self.folder / name).rmdir()
        shutil.rmtree(self.work, ignore_errors=True)
        self.tidy()
        self.write(manifest)

    def check_output(self, manifest: Manifest) -> None:
        """Raise :class:`InvalidInput` if the output of a finished batch is not as it was written."""
        problems = [
            DamagedBatch.at(None, f"`{self.folder / name}` {'was changed' if exists else 'is gone'}", _ANOTHER)
            for name, file in manifest.output.items()
            if not self._is_whole(name, file)
            for exists in [(self.folder / name).exists()]
        ]
        if problems:
            raise InvalidInput(problems[:_MOST_REPORTED])

    def tidy(self) -> None:
        """Remove the unfinished work of an interrupted run."""
        for name in ("parts", "lines"):
            shutil.rmtree(self.work / name, ignore_errors=True)
            (self.work / name).mkdir(parents=True)

    def write(self, manifest: Manifest) -> None:
        """Write the manifest in one step, so that it is never half written."""
        path = self.folder / MANIFEST
        new = self.folder / f".{MANIFEST}"
        with new.open("wb") as stream:
            stream.write(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        new.replace(path)

    def restart(self, manifest: Manifest) -> None:
        """Discard the units that are done, and continue with another manifest."""
        self._journal.unlink(missing_ok=True)
        self.tidy()
        self.write(manifest)

    def finish(self, manifest: Manifest) -> None:
        """Write the final manifest, and remove everything but the output."""
        self.write(manifest)
        shutil.rmtree(self.work, ignore_errors=True)

    # --- units that are done ---

    def done(self) -> dict[int, Written]:
        """The units that are done and whose files are intact. A half-written last line is dropped.

        Raises :class:`InvalidInput` if a line cannot be read.
        """
        if not self._journal.exists():
            return {}
        data = self._journal.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        if len(whole) < len(data):
            os.truncate(self._journal, len(whole))
        units: dict[int, Written] = {}
        for no, line in enumerate(whole.splitlines(), 1):
            try:
                written = msgspec.json.decode(line, type=Written)
            except (msgspec.MsgspecError, UnicodeError, RecursionError):
                message = f"`{self._journal}` cannot be read in line {no}"
                raise InvalidInput([DamagedBatch.at(None, message, _ANOTHER)]) from None
            units[written.unit] = written
        return {
            no: written
            for no, written in units.items()
            if all(self._is_whole(name, file) for name, file in written.files.items())
            and (written.candidates is None or self._is_whole(f"{WORK}/{list_name(no)}", written.candidates))
        }

    def _is_whole(self, name: str, file: OutputFile) -> bool:
        path = self.folder / name
        return path.is_file() and path.stat().st_size == file.bytes and output_file(path) == file

    def keep(self, written: Written) -> None:
        """Move a unit's files to their places, and record that the unit is done."""
        if written.candidates is not None:
            self._move(written, list_name(written.unit), self.work)
        self._record(written)

    def replace(self, before: Written, after: Written) -> None:
        """Put other files in place of a unit's, and record them. The list of its candidates stays."""
        for name in before.files.keys() - after.files.keys():
            (self.folder / name).unlink()
        self._record(after)

    def candidates(self, unit: int) -> Path:
        """The list of a unit's candidates."""
        return self.work / list_name(unit)

    def _move(self, written: Written, name: str, folder: Path) -> None:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        (self.work / "parts" / written.folder / name.replace("/", "-")).replace(path)

    def _record(self, written: Written) -> None:
        for name in written.files:
            self._move(written, name, self.folder)
        with self._journal.open("ab") as stream:
            stream.write(msgspec.json.encode(written) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())


@contextmanager
def locked_folder(folder: Path) -> Iterator[OutputFolder]:
    """The folder, created if needed, and locked. Raises :class:`InvalidInput` if another run is using it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or "cannot be created").lower()
        raise InvalidInput([UnusableOutputFolder.at(None, f"`{folder}`: {reason}", "name another folder")]) from None
    place = OutputFolder(folder, _lock(folder))
    try:
        yield place
    finally:
        place.release_lock()


def _lock(folder: Path) -> int | None:
    """A handle that locks the folder while it is open; ``None`` on Windows, where two runs do not exclude each other."""
    try:
        import fcntl
    except ImportError:
        return None
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        message = f"another run is using `{folder}`"
        raise InvalidInput([UnusableOutputFolder.at(None, message, "wait for it, or name another folder")]) from None
    return handle


def _is_foreign(data: bytes) -> bool:
    """Whether a file is JSON that no version of ``tactful batch`` wrote."""
    try:
        content = msgspec.json.decode(data)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return False
    return not (isinstance(content, dict) and {"tactful", "pack", "input"} <= content.keys())


_ANOTHER: Final = "name another folder, or start over with --fresh"
