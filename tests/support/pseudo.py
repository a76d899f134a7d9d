"""A pseudo-language that finds texts which nobody can translate: every text of the pack and of the product is marked.

The marks stand around the words alone, so that values within a text show whether they were translated themselves. Dates,
lists and lengths of time come from CLDR: they are Greek, and so is the name of the catalogue, because the letters of
English words then stand out among them.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polib

import tactful
from tactful.formats.po import originals
from tactful.language.load.files import shipped_folder
from tactful.language.load.translations import product_folder

#: The language whose dates the pseudo-language has.
LANGUAGE: Final = "el"
#: A placeholder of a sentence or of a text of the product, with the text for an unknown value.
_SLOT: Final = re.compile(r"\{([\w.$]+)(?:\|([^{}]*))?\}")
_MARKED: Final = re.compile(r"⟦[^⟦⟧]*⟧")
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z'’]*")


def marked(text: str) -> str:
    """A text whose words are marked, with its placeholders as they are."""
    parts, end = [], 0
    for slot in _SLOT.finditer(text):
        parts += [_mark(text[end : slot.start()]), slot[0] if slot[2] is None else f"{{{slot[1]}|⟦{slot[2]}⟧}}"]
        end = slot.end()
    return "".join([*parts, _mark(text[end:])])


def _mark(text: str) -> str:
    return f"⟦{text}⟧" if _WORD.search(text) else text


def folder(target: Path) -> Path:
    """The shipped pack with a catalogue in the pseudo-language."""
    pack = target / "rules"
    shutil.copytree(shipped_folder(), pack, ignore=shutil.ignore_patterns("messages", "tests", "profiles"))
    (pack / "messages").mkdir()
    (pack / "messages" / f"{LANGUAGE}.po").write_text('msgid ""\nmsgstr ""\n\n' + "\n".join(_entries(pack)), "utf-8")
    return pack


def _entries(pack: Path) -> Iterator[str]:
    for text in originals(tactful.load(pack).checked):
        yield f"msgctxt {_quoted(text.context or '')}\nmsgid {_quoted(text.text)}\nmsgstr {_quoted(marked(text.text))}\n"
    for entry in polib.pofile(str(product_folder() / "de.po")):
        context = "" if entry.msgctxt is None else f"msgctxt {_quoted(entry.msgctxt)}\n"
        if entry.msgid_plural:
            yield (
                f"{context}msgid {_quoted(entry.msgid)}\nmsgid_plural {_quoted(entry.msgid_plural)}\n"
                f"msgstr[0] {_quoted(marked(entry.msgid))}\nmsgstr[1] {_quoted(marked(entry.msgid_plural))}\n"
            )
        elif not entry.obsolete:
            yield f"{context}msgid {_quoted(entry.msgid)}\nmsgstr {_quoted(marked(entry.msgid))}\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def unmarked(text: str) -> list[str]:
    """The pieces of a text with words that are not marked."""
    return [piece.strip() for piece in _MARKED.split(text) if _WORD.search(piece)]
