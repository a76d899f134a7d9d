"""Shipped files that were parsed when the package was built: the same as parsed now, and only for the same text."""

from __future__ import annotations

from pathlib import Path

import pytest

import tactful
from tactful.language.load import prepared as module
from tactful.language.load.files import Parse, parsed, read_layers, shipped_folder
from tactful.language.load.prepared import PreparedFiles, prepare

NAMES = ("rules/offers.yaml", "rules/pack.yaml", "rules/profiles/academia.yaml")


def _text(name: str) -> str:
    return (shipped_folder() / name.removeprefix("rules/")).read_text("utf-8")


def _never(name: str, text: str) -> object:
    raise AssertionError(f"{name} is parsed")


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """The trees of the shipped files, as a build writes them."""
    path = tmp_path / "_rules.msgpack"
    path.write_bytes(prepare())
    return path


@pytest.mark.parametrize("name", NAMES)
def test_a_tree_is_the_file_parsed(name: str, stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts, places and all."""
    expected = parsed(name, _text(name))
    monkeypatch.setattr(module, "parsed", _never)
    assert PreparedFiles(stored)(name, _text(name)) == expected


def test_all_shipped_rules_come_from_their_trees(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules and a profile are loaded without parsing, and mean the same."""
    expected = [read_layers([place]) for place in ("default", "profile:campus")]
    monkeypatch.setattr(module, "parsed", _never)
    parse: Parse = PreparedFiles(stored)
    assert [read_layers([place], parse=parse) for place in ("default", "profile:campus")] == expected


def test_a_changed_file_is_parsed(stored: Path) -> None:
    """One more rule in a file is there, and a mistake is told."""
    text = _text(NAMES[1]) + "\nsettings: {}\n"
    assert PreparedFiles(stored)(NAMES[1], text) == parsed(NAMES[1], text)
    with pytest.raises(tactful.InvalidInput, match="T103"):
        PreparedFiles(stored)(NAMES[1], "rules:\n  a: [\n")


def test_other_files_are_parsed_even_with_the_same_text(stored: Path) -> None:
    """The places of a copy name the copy."""
    root = PreparedFiles(stored)("copy/pack.yaml", _text(NAMES[1])).root
    assert root is not None
    assert root.span.file == "copy/pack.yaml"


@pytest.mark.parametrize("damage", [b"", b"\x00", b"\xc1" * 40])
def test_a_damaged_store_counts_for_nothing(damage: bytes, stored: Path) -> None:
    """The files are parsed, as they are where nothing is stored."""
    stored.write_bytes(damage)
    assert PreparedFiles(stored)(NAMES[1], _text(NAMES[1])) == parsed(NAMES[1], _text(NAMES[1]))
    stored.unlink()
    assert PreparedFiles(stored)(NAMES[1], _text(NAMES[1])) == parsed(NAMES[1], _text(NAMES[1]))


def test_a_store_cut_short_counts_for_nothing(stored: Path) -> None:
    """At any place."""
    whole = stored.read_bytes()
    for share in range(1, 20):
        stored.write_bytes(whole[: len(whole) * share // 20])
        assert PreparedFiles(stored)(NAMES[1], _text(NAMES[1])) == parsed(NAMES[1], _text(NAMES[1]))


def test_trees_of_another_parser_count_for_nothing(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkout may change the parser after it was installed."""
    monkeypatch.setattr(module, "_parser", lambda: b"another")
    stored.write_bytes(prepare())
    monkeypatch.undo()
    asked: list[str] = []

    def noted(name: str, text: str) -> object:
        asked.append(name)
        return parsed(name, text)

    monkeypatch.setattr(module, "parsed", noted)
    PreparedFiles(stored)(NAMES[1], _text(NAMES[1]))
    assert asked == [NAMES[1]]
