"""Values of options that need no conversion.

Typer gives every value to pydantic, which takes longer to import than a decision takes. Most calls have only values that
already are what the command takes: options that are left out, texts, and words of a fixed set. These are passed on as they
are. Typer converts all others, so mistakes are reported in its words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from typer.core import TyperCommand, TyperGroup


class QuickCommand(TyperCommand):
    """A command that passes on values which need no conversion."""

    def get_params(self, ctx: Any) -> Any:
        """The parameters, that for the help included."""
        return _quick(super().get_params(ctx), self.callback)


class QuickGroup(TyperGroup):
    """A group of commands that passes on values which need no conversion."""

    def get_params(self, ctx: Any) -> Any:
        """The parameters, that for the help included."""
        return _quick(super().get_params(ctx), self.callback)


def _quick(params: Iterable[Any], command: Callable[..., Any] | None) -> list[Any]:
    """Let each parameter pass on what needs no conversion. Parameters are the same objects each time."""
    hints = {} if command is None else get_type_hints(command)
    quick = list(params)
    for param in quick:
        if "process_value" not in vars(param):
            vars(param)["process_value"] = _process(param, _test(hints.get(param.name)))
    return quick


def _process(param: Any, is_ready: Callable[[Any], bool]) -> Callable[[Any, Any], Any]:
    """The function that a parameter processes its value with: as Typer does, but without converting what is ready."""
    as_typer_does: Callable[[Any, Any], Any] = param.process_value
    nothing = () if param.nargs == -1 or getattr(param, "multiple", False) else None

    def process(ctx: Any, value: Any) -> Any:
        if value is None and not param.required:
            value = nothing
        elif not is_ready(value):
            return as_typer_does(ctx, value)
        return value if param.callback is None else param.callback(ctx, param, value)

    return process


def _test(hint: Any) -> Callable[[Any], bool]:
    """The test whether a value is what a parameter of this type takes. ``False`` where only Typer knows."""
    alternatives = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    kinds = [kind for kind in alternatives if kind is not NoneType]
    kind = kinds[0] if len(kinds) == 1 else None
    if kind is str:
        return lambda value: isinstance(value, str)
    if kind == list[str]:
        return lambda value: (
            isinstance(value, list | tuple) and bool(value) and all(isinstance(text, str) for text in value)
        )
    if get_origin(kind) is Literal:
        words = get_args(kind)
        return lambda value: value in words
    return lambda value: False
