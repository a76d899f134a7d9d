"""What to write in place of keys, ids and values that mean nothing where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tactful.language.load.items import Item, group_of, is_empty
from tactful.language.load.keys import KEYS, NEEDS
from tactful.language.load.merged import Merged
from tactful.language.terms import GENERAL
from tactful.source.codes.pack import NothingToChange, WrongShape
from tactful.source.diagnostics import Diagnostic
from tactful.source.nodes import Node, Scalar
from tactful.source.suggest import did_you_mean

#: What to write in a new entry in place of keys that only change an entry.
INSTEAD: Final = {"and when": "write `when`", "and unless": "write `unless`"}
#: Words that other rule languages have for keys of this one.
_SYNONYMS: Final[dict[str, tuple[str, ...]]] = {
    "when": ("if", "condition", "conditions", "where", "given"),
    "unless": ("except", "if not", "unless_when"),
    "then": ("action", "do", "conclusion", "advise", "recommend"),
    "because": ("reason", "why", "text", "message", "explanation"),
    "by": ("deadline", "due"),
    "about": ("description", "title", "name", "doc", "comment", "note"),
    "for each": ("for_each", "foreach", "for-each", "for", "each", "for all", "entity"),
    "off": ("enabled", "disabled", "active", "remove", "delete"),
    "to": ("target", "whom"),
    "value": ("default", "val"),
    "values": ("options", "choices"),
    "days off": ("holidays", "holiday", "closed", "off days", "vacation"),
    "office hours": ("hours", "opening hours", "working hours"),
    "ask": ("question", "prompt"),
    "until": ("till", "ends", "expires"),
    "rows": ("row", "rules", "cases", "table"),
    "otherwise": ("else", "default"),
    "gives": ("type", "returns", "output"),
    "one per": ("one_per", "per"),
    "steps": ("step", "todo"),
    "is_a": ("kind_of", "family", "parent", "extends"),
}
#: An id of each section, for messages.
EXAMPLES: Final[dict[str, str]] = {
    "parameters": "thank_you_within",
    "calendars": "acme",
    "custom_facts": "person",
    "fields": "person.prefers",
    "facts": "person.thanked",
    "tables": "application.first_wait",
    "actions": "send_note",
    "rules": "thank-you-note",
    "invariants": "never-call-against-preference",
}


def key_help(section: str, key: str) -> str:
    """What to write in place of a key that an entry of a section does not have."""
    keys = KEYS[section]
    meant = next((known for known, words in _SYNONYMS.items() if known in keys and key.lower() in words), None)
    if meant is not None:
        return f"did you mean `{meant}`?"
    if "." in key and "when" in keys:
        return "a condition: indent it below `when`"
    return did_you_mean(key, keys) or f"the keys are {listed(keys)}"


def wrong_shape(section: str, id_: Scalar, content: Node, sections: Mapping[str, Mapping[str, Item]]) -> Diagnostic:
    """The mistake that there is no mapping behind an id of a section; ``sections``: those of the packs below."""
    message = f"`{id_.text}` is a mapping with {listed(KEYS[section], 'or')}"
    help_ = "indent its keys below it"
    if id_.text in KEYS[section]:
        message, help_ = (
            f"`{id_.text}` is a key, but an id is expected here",
            "indent it below the id that it belongs to",
        )
    elif section in ("rules", "invariants") and isinstance(content, Scalar) and _says_off(content):
        message, help_ = f"`{id_.text}` has no keys", f"to switch it off, write `{id_.text}: off`, without quotes"
    elif is_empty(content):
        message, help_ = f"there is nothing below `{id_.text}`", f"indent its keys below it{_short_help(section)}"
    elif section == "facts" and isinstance(content, Scalar):
        message = f"`{id_.text}` has no keys"
        help_ = f"write `{id_.text}: {{is: {content.text}}}`"
    elif section == "actions" and isinstance(content, Scalar) and not content.is_null:
        help_ = f"write `{id_.text}: {{about: {content.text}}}`"
    other = elsewhere(sections, section, id_.text)
    if other is not None and id_.text not in sections[section]:
        message, help_ = f"`{id_.text}` stands below `{section}:`", other
    return WrongShape.at(content.span, message, help_)


def elsewhere(sections: Mapping[str, Mapping[str, Item]], section: str, id_: str) -> str | None:
    """What to write where an id belongs to another section than the one in which it stands."""
    found = next((other for other, items in sections.items() if other != section and id_ in items), None)
    if found is not None and found != "custom_facts":
        word = found.rstrip("s").replace("_", " ")
        return f"`{id_}` is {'an' if word[0] in 'ai' else 'a'} {word}: write it below `{found}:`"
    if section != "groups" and any(group_of(item) == id_ for item in sections["rules"].values()):
        return f"`{id_}` is a group of rules: write `groups: {{{id_}: off}}`"
    return None


def nothing_to_change(merged: Merged, section: str, id_: Scalar) -> Diagnostic:
    """The mistake that the packs below have no such entry to change."""
    known = [*merged.sections[section], *(GENERAL if section == "invariants" else ())]
    new = f"a new one needs {listed([f'{key}:' for key in NEEDS[section]], 'or')}"
    meant = did_you_mean(id_.text, known)
    other = elsewhere(merged.sections, section, id_.text) if meant is None else None
    what = section.rstrip("s").replace("_", " ")
    gone = merged.gone.get((section, id_.text))
    if gone is not None:
        meant = f"it is switched off at {gone[1].file}:{gone[1].line};"
    help_ = other or (f"{meant} {new}" if meant else new)
    message = f"the packs below have no {what} `{id_.text}` to change"
    return NothingToChange.at(id_.span, message, help_)


def _says_off(node: Scalar) -> bool:
    """Whether a value that is not ``off`` means just that."""
    return node.text.strip().lower() in ("off", "no", "false", "disabled", "disable", "none", "remove", "null")


def _short_help(section: str) -> str:
    """What else may stand behind an id of a section, for the help about an id with nothing behind it."""
    if section == "parameters":
        return ", or write a value after it, such as `3 days`"
    return ", or write `off` to switch it off" if section in ("rules", "invariants") else ""


def listed(words: tuple[str, ...] | list[str], last: str = "and") -> str:
    """``a, b and c``, each in backticks."""
    quoted = [f"`{word}`" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"
