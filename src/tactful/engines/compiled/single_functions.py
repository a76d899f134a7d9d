"""The functions of a pack's facts and rules, each by itself: for a decision on a case in which one fact has changed.

The function that goes through a whole case is quicker for all of it, but does too much if only few facts and rules are
needed. Functions are made when they are first asked for. Those of facts keep the values by row in ``memo`` of the
runtime object.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, Literal

from tactful.engines.compiled import nodes
from tactful.engines.compiled.expressions import NOW, RUNTIME, nullable
from tactful.engines.compiled.fact_functions import Facts, scope_of
from tactful.engines.compiled.python_ast import (
    assign,
    attribute,
    both,
    call,
    constant,
    function,
    load,
    negate,
    with_variables,
)
from tactful.engines.compiled.rule_functions import CALLED, due_of
from tactful.engines.compiled.runtime import Runtime
from tactful.engines.compiled.single_values import ROW_BITS, SILENT
from tactful.facts.kinds import Value
from tactful.facts.rows import Row
from tactful.language.ir import CheckedPack, Rule
from tactful.language.ir.clockwork import Clockwork
from tactful.source.first_use import FIRST_USE

FactFunction = Callable[[Runtime, Row], Value]
#: Gives the deadline of a rule that fires for a row, which may be ``None``.
RuleFunction = Callable[[Runtime, Row], int | Literal[False] | None]


class _SingleFacts(Facts):
    """The functions of facts, with another number for each fact and row."""

    def key(self, no: int) -> ast.expr:
        """The number of a fact in its higher bits, and that of ``row``."""
        return nodes.BinOp(attribute(load("row"), "no"), ast.Add(), constant(no << ROW_BITS))

    def remembering(self, no: int, body: list[ast.stmt]) -> list[ast.stmt]:
        """A function that computes the fact, and the function that looks its value up."""
        work = nodes.Return(call(load(f"work{no}"), load(RUNTIME), load("row")))
        return [function(f"work{no}", [RUNTIME, "row"], body), *super().remembering(no, [work])]


class SingleFunctions:
    """The functions of a pack's facts and rules. Safe to use from any number of threads."""

    def __init__(self, checked: CheckedPack, clockwork: Clockwork) -> None:
        self._checked, self._clockwork = checked, clockwork
        self._facts = _SingleFacts(checked)
        self._namespace: dict[str, Any] = dict(CALLED)
        self._of_facts: dict[int, FactFunction] = {}
        self._of_rules: dict[int, RuleFunction] = {}

    def warm(self) -> None:
        """Make all functions."""
        for no in range(len(self._checked.facts)):
            self.fact(no)
        for rule in self._checked.rules:
            self.rule(rule.no)

    def fact(self, no: int) -> FactFunction:
        """The function of the fact with this number. It looks its value up if it is known."""
        known = self._of_facts.get(no)
        if known is None:
            with FIRST_USE:
                self._facts.read_again(self._checked.facts[no].id, load("row"))
                known = self._of_facts[no] = self._compiled(f"fact{no}", [])
        return known

    def work(self, no: int) -> FactFunction:
        """The function that computes the fact with this number, and does not keep its value."""
        self.fact(no)
        function: FactFunction = self._namespace[f"work{no}"]
        return function

    def rule(self, no: int) -> RuleFunction:
        """The function of the rule with this number."""
        known = self._of_rules.get(no)
        if known is None:
            with FIRST_USE:
                known = self._of_rules[no] = self._compiled(f"rule{no}", [self._rule(self._checked.rules[no])])
        return known

    def _rule(self, rule: Rule) -> ast.stmt:
        expressions = self._facts.expressions(nullable(rule.entity), self._facts.computed)
        fires = both([expressions.condition(rule.when), negate(expressions.condition(rule.unless))])
        due = due_of(rule, expressions, self._clockwork)
        scope = [assign(NOW, attribute(load(RUNTIME), "now")), *scope_of(rule.entity, load("row"))]
        body = [nodes.If(fires, [nodes.Return(due)], []), nodes.Return(constant(SILENT))]
        return function(f"rule{rule.no}", [RUNTIME, "row"], with_variables(scope, body))

    def _compiled(self, name: str, functions: list[ast.stmt]) -> Any:
        tree = ast.Module([*self._facts.functions(), *functions], [])
        self._namespace.update(self._facts.tables)
        # Everything in the tree was built node by node from the checked pack; no text of a rule file is ever parsed as Python.
        exec(compile(tree, f"<parts of {self._checked.digest[:19]}>", "exec"), self._namespace)  # noqa: S102
        return self._namespace[name]
