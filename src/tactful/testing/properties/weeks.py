"""Weeks in which the advice is followed: messages are sent, answers come, interviews are held, and time passes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any, Final, assert_never

import msgspec

from tactful.api.decision import Decision
from tactful.api.handling import done
from tactful.api.policy import Policy
from tactful.decide.conclusions import Conclusion
from tactful.decide.general import recommended, sending
from tactful.facts.edit import with_message
from tactful.facts.fields import given_fields
from tactful.facts.kinds import DAY, HOUR, ChoiceKind
from tactful.facts.rows import Family, row_key
from tactful.facts.shape import CaseShape, Interview, Message
from tactful.reasons.context import Context
from tactful.source.diagnostics import InvalidInput

replace = msgspec.structs.replace
Plain = dict[str, Any]
WEEK: Final = 7 * DAY
#: How long the advice is followed, how often time passes at the most, and how much advice is followed before it passes.
LONG: Final = 8 * WEEK
_STEPS: Final = 56
_AT_ONCE: Final = 4
#: After how long a candidate looks at the advice again: daily, or now and then.
_LENGTHS: Final = ((DAY,), (3 * HOUR, DAY, 2 * DAY, 3 * DAY, 7 * DAY))
#: Of so many times, the first piece of advice is followed in all but one, and nothing happens from outside in all but one.
_FIRST: Final = 3
_QUIET: Final = 12


class Wait(msgspec.Struct, frozen=True):
    """Time passes, in seconds."""

    seconds: int


class Follow(msgspec.Struct, frozen=True):
    """The advice of an action for a target is followed; ``target`` is the key of its row."""

    action: str
    target: tuple[str, str, str, str]


class Comes(msgspec.Struct, frozen=True):
    """A message of a kind comes from the other side of an application."""

    application: str
    kind: str


class Held(msgspec.Struct, frozen=True):
    """An interview with all people of an application ends."""

    application: str


Step = Wait | Follow | Comes | Held


class Sent(msgspec.Struct, frozen=True):
    """A message that following the advice sent.

    ``moment`` is in seconds since 1970 (UTC). ``person`` is the id of the one who gets it. ``to_all``: it is to the company as
    a whole: about the application and not about one person, or of a family with ``one per: application``.
    """

    moment: int
    conclusion: Conclusion
    application: str
    person: str | None
    to_all: bool

    @property
    def to(self) -> tuple[tuple[str, str, str], ...]:
        """Whom it reaches: entity, application, id."""
        person = () if self.person is None else (("person", self.application, self.person),)
        return (*person, *((("application", self.application, self.application),) if self.to_all else ()))


class TooMany(msgspec.Struct, frozen=True):
    """More messages to a row within a week than the pack allows. ``now``: when the last one went."""

    entity: str
    id: str
    sent: tuple[Sent, ...]


class Weeks:
    """A case, from its own moment on, and what happened in it."""

    def __init__(self, policy: Policy, plain: Plain) -> None:
        case = policy.read(plain)
        assert case.now is not None  # cases that are drawn have a moment
        self._policy, self.case, self.now = policy, case, case.now
        self.begun = case.now
        self.too_many: TooMany | None = None
        self._limit, self._sending = policy.checked.safety.messages_a_week, sending(policy.checked)
        self._followed: set[str] = set()
        self._sent: list[Sent] = []

    @property
    def plain(self) -> Plain:
        """The case as it is now, as JSON has it."""
        plain: Plain = json.loads(self.case.to_json())
        return {**plain, "now": self.case.candidate.calendar.local(self.now).isoformat()}

    def decide(self) -> Decision:
        """The decision on the case as it is now."""
        decider = self._policy.decider
        return Decision(decider.rank(self.case, self.now), Context(decider, self.case, self.now))

    def open_advice(self, decision: Decision) -> list[Conclusion]:
        """The recommendations that change the case when they are followed, and were not followed yet."""
        actions, keys = self._policy.checked.actions, self._policy.decider.keys
        return [
            conclusion
            for conclusion in recommended(decision.ranking)
            if actions[conclusion.action].leaves is not None
            and keys.all_of(conclusion, decision.context.evaluator)[0] not in self._followed
        ]

    def take(self, step: Step) -> None:
        """Take a step. One that is not possible changes nothing."""
        match step:
            case Wait(seconds=seconds):
                self.now += seconds
            case Follow():
                decision = self.decide()
                for conclusion in self.open_advice(decision):
                    if (conclusion.action, row_key(conclusion.target)) == (step.action, step.target):
                        self.follow(conclusion, decision)
                        break
            case Comes(application=id_, kind=kind):
                family = self._family(id_)
                if family is not None:
                    at = family.application.calendar.local(self.now)
                    message = Message(direction="received", kind=kind, sent_at=at)  # type: ignore[arg-type]
                    self._put(with_message(self.case.shape, family.application.no, message))
            case Held(application=id_):
                self._held(self._family(id_))
            case _:
                assert_never(step)

    def follow(self, conclusion: Conclusion, decision: Decision) -> None:
        """Follow a recommendation. What it leaves is in the case; that it was followed is not, so that it has to show."""
        key = self._policy.decider.keys.all_of(conclusion, decision.context.evaluator)[0]
        shape = done(decision, key, {})
        if self._put(replace(shape, done=self.case.shape.done)):
            self._followed.add(key)
            if conclusion.action in self._sending:
                self._count(conclusion, shape)

    def _count(self, conclusion: Conclusion, shape: CaseShape) -> None:
        application = conclusion.target.application
        assert application is not None  # only such advice leaves a message
        family = self._policy.checked.actions[conclusion.action].family
        one_per = {self._policy.checked.actions[kind].one_per for kind in family}
        person = shape.applications[application.no].messages[-1].person
        to_all = conclusion.target.person is None or "application" in one_per
        sent = Sent(self.now, conclusion, application.id, person, to_all)
        self._sent.append(sent)
        since = max(self.now - WEEK, self._last_word(application.id))
        for to in sent.to:
            week = tuple(other for other in self._sent if to in other.to and other.moment > since)
            if self._limit is not None and len(week) > self._limit and self.too_many is None:
                self.too_many = TooMany(to[0], to[2], week)

    def _last_word(self, application: str) -> int:
        """When they last wrote, or an interview last ended. What was sent before is answered."""
        family = self._family(application)
        assert family is not None  # the message went there
        moments: list[int | None] = [interview.ended_at for interview in family.interviews]
        moments += [message.sent_at for message in family.messages if message.direction == "received"]
        return max((moment for moment in moments if moment is not None and moment <= self.now), default=0)

    def _held(self, family: Family | None) -> None:
        if family is None:
            return
        application = self.case.shape.applications[family.application.no]
        at = family.application.calendar.local(self.now)
        people = tuple(person.id for person in application.people)
        new = Interview(id=f"w{len(application.interviews)}", ended_at=at, interviewers=people)
        changed = replace(application, interviews=(*application.interviews, new))
        applications = tuple(changed if part is application else part for part in self.case.shape.applications)
        self._put(replace(self.case.shape, applications=applications))

    def _family(self, application: str) -> Family | None:
        return next((family for family in self.case.families if family.application.id == application), None)

    def _put(self, shape: CaseShape) -> bool:
        case = self._policy.decider.link(shape, self.now)
        if case is not None:
            self.case = case
        return case is not None


def walked(policy: Policy, plain: Plain, random: Random) -> Iterator[tuple[Weeks, Decision, list[Step]]]:
    """Follow the advice on a case for some weeks. Yields after each decision, with the steps so far.

    The advice at the top is followed most often, and other advice now and then. The same ``random`` takes the same steps.
    """
    weeks, steps = Weeks(policy, plain), list[Step]()
    kinds, lengths = _kinds(), random.choice(_LENGTHS)
    for _ in range(_STEPS):
        for _ in range(_AT_ONCE):
            decision = weeks.decide()
            yield weeks, decision, steps
            advice = weeks.open_advice(decision)
            if not advice:
                break
            chosen = advice[random.randrange(len(advice)) if random.randrange(_FIRST) == 0 else 0]
            steps.append(Follow(chosen.action, row_key(chosen.target)))
            weeks.follow(chosen, decision)
        if weeks.case.families and random.randrange(_QUIET) == 0:
            application = random.choice(weeks.case.families).application.id
            comes = random.randrange(2) == 0
            steps.append(Comes(application, random.choice(kinds)) if comes else Held(application))
            weeks.take(steps[-1])
        steps.append(Wait(random.choice(lengths)))
        weeks.take(steps[-1])
        if weeks.now - weeks.begun > LONG:
            return


def too_many_after(policy: Policy, plain: Plain, steps: Sequence[Step]) -> Weeks | None:
    """The weeks of a case after some steps, if too many messages were sent; ``None`` if not, and for what is no case."""
    try:
        weeks = Weeks(policy, plain)
    except InvalidInput:
        return None
    for step in steps:
        weeks.take(step)
    return None if weeks.too_many is None else weeks


def fewest(policy: Policy, plain: Plain, steps: Sequence[Step]) -> list[Step]:
    """The steps without those that are not needed for too many messages."""
    kept = list(steps)
    for no in reversed(range(len(kept))):
        fewer = kept[:no] + kept[no + 1 :]
        if too_many_after(policy, plain, fewer) is not None:
            kept = fewer
    return kept


def of_one_action(policy: Policy, plain: Plain, steps: Sequence[Step]) -> list[Step] | None:
    """The steps with which one action alone leads to too many messages, up to the last of these; ``None`` if none does."""
    for action in dict.fromkeys(step.action for step in steps if isinstance(step, Follow)):
        alone: list[Step] = [
            step for step in steps if isinstance(step, Wait) or (isinstance(step, Follow) and step.action == action)
        ]
        weeks = Weeks(policy, plain)
        for no, step in enumerate(alone):
            weeks.take(step)
            if weeks.too_many is not None:
                return alone[: no + 1]
    return None


def _kinds() -> tuple[str, ...]:
    kind = given_fields()["message"]["kind"].kind
    return kind.values if isinstance(kind, ChoiceKind) else ()
