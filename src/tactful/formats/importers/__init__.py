"""Turning what people and HR tools have into a case: invitations, employers' feeds, tables of applications."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tactful.api.policy import Policy
from tactful.formats.importers.detect import read_file
from tactful.formats.importers.found import Found, Log
from tactful.formats.importers.merge import Options, merge
from tactful.formats.importers.merge.document import Document
from tactful.source.diagnostics import Diagnostic, InvalidInput
from tactful.source.nodes import DEFAULT_LIMITS, decode

__all__ = ["CaseFile", "Imported", "Options", "import_files"]


class CaseFile(msgspec.Struct, frozen=True):
    """A file as it was read: its bytes, and the name that messages give it."""

    name: str
    data: bytes


class Imported(msgspec.Struct, frozen=True):
    """A case after an import: its text, what changed, in words, and what was not understood or was guessed.

    ``sources`` has the texts that the notes point into.
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
    """Import files into a case, or into a new one, and give the case as text.

    ``policy`` says which custom facts a case may have; ``now`` (in seconds since 1970) is the moment for cases that name
    none; ``as_json`` is for new cases. Where nothing changed the text is the case's own, to the byte. Raises
    :class:`InvalidInput` with all mistakes, of the case or else of the files.
    """
    log = Log()
    before, document = "", Document.new(as_json)
    if into is not None:
        policy.read_text(into.data, into.name)
        before = decode(into.data, into.name, DEFAULT_LIMITS)
        document = Document.parse(before, into.name, _is_json(into.name, before))
    found: Found = ()
    for file in files:
        found += read_file(file.data, file.name, log, DEFAULT_LIMITS)
    changes = merge(document, found, options, log, now)
    log.raise_mistakes()
    text = document.dump() if changes or into is None else before
    try:
        policy.read_text(text, "after.json" if _is_json(None if into is None else into.name, text) else "after.yaml")
    except InvalidInput as error:
        help_ = "the import would leave the case with a mistake, so nothing was changed"
        told = [msgspec.structs.replace(one, span=None, help=one.help or help_) for one in error.diagnostics]
        raise InvalidInput(told) from None
    return Imported(text, tuple(changes), tuple(log.notes), log.sources)


def _is_json(name: str | None, text: str) -> bool:
    """Whether a case is JSON, told as :func:`tactful.facts.reading.read_case_text` tells it."""
    if name is not None and name.endswith((".json", ".yaml", ".yml")):
        return name.endswith(".json")
    return text.lstrip()[:1] == "{"
