"""Whether two packs always decide the same, proved rule by rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

import msgspec
from msgspec.structs import replace

from tactful.language.ir import AddStep, AnyOf, ById, CheckedPack, ComputedFact, Condition, Field, Rule
from tactful.language.ir.reads import closure, computed, fields_of_orders
from tactful.proofs.sketch import Sketch
from tactful.proofs.solver import impossible, negation
from tactful.proofs.stated import PARTS, TOLD, content

T = TypeVar("T")
#: The attributes of a rule by which its condition is identified, and its number.
CONDITIONS: Final = frozenset({"when", "unless", "no", *TOLD})
#: The depths of sketches that are tried.
_DEPTHS: Final = (0, 1, 2)


def rules_apart(first: CheckedPack, second: CheckedPack) -> tuple[str, ...] | None:
    """Rules that are not proved to draw the same conclusions in every case; ``None`` where more than rules differ.

    Where there are none, both packs lead to the same ranked advice in every case. Otherwise there may be more than these.
    """
    if any(content(getattr(first, part)) != content(getattr(second, part)) for part in PARTS):
        return None
    return _Comparison(first, second).apart()


class _Comparison:
    def __init__(self, first: CheckedPack, second: CheckedPack) -> None:
        self._first, self._second = first, second
        own = {fact.id: fact for fact in first.facts}
        others = {fact.id: fact for fact in second.facts}
        #: The facts that the second pack states otherwise, or that read such a fact, and their names in formulas.
        self._names = _changed(own, others)
        self._facts: dict[str, ComputedFact] = dict(own)
        for id_, name in self._names.items():
            self._facts[name] = replace(renamed(others[id_], self._names), id=name)

    def apart(self) -> tuple[str, ...] | None:
        sorting = fields_of_orders(self._first.actions.values())
        if not computed(sorting).isdisjoint(self._names):
            return None
        rules = {rule.id: rule for rule in self._first.rules}
        others = {rule.id: rule for rule in self._second.rules}
        pairs = [(id_, rules.get(id_), others.get(id_)) for id_ in sorted(rules.keys() | others.keys())]
        stated = tuple(id_ for id_, rule, other in pairs if rule and other and not self._may_be_same(rule, other))
        if stated:
            return stated
        return next(((id_,) for id_, rule, other in pairs if not self._same(rule, other)), ())

    def _may_be_same(self, rule: Rule, other: Rule) -> bool:
        """Whether two rules state the same, apart from their conditions, which may hold in the same cases."""
        if content(rule, CONDITIONS) != content(other, CONDITIONS):
            return False
        reads = computed([] if rule.by is None else [rule.by.field])
        reads |= computed([rule.target.field] if isinstance(rule.target, ById) else [])
        # The deadline of a rule without ``by`` is found from the words of its condition, and not from when it holds.
        told = rule.by is not None or rule.endless or isinstance(rule.conclusion, AddStep)
        return reads.isdisjoint(self._names) and (told or self._alike(rule, other))

    def _alike(self, rule: Rule, other: Rule) -> bool:
        """Whether the conditions of two rules are word for word the same, and so are the facts that they read."""
        return content(rule.condition) == content(renamed(other.condition, self._names))

    def _same(self, rule: Rule | None, other: Rule | None) -> bool:
        if rule is None or other is None:
            return self._never_fires(rule, other)
        if self._alike(rule, other):
            return True
        second = _with(rule, renamed(other.condition, self._names))
        return any(self._equivalent(rule, second, depth) for depth in _DEPTHS)

    def _never_fires(self, rule: Rule | None, other: Rule | None) -> bool:
        """Whether a rule that only one pack has never fires."""
        only = rule if other is None else _with(other, renamed(other.condition, self._names))
        assert only is not None  # one of the two packs has it
        return any(never_fires(only, self._facts, depth) for depth in _DEPTHS)

    def _equivalent(self, rule: Rule, other: Rule, depth: int) -> bool:
        sketch = Sketch(self._facts, depth)
        row = sketch.row(rule.entity)
        holds, held = sketch.holds(rule.condition, row.scope), sketch.holds(other.condition, row.scope)
        sketch.close()
        return impossible(sketch.known, {"apart": negation(holds == held)}) is not None


def never_fires(rule: Rule, facts: Mapping[str, ComputedFact], depth: int) -> bool:
    """Whether it is proved that a rule fires in no case."""
    sketch = Sketch(facts, depth)
    row = sketch.row(rule.entity)
    holds = sketch.holds(rule.condition, row.scope)
    sketch.close()
    return impossible(sketch.known, {"fires": holds}) is not None


def _with(rule: Rule, condition: Condition) -> Rule:
    return replace(rule, when=condition, unless=AnyOf(()))


def _changed(own: Mapping[str, ComputedFact], others: Mapping[str, ComputedFact]) -> dict[str, str]:
    """The facts of ``others`` that are not as in ``own``, or that read such a fact, with new names."""
    apart = {id_ for id_, fact in others.items() if id_ not in own or content(own[id_]) != content(fact)}
    return {id_: f"{id_} (second)" for id_ in others if not closure([id_], others).isdisjoint(apart)}


def renamed(node: T, names: Mapping[str, str]) -> T:
    """A node in which computed fields have other names."""
    if isinstance(node, Field):
        changed = node.origin == "computed" and node.key in names
        return replace(node, key=names[node.key]) if changed else node
    if isinstance(node, msgspec.Struct):
        parts = {name: getattr(node, name) for name in node.__struct_fields__}
        return replace(node, **{name: renamed(part, names) for name, part in parts.items()})
    if isinstance(node, tuple):
        return tuple(renamed(each, names) for each in node)  # type: ignore[return-value]
    return node
