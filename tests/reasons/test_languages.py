"""Advice in other languages: what it says is translated, what it is stays the same."""

from __future__ import annotations

import json
import pickle
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import tactful
from shipped_cases import cases, shipped
from tactful.cli.app import app
from tactful.language.catalogs import read_catalog
from tactful.language.load import translations
from tactful.language.load.files import profiles
from tactful.reasons.words.of import words_of
from tactful.source.diagnostics import InvalidInput

PACK = """
pack: {name: small, version: 1}
parameters: {wait: {value: 5 business days, about: how long}}
actions:
  ask: {about: Ask for news, label: "Ask {application.company|the company} for news", steps: ["Keep it short."]}
rules:
  ask-for-news:
    about: Ask.
    source: House rules
    for each: application
    when: {application.reply_by: past}
    then: {should: ask}
    by: 2 days after application.reply_by
    because: "They said {application.reply_by}. Give them {$wait}. You sent {application.follow_ups} questions."
facts:
  application.follow_ups: {count: message}
"""

GERMAN = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgctxt "actions.ask.label"
msgid "Ask {application.company|the company} for news"
msgstr "Bei {application.company|dem Unternehmen} nachfragen"

msgctxt "rules.ask-for-news.because"
msgid "They said {application.reply_by}. Give them {$wait}. You sent {application.follow_ups} questions."
msgstr ""
"Zugesagt war {application.reply_by}. Warten Sie {$wait}. "
"{application.follow_ups, plural, one {Eine Frage} other {# Fragen}}."

msgid "SHOULD"
msgstr "EMPFOHLEN"

msgid "{n} business day"
msgid_plural "{n} business days"
msgstr[0] "{n} Werktag"
msgstr[1] "{n} Werktage"
"""

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
CASE: dict[str, Any] = {
    "candidate": {"id": "me", "time_zone": "Europe/Berlin"},
    "applications": [{"id": "acme", "reply_by": "2026-11-23", "messages": [{"direction": "sent"}]}],
}


def _folder(tmp_path: Path, german: str = GERMAN) -> Path:
    (tmp_path / "messages").mkdir()
    (tmp_path / "pack.yaml").write_text(PACK, "utf-8")
    (tmp_path / "messages" / "de.po").write_text(german, "utf-8")
    return tmp_path / "pack.yaml"


def test_sentences_values_and_forms_are_in_the_language(tmp_path: Path) -> None:
    """A label with the text for an unknown name; a day, a length of time and a plural form in a sentence."""
    policy = tactful.load(_folder(tmp_path))
    (advice,) = policy.decide(CASE, NOW, language="de").actions
    assert advice.label == "Bei dem Unternehmen nachfragen"
    assert advice.because[0].text == "Zugesagt war Mo., 23. Nov. 2026. Warten Sie 5 Werktage. Eine Frage."
    assert policy.languages == ("en", "de")


def test_a_sentence_without_a_translation_stays_as_it_is(tmp_path: Path) -> None:
    """The fallback is by sentence, and the pack tells which sentences it concerns."""
    policy = tactful.load(_folder(tmp_path)).in_language("de-AT")
    assert policy.decide(CASE, NOW).actions[0].steps == ("Keep it short.",)
    assert policy.checked.untranslated == {"actions.ask.steps.1"}


def test_the_decision_is_the_same_in_every_language(tmp_path: Path) -> None:
    """Without texts, the answers are equal byte for byte; the language is in ``made_with``."""
    policy = tactful.load(_folder(tmp_path))
    english, german = (json.loads(policy.decide(CASE, NOW, language=name).to_json()) for name in ("en", "de"))
    assert german["made_with"].pop("language") == "de"
    assert english["made_with"].pop("language") == "en"
    for answer in (english, german):
        for action in answer["actions"]:
            del action["label"], action["steps"]
            for reason in action["because"]:
                del reason["text"]
    assert german == english


def test_the_first_language_is_always_there(tmp_path: Path) -> None:
    """A policy in one language gives the policy in another, and the pack's own language without a catalogue."""
    german = tactful.load(_folder(tmp_path)).in_language("de")
    assert german.in_language("de") is german
    assert german.in_language("en").decide(CASE, NOW).actions[0].label == "Ask the company for news"


def _case(language: str | None, **more: Any) -> dict[str, Any]:
    return {**CASE, "candidate": {**CASE["candidate"], "language": language, **more}}


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("DE", "de"),
        ("en", "en"),
        ("xx", "en"),
        ("", "en"),
        ("-" * 9_999, "en"),
        (None, "en"),
    ],
)
def test_advice_is_in_the_language_of_the_candidate(tmp_path: Path, language: str | None, told: str) -> None:
    """Where the policy has it. Else, and in a case that does not say, the advice is in the pack's own language."""
    decision = tactful.load(_folder(tmp_path)).decide(_case(language), NOW)
    assert decision.made_with.language == told
    assert decision.actions[0].label.startswith({"de": "Bei", "en": "Ask"}[told])


