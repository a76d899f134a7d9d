"""The reference pages that are made from the code are what ``docs/make_reference.py`` writes today."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import tactful
from tactful.facts.entities import ENTITIES
from tactful.facts.fields import given_fields
from tactful.service.endpoints import ENDPOINTS
from tactful.service.openapi import description_text

DOCS = Path(__file__).parents[2] / "docs"


def _make_reference() -> ModuleType:
    """docs/make_reference.py, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("make_reference", DOCS / "make_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_has_all_columns() -> None:
    """docs/reference/tables.md is what `make reference` writes: a table for each schema."""
    assert (DOCS / "reference" / "tables.md").read_text() == _make_reference().tables_page()


def test_the_reference_has_all_fields() -> None:
    """The marked part of docs/reference/facts.md is what `make reference` writes: every field that a case can hold."""
    text = (DOCS / "reference" / "facts.md").read_text()
    assert text == _make_reference().with_facts(text)
    assert all(f"### `{entity}`" in text for entity in ENTITIES)


def test_the_reference_has_all_phrases() -> None:
    """The marked part of docs/reference/rule-language.md is what `make reference` writes."""
    text = (DOCS / "reference" / "rule-language.md").read_text()
    assert text == _make_reference().with_phrases(text)


def test_the_description_of_the_service_is_up_to_date() -> None:
    """docs/reference/openapi.json is what `make reference` writes, and what the service answers at /openapi.json."""
    assert (DOCS / "reference" / "openapi.json").read_bytes() == description_text(ENDPOINTS) + b"\n"


def test_every_field_has_a_meaning_and_an_example() -> None:
    """The table of facts has no empty cell but a question or the words of a kind that has none."""
    for fields in given_fields().values():
        assert all(field.about and field.example for field in fields.values())


def test_the_index_of_modules_is_up_to_date() -> None:
    """docs/explanation/modules.md has the first sentence of every module; `make reference` writes it."""
    hint = "`make reference` brings docs/explanation/modules.md up to date"
    assert (DOCS / "explanation" / "modules.md").read_text() == _make_reference().modules_page(), hint


def test_every_module_says_in_a_sentence_what_it_is_for() -> None:
    """No row of the index is empty."""
    assert all(about.endswith(".") for _, about in _make_reference().modules())


def test_the_page_on_properties_names_every_invariant() -> None:
    """A claim of the shipped rules that the page leaves out is one that policy owners do not learn of."""
    text = (DOCS / "reference" / "properties.md").read_text("utf-8")
    assert [claim.id for claim in tactful.load().checked.invariants if f"`{claim.id}`" not in text] == []
