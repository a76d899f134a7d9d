"""The names of a pack, as editors offer and describe them: small, without the pack, and ready to be sent to a process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Literal

import msgspec

from tactful.api.contents import paths_of
from tactful.facts.fields import given_fields
from tactful.facts.kinds import Kind, kind_name
from tactful.language.ir import CheckedPack
from tactful.language.load.files import Layer
from tactful.language.phrases import offered_beginnings, offered_words
from tactful.source.diagnostics import Span

Section = Literal["facts", "parameters", "actions", "rules", "invariants"]


class Place(msgspec.Struct, frozen=True):
    """A part of a file. Lines and columns count characters from 0; the end is not included."""

    path: Path
    line: int
    column: int
    end_line: int
    end_column: int


class Word(msgspec.Struct, frozen=True):
    """A name of a pack. ``detail``: a fact's kind, a parameter's value, an action's kind, a rule's conclusion.

    ``phrases`` are those that an editor offers for a fact; ``kind`` is the kind of its values in words. ``place`` is where the
    name is defined; ``None`` for facts that every case has.
    """

    name: str
    section: Section
    detail: str
    about: str
    phrases: tuple[str, ...] = ()
    kind: str = ""
    place: Place | None = None

    @property
    def entity(self) -> str:
        """The entity of a fact."""
        return self.name.partition(".")[0]


class Vocabulary(msgspec.Struct, frozen=True):
    """The names of a pack by section and name; those of parameters with their ``$``."""

    words: Mapping[str, Mapping[str, Word]]

    def find(self, name: str, section: str = "") -> Word | None:
        """The word of a name, from ``section`` if several sections have the name."""
        found = [words[name] for words in self.words.values() if name in words]
        return next((word for word in found if word.section == section), found[0] if found else None)


def vocabulary(checked: CheckedPack, layers: list[Layer]) -> Vocabulary:
    """The names of a pack that was made from some layers."""
    places = _Places(checked, layers)
    words: dict[str, dict[str, Word]] = {"facts": {}, "parameters": {}, "actions": {}, "rules": {}, "invariants": {}}
    for word in (*_facts(checked), *_others(checked)):
        section = words[word.section]
        section[word.name] = msgspec.structs.replace(word, place=places.of(word))
    return Vocabulary(words)


def place_of(span: Span, path: Path, text: str) -> Place:
    """The place of a span in the text of its file: at least a character, and no further than the text."""
    end = max(span.end, span.start + 1)
    lines = text[span.start : end].splitlines(keepends=True) or [""]
    last = len(lines) - 1
    column = span.column - 1
    return Place(path, span.line - 1, column, span.line - 1 + last, len(lines[last]) + (0 if last else column))


def paths_by_name(layers: list[Layer]) -> dict[str, Path]:
    """The paths of the files of a pack, by the names that messages have for them."""
    return {
        file.name: path
        for layer in layers
        for file, path in zip(layer.files, paths_of(layer), strict=layer.path is not None)
    }


class _Places:
    def __init__(self, checked: CheckedPack, layers: list[Layer]) -> None:
        self._checked, self._paths = checked, paths_by_name(layers)

    def of(self, word: Word) -> Place | None:
        """Where a name is defined."""
        definition = self._checked.definitions.get(word.name.removeprefix("$"))
        if definition is None or definition.id.file not in self._paths:
            return None
        return place_of(definition.id, self._paths[definition.id.file], self._checked.sources[definition.id.file])


def _facts(checked: CheckedPack) -> Iterator[Word]:
    for entity, fields in given_fields().items():
        for name, field in fields.items():
            yield _fact(f"{entity}.{name}", field.kind, checked.fields[f"{entity}.{name}"].about, "given")
    for entity, kinds in checked.custom.items():
        for name, kind in kinds.items():
            yield _fact(f"{entity}.{name}", kind, checked.fields[f"{entity}.{name}"].about, "custom")
    for fact in checked.named_facts:
        yield _fact(fact.id, fact.kind, fact.about, "computed")


def _fact(id_: str, kind: Kind, about: str, origin: str) -> Word:
    phrases = (*offered_words(kind), *(f"{beginning.rstrip()} " for beginning in offered_beginnings(kind)))
    return Word(id_, "facts", f"{kind_name(kind)}, {origin}", about, tuple(dict.fromkeys(phrases)), kind_name(kind))


def _others(checked: CheckedPack) -> Iterator[Word]:
    for parameter in checked.parameters:
        dated = "; ".join(f"from {date.fromordinal(value.day)}: {value.value}" for value in parameter.dated)
        yield Word(f"${parameter.name}", "parameters", dated or parameter.value, parameter.about)
    for id_, action in checked.actions.items():
        family = "".join(f", a kind of {above}" for above in action.family[1:2])
        yield Word(id_, "actions", f"{action.kind}{family}", action.about)
    for rule in checked.rules:
        yield Word(rule.id, "rules", f"for each {rule.entity}", rule.about)
    for invariant in checked.invariants:
        yield Word(invariant.id, "invariants", f"for each {invariant.entity}", invariant.about)
