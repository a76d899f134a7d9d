"""A candidate's weeks, lived by a machine: interviews end, messages come, time passes, advice is followed or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tactful.api.decision import Advice
from tactful.api.policy import Policy
from tactful.facts.fields import given_fields
from tactful.facts.kinds import DAY, HOUR, ChoiceKind
from tactful.testing.properties.drawing import cases

Plain = dict[str, Any]
_LENGTHS = (HOUR, 3 * HOUR, DAY, 2 * DAY, 3 * DAY, 7 * DAY, 15 * DAY)


def candidate_weeks(policy: Policy, sent: Mapping[str, str]) -> type[RuleBasedStateMachine]:
    """A state machine of hypothesis' for a pack; its attribute ``TestCase`` is a test to run.

    ``sent`` says what kind of message goes into the log when an action is followed: ``{"note": "thank_you"}``. It counts
    for the members of a family too. After every step all invariants about one decision hold; and an action that was just
    followed is not recommended again for the same target at the same moment.
    """
    kinds = {id_: _kind_of(action.family, sent) for id_, action in policy.checked.actions.items()}
    received = given_fields()["message"]["kind"].kind
    words = received.values if isinstance(received, ChoiceKind) else ()

    class CandidateWeeks(RuleBasedStateMachine):
        """One candidate, from a drawn case on."""

        @initialize(case=cases(policy))
        def begin(self, case: Plain) -> None:
            """Somewhere in the middle of a search."""
            self.case, self.now = case, policy.read(case).now or 0
            self.done: tuple[str, str | None, str] | None = None

        @rule(length=st.sampled_from(_LENGTHS))
        def time_passes(self, length: int) -> None:
            """Nothing happens."""
            self.now += length
            self.done = None

        @precondition(lambda self: self.case["applications"])
        @rule(data=st.data(), people=st.booleans())
        def an_interview_ends(self, data: st.DataObject, people: bool) -> None:
            """With everybody who is known there, or nobody in particular."""
            one = data.draw(st.sampled_from(self.case["applications"]))
            held = one.get("interviews", [])
            new: Plain = {"id": f"w{len(held)}", "ended_at": self._iso(self.now)}
            if people and one.get("people"):
                new["interviewers"] = [each["id"] for each in one["people"]]
            self._put(one, "interviews", [*held, new])

        @precondition(lambda self: self.case["applications"])
        @rule(data=st.data(), kind=st.sampled_from(words))
        def a_message_comes(self, data: st.DataObject, kind: str) -> None:
            """From somebody or other."""
            one = data.draw(st.sampled_from(self.case["applications"]))
            self._log(one, {"direction": "received", "kind": kind})

        @rule(no=st.integers(0, 7))
        def advice_is_followed(self, no: int) -> None:
            """The action is done; what is sent goes into the log."""
            advice = [one for one in self._decide() if not one.modality.endswith("not") and kinds[one.action]]
            if no >= len(advice):
                return
            chosen = advice[no]
            one = next(each for each in self.case["applications"] if each["id"] == chosen.application)
            message: Plain = {"direction": "sent", "kind": kinds[chosen.action]}
            if chosen.target.entity == "person":
                message["person"] = chosen.target.id
            self._log(one, message)
            self.done = (chosen.action, chosen.application, chosen.target.id)

        @invariant()
        def the_invariants_hold(self) -> None:
            """Whatever has happened."""
            if hasattr(self, "case"):
                assert policy.violations(self._moved()) == []

        @invariant()
        def what_is_done_is_done(self) -> None:
            """It is not asked for again at once."""
            if hasattr(self, "case") and self.done is not None:
                said = [
                    (one.action, one.application, one.target.id)
                    for one in self._decide()
                    if not one.modality.endswith("not")
                ]
                assert self.done not in said

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
            applications = [changed if one is application else one for one in self.case["applications"]]
            self.case = {**self.case, "applications": applications}

    return CandidateWeeks


def _kind_of(family: tuple[str, ...], sent: Mapping[str, str]) -> str | None:
    """The kind of message that following an action sends: what is said of the nearest of its family."""
    return next((sent[one] for one in family if one in sent), None)
