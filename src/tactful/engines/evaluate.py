"""The plain evaluator: conditions of the intermediate representation, evaluated as they are written.

It is not an engine, since it evaluates one rule for one row at a time. Explanations, deadlines and plans use it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, Final, assert_never

from tactful.facts.calendars import FIRST_MOMENT, LAST_MOMENT, Calendar, Calendars
from tactful.facts.entities import SCOPES
from tactful.facts.kinds import LONGEST, MOST, BusinessDays, DateKind, Value, as_length, length_of
from tactful.facts.rows import (
    ApplicationRow,
    Case,
    Family,
    InterviewerRow,
    MessageRow,
    Row,
    business_calendar,
    nearest_calendar,
    own_calendar,
)
from tactful.facts.texts import folded
from tactful.language.ir import (
    Aggregate,
    AllOf,
    AnyOf,
    Choose,
    Combine,
    Compare,
    ComputedFact,
    Condition,
    Constant,
    DateBetween,
    DayTimeBetween,
    Deadline,
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
    Share,
    Shift,
    Test,
    TextHas,
    WhenFact,
    YearlyBetween,
)

#: Stands for a value that is not known yet, where ``None`` is a value.
_MISSING: Final[Any] = object()
#: 29 February, as :class:`YearlyBetween` has it.
_LEAP_DAY: Final = 229
#: The rows in scope, by the names of their entities; ``None`` for an offer that does not exist and an unknown person.
Environment = Mapping[str, Row | None]
#: Called with a test, the value of its field, and whether the test holds.
Observer = Callable[[Test, Value, bool], None]
#: The attribute with the id of a row's person, for the entities whose rows are grouped by person.
_PERSON_ID: Final = {"message": "person_id", "interviewer": "id"}


class Evaluator:
    """Evaluates the conditions of a pack for one case at one moment, ``now`` (seconds since 1970, UTC).

    Not safe to share between threads.
    """

    def __init__(self, case: Case, now: int, facts: Mapping[str, ComputedFact], calendars: Calendars) -> None:
        self.case, self.now, self.facts, self.calendars = case, now, facts, calendars
        #: The computed facts that are known, by their id and the number of their row.
        self.memo: dict[tuple[str, int], Value] = {}
        self._environments: dict[tuple[str, int], dict[str, Row | None]] = {}
        #: The rows of an application (by its number) by the id of their person, by entity.
        self._by_person: dict[tuple[str, int], dict[Value, list[Row]]] = {}
        #: By a fact's id, the fact and the result of :func:`_named_person`.
        self._named_persons: dict[str, tuple[Aggregate, Field | None]] = {}

    def at(self, now: int) -> Evaluator:
        """An evaluator of the same case at another moment."""
        return Evaluator(self.case, now, self.facts, self.calendars)

    # --- rows ---

    def family(self, application: ApplicationRow) -> Family:
        """An application with everything that belongs to it."""
        return self.case.families[application.no]

    def environment(self, entity: str, row: Row) -> Environment:
        """The rows in scope of a rule ``for each`` row of ``entity``, for one of these rows."""
        key = (entity, row.no)
        env = self._environments.get(key)
        if env is None:
            env = self._environments[key] = self._environment(entity, row)
        return env

    def _environment(self, entity: str, row: Row) -> dict[str, Row | None]:
        env: dict[str, Row | None] = {entity: row}
        application = row.application
        env.setdefault("candidate", self.case.candidate)
        if application is not None:
            env.setdefault("application", application)
            env.setdefault("offer", self.family(application).offer)
        if isinstance(row, InterviewerRow):
            env["interview"], env["person"] = row.interview, row.person
        if isinstance(row, MessageRow):
            env["person"] = row.person
        return env

    def rows(self, entity: str) -> Iterator[Row]:
        """All rows of an entity, in the order of the case."""
        yield from self._below(entity, "candidate", self.case.candidate)

    def _below(self, entity: str, pivot: str, row: Row) -> Iterator[Row]:
        """The rows of ``entity`` that belong to ``row``, a row of the entity ``pivot``."""
        if entity == "candidate":
            yield self.case.candidate
            return
        application = row.application
        families = self.case.families if application is None else (self.family(application),)
        for family in families:
            for member in _members(family, entity):
                if pivot != "interview" or (isinstance(member, InterviewerRow) and member.interview is row):
                    yield member

    # --- values ---

    def value(self, field: Field, env: Environment) -> Value:
        """The value of a field; ``None`` where it is unknown."""
        row = row_of(field, env) if field.via else env[field.scope]
        if row is None:
            return None
        origin = field.origin
        if origin == "given":
            return row.value(field.key)
        if origin == "computed":  # the same as `computed`, written out: each fact of a long chain saves a call
            key = (field.key, row.no)
            known: Value = self.memo.get(key, _MISSING)
            if known is _MISSING:
                known = self.memo[key] = self.worked_out(self.facts[field.key], row)
            return known
        if origin == "custom":
            return row.custom.get(field.key)
        return clock_value(field.key, own_calendar(row), self.now)

    def computed(self, id_: str, row: Row) -> Value:
        """The value of a computed fact for a row."""
        key = (id_, row.no)
        known: Value = self.memo.get(key, _MISSING)
        if known is _MISSING:
            known = self.memo[key] = self.worked_out(self.facts[id_], row)
        return known

    def worked_out(self, fact: ComputedFact, row: Row) -> Value:
        """The value of a computed fact for a row, computed anew. It may be a fact that the pack does not have."""
        env = self.environment(fact.entity, row)
        match fact:
            case WhenFact(condition=condition):
                return self.holds(condition, env)
            case Aggregate():
                return self._aggregate(fact, row, env)
            case Derived(expression=expression):
                return self.expression(expression, env)
            case _:
                assert_never(fact)

    # --- expressions ---

    def expression(self, expression: Expression, env: Environment) -> Value:
        """The value of an expression; ``None`` where it is unknown."""
        match expression:
            case Constant(value=value):
                return value
            case Read(field=field):
                return self.value(field, env)
            case Moved(field=field, length=length):
                by = self.value(length, env) if isinstance(length, Field) else as_length(length)
                return self.moved(expression, self.value(field, env), by, env)
            case Opens(field=field):
                return self.opening(expression, self.value(field, env), env)
            case Pick(members=members):
                return picked(expression, [self.expression(member, env) for member in members])
            case Combine(members=members):
                return combined(expression, [self.expression(member, env) for member in members])
            case Share(of=of):
                return share_of(expression, self.expression(of, env))
            case Choose(branches=branches, otherwise=otherwise):
                for branch in branches:
                    if self.holds(branch.condition, env):
                        return self.expression(branch.value, env)
                return None if otherwise is None else self.expression(otherwise, env)
            case _:
                assert_never(expression)

    def moved(self, expression: Moved, moment: Value, length: Value, env: Environment) -> Value:
        """The moment that results from moving a moment by a length (see :func:`as_length`) with these values."""
        if moment is None or length is None:
            return None
        assert isinstance(length, int)  # the check lets only lengths of time move a moment
        shift = Shift(length_of(length), expression.back)
        return in_range(self.shifted(moment, shift, expression.field, env))

    def opening(self, expression: Opens, moment: Value, env: Environment) -> Value:
        """The first moment at which people work, from a moment on."""
        row = row_of(expression.field, env)
        if row is None or moment is None:
            return None
        assert isinstance(moment, int)  # the check lets only moments be asked this
        calendar = nearest_calendar(row)
        return in_range(calendar.office_time(moment) if expression.how == "office" else calendar.next_day(moment))

    def collection(self, fact: Aggregate, row: Row, env: Environment) -> Iterator[dict[str, Row | None]]:
        """The environments for the fact's ``where``: one for each row that the fact ranges over."""
        pivot = env[fact.pivot]
        assert pivot is not None  # the pivot is an ancestor of the row
        for member in self._below(fact.over, fact.pivot, pivot):
            yield {**self.environment(fact.over, member), **env, fact.over: member}

    def candidates(self, fact: Aggregate, row: Row, env: Environment) -> Iterator[dict[str, Row | None]]:
        """The environments of :meth:`collection`; only those of one person's rows if the fact is about one person."""
        known = self._named_persons.get(fact.id)
        if known is None or known[0] is not fact:
            known = self._named_persons[fact.id] = fact, _named_person(fact)
        named, application = known[1], row.application
        if named is None or application is None:
            yield from self.collection(fact, row, env)
            return
        person_id = self.value(named, env)
        for member in self._of_person(fact.over, application).get(person_id, ()):
            yield {**self.environment(fact.over, member), **env, fact.over: member}

    def collection_size(self, fact: Aggregate, row: Row, env: Environment) -> int:
        """How many rows :meth:`collection` ranges over."""
        pivot = env[fact.pivot]
        assert pivot is not None  # the pivot is an ancestor of the row
        return sum(1 for _ in self._below(fact.over, fact.pivot, pivot))

    def _of_person(self, entity: str, application: ApplicationRow) -> dict[Value, list[Row]]:
        """The rows of an application by the id of their person. Rows that name nobody are left out."""
        key = entity, application.no
        rows = self._by_person.get(key)
        if rows is None:
            rows = self._by_person[key] = {}
            for member in _members(self.family(application), entity):
                id_ = member.value(_PERSON_ID[entity])
                if id_ is not None:
                    rows.setdefault(id_, []).append(member)
        return rows

    def _aggregate(self, fact: Aggregate, row: Row, env: Environment) -> Value:
        inners = self.candidates(fact, row, env)
        if fact.op in ("exists", "none"):
            return any(self.holds(fact.where, inner) for inner in inners) == (fact.op == "exists")
        matches = [inner for inner in inners if self.holds(fact.where, inner)]
        if fact.value is None:
            return len(matches)
        values = [self.value(fact.value, inner) for inner in matches]
        numbers = [value for value in values if isinstance(value, int | float)]
        if fact.op == "sum":
            return sum(numbers)
        if not numbers:
            return None
        return max(numbers) if fact.op == "latest" else min(numbers)

    # --- conditions ---

    def holds(self, condition: Condition, env: Environment, observe: Observer | None = None) -> bool:
        """Whether a condition holds. ``observe`` is called for every test that is evaluated."""
        match condition:
            case Test():
                return self.test(condition, env, observe)
            case AllOf(members=members):
                ends, ends_with = False, False
            case AnyOf(members=members):
                ends, ends_with = True, True
            case NoneOf(members=members):
                ends, ends_with = True, False
            case _:
                assert_never(condition)
        for member in members:
            if self.holds(member, env, observe) is ends:  # the members after it do not matter
                return ends_with
        return not ends_with

    def test(self, test: Test, env: Environment, observe: Observer | None = None) -> bool:
        """Whether a test holds."""
        value = self.value(test.field, env)
        result = self.holds_of(test, value, env)
        if observe is not None:
            observe(test, value, result)
        return result

    def holds_of(self, test: Test, value: Value, env: Environment) -> bool:
        """Whether a test holds if its field has this value."""
        if value is None:
            return test.negated
        for predicate in test.predicates:
            if not self.predicate(predicate, value, test.field, env):
                return test.negated
        return not test.negated

    def predicate(self, predicate: Predicate, value: Value, field: Field, env: Environment) -> bool:
        """Whether a predicate holds of a field that is known to have this value."""
        match predicate:
            case NowIs(op=op, shift=shift):
                return compare(self.now, op, self.shifted(value, shift, field, env))
            case IsIn(values=values):
                return any(item in values for item in value) if isinstance(value, tuple) else value in values
            case TextHas():
                return _has_words(str(value), predicate)
            case PlaceIn(values=values):
                return str(value) in values or str(value).partition("-")[0] in values
            case DateBetween(first=first, last=last):
                day = self._day(value, field, env)
                return (first is None or first <= day) and (last is None or day <= last)
            case YearlyBetween(first=first, last=last):
                return _in_year(date.fromordinal(self._day(value, field, env)), first, last)
            case Known():
                return True
            case Filled(filled=filled):
                return bool(value) == filled
            case Relates(op=op, other=other):
                against = self.value(other, env)
                if against is None:
                    return False
                return value == against if op == "==" else compare(value, op, against)
            case Compare(op=op, value=bound):
                return compare(value, op, bound)
            case DayTimeBetween(low=low, high=high):
                return in_day_time(value, low, high)
            case _:
                assert_never(predicate)

    # --- time ---

    def _day(self, value: Value, field: Field, env: Environment) -> int:
        """The ordinal of a date, or of the day of a moment where the field's row is."""
        assert isinstance(value, int)  # the check lets only dates and moments be asked this
        if isinstance(field.kind, DateKind):
            return value
        row = row_of(field, env)
        assert row is not None  # the moment is known, so there is a row that has it
        return nearest_calendar(row).day(value)

    def shifted(self, moment: Value, shift: Shift, field: Field, env: Environment) -> int:
        """A moment of ``field`` (seconds since 1970, UTC), moved by ``shift``."""
        assert isinstance(moment, int)  # the check refuses time phrases about anything but moments
        if isinstance(shift.length, BusinessDays):
            row = env[field.scope]
            assert row is not None  # the moment is known, so there is a row that has it
            calendar = business_calendar(row)
            move = calendar.subtract_business_days if shift.back else calendar.add_business_days
            return move(moment, shift.length.count)
        return moment - shift.length.seconds if shift.back else moment + shift.length.seconds

    def deadline(self, by: Deadline, env: Environment) -> int | None:
        """The moment of a deadline (seconds since 1970, UTC); ``None`` where the moment that it counts from is unknown."""
        moment = self.value(by.field, env)
        return None if moment is None else self.shifted(moment, by.shift, by.field, env)


