"""The files that a pack consists of, and the packs that it extends."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from tactful.source.codes.pack import BadExtends, CircularExtends, UnreadablePack, WrongShape
from tactful.source.diagnostics import Diagnostic, InvalidInput
from tactful.source.nodes import Mapping, Node, Scalar, Sequence, TextLimits, decode
from tactful.source.parse_yaml import parse_yaml
from tactful.source.suggest import did_you_mean

SUFFIXES: Final = (".yaml", ".yml")
#: The most files in a folder, and the most packs that extend each other.
MAX_FILES: Final = 100
MAX_LAYERS: Final = 20

Report = Callable[[Diagnostic], None]


class File(msgspec.Struct, frozen=True):
    """A file of a pack: its name for messages, its text, and its content (``None`` for an empty file)."""

    name: str
    text: str
    root: Mapping | None


class Layer(msgspec.Struct, frozen=True):
    """A pack as its own files state it. ``overlay``: it extends another pack."""

    label: str
    files: tuple[File, ...]
    overlay: bool


def shipped_folder() -> Path:
    """The folder of the shipped pack: in the installed package, or else in the checkout that contains this file."""
    installed = Path(__file__).resolve().parents[2] / "_rules"
    return installed if installed.is_dir() else Path(__file__).resolve().parents[4] / "rules"


def profiles() -> list[str]:
    """The names of the shipped profiles."""
    return sorted(path.stem for path in (shipped_folder() / "profiles").glob("*.yaml"))


def read_layers(location: str | Path) -> list[Layer]:
    """The layers of the pack at ``location``, the lowest base first.

    ``location`` is a file, a folder, ``default`` or ``profile:NAME``. Raises :class:`InvalidInput` with all mistakes.
    """
    reader = _Reader()
    reader.add(*locate(location))
    return reader.finish()


def read_text_layers(text: str | bytes, name: str) -> list[Layer]:
    """The layers of a pack given as text, which may extend the shipped packs, but no file."""
    reader = _Reader()
    reader.add_text(text, name)
    return reader.finish()


def locate(location: str | Path) -> tuple[Path, str]:
    """The path of a pack's file or folder, and its name for messages.

    Raises :class:`InvalidInput` for an unknown profile.
    """
    if isinstance(location, str):
        named = _resolve_named(location)
        if named is not None:
            return named
    path = Path(location)
    return path, str(location)


def _resolve_named(name: str) -> tuple[Path, str] | None:
    """The path and the name of a shipped pack; ``None`` where ``name`` is not the name of one."""
    if name == "default":
        return shipped_folder(), "rules"
    if not name.startswith("profile:"):
        return None
    profile = name.removeprefix("profile:")
    if profile not in profiles():
        help_ = did_you_mean(profile, profiles()) or "the profiles are " + ", ".join(
            f"`{profile}`" for profile in profiles()
        )
        raise InvalidInput([UnreadablePack.at(None, f"there is no profile `{profile}`", help_)])
    return shipped_folder() / "profiles" / f"{profile}.yaml", f"rules/profiles/{profile}.yaml"


class _Reader:
    """Reads a pack and all packs that it extends: depth first, and each pack once."""

    def __init__(self) -> None:
        self.layers: list[Layer] = []
        self.problems: list[Diagnostic] = []
        self.sources: dict[str, str] = {}
        self._done: set[Path] = set()
        self._open: list[Path] = []

    def finish(self) -> list[Layer]:
        if self.problems:
            raise InvalidInput(self.problems, self.sources)
        return self.layers

    def add(self, path: Path, label: str) -> None:
        key = path.resolve()
        if key in self._done:
            return
        self._open.append(key)
        try:
            files = self._read_all(path, label)
            bases = [base for file in files for base in self._bases(file)]
            for node, target, target_label in [self._target(path, node) for node in bases]:
                if target is not None:
                    self._add_base(node, target, target_label)
        finally:
            self._open.pop()
        self._done.add(key)
        self.layers.append(Layer(label, files, overlay=bool(bases)))

    def add_text(self, text: str | bytes, name: str) -> None:
        file = self._parse(name, text)
        bases = self._bases(file) if file is not None else []
        for node in bases:
            named = self._named(node)
            if named is None:
                self.problems.append(
                    BadExtends.at(node.span, f"`{node.text}` is not a shipped pack", "a text may extend `default` only")
                )
            else:
                self._add_base(node, *named)
        if file is not None:
            self.layers.append(Layer(name, (file,), overlay=bool(bases)))

    def _add_base(self, node: Scalar, path: Path, label: str) -> None:
        if path.resolve() in self._open:
            self.problems.append(
                CircularExtends.at(node.span, f"`{node.text}` extends this pack in turn", "take one `extends` away")
            )
        elif len(self._open) >= MAX_LAYERS:
            self.problems.append(BadExtends.at(node.span, f"more than {MAX_LAYERS} packs extend each other"))
        else:
            self.add(path, label)

    def _read_all(self, path: Path, label: str) -> tuple[File, ...]:
        if path.is_dir():
            members = sorted(member for member in path.iterdir() if member.suffix in SUFFIXES and member.is_file())
            if not members or len(members) > MAX_FILES:
                what = "no YAML file in it" if not members else f"more than {MAX_FILES} files in it"
                self.problems.append(UnreadablePack.at(None, f"the folder `{label}` has {what}"))
                return ()
            files = [self._read(member, f"{label.rstrip('/')}/{member.name}") for member in members]
        else:
            files = [self._read(path, label)]
        return tuple(file for file in files if file is not None)

    def _read(self, path: Path, name: str) -> File | None:
        try:
            with path.open("rb") as stream:
                data = stream.read(TextLimits().bytes + 1)
        except OSError as error:
            reason = (error.strerror or "cannot be read").lower()
            self.problems.append(
                UnreadablePack.at(None, f"`{name}`: {reason}", "name a YAML file, a folder or `default`")
            )
            return None
        return self._parse(name, data)

    def _parse(self, name: str, data: str | bytes) -> File | None:
        try:
            text = decode(data, name)
            self.sources[name] = text
            root = parse_yaml(text, name)
        except InvalidInput as error:
            self.problems.extend(error.diagnostics)
            self.sources.update(error.sources)
            return None
        if root is not None and not isinstance(root, Mapping):
            self.problems.append(
                WrongShape.at(root.span, "a pack is a mapping", "begin with `rules:` or another section of a pack")
            )
            return None
        return File(name, text, root)

    def _bases(self, file: File) -> list[Scalar]:
        """The packs that the file's ``extends`` names."""
        entries = file.root.entries if file.root is not None else ()
        node: Node | None = next((value for key, value in entries if key.text == "extends"), None)
        items = () if node is None else node.items if isinstance(node, Sequence) else (node,)
        bases = []
        for item in items:
            if isinstance(item, Scalar) and item.text:
                bases.append(item)
            else:
                self.problems.append(
                    WrongShape.at(item.span, "`extends` takes a pack's name or path, or a list of them")
                )
        return bases

    def _named(self, node: Scalar) -> tuple[Path, str] | None:
        try:
            return _resolve_named(node.text)
        except InvalidInput as error:
            self.problems.append(BadExtends.at(node.span, error.diagnostics[0].message, error.diagnostics[0].help))
            return None

    def _target(self, path: Path, node: Scalar) -> tuple[Scalar, Path | None, str]:
        """The path and the name of a base of the pack at ``path``; ``None`` for the path after reporting a mistake."""
        if node.text == "default" or node.text.startswith("profile:"):
            named = self._named(node)
            return (node, None, "") if named is None else (node, *named)
        if Path(node.text).is_absolute():
            self.problems.append(
                BadExtends.at(node.span, f"`{node.text}` is not relative to this file", "write a relative path")
            )
            return node, None, ""
        folder = path if path.is_dir() else path.parent
        target = folder / node.text
        if not target.is_dir() and target.suffix not in SUFFIXES:
            self.problems.append(
                BadExtends.at(
                    node.span, f"`{node.text}` is neither a folder nor a YAML file", "did you mean `default`?"
                )
            )
            return node, None, ""
        if not target.exists():
            self.problems.append(BadExtends.at(node.span, f"there is no `{node.text}` beside this file"))
            return node, None, ""
        return node, target, os.path.normpath(target)
