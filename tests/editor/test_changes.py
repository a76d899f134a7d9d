"""What ``tactful lsp`` changes when asked: names in all files of a pack, and what a mark is about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

import tactful
from lsp_client import Editor

#: A pack of two files, which an overlay beside it extends.
BASE: Final = """\
pack: {name: base, version: 1}
custom_facts:
  person:
    mood: {type: one of, values: [sad, glad], about: "Their mood 🙂.", ask: "How is {person.name|this person}?"}
parameters:
  patience: {value: 3 days, about: How long I wait.}
actions:
  ring: {about: a call, label: "Ring {person.name|them}"}
  ring_twice: {about: two calls, is_a: ring}
"""
RULES: Final = """\
facts:
  person.cheerful:
    about: Their mood is good.
    when: {person.mood: glad}
rules:
  ring-up:
    about: Ring whoever is cheerful. The word person.cheerful here is no name.
    source: Me
    for each: person
    when:
      all:
        - person.cheerful: yes
        - application.reply_by: at least $patience ago
    then: {should: ring}
    by: $patience after application.reply_by
    because: >-
      {person.name|They} waited {$patience}, and
      {person.cheerful|who knows} is what they are, {person.mood|it seems}.
"""
OVERLAY: Final = """\
extends: pack
rules:
  ring-up: {priority: 70}
  another:
    about: Ring interviewers too.
    source: Me
    for each: interviewer
    when: {interviewer.mood: glad, interviewer.cheerful: "yes"}
    then: {must_not: ring, to: person}
    because: They are {interviewer.mood|unknown}.
invariants:
  calm: {about: Nobody is rung., for each: person, when: {person.mood: sad}, never: [ring, ring_twice]}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """An editor whose server all tests ask: to start the server takes longer than to ask it."""
    with Editor(tmp_path_factory.mktemp("project")) as editor:
        yield editor


@pytest.fixture
def editor(server: Editor, tmp_path: Path) -> Iterator[Editor]:
    """The editor with the pack and its overlay open in a folder of the test's own. They have no mistakes."""
    server.folder = tmp_path
    (tmp_path / "pack").mkdir()
    for name, text in (("pack/pack.yaml", BASE), ("pack/rules.yaml", RULES), ("over.yaml", OVERLAY)):
        (tmp_path / name).write_text(text)
    tactful.load(tmp_path / "over.yaml")
    uris = [server.open(tmp_path / name) for name in ("pack/pack.yaml", "pack/rules.yaml", "over.yaml")]
    assert not [mark for mark in server.marked(*uris) if mark["severity"] == 1]
    yield server
    server.close()


def _place(editor: Editor, name: str, text: str, word: str) -> dict[str, Any]:
    """A place inside of the first occurrence of a word."""
    line, column = next((no, line.index(word)) for no, line in enumerate(text.splitlines()) if word in line)
    return editor.at((editor.folder / name).as_uri(), line, column + len(word) - 1)


