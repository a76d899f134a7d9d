"""Sentences of a pack, and texts of the product, as PO files for translators."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import NamedTuple

import polib

from tactful.language.ir import CheckedPack
from tactful.language.translations import sentences, written
from tactful.source.diagnostics import Span


class Original(NamedTuple):
    """A text to be translated. ``plural`` is its form for other numbers than 1, where it has one. ``where``: ``file:line``."""

    context: str | None
    text: str
    comment: str
    where: tuple[str, str] | None = None
    plural: str | None = None


class State(NamedTuple):
    """How far a catalogue is: how many texts there are, which of them are missing, and of which the original changed."""

    texts: int
    missing: tuple[str, ...]
    stale: tuple[str, ...]


def originals(checked: CheckedPack, base: CheckedPack | None = None) -> Iterator[Original]:
    """The sentences of a pack that its base does not have: its own, and those that it says otherwise."""
    places = _places(checked)
    known = set() if base is None else {(sentence.id, written(sentence.template)) for sentence in sentences(base)}
    for sentence in sentences(checked):
        text = written(sentence.template)
        if (sentence.id, text) not in known:
            where = places.get(sentence.id.rsplit(".steps.", 1)[0].removesuffix(".label"))
            yield Original(sentence.id, text, sentence.about, where)


def _places(checked: CheckedPack) -> dict[str, tuple[str, str]]:
    """Where each action, rule and question is written, by the ids of sentences."""
    places: dict[str, tuple[str, str]] = {}
    for action in checked.actions.values():
        places[f"actions.{action.id}"] = _place(action.span)
    for rule in checked.rules:
        places[f"rules.{rule.id}.because"] = places[f"rules.{rule.id}.step"] = _place(rule.span)
    for name, note in checked.fields.items():
        if note.ask is not None and name in checked.definitions:
            places[f"fields.{name}.ask"] = _place(checked.definitions[name].id)
    return places


def _place(span: Span) -> tuple[str, str]:
    """The name of a file, wherever its folder is, and the line."""
    return PurePath(span.file).name, str(span.line)


def template(texts: Iterable[Original], language: str = "") -> polib.POFile:
    """A catalogue without translations."""
    catalog = polib.POFile(wrapwidth=0)
    catalog.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "MIME-Version": "1.0",
        **({"Language": language, "Plural-Forms": "nplurals=2; plural=(n != 1);"} if language else {}),
    }
    catalog.extend(_entry(original) for original in texts)
    return catalog


def _entry(original: Original) -> polib.POEntry:
    forms = {} if original.plural is None else {"msgid_plural": original.plural, "msgstr_plural": {0: "", 1: ""}}
    return polib.POEntry(
        msgctxt=original.context,
        msgid=original.text,
        comment=original.comment,
        occurrences=[] if original.where is None else [original.where],
        **forms,
    )


def updated(catalog: polib.POFile, texts: Iterable[Original]) -> polib.POFile:
    """A catalogue with the texts of today, in their order.

    Translations and translators' comments are kept. Where the original changed, the translation is marked as fuzzy, with
    the original that it was made for. What is no longer used stays at the end, marked as obsolete.
    """
    known: dict[tuple[str | None, str], polib.POEntry] = {(entry.msgctxt, entry.msgid): entry for entry in catalog}
    by_context: dict[str | None, polib.POEntry] = {
        entry.msgctxt: entry for entry in catalog if entry.msgctxt is not None
    }
    new = polib.POFile(wrapwidth=0)
    new.metadata, new.header = catalog.metadata, catalog.header
    used = set()
    for original in texts:
        entry = _entry(original)
        old = known.get((original.context, original.text)) or by_context.get(original.context)
        if old is not None:
            used.add(id(old))
            _take(entry, old)
        new.append(entry)
    for entry in catalog:
        if id(entry) not in used and (entry.msgstr or entry.msgstr_plural):
            entry.obsolete = True
            new.append(entry)
    return new


def _take(entry: polib.POEntry, old: polib.POEntry) -> None:
    """Take over the translation of an earlier entry."""
    entry.msgstr, entry.tcomment = old.msgstr, old.tcomment
    if entry.msgid_plural and old.msgstr_plural:
        entry.msgstr_plural = old.msgstr_plural
    entry.flags = [flag for flag in old.flags if not old.obsolete]
    translated = bool(old.msgstr or any(old.msgstr_plural.values()))
    if old.msgid != entry.msgid and translated:
        entry.previous_msgid = old.previous_msgid or old.msgid
        if "fuzzy" not in entry.flags:
            entry.flags = [*entry.flags, "fuzzy"]
    else:
        entry.previous_msgid = old.previous_msgid


def state(catalog: polib.POFile, texts: Iterable[Original]) -> State:
    """How far a catalogue is with the texts of today."""
    done = {(entry.msgctxt, entry.msgid) for entry in catalog if entry.translated() and not entry.obsolete}
    begun = {entry.msgctxt for entry in catalog if entry.msgctxt is not None and (entry.msgstr or entry.fuzzy)}
    every = list(texts)
    left = [original for original in every if (original.context, original.text) not in done]
    return State(
        len(every),
        tuple(original.context or original.text for original in left if original.context not in begun),
        tuple(original.context for original in left if original.context is not None and original.context in begun),
    )