def _named_person(fact: Aggregate) -> Field | None:
    """The field of the owner that names the only person whose rows can count; ``None`` if rows of others may count too."""
    if fact.pivot != "application" or fact.over not in _PERSON_ID:
        return None
    for test in fact.where.members if isinstance(fact.where, AllOf) else [fact.where]:
        if isinstance(test, Test) and not test.negated and _is_person_id(test.field, fact.over):
            for predicate in test.predicates:
                if isinstance(predicate, Relates) and predicate.op == "==" and _is_of_owner(predicate.other, fact):
                    return predicate.other
    return None


def _is_person_id(field: Field, entity: str) -> bool:
    return (field.scope, field.via, field.origin, field.key) == (entity, (), "given", _PERSON_ID[entity])


def _is_of_owner(field: Field, fact: Aggregate) -> bool:
    return field.scope != fact.over and field.scope in SCOPES[fact.entity]


def row_of(field: Field, env: Environment) -> Row | None:
    """The row that has the field; ``None`` if no row has it."""
    row = env[field.scope]
    for step in field.via:
        row = None if row is None else row.related(step)
    return row


def clock_value(key: str, calendar: Calendar, moment: int) -> Value:
    """The value of a clock's field (``key``) at a moment."""
    match key:
        case "local_time":
            return calendar.day_time(moment)
        case "business_day":
            return calendar.is_business_day(moment)
        case "weekday":
            return calendar.weekday(moment)
        case _:
            return calendar.day(moment)


