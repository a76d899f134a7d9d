"""A pack with the texts that an editor holds, examined as ``tactful check`` does it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

import msgspec

from tactful.api.policy import checked_pack
from tactful.editor.vocabulary import Place, Vocabulary, paths_by_name, place_of, vocabulary
from tactful.language.ir import CheckedPack
from tactful.language.lint import lint_pack
from tactful.language.lint.newer import hints
from tactful.language.load.build import build_pack
from tactful.language.load.files import Layer, Parse, parsed, read_layers
from tactful.language.syntax import Pack
from tactful.source.diagnostics import Diagnostic, InvalidInput

Severity = Literal["mistake", "warning", "hint"]


class Mark(msgspec.Struct, frozen=True):
    """A mistake, a warning or a hint, and its place; ``None`` if it has none in a file."""

    place: Place | None
    code: str
    message: str
    help: str | None
    severity: Severity


class Examination(msgspec.Struct, frozen=True):
    """What was found in a pack. ``vocabulary`` is ``None`` if it has mistakes. ``whole``: warnings and hints are included."""

    marks: tuple[Mark, ...]
    vocabulary: Vocabulary | None
    whole: bool


def examine(pack: Path, held: Mapping[Path, str], parse: Parse = parsed) -> Iterator[Examination]:
    """Examine a pack: first for mistakes and names, then, if it has no mistakes, for warnings and hints too.

    ``held`` are the texts of open files by path, without symbolic links; they count instead of the files.
    """
    paths: dict[str, Path] = {}
    try:
        layers = read_layers([pack], held, parse)
        paths = paths_by_name(layers)
        written = build_pack(layers)
        checked = checked_pack(written)
    except InvalidInput as error:
        paths = paths or _named_in(error, pack)
        marks = tuple(_mark(mistake, error.sources, paths, "mistake") for mistake in error.diagnostics)
        yield Examination(marks, None, whole=True)
        return
    yield from _without_mistakes(written, checked, layers, paths)


def _without_mistakes(
    written: Pack, checked: CheckedPack, layers: list[Layer], paths: Mapping[str, Path]
) -> Iterator[Examination]:
    words = vocabulary(checked, layers)
    yield Examination((), words, whole=False)
    sources = dict(checked.sources)
    marks = [_mark(warning, sources, paths, "warning") for warning in lint_pack(written, checked)]
    marks += [_mark(hint, sources, paths, "hint") for hint in hints(written)]
    yield Examination(tuple(marks), words, whole=True)


def _named_in(error: InvalidInput, pack: Path) -> dict[str, Path]:
    """The paths of files that could not all be read: of the pack itself and of the files in its folder."""
    if not pack.is_dir():
        return {str(pack): pack, **{name: pack.parent / Path(name).name for name in error.sources if name != str(pack)}}
    return {name: pack / Path(name).name for name in error.sources}


def _mark(mistake: Diagnostic, sources: Mapping[str, str], paths: Mapping[str, Path], severity: Severity) -> Mark:
    span = mistake.span
    path = None if span is None else paths.get(span.file)
    place = None if span is None or path is None else place_of(span, path, sources.get(span.file, ""))
    return Mark(place, mistake.code, mistake.message, mistake.help, severity)
