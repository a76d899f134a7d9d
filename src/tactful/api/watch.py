"""A policy that follows its files: for servers that run while somebody edits the rules."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Final

from tactful.api.policy import Policy
from tactful.language.load.translations import folder_of
from tactful.source.diagnostics import InvalidInput

#: The state of a file: its path, when it was changed, and its size; the last two are ``None`` if it cannot be read.
_State = tuple[Path, int | None, int | None]


class Watch:
    """Holds the current policy of some files. :func:`tactful.watch` returns one.

    Nothing runs in the background: :attr:`policy` looks at the files if ``seconds`` have passed since the last look. While
    one thread reads changed files, others get the last policy. Safe to use from any number of threads.
    """

    def __init__(self, policy: Policy, seconds: float) -> None:
        self._policy, self._seconds = policy, seconds
        self._mistakes: InvalidInput | None = None
        #: Empty at first, so that the first look reads the files: they may have changed since the policy was loaded.
        self._state: frozenset[_State] = frozenset()
        self._next = time.monotonic() + seconds
        self._lock: Final = threading.Lock()

    @property
    def policy(self) -> Policy:
        """The policy of the files as they are, or the last one without mistakes."""
        if time.monotonic() >= self._next and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._lock.release()
        return self._policy

    def reload(self) -> Policy:
        """Read the files again now, even if they look unchanged, and return the policy that is then current."""
        with self._lock:
            self._state = frozenset()
            self._look()
        return self._policy

    @property
    def mistakes(self) -> InvalidInput | None:
        """The mistakes in the files, because of which :attr:`policy` is an older one; ``None`` if there are none."""
        return self._mistakes

    def _look(self) -> None:
        """Read the files again if they have changed, or if they had mistakes."""
        state = _state_of(self._policy)
        if state != self._state or self._mistakes is not None:
            try:
                self._policy = self._policy.reload()
                self._mistakes = None
            except InvalidInput as error:
                self._mistakes = error
            self._state = state
        self._next = time.monotonic() + self._seconds


def _state_of(policy: Policy) -> frozenset[_State]:
    """The state of a policy's files and catalogues, and of the folders that they are in, where files may be added."""
    folders = {layer.path for layer in policy.layers if layer.path is not None}
    words = {folder for layer in policy.layers if (folder := folder_of(layer)) is not None}
    catalogs = {folder / f"{language}.po" for folder in words for language in policy.languages}
    return frozenset(map(_state, folders.union(policy.files, words, catalogs)))


def _state(path: Path) -> _State:
    try:
        status = os.stat(path)
    except OSError:
        return path, None, None
    return path, status.st_mtime_ns, status.st_size
