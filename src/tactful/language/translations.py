"""The sentences of a pack, and the same pack with its sentences in another language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, assert_never

import msgspec

from tactful.facts.kinds import ChoiceKind, Kind, YesNoKind
from tactful.language.catalogs import Catalog, Message
from tactful.language.ir import AddStep, CheckedPack, Field, FieldSlot, FormsSlot, ParameterSlot, Rule, Template
from tactful.language.templates import Placeholder, parse_template
from tactful.language.terms import Name
from tactful.source.codes.messages import OtherPlaceholders
from tactful.source.diagnostics import Diagnostic, InvalidInput

#: ``{offer.questions, plural, one {a question} other {# questions}}``, as in ICU messages.
_FORMS: Final = r"\{\s*([\w.]+)\s*,\s*(plural|select)\s*,((?:\s*[\w=]+\s*\{[^{}]*\})+)\s*\}"
_FORM: Final = r"([\w=]+)\s*\{([^{}]*)\}"
#: What stands for the forms while the rest of a sentence is read.
_MARK: Final = "\x02"


class Sentence(msgspec.Struct, frozen=True):
    """A sentence of a pack: its id, the sentence, and what translators should know about it."""

    id: str
    template: Template
    about: str


def sentences(checked: CheckedPack) -> Iterator[Sentence]:
    """All sentences of a pack that candidates can read, with ids as messages have them."""
    for action in checked.actions.values():
        if action.label is not None:
            yield Sentence(f"actions.{action.id}.label", action.label, f"the advice “{action.id}”")
        for no, step in enumerate(action.steps, start=1):
            yield Sentence(f"actions.{action.id}.steps.{no}", step, f"how to follow the advice “{action.id}”")
    for rule in checked.rules:
        if isinstance(rule.conclusion, AddStep):
            yield Sentence(f"rules.{rule.id}.step", rule.conclusion.step, _about(rule))
        else:
            yield Sentence(f"rules.{rule.id}.because", rule.because, _about(rule))
    for name, note in checked.fields.items():
        if note.ask is not None:
            yield Sentence(f"fields.{name}.ask", note.ask, f"a question; {note.about}")


def _about(rule: Rule) -> str:
    return " ".join(filter(None, (rule.about, f"({rule.source})" if rule.source else "")))


def written(template: Template) -> str:
    """A sentence as its author writes it, with placeholders."""
    return "".join(map(_written, template))


def _written(part: str | FieldSlot | ParameterSlot | FormsSlot) -> str:
    match part:
        case str():
            return part.replace("{", "{{").replace("}", "}}")
        case ParameterSlot(name=name):
            return f"{{${name}}}"
        case FieldSlot(field=field, default=None):
            return f"{{{field.text}}}"
        case FieldSlot(field=field, default=default):
            return f"{{{field.text}|{default}}}"
        case FormsSlot(field=field, how=how, forms=forms, other=other):
            return (
                f"{{{field.text}, {how}, {' '.join(f'{key} {{{text}}}' for key, text in (*forms, ('other', other)))}}}"
            )
        case _:
            assert_never(part)


def translated(checked: CheckedPack, catalog: Catalog) -> CheckedPack:
    """The pack with its sentences in the language of a catalogue.

    A sentence without a translation stays as it is, and so does a sentence that says something else than the original of
    its translation. Its id is then in ``untranslated``. Raises :class:`tactful.InvalidInput` for translations with other
    placeholders than their originals.
    """
    reader = _Reader(catalog)
    texts = {sentence.id: reader.read(sentence) for sentence in sentences(checked)}
    if reader.problems:
        raise InvalidInput(reader.problems)
    return msgspec.structs.replace(
        checked,
        language=catalog.language,
        untranslated=frozenset(reader.missing),
        actions={
            id_: msgspec.structs.replace(
                action,
                label=texts.get(f"actions.{id_}.label"),
                steps=tuple(texts[f"actions.{id_}.steps.{no}"] for no, _ in enumerate(action.steps, start=1)),
            )
            for id_, action in checked.actions.items()
        },
        rules=tuple(_translated_rule(rule, texts) for rule in checked.rules),
        fields={
            name: msgspec.structs.replace(note, ask=texts.get(f"fields.{name}.ask"))
            for name, note in checked.fields.items()
        },
    )


def _translated_rule(rule: Rule, texts: Mapping[str, Template]) -> Rule:
    if isinstance(rule.conclusion, AddStep):
        step = texts[f"rules.{rule.id}.step"]
        return msgspec.structs.replace(rule, conclusion=msgspec.structs.replace(rule.conclusion, step=step))
    return msgspec.structs.replace(rule, because=texts[f"rules.{rule.id}.because"])


class _Reader:
    """Reads translations. Collects ``problems``, and the ids of sentences without one in ``missing``."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self.problems: list[Diagnostic] = []
        self.missing: set[str] = set()

    def read(self, sentence: Sentence) -> Template:
        """The translation of a sentence, or the sentence itself."""
        message = self._catalog.messages.get((sentence.id, written(sentence.template)))
        if message is None:
            self.missing.add(sentence.id)
            return sentence.template
        return self._template(message, sentence.template)

    def _template(self, message: Message, original: Template) -> Template:
        text = message.texts[0]
        forms = list(re.finditer(_FORMS, text))
        parts = parse_template(
            Name(re.sub(_FORMS, _MARK, text), message.span, exact=False), message.original, self.problems.append
        )
        slots = {_name(part): part for part in original if not isinstance(part, str)}
        read: list[str | FieldSlot | ParameterSlot | FormsSlot] = []
        names = set()
        for part in parts:
            if isinstance(part, Placeholder):
                names.add(part.name)
                read.extend(self._slot(part, slots, message))
                continue
            for no, piece in enumerate(part.split(_MARK)):
                if no:
                    match = forms.pop(0)
                    names.add(match[1])
                    read.extend(self._forms(match, slots, message))
                if piece:
                    read.append(piece)
        for name in slots.keys() - names:
            self._problem(message, f"the translation of `{message.context}` lacks `{{{name}}}`")
        return tuple(read)

    def _slot(
        self, part: Placeholder, slots: Mapping[str, FieldSlot | ParameterSlot | FormsSlot], message: Message
    ) -> Iterator[FieldSlot | ParameterSlot | FormsSlot]:
        slot = slots.get(part.name)
        if slot is None:
            self._problem(
                message, f"the translation of `{message.context}` has `{{{part.name}}}`, its original does not"
            )
        elif isinstance(slot, FieldSlot):
            yield FieldSlot(slot.field, part.default if part.default is not None else slot.default)
        else:
            yield slot

    def _forms(
        self, match: re.Match[str], slots: Mapping[str, FieldSlot | ParameterSlot | FormsSlot], message: Message
    ) -> Iterator[FormsSlot]:
        slot = slots.get(match[1])
        forms = dict(re.findall(_FORM, match[3]))
        if not isinstance(slot, FieldSlot):
            self._problem(
                message, f"the translation of `{message.context}` has `{{{match[1]}}}`, its original does not"
            )
        elif "other" not in forms:
            self._problem(message, f"the forms of `{match[1]}` in the translation of `{message.context}` lack `other`")
        else:
            other = forms.pop("other")
            if match[2] == "select":
                self._check_words(forms, slot.field, message)
            yield FormsSlot(slot.field, "plural" if match[2] == "plural" else "select", tuple(forms.items()), other)

    def _check_words(self, words: Iterable[str], field: Field, message: Message) -> None:
        """Report words that a field with fixed words never has: their texts would never be shown."""
        values = _words_of(field.kind)
        for word in words:
            if values and word not in values:
                text = f"the translation of `{message.context}` has a form for `{word}`, which `{field.text}` never is"
                self.problems.append(OtherPlaceholders.at(message.span, text, f"its words are {_listed(values)}"))

    def _problem(self, message: Message, text: str) -> None:
        help_ = f"a translation has the placeholders of its original: {message.original!r}"
        self.problems.append(OtherPlaceholders.at(message.span, text, help_))


def _words_of(kind: Kind) -> tuple[str, ...]:
    """The words that a fact of this kind can have; empty if they are not fixed."""
    match kind:
        case ChoiceKind(values=values):
            return values
        case YesNoKind():
            return ("yes", "no")
        case _:
            return ()


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _name(slot: FieldSlot | ParameterSlot | FormsSlot) -> str:
    return f"${slot.name}" if isinstance(slot, ParameterSlot) else slot.field.text
