"""Where translations are: in the folder ``messages`` beside each pack, and for the product's own texts in its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from tactful.language.catalogs import MAX_BYTES, Catalog, joined, languages_in, read_catalog
from tactful.language.load.files import Layer, shipped_folder
from tactful.language.load.places import Refused, is_inside, read_regular_file, resolved
from tactful.source.codes.messages import UnknownLanguage, UnreadableCatalog
from tactful.source.diagnostics import InvalidInput

#: The folder beside a pack that has its catalogues.
FOLDER: Final = "messages"
#: How many characters of a language's name are looked at; RFC 5646 asks for no more than 35.
_LONGEST: Final = 100


def product_folder() -> Path:
    """The folder of the product's own catalogues: in the installed package, or else in the checkout."""
    installed = Path(__file__).resolve().parents[2] / "_messages"
    return installed if installed.is_dir() else shipped_folder().parent / FOLDER


def folder_of(layer: Layer) -> Path | None:
    """The folder of a layer's catalogues; ``None`` for a pack that was given as a text."""
    if layer.path is None:
        return None
    return (layer.path if layer.path.is_dir() else layer.path.parent) / FOLDER


def languages(layers: Iterable[Layer]) -> list[str]:
    """The languages that a pack has sentences in, besides its own."""
    folders = filter(None, map(folder_of, layers))
    return sorted({language for folder in folders for language in languages_in(folder)})


def best(wanted: str, offered: Sequence[str]) -> str | None:
    """The language among those offered that comes nearest to the wanted one: ``de`` for ``de-AT``. ``None`` for none."""
    parts = wanted[:_LONGEST].replace("_", "-").split("-")
    by_name = {language.lower(): language for language in offered}
    names = ("-".join(parts[:count]).lower() for count in range(len(parts), 0, -1))
    return next((by_name[name] for name in names if name in by_name), None)


def catalog_of(layers: Sequence[Layer], language: str) -> Catalog:
    """All translations for a pack into a language. Those of higher layers count more.

    Raises :class:`tactful.InvalidInput` if no layer has the language, or if a file cannot be read.
    """
    offered = languages(layers)
    if language not in offered:
        known = ", ".join(f"`{name}`" for name in ("en", *offered))
        raise InvalidInput([UnknownLanguage.at(None, f"there are no sentences in `{language}`", f"there are: {known}")])
    folders = dict.fromkeys([product_folder(), *filter(None, map(folder_of, layers))])
    files = [folder / f"{language}.po" for folder in folders]
    return joined(language, [read_catalog(read_text(path), str(path), language) for path in files if path.exists()])


def read_text(path: Path) -> str:
    """The text of a catalogue's file. Raises :class:`tactful.InvalidInput` if it cannot be read."""
    try:
        if not is_inside(resolved(path), resolved(path.parent)):
            raise Refused("leads out of its folder", "copy the file into the folder `messages`")
        data = read_regular_file(path, MAX_BYTES)
        if len(data) > MAX_BYTES:
            raise Refused(f"has more than {MAX_BYTES:,} bytes", "remove what is not needed")
        return data.decode("utf-8-sig")
    except Refused as error:
        raise InvalidInput([UnreadableCatalog.at(None, f"`{path}` {error.reason}", error.help)]) from None
    except UnicodeDecodeError:
        raise InvalidInput([UnreadableCatalog.at(None, f"`{path}` is not UTF-8", "save it as UTF-8")]) from None