def test_the_language_that_is_asked_for_counts_more_than_that_of_the_case(tmp_path: Path) -> None:
    """Whether it is asked for once, or for a whole policy; pickles keep it."""
    policy = tactful.load(_folder(tmp_path))
    for decision in (policy.decide(_case("de"), NOW, language="en"), policy.in_language("en").decide(_case("de"), NOW)):
        assert decision.made_with.language == "en"
        assert pickle.loads(pickle.dumps(decision)).actions[0].label == "Ask the company for news"
    assert policy.plan(_case("de"), NOW).now.actions[0].label == "Bei dem Unternehmen nachfragen"


def test_texts_in_two_languages_are_not_compared(tmp_path: Path) -> None:
    """What differs in language alone is the same advice."""
    policy = tactful.load(_folder(tmp_path))
    record = policy.decide(_case("en"), NOW).compare(policy.decide(_case("de"), NOW))
    assert ([fact.fact for fact in record.facts], record.advice) == (["candidate.language"], ())


def test_tables_with_words_have_the_language_of_each_candidate(tmp_path: Path) -> None:
    """A batch may have candidates of several languages."""
    (tmp_path / "cases.jsonl").write_text("\n".join(json.dumps(_case(name, id=name)) for name in ("de", "en")), "utf-8")
    options = ["--rules", str(_folder(tmp_path)), "--at", NOW.isoformat(), "--words", "--format", "jsonl"]
    result = CliRunner().invoke(app, ["batch", str(tmp_path / "cases.jsonl"), str(tmp_path / "out"), *options])
    assert result.exit_code == 0, result.stderr
    told = "".join(path.read_text("utf-8") for path in sorted((tmp_path / "out").rglob("*.jsonl")))
    assert re.findall(r"Bei dem Unternehmen nachfragen|Ask the company for news", told) == [
        "Bei dem Unternehmen nachfragen",
        "Ask the company for news",
    ]


def test_holidays_have_their_names_in_the_language() -> None:
    """Where the library `holidays` has them; else in English. Days off of a pack are called so in the language."""
    policy = tactful.load()
    words = {name: words_of(policy.in_language(name).decider) for name in ("en", "de", "es", "fr")}
    named = {
        (country, language): words[language].holiday(policy.calendars.at("UTC", country), date(2026, 12, 25))
        for country in ("DE-BY", "ES", "JP", "US")
        for language in words
    }
    assert named["DE-BY", "en"] == "Christmas Day"
    assert named["DE-BY", "de"] == "Erster Weihnachtstag"
    assert named["ES", "es"] == "Natividad del Señor"
    assert named["US", "fr"] == "Christmas Day"
    assert named["JP", "de"] == "freier Tag"


def test_an_unknown_language_is_an_error_that_names_the_others(tmp_path: Path) -> None:
    """Nobody is told their advice in a language that they did not ask for."""
    with pytest.raises(InvalidInput, match=r"there are no sentences in `xx`; there are: `en`, `de`"):
        tactful.load(_folder(tmp_path)).decide(CASE, NOW, language="xx")


def test_a_pickled_decision_keeps_its_language(tmp_path: Path) -> None:
    """Pickles hold what a decision was made from, and its language with it."""
    decision = tactful.load(_folder(tmp_path)).decide(CASE, NOW, language="de")
    assert pickle.loads(pickle.dumps(decision)).actions[0].label == "Bei dem Unternehmen nachfragen"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("Nachfragen", "lacks `{application.company}`"),
        ("{application.company} {candidate.name}", "has `{candidate.name}`, its original does not"),
        ("{application.company} {candidate.id, plural, other {x}}", "has `{candidate.id}`, its original does not"),
    ],
)
def test_other_placeholders_are_refused(tmp_path: Path, wrong: str, says: str) -> None:
    """With the file and the line."""
    path = _folder(tmp_path, GERMAN.replace("Bei {application.company|dem Unternehmen} nachfragen", wrong))
    with pytest.raises(InvalidInput) as caught:
        tactful.load(path).in_language("de")
    assert says in str(caught.value)
    span = caught.value.diagnostics[0].span
    assert span is not None
    assert span.file.endswith("de.po")
    assert span.line > 1


def test_a_changed_original_is_not_shown_in_its_old_meaning(tmp_path: Path) -> None:
    """The translation is left aside until somebody looks at it."""
    path = _folder(tmp_path)
    path.write_text(PACK.replace('for news"', 'for an answer"'), "utf-8")
    assert tactful.load(path).decide(CASE, NOW, language="de").actions[0].label == "Ask the company for an answer"


@pytest.mark.parametrize("text", ['msgid "x\nmsgstr "y"\n', "hello\n", 'msgid "x"\nmsgstr "y" z\n'])
def test_what_is_no_catalogue_is_reported(tmp_path: Path, text: str) -> None:
    """A damaged file ends in an error with its name, not in advice in another language."""
    with pytest.raises(InvalidInput, match=r"T361.*`x.po` is not a catalogue"):
        read_catalog(text, "x.po", "de")


