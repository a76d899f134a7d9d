"""Catalogues of translations: PO files, which translators' tools know."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from polib import POFile

from tactful.source.codes.messages import UnreadableCatalog
from tactful.source.diagnostics import Diagnostic, InvalidInput, Span
from tactful.source.first_use import FIRST_USE

#: The most bytes of a catalogue.
MAX_BYTES: Final = 4_000_000
#: The name of a language: ``de``, ``pt-BR``.
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_LINE: Final = re.compile(r"line (\d+)")
#: A line of a PO file that is neither empty nor a comment.
_FORM: Final = re.compile(r'(?:(?:msgctxt|msgid|msgid_plural|msgstr|msgstr\[\d\])\s*)?"(?:[^"\\]|\\.)*"')


class Message(msgspec.Struct, frozen=True):
    """A translated text. ``context`` is the id of a sentence, ``texts`` its plural forms, or the text alone."""

    context: str | None
    original: str
    texts: tuple[str, ...]
    span: Span


class Catalog(msgspec.Struct, frozen=True):
    """The translations of a language, by context and original."""

    language: str
    messages: Mapping[tuple[str | None, str], Message]

    def get(self, context: str | None, original: str) -> str | None:
        """The translation of a text; ``None`` if there is none."""
        message = self.messages.get((context, original))
        return None if message is None else message.texts[0]

    def forms(self, original: str) -> tuple[str, ...]:
        """The plural forms of a text; empty if it has no translation."""
        message = self.messages.get((None, original))
        return () if message is None else message.texts


def is_language(name: str) -> bool:
    """Whether a name has the form of a language's name: ``de``, ``pt-BR``."""
    return _LANGUAGE.fullmatch(name) is not None


def languages_in(folder: Path) -> list[str]:
    """The languages that a folder has catalogues for, by the names of its files."""
    return sorted(path.stem for path in folder.glob("*.po") if is_language(path.stem)) if folder.is_dir() else []


def read_catalog(text: str, name: str, language: str) -> Catalog:
    """The translations in the text of a PO file. What a translator has marked as fuzzy, or left empty, is not used.

    Raises :class:`tactful.InvalidInput` if the file is not a PO file, with its line where it is known.
    """
    messages = {}
    for entry in parsed(text, name):
        plural = [entry.msgstr_plural[no] for no in sorted(entry.msgstr_plural)]
        texts = tuple(plural) if plural else (entry.msgstr,)
        if all(texts) and not entry.fuzzy and not entry.obsolete:
            line = entry.linenum or 1
            message = Message(entry.msgctxt, entry.msgid, texts, Span(name, 0, 0, line, 1))
            messages[message.context, message.original] = message
    return Catalog(language, messages)


def parsed(text: str, name: str) -> POFile:
    """A PO file with all that is in it. Raises :class:`tactful.InvalidInput` as :func:`read_catalog`."""
    with FIRST_USE:
        import polib  # only for those who ask for another language

    for no, line in enumerate(text.splitlines(), start=1):  # polib cuts a text without a quotation mark at its end
        if (bare := line.strip()) and not bare.startswith("#") and not _FORM.fullmatch(bare):
            raise InvalidInput([_unreadable(f"line {no}", name)], {name: text})
    try:
        catalog = polib.pofile(text if "\n" in text else f"{text}\n", wrapwidth=0)
    except (OSError, ValueError, IndexError, KeyError) as error:
        raise InvalidInput([_unreadable(str(error), name)], {name: text}) from None
    seen = set()
    for entry in catalog:  # polib's own check takes a time that grows with the square of their number
        key = entry.msgctxt, entry.msgid
        if key in seen and not entry.obsolete:
            raise InvalidInput([_unreadable(f"line {entry.linenum or 1}", name)], {name: text})
        seen.add(key)
    return catalog


def _unreadable(reason: str, name: str) -> Diagnostic:
    line = _LINE.search(reason)
    span = Span(name, 0, 0, int(line[1]), 1) if line else None
    help_ = "write it with a PO editor, or begin anew with `tactful messages extract`"
    return UnreadableCatalog.at(span, f"`{name}` is not a catalogue of messages in the PO format", help_)


def joined(language: str, catalogs: list[Catalog]) -> Catalog:
    """Several catalogues as one. What a later one says counts more."""
    return Catalog(language, {key: message for catalog in catalogs for key, message in catalog.messages.items()})
