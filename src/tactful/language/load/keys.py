"""The sections of a pack, and the keys that their entries have."""

from __future__ import annotations

from typing import Final

from tactful.language.load.expressions import WAYS
from tactful.language.load.renames import RENAMED

SECTIONS: Final = (
    *("pack", "extends", "renamed", "group", "groups", "safety", "parameters", "calendars", "custom_facts", "fields"),
    *("facts", "tables", "actions", "rules", "invariants"),
)

#: The keys of a note on a field: how and when to ask for it, the usual answer, and who can change it.
NOTES: Final = ("ask", "ask when", "usually", "mutability")
#: The keys that an entry of a section may have.
KEYS: Final[dict[str, tuple[str, ...]]] = {
    "pack": ("name", "version"),
    "parameters": ("value", "values", "adjustable", "about", "source"),
    "calendars": ("about", "country", "weekend", "days off", "working days", "office hours"),
    "custom_facts": ("type", "values", "unit", "about", *NOTES),
    "fields": NOTES,
    "facts": (
        *("exists", "none", "count", "latest", "earliest", "sum", "where", "when", "unless", "about", "ask"),
        *("and when", "and unless", "replaces"),
        *WAYS,
    ),
    "tables": ("by", "gives", "values", "rows", "otherwise", "only one", "about", "ask", "replaces"),
    "actions": (
        *("about", "label", "is_a", "kind", "channel", "one per", "order", "steps", "due", "outside safety"),
        *("occasion", "leaves", "replaces"),
    ),
    "rules": (
        *("about", "source", "group", "from", "until", "for each", "when", "unless", "then", "to"),
        *("by", "because", "priority", "safety", "off", "and when", "and unless", "replaces"),
    ),
    "invariants": (
        *("about", "for each", "when", "unless", "after", "never", "always", "at most", "of", "no new", "keeps"),
        *("same", "never depends on", "off", "because", "replaces"),
    ),
    "groups": ("off", "because"),
    "safety": ("channels", "quiet channels", "messages a week"),
    "renamed": RENAMED,
}

#: A new entry needs at least one of these keys. In an overlay, an entry without them changes an entry of its base.
NEEDS: Final[dict[str, tuple[str, ...]]] = {
    "parameters": ("value", "values"),
    "calendars": ("country", "weekend", "days off", "working days", "office hours"),
    "custom_facts": ("type",),
    "fields": NOTES,
    "facts": ("exists", "none", "count", "latest", "earliest", "sum", "when", *WAYS),
    "tables": ("rows",),
    "actions": ("about",),
    "rules": ("then",),
    "invariants": ("never", "always", "at most", "no new", "keeps", "same", "never depends on"),
}


#: What an action may leave behind.
LEAVES: Final = ("message", "facts")

#: The keys that add conditions to those of the packs below, each with the key that replaces them.
ADDITIONS: Final[dict[str, str]] = {"and when": "when", "and unless": "unless"}
