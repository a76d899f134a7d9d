"""Decision tables checked: their columns, cells and values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tactful.facts.kinds import ChoiceKind, DurationKind, Kind, LengthKind
from tactful.language.check.conditions import check_phrase, flat
from tactful.language.check.expressions import ExpressionChecker, kind_of
from tactful.language.check.types import CUSTOM_TYPES
from tactful.language.ir import AnyOf, Branch, Choose, Condition, Derived, Field
from tactful.language.names import Scope
from tactful.language.syntax import Cell, Table, TableRow
from tactful.source.codes.pack import BadSetting
from tactful.source.suggest import did_you_mean

#: The types that a table can give.
GIVEN_TYPES: Final = ("yes/no", "text", "number", "moment", "time of day", "duration", "one of")


def table_kind(table: Table, kind_of_name: Callable[[str], Kind | None]) -> Kind | None:
    """The kind of a table's values; ``None`` where it gives no type that exists.

    Durations are lengths that can only move a moment where one of them counts business days.
    """
    if table.gives.text == "one of":
        return ChoiceKind(tuple(value.text for value in table.values))
    kind = CUSTOM_TYPES.get(table.gives.text)
    if not isinstance(kind, DurationKind):
        return kind
    values = [row.value for row in table.rows]
    kinds = [kind_of(value, kind_of_name) for value in (*values, *([table.otherwise] if table.otherwise else []))]
    return LengthKind() if any(isinstance(kind, LengthKind) for kind in kinds) else kind


def check_table(table: Table, entity: str, kind: Kind, scope: Scope) -> Derived | None:
    """The fact that a table states; ``None`` after reporting a mistake."""
    if table.gives.text not in GIVEN_TYPES:
        known = ", ".join(f"`{name}`" for name in GIVEN_TYPES)
        help_ = did_you_mean(table.gives.text, GIVEN_TYPES) or f"a table gives one of {known}"
        scope.report(BadSetting.at(table.gives.span, f"`{table.gives.text}` is not a type that a table gives", help_))
        return None
    if table.gives.text == "one of" and not table.values:
        help_ = "write `values: [a, b]` next to it"
        scope.report(BadSetting.at(table.gives.span, "`one of` takes `values`", help_))
        return None
    columns = [scope.field(name) for name in table.by]
    values = ExpressionChecker(scope, table.name.text)
    branches = [_branch(row, columns, kind, values, scope) for row in table.rows]
    otherwise = values.check(table.otherwise, kind) if table.otherwise is not None else None
    if None in columns or None in branches or (otherwise is None and table.otherwise is not None):
        return None
    checked = tuple(branch for branch in branches if branch is not None)
    return Derived(table.name.text, entity, kind, Choose(checked, otherwise), table.about, table.ask)


def _branch(
    row: TableRow, columns: list[Field | None], kind: Kind, values: ExpressionChecker, scope: Scope
) -> Branch | None:
    cells = [
        _cell(cell, column, scope)
        for cell, column in zip(row.cells, columns, strict=True)
        if column is not None and cell.phrases
    ]
    value = values.check(row.value, kind)
    conditions = tuple(condition for condition in cells if condition is not None)
    if value is None or len(conditions) < len(cells):
        return None
    return Branch(flat(conditions), value, row.span)


def _cell(cell: Cell, column: Field, scope: Scope) -> Condition | None:
    """What a cell asks of its column; ``None`` after reporting a mistake."""
    checked = [check_phrase(phrase, column, text, span, scope) for phrase, text, span in cell.phrases]
    members = tuple(condition for condition in checked if condition is not None)
    if len(members) < len(checked):
        return None
    return members[0] if len(members) == 1 else AnyOf(members)
