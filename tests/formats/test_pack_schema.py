"""The JSON Schema of packs for editors: it marks nothing that ``check`` takes, and knows every section."""

from __future__ import annotations

import re
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings

import tactful
from drawn import packs
from draws import draws
from tactful.formats.schema import pack_schema
from tactful.language.load.keys import KEYS

SCHEMA = pack_schema(tactful.load().checked)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


class _Loader(yaml.SafeLoader):
    """YAML as editors read it (version 1.2): days are texts, and so are ``yes`` and ``off``."""


_Loader.yaml_implicit_resolvers = {
    sign: [(tag, form) for tag, form in resolvers if not tag.endswith((":timestamp", ":bool"))]
    for sign, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false"), list("tf"))


def _marks(text: str) -> list[str]:
    content: Any = yaml.load(text, Loader=_Loader)
    return [f"{list(error.path)}: {error.message[:200]}" for error in VALIDATOR.iter_errors(content)]


@settings(draws(60), suppress_health_check=list(HealthCheck))
@given(packs())
def test_no_drawn_pack_is_marked(text: str) -> None:
    """Packs of every kind of node, which load."""
    tactful.loads(text)
    assert _marks(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "facts: {application.ask_from: {latest of: [$gap_between_messages after application.reply_by]}}",
        "facts: {application.patience: {half of: candidate.notice_period, about: a}}",
        "facts: {application.patience: {sum of: [{25 % of: candidate.notice_period}, 2 days]}}",
        "facts: {application.opens: {is: next office time after application.reply_by}}",
        "facts: {application.first: {first known of: [{earliest of: [application.reply_by]}]}}",
        "tables: {application.wait: {by: application.status, gives: duration, rows: [[applied, 3 days]]}}",
        "tables:\n  application.wait:\n    by: [application.status, candidate.employed]\n    gives: number\n    rows:\n"
        "      - [[applied, offered], yes, 3]\n      - [any, any, {half of: candidate.pending_applications}]\n"
        "    otherwise: 1\n    only one: yes\n    about: a",
        "tables: {application.mood: {by: application.status, gives: one of, values: [a, b], rows: [[applied, a]]}}",
        "parameters: {gap_between_messages: {values: {2026-01-01: {value: 9 days, source: a}, 2027-07-01: 8 days}}}",
        "parameters: {gap_between_messages: {adjustable: {from: 3 days, to: 3 weeks}}}",
        "rules: {thank-you-note: {when: {person.local_time: [between 10:00 and 12:00, between 14:00 and 16:00]}}}",
        "rules: {thank-you-note: {when: {application.date: [24 December, from 2027-01-01]}}}",
        "rules: {thank-you-note: {priority: null, by: null, source: null}}",
        "rules: {thank-you-note: {priority: '70', off: yes}}",
        "actions: {call: {channel: null, steps: a step}}",
        "invariants: {x: {for each: application, at most: '1', of: call}}",
    ],
)
def test_what_check_takes_is_not_marked(text: str) -> None:
    """Expressions, tables, parameters that vary, lists of phrases; keys that ``null`` removes; numbers in quotes."""
    text = f"extends: default\n{text}"
    try:
        tactful.loads(text)
    except tactful.InvalidInput as error:
        pytest.fail(str(error))
    assert _marks(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "facts: {application.a: {latest off: [application.reply_by]}}",
        "facts: {application.a: {latest of: application.reply_by}}",
        "facts: {application.a: {sum of: [{quarter of: candidate.notice_period}]}}",
        "tables: {application.a: {by: application.status, gives: durations, rows: []}}",
        "tables: {application.a: {by: application.status, gives: duration, row: []}}",
        "tables: {application.a: {by: application.status, gives: duration, rows: [[3 days]]}}",
        "parameters: {gap: {values: {tomorrow: 3 days}}}",
        "parameters: {gap: {value: 3 days, adjustable: {low: 3 days}}}",
        "rules: {x: {wen: {}}}",
    ],
)
def test_what_is_misspelt_is_marked(text: str) -> None:
    """And ``check`` does not take it either."""
    assert _marks(f"extends: default\n{text}") != []
    with pytest.raises(tactful.InvalidInput):
        tactful.loads(f"extends: default\n{text}")


@pytest.mark.parametrize("section", sorted(set(KEYS) - {"custom_facts", "groups"}))
def test_the_schema_knows_every_key(section: str) -> None:
    """Of each section, also those of overlays."""
    found = SCHEMA["properties"][section]
    for _ in range(3):
        found = found.get("additionalProperties") or found
        found = SCHEMA["$defs"][found["$ref"].rpartition("/")[2]] if "$ref" in found else found
        found = next((part for part in found.get("anyOf", ()) if "properties" in part), found)
    assert set(KEYS[section]) <= set(found["properties"])
