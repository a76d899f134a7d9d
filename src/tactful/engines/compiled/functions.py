"""The function that goes over a case and fires rules:

def fire(x, emit):
    now = x.now
    candidate = x.case.candidate
    if <condition of a rule for each candidate>: emit(Firing(rule, candidate, due))
    for family in x.families:
        application = family.application
        offer = family.offer
        …
        for person in family.people:
            f3 = unset                      # a computed fact of this person, looked up when first needed
            if <condition>: emit(…)
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from tactful.decision import Firing
from tactful.engines.compiled.deadlines import Clockwork, closings
from tactful.engines.compiled.expressions import NOW, RUNTIME, Expressions
from tactful.engines.compiled.facts import FAMILY, UNSET, Facts
from tactful.engines.compiled.runtime import Runtime
from tactful.engines.compiled.syntax import (
    assign,
    attribute,
    both,
    call,
    constant,
    function,
    is_known,
    load,
    loop,
    negate,
)
from tactful.model.checked import AddStep, AnyOf, CheckedPack, Condition, Deadline, Rule

Fire = Callable[[Runtime, Callable[[Firing], object]], None]


def build_functions(checked: CheckedPack) -> tuple[Fire, Fire]:
    """Compile a checked pack to two functions: for rules that advise or prohibit, and for rules that add steps."""
    facts = Facts(checked)
    steps = [rule for rule in checked.rules if isinstance(rule.conclusion, AddStep)]
    others = [rule for rule in checked.rules if not isinstance(rule.conclusion, AddStep)]
    mains = [_MainFunction(checked, facts, *part).build() for part in (("fire", others), ("steps", steps))]
    tree = ast.Module([*facts.functions(), *mains], [])
    ast.fix_missing_locations(tree)
    # Everything in the tree was built node by node from the checked pack; no text of a rule file is ever parsed as Python.
    namespace: dict[str, Any] = {UNSET: object(), "Firing": Firing, "earliest": earliest}
    exec(compile(tree, f"<pack {checked.digest[:19]}>", "exec"), namespace)  # noqa: S102
    return namespace["fire"], namespace["steps"]


def earliest(*moments: int | None) -> int | None:
    """The first of the moments that are known."""
    return min((moment for moment in moments if moment is not None), default=None)


class _MainFunction:
    def __init__(self, checked: CheckedPack, facts: Facts, name: str, rules: list[Rule]) -> None:
        self.facts, self.name = facts, name
        self.clockwork = Clockwork({fact.id: fact for fact in checked.facts})
        self.rules: dict[str, list[Rule]] = {}
        for rule in rules:
            self.rules.setdefault(rule.entity, []).append(rule)
        #: Computed facts read so far, by the entity in scope, whose variables are unset for each row anew.
        self.variables: dict[str, set[str]] = {}

    def build(self) -> ast.stmt:
        """The whole function."""
        families = self._families()
        candidate = self._rules_of("candidate")
        body = [
            assign(NOW, attribute(load(RUNTIME), "now")),
            assign("candidate", attribute(load(RUNTIME), "case", "candidate")),
            *self._unset("candidate"),
            *candidate,
        ]
        if families:
            body.append(loop(FAMILY, attribute(load(RUNTIME), "families"), families))
        return function(self.name, [RUNTIME, "emit"], body)

    def _families(self) -> list[ast.stmt]:
        """What is done for each application."""
        person = assign("person", attribute(load("message"), "person"))
        inner = [
            *self._rules_of("application"),
            *self._loop("person", "people", []),
            *self._interviews(),
            *self._loop("message", "messages", [person]),
        ]
        offer = self._rules_of("offer")
        if offer:
            inner.append(ast.If(is_known(load("offer")), offer, []))
        if not inner:
            return []
        head = [assign(name, attribute(load(FAMILY), name)) for name in ("application", "offer")]
        return [*head, *self._unset("application", "offer"), *inner]

    def _loop(self, entity: str, rows: str, head: list[ast.stmt]) -> list[ast.stmt]:
        rules = self._rules_of(entity)
        if not rules:
            return []
        return [loop(entity, attribute(load(FAMILY), rows), [*head, *self._unset(entity, "person"), *rules])]

    def _interviews(self) -> list[ast.stmt]:
        rules, interviewers = self._rules_of("interview"), self._rules_of("interviewer")
        if not rules and not interviewers:
            return []
        body = [*self._unset("interview"), *rules]
        if interviewers:
            person = assign("person", attribute(load("interviewer"), "person"))
            inner = [person, *self._unset("interviewer", "person"), *interviewers]
            body.append(loop("interviewer", load("group"), inner))
        pairs = call(load("zip"), attribute(load(FAMILY), "interviews"), attribute(load(FAMILY), "interviewers"))
        both_names = ast.Tuple([ast.Name(name, ast.Store()) for name in ("interview", "group")], ast.Store())
        return [ast.For(both_names, pairs, body, [])]

    def _unset(self, *entities: str) -> list[ast.stmt]:
        names = sorted(set().union(*(self.variables.get(entity, set()) for entity in entities)))
        return [assign(names, load(UNSET))] if names else []

    # --- rules ---

    def _rules_of(self, entity: str) -> list[ast.stmt]:
        return [self._rule(rule) for rule in self.rules.get(entity, ())]

    def _rule(self, rule: Rule) -> ast.stmt:
        expressions = Expressions(nullable(rule.entity), self._computed)
        parts = [expressions.condition(rule.when)]
        if not _never(rule.unless):
            parts.append(negate(expressions.condition(rule.unless)))
        firing = call(load("Firing"), constant(rule.no), load(rule.entity), self._due(rule, expressions))
        return ast.If(both(parts), [ast.Expr(call(load("emit"), firing))], [])

    def _computed(self, id_: str, scope: str, row: ast.expr) -> ast.expr:
        """A computed fact, kept in a variable for as long as the row in scope stays the same."""
        name, expression = self.facts.read_once(id_, row)
        self.variables.setdefault(scope, set()).add(name)
        return expression

    # --- deadlines ---

    def _due(self, rule: Rule, expressions: Expressions) -> ast.expr:
        if rule.by is not None:
            return _shifted_if_known(rule.by, expressions)
        if rule.endless:
            return constant(None)
        ends = closings(rule, self.clockwork)
        if ends is None:
            return call(attribute(load(RUNTIME), "until"), constant(rule.no), load(rule.entity))
        moments = [
            expressions.shifted(expressions.value(end.field), end.shift, end.field)
            if end.certain
            else _shifted_if_known(Deadline(end.field, end.shift), expressions)
            for end in ends
        ]
        if not moments:
            return constant(None)
        return moments[0] if len(moments) == 1 else call(load("earliest"), *moments)


def nullable(entity: str) -> frozenset[str]:
    """The names in scope of a rule for each ``entity`` behind which there may be no row."""
    names = set() if entity == "offer" else {"offer"}
    return frozenset(names | ({"person"} if entity == "message" else set()))


def _never(condition: Condition) -> bool:
    return isinstance(condition, AnyOf) and not condition.members


def _shifted_if_known(by: Deadline, expressions: Expressions) -> ast.expr:
    first, again = expressions.named(expressions.value(by.field))
    return ast.IfExp(is_known(first), expressions.shifted(again, by.shift, by.field), constant(None))
