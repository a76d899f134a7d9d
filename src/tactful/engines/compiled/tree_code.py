"""A tree of tests as Python statements."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any, Final, Generic, TypeVar

from tactful.engines.compiled import nodes
from tactful.engines.compiled.conjuncts import Part, joined
from tactful.engines.compiled.expressions import Expressions
from tactful.engines.compiled.python_ast import assign, attribute, both, call, compare, constant, load
from tactful.engines.compiled.tree import Branch, Node
from tactful.engines.compiled.variables import Variables
from tactful.language.ir import Test

T = TypeVar("T")
#: With this many arms or more, a value's arm is looked up in a table instead of being searched for arm by arm.
_MANY: Final = 8

#: The arm for each value, by the table's name in generated code.
Tables = dict[str, Mapping[Any, int]]


class Writer(Generic[T]):
    """Writes trees. ``expressions`` makes the writer for one condition, and ``do`` writes the statements for one item.

    ``work_out`` writes the statements that compute facts into ``variables``.
    """

    def __init__(
        self,
        tables: Tables,
        expressions: Callable[[], Expressions],
        do: Callable[[T], list[ast.stmt]],
        work_out: Callable[[list[str]], list[ast.stmt]],
        variables: Variables,
    ) -> None:
        self._tables, self._expressions, self._do = tables, expressions, do
        self._work_out, self._variables = work_out, variables

    def node(self, node: Node[T]) -> list[ast.stmt]:
        """The statements for a node and the nodes below it. Only the node's own facts stay in variables afterwards."""
        statements = self._work_out(node.facts) if node.facts else []
        for what in node.done:
            statements += self._do(what)
        for branch in node.branches:
            statements += self._branch(branch)
        return statements

    def _below(self, node: Node[T]) -> list[ast.stmt]:
        with self._variables.below():
            return self.node(node)

    def _branch(self, branch: Branch[T]) -> list[ast.stmt]:
        if len(branch) >= _MANY:
            return self._looked_up(branch)
        otherwise: list[ast.stmt] = []
        for part, node in reversed(branch):
            if part is None:
                otherwise = self._below(node)
                continue
            parts = [part]
            while not otherwise and (only := _only_branch(node)) is not None:
                parts.append(only[0])
                node = only[1]
            tests = [self._expressions().condition(test) for test in joined(part.condition for part in parts)]
            otherwise = [nodes.If(both(tests), self._below(node), otherwise)]
        return otherwise

    # --- choices among many values ---

    def _looked_up(self, branch: Branch[T]) -> list[ast.stmt]:
        """Look up the number of the arm for the field's value, then go to the arm by binary search."""
        first = branch[0][0]
        assert first is not None  # branches with so many arms are choices,
        assert isinstance(first.condition, Test)  # and the arms of a choice test one field
        table = f"table{len(self._tables)}"
        self._tables[table] = {
            value: no for no, (part, _) in enumerate(branch) if part is not None for value in part.at
        }
        value = self._expressions().value(first.condition.field)
        arm = f"arm_of_{table}"
        look_up = assign(arm, call(attribute(load(table), "get"), value, constant(-1)))
        return [look_up, self._half(arm, branch, 0, len(branch))]

    def _half(self, arm: str, branch: Branch[T], start: int, end: int) -> ast.stmt:
        if end - start == 1:
            return nodes.If(compare(load(arm), "==", constant(start)), self._below(branch[start][1]), [])
        middle = (start + end) // 2
        lower, upper = self._half(arm, branch, start, middle), self._half(arm, branch, middle, end)
        return nodes.If(compare(load(arm), "<", constant(middle)), [lower], [upper])


def _only_branch(node: Node[T]) -> tuple[Part, Node[T]] | None:
    """The only test of a node and the node below it; ``None`` where the node has anything else."""
    if node.facts or node.done or len(node.branches) != 1 or len(node.branches[0]) != 1:
        return None
    part, below = node.branches[0][0]
    return None if part is None else (part, below)
