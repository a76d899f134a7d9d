"""Changes of a case checked: the fields that they set, each to a single value."""

from __future__ import annotations

from collections.abc import Iterator

from tactful.facts.fields import given_fields
from tactful.facts.kinds import ListKind, Value
from tactful.language import syntax
from tactful.language.check.conditions import check_condition
from tactful.language.ir import AllOf, Field, IsIn, Known, Leaves, Put, Test
from tactful.language.names import Names, Reads, Report, Scope, scope_of
from tactful.source.codes.pack import BadSetting
from tactful.source.diagnostics import Span


def check_puts(lines: syntax.Condition, scope: Scope, span: Span) -> tuple[Put, ...]:
    """The fields that the lines of a change set. Lines with a mistake are reported and left out."""
    return tuple(_puts(lines, scope, span))


def check_leaves(leaves: syntax.Leaves, scope: Scope) -> Leaves:
    """What an action leaves behind. ``scope`` has the fields that its facts may set."""
    message = None
    if leaves.message is not None:
        message = check_puts(leaves.message, message_scope(scope.names, scope.report), leaves.span)
    return Leaves(message, check_puts(leaves.facts, scope, leaves.span))


def message_scope(names: Names, report: Report) -> Scope:
    """The fields of a message that is added to a case."""
    return Scope(names, scope_of("message"), Reads(), report)


def _puts(lines: syntax.Condition, scope: Scope, span: Span) -> Iterator[Put]:
    condition = check_condition(lines, scope)
    tests = condition.members if isinstance(condition, AllOf) else (condition,)
    for test in tests:
        if not isinstance(test, Test):
            scope.report(BadSetting.at(span, "a change sets fields one by one; it has no groups"))
        elif test.field.origin not in ("given", "custom"):
            help_ = "change the facts that it is computed from"
            scope.report(BadSetting.at(test.span, f"`{test.field.text}` is a computed fact", help_))
        else:
            yield from _put(test, scope.report)


def _put(test: Test, report: Report) -> Iterator[Put]:
    match test.predicates:
        case (IsIn(values=(value,)),) if not test.negated:
            held: Value = (str(value),) if isinstance(test.field.kind, ListKind) else value
            yield Put(test.field, held)
        case (Known(),) if test.negated and _is_required(test.field):
            message = f"`{test.field.text}` is never unknown"
            report(BadSetting.at(test.span, message, "take it out, or set it to another value"))
        case (Known(),) if test.negated:
            yield Put(test.field, None)
        case _:
            help_ = "a change sets a field to one value, or to `unknown`"
            report(BadSetting.at(test.span, f"`{test.text}` is not a single value", help_))


def _is_required(field: Field) -> bool:
    """Whether a given field is known in every case."""
    entity = field.via[-1] if field.via else field.scope
    spec = given_fields().get(entity, {}).get(field.text.partition(".")[2])
    return field.origin == "given" and spec is not None and spec.required
