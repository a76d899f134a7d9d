"""The generated function that goes through a case and fires rules.

It looks like this:

def fire(x, emit):
    now = x.now
    candidate = x.case.candidate
    if <a test that several rules for each candidate share>:
        if <another test of one of them>: emit((rule, candidate, due))
        …
    for family in x.families:
        application = family.application
        offer = family.offer
        f1 = …                                  # a computed fact that several rules, or rules for each person, read
        if <a test that several rules for each application share>:
            f2 = …                              # a computed fact that only these read
            …
        for person in family.people:
            …
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from typing import Any, Final, NamedTuple

from tactful.engines.compiled import nodes
from tactful.engines.compiled.conjuncts import Parts
from tactful.engines.compiled.deadlines import closings
from tactful.engines.compiled.expressions import NOW, RUNTIME, Expressions, cost, nullable
from tactful.engines.compiled.fact_functions import FAMILY, Facts, asked_once
from tactful.engines.compiled.helpers import HELPERS
from tactful.engines.compiled.inline_facts import Inliner, at_hand, parts_of
from tactful.engines.compiled.joins import lookup_of
from tactful.engines.compiled.order_functions import order_function, order_name
from tactful.engines.compiled.python_ast import (
    LOAD,
    STORE,
    assign,
    attribute,
    call,
    constant,
    function,
    is_known,
    load,
    loop,
)
from tactful.engines.compiled.runtime import Runtime, interviewers_by_person, messages_by_person
from tactful.engines.compiled.tree import Item, Node, build, place_facts
from tactful.engines.compiled.tree_code import Writer
from tactful.engines.firings import RawFiring
from tactful.facts.rows import Row
from tactful.language.ir import HERE, AddStep, Aggregate, CheckedPack, Deadline, Rule, WhenFact
from tactful.language.ir.clockwork import Clockwork
from tactful.language.ir.orders import distinct_orders, target_orders
from tactful.language.ir.reads import computed, fields_of_fact, fields_of_rule

Fire = Callable[[Runtime, Callable[[RawFiring], object]], None]


#: The places of some rows in an order of targets. The smallest comes first.
Places = Callable[[Runtime, Sequence[Row]], list[tuple[int | float, ...]]]


#: What the functions call, by name.
CALLED: Final[Mapping[str, Callable[..., Any]]] = {
    **HELPERS,
    "messages_of_family": messages_by_person,
    "interviewers_of_family": interviewers_by_person,
}


class Functions(NamedTuple):
    """The functions of a pack: for rules that advise or prohibit, for rules that add steps, and for each order of targets."""

    fire: Fire
    steps: Fire
    orders: tuple[Places, ...]


def build_functions(checked: CheckedPack) -> Functions:
    """Compile a checked pack."""
    facts = Facts(checked, asked_once(checked))
    steps = [rule for rule in checked.rules if isinstance(rule.conclusion, AddStep)]
    others = [rule for rule in checked.rules if not isinstance(rule.conclusion, AddStep)]
    mains = [MainFunction(checked, facts, *part).build() for part in (("fire", others), ("steps", steps))]
    orders = distinct_orders(target_orders(checked))
    sorting = [order_function(facts, order) for order in orders]
    tree = ast.Module([*facts.functions(), *mains, *sorting], [])
    # Everything in the tree was built node by node from the checked pack; no text of a rule file is ever parsed as Python.
    namespace: dict[str, Any] = {**facts.tables, **CALLED}
    exec(compile(tree, f"<pack {checked.digest[:19]}>", "exec"), namespace)  # noqa: S102
    return Functions(namespace["fire"], namespace["steps"], tuple(namespace[order_name(order)] for order in orders))


class _Region(NamedTuple):
    """The part of the function for the rows of one entity: the body of its loop.

    ``tree`` has the entity's rules and ``flags``: the yes/no facts that only inner regions read, which the same pass sets.
    ``inner`` are the regions within. ``reads`` are the facts that are read here or within, but computed further out.
    """

    entity: str
    tree: Node[Rule | WhenFact]
    flags: tuple[WhenFact, ...]
    inner: tuple[_Region, ...]
    reads: frozenset[str]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do here."""
        return not (self.tree.done or self.tree.branches) and all(region.empty for region in self.inner)