def in_range(moment: int) -> int | None:
    """The moment; ``None`` where calendars do not know its year."""
    return moment if FIRST_MOMENT <= moment <= LAST_MOMENT else None


def picked(expression: Pick, values: list[Value]) -> Value:
    """One of the values that are known."""
    known = [value for value in values if value is not None]
    if not known or expression.how == "first":
        return known[0] if known else None
    numbers = [value for value in known if isinstance(value, int | float)]
    return max(numbers) if expression.how == "largest" else min(numbers)


def combined(expression: Combine, values: list[Value]) -> Value:
    """The sum or the difference of the values; ``None`` where one of them is unknown."""
    numbers = [value for value in values if isinstance(value, int | float)]
    if len(numbers) < len(values):
        return None
    if expression.floor:
        seconds = sum(map(int, numbers)) if expression.how == "sum" else max(int(numbers[0]) - int(numbers[1]), 0)
        return _length(seconds)
    total = float(numbers[0])
    for number in numbers[1:]:
        total = total + number if expression.how == "sum" else total - number
    return _number(total)


def share_of(expression: Share, value: Value) -> Value:
    """A part of a value."""
    if not isinstance(value, int | float):
        return None
    if expression.whole:
        return _length(int(value) * expression.numerator // expression.denominator)
    return _number(float(value) * expression.numerator / expression.denominator)


def _length(seconds: int) -> int | None:
    """A length of time; unknown where it is longer than any may be."""
    return seconds if seconds <= LONGEST else None


def _number(number: float) -> int | float | None:
    """A number as people write it; unknown where it is so large that neighbours are the same."""
    if not -MOST < number < MOST:
        return None
    return int(number) if number.is_integer() else number


def _has_words(text: str, predicate: TextHas) -> bool:
    """Whether the words occur in a text as whole words: no letter or digit is next to their own first or last letter
    or digit."""
    words, text = predicate.words, folded(text)
    at = text.find(words)
    while at >= 0:
        end = at + len(words)
        parted = (at == 0 or not (text[at - 1].isalnum() and words[0].isalnum())) and (
            end == len(text) or not (text[end].isalnum() and words[-1].isalnum())
        )
        placed = {"contains": True, "begins": at == 0, "ends": end == len(text)}[predicate.how]
        if parted and placed:
            return True
        at = text.find(words, at + 1)
    return False


def _in_year(day: date, first: int, last: int) -> bool:
    """Whether a day lies in these days of a year, perhaps across its end."""
    leap = day.year % 4 == 0 and (day.year % 100 != 0 or day.year % 400 == 0)
    low, high = (bound if leap or bound != _LEAP_DAY else _LEAP_DAY - 1 for bound in (first, last))
    at = 100 * day.month + day.day
    return low <= at <= high if low <= high else at >= low or at <= high


def in_day_time(value: Value, low: int, high: int) -> bool:
    """Whether a time of day lies from ``low`` to ``high``, across midnight where ``high`` is smaller."""
    assert isinstance(value, int)  # the check refuses this phrase for anything but a time of day
    return low <= value <= high if low <= high else value >= low or value <= high


def compare(left: Value, op: str, right: Value) -> bool:
    """Whether a comparison of two numbers holds."""
    assert isinstance(left, int | float)  # the check refuses comparisons of anything but numbers
    assert isinstance(right, int | float)
    match op:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case _:
            return left >= right


def _members(family: Family, entity: str) -> tuple[Row, ...]:
    match entity:
        case "application":
            return (family.application,)
        case "offer":
            return () if family.offer is None else (family.offer,)
        case "person":
            return family.people
        case "interview":
            return family.interviews
        case "interviewer":
            return tuple(interviewer for group in family.interviewers for interviewer in group)
        case _:
            return family.messages
