"""The shipped rules: what they have to have, and where the article's advice is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

import tactful
from tactful.schema import case_schema, decision_schema, pack_schema, to_bytes

ROOT = Path(__file__).parents[2]
ARTICLE = "What to Do After an Interview"
RULE_FILES = sorted((ROOT / "rules").rglob("*.yaml"))


@pytest.fixture(scope="module")
def pack() -> tactful.Policy:
    return tactful.load()


def _rows() -> list[list[str]]:
    lines = (ROOT / "docs/reference/article.md").read_text().splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if re.match(r"\| S\d", line)]


def test_every_sentence_of_the_article_has_its_rows() -> None:
    """S01 to S29 are all there."""
    assert {row[0][:3] for row in _rows()} == {f"S{no:02d}" for no in range(1, 30)}


def test_every_name_in_the_table_is_in_the_pack(pack: tactful.Policy) -> None:
    """A row names rules, facts, actions or parameters that exist, or says in words why there is none."""
    known = {*pack.checked.definitions, "went"}
    for row in _rows():
        names = re.findall(r"`([^`]+)`", row[3])
        assert set(names) <= known, row
        assert len(row[3]) > len("".join(names)), row


def test_every_rule_from_the_article_is_in_the_table(pack: tactful.Policy) -> None:
    """No rule claims the article as its source without a row."""
    named = {name for row in _rows() for name in re.findall(r"`([^`]+)`", row[3])}
    assert {rule.id for rule in pack.checked.rules if rule.source.startswith(ARTICLE)} - named == set()


def test_every_rule_says_what_it_asks_for_and_where_it_is_from(pack: tactful.Policy) -> None:
    """``about`` and ``source`` are never empty, nor is a parameter's ``about``."""
    assert [rule.id for rule in pack.checked.rules if not rule.about or not rule.source] == []
    assert [one.name for one in pack.checked.parameters if not one.about] == []


@pytest.mark.parametrize(
    "rule", ["job-kept-until-signed", "stated-preference", "company-wants-no-contact", "inside-contact-pestered"]
)
def test_what_must_never_be_loosened_is_a_safety_rule(pack: tactful.Policy, rule: str) -> None:
    """Resigning, stated preferences, no-contact requests and the inside contact are out of reach of overlays."""
    found = next(one for one in pack.checked.rules if one.id == rule)
    assert getattr(found.conclusion, "safety", False)


def test_the_schema_for_editors_is_up_to_date(pack: tactful.Policy) -> None:
    """``rules/pack.schema.json`` is what ``tactful schema pack`` prints."""
    assert (ROOT / "rules/pack.schema.json").read_bytes().strip() == to_bytes(pack_schema(pack.checked)).strip()


@pytest.mark.parametrize("path", RULE_FILES, ids=lambda path: path.stem)
def test_the_schema_accepts_every_shipped_file(pack: tactful.Policy, path: Path) -> None:
    """An editor finds nothing wrong with the shipped rules, each of which names its schema."""
    jsonschema.validate(yaml.safe_load(path.read_text()), pack_schema(pack.checked))
    assert path.read_text().startswith("# yaml-language-server: $schema=")


@pytest.mark.parametrize(
    "wrong",
    [
        {"rules": {"x": {"when": {"person.preferes": "email"}, "wen": {}}}},
        {"rules": {"x": {"for each": "persons"}}},
        {"facts": {"person.x": {"exist": "message"}}},
        {"ruls": {}},
    ],
)
def test_the_schema_refuses_what_is_misspelt(pack: tactful.Policy, wrong: dict[str, object]) -> None:
    """Unknown keys and entities are marked in the editor."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, pack_schema(pack.checked))


def test_decisions_and_cases_fit_their_schemas(pack: tactful.Policy) -> None:
    """What is printed and what is read are what the schemas say."""
    for path in sorted((ROOT / "examples").glob("*.json")):
        jsonschema.validate(json.loads(path.read_bytes()), case_schema())
    for path in sorted((ROOT / "examples").glob("*.yaml")):
        decision = pack.decide(pack.read_text(path.read_bytes(), path.name))
        jsonschema.validate(json.loads(decision.to_json()), decision_schema())


def test_profiles_are_overlays_of_the_default_pack() -> None:
    """Every profile extends the default pack and names itself."""
    names = {tactful.load(f"profile:{path.stem}").name for path in (ROOT / "rules/profiles").glob("*.yaml")}
    assert names == {"academia", "phone-friendly", "reserved"}
