"""The policy in CLIPS, by way of clipspy: facts asserted one by one (faster than as text), matched by its Rete."""

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
        "Counts and the latest of many are asked in the actions of rules (fact queries): CLIPS has no accumulate.",
    )

    def load(self) -> None:
        """See :class:`peer.protocol.Peer`."""
        import clips

        self._found: list[Fired] = []
        self._env = clips.Environment()
        self._env.fact_duplication = True  # two messages may say the same
        self._env.define_function(self._fired, "fired")
        self._env.load(str(POLICY))
        self._templates = {one.name: one for one in self._env.templates()}
        symbols: dict[str | bool | None, Any] = {word: clips.Symbol(word) for word in WORDS}
        self._word = {**symbols, True: clips.Symbol("yes"), False: clips.Symbol("no"), None: None}.__getitem__

    def _fired(self, rule: str, entity: str, application: str, interview: str, id_: str, due: Any) -> None:
        self._found.append((rule, f"{entity}/{application}/{interview}/{id_}", due if isinstance(due, int) else None))

    def fire(self, cases: Sequence[bytes]) -> list[list[Fired]]:
        """See :class:`peer.protocol.Peer`."""
        return [self._one(prepared(raw)) for raw in cases]

    def _one(self, case: Fields) -> list[Fired]:
        self._found = []
        self._env.reset()
        self._assert(case)
        self._env.run()
        return self._found

    def _assert(self, case: Fields) -> None:
        """The facts of a case. A slot that is left out is ``nil``."""
        new, word = self._new, self._word
        new("case", now=case["now"])
        one = case["candidate"]
        quitting = word(one["considering_quitting"])
        new(
            "candidate",
            id=one["id"],
            employed=word(one["employed"]),
            quitting=quitting,
            searching=word(one["searching"]),
        )
        for one in case["applications"]:
            self._application(one)

    def _application(self, one: Fields) -> None:
        new, word, app = self._new, self._word, one["id"]
        slots = {"reply-by": one["reply_by"], "grace-over": one["reply_by_with_grace"], "via": one["contact_via"]}
        preferred, policy = word(one["preferred"]), word(one["contact_policy"])
        new("application", id=app, status=word(one["status"]), preferred=preferred, policy=policy, **slots)
        offer = one["offer"]
        if offer is not None:
            slots = {"answer-by": offer["answer_by"], "start-on": offer["start_on"], "received": offer["received_at"]}
            form, conditional = word(offer["form"]), word(offer["conditional"])
            new("offer", app=app, form=form, signed=offer["signed_at"], conditional=conditional, **slots)
        for person in one["people"]:
            new(
                "person",
                app=app,
                id=person["id"],
                name=person["name"],
                role=word(person["role"]),
                prefers=word(person["prefers"]),
                invited=word(person["invited_call"]),
                policy=word(person["contact_policy"]),
                channels=[word(channel) for channel in person["channels"]] or None,
                office=word(person["office_time"]),
            )
        for interview in one["interviews"]:
            slots = {"answer-due": interview["answer_due_at"]}
            status, ended = word(interview["status"]), interview["ended_at"]
            new("interview", app=app, id=interview["id"], status=status, ended=ended, **slots)
            for who in interview["interviewers"]:
                new(
                    "interviewer",
                    app=app,
                    interview=interview["id"],
                    person=who["person"],
                    attended=word(who["attended"]),
                )
        for message in one["messages"]:
            direction, kind = word(message["direction"]), word(message["kind"])
            new("message", app=app, person=message["person"], direction=direction, kind=kind, sent=message["sent_at"])

    def _new(self, template: str, **slots: object) -> None:
        self._templates[template].assert_fact(**{name: value for name, value in slots.items() if value is not None})


def peer() -> Clips:
    """The peer."""
    return Clips()