def _changed(editor: Editor, edit: dict[str, Any]) -> dict[str, str]:
    """The texts of files after a change, as an editor makes it: places count units of UTF-16."""
    texts = {}
    for uri, edits in edit["changes"].items():
        path = Path(uri.removeprefix("file://"))
        lines = [line.encode("utf-16-le") for line in path.read_text().splitlines(keepends=True)]
        starts = [sum(map(len, lines[:no])) // 2 for no in range(len(lines) + 1)]
        data = b"".join(lines)
        places = [
            (*(starts[place["line"]] + place["character"] for place in each["range"].values()), each) for each in edits
        ]
        for start, end, each in sorted(places, key=lambda place: place[:2], reverse=True):
            data = data[: 2 * start] + each["newText"].encode("utf-16-le") + data[2 * end :]
        texts[path.relative_to(editor.folder).as_posix()] = data.decode("utf-16-le")
    return texts


@pytest.mark.parametrize(
    ("name", "text", "word", "new", "old", "count"),
    [
        ("pack/pack.yaml", BASE, "ring_twice", "ring_again", "ring_twice", 2),
        ("over.yaml", OVERLAY, "never: [ring", "phone", "ring", 5),
        ("pack/rules.yaml", RULES, "- person.cheerful", "happy", "person.cheerful", 4),
        ("pack/rules.yaml", RULES, "{person.mood", "person.feeling", "mood", 6),
        ("pack/rules.yaml", RULES, "$patience", "$grace", "patience", 4),
        ("over.yaml", OVERLAY, "ring-up", "ring-them-up", "ring-up", 2),
        ("over.yaml", OVERLAY, "calm", "quiet", "calm", 1),
    ],
)
def test_a_name_is_changed_wherever_it_stands(
    editor: Editor, name: str, text: str, word: str, new: str, old: str, count: int
) -> None:
    """In both files of the pack and in the overlay that is open: ids, phrases, deadlines, sentences, also folded ones.

    The pack means the same afterwards, and the old name is gone; texts that are no names stay.
    """
    place = _place(editor, name, text, word)
    edit = editor.ask("textDocument/rename", **place, newName=new)
    texts = _changed(editor, edit)
    assert sum(len(edits) for edits in edit["changes"].values()) == count
    for path, changed in texts.items():
        (editor.folder / path).write_text(changed)
    after = tactful.load(editor.folder / "over.yaml").checked
    names = {*after.definitions}
    assert (f"person.{old}" if old == "mood" else old) not in names
    assert any(new.removeprefix("$").rpartition(".")[2] in name for name in names)
    assert len(after.rules) == 2
    assert "The word person.cheerful here is no name." in (editor.folder / "pack/rules.yaml").read_text()


def test_only_names_of_open_packs_can_be_changed(editor: Editor) -> None:
    """Not what every case has, nor words that are no names. A name of the pack has its place."""
    where = _place(editor, "pack/rules.yaml", RULES, "$patience")
    found = editor.ask("textDocument/prepareRename", **where)
    line = RULES.splitlines()[found["start"]["line"]]
    assert line[found["start"]["character"] : found["end"]["character"]] == "patience"
    for word in ("application.reply_by", "source: Me"):
        assert editor.ask("textDocument/prepareRename", **_place(editor, "pack/rules.yaml", RULES, word)) is None


def test_names_of_the_shipped_pack_are_not_changed(server: Editor, tmp_path: Path) -> None:
    """An overlay may not rename what the pack below calls otherwise."""
    uri = server.open(tmp_path / "mine.yaml", "extends: default\nrules: {thank-you-note: {priority: 90}}\n")
    server.told(uri)
    place = server.at(uri, 1, 12)
    assert server.ask("textDocument/prepareRename", **place) is None
    assert "no file that is open" in server.refused("textDocument/rename", **place, newName="thanks")
    server.close(uri)


@pytest.mark.parametrize(
    ("word", "new", "told"),
    [
        ("ring_twice", "ring", "the pack has `ring` already"),
        ("ring_twice", "Ring twice", "cannot be the name"),
        ("ring_twice", "", "cannot be the name"),
        ("patience", "a.b", "cannot be the name"),
    ],
)
def test_a_name_that_cannot_be_is_refused(editor: Editor, word: str, new: str, told: str) -> None:
    """With the reason, and nothing is changed."""
    assert told in editor.refused("textDocument/rename", **_place(editor, "pack/pack.yaml", BASE, word), newName=new)


def test_a_fact_stays_with_its_entity(editor: Editor) -> None:
    """What is asked of a person is not asked of an application."""
    place = _place(editor, "pack/rules.yaml", RULES, "- person.cheerful")
    assert "stays one" in editor.refused("textDocument/rename", **place, newName="application.cheerful")


def _actions(editor: Editor, uri: str, marks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    start, end = marks[0]["range"]["start"], marks[-1]["range"]["end"]
    asked = {"textDocument": {"uri": uri}, "range": {"start": start, "end": end}, "context": {"diagnostics": marks}}
    actions: list[dict[str, Any]] = editor.ask("textDocument/codeAction", **asked)
    return actions


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("person.mood: glad", "person.moood: glad"),
        ("person.mood: glad", "person.mood: gald"),
        ("person.mood: glad", "persn.mood: glad"),
        ("{should: ring}", "{should: rin}"),
        ("at least $patience ago", "at least $patince ago"),
        ("    because:", "    becuse:"),
        ("{person.mood|it", "{person.moood|it"),
        ("application.reply_by: at least", "application.reply_bye: at least"),
        ("for each: person", "for each: persn"),
        ("at least $patience ago", "at least 3 days"),
    ],
)
def test_what_was_meant_is_offered_and_is_right(editor: Editor, right: str, wrong: str) -> None:
    """The change takes the mistake away: facts, values, entities, actions, parameters, keys, placeholders, phrases."""
    path = editor.folder / "pack" / "rules.yaml"
    text = RULES.replace(right, wrong, 1)
    path.write_text(text)
    editor.change(path.as_uri(), 2, {"text": text})
    marks = [mark for mark in editor.told(path.as_uri()) if "did you mean" in mark["message"]]
    assert len(marks) == 1
    offered = [action for action in _actions(editor, path.as_uri(), marks) if action["kind"] == "quickfix"]
    assert offered
    assert offered[0]["title"].startswith("Change to `")
    path.write_text(_changed(editor, offered[0]["edit"])["pack/rules.yaml"])
    tactful.load(editor.folder / "pack")


