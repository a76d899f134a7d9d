"""What ``tactful rules`` prints."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tactful.cli.output import fail
from tactful.language.ir import AddStep, CheckedPack, Rule
from tactful.source.diagnostics import Span
from tactful.source.suggest import did_you_mean


def list_rules(checked: CheckedPack, console: Console) -> None:
    """All rules and parameters of a pack."""
    table = _table("rule", "priority", "concludes", "where")
    for rule in sorted(checked.rules, key=lambda one: (-one.priority, one.id)):
        table.add_row(rule.id, str(rule.priority), _concludes(rule), _where(rule.span))
    console.print(table)
    console.print()
    parameters = _table("parameter", "value", "about", "where")
    for parameter in checked.parameters:
        parameters.add_row(parameter.name, parameter.value, parameter.about, _where(parameter.span))
    console.print(parameters)
    for override in checked.overrides:
        console.print(f"switched off by {override.pack}: {override.rule} ({override.because})")


def show(checked: CheckedPack, id_: str, console: Console) -> None:
    """One rule, computed fact, action, parameter or invariant, whole: all its keys as the files have them."""
    definition = checked.definitions.get(id_)
    if definition is None:
        fail(f"the pack has no `{id_}`; {did_you_mean(id_, checked.definitions) or 'see `tactful rules`'}")
    console.print(Text(f"# {definition.section}, {_where(definition.id)}", "dim"))
    if not definition.keys or definition.keys[0] == definition.id:
        console.print(_lines(checked, definition.keys[0] if definition.keys else definition.id, ""), soft_wrap=True)
        return
    console.print(f"{id_}:")
    for span in definition.keys:
        if span.file != definition.id.file:
            console.print(Text(f"  # {_where(span)}", "dim"))
        console.print(_lines(checked, span, "  "), soft_wrap=True)


def _lines(checked: CheckedPack, span: Span, indent: str) -> str:
    """A key with its value: its line, and those after it that are indented more."""
    lines = checked.sources[span.file].splitlines()
    first = lines[span.line - 1]
    own = len(first) - len(first.lstrip())
    if first[: span.column - 1].strip():
        return f"{indent}{first.strip()}"  # several keys on one line, in braces
    found = [first]
    for line in lines[span.line :]:
        if line.strip() and len(line) - len(line.lstrip()) <= own:
            break
        found.append(line)
    return "\n".join((indent + line[own:]).rstrip() for line in found).rstrip()


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


def _where(span: Span) -> str:
    return f"{span.file}:{span.line}"
