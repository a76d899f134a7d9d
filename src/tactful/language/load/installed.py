"""Packs that installed distributions bring along, under the entry point group ``tactful.packs``.

An entry point names a package with the pack's files: ``acme = "acme_rules"``. The files are read as data. The package is
never imported.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Final

GROUP: Final = "tactful.packs"


class NotInstalled(Exception):
    """The pack of an installed distribution has no folder, or several distributions have one of its name."""


def installed_folder(name: str) -> Path | None:
    """The folder of the installed pack ``name``; ``None`` if no distribution has a pack of that name.

    Raises :class:`NotInstalled` if the folder cannot be determined.
    """
    points = {_key(point): point for point in entry_points(group=GROUP, name=name)}
    if not points:
        return None
    if len(points) > 1:
        owners = " and ".join(f"`{owner}`" for owner, _ in sorted(points))
        raise NotInstalled(f"{owners} both have a pack `{name}`; uninstall one of them, or name its folder")
    ((owner, value), point) = points.popitem()
    folder = next((folder for folder in _folders(point) if folder.is_dir()), None)
    if folder is None:
        raise NotInstalled(f"`{owner}` says that the pack `{name}` is in the package `{value}`, which has no folder")
    return folder


def _key(point: EntryPoint) -> tuple[str, str]:
    return ("" if point.dist is None else point.dist.name), point.value


def _folders(point: EntryPoint) -> list[Path]:
    """Where the folder of an entry point's package may be: in the distribution, or where imports look for it."""
    top, *below = point.value.split(".")
    if not all(part.isidentifier() for part in (top, *below)):
        return []
    installed = [] if point.dist is None else [Path(str(point.dist.locate_file(top)))]
    return [folder.joinpath(*below) for folder in (*installed, *_import_folders(top))]


def _import_folders(top: str) -> list[Path]:
    """Where imports look for a package, as for one that is installed in editable mode. Nothing is imported."""
    try:
        spec = find_spec(top)  # a name without dots is looked for, and not imported
    except (ImportError, ValueError):
        return []
    return [] if spec is None else [Path(place) for place in spec.submodule_search_locations or ()]
