"""Custom and computed facts: their types, the rows that they range over, and the order in which they are computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, assert_never

from tactful.facts.entities import PARENTS
from tactful.facts.fields import FieldSpec
from tactful.facts.kinds import (
    ChoiceKind,
    Kind,
    ListKind,
    MomentKind,
    NumberKind,
    YesNoKind,
    kind_name,
)
from tactful.language import syntax
from tactful.language.check.conditions import check_condition
from tactful.language.check.entities import check_entity
from tactful.language.check.expressions import ExpressionChecker, kind_of
from tactful.language.check.parameters import fact_of, parameter_kind, varying
from tactful.language.check.tables import check_table, table_kind
from tactful.language.check.types import CUSTOM_TYPES, OTHER_NAMES, TYPE_NAMES
from tactful.language.ir import Aggregate, ComputedFact, Condition, Derived, Field, Test, WhenFact
from tactful.language.ir.reads import computed, conditions_of_fact, fields_of_fact
from tactful.language.names import Names, Reads, Report, Scope, scope_of
from tactful.language.syntax import CustomFact
from tactful.language.terms import Name, Parameter
from tactful.source.codes.conditions import BadCollection, CircularFacts, NameTaken, WrongPhrase
from tactful.source.codes.pack import BadSetting
from tactful.source.codes.text import TooLarge
from tactful.source.suggest import did_you_mean

_Written = syntax.ComputedFact | syntax.DerivedFact | syntax.Table

#: The deepest nesting of a computed fact, counting the facts that it reads and their groups of conditions.
MAX_FACT_DEPTH: Final = 200
#: The most names of a circle that a message shows.
_MOST_SHOWN: Final = 12


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
    if fact.values and fact.type.text in CUSTOM_TYPES and fact.type.text != "list":
        message = f"`values` means nothing for the type `{fact.type.text}`"
        report(BadSetting.at(fact.values[0].span, message, "write `type: one of`, or leave `values` out"))
    if fact.unit and fact.type.text in (*CUSTOM_TYPES, "one of") and fact.type.text != "number":
        message = f"`unit` means nothing for the type `{fact.type.text}`"
        report(BadSetting.at(fact.type.span, message, "write `type: number`, or leave `unit` out"))
    match fact.type.text:
        case "one of" if values:
            return ChoiceKind(values)
        case "list":
            return ListKind(values)
        case "number":
            return NumberKind(fact.unit or None)
        case "one of":
            report(BadSetting.at(fact.type.span, "`one of` takes `values`", "write `values: [a, b]` next to it"))
        case type_ if type_ in CUSTOM_TYPES:
            return CUSTOM_TYPES[type_]
        case type_:
            meant = next((name for name, words in OTHER_NAMES.items() if type_.lower() in words), None)
            known = "the types are " + ", ".join(f"`{name}`" for name in TYPE_NAMES)
            help_ = f"did you mean `{meant}`?" if meant else did_you_mean(type_, TYPE_NAMES) or known
            report(BadSetting.at(fact.type.span, f"`{type_}` is not a type", help_))
    return None


def _taken(entity: str, name: Name, known: Mapping[str, Mapping[str, object]], report: Report) -> bool:
    if name.text not in known[entity] and not (entity == "interviewer" and name.text in known["person"]):
        return False
    report(NameTaken.at(name.span, f"`{entity}.{name.text}` is a fact already", "choose another name"))
    return True


def computed_kinds(
    pack: syntax.Pack,
    known: Mapping[str, Mapping[str, object]],
    given: Mapping[str, Mapping[str, Kind]],
    parameters: Mapping[str, Parameter],
    report: Report,
) -> dict[str, dict[str, Kind]]:
    """The kinds of all computed facts, by entity and name, parameters whose values vary among them.

    ``known`` holds the names of the given and the custom fields, ``given`` their kinds.
    """
    kinds: dict[str, dict[str, Kind]] = {"candidate": {}}
    for parameter in varying(parameters):
        kinds["candidate"][f"${parameter.name.text}"] = parameter_kind(parameter)
    named = {fact.name.text: fact for fact in (*pack.facts, *pack.tables)}
    resolve = _Kinds(named, given, parameters)
    for fact in (*pack.facts, *pack.tables):
        entity, _, key = fact.name.text.partition(".")
        if not check_entity(Name(entity, fact.name.span), report):
            continue
        if key in kinds.get(entity, {}):
            report(NameTaken.at(fact.name.span, f"`{fact.name.text}` is a fact already", "choose another name"))
        elif not _taken(entity, Name(key, fact.name.span), known, report):
            kinds.setdefault(entity, {})[key] = resolve.kind(fact.name.text) or NumberKind()
    return kinds


def derived_facts(pack: syntax.Pack, parameters: Mapping[str, Parameter]) -> frozenset[str]:
    """The ids of the facts that expressions and tables state, and of parameters whose values vary."""
    written = {fact.name.text for fact in (*pack.facts, *pack.tables) if not isinstance(fact, syntax.ComputedFact)}
    return frozenset(written | {f"candidate.${parameter.name.text}" for parameter in varying(parameters)})


class _Kinds:
    """Works out the kinds of facts that are computed from each other."""

    def __init__(
        self,
        facts: Mapping[str, _Written],
        given: Mapping[str, Mapping[str, Kind]],
        parameters: Mapping[str, Parameter],
    ) -> None:
        self._facts, self._given, self._parameters = facts, given, parameters
        self._known: dict[str, Kind | None] = {}

    def kind(self, name: str) -> Kind | None:
        """The kind of ``entity.field`` or of ``$parameter``; ``None`` if there is none, or if it depends on itself."""
        if name.startswith("$"):
            parameter = self._parameters.get(name[1:])
            return None if parameter is None else parameter_kind(parameter)
        if name not in self._facts:
            entity, _, key = name.partition(".")
            kind = self._given.get(entity, {}).get(key)
            return self._given["person"].get(key) if kind is None and entity == "interviewer" else kind
        if name not in self._known:
            self._known[name] = None  # a fact that reads itself has no kind
            self._known[name] = self._of(self._facts[name])
        return self._known[name]

    def _of(self, fact: _Written) -> Kind | None:
        match fact:
            case syntax.ComputedFact(aggregate=aggregate):
                return _computed_kind(aggregate)
            case syntax.DerivedFact(expression=expression):
                return kind_of(expression, self.kind)
            case syntax.Table():
                return table_kind(fact, self.kind)
            case _:
                assert_never(fact)


def _computed_kind(aggregate: str) -> Kind:
    match aggregate:
        case "count" | "sum":
            return NumberKind()
        case "latest" | "earliest":
            return MomentKind()
        case _:
            return YesNoKind()


def check_facts(pack: syntax.Pack, names: Names, report: Report) -> tuple[tuple[ComputedFact, ...], dict[str, Reads]]:
    """All computed facts, each after the facts that it reads; and the names that each reads."""
    checked: dict[str, ComputedFact] = {}
    reads: dict[str, Reads] = {}
    for parameter in varying(names.parameters):
        fact = fact_of(parameter)
        checked[fact.id], reads[fact.id] = fact, Reads()
    for written in (*pack.facts, *pack.tables):
        entity, _, key = written.name.text.partition(".")
        if key in names.computed.get(entity, {}):
            own = reads[written.name.text] = Reads()
            fact_or_none = _check_fact(written, entity, names, own, report)
            if fact_or_none is not None:
                checked[written.name.text] = fact_or_none
    for fact in names.hidden.values():
        checked[fact.id] = fact
        reads[fact.id] = Reads()
        reads[fact.id].computed.update(computed(fields_of_fact(fact)))
    places = {fact.name.text: fact.name for fact in (*pack.facts, *pack.tables)}
    return _in_order(checked, reads, places, report), reads


def _check_fact(fact: _Written, entity: str, names: Names, reads: Reads, report: Report) -> ComputedFact | None:
    id_, kind = fact.name.text, names.computed[entity][fact.name.text.partition(".")[2]]
    match fact:
        case syntax.Table():
            return check_table(fact, entity, kind, Scope(names, scope_of(entity), reads, report))
        case syntax.DerivedFact():
            checker = ExpressionChecker(Scope(names, scope_of(entity), reads, report), id_)
            expression = checker.check(fact.expression, kind)
            return None if expression is None else Derived(id_, entity, kind, expression, fact.about, fact.ask)
        case syntax.ComputedFact(over=over):
            if over is not None:
                return _check_aggregate(fact, over, entity, kind, names, reads, report)
            scope = Scope(names, scope_of(entity), reads, report)
            return WhenFact(id_, entity, kind, check_condition(fact.where, scope), fact.about, fact.ask)
        case _:
            assert_never(fact)


def _check_aggregate(
    fact: syntax.ComputedFact, name: Name, entity: str, kind: Kind, names: Names, reads: Reads, report: Report
) -> ComputedFact | None:
    aggregate = fact.aggregate
    assert aggregate != "when"
    over, value_wanted = _collection(name, aggregate, report)
    pivot = _pivot(entity, over, name, report) if over is not None else None
    if over is None or pivot is None:
        return None
    own = scope_of(entity)
    scope = Scope(names, (*own, *(name for name in scope_of(over) if name not in own)), reads, report)
    value = _value(name, kind, scope) if value_wanted else None
    where = check_condition(fact.where, scope)
    if value_wanted and value is None:
        return None
    return Aggregate(fact.name.text, entity, kind, aggregate, over, pivot, where, value, fact.about, fact.ask)


def _collection(over: Name, aggregate: str, report: Report) -> tuple[str | None, bool]:
    """The entity that a fact ranges over, and whether the fact takes the value of a field from its rows."""
    entity, dot, _ = over.text.partition(".")
    value_wanted = aggregate in ("latest", "earliest", "sum")
    if value_wanted and not dot:
        report(BadCollection.at(over.span, f"`{aggregate}` takes a field", f"write `{aggregate}: message.sent_at`"))
        return None, True
    if not value_wanted and dot:
        report(BadCollection.at(over.span, f"`{aggregate}` takes an entity", f"write `{aggregate}: {entity}`"))
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
        WrongPhrase.at(
            name.span, f"`{name.text}` is of type {kind_name(field.kind)}, but type {kind_name(kind)} is needed here"
        )
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
                open_[id_] = iter(sorted(reads[id_].computed.difference(done)))
            while open_ and not todo:
                last = next(reversed(open_))
                following = next(open_[last], None)
                if following is not None:
                    todo.append(following)
                    continue
                del open_[last]
                done[last] = facts[last]
                below = max([depths.get(other, 0) for other in reads[last].computed], default=0)
                depths[last] = below + _nesting(facts[last])
    _report_depth(depths, names, report)
    return tuple(done.values())


def _report_circle(circle: list[str], reported: set[str], names: dict[str, Name], report: Report) -> None:
    if reported.intersection(circle):
        return
    reported.update(circle)
    circle = [id_ for id_ in circle if id_ in names]  # a circle always has a fact with a name
    shown = [f"`{name}`" for name in (*circle, circle[0])]
    way = " → ".join(shown if len(shown) <= _MOST_SHOWN else [*shown[: _MOST_SHOWN - 2], "…", shown[-1]])
    report(CircularFacts.at(names[circle[0]].span, f"computed facts depend on each other in a circle: {way}"))


def _report_depth(depths: Mapping[str, int], names: dict[str, Name], report: Report) -> None:
    """Report the first fact that is computed through too many facts and groups of conditions."""
    deep = next((id_ for id_, depth in depths.items() if depth > MAX_FACT_DEPTH and id_ in names), None)
    if deep is not None:
        message = f"`{deep}` nests deeper than {MAX_FACT_DEPTH}, counting the facts that it reads and their groups of conditions"
        report(TooLarge.at(names[deep].span, message, "compute it from facts that are nearer to the given ones"))


def _nesting(fact: ComputedFact) -> int:
    """How deep a fact nests by itself: it, and the groups of its condition."""
    return 1 + max(map(_groups, conditions_of_fact(fact)), default=0)


def _groups(condition: Condition) -> int:
    if type(condition) is Test:  # `isinstance` takes five times as long to say no for a struct
        return 0
    return 1 + max([_groups(member) for member in condition.members if type(member) is not Test], default=0)
