"""Bring the product's own catalogues up to date: ``python docs/make_messages.py``. Texts are found in the code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import polib

from tactful.facts.entities import ENTITIES
from tactful.facts.fields import given_fields
from tactful.facts.kinds import ChoiceKind, ListKind
from tactful.formats.po import Original, template, updated
from tactful.reasons.words.translated import WORD

ROOT = Path(__file__).parents[1]
LANGUAGES = ("de", "es", "fr")


def texts() -> list[Original]:
    """The texts of the product, each once, and the words of facts."""
    found: dict[tuple[str | None, str], Original] = {}
    for path in sorted((ROOT / "src" / "tactful").rglob("*.py")):
        for original in _in_file(path):
            found.setdefault((original.context, original.text), original)
    for word in _words():
        found.setdefault((WORD, word), Original(WORD, word, "a word of a fact, as sentences have it"))
    return list(found.values())


def _in_file(path: Path) -> Iterator[Original]:
    where = str(path.relative_to(ROOT))
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        literals = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if (name == "say" or (name == "_say" and "formats" in path.parts)) and literals:
            yield Original(None, literals[0], "", (where, ""))
        elif name == "noted":
            yield from (Original(None, text, "", (where, "")) for text in literals)
        elif name == "count" and len(literals) == 2:
            yield Original(None, literals[0], "", (where, ""), plural=literals[1])


def _words() -> Iterator[str]:
    yield from ENTITIES
    for fields in given_fields().values():
        for spec in fields.values():
            if isinstance(spec.kind, ChoiceKind | ListKind):
                yield from (value.replace("_", " ") for value in spec.kind.values)


def main() -> None:
    """Write the catalogues, with what is translated so far."""
    for language in LANGUAGES:
        path = ROOT / "messages" / f"{language}.po"
        path.parent.mkdir(exist_ok=True)
        catalog = updated(polib.pofile(str(path)), texts()) if path.exists() else template(texts(), language)
        path.write_text(f"{catalog}\n", "utf-8")


if __name__ == "__main__":
    main()
