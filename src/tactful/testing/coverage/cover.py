"""The parts of a pack that some decisions exercised: rules that fired, tests that were true and false, conflicts that arose.

The figure is a percentage of outcomes. A rule has one outcome: it fired. A row of a table has one: it gave the value. A test
of a rule or a computed fact has two: it held for some row, and it failed for some row. Every test is evaluated for every row,
whatever the tests around it say. Conflicts are counted apart from the figure, as it is not always possible to tell which
pairs of rules can meet.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from itertools import product

import msgspec

from tactful.api.policy import Policy
from tactful.decide.conclusions import Conclusion, Ranking
from tactful.engines.evaluate import Environment, Evaluator
from tactful.facts.entities import SCOPES
from tactful.facts.rows import Case
from tactful.language.ir import (
    Advise,
    Aggregate,
    CheckedPack,
    Choose,
    ComputedFact,
    Derived,
    InScope,
    Prohibit,
    Rule,
    Test,
)
from tactful.language.ir.reads import conditions_of_fact, tests_in
from tactful.language.lint.conflicts import belongs
from tactful.language.lint.satisfiability import Logic
from tactful.reasons.formulas import cells
from tactful.source.diagnostics import Span
from tactful.testing.own import fact_name


class SeenRule(msgspec.Struct, frozen=True):
    """A rule, and how often it fired."""

    id: str
    span: Span
    fired: int


class SeenTest(msgspec.Struct, frozen=True):
    """A test of a rule or a computed fact, and the number of rows for which it held and failed."""

    owner: str
    test: Test
    held: int
    failed: int

    @property
    def outcomes(self) -> int:
        """How many of the test's two outcomes were seen."""
        return (self.held > 0) + (self.failed > 0)


class SeenRow(msgspec.Struct, frozen=True):
    """A row of a table, or (``cells`` is empty) its ``otherwise``, and how often it gave the table's value."""

    owner: str
    span: Span
    name: str
    cells: str
    chosen: int


class SeenConflict(msgspec.Struct, frozen=True):
    """A prohibition and a recommendation that may meet, and how often they did."""

    prohibition: str
    recommendation: str
    met: int


class Coverage(msgspec.Struct, frozen=True):
    """The parts of a pack that ``decisions`` decisions exercised."""

    checked: CheckedPack
    decisions: int
    rules: tuple[SeenRule, ...]
    tests: tuple[SeenTest, ...]
    rows: tuple[SeenRow, ...]
    conflicts: tuple[SeenConflict, ...]

    def of_file(self, name: str) -> Coverage:
        """The coverage of the rules and tests in one file."""
        return msgspec.structs.replace(
            self,
            rules=tuple(rule for rule in self.rules if rule.span.file == name),
            tests=tuple(test for test in self.tests if test.test.span.file == name),
            rows=tuple(row for row in self.rows if row.span.file == name),
            conflicts=(),
        )

    @property
    def files(self) -> tuple[str, ...]:
        """The files with a rule or a test in them, in the order of the pack."""
        names = {rule.span.file for rule in self.rules} | {test.test.span.file for test in self.tests}
        names |= {row.span.file for row in self.rows}
        return tuple(name for name in self.checked.sources if name in names)

    @property
    def fired(self) -> int:
        """How many rules fired."""
        return sum(rule.fired > 0 for rule in self.rules)

    @property
    def outcomes(self) -> int:
        """How many outcomes of tests were seen. Every test has two."""
        return sum(test.outcomes for test in self.tests)

    @property
    def percent(self) -> float:
        """The share of outcomes of rules, tests and rows of tables that were seen, in per cent."""
        whole_ = len(self.rules) + 2 * len(self.tests) + len(self.rows)
        return 100 * (self.fired + self.outcomes + self.chosen) / whole_ if whole_ else 100.0

    @property
    def chosen(self) -> int:
        """How many rows of tables gave a value."""
        return sum(row.chosen > 0 for row in self.rows)

    def only(self, ids: Container[str]) -> Coverage:
        """The coverage of the rules and the computed facts with these ids."""
        names = {fact_name(fact) for fact in self.checked.facts if fact.id in ids}
        names |= {rule.id for rule in self.checked.rules if rule.id in ids}
        return msgspec.structs.replace(
            self,
            rules=tuple(rule for rule in self.rules if rule.id in names),
            tests=tuple(test for test in self.tests if test.owner in names),
            rows=tuple(row for row in self.rows if row.owner in names),
            conflicts=tuple(
                one for one in self.conflicts if not names.isdisjoint((one.prohibition, one.recommendation))
            ),
        )


def cover(policy: Policy, cases: Iterable[Case]) -> Coverage:
    """The parts of a pack that the decisions on some cases exercise, each case at its own ``now``."""
    recorder = _Recorder(policy.checked)
    for case in cases:
        context = (decision := policy.decide(case)).context
        steps = policy.decider.steps(case, context.now)
        recorder.fired([*policy.decider.fire(case, context.now), *steps])
        recorder.tested(context.evaluator)
        recorder.settled(decision.ranking)
    return recorder.coverage()


