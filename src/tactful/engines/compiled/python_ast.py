"""Small pieces of Python, as nodes of its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import Final

from tactful.engines.compiled import nodes

#: Whether a variable is read or set. One object of each serves all nodes: a pack has thousands.
LOAD: Final = ast.Load()
STORE: Final = ast.Store()
_OPERATORS: Final[Mapping[str, type[ast.cmpop]]] = {
    "<": ast.Lt,
    "<=": ast.LtE,
    ">": ast.Gt,
    ">=": ast.GtE,
    "==": ast.Eq,
}


def load(name: str) -> ast.Name:
    """A local variable's value."""
    return nodes.Name(name, LOAD)


def attribute(value: ast.expr, *names: str) -> ast.expr:
    """``value.name.name``."""
    for name in names:
        value = nodes.Attribute(value, name, LOAD)
    return value


def call(function: ast.expr, *arguments: ast.expr) -> ast.Call:
    """``function(arguments)``."""
    return nodes.Call(function, list(arguments), [])


def constant(value: bool | int | float | str | tuple[bool | int | float | str, ...] | None) -> ast.Constant:
    """A constant, by reference."""
    return nodes.Constant(value)  # type: ignore[arg-type]  # tuples are constants too; the stubs leave them out


def compare(left: ast.expr, op: str, right: ast.expr) -> ast.expr:
    """``left op right``."""
    return nodes.Compare(left, [_OPERATORS[op]()], [right])


def is_known(value: ast.expr) -> ast.expr:
    """``value is not None``."""
    return nodes.Compare(value, [ast.IsNot()], [constant(None)])


def is_unknown(value: ast.expr) -> ast.expr:
    """``value is None``."""
    return nodes.Compare(value, [ast.Is()], [constant(None)])


def both(parts: list[ast.expr]) -> ast.expr:
    """``a and b and c``; true where there are none."""
    return constant(True) if not parts else parts[0] if len(parts) == 1 else nodes.BoolOp(ast.And(), parts)


def either(parts: list[ast.expr]) -> ast.expr:
    """``a or b or c``; false where there are none."""
    return constant(False) if not parts else parts[0] if len(parts) == 1 else nodes.BoolOp(ast.Or(), parts)


def negate(value: ast.expr) -> ast.expr:
    """``not value``."""
    return nodes.UnaryOp(ast.Not(), value)


def assign(names: str | list[str], value: ast.expr) -> ast.stmt:
    """``name = value``, or ``a = b = value``."""
    targets = [names] if isinstance(names, str) else names
    return nodes.Assign([nodes.Name(name, STORE) for name in targets], value)


def set_attribute(owner: ast.expr, name: str, value: ast.expr) -> ast.stmt:
    """The statement that sets an attribute."""
    return nodes.Assign([nodes.Attribute(owner, name, STORE)], value)


def add(name: str, value: ast.expr) -> ast.stmt:
    """``name += value``."""
    return nodes.AugAssign(nodes.Name(name, STORE), ast.Add(), value)


def loop(name: str, rows: ast.expr, body: list[ast.stmt]) -> ast.stmt:
    """``for name in rows: body``."""
    return nodes.For(nodes.Name(name, STORE), rows, body, [])


def function(name: str, parameters: list[str], body: list[ast.stmt]) -> ast.stmt:
    """``def name(parameters): body``."""
    arguments = ast.arguments([], [nodes.Arg(name) for name in parameters], None, [], [], None, [])
    return nodes.FunctionDef(name, arguments, body, [])


def names_in(roots: Iterable[ast.AST]) -> set[str]:
    """The names of the variables in some nodes and below them."""
    names = set()
    todo = list(roots)
    while todo:  # `ast.walk` takes several times as long, and compiling a pack looks at some hundred thousand nodes
        node = todo.pop()
        if isinstance(node, ast.Name):
            names.add(node.id)
            continue
        for value in vars(node).values():
            if isinstance(value, ast.AST):
                todo.append(value)
            elif isinstance(value, list):
                todo.extend([part for part in value if isinstance(part, ast.AST)])
    return names


def with_variables(assignments: list[ast.stmt], body: list[ast.stmt]) -> list[ast.stmt]:
    """Statements, after those of the assignments whose variables they use."""
    used = names_in(body)
    for statement in reversed(assignments):
        assert isinstance(statement, ast.Assign)
        if used.intersection(names_in(statement.targets)):
            used |= names_in([statement.value])
            body = [statement, *body]
    return body
