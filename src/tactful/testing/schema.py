"""The JSON Schema of files of examples, for editors with a YAML language server."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from tactful.facts.shape import CaseShape
from tactful.formats.schema import DIALECT, Schema
from tactful.language.ir import CheckedPack
from tactful.language.terms import MODALITIES
from tactful.testing.examples.entries import NEVER_KEYS
from tactful.testing.examples.read import LISTS
from tactful.testing.record import PackTestRecord

_TEXT: Final[Schema] = {"type": "string"}
_YES: Final[Schema] = {"anyOf": [{"type": "boolean"}, {"enum": ["yes", "no"]}]}
_MOMENT: Final[Schema] = {"type": "string", "examples": ["2026-11-23T10:00:00-05:00"]}


def results_schema() -> Schema:
    """The schema of ``tactful test --format json``."""
    return {"$schema": DIALECT, "title": "Tests by tactful", **msgspec.json.schema(list[PackTestRecord])}


def examples_schema(checked: CheckedPack) -> Schema:
    """The schema of examples for a pack: its actions and rules are offered."""
    (_,), parts = msgspec.json.schema_components([CaseShape], ref_template="#/$defs/{name}")
    return {
        "$schema": DIALECT,
        "title": "Examples for tactful",
        "type": "object",
        "additionalProperties": False,
        "required": ["examples"],
        "properties": {
            "pack": _described(
                _TEXT, "The pack of the examples, by its path from this file; by default the folder above."
            ),
            "cases": _described(_by_name({"$ref": "#/$defs/case"}), "Cases that examples name."),
            "examples": _described(_by_name({"$ref": "#/$defs/example"}), "A case, and the expected advice."),
        },
        "$defs": {
            **parts,
            "action": _offered(checked.actions),
            "reference": _described(_offered(checked.actions), "An action, or action:target."),
            "rule": _offered(rule.id for rule in checked.rules),
            "case": {"anyOf": [{"$ref": "#/$defs/CaseShape"}, _described(_TEXT, "The path of a case file.")]},
            "example": _example(),
            "expected": _expected(),
            "lost": _lost(),
        },
    }


def _described(schema: Schema, about: str) -> Schema:
    return {**schema, "description": about}


def _object(properties: dict[str, Schema], required: tuple[str, ...] = ()) -> Schema:
    return {"type": "object", "additionalProperties": False, "properties": properties, "required": list(required)}


def _by_name(item: Schema) -> Schema:
    return {"type": "object", "additionalProperties": item}


def _list(item: Schema, about: str) -> Schema:
    return {"type": "array", "items": item, "description": about}


def _offered(names: Iterable[str]) -> Schema:
    """A choice of names. Others are allowed, as an overlay may add them."""
    return {"anyOf": [{"enum": sorted(names)}, _TEXT]}


def _example() -> Schema:
    reference: Schema = {"$ref": "#/$defs/reference"}
    rows: dict[str, Any] = {
        f"^(application\\[[^\\[\\]]*\\]\\.)?{name}$": {"type": "array", "items": {"type": "object"}} for name in LISTS
    }
    values: Schema = {"type": ["string", "number", "boolean", "null", "array"]}
    return _object(
        {
            "about": _described(_TEXT, "The purpose of the example, in a sentence."),
            "case": _described({"anyOf": [_TEXT, {"$ref": "#/$defs/CaseShape"}]}, "A name, a path, or a whole case."),
            "add": {
                "type": "object",
                "patternProperties": rows,
                "additionalProperties": False,
                "description": "Rows for the case's lists: messages, people, interviews, applications.",
            },
            "set": _described(_by_name(values), "Other facts: person[dana].prefers: phone"),
            "at": _described(_MOMENT, "The moment; else the case's own `now`."),
            "expect": _list({"$ref": "#/$defs/expected"}, "Advice that the decision must give."),
            "never": _list(
                {"anyOf": [reference, _object(dict.fromkeys(NEVER_KEYS, _TEXT))]},
                "Actions that must not be recommended, not even as an alternative, or conclusions that must not be drawn.",
            ),
            "order": _list(reference, "Actions in the order of their advice, the most important first."),
            "set aside": _list({"$ref": "#/$defs/lost"}, "Conclusions that must lose a conflict."),
            "nothing else": _described(_YES, "Whether nothing but the expected advice may be recommended."),
        },
        ("case",),
    )


def _expected() -> Schema:
    action: Schema = {"$ref": "#/$defs/action"}
    return _object(
        {
            **dict.fromkeys(MODALITIES, action),
            "to": _described(_TEXT, "The target: an id, or application/id."),
            "by": _described(_MOMENT, "The deadline: a moment, a day, or none."),
            "rules": _list({"$ref": "#/$defs/rule"}, "The ids of all rules behind it."),
            "rank": {"type": "integer", "minimum": 1, "description": "Its rank; 1 is the most important."},
            "steps": _list(_TEXT, "Texts that occur in its steps."),
            "without steps": _list(_TEXT, "Texts that occur in none of its steps."),
            "instead of": _list({"$ref": "#/$defs/reference"}, "Its alternatives."),
        }
    )


def _lost() -> Schema:
    properties: dict[str, Schema] = {
        **{key: {"$ref": "#/$defs/action"} for key in MODALITIES},
        "to": _described(_TEXT, "The target."),
        "by rule": _described({"$ref": "#/$defs/rule"}, "The id of a rule that it lost to."),
    }
    return _object(properties)
