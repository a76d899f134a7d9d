"""The action catalogue checked: families, labels and steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

from tactful.facts.entities import ENTITIES, SCOPES
from tactful.language import syntax
from tactful.language.check.changes import check_leaves
from tactful.language.check.order import check_order
from tactful.language.check.templates import check_template
from tactful.language.ir import Action, Field, FieldSlot, Leaves, OrderKey, Template
from tactful.language.names import Names, Reads, Report, Scope
from tactful.language.terms import ADVICE_KINDS, DUE_MEANS, MAX_FAMILY, AdviceKind, DueMeans, Name
from tactful.source.codes.conditions import CircularActions, OutOfScope, UnknownAction
from tactful.source.codes.pack import BadSetting
from tactful.source.codes.text import TooLarge
from tactful.source.diagnostics import Diagnostic
from tactful.source.suggest import did_you_mean_part

OnePer = Literal["application", "person", "candidate"]
ONE_PER: tuple[OnePer, ...] = get_args(OnePer)


class Catalogue:
    """The written actions of a pack, by name."""

    def __init__(self, actions: tuple[syntax.Action, ...], report: Report) -> None:
        self.by_name: Mapping[str, syntax.Action] = {action.name.text: action for action in actions}
        self._report = report
        self._too_deep = False

    def find(self, name: Name) -> str | None:
        """The action's id; ``None`` after reporting that no such action exists."""
        if name.text in self.by_name:
            return name.text
        help_ = did_you_mean_part(name.text, self.by_name) or "write it into `actions`"
        self._report(UnknownAction.at(name.span, f"there is no action `{name.text}`", help_))
        return None

    def report_depth(self, name: Name) -> None:
        """Report that a family is too deep. Only the first is reported, because the actions below it are too deep as well."""
        if not self._too_deep:
            message = f"more than {MAX_FAMILY} actions are kinds of each other, from `{name.text}` up"
            self._report(TooLarge.at(name.span, message, "make the family flatter"))
        self._too_deep = True

    def family(self, id_: str) -> tuple[str, ...]:
        """The action and every action that it is a kind of, nearest first."""
        family: list[str] = []
        at: str | None = id_
        while at is not None and at not in family and at in self.by_name and len(family) < MAX_FAMILY:
            family.append(at)
            is_a = self.by_name[at].is_a
            at = is_a.text if is_a else None
        return tuple(family)


def check_actions(catalogue: Catalogue, names: Names, sources: Mapping[str, str], report: Report) -> dict[str, Action]:
    """All actions with their families and texts."""
    return {id_: _check_action(action, catalogue, names, sources, report) for id_, action in catalogue.by_name.items()}


def _check_action(
    action: syntax.Action, catalogue: Catalogue, names: Names, sources: Mapping[str, str], report: Report
) -> Action:
    id_ = action.name.text
    _check_parent(action, catalogue, report)
    family = catalogue.family(id_)
    members = [catalogue.by_name[member] for member in family]
    scope = Scope(names, ENTITIES, Reads(), report)
    steps = [step for member in reversed(members) for step in member.steps]
    channel = next((member.channel.text for member in members if member.channel is not None), None)
    texts = [check_template(text, scope, sources.get(text.span.file, "")) for text in (action.label, *steps) if text]
    label = texts.pop(0) if action.label else None
    return Action(
        id_,
        action.about,
        family,
        _one_per(action, report),
        channel,
        label,
        tuple(texts),
        _due(members, report),
        action.name.span,
        next((member.outside_safety for member in members if member.outside_safety is not None), None),
        _order(members, scope),
        _kind(members, report),
        _occasion(members, scope),
        _leaves(members, scope),
    )


def _check_parent(action: syntax.Action, catalogue: Catalogue, report: Report) -> None:
    if action.is_a is None or catalogue.find(action.is_a) is None:
        return
    at: str | None = action.is_a.text
    seen: list[str] = []
    while at is not None and at in catalogue.by_name and at not in seen:
        if at == action.name.text:
            way = " → ".join(f"`{name}`" for name in (at, *seen))
            report(CircularActions.at(action.is_a.span, f"actions are kinds of each other in a circle: {way}"))
            return
        seen.append(at)
        if len(seen) >= MAX_FAMILY:
            catalogue.report_depth(action.name)
            return
        is_a = catalogue.by_name[at].is_a
        at = is_a.text if is_a else None


def _order(members: list[syntax.Action], scope: Scope) -> tuple[OrderKey, ...]:
    """The order of the nearest action of a family that states one. Its mistakes are reported with that action only."""
    stated = next((member for member in members if member.order is not None), None)
    if stated is None or stated.order is None:
        return ()
    own = scope if stated is members[0] else Scope(scope.names, scope.entities, scope.reads, _unreported)
    return check_order(stated.order, own)


