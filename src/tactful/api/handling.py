"""Record in a case that advice was followed or is not wanted, and undo that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from tactful.api.decision import Decision
from tactful.decide.changes import calendar_of, message_sent, spot_in, with_sent
from tactful.decide.conclusions import Conclusion
from tactful.facts.edit import as_given, changed, held, path_of, without_message
from tactful.facts.paths import find_spot, read_value
from tactful.facts.reading.custom import Declared
from tactful.facts.rows import ApplicationRow, PersonRow, Row
from tactful.facts.shape import Before, CaseShape, Dismissed, Done, Message
from tactful.language.ir import Leaves, Put
from tactful.source.diagnostics import TactfulError
from tactful.source.suggest import did_you_mean

#: The fields of a message that a caller may give when advice was followed.
_OF_MESSAGE = tuple(name for name in Message.__struct_fields__ if name not in ("direction", "sent_at"))


def is_done(shape: CaseShape, key: str) -> bool:
    """Whether the case says that this advice was followed."""
    return any(entry.key == key for entry in shape.done)


def done(decision: Decision, key: str, details: Mapping[str, Any]) -> CaseShape:
    """The case of a decision after its advice with this key was followed at the decision's moment.

    Raises :class:`tactful.TactfulError` if the decision has no such advice or it forbids something, or for a detail that
    does not exist.
    """
    conclusion = _with_key(decision, key)
    keys = decision.context.decider.keys.all_of(conclusion, decision.context.evaluator)
    if any(is_done(decision.context.case.shape, known) for known in keys):  # under the name that the action had before
        return decision.context.case.shape
    if conclusion.prohibits:
        instead = "" if conclusion.safety else "; dismiss it instead"
        raise TactfulError(f"`{key}` is advice not to do something, so it cannot be done{instead}")
    context, row = decision.context, conclusion.target
    leaves = context.checked.actions[conclusion.action].leaves or Leaves(None, ())
    _check_details(conclusion.action, leaves, details)
    entry = Done(key=key, about=_about(conclusion), at=context.calendar.local(context.now))
    shape = context.case.shape
    shape, before = _with_facts(decision, row, leaves.facts, details)
    if leaves.message is not None:
        message = _message(decision, row, leaves.message, details)
        shape = with_sent(shape, message, row)
        assert row.application is not None  # the check refuses messages for rows without an application
        entry = replace(entry, application=row.application.id, message=message)
    return replace(shape, done=(*shape.done, replace(entry, before=before)))


def dismissed(decision: Decision, key: str, until: str | None) -> CaseShape:
    """The case of a decision without its advice of this key, ``until`` a moment or for good.

    Raises :class:`tactful.TactfulError` if the decision has no such advice, or if it is a safety prohibition.
    """
    conclusion = _with_key(decision, key)
    if conclusion.prohibits and conclusion.safety:
        raise TactfulError(f"`{key}` protects from harm, so it cannot be dismissed")
    shape = decision.context.case.shape
    others = tuple(entry for entry in shape.dismissed if entry.key != key)
    return replace(shape, dismissed=(*others, Dismissed(key=key, about=_about(conclusion), until=until)))


def undone(shape: CaseShape, key: str, declared: Declared) -> CaseShape:
    """The case as it would be if the advice with this key had been neither followed nor dismissed.

    The message that it left behind is removed, and the facts that it changed are as before. Raises
    :class:`tactful.TactfulError` if the case does not have the key, or if the message was changed since.
    """
    entry = next((entry for entry in shape.done if entry.key == key), None)
    if entry is None and all(other.key != key for other in shape.dismissed):
        raise TactfulError(f"nothing with the key `{key}` was done or dismissed in this case")
    if entry is not None:
        shape = _without_message(shape, entry)
        for fact in reversed(entry.before):
            handed = _handed_on(shape, entry, fact)
            shape = _as_before(shape, fact, declared) if handed is None else handed
    return replace(
        shape,
        done=tuple(other for other in shape.done if other.key != key),
        dismissed=tuple(other for other in shape.dismissed if other.key != key),
    )


def _about(conclusion: Conclusion) -> str:
    return f"{conclusion.action}:{conclusion.target.id}"


def _with_key(decision: Decision, key: str) -> Conclusion:
    """The conclusion with this key, shown or not."""
    context, ranking = decision.context, decision.ranking
    shown = [other for ranked in ranking.ranked for other in (ranked, *ranked.alternatives)]
    for conclusion in (*shown, *(aside.conclusion for aside in ranking.put_aside)):
        if key in context.decider.keys.all_of(conclusion, context.evaluator):
            return conclusion
    help_ = "keys are in the answer, next to `rank`; an older answer may contain advice that is no longer given"
    raise TactfulError(f"no advice has the key `{key}` at {decision.at.isoformat()}; {help_}")


def _check_details(action: str, leaves: Leaves, details: Mapping[str, Any]) -> None:
    facts = [_name(put) for put in leaves.facts]
    known = [*(() if leaves.message is None else _OF_MESSAGE), *facts]
    for name in details:
        if name not in known:
            help_ = did_you_mean(name, known) or (f"give {', '.join(known)}" if known else "leave it out")
            raise TactfulError(f"the action `{action}` has no detail `{name}`; {help_}")


def _name(put: Put) -> str:
    return put.field.text.partition(".")[2]


def _with_facts(
    decision: Decision, row: Row, facts: tuple[Put, ...], details: Mapping[str, Any]
) -> tuple[CaseShape, tuple[Before, ...]]:
    """The case with the facts that an action leaves, and these facts as they were before."""
    context, before = decision.context, list[Before]()
    shape = context.case.shape
    env = context.evaluator.environment(row.entity, row)
    for put in facts:
        spot = spot_in(context.case, put.field, row, env)
        if spot is None:
            continue
        kind, path = put.field.kind, path_of(shape, spot)
        if spot.entity == "offer" and shape.applications[spot.application].offer is None:
            before.append(Before(path=path.removesuffix(f".{spot.field}"), value="null"))
        before.append(Before(path=path, value=msgspec.json.encode(held(shape, spot)).decode()))
        if _name(put) in details:
            value = read_value(details[_name(put)], kind, _name(put))
        else:
            value = as_given(put.value, kind, spot, calendar_of(row))
        shape = changed(shape, spot, value)
    return shape, tuple(before)


def _message(decision: Decision, row: Row, fields: tuple[Put, ...], details: Mapping[str, Any]) -> Message:
    """The message that an action leaves. It goes to the row's person, else to the person that all contact goes through."""
    message = message_sent(fields, decision.context.now, row)
    if message.person is None and not isinstance(row, PersonRow):
        application = row.application
        message = replace(message, person=application.contact_via if isinstance(application, ApplicationRow) else None)
    given = {name: value for name, value in details.items() if name in _OF_MESSAGE}
    return replace(message, **given)


