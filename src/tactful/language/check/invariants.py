"""Invariants checked: the rows that they are about, the change, and the claim."""

from __future__ import annotations

from typing import assert_never

from tactful.language import syntax
from tactful.language.check.actions import Catalogue
from tactful.language.check.changes import check_puts, message_scope
from tactful.language.check.conditions import check_condition
from tactful.language.check.entities import check_entity
from tactful.language.ir import (
    Always,
    AtMost,
    Change,
    Claim,
    Invariant,
    Keeps,
    Never,
    NoNew,
    Same,
)
from tactful.language.names import Names, Reads, Report, Scope, scope_of
from tactful.language.phrases import read_length
from tactful.language.terms import Name
from tactful.source.codes.conditions import OutOfScope


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
            message = check_puts(change.message, message_scope(self._names, self._report), change.span)
            if entity == "candidate":
                self._report(
                    OutOfScope.at(
                        change.span, "a message belongs to an application", "write `for each: application` or `person`"
                    )
                )
        later = None if change.later is None else read_length(change.later, scope, "later: …")
        return Change(later, message, check_puts(change.facts, scope, change.span), change.reordered)
