"""The files of the shipped rules, parsed when the package is built. Loading them then takes a third less time.

A tree counts only for the text that it was made from, and only where the parser is the same. Any other text is parsed.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from tactful.language.load.files import SUFFIXES, File, parsed, shipped_folder
from tactful.source import diagnostics, grammar, nodes, parse_yaml
from tactful.source.nodes import Mapping

#: Where the trees are: in the package, next to its modules.
PREPARED: Final = Path(__file__).resolve().parents[2] / "_rules.msgpack"
#: What the names of shipped files begin with.
_SHIPPED: Final = "rules/"
#: The modules that decide what a text means.
_PARSER: Final = (diagnostics, grammar, nodes, parse_yaml)
#: The longest table that is read, in bytes.
_LONGEST_TABLE: Final = 1_000_000
#: How many bytes say how long the table of trees is, with which the store begins.
_SIZE: Final = 8


class _Tree(msgspec.Struct, frozen=True):
    """The digest of a file's text, and where its content stands in the store as MessagePack: not all files are read."""

    digest: bytes
    start: int
    end: int


class _Trees(msgspec.Struct, frozen=True):
    """The table of the files by their names, and the digest of the parser that made the trees."""

    parser: bytes
    files: MappingABC[str, _Tree]


_TREES: Final = msgspec.msgpack.Decoder(_Trees)
_ROOT: Final = msgspec.msgpack.Decoder(Mapping)


def prepare() -> bytes:
    """The trees of all shipped files that have no mistakes, to be stored as :data:`PREPARED`."""
    files, contents = {}, bytearray()
    folder = shipped_folder()
    for path in sorted((*folder.iterdir(), *(folder / "profiles").iterdir())):
        if path.suffix in SUFFIXES:
            name, text = _SHIPPED + path.relative_to(folder).as_posix(), path.read_text("utf-8")
            file = parsed(name, text)
            if file.root is not None and not file.mistakes:
                start = len(contents)
                contents += msgspec.msgpack.encode(file.root)
                files[name] = _Tree(_digest(text), start, len(contents))
    table = msgspec.msgpack.encode(_Trees(_parser(), files))
    return len(table).to_bytes(_SIZE) + table + contents


class PreparedFiles:
    """Reads files as :func:`tactful.language.load.files.parsed` does: shipped ones from their trees, if there are any."""

    def __init__(self, stored: Path = PREPARED) -> None:
        self._stored = stored
        self._trees: MappingABC[str, _Tree] | None = None
        #: Where the contents begin.
        self._begin = 0

    def __call__(self, name: str, text: str) -> File:
        """A file of a pack from its text. Raises :class:`tactful.InvalidInput` if it cannot be read."""
        if name.startswith(_SHIPPED):
            if self._trees is None:
                self._trees = self._read()
            tree = self._trees.get(name)
            if tree is not None and tree.digest == _digest(text):
                with suppress(OSError, msgspec.DecodeError):
                    return File(name, text, _ROOT.decode(self._content(tree)))
        return parsed(name, text)

    def _read(self) -> MappingABC[str, _Tree]:
        """The trees; none where they are missing, damaged, or made by another parser."""
        with suppress(OSError, msgspec.DecodeError), self._stored.open("rb") as stream:
            size = int.from_bytes(stream.read(_SIZE))
            if size > _LONGEST_TABLE:
                return {}
            trees = _TREES.decode(stream.read(size))
            self._begin = _SIZE + size
            if trees.parser == _parser():
                return trees.files
        return {}

    def _content(self, tree: _Tree) -> bytes:
        """The stored content of a file."""
        with self._stored.open("rb") as stream:
            stream.seek(self._begin + tree.start)
            return stream.read(tree.end - tree.start)


def _parser() -> bytes:
    """A digest of the modules that decide what a text means. Raises :class:`OSError` where they are no files."""
    digest = sha256()
    for module in _PARSER:
        digest.update(Path(str(module.__file__)).read_bytes())
    return digest.digest()


def _digest(text: str) -> bytes:
    return sha256(text.encode()).digest()
