"""Every command's output in a terminal of 80 and of 120 columns, with and without colour, and in a pipe."""

from __future__ import annotations

import fcntl
import io
import os
import re
import shutil
import struct
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from rich.cells import cell_len

from tactful.cli import progress
from tactful.cli.app import _COMMANDS
from terminals import ESCAPE, Shown, Terminals, read_all

ROOT: Final = Path(__file__).parents[2]
#: A pack with long ids and long texts, two mistakes in its examples and a rule that nothing exercises.
PACK: Final = """\
pack: {name: house-of-very-long-names, version: 1}
custom_facts:
  person:
    how_they_want_to_be_addressed: {type: text, about: How the person wants to be addressed in letters and on the phone.}
parameters:
  how_long_to_wait_for_an_answer: {value: 2 days, about: How long people are given before anybody asks them for news again.}
facts:
  person.would_rather_be_called_than_written_to:
    about: Somebody who has said in so many words that a call is better than any letter, however short.
    when: {person.prefers: phone}
actions:
  call: {about: a call, label: "Call {person.name|them} and ask in a friendly way how things stand with the application"}
  write_a_letter_by_hand: {about: "a letter by hand, which takes longer to write and to arrive than an email does"}
rules:
  call-them-if-they-said-that-they-would-rather-be-called-than-written-to:
    about: Whoever would rather be called is called, and whoever would rather read is written to.
    source: The house rules of a family with very long names, paragraph 3
    for each: person
    when: {person.would_rather_be_called_than_written_to: yes}
    then: {should: call}
    because: "{person.name|They} said that they would rather be called, and so there is no need to write to them at all."
  write-to-everybody-else:
    about: Others get a letter.
    source: The same
    for each: person
    when: {person.prefers: email}
    then: {may: write_a_letter_by_hand}
    because: They like letters.
invariants:
  nobody-is-called-against-their-wish:
    about: Nobody who asked for email is called, whatever else is known of them and of the job.
    for each: person
    when: {person.prefers: email}
    never: call
"""
#: A claim and an example that do not hold, so that failures are seen.
BROKEN: Final = f"""{PACK}
  nobody-is-called:
    about: Nobody is ever called, whatever they said, and whether or not it is the hour at which people like to be called.
    for each: person
    never: call
"""
CASE: Final = """\
now: 2026-11-23T10:00-05:00
candidate: {id: kim, name: Kim Nowak, time_zone: America/New_York}
applications:
  - id: acme
    company: 株式会社アクメ・コンサルティング
    people:
      - {id: dana, name: 田中さくら, prefers: phone}
      - {id: lee, name: Lee Park-Featherstonehaugh of the Department of Rather Long Names, prefers: email}
"""
EXAMPLES: Final = """\
examples:
  dana-is-called-and-lee-is-written-to-by-hand:
    about: A call for one of them and a letter for the other, as both of them asked for in the first interview.
    case: first
    expect: [{should: call, to: dana, rank: 1}, {may: write_a_letter_by_hand, to: lee, rank: 2}]
cases:
  first:
"""
FAILING: Final = """\
examples:
  dana-gets-a-letter:
    about: An expectation that is not met.
    case: first
    expect: [{must: write_a_letter_by_hand, to: dana}]
cases:
  first:
"""
#: Mistakes on long lines, before and behind wide characters.
WRONG: Final = """\
pack: {name: wrong, version: 1}
actions: {call: {about: a call}}
rules:
  one:
    {about: LONG, source: a, for each: person, when: {person.preferes: phone}, then: {should: call}, because: b}
  two: {about: a, source: LONG, when: {application.reply_by: at least 2 days}, then: {should: cal}, because: b}
""".replace("LONG", "田中さくらさんに電話をかけてください。" * 5)
OVERLAY: Final = """\
pack: {name: over, version: 1}
extends: house/pack.yaml
parameters: {how_long_to_wait_for_an_answer: 3 days}
rules:
  write-to-everybody-else: {then: {should: write_a_letter_by_hand}}
"""
#: Commands in groups. The later ones of a group have what the earlier ones wrote.
RUNS: Final = {
    "help": (
        "--help",
        "--version",
        "--nonsense",
        "nonsense",
        *(f"{name} --help" for name in _COMMANDS),
        *(f"journal {name} --help" for name in ("find", "show", "explain", "export", "verify", "erase", "prune")),
        *(f"messages {name} --help" for name in ("extract", "update", "check")),
    ),
    "cases": (
        "advise case.yaml --rules house",
        "advise case.yaml --rules house --full --set person[dana].prefers=email",
        "advise case.yaml --rules house --set nobody.prefers=email",
        "advise case.yaml --rules house --application nowhere",
        "advise examples/an_offer_while_another_is_pending.yaml",
        "advise examples/an_offer_while_another_is_pending.yaml --full --language de",
        "advise absent.yaml",
        "plan case.yaml --rules house",
        "plan examples/calls_across_the_ocean.yaml --language de",
        "plan case.yaml --rules house --until never",
        "why case.yaml call --rules house --flip",
        "why examples/call_or_write.json call",
        "why examples/call_or_write.json follow_up:alpin --language fr",
        "why examples/call_or_write.json calll",
        "compare examples/call_or_write.json examples/two_interviewers_one_wants_email.yaml",
        "compare case.yaml case.yaml --rules house --against over.yaml",
        "done case.yaml write_a_letter_by_hand:lee --rules house",
        "undo case.yaml write_a_letter_by_hand:lee --rules house",
        "dismiss case.yaml write_a_letter_by_hand:lee --rules house",
        "dismiss case.yaml nothing:lee --rules house",
    ),
    "packs": (
        "check house",
        "check wrong.yaml",
        "check house --at 2027-01-01",
        "check --fix",
        "rules --rules house",
        "rules call-who-prefers-it",
        "rules nothing",
        "facts person.prefers",
        "facts --rules house",
        "facts person.would_rather_be_called_than_written_to --rules house",
        "facts person.prefer",
        "explain T402",
        "explain T309",
        "explain all",
        "explain nothing",
        "init fresh",
        "init house",
        "messages extract house",
        "messages update de house",
        "messages check house",
    ),
    "tests": (
        "test broken --draw 5",
        "test house --draw 5 --coverage",
        "test house -k nothing",
        "mutate house --cases 5",
        "mutate house --only nothing",
        "prove broken --why",
        "check broken --prove",
        "diff house over.yaml --cases 20",
        "diff house house",
    ),
    "files": (
        "import examples/invitations/interview.ics",
        "import examples/invitations/interview.ics --into examples/call_or_write.json --dry-run",
        "import case.yaml",
        "batch cases.jsonl out --rules house --workers 1",
        "batch cases.jsonl out --rules house --workers 1",
        "batch absent.jsonl out",
        "serve --port 70000",
        "serve --host 0.0.0.0",
    ),
    "journals": (
        "advise case.yaml --rules house --journal sqlite:kept.db",
        "journal find kept.db",
        "journal explain kept.db 1",
        "journal verify kept.db",
        "journal verify kept.db --expect 2:00",
        "replay kept.db",
        "replay kept.db --rules over.yaml",
        "journal prune kept.db --days 1",
        "journal erase kept.db 1",
        "journal erase kept.db",
        "journal find absent.db",
    ),
}
#: The same with all shipped rules, which takes long: nothing has longer names and texts than the pack above.
LONG_RUNS: Final = {
    "shipped": ("check --at 2027-01-01", "facts", "plan examples/two_interviewers_one_wants_email.yaml", "rules"),
}
#: What is for programs: of any width, but never in colour.
DATA: Final = (
    "advise case.yaml --rules house --format json --questions --journal sqlite:kept.db",
    "plan case.yaml --rules house --format json",
    "plan case.yaml --rules house --format svg",
    "plan case.yaml --rules house --format html",
    "why case.yaml call --rules house --format json",
    "compare case.yaml case.yaml --rules house --format json",
    "diff house over.yaml --cases 20 --format json",
    "test house --draw 0 --format json",
    "mutate house --cases 5 --format json",
    "prove house --format json",
    "schema decision",
    "schema pack --rules house",
    "journal find kept.db --format json",
    "journal show kept.db 1",
    "journal explain kept.db 1 --format json",
    "journal export kept.db",
    "journal verify kept.db --format json",
    "replay kept.db --format json",
)
#: Colours and other styles, and how progress moves the cursor.
_STYLE: Final = re.compile(r"\x1b\[[0-9;]*m")
_MOVES: Final = re.compile(r"\x1b\[(?:\?25[lh]|1A|2K)")
#: A line of a file, which may be cut anywhere, and a word.
_SNIPPET: Final = re.compile(r" *\d* \| ")
_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_ID: Final = re.compile(r"[0-9a-f-]{16,}")
#: Paths longer than this have to be cut.
_LONGER: Final = 76


