"""Generated code that tells, with each result, since when it has surely been the same.

Every test that looks at the time reports the last moment at which it turned, as a key: twice the first second of the new
outcome, and one more if people name that second itself as the moment (else they name the second before). The result of a
function is the same from the largest of these keys on. So ``past`` can go back in time from turn to turn.

Functions are made when they are first asked for: a decision needs few of them.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from threading import Lock
from typing import Any

from tactful.engines.compiled.expressions import RUNTIME, nullable
from tactful.engines.compiled.fact_functions import scope_of
from tactful.engines.compiled.helpers import HELPERS
from tactful.engines.compiled.inline_facts import truth
from tactful.engines.compiled.past import TURNS, RuleTurns, Turning
from tactful.engines.compiled.python_ast import both, call, function, load, negate
from tactful.engines.compiled.timed import LATE, TimedFacts
from tactful.engines.expiry import CLOCK_HORIZON, HORIZON
from tactful.language.ir import CheckedPack, Condition, Field, NowIs, Relates, Rule, Test
from tactful.language.ir.clockwork import Clockwork


class TurningFunctions:
    """The functions of a pack's rules and facts that look back in time. Safe to use from any number of threads."""

    def __init__(self, checked: CheckedPack, clockwork: Clockwork) -> None:
        self._checked, self.clockwork = checked, clockwork
        self._facts = _SearchedFacts(checked, clockwork)
        self._namespace: dict[str, Any] = {**HELPERS, **TURNS}
        self._rules: dict[int, RuleTurns | None] = {}
        self._made = 0
        self._lock = Lock()

    def rule(self, no: int) -> RuleTurns | None:
        """The function of a rule; ``None`` if it takes the plain search to look back."""
        if no not in self._rules:
            with self._lock:
                self._rules[no] = self._rule(self._checked.rules[no])
        return self._rules[no]

    def values(self, entity: str, parts: Sequence[Field | Condition]) -> Turning:
        """A function that gives the values of fields, and whether conditions hold, for a row of an entity: as a tuple."""
        with self._lock:
            expressions = self._facts.expressions(nullable(entity), self._facts.computed)
            values = [
                expressions.value(part) if isinstance(part, Field) else truth(expressions.condition(part))
                for part in parts
            ]
            name = f"values{self._made}"
            self._made += 1
            body = [*scope_of(entity, load("row")), ast.Return(ast.Tuple(values, ast.Load()))]
            self._compile([function(name, [RUNTIME, "row"], body)])
            made: Turning = self._namespace[name]
            return made

    def _rule(self, rule: Rule) -> RuleTurns | None:
        tests = list(self.clockwork.tests(rule))
        if any(map(_compares_clocks, tests)):
            return None
        expressions = self._facts.expressions(nullable(rule.entity), self._facts.computed)
        fires = both([expressions.condition(rule.when), negate(expressions.condition(rule.unless))])
        name = f"rule{rule.no}"
        self._compile([function(name, [RUNTIME, "row"], [*scope_of(rule.entity, load("row")), ast.Return(fires)])])
        late = {late for test in tests for late in _sorts(test)}
        horizon = CLOCK_HORIZON if self.clockwork.looks_at_clocks(rule) else HORIZON
        return RuleTurns(self._namespace[name], horizon, mixed=len(late) > 1)

    def _compile(self, functions: list[ast.stmt]) -> None:
        tree = ast.Module([*self._facts.functions(), *functions], [])
        ast.fix_missing_locations(tree)
        self._namespace.update(self._facts.dates)
        # Everything in the tree was built node by node from the checked pack; no text of a rule file is ever parsed as Python.
        exec(compile(tree, f"<past of {self._checked.digest[:19]}>", "exec"), self._namespace)  # noqa: S102


def _compares_clocks(test: Test) -> bool:
    """Whether a test compares a clock with another field, so that the moment of the turn is not in the test."""
    return any(
        isinstance(predicate, Relates) and "clock" in (test.field.origin, predicate.other.origin)
        for predicate in test.predicates
    )


def _sorts(test: Test) -> set[bool]:
    """Whether the turns of a test are a second after the moment that people name, for each of its predicates."""
    sorts = {predicate.op in LATE for predicate in test.predicates if isinstance(predicate, NowIs)}
    return sorts | {False} if test.field.origin == "clock" else sorts


class _SearchedFacts(TimedFacts):
    """The functions of facts that keep their values by row, and for how long these hold."""

    def __init__(self, checked: CheckedPack, clockwork: Clockwork) -> None:
        super().__init__(checked)
        self.clockwork = clockwork

    def computed(self, field: Field, row: ast.expr) -> ast.expr:
        """The call that reads a computed fact of a row."""
        return self.read_again(field.key, row)

    def cached(self, no: int) -> list[ast.stmt]:
        if not self.clockwork.fact(self._facts[no]):
            return super().cached(no)
        return [ast.Return(call(load("remembered"), load(RUNTIME), self.key(no), load(f"work{no}"), load("row")))]
