"""Texts of bytes with the values of a row put into them, in generated code."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, Literal

import msgspec

from tactful.engines.compiled import nodes
from tactful.engines.compiled.expressions import RUNTIME
from tactful.engines.compiled.past import Past
from tactful.engines.compiled.python_ast import LOAD, assign, attribute, call, constant, either, is_known, load
from tactful.facts.calendars import Calendar
from tactful.facts.kinds import Value

ENCODER: Final = msgspec.json.Encoder()


class Blank(msgspec.Struct, frozen=True):
    """A place for a value in a text: its place among all values, and how it becomes bytes.

    ``how``: ``json`` for its JSON, ``moment`` for that of a moment, ``inside`` for that of a text without its quotation marks,
    or ``other`` where a function knows it. The function is right in any case. ``default``: the bytes for an unknown value
    of a text.
    """

    at: int
    encode: Callable[[Value, Calendar], bytes]
    how: Literal["json", "moment", "inside", "other"] = "other"
    default: bytes = b""


class Filled(msgspec.Struct, frozen=True):
    """A text: a template with ``%b`` for each blank, or the text itself where there are none."""

    template: bytes
    blanks: tuple[Blank, ...]


def moment_json(moment: Value, calendar: Calendar) -> bytes:
    """The JSON of a moment (seconds since 1970), or of an unknown one."""
    return b'"%b"' % calendar.iso(moment).encode() if isinstance(moment, int) else b"null"


def moment_text(past: Past, moment: Value) -> bytes:
    """The same on the candidate's clock, which ``past`` keeps."""
    known = past.moments[moment] = moment_json(moment, past.case.candidate.calendar)
    return known


#: What generated code calls, by name.
FILLING: Final[Mapping[str, Callable[..., Any]]] = {"encode": ENCODER.encode, "moment": moment_text}


def filling(
    texts: Sequence[Filled], others: Iterable[int], values: Sequence[ast.expr], namespace: dict[str, Any]
) -> list[ast.stmt]:
    """The statements that evaluate all values, and return a tuple: the texts, then the values at the places ``others``.

    ``values`` are expressions of values. The functions of blanks are added to ``namespace``.
    """
    wanted = [*(blank.at for text in texts for blank in text.blanks), *others]
    uses = Counter(wanted)
    kept = [at for at in range(len(values)) if uses[at] != 1]
    statements: list[ast.stmt] = [assign(f"v{at}", values[at]) for at in kept]
    known = [load(f"v{at}") if at in kept else value for at, value in enumerate(values)]
    parts = [_text(text, known, namespace) for text in texts]
    return [*statements, nodes.Return(nodes.Tuple([*parts, *(known[at] for at in others)], LOAD))]


def _text(text: Filled, values: Sequence[ast.expr], namespace: dict[str, Any]) -> ast.expr:
    template = nodes.Constant(text.template)
    if not text.blanks:
        return template
    blanks = [_blank(blank, values[blank.at], namespace) for blank in text.blanks]
    return nodes.BinOp(template, ast.Mod(), nodes.Tuple(blanks, LOAD))


def _blank(blank: Blank, value: ast.expr, namespace: dict[str, Any]) -> ast.expr:
    match blank.how:
        case "json":
            return call(load("encode"), value)
        case "moment":
            first, again = _named(blank, value)
            known = call(attribute(load(RUNTIME), "moments", "get"), first)
            return either([known, call(load("moment"), load(RUNTIME), again)])
        case "inside":
            first, again = _named(blank, value)
            inner = nodes.Slice(constant(1), constant(-1), None)
            said = nodes.Subscript(call(load("encode"), again), inner, LOAD)
            return nodes.IfExp(is_known(first), said, nodes.Constant(blank.default))
        case "other":
            function = f"say{len(namespace)}"
            namespace[function] = blank.encode
            return call(load(function), value, attribute(load("candidate"), "calendar"))


def _named(blank: Blank, value: ast.expr) -> tuple[ast.expr, ast.expr]:
    """The value of a blank, which gets a name, and the name."""
    name = f"t{blank.at}"
    return nodes.NamedExpr(nodes.Name(name, ast.Store()), value), load(name)