#: For each region: the entities whose facts are computed there, and the loop variables that are in use.
_OWNERS: Final[Mapping[str, tuple[str, ...]]] = {
    "candidate": ("candidate",),
    "application": ("application", "offer"),
    "offer": ("offer",),
    "person": ("person",),
    "interview": ("interview",),
    "interviewer": ("person", "interviewer"),
    "message": ("person", "message"),
}
_LIVE: Final[Mapping[str, tuple[str, ...]]] = {
    "person": ("person",),
    "interview": ("interview",),
    "interviewer": ("interview", "interviewer", "person"),
    "message": ("message", "person"),
}


class MainFunction:
    """One pass over a case: for each row the rules of its entity, and the computed facts that they read."""

    def __init__(self, checked: CheckedPack, facts: Facts, name: str, rules: list[Rule]) -> None:
        self.facts, self.name = facts, name
        self.by_id = {fact.id: fact for fact in checked.facts}
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
        interview = self._region("interview", self._region("interviewer"))
        below = [self._region("person"), interview, self._region("message"), self._region("offer")]
        candidate = self._region("candidate", self._region("application", *below))
        body = [
            assign(NOW, attribute(load(RUNTIME), "now")),
            assign("candidate", attribute(load(RUNTIME), "case", "candidate")),
            *self._written(candidate),
        ]
        return function(self.name, [RUNTIME, "emit"], body)

    # --- regions ---

    def _region(self, entity: str, *inner: _Region) -> _Region:
        """The region of an entity: its rules, and the facts that they or the regions within read, in a tree."""
        owners = _OWNERS[entity]
        own = [id_ for id_, fact in self.by_id.items() if fact.entity in owners and lookup_of(fact) is None]
        within = frozenset().union(*(region.reads for region in inner))
        outside = frozenset(id_ for id_ in within.intersection(own) if not self._rare(id_))
        parts = Parts(lambda condition: cost(condition, lambda id_: self._cost(id_, owners)))
        for id_ in own:
            fact = self.by_id[id_]
            if isinstance(fact, WhenFact) and fact.entity == entity:
                parts.open(fact)
        items: list[Item[Rule | WhenFact]] = [
            Item(parts.of([rule.when], [rule.unless]), rule) for rule in self.rules.get(entity, [])
        ]
        flags = self._flags(entity, outside, items, own)
        items += [Item(parts.of([fact.condition]), fact) for fact in flags]
        tree = build(items)
        placed = outside.difference(fact.id for fact in flags)
        reads = place_facts(tree, own, self._read_where_done, self.inliner.variables_of, placed)
        return _Region(entity, tree, flags, inner, (reads | within).difference(own))

    def _flags(
        self, entity: str, outside: Set[str], items: Sequence[Item[Rule | WhenFact]], own: Sequence[str]
    ) -> tuple[WhenFact, ...]:
        """The yes/no facts that only inner regions read."""
        here = {id_ for item in items for part in item.parts for id_ in part.reads}
        here.update(*(self._read_where_done(item.what) for item in items))
        here.update(*map(self.inliner.variables_of, own))
        facts = (self.by_id[id_] for id_ in own if id_ in outside and id_ not in here)
        return tuple(fact for fact in facts if isinstance(fact, WhenFact) and fact.entity == entity)

    def _cost(self, id_: str, owners: Sequence[str]) -> int:
        """The rough cost of reading a fact. It is highest if the fact must be computed for this reader alone."""
        fact = self.by_id[id_]
        there = fact.entity not in owners or (isinstance(fact, WhenFact) and self.readers[id_] > 1)
        return (2 if fact.entity in owners else 1) if there else self.inliner.cost(id_)

    def _rare(self, id_: str) -> bool:
        """Whether only one rule or fact reads a fact. An inner region then calls the fact's function itself."""
        return self.readers[id_] == 1

    # --- statements ---

    def _written(self, region: _Region) -> list[ast.stmt]:
        """The statements for one row of a region."""
        writer = Writer(
            self.facts.tables,
            lambda: self.inliner.expressions(nullable(region.entity)),
            self._do,
            lambda ids: self._facts_of(region.entity, ids),
            self.inliner.variables,
        )
        with self.inliner.variables.below():
            starts = [assign(self.inliner.variables.name(fact.id), constant(False)) for fact in region.flags]
            statements = writer.node(region.tree)
            self.inliner.variables.set(fact.id for fact in region.flags)
            return [*starts, *statements, *(self._loop(inner) for inner in region.inner if not inner.empty)]

    def _loop(self, region: _Region) -> ast.stmt:
        """The loop over the rows of a region within another."""
        body = self._written(region)
        match region.entity:
            case "application":
                indexes = sorted(self.inliner.indexes)
                head = [assign(name, attribute(load(FAMILY), name)) for name in ("application", "offer")]
                head += [assign(indexes, constant(None))] if indexes else []
                return loop(FAMILY, attribute(load(RUNTIME), "families"), [*head, *body])
            case "offer":
                return nodes.If(is_known(load("offer")), body, [])
            case "person":
                return loop("person", attribute(load(FAMILY), "people"), body)
            case "interview":
                names = nodes.Tuple([nodes.Name(name, STORE) for name in ("interview", "group")], STORE)
                rows = [attribute(load(FAMILY), name) for name in ("interviews", "interviewers")]
                return nodes.For(names, call(load("zip"), *rows), body, [])
            case entity:
                rows = [attribute(load(FAMILY), "messages")] if entity == "message" else [load("group")]
                return loop(entity, rows[0], [assign("person", attribute(load(entity), "person")), *body])

    def _facts_of(self, entity: str, ids: Sequence[str]) -> list[ast.stmt]:
        """The statements that compute facts of a region into variables."""
        aggregates = [fact for id_ in ids if isinstance(fact := self.by_id[id_], Aggregate)]
        taken = {name for fact in aggregates for name in (fact.over, *parts_of(fact))}
        lost = [name for name in _LIVE.get(entity, ()) if name in taken]  # facts' own loops take these variables
        statements = [assign(at_hand(name), load(name)) for name in lost]
        for owner in _OWNERS[entity]:
            own = [id_ for id_ in ids if self.by_id[id_].entity == owner and id_ not in self.inliner.variables]
            computed_here = self.inliner.statements(own, nullable(owner), lost)
            unknown = (entity, owner) in (("application", "offer"), ("message", "person"))
            guarded = unknown and bool(computed_here)
            statements += [nodes.If(is_known(load(owner)), computed_here, [])] if guarded else computed_here
        return statements

    def _do(self, what: Rule | WhenFact) -> list[ast.stmt]:
        """The statements for a rule that fires, or for a yes/no fact that holds."""
        if isinstance(what, WhenFact):
            return [assign(self.inliner.variables.name(what.id), constant(True))]
        return self.fired(what)

    def fired(self, rule: Rule) -> list[ast.stmt]:
        """The statements for a rule that fires."""
        return [
            nodes.Expr(call(load("emit"), nodes.Tuple([constant(rule.no), load(rule.entity), self.due(rule)], LOAD)))
        ]

    # --- deadlines ---

    def due(self, rule: Rule) -> ast.expr:
        """The deadline of a rule that fires."""
        return due_of(rule, self.inliner.expressions(nullable(rule.entity)), self.clockwork)

    def _read_where_done(self, what: Rule | WhenFact) -> frozenset[str]:
        """The facts that a firing rule reads for its deadline."""
        if isinstance(what, WhenFact) or (what.by is None and what.endless):
            return frozenset()
        fields = [what.by.field] if what.by is not None else [end.field for end in closings(what, self.clockwork) or ()]
        return frozenset(computed(fields))


def due_of(rule: Rule, expressions: Expressions, clockwork: Clockwork) -> ast.expr:
    """The deadline of a rule that fires, or the moment at which it stops by time alone."""
    if rule.by is not None:
        return _shifted_if_known(rule.by, expressions)
    if rule.endless:
        return constant(None)
    ends = closings(rule, clockwork)
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


def _shifted_if_known(by: Deadline, expressions: Expressions) -> ast.expr:
    value = expressions.value(by.field)
    if expressions.always_known(by.field):
        return expressions.shifted(value, by.shift, by.field)
    if isinstance(value, ast.Name) and by.shift == HERE:
        return value
    first, again = expressions.named(value)
    return nodes.IfExp(is_known(first), expressions.shifted(again, by.shift, by.field), constant(None))
