"""Invariants checked: the rows that they are about, the change, and the claim."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from tactful.facts.kinds import ListKind, Value
from tactful.language import syntax
from tactful.language.check.actions import Catalogue
from tactful.language.check.conditions import check_condition
from tactful.language.check.entities import check_entity
from tactful.language.ir import (
    AllOf,
    Always,
    AtMost,
    Change,
    Claim,
    Condition,
    Invariant,
    IsIn,
    Keeps,
    Known,
    Never,
    NoNew,
    Put,
    Same,
    Test,
)
from tactful.language.names import Names, Reads, Report, Scope, scope_of
from tactful.language.phrases import read_length
from tactful.language.terms import Name
from tactful.source.codes.conditions import OutOfScope
from tactful.source.codes.pack import BadSetting
from tactful.source.diagnostics import Span


class InvariantChecker:
    """Checks each invariant."""

    def __init__(self, names: Names, catalogue: Catalogue, report: Report) -> None:
        self._names, self._catalogue, self._report = names, catalogue, report

    def invariant(self, invariant: syntax.Invariant) -> Invariant | None:
        """The checked invariant; ``None`` after reporting a mistake."""
        if not check_entity(invariant.entity, self._report):
            return None
        entity = invariant.entity.text
        scope = self._scope(entity)
        when = check_condition(invariant.when, scope)
        change = None if invariant.change is None else self._change(invariant.change, entity, scope)
        claim = self._claim(invariant.claim)
        if claim is None:
            return None
        return Invariant(invariant.id.text, invariant.about, entity, when, change, claim, invariant.id.span)

    def _scope(self, entity: str) -> Scope:
        return Scope(self._names, scope_of(entity), Reads(), self._report)

    def _claim(self, claim: syntax.Claim) -> Claim | None:
        match claim:
            case syntax.Never(actions=names):
                return Never(self._actions(names))
            case syntax.NoNew(actions=names):
                return NoNew(self._actions(names))
            case syntax.Same():
                return Same()
            case syntax.Always(modality=modality, action=name):
                action = self._catalogue.find(name)
                return None if action is None else Always(modality, action)
            case syntax.Keeps(modality=modality, action=name):
                action = self._catalogue.find(name)
                return None if action is None else Keeps(modality, action)
            case syntax.AtMost(count=count, action=name):
                action = self._catalogue.find(name)
                return None if action is None else AtMost(count, action)
            case _:
                assert_never(claim)

    def _actions(self, names: tuple[Name, ...]) -> tuple[str, ...]:
        actions = [self._catalogue.find(name) for name in names]
        return tuple(action for action in actions if action is not None)

    # --- changes ---

    def _change(self, change: syntax.Change, entity: str, scope: Scope) -> Change:
        message = None
        if change.message is not None:
            message = tuple(self._puts(check_condition(change.message, self._scope("message")), change.span))
            if entity == "candidate":
                self._report(
                    OutOfScope.at(
                        change.span, "a message belongs to an application", "write `for each: application` or `person`"
                    )
                )
        later = None if change.later is None else read_length(change.later, scope, "later: …")
        return Change(
            later, message, tuple(self._puts(check_condition(change.facts, scope), change.span)), change.reordered
        )

    def _puts(self, condition: Condition, span: Span) -> Iterator[Put]:
        """The fields that the lines of a change set, each to a single value or to unknown."""
        tests = condition.members if isinstance(condition, AllOf) else (condition,)
        for test in tests:
            if not isinstance(test, Test):
                self._report(BadSetting.at(span, "a change sets fields one by one; it has no groups"))
            elif test.field.origin not in ("given", "custom"):
                help_ = "change the facts that it is computed from"
                self._report(BadSetting.at(test.span, f"`{test.field.text}` is a computed fact", help_))
            else:
                yield from self._put(test)

    def _put(self, test: Test) -> Iterator[Put]:
        match test.predicates:
            case (IsIn(values=(value,)),) if not test.negated:
                held: Value = (str(value),) if isinstance(test.field.kind, ListKind) else value
                yield Put(test.field, held)
            case (Known(),) if test.negated:
                yield Put(test.field, None)
            case _:
                help_ = "a change sets a field to one value, or to `unknown`"
                self._report(BadSetting.at(test.span, f"`{test.text}` is not a single value", help_))
