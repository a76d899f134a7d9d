"""A case changed in one place, towards a goal: a field, a row, or the moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from tactful.testing.properties.drawing import Drawer, DrawPlan, in_order
from tactful.testing.properties.goals import NOTHING, NOW, Goal

Plain = dict[str, Any]
#: The parts of an application: the entity of their rows, and the first letter of the ids of new rows.
_PARTS: Final = {"people": ("person", "p"), "interviews": ("interview", "i"), "messages": ("message", "")}


class Varier(Drawer):
    """Changes cases of a pack. ``pick`` draws a number from 0 up to but not including another one."""

    def __init__(self, plan: DrawPlan, pick: Callable[[int], int]) -> None:
        super().__init__(plan, pick)
        self._sparse, self._all = True, False

    def varied(self, case: Plain, goal: Goal) -> Plain:
        """The case with a change. It may be one that cannot be read."""
        self._hints = (NOTHING, goal, goal, goal)
        candidate, applications = case["candidate"], case["applications"]
        self._now = int(datetime.fromisoformat(case["now"]).timestamp())
        self._own = self._calendar = self._calendars.at(candidate.get("time_zone") or "UTC", candidate.get("country"))
        way = self._below(12)
        if way == 0 and NOW in goal:
            moments = goal[NOW].values
            self._now = moments[self._below(len(moments))]
            return {**case, "now": self._iso(self._now)}
        if way == 1 or not applications:
            return {**case, "candidate": self._changed(candidate, "candidate")}
        no = self._below(len(applications))
        changed = [*applications]
        changed[no] = self._in_application(applications[no])
        if way == 2 and len(applications) < 3:
            changed = [*applications, self._application(f"n{len(applications)}")]
        return {**case, "applications": changed}

    def _in_application(self, application: Plain) -> Plain:
        own, name = self._own, application.get("calendar")
        country = application.get("country") or self._calendars.country_of(name) or own.country
        self._calendar = self._calendars.at(application.get("time_zone") or own.time_zone, country, name)
        self._near = []
        self._people = [person["id"] for person in application.get("people", [])]
        way = self._below(10)
        if way < 3:
            return self._changed(application, "application")
        if way == 3:
            offer = self._changed(application.get("offer", {}), "offer")
            return {**application, "offer": in_order(offer)}
        part = ("people", "interviews", "messages")[way % 3]
        entity, letter = _PARTS[part]
        rows = application.get(part, [])
        no = self._below(len(rows) + 1)
        if no < len(rows):
            row = self._changed(rows[no], entity) if self._below(6) else None
        else:
            row = {"id": f"{letter}{len(rows) + 1}"} if letter else {}
            row |= self._interview(row["id"]) if entity == "interview" else self._fields(entity)
        kept = [*rows[:no], *([] if row is None else [row]), *rows[no + 1 :]]
        return {**application, part: kept}

    def _changed(self, row: Plain, entity: str) -> Plain:
        """A row with some fields drawn anew: those that the goal has hints for, one of them, or any one."""
        hints = self._hints[-1]
        aims = [aim for aim in self._known.get(entity, ()) if aim.read]
        wanted = [aim for aim in aims if (entity, aim.key, aim.custom) in hints]
        if entity == "interview" and self._people and self._below(4) == 0:
            who = [person for person in self._people if self._below(2)]
            return {**row, "interviewers": [self._interviewer(person) for person in who]}
        if not aims:
            return row
        if wanted and self._below(3):
            chosen = wanted if self._below(2) else [wanted[self._below(len(wanted))]]
        else:
            chosen = [aims[self._below(len(aims))]]
        own, custom = {**row}, {**row.get("custom", {})}
        for aim in chosen:
            hint = hints.get((entity, aim.key, aim.custom)) if self._below(5) else None
            known = hint.known if hint is not None else self._below(4) > 0
            value = self._value(aim, hint) if known or aim.name == "ended_at" else None
            into = custom if aim.custom else own
            into.pop(aim.name, None)
            if value is not None:
                into[aim.name] = value
        return {**own, "custom": custom} if custom else own
