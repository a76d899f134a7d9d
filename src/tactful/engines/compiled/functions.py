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
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from tactful.decision import RawFiring
from tactful.engines.compiled.deadlines import closings
from tactful.engines.compiled.expressions import NOW, RUNTIME, Expressions
from tactful.engines.compiled.facts import FAMILY, Facts
from tactful.engines.compiled.inline import Inliner, join_of, parts_of
from tactful.engines.compiled.runtime import Runtime, interviewers_by_person, messages_by_person
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
from tactful.facts.catalogue import ENTITIES
from tactful.model.checked import HERE, AddStep, Aggregate, AnyOf, CheckedPack, Condition, Deadline, Rule
from tactful.model.clockwork import Clockwork
from tactful.model.reads import closure, computed, fields_of_fact, fields_of_rule

Fire = Callable[[Runtime, Callable[[RawFiring], object]], None]


def build_functions(checked: CheckedPack) -> tuple[Fire, Fire]:
    """Compile a checked pack to two functions: for rules that advise or prohibit, and for rules that add steps."""
    facts = Facts(checked)
    steps = [rule for rule in checked.rules if isinstance(rule.conclusion, AddStep)]
    others = [rule for rule in checked.rules if not isinstance(rule.conclusion, AddStep)]
    mains = [_MainFunction(checked, facts, *part).build() for part in (("fire", others), ("steps", steps))]
    tree = ast.Module([*facts.functions(), *mains], [])
    ast.fix_missing_locations(tree)
    # Everything in the tree was built node by node from the checked pack; no text of a rule file is ever parsed as Python.
    namespace: dict[str, Any] = {
        "earliest": earliest,
        "messages_of_family": messages_by_person,
        "interviewers_of_family": interviewers_by_person,
    }
    exec(compile(tree, f"<pack {checked.digest[:19]}>", "exec"), namespace)  # noqa: S102
    return namespace["fire"], namespace["steps"]


def earliest(*moments: int | None) -> int | None:
    """The first of the moments that are known."""
    return min((moment for moment in moments if moment is not None), default=None)


