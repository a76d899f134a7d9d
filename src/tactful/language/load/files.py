"""The files that a pack consists of, and the packs that it extends."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Mapping as MappingABC
from itertools import chain, count
from pathlib import Path
from typing import Final

import msgspec

from tactful.language.load.places import Refused, beside, is_folder, members_of, read_regular_file, resolved
from tactful.source.codes.pack import BadExtends, CircularExtends, UnreadablePack, WrongShape
from tactful.source.codes.text import TooLarge
from tactful.source.diagnostics import Diagnostic, InvalidInput, Span
from tactful.source.nodes import Mapping, Node, Scalar, TextLimits, decode
from tactful.source.nodes import Sequence as SequenceNode
from tactful.source.parse_yaml import read_yaml
from tactful.source.suggest import did_you_mean

SUFFIXES: Final = (".yaml", ".yml")
#: The most files in a folder, and the most packs that extend each other.
MAX_FILES: Final = 100
MAX_LAYERS: Final = 20
#: The most bytes of a pack and all packs that it extends.
MAX_BYTES: Final = 4_000_000
#: The most characters of a name that messages show.
_SHOWN: Final = 80
#: The name of an installed pack. A name with a dot or a slash is a path.
_INSTALLED: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")

Report = Callable[[Diagnostic], None]


class File(msgspec.Struct, frozen=True):
    """A file of a pack: its name for messages, its text, its content (``None`` for an empty file), mistakes of its YAML."""

    name: str
    text: str
    root: Mapping | None
    mistakes: tuple[Diagnostic, ...] = ()


#: Reads a file from its name and its text, as :func:`parsed` does.
Parse = Callable[[str, str], File]


class Layer(msgspec.Struct, frozen=True):
    """The content of a pack's own files.

    ``overlay``: the pack extends another, or is laid over another. ``stack``: the numbers of the layers that it builds on,
    and its own. ``named``: the caller names the pack, so it is no base of another pack alone. ``path``: its file or folder,
    without symbolic links; ``None`` for a text.
    """

    label: str
    files: tuple[File, ...]
    overlay: bool
    stack: frozenset[int]
    named: bool
    path: Path | None


def shipped_folder() -> Path:
    """The folder of the shipped pack: in the installed package, or else in the checkout that contains this file."""
    installed = Path(__file__).resolve().parents[2] / "_rules"
    return installed if installed.is_dir() else Path(__file__).resolve().parents[4] / "rules"


def profiles() -> list[str]:
    """The names of the shipped profiles."""
    return sorted(path.stem for path in (shipped_folder() / "profiles").glob("*.yaml"))


def read_layers(
    locations: Iterable[str | Path], held: MappingABC[Path, str] | None = None, parse: Parse | None = None
) -> list[Layer]:
    """The layers of some packs, laid over each other in their order; the lowest base first.

    A location is a file, a folder, ``default``, ``profile:NAME`` or the name of an installed pack. ``held`` are texts that
    count instead of files, by their paths without symbolic links, such as those that an editor has open. ``parse`` is called
    instead of :func:`parsed`. Raises :class:`InvalidInput` with all mistakes.
    """
    reader = _Reader((), held or {}, parse or parsed)
    for location in locations:
        try:
            reader.add_named(*locate(location))
        except InvalidInput as error:
            reader.problems.extend(error.diagnostics)
    return reader.finish()


def read_text_layers(text: str | bytes, name: str, base: Sequence[Layer] = ()) -> list[Layer]:
    """The layers of a pack given as text, on top of those of ``base``. It may extend the shipped packs, but no file."""
    reader = _Reader(base, {}, parsed)
    reader.add_text(text, name)
    return reader.finish()


def locate(location: str | Path) -> tuple[Path, str]:
    """The path of a pack's file or folder, and its name for messages.

    A file or folder of that name comes before an installed pack. Raises :class:`InvalidInput` for an unknown profile, and
    for a name without a character, which is not the folder here.
    """
    if location == "":
        help_ = "name a YAML file, a folder or `default`"
        raise InvalidInput([UnreadablePack.at(None, "the name of the pack is empty", help_)])
    if isinstance(location, str):
        named = _resolve_shipped(location) or _resolve_installed(location)
        if named is not None:
            return named
    path = Path(location)
    return path, str(location)


def is_in_files(location: str | Path) -> bool:
    """Whether a location is a file or a folder of the user's own, and neither a shipped nor an installed pack."""
    return not isinstance(location, str) or locate(location)[0] == Path(location)


def _resolve_installed(name: str) -> tuple[Path, str] | None:
    """The path and the name of an installed pack; ``None`` for a path, and for a name that no installed pack has."""
    if not _INSTALLED.fullmatch(name) or os.path.exists(name):
        return None
    from tactful.language.load.installed import NotInstalled, installed_folder  # takes the metadata of distributions

    try:
        folder = installed_folder(name)
    except NotInstalled as error:
        raise InvalidInput([UnreadablePack.at(None, str(error))]) from None
    return None if folder is None else (folder, name)


