"""From YAML files to a written pack: ``files`` reads them, ``merge`` applies overlays, ``build`` makes the pack.

``prepared`` has the shipped files as trees, made when the package was built.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tactful.language.load.build import build_pack
from tactful.language.load.files import Layer, read_layers, read_text_layers
from tactful.language.load.prepared import PreparedFiles
from tactful.language.syntax import Pack

__all__ = ["Locations", "load_layers", "load_pack", "load_pack_text", "read_text_layers"]

#: Where packs are: a file, a folder, ``default``, ``profile:NAME`` or the name of an installed pack; or several of them.
Locations = str | Path | Sequence[str | Path]


def load_layers(locations: Locations) -> list[Layer]:
    """The layers of packs that are laid over each other in their order, and of all packs that they extend.

    Raises :class:`tactful.InvalidInput` with every mistake in reading their files.
    """
    several = [locations] if isinstance(locations, str | Path) else locations
    return read_layers(several, parse=PreparedFiles())


def load_pack(locations: Locations) -> Pack:
    """The pack at a location, or the packs at some locations laid over each other, with all packs that they extend.

    Its ``mistakes`` are those of its entries, which :func:`tactful.language.check.check_pack` raises together with its own.
    Raises :class:`tactful.InvalidInput` if a file cannot be read.
    """
    return build_pack(load_layers(locations))


def load_pack_text(text: str | bytes, name: str = "pack") -> Pack:
    """The pack in ``text``, which may extend the shipped packs by name, but no file. Raises as :func:`load_pack`."""
    return build_pack(read_text_layers(text, name))
