"""The words that fit at the cursor in a rule file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

import msgspec

from tactful.editor.cursor import Cursor, cursor_at
from tactful.editor.vocabulary import Vocabulary, Word
from tactful.facts.entities import ENTITIES, SCOPES
from tactful.language.check.types import TYPE_NAMES
from tactful.language.load.expressions import GATHERINGS
from tactful.language.load.files import profiles
from tactful.language.load.keys import KEYS, SECTIONS
from tactful.language.terms import ADVICE_KINDS, MODALITIES

OfferKind = Literal["fact", "parameter", "action", "rule", "phrase", "key", "word"]


class Offer(msgspec.Struct, frozen=True):
    """A word that fits. ``text`` replaces the line from ``column`` to the cursor."""

    text: str
    kind: OfferKind
    column: int
    detail: str = ""
    about: str = ""


#: The most words of an answer.
MAX_OFFERS: Final = 500
#: Keys under which conditions stand.
_CONDITIONS: Final = frozenset(
    ("when", "unless", "where", "and when", "and unless", "ask when", "message", "facts", "all", "any", "none")
)
#: Keys whose values name actions.
_OF_ACTIONS: Final = frozenset((*MODALITIES, "of", "is_a", "never", "no new", "one per", "channels"))
#: Keys whose values name facts.
_OF_FACTS: Final = frozenset(
    ("to", "by", "over", "after", "latest", "earliest", "sum", "order", "never depends on", *GATHERINGS)
)
_ENTITY_KEYS: Final = frozenset(("for each", "exists", "none", "count"))
_WORDS: Final = {
    "kind": ADVICE_KINDS,
    "type": TYPE_NAMES,
    "safety": ("yes",),
    "off": ("yes",),
    "only one": ("yes",),
    "then": tuple(f"{modality}: " for modality in MODALITIES),
}
#: Keys whose values are sentences with placeholders.
_SENTENCES: Final = frozenset(("because", "steps", "step", "ask", "label"))
_FACT: Final = re.compile(r"[a-z]+\.[a-z][a-z0-9_]*")
#: What comes before the name of a fact in a phrase.
_BEFORE_FACT: Final = re.compile(r"(?:^| )(?:before|after|as|than|of|since|until|least|most)$")
_FOR_EACH: Final = re.compile(r"for each *: *[\"']?([a-z]+)")


def complete(lines: Sequence[str], line: int, column: int, words: Vocabulary) -> list[Offer]:
    """The words that fit at a place and begin as it is typed, or else contain what is typed.

    ``line`` and ``column`` count from 0.
    """
    cursor = cursor_at(lines, line, column)
    offers = _Offers(cursor, words, _entity_of(lines, line, cursor))
    typed = cursor.typed.lower()
    fitting = [offer for offer in offers.all() if typed in offer.text.lower()]
    begin = [offer for offer in fitting if offer.text.lower().startswith(typed) or offer.column < cursor.column]
    return (begin or fitting)[:MAX_OFFERS]


def _entity_of(lines: Sequence[str], line: int, cursor: Cursor) -> str | None:
    """The entity that the entry around the cursor is for."""
    if len(cursor.keys) >= 2 and cursor.keys[0] in ("facts", "tables", "custom_facts", "fields"):
        return cursor.keys[1].partition(".")[0]
    top, bottom = line, line + 1
    while top > 0 and not re.match(r" {0,2}[^\s#]", lines[min(top, len(lines) - 1)]):
        top -= 1
    while bottom < len(lines) and not re.match(r" {0,2}[^\s#]", lines[bottom]):
        bottom += 1
    match = next((match for text in lines[top:bottom] if (match := _FOR_EACH.search(text))), None)
    return None if match is None else match.group(1)


class _Offers:
    def __init__(self, cursor: Cursor, words: Vocabulary, entity: str | None) -> None:
        self._cursor, self._words = cursor, words
        self._key = cursor.keys[-1] if cursor.keys else ""
        self._scope = frozenset(SCOPES.get(entity or "", ENTITIES))

    def all(self) -> Iterator[Offer]:
        """The words that fit, with those that begin otherwise than what is typed."""
        cursor = self._cursor
        if cursor.typed.startswith("$"):
            yield from self._of("parameters", "parameter")
        elif self._in_sentence():
            if cursor.in_braces or cursor.before.endswith("{"):
                yield from self._facts(self._scope)
                yield from self._of("parameters", "parameter")
        elif cursor.value:
            yield from self._values()
        else:
            yield from self._keys()

    def _in_sentence(self) -> bool:
        return any(key in _SENTENCES for key in self._cursor.keys[2:])

    def _keys(self) -> Iterator[Offer]:
        keys = self._cursor.keys
        if not keys:
            yield from self._literal(SECTIONS, "key", ": ")
        elif any(key in _CONDITIONS for key in keys[2:]):
            yield from self._facts(self._scope_inside(keys), ": ")
            yield from self._literal(("any", "all", "none"), "key", ": ")
        elif len(keys) == 1:
            yield from self._entries(keys[0])
        elif keys[-1] == "then":
            yield from self._literal((*MODALITIES, "step", "of", "to"), "key", ": ")
        elif len(keys) == 2:
            yield from self._literal(KEYS.get(keys[0], ()), "key", ": ")

    def _scope_inside(self, keys: tuple[str, ...]) -> frozenset[str]:
        """The entities in scope. In ``where``, and in what an action leaves, the rows that are gathered are in scope too."""
        wide = any(key in ("where", "message", "facts", "after") for key in keys[2:])
        return frozenset(ENTITIES) if wide else self._scope

    def _entries(self, section: str) -> Iterator[Offer]:
        """Entries that an overlay can change."""
        if section in ("rules", "actions", "invariants"):
            yield from self._of(section, "rule", ": ")
        elif section == "parameters":
            for word in self._words.words["parameters"].values():
                yield self._offer(word, "parameter", word.name.removeprefix("$") + ": ")
        elif section in ("facts", "fields"):
            yield from self._facts(frozenset(ENTITIES), ": ")
        elif section in KEYS:
            yield from self._literal(KEYS[section] if section in ("pack", "safety", "renamed") else (), "key", ": ")

    def _values(self) -> Iterator[Offer]:
        key = self._key
        if _FACT.fullmatch(key) and self._cursor.keys[0] != "custom_facts":
            yield from self._phrases(self._words.find(key, "facts"))
        elif key in _OF_ACTIONS or (len(self._cursor.keys) > 1 and self._cursor.keys[1] == "channels"):
            yield from self._of("actions", "action")
        elif key in _ENTITY_KEYS:
            yield from self._literal(ENTITIES, "word")
        elif key in _WORDS:
            yield from self._literal(_WORDS[key], "word")
        elif key == "extends":
            yield from self._literal(("default", *(f"profile:{name}" for name in profiles())), "word")
        elif key in _OF_FACTS:
            yield from self._facts(self._scope_inside(self._cursor.keys))
            yield from self._of("parameters", "parameter")
        elif any(key in _CONDITIONS for key in self._cursor.keys[2:]):
            yield from self._facts(self._scope_inside(self._cursor.keys), ": ")

    def _phrases(self, fact: Word | None) -> Iterator[Offer]:
        if _BEFORE_FACT.search(self._cursor.before):
            kind = "" if fact is None else fact.kind
            yield from (
                self._offer(word, "fact", word.name) for word in self._in_scope(self._scope) if word.kind == kind
            )
            yield from self._of("parameters", "parameter")
            return
        if fact is None:
            return
        lead = f"{self._cursor.before} " if self._cursor.before else ""
        for phrase in fact.phrases:
            if phrase.startswith(lead):
                yield Offer(phrase, "phrase", max(0, self._cursor.column - len(lead)), fact.detail)

    def _in_scope(self, entities: frozenset[str]) -> Iterator[Word]:
        return (word for word in self._words.words["facts"].values() if word.entity in entities)

    def _facts(self, entities: frozenset[str], after: str = "") -> Iterator[Offer]:
        for word in self._in_scope(entities):
            yield self._offer(word, "fact", word.name + after)

    def _of(self, section: str, kind: OfferKind, after: str = "") -> Iterator[Offer]:
        for word in self._words.words[section].values():
            yield self._offer(word, kind, word.name + after)

    def _offer(self, word: Word, kind: OfferKind, text: str) -> Offer:
        return Offer(text, kind, self._cursor.column, word.detail, word.about)

    def _literal(self, words: Iterable[str], kind: OfferKind, after: str = "") -> Iterator[Offer]:
        """Words of the language. One of several words replaces those of them that are typed."""
        before = self._cursor.before
        for word in words:
            text = word + after
            if before and text.startswith(f"{before} "):
                yield Offer(text, kind, max(0, self._cursor.column - len(before) - 1))
            elif not before:
                yield Offer(text, kind, self._cursor.column)
