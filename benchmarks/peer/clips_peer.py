"""The policy in CLIPS, through clipspy: functions in CLIPS assert the facts, and its Rete network matches them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .prepare import Fields, prepared
from .protocol import Fired

POLICY = Path(__file__).with_name("policy") / "follow_up.clp"
#: The words that a case may hold: symbols in CLIPS.
WORDS = (
    *("applied", "interviewing", "offered", "accepted", "rejected", "withdrawn", "open", "closed", "verbal", "written"),
    *("hiring_manager", "interviewer", "recruiter", "agency_recruiter", "coordinator", "inside_contact"),
    *("email", "phone", "post", "linkedin", "in_person", "scheduled", "held", "cancelled", "sent", "received"),
    *("thank_you", "correction", "follow_up", "status_question", "offer_notice", "answer", "invitation"),
    *("connection_request", "offer", "rejection", "withdrawal", "other"),
)


class Clips:
    """See :class:`peer.protocol.Peer`."""

    name = "CLIPS (clipspy)"
    package = "clipspy"
    says = (
        "JSON, moments, local clocks and business days are prepared in Python.",
        "Counts and the latest of many are computed in the actions of rules (fact queries): CLIPS has no accumulate.",
        "Functions in CLIPS assert the facts and return none: clipspy never frees a fact that was passed to Python.",
    )

    def load(self) -> None:
        """See :class:`peer.protocol.Peer`."""
        import clips

        self._firings: list[Fired] = []
        symbols: dict[str | bool | None, Any] = {word: clips.Symbol(word) for word in WORDS}
        self._word = {**symbols, True: clips.Symbol("yes"), False: clips.Symbol("no"), None: None}.__getitem__
        self._env = clips.Environment()
        self._env.fact_duplication = True  # two messages may say the same
        self._env.define_function(self._fired, "fired")
        self._env.load(str(POLICY))
        names = ("case", "candidate", "application", "offer", "person", "interview", "interviewer", "message")
        self._new: dict[str, Any] = {name: self._env.find_function(f"new-{name}") for name in names}

    def _fired(self, rule: str, entity: str, application: str, interview: str, id_: str, due: Any) -> None:
        self._firings.append((rule, f"{entity}/{application}/{interview}/{id_}", due if isinstance(due, int) else None))

    def fire(self, cases: Sequence[bytes]) -> list[list[Fired]]:
        """See :class:`peer.protocol.Peer`."""
        return [self._fire_case(prepared(raw)) for raw in cases]

    def _fire_case(self, case: Fields) -> list[Fired]:
        self._firings = []
        self._env.reset()
        self._assert(case)
        self._env.run()
        return self._firings

    def _assert(self, case: Fields) -> None:
        """The facts of a case. ``None`` is ``nil``."""
        new, word, candidate = self._new, self._word, case["candidate"]
        new["case"](case["now"])
        employed, quitting = candidate["employed"], candidate["considering_quitting"]
        new["candidate"](candidate["id"], word(employed), word(quitting), word(candidate["searching"]))
        for application in case["applications"]:
            self._application(application)

    def _application(self, application: Fields) -> None:
        new, word, app, offer = self._new, self._word, application["id"], application["offer"]
        status, preferred, policy = (
            word(application["status"]),
            word(application["preferred"]),
            word(application["contact_policy"]),
        )
        promise = application["reply_by"], application["reply_by_with_grace"]
        new["application"](app, status, preferred, policy, application["contact_via"], *promise)
        if offer is not None:
            form, conditional = word(offer["form"]), word(offer["conditional"])
            answer_by, signed, start_on = offer["answer_by"], offer["signed_at"], offer["start_on"]
            new["offer"](app, offer["received_at"], form, answer_by, signed, conditional, start_on)
        for person in application["people"]:
            new["person"](
                app,
                person["id"],
                person["name"],
                word(person["role"]),
                word(person["prefers"]),
                word(person["invited_call"]),
                word(person["contact_policy"]),
                [word(channel) for channel in person["channels"]],
                word(person["office_time"]),
            )
        for interview in application["interviews"]:
            id_, ended, due = interview["id"], interview["ended_at"], interview["answer_due_at"]
            new["interview"](app, id_, word(interview["status"]), ended, due)
            for who in interview["interviewers"]:
                new["interviewer"](app, id_, who["person"], word(who["attended"]))
        for message in application["messages"]:
            direction, kind = word(message["direction"]), word(message["kind"])
            new["message"](app, message["person"], direction, kind, message["sent_at"])


def peer() -> Clips:
    """The peer."""
    return Clips()
