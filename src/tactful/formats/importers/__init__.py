"""Importers: invitations, employers' feeds and tables of applications are made into a case."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tactful.api.policy import Policy
from tactful.facts.reading import is_json
from tactful.formats.importers.detect import read_file
from tactful.formats.importers.feeds.greenhouse_v3 import join_seats
from tactful.formats.importers.items import Items, Log
from tactful.formats.importers.merge import Options, merge
from tactful.formats.importers.merge.document import Document
from tactful.source.diagnostics import Diagnostic, InvalidInput
from tactful.source.nodes import DEFAULT_LIMITS, decode

__all__ = ["CaseFile", "Imported", "Options", "import_files"]


class CaseFile(msgspec.Struct, frozen=True):
    """A file: its bytes, and its name in messages."""

    name: str
    data: bytes


class Imported(msgspec.Struct, frozen=True):
    """A case after an import: its text, the changes in words, and notes on guesses and on what was not understood.

    ``sources`` has the texts that the notes refer to, by file name.
    """

    text: str
    changes: tuple[str, ...]
    notes: tuple[Diagnostic, ...]
    sources: dict[str, str]


def import_files(
    files: Sequence[CaseFile],
    policy: Policy,
    options: Options,
    now: int,
    into: CaseFile | None = None,
    as_json: bool = False,
) -> Imported:
    """Import files into the case ``into``, or into a new case, and return the case as text.

    ``policy`` has the custom facts that a case may have. ``now`` (seconds since 1970, UTC) is the moment of cases that
    have none. ``as_json`` is for new cases. If nothing changed, the text is the case's own, to the byte. Raises
    :class:`InvalidInput` with all mistakes of the case, or else of the files.
    """
    log = Log()
    before, document = "", Document.new(as_json)
    if into is not None:
        policy.read_text(into.data, into.name)
        before = decode(into.data, into.name, DEFAULT_LIMITS)
        document = Document.parse(before, into.name, is_json(before, into.name))
    items: Items = ()
    for file in files:
        items += read_file(file.data, file.name, log, DEFAULT_LIMITS)
    items = join_seats(items, log)
    changes = merge(document, items, options, log, now)
    log.raise_mistakes()
    text = document.dump() if changes or into is None else before
    try:
        policy.read_text(text, "after.json" if is_json(text, None if into is None else into.name) else "after.yaml")
    except InvalidInput as error:
        help_ = "the import would leave the case with a mistake, so nothing was changed"
        mistakes = [
            msgspec.structs.replace(diagnostic, span=None, help=diagnostic.help or help_)
            for diagnostic in error.diagnostics
        ]
        raise InvalidInput(mistakes) from None
    return Imported(text, tuple(changes), tuple(log.notes), log.sources)
