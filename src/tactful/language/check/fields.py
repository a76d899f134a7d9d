"""Notes on given and custom fields: the questions that ask for them, and who can change them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tactful.facts.fields import MUTABILITIES, Mutability
from tactful.language.check.templates import check_template
from tactful.language.ir import FieldNote
from tactful.language.names import Names, Reads, Report, Scope, scope_of
from tactful.language.syntax import Pack
from tactful.language.terms import Name
from tactful.source.codes.conditions import UnknownField, WrongValue
from tactful.source.suggest import did_you_mean


def check_fields(pack: Pack, names: Names, report: Report) -> dict[str, FieldNote]:
    """A note for every given and custom field, by ``entity.field``."""
    notes = {
        f"{entity}.{field}": FieldNote(None, spec.about, spec.mutability)
        for entity, fields in names.given.items()
        for field, spec in fields.items()
    }
    custom = {f"{fact.entity.text}.{fact.name.text}": fact.about for fact in pack.custom_facts}
    notes |= {name: FieldNote(None, about, "fixed") for name, about in custom.items()}
    checker = _Checker(names, pack.sources, report)
    for name, ask, mutability in _written(pack):
        note = notes.get(name.text)
        if note is None:
            checker.unknown(name, notes)
        elif ask is not None or mutability is not None:
            notes[name.text] = checker.note(name, ask, mutability, note)
    return notes


def _written(pack: Pack) -> Iterator[tuple[Name, Name | None, Name | None]]:
    for fact in pack.custom_facts:
        yield Name(f"{fact.entity.text}.{fact.name.text}", fact.name.span), fact.ask, fact.mutability
    for note in pack.fields:
        yield note.name, note.ask, note.mutability


class _Checker:
    def __init__(self, names: Names, sources: Mapping[str, str], report: Report) -> None:
        self._names, self._sources, self._report = names, sources, report

    def unknown(self, name: Name, known: Mapping[str, FieldNote]) -> None:
        """Report a field that does not exist, or that is computed."""
        entity, _, key = name.text.partition(".")
        if key in self._names.computed.get(entity, {}):
            help_ = "write `ask` for the facts that it reads"
            self._report(UnknownField.at(name.span, f"`{name.text}` is a computed fact", help_))
        else:
            self._report(UnknownField.at(name.span, f"there is no field `{name.text}`", did_you_mean(name.text, known)))

    def note(self, name: Name, ask: Name | None, mutability: Name | None, note: FieldNote) -> FieldNote:
        """The note with the pack's own question and mutability, where it has them."""
        template = note.ask
        if ask is not None:
            scope = Scope(self._names, scope_of(name.text.partition(".")[0]), Reads(), self._report)
            template = check_template(ask, scope, self._sources.get(ask.span.file, ""))
        return FieldNote(template, note.about, self._mutability(mutability, note.mutability))

    def _mutability(self, written: Name | None, otherwise: Mutability) -> Mutability:
        if written is None:
            return otherwise
        mutability = next((word for word in MUTABILITIES if word == written.text), None)
        if mutability is None:
            help_ = "write one of " + ", ".join(f"`{word}`" for word in MUTABILITIES)
            message = f"`{written.text}` does not say who can change a fact"
            self._report(WrongValue.at(written.span, message, did_you_mean(written.text, MUTABILITIES) or help_))
        return mutability or otherwise
