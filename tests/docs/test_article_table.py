"""The table that leads from the article's sentences to the shipped rules."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest

import tactful
from tactful.facts.shape import Interview

ROOT = Path(__file__).parents[2]
ARTICLE = "What to Do After an Interview"

#: Sentences that ask for more than one thing, with the letter of the last one.
SPLIT = {"S10": "b", "S17": "c", "S18": "b", "S29": "b"}


class Row(NamedTuple):
    """A row of the table."""

    item: str
    paragraph: str
    about: str
    where: str

    @property
    def names(self) -> list[str]:
        """What stands in backticks in the last column."""
        return re.findall(r"`([^`]+)`", self.where)


def _rows() -> list[Row]:
    lines = (ROOT / "docs/reference/article.md").read_text().splitlines()
    return [Row(*(cell.strip() for cell in line.strip("|").split("|"))) for line in lines if line.startswith("| S")]


def _items() -> list[str]:
    """All 34 items, in the order of the article."""
    numbers = [f"S{no:02d}" for no in range(1, 30)]
    return [
        item
        for number in numbers
        for item in (
            [number + chr(letter) for letter in range(97, ord(SPLIT[number]) + 1)] if number in SPLIT else [number]
        )
    ]


@pytest.fixture(scope="module")
def pack() -> tactful.Policy:
    return tactful.load()


def test_every_item_of_the_article_has_one_row() -> None:
    """29 sentences make 34 items, each of which stands in the table once and in order."""
    assert [row.item for row in _rows()] == _items()
    assert len(_items()) == 34


def test_every_row_says_what_the_item_asks_for_and_where_it_stands() -> None:
    """The article has six paragraphs; an item is put in words and has its place."""
    assert [row for row in _rows() if row.paragraph not in set("123456") or not row.about] == []


@pytest.mark.parametrize("row", _rows(), ids=lambda row: row.item)
def test_every_name_in_the_table_is_in_the_pack(pack: tactful.Policy, row: Row) -> None:
    """What stands in backticks is a rule, parameter, action, computed fact or field that exists."""
    checked = pack.checked
    known = {
        *(rule.id for rule in checked.rules),
        *(parameter.name for parameter in checked.parameters),
        *(fact.id for fact in checked.facts),
        *checked.actions,
        *Interview.__struct_fields__,  # `went`, which no rule reads
    }
    assert [name for name in row.names if name not in known] == []


@pytest.mark.parametrize("row", [row for row in _rows() if not row.names], ids=lambda row: row.item)
def test_a_row_that_names_nothing_says_why(row: Row) -> None:
    """Where an item yields no rule, that is said in a few words."""
    assert len(row.where.split()) >= 3


def test_every_rule_from_the_article_is_in_the_table(pack: tactful.Policy) -> None:
    """No rule claims the article as its source without a row."""
    named = {name for row in _rows() for name in row.names}
    assert [rule.id for rule in pack.checked.rules if rule.source.startswith(ARTICLE) and rule.id not in named] == []


def test_rules_stand_in_rows_of_the_paragraph_that_they_name(pack: tactful.Policy) -> None:
    """A rule that says `paragraph 4` stands in a row of paragraph 4, whatever other rows it stands in."""
    rows = _rows()
    stray = [
        rule.id
        for rule in pack.checked.rules
        if (match := re.fullmatch(rf"{ARTICLE}, paragraph (\d)", rule.source))
        and not any(row.paragraph == match[1] and rule.id in row.names for row in rows)
    ]
    assert stray == []
