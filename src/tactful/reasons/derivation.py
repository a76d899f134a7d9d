"""How a rule came to fire, or failed to: the value that each test read, and how each computed fact came about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, assert_never

from tactful.engines.evaluate import Environment, row_of
from tactful.facts.dates import format_date
from tactful.facts.kinds import Value
from tactful.facts.parameters import SIGN
from tactful.facts.rows import Row, row_key
from tactful.language.ir import (
    HERE,
    Aggregate,
    AllOf,
    AnyOf,
    Choose,
    Compare,
    Condition,
    DateBetween,
    DayTimeBetween,
    Derived,
    Field,
    Filled,
    IsIn,
    Known,
    Moved,
    NoneOf,
    NowIs,
    PlaceIn,
    Prohibit,
    Relates,
    Rule,
    Test,
    TextHas,
    WhenFact,
    YearlyBetween,
)
from tactful.language.ir.boundaries import other_fields
from tactful.language.ir.in_force import days_in_force
from tactful.language.ir.reads import as_written, hidden_move
from tactful.reasons.budget import Budget
from tactful.reasons.context import Context, target_record
from tactful.reasons.formulas import Formula, cells
from tactful.reasons.justification import supports
from tactful.reasons.records.why import (
    AskedRecord,
    DerivedRecord,
    FactRecord,
    GatheredRecord,
    MemberRecord,
    MovedRecord,
    ParameterRecord,
    RowRecord,
    RuleRecord,
    TableRowRecord,
    ToldRecord,
    WhenRecord,
)
from tactful.reasons.wording import plain_value

#: The most rows of a collection that are reported.
ROWS: Final = 3
#: The steps that one question may take: rows that are examined to find the row nearest to a match. About three seconds.
STEPS: Final = 150_000
#: The most computed facts that are followed one inside another. Real packs stay below; generated packs are cut off here.
DEPTH: Final = 12

_PARAMETER = re.compile(r"\$([a-z][a-z0-9_]*)")
#: A test, and whether its condition asks that the test hold.
Ground = tuple[Test, bool]


class Derivation:
    """Records of tests and computed facts. A fact is written out once; later records refer to it."""

    def __init__(self, context: Context) -> None:
        self._context, self._evaluator = context, context.evaluator
        self._parameters = {parameter.name: parameter.value for parameter in context.checked.parameters}
        self._written_out: set[tuple[str, int, bool]] = set()
        self.budget = Budget(STEPS)

    def fired(self, rule: Rule, row: Row, text: str) -> RuleRecord:
        """A rule that fired for a row. ``text`` is the rule's sentence, filled in."""
        return RuleRecord(
            rule=rule.id,
            where=f"{rule.span.file}:{rule.span.line}",
            about=rule.about,
            source=rule.source,
            priority=rule.priority,
            safety=isinstance(rule.conclusion, Prohibit) and rule.conclusion.safety,
            row=target_record(row),
            text=text,
            tests=self.tests(self.holding(rule, row), self._evaluator.environment(rule.entity, row), to_mend=False),
        )

    # --- the tests that matter ---

    def holding(self, rule: Rule, row: Row) -> list[Ground]:
        """The tests that made the rule fire for the row."""
        return self._holding(rule.condition, self._evaluator.environment(rule.entity, row), True)

    def failing(self, rule: Rule, row: Row) -> list[Ground]:
        """The fewest tests that would have to change for the rule to fire; none where only its target is missing."""
        env = self._evaluator.environment(rule.entity, row)
        return [] if self._evaluator.holds(rule.condition, env) else self._mend(rule.condition, env, True)

    def already_met(self, rule: Rule, row: Row) -> list[Ground]:
        """The tests behind those members of ``when`` and ``unless`` that hold as the rule asks."""
        env = self._evaluator.environment(rule.entity, row)
        members = [*_members(rule.when), NoneOf((rule.unless,))]
        met = [member for member in members if self._evaluator.holds(member, env)]
        return [ground for member in met for ground in self._holding(member, env, True)]

    def _holding(self, condition: Condition, env: Environment, truth: bool) -> list[Ground]:
        """The tests that make ``condition`` true, or false if ``truth`` is false."""
        tests = supports(condition, env, self._evaluator, truth)
        return list(dict.fromkeys((support.test, support.held == truth) for support in tests))

    def _mend(self, condition: Condition, env: Environment, to: bool, wanted: bool = True) -> list[Ground]:
        """The fewest tests that have to change for ``condition`` to become ``to``. It is now the opposite.

        ``wanted``: whether the whole condition asks that this part of it hold.
        """
        match condition:
            case Test():
                return [(condition, wanted)]
            case NoneOf(members=members):
                return self._mend(AnyOf(members), env, not to, not wanted)
            case AllOf(members=members) | AnyOf(members=members):
                wrong = [member for member in members if self._evaluator.holds(member, env) != to]
                ways = [self._mend(member, env, to, wanted) for member in wrong]
                if isinstance(condition, AllOf) == to:
                    return list(dict.fromkeys(ground for way in ways for ground in way))
                return min(ways, key=lambda way: (len(way), self._forgotten(way, env)), default=[])
            case _:
                assert_never(condition)

    def _forgotten(self, grounds: list[Ground], env: Environment) -> int:
        """How many known facts would have to become unknown. Among ways of the same length, the fewest are preferred."""
        known = [test for test, _ in grounds if Known() in test.predicates]
        return sum(self._evaluator.test(test, env) != test.negated for test in known)

    # --- tests in full ---

    def tests(
        self, grounds: Iterable[Ground], env: Environment, *, to_mend: bool, deep: bool = True
    ) -> tuple[AskedRecord, ...]:
        """Tests with the values that they read.

        ``to_mend``: the tests prevent a rule from firing. ``deep``: the records include how computed facts came about.
        """
        return self._tests(grounds, env, to_mend, DEPTH if deep else 0)

    def _tests(self, grounds: Iterable[Ground], env: Environment, to_mend: bool, depth: int) -> tuple[AskedRecord, ...]:
        asked = list(dict.fromkeys(grounds))
        moved = {test.span for test, _ in asked if hidden_move(test.field, self._evaluator.facts) is not None}
        return tuple(
            self._test(test, wanted, env, to_mend, depth)
            for test, wanted in asked
            if test.span not in moved
            or hidden_move(test.field, self._evaluator.facts) is not None
            or not _only_past_or_future(test)
        )

    def _test(self, test: Test, wanted: bool, env: Environment, to_mend: bool, depth: int) -> AskedRecord:
        evaluator, context, field = self._evaluator, self._context, as_written(test.field, self._evaluator.facts)
        value = evaluator.value(field, env)
        since, until = self._bounds(test, evaluator.value(test.field, env), env)
        return AskedRecord(
            field=field.text,
            phrase=_PARAMETER.sub(lambda match: self._parameter_value(match[1]), test.text),
            value=plain_value(value, field.kind, context.calendar),
            said=context.words.value(value, field.kind, context.calendar),
            held=evaluator.test(test, env),
            wanted=wanted,
            since=context.iso(since),
            until=context.iso(until),
            others=tuple(
                self._member(other, env, to_mend, self._depth_of(other, depth)) for other in other_fields(test)
            ),
            because=self._fact(test.field, env, to_mend, depth),
        )

    def _parameter_value(self, name: str) -> str:
        """The value of a parameter that counts now, in words."""
        fact = self._evaluator.facts.get(f"candidate.{SIGN}{name}")
        if fact is None:
            return self._parameters.get(name, f"{SIGN}{name}")
        value = self._evaluator.computed(fact.id, self._context.case.candidate)
        return self._context.words.value(value, fact.kind, self._context.calendar)

    def _depth_of(self, operand: Field, depth: int) -> int:
        """How deep a field that a test compares with is followed: amounts, tables and parameters are, other facts not."""
        return depth if operand.derived else 0

    def _bounds(self, test: Test, value: Value, env: Environment) -> tuple[int | None, int | None]:
        """Since when and until when a test of time holds (seconds since 1970; ``None``: no bound)."""
        since: list[int] = []
        until: list[int] = []
        if value is not None and not test.negated:
            for predicate in test.predicates:
                match predicate:
                    case NowIs(op=op, shift=shift):
                        moment = self._evaluator.shifted(value, shift, test.field, env)
                        (since if op in (">", ">=") else until).append(moment)
                    case Known() | Filled() | IsIn() | Compare() | DayTimeBetween() | Relates():
                        pass  # these do not look at how long ago the moment is
                    case TextHas() | PlaceIn() | DateBetween() | YearlyBetween():
                        pass  # nor do these
                    case _:
                        assert_never(predicate)
        return max(since, default=None), min(until, default=None)

    # --- computed facts ---

    def _fact(self, field: Field, env: Environment, to_mend: bool, depth: int) -> FactRecord | None:
        """How a computed fact came about; ``None`` for a given fact, and where the row that would have it is missing."""
        row = row_of(field, env)
        if field.origin != "computed" or row is None:
            return None
        moved = hidden_move(field, self._evaluator.facts)
        if moved is not None:
            return self._moved(moved, field, env, to_mend, depth)
        fact = self._evaluator.facts[field.key]
        if isinstance(fact, Derived) and fact.is_parameter:
            return self._parameter(fact, env)
        if depth <= 0:
            return None
        key = (field.key, row.no, to_mend)
        if key in self._written_out:
            return ToldRecord(fact=field.key, of=target_record(row))
        self._written_out.add(key)
        inner = self._evaluator.environment(fact.entity, row)
        match fact:
            case WhenFact():
                return self._when(fact, row, inner, to_mend, depth)
            case Aggregate():
                return self._gathered(fact, row, inner, to_mend, depth)
            case Derived():
                return self._derived(fact, row, inner, to_mend, depth)
            case _:
                assert_never(fact)

    def _when(self, fact: WhenFact, row: Row, env: Environment, to_mend: bool, depth: int) -> WhenRecord:
        truth = self._evaluator.holds(fact.condition, env)
        grounds = self._mend(fact.condition, env, not truth) if to_mend else self._holding(fact.condition, env, truth)
        return WhenRecord(
            fact=fact.id,
            about=fact.about,
            where=self._where(fact.id),
            of=target_record(row),
            tests=self._tests(grounds, env, to_mend, depth - 1),
        )

    def _derived(self, fact: Derived, row: Row, env: Environment, to_mend: bool, depth: int) -> DerivedRecord:
        value, calendar = self._evaluator.computed(fact.id, row), self._context.calendar
        formula = Formula(self._evaluator, env, calendar, self._context.words)
        fields = dict.fromkeys(formula.fields(fact.expression))
        return DerivedRecord(
            fact=fact.id,
            about=fact.about,
            where=self._where(fact.id),
            of=target_record(row),
            value=plain_value(value, fact.kind, calendar),
            said=self._context.words.value(value, fact.kind, calendar),
            says=formula.words(fact.expression, fact.kind),
            table_row=self._table_row(fact, formula, env, to_mend, depth)
            if isinstance(fact.expression, Choose)
            else None,
            members=tuple(self._member(field, env, to_mend, depth - 1) for field in fields),
        )

    def _table_row(
        self, fact: Derived, formula: Formula, env: Environment, to_mend: bool, depth: int
    ) -> TableRowRecord:
        assert isinstance(fact.expression, Choose)
        row = formula.row(fact.expression)
        if row is None:
            return TableRowRecord(no=None, where=self._where(fact.id), cells="", tests=())
        no, branch = row
        tests = self._holding(branch.condition, env, True)
        return TableRowRecord(
            no=no,
            where=f"{branch.span.file}:{branch.span.line}",
            cells=cells(branch.condition),
            tests=self._tests(tests, env, to_mend, depth - 1),
        )

    def _moved(self, moved: Moved, field: Field, env: Environment, to_mend: bool, depth: int) -> MovedRecord:
        """A moment that a condition moves by a length of time; ``field`` is the hidden fact that stands for it."""
        assert isinstance(moved.length, Field)  # a length that is fixed needs no hidden fact
        value, calendar = self._evaluator.value(field, env), self._context.calendar
        return MovedRecord(
            moment=self._member(moved.field, env, to_mend, depth - 1),
            by=self._member(moved.length, env, to_mend, depth - 1),
            before=moved.back,
            value=plain_value(value, field.kind, calendar),
            said=self._context.words.value(value, field.kind, calendar),
        )

    def _parameter(self, fact: Derived, env: Environment) -> ParameterRecord:
        calendar, name = self._context.calendar, _parameter(fact.id)
        assert name is not None  # the fact stands for a parameter
        value = self._evaluator.expression(fact.expression, env)
        checked = self._context.checked
        parameter = next(parameter for parameter in checked.parameters if parameter.name == name)
        stated = self._context.case.candidate.custom.get(f"{SIGN}{name}") is not None
        today = calendar.day(self._context.now) if checked.as_of is None else checked.as_of
        since, until = (None, None) if stated else days_in_force(parameter, today)
        return ParameterRecord(
            parameter=name,
            about=fact.about,
            where=self._where(fact.id),
            value=plain_value(value, fact.kind, calendar),
            said=self._context.words.value(value, fact.kind, calendar),
            since=None if since is None else format_date(since),
            until=None if until is None else format_date(until),
            stated=stated,
        )

    def _member(self, field: Field, env: Environment, to_mend: bool, depth: int) -> MemberRecord:
        value, calendar = self._evaluator.value(field, env), self._context.calendar
        return MemberRecord(
            field=field.text,
            value=plain_value(value, field.kind, calendar),
            said=self._context.words.value(value, field.kind, calendar),
            because=self._fact(field, env, to_mend, depth),
        )

    def _gathered(self, fact: Aggregate, row: Row, env: Environment, to_mend: bool, depth: int) -> GatheredRecord:
        matched = [
            inner for inner in self._evaluator.candidates(fact, row, env) if self._evaluator.holds(fact.where, inner)
        ]
        looked_at = self._evaluator.collection_size(fact, row, env)
        shown: Sequence[tuple[Environment, list[Ground]]]
        if matched:
            shown = [
                (inner, self._holding(fact.where, inner, True)) for inner in self._rows_in_order(fact, matched)[:ROWS]
            ]
        elif not self.budget.spend_steps(looked_at):
            shown = ()
        else:
            rows = self._evaluator.collection(fact, row, env)
            near = [(inner, self._mend(fact.where, inner, True)) for inner in rows]
            shown = sorted(near, key=lambda pair: (len(pair[1]), _key(pair[0], fact.over)))[:ROWS]
        return GatheredRecord(
            fact=fact.id,
            about=fact.about,
            where=self._where(fact.id),
            of=target_record(row),
            op=fact.op,
            over=fact.over,
            looked_at=looked_at,
            matched=len(matched),
            rows=tuple(
                self._row(fact, inner, grounds, bool(matched), to_mend and not matched, depth)
                for inner, grounds in shown
            ),
        )

    def _rows_in_order(self, fact: Aggregate, matched: list[dict[str, Row | None]]) -> list[dict[str, Row | None]]:
        """The rows that matched. For ``latest`` and ``earliest``, the row that has the fact's value comes first."""
        field = fact.value
        if field is None or fact.op == "sum":
            return matched
        values = [(self._evaluator.value(field, inner), inner) for inner in matched]
        known = [(value, inner) for value, inner in values if isinstance(value, int | float)]
        known.sort(key=lambda pair: pair[0], reverse=fact.op == "latest")
        return [inner for _, inner in known] or matched

    def _row(
        self, fact: Aggregate, env: Environment, grounds: list[Ground], matched: bool, to_mend: bool, depth: int
    ) -> RowRecord:
        row = env[fact.over]
        assert row is not None  # the collection is made of rows
        return RowRecord(
            row=target_record(row),
            said=self._context.words.row(row, self._context.calendar),
            matched=matched,
            tests=self._tests(grounds, env, to_mend, depth - 1),
        )

    def _where(self, id_: str) -> str:
        definition = self._context.checked.definitions.get(_parameter(id_) or id_)
        return "" if definition is None else f"{definition.id.file}:{definition.id.line}"


def _parameter(id_: str) -> str | None:
    """The parameter that a fact stands for; ``None`` if it stands for none."""
    entity, _, name = id_.partition(".")
    return name.removeprefix(SIGN) if entity == "candidate" and name.startswith(SIGN) else None


def _only_past_or_future(test: Test) -> bool:
    """Whether a test of a written moment asks no more than on which side of now it lies.

    ``at most candidate.notice_period ago`` is two tests: that the moment is past, and that it is not too long past.
    """
    return bool(test.predicates) and all(
        isinstance(predicate, NowIs) and predicate.shift == HERE for predicate in test.predicates
    )


def _members(condition: Condition) -> tuple[Condition, ...]:
    return condition.members if isinstance(condition, AllOf) else (condition,)


def _key(env: Environment, entity: str) -> tuple[str, str, str, str]:
    row = env[entity]
    assert row is not None  # the collection is made of rows
    return row_key(row)
