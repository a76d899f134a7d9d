"""``tactful schema``: JSON Schemas of what the commands read and write."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from tactful.cli.options import Rules, load_rules
from tactful.cli.output import guarded, write_bytes


@guarded
def schema(
    what: Annotated[
        Literal["decision", "plan", "why", "comparison", "test", "case", "pack", "examples"],
        typer.Argument(
            metavar="WHAT",
            show_choices=False,
            help="decision, plan, why, comparison, test, case, pack or examples: which schema to print.",
        ),
    ],
    rules: Rules = None,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict",
            help="With pack: also mark names that neither the file nor the pack has. For packs in a single file.",
        ),
    ] = False,
) -> None:
    """Print the JSON Schema of a case, a rule file, examples, or the JSON that another command prints."""
    from tactful import schemas
    from tactful.formats.schema import to_bytes

    plain = {
        "decision": schemas.decision,
        "plan": schemas.plan,
        "case": schemas.case,
        "why": schemas.why,
        "comparison": schemas.comparison,
        "test": schemas.test,
    }
    if strict and what != "pack":
        raise typer.BadParameter("--strict is for the schema of a pack: tactful schema pack --strict")
    if what in plain:
        schema = plain[what]()
    elif what == "pack":
        schema = schemas.pack(load_rules(rules), strict=strict)
    else:
        schema = schemas.examples(load_rules(rules))
    write_bytes(to_bytes(schema))
