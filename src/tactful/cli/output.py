"""How commands print, report mistakes and write files."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, NoReturn, ParamSpec

import typer
from rich.text import Text

from tactful.cli.streams import BROKEN_PIPE
from tactful.formats.text.console import SafeConsole
from tactful.source.codes.plans import CannotWrite
from tactful.source.diagnostics import MARGIN, SHOWN, Diagnostic, InvalidInput, TactfulError, snippet

P = ParamSpec("P")
#: The width of text in a pipe, in characters.
PIPE_WIDTH = 110
#: How many mistakes are shown at most. The total is printed too.
_MOST_SHOWN: Final = 200


def console(stderr: bool = False) -> SafeConsole:
    """A console that prints in colour to a terminal, and plain text to a pipe or where NO_COLOR is set."""
    stream = sys.stderr if stderr else sys.stdout
    return SafeConsole(
        stderr=stderr,
        width=None if stream.isatty() else PIPE_WIDTH,
        color_system=None if plain_wanted() else "auto",
        highlight=False,
        soft_wrap=False,
        markup=False,
        emoji=False,
    )


def plain_wanted() -> bool:
    """Whether the user wants no colours: NO_COLOR is set and not empty (https://no-color.org)."""
    return bool(os.environ.get("NO_COLOR"))


def write_bytes(data: bytes) -> None:
    """Write bytes and a line end to standard output."""
    sys.stdout.buffer.write(data + b"\n")
    sys.stdout.buffer.flush()


def guarded(command: Callable[P, None]) -> Callable[P, None]:
    """Make a command report mistakes in its input and exit with 1."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except InvalidInput as error:
            _report(error)
            raise typer.Exit(1) from None
        except TactfulError as error:
            fail(str(error))
        except BrokenPipeError:
            raise typer.Exit(BROKEN_PIPE) from None

    return run


def fail(message: str) -> NoReturn:
    """Print an error message and exit with 1."""
    console(stderr=True).print(Text(message, "red"))
    raise typer.Exit(1)


def _report(error: InvalidInput) -> None:
    out = console(stderr=True)
    for diagnostic in error.diagnostics[:_MOST_SHOWN]:
        show(diagnostic, error.sources, out)
    count = len(error.diagnostics)
    code = error.diagnostics[0].code if error.diagnostics else ""
    shown = f", of which {_MOST_SHOWN} are shown" if count > _MOST_SHOWN else ""
    out.print(Text(f"{count:,} mistake{'' if count == 1 else 's'}{shown}; see `tactful explain {code}`", "dim"))


def show(diagnostic: Diagnostic, sources: dict[str, str], out: SafeConsole) -> None:
    """Print a diagnostic: its place, code and message, the line with carets, and what to do instead."""
    place = diagnostic.place()
    head = Text.assemble((f"{place}: " if place else "", "bold"), (diagnostic.code, "red"), f" {diagnostic.message}")
    out.print(head, soft_wrap=True)
    if diagnostic.span is not None and diagnostic.span.file in sources:
        out.lines(snippet(sources[diagnostic.span.file], diagnostic.span, _room(out)), "dim")
    if diagnostic.help:
        out.print(Text(f"      {diagnostic.help}", "green"), soft_wrap=True)
    out.print()


def _room(out: SafeConsole) -> int:
    """How many cells of a line of a file are shown."""
    return min(SHOWN, out.width - MARGIN) if out.in_terminal else SHOWN


def write_file(path: Path, data: bytes) -> None:
    """Write a file in one step, so that readers see either the old or the new content."""
    import tempfile  # takes a millisecond, and most commands write no file

    target = path.resolve()  # keeps links
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
        raise cannot_write(path, error) from None


def cannot_write(path: Path, error: OSError) -> InvalidInput:
    """That a file cannot be written, and why."""
    reason = (os.strerror(error.errno) if error.errno else error.strerror or "cannot be written").lower()
    return InvalidInput([CannotWrite.at(None, f"`{path}`: {reason}", "name a file in a writable folder")])


def _umask() -> int:
    """The process's umask, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
