"""Check names of entities."""

from __future__ import annotations

from typing import Final

from tactful.facts.entities import ENTITIES
from tactful.language.names import Report
from tactful.language.terms import Name
from tactful.source.codes.conditions import OutOfScope
from tactful.source.suggest import did_you_mean

#: Other words for entities.
_OTHERS: Final = {
    **dict.fromkeys(("people", "contact", "contacts", "recruiter", "recruiters"), "person"),
    **dict.fromkeys(("company", "companies", "job", "jobs", "employer"), "application"),
    **dict.fromkeys(("email", "emails", "mail"), "message"),
    **dict.fromkeys(("client", "clients", "user", "me", "everybody"), "candidate"),
}


def check_entity(name: Name, report: Report) -> bool:
    """Whether an entity of this name exists. Reports the name if not."""
    if name.text in ENTITIES:
        return True
    meant = _OTHERS.get(name.text.lower())
    help_ = (
        f"did you mean `{meant}`?"
        if meant
        else did_you_mean(name.text, ENTITIES) or "the entities are " + ", ".join(f"`{entity}`" for entity in ENTITIES)
    )
    report(OutOfScope.at(name.span, f"`{name.text}` is not an entity", help_))
    return False
