"""Counterfactuals: the smallest changes of facts under which a piece of advice would come, or go.

The fields tried are those that the rules concerned read; every suggestion was tried by deciding again. What has happened is
never changed: a fact that is known and ``fixed`` stays as it is, none is ever made unknown, and no message is taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from typing import Final, Literal, NamedTuple

import msgspec

from tactful.decide.timeline import timeline
from tactful.facts.edit import NAMED_MOMENTS, Spot, as_given, changed, path_of, with_message
from tactful.facts.kinds import WEEK, MomentKind, Value
from tactful.facts.rows import ApplicationRow, Row, entity_of, inside
from tactful.facts.shape import CaseShape, Message
from tactful.language.ir import AddStep, Aggregate, Condition, IsIn, Rule, Test
from tactful.language.ir.fields_read import ReadField, read_fields
from tactful.language.ir.reads import closure, computed, fields_of_rule
from tactful.reasons.context import Context, application_of, target_record
from tactful.reasons.records.decision import ChangedFactRecord, FlipRecord, FlipsRecord
from tactful.reasons.what_if.outcomes import Outcome, decide_again, numbered_key, within_reason
from tactful.reasons.what_if.trials import trials
from tactful.reasons.wording import name_of, say_moment, say_value

#: How far ahead time is looked at, how many decisions are taken at most for each size of change (fewer on a large
#: case), how many ways are told.
AHEAD: Final = 6 * WEEK
MOST_DECISIONS: Final = 3_000
MOST_FLIPS: Final = 8
#: After how many changes at most waiting is tried as well: a plan costs as much as a hundred decisions.
MOST_PLANS: Final = 40

Who = Literal["mine", "time", "theirs", "unknown"]
_ORDER: Final[tuple[Who, ...]] = ("mine", "time", "theirs", "unknown")


class Wish(NamedTuple):
    """The advice that is to come or go: an action, whether forbidden, and for which row."""

    action: str
    prohibits: bool
    target: Row

    def given(self, outcome: Outcome) -> bool:
        """Whether the advice is given."""
        wanted = self.action, self.prohibits, entity_of(self.target), self.target.no
        return any(numbered_key(one) == wanted for one in outcome.ranking.ranked)


class _Step(msgspec.Struct, frozen=True, eq=False):
    """One change of facts. ``spot`` is what no other step may change too; a message has none."""

    who: Who
    spot: Spot | None
    apply: Callable[[CaseShape], CaseShape]
    record: ChangedFactRecord


def flips(context: Context, wish: Wish) -> FlipsRecord:
    """The smallest changes after which the advice is given where it is not, or the other way; the best first.

    One change before two, and those before three or four facts of one part of the case; among changes of one size, what the
    candidate can do, then waiting, then what others can do, then what may turn out. No way is told where nothing tried does it.
    """
    before = Outcome(context)
    goal = not wish.given(before)
    search = _Search(context, wish, goal)
    steps = list(search.steps())
    found = [[one] for one in steps if search.reaches([one])]
    waiting = search.waiting(context)
    if waiting is not None:
        found.append([waiting])
    for more in (search.pairs, search.of_one_part):
        found = found or list(more(steps))
    found.sort(key=_preference)
    return FlipsRecord(
        action=wish.action,
        prohibits=wish.prohibits,
        label=context.label_of(wish.action, wish.target),
        target=target_record(wish.target),
        application=application_of(wish.target),
        given=not goal,
        ways=tuple(FlipRecord(changes=tuple(one.record for one in way)) for way in found[:MOST_FLIPS]),
    )


def _preference(way: Sequence[_Step]) -> tuple[list[int], list[str]]:
    return sorted((_ORDER.index(one.who) for one in way), reverse=True), [one.record.text for one in way]


class _Search:
    def __init__(self, context: Context, wish: Wish, goal: bool) -> None:
        self._setting, self._wish, self._goal = context, wish, goal
        self._left = 0
        self._rules = list(_concerned(context, wish))

    # --- trying ---

    def reaches(self, way: Sequence[_Step]) -> bool:
        """Whether the advice is as it is wished for after these changes."""
        outcome = self._after(way)
        return outcome is not None and self._wish.given(outcome) == self._goal

    def _after(self, way: Sequence[_Step]) -> Outcome | None:
        if self._left <= 0:
            return None
        self._left -= 1
        shape = self._setting.case.shape
        for step in way:
            shape = step.apply(shape)
        return decide_again(self._setting, shape)

    def waiting(self, context: Context) -> _Step | None:
        """The first moment at which time alone does it."""
        found = timeline(context.decider, context.case, context.now, context.now + AHEAD)
        for interval in found.intervals[1:]:
            wanted = self._wish.action, self._wish.prohibits, entity_of(self._wish.target), self._wish.target.no
            if any(numbered_key(one) == wanted for one in interval.ranking.ranked) == self._goal:
                return self._until(interval.start)
        return None

    def _until(self, moment: int) -> _Step:
        context = self._setting
        record = ChangedFactRecord(
            path="now",
            who="time",
            before=context.iso(context.now),
            after=context.iso(moment),
            text=f"wait until {say_moment(moment, context.calendar)}",
        )
        return _Step("time", None, lambda shape: shape, record)

    def pairs(self, steps: Sequence[_Step]) -> Iterator[list[_Step]]:
        """Two changes at once, or a change and then time."""
        self._left = within_reason(MOST_DECISIONS, self._setting)
        for one, other in combinations(steps, 2):
            if (one.spot is None or one.spot != other.spot) and self.reaches([one, other]):
                yield [one, other]
        for step in steps[: within_reason(MOST_PLANS, self._setting)]:
            outcome = self._after([step])
            then = None if outcome is None else self.waiting(outcome.context)
            if then is not None:
                yield [step, then]

    def of_one_part(self, steps: Sequence[_Step]) -> Iterator[list[_Step]]:
        """Three or four facts of one part of the case at once: what it takes to make an offer firm."""
        self._left = within_reason(MOST_DECISIONS, self._setting)
        parts: dict[tuple[str, int, int, int], list[_Step]] = {}
        for step in steps:
            if step.spot is not None:
                key = (step.spot.entity, step.spot.application, step.spot.no, step.spot.inner)
                parts.setdefault(key, []).append(step)
        for size in (3, 4):
            found = [list(way) for part in parts.values() for way in combinations(part, size)]
            reached = [way for way in found if len({one.spot for one in way}) == size and self.reaches(way)]
            if reached:
                yield from reached
                return

    # --- what can be changed ---

    def steps(self) -> Iterator[_Step]:
        """All single changes, those that the candidate can make first."""
        self._left = within_reason(MOST_DECISIONS, self._setting)
        found = [*self._fields(), *self._messages()]
        yield from sorted(found, key=lambda one: (_ORDER.index(one.who), one.record.path, one.record.text))

    def _fields(self) -> Iterator[_Step]:
        context = self._setting
        for field in read_fields(context.checked, self._rules):
            for row in context.evaluator.rows(field.entity):
                if field.note.mutability != "time" and self._near(row):
                    yield from self._changes_of(field, row)
            if field.entity == "offer":
                yield from self._offers(field)

    def _offers(self, field: ReadField) -> Iterator[_Step]:
        """Offers that may come: an application without one is an offer of which nothing is known."""
        for family in self._setting.case.families:
            if family.offer is None and self._near(family.application):
                spot = Spot("offer", field.name, family.application.no, custom=field.custom)
                yield from self._steps_to(field, family.application, spot, None, "theirs")

    def _near(self, row: Row) -> bool:
        """Whether a row belongs to what the advice is about: changes elsewhere would be far-fetched."""
        application = _application_of(self._wish.target)
        return application is None or entity_of(row) == "candidate" or inside(row, application)

    def _changes_of(self, field: ReadField, row: Row) -> Iterator[_Step]:
        context, held = self._setting, field.value(row)
        if held is not None and field.note.mutability == "fixed":
            return
        who: Who = "mine" if field.note.mutability == "mine" else "unknown" if held is None else "theirs"
        yield from self._steps_to(field, row, field.spot(context.case, row), held, who)

    def _steps_to(self, field: ReadField, row: Row, spot: Spot, held: Value, who: Who) -> Iterator[_Step]:
        """A step to each value other than the one that is held."""
        context = self._setting
        for value in self._values(field, row):
            if value != held:
                given = as_given(value, field.kind, spot, context.calendar)
                record = self._record(field, spot, who, held, value)
                yield _Step(who, spot, lambda shape, spot=spot, given=given: changed(shape, spot, given), record)  # type: ignore[misc]

    def _values(self, field: ReadField, row: Row) -> Iterator[Value]:
        """Values to try. A day that people name can only be one to come; what is signed is signed now."""
        context = self._setting
        if isinstance(field.kind, MomentKind) and field.note.mutability in ("mine", "theirs"):
            named = field.custom or (field.entity, field.name) in NAMED_MOMENTS
            if not named:
                yield context.now
                return
            values = [one.value for one in trials(field, row, context.case, context.now)]
            yield from (one for one in values if isinstance(one, int) and one > context.now)
            return
        yield from (one.value for one in trials(field, row, context.case, context.now))

    def _record(self, field: ReadField, spot: Spot, who: Who, held: Value, value: Value) -> ChangedFactRecord:
        context = self._setting
        path = path_of(context.case.shape, spot)
        before, after = (say_value(one, field.kind, context.calendar) for one in (held, value))
        return ChangedFactRecord(
            path=path,
            who=who,
            before=as_given(held, field.kind, spot, context.calendar),
            after=as_given(value, field.kind, spot, context.calendar),
            text=f"{path}: {before} → {after}",
        )

    def _messages(self) -> Iterator[_Step]:
        """Messages that the rules' facts count, sent or received now; of no particular kind only where none is asked for."""
        context = self._setting
        facts = context.decider.facts
        read = closure(computed(field for rule in self._rules for field in fields_of_rule(rule)), facts)
        combinations_ = {
            (direction, kind)
            for id_ in read
            if isinstance(fact := facts[id_], Aggregate) and fact.over == "message"
            for direction in _asked(fact.where, "direction") or ("sent", "received")
            for kind in _asked(fact.where, "kind") or ("other",)
        }
        named = {direction for direction, kind in combinations_ if kind != "other"}
        kept = [one for one in sorted(combinations_) if one[1] != "other" or one[0] not in named]
        application = _application_of(self._wish.target)
        for family in context.case.families:
            if application is None or family.application is application:
                for direction, kind in kept:
                    for person in family.people:
                        yield self._message(family.application, person.id, name_of(person), direction, kind)

    def _message(self, application: ApplicationRow, person: str, name: str, direction: str, kind: str) -> _Step:
        context = self._setting
        message = msgspec.convert(
            {
                "person": person,
                "direction": direction,
                "kind": kind,
                "sent_at": context.iso(context.now),
            },
            Message,
        )
        said = kind.replace("_", " ")
        record = ChangedFactRecord(
            path=f"application[{application.id}].messages",
            who="mine" if direction == "sent" else "theirs",
            before=None,
            after=msgspec.to_builtins(message),
            text=f"{said} {'sent to' if direction == 'sent' else 'received from'} {name}",
        )
        return _Step(record.who, None, lambda shape: with_message(shape, application.no, message), record)


def _application_of(row: Row) -> ApplicationRow | None:
    found = getattr(row, "application", row)
    return found if isinstance(found, ApplicationRow) else None


def _concerned(context: Context, wish: Wish) -> Iterator[Rule]:
    """The rules that conclude the action, one of its family, or what there is only one of along with it."""
    actions = context.checked.actions
    family = set(actions[wish.action].family)
    for rule in context.checked.rules:
        conclusion = rule.conclusion
        if isinstance(conclusion, AddStep):
            continue
        other = actions[conclusion.action].family
        shared = family.intersection(other)
        if conclusion.action in family or wish.action in other or any(actions[one].one_per for one in shared):
            yield rule


def _asked(condition: Condition, name: str) -> tuple[str, ...]:
    """The values that a condition asks a field of the message for."""
    return tuple(dict.fromkeys(_values_asked(condition, name)))


def _values_asked(condition: Condition, name: str) -> Iterable[str]:
    if not isinstance(condition, Test):
        for member in condition.members:
            yield from _values_asked(member, name)
    elif condition.field.scope == "message" and condition.field.key == name and not condition.negated:
        for predicate in condition.predicates:
            if isinstance(predicate, IsIn):
                yield from (str(one) for one in predicate.values)