class _MainFunction:
    """One pass over a case: for each row, the computed facts that its rules read, then the rules."""

    def __init__(self, checked: CheckedPack, facts: Facts, name: str, rules: list[Rule]) -> None:
        self.facts, self.name = facts, name
        self.by_id = {fact.id: fact for fact in checked.facts}
        self.order = [fact.id for fact in checked.facts]
        self.clockwork = Clockwork(self.by_id)
        self.rules: dict[str, list[Rule]] = {}
        for rule in rules:
            self.rules.setdefault(rule.entity, []).append(rule)
        self.inliner = Inliner(facts)
        read = [field for rule in rules for field in fields_of_rule(rule)]
        read += [field for fact in checked.facts for field in fields_of_fact(fact)]
        self.readers = Counter(field.key for field in read if field.origin == "computed")

    def build(self) -> ast.stmt:
        """The whole function."""
        body = [
            assign(NOW, attribute(load(RUNTIME), "now")),
            assign("candidate", attribute(load(RUNTIME), "case", "candidate")),
            *self._facts_of("candidate", ENTITIES, frozenset()),
            *self._rules_of("candidate"),
        ]
        families = self._families()
        if families:
            body.append(loop(FAMILY, attribute(load(RUNTIME), "families"), families))
        return function(self.name, [RUNTIME, "emit"], body)

    def _facts_of(
        self, entity: str, readers: Sequence[str], may_be_null: frozenset[str], live: Sequence[str] = ()
    ) -> list[ast.stmt]:
        """Work out the facts of the entity in scope that rules for each of ``readers`` rest on.

        ``live`` are the loop variables at this point: facts that take them for loops of their own give them back.
        """
        read = computed(field for one in readers for rule in self.rules.get(one, ()) for field in fields_of_rule(rule))
        needed = closure(read, self.by_id)
        own = [id_ for id_ in self.order if id_ in needed and self.by_id[id_].entity == entity and not self._rare(id_)]
        self.inliner.local.difference_update(own)
        aggregates = [fact for id_ in own if isinstance(fact := self.by_id[id_], Aggregate)]
        taken = {name for fact in aggregates for name in (fact.over, *parts_of(fact))}
        lost = [name for name in live if name in taken]
        keep = [assign(f"{name}_at_hand", load(name)) for name in lost]
        give_back = [assign(name, load(f"{name}_at_hand")) for name in lost]
        return [*keep, *self.inliner.statements(own, may_be_null), *give_back]

    def _rare(self, id_: str) -> bool:
        """Whether a fact is best looked up where it is needed: one rule reads it, and it takes a loop to tell."""
        fact = self.by_id[id_]
        if not isinstance(fact, Aggregate) or join_of(fact) is not None:
            return False
        return fact.over != "message" and self.readers[id_] == 1

    def _families(self) -> list[ast.stmt]:
        """What is done for each application."""
        below = [entity for entity in ENTITIES if entity != "candidate"]
        facts = self._facts_of("application", below, nullable("application"))
        offer_facts = self._facts_of("offer", below, frozenset())
        inner = [
            *([ast.If(is_known(load("offer")), offer_facts, [])] if offer_facts else []),
            *self._rules_of("application"),
            *self._loop("person", "people"),
            *self._interviews(),
            *self._messages(),
        ]
        offer = self._rules_of("offer")
        if offer:
            inner.append(ast.If(is_known(load("offer")), offer, []))
        if not inner:
            return []
        head = [assign(name, attribute(load(FAMILY), name)) for name in ("application", "offer")]
        indexes = [assign(index, call(load(index + "_family"), load(FAMILY))) for index in sorted(self.inliner.indexes)]
        return [*head, *indexes, *facts, *inner]

    def _loop(self, entity: str, rows: str) -> list[ast.stmt]:
        facts = self._facts_of(entity, [entity], nullable(entity), [entity])
        rules = self._rules_of(entity)
        return [loop(entity, attribute(load(FAMILY), rows), [*facts, *rules])] if rules else []

    def _messages(self) -> list[ast.stmt]:
        person = self._facts_of("person", ["message"], nullable("person"), ["message", "person"])
        own = self._facts_of("message", ["message"], nullable("message"), ["message", "person"])
        rules = self._rules_of("message")
        if not rules:
            return []
        head = assign("person", attribute(load("message"), "person"))
        guarded: list[ast.stmt] = [ast.If(is_known(load("person")), person, [])] if person else []
        return [loop("message", attribute(load(FAMILY), "messages"), [head, *guarded, *own, *rules])]

    def _interviews(self) -> list[ast.stmt]:
        facts = self._facts_of("interview", ["interview", "interviewer"], nullable("interview"), ["interview"])
        rules = self._rules_of("interview")
        at_hand = ["interview", "interviewer", "person"]
        person = self._facts_of("person", ["interviewer"], nullable("person"), at_hand)
        own = self._facts_of("interviewer", ["interviewer"], nullable("interviewer"), at_hand)
        interviewers = self._rules_of("interviewer")
        if not rules and not interviewers:
            return []
        body = [*facts, *rules]
        if interviewers:
            head = assign("person", attribute(load("interviewer"), "person"))
            body.append(loop("interviewer", load("group"), [head, *person, *own, *interviewers]))
        pairs = call(load("zip"), attribute(load(FAMILY), "interviews"), attribute(load(FAMILY), "interviewers"))
        both_names = ast.Tuple([ast.Name(name, ast.Store()) for name in ("interview", "group")], ast.Store())
        return [ast.For(both_names, pairs, body, [])]

    # --- rules ---

    def _rules_of(self, entity: str) -> list[ast.stmt]:
        return [self._rule(rule) for rule in self.rules.get(entity, ())]

    def _rule(self, rule: Rule) -> ast.stmt:
        expressions = Expressions(nullable(rule.entity), self.inliner.read)
        parts = [expressions.condition(rule.when)]
        if not _never(rule.unless):
            parts.append(negate(expressions.condition(rule.unless)))
        firing = ast.Tuple([constant(rule.no), load(rule.entity), self._due(rule, expressions)], ast.Load())
        return ast.If(both(parts), [ast.Expr(call(load("emit"), firing))], [])

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
    value = expressions.value(by.field)
    if isinstance(value, ast.Name) and by.shift == HERE:
        return value
    first, again = expressions.named(value)
    return ast.IfExp(is_known(first), expressions.shifted(again, by.shift, by.field), constant(None))
