"""Generated cases that exercise every rule of the frozen policy. The same seed makes the same bytes.

Each application is in one of the phases that a candidate knows: applied, invited, just interviewed, waiting, overdue,
asked again, given up, offered, signed, rejected, withdrawn. Everything optional may be unknown. All moments
carry an offset, and nothing that has happened (messages, signatures) lies in the future.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

Fields = dict[str, Any]

COUNT: Final = 10_000
SEED: Final = 6

PLACES: Final = (
    ("America/New_York", "US"),
    ("America/Chicago", "US"),
    ("America/Los_Angeles", "US-CA"),
    ("Europe/Dublin", "IE"),
    ("Europe/Berlin", "DE-BE"),
    ("Asia/Kolkata", "IN"),
    ("Pacific/Auckland", "NZ"),
    ("Asia/Dubai", "AE"),
)
COMPANIES: Final = ("Acme Analytics", "Borealis", "Cobalt Systems", "Dunmore & Sons", "Elm Street Labs")
JOBS: Final = ("Data analyst", "Platform engineer", "Product manager", "Nurse", "Teacher")
NAMES: Final = ("Kim Ito", "Ana Silva", "Priya Nair", "Tom O'Hara", "Lena Vogt", "Omar Aziz", "Wei Chen", "Eva Novak")
ROLES: Final = ("hiring_manager", "interviewer", "interviewer", "recruiter", "agency_recruiter", "coordinator")
CHANNELS: Final = (["email"], ["email", "linkedin"], ["phone", "email"], ["email", "post"], ["linkedin"])
TOPICS: Final = (["the rewrite of the reports"], ["on-call", "testing"], ["the move"])
STAGES: Final = ("phone_screen", "first", "panel", "technical", "final")

DAY: Final = 24.0
WEEK: Final = 7 * DAY


def situations(count: int = COUNT, seed: int = SEED) -> list[bytes]:
    """``count`` cases, as JSON without blanks."""
    random = Random(seed)
    return [json.dumps(_Case(random, no).made(), separators=(",", ":")).encode() for no in range(count)]


class _Case:
    """A case. All draws come from ``random``."""

    def __init__(self, random: Random, no: int) -> None:
        self.random, self.no = random, no
        minutes = random.randrange(365 * 24 * 60)
        self.now = datetime(2026, 1, 15, tzinfo=UTC) + timedelta(minutes=minutes, seconds=random.choice((0, 0, 0, 17)))
        self.place = random.choice(PLACES)

    def made(self) -> Fields:
        random = self.random
        zoned = random.random() < 0.9
        candidate = self.some(
            {"id": f"c{self.no}"},
            name=("Sam Doyle", 0.9),
            time_zone=(self.place[0], 1.0 if zoned else 0.0),
            country=(self.place[1], 0.8),
            employed=(random.random() < 0.65, 0.85),
            considering_quitting=(random.random() < 0.3, 0.4),
            searching=(random.random() < 0.7, 0.7),
            handwriting_legible=(random.random() < 0.6, 0.5),
            notice_period=("2 weeks", 0.3),
        )
        count = random.choices((1, 2, 3), (60, 27, 13))[0]
        applications = [_Application(self, no, placed=not zoned).made() for no in range(count)]
        return {"now": self.moment(0), "candidate": candidate, "applications": applications}

    def some(self, required: Fields, **optional: tuple[Any, float]) -> Fields:
        """The required fields, and each optional field with its chance of being known. Unknown fields are left out or null."""
        for name, (value, chance) in optional.items():
            if self.random.random() < chance:
                required[name] = value
            elif self.random.random() < 0.1:
                required[name] = None
        return required

    def moment(self, hours: float) -> str:
        """The moment ``hours`` from now, with one of the offsets that people use."""
        at = self.now + timedelta(seconds=round(hours * 3600))
        how = self.random.random()
        if how < 0.25:
            return at.strftime("%Y-%m-%dT%H:%M:%SZ")
        if how < 0.35:
            return at.astimezone(timezone(timedelta(hours=-3))).isoformat()
        return at.astimezone(ZoneInfo(self.place[0])).isoformat()

    def deadline(self, hours: float) -> str:
        """A bare date, or a moment."""
        text = self.moment(hours)
        return text[:10] if self.random.random() < 0.75 else text


class _Application:
    """One application in one phase, which fills in status, interviews, messages and offer."""

    def __init__(self, case: _Case, no: int, placed: bool) -> None:
        self.case, self.random = case, case.random
        random = self.random
        place = case.place if random.random() < 0.7 else random.choice(PLACES)
        self.given: Fields = case.some(
            {"id": f"a{no}"},
            company=(random.choice(COMPANIES), 0.95),
            role=(random.choice(JOBS), 0.8),
            status=("interviewing", 0.9),
            preferred=(random.random() < 0.5, 0.4),
            contact_policy=("closed" if random.random() < 0.25 else "open", 0.35),
            country=(place[1], 0.4),
            time_zone=(place[0], 1.0 if placed else 0.3),
        )
        self.people: list[Fields] = []
        self.interviews: list[Fields] = []
        self.messages: list[Fields] = []
        self.place = place

    def made(self) -> Fields:
        random = self.random
        self.people = [self._person(no) for no in range(random.choices((0, 1, 2, 3, 4, 5), (3, 27, 30, 22, 12, 6))[0])]
        phases: tuple[tuple[Callable[[], None], int], ...] = (
            (self._applied, 6),
            (self._invited, 8),
            (self._just_interviewed, 16),
            (self._waiting, 12),
            (self._promised, 10),
            (self._overdue, 16),
            (self._asked_again, 14),
            (self._offered, 12),
            (self._accepted, 8),
            (self._rejected, 7),
            (self._withdrawn, 4),
        )
        random.choices([phase for phase, _ in phases], [weight for _, weight in phases])[0]()
        if self.people and random.random() < 0.12:
            self.given["contact_via"] = random.choice(self.people)["id"]
        self._small_talk()
        random.shuffle(self.messages)
        for name in ("people", "interviews", "messages"):
            rows = getattr(self, name)
            if rows or random.random() < 0.5:
                self.given[name] = rows
        return self.given

    # --- phases ---

    def _applied(self) -> None:
        self._status("applied", 0.9)
        if self.random.random() < 0.5:
            self._message("received", "answer", 24, 300)

    def _invited(self) -> None:
        self._message("received", "invitation", 30, 300)
        self._interview(self._hours(2, 400), ("scheduled", 0.8))
        if self.random.random() < 0.4:
            self._interview(-self._hours(24, 500), ("held", 0.8))

    def _just_interviewed(self) -> None:
        self._message("received", "invitation", 200, 500)
        for _ in range(self.random.choices((1, 2), (85, 15))[0]):
            hours = self.random.choice(
                (self._hours(0.2, 2), self._hours(2, 48), self._hours(2, 48), self._hours(48, 168))
            )
            self._interview(-hours, ("held", 0.7))
        self._thanks()

    def _waiting(self) -> None:
        for _ in range(self.random.choices((1, 2), (70, 30))[0]):
            self._interview(-self._hours(48, 260), ("held", 0.8))
        self._thanks()

    def _promised(self) -> None:
        self.given["reply_by"] = self.case.deadline(self._hours(-160, 200))
        self._interview(-self._hours(48, 400), ("held", 0.8))
        self._thanks()

    def _overdue(self) -> None:
        if self.random.random() < 0.4:
            self.given["reply_by"] = self.case.deadline(-self._hours(100, 400))
        self._interview(-self._hours(260, 900), ("held", 0.8))
        if self.random.random() < 0.3:
            self._message("received", "other", 20, 500)
        self._thanks()

    def _asked_again(self) -> None:
        self._interview(-self._hours(400, 1100), ("held", 0.8))
        for _ in range(self.random.choices((1, 2, 3), (45, 40, 15))[0]):
            self._message("sent", self.random.choice(("follow_up", "follow_up", "status_question")), 10, 390)
        if self.random.random() < 0.2:
            self._message("received", "answer", 10, 390)

    def _offered(self) -> None:
        self._status("offered", 0.7)
        self._interview(-self._hours(200, 700), ("held", 0.9))
        self._message("received", "offer", 5, 150)
        if self.random.random() < 0.9:
            self._offer(signed=0.15)

    def _accepted(self) -> None:
        self._status("accepted" if self.random.random() < 0.6 else "offered", 0.95)
        self._interview(-self._hours(300, 900), ("held", 0.9))
        if self.random.random() < 0.9:
            self._offer(signed=0.75)
        if self.random.random() < 0.15:
            self._message("sent", "connection_request", 5, 100)

    def _rejected(self) -> None:
        self._status("rejected", 1.0)
        self._interview(-self._hours(200, 700), ("held", 0.9))
        if self.random.random() < 0.8:
            self._message("received", "rejection", 2, 300)
        if self.random.random() < 0.3:
            self._message("sent", "answer", 1, 200)

    def _withdrawn(self) -> None:
        self._status("withdrawn" if self.random.random() < 0.6 else "interviewing", 0.95)
        self._interview(-self._hours(100, 700), ("held", 0.8))
        self._message("sent", "withdrawal", 5, 90)

    # --- parts ---

    def _hours(self, low: float, high: float) -> float:
        return self.random.uniform(low, high)

    def _status(self, status: str, chance: float) -> None:
        self.given.pop("status", None)
        if self.random.random() < chance:
            self.given["status"] = status

    def _person(self, no: int) -> Fields:
        random = self.random
        inside = random.random() < 0.08
        place = self.place if random.random() < 0.75 else random.choice(PLACES)
        return self.case.some(
            {"id": f"p{no}"},
            name=(random.choice(NAMES), 0.9),
            role=("inside_contact" if inside else random.choice(ROLES), 1.0 if inside else 0.9),
            prefers=("email" if random.random() < 0.5 else "phone", 0.35),
            invited_call=(random.random() < 0.6, 0.25),
            contact_policy=("closed" if random.random() < 0.3 else "open", 0.2),
            channels=(random.choice(CHANNELS), 0.6),
            topics=(random.choice(TOPICS), 0.25),
            country=(place[1], 0.25),
            time_zone=(place[0], 0.3),
        )

    def _interview(self, hours: float, status: tuple[str, float]) -> None:
        random = self.random
        name, chance = status
        if random.random() < 0.05:
            name, chance = "cancelled", 1.0
        contacts = [
            person["id"] for person in self.people if person.get("role") != "inside_contact" or random.random() < 0.1
        ]
        random.shuffle(contacts)
        contacts = contacts[: random.choices((0, 1, 2, 3), (8, 52, 30, 10))[0]]
        interviewers: list[Any] = []
        for id_ in contacts:
            attended = random.choices((None, True, False), (70, 22, 8))[0]
            interviewers.append(id_ if attended is None else {"person": id_, "attended": attended})
        interview = self.case.some(
            {"id": f"i{len(self.interviews)}", "ended_at": self.case.moment(hours)},
            stage=(random.choice(STAGES), 0.7),
            status=(name, chance),
            went=(random.choice(("well", "mixed", "badly")), 0.4),
        )
        if interviewers or random.random() < 0.5:
            interview["interviewers"] = interviewers
        self.interviews.append(interview)

    def _message(self, direction: str, kind: str, low: float, high: float, person: str | None = None) -> None:
        random = self.random
        if person is None and self.people and random.random() < 0.9:
            person = random.choice(self.people)["id"]
        required: Fields = {} if person is None else {"person": person}
        self.messages.append(
            self.case.some(
                required,
                direction=(direction, 0.98),
                sent_at=(self.case.moment(-self._hours(low, high)), 0.96),
                channel=(random.choice(("email", "email", "phone", "linkedin")), 0.7),
                kind=(kind, 0.98),
            )
        )

    def _thanks(self) -> None:
        for interview in self.interviews:
            for interviewer in interview.get("interviewers", ()):
                if self.random.random() < 0.35:
                    self._message(
                        "sent",
                        "thank_you",
                        0.1,
                        170,
                        interviewer if isinstance(interviewer, str) else interviewer["person"],
                    )

    def _small_talk(self) -> None:
        """Messages of any phase: a question to a friend inside, an offer announced, a connection request, a message of theirs."""
        random = self.random
        for person in self.people:
            if person.get("role") == "inside_contact":
                for _ in range(random.choices((0, 1, 2, 3), (40, 30, 20, 10))[0]):
                    self._message("sent", "status_question", 5, 600, person["id"])
        for direction, kind, chance in (
            ("sent", "offer_notice", 0.06),
            ("sent", "connection_request", 0.04),
            ("received", "other", 0.2),
            ("sent", "other", 0.1),
        ):
            if random.random() < chance:
                self._message(direction, kind, 3, 800)

    def _offer(self, signed: float) -> None:
        random, case = self.random, self.case
        hours = self._hours(5, 300)
        self.given["offer"] = case.some(
            {},
            received_at=(case.moment(-hours), 0.9),
            form=("written" if random.random() < 0.7 else "verbal", 0.9),
            answer_by=(case.deadline(self._hours(-30, 240)), 0.6),
            signed_at=(case.moment(-self._hours(0.5, hours)), signed),
            conditional=(random.random() < 0.25, 0.85),
            start_on=(case.deadline(self._hours(-500, 700)), 0.6),
        )
