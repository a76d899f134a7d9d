"""Suggestions for misspelt words."""

from __future__ import annotations

import pytest

from tactful.facts.fields import given_fields
from tactful.source.suggest import near

FIELDS = [f"{entity}.{field}" for entity, fields in given_fields().items() for field in fields]


@pytest.mark.parametrize(
    "typo",
    [
        "persn.prefers",
        "person.preferes",
        "perosn.prefers",
        "eprson.prefers",
        "person.prefer",
        "person.prefrs",
        "pperson.prefers",
    ],
)
def test_a_letter_that_is_missing_doubled_or_swapped_leads_to_the_field(typo: str) -> None:
    """The place of the slip makes no difference, however many fields there are."""
    assert len(FIELDS) > 40
    assert near(typo, FIELDS) == "person.prefers"


def test_nothing_is_suggested_for_a_word_that_is_like_none() -> None:
    """Neither for another word altogether, nor for one that is very long."""
    assert near("zzzzzz", FIELDS) is None
    assert near("person.prefers" * 100, FIELDS) is None
