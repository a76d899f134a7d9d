"""The ``tactful`` command. Each command has a file of its own; this one registers them.

Exit codes: 0 done, 1 mistakes in the input (all of them reported), 2 wrong usage, 130 stopped with Ctrl-C, 141 the reader
of the output has gone.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Final, cast

import typer
from typer.core import TyperGroup

from tactful.cli.advise import advise
from tactful.cli.batch import batch
from tactful.cli.check import check
from tactful.cli.compare import compare
from tactful.cli.diff import diff
from tactful.cli.explain import explain
from tactful.cli.facts import facts
from tactful.cli.handle import dismiss, done, undo
from tactful.cli.import_ import import_
from tactful.cli.init import init
from tactful.cli.lsp import lsp
from tactful.cli.messages import messages
from tactful.cli.mutate import mutate
from tactful.cli.output import console
from tactful.cli.plan import plan
from tactful.cli.prove import prove
from tactful.cli.rules import rules
from tactful.cli.schema import schema
from tactful.cli.serve import serve
from tactful.cli.streams import INTERRUPTED, standard_streams
from tactful.cli.test import run_tests
from tactful.cli.why import why
from tactful.source.characters import printable

#: The base class of all usage errors. Typer does not export it.
_UsageError: Final = cast(type[typer.BadParameter], typer.BadParameter.__base__)


class _Commands(TyperGroup):
    """The commands. Usage errors quote the arguments, so their messages are cleaned."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the options before the command's name."""
        with _cleaned():
            return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        with _cleaned():
            return super().invoke(ctx)


@contextmanager
def _cleaned() -> Iterator[None]:
    try:
        yield
    except _UsageError as error:
        error.message = printable(error.message)
        raise
    except KeyboardInterrupt:
        console(stderr=True).print("stopped", style="yellow")
        raise typer.Exit(INTERRUPTED) from None


app = typer.Typer(
    cls=_Commands, name="tactful", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
app.command()(advise)
app.command()(plan)
app.command()(why)
app.command()(compare)
app.command()(diff)
app.command()(done)
app.command()(dismiss)
app.command()(undo)
app.command()(check)
app.command()(rules)
app.command()(facts)
app.command()(explain)
app.command()(schema)
app.command("import")(import_)
app.command()(batch)
app.command("test")(run_tests)
app.command()(mutate)
app.command()(prove)
app.command()(init)
app.command()(serve)
app.command()(lsp)
app.add_typer(messages, name="messages")


def _print_version(wanted: bool) -> None:
    if wanted:
        import tactful  # reading the version takes the package's metadata

        typer.echo(f"tactful {tactful.__version__}")
        raise typer.Exit


@app.callback()
def tactful_(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """What to do after a job interview: rules in YAML, ranked and explained advice out."""


#: How many new objects make the garbage collector look for circles. Python's 700 would make loading a pack take half as long
#: again, and a pack has few circles.
_OBJECTS: Final = 50_000


def main() -> None:
    """Run the command."""
    gc.set_threshold(_OBJECTS)
    with standard_streams():
        app()