def test_catalogues_outside_of_their_folder_are_not_read(tmp_path: Path) -> None:
    """A link may not show a file from elsewhere."""
    path = _folder(tmp_path)
    secret = tmp_path / "secret.po"
    secret.write_text(GERMAN, "utf-8")
    (tmp_path / "messages" / "fr.po").symlink_to(secret)
    with pytest.raises(InvalidInput, match="leads out of its folder"):
        tactful.load(path).in_language("fr")


@pytest.mark.parametrize("name", ["default", *(f"profile:{profile}" for profile in profiles())])
def test_the_shipped_languages_are_whole(name: str) -> None:
    """Every sentence of the shipped pack and of each profile has its translation, with the right placeholders."""
    policy = tactful.load(name)
    assert policy.languages == ("en", "de", "es", "fr")
    for language in policy.languages[1:]:
        assert policy.in_language(language).checked.untranslated == frozenset()


@pytest.mark.parametrize("language", ["de", "es", "fr"])
def test_the_words_of_the_product_are_whole(language: str) -> None:
    """Headings, modalities, words of facts and the rest: none is empty or waits for a translator."""
    catalog = polib.pofile(str(translations.product_folder() / f"{language}.po"))
    assert catalog.untranslated_entries() == []
    assert catalog.fuzzy_entries() == []


_DRAWN = given(cases, st.sampled_from(["de", "es", "fr"]))


@_DRAWN
@settings(max_examples=24)
def test_drawn_cases_are_decided_alike_in_every_language(case: dict[str, Any], language: str) -> None:
    """What is advised, in which order, by when and by which rules hangs on no language."""
    _decided_alike(case, language)


@pytest.mark.slow
@_DRAWN
@settings(max_examples=10_000)
def test_ten_thousand_drawn_cases_are_decided_alike(case: dict[str, Any], language: str) -> None:
    """The same for many more cases."""
    _decided_alike(case, language)


def _decided_alike(case: dict[str, Any], language: str) -> None:
    policy = shipped("default")
    english, other = (json.loads(policy.decide(case, language=name).to_json()) for name in ("en", language))
    for answer in (english, other):
        del answer["made_with"]["language"]
        _without_texts(answer)
    assert other == english


def _without_texts(part: Any) -> None:
    if isinstance(part, dict):
        for name in ("label", "steps", "text", "because") if "modality" in part else ("label", "text"):
            if isinstance(part.get(name), str) or name == "steps":
                part.pop(name, None)
        for value in part.values():
            _without_texts(value)
    elif isinstance(part, list):
        for value in part:
            _without_texts(value)


CHOOSING = """
pack: {name: choosing, version: 1}
actions:
  ask: {about: Ask, label: "Ask {offer.form} {offer.conditional}"}
rules:
  ask: {about: Ask., source: Us, for each: application, when: {offer.form: known}, then: {should: ask}, because: Why not.}
"""


def _choosing(tmp_path: Path, form: str, yes: str) -> Path:
    (tmp_path / "messages").mkdir()
    label = f"{{offer.form, select, {form} {{mündlich}} other {{schriftlich}}}}"
    label += f" {{offer.conditional, select, {yes} {{unter Vorbehalt}} other {{fest}}}}"
    (tmp_path / "pack.yaml").write_text(CHOOSING, "utf-8")
    catalog = f'msgctxt "actions.ask.label"\nmsgid "Ask {{offer.form}} {{offer.conditional}}"\nmsgstr "{label}"\n'
    (tmp_path / "messages" / "de.po").write_text(catalog, "utf-8")
    return tmp_path / "pack.yaml"


@pytest.mark.parametrize(
    ("offer", "told"),
    [
        ({"form": "verbal", "conditional": True}, "mündlich unter Vorbehalt"),
        ({"form": "written", "conditional": False}, "schriftlich fest"),
        ({"form": "email"}, "schriftlich fest"),
    ],
)
def test_the_word_of_a_fact_chooses_a_text(tmp_path: Path, offer: dict[str, Any], told: str) -> None:
    """Also the yes or no of a fact. ``other`` is for all other words, and for a fact that is not known."""
    case = {"candidate": {"id": "me"}, "applications": [{"id": "acme", "offer": offer}]}
    (advice,) = tactful.load(_choosing(tmp_path, "verbal", "yes")).decide(case, NOW, language="de").actions
    assert advice.label == told


@pytest.mark.parametrize(
    ("form", "yes", "wrong", "help_"),
    [
        ("oral", "yes", "a form for `oral`, which `offer.form` never is", "`email`, `verbal`, `written`"),
        ("verbal", "ja", "a form for `ja`, which `offer.conditional` never is", "`yes`, `no`"),
    ],
)
def test_a_word_that_a_fact_never_is_is_reported(tmp_path: Path, form: str, yes: str, wrong: str, help_: str) -> None:
    """Its text would never be shown. ``tactful messages check`` names the words that the fact can have."""
    result = CliRunner().invoke(app, ["messages", "check", str(_choosing(tmp_path, form, yes))])
    assert (result.exit_code, wrong in result.stderr, help_ in result.stderr) == (1, True, True), result.stderr
