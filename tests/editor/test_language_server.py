"""``tactful lsp``, a real process, asked as an editor asks it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import tactful
from code_pages import parts, whole
from lsp_client import Editor
from tactful.cli.app import app
from tactful.source.codes.pages import codes

REPOSITORY = Path(__file__).parents[2]
REJECTED = REPOSITORY / "tests" / "cases" / "rejected"
MISTAKES = sorted(path.parent for path in REJECTED.glob("*/pack.yaml"))
#: The codes of packs with an example that their page shows: those of cases, commands and examples are told elsewhere.
CODES = [id_ for id_, code in codes().items() if id_[1] not in "278" and not parts(code)["Example"].startswith("(")]
_RULE = "  {0}: {{for each: candidate, when: {{candidate.employed: yes}}, then: {{may: call}}, because: A.}}\n"
_CALL = "actions: {call: {about: a call}}\n"
#: Packs for codes whose pages show no example, because it takes several files, or a sign that a page cannot show.
#: The first file is opened.
OTHERS = {
    "T102": {"pack.yaml": "rules: {}\n# \x07\n"},
    "T305": {"b.yaml": "rules:\n" + _RULE.format("r"), "a.yaml": f"{_CALL}rules:\n{_RULE.format('r')}"},
    "T916": {"a.yaml": f"{_CALL}rules:\n{_RULE.format('r')}", "b.yaml": ""},
    "T925": {
        "own.yaml": "extends: base.yaml\nrules: {old: {off: yes}}\n",
        "base.yaml": f"{_CALL}renamed: {{rules: {{old: new}}}}\nrules:\n{_RULE.format('new')}",
        "other.yaml": "services: {db: {image: postgres}}\n",
    },
    "T950": {
        "pack.yaml": f"""{_CALL}rules:
  r:
    about: A
    source: B
    for each: person
    when:
      any:
        - person.prefers: email
        - person.prefers: phone
    then: {{may: call}}
    because: C.
"""
    },
}
OVERLAY = """\
extends: default
parameters:
  patience: {value: 3 days, about: How long I wait., source: Me}
rules:
  ring-up:
    about: Call whoever likes calls.
    source: Me
    for each: person
    when:
      person.prefers: phone
      application.reply_by: at least $patience ago
    then: {should: call, to: person.id}
    because: "{person.name|They} would rather talk."
"""
LINES = OVERLAY.splitlines()


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    with Editor(tmp_path_factory.mktemp("project")) as editor:
        yield editor


@pytest.fixture(scope="module")
def overlay(editor: Editor) -> str:
    """An overlay that is open and examined: it has no mistakes."""
    path = editor.folder / "overlay.yaml"
    path.write_text(OVERLAY)
    uri = editor.open(path)
    assert editor.told(uri) == []
    return uri


def _texts(offers: dict[str, Any]) -> list[str]:
    return [item["textEdit"]["newText"] for item in offers["items"]]


def _offered(editor: Editor, uri: str, line: int, text: str) -> list[str]:
    """What is offered at the end of a line that is typed instead of one of the overlay's."""
    changed = "\n".join([*LINES[:line], text, *LINES[line + 1 :]])
    editor.change(uri, 2, {"text": changed})
    offers = editor.ask("textDocument/completion", **editor.at(uri, line, len(text)))
    editor.change(uri, 3, {"text": OVERLAY})
    return _texts(offers)


def test_every_kind_of_mistake_is_marked_as_check_tells_it(editor: Editor) -> None:
    """As many marks as ``tactful check`` tells mistakes, with its codes, at its places."""
    uris = {folder: editor.open(folder / "pack.yaml") for folder in MISTAKES}
    editor.marked(*uris.values())
    for folder, uri in uris.items():
        with pytest.raises(tactful.InvalidInput) as caught:
            tactful.load(folder / "pack.yaml")
        expected = [
            (mistake.code, mistake.span.line - 1, mistake.span.column - 1) if mistake.span else (mistake.code, 0, 0)
            for mistake in caught.value.diagnostics
        ]
        actual = [(mark["code"], *mark["range"]["start"].values()) for mark in editor.marks[uri]]
        assert actual == expected, folder.name
        editor.close(uri)
        assert editor.told(uri) == []


