"""Cases in JSON as columns; those that cannot be read are left out, with their mistakes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeVar

from tactful.columns.columns import Columns
from tactful.columns.from_cases import columns_of
from tactful.facts.reading.custom import CustomFields
from tactful.facts.rows import Case
from tactful.source.diagnostics import Diagnostic, InvalidInput

Text = TypeVar("Text")


class Mistakes(NamedTuple):
    """The mistakes of one text. ``text``: its number among all texts, from 0."""

    text: int
    mistakes: list[Diagnostic]


class TextsRead(NamedTuple):
    """The cases that could be read, in their order, and the mistakes of each of the others."""

    columns: Columns
    mistakes: list[Mistakes]


def columns_of_texts(
    texts: Iterable[Text], read: Callable[[Text], Case], clock: int, custom: CustomFields
) -> TextsRead:
    """Read a case from each text. ``read`` raises :class:`InvalidInput` where it cannot.

    ``clock``: the moment for cases without a moment of their own, in seconds since 1970.
    """
    cases: list[Case] = []
    mistakes: list[Mistakes] = []
    for no, text in enumerate(texts):
        try:
            cases.append(read(text))
        except InvalidInput as error:
            mistakes.append(Mistakes(no, list(error.diagnostics)))
    moments = [clock if case.now is None else case.now for case in cases]
    return TextsRead(columns_of(cases, moments, custom), mistakes)