def _occasion(members: list[syntax.Action], scope: Scope) -> tuple[Field, ...]:
    """The fields of the nearest action of a family that states an occasion."""
    stated = next((member for member in members if member.occasion is not None), None)
    if stated is None or stated.occasion is None:
        return ()
    own = scope if stated is members[0] else Scope(scope.names, scope.entities, scope.reads, _unreported)
    fields = [own.field(name) for name in stated.occasion]
    return tuple(field for field in fields if field is not None)


def _leaves(members: list[syntax.Action], scope: Scope) -> Leaves | None:
    """What the nearest action of a family that says so leaves behind."""
    stated = next((member for member in members if member.leaves is not None), None)
    if stated is None or stated.leaves is None:
        return None
    own = scope if stated is members[0] else Scope(scope.names, scope.entities, scope.reads, _unreported)
    return check_leaves(stated.leaves, own)


def _unreported(_: Diagnostic) -> None:
    """Drop a mistake that is reported elsewhere."""


def _one_per(action: syntax.Action, report: Report) -> OnePer | None:
    if action.one_per is None:
        return None
    one_per = next((word for word in ONE_PER if action.one_per.text == word), None)
    if one_per is None:
        help_ = "write " + ", ".join(f"`{word}`" for word in ONE_PER)
        report(BadSetting.at(action.one_per.span, f"`one per` is `{action.one_per.text}`", help_))
    return one_per


def _kind(members: list[syntax.Action], report: Report) -> AdviceKind:
    """The kind that the nearest action of a family states, or ``do``."""
    stated = next((member for member in members if member.kind is not None), None)
    if stated is None or stated.kind is None:
        return "do"
    kind = next((word for word in ADVICE_KINDS if stated.kind.text == word), None)
    if kind is None and stated is members[0]:
        help_ = "write `do` (to be done), `avoid` (to be left alone), `wait` (to be waited for) or `standing` (true all along)"
        report(BadSetting.at(stated.kind.span, f"`kind` is `{stated.kind.text}`", help_))
    return kind or "do"


def _due(members: list[syntax.Action], report: Report) -> DueMeans:
    """Whether to do the action ``by`` its deadline, or to keep it up ``until`` then.

    The nearest action of a family that states it, or that states a kind, decides.
    """
    stated = next((member for member in members if member.due is not None or member.kind is not None), None)
    if stated is None:
        return "by"
    if stated.due is None:
        return "by" if _kind([stated], _unreported) == "do" else "until"
    due = next((word for word in DUE_MEANS if stated.due.text == word), None)
    if due is None and stated is members[0]:
        help_ = "write `by` (do it by then) or `until` (keep it up until then)"
        report(BadSetting.at(stated.due.span, f"`due` is `{stated.due.text}`", help_))
    return due or "by"


def check_texts(action: Action, entity: str, written_action: syntax.Action, report: Report) -> None:
    """Report placeholders of an action that have no value if its target is an ``entity``.

    A placeholder with a text for an unknown value is allowed: that text is used.
    """
    templates: list[Template] = [*action.steps]
    if action.label is not None:
        templates.append(action.label)
    for slot in (part for template in templates for part in template if isinstance(part, FieldSlot)):
        if slot.default is None and slot.field.scope not in SCOPES[entity]:
            in_scope = ", ".join(f"`{name}`" for name in SCOPES[entity])
            spans = [*([written_action.label.span] if written_action.label else []), written_action.name.span]
            report(
                OutOfScope.at(
                    spans[0],
                    f"`{action.id}` mentions `{slot.field.text}`, but a rule uses it for each `{entity}`, which has none",
                    f"add a text for that case, `{{{slot.field.text}|…}}`, or use a field of an entity in scope: {in_scope}",
                )
            )


def check_leaves_fit(action: Action, entity: str, report: Report) -> None:
    """Report what an action cannot leave behind if its target is an ``entity``."""
    leaves = action.leaves
    if leaves is None:
        return
    if leaves.message is not None and entity == "candidate":
        message = (
            f"`{action.id}` leaves a message, but a rule uses it for each `candidate`, who belongs to no application"
        )
        report(OutOfScope.at(action.span, message, "let it leave `facts` instead"))
    for put in leaves.facts:
        if put.field.scope not in SCOPES[entity]:
            in_scope = ", ".join(f"`{name}`" for name in SCOPES[entity])
            message = f"`{action.id}` sets `{put.field.text}`, but a rule uses it for each `{entity}`, which has none"
            report(OutOfScope.at(action.span, message, f"set a field of an entity in scope: {in_scope}"))