def test_every_code_is_marked_as_check_tells_it(editor: Editor) -> None:
    """The example of each code of packs, warnings included, and what stands there instead of it."""
    checked = {}
    for id_ in CODES:
        shown = parts(codes()[id_])
        for heading in ("Example", "Instead"):
            if shown[heading].startswith("("):
                continue
            folder = editor.folder / f"{id_}-{heading}"
            folder.mkdir()
            path = folder / "pack.yaml"
            path.write_text(whole(shown[heading], id_))
            checked[path] = _checked(path)
            assert (id_ in {code for _, code, *_ in checked[path]}) == (heading == "Example"), path
    uris = {path: editor.open(path) for path in checked}
    editor.marked(*uris.values())
    for path, uri in uris.items():
        marks = editor.marks[uri]
        assert [(mark["severity"], mark["code"], *mark["range"]["start"].values()) for mark in marks] == checked[path]
        editor.close(uri)


@pytest.mark.parametrize("id_", OTHERS)
def test_other_codes_are_marked_as_check_tells_them(editor: Editor, id_: str) -> None:
    """In packs of several files too, in each file of the pack."""
    folder = editor.folder / id_
    folder.mkdir()
    for name, text in OTHERS[id_].items():
        (folder / name).write_text(text)
    first = folder / next(iter(OTHERS[id_]))
    pack = folder if id_ in ("T305", "T916") else first
    told = _checked(pack)
    assert id_ in {code for _, code, *_ in told}
    editor.marks.clear()
    opened = editor.open(first)
    while opened not in editor.marks:
        editor.told(opened)
    editor.ask("textDocument/hover", **editor.at(opened, 0, 0))  # the marks of other files come before the answer
    marks = [mark for name in OTHERS[id_] for mark in editor.marks.get((folder / name).as_uri(), [])]
    assert sorted((mark["severity"], mark["code"], *mark["range"]["start"].values()) for mark in marks) == sorted(told)
    editor.close(opened)


def _checked(path: Path) -> list[tuple[int, str, int, int]]:
    """What ``tactful check`` tells of a pack: severity as editors number it, code, line and column from 0."""
    told = CliRunner().invoke(app, ["check", str(path)]).output
    found = [re.match(r".*?:(\d+):(\d+): (T\d{3}) ", line) for line in told.splitlines()]
    return [
        (_severity(match[3]), match[3], int(match[1]) - 1, int(match[2]) - 1) for match in found if match is not None
    ]


def _severity(code: str) -> int:
    return 4 if code == "T950" else 2 if code.startswith("T9") else 1


def test_shipped_rules_are_not_marked(editor: Editor) -> None:
    """Neither the shipped rules, which are a pack as a folder, nor a profile, which is one alone."""
    files = [REPOSITORY / "rules" / "thank_you.yaml", REPOSITORY / "rules" / "profiles" / "academia.yaml"]
    for uri in [editor.open(file) for file in files]:
        if uri not in editor.marks:
            editor.told(uri)
        assert editor.marks[uri] == []
        editor.close(uri)


def test_a_file_that_is_no_rules_is_left_alone(editor: Editor) -> None:
    """Other YAML gets no marks and no words."""
    path = editor.folder / "compose.yml"
    uri = editor.open(path, "services: {db: {image: postgres}}\n")
    assert editor.ask("textDocument/completion", **editor.at(uri, 0, 3))["items"] == []
    assert uri not in editor.marks


def test_what_is_typed_is_marked_before_it_is_saved(editor: Editor, overlay: str) -> None:
    """Marks follow the text in the editor: a mistake, then warnings, then nothing."""
    prefers = LINES.index("      person.prefers: phone")
    editor.change(overlay, 2, _typed(prefers, 13, 20, "preferes"))
    (mistake,) = editor.told(overlay)
    assert (mistake["code"], mistake["severity"], mistake["source"]) == ("T402", 1, "tactful")
    assert mistake["range"]["start"] == {"line": prefers, "character": 6}
    assert "did you mean `person.prefers`?" in mistake["message"]
    editor.change(overlay, 3, {"text": OVERLAY.replace("    source: Me\n", "")})
    (warning,) = editor.told(overlay)
    assert (warning["code"], warning["severity"]) == ("T907", 2)
    editor.change(overlay, 4, {"text": OVERLAY})
    assert editor.told(overlay) == []


def _typed(line: int, start: int, end: int, text: str) -> dict[str, Any]:
    range_ = {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}}
    return {"range": range_, "text": text}


