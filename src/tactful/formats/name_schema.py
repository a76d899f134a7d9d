"""What a schema of rule files can say of names: which fields a rule may ask about, and which names there are at all.

Names that nothing declares are marked in strict schemas alone, and only while a file declares nothing that the schema does not
know: a name that is new in the file could be meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from tactful.facts.entities import ENTITIES, SCOPES
from tactful.facts.fields import given_fields
from tactful.formats.phrase_schema import FIELD, PARAMETER, any_of
from tactful.language.ir import CheckedPack
from tactful.language.load.keys import ADDITIONS
from tactful.language.terms import MODALITIES

Schema = dict[str, Any]
_CONDITIONS: Final = ("when", "unless", *ADDITIONS)
_GROUPS: Final = "all|any|none"
#: Phrases up to their first or second operand, if that is a parameter.
_UP_TO_PARAMETER: Final = (
    r"\s*(?:(?:not|within|from|before|at least|at most|more than|less than)\s+|between\s+(?:.*\s+and\s+)?)?\$"
)
_UP_TO_FIELD: Final = r"\s*(?:(?:not\s+)?same\s+as|(?:at or )?(?:before|after))\s+"
_NO_NAME_GOES_ON: Final = r"(?![a-z0-9_.])"
_PLACEHOLDERS: Final = (
    "A placeholder names an existing field or parameter: {entity.field}, {entity.field|text} or {$parameter}."
)
_YES: Final[Schema] = {"enum": ["yes", "Yes", "YES", "true", "True", "TRUE", True]}
_LEFT_OUT: Final[Schema] = {"enum": ["off", False]}


def sentence(names: Iterable[str] | None = None) -> Schema:
    """A sentence whose placeholders are well-formed; with ``names``, each of them is one of these."""
    inside = rf"(?:{FIELD}|{PARAMETER}(?:\.[a-z][a-z0-9_]*)?)" if names is None else f"(?:{any_of(list(names))})"
    placeholder = rf"\{{\s*{inside}\s*(?:\|[^{{}}]*)?\}}"
    pattern = rf"^(?:[^{{}}]|\{{\{{|\}}\}}|{placeholder})*$"
    return {"type": "string", "pattern": pattern, "patternErrorMessage": _PLACEHOLDERS}


def scopes() -> dict[str, Schema]:
    """For each entity, the definition of a condition that reads only what is in its scope."""
    return {f"about_{entity}": _walk(f"about_{entity}", _in_scope(entity)) for entity in ENTITIES}


def in_scope() -> list[Schema]:
    """Conditions of an entry read only what is in the scope of its ``for each``."""
    return [
        {
            "if": {"required": ["for each"], "properties": {"for each": {"const": entity}}},
            "then": {"properties": {key: {"$ref": f"#/$defs/about_{entity}"} for key in _CONDITIONS}},
        }
        for entity in ENTITIES
    ]


def no_parameters() -> Schema:
    """A condition without parameters."""
    return _walk(
        "no_parameters",
        {},
        {"pattern": rf"^(?!{_UP_TO_PARAMETER}[a-z])", "patternErrorMessage": "A safety rule reads no parameters."},
    )


def safety_without_parameters() -> Schema:
    """A safety rule reads no parameters."""
    return {
        "if": {"required": ["safety"], "properties": {"safety": _YES}},
        "then": {"properties": {key: {"$ref": "#/$defs/no_parameters"} for key in _CONDITIONS}},
    }


def _in_scope(entity: str) -> Schema:
    return {
        "patternErrorMessage": f"There is no single row of that entity for each {entity}.",
        "pattern": rf"^(?:(?:{_GROUPS})$|(?:{any_of(list({entity, *SCOPES[entity]}))})\.)",
    }


def _walk(name: str, key: Schema, text: Schema | None = None) -> Schema:
    """A condition in which a schema holds of the name of every field, and another of every phrase that is a text."""
    again: Schema = {"$ref": f"#/$defs/{name}"}
    walk: Schema = {"items": again, "patternProperties": {f"^(?:{_GROUPS})$": again}}
    if key:
        walk["propertyNames"] = key
    if text is not None:
        walk["additionalProperties"] = {**text, "items": text}
    return walk


class Known:
    """The names of a pack, as definitions and a condition of a strict schema."""

    def __init__(self, checked: CheckedPack) -> None:
        self._checked = checked
        old = [name for names in checked.old_actions.values() for name in names]
        self._actions = sorted({*checked.actions, *old})
        self._parameters = [parameter.name for parameter in checked.parameters]
        self._custom = {entity: list(kinds) for entity, kinds in checked.custom.items()}
        self._computed = [fact.id for fact in checked.named_facts]
        self._fields = sorted({*_given(), *_with_interviewers(self._of_pack())})

    def _of_pack(self) -> Iterable[str]:
        custom = (f"{entity}.{name}" for entity, names in self._custom.items() for name in names)
        return (*custom, *self._computed)

    def definitions(self) -> dict[str, Schema]:
        """The definitions that :meth:`rule` refers to."""
        parameters = f"(?:{any_of(self._parameters)}){_NO_NAME_GOES_ON}" if self._parameters else "(?!)"
        unknown = f"{_UP_TO_PARAMETER}(?!{parameters})"
        field = f"(?:{any_of(self._fields)}){_NO_NAME_GOES_ON}"
        phrase: Schema = {
            "pattern": f"^(?!{unknown})(?!{_UP_TO_FIELD}(?!{field}){FIELD})",
            "patternErrorMessage": "There is no parameter or field of this name.",
        }
        names = {"enum": [*_GROUPS.split("|"), *self._fields]}
        return {
            "known_condition": _walk("known_condition", names, phrase),
            "known_deadline": {
                "pattern": rf"^\s*(?:[nN][oO][nN][eE]|(?:\S.*\s+(?:after|before)\s+)?(?:{field}|\$\S+))\s*$"
            },
            "known_sentence": sentence([*self._fields, *(f"${name}" for name in self._parameters)]),
            "known_action": {"anyOf": [{"enum": self._actions}, {"type": "null"}]},
        }

    def rule(self) -> Schema:
        """Where a file declares only names that are known, it uses only such names."""
        return {"if": self._nothing_new(), "then": {"properties": self._uses()}}

    def _nothing_new(self) -> Schema:
        custom = {entity: _names(self._custom.get(entity, [])) for entity in ENTITIES}
        facts = _names(self._computed)
        return {
            "not": {"required": ["renamed"]},
            "properties": {
                "custom_facts": {"properties": custom},
                "facts": facts,
                "tables": facts,
                "parameters": _names(self._parameters),
                "actions": _names(self._actions),
            },
        }

    def _uses(self) -> dict[str, Schema]:
        action: Schema = {"$ref": "#/$defs/known_action"}
        actions: Schema = {"anyOf": [action, {"type": "array", "items": action}]}
        condition: Schema = {"$ref": "#/$defs/known_condition"}
        words: Schema = {"$ref": "#/$defs/known_sentence"}
        conditions = dict.fromkeys(_CONDITIONS, condition)
        concludes = dict.fromkeys((*MODALITIES, "of"), action)
        change = {"properties": {"message": condition, "facts": condition}}
        return {
            "rules": _each(
                {
                    **conditions,
                    "by": {"anyOf": [{"$ref": "#/$defs/known_deadline", "type": "string"}, {"type": "null"}]},
                    "because": _or_null(words),
                    "then": {"properties": {**concludes, "step": words}},
                }
            ),
            "invariants": _each(
                {
                    **conditions,
                    **dict.fromkeys(("never", "no new"), actions),
                    "of": action,
                    **{key: {"properties": concludes} for key in ("always", "keeps")},
                    "after": change,
                }
            ),
            "facts": _each({**conditions, "where": condition}),
            "actions": _each({"is_a": action, "label": _or_null(words)}),
            "fields": _each({"ask": _or_null(words), "ask when": condition}),
        }


def complete(base: Iterable[str], safety: Iterable[str], section: str) -> Schema:
    """Entries of a section that no pack below has are complete. Safety rules are switched off with a reason."""
    needed = {"rules": ["for each", "then", "because"], "invariants": ["for each"]}[section]
    known: Mapping[str, Schema] = {id_: {} for id_ in base}
    reasoned: Schema = {
        "not": _LEFT_OUT,
        "if": {"type": "object", "required": ["off"], "properties": {"off": _YES}},
        "then": {"required": ["because"]},
    }
    new: Schema = {"type": "object", "required": needed}
    return {"properties": {**known, **dict.fromkeys(safety, reasoned)}, "additionalProperties": new}


def _given() -> Iterable[str]:
    return _with_interviewers(f"{entity}.{name}" for entity, fields in given_fields().items() for name in fields)


def _with_interviewers(names: Iterable[str]) -> set[str]:
    """Names of fields, with those of people also as fields of interviewers."""
    all_ = set(names)
    return all_ | {f"interviewer.{name.partition('.')[2]}" for name in all_ if name.startswith("person.")}


def _names(known: Iterable[str]) -> Schema:
    return {"propertyNames": {"enum": sorted(known)}}


def _each(properties: Mapping[str, Schema]) -> Schema:
    return {"additionalProperties": {"properties": dict(properties)}}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def has_renames(checked: CheckedPack) -> bool:
    """Whether a file of the pack gives new names: the old ones are then names too."""
    return any(re.search(r"(?m)^[\"']?renamed[\"']?\s*:", text) for text in checked.sources.values())
