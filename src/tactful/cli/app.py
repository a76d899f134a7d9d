"""The ``tactful`` command. Each command has a file of its own, which is loaded when the command is used.

Exit codes: 0 done, 1 mistakes in the input (all of them reported), 2 wrong usage, 130 stopped with Ctrl-C, 141 the reader
of the output has gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Annotated, Any, Final, cast

import typer

from tactful.cli.output import console, plain_wanted
from tactful.cli.quick import QuickCommand, QuickGroup
from tactful.cli.streams import INTERRUPTED, standard_streams
from tactful.source.characters import printable

#: The base class of all usage errors. Typer does not export it.
_UsageError: Final = cast(type[typer.BadParameter], typer.BadParameter.__base__)


#: The commands in the order of the help, each with its module and the name that it has there.
_COMMANDS: Final[Mapping[str, tuple[str, str]]] = {
    "advise": ("advise", "advise"),
    "plan": ("plan", "plan"),
    "why": ("why", "why"),
    "compare": ("compare", "compare"),
    "diff": ("diff", "diff"),
    "done": ("handle", "done"),
    "dismiss": ("handle", "dismiss"),
    "undo": ("handle", "undo"),
    "check": ("check", "check"),
    "rules": ("rules", "rules"),
    "facts": ("facts", "facts"),
    "explain": ("explain", "explain"),
    "schema": ("schema", "schema"),
    "import": ("import_", "import_"),
    "batch": ("batch", "batch"),
    "test": ("test", "run_tests"),
    "mutate": ("mutate", "mutate"),
    "prove": ("prove", "prove"),
    "init": ("init", "init"),
    "serve": ("serve", "serve"),
    "mcp": ("mcp", "mcp"),
    "journal": ("journal", "journal"),
    "replay": ("replay", "replay"),
    "lsp": ("lsp", "lsp"),
    "messages": ("messages", "messages"),
}


class _Commands(QuickGroup):
    """The commands. Usage errors quote the arguments, so their messages are cleaned."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of all commands."""
        return list(_COMMANDS)

    def get_params(self, ctx: Any) -> list[Any]:
        """The options before the command's name."""
        options: list[Any] = super().get_params(ctx)
        for option in options:
            option.metavar = ""  # they are flags
        return options

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command with this name, loaded on first use; ``None`` if there is none."""
        if cmd_name not in _COMMANDS:
            for name in _COMMANDS:  # similar names are searched for among the commands that are loaded
                self.get_command(ctx, name)
            return None
        if cmd_name not in self.commands:
            self.commands[cmd_name] = _command(cmd_name)
        return self.commands[cmd_name]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the options before the command's name."""
        with _cleaned():
            return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        with _cleaned():
            return super().invoke(ctx)


def _command(name: str) -> Any:
    """Load a command."""
    module, attribute = _COMMANDS[name]
    command = getattr(import_module(f"tactful.cli.{module}"), attribute)
    if not isinstance(command, typer.Typer):
        alone = typer.Typer(add_completion=False)
        alone.command(name, cls=QuickCommand)(command)
        command = alone
    return _readable(typer.main.get_command(command))


def _readable(command: Any) -> Any:
    """The command with help that can be read: brackets in its texts are no markup, and flags take no value."""
    for option in (*command.params, command.get_help_option(typer.Context(command))):
        if getattr(option, "is_flag", False):
            option.metavar = ""
        if getattr(option, "help", None):
            option.help = option.help.replace("[", r"\[")
    if command.help:
        command.help = command.help.replace("[", r"\[")
    for part in getattr(command, "commands", {}).values():
        _readable(part)
    return command


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
    """What to do after a job interview: facts and YAML rules in, ranked and explained advice out."""


def main() -> None:
    """Run the command."""
    if plain_wanted():
        from typer import rich_utils  # takes time to load

        rich_utils.COLOR_SYSTEM = None  # which takes bold and dim text out of help as well
    with standard_streams():
        app()
