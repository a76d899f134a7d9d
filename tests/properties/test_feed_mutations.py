"""Feeds and tables with anything in the wrong place: imported, or refused with documented mistakes, in bounded time."""

from __future__ import annotations

import copy
import json
import time
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import tactful
from tactful.formats.importers import CaseFile, Imported, Options, import_files
from tactful.source.codes.pages import codes

POLICY = tactful.loads("rules: {}")
NOW = 1_772_000_000  # 25 February 2026
FILES = sorted((Path(__file__).parents[1] / "formats" / "payloads").glob("*.json"))
PAYLOADS = [json.loads(file.read_text()) for file in FILES]
SECONDS = 5.0
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(
        ["", " ", "0", "2026-11-20", "2026-11-20T10:00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"]
    ),
    st.lists(st.none() | st.integers() | st.text(max_size=3), max_size=3),
    st.dictionaries(
        st.sampled_from(["id", "name", "email", "date", "date_time", "", "x"]), st.none() | st.text(max_size=3)
    ),
)


def _places(node: Any) -> list[tuple[Any, Any]]:
    """Every container of a payload with each of its keys."""
    pairs = list(node.items()) if isinstance(node, dict) else list(enumerate(node)) if isinstance(node, list) else []
    return [(node, key) for key, _ in pairs] + [place for _, value in pairs for place in _places(value)]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A payload with some keys dropped, nulled, retyped, renamed, doubled or nested."""
    payload = [copy.deepcopy(draw(st.sampled_from(PAYLOADS)))]
    for _ in range(draw(st.integers(1, 5))):
        container, key = draw(st.sampled_from(_places(payload)))
        match draw(st.integers(0, 6)):
            case 0 if len(payload) > 1 or container is not payload:
                del container[key]
            case 1:
                container[key] = None
            case 2:
                container[key] = {"id": container[key]}
            case 3:
                container[key] = [container[key]]
            case 4:
                container[key] = copy.deepcopy(draw(st.sampled_from(PAYLOADS)))
            case 5 if isinstance(container, dict):
                container[draw(st.sampled_from(["id", "type", "data", "results", "action", "end_at", "x"]))] = (
                    container[key]
                )
            case _:
                container[key] = draw(VALUES)
    return json.dumps(payload[0] if payload else None)


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
    start = time.monotonic()
    outcome = _import(text)
    assert time.monotonic() - start < SECONDS
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


@settings(max_examples=150)
@given(mutated())
def test_a_feed_that_is_not_as_documented(text: str) -> None:
    """It is imported, twice the same, or refused with mistakes that have a page; never silently skipped."""
    _is_right(text)


@settings(max_examples=150)
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
