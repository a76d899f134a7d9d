"""From YAML files to a written pack: ``files`` reads them, ``merge`` applies overlays, ``build`` makes the pack."""

from __future__ import annotations

from pathlib import Path

from tactful.language.load.build import build_pack
from tactful.language.load.files import read_layers, read_text_layers
from tactful.language.syntax import Pack


def load_pack(location: str | Path) -> Pack:
    """The pack at ``location`` (a file, a folder, ``default`` or ``profile:NAME``) and all packs that it extends.

    Its ``mistakes`` are those of its entries, which :func:`tactful.language.check.check_pack` raises together with its own.
    Raises :class:`tactful.InvalidInput` if a file cannot be read.
    """
    return build_pack(read_layers(location))


def load_pack_text(text: str | bytes, name: str = "pack") -> Pack:
    """The pack in ``text``, which may extend the shipped packs by name, but no file. Raises as :func:`load_pack`."""
    return build_pack(read_text_layers(text, name))
