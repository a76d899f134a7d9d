"""The most steps that a decision on a case can take, counted before it begins.

A step is one test of a condition on one row. Visiting a row takes as long as eight tests. A fact that
looks at all messages for each person takes steps for every pair of them, so a case that is small enough for most packs
can be too large for one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import repeat
from math import isqrt
from typing import Final, Literal, assert_never

import msgspec
from msgspec.structs import replace

from tactful.engines.compiled.deadlines import closings
from tactful.engines.compiled.inlined import inlined
from tactful.engines.compiled.joins import join_of, lookup_of
from tactful.facts.entities import ENTITIES
from tactful.facts.kinds import ListKind
from tactful.facts.rows import Case, Family
from tactful.language.ir import (
    Aggregate,
    ById,
    CheckedPack,
    ComputedFact,
    Condition,
    Derived,
    Field,
    IsIn,
    Test,
    WhenFact,
)
from tactful.language.ir.clockwork import Clockwork
from tactful.language.ir.orders import distinct_orders, target_orders
from tactful.language.ir.reads import (
    closure,
    computed,
    conditions_in,
    expressions_in,
    fields_of,
    fields_of_fact,
    fields_of_orders,
    fields_of_rule,
    reached,
)
from tactful.source.codes.case import TooMuchWork
from tactful.source.diagnostics import InvalidInput, Span
from tactful.source.lazy import lazy

#: Searching this many values of a list takes as long as one more test.
_VALUES: Final = 8
#: The entities that an application has rows of, itself included.
_COUNTED: Final = ENTITIES[1:]
#: The entities whose rules and facts may compute a fact of a person anew for each of their rows.
_OF_PERSON: Final = ("interviewer", "message")
#: The steps that putting a firing into words takes, besides the tests of its rule.
_FIRING: Final = 30
#: The steps that visiting a row takes in addition to its tests: explanations take most of them.
_PAIR: Final = 8
#: The steps that one row's part in the course of a fact takes.
_COURSE: Final = 250
#: In a case with at most this many rows, pairs take too little time to be counted.
_SMALL: Final = 32
#: The fields that hold the id of the person whom a row is about.
_PERSON_IDS: Final = {("person", "id"), ("interviewer", "id"), ("message", "person_id")}


class Shape(msgspec.Struct, frozen=True):
    """Which rows are looked at for each row of ``entity``: none, those of ``over`` below the row of ``pivot``.

    ``person``: of these, only the rows of the ``same`` person, or of ``one`` person whom the row names. What is worked out
    for each person is worked out anew for each row of the entities in ``again``.
    """

    entity: str
    over: str | None = None
    pivot: str | None = None
    person: Literal["any", "same", "one"] = "any"
    again: tuple[str, ...] = ()


class _Part(msgspec.Struct, frozen=True):
    """A rule or a computed fact: its id, its place, the rows that it looks at, and the tests that it makes of each."""

    id: str
    span: Span | None
    shape: Shape
    tests: int


class Work:
    """The work that a pack takes. Immutable, and safe to use from any number of threads.

    A case with at most ``safe`` rows never takes more than ``limit`` steps. ``tests`` says how many tests are made of the
    rows, or pairs of rows, of each shape.
    """

    def __init__(self, checked: CheckedPack, limit: int) -> None:
        self._checked, self._sources, self.limit = checked, dict(checked.sources), limit
        self._parts = tuple(_parts(checked))
        self.tests: Counter[Shape] = Counter()
        for part in self._parts:
            self.tests[part.shape] += part.tests
        #: The owners, what is looked at for each of them, and the tests. A shape without ``over`` looks once for each owner.
        self._rough = tuple(
            (owner, shape.over or "candidate", tests)
            for shape, tests in self.tests.items()
            for owner in (shape.entity, *shape.again)
        )
        self._each = max(1, self.tests.total())
        self.safe = self._safe()

    @lazy
    def _searched(self) -> Counter[Shape]:
        """What it takes besides to search for the ends of rules without ``by``, which :mod:`tactful.engines.expiry` bounds."""
        return _searched(self._checked)

    def _safe(self) -> int:
        # A fact of a person is computed for its own row, and again for rows that are about the person: for fewer rows
        # than the case has. No row is looked at more than once for each of them.
        single = sum(tests for shape, tests in self.tests.items() if shape.over is None)
        pairs = self._each - single
        if not pairs:
            return self.limit // self._each
        return max(0, (isqrt(single * single + 4 * pairs * self.limit) - single) // (2 * pairs) - 1)

    def rows(self, case: Case) -> int:
        """How many rows' worth of work a decision takes: the number of rows, or more where rows are compared in pairs."""
        if case.size <= _SMALL:
            return case.size
        sizes = _Sizes(case)
        steps = self._counted(sizes, self.tests) + self._counted(sizes, self._searched)
        return max(case.size, steps // self._each)

    def steps(self, case: Case) -> int:
        """The most steps that a decision on a case takes: counted roughly where that is enough to allow it."""
        rough = self._roughly(case)
        return rough if rough <= self.limit else self._counted(_Sizes(case), self.tests)

    def _roughly(self, case: Case) -> int:
        """No less than the steps: as if all rows belonged to one application and one person."""
        people = interviews = interviewers = messages = 0
        for family in case.families:
            people += len(family.people)
            interviews += len(family.interviews)
            interviewers += sum(map(len, family.interviewers))
            messages += len(family.messages)
        rows = {
            "candidate": 1,
            "application": len(case.families),
            "offer": len(case.families),
            "person": people,
            "interview": interviews,
            "interviewer": interviewers,
            "message": messages,
        }
        steps = 0
        for owner, over, tests in self._rough:
            steps += tests * rows[owner] * rows[over]
        return steps

    def _counted(self, sizes: _Sizes, tests: Mapping[Shape, int]) -> int:
        return sum(count * sizes.visits(shape) for shape, count in tests.items())

    def allows(self, case: Case) -> bool:
        """Whether a decision on a case takes no more steps than allowed."""
        return self.steps(case) <= self.limit

    def check(self, case: Case) -> None:
        """Raise :class:`InvalidInput` where a decision on a case may take more steps than allowed."""
        steps = self.steps(case)
        if steps > self.limit:
            raise self._too_much(case, steps)

    def _too_much(self, case: Case, steps: int) -> InvalidInput:
        sizes = _Sizes(case)
        worst = max(self._parts, key=lambda part: part.tests * sizes.visits(part.shape))
        rows = f"{sizes.visits(worst.shape):,} {'rows' if worst.shape.over is None else 'pairs of rows'}"
        message = (
            f"a decision on `{case.candidate.id}` takes up to {steps:,} steps, and {self.limit:,} are allowed; "
            f"`{worst.id}` alone takes {worst.tests:,} for each of {rows}"
        )
        narrower = "let the fact look at the rows of one person only (`same as`), "
        help_ = (
            f"{narrower if worst.shape.over is not None and worst.shape.person == 'any' else ''}give fewer rows, or raise "
            f"the limit: tactful.load(limits=tactful.CaseLimits(steps={steps:_}))"
        )
        return InvalidInput([TooMuchWork.at(worst.span, message, help_)], self._sources)


class _Sizes:
    """How many rows of each entity a case has, in each application and of each person."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._families = [_counts(family) for family in case.families]
        self._all = {entity: sum(counts[entity] for counts in self._families) for entity in _COUNTED}
        self._all["candidate"] = 1
        self._people: list[dict[str, Counter[str | None]]] | None = None

    def visits(self, shape: Shape) -> int:
        """How many rows, or pairs of rows, are looked at."""
        over = shape.over
        if over is None:
            return self._owners(shape, self._all)
        if shape.pivot == "candidate":
            return self._owners(shape, self._all) * self._all[over]
        if shape.pivot == "interview":
            return sum(self._in_interviews(shape.entity, family) for family in self._case.families)
        if shape.person == "any":
            return sum(self._owners(shape, counts) * counts[over] for counts in self._families)
        if self._people is None:
            self._people = [_by_person(family) for family in self._case.families]
        return sum(map(self._of_person, [shape] * len(self._people), self._families, self._people))

    def _owners(self, shape: Shape, counts: Mapping[str, int]) -> int:
        """How many rows a fact or rule is worked out for."""
        return counts[shape.entity] + sum(counts[other] for other in shape.again)

    def _in_interviews(self, entity: str, family: Family) -> int:
        groups = map(len, family.interviewers)
        return sum(groups) if entity == "interview" else sum(size * size for size in groups)

    def _of_person(self, shape: Shape, counts: Mapping[str, int], people: dict[str, Counter[str | None]]) -> int:
        assert shape.over is not None
        rows = people[shape.over]
        if shape.person == "one":
            return self._owners(shape, counts) * max(rows.values(), default=0)
        return sum(count * rows[id_] for owner in (shape.entity, *shape.again) for id_, count in people[owner].items())


def _counts(family: Family) -> dict[str, int]:
    return {
        "application": 1,
        "offer": 0 if family.offer is None else 1,
        "person": len(family.people),
        "interview": len(family.interviews),
        "interviewer": sum(map(len, family.interviewers)),
        "message": len(family.messages),
    }


def _by_person(family: Family) -> dict[str, Counter[str | None]]:
    """How many rows of each entity are about each person of an application."""
    return {
        "person": Counter(person.id for person in family.people),
        "interviewer": Counter(row.id for group in family.interviewers for row in group),
        "message": Counter(row.person_id for row in family.messages if row.person_id is not None),
    }


# --- what a pack asks ---


def _parts(checked: CheckedPack) -> Iterator[_Part]:
    """The rules, and the facts that they read. A fact that looks at other rows has a second part, for its own row.

    A fact by which targets are sorted may be worked out again for each order.
    """
    facts = {fact.id: fact for fact in checked.facts}
    reads = {id_: computed(fields_of_fact(fact)) for id_, fact in facts.items()}
    tests = _Tests(facts)
    sorted_ = {(rule.conclusion.action, rule.target_entity) for rule in checked.rules}
    orders = [(checked.actions[action], entity) for action, entity in sorted(sorted_)]
    fields = [field for rule in checked.rules for field in fields_of_rule(rule)]
    again = Counter(
        id_ for order in distinct_orders(target_orders(checked)) for id_ in inlined(order, facts.__getitem__)
    )
    sorting = reached(computed(fields_of_orders(action for action, _ in orders)), reads.__getitem__)
    times = again + Counter(reached(computed(fields), reads.__getitem__) | sorting.difference(again))
    anew = _computed_again(checked, reads)
    for fact in checked.facts:
        entities = tuple(entity for entity in _OF_PERSON if fact.entity == "person" and fact.id in anew[entity])
        for part in _parts_of_fact(fact, checked, tests):
            if entities:
                part = replace(part, shape=replace(part.shape, again=entities))
            yield from repeat(part, times[fact.id])
    for action, entity in orders:
        if action.order:
            yield _Part(action.id, action.span, Shape(entity), len(action.order))
    for rule in checked.rules:
        yield _Part(rule.id, rule.span, Shape(rule.entity), _FIRING + tests.of(rule.when) + tests.of(rule.unless))
        if isinstance(rule.target, ById):
            yield _Part(rule.id, rule.span, Shape(rule.entity, "person", "application"), 1)


def _parts_of_fact(fact: ComputedFact, checked: CheckedPack, tests: _Tests) -> Iterator[_Part]:
    """The parts of a fact: its own row, and the rows that it looks at."""
    definition = checked.definitions.get(fact.id)
    span = None if definition is None else definition.id
    match fact:
        case WhenFact(condition=condition):
            yield _Part(fact.id, span, Shape(fact.entity), 1 + tests.of(condition))
        case Aggregate():
            yield _Part(fact.id, span, Shape(fact.entity), 1)
            yield _Part(fact.id, span, _shape(fact), _PAIR + tests.of(fact.where, inside=True))
        case Derived(expression=expression):
            conditions = sum(map(tests.of, conditions_in(expression)))
            parts = sum(1 for _ in expressions_in(expression))
            yield _Part(fact.id, span, Shape(fact.entity), conditions + parts)
        case _:
            assert_never(fact)


def _shape(fact: Aggregate) -> Shape:
    join = join_of(fact)
    if join is None:
        return Shape(fact.entity, fact.over, fact.pivot)
    scope, key = join.person_id.scope, join.person_id.key
    same = (scope, key) in _PERSON_IDS and scope in (fact.entity, "person")
    return Shape(fact.entity, fact.over, fact.pivot, "same" if same else "one")


def _computed_again(checked: CheckedPack, reads: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """For each entity of rows about a person: the facts that its rules read, and what these read of the same rows.

    Of a person, they are worked out anew for each row. What a fact of an application or of the candidate reads is kept,
    and so worked out once for each person. ``reads`` are the facts that each fact reads.
    """
    again = {}
    for entity in _OF_PERSON:
        leads_to = {fact.id: reads[fact.id] if fact.entity in ("person", entity) else set() for fact in checked.facts}
        read = computed(field for rule in checked.rules if rule.entity == entity for field in fields_of_rule(rule))
        again[entity] = reached(read, leads_to.__getitem__)
    return again


def _searched(checked: CheckedPack) -> Counter[Shape]:
    """The steps for the facts in whose course of time the ends of rules are searched for."""
    facts = {fact.id: fact for fact in checked.facts}
    clockwork = Clockwork(facts)
    rules = [
        rule for rule in checked.rules if rule.by is None and not rule.endless and closings(rule, clockwork) is None
    ]
    fields = {field for rule in rules for field in fields_of_rule(rule)}
    read = closure(computed(fields), facts)
    fields.update(field for id_ in read for field in fields_of_fact(facts[id_]))
    moving = {field.key for field in fields if field.origin == "computed" and clockwork.field(field)}
    steps: Counter[Shape] = Counter()
    for id_ in moving:
        fact = facts[id_]
        steps[_shape(fact) if isinstance(fact, Aggregate) else Shape(fact.entity)] += _COURSE
    return steps


class _Tests:
    """Counts the tests that conditions make of one row."""

    def __init__(self, facts: Mapping[str, ComputedFact]) -> None:
        self._facts = facts

    def of(self, condition: Condition, *, inside: bool = False) -> int:
        """The tests of a condition. ``inside``: those of a yes/no that is plain are made again for each row looked at."""
        if type(condition) is not Test:
            return sum([self.of(member, inside=inside) for member in condition.members])
        own = len(condition.predicates)
        for predicate in condition.predicates:
            if type(predicate) is IsIn:
                own += _listed(condition.field, predicate)
        if not inside or condition.field.origin != "computed":
            return own
        fact = self._facts[condition.field.key]
        return own + self.of(fact.condition) if isinstance(fact, WhenFact) and self._is_plain(fact) else own

    def _is_plain(self, fact: WhenFact) -> bool:
        """Whether a fact reads no other facts, or only whether a person has a row."""
        return all(lookup_of(self._facts[id_]) is not None for id_ in computed(fields_of(fact.condition)))


def _listed(field: Field, predicate: IsIn) -> int:
    """How many more tests it would be to search the values that a predicate names."""
    return len(predicate.values) if isinstance(field.kind, ListKind) else len(predicate.values) // _VALUES
