"""Generated code that reports, with each result, since when it has surely been the same.

Every test that looks at the time reports the last moment at which it turned, as a key: twice the first second of the new
outcome, and one more if people name that second itself as the moment (else they name the second before). The result of a
function is the same from the largest of these keys on. So ``past`` can go back in time from turn to turn. Functions
are generated when they are first needed: a decision needs few of them.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from tactful.engines.compiled import nodes
from tactful.engines.compiled.expressions import RUNTIME, Expressions, nullable
from tactful.engines.compiled.fact_functions import scope_of
from tactful.engines.compiled.filled import FILLING, Filled, filling
from tactful.engines.compiled.helpers import HELPERS
from tactful.engines.compiled.inline_facts import truth
from tactful.engines.compiled.openings import Conjuncts
from tactful.engines.compiled.past import FIRST, TURNS, Past, RuleTurns, Turning
from tactful.engines.compiled.python_ast import (
    LOAD,
    STORE,
    assign,
    attribute,
    both,
    call,
    constant,
    either,
    function,
    is_unknown,
    load,
    negate,
    set_attribute,
    with_variables,
)
from tactful.engines.compiled.timed import LATE, TimedFacts, compares_clocks
from tactful.engines.expiry import CLOCK_HORIZON, HORIZON
from tactful.facts.rows import Row
from tactful.language.ir import Aggregate, CheckedPack, Condition, Field, NowIs, Rule, Test
from tactful.language.ir.clockwork import Clockwork
from tactful.language.ir.reads import fields_of_fact, fields_of_rule
from tactful.source.first_use import FIRST_USE

#: How many questions the plain evaluator answers first. Compiling takes as long as some tens of answers.
PATIENCE: Final = 8
#: The variables of a cached fact in generated code.
_KEPT: Final = ("value", "low", "high")


class TurningFunctions:
    """The functions of a pack's rules and facts that look back in time. Safe to use from any number of threads."""

    def __init__(self, checked: CheckedPack, clockwork: Clockwork) -> None:
        self._checked, self.clockwork = checked, clockwork
        self._facts = _SearchedFacts(checked, clockwork)
        self._conjuncts = Conjuncts({fact.id: fact for fact in checked.facts}, clockwork)
        self._namespace: dict[str, Any] = {**HELPERS, **TURNS, **FILLING}
        self._rules: dict[int, RuleTurns | None] = {}
        self._made = self._asked = 0

    def worth_compiling(self) -> bool:
        """Whether there have been so many questions that compiling pays; the plain evaluator is quicker for a few of them."""
        if self._asked < PATIENCE:
            self._asked += 1
            return False
        return True

    def warming(self) -> Iterator[None]:
        """Compile the functions of all rules, one at each step, and then for every question."""
        for rule in self._checked.rules:
            self.rule(rule.no)
            yield
        self._asked = PATIENCE

    def rule(self, no: int) -> RuleTurns | None:
        """The function of a rule; ``None`` if it takes the plain search to look back."""
        if no not in self._rules:
            with FIRST_USE:
                self._rules[no] = self._rule(self._checked.rules[no])
        return self._rules[no]

    def values(self, entity: str, parts: Sequence[Field | Condition | None]) -> Turning:
        """A function that gives the values of fields, and whether conditions hold, for a row of an entity: as a tuple.

        Where there is ``None`` among the parts, it gives ``None``.
        """
        with FIRST_USE:
            expressions = self._facts.expressions(nullable(entity), self._facts.computed)
            values = [_value(part, expressions) for part in parts]
            return self._function(entity, [nodes.Return(nodes.Tuple(values, LOAD))])

    def filled(
        self, entity: str, parts: Sequence[Field | Condition | None], texts: Sequence[Filled], others: Sequence[int]
    ) -> Turning:
        """A function that gives texts with the values of :meth:`values` in them, then the values at some places: as a tuple."""
        with FIRST_USE:
            expressions = self._facts.expressions(nullable(entity), self._facts.computed)
            values = [_value(part, expressions) for part in parts]
            body = filling(texts, others, values, self._namespace)
            return self._function(entity, body)

    def _function(self, entity: str, body: list[ast.stmt]) -> Turning:
        name = f"values{self._made}"
        self._made += 1
        self._compile([function(name, [RUNTIME, "row"], with_variables(scope_of(entity, load("row")), body))])
        made: Turning = self._namespace[name]
        return made

    def _rule(self, rule: Rule) -> RuleTurns | None:
        tests = list(self.clockwork.tests(rule))
        if any(map(compares_clocks, tests)):
            return None
        moving = self._conjuncts.of(rule)  # the others hold at any time, if the rule fires at some time
        if not moving:
            return RuleTurns(_always, _never, HORIZON, mixed=False, still=True)
        expressions = self._facts.expressions(nullable(rule.entity), self._facts.computed)
        made = [(expressions.condition(part), holds) for part, holds in moving]
        fires = nodes.Return(both([part if holds else negate(part) for part, holds in made]))
        bodies: dict[str, list[ast.stmt]] = {f"rule{rule.no}": [fires], f"opened{rule.no}": self._opened(rule)}
        scope = scope_of(rule.entity, load("row"))
        self._compile([function(name, [RUNTIME, "row"], with_variables(scope, body)) for name, body in bodies.items()])
        run, opened = (self._namespace[name] for name in bodies)
        late = {late for test in tests for late in _sorts(test)}
        horizon = CLOCK_HORIZON if self.clockwork.looks_at_clocks(rule) else HORIZON
        return RuleTurns(run, opened, horizon, mixed=len(late) > 1)

    def _opened(self, rule: Rule) -> list[ast.stmt]:
        """The statements that evaluate what may have turned without effect, and return the latest of the other turns."""
        expressions = self._facts.expressions(nullable(rule.entity), self._facts.computed)
        keys: list[ast.expr] = []
        statements: list[ast.stmt] = []
        for part in self._conjuncts.opened(rule):
            moments = self._conjuncts.moments_of(part)
            if moments is None:
                statements.append(nodes.Expr(expressions.condition(part[0])))
                continue
            test = part[0]
            assert isinstance(test, Test)  # it has moments
            keys += [
                expressions.turned(predicate, test.field) for predicate, holds in moments if _turned(predicate, holds)
            ]
        latest = constant(FIRST) if not keys else keys[0] if len(keys) == 1 else call(load("max"), *keys)
        return [*statements, nodes.Return(latest)]

    def _compile(self, functions: list[ast.stmt]) -> None:
        tree = ast.Module([*self._facts.functions(), *functions], [])
        self._namespace.update(self._facts.dates)
        # Everything in the tree was built node by node from the checked pack; no text of a rule file is ever parsed as Python.
        exec(compile(tree, f"<past of {self._checked.digest[:19]}>", "exec"), self._namespace)  # noqa: S102


