"""Values that need no conversion reach commands without pydantic, and as Typer converts them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.core import TyperCommand

from tactful.cli.app import app
from tactful.cli.quick import QuickCommand

EXAMPLE: Final = Path(__file__).parents[2] / "examples" / "two_interviewers_one_wants_email.yaml"
_VALUES: Final = (
    "",
    "json",
    "text",
    "compiled",
    "rete",
    "7",
    "-1",
    "x=1",
    "de",
    str(EXAMPLE),
    "2026-01-01",
    "\ud800",
    "none",
)


def _commands() -> Iterator[tuple[str, Any, Any]]:
    """Each command that is no group, by its name: as it is, and as Typer makes it."""
    group: Any = typer.main.get_command(app)
    for name in group.list_commands(None):
        quick = group.get_command(None, name)
        if isinstance(quick, QuickCommand):
            alone = typer.Typer(add_completion=False)
            alone.command(name, cls=TyperCommand)(vars(quick.callback)["__wrapped__"])
            yield name, quick, typer.main.get_command(alone)


COMMANDS: Final = {name: (quick, slow) for name, quick, slow in _commands()}


def _parsed(command: Any, arguments: list[str]) -> object:
    """The values that a command would be called with (several as a list), or the mistake in its arguments."""
    try:
        values = command.make_context("tactful", list(arguments)).params
    except Exception as error:
        return type(error), str(error)
    return {name: [*value] if isinstance(value, tuple) else value for name, value in values.items()}


@pytest.mark.parametrize("name", COMMANDS)
@given(data=st.data())
def test_values_are_those_that_typer_makes(name: str, data: st.DataObject) -> None:
    """With and without the short way, a command gets equal values, and refuses the same arguments in the same words."""
    quick, slow = COMMANDS[name]
    options = sorted(option for param in slow.params for option in param.opts if option.startswith("--"))
    words = st.sampled_from(_VALUES)
    pairs = st.tuples(st.sampled_from(options), words).map(list) if options else st.just(list[str]())
    flags = st.sampled_from(options).map(lambda option: [option]) if options else st.just(list[str]())
    parts = data.draw(st.lists(st.one_of(pairs, words.map(lambda word: [word]), flags), max_size=6))
    arguments = [word for part in parts for word in part]
    assert _parsed(quick, arguments) == _parsed(slow, arguments)


@pytest.mark.parametrize(
    "arguments", [["advise", str(EXAMPLE)], ["why", str(EXAMPLE), "thank_you_note"], ["rules"], ["explain", "T101"]]
)
def test_commands_start_without_pydantic(arguments: list[str]) -> None:
    """Pydantic would take a command longer to import than the decision takes."""
    code = (
        "import atexit, sys; from _tactful_command import main; "
        "atexit.register(lambda: print('pydantic' in sys.modules, file=sys.stderr)); main()"
    )
    run = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
    assert run.stderr.splitlines()[-1:] == ["False"]