def _handed_on(shape: CaseShape, entry: Done, fact: Before) -> CaseShape | None:
    """The case in which the next entry that changed the same fact takes over the earlier value; ``None`` if there is
    none."""
    for later in shape.done[shape.done.index(entry) + 1 :]:
        if any(other.path == fact.path for other in later.before):
            before = tuple(fact if other.path == fact.path else other for other in later.before)
            done = tuple(replace(later, before=before) if other is later else other for other in shape.done)
            return replace(shape, done=done)
    return None


def _as_before(shape: CaseShape, fact: Before, declared: Declared) -> CaseShape:
    """The case with a fact as it was, or without the offer that the fact was the first of."""
    if fact.path.startswith("offer[") and fact.path.endswith("]"):
        id_ = fact.path[len("offer[") : -1]
        applications = (replace(part, offer=None) if part.id == id_ else part for part in shape.applications)
        return replace(shape, applications=tuple(applications))
    spot, _ = find_spot(shape, fact.path, declared)
    try:
        value = msgspec.json.decode(fact.value)
    except msgspec.MsgspecError:
        message = f"the case holds an earlier value of `{fact.path}` that is not JSON: `{fact.value}`"
        raise TactfulError(f"{message}; correct it, or remove the entry of `done` by hand") from None
    return changed(shape, spot, value)


def _without_message(shape: CaseShape, entry: Done) -> CaseShape:
    if entry.message is None:
        return shape
    ids = [application.id for application in shape.applications]
    found = None
    if entry.application in ids:
        found = without_message(shape, ids.index(entry.application), entry.message)
    if found is None:
        message = f"the message that `{entry.key}` left behind has since been changed or removed"
        raise TactfulError(f"{message}; remove the entry of `done` by hand, and the message if it is wrong")
    return found