def test_what_check_fixes_is_offered(editor: Editor) -> None:
    """A parameter and a fact that nothing reads are taken out, each for itself or both at once, as by ``tactful check --fix``."""
    path = editor.folder / "apart" / "alone.yaml"
    text = (
        "parameters:\n  unread: 3 days # not read\n  read: {value: 2 days, about: x, source: y}\n"
        "facts: {person.idle: {about: x, when: {person.prefers: phone}}}\n"
        "actions: {call: {about: a call}}\n"
        "rules:\n  r:\n    about: a\n    source: b\n    for each: application\n"
        "    when: {application.reply_by: at least $read ago}\n    then: {may: call}\n    because: c\n"
    )
    path.parent.mkdir()
    path.write_text(text)
    uri = editor.open(path)
    marks = [mark for mark in editor.told(uri) if mark["code"] in ("T901", "T902")]
    assert len(marks) == 2
    actions = _actions(editor, uri, marks)
    single = [action for action in actions if action["kind"] == "quickfix"]
    assert [action["title"] for action in single] == ["Remove it"] * 2
    assert "unread" not in _changed(editor, single[0]["edit"])["apart/alone.yaml"]
    assert "person.idle" in _changed(editor, single[0]["edit"])["apart/alone.yaml"]
    (whole,) = [action for action in actions if action["kind"] == "source.fixAll"]
    path.write_text(_changed(editor, whole["edit"])["apart/alone.yaml"])
    assert "unread" not in path.read_text()
    assert "idle" not in path.read_text()
    assert not [warning for warning in tactful.load(path).checked.warnings if warning.code in ("T901", "T902")]


def test_an_old_name_is_replaced_by_the_new(editor: Editor) -> None:
    """The pack below renamed an action; the overlay that uses its old name is offered the new one."""
    base = editor.folder / "below.yaml"
    base.write_text("renamed: {actions: {phone: ring}}\nactions: {ring: {about: a call}}\n")
    over = editor.folder / "above.yaml"
    over.write_text(
        "extends: below.yaml\nrules:\n  r: {about: a, source: b, for each: person, then: {may: phone}, because: c}\n"
    )
    uri = editor.open(over)
    marks = [mark for mark in editor.told(uri) if "is now called" in mark["message"]]
    (action,) = _actions(editor, uri, marks)
    assert action["title"] == "Write `ring`"
    assert "{may: ring}" in _changed(editor, action["edit"])["above.yaml"]
