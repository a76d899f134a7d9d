"""``tactful rules``: what a pack defines, after overlays."""

from __future__ import annotations

import re
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from tactful.cli.options import Rules, load_rules
from tactful.cli.output import console, fail, guarded
from tactful.facts.dates import format_date
from tactful.formats.text.console import SafeConsole
from tactful.formats.text.facts import describe_facts, kind_in_words
from tactful.language.ir import AddStep, CheckedPack, Rule
from tactful.source.diagnostics import Span
from tactful.source.suggest import did_you_mean


@guarded
def rules(
    id_: Annotated[
        str | None,
        typer.Argument(metavar="[ID]", help="Show this rule, fact, action, parameter or invariant in full."),
    ] = None,
    rules: Rules = None,
) -> None:
    """List a pack's rules, facts, actions, parameters and invariants after overlays, each with its file and line."""
    checked = load_rules(rules).checked
    if id_ is None:
        _list_all(checked, console())
    else:
        show_definition(checked, id_, console())


def _list_all(checked: CheckedPack, out: SafeConsole) -> None:
    """Print a table for each section of a pack, then the safety rules that are switched off."""
    for table in (_rules(checked), _facts(checked), _actions(checked), _parameters(checked), _invariants(checked)):
        if table.row_count:
            out.print(table)
            out.print()
    for override in checked.overrides:
        what = "invariant " if override.invariant else ""
        out.print(f"switched off by {override.pack}: {what}{override.rule} ({override.because})")


def _rules(checked: CheckedPack) -> Table:
    """The rules, the first that count most; with their groups if there are any."""
    grouped = any(rule.group for rule in checked.rules)
    table = _table("rule", *(["group"] if grouped else []), "priority", "concludes", "where")
    for rule in sorted(checked.rules, key=lambda rule: (-rule.priority, rule.id)):
        group = [rule.group] if grouped else []
        table.add_row(rule.id, *group, str(rule.priority), _concludes(rule), where(rule.span))
    return table


def _facts(checked: CheckedPack) -> Table:
    table = _table("fact", "kind", "about", "where")
    for fact in describe_facts(checked):
        if fact.origin != "given":
            table.add_row(fact.id, kind_in_words(fact.kind), fact.about, where(checked.definitions[fact.id].id))
    return table


def _actions(checked: CheckedPack) -> Table:
    table = _table("action", "is a", "kind", "about", "where")
    for action in sorted(checked.actions.values(), key=lambda action: action.id):
        parent = action.family[1] if len(action.family) > 1 else ""
        table.add_row(action.id, parent, action.kind, action.about, where(action.span))
    return table


def _parameters(checked: CheckedPack) -> Table:
    table = _table("parameter", "value", "about", "where")
    for parameter in checked.parameters:
        later = [f"from {format_date(dated.day)} on {dated.value}" for dated in parameter.dated[1:]]
        table.add_row(parameter.name, "; ".join((parameter.value, *later)), parameter.about, where(parameter.span))
    return table


def _invariants(checked: CheckedPack) -> Table:
    table = _table("invariant", "about", "where")
    for invariant in checked.invariants:
        table.add_row(invariant.id, invariant.about, where(invariant.span))
    return table


def show_definition(checked: CheckedPack, id_: str, out: SafeConsole) -> None:
    """Print one definition with all its keys as the files have them, or fail where the pack has none of that id."""
    definition = checked.definitions.get(id_)
    if definition is None:
        fail(f"the pack has no `{id_}`; {did_you_mean(id_, checked.definitions) or 'see `tactful rules`'}")
    out.print(Text(f"# {definition.section}, {where(definition.id)}", "dim"))
    id_line = (definition.id.file, definition.id.line)
    if all((key.file, key.line) == id_line for key in definition.keys):
        out.lines(_lines(checked, definition.id, ""))
        return
    out.print(f"{id_}:")
    lines = {(key.file, key.line): key for key in definition.keys}  # keys in braces share a line
    for key in lines.values():
        if key.file != definition.id.file:
            out.print(Text(f"  # {where(key)}", "dim"))
        out.lines(_lines(checked, key, "  "))


def _lines(checked: CheckedPack, span: Span, indent: str) -> str:
    """The line of a key, and the lines of its value below, which are indented more."""
    lines = re.split(r"\r\n|\r|\n", checked.sources[span.file])
    first = lines[span.line - 1]
    depth = len(first) - len(first.lstrip())
    if first[: span.column - 1].strip():
        return f"{indent}{first.strip()}"  # several keys on one line, in braces
    lines_of_key = [first]
    for line in lines[span.line :]:
        if line.strip() and len(line) - len(line.lstrip()) <= depth:
            break
        lines_of_key.append(line)
    return "\n".join((indent + line[depth:]).rstrip() for line in lines_of_key).rstrip()


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _concludes(rule: Rule) -> str:
    conclusion = rule.conclusion
    if isinstance(conclusion, AddStep):
        return f"step of {conclusion.action}"
    return f"{conclusion.modality.replace('_', ' ')} {conclusion.action}"


def where(span: Span) -> str:
    """The file and line of a span."""
    return f"{span.file}:{span.line}"
