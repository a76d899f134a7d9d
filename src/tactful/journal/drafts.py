"""Make entries from decisions, before they have a place in the chain."""

from __future__ import annotations

import hashlib
from typing import Any, Final, NamedTuple

import msgspec

from tactful.api.decision import Decision
from tactful.decide.conclusions import Conclusion
from tactful.decide.decider import Decider
from tactful.facts.reading import CaseInput
from tactful.facts.rows import Case, row_key
from tactful.journal.entries import Body, Draft, Header, Mistake, Outcome, Settings, encode, microseconds, new_id
from tactful.journal.sources import Kept, keep_source
from tactful.reasons.context import pack_record
from tactful.reasons.made_with import LANGUAGE, installed
from tactful.reasons.records.decision import LimitsRecord
from tactful.reasons.words.of import words_of
from tactful.source.diagnostics import InvalidInput, TactfulError


class Told(NamedTuple):
    """Who asked: the ids of a request and of its trace, if it had any."""

    request: str | None = None
    trace: str | None = None


NOBODY: Final = Told()


class Drafted(NamedTuple):
    """An entry to be written, and the texts that it names by their digests."""

    draft: Draft
    kept: tuple[Kept, ...]


class _Candidate(msgspec.Struct):
    id: str


class _Case(msgspec.Struct):
    candidate: _Candidate


_CASE: Final = msgspec.json.Decoder(_Case)


def draft_decision(decision: Decision, seconds: float, told: Told = NOBODY) -> Drafted:
    """The entry of a decision, which took so many seconds.

    Raises :class:`tactful.TactfulError` if the policy was not loaded from files or texts, so that it cannot be kept.
    """
    context = decision.context
    settings = settings_of(context.decider)
    body = Body(
        case=msgspec.Raw(context.case_text),
        digest=context.case_digest,
        outcome=outcome_of(decision),
    )
    return _drafted("decision", context.case.candidate.id, settings, context.now, seconds, told, body)


def draft_refused(
    decider: Decider, case: CaseInput, error: InvalidInput, seconds: float, told: Told = NOBODY
) -> Drafted:
    """The entry of a case that was refused. Its text is stored only if it contains a candidate's id."""
    text = _as_text(case)
    name = _name_in(text)
    body = None
    if name is not None:
        mistakes = tuple(Mistake(each.code, each.place(), each.message) for each in error.diagnostics)
        body = Body(errors=mistakes, text=text.decode())
    return _drafted("refused", name, settings_of(decider), None, seconds, told, body)


def _drafted(
    kind: Any, name: str | None, settings: SettingsKept, now: int | None, seconds: float, told: Told, body: Body | None
) -> Drafted:
    at = microseconds()
    header = Header(now, settings.digest, told.request, told.trace, round(seconds * 1e6))
    text = None if body is None else encode(body)
    return Drafted(Draft(new_id(at), at, kind, name, encode(header), text), settings.kept)


def outcome_of(decision: Decision) -> tuple[Outcome, ...]:
    """The ranked advice of a decision as the journal keeps it."""
    return tuple([_outcome(decision, each) for each in decision.ranking.ranked])


def _outcome(decision: Decision, conclusion: Conclusion) -> Outcome:
    rules, firings = decision.context.checked.rules, conclusion.firings
    if len(firings) == 1:
        ids: tuple[str, ...] = (rules[firings[0][0]].id,)
    else:
        ids = tuple(sorted({rules[no].id for no, _, _ in firings}))
    entity, application, interview, target = row_key(conclusion.target)
    return Outcome(
        decision.context.key(conclusion),
        conclusion.action,
        conclusion.modality,
        entity,
        application,
        interview,
        target,
        conclusion.due,
        ids,
    )


class SettingsKept(NamedTuple):
    """The digest of settings, and the texts from which they can be restored."""

    digest: str
    kept: tuple[Kept, ...]


def settings_of(decider: Decider) -> SettingsKept:
    """What a decider decides with. It is made once for each."""
    return decider.once(_settings)


def _settings(decider: Decider) -> SettingsKept:
    if decider.origin is None:
        raise TactfulError("the policy was not loaded from files or texts, so a journal cannot keep it")
    source = keep_source(decider.origin.source)
    settings = Settings(
        tactful=installed("tactful"),
        rule_language=LANGUAGE,
        holidays=installed("holidays"),
        tzdata=installed("tzdata"),
        engine=decider.engine,
        pack=pack_record(decider.checked),
        limits=LimitsRecord(**msgspec.structs.asdict(decider.limits)),
        language=decider.once(words_of).language,
        source=source.name,
    )
    text = encode(settings)
    kept = Kept(f"settings:{hashlib.sha256(text).hexdigest()}", text)
    return SettingsKept(kept.name, (source, kept))


def _as_text(case: CaseInput) -> bytes:
    """A case as it came."""
    if isinstance(case, Case):
        return case.to_json()
    if isinstance(case, str):
        return case.encode(errors="replace")
    if isinstance(case, bytes | bytearray | memoryview):
        return bytes(case)
    try:
        return msgspec.json.encode(case)
    except (TypeError, ValueError, RecursionError, msgspec.MsgspecError):
        return b""


def _name_in(text: bytes) -> str | None:
    """The candidate's id in a case; ``None`` if it cannot be read."""
    try:
        text.decode()
        return _CASE.decode(text).candidate.id or None
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
