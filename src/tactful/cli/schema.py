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
        typer.Argument(help="Which JSON Schema to print."),
    ],
    rules: Rules = None,
) -> None:
    """Print the JSON Schema of a case, a rule file, examples, or the JSON that another command prints."""
    from tactful.formats.schema import (
        case_schema,
        comparison_schema,
        decision_schema,
        pack_schema,
        plan_schema,
        to_bytes,
        why_schema,
    )
    from tactful.testing.schema import examples_schema, results_schema

    schemas = {
        "decision": decision_schema,
        "plan": plan_schema,
        "case": case_schema,
        "why": why_schema,
        "comparison": comparison_schema,
        "test": results_schema,
    }
    of_pack = {"pack": pack_schema, "examples": examples_schema}
    write_bytes(to_bytes(schemas[what]() if what in schemas else of_pack[what](load_rules(rules).checked)))
