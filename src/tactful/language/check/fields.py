"""Notes on given and custom fields: how and when to ask for them, the usual answers, and who can change them."""

from __future__ import annotations

from collections.abc import Mapping

from tactful.facts.fields import MUTABILITIES, Mutability
from tactful.language import syntax
from tactful.language.check.conditions import check_condition
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
    custom = [fact for fact in pack.custom_facts if fact.entity.text in names.given]
    notes |= {fact.note.name.text: FieldNote(None, fact.about, "fixed") for fact in custom}
    checker = _Checker(names, pack.sources, report)
    for written in (*(fact.note for fact in custom), *pack.fields):
        note = notes.get(written.name.text)
        if note is None:
            checker.unknown(written.name, notes)
        else:
            notes[written.name.text] = checker.note(written, note)
    return notes


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

    def note(self, written: syntax.FieldNote, note: FieldNote) -> FieldNote:
        """The note with what the pack says itself."""
        ask, scope = (
            written.ask,
            Scope(self._names, scope_of(written.name.text.partition(".")[0]), Reads(), self._report),
        )
        return FieldNote(
            note.ask if ask is None else check_template(ask, scope, self._sources.get(ask.span.file, "")),
            note.about,
            self._mutability(written.mutability, note.mutability),
            note.ask_when if written.ask_when is None else check_condition(written.ask_when, scope),
            note.usually if written.usually is None else check_condition(written.usually, scope),
        )

    def _mutability(self, written: Name | None, otherwise: Mutability) -> Mutability:
        if written is None:
            return otherwise
        mutability = next((word for word in MUTABILITIES if word == written.text), None)
        if mutability is None:
            help_ = "write one of " + ", ".join(f"`{word}`" for word in MUTABILITIES)
            message = f"`{written.text}` does not say who can change a fact"
            self._report(WrongValue.at(written.span, message, did_you_mean(written.text, MUTABILITIES) or help_))
        return mutability or otherwise
