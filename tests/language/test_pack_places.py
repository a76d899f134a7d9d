"""What a pack may read: regular files beside it, resolved before they are opened."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

import tactful
from tactful.language.load import files

MARKER = "hunter2"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder for packs. Beside it are a secret file and a secret folder."""
    (tmp_path / "secret.yaml").write_text(f"password: {MARKER}\n")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "a.yaml").write_text(f"password: {MARKER}\n")
    folder = tmp_path / "packs"
    folder.mkdir()
    return folder


def _mistakes(location: Path) -> list[str]:
    with pytest.raises(tactful.InvalidInput) as caught:
        tactful.load(location)
    assert MARKER not in f"{caught.value} {caught.value.sources}"
    assert all(len(problem.message) < 300 for problem in caught.value.diagnostics)
    return [problem.code for problem in caught.value.diagnostics]


@pytest.mark.parametrize(
    "name",
    [
        *("../secret.yaml", "./../secret.yaml", "below/../../secret.yaml", "..", "../secrets", "/etc/passwd", "/"),
        *("~/secret.yaml", "file:///etc/passwd", "file://../secret.yaml", "%2e%2e/secret.yaml", "..\\secret.yaml"),
        *("a" * 5_000, f"{'a' * 5_000}.yaml", f"{'a/' * 2_500}b.yaml", f"{'b' * 198}.yaml", "profile:" + "x" * 5_000),
        *(
            "a\0.yaml",
            "a\x1b[31m.yaml",
            "a\u202e.yaml",
            "a\n.yaml",
            "DEFAULT",
            "Default",
            "Profile:academia",
            "profile:../x",
        ),
    ],
    ids=lambda name: ascii(name)[:30],
)
def test_what_is_not_beside_a_pack_is_not_read(place: Path, name: str) -> None:
    """Names that lead elsewhere, or are no names of files, are reported by T308 at the name."""
    (place / "top.yaml").write_text(f"extends: {json.dumps(name)}")
    assert _mistakes(place / "top.yaml") == ["T308"]


def _socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the path of a socket may have about a hundred characters
    try:
        socket.socket(socket.AF_UNIX).bind(path.name)
    finally:
        os.chdir(here)


#: What stands at the place of a YAML file.
STRANGE: dict[str, Callable[[Path], object]] = {
    "a link to a secret file": lambda path: path.symlink_to(path.parent.parent / "secret.yaml"),
    "a relative link to a secret file": lambda path: path.symlink_to("../secret.yaml"),
    "a link to a device": lambda path: path.symlink_to("/dev/zero"),
    "a link to itself": lambda path: path.symlink_to(path),
    "a link to nothing": lambda path: path.symlink_to(path.parent / "nothing.yaml"),
    "a pipe": os.mkfifo,
    "a socket": _socket,
}


@pytest.mark.parametrize("what", STRANGE)
def test_only_regular_files_beside_a_pack_are_read(place: Path, what: str) -> None:
    """Links that lead out of the folder, pipes, sockets and devices are reported, and not opened."""
    STRANGE[what](place / "other.yaml")
    (place / "top.yaml").write_text("extends: other.yaml")
    assert _mistakes(place / "top.yaml") == ["T308"]


@pytest.mark.parametrize("what", STRANGE)
def test_a_folder_of_rules_has_regular_files_only(place: Path, what: str) -> None:
    """The same in a folder that is read as one pack: nothing is passed over in silence."""
    (place / "a.yaml").write_text("rules: {}")
    if "link" in what and "secret" in what:
        STRANGE[what](place / "b.yaml")
    else:
        STRANGE[what](place / "c.yml")
    assert _mistakes(place) == ["T301"]


def test_a_link_to_a_folder_elsewhere_is_refused(place: Path) -> None:
    """``extends: linked`` where ``linked`` is a link to a folder outside."""
    (place / "linked").symlink_to(place.parent / "secrets")
    (place / "top.yaml").write_text("extends: linked")
    assert _mistakes(place / "top.yaml") == ["T308"]


def test_links_within_the_folder_are_read(place: Path) -> None:
    """A folder may have links to its own files, as mounted configuration does."""
    (place / "..data").mkdir()
    (place / "..data" / "rules.yaml").write_text("actions: {call: {about: a call}}")
    (place / "rules.yaml").symlink_to("..data/rules.yaml")
    (place / "below").mkdir()
    (place / "below" / "base.yaml").write_text("actions: {write: {about: a letter}}")
    (place / "top.yaml").write_text("extends: below/base.yaml")
    assert set(tactful.load(place).checked.actions) == {"call", "write"}


def test_a_large_file_is_not_read(place: Path) -> None:
    """The size is looked at before the file is read: a sparse file of a terabyte is refused at once."""
    with (place / "top.yaml").open("wb") as stream:
        stream.truncate(10**12)
    assert _mistakes(place / "top.yaml") == ["T101"]


def test_all_files_of_a_pack_have_a_bound(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound is on all files together, those that the pack extends among them."""
    monkeypatch.setattr(files, "MAX_BYTES", 1_000)
    for no in range(3):
        (place / f"{no}.yaml").write_text(f"#{'x' * 400}")
    assert _mistakes(place) == ["T101"]


def test_packs_that_a_pack_extends_have_a_bound(place: Path) -> None:
    """At most twenty packs, beside each other as well as on top of each other."""
    for no in range(25):
        (place / f"b{no}.yaml").write_text("rules: {}")
    (place / "top.yaml").write_text(f"extends: [{', '.join(f'b{no}.yaml' for no in range(25))}]")
    assert set(_mistakes(place / "top.yaml")) == {"T308"}
