"""Custom and computed facts: their types, the rows that they range over, and the order in which they are computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from tactful.facts.entities import PARENTS
from tactful.facts.fields import FieldSpec
from tactful.facts.kinds import (
    ChoiceKind,
    DayTimeKind,
    DurationKind,
    Kind,
    ListKind,
    MomentKind,
    NumberKind,
    TextKind,
    YesNoKind,
    kind_name,
)
from tactful.language import syntax
from tactful.language.check.conditions import check_condition
from tactful.language.check.entities import check_entity
from tactful.language.ir import Aggregate, ComputedFact, Condition, Field, Test, WhenFact
from tactful.language.names import Names, Reads, Report, Scope, scope_of
from tactful.language.syntax import CustomFact
from tactful.language.terms import Name
from tactful.source.codes.conditions import BadCollection, CircularFacts, NameTaken, WrongPhrase
from tactful.source.codes.pack import BadSetting
from tactful.source.codes.text import TooLarge
from tactful.source.suggest import did_you_mean

#: The deepest nesting of a computed fact, counting the facts that it reads and their groups of conditions.
MAX_FACT_DEPTH: Final = 200
#: The most names of a circle that a message shows.
_MOST_SHOWN: Final = 12
#: The types of custom facts, except ``one of``, which takes a list of values.
CUSTOM_TYPES: Final[Mapping[str, Kind]] = {
    "yes/no": YesNoKind(),
    "text": TextKind(),
    "number": NumberKind(),
    "moment": MomentKind(),
    "time of day": DayTimeKind(),
    "duration": DurationKind(),
    "list": ListKind(),
}
TYPE_NAMES: Final = (*CUSTOM_TYPES, "one of")


def custom_kinds(
    facts: tuple[CustomFact, ...], given: Mapping[str, Mapping[str, FieldSpec]], report: Report
) -> dict[str, dict[str, Kind]]:
    """The kinds of all custom facts, by entity and name."""
    kinds: dict[str, dict[str, Kind]] = {}
    for fact in facts:
        if not check_entity(fact.entity, report) or _taken(fact.entity.text, fact.name, given, report):
            continue
        kind = _custom_kind(fact, report)
        if kind is not None:
            kinds.setdefault(fact.entity.text, {})[fact.name.text] = kind
    return kinds


def _custom_kind(fact: CustomFact, report: Report) -> Kind | None:
    values = tuple(value.text for value in fact.values)
    match fact.type.text:
        case "one of" if values:
            return ChoiceKind(values)
        case "list":
            return ListKind(values)
        case "number":
            return NumberKind(fact.unit or None)
        case "one of":
            report(BadSetting.at(fact.type.span, "`one of` takes `values`", "write `values: [a, b]` beside it"))
        case type_ if type_ in CUSTOM_TYPES:
            return CUSTOM_TYPES[type_]
        case type_:
            help_ = did_you_mean(type_, TYPE_NAMES) or "the types are " + ", ".join(f"`{name}`" for name in TYPE_NAMES)
            report(BadSetting.at(fact.type.span, f"`{type_}` is not a type", help_))
    return None


def _taken(entity: str, name: Name, known: Mapping[str, Mapping[str, object]], report: Report) -> bool:
    own = {**known.get(entity, {}), **(known.get("person", {}) if entity == "interviewer" else {})}
    if name.text not in own:
        return False
    report(NameTaken.at(name.span, f"`{entity}.{name.text}` is a fact already", "choose another name"))
    return True


def computed_kinds(
    facts: tuple[syntax.ComputedFact, ...], known: Mapping[str, Mapping[str, object]], report: Report
) -> dict[str, dict[str, Kind]]:
    """The kinds of all computed facts, by entity and name. ``known`` holds the given and the custom fields."""
    kinds: dict[str, dict[str, Kind]] = {}
    for fact in facts:
        entity, _, key = fact.name.text.partition(".")
        if not check_entity(Name(entity, fact.name.span), report):
            continue
        if not _taken(entity, Name(key, fact.name.span), known, report):
            kinds.setdefault(entity, {})[key] = _computed_kind(fact.aggregate)
    return kinds


def _computed_kind(aggregate: str) -> Kind:
    match aggregate:
        case "count" | "sum":
            return NumberKind()
        case "latest" | "earliest":
            return MomentKind()
        case _:
            return YesNoKind()


def check_facts(
    facts: tuple[syntax.ComputedFact, ...], names: Names, report: Report
) -> tuple[tuple[ComputedFact, ...], dict[str, Reads]]:
    """All computed facts, each after the facts that it reads; and the names that each of them reads."""
    checked: dict[str, ComputedFact] = {}
    reads: dict[str, Reads] = {}
    for fact in facts:
        entity, _, key = fact.name.text.partition(".")
        if key in names.computed.get(entity, {}):
            reads[fact.name.text] = Reads()
            checked_fact = _check_fact(fact, entity, names, reads[fact.name.text], report)
            if checked_fact is not None:
                checked[fact.name.text] = checked_fact
    return _in_order(checked, reads, {fact.name.text: fact.name for fact in facts}, report), reads


def _check_fact(
    fact: syntax.ComputedFact, entity: str, names: Names, reads: Reads, report: Report
) -> ComputedFact | None:
    id_, kind = fact.name.text, _computed_kind(fact.aggregate)
    if fact.aggregate == "when" or fact.over is None:
        scope = Scope(names, scope_of(entity), reads, report)
        return WhenFact(id_, entity, kind, check_condition(fact.where, scope), fact.about, fact.ask)
    over, value_wanted = _collection(fact.over, fact.aggregate, report)
    pivot = _pivot(entity, over, fact.over, report) if over is not None else None
    if over is None or pivot is None:
        return None
    own = scope_of(entity)
    scope = Scope(names, (*own, *(name for name in scope_of(over) if name not in own)), reads, report)
    value = _value(fact.over, kind, scope) if value_wanted else None
    where = check_condition(fact.where, scope)
    if value_wanted and value is None:
        return None
    return Aggregate(id_, entity, kind, fact.aggregate, over, pivot, where, value, fact.about, fact.ask)


def _collection(over: Name, aggregate: str, report: Report) -> tuple[str | None, bool]:
    """The entity that a fact ranges over, and whether the fact takes the value of a field from its rows."""
    entity, dot, _ = over.text.partition(".")
    value_wanted = aggregate in ("latest", "earliest", "sum")
    if value_wanted and not dot:
        report(BadCollection.at(over.span, f"`{aggregate}` looks at a field", f"write `{aggregate}: message.sent_at`"))
        return None, True
    if not value_wanted and dot:
        report(BadCollection.at(over.span, f"`{aggregate}` ranges over an entity", f"write `{aggregate}: {entity}`"))
        return None, False
    return (entity if check_entity(Name(entity, over.span), report) else None), value_wanted


def _pivot(entity: str, over: str, name: Name, report: Report) -> str | None:
    """The nearest entity, from ``entity`` up, that ``over`` belongs to."""
    if over in scope_of(entity) and over != "offer":
        up = "the candidate" if over in ("application", entity) else "the application"
        report(
            BadCollection.at(
                name.span,
                f"there is only one `{over}` for each {entity}, so there is nothing to range over",
                f"state the fact of {up} instead",
            )
        )
        return None
    above = _ancestors(over)
    at: str | None = entity
    while at is not None and at not in above:
        at = PARENTS[at]
    return at


def _ancestors(entity: str) -> list[str]:
    ancestors = []
    at = PARENTS[entity]
    while at is not None:
        ancestors.append(at)
        at = PARENTS[at]
    return ancestors


def _value(name: Name, kind: Kind, scope: Scope) -> Field | None:
    field = scope.field(name)
    if field is None or type(field.kind) is type(kind):
        return field
    scope.report(
        WrongPhrase.at(name.span, f"`{name.text}` is {kind_name(field.kind)}, where {kind_name(kind)} is wanted")
    )
    return None


def _in_order(
    facts: dict[str, ComputedFact], reads: dict[str, Reads], names: dict[str, Name], report: Report
) -> tuple[ComputedFact, ...]:
    """The facts, each after the facts that it reads. A circle is reported once, and so are facts that nest too deeply."""
    done: dict[str, ComputedFact] = {}
    depths: dict[str, int] = {}
    reported: set[str] = set()
    for first in sorted(facts):
        open_: dict[str, Iterator[str]] = {}
        todo = [first]
        while todo:
            id_ = todo.pop()
            if id_ in open_:
                _report_circle([*open_][[*open_].index(id_) :], reported, names, report)
            elif id_ in facts and id_ not in done:
                open_[id_] = iter(sorted(reads[id_].computed))
            while open_ and not todo:
                last = next(reversed(open_))
                following = next(open_[last], None)
                if following is not None:
                    todo.append(following)
                    continue
                del open_[last]
                done[last] = facts[last]
                below = max((depths.get(other, 0) for other in reads[last].computed), default=0)
                depths[last] = below + _nesting(facts[last])
    _report_depth(depths, names, report)
    return tuple(done.values())


def _report_circle(circle: list[str], reported: set[str], names: dict[str, Name], report: Report) -> None:
    if reported.intersection(circle):
        return
    reported.update(circle)
    shown = [f"`{name}`" for name in (*circle, circle[0])]
    way = " → ".join(shown if len(shown) <= _MOST_SHOWN else [*shown[: _MOST_SHOWN - 2], "…", shown[-1]])
    report(CircularFacts.at(names[circle[0]].span, f"computed facts depend on each other in a circle: {way}"))


def _report_depth(depths: Mapping[str, int], names: dict[str, Name], report: Report) -> None:
    """Report the first fact that is computed through too many facts and groups of conditions."""
    deep = next((id_ for id_, depth in depths.items() if depth > MAX_FACT_DEPTH), None)
    if deep is not None:
        message = f"`{deep}` nests deeper than {MAX_FACT_DEPTH}, counting the facts that it reads and their groups of conditions"
        report(TooLarge.at(names[deep].span, message, "compute it from facts that are nearer to the given ones"))


def _nesting(fact: ComputedFact) -> int:
    """How deep a fact nests by itself: the fact, and the groups of its condition."""
    return 1 + _groups(fact.where if isinstance(fact, Aggregate) else fact.condition)


def _groups(condition: Condition) -> int:
    if isinstance(condition, Test):
        return 0
    return 1 + max(map(_groups, condition.members), default=0)
