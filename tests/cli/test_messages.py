"""``tactful messages``: catalogues are made, brought up to date and checked, and nothing that translators wrote is lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

import tactful
from tactful.cli.app import app
from tactful.facts.reading.limits import CaseLimits
from tactful.formats.po import Original, state, template, updated
from tactful.language.catalogs import parsed, read_catalog
from tactful.source.diagnostics import InvalidInput

PACK = """
pack: {name: small, version: 1}
actions:
  ask: {about: Ask for news, label: "Ask {application.company|them} for news", steps: ["Keep it short."]}
rules:
  ask-for-news:
    about: Ask.
    source: House rules
    for each: application
    when: {application.reply_by: past}
    then: {should: ask}
    because: "They said {application.reply_by}."
"""
OVERLAY = """
pack: {name: ours, version: 1}
extends: base/pack.yaml
actions:
  ask: {label: "Call {application.company|them}"}
"""
CASE = {
    "now": "2026-11-24T12:00:00Z",
    "candidate": {"id": "me", "time_zone": "UTC"},
    "applications": [{"id": "a", "reply_by": "2026-11-23"}],
}


def _run(*words: object) -> Result:
    return CliRunner().invoke(app, ["messages", *map(str, words)])


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A pack with a catalogue in which all is translated."""
    path = tmp_path / "base" / "pack.yaml"
    path.parent.mkdir()
    path.write_text(PACK, "utf-8")
    assert _run("update", "de", path).exit_code == 0
    _translate(
        path, "Bei {application.company|der Firma} nachfragen", "Fassen Sie sich kurz.", "{application.reply_by}!"
    )
    return path


def _catalog(pack: Path) -> Path:
    return pack.parent / "messages" / "de.po"


def _translate(pack: Path, *texts: str) -> None:
    catalog = polib.pofile(str(_catalog(pack)))
    for entry, text in zip(catalog, texts, strict=True):
        entry.msgstr = text
    catalog.save()


def _policy(pack: Path) -> tactful.Policy:
    """The pack read anew: tests share policies of the same text and limits, and would not see another catalogue."""
    return tactful.load(
        pack, limits=CaseLimits(people=_catalog(pack).stat().st_mtime_ns if _catalog(pack).exists() else 9)
    )


def _label(pack: Path) -> str:
    return _policy(pack).decide(CASE, language="de").actions[0].label


def test_a_new_catalogue_has_every_sentence_with_its_place(pack: Path) -> None:
    """With the id as its context, what it is about as a comment, and file and line."""
    label, step, because = polib.pofile(str(_catalog(pack)))
    assert (label.msgctxt, label.occurrences) == ("actions.ask.label", [("pack.yaml", "4")])
    assert (step.msgctxt, step.msgid) == ("actions.ask.steps.1", "Keep it short.")
    assert (because.comment, because.occurrences) == ("Ask. (House rules)", [("pack.yaml", "6")])
    assert _run("check", pack).exit_code == 0


def test_a_changed_original_makes_its_translation_stale(pack: Path) -> None:
    """`check` says so, the new sentence is shown, `update` keeps the translation as fuzzy, and a translator settles it."""
    pack.write_text(PACK.replace("} for news", "} again"), "utf-8")
    checked = _run("check", pack)
    assert (checked.exit_code, "the original changed: actions.ask.label" in checked.stdout) == (1, True)
    assert _label(pack) == "Ask them again"
    assert _run("update", "de", pack).exit_code == 0
    catalog = polib.pofile(str(_catalog(pack)))
    (fuzzy,) = catalog.fuzzy_entries()
    assert (fuzzy.msgid, fuzzy.previous_msgid) == (
        "Ask {application.company|them} again",
        "Ask {application.company|them} for news",
    )
    assert fuzzy.msgstr == "Bei {application.company|der Firma} nachfragen"
    assert _label(pack) == "Ask them again"
    fuzzy.flags.remove("fuzzy")
    catalog.save()
    assert (_label(pack), _run("check", pack).exit_code) == ("Bei der Firma nachfragen", 0)


