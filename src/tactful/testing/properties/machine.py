"""A candidate's weeks as a state machine: interviews end, messages come, time passes, advice is followed or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tactful.api.advice import Advice
from tactful.api.policy import Policy
from tactful.facts.fields import given_fields
from tactful.facts.kinds import DAY, HOUR, ChoiceKind
from tactful.testing.properties.drawing import DrawPlan, drawn_from

Plain = dict[str, Any]
_LENGTHS = (HOUR, 3 * HOUR, DAY, 2 * DAY, 3 * DAY, 7 * DAY, 15 * DAY)


def candidate_weeks(policy: Policy, sent: Mapping[str, str]) -> type[RuleBasedStateMachine]:
    """A hypothesis state machine for a pack. Its attribute ``TestCase`` is a test to run.

    ``sent`` maps actions to the kind of message that goes into the log when they are followed: ``{"note": "thank_you"}``. It
    counts for the members of a family too. After every step all invariants about one decision hold; and an action that was just
    followed is not recommended again for the same target at the same moment.
    """
    kinds = {id_: _kind_of(action.family, sent) for id_, action in policy.checked.actions.items()}
    received = given_fields()["message"]["kind"].kind
    words = received.values if isinstance(received, ChoiceKind) else ()

    class CandidateWeeks(RuleBasedStateMachine):
        """One candidate, starting from a drawn case."""

        @initialize(case=drawn_from(DrawPlan(policy)))
        def begin(self, case: Plain) -> None:
            """Start from a drawn case, in the middle of a search."""
            self.case, self.now = case, policy.read(case).now or 0
            self.done: tuple[str, str | None, str] | None = None

        @rule(length=st.sampled_from(_LENGTHS))
        def time_passes(self, length: int) -> None:
            """Time passes, and nothing else happens."""
            self.now += length
            self.done = None

        @precondition(lambda self: self.case["applications"])
        @rule(data=st.data(), people=st.booleans())
        def an_interview_ends(self, data: st.DataObject, people: bool) -> None:
            """An interview ends whose interviewers are all known people of the application, or unknown."""
            application = data.draw(st.sampled_from(self.case["applications"]))
            held = application.get("interviews", [])
            new: Plain = {"id": f"w{len(held)}", "ended_at": self._iso(self.now)}
            if people and application.get("people"):
                new["interviewers"] = [person["id"] for person in application["people"]]
            self._put(application, "interviews", [*held, new])

        @precondition(lambda self: self.case["applications"])
        @rule(data=st.data(), kind=st.sampled_from(words))
        def a_message_comes(self, data: st.DataObject, kind: str) -> None:
            """A message comes from an unknown sender."""
            application = data.draw(st.sampled_from(self.case["applications"]))
            self._log(application, {"direction": "received", "kind": kind})

        @rule(no=st.integers(0, 7))
        def advice_is_followed(self, no: int) -> None:
            """The action is done, and a message that was sent goes into the log."""
            advice = [item for item in self._decide() if not item.modality.endswith("not") and kinds[item.action]]
            if no >= len(advice):
                return
            chosen = advice[no]
            application = next(row for row in self.case["applications"] if row["id"] == chosen.application)
            message: Plain = {"direction": "sent", "kind": kinds[chosen.action]}
            if chosen.target.entity == "person":
                message["person"] = chosen.target.id
            self._log(application, message)
            self.done = (chosen.action, chosen.application, chosen.target.id)

        @invariant()
        def the_invariants_hold(self) -> None:
            """The invariants about one decision hold."""
            if hasattr(self, "case"):
                assert policy.violations(self._moved()) == []

        @invariant()
        def what_is_done_is_done(self) -> None:
            """An action that was just followed is not recommended again."""
            if hasattr(self, "case") and self.done is not None:
                recommended = [
                    (item.action, item.application, item.target.id)
                    for item in self._decide()
                    if not item.modality.endswith("not")
                ]
                assert self.done not in recommended

        def _decide(self) -> tuple[Advice, ...]:
            return policy.decide(self._moved()).actions

        def _moved(self) -> Plain:
            return {**self.case, "now": self._iso(self.now)}

        def _iso(self, moment: int) -> str:
            return policy.calendars.at("UTC", None).local(moment).isoformat()

        def _log(self, application: Plain, message: Plain) -> None:
            log = application.get("messages", [])
            self._put(application, "messages", [*log, {"sent_at": self._iso(self.now), **message}])

        def _put(self, application: Plain, part: str, rows: list[Plain]) -> None:
            self.done = None
            changed = {**application, part: rows}
            applications = [changed if row is application else row for row in self.case["applications"]]
            self.case = {**self.case, "applications": applications}

    return CandidateWeeks


def _kind_of(family: tuple[str, ...], sent: Mapping[str, str]) -> str | None:
    """The kind of message for an action: that of the nearest action of its family in ``sent``; ``None`` where there is none."""
    return next((sent[action] for action in family if action in sent), None)
