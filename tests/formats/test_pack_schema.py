"""The JSON Schema of packs for editors: it marks nothing that ``check`` takes, and most of what ``check`` refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from typer.testing import CliRunner

import tactful
from doc_blocks import blocks, pages
from drawn import packs
from draws import draws
from editor_yaml import read_as_editor
from tactful import schemas
from tactful.cli.app import app
from tactful.language.load.files import profiles, shipped_folder
from tactful.language.load.keys import KEYS

REJECTED: Final = Path(__file__).parents[1] / "cases" / "rejected"
SCHEMA = schemas.pack(tactful.load())
STRICT = schemas.pack(tactful.load(), strict=True)
#: Rejected packs that no schema of this kind can mark, and why.
BEYOND: Final[Mapping[str, str]] = {
    "broken_yaml": "is not YAML, which every editor marks itself",
    "circular_actions": "a schema compares no names with each other",
    "circular_computed_facts": "a schema compares no names with each other",
    "deep_nesting": "is not YAML",
    "duplicate_keys": "YAML has lost one of the keys before the schema is asked; editors mark them themselves",
    "extends_itself": "a schema does not know the name of the file",
    "none_of_in_braces": "is not YAML",
    "parameter_of_another_kind": "what a parameter is used for stands elsewhere in the file",
}
#: The sections that declare names. A schema is made of them, as it was before the mistakes of the other sections.
DECLARING: Final = ("pack", "extends", "custom_facts", "facts", "tables", "parameters", "actions", "calendars")


def _marks(text: str, schema: Mapping[str, Any] = SCHEMA) -> list[str]:
    content = read_as_editor(text)
    validator = jsonschema.Draft202012Validator(schema)
    return [f"{list(error.path)}: {error.message[:200]}" for error in validator.iter_errors(content)]


@pytest.mark.parametrize("schema", [SCHEMA, STRICT], ids=["loose", "strict"])
def test_it_is_a_schema(schema: Mapping[str, Any]) -> None:
    """By the meta-schema of its dialect."""
    jsonschema.Draft202012Validator.check_schema(schema)


@settings(draws(60), suppress_health_check=list(HealthCheck))
@given(packs())
def test_no_drawn_pack_is_marked(text: str) -> None:
    """Packs of every kind of node, which load."""
    policy = tactful.loads(text)
    assert _marks(text) == []
    assert _marks(text, schemas.pack(policy, strict=True)) == []
    assert _marks(text, STRICT) == []


@pytest.mark.parametrize("schema", [SCHEMA, STRICT], ids=["loose", "strict"])
def test_no_shipped_file_is_marked(schema: Mapping[str, Any]) -> None:
    """The files of the shipped pack and its profiles, also by the strict schema of each profile itself."""
    for path in sorted(shipped_folder().rglob("*.yaml")):
        if path.parent.name != "tests":
            assert _marks(path.read_text(), schema) == [], path
    for name in profiles():
        own = schemas.pack(tactful.load(f"profile:{name}"), strict=True)
        assert _marks((shipped_folder() / "profiles" / f"{name}.yaml").read_text(), own) == [], name


def _shown() -> Iterator[tuple[str, str]]:
    """Whole packs and pieces of overlays, of all pages, but for those that are shown for their mistakes, with their places."""
    for page in pages():
        for block in blocks(page.read_text()):
            if block.mark.startswith("example: p") and ", error" not in block.mark:
                piece = block.mark.startswith("example: piece") and "extends:" not in block.text
                yield f"{page}:{block.line}", f"extends: default\n{block.text}" if piece else block.text


def test_no_pack_of_the_documentation_is_marked() -> None:
    """By the schema of the shipped pack."""
    shown = list(_shown())
    assert len(shown) > 50
    for place, text in shown:
        assert _marks(text) == [], place


@pytest.mark.parametrize("part", [0, *(pytest.param(no, marks=pytest.mark.slow) for no in range(1, 4))])
def test_no_pack_of_the_documentation_is_marked_by_its_own_schema(part: int) -> None:
    """By the strict schema of the pack itself. The default run tries every fourth."""
    seen = 0
    for place, text in [*_shown()][part::4]:
        try:
            policy = tactful.loads(text)
        except tactful.InvalidInput:
            continue  # a piece of a pack that the page has shown before
        seen += 1
        assert _marks(text, schemas.pack(policy, strict=True)) == [], place
    assert seen > 10


def test_the_pack_of_init_is_not_marked_by_the_schema_beside_it(tmp_path: Path) -> None:
    """And a misspelt field, action, parameter or placeholder of it is, as is a rule without its sentence."""
    result = CliRunner().invoke(app, ["init", str(tmp_path / "acme")])
    assert result.exit_code == 0, result.output
    schema = json.loads((tmp_path / "acme" / "pack.schema.json").read_bytes())
    text = (tmp_path / "acme" / "pack.yaml").read_text()
    assert _marks(text, schema) == []
    for right, wrong in (
        ("when: {person.name: unknown}", "when: {person.nmae: unknown}"),
        ("{must_not: call}", "{must_not: cal}"),
        ("when: {person.name: unknown}", "when: {application.reply_by: at least $thank_you_witin ago}"),
        ("find out the name", "find out {person.nmae}"),
        ("because: You do not know", "source: You do not know"),
        ("never: call", "never: [call, cal]"),
    ):
        changed = text.replace(right, wrong)
        assert changed != text
        assert _marks(changed, schema), wrong


@pytest.mark.parametrize("path", sorted(REJECTED.glob("*/pack.yaml")), ids=lambda path: path.parent.name)
def test_what_check_refuses_is_marked(path: Path) -> None:
    """By the schema of the names that the pack declares. What no schema can mark is named, with the reason."""
    name = path.parent.name
    try:
        content = read_as_editor(path.read_text())
    except yaml.YAMLError:
        assert "is not YAML" in BEYOND[name]
        return
    assert isinstance(content, dict)
    assert bool(_marks(path.read_text(), _schema_before(content))) != (name in BEYOND), BEYOND.get(
        name, "is not marked"
    )


def _schema_before(content: dict[str, Any]) -> Mapping[str, Any]:
    """The strict schema of what a pack declares; that of the shipped pack where a declaration is the mistake."""
    declared = {section: content[section] for section in DECLARING if section in content}
    try:
        policy = tactful.loads(yaml.safe_dump(declared, sort_keys=False))
    except tactful.InvalidInput:
        return STRICT
    return schemas.pack(policy, strict=True)


def test_new_names_are_not_marked() -> None:
    """A file that declares a name which the schema does not know may use it, in strict schemas too."""
    text = (
        "extends: default\ncustom_facts: {person: {shoe_size: number}}\nrules:\n  big-feet:\n    about: a\n    source: b\n"
        "    for each: person\n    when: {person.shoe_size: at least 45}\n    then: {may: call}\n    because: c\n"
    )
    tactful.loads(text)
    assert _marks(text, STRICT) == []
    unknown = text.replace("custom_facts: {person: {shoe_size: number}}\n", "")
    assert _marks(unknown) == []
    assert _marks(unknown, STRICT) != []


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