def test_an_overlay_brings_its_own_translations(pack: Path, tmp_path: Path) -> None:
    """What it says otherwise is in its own catalogue alone; until then it is shown as it was written."""
    over = tmp_path / "ours.yaml"
    over.write_text(OVERLAY, "utf-8")
    assert _label(over) == "Call them"
    assert _run("update", "de", over).exit_code == 0
    (entry,) = polib.pofile(str(_catalog(over)))
    assert entry.msgctxt == "actions.ask.label"
    _translate(over, "{application.company|Die Firma} anrufen")
    assert _label(over) == "Die Firma anrufen"
    assert _label(pack) == "Bei der Firma nachfragen"
    told = _policy(over).decide(CASE, language="de").actions[0]
    assert (told.steps, told.because[0].text) == (("Fassen Sie sich kurz.",), "Mo., 23. Nov. 2026!")


def test_a_wrong_placeholder_is_reported_with_file_and_line(pack: Path) -> None:
    """`check` and every command that would use the translation refuse it."""
    _translate(pack, "Nachfragen", "Kurz.", "{application.reply_by}")
    result = _run("check", pack)
    assert result.exit_code == 1
    assert "de.po:" in result.stderr
    assert "T362 the translation of `actions.ask.label` lacks `{application.company}`" in result.stderr


def test_a_text_twice_is_no_catalogue() -> None:
    """It would be open which of the two counts."""
    text = 'msgid "a"\nmsgstr "b"\n\nmsgid "a"\nmsgstr "c"\n'
    with pytest.raises(InvalidInput, match="T361") as caught:
        read_catalog(text, "de.po", "de")
    span = caught.value.diagnostics[0].span
    assert span is not None
    assert span.line == 4


#: Texts as people write them, with all that means something in a PO file.
_TEXTS = st.text(st.sampled_from('aä€😀 \\"\n\t{}#|$⟦'), min_size=1, max_size=12)
_ORIGINALS = st.lists(
    st.builds(Original, st.none() | _TEXTS, _TEXTS, _TEXTS, st.none() | st.just(("a.yaml", "3")), st.none() | _TEXTS),
    max_size=4,
    unique_by=lambda original: (original.context, original.text),
)


@given(_ORIGINALS, st.data())
def test_a_catalogue_is_read_as_it_was_written(originals: list[Original], data: st.DataObject) -> None:
    """Texts, translations, plural forms, comments of translators and marks; and an update without changes changes nothing."""
    catalog = template(originals, "de")
    for entry in catalog:
        if entry.msgid_plural:
            entry.msgstr_plural = {0: data.draw(_TEXTS), 1: data.draw(_TEXTS)}
        else:
            entry.msgstr = data.draw(_TEXTS)
        entry.tcomment = data.draw(st.sampled_from(["", "for Anna", "two\nlines"]))
        entry.flags = data.draw(st.sampled_from([[], ["fuzzy"]]))
    text = f"{catalog}\n"
    read = parsed(text, "de.po")
    assert [_parts(entry) for entry in read] == [_parts(entry) for entry in catalog]
    again = updated(read, originals)
    assert f"{again}\n" == text
    told = state(read, originals)
    assert told.texts - len(told.missing) - len(told.stale) == sum(not entry.fuzzy for entry in catalog)


def _parts(entry: polib.POEntry) -> tuple[object, ...]:
    plural = {int(no): text for no, text in entry.msgstr_plural.items()}
    return entry.msgctxt, entry.msgid, entry.msgid_plural, entry.msgstr, plural, entry.tcomment, entry.flags


_RELOADS = """
import sys, pathlib, tactful
case = {"now": "2026-11-24T12:00:00Z", "candidate": {"id": "me", "time_zone": "UTC"},
        "applications": [{"id": "a", "reply_by": "2026-11-23"}]}
pack, catalog = sys.argv[1:]
watch = tactful.watch(pack, seconds=0)
german = watch.policy.in_language("de")
assert german.reload() is german
path = pathlib.Path(catalog)
path.write_text(path.read_text("utf-8").replace("der Firma", "dem Unternehmen"), "utf-8")
for policy in (german, german.reload(), watch.policy.in_language("de")):
    print(policy.decide(case).actions[0].label)
"""


def test_changed_translations_count_after_a_reload(pack: Path) -> None:
    """A service that watches its rules tells the new words; a policy that is in use stays as it is."""
    done = subprocess.run(
        [sys.executable, "-c", _RELOADS, str(pack), str(_catalog(pack))], check=False, capture_output=True, text=True
    )
    assert (done.stderr, done.stdout.splitlines()) == (
        "",
        ["Bei der Firma nachfragen", "Bei dem Unternehmen nachfragen", "Bei dem Unternehmen nachfragen"],
    )
