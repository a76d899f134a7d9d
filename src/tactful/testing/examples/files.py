"""Which files of examples belong to a pack.

They are in the folder ``tests`` next to a pack's files. A file names the pack that it is for: ``pack: ../acme.yaml``,
or a shipped pack's name. A file without ``pack`` is for the folder above ``tests``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from tactful.language.load.files import SUFFIXES, locate
from tactful.language.load.places import Refused, is_inside, read_regular_file
from tactful.source.codes.examples import ExampleShape, IncompleteExample, UnreadableExamples
from tactful.source.diagnostics import Diagnostic, InvalidInput
from tactful.source.nodes import Mapping, Node, Scalar, TextLimits, decode
from tactful.source.parse_yaml import parse_yaml
from tactful.source.suggest import did_you_mean

FOLDER: Final = "tests"
#: The keys of a file of examples.
KEYS: Final = ("pack", "cases", "examples")


class ExampleFile(msgspec.Struct, frozen=True):
    """A file of examples: where it is, the name to show, its text and content, and the pack that it is for."""

    path: Path
    name: str
    text: str
    root: Mapping
    pack: Path


def example_files(location: str | Path) -> list[ExampleFile]:
    """The files of examples that belong to the pack at ``location``, by name. Raises :class:`InvalidInput`."""
    path, label = locate(location)
    folder, shown = (path, label) if path.is_dir() else (path.parent, str(Path(label).parent))
    own = {path.resolve()}
    if _only(path, folder):
        own.add(folder.resolve())
    files, problems, sources = list[ExampleFile](), list[Diagnostic](), dict[str, str]()
    for yaml_file in yaml_files(folder / FOLDER):
        try:
            _check_place(yaml_file, folder, _name(shown, yaml_file))
            file = read_file(yaml_file, _name(shown, yaml_file))
        except InvalidInput as error:
            problems.extend(error.diagnostics)
            sources.update(error.sources)
            continue
        if file is not None and file.pack in own:
            files.append(file)
    if problems:
        raise InvalidInput(problems, sources)
    return files


def _check_place(path: Path, folder: Path, name: str) -> None:
    """Check that a file is in the pack's folder: a link elsewhere would show what is there. Raises :class:`InvalidInput`."""
    try:
        inside = is_inside(path, folder)
    except Refused as refused:
        raise InvalidInput([UnreadableExamples.at(None, f"`{name}`: {refused.reason}")]) from None
    if not inside:
        help_ = "copy the file there"
        raise InvalidInput([UnreadableExamples.at(None, f"`{name}` is a link out of the folder of the pack", help_)])


def _only(path: Path, folder: Path) -> bool:
    """Whether a pack's file is the only YAML file in its folder, so that the folder is the same pack."""
    return path.is_file() and [other.resolve() for other in yaml_files(folder) if other.is_file()] == [path.resolve()]


def _name(shown: str, path: Path) -> str:
    return f"{FOLDER}/{path.name}" if shown == "." else f"{shown.rstrip('/')}/{FOLDER}/{path.name}"


def yaml_files(folder: Path) -> list[Path]:
    """The YAML files of a folder, by name; empty where there is no such folder."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.suffix in SUFFIXES)


def read_file(path: Path, name: str) -> ExampleFile | None:
    """The file of examples at ``path``; ``None`` where the file is a case. Raises :class:`InvalidInput`."""
    return parse_file(read_text(path, name), path, name)


def parse_file(text: str, path: Path, name: str) -> ExampleFile | None:
    """The same from the text of the file at ``path``, whether or not there is one."""
    root = parse_yaml(text, name)
    if not isinstance(root, Mapping):
        message = f"`{name}` is empty" if root is None else "a file of examples is a mapping"
        code = UnreadableExamples if root is None else ExampleShape
        raise InvalidInput(
            [code.at(None if root is None else root.span, message, "begin with `examples:`")], {name: text}
        )
    keys = [key.text for key, _ in root.entries]
    if "examples" not in keys:
        if "candidate" in keys:
            return None
        meant = next((help_ for key in keys if (help_ := did_you_mean(key, KEYS[2:]))), None)
        problem = IncompleteExample.at(root.span, "the file has no `examples`", meant or "write `examples:`")
        raise InvalidInput([problem], {name: text})
    return ExampleFile(path, name, text, root, _pack_of(root, path, text))


def _pack_of(root: Mapping, path: Path, text: str) -> Path:
    """The pack that a file is for."""
    node = next((value for key, value in root.entries if key.text == "pack"), None)
    if node is None:
        return path.resolve().parent.parent
    help_ = "write its path from this file, such as `../acme.yaml`, or `default`"
    if not isinstance(node, Scalar) or not node.text:
        raise InvalidInput([ExampleShape.at(node.span, "`pack` names one pack", help_)], {node.span.file: text})
    if node.text == "default" or node.text.startswith("profile:"):
        return locate(node.text)[0].resolve()
    target = path.parent / node.text
    if Path(node.text).is_absolute() or not target.exists():
        problem = UnreadableExamples.at(node.span, f"there is no pack `{node.text}` from here", help_)
        raise InvalidInput([problem], {node.span.file: text})
    return target.resolve()


def read_yaml(path: Path, name: str) -> tuple[str, Node | None]:
    """The text and the content of a YAML file. Raises :class:`InvalidInput`."""
    text = read_text(path, name)
    return text, parse_yaml(text, name)


def read_text(path: Path, name: str) -> str:
    """The text of a file. Raises :class:`InvalidInput`."""
    try:
        data = read_regular_file(path, TextLimits().bytes)
    except Refused as refused:
        raise InvalidInput([UnreadableExamples.at(None, f"`{name}`: {refused.reason}")]) from None
    return decode(data, name)
