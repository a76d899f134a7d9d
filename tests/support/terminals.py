"""Commands run in a pseudo-terminal, as a person sees them.

A process of its own loads the command once and forks for each run, so that a run costs little more than the command itself.
The fork's streams are the terminal, and its environment is only what the test gives.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import json
import os
import pkgutil
import re
import selectors
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, NoReturn

from rich.cells import cell_len

from forked import become
from sharing import share_policies

#: A colour, a movement of the cursor, a title, a hyperlink: whatever a terminal obeys.
ESCAPE: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-_])")
_ERASE: Final = "\x1b[2K"
_UP_AND_ERASE: Final = f"\x1b[1A{_ERASE}"
#: What every run's environment has, besides what the test adds.
_BASE: Final = ("PATH", "HOME", "PYTHONPATH", "VIRTUAL_ENV", "LANG", "TMPDIR")


class Shown(NamedTuple):
    """What a command wrote: to the terminal or, with ``piped``, to two pipes."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """The lines of both streams, without what a terminal obeys."""
        return re.split(r"\r?\n|\r", ESCAPE.sub("", self.out + self.err))

    @property
    def left(self) -> list[str]:
        """The lines that stay: those of progress are erased again."""
        lines: list[str] = []
        for line in re.split(r"\r?\n", self.out + self.err):
            for part in line.split(_UP_AND_ERASE)[1:]:
                lines.pop()
                line = part
            lines.append(ESCAPE.sub("", line.rpartition(_ERASE)[2]).rpartition("\r")[2])
        return lines

    def wider_than(self, columns: int) -> list[str]:
        """The lines that take more cells than the terminal has."""
        return [line for line in self.lines if cell_len(line) > columns]


class Terminals:
    """Runs ``tactful`` in pseudo-terminals."""

    def __init__(self) -> None:
        self._server = subprocess.Popen(
            [sys.executable, str(Path(__file__))], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def __enter__(self) -> Terminals:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.close()
        self._server.wait(30)
        self._server.stdout.close()

    def run(
        self,
        words: Sequence[str],
        place: Path,
        columns: int = 80,
        environment: Mapping[str, str] | None = None,
        *,
        piped: bool = False,
        typed: str = "",
    ) -> Shown:
        """Run a command in a folder. ``columns``: the width of the terminal in cells; ``typed``: what the user types."""
        base = {name: os.environ[name] for name in _BASE if name in os.environ}
        order = {
            "words": list(words),
            "place": str(place),
            "columns": columns,
            "environment": {**base, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **(environment or {})},
            "piped": piped,
            "typed": typed,
        }
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        self._server.stdin.write(json.dumps(order).encode() + b"\n")
        self._server.stdin.flush()
        return Shown(**json.loads(self._server.stdout.readline()))


def _serve() -> None:
    """Run the commands that are ordered on standard input, a line of JSON each."""
    _load()
    gc.freeze()  # so that forks do not copy all of it when they look for garbage
    for line in sys.stdin.buffer:
        answer = _run(json.loads(line))
        sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
        sys.stdout.buffer.flush()


def _load() -> None:
    """Load what commands load: modules, as far as their extras are installed, and the shipped pack."""
    import rich.markdown
    import rich.progress
    import rich.traceback  # noqa: F401 (what help and progress load)

    import tactful
    from tactful.api.policy import load_for_few
    from tactful.cli import app

    for name in app._COMMANDS:
        app._command(name)
    with contextlib.suppress(ImportError):
        import_module("typer._adapters")  # pydantic, with which Typer reads arguments
    for name in ("batch", "formats", "journal", "proofs", "testing"):
        package = import_module(f"tactful.{name}")
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            with contextlib.suppress(ImportError):
                import_module(module.name)
    share_policies()
    tactful.load()
    load_for_few("default", "compiled")


def _run(order: dict[str, Any]) -> dict[str, Any]:
    """Fork, with a terminal or two pipes as streams, and collect what is written until the end."""
    if order["piped"]:
        (ours, out), (errors, err), (given, typed) = os.pipe(), os.pipe(), os.pipe()
        child = os.fork()
        if not child:
            _become(order, given, out, err)
        for end in (out, err, given):
            os.close(end)
        os.write(typed, order["typed"].encode())
        os.close(typed)
        texts = read_all((ours, errors))
    else:
        ours, terminal = os.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, order["columns"], 0, 0))
        child = os.fork()
        if not child:
            os.login_tty(terminal)
            _become(order, 0, 1, 2)
        os.close(terminal)
        os.write(ours, order["typed"].encode())
        texts = [*read_all((ours,)), ""]
    _, status = os.waitpid(child, 0)
    return {"code": os.waitstatus_to_exitcode(status), "out": texts[0], "err": texts[1]}


def _become(order: dict[str, Any], *streams: int) -> NoReturn:
    """Be the command in the environment and the folder of the order."""
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["place"])
    become(order["words"], *streams)


def read_all(ends: tuple[int, ...]) -> list[str]:
    """What is written to the other sides until they are closed."""
    parts: dict[int, list[bytes]] = {end: [] for end in ends}
    with selectors.DefaultSelector() as selector:
        for end in ends:
            selector.register(end, selectors.EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select():
                try:
                    data = os.read(key.fd, 65_536)
                except OSError:  # a terminal whose other side is closed
                    data = b""
                if data:
                    parts[key.fd].append(data)
                else:
                    selector.unregister(key.fd)
                    os.close(key.fd)
    return [b"".join(parts[end]).decode() for end in ends]


if __name__ == "__main__":
    _serve()