@pytest.fixture(scope="module")
def terminals() -> Iterator[Terminals]:
    """A process that runs commands."""
    with Terminals() as terminals:
        yield terminals


@pytest.mark.parametrize(
    ("group", "every"),
    [
        *((group, 4 if group == "help" else 1) for group in RUNS),
        pytest.param("help", 1, marks=pytest.mark.slow),
        pytest.param("shipped", 1, marks=pytest.mark.slow),
    ],
)
def test_output_fits_the_terminal(terminals: Terminals, tmp_path: Path, group: str, every: int) -> None:
    """No line is wider than 80 or 120 cells, and no word is cut. NO_COLOR leaves no escape sequence; neither does a pipe.

    ``every``: how many commands there are for each that is run in the wide terminal too.
    """
    narrow, wide, pipe = (_place(tmp_path / name) for name in "nwp")
    wrong: list[tuple[str, str | int, str]] = []
    for no, command in enumerate((RUNS | LONG_RUNS)[group]):
        words = command.split()
        plain = terminals.run(words, narrow, 80, {"NO_COLOR": "1"})
        coloured = plain if no % every else terminals.run(words, wide, 120, {"COLORTERM": "truecolor"})
        piped = terminals.run(words, pipe, piped=True)
        assert plain.code == coloured.code == piped.code, (command, plain, piped)
        assert plain.code in (0, 1, 2, 3), (command, plain.out)
        wrong += [(command, 80, line) for line in plain.wider_than(80)]
        wrong += [(command, 120, line) for line in coloured.wider_than(120)]
        wrong += [
            (command, "pipe", sign) for sign in re.findall(r"[\x00-\x09\x0b-\x1f\x7f].{,9}", piped.out + piped.err)
        ]
        wrong += [(command, "NO_COLOR", sign) for sign in ESCAPE.findall(_MOVES.sub("", plain.out))]
        long = [part for line in piped.left for part in line.split() if cell_len(part) > _LONGER]
        wrong += [
            (command, "cut", word)
            for word in sorted((_words(plain) | _words(coloured)) - _words(piped))
            if not any(word in part for part in long)
        ]
    assert not wrong, "\n".join(map(repr, wrong))


