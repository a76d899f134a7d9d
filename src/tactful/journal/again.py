"""A decision of the journal, made again with its own rules so that it can be explained."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from tactful.api.decision import Decision
from tactful.journal.archive import Archive
from tactful.journal.drafts import outcome_of
from tactful.journal.entries import Settings
from tactful.reasons.made_with import LANGUAGE, installed
from tactful.source.diagnostics import TactfulError


class Again(NamedTuple):
    """A decision that was made again. ``notes`` say what has changed since."""

    decision: Decision
    notes: tuple[str, ...]


def decide_again(archive: Archive, id_: str) -> Again:
    """Decide again as an entry did. Raises :class:`tactful.TactfulError` for an entry without a case that can be decided."""
    row = archive.row(id_)
    body, header = archive.body(row), archive.header(row)
    if row.kind != "decision" or header.settings is None or header.now is None:
        raise TactfulError(f"the entry `{id_}` is not a decision; `tactful journal show` prints what it is")
    if body is None:
        raise TactfulError(f"what the entry `{id_}` says about a person was erased, so it cannot be explained")
    settings = archive.settings(header.settings)
    moment = datetime.fromtimestamp(header.now, UTC)
    policy = archive.policy(header.settings)
    if settings.language in policy.languages:  # its translations may be gone
        policy = policy.in_language(settings.language)
    decision = policy.decide(bytes(body.case), moment)
    notes = [f"decided with {name}" for name in changed_versions(settings)]
    if body.outcome != outcome_of(decision):
        notes.append(
            "the decision now differs from the one that was given then; `tactful replay` shows the differences"
        )
    return Again(decision, tuple(notes))


def changed_versions(settings: Settings) -> list[str]:
    """The libraries whose version has changed since: ``holidays 0.85 (now 0.109)``."""
    now = {
        "tactful": installed("tactful"),
        "holidays": installed("holidays"),
        "tzdata": installed("tzdata"),
        "rule_language": str(LANGUAGE),
    }
    then = {**{name: getattr(settings, name) for name in now}, "rule_language": str(settings.rule_language)}
    return [f"{name.replace('_', ' ')} {then[name]} (now {now[name]})" for name in now if then[name] != now[name]]