def test_places_count_as_editors_count(editor: Editor) -> None:
    """A sign that takes two units of UTF-16 moves the marks behind it by two."""
    path = editor.folder / "emoji.yaml"
    text = "extends: default\nrules: {x: {about: '🙂🙂', for each: person, then: {may: cal}, because: x}}\n"
    (mistake,) = [mark for mark in editor.told(editor.open(path, text)) if mark["code"] == "T410"]
    start = mistake["range"]["start"]["character"]
    assert text.splitlines()[1].encode("utf-16-le")[2 * start :].decode("utf-16-le").startswith("cal}")
    editor.close(path.as_uri())


@pytest.mark.parametrize(
    ("line", "typed", "offered", "others"),
    [
        (9, "      person.", "person.prefers: ", "message.kind: "),
        (9, "      ", "application.reply_by: ", "interview.ended_at: "),
        (9, "      person.prefers: ", "phone", "call"),
        (9, "      person.prefers: not e", "not email", "email"),
        (10, "      application.reply_by: at least $", "$patience", "patience"),
        (10, "      application.reply_by: before application.", "application.applied_at", "application.company"),
        (11, "    then: {should: ", "call", "person.id"),
        (11, "    then: {sh", "should: ", "must: "),
        (11, "    then: {should: call, to: ", "person.id", "call"),
        (7, "    for each: ", "interviewer", "people"),
        (8, "    un", "unless: ", "value: "),
        (12, '    because: "Dear {', "person.name", "message.kind"),
        (4, "  thank-you", "thank-you-note: ", "about: "),
        (0, "", "custom_facts: ", "when: "),
        (0, "extends: ", "profile:academia", "call"),
    ],
)
def test_words_that_fit_are_offered(
    editor: Editor, overlay: str, line: int, typed: str, offered: str, others: str
) -> None:
    """Facts in scope, phrases of a fact's kind, parameters, actions, keys and ids: what the place takes, and nothing else."""
    texts = _offered(editor, overlay, line, typed)
    assert offered in texts
    assert others not in texts


def test_a_phrase_of_several_words_replaces_those_that_are_typed(editor: Editor, overlay: str) -> None:
    """``at le`` becomes ``at least``, and not ``at at least``."""
    typed = "      application.reply_by: at le"
    editor.change(overlay, 2, {"text": "\n".join([*LINES[:10], typed, *LINES[11:]])})
    offers = editor.ask("textDocument/completion", **editor.at(overlay, 10, len(typed)))
    edit = next(item["textEdit"] for item in offers["items"] if item["textEdit"]["newText"] == "at least ")
    assert edit["range"]["start"] == {"line": 10, "character": typed.index("at le")}
    editor.change(overlay, 3, {"text": OVERLAY})


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("person.prefers", "The channel that the person asked for."),
        ("$patience", "3 days"),
        ("call,", "(action"),
        ("person.name", "(fact: text, given)"),
    ],
)
def test_a_name_is_described_where_it_stands(editor: Editor, overlay: str, word: str, told: str) -> None:
    """A fact with its kind, a parameter with its value, an action with its kind, each with the sentence about it."""
    hover = editor.ask("textDocument/hover", **_place(editor, overlay, word))
    assert f"**{word.rstrip(',')}**" in hover["contents"]["value"]
    assert told in hover["contents"]["value"]


def test_definitions_are_found_here_and_in_the_packs_below(editor: Editor, overlay: str) -> None:
    """A parameter of the file, and an action of the shipped rules; a fact of which no pack says anything has no definition."""
    here = editor.ask("textDocument/definition", **_place(editor, overlay, "$patience"))
    assert (here["uri"], here["range"]["start"]["line"]) == (overlay, 2)
    below = editor.ask("textDocument/definition", **_place(editor, overlay, "call,"))
    file = Path(below["uri"].removeprefix("file://"))
    assert file.name == "actions.yaml"
    assert file.read_text().splitlines()[below["range"]["start"]["line"]].startswith("  call:")
    assert editor.ask("textDocument/definition", **_place(editor, overlay, "person.id")) is None


def _place(editor: Editor, uri: str, word: str) -> dict[str, Any]:
    line = next(no for no, text in enumerate(LINES) if f" {word}" in text or f"{{{word}" in text)
    return editor.at(uri, line, LINES[line].index(word) + 1)
