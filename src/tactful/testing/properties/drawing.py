"""Cases drawn from the fact schema: always valid, mostly realistic, and aimed at the facts that a pack's rules read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import cache, cached_property
from random import Random
from typing import Any, Final

from hypothesis import strategies as st

from tactful.api.policy import Policy
from tactful.facts.kinds import HOUR, IdKind, MomentKind
from tactful.facts.working_time import DEFAULT
from tactful.language.ir import Condition
from tactful.language.ir.in_force import dated_days
from tactful.testing.properties.goals import NOTHING, NOW, Goal, Hint, goals, goals_of, goals_of_rules
from tactful.testing.properties.marks import FIRST, LAST, Mark
from tactful.testing.properties.options import SEEDS
from tactful.testing.properties.thresholds import (
    AGES,
    NOWS,
    PLACE,
    PLACES,
    Aim,
    Place,
    aims,
    clock_changes,
    edges,
    names,
    nows,
    one_side,
    parameter_values,
)

Plain = dict[str, Any]
#: The number of rows of an entity. A number that is listed twice is drawn twice as often; shrinking ends at the first.
APPLICATIONS: Final = (1, 1, 1, 2, 2, 3, 0)
PEOPLE: Final = (0, 1, 1, 2, 2, 3, 4)
INTERVIEWS: Final = (0, 1, 1, 1, 2, 2, 3)
MESSAGES: Final = (0, 1, 1, 2, 2, 3, 4, 5)
#: Every other case is decided on an ordinary day.
_NOWS: Final = (*NOWS[:3] * 7, *NOWS)
#: The day before a change of rules, the last second before it, the first second after it, and the day after: in seconds.
_AROUND: Final = (-12 * HOUR, -1, 0, 36 * HOUR)
#: Places of candidates: mostly the first.
_HOMES: Final = (*(PLACES[0],) * 6, *PLACES)
#: Places of applications: often the application has no place of its own.
_PLACES: Final = (*((None, None),) * 4, *PLACES)


@cache
def below(count: int) -> st.SearchStrategy[int]:
    """A strategy for numbers from 0 up to but not including ``count``, made once for each ``count``."""
    return st.integers(0, count - 1)


def drawn_from(plan: DrawPlan) -> st.SearchStrategy[Plain]:
    """A strategy for cases of a pack, as JSON has them, with ``now``. Every case can be read."""

    @st.composite
    def drawn(draw: st.DrawFn) -> Plain:
        return Drawer(plan, lambda count: draw(below(count))).case()

    return drawn()


def own_seed(policy: Policy) -> int:
    """The seed that a pack has by its digest, so that it draws the same cases on every run until its texts change."""
    return int(policy.digest.removeprefix("sha256:")[:16], 16) % SEEDS


def drawn_cases(policy: Policy, count: int, seed: int) -> Iterator[Plain]:
    """Draw ``count`` cases for a pack. The same seed draws the same cases, whatever else is imported."""
    drawer = Drawer(DrawPlan(policy), Random(seed).randrange)  # noqa: S311  (no secret hangs on it)
    for _ in range(count):
        yield drawer.case()


class DrawPlan:
    """What cases for a pack are drawn from, which takes longer to find than to draw a case.

    ``country``: everybody is there. ``where``: a condition that cases are aimed at more than at others.
    """

    def __init__(self, policy: Policy, *, country: str | None = None, where: Condition | None = None) -> None:
        self.country, self._policy = country, policy
        #: The goals of which each case has one.
        self.first = () if where is None else goals_of(policy, where)
        self.known, self.goals, self.calendars = aims(policy), goals(policy), policy.calendars
        self.parameters = {parameter.name: parameter_values(parameter) for parameter in policy.checked.adjustable}
        self.moments, self.days = (*_NOWS, *nows(policy) * 2), dated_days(policy.checked)
        self.named = names(policy)
        #: The names of calendars; at first none.
        self.calendar_names = (None, *(name for name in sorted(self.calendars.declared) if name != DEFAULT))

    @cached_property
    def of_rule(self) -> tuple[tuple[Goal, ...], ...]:
        """For each rule, what makes it fire. Only cases that are made so that more rules fire need this."""
        return goals_of_rules(self._policy)


class Drawer:
    """Draws one case. ``pick`` draws a number from 0 up to but not including another one."""

    def __init__(self, plan: DrawPlan, pick: Callable[[int], int]) -> None:
        self._plan, self._pick = plan, pick
        self._known, self._goals, self._calendars = plan.known, plan.goals, plan.calendars
        self._parameters, self._days = plan.parameters, plan.days
        self._moments, self._named, self._names = plan.moments, plan.named, plan.calendar_names
        self._near: list[int] = []
        self._people: list[str] = []

    def _below(self, count: int) -> int:
        return self._pick(count) if count > 1 else 0

    def case(self) -> Plain:
        first, second = (among[self._below(len(among))] for among in (self._plan.first or self._goals, self._goals))
        moments = first[NOW].values if NOW in first and self._below(4) else self._moments
        moment = self._below(len(moments) + len(_AROUND) * len(self._days))
        #: The goals that rows may follow. A goal that is listed twice is drawn twice as often.
        self._hints: tuple[Goal, ...] = (
            NOTHING,
            first,
            first,
            second,
            *({**second, **first},) * 6,
            {**first, **second},
        )
        self._sparse = self._below(4) > 0
        #: Whether facts that no rule reads are drawn too.
        self._all = self._below(8) == 7
        zone, country = self._place("candidate", _HOMES)
        self._own = self._calendar = self._calendars.at(zone or "UTC", country)
        self._now = moments[moment] if moment < len(moments) else self._on_a_change(moment - len(moments))
        candidate = {"id": self._id("candidate", "c", []), **_in_place(zone, country), **self._fields("candidate")}
        count = APPLICATIONS[self._below(len(APPLICATIONS))]
        applications: list[Plain] = []
        for no in range(1, count + 1):
            applications.append(self._application(self._id("application", f"a{no}", applications)))
        case = {"now": self._iso(self._now), "candidate": candidate, "applications": applications}
        drawn = {name: (None, *values)[self._below(1 + len(values))] for name, values in self._parameters.items()}
        stated = {name: value for name, value in drawn.items() if value is not None}
        return {**case, "parameters": stated} if stated else case

    def _on_a_change(self, no: int) -> int:
        """A moment around a midnight at which a dated value or a dated rule of the pack comes into force, or ends."""
        day, around = divmod(no, len(_AROUND))
        return min(max(self._own.start_of_day(date.fromordinal(self._days[day])), FIRST), LAST) + _AROUND[around]

    def _application(self, id_: str) -> Plain:
        zone, country = self._place("application", _PLACES)
        own, name = self._own, self._names[self._below(len(self._names))]
        self._calendar = self._calendars.at(
            zone or own.time_zone, country or self._calendars.country_of(name) or own.country, name
        )
        self._near = []
        people: list[Plain] = []
        for no in range(1, PEOPLE[self._below(len(PEOPLE))] + 1):
            people.append(self._person(self._id("person", f"p{no}", people)))
        self._people = [person["id"] for person in people]
        interviews: list[Plain] = []
        for no in range(1, INTERVIEWS[self._below(len(INTERVIEWS))] + 1):
            interviews.append(self._interview(self._id("interview", f"i{no}", interviews)))
        messages = [self._fields("message") for _ in range(MESSAGES[self._below(len(MESSAGES))])]
        parts: Plain = {"people": people, "interviews": interviews, "messages": messages}
        if self._offered():
            parts["offer"] = in_order(self._fields("offer"))
        own_fields = self._fields("application")
        given = {key: part for key, part in parts.items() if part or key == "offer"}
        named = {} if name is None else {"calendar": name}
        return {"id": id_, **_in_place(zone, country), **named, **own_fields, **given}

    def _offered(self) -> bool:
        """Whether there is an offer."""
        goal = self._hints[-1]
        wanted = goal.get(("offer", "", False))
        often = wanted.known if wanted is not None else any(entity == "offer" for entity, _, _ in goal)
        return self._below(4) > (0 if often else 2)

    def _person(self, id_: str) -> Plain:
        zone, country = self._place("person", PLACES if self._all else ((None, None),))
        return {"id": id_, **_in_place(zone, country), **self._fields("person")}

    def _interview(self, id_: str) -> Plain:
        fields = self._fields("interview", always=("ended_at",))
        ended_at = datetime.fromisoformat(fields["ended_at"]).timestamp()
        if ended_at > self._now and fields.get("status") == "held":
            del fields["status"]
        if "starts_at" in fields and datetime.fromisoformat(fields["starts_at"]).timestamp() > ended_at:
            del fields["starts_at"]
        who = self._below(1 << len(self._people)) if self._people else 0
        chosen = [person for no, person in enumerate(self._people) if who >> no & 1]
        interviewers: list[Any] = [self._interviewer(person) for person in chosen]
        return {"id": id_, **fields, **({"interviewers": interviewers} if interviewers else {})}

    def _interviewer(self, id_: str) -> Any:
        fields = self._fields("interviewer")
        return {"person": id_, **fields} if fields else id_

    def _id(self, entity: str, usual: str, others: list[Plain]) -> str:
        """An id for a row; every other time one that the pack names, if it names any that no other row has."""
        taken = {row["id"] for row in others}
        named = [name for name in self._named.ids.get(entity, ()) if name not in taken]
        if named and self._below(2):
            return named[self._below(len(named))]
        while usual in taken:  # another row has been given that id because the pack names it
            usual += "x"
        return usual

    def _place(self, entity: str, usual: tuple[Place, ...]) -> Place:
        """A place; every other time one that the pack names for the entity, if it names any."""
        if self._plan.country is not None:
            return (None, self._plan.country) if entity == "candidate" else (None, None)
        named = self._named.places.get(entity, ())
        if not named:
            return usual[self._below(len(usual))]
        hints = self._hints[self._below(len(self._hints))]
        wanted = [(no, hints.get((entity, name, False))) for no, name in enumerate(PLACE)]
        for no, hint in wanted:
            if hint is not None and hint.values:
                named = tuple(place for place in named if (place[no] in hint.values) != hint.avoid) or named
        if all(hint is None for _, hint in wanted) and self._below(2) == 0:
            named = usual
        return named[self._below(len(named))]

    # --- fields ---

    def _fields(self, entity: str, always: tuple[str, ...] = ()) -> Plain:
        """The known fields of a row: a drawn number says which fields are known, then each gets a drawn value."""
        fields = [aim for aim in self._known.get(entity, ()) if aim.read or self._all or aim.name in always]
        given: Plain = {}
        custom: Plain = {}
        if not fields:
            return given
        present = self._below(1 << len(fields))
        if self._sparse:
            present &= self._below(1 << len(fields))
        hints = self._hints[self._below(len(self._hints))]
        for no, aim in enumerate(fields):
            hint = hints.get((entity, aim.key, aim.custom))
            known = present >> no & 1 if hint is None else hint.known
            if known or aim.name in always:
                value = self._value(aim, hint)
                if value is not None:
                    (custom if aim.custom else given)[aim.name] = value
        if custom:
            given["custom"] = custom
        return given

    def _value(self, aim: Aim, hint: Hint | None) -> Any:
        match aim.kind:
            case MomentKind():
                return self._moment(aim) if hint is None or hint.mark is None else self._hinted(hint.mark, hint.earlier)
            case IdKind():
                people = self._people
                if hint is not None and hint.values:
                    people = [id_ for id_ in people if (id_ in hint.values) != hint.avoid] or people
                return people[self._below(len(people))] if people else None
            case _:
                values = aim.values
                if hint is not None and hint.values:
                    values = tuple(value for value in values if (value in hint.values) != hint.avoid) or values
                return values[self._below(len(values))]

    def _moment(self, aim: Aim) -> str:
        """A moment: some time ago, on a boundary of a rule, on a change of clocks, or close to another moment."""
        now, near = self._now, self._near
        plain, on_edges, ahead = len(AGES), 5 * len(aim.marks), len(AGES) if aim.ahead else 0
        no = self._below(plain + ahead + on_edges + 3 + 3 * bool(near))
        if no < plain:
            moment = now - AGES[no]
        elif (no := no - plain) < ahead:
            moment = now + AGES[no]
        elif (no := no - ahead) < on_edges:
            moment = edges(aim.marks[no // 5], now, self._calendar)[no % 5]
        elif (no := no - on_edges) < 3:
            changes = clock_changes(self._calendar, now)
            moment = changes[no] if changes else now - no
        else:
            moment = near[self._below(len(near))] + (0, -1, 1)[no - 3]
        near.append(moment)
        return self._iso(moment)

    def _hinted(self, mark: Mark, earlier: bool) -> str:
        """A moment on the side of a boundary where the goal wants it."""
        moments = one_side(mark, self._now, self._calendar, earlier)
        moment = moments[self._below(len(moments))]
        self._near.append(moment)
        return self._iso(moment)

    def _iso(self, moment: int) -> str:
        return self._calendar.local(moment).isoformat()


def _in_place(zone: str | None, country: str | None) -> Plain:
    return {name: value for name, value in (("time_zone", zone), ("country", country)) if value is not None}


def in_order(offer: Plain) -> Plain:
    """The offer with its moments in order, so that it is neither signed nor withdrawn before it is received."""
    names = [name for name in ("received_at", "signed_at", "withdrawn_at") if offer.get(name) is not None]
    if "received_at" not in names:
        return offer
    first = min(names, key=lambda name: datetime.fromisoformat(offer[name]))
    return {**offer, "received_at": offer[first], first: offer["received_at"]}
