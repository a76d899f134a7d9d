"""Claims that a change makes no difference, proved by what a pack reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tactful.facts.kinds import ChoiceKind, DurationKind, ListKind, NumberKind, TextKind, YesNoKind
from tactful.language.ir import Aggregate, Change, CheckedPack, Field, Prohibit, Put
from tactful.language.ir.reads import closure, computed, fields_of_fact, fields_of_orders, fields_of_rule

#: The entities of whose rows a given field is nothing but a fact. The id of a message is made from its fields, and a field of
#: an offer may bring an offer about that was not there.
_PLAIN: Final = ("candidate", "application", "person", "interview", "interviewer")
#: The kinds of fields that no clock, calendar or id depends on.
_KINDS: Final = (YesNoKind, ChoiceKind, TextKind, NumberKind, DurationKind, ListKind)
#: Fields by which places are found.
_PLACES: Final = ("country", "time_zone", "calendar_name")


def same_decision(checked: CheckedPack, change: Change) -> tuple[tuple[str, ...], str]:
    """What a proof rests on that a change changes no conclusion, and otherwise why there is no proof."""
    if change.message is not None or change.later is not None:
        return (), "a message or a later moment may change any advice"
    rests_on: list[str] = []
    read = _read(checked)
    for put in change.facts:
        reason = _matters(put, read)
        if reason:
            return (), reason
        rests_on.append(f"nothing reads {put.field.text}")
    if change.reordered:
        reason = _order_matters(checked)
        if reason:
            return (), reason
        rests_on.append("nothing reads the order of lists")
    return tuple(rests_on), ""


def _read(checked: CheckedPack) -> set[tuple[str, str]]:
    """The fields that conclusions may depend on, as entity and attribute. Paths to other rows count as what they end in."""
    facts = {fact.id: fact for fact in checked.facts}
    direct = [field for rule in checked.rules for field in fields_of_rule(rule)]
    direct += [rule.target.field for rule in checked.rules if not hasattr(rule.target, "entity")]
    direct += fields_of_orders(checked.actions.values())
    direct += [field for action in checked.actions.values() for field in action.occasion]
    behind = [field for id_ in closure(computed(direct), facts) for field in fields_of_fact(facts[id_])]
    return {place for field in (*direct, *behind) for place in _places(field)}


def _places(field: Field) -> Iterator[tuple[str, str]]:
    """Where the field may be. Of a field that is read by a path, only the name is certain."""
    yield field.scope, field.key
    if field.via:
        for entity in _PLAIN:
            yield entity, field.key


def _matters(put: Put, read: set[tuple[str, str]]) -> str:
    """Why a field that is set may change advice; empty if it cannot."""
    field = put.field
    plain = field.scope in _PLAIN and isinstance(field.kind, _KINDS) and field.key not in _PLACES
    if field.via or not plain:
        return f"more than a fact may change with {field.text}"
    return f"rules read {field.text}" if (field.scope, field.key) in read else ""


def _order_matters(checked: CheckedPack) -> str:
    """Why the order of lists may change advice; empty if it cannot."""
    for fact in checked.facts:
        if isinstance(fact, Aggregate) and fact.op == "sum" and isinstance(fact.kind, NumberKind):
            return f"{fact.id} adds numbers, which are rounded in the order of the list"
    for rule in checked.rules:
        family = checked.actions[rule.conclusion.action].family
        restricted = any(checked.actions[kind].one_per for kind in family)
        if rule.target_entity == "message" and restricted and not isinstance(rule.conclusion, Prohibit):
            return f"messages with equal fields are told apart by their order, and {rule.conclusion.action} keeps one"
    return ""
