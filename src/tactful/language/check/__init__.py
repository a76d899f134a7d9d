"""From a written pack to a checked pack: names, types, circular definitions and safety."""

from __future__ import annotations

from typing import Final

from tactful.facts.fields import given_fields
from tactful.language.check.actions import Catalogue, check_actions, check_leaves_fit, check_texts
from tactful.language.check.calendars import check_calendars
from tactful.language.check.facts import check_facts, computed_kinds, custom_kinds, derived_facts
from tactful.language.check.fields import check_fields
from tactful.language.check.invariants import InvariantChecker
from tactful.language.check.parameters import check_adjustable, dated_values
from tactful.language.check.rules import RuleChecker
from tactful.language.check.safety import check_channels, check_quiet_channels, check_safety
from tactful.language.ir import CheckedPack, ComputedFact, Parameter, Safety
from tactful.language.names import Names, Report
from tactful.language.syntax import Pack
from tactful.source.codes.conditions import WrongParameter
from tactful.source.codes.text import TooLarge, Unreadable
from tactful.source.diagnostics import Diagnostic, InvalidInput, Span

#: The most mistakes of a check that are listed.
MAX_MISTAKES: Final = 1_000


def check_pack(pack: Pack) -> CheckedPack:
    """The pack, ready for the engines. Raises :class:`tactful.InvalidInput` with every mistake, those of reading included."""
    problems = _Mistakes(pack)
    report = problems.report
    names = _names(pack, report)
    fields = check_fields(pack, names, report)
    adjustable = check_adjustable(names.parameters, report)
    calendars = check_calendars(pack.calendars, report)
    facts, fact_reads = check_facts(pack, names, report)
    catalogue = Catalogue(pack.actions, report)
    actions = check_actions(catalogue, names, pack.sources, report)
    checker = RuleChecker(names, catalogue, pack.sources, report)
    rules = [checker.rule(rule, no) for no, rule in enumerate(pack.rules)]
    invariant_checker = InvariantChecker(names, catalogue, report)
    invariants = [invariant_checker.invariant(invariant) for invariant in pack.invariants]
    for action, entity in sorted(checker.uses):
        check_texts(actions[action], entity, catalogue.by_name[action], report)
        check_leaves_fit(actions[action], entity, report)
    check_channels(pack, catalogue, actions, report)
    check_quiet_channels(pack, actions, report)
    check_safety(pack, checker.reads, fact_reads, report)
    problems.end()
    return CheckedPack(
        name=pack.name,
        version=pack.version,
        digest=pack.digest,
        parameters=_parameters(pack),
        custom=names.custom,
        fields=fields,
        facts=(*facts, *_hidden(names, facts)),
        actions=actions,
        rules=tuple(rule for rule in rules if rule is not None),
        invariants=tuple(invariant for invariant in invariants if invariant is not None),
        overrides=pack.overrides,
        definitions=pack.definitions,
        sources=pack.sources,
        own=pack.own,
        adjustable=adjustable,
        warnings=pack.warnings,
        calendars=calendars,
        safety=Safety(
            {stated.channel: tuple(name.text for name in stated.families) for stated in pack.channels},
            tuple(name.text for name in pack.quiet_channels),
            pack.messages_a_week,
        ),
        old_actions=pack.old_actions,
    )


def _hidden(names: Names, facts: tuple[ComputedFact, ...]) -> list[ComputedFact]:
    """The hidden facts that rules and invariants brought along. They read no other hidden facts."""
    known = {fact.id for fact in facts}
    return [names.hidden[id_] for id_ in sorted(names.hidden) if id_ not in known]


class _Mistakes:
    """Collects the mistakes of a pack. At a limit it stops the check, with a message that says so."""

    def __init__(self, pack: Pack) -> None:
        self.mistakes: list[Diagnostic] = []
        self._pack = pack
        self._lines = {(span.file, span.line) for mistake in pack.mistakes if (span := _unreadable_at(mistake))}
        for mistake in pack.mistakes:
            self.report(mistake)

    def report(self, mistake: Diagnostic) -> None:
        """Add a mistake, unless its line cannot be read anyway, or it is another use of a parameter that was reported
        already."""
        span = mistake.span
        if span is not None and (span.file, span.line) in self._lines and mistake.code != Unreadable.id:
            return
        if mistake.code == WrongParameter.id and any(
            (other.code, other.span) == (mistake.code, span) for other in self.mistakes
        ):
            return
        self.mistakes.append(mistake)
        if len(self.mistakes) >= MAX_MISTAKES:
            message = f"the pack has more than {MAX_MISTAKES} mistakes, and not all of them are listed"
            more = TooLarge.at(None, message, "mend these first")
            raise InvalidInput([*self.mistakes, more], dict(self._pack.sources))

    def end(self) -> None:
        """Raise :class:`InvalidInput` if there are mistakes.

        Where the pack's own files have some, those of the packs below follow from them, and are left out.
        """
        own = [told for told in self.mistakes if told.span is None or told.span.file in self._pack.own]
        if self.mistakes:
            raise InvalidInput(own or self.mistakes, dict(self._pack.sources))


def _unreadable_at(mistake: Diagnostic) -> Span | None:
    return mistake.span if mistake.code == Unreadable.id else None


def _names(pack: Pack, report: Report) -> Names:
    given = given_fields()
    custom = custom_kinds(pack.custom_facts, given, report)
    known = {entity: {**fields, **custom.get(entity, {})} for entity, fields in given.items()}
    kinds = {
        entity: {**{name: spec.kind for name, spec in fields.items()}, **custom.get(entity, {})}
        for entity, fields in given.items()
    }
    parameters = {parameter.name.text: parameter for parameter in pack.parameters}
    computed = computed_kinds(pack, known, kinds, parameters, report)
    unread = {f"{fact.entity.text}.{fact.name.text}" for fact in pack.custom_facts}
    unread -= {f"{entity}.{name}" for entity, fields in custom.items() for name in fields}
    derived = derived_facts(pack, parameters)
    return Names(given, custom, computed, parameters, derived, {}, pack.unread | unread, {}, {})


def _parameters(pack: Pack) -> tuple[Parameter, ...]:
    return tuple(
        Parameter(
            parameter.name.text,
            "[" + ", ".join(value.text for value in parameter.value) + "]"
            if parameter.is_list
            else parameter.value[0].text,
            parameter.about,
            parameter.source,
            parameter.value[0].span if parameter.value else parameter.name.span,
            dated_values(parameter),
        )
        for parameter in pack.parameters
    )
