"""Examines packs in a process of its own, so that the editor's questions are answered while a large pack is checked."""

from __future__ import annotations

import multiprocessing
from collections.abc import Mapping
from functools import lru_cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

import msgspec

from tactful.editor.examine import Examination, examine
from tactful.language.load.files import parsed

#: The most files whose nodes are kept between two examinations.
_MOST_FILES: Final = 200


class Wanted(msgspec.Struct, frozen=True):
    """A pack to examine, and the texts of the files that the editor holds, by path. ``no`` is the number of the request."""

    no: int
    pack: Path
    held: Mapping[Path, str]


class Answer(msgspec.Struct, frozen=True):
    """A part of what a request is answered with."""

    no: int
    pack: Path
    examination: Examination


class Worker:
    """The process. One thread may ask while another waits for answers."""

    #: Whether the process has ended, as the thread that waits for answers has found.
    dead = False

    def __init__(self) -> None:
        self._line, theirs = multiprocessing.Pipe()
        spawn = multiprocessing.get_context("spawn")
        self._process = spawn.Process(target=_work, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def ask(self, wanted: Wanted) -> None:
        """Ask for an examination. It takes the place of one of the same pack that was asked for before."""
        self._line.send(wanted)

    def answer(self) -> Answer:
        """Wait for the next answer. Raises :class:`EOFError` if the process has died."""
        answer: Answer = self._line.recv()
        return answer

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()


def _work(line: Connection) -> None:
    """Answer until the editor's process has gone. The nodes of files that do not change are kept."""
    parse = lru_cache(_MOST_FILES)(parsed)
    waiting: dict[Path, Wanted] = {}
    try:
        while True:
            _receive(line, waiting)
            wanted = waiting.pop(next(iter(waiting)))
            for examination in examine(wanted.pack, wanted.held, parse):
                line.send(Answer(wanted.no, wanted.pack, examination))
                if line.poll():  # something was typed; what is under way comes again after it, unless it is out of date
                    _receive(line, waiting)
                    if not examination.whole:
                        waiting.setdefault(wanted.pack, wanted)
                    break
    except (EOFError, OSError, KeyboardInterrupt):
        return


def _receive(line: Connection, waiting: dict[Path, Wanted]) -> None:
    """Take all requests, and keep the last for each pack. Wait for a request if no request is there."""
    while not waiting or line.poll():
        wanted: Wanted = line.recv()
        waiting[wanted.pack] = wanted
