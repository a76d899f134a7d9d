"""A small world: all cases with a few rows, in which facts over collections are exact. Its models are cases.

A :class:`tactful.proofs.sketch.Sketch` holds of every case, and is used for proofs. A world holds of few cases, and is used to
find one that breaks an invariant. The engine decides each case that is found, so a world need not be right about everything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from tactful.engines.evaluate import clock_value
from tactful.facts.calendars import FIRST_MOMENT, LAST_MOMENT, Calendar
from tactful.facts.fields import given_fields
from tactful.facts.kinds import (
    DAY,
    ChoiceKind,
    CountryKind,
    DateKind,
    DayTimeKind,
    DurationKind,
    IdKind,
    Kind,
    ListKind,
    MomentKind,
    NumberKind,
    TextKind,
    YesNoKind,
)
from tactful.language.ir import Aggregate, ComputedFact, DateBetween, Field, Filled, PlaceIn, Predicate, TextHas
from tactful.proofs.sketch import CalendarMove, Environment, Pair, Sketch, SketchRow
from tactful.proofs.solver import (
    BOOLEAN,
    FALSE,
    INTEGER,
    TRUE,
    Model,
    Term,
    chosen,
    every,
    found,
    function,
    implies,
    negation,
    number,
    real,
    some,
    total,
    variable,
)

Plain = dict[str, Any]
#: How far moments may be from the present, in days. They are whole days away, so that a calendar is seldom asked for another.
_FAR: Final = 250
#: How many models are tried. After each, calendars are asked for the moments in it.
_ROUNDS: Final = 8
_STEPS: Final = 10_000_000
#: The ordinal of 1 January 1970.
_EPOCH: Final = 719_163
_HOUR: Final = 3_600
#: The longest duration, in hours.
_LONG: Final = 9_600
#: Countries for rows that are in none of those that are asked for.
_ELSEWHERE: Final = ("NZ", "PT", "JP", "KE")


class World(Sketch):
    """All cases with a few rows in UTC, at the fixed moment ``now`` (seconds since 1970, UTC)."""

    def __init__(self, facts: Mapping[str, ComputedFact], now: int, calendar: Calendar) -> None:
        super().__init__(facts, 0)
        self.at, self._calendar = now, calendar
        self.now = number(now, INTEGER)
        self._calls: list[tuple[CalendarMove, Term, Term]] = []
        self._kinds: dict[tuple[str, str], Kind] = {}
        self._asked: dict[tuple[str, str], dict[Predicate | str, Term]] = {}
        #: Rows that no case has: the persons of messages that name nobody.
        self.nobody: list[SketchRow] = []
        first = self._application(people=2, messages=2, interviews=2)
        self._application(people=1, messages=1, interviews=1)
        self.main = first

    # --- rows ---

    def _application(self, people: int, messages: int, interviews: int) -> SketchRow:
        row = self._named(self.row("application", self._there("application")))
        above = {"application": row, "candidate": self.candidate}
        known = [self._named(self.row("person", self._part(row), above=above)) for _ in range(people)]
        nobody = self._new("person", FALSE, 0)
        nobody.scope.update({**row.scope, "person": nobody})
        self.nobody.append(nobody)
        for person in (*known, nobody):
            for _ in range(messages):
                message = self.row("message", self._part(row), above={**above, "person": person})
                field = Field("message", (), "given", "person_id", IdKind("person"), "message.person")
                told = self.value(field, message.scope)[0]
                named = negation(told) if person is nobody else every((told, person.present))
                self.known.append(implies(message.present, named))
        for _ in range(interviews):
            interview = self._named(self.row("interview", self._part(row), above=above))
            for each in known:
                inner = self.row(
                    "interviewer", self._part(interview), above={"interview": interview, "person": each, **above}
                )
                self.known.append(implies(inner.present, each.present))
        return row

    def _there(self, entity: str) -> Term:
        return variable(f"there is {entity} {len(self.rows)}", BOOLEAN)

    def _part(self, row: SketchRow) -> Term:
        return every((row.present, self._there(f"a part of {row.name}")))

    def _named(self, row: SketchRow) -> SketchRow:
        """Give a row its id, which is its name without blanks."""
        self.known.append(self.own_id(row) == self.word(_id(row)))
        return row

    def own_id(self, row: SketchRow) -> Term:
        """The id of a row."""
        return self.value(Field(row.entity, (), "given", "id", IdKind(row.entity), f"{row.entity}.id"), row.scope)[1]

    def of(self, entity: str) -> list[SketchRow]:
        """All rows of an entity."""
        return [row for row in self.rows if row.entity == entity]

    # --- values ---

    def _open(self, row: SketchRow, key: str, kind: Kind) -> Pair:
        new = (row.name, key, "value") not in self.values
        known, value = super()._open(row, key, kind)
        if new:
            self._kinds[row.name, key] = kind
            if key.startswith("custom $"):  # what a case says of a parameter: nothing
                self.known.append(negation(known))
            match kind:
                case MomentKind():
                    days = variable(f"{row.name} {key} in days", INTEGER)
                    self.known.append(every((value == self.at + days * DAY, days >= -_FAR, days <= _FAR)))
                case DurationKind():
                    hours = variable(f"{row.name} {key} in hours", INTEGER)
                    self.known.append(every((value == hours * _HOUR, hours <= _LONG)))
                case NumberKind():
                    self.known.append(value == real(variable(f"{row.name} {key} whole", INTEGER)))
        return known, value

    def value(self, field: Field, env: Environment) -> Pair:
        if field.origin != "clock":
            return super().value(field, env)
        value = clock_value(field.key, self._calendar, self.at)
        return TRUE, self.constant(value, field.kind)[1]

    def _collection(self, fact: Aggregate, row: SketchRow) -> Pair:
        pivot = row.scope[fact.pivot]
        matches: list[tuple[Term, Term]] = []
        for member in self.of(fact.over):
            if fact.pivot != "candidate" and member.scope.get(fact.pivot) is not pivot:
                continue
            env = self._inner(fact, row, member)
            holds = every((member.present, self.holds(fact.where, env)))
            if fact.value is None:
                matches.append((holds, TRUE))
            else:
                known, own = self.value(fact.value, env)
                matches.append((every((holds, known)), own))
        name = f"{fact.id} of {row.name}"
        met = some(holds for holds, _ in matches)
        if fact.op in ("exists", "none"):
            return TRUE, met if fact.op == "exists" else negation(met)
        if fact.op == "count":
            return TRUE, real(total(chosen(holds, number(1, INTEGER), number(0, INTEGER)) for holds, _ in matches))
        if fact.op == "sum":
            zero = self.constant(0, fact.kind)[1]
            return TRUE, total([zero, *(chosen(holds, own, zero) for holds, own in matches)])
        best = variable(name, INTEGER)
        self.known.append(implies(met, some(every((holds, own == best)) for holds, own in matches)))
        for holds, own in matches:
            self.known.append(implies(holds, best >= own if fact.op == "latest" else best <= own))
        return met, best

    def moved_by(self, move: CalendarMove, of: str, row: SketchRow, moment: Term) -> Term:
        moved = function(f"{move.how} {move.count}", 1)(moment)
        low, high = moment, moment + (move.count * 2 + 6) * DAY
        if move.how == "before":
            low, high = moment - (move.count * 2 + 6) * DAY, moment
        self.known.append(every((moved >= low, moved <= high)))
        self._calls.append((move, moment, moved))
        return moved

    def _really(self, move: CalendarMove, moment: int) -> int:
        match move.how:
            case "after":
                return self._calendar.add_business_days(moment, move.count)
            case "before":
                return self._calendar.subtract_business_days(moment, move.count)
            case "office":
                return self._calendar.office_time(moment)
            case "day":
                return self._calendar.next_day(moment)

    # --- conditions ---

    def _predicate(self, predicate: Predicate, value: Term, field: Field, env: Environment) -> Term:
        if isinstance(predicate, DateBetween) and isinstance(field.kind, MomentKind):
            first = TRUE if predicate.first is None else value >= (predicate.first - _EPOCH) * DAY
            last = TRUE if predicate.last is None else value < (predicate.last + 1 - _EPOCH) * DAY
            return every((first, last))
        return super()._predicate(predicate, value, field, env)

    def _opaque(self, field: Field, predicate: object, env: Environment) -> Term:
        term = super()._opaque(field, predicate, env)
        row: SketchRow | None = env.get(field.scope)
        for step in field.via:
            row = None if row is None else row.scope.get(step)
        if row is not None:
            asked: Any = predicate[1] if isinstance(predicate, tuple) else predicate
            self._asked.setdefault((row.name, field.key), {})[asked] = term
        return term

    # --- models ---

    def models(self, terms: Iterable[Term]) -> Iterator[Model]:
        """Models in which these hold. Each knows better than the one before it what calendars do."""
        wanted = list(terms)
        for _ in range(_ROUNDS):
            model = found((*self.known, *wanted), _STEPS)
            if model is None:
                return
            yield model
            wrong = list(self._wrong(model))
            if not wrong:
                return
            self.known += wrong

    def _wrong(self, model: Model) -> Iterator[Term]:
        """What the calendar has to say of the moments of a model that it has wrong."""
        for move, moment, moved in self._calls:
            at, to = int(model.number(moment)), int(model.number(moved))
            if not FIRST_MOMENT <= at <= LAST_MOMENT:  # the moment of a row that the case does not have
                continue
            right = self._really(move, at)
            if to != right:
                yield function(f"{move.how} {move.count}", 1)(number(at, INTEGER)) == number(right, INTEGER)

    # --- cases ---

    def case(self, model: Model, left_out: SketchRow | None = None, earlier: int = 0) -> Plain:
        """The case that a model is, without a message, at a moment so many seconds earlier."""
        words = {at: word for word, at in self.words.items()}
        plain: dict[SketchRow, Plain] = {
            row: self._plain(row, model, words) for row in self.rows if row is not left_out and model.truth(row.present)
        }
        applications = [row for row in plain if row.entity == "application"]
        for row in applications:
            for part, entity in (("people", "person"), ("interviews", "interview"), ("messages", "message")):
                plain[row][part] = [
                    plain[own] for own in plain if own.entity == entity and own.scope["application"] is row
                ]
            if row.scope["offer"] in plain:
                plain[row]["offer"] = plain[row.scope["offer"]]
        for row in plain:
            if row.entity == "interview":
                inner = [own for own in plain if own.entity == "interviewer" and own.scope["interview"] is row]
                plain[row]["interviewers"] = [{"person": _id(own.scope["person"]), **plain[own]} for own in inner]
            if row.entity == "message" and row.scope["person"] in plain:
                plain[row]["person"] = _id(row.scope["person"])
        return {
            "now": _iso(self.at - earlier),
            "candidate": plain[self.candidate],
            "applications": [plain[row] for row in applications],
        }

    def _plain(self, row: SketchRow, model: Model, words: Mapping[int, str]) -> Plain:
        plain: Plain = {}
        if row.entity in ("candidate", "application", "person", "interview"):
            plain["id"] = _id(row)
        for spec in given_fields()[row.entity].values():
            if spec.clock or spec.name in ("id", "person"):
                continue
            value = self._value(row, spec.attribute, spec.kind, model, words)
            if value is not None:
                plain[spec.name] = value
        if row.entity == "interview":
            plain.setdefault("ended_at", _iso(self.at - 400 * DAY))
        for name, key in self._kinds:
            if name == row.name and key.startswith("custom "):
                value = self._value(row, key, self._kinds[name, key], model, words)
                if value is not None:
                    plain.setdefault("custom", {})[key.removeprefix("custom ")] = value
        return plain

    def _value(self, row: SketchRow, key: str, kind: Kind, model: Model, words: Mapping[int, str]) -> Any:
        """A field's value in a case; ``None`` where it is unknown."""
        pair = self.values.get((row.name, key, "value"))
        if pair is None or not (model.truth(pair[0]) or key == "ended_at"):
            return None
        asked = self._asked.get((row.name, key.removeprefix("custom ")), {})
        true = [each for each, term in asked.items() if model.truth(term)]
        if isinstance(kind, ListKind):
            words_in = [each for each in true if isinstance(each, str)]
            return words_in or ([*kind.values[:1], "x"][:1] if Filled(True) in true else [])
        if isinstance(kind, CountryKind):
            return next((each.values[0] for each in true if isinstance(each, PlaceIn)), _elsewhere(asked))
        if isinstance(kind, YesNoKind):
            return model.truth(pair[1])
        at = model.number(pair[1])
        match kind:
            case MomentKind():
                return _iso(int(at))
            case DateKind():
                return datetime.fromordinal(int(at)).date().isoformat()
            case DurationKind():
                return f"{int(at) // _HOUR} hours"
            case DayTimeKind():
                return f"{int(at) // _HOUR:02}:{int(at) % _HOUR // 60:02}"
            case NumberKind():
                return at
            case ChoiceKind():
                return words.get(int(at))
            case TextKind():
                text = " ".join(each.words for each in true if isinstance(each, TextHas))
                return text or words.get(int(at), f"text {int(at)}")
            case IdKind():
                return words.get(int(at))
            case _:
                return None


def _elsewhere(asked: Iterable[object]) -> str:
    named = {value for each in asked if isinstance(each, PlaceIn) for value in each.values}
    return next((country for country in _ELSEWHERE if country not in named), _ELSEWHERE[0])


def _id(row: SketchRow) -> str:
    return row.name.replace(" ", "")


def _iso(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()