def _always(_past: Past, _row: Row) -> bool:
    """The function of a rule that time does not change."""
    return True


def _never(_past: Past, _row: Row) -> int:
    """The latest turn of such a rule."""
    return FIRST


def _turned(predicate: NowIs, holds: bool) -> bool:
    """Whether the moment of a predicate has come, if it holds, or fails."""
    return (predicate.op[0] == ">") == holds


def _value(part: Field | Condition | None, expressions: Expressions) -> ast.expr:
    if part is None:
        return constant(None)
    return expressions.value(part) if isinstance(part, Field) else truth(expressions.condition(part))


def _sorts(test: Test) -> set[bool]:
    """Whether the turns of a test are a second after the moment that people name, for each of its predicates."""
    sorts = {predicate.op in LATE for predicate in test.predicates if isinstance(predicate, NowIs)}
    return sorts | {False} if test.field.origin == "clock" else sorts


class _SearchedFacts(TimedFacts):
    """The functions of facts that keep their values by row, and for how long these hold."""

    def __init__(self, checked: CheckedPack, clockwork: Clockwork) -> None:
        super().__init__(checked)
        self.clockwork = clockwork
        read = [field for rule in checked.rules for field in fields_of_rule(rule)]
        read += [field for fact in checked.facts for field in fields_of_fact(fact)]
        self._readers = Counter(field.key for field in read if field.origin == "computed")

    def computed(self, field: Field, row: ast.expr) -> ast.expr:
        """The call that reads a computed fact of a row."""
        fact = self.fact(field.key)
        if self._readers[field.key] == 1 and not isinstance(fact, Aggregate):
            return self.read(field.key, row)
        return self.read_again(field.key, row)

    def remembering(self, no: int, body: list[ast.stmt]) -> list[ast.stmt]:
        if not self.clockwork.fact(self._facts[no]):
            return super().remembering(no, body)
        kept, (value, low, high) = load("kept"), map(load, _KEPT)
        last, present = attribute(load(RUNTIME), "last"), attribute(load(RUNTIME), "present")
        span = [nodes.Subscript(kept, constant(at), LOAD) for at in (1, 2)]
        other_time = negate(nodes.Compare(span[0], [ast.LtE(), ast.Lt()], [last, span[1]]))
        anew = call(load("at_another_time"), load(RUNTIME), load("key"), load(f"work{no}"), load("row"))
        known = [
            assign("key", self.key(no)),
            assign("kept", call(attribute(present, "get"), load("key"))),
            nodes.If(either([is_unknown(kept), other_time]), [assign("kept", anew)], []),
            nodes.Assign([nodes.Tuple([nodes.Name(name, STORE) for name in _KEPT], STORE)], kept),
            _narrowed("low", ast.Gt(), low),
            _narrowed("high", ast.Lt(), high),
            nodes.Return(value),
        ]
        parameters = [RUNTIME, "row"]
        return [function(f"work{no}", parameters, body), function(f"fact{no}", parameters, known)]


def _narrowed(name: str, order: ast.cmpop, turn: ast.expr) -> ast.stmt:
    """The statement by which the results so far hold no longer than a fact does."""
    wider = nodes.Compare(turn, [order], [attribute(load(RUNTIME), name)])
    return nodes.If(wider, [set_attribute(load(RUNTIME), name, turn)], [])
