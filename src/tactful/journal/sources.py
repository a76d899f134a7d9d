"""The texts of a pack, kept whole once, so that any decision can be taken again."""

from __future__ import annotations

import hashlib
import zlib
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from tactful.language.load.files import MAX_BYTES
from tactful.language.load.source import Source
from tactful.source.diagnostics import TactfulError

#: The most bytes that a kept source may unpack to: a pack, and room for its names.
_MOST: Final = 4 * MAX_BYTES


class Kept(NamedTuple):
    """A text that entries name: ``source:DIGEST`` or ``settings:DIGEST``, and the text as it is stored."""

    name: str
    data: bytes


def keep_source(source: Source) -> Kept:
    """The texts of a pack as they are stored."""
    text = msgspec.json.encode(source, enc_hook=str)
    return Kept(f"source:{hashlib.sha256(text).hexdigest()}", zlib.compress(text))


def read_source(kept: Kept) -> Source:
    """The texts of a pack. Raises :class:`tactful.TactfulError` if they are not those that the name is of."""
    if not is_unchanged(kept):
        raise TactfulError(f"the pack `{kept.name}` was changed in the journal, so nothing can be decided with it")
    return msgspec.json.decode(_unpacked(kept.data), type=Source, dec_hook=_path)


def is_unchanged(kept: Kept) -> bool:
    """Whether a kept text is the one that its name is of."""
    kind, _, digest = kept.name.partition(":")
    try:
        text = _unpacked(kept.data) if kind == "source" else kept.data
    except zlib.error:
        return False
    return hashlib.sha256(text).hexdigest() == digest


def _unpacked(data: bytes) -> bytes:
    return zlib.decompressobj().decompress(data, _MOST)


def _path(type_: type, value: Any) -> Any:
    if type_ is Path:
        return Path(value)
    raise NotImplementedError(type_)
