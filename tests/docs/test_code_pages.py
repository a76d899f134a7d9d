"""Every code has a page, and its examples do what the page says."""

from __future__ import annotations

import inspect
import shlex
from importlib import import_module
from pathlib import Path

import pytest

import tactful
from code_pages import HEADINGS, parts, whole
from tactful.cli.options import facts_of
from tactful.language.check import check_pack
from tactful.language.lint import lint_pack
from tactful.language.load import load_pack_text
from tactful.source.codes import pages
from tactful.source.codes.pages import codes, page
from tactful.source.diagnostics import Code
from tactful.testing.examples.run import read_examples_text

ROOT = Path(__file__).parents[2]
CODES = codes()

#: What commands with ``--set`` are about: ``dana`` is in one of two applications.
CASE = {"candidate": {"id": "c"}, "applications": [{"id": "acme", "people": [{"id": "dana"}]}, {"id": "beta"}]}


def _codes_of(text: str, id_: str) -> list[str]:
    """The codes that reading ``text`` leads to.

    It is a case for T2xx, a command with ``--set`` for T7xx, examples for the shipped pack for T8xx, else a pack,
    which for T9xx is linted too.
    """
    try:
        if id_.startswith("T9"):
            pack_text = load_pack_text(text, "pack.yaml")
            return [warning.code for warning in lint_pack(pack_text, check_pack(pack_text))]
        if id_.startswith("T8"):
            read_examples_text(tactful.load(), text, "examples.yaml")
        elif id_.startswith("T7"):
            pack = tactful.loads("rules: {}")
            pack.change(pack.read(CASE), facts_of(shlex.split(text)[4:]))
        elif id_.startswith("T2"):
            tactful.loads("rules: {}").read_text(text, "case.yaml")
        else:
            tactful.loads(text, "pack.yaml")
    except tactful.InvalidInput as error:
        return [mistake.code for mistake in error.diagnostics]
    return []


def test_every_code_has_a_page() -> None:
    """Every class of every module in the folder of codes is in the table that ``tactful explain`` reads."""
    folder = Path(inspect.getfile(pages)).parent
    modules = [import_module(f"{pages.__package__}.{path.stem}") for path in sorted(folder.glob("*.py"))]
    classes = {value for module in modules for value in vars(module).values() if isinstance(value, type)}
    assert {code.id for code in classes if issubclass(code, Code) and code is not Code} == set(CODES)


@pytest.mark.parametrize("id_", CODES)
def test_page_has_its_headings_in_order(id_: str) -> None:
    """What it reports, why, an example, and what to write instead."""
    assert list(parts(CODES[id_])) == HEADINGS


@pytest.mark.parametrize("id_", [id_ for id_ in CODES if not parts(CODES[id_])["Example"].startswith("(")])
def test_example_leads_to_the_code_and_the_correction_to_none(id_: str) -> None:
    """The example has this mistake and no other; what stands under Instead has none."""
    shown = parts(CODES[id_])
    assert set(_codes_of(whole(shown["Example"], id_), id_)) == {id_}
    assert shown["Instead"].startswith("(") or _codes_of(whole(shown["Instead"], id_), id_) == []


def test_a_page_shows_what_stands_around_its_example() -> None:
    """Pages whose example is a part of a rule end with the rest of the rule; others end with the correction."""
    around = (page("T402") or "").partition("Around the example\n")[2]
    assert "r:\n" in around
    assert "because: a reason" in around
    assert "Around the example" not in (page("T406") or "")


def test_the_reference_has_every_page() -> None:
    """docs/reference/codes.md is what ``tactful explain`` prints; ``make reference`` writes it."""
    written = (ROOT / "docs/reference/codes.md").read_text()
    assert written == "# Codes\n\n" + "\n".join(f"## {id_}\n\n```text\n{page(id_)}\n```\n" for id_ in CODES)
