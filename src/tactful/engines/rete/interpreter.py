"""Evaluates the conditions and computed facts that the network cannot: negation, aggregates and calendar arithmetic.

The results are asserted as facts. The interpreter shares nothing with the compiled engine but the intermediate
representation, so that the two can be compared.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, assert_never

from tactful.engines.rete.values import COUNTS, GATHERED, PICKS, amount, has, numbers, ordered, part, reachable, tokens
from tactful.facts.calendars import Calendar, Calendars
from tactful.facts.kinds import DAY, WEEKDAYS, BusinessDays, DateKind, Value, as_length, length_of
from tactful.facts.rows import (
    ApplicationRow,
    CandidateRow,
    Case,
    Family,
    InterviewerRow,
    InterviewRow,
    MessageRow,
    OfferRow,
    PersonRow,
    Row,
)
from tactful.facts.texts import folded
from tactful.language.ir import (
    Aggregate,
    AllOf,
    AnyOf,
    CheckedPack,
    Choose,
    Combine,
    Compare,
    ComputedFact,
    Condition,
    Constant,
    DateBetween,
    DayTimeBetween,
    Derived,
    Expression,
    Field,
    Filled,
    IsIn,
    Known,
    Moved,
    NoneOf,
    NowIs,
    Opens,
    Pick,
    PlaceIn,
    Predicate,
    Read,
    Relates,
    Rule,
    Share,
    Shift,
    Test,
    TextHas,
    WhenFact,
    YearlyBetween,
)
from tactful.language.ir.reads import conditions_in, fields_of_expression

#: How far ahead the end of a rule without ``by`` is searched for, in seconds; and the same if it reads a local clock.
AHEAD: Final = 366 * DAY
AHEAD_BY_THE_CLOCK: Final = 21 * DAY
#: The most rows and tests of a decision, deadlines included: they take some seconds.
MOST_STEPS: Final = 3_000_000
#: The rows that names stand for.
Scope = Mapping[str, Row | None]


class TooMuch(Exception):
    """A decision visits more rows, or makes more tests, than :data:`MOST_STEPS`."""


class _Left:
    """How many rows and tests are left for a decision. The interpreters of a case at several moments share it."""

    def __init__(self) -> None:
        self.count = MOST_STEPS

    def take(self) -> None:
        """Count one more row or test. Raises :class:`TooMuch`."""
        self.count -= 1
        if self.count < 0:
            raise TooMuch(f"looks at more than {MOST_STEPS:,} rows and tests")


class Interpreter:
    """One case at one moment. Methods that visit rows raise :class:`TooMuch`. Not shared between threads."""

    def __init__(
        self, checked: CheckedPack, calendars: Calendars, case: Case, now: int, left: _Left | None = None
    ) -> None:
        self._left = left or _Left()
        self._checked, self._calendars, self.case, self.now = checked, calendars, case, now
        self._facts = {fact.id: fact for fact in checked.facts}
        self._computed: dict[tuple[str, int], Value] = {}
        #: Whether a fact reads a local clock, by the fact's id.
        self._clocked: dict[str, bool] = {}
        #: While recording: for each comparison with ``now``, the first second at which its result changes, and its bound.
        self._turns: list[tuple[int, int]] | None = None

    # --- rows and scopes ---

    def rows(self, entity: str) -> Iterator[Row]:
        """All rows of an entity."""
        if entity == "candidate":
            yield self.case.candidate
            return
        for family in self.case.families:
            yield from rows_of(family, entity)

    def scope(self, row: Row) -> dict[str, Row | None]:
        """The rows that names stand for in a rule or a fact of the row's entity."""
        rows: dict[str, Row | None] = {"candidate": self.case.candidate}
        match row:
            case CandidateRow():
                return rows
            case ApplicationRow():
                application = row
            case PersonRow():
                application, rows["person"] = row.application, row
            case InterviewRow():
                application, rows["interview"] = row.application, row
            case InterviewerRow():
                application, rows["interviewer"] = row.application, row
                rows["interview"], rows["person"] = row.interview, row.person
            case MessageRow():
                application, rows["message"] = row.application, row
                rows["person"] = row.person
            case OfferRow():
                application = row.application
            case _:
                raise TypeError(f"no row of a case: {row!r}")
        rows["application"] = application
        rows["offer"] = self.case.families[application.no].offer
        return rows

    def _collection(self, fact: Aggregate, own: Scope) -> Iterator[Scope]:
        """A scope for each row that a fact looks at: the rows below its pivot."""
        pivot = own[fact.pivot]
        families = self.case.families if fact.pivot == "candidate" else (self._family(pivot),)
        for family in families:
            for row in rows_of(family, fact.over):
                if fact.pivot != "interview" or (isinstance(row, InterviewerRow) and row.interview is pivot):
                    self._left.take()
                    yield {**self.scope(row), **own, fact.over: row}

    def _family(self, row: Row | None) -> Family:
        assert row is not None
        assert row.application is not None
        return self.case.families[row.application.no]

    # --- values ---

    def value(self, field: Field, scope: Scope) -> Value:
        """The value of a field; ``None`` where it is unknown."""
        row = scope[field.scope]
        for step in field.via:
            row = None if row is None else row.related(step)
        return None if row is None else self.value_of(field, row)

    def value_of(self, field: Field, row: Row) -> Value:
        """The value of a field of ``row``; ``None`` where it is unknown."""
        match field.origin:
            case "given":
                return row.value(field.key)
            case "custom":
                return row.custom.get(field.key)
            case "clock":
                assert row.calendar is not None  # the check refuses clocks of entities without a place
                return self._clock(field.key, row.calendar)
            case "computed":
                return self._fact(field.key, row)

    def _clock(self, key: str, calendar: Calendar) -> Value:
        today = calendar.local(self.now)
        match key:
            case "local_time":
                return calendar.day_time(self.now)
            case "date":
                return today.date().toordinal()  # predicates record its turns
            case "weekday":
                self._turn_with_clock(calendar, [0])
                return WEEKDAYS[today.isoweekday() - 1]
            case _:
                self._turn_with_clock(calendar, [0])
                return calendar.is_business_date(today.date())

    def _fact(self, id_: str, row: Row) -> Value:
        key = (id_, row.no)
        if key not in self._computed:
            self._computed[key] = self._evaluated(id_, row)
        return self._computed[key]

    def _evaluated(self, id_: str, row: Row) -> Value:
        fact = self._facts[id_]
        own = self.scope(row)
        if isinstance(fact, WhenFact):
            return self.holds(fact.condition, own)
        if isinstance(fact, Derived):
            return self._result(fact.expression, own)
        matches = [scope for scope in self._collection(fact, own) if self.holds(fact.where, scope)]
        if fact.op in COUNTS:
            return COUNTS[fact.op](len(matches))
        assert fact.value is not None  # the other operations read a field
        known = [value for scope in matches if isinstance(value := self.value(fact.value, scope), int | float)]
        return GATHERED[fact.op](known)

    # --- expressions ---

    def _result(self, expression: Expression, scope: Scope) -> Value:
        """The value of an expression; ``None`` where it is unknown. All of its parts are evaluated, as in :meth:`holds`."""
        match expression:
            case Constant():
                return expression.value
            case Read(field=field):
                return self.value(field, scope)
            case Moved():
                return self._moved(expression, scope)
            case Opens():
                return self._opening(expression, scope)
            case Pick(how=how, members=members):
                known: list[Value] = [value for member in members if (value := self._result(member, scope)) is not None]
                return PICKS[how](known) if known else None
            case Combine(how=how, members=members, floor=floor):
                values = [self._result(member, scope) for member in members]
                return None if None in values else amount(numbers(values), how, floor)
            case Share(of=of):
                value = self._result(of, scope)
                return None if value is None else part(value, expression)
            case Choose(branches=branches, otherwise=otherwise):
                held = [self.holds(branch.condition, scope) for branch in branches]
                values = [self._result(branch.value, scope) for branch in branches]
                values.append(None if otherwise is None else self._result(otherwise, scope))
                return values[held.index(True)] if any(held) else values[-1]
            case _:
                assert_never(expression)

    def _moved(self, expression: Moved, scope: Scope) -> Value:
        moment, length = self.value(expression.field, scope), expression.length
        by = self.value(length, scope) if isinstance(length, Field) else as_length(length)
        if moment is None or by is None:
            return None
        assert isinstance(by, int)  # the check refuses to move a moment by anything but a length of time
        return reachable(self.shifted(moment, Shift(length_of(by), expression.back), _owner(expression.field, scope)))

    def _opening(self, expression: Opens, scope: Scope) -> Value:
        field = expression.field
        moment, row = self.value(field, scope), scope[field.scope]
        for step in field.via:
            row = None if row is None else row.related(step)
        if moment is None or row is None:
            return None
        assert isinstance(moment, int)  # the check refuses to look for office hours after anything but a moment
        calendar = _place(row)
        return reachable(calendar.office_time(moment) if expression.how == "office" else calendar.next_day(moment))

    # --- conditions ---

    def holds(self, condition: Condition, scope: Scope) -> bool:
        """Whether a condition holds. All members are evaluated, so that all comparisons are recorded."""
        if isinstance(condition, Test):
            return self._test(condition, scope)
        results = [self.holds(member, scope) for member in condition.members]
        match condition:
            case AllOf():
                return all(results)
            case AnyOf():
                return any(results)
            case NoneOf():
                return not any(results)
            case _:
                assert_never(condition)

    def _test(self, test: Test, scope: Scope) -> bool:
        self._left.take()
        value = self.value(test.field, scope)
        if value is None:
            return test.negated
        results = [self._predicate(predicate, value, test.field, scope) for predicate in test.predicates]
        return all(results) is not test.negated

    def _predicate(self, predicate: Predicate, value: Value, field: Field, scope: Scope) -> bool:
        match predicate:
            case Known():
                return True
            case IsIn(values=values):
                return bool(set(value) & set(values)) if isinstance(value, tuple) else value in values
            case Filled(filled=filled):
                return (value != ()) is filled
            case Compare(op=op, value=bound):
                return ordered(value, op, bound)
            case DayTimeBetween(low=low, high=high):
                return self._between(value, low, high, field, scope)
            case NowIs(op=op, shift=shift):
                return self._now_is(op, self.shifted(value, shift, _owner(field, scope)))
            case Relates(op=op, other=other):
                return self._relates(value, op, other, field, scope)
            case TextHas(how=how, words=words):
                return has(how, tokens(folded(str(value))), tokens(words))
            case PlaceIn(values=values):
                return any(value == place or str(value).startswith(f"{place}-") for place in values)
            case DateBetween(first=first, last=last):
                return self._dated(value, first, last, field, scope)
            case YearlyBetween(first=first, last=last):
                return self._yearly(value, first, last, field, scope)
            case _:
                assert_never(predicate)

    def _dated(self, value: Value, first: int | None, last: int | None, field: Field, scope: Scope) -> bool:
        ends = [day for day in (first, None if last is None else last + 1) if day is not None]
        day = self._day(value, field, scope, ends)
        return (first is None or day >= first) and (last is None or day <= last)

    def _yearly(self, value: Value, first: int, last: int, field: Field, scope: Scope) -> bool:
        now = datetime.fromtimestamp(self.now, UTC).year
        turns = [date(year, 2, day) for year in range(now - 1, now + 3) for day in (28, 29) if day < 29 or isleap(year)]
        turns += [
            date(year, *divmod(end, 100)) for year in range(now - 1, now + 3) for end in (first, last) if end != 229
        ]
        ends = [turn.toordinal() + step for turn in turns for step in (0, 1)]
        day = date.fromordinal(self._day(value, field, scope, ends))
        low, high = (228 if end == 229 and not isleap(day.year) else end for end in (first, last))
        number = day.month * 100 + day.day
        return low <= number <= high if low <= high else not high < number < low

    def _day(self, value: Value, field: Field, scope: Scope, ends: list[int]) -> int:
        """The ordinal of a date, or of a moment's day. For today's date, the turns at the beginnings of days are recorded."""
        assert isinstance(value, int)  # the check refuses dates of anything but dates and moments
        if not isinstance(field.kind, DateKind):
            row: Row | None = scope[field.scope]
            for step in field.via:
                row = None if row is None else row.related(step)
            assert row is not None  # the value is known, so the row exists
            return _place(row).local(value).date().toordinal()
        if self._turns is not None:
            calendar = self._calendar_shown(field, scope)
            starts = [calendar.start_of_day(date.fromordinal(end)) for end in ends]
            self._turns += [(start, start) for start in starts]
        return value

    def _between(self, value: Value, low: int, high: int, field: Field, scope: Scope) -> bool:
        assert isinstance(value, int)  # a time of day
        if field.origin == "clock":
            self._turn_with_clock(self._calendar_shown(field, scope), [low, high + 1])
        return low <= value <= high if low <= high else not high < value < low

    def _relates(self, value: Value, op: str, other: Field, field: Field, scope: Scope) -> bool:
        against = self.value(other, scope)
        if against is None:
            return False
        for clock, shown, by in ((field, against, other), (other, value, field)):
            if clock.origin == "clock" and isinstance(shown, int):
                if clock.key == "date":
                    self._turn_with_clock(self._calendar_shown(clock, scope), [0])
                    continue
                times = [] if by.origin == "clock" else [shown, shown + 1]  # two clocks advance together
                self._turn_with_clock(self._calendar_shown(clock, scope), times)
        return value == against if op == "==" else ordered(value, op, against)

    # --- time ---

    def shifted(self, moment: Value, shift: Shift, row: Row) -> int:
        """A moment of a row, shifted (seconds since 1970). Business days are those of its application, else the candidate's."""
        assert isinstance(moment, int)  # the check refuses time phrases about anything but moments
        if not isinstance(shift.length, BusinessDays):
            return moment - shift.length.seconds if shift.back else moment + shift.length.seconds
        calendar = self.case.candidate.calendar if row.application is None else row.application.calendar
        days = shift.length.count
        return calendar.subtract_business_days(moment, days) if shift.back else calendar.add_business_days(moment, days)

    def _now_is(self, op: str, moment: int) -> bool:
        if self._turns is not None:
            self._turns.append((moment if op in ("<", ">=") else moment + 1, moment))
        return ordered(self.now, op, moment)

    def _calendar_shown(self, field: Field, scope: Scope) -> Calendar:
        row = scope[field.scope]
        for step in field.via:
            row = None if row is None else row.related(step)
        assert row is not None  # the value is known, so the row exists
        assert row.calendar is not None
        return row.calendar

    def _turn_with_clock(self, calendar: Calendar, seconds: list[int]) -> None:
        """Record when a clock next shows these times of day (seconds after midnight), and its next changes."""
        if self._turns is None:
            return
        today = datetime.combine(calendar.local(self.now).date(), time())
        for days in (-1, 0, 1, 2):
            for second in seconds:
                local = today + timedelta(days=days, seconds=second)
                self._turns += [
                    (moment, moment) for moment in (calendar.instant(local), calendar.instant(local.replace(fold=1)))
                ]
        until = self.now + (3 * DAY if seconds else AHEAD_BY_THE_CLOCK)
        self._turns += [(change, change) for change in calendar.clock_changes(self.now - DAY, until)]

    def due(self, rule: Rule, row: Row) -> int | None:
        """The deadline of a rule that fires for a row (seconds since 1970); ``None`` for no deadline."""
        if rule.by is not None:
            scope = self.scope(row)
            moment = self.value(rule.by.field, scope)
            return None if moment is None else self.shifted(moment, rule.by.shift, _owner(rule.by.field, scope))
        return None if rule.endless else self._until(rule, row)

    def _until(self, rule: Rule, row: Row) -> int | None:
        """When the rule stops firing by time alone: evaluated at one turn after another, up to the horizon."""
        clocked = self._reads_clock(rule.when) or self._reads_clock(rule.unless)
        end = self.now + (AHEAD_BY_THE_CLOCK if clocked else AHEAD)
        later = self._recording(self.now)
        later.fires(rule, row)
        while True:
            first, bound = min((turn for turn in later._turns or () if turn[0] > later.now), default=(None, None))
            if first is None or first > end:
                return None
            later = self._recording(first)
            if not later.fires(rule, row):
                return bound

    def _reads_clock(self, condition: Condition) -> bool:
        """Whether a condition, or a fact that it reads, reads a local clock."""
        if not isinstance(condition, Test):
            return any(self._reads_clock(member) for member in condition.members)
        others = [field for predicate in condition.predicates for field in _other_fields(predicate)]
        if others and any(field.key == "date" and field.origin == "clock" for field in (condition.field, *others)):
            return True  # compared with another field, a date turns at any midnight
        return any(self._is_clocked(field) for field in (condition.field, *others))

    def _is_clocked(self, field: Field) -> bool:
        if field.origin != "computed":
            return field.origin == "clock" and field.key != "date"  # a date turns seldom
        if field.key not in self._clocked:
            self._clocked[field.key] = self._fact_reads_clock(self._facts[field.key])
        return self._clocked[field.key]

    def _fact_reads_clock(self, fact: ComputedFact) -> bool:
        if isinstance(fact, WhenFact):
            return self._reads_clock(fact.condition)
        if isinstance(fact, Derived):
            return any(map(self._is_clocked, fields_of_expression(fact.expression))) or any(
                map(self._reads_clock, conditions_in(fact.expression))
            )
        return self._reads_clock(fact.where) or (fact.value is not None and self._is_clocked(fact.value))

    def _recording(self, now: int) -> Interpreter:
        """An interpreter of the same case at another moment, which records comparisons with ``now``."""
        other = Interpreter(self._checked, self._calendars, self.case, now, self._left)
        other._turns = []
        return other

    def fires(self, rule: Rule, row: Row) -> bool:
        """Whether a rule fires for a row."""
        scope = self.scope(row)
        wanted, unwanted = self.holds(rule.when, scope), self.holds(rule.unless, scope)
        return wanted and not unwanted


