"""A pack that uses names of the shipped pack and forgot to extend it."""

from __future__ import annotations

from typing import Final

from tactful.language.load.files import read_layers
from tactful.language.load.merge import merge_layers
from tactful.language.syntax import Pack
from tactful.source.codes.conditions import OutOfScope, UnknownAction, UnknownField, UnknownParameter
from tactful.source.codes.pack import BadExtends, MissingKey, NothingToChange
from tactful.source.diagnostics import Diagnostic, InvalidInput, Span

#: The codes of mistakes whose place is the name of something that the pack does not have.
_NAMES: Final = frozenset(
    code.id for code in (UnknownAction, UnknownField, UnknownParameter, OutOfScope, MissingKey, NothingToChange)
)
_MOST_SHOWN: Final = 3


def with_forgotten_extends(error: InvalidInput, pack: Pack) -> InvalidInput:
    """The mistakes of a pack that extends nothing, where those about names of the shipped pack are combined into
    one."""
    if len(pack.own) < len(pack.sources):
        return error
    named = [(mistake, _name(mistake, pack)) for mistake in error.diagnostics if mistake.code in _NAMES]
    shipped = _shipped() if named else frozenset()
    missed = {mistake: name for mistake, name in named if name in shipped}
    if not missed:
        return error
    first = next(iter(missed)).span
    names = [f"`{name}`" for name in dict.fromkeys(missed.values())]
    shown = ", ".join(names[:_MOST_SHOWN]) + (
        f" and {len(names) - _MOST_SHOWN} more" if len(names) > _MOST_SHOWN else ""
    )
    message = f"this pack uses {shown} of the shipped pack, but does not extend it"
    place = None if first is None else Span(first.file, 0, 0, 1, 1)
    told = BadExtends.at(place, message, "begin the file with `extends: default`")
    rest = [mistake for mistake in error.diagnostics if mistake not in missed]
    return InvalidInput([told, *rest], error.sources)


def _name(mistake: Diagnostic, pack: Pack) -> str | None:
    span = mistake.span
    return None if span is None else pack.sources.get(span.file, "")[span.start : span.end]


def _shipped() -> frozenset[str]:
    """The names of the shipped pack, as files have them: those of parameters with ``$``.

    Notes on fields are left out: they are about facts that every pack has.
    """
    sections = merge_layers(read_layers(["default"]), lambda _: None).sections
    marks = {"parameters": "$"}
    return frozenset(
        f"{marks.get(section, '')}{id_}" for section, items in sections.items() if section != "fields" for id_ in items
    )
