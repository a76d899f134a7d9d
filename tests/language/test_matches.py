"""Every ``match`` over nodes of the language names all of them, so that the type checker finds what a new node needs."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

import tactful

_ROOT: Final = Path(tactful.__file__).parent
#: Matches that look for one shape and leave all else alone, whatever nodes there come to be: file, function and why.
_OPEN: Final = {
    ("columns/engine/aggregates.py", "_join"): "recognizes `same as` between two people; any other test is no join",
    ("engines/compiled/joins.py", "join_of"): "the same for the compiled engine",
}


class _Match(NamedTuple):
    """A ``match`` with a node of the language at the top of one of its patterns."""

    file: str
    function: str
    line: int
    closed: bool


def _nodes(tree: ast.Module, module: str) -> Iterator[str]:
    """The names, as this file writes them, of nodes: the records that are defined in the room ``language``."""
    if module.startswith("tactful.language."):
        yield from _records(module, "")
    for statement in ast.walk(tree):
        if isinstance(statement, ast.ImportFrom) and (statement.module or "").startswith("tactful.language"):
            source = importlib.import_module(statement.module or "")
            for alias in statement.names:
                name = alias.asname or alias.name
                value = getattr(source, alias.name)
                if _is_node(value):
                    yield name
                elif hasattr(value, "__path__") or hasattr(value, "__file__"):  # a module: `syntax.Ago`
                    yield from _records(value.__name__, f"{name}.")


def _records(module: str, prefix: str) -> Iterator[str]:
    for name, value in vars(importlib.import_module(module)).items():
        if _is_node(value):
            yield f"{prefix}{name}"


def _is_node(value: object) -> bool:
    return (
        isinstance(value, type)
        and issubclass(value, msgspec.Struct)
        and value.__module__.startswith("tactful.language")
    )


def _classes(pattern: ast.pattern | None) -> Iterator[str]:
    """The classes at the top of a pattern; not those of the parts of a tuple or of an attribute."""
    match pattern:
        case ast.MatchClass(cls=cls):
            yield ast.unparse(cls)
        case ast.MatchAs(pattern=inner):
            yield from _classes(inner)
        case ast.MatchOr(patterns=patterns):
            for alternative in patterns:
                yield from _classes(alternative)
        case _:
            pass


def _is_closed(statement: ast.Match) -> bool:
    """Whether the last case is ``case _: assert_never(…)`` of what is matched."""
    last = statement.cases[-1]
    is_rest = isinstance(last.pattern, ast.MatchAs) and last.pattern.name is None and last.guard is None
    return is_rest and " ".join(map(ast.unparse, last.body)) == f"assert_never({ast.unparse(statement.subject)})"


def _matches(path: Path) -> Iterator[_Match]:
    file = path.relative_to(_ROOT).as_posix()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parts = path.relative_to(_ROOT).with_suffix("").parts
    module = ".".join(("tactful", *(parts[:-1] if parts[-1] == "__init__" else parts)))
    nodes = set(_nodes(tree, module))
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            for statement in ast.walk(function):
                if isinstance(statement, ast.Match):
                    names = {name for case in statement.cases for name in _classes(case.pattern)}
                    if names & nodes:
                        yield _Match(file, function.name, statement.lineno, _is_closed(statement))


def test_matches_over_nodes_are_closed() -> None:
    """A ``match`` over nodes ends in ``assert_never``, unless it is on the list of those that look for one shape."""
    found = [match for path in sorted(_ROOT.rglob("*.py")) for match in _matches(path)]
    assert len(found) > 30  # the test itself finds matches
    open_ones = [match for match in found if not match.closed]
    wrong = [match for match in open_ones if (match.file, match.function) not in _OPEN]
    assert not wrong, "\n".join(
        f"{match.file}:{match.line}: end it in `case _: assert_never(…)`, and name the nodes that it leaves alone"
        for match in wrong
    )
    assert {(match.file, match.function) for match in open_ones} == set(_OPEN), "take out of the list what is closed"