def _resolve_shipped(name: str) -> tuple[Path, str] | None:
    """The path and the name of a shipped pack; ``None`` if no shipped pack has the name."""
    if name == "default":
        return shipped_folder(), "rules"
    if not name.startswith("profile:"):
        return None
    profile = name.removeprefix("profile:")
    if profile not in profiles():
        help_ = did_you_mean(profile, profiles()) or "the profiles are " + ", ".join(
            f"`{profile}`" for profile in profiles()
        )
        raise InvalidInput([UnreadablePack.at(None, f"there is no profile {_quoted(profile)}", help_)])
    return shipped_folder() / "profiles" / f"{profile}.yaml", f"rules/profiles/{profile}.yaml"


class _Reader:
    """Reads packs and all packs that they extend, on top of the layers of ``base``: depth first, and each pack once."""

    def __init__(self, base: Sequence[Layer], held: MappingABC[Path, str], parse: Parse) -> None:
        self._held, self._parsed = held, parse
        self.layers = [msgspec.structs.replace(layer, named=False) for layer in base]
        self.problems: list[Diagnostic] = []
        self.sources = {file.name: file.text for layer in base for file in layer.files}
        #: The numbers of the layers that each pack consists of, including those of its bases.
        self._stacks = {layer.path: layer.stack for layer in base if layer.path is not None}
        self._below = len(base)
        #: The numbers of the layers of the first pack that the caller names.
        self._first: frozenset[int] = frozenset()
        self._open: list[Path] = []
        self._size = 0

    def finish(self) -> list[Layer]:
        if self.problems:
            raise InvalidInput(self.problems, self.sources)
        return self.layers

    def add_named(self, path: Path, label: str) -> None:
        """Read a pack that the caller names, over the packs that are read so far."""
        below = len(self.layers)
        stack = self.add(path, label)
        if not stack:
            return
        no = max(stack)
        layer = msgspec.structs.replace(self.layers[no], named=True)
        if no >= below > 0 and not layer.overlay:  # it extends nothing, so it is an overlay of the first pack
            layer = msgspec.structs.replace(layer, overlay=True, stack=layer.stack | self._first)
        self.layers[no] = layer
        self._first = self._first or layer.stack

    def add(self, path: Path, label: str) -> frozenset[int]:
        """Read a pack and its bases, unless they have been read. Returns the numbers of their layers."""
        try:
            key = resolved(path)
        except Refused as refused:
            self.problems.append(_unreadable(label, refused))
            return frozenset()
        if key in self._stacks:
            return self._stacks[key]
        self._open.append(key)
        try:
            files = self._read_all(path, label)
            bases = [base for file in files for base in self._bases(file)]
            targets = [self._target(path, node) for node in bases]
            stacks = [self._add_base(node, target, name) for node, target, name in targets if target is not None]
        finally:
            self._open.pop()
        stack = frozenset({len(self.layers)}).union(*stacks)
        self._add_layer(Layer(label, files, bool(bases), stack, named=False, path=key))
        self._stacks[key] = stack
        return stack

    def _add_layer(self, layer: Layer) -> None:
        files = layer.files
        if files and all(file.root is None and not file.mistakes for file in files):
            what = f"{_quoted(files[0].name)} is" if len(files) == 1 else f"all files of `{layer.label}` are"
            help_ = "write `rules:` into it, or `extends: default` for the shipped rules"
            self.problems.append(UnreadablePack.at(Span(files[0].name, 0, 0, 1, 1), f"{what} empty", help_))
        self.layers.append(layer)

    def add_text(self, text: str | bytes, name: str) -> None:
        """Read a pack that is given as text, over the packs that are read so far."""
        file = self._parse(self._unused(name), text)
        if file is None:
            return
        bases = self._bases(file)
        for node in bases:
            named = self._named(node)
            if named is not None:
                self._add_base(node, *named)
            elif not node.text.startswith("profile:"):
                message = f"{_quoted(node.text)} is not a shipped pack"
                profile = node.text.strip() in profiles()
                help_ = (
                    f"did you mean `profile:{node.text.strip()}`?" if profile else "a text may extend `default` only"
                )
                self.problems.append(BadExtends.at(node.span, message, help_))
        overlay = bool(bases) or self._below > 0
        stack = frozenset(range(len(self.layers) + 1))
        self._add_layer(Layer(name, (file,), overlay, stack, named=True, path=None))

    def _unused(self, name: str) -> str:
        """The name of a text for messages: ``pack``, or ``pack (2)`` if a text below has that name."""
        names = chain((name,), (f"{name} ({number})" for number in count(2)))
        return next(name for name in names if name not in self.sources)

    def _add_base(self, node: Scalar, path: Path, label: str) -> frozenset[int]:
        if path in self._open:
            self.problems.append(
                CircularExtends.at(node.span, f"{_quoted(node.text)} extends this pack in turn", "remove one `extends`")
            )
        elif len(self._open) >= MAX_LAYERS or len(self.layers) - self._below >= MAX_LAYERS:
            help_ = "put their entries into fewer packs"
            self.problems.append(BadExtends.at(node.span, f"more than {MAX_LAYERS} packs extend each other", help_))
        else:
            return self.add(path, label)
        return frozenset()

    def _read_all(self, path: Path, label: str) -> tuple[File, ...]:
        if not is_folder(path):
            file = self._read(path, label)
            return () if file is None else (file,)
        try:
            folder = resolved(path)
            members = [member for member in members_of(path) if member.suffix in SUFFIXES]
        except Refused as refused:
            self.problems.append(_unreadable(label, refused))
            return ()
        if not members or len(members) > MAX_FILES:
            what = "no YAML file in it" if not members else f"more than {MAX_FILES} files in it"
            self.problems.append(UnreadablePack.at(None, f"the folder `{label}` has {what}"))
            return ()
        files = [self._read(member, f"{label.rstrip('/')}/{member.name}", folder) for member in members]
        return tuple(file for file in files if file is not None)

    def _read(self, path: Path, name: str, folder: Path | None = None) -> File | None:
        """The file at ``path``; ``None`` after reporting a mistake. A link in ``folder`` may not lead out of it."""
        try:
            if folder is not None and os.path.islink(path) and not resolved(path).is_relative_to(folder):
                raise Refused("is a link that leads out of the folder", "copy the file into the folder")
            text = self._held.get(resolved(path)) if self._held else None
            data = read_regular_file(path, TextLimits().bytes) if text is None else text
        except Refused as refused:
            self.problems.append(_unreadable(name, refused))
            return None
        self._size += len(data)
        if self._size > MAX_BYTES:
            message = f"a pack and the packs that it extends have more than {MAX_BYTES:,} bytes in all"
            raise InvalidInput([*self.problems, TooLarge.at(None, message, "split the pack")], self.sources)
        return self._parse(name, data)

    def _parse(self, name: str, data: str | bytes) -> File | None:
        try:
            text = decode(data, name)
            self.sources[name] = text
            return self._parsed(name, text)
        except InvalidInput as error:
            self.problems.extend(error.diagnostics)
            self.sources.update(error.sources)
            return None

    def _bases(self, file: File) -> list[Scalar]:
        """The packs that the file's ``extends`` names."""
        entries = file.root.entries if file.root is not None else ()
        node: Node | None = next((value for key, value in entries if key.text == "extends"), None)
        items = () if node is None else node.items if isinstance(node, SequenceNode) else (node,)
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
            return _resolve_shipped(node.text)
        except InvalidInput as error:
            self.problems.append(BadExtends.at(node.span, error.diagnostics[0].message, error.diagnostics[0].help))
            return None

    def _target(self, path: Path, node: Scalar) -> tuple[Scalar, Path | None, str]:
        """The path and the name of a base of the pack at ``path``; ``None`` for the path after reporting a mistake."""
        if node.text == "default" or node.text.startswith("profile:"):
            named = self._named(node)
            return (node, None, "") if named is None else (node, *named)
        folder = path if is_folder(path) else path.parent
        try:
            target = beside(folder, node.text)
        except Refused as refused:
            self.problems.append(BadExtends.at(node.span, f"{_quoted(node.text)} {refused.reason}", refused.help))
            return node, None, ""
        help_ = "write the path of a YAML file or a folder next to this file, or `default`"
        if not os.path.exists(target):
            self.problems.append(BadExtends.at(node.span, f"there is no {_quoted(node.text)} next to this file", help_))
            return node, None, ""
        if not is_folder(target) and not (os.path.isfile(target) and target.suffix in SUFFIXES):
            self.problems.append(
                BadExtends.at(node.span, f"{_quoted(node.text)} is neither a folder nor a YAML file", help_)
            )
            return node, None, ""
        return node, target, os.path.normpath(folder / node.text)


def parsed(name: str, text: str) -> File:
    """A file of a pack from its text. Raises :class:`InvalidInput` if it cannot be read."""
    root, mistakes = read_yaml(text, name)
    if root is None or isinstance(root, Mapping):
        return File(name, text, root, mistakes)
    mistake = WrongShape.at(root.span, "a pack is a mapping", "begin with `rules:` or another section of a pack")
    return File(name, text, None, (*mistakes, mistake))


def _quoted(name: str) -> str:
    """A name for messages: printable, and not longer than a line."""
    shown = "".join(sign if sign.isprintable() else "\ufffd" for sign in name)
    return f"`{shown}`" if len(shown) <= _SHOWN else f"`{shown[:_SHOWN]}…`"


def _unreadable(name: str, refused: Refused) -> Diagnostic:
    return UnreadablePack.at(None, f"{_quoted(name)}: {refused.reason}", refused.help)
