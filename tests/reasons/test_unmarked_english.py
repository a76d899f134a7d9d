"""No command and no format tells a candidate English words that nobody can translate."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from typer.testing import CliRunner

import pseudo
import tactful
from tactful.api.policy import Policy
from tactful.cli.app import app
from tactful.facts.fields import given_fields
from tactful.formats.text.facts import values_of

EXAMPLES: Final = Path(__file__).parents[2] / "examples"
CASES: Final = sorted(path.stem for path in EXAMPLES.glob("*.yaml"))
DEFAULT: Final = ("two_interviewers_one_wants_email",)
#: What of an iCalendar file, and of JSON, people read.
_LINES: Final = ("SUMMARY", "DESCRIPTION", "CATEGORIES", "X-WR-CALNAME")
_TEXTS: Final = frozenset(
    ("label", "steps", "text", "ask", "said", "says", "before_said", "after_said", "first", "second", "own", "other")
)
#: Of each command, the actions that it explains: one that is advised, and others.
_ACTIONS: Final = ("thank_you_note", "ask_for_news", "call", "resign")
#: What stays in English on purpose. Holidays have the names that the library `holidays` gives them; in Greek it has none
#: for the countries of the examples.
_ON_PURPOSE: Final = re.compile(
    r"UTC|[A-Z][a-z]+/[A-Z]\w+|default 1"  # time zones, and the name of the pack
    r"|\[[\w./-]+\.yaml:\d+(?:: [^\]]*)?\]?"  # where a rule or a fact is defined, with its description
    r"|Columbus Day|All Saints' Day|Veterans Day|Thanksgiving Day|Christmas Day|Boxing Day|October Bank Holiday"
    r"|Second Day of Christmas|New Year's Day|\(observed\)"
)
#: A value that another answer would take, as it is written in cases.
_VALUES: Final = {
    value for fields in given_fields().values() for field in fields.values() for value in values_of(field.kind)
}
_OTHERWISE: Final = re.compile(f"→ (?:{'|'.join(sorted(_VALUES))})")
#: A text that is cut in a chart; it is whole elsewhere.
_CUT: Final = re.compile(r"(?:⟦[^⟦⟧\n]*|\w+)…")
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z'’]*")


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    """The shipped pack in the pseudo-language."""
    return tactful.load(pseudo.folder(tmp_path_factory.mktemp("pseudo")))


class Look:
    """Runs commands, and collects the unmarked words of what they print."""

    def __init__(self, policy: Policy, case: str, other: str) -> None:
        self._path, self._other = (EXAMPLES / f"{name}.yaml" for name in (case, other))
        #: Words that do not come from texts: of the case, and of conditions, which are in the language of rules.
        self._known = {word for path in (self._path, self._other) for word in _words(path.read_text("utf-8"))}
        self._known.update(_rule_words(policy))
        self._notes = _notes(policy)
        self.found: dict[str, list[str]] = {}

    def run(self, command: str, *words: str, typed: str | None = None) -> None:
        arguments = [command, str(self._path), *words, "--language", pseudo.LANGUAGE]
        result = CliRunner().invoke(app, arguments, input=typed)
        assert result.exit_code == 0, (arguments, result.stderr)
        told = result.output if typed is not None else result.stdout
        for text in _read(told, words):
            self._look(" ".join((command, *words)), text)

    def compare(self, *words: str) -> None:
        """Compare the case with the other one."""
        self.run("compare", str(self._other), *words)

    def file(self, path: Path, *words: str) -> None:
        """Write a calendar, and look at it."""
        CliRunner().invoke(app, ["plan", str(self._path), "--ics", str(path), "--language", pseudo.LANGUAGE, *words])
        for line in path.read_bytes().replace(b"\r\n ", b"").decode().splitlines():
            name, _, text = line.partition(":")
            if name in _LINES:
                self._look(f"ics {name}", text.replace("\\n", " ").replace("\\", ""))

    def _look(self, where: str, text: str) -> None:
        text = re.sub(r"[\s│├└─]+", " ", _CUT.sub("", text))
        for note in self._notes:
            text = text.replace(note, " ")
        for piece in pseudo.unmarked(_OTHERWISE.sub(" ", _ON_PURPOSE.sub(" ", text))):
            words = [word for word in _WORD.findall(piece) if word not in self._known]
            if words:
                self.found.setdefault(where, []).append(f"{' '.join(words)} in {piece!r}")


def _read(told: str, words: tuple[str, ...]) -> Iterator[str]:
    """The texts of an answer."""
    if "json" in words:
        yield from _strings(json.loads(told))
    elif "html" in words or "svg" in words:
        for text in re.sub(r"<style.*?</style>|<script.*?</script>|<[^>]*>", "\n", told, flags=re.DOTALL).splitlines():
            yield unescape(text)
    else:
        yield told


def _strings(part: Any, key: str = "") -> Iterator[str]:
    if isinstance(part, dict):
        for name, value in part.items():
            yield from _strings(value, name)
    elif isinstance(part, list):
        for value in part:
            yield from _strings(value, key)
    elif isinstance(part, str) and key in _TEXTS:
        yield part


def _words(text: str) -> Iterator[str]:
    return (word for name in _WORD.findall(text) for word in (name, *name.split("_")))


def _rule_words(policy: Policy) -> Iterator[str]:
    """The words of rules that are not told as sentences: names, ids, phrases of conditions."""
    for path in policy.files:
        if path.suffix == ".yaml":
            yield from _outside_texts(yaml.load(path.read_text("utf-8"), yaml.BaseLoader))


def _outside_texts(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for name, value in part.items():
            if name not in ("about", "because", "label", "steps", "step", "ask", "source", "topics"):
                yield from _words(re.sub(r"[-_.]", " ", name))
                yield from _outside_texts(value)
    elif isinstance(part, list):
        for value in part:
            yield from _outside_texts(value)
    else:
        yield from _words(re.sub(r"[-_.]", " ", part))


def _notes(policy: Policy) -> list[str]:
    """What is written for those who check rules: sources and descriptions. The longest come first."""
    rules = policy.checked.rules
    notes = {*(rule.source for rule in rules), *(rule.about for rule in rules)}
    notes |= {fact.about for fact in policy.facts.values()}
    return sorted({" ".join(note.split()) for note in notes if note}, key=len, reverse=True)


@pytest.fixture
def look(policy: Policy, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Look:
    """A case, in lines that are long enough to cut no text."""
    monkeypatch.setenv("COLUMNS", "1000")
    monkeypatch.setattr("tactful.cli.options.load", lambda pack, engine: policy)
    monkeypatch.setattr("tactful.cli.options.load_for_few", lambda pack, engine: policy)
    case: str = request.param
    return Look(policy, case, CASES[CASES.index(case) - 1])


@pytest.mark.parametrize("look", DEFAULT, indirect=True)
def test_what_is_advised_can_be_translated(look: Look) -> None:
    """Names, ids, conditions, sources and descriptions of rules stay as they are; all other words are marked."""
    look.run("advise", "--full")
    look.run("plan")
    look.compare()
    assert look.found == {}


@pytest.mark.slow
@pytest.mark.parametrize("look", CASES, indirect=True)
def test_every_word_of_every_command_can_be_translated(look: Look, tmp_path: Path) -> None:
    """The same in every format, with questions, reasons, counterfactuals and what other facts change."""
    look.run("advise")
    look.run("advise", "--full", "--set", "candidate.searching=no", "--set", "candidate.employed=no")
    look.run("advise", "--format", "json", "--questions", "--messages", "--next-change")
    look.run("advise", "--ask", typed="\n\nq\n")
    for action in _ACTIONS:
        look.run("why", action, "--flip")
        look.run("why", action, "--format", "json")
    for format_ in ("text", "json", "svg", "html"):
        look.run("plan", "--format", format_)
    look.file(tmp_path / "plan.ics")
    look.compare()
    look.compare("--format", "json")
    assert look.found == {}