def _other_fields(predicate: Predicate) -> tuple[Field, ...]:
    """The other fields that a predicate compares its field with."""
    match predicate:
        case Relates(other=other):
            return (other,)
        case Known() | IsIn() | Filled() | Compare() | DayTimeBetween() | NowIs():
            return ()
        case TextHas() | PlaceIn() | DateBetween() | YearlyBetween():
            return ()
        case _:
            assert_never(predicate)


def _owner(field: Field, scope: Scope) -> Row:
    """The row that a field whose value is known is read from."""
    row = scope[field.scope]
    assert row is not None
    return row


def _place(row: Row) -> Calendar:
    """The calendar of the place of a row: its own, its person's, its application's or the candidate's."""
    person, application = row.person, row.application
    places = [
        row.calendar,
        None if person is None else person.calendar,
        None if application is None else application.calendar,
    ]
    calendar = next((place for place in places if place is not None), None)
    assert calendar is not None  # only a candidate has no application, and it has a place
    return calendar


def rows_of(family: Family, entity: str) -> tuple[Row, ...]:
    """The rows of an entity that belong to an application."""
    match entity:
        case "application":
            return (family.application,)
        case "offer":
            return (family.offer,) if family.offer is not None else ()
        case "person":
            return family.people
        case "interview":
            return family.interviews
        case "interviewer":
            return tuple(row for group in family.interviewers for row in group)
        case _:
            return family.messages
