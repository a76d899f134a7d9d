"""Counterfactuals: the smallest changes of facts after which a piece of advice would be given, or would not.

Only fields that the rules about the advice read are changed, and every change is tried by deciding again. The past stays
as it is: a known fact that is ``fixed`` keeps its value, no fact becomes unknown, and no message is removed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, combinations
from typing import Final, Literal

import msgspec

from tactful.decide.timeline import timeline
from tactful.facts.edit import Spot, as_given, changed, path_of, with_message
from tactful.facts.fields import given_fields, is_deadline
from tactful.facts.kinds import WEEK, MomentKind, Value
from tactful.facts.rows import ApplicationRow, Row, inside
from tactful.facts.shape import CaseShape, Message
from tactful.language.ir import AddStep, Aggregate, Condition, IsIn, Rule, Test
from tactful.language.ir.fields_read import ReadField, read_fields
from tactful.language.ir.reads import closure, computed, fields_of_rule
from tactful.reasons.budget import PLAN, Budget
from tactful.reasons.context import Context, application_of, target_record
from tactful.reasons.records.decision import ChangedFactRecord, FlipRecord, FlipsRecord
from tactful.reasons.what_if.outcomes import NumberedKey, Outcome, decide_again, keys_of, within_reason
from tactful.reasons.what_if.trials import trials
from tactful.reasons.wording import name_of
from tactful.source.lazy import lazy

#: How far ahead waiting is tried, in seconds.
AHEAD: Final = 6 * WEEK
#: The steps that all answers to one question may take together; see :mod:`tactful.reasons.budget`. About two seconds.
STEPS: Final = 400_000
#: The most single changes that are tried for one answer.
MOST_STEPS: Final = 5_000
#: What making a change costs, in steps.
_CHANGE: Final = 10
#: The most decisions for each size of change. A large case gets fewer.
MOST_DECISIONS: Final = 4_000
#: The most ways that are reported.
MOST_WAYS: Final = 8
#: The most single changes after which waiting is tried as well: a plan costs as much as a hundred decisions.
MOST_PLANS: Final = 40

Who = Literal["mine", "time", "theirs", "unknown"]
_ORDER: Final[tuple[Who, ...]] = ("mine", "time", "theirs", "unknown")


class Wish(msgspec.Struct, frozen=True):
    """The advice to be given, or no longer to be given: an action, whether it is forbidden, and a row.

    ``kinds`` are further actions that count as the advice: kinds of the action, where it stands for its family.
    """

    action: str
    prohibits: bool
    target: Row
    kinds: frozenset[str] = frozenset()

    def given(self, outcome: Outcome) -> bool:
        """Whether an outcome gives the advice."""
        return self.among(outcome.keys)

    def among(self, keys: frozenset[NumberedKey]) -> bool:
        """Whether the advice is among the ranked conclusions, of which these are the keys."""
        wanted = {(action, self.prohibits, self.target.entity, self.target.no) for action in {self.action, *self.kinds}}
        return not wanted.isdisjoint(keys)


class _Step(msgspec.Struct, frozen=True, eq=False):
    """One change of facts. Two steps with the same ``spot`` exclude each other; a new message has no spot."""

    who: Who
    spot: Spot | None
    apply: Callable[[CaseShape], CaseShape]
    record: ChangedFactRecord


class _Ahead(msgspec.Struct, frozen=True):
    """What time alone changes: from when on (seconds since 1970, UTC) which conclusions are ranked.

    ``whole``: it reaches as far as ``AHEAD``.
    """

    later: list[tuple[int, frozenset[NumberedKey]]]
    whole: bool


def _ahead(context: Context) -> _Ahead:
    line = timeline(context.decider, context.case, context.now, context.now + AHEAD)
    later = [(interval.start, keys_of(interval.ranking)) for interval in line.intervals[1:]]
    return _Ahead(later, line.whole)


class Counterfactuals:
    """Finds counterfactuals for the answers to one question, which share a budget. Not safe to share between threads."""

    def __init__(self, context: Context) -> None:
        self._context, self.budget = context, Budget(STEPS)

    @lazy
    def _ahead(self) -> _Ahead | None:
        """What time alone changes; ``None`` where that is more than the budget allows."""
        context = self._context
        if not self.budget.spend(context.rows, PLAN):
            return None
        return _ahead(context)

    @lazy
    def _now(self) -> Outcome:
        """The decision as things are."""
        return Outcome(self._context)

    def of(self, wish: Wish) -> FlipsRecord:
        """The smallest changes that turn advice that is not given into advice that is, or the other way round; best first.

        The search tries one change, then two, then three or four facts of one part of the case, and stops at the first size
        that works. Among changes of one size, those that the candidate can make come first, then waiting, then those that
        others can make, then unknown facts. ``ways`` is empty where no change that was tried works.
        """
        context = self._context
        goal = not wish.given(self._now)
        search = _Search(context, wish, goal, self.budget)
        steps = search.steps()
        ways = [[step] for step in steps if search.reaches([step])]
        waiting = None if self._ahead is None else search.waiting(self._ahead)
        if waiting is not None:
            ways.append([waiting])
        for larger in (search.pairs, search.of_one_part):
            ways = ways or list(larger(steps))
        ways.sort(key=_preference)
        return FlipsRecord(
            action=wish.action,
            prohibits=wish.prohibits,
            label=context.label_of(wish.action, wish.target),
            target=target_record(wish.target),
            application=application_of(wish.target),
            given=not goal,
            ways=tuple(FlipRecord(changes=tuple(step.record for step in way)) for way in ways[:MOST_WAYS]),
            incomplete=search.incomplete or msgspec.UNSET,
        )


def _preference(way: Sequence[_Step]) -> tuple[list[int], list[tuple[bool, str]]]:
    """Sort key: who can do it; then a message of the candidate before another fact; then the text."""
    facts = [(step.who == "mine" and step.spot is not None, step.record.text) for step in way]
    return sorted((_ORDER.index(step.who) for step in way), reverse=True), facts


class _Search:
    """Looks for changes after which the advice of ``wish`` is given (``goal`` is true) or is not (``goal`` is false)."""

    def __init__(self, context: Context, wish: Wish, goal: bool, budget: Budget) -> None:
        self._context, self._wish, self._goal, self._budget = context, wish, goal, budget
        self._left = 0
        #: Whether changes were left out because there are too many of them.
        self.incomplete = self._budget.exceeded
        self._rules = list(_rules_about(context, wish))

    # --- trying ---

    def reaches(self, way: Sequence[_Step]) -> bool:
        """Whether the goal is reached after these changes."""
        outcome = self._after(way)
        return outcome is not None and self._wish.given(outcome) == self._goal

    @property
    def _spent(self) -> bool:
        """Whether no more changes of this size are tried."""
        return self._left <= 0 or self._budget.exceeded

    def _after(self, way: Sequence[_Step]) -> Outcome | None:
        if self._left <= 0 or not self._budget.spend(self._context.rows):
            self.incomplete = True
            return None
        self._left -= 1
        shape = self._context.case.shape
        for step in way:
            shape = step.apply(shape)
        return decide_again(self._context, shape)

    def waiting(self, ahead: _Ahead) -> _Step | None:
        """The step of waiting until time alone reaches the goal; ``None`` where that takes longer than ``AHEAD``."""
        self.incomplete = self.incomplete or not ahead.whole
        for start, keys in ahead.later:
            if self._wish.among(keys) == self._goal:
                return self._until(start)
        return None

    def _until(self, moment: int) -> _Step:
        context = self._context
        record = ChangedFactRecord(
            path="now",
            who="time",
            before=context.iso(context.now),
            after=context.iso(moment),
            text=context.words.say("wait until {moment}", moment=context.words.moment(moment, context.calendar)),
        )
        return _Step("time", None, lambda shape: shape, record)

    def pairs(self, steps: Sequence[_Step]) -> Iterator[list[_Step]]:
        """Two changes at once, or a change and then waiting."""
        self._left = within_reason(MOST_DECISIONS, self._context)
        for first, second in combinations(steps, 2):
            if self._spent:
                self.incomplete = True
                break
            if (first.spot is None or first.spot != second.spot) and self.reaches([first, second]):
                yield [first, second]
        for step in steps[: within_reason(MOST_PLANS, self._context)]:
            outcome = self._after([step])
            then = None if outcome is None else self._waiting_after(outcome.context)
            if then is not None:
                yield [step, then]

    def _waiting_after(self, context: Context) -> _Step | None:
        """The step of waiting on changed facts."""
        if not self._budget.spend(context.rows, PLAN):
            self.incomplete = True
            return None
        return self.waiting(_ahead(context))

    def of_one_part(self, steps: Sequence[_Step]) -> Iterator[list[_Step]]:
        """Three or four facts of one row at once. Making an offer firm, for example, takes several."""
        self._left = within_reason(MOST_DECISIONS, self._context)
        parts: dict[tuple[str, int, int, int], list[_Step]] = {}
        for step in steps:
            if step.spot is not None:
                key = (step.spot.entity, step.spot.application, step.spot.no, step.spot.inner)
                parts.setdefault(key, []).append(step)
        for size in (3, 4):
            working = []
            for way in chain.from_iterable(combinations(part, size) for part in parts.values()):
                if self._spent:
                    self.incomplete = True
                    break
                if len({step.spot for step in way}) == size and self.reaches(way):
                    working.append(list(way))
            if working:
                yield from working
                return

    # --- what can be changed ---

    def steps(self) -> list[_Step]:
        """All single changes, those that the candidate can make first."""
        self._left = within_reason(MOST_DECISIONS, self._context)
        every = chain(self._messages(), self._fields())
        steps: list[_Step] = []
        while (step := next(every, None)) is not None:
            if len(steps) == MOST_STEPS or not self._budget.spend_steps(_CHANGE):
                self.incomplete = True
                break
            steps.append(step)
        return sorted(steps, key=lambda step: (_ORDER.index(step.who), step.record.path, step.record.text))

    def _fields(self) -> Iterator[_Step]:
        context = self._context
        for field in read_fields(context.checked, self._rules):
            for row in context.evaluator.rows(field.entity):
                if field.note.mutability != "time" and self._near(row):
                    yield from self._changes_of(field, row)
            if field.entity == "offer":
                yield from self._offers(field)

    def _offers(self, field: ReadField) -> Iterator[_Step]:
        """Steps for offers that may still come. An application without an offer is read as one with an unknown offer."""
        for family in self._context.case.families:
            if family.offer is None and self._near(family.application):
                spot = Spot("offer", field.name, family.application.no, custom=field.custom)
                yield from self._steps_to(field, family.application, spot, None)

    def _near(self, row: Row) -> bool:
        """Whether a row belongs to the application that the advice is about: changes elsewhere would be too far from it."""
        application = self._wish.target.application
        return application is None or row.entity == "candidate" or inside(row, application)

    def _changes_of(self, field: ReadField, row: Row) -> Iterator[_Step]:
        context, held = self._context, field.value(row)
        if held is not None and field.note.mutability == "fixed":
            return
        yield from self._steps_to(field, row, field.spot(context.case, row), held)

    def _steps_to(self, field: ReadField, row: Row, spot: Spot, held: Value) -> Iterator[_Step]:
        """A step to each value except ``held``, the value in the case."""
        context = self._context
        for value in self._values(field, row):
            if value != held:
                given = as_given(value, field.kind, spot, context.calendar)
                who = _who(field, held, value, row_exists=row.entity == field.entity)
                record = self._record(field, spot, who, held, value)
                yield _Step(who, spot, lambda shape, spot=spot, given=given: changed(shape, spot, given), record)  # type: ignore[misc]

    def _values(self, field: ReadField, row: Row) -> Iterator[Value]:
        """Values to try. A moment that people name in advance lies in the future; any other is the present moment.

        What already happened may have any past moment, if its row is in the case. A new row begins now.
        """
        context = self._context
        new = row.entity != field.entity
        if isinstance(field.kind, MomentKind) and (new or field.note.mutability in ("mine", "theirs")):
            named = field.custom or is_deadline(field.entity, field.name)
            if not named:
                yield context.now
                return
            values = [trial.value for trial in trials(field, row, context.evaluator)]
            yield from (value for value in values if isinstance(value, int) and value > context.now)
            return
        yield from (trial.value for trial in trials(field, row, context.evaluator))

    def _record(self, field: ReadField, spot: Spot, who: Who, held: Value, value: Value) -> ChangedFactRecord:
        context = self._context
        path = path_of(context.case.shape, spot)
        before, after = (context.words.value(side, field.kind, context.calendar) for side in (held, value))
        return ChangedFactRecord(
            path=path,
            who=who,
            before=as_given(held, field.kind, spot, context.calendar),
            after=as_given(value, field.kind, spot, context.calendar),
            text=f"{path}: {before} → {after}",
        )

    def _messages(self) -> Iterator[_Step]:
        """New messages, sent or received now, of the directions and kinds that the rules' facts ask for.

        A message of kind ``other`` is tried only where no kind is asked for in its direction.
        """
        context = self._context
        facts = context.decider.facts
        read = closure(computed(field for rule in self._rules for field in fields_of_rule(rule)), facts)
        wanted = {
            (direction, kind)
            for id_ in read
            if isinstance(fact := facts[id_], Aggregate) and fact.over == "message"
            for direction in _accepted_values(fact.where, "direction") or ("sent", "received")
            for kind in _accepted_values(fact.where, "kind") or ("other",)
        }
        with_kind = {direction for direction, kind in wanted if kind != "other"}
        kept = [
            (direction, kind) for direction, kind in sorted(wanted) if kind != "other" or direction not in with_kind
        ]
        application = self._wish.target.application
        for family in context.case.families:
            if application is None or family.application is application:
                for direction, kind in kept:
                    for person in family.people:
                        yield self._message(family.application, person.id, name_of(person), direction, kind)

    def _message(self, application: ApplicationRow, person: str, name: str, direction: str, kind: str) -> _Step:
        context = self._context
        message = msgspec.convert(
            {
                "person": person,
                "direction": direction,
                "kind": kind,
                "sent_at": context.iso(context.now),
            },
            Message,
        )
        values = {"message": context.words.word(kind), "name": name}
        sent, received = (
            context.words.say("{message} sent to {name}", **values),
            context.words.say("{message} received from {name}", **values),
        )
        record = ChangedFactRecord(
            path=f"application[{application.id}].messages",
            who="mine" if direction == "sent" else "theirs",
            before=None,
            after=msgspec.to_builtins(message),
            text=sent if direction == "sent" else received,
        )
        return _Step(record.who, None, lambda shape: with_message(shape, application.no, message), record)


def _who(field: ReadField, held: Value, value: Value, row_exists: bool) -> Who:
    """Who can bring a value about. ``row_exists``: the case has the row of the field; otherwise the row would be new."""
    mutability = field.note.mutability
    given = None if field.custom else given_fields()[field.entity][field.name]
    if mutability == "mine" or (given is not None and mutability == given.mutability and value in given.mine):
        return "mine"
    return "unknown" if held is None and row_exists else "theirs"


def _rules_about(context: Context, wish: Wish) -> Iterator[Rule]:
    """Rules about the action, about an action of its family, or about one that shares a ``one per`` family with it."""
    actions = context.checked.actions
    family = set(actions[wish.action].family)
    for rule in context.checked.rules:
        conclusion = rule.conclusion
        if isinstance(conclusion, AddStep):
            continue
        other = actions[conclusion.action].family
        shared = family.intersection(other)
        if conclusion.action in family or wish.action in other or any(actions[action].one_per for action in shared):
            yield rule


def _accepted_values(condition: Condition, name: str) -> tuple[str, ...]:
    """The values that a condition accepts for a field of a message, each once."""
    return tuple(dict.fromkeys(_accepted(condition, name)))


def _accepted(condition: Condition, name: str) -> Iterable[str]:
    if not isinstance(condition, Test):
        for member in condition.members:
            yield from _accepted(member, name)
    elif condition.field.scope == "message" and condition.field.key == name and not condition.negated:
        for predicate in condition.predicates:
            if isinstance(predicate, IsIn):
                yield from map(str, predicate.values)