class _Recorder:
    """Counts what decisions exercise."""

    def __init__(self, checked: CheckedPack) -> None:
        self._checked = checked
        self._decisions = 0
        self._fired = [0] * len(checked.rules)
        self._tests: dict[str, list[Test]] = {fact.id: list(_tests_of_fact(fact)) for fact in checked.facts}
        self._tests |= {f"rule {rule.id}": list(tests_in(rule.condition)) for rule in checked.rules}
        #: How often each test held and failed, by the rule or fact that it belongs to and its place there.
        self._seen: dict[tuple[str, int], list[int]] = {}
        self._met: dict[tuple[str, str], int] = {}
        #: How often each row of a table was chosen, by the fact and the row's place there; ``otherwise`` comes last.
        self._chosen: dict[tuple[str, int], int] = {}

    def fired(self, firings: list[tuple[int, object, int | None]]) -> None:
        """Count a decision's firings."""
        self._decisions += 1
        for no, _, _ in firings:
            self._fired[no] += 1

    def tested(self, evaluator: Evaluator) -> None:
        """Count the outcomes of every test for every row."""
        for rule in self._checked.rules:
            for row in evaluator.rows(rule.entity):
                self._ask(f"rule {rule.id}", evaluator, evaluator.environment(rule.entity, row))
        for fact in self._checked.facts:
            for row in evaluator.rows(fact.entity):
                env = evaluator.environment(fact.entity, row)
                inner = evaluator.collection(fact, row, env) if isinstance(fact, Aggregate) else (env,)
                for inner_env in inner:
                    self._ask(fact.id, evaluator, inner_env)
                table = _table(fact)
                if table is not None:
                    key = fact.id, _place(table, evaluator, env)
                    self._chosen[key] = self._chosen.get(key, 0) + 1

    def _ask(self, owner: str, evaluator: Evaluator, env: Environment) -> None:
        for no, test in enumerate(self._tests[owner]):
            self._seen.setdefault((owner, no), [0, 0])[not evaluator.test(test, env)] += 1

    def settled(self, ranking: Ranking) -> None:
        """Count the conflicts of a decision."""
        for loser in ranking.set_aside:
            for winner in loser.lost_to:
                advice, prohibition = (winner, loser) if loser.prohibits else (loser, winner)
                for pair in product(self._ids(prohibition), self._ids(advice)):
                    self._met[pair] = self._met.get(pair, 0) + 1

    def _ids(self, conclusion: Conclusion) -> set[str]:
        return {self._checked.rules[no].id for no, _, _ in conclusion.firings}

    def coverage(self) -> Coverage:
        """The coverage that was counted."""
        names = {fact.id: fact_name(fact) for fact in self._checked.facts}
        pairs = dict.fromkeys(possible_conflicts(self._checked), 0) | self._met
        return Coverage(
            checked=self._checked,
            decisions=self._decisions,
            rules=tuple(SeenRule(rule.id, rule.span, self._fired[rule.no]) for rule in self._checked.rules),
            tests=tuple(
                SeenTest(names.get(owner, owner.removeprefix("rule ")), test, *self._seen.get((owner, no), (0, 0)))
                for owner, tests in self._tests.items()
                for no, test in enumerate(tests)
            ),
            rows=tuple(self._rows()),
            conflicts=tuple(SeenConflict(*pair, met) for pair, met in sorted(pairs.items())),
        )

    def _rows(self) -> Iterator[SeenRow]:
        for fact in self._checked.facts:
            table = _table(fact)
            if table is None:
                continue
            for no, row in enumerate(table.branches):
                chosen = self._chosen.get((fact.id, no), 0)
                yield SeenRow(fact.id, row.span, f"row {no + 1}", cells(row.condition), chosen)
            if table.otherwise is not None:
                chosen = self._chosen.get((fact.id, len(table.branches)), 0)
                yield SeenRow(fact.id, self._checked.definitions[fact.id].id, "`otherwise`", "", chosen)


def _table(fact: ComputedFact) -> Choose | None:
    """The table that states a fact, if any."""
    if not isinstance(fact, Derived) or fact.is_parameter or not isinstance(fact.expression, Choose):
        return None
    return fact.expression


def _place(table: Choose, evaluator: Evaluator, env: Environment) -> int:
    """The index of the first row that matches; the number of rows where no row matches."""
    rows = enumerate(table.branches)
    return next((no for no, row in rows if evaluator.holds(row.condition, env)), len(table.branches))


def _tests_of_fact(fact: ComputedFact) -> Iterator[Test]:
    for condition in conditions_of_fact(fact):
        yield from tests_in(condition)


def possible_conflicts(checked: CheckedPack) -> Iterator[tuple[str, str]]:
    """Pairs of a prohibition and a recommendation whose conditions do not exclude each other."""
    counts = {fact.id for fact in checked.facts if isinstance(fact, Aggregate) and fact.op == "count"}
    for rule in checked.rules:
        family = checked.actions[rule.conclusion.action].family
        for other in checked.rules:
            if (
                isinstance(rule.conclusion, Advise)
                and isinstance(other.conclusion, Prohibit)
                and other.conclusion.action in family
                and _can_meet(rule, other, counts)
            ):
                yield other.id, rule.id


def _can_meet(rule: Rule, prohibition: Rule, counts: set[str]) -> bool:
    """Whether two rules can be about one target. Conditions are compared where one target means related rows."""
    inner, outer = (rule, prohibition) if prohibition.entity in SCOPES[rule.entity] else (prohibition, rule)
    if not belongs(rule.target_entity, prohibition.target_entity):
        return False
    tied = all(side.target == InScope(side.entity) for side in (rule, prohibition))
    if not tied or outer.entity not in SCOPES[inner.entity]:
        return True
    conditions = [side.condition for side in (inner, outer)]
    return Logic(inner.entity, conditions, counts).possible(*conditions)