def test_what_is_for_programs_is_never_coloured(terminals: Terminals, tmp_path: Path) -> None:
    """JSON, SVG and HTML have no escape sequence, even in a terminal and where colour is asked for."""
    place = _place(tmp_path)
    for command in DATA:
        shown = terminals.run(command.split(), place, 80, {"FORCE_COLOR": "1", "COLORTERM": "truecolor"})
        assert shown.code in (0, 1), (command, shown.out)
        assert "\x1b" not in _MOVES.sub("", shown.out), command


def test_colour_is_shown_where_it_is_wanted(terminals: Terminals, tmp_path: Path) -> None:
    """A terminal gets colours, and a pipe gets them if FORCE_COLOR is set; NO_COLOR goes before it. The text stays the same."""
    place = _place(tmp_path)
    words = ["advise", "examples/call_or_write.json"]
    terminal = terminals.run(words, place, 110)
    forced = terminals.run(words, place, environment={"FORCE_COLOR": "1"}, piped=True)
    plain = terminals.run(words, place, piped=True)
    both = terminals.run(words, place, environment={"FORCE_COLOR": "1", "NO_COLOR": "1"}, piped=True)
    assert _STYLE.search(terminal.out)
    assert _STYLE.search(forced.out)
    assert both.out == plain.out
    assert terminal.lines == forced.lines == plain.lines


@pytest.mark.parametrize("seconds", [0.0, 60.0])
def test_progress_is_shown_once_it_takes_long(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """A bar with what is done and what there is to do, on a terminal, and it is gone at the end. Before its time, nothing."""
    ours, terminal = os.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 80, 0, 0))
    monkeypatch.setattr(progress, "PATIENCE", seconds)
    monkeypatch.setenv("TERM", "xterm-256color")
    with os.fdopen(terminal, "w") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        with progress.progress("cases") as step:
            step(1_200, 4_000)
            time.sleep(0.3)
    shown = Shown(0, read_all((ours,))[0], "")
    assert ("1,200 of 4,000" in shown.out) == (not seconds)
    assert not shown.wider_than(80)
    assert not any("cases" in line for line in shown.left)


def test_no_progress_goes_into_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even where colours are asked for."""
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    monkeypatch.setenv("FORCE_COLOR", "1")
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    with progress.progress("cases") as step:
        step(1, 2)
        time.sleep(0.1)
    assert stream.getvalue() == ""


def _place(folder: Path) -> Path:
    """A folder with packs, a case, lines of cases and examples."""
    indented = CASE.replace("\n", "\n    ").rstrip()
    for name, pack, examples in (("house", PACK, EXAMPLES), ("broken", BROKEN, FAILING)):
        (folder / name / "tests").mkdir(parents=True)
        (folder / name / "pack.yaml").write_text(pack)
        (folder / name / "tests" / "examples.yaml").write_text(f"{examples}    {indented}\n")
    (folder / "over.yaml").write_text(OVERLAY)
    (folder / "wrong.yaml").write_text(WRONG)
    (folder / "case.yaml").write_text(CASE)
    (folder / "cases.jsonl").write_text("{}\n")
    shutil.copytree(ROOT / "examples", folder / "examples", ignore=shutil.ignore_patterns("decisions", "embedding"))
    return folder


def _words(shown: Shown) -> set[str]:
    """The words of what is shown, but for lines of files, ids and hashes."""
    return {word for line in shown.left if not _SNIPPET.match(line) for word in _WORD.findall(_ID.sub("", line))}
