"""Check names of entities."""

from __future__ import annotations

from tactful.facts.entities import ENTITIES
from tactful.language.names import Report
from tactful.language.terms import Name
from tactful.source.codes.conditions import OutOfScope
from tactful.source.suggest import did_you_mean


def check_entity(name: Name, report: Report) -> bool:
    """Whether an entity of this name exists. Reports the name if not."""
    if name.text in ENTITIES:
        return True
    help_ = did_you_mean(name.text, ENTITIES) or "the entities are " + ", ".join(f"`{entity}`" for entity in ENTITIES)
    report(OutOfScope.at(name.span, f"`{name.text}` is not an entity", help_))
    return False
