"""The order of an action checked: the fields that sort its conclusions, and what goes first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tactful.facts.kinds import DurationKind, Kind, MomentKind, NumberKind, YesNoKind, kind_name
from tactful.language import syntax
from tactful.language.ir import OrderKey
from tactful.language.names import Scope
from tactful.source.codes.pack import BadSetting
from tactful.source.suggest import did_you_mean

#: What may go first, by the kind of a field, and whether that is the descending order.
FIRST: Final[Mapping[type[Kind], Mapping[str, bool]]] = {
    YesNoKind: {"yes first": True, "no first": False},
    NumberKind: {"largest first": True, "smallest first": False},
    DurationKind: {"longest first": True, "shortest first": False},
    MomentKind: {"latest first": True, "earliest first": False},
}


def check_order(written: tuple[syntax.OrderKey, ...], scope: Scope) -> tuple[OrderKey, ...]:
    """The fields that sort conclusions, without those that have a mistake, which is reported."""
    keys = [_check_key(key, scope) for key in written]
    return tuple(key for key in keys if key is not None)


def _check_key(key: syntax.OrderKey, scope: Scope) -> OrderKey | None:
    field = scope.field(key.field)
    if field is None:
        return None
    words = FIRST.get(type(field.kind))
    if words is None:
        message = f"`{field.text}` is {kind_name(field.kind)}, which cannot sort recommendations"
        help_ = "sort by a number, a moment, a duration or a yes/no; a table can give each value a number"
        scope.report(BadSetting.at(key.field.span, message, help_))
        return None
    first = " ".join(key.first.text.split())
    if first not in words:
        choices = " or ".join(f"`{word}`" for word in words)
        message = f"`{field.text}` is {kind_name(field.kind)}, and `{first}` does not say what goes first"
        scope.report(BadSetting.at(key.first.span, message, did_you_mean(first, words) or f"write {choices}"))
        return None
    return OrderKey(field, words[first], first)
