"""A name of a pack renamed in all files that use it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

from tactful.editor.vocabulary import Place, Section, Vocabulary, Word, place_of
from tactful.language.load.build import FACT, NAME
from tactful.language.load.entries import ID
from tactful.language.load.files import parsed
from tactful.language.load.renames import rewritten
from tactful.language.terms import OldName
from tactful.source.diagnostics import InvalidInput, Span, TactfulError
from tactful.source.nodes import Mapping as MappingNode
from tactful.source.nodes import Node, Scalar, inner_span

_FORMS: Final[Mapping[Section, re.Pattern[str]]] = {
    "facts": FACT,
    "parameters": NAME,
    "actions": NAME,
    "rules": ID,
    "invariants": ID,
}


class Edit(msgspec.Struct, frozen=True):
    """A place that gets another text."""

    place: Place
    new: str


def new_name(word: Word, given: str, words: Vocabulary) -> str:
    """The new name of a word as files have it: that of a fact with its entity, and that of a parameter without its ``$``.

    Raises :class:`TactfulError` if the new name is not allowed in this section, or is taken.
    """
    name = given.strip().removeprefix("$") if word.section == "parameters" else given.strip()
    if word.section == "facts" and "." not in name:
        name = f"{word.entity}.{name}"
    if _FORMS[word.section].fullmatch(name) is None:
        raise TactfulError(f"`{given}` cannot be the name of one of the {word.section}")
    if word.section == "facts" and name.partition(".")[0] != word.entity:
        raise TactfulError(f"`{word.name}` is a fact of the {word.entity}, and stays one: write `{word.entity}.…`")
    if (f"${name}" if word.section == "parameters" else name) in words.words[word.section]:
        raise TactfulError(f"the pack has `{name}` already")
    return name


def renamed(word: Word, new: str, texts: Mapping[Path, str]) -> Iterator[Edit]:
    """The places of a word in the texts of files, each with the text that it gets.

    Raises :class:`TactfulError` if a file cannot be read as rules, so that nothing would be found in it.
    """
    old = word.name.removeprefix("$")
    for path, text in texts.items():
        try:
            file = parsed(str(path), text)
        except InvalidInput as error:
            raise TactfulError(f"{path.name} has mistakes: {error}") from None
        if file.mistakes or file.root is None:
            if old in text:
                raise TactfulError(f"{path.name} has mistakes; correct them first")
            continue
        _, places = rewritten(file.root, {word.section: {old: new}})
        for span, after in (*_in_text(places, text), *_declared(word, new, file.root)):
            yield Edit(place_of(span, path, text), after)


def _in_text(places: tuple[OldName, ...], text: str) -> Iterator[tuple[Span, str]]:
    """The spans of names. For a name in a folded or escaped text, only the text's span is known, and the name is
    searched for there."""
    seen = set()
    for place in places:
        if place.exact:
            yield place.span, place.new
        elif place not in seen:
            seen.add(place)
            whole = place.span
            form = re.compile(rf"(?<![a-z0-9_.]){re.escape(place.old)}(?![a-z0-9_])")
            for match in form.finditer(text, whole.start, whole.end):
                line = text.count("\n", 0, match.start()) + 1
                column = match.start() - (text.rfind("\n", 0, match.start()) + 1) + 1
                yield Span(whole.file, match.start(), match.end(), line, column), place.new


def _declared(word: Word, new: str, root: MappingNode) -> Iterator[tuple[Span, str]]:
    """Where ``custom_facts`` declares a fact: there, it has no entity before it."""
    if word.section != "facts":
        return
    entity, _, field = word.name.partition(".")
    for key in _keys(_value(_value(root, "custom_facts"), entity)):
        span = inner_span(key)
        if key.text == field and span is not None:
            yield span, new.partition(".")[2]


def _value(node: Node | None, key: str) -> Node | None:
    pairs = node.entries if isinstance(node, MappingNode) else ()
    return next((value for name, value in pairs if name.text == key), None)


def _keys(node: Node | None) -> Iterator[Scalar]:
    if isinstance(node, MappingNode):
        yield from (key for key, _ in node.entries)
