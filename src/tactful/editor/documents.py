"""Which pack a file in an editor belongs to: a file or a folder, as ``tactful check`` takes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tactful.language.load.files import SUFFIXES
from tactful.language.load.keys import SECTIONS
from tactful.language.load.places import Refused, members_of, read_regular_file
from tactful.source.nodes import TextLimits

_SECTION: Final = re.compile(rf"^(?:{'|'.join(SECTIONS)})[ \t]*:", re.MULTILINE)
_EXTENDS: Final = re.compile(r"^extends[ \t]*:", re.MULTILINE)
#: The name of a file that counts as rules whatever it says.
_NAME: Final = "pack.yaml"


def is_rules(path: Path, text: str) -> bool:
    """Whether a YAML file is a part of a pack: it has a section of a pack, or is called ``pack.yaml``."""
    return path.suffix in SUFFIXES and (path.name == _NAME or _SECTION.search(text) is not None)


def pack_of(path: Path, held: Mapping[Path, str]) -> Path:
    """The pack that a rule file belongs to: its folder, or the file alone.

    A folder is a pack if all YAML files in it are rules or empty, and one of the rules extends nothing. ``held`` are the texts
    of files that an editor has open, by path; they count instead of the files.
    """
    try:
        members = [member for member in members_of(path.parent) if member.suffix in SUFFIXES and member != path]
    except Refused:
        return path
    texts = {member: held[member] if member in held else _text_of(member) for member in members}
    written = {member: text for member, text in texts.items() if text.strip()}
    if not texts or not all(is_rules(member, text) for member, text in written.items()):
        return path
    alone = all(_EXTENDS.search(text) for text in (*written.values(), held.get(path) or _text_of(path)))
    return path if alone else path.parent


def is_own(path: Path, pack: Path) -> bool:
    """Whether a file is one of a pack's own, and not of a pack that it extends."""
    return path == pack or path.parent == pack


def texts_of(pack: Path, held: Mapping[Path, str]) -> dict[Path, str]:
    """The texts of a pack's own files, by path. ``held`` are the texts of files that an editor has open."""
    if pack.suffix in SUFFIXES and not pack.is_dir():
        return {pack: held[pack] if pack in held else _text_of(pack)}
    try:
        members = [member for member in members_of(pack) if member.suffix in SUFFIXES]
    except Refused:
        return {}
    return {member: held[member] if member in held else _text_of(member) for member in members}


def _text_of(path: Path) -> str:
    """The text of a file; empty if it cannot be read."""
    try:
        return read_regular_file(path, TextLimits().bytes).decode("utf-8", errors="replace")
    except Refused:
        return ""
