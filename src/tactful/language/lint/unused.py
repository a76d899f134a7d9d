"""Warnings about entries that nothing uses, and about rules without a reason or a source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from tactful.language.ir import AddStep, ById, CheckedPack, Field, Rule, Template, slot_fields
from tactful.language.ir.reads import closure, computed, fields_of, fields_of_orders, fields_of_rule
from tactful.language.lint.own import Own
from tactful.language.syntax import Pack
from tactful.language.terms import Name, ParameterOperand, Written
from tactful.source.codes.lint import IdleAction, Unsourced, UnusedFact, UnusedParameter
from tactful.source.diagnostics import Diagnostic

_IN_TEXT = re.compile(r"\{\$([a-z][a-z0-9_]*)")


def lint_unused(pack: Pack, checked: CheckedPack, own: Own) -> Iterator[Diagnostic]:
    """Parameters, computed facts and actions that nothing uses."""
    parts = (pack.rules, pack.facts, pack.tables, pack.actions, pack.invariants, pack.fields, pack.custom_facts)
    places = {
        parameter.name.text: span
        for parameter in pack.parameters
        if (span := own.place(parameter.name.span, *(value.span for value in parameter.value))) is not None
    }
    read = parameters_read(parts) if places else frozenset()
    for name, span in places.items():
        if name not in read:
            yield UnusedParameter.at(span, f"nothing reads the parameter `{name}`", "take it out, or use it")
    used = closure(computed(_fields(checked)), {fact.id: fact for fact in checked.facts})
    for fact in (*pack.facts, *pack.tables):
        if fact.name.text not in used and fact.name.span in own:
            help_ = "take it out, or use it in a rule"
            yield UnusedFact.at(fact.name.span, f"no rule reads `{fact.name.text}`, directly or through others", help_)
    concluded = {family for rule in checked.rules for family in checked.actions[rule.conclusion.action].family}
    for action in checked.actions.values():
        if action.id not in concluded and action.span in own:
            help_ = "write a rule for it, or take it out"
            yield IdleAction.at(action.span, f"no rule is about `{action.id}` or a kind of it", help_)


def parameters_read(part: object) -> frozenset[str]:
    """The names of the parameters that a part of a pack reads, in conditions, deadlines and sentences."""
    read: set[str] = set()
    todo = [part]
    while todo:
        part = todo.pop()
        if isinstance(part, str):
            read.update(_IN_TEXT.findall(part))
        elif isinstance(part, Name):
            read.update(_IN_TEXT.findall(part.text))
        elif isinstance(part, ParameterOperand):
            read.add(part.name)
        elif isinstance(part, tuple):
            todo.extend(part)
        elif isinstance(part, Written):
            todo.extend(msgspec.structs.astuple(part))
    return frozenset(read)


def _fields(checked: CheckedPack) -> Iterator[Field]:
    """All fields that rules, invariants, orders and sentences read."""
    for rule in checked.rules:
        yield from fields_of_rule(rule)
        yield from _slots(_sentences(rule))
        if isinstance(rule.target, ById):
            yield rule.target.field
    for invariant in checked.invariants:
        yield from fields_of(invariant.when)
    yield from fields_of_orders(checked.actions.values())
    for action in checked.actions.values():
        yield from _slots((*action.steps, *([action.label] if action.label else [])))
    for note in checked.fields.values():
        yield from _slots([note.ask] if note.ask is not None else [])
        for condition in (note.ask_when, note.usually):
            yield from fields_of(condition) if condition is not None else ()


def _sentences(rule: Rule) -> list[Template]:
    return [rule.because, *([rule.conclusion.step] if isinstance(rule.conclusion, AddStep) else [])]


def _slots(templates: Iterable[Template]) -> Iterator[Field]:
    return (field for template in templates for field in slot_fields(template))


def lint_sources(checked: CheckedPack, own: Own) -> Iterator[Diagnostic]:
    """Rules without a reason or a source."""
    for rule in checked.rules:
        lacking = [] if any(not isinstance(part, str) or part.strip() for part in rule.because) else ["because"]
        lacking += [] if rule.source.strip() else ["source"]
        if lacking and rule.span in own:
            keys = " nor ".join(f"`{key}`" for key in lacking)
            message = f"`{rule.id}` has {'neither' if len(lacking) > 1 else 'no'} {keys}"
            yield Unsourced.at(rule.span, message, "say where the rule comes from: people follow reasons, not orders")
