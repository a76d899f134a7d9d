"""Turn cases in JSON into columns. Cases that cannot be read are left out, and their mistakes are kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import msgspec

from tactful.columns.columns import Columns
from tactful.columns.from_cases import columns_of
from tactful.columns.repeated_keys import repeated_keys
from tactful.facts.reading.custom import CustomFields
from tactful.facts.rows import Case
from tactful.source.codes.batches import InternalError
from tactful.source.diagnostics import Diagnostic, InvalidInput
from tactful.source.parse_json import repeated_key_mistakes


class _Candidate(msgspec.Struct):
    id: str


class _Case(msgspec.Struct):
    candidate: _Candidate


_CASE: Final = msgspec.json.Decoder(_Case)


def candidate_of(text: bytes) -> str | None:
    """The candidate's id in a case as JSON; ``None`` if it cannot be read."""
    try:
        return _CASE.decode(text).candidate.id
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None


def internal_error(reason: str) -> Diagnostic:
    """An error of tactful itself, because of which a case could not be decided."""
    return InternalError.at(None, f"tactful failed on this case: {reason}", "report it, together with the case")


class Mistakes(NamedTuple):
    """The mistakes of a text. ``text``: its number among all texts, from 0."""

    text: int
    mistakes: list[Diagnostic]


class TextsRead(NamedTuple):
    """The cases that could be read, in their order, and the mistakes of all other texts."""

    columns: Columns
    mistakes: list[Mistakes]


def columns_of_texts(
    texts: Sequence[bytes | None], read: Callable[[bytes | None], Case], clock: int, custom: CustomFields
) -> TextsRead:
    """Read a case from each text. ``read`` raises :class:`InvalidInput` for a text that it cannot read.

    A text with a key twice in an object is a mistake too. ``clock``: the moment for cases without a moment of their own, in
    seconds since 1970.
    """
    cases: dict[int, Case] = {}
    mistakes: dict[int, list[Diagnostic]] = {}
    for no, text in enumerate(texts):
        try:
            cases[no] = read(text)
        except InvalidInput as error:
            mistakes[no] = list(error.diagnostics)
        except Exception as error:  # a fault of this package must not keep other cases from being decided
            mistakes[no] = [internal_error(f"{type(error).__name__}: {error}")]
    numbers = list(cases)
    for place in repeated_keys([texts[no] or b"" for no in numbers], cases.values()):
        no = numbers[place]
        mistakes[no] = repeated_key_mistakes(texts[no] or b"")
        del cases[no]
    moments = [clock if case.now is None else case.now for case in cases.values()]
    columns = columns_of(list(cases.values()), moments, custom)
    return TextsRead(columns, [Mistakes(no, mistakes[no]) for no in sorted(mistakes)])
