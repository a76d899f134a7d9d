"""The policy in CLIPS, by way of clipspy: facts loaded as text (faster than one call for each), matched by its Rete."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .prepare import Fields, prepared
from .protocol import Fired

POLICY = Path(__file__).with_name("policy") / "follow_up.clp"


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

    def _fired(self, rule: str, entity: str, application: str, interview: str, id_: str, due: Any) -> None:
        self._found.append((rule, f"{entity}/{application}/{interview}/{id_}", due if isinstance(due, int) else None))

    def fire(self, cases: Sequence[bytes]) -> list[list[Fired]]:
        """See :class:`peer.protocol.Peer`."""
        return [self._one(prepared(raw)) for raw in cases]

    def _one(self, case: Fields) -> list[Fired]:
        self._found = []
        env = self._env
        env.reset()
        env.load_facts("\n".join(facts(case)))
        env.run()
        return self._found


def facts(case: Fields) -> list[str]:
    """A case as CLIPS writes it."""
    one = case["candidate"]
    found = [
        f"(case (now {case['now']}))",
        f"(candidate (id {_text(one['id'])}) (employed {_yes(one['employed'])})"
        f" (quitting {_yes(one['considering_quitting'])}) (searching {_yes(one['searching'])}))",
    ]
    for one in case["applications"]:
        _application(one, found)
    return found


def _application(one: Fields, found: list[str]) -> None:
    a = _text(one["id"])
    found.append(
        f"(application (id {a}) (status {_word(one['status'])}) (preferred {_yes(one['preferred'])})"
        f" (policy {_word(one['contact_policy'])}) (via {_text(one['contact_via'])})"
        f" (reply-by {_word(one['reply_by'])}) (grace-over {_word(one['reply_by_with_grace'])}))"
    )
    offer = one["offer"]
    if offer is not None:
        found.append(
            f"(offer (app {a}) (received {_word(offer['received_at'])}) (form {_word(offer['form'])})"
            f" (answer-by {_word(offer['answer_by'])}) (signed {_word(offer['signed_at'])})"
            f" (conditional {_yes(offer['conditional'])}) (start-on {_word(offer['start_on'])}))"
        )
    for person in one["people"]:
        found.append(
            f"(person (app {a}) (id {_text(person['id'])}) (name {_text(person['name'])}) (role {_word(person['role'])})"
            f" (prefers {_word(person['prefers'])}) (invited {_yes(person['invited_call'])})"
            f" (policy {_word(person['contact_policy'])}) (channels {' '.join(person['channels'])})"
            f" (office {_yes(person['office_time'])}))"
        )
    for interview in one["interviews"]:
        i = _text(interview["id"])
        found.append(
            f"(interview (app {a}) (id {i}) (status {_word(interview['status'])}) (ended {interview['ended_at']})"
            f" (answer-due {interview['answer_due_at']}))"
        )
        for who in interview["interviewers"]:
            found.append(
                f"(interviewer (app {a}) (interview {i}) (person {_text(who['person'])}) (attended {_yes(who['attended'])}))"
            )
    for message in one["messages"]:
        found.append(
            f"(message (app {a}) (person {_text(message['person'])}) (direction {_word(message['direction'])})"
            f" (kind {_word(message['kind'])}) (sent {_word(message['sent_at'])}))"
        )


def _text(text: str | None) -> str:
    return "nil" if text is None else json.dumps(text, ensure_ascii=False)


def _word(value: object) -> str:
    return "nil" if value is None else str(value)


def _yes(value: bool | None) -> str:
    return "nil" if value is None else "yes" if value else "no"


def peer() -> Clips:
    """The peer."""
    return Clips()
