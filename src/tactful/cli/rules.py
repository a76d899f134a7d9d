"""``tactful rules``: what a pack defines, after overlays."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.text import Text

from tactful.cli.options import Rules, load_rules
from tactful.cli.output import console, fail, guarded
from tactful.facts.dates import format_date
from tactful.formats.text.console import SafeConsole
from tactful.formats.text.facts import describe_facts, kind_in_words
from tactful.formats.text.table import Column, print_table
from tactful.language.ir import AddStep, CheckedPack, Rule
from tactful.source.diagnostics import Span
from tactful.source.suggest import did_you_mean

#: The columns of a table, and its rows.
_Table = tuple[Sequence[Column], Sequence[Sequence[str]]]


@guarded
def rules(
    id_: Annotated[
        str | None,
        typer.Argument(metavar="ID", help="Show this rule, fact, action, parameter or invariant in full."),
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
    for columns, rows in (
        _rules(checked),
        _facts(checked),
        _actions(checked),
        _parameters(checked),
        _invariants(checked),
    ):
        if rows:
            print_table(out, columns, rows)
            out.print()
    for override in checked.overrides:
        what = "invariant " if override.invariant else ""
        out.print(f"switched off by {override.pack}: {what}{override.rule} ({override.because})")


def _rules(checked: CheckedPack) -> _Table:
    """The rules by priority, highest first; with their groups if there are any."""
    grouped = any(rule.group for rule in checked.rules)
    group = (Column("group"),) if grouped else ()
    columns = (Column("rule"), *group, Column("priority"), Column("concludes"), Column("where"))
    rows = [
        (rule.id, *([rule.group] if grouped else []), str(rule.priority), _concludes(rule), where(rule.span))
        for rule in sorted(checked.rules, key=lambda rule: (-rule.priority, rule.id))
    ]
    return columns, rows


def _facts(checked: CheckedPack) -> _Table:
    rows = [
        (fact.id, kind_in_words(fact.kind), fact.about, where(checked.definitions[fact.id].id))
        for fact in describe_facts(checked)
        if fact.origin != "given"
    ]
    return (Column("fact"), Column("kind"), Column("about", wraps=True, prose=True), Column("where")), rows


def _actions(checked: CheckedPack) -> _Table:
    rows = [
        (
            action.id,
            action.family[1] if len(action.family) > 1 else "",
            action.kind,
            action.about,
            where(action.span),
        )
        for action in sorted(checked.actions.values(), key=lambda action: action.id)
    ]
    columns = (
        Column("action"),
        Column("is a"),
        Column("kind"),
        Column("about", wraps=True, prose=True),
        Column("where"),
    )
    return columns, rows


def _parameters(checked: CheckedPack) -> _Table:
    columns = (
        Column("parameter"),
        Column("value", wraps=True),
        Column("about", wraps=True, prose=True),
        Column("where"),
    )
    rows = []
    for parameter in checked.parameters:
        later = [f"from {format_date(dated.day)} on {dated.value}" for dated in parameter.dated[1:]]
        rows.append((parameter.name, "; ".join((parameter.value, *later)), parameter.about, where(parameter.span)))
    return columns, rows


def _invariants(checked: CheckedPack) -> _Table:
    rows = [(invariant.id, invariant.about, where(invariant.span)) for invariant in checked.invariants]
    return (Column("invariant"), Column("about", wraps=True, prose=True), Column("where")), rows


def show_definition(checked: CheckedPack, id_: str, out: SafeConsole) -> None:
    """Print one definition with all its keys as the files have them, or fail if the pack has no such id."""
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


def _concludes(rule: Rule) -> str:
    conclusion = rule.conclusion
    if isinstance(conclusion, AddStep):
        return f"step of {conclusion.action}"
    return f"{conclusion.modality.replace('_', ' ')} {conclusion.action}"


def where(span: Span) -> str:
    """The file and line of a span."""
    return f"{span.file}:{span.line}"
