"""JSON Schemas: of a decision, of a plan, of a case, and of rule files, for editors with a YAML language server."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from tactful.facts.entities import ENTITIES
from tactful.facts.fields import MUTABILITIES, given_fields
from tactful.facts.kinds import (
    WEEKDAYS,
    Kind,
    kind_name,
)
from tactful.facts.shape import CaseShape
from tactful.formats.name_schema import (
    Known,
    complete,
    has_renames,
    in_scope,
    no_parameters,
    safety_without_parameters,
    scopes,
    sentence,
)
from tactful.formats.phrase_schema import length_schema, phrase_schema
from tactful.language.check.order import FIRST
from tactful.language.check.tables import GIVEN_TYPES
from tactful.language.check.types import TYPE_NAMES
from tactful.language.ir import CheckedPack, Prohibit, Rule
from tactful.language.load.expressions import GATHERINGS
from tactful.language.load.keys import ADDITIONS
from tactful.language.load.places import MAX_NAME
from tactful.language.load.renames import RENAMED
from tactful.language.terms import ADVICE_KINDS, GENERAL, MODALITIES
from tactful.reasons.records.comparison import ComparisonRecord
from tactful.reasons.records.decision import DecisionRecord, PlanRecord
from tactful.reasons.records.why import WhyRecord

Schema = dict[str, Any]
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_DATE: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_TEXT: Final[Schema] = {"type": "string"}
_SENTENCE: Final[Schema] = {"allOf": [{"$ref": "#/$defs/sentence"}]}
#: What a pack extends: a name, or a path that leads nowhere but below.
_BELOW: Final[Schema] = {"type": "string", "maxLength": MAX_NAME, "pattern": r"^(?!/)(?!(?:.*/)?\.\.(?:/|$))[^\\]*$"}
#: The name of the shipped pack, as packs extend it.
DEFAULT_PACK: Final = "default"
#: A whole number in quotes.
_DIGITS: Final[Schema] = {"type": "string", "pattern": "^[0-9]+$"}
_NULL: Final[Schema] = {"type": "null"}


def decision_schema() -> Schema:
    """The schema of ``tactful advise --format json``."""
    return {"$schema": DIALECT, "title": "A decision of tactful", **msgspec.json.schema(DecisionRecord)}


def plan_schema() -> Schema:
    """The schema of ``tactful plan --format json``."""
    return {"$schema": DIALECT, "title": "A plan of tactful", **msgspec.json.schema(PlanRecord)}


def why_schema() -> Schema:
    """The schema of ``tactful why --format json``."""
    return {"$schema": DIALECT, "title": "Why, by tactful", **msgspec.json.schema(WhyRecord)}


def comparison_schema() -> Schema:
    """The schema of ``tactful compare --format json``."""
    return {"$schema": DIALECT, "title": "A comparison by tactful", **msgspec.json.schema(ComparisonRecord)}


def case_schema() -> Schema:
    """The schema of a case."""
    return {"$schema": DIALECT, "title": "A case for tactful", **msgspec.json.schema(CaseShape)}


def to_bytes(schema: Schema) -> bytes:
    """A schema as JSON text, ready for a file."""
    return msgspec.json.format(msgspec.json.encode(_same_everywhere(schema)), indent=2)


def _same_everywhere(part: Any) -> Any:
    """The same bytes with all versions of Python and msgspec.

    Python below 3.13 keeps the indentation of docstrings, and msgspec below 0.22 puts ``null`` first among alternatives.
    """
    if isinstance(part, dict):
        return {key: _same_everywhere(value) for key, value in part.items()}
    if isinstance(part, list):
        return sorted(map(_same_everywhere, part), key=lambda one: one == _NULL)
    return inspect.cleandoc(part) if isinstance(part, str) and "\n" in part else part


def pack_schema(checked: CheckedPack, *, shipped: CheckedPack | None = None) -> Schema:
    """The schema of rule files that extend ``checked``: editors offer its fields, phrases, actions, parameters and ids.

    With ``shipped``, the pack that ``extends: default`` names, the schema is strict. It is for a file that is a whole pack, and
    marks names that neither the file nor ``checked`` declares as well, and new rules that are not complete.
    """
    schema = _pack_schema(checked)
    if shipped is not None:
        known = Known(checked)
        schema["allOf"] = _complete(shipped)
        if not has_renames(checked):
            schema["allOf"].append(known.rule())
            schema["$defs"] |= known.definitions()
    return schema


def _complete(shipped: CheckedPack) -> list[Schema]:
    """New entries are complete: all of a file that extends nothing, and those that the shipped pack does not have."""
    alone: Schema = {"rules": complete((), (), "rules"), "invariants": complete(GENERAL, (), "invariants")}
    rules = sorted(rule.id for rule in shipped.rules)
    invariants = sorted({*(invariant.id for invariant in shipped.invariants), *GENERAL})
    safety = sorted(rule.id for rule in shipped.rules if _is_safety(rule))
    over: Schema = {"rules": complete(rules, safety, "rules"), "invariants": complete(invariants, (), "invariants")}
    extends: Schema = {"required": ["extends"], "properties": {"extends": {"const": DEFAULT_PACK}}}
    return [
        {"if": {"not": {"required": ["extends"]}}, "then": {"properties": alone}},
        {"if": extends, "then": {"properties": over}},
    ]


def _is_safety(rule: Rule) -> bool:
    return isinstance(rule.conclusion, Prohibit) and rule.conclusion.safety


def _pack_schema(checked: CheckedPack) -> Schema:
    kinds = _Kinds()
    condition, action = _condition(checked, kinds), _action(kinds)
    return {
        "$schema": DIALECT,
        "title": "A rule file of tactful",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "pack": _object({"name": _TEXT, "version": {"type": ["string", "number"]}}),
            "extends": {"anyOf": [_BELOW, {"type": "array", "items": _BELOW}]},
            "renamed": _renamed(checked),
            "group": {"type": "string", "description": "The group of all rules that this file defines."},
            "groups": _by_id(_OFF, sorted({rule.group for rule in checked.rules} - {""}), "Groups to switch off."),
            "safety": _safety(),
            "parameters": _by_id(_parameter(), [parameter.name for parameter in checked.parameters], "A knob."),
            "calendars": _by_id(_calendar(), list(checked.calendars), "Days off and office hours."),
            "custom_facts": _custom_facts(),
            "fields": _by_id(
                _field_note(), list(checked.fields), "How and when to ask for a field, and who can change it."
            ),
            "facts": _by_id({"$ref": "#/$defs/fact"}, [fact.id for fact in checked.named_facts], "A computed fact."),
            "tables": _by_id({"$ref": "#/$defs/table"}, [], "A fact whose value a decision table gives."),
            "actions": _by_id({"$ref": "#/$defs/action"}, list(checked.actions), "An action."),
            "rules": _by_id({"$ref": "#/$defs/rule"}, [rule.id for rule in checked.rules], "A rule."),
            "invariants": _by_id(
                {"$ref": "#/$defs/invariant"},
                [*(invariant.id for invariant in checked.invariants), *GENERAL],
                "An invariant.",
            ),
        },
        "$defs": {
            "action_name": {"anyOf": [{"enum": sorted(checked.actions)}, _TEXT]},
            "entity": {"enum": list(ENTITIES)},
            "condition": condition,
            "conditions": _conditions(),
            **kinds.definitions(),
            **scopes(),
            "no_parameters": no_parameters(),
            "sentence": sentence(),
            "expression": _expression(),
            "fact": _fact(),
            "table": _table(),
            "action": action,
            "rule": _rule(),
            "invariant": _invariant(),
        },
    }


_REPLACES: Final[Schema] = {
    "type": ["boolean", "string"],
    "description": "In an overlay: this replaces what the packs below say, on purpose.",
}
_NOTES: Final[dict[str, Schema]] = {
    "ask": {
        "allOf": [{"$ref": "#/$defs/sentence"}],
        "description": "The question that asks for it, with {entity.field} placeholders.",
    },
    "ask when": {
        "allOf": [{"$ref": "#/$defs/conditions"}],
        "description": "The question is asked only if this holds, because it takes it for granted.",
    },
    "usually": {
        "type": ["string", "number", "boolean", "array"],
        "description": "A phrase for the usual answer. Where that answer changes nothing, the question comes last.",
        "examples": ["no", "held", "none of [cancelled, missed]", "empty"],
    },
    "mutability": {"enum": list(MUTABILITIES), "description": "Who can change it."},
}


def _object(properties: Mapping[str, Schema], about: str = "") -> Schema:
    schema: Schema = {"type": "object", "additionalProperties": False, "properties": dict(properties)}
    return {**schema, "description": about} if about else schema


def _entry(properties: Mapping[str, Schema]) -> Schema:
    """The keys of an entry, each of which ``null`` removes in an overlay."""
    return _object({key: {"anyOf": [value, {"type": "null"}]} for key, value in properties.items()})


#: What a group takes: it can only be switched off.
_OFF: Final[Schema] = {"anyOf": [{"enum": ["off", False]}, {"type": "object", "required": ["off"]}]}
_DAY: Final[Schema] = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}


def _renamed(checked: CheckedPack) -> Schema:
    """New names by old names."""
    names: Schema = {"type": "object", "additionalProperties": _TEXT}
    actions: Schema = {"type": "object", "additionalProperties": {"enum": sorted(checked.actions)}}
    return _object({**dict.fromkeys(RENAMED, names), "actions": actions}, "New names of what this pack gives up.")


def _safety() -> Schema:
    name: Schema = {"$ref": "#/$defs/action_name"}
    families: Schema = {"anyOf": [name, {"type": "array", "items": name}]}
    channels: Schema = {"type": "object", "additionalProperties": families}
    about = "The families that actions of a channel belong to; `any`: of any channel."
    quiet = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}], "description": "Channels that nobody minds."}
    a_week = {
        "type": "integer",
        "minimum": 1,
        "description": "The most messages to one person or company within a week.",
    }
    return _object(
        {"channels": {**channels, "description": about}, "quiet channels": quiet, "messages a week": a_week},
        "What the pack says about reaching people.",
    )


def _by_id(item: Schema, known: list[str], about: str) -> Schema:
    """A mapping by id: known ids are offered, new ids are allowed."""
    return {
        "type": ["object", "null"],
        "description": about,
        "properties": dict.fromkeys(sorted(known), item),
        "additionalProperties": item,
    }


def _parameter() -> Schema:
    value: Schema = {
        "anyOf": [
            {"type": ["string", "number", "boolean"]},
            {"type": "array", "items": {"type": ["string", "number"]}},
        ],
        "examples": ["2 days", "5 business days", 2],
    }
    bound: Schema = {"type": ["string", "number"]}
    dated: Schema = {"anyOf": [bound, _object({"value": bound, "source": _TEXT})]}
    parameter = _entry(
        {
            "value": value,
            "values": {
                "type": "object",
                "description": "Its values, each from a day on.",
                "patternProperties": {_DATE: dated},
                "additionalProperties": False,
            },
            "adjustable": _object(
                {"from": bound, "to": bound}, "The bounds within which a case may state its own value."
            ),
            "about": _TEXT,
            "source": _TEXT,
        }
    )
    return {"anyOf": [*value["anyOf"], parameter]}


def _calendar() -> Schema:
    texts: Schema = {"anyOf": [_TEXT, {"type": "array", "items": _TEXT}]}
    days: Schema = {**texts, "examples": [["2026-11-27", "24 December to 1 January"]]}
    day: Schema = {"enum": list(WEEKDAYS)}
    return _object(
        {
            "about": _TEXT,
            "country": {"type": "string", "description": "For applications that name no country.", "examples": ["US"]},
            "weekend": {
                "anyOf": [day, {"type": "array", "items": day}],
                "description": "The days off of each week, instead of those of the country.",
            },
            "days off": {**days, "description": "Days off besides those of the country."},
            "working days": {**days, "description": "Days on which people work, whatever else is said."},
            "office hours": {"type": "string", "examples": ["09:00 to 17:00"]},
        }
    )


def _custom_facts() -> Schema:
    types = list(TYPE_NAMES)
    fact = _object(
        {
            "type": {"enum": types},
            "values": {"type": "array", "items": {"type": ["string", "number", "boolean"]}},
            "unit": _TEXT,
            "about": _TEXT,
            **_NOTES,
        }
    )
    fields: Schema = {"type": "object", "additionalProperties": {"anyOf": [{"enum": types}, fact]}}
    return {"type": ["object", "null"], "additionalProperties": False, "properties": dict.fromkeys(ENTITIES, fields)}


def _field_note() -> Schema:
    return _object(_NOTES)


def _conditions() -> Schema:
    condition: Schema = {"$ref": "#/$defs/condition"}
    return {"anyOf": [condition, {"type": "array", "items": condition}, {"type": "null"}]}


def _condition(checked: CheckedPack, kinds: _Kinds) -> Schema:
    condition: Schema = {"$ref": "#/$defs/condition"}
    listed: Schema = {"type": "array", "items": condition}
    #: Of several lines it would not be plain whether all have to hold.
    line: Schema = {"allOf": [condition], "maxProperties": 1}
    properties: dict[str, Schema] = {
        "all": {"anyOf": [listed, condition]},
        **{key: {"anyOf": [listed, line]} for key in ("any", "none")},
    }
    given = given_fields()
    for entity in ENTITIES:
        own = {name: (spec.kind, spec.about) for name, spec in given[entity].items()}
        if entity == "interviewer":
            own = {**{name: (spec.kind, spec.about) for name, spec in given["person"].items()}, **own}
        own |= {name: (kind, "") for name, kind in checked.custom.get(entity, {}).items()}
        own |= {
            fact.id.partition(".")[2]: (fact.kind, fact.about) for fact in checked.named_facts if fact.entity == entity
        }
        for name, (kind, about) in sorted(own.items()):
            properties[f"{entity}.{name}"] = kinds.phrase(f"{entity}.{name}", kind, about)
    names = "|".join(ENTITIES)
    own_facts: Schema = {f"^({names})\\.[a-z][a-z0-9_]*$": {}}
    return {
        "type": "object",
        "properties": properties,
        "patternProperties": own_facts,
        "additionalProperties": False,
        "description": "Every line holds: a field, and a phrase that its type allows.",
    }


class _Kinds:
    """The definitions of phrases: one for each kind of field, named after the first field of that kind."""

    def __init__(self) -> None:
        self._names: dict[Kind, str] = {}

    def phrase(self, field: str, kind: Kind, about: str) -> Schema:
        """The phrases for a field."""
        name = self._names.setdefault(kind, f"phrase_of_{field}")
        return {"description": f"{about} ({kind_name(kind)})".strip(), "allOf": [{"$ref": f"#/$defs/{name}"}]}

    def definitions(self) -> dict[str, Schema]:
        """The phrases for each kind that was asked for."""
        return {name: phrase_schema(kind) for kind, name in self._names.items()}


def _expression() -> Schema:
    """A moment or an amount that follows from facts: a text, or a mapping with one key."""
    member: Schema = {"$ref": "#/$defs/expression"}
    members: Schema = {"type": "array", "items": member, "minItems": 1}
    ways = _object({**dict.fromkeys(GATHERINGS, members), "half of": member, "is": member})
    ways |= {"patternProperties": {r"^[0-9]+(\.[0-9]+)?\s*%\s+of$": member}, "minProperties": 1, "maxProperties": 1}
    text: Schema = {
        "type": ["string", "number", "boolean"],
        "examples": ["2 days after interview.ended_at", "next office time after application.reply_by", "25 % of F"],
    }
    return {"anyOf": [text, ways]}


def _table() -> Schema:
    field: Schema = {"type": "string", "examples": ["application.status"]}
    cell: Schema = {"type": ["string", "number", "boolean", "array", "object"]}
    expression: Schema = {"$ref": "#/$defs/expression"}
    return _entry(
        {
            "about": _TEXT,
            "ask": _TEXT,
            "by": {"anyOf": [field, {"type": "array", "items": field}], "description": "The fields of its columns."},
            "gives": {"enum": list(GIVEN_TYPES), "description": "The type of its values."},
            "values": {"type": "array", "items": {"type": ["string", "number", "boolean"]}},
            "rows": {
                "type": "array",
                "items": {"type": "array", "items": cell, "minItems": 2},
                "description": "A phrase or `any` for each column, and the value. The first row that matches counts.",
            },
            "otherwise": {**expression, "description": "The value where no row matches."},
            "only one": {"type": ["boolean", "string"], "description": "Rows that overlap have equal values."},
            "replaces": _REPLACES,
        }
    )


def _fact() -> Schema:
    expression: Schema = {"$ref": "#/$defs/expression"}
    over: Schema = {"anyOf": [{"$ref": "#/$defs/entity"}, _TEXT]}
    return _entry(
        {
            **dict.fromkeys(("exists", "none", "count"), over),
            **{key: {"type": "string", "examples": ["message.sent_at"]} for key in ("latest", "earliest", "sum")},
            **{key: {"type": "array", "items": expression, "minItems": 1} for key in GATHERINGS},
            **dict.fromkeys(("half of", "is"), expression),
            **{key: {"$ref": "#/$defs/conditions"} for key in ("where", "when", "unless", *ADDITIONS)},
            "replaces": _REPLACES,
            "about": _TEXT,
            "ask": _TEXT,
        }
    )


def _action(kinds: _Kinds) -> Schema:
    name: Schema = {"$ref": "#/$defs/action_name"}
    return _entry(
        {
            "about": _TEXT,
            "label": _SENTENCE,
            "is_a": name,
            "kind": {
                "enum": [*ADVICE_KINDS],
                "description": "Something to do (unless stated), to leave alone, to wait for, or to bear in mind all along.",
            },
            "channel": _TEXT,
            "one per": {"enum": ["application", "person", "candidate"]},
            "order": {
                "type": "array",
                "items": {
                    "type": "object",
                    "minProperties": 1,
                    "maxProperties": 1,
                    "additionalProperties": {"enum": [word for words in FIRST.values() for word in words]},
                },
                "description": "What sorts recommendations that are equal in priority, deadline and modality.",
                "examples": [[{"person.last_met": "latest first"}]],
            },
            "steps": {"anyOf": [_SENTENCE, {"type": "array", "items": _SENTENCE}]},
            "due": {
                "enum": ["by", "until"],
                "description": "Do it by the deadline, or keep it up until then. Unless stated, what is to be done is due `by`.",
            },
            "outside safety": {"type": "string", "description": "Why no safety rule needs to cover it."},
            "occasion": {
                "anyOf": [_TEXT, {"type": "array", "items": _TEXT}],
                "description": "The facts that tell one occasion for it from the next.",
                "examples": [["person.met_at"]],
            },
            "leaves": _leaves(kinds),
            "replaces": _REPLACES,
        }
    )


def _leaves(kinds: _Kinds) -> Schema:
    condition: Schema = {"$ref": "#/$defs/condition"}
    return _object(
        {
            "message": _object(
                {
                    f"{prefix}{name}": kinds.phrase(f"message.{name}", spec.kind, spec.about)
                    for name, spec in given_fields()["message"].items()
                    for prefix in ("", "message.")
                },
                "A message is sent, whose fields have these values.",
            ),
            "facts": {**condition, "description": "These fields have these values afterwards, or are unknown."},
        },
        "What doing it leaves behind in the case.",
    )


def _rule() -> Schema:
    name: Schema = {"$ref": "#/$defs/action_name"}
    conclusion = _object({**dict.fromkeys(MODALITIES, name), "step": _SENTENCE, "of": name, "to": _TEXT})
    rule = _entry(
        {
            "about": {"type": "string", "description": "What the rule asks for, in a sentence."},
            "source": {"type": "string", "description": "Where it comes from."},
            "group": {"type": "string", "description": "Groups are switched off as a whole, with `groups`."},
            "from": {**_DAY, "description": "The first day on which the rule holds."},
            "until": {**_DAY, "description": "The last day on which the rule holds."},
            "for each": {"$ref": "#/$defs/entity"},
            **{key: {"$ref": "#/$defs/conditions"} for key in ("when", "unless", *ADDITIONS)},
            "replaces": _REPLACES,
            "then": conclusion,
            "to": {"type": "string", "examples": ["person", "interviewer.person", "application.contact_via"]},
            "by": {"type": ["string", "null"], "examples": ["2 days after interview.ended_at"]},
            "because": {**_SENTENCE, "description": "A sentence with {entity.field} placeholders."},
            "priority": {"anyOf": [{"type": "integer", "minimum": 0, "maximum": 100}, _DIGITS]},
            "safety": {"type": ["boolean", "string"], "description": "On a prohibition: nothing overrules it."},
            "off": {"type": ["boolean", "string"]},
        }
    )
    return {"anyOf": [rule, {"enum": ["off", False]}], "allOf": [*in_scope(), safety_without_parameters()]}


def _invariant() -> Schema:
    name: Schema = {"$ref": "#/$defs/action_name"}
    invariant = _entry(
        {
            "about": _TEXT,
            "for each": {"$ref": "#/$defs/entity"},
            "when": {"$ref": "#/$defs/conditions"},
            "unless": {"$ref": "#/$defs/conditions"},
            "never": {"anyOf": [name, {"type": "array", "items": name}]},
            "always": _object(dict.fromkeys(MODALITIES, name)),
            "at most": {"anyOf": [{"type": "integer", "minimum": 0}, _DIGITS]},
            "of": name,
            "after": _change(),
            "no new": {"anyOf": [name, {"type": "array", "items": name}]},
            "keeps": _object(dict.fromkeys(MODALITIES, name)),
            "same": {"enum": ["advice"]},
            "never depends on": {
                "anyOf": [_TEXT, {"type": "array", "items": _TEXT, "minItems": 1}],
                "description": "Facts that make no difference to any advice.",
                "examples": [["candidate.name", "person.topics"]],
            },
            "off": {"type": ["boolean", "string"]},
            "because": {"type": "string", "description": "Why it is switched off."},
            "replaces": _REPLACES,
        }
    )
    return {**invariant, "allOf": in_scope()}


def _change() -> Schema:
    condition: Schema = {"$ref": "#/$defs/condition"}
    return _object(
        {
            "later": {**length_schema(), "examples": ["3 days", "2 business days"]},
            "message": {**condition, "description": "One more message is sent now, of which these lines hold."},
            "facts": {**condition, "description": "These fields have these values instead, or are unknown."},
            "reordered": {"type": ["boolean", "string"]},
        },
        "How the case of a second decision differs from that of the first.",
    )
