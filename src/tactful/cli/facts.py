"""``tactful facts``: every field that a pack's rules can ask about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Final

import typer
from rich.text import Text

from tactful.cli.options import Rules, load_rules
from tactful.cli.output import console, fail, guarded
from tactful.cli.rules import show_definition, where
from tactful.formats.text.console import SafeConsole
from tactful.formats.text.facts import (
    FactDescription,
    describe_facts,
    facts_that_read,
    kind_in_words,
    rules_that_read,
    values_of,
)
from tactful.formats.text.table import Column, print_table
from tactful.language.ir import CheckedPack
from tactful.source.suggest import did_you_mean

_COLUMNS: Final = (
    Column("fact"),
    Column("kind", wraps=True),
    Column("what it means", wraps=True, prose=True),
    Column("changed by"),
)
#: The cells that the labels of a fact take.
_LABEL: Final = 15


@guarded
def facts(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Show this fact in full, such as person.prefers.")
    ] = None,
    rules: Rules = None,
) -> None:
    """List the facts that rules can ask about: given, custom and computed, by entity."""
    checked = load_rules(rules).checked
    described = describe_facts(checked)
    if name is None:
        _list_all(described, console())
        return
    fact = next((fact for fact in described if fact.id == name), None)
    if fact is None:
        fail(f"the pack has no fact `{name}`; {_near(name, described)}")
    _show(checked, fact, console())


def _near(name: str, described: tuple[FactDescription, ...]) -> str:
    """What was probably meant: a similar name, or the facts of that name on any entity."""
    owners = [fact.id for fact in described if fact.name == name]
    if owners:
        return f"did you mean {' or '.join(f'`{id_}`' for id_ in owners)}?"
    return did_you_mean(name, [fact.id for fact in described]) or "`tactful facts` lists them"


def _list_all(described: tuple[FactDescription, ...], out: SafeConsole) -> None:
    for entity in dict.fromkeys(fact.entity for fact in described):
        out.print(Text(entity, "italic"))
        rows = [
            (f"{fact.name}{_origin_mark(fact)}", _kind(fact), _meaning(fact), fact.changed_by)
            for fact in described
            if fact.entity == entity
        ]
        print_table(out, _COLUMNS, rows)
        out.print()


def _origin_mark(fact: FactDescription) -> str:
    return "" if fact.origin == "given" else f" ({fact.origin})"


def _kind(fact: FactDescription) -> str:
    values = values_of(fact.kind)
    return f"{kind_in_words(fact.kind)}: {', '.join(values)}" if values else kind_in_words(fact.kind)


def _meaning(fact: FactDescription) -> tuple[Text, ...]:
    """What a fact means, and below it the question that asks for it."""
    return tuple(text for text in (Text(fact.about), Text(fact.ask, "italic dim")) if text.plain)


def _show(checked: CheckedPack, fact: FactDescription, out: SafeConsole) -> None:
    """Print one fact in full: what it is, what reads it, and its definition where the pack has one."""
    definition = checked.definitions.get(fact.id)
    out.print(Text.assemble((fact.id, "bold"), f" ({fact.origin})"))
    _line("kind", _kind(fact), out)
    _line("what it means", fact.about, out)
    _line("example", fact.example, out)
    _line("changed by", fact.changed_by, out)
    _line("question", f"{fact.ask} ({where(definition.id)})" if definition is not None and fact.ask else "", out)
    _list("read by rules", _readers(checked, fact.id), out)
    _list("read by facts", facts_that_read(checked, fact.id), out)
    if definition is not None and fact.origin != "given":
        out.print()
        show_definition(checked, fact.id, out)


def _readers(checked: CheckedPack, id_: str) -> list[str]:
    """The rules that read a fact, with the computed facts between them."""
    lines = []
    for reader in rules_that_read(checked, id_):
        through = f", through {', '.join(reader.through)}" if reader.through else ""
        lines.append(f"{reader.rule.id} ({where(reader.rule.span)}){through}")
    return lines


def _line(label: str, text: str, out: SafeConsole) -> None:
    if text:
        out.print(Text.assemble((f"  {label:<{_LABEL}}", "dim"), text), soft_wrap=True, hang=_LABEL + 2)


def _list(label: str, texts: Iterable[str], out: SafeConsole) -> None:
    lines = list(texts) or ["none"]
    for no, text in enumerate(lines):
        _line("" if no else label, text, out)
