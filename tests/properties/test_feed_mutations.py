"""Feeds and tables with anything in the wrong place: imported, or refused with documented mistakes, in bounded time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import tactful
from mutations import MUTATIONS_DRAWN, bounded, mutated
from tactful.formats.importers import CaseFile, Imported, Options, import_files
from tactful.source.codes.pages import codes

POLICY = tactful.loads("rules: {}")
NOW = 1_772_000_000  # 25 February 2026
FILES = sorted((Path(__file__).parents[1] / "formats" / "payloads").glob("*.json"))
DRAWN = settings(max_examples=max(40, MUTATIONS_DRAWN))
PAYLOADS = [json.loads(file.read_text()) for file in FILES]
KEYS = ("id", "type", "data", "results", "action", "end_at", "x")


@st.composite
def tables(draw: st.DrawFn) -> str:
    """Tables with odd cells, rows of any width, and any separator."""
    heading = st.sampled_from(
        [
            "id",
            "company",
            "role",
            "reply_by",
            "reply_by (dd.mm.yyyy)",
            "Person Email",
            "person_name",
            "",
            "x",
            "country",
        ]
    )
    cell = st.one_of(
        st.text(max_size=6),
        st.sampled_from(
            [
                "Acme",
                "日本",
                "😀",
                "شركة",
                "31.12.2026",
                "46023",
                "2026-12-31",
                '"a',
                '"b "" c"',
                "x\u2028y",
                "\x85",
                "\v",
                "=",
            ]
        ),
    )
    separator = draw(st.sampled_from(",;\t"))
    rows = [draw(st.lists(heading, min_size=1, max_size=6)), *draw(st.lists(st.lists(cell, max_size=7), max_size=5))]
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    return draw(st.sampled_from(["", "\ufeff", "sep=;\n", "\n"])) + end.join(separator.join(row) for row in rows)


def _import(text: str, into: str | None = None) -> Imported | set[str]:
    """What comes of a file, or the codes of its mistakes."""
    options = Options(me=("kim@example.net",), time_zone="Europe/Oslo")
    case = None if into is None else CaseFile("case.yaml", into.encode())
    try:
        return import_files([CaseFile("file", text.encode("utf-8", "replace"))], POLICY, options, NOW, case)
    except tactful.InvalidInput as error:
        return {mistake.code for mistake in error.diagnostics}


def _is_right(text: str) -> None:
    with bounded():
        outcome = _import(text)
    if isinstance(outcome, set):
        assert outcome <= codes().keys()
        assert outcome
        return
    assert outcome.changes or outcome.notes
    case = POLICY.read_text(outcome.text, "case.yaml")
    assert all(person.name or person.email or "-" in person.id for family in case.families for person in family.people)
    again = _import(text, outcome.text)
    assert isinstance(again, Imported)
    assert again.text == outcome.text


@DRAWN
@given(mutated(PAYLOADS, KEYS))
def test_a_feed_that_is_not_as_documented(payload: Any) -> None:
    """It is imported, twice the same, or refused with mistakes that have a page; never silently skipped."""
    _is_right(json.dumps(payload))


@DRAWN
@given(tables())
def test_a_table_that_is_not_as_documented(text: str) -> None:
    """The same for tables."""
    _is_right(text)


def test_every_payload_is_imported() -> None:
    """The samples themselves: all but those about an interview that is not in the case bring something."""
    assert {
        file.stem
        for file, payload in zip(FILES, PAYLOADS, strict=True)
        if isinstance(_import(json.dumps(payload)), set)
    } == set()
