"""Nothing that a user's file says controls the terminal, or looks like a line of the command's own."""

from __future__ import annotations

import ast
import csv
import json
import re
import unicodedata
from pathlib import Path
from typing import Final

import pytest
import yaml
from typer.testing import CliRunner, Result

from tactful.cli.app import app
from tactful.source.characters import printable

SOURCES: Final = Path(__file__).parents[2] / "src" / "tactful"
#: Escape sequences, C0, DEL, C1, directions, line ends, and what nobody sees.
SIGNS: Final = (
    "\x1b[31m",
    "\x1b]8;;http://evil.example\x1b\\",
    "\x07",
    "\x08",
    "\x7f",
    "\x84",
    "\x9b2J",
    "\u061c",
    "\u200b",
    "\u200d",
    "\u200e",
    "\u202e",
    "\u2066",
    "\ufeff",
    "\U000e0041",
    "\u2028",
    "\u2029",
    "\x85",
    "\r",
    "\n",
)
#: Each sign, and a line that would look like advice if it stood at the beginning of a line.
MARK: Final = "".join(SIGNS) + "\nFORGED 1. MUST quit"
#: The same without what these formats refuse in any text.
MILD: Final = "".join(sign for sign in SIGNS if ord(sign[0]) > 0x9F) + " FORGED 1. MUST quit"
#: For names of files and ids: no line ends, as those are refused in some of them.
NAME: Final = "a\x1b[31m\x9b\u202e\u200b"

PACK: Final = {
    "pack": {"name": f"pack{MARK}", "version": f"1{MARK}"},
    "custom_facts": {"person": {"mood": {"type": "text", "about": f"mood{MARK}", "ask": f"What mood{MARK}?"}}},
    "parameters": {"wait": {"value": "2 days", "about": f"wait{MARK}", "source": f"source{MARK}"}},
    "facts": {"person.glad": {"about": f"glad{MARK}", "when": {"person.mood": f"is glad{MARK}"}}},
    "actions": {
        "call": {"about": f"call{MARK}", "label": f"Call {{person.name|them}}{MARK}", "steps": [f"step{MARK}"]},
        "write": {"about": f"write{MARK}", "label": f"Write to {{person.name|them}}{MARK}"},
    },
    "rules": {
        "call-them": {
            "about": f"about{MARK}",
            "source": f"source{MARK}",
            "for each": "person",
            "then": {"should": "call"},
            "because": f"{{person.name|They}} said {{person.mood|nothing}}{MARK}.",
        },
        "write-to-them": {
            "for each": "person",
            "when": {"person.glad": True},
            "then": {"should": "write"},
            "because": f"glad{MARK}.",
        },
        "never-call": {
            "for each": "person",
            "when": {"person.glad": True},
            "then": {"must_not": "call"},
            "because": f"glad{MARK}.",
        },
    },
    "invariants": {"calm": {"about": f"calm{MARK}", "for each": "person", "never": "write"}},
}
PERSON: Final = {
    "id": f"dana{NAME}",
    "name": f"Dana{MARK}",
    "topics": [f"topic{MARK}"],
    "custom": {"mood": f"sad{MARK}"},
}
CASE: Final = {
    "now": "2026-11-23T10:00:00-05:00",
    "candidate": {"id": f"kim{NAME}", "name": f"Kim{MARK}", "time_zone": "America/New_York"},
    "applications": [
        {
            "id": f"acme{NAME}",
            "company": f"Acme{MARK}",
            "role": f"Analyst{MARK}",
            "people": [
                {
                    "id": f"dana{NAME}",
                    "name": f"Dana{MARK}",
                    "topics": [f"topic{MARK}"],
                    "custom": {"mood": f"sad{MARK}"},
                }
            ],
            "interviews": [
                {
                    "id": "i",
                    "ended_at": "2026-11-20T11:00:00-05:00",
                    "interviewers": [f"dana{NAME}"],
                }
            ],
        }
    ],
}
EXAMPLES: Final = {"examples": {"one": {"about": f"about{MARK}", "case": CASE, "expect": [{"must": "write"}]}}}
GOOD: Final = {"examples": {"one": {"case": CASE, "expect": [{"should": "call"}]}}}
FEED: Final = [
    {
        "id": f"1{MARK}",
        "application_id": 2,
        "start": {"date_time": "2026-11-20T15:00:00Z"},
        "end": {"date_time": "2026-11-20T16:00:00Z"},
        "location": f"room{MARK}",
        "status": f"scheduled{MARK}",
        "organizer": None,
        "interviewers": [{"id": 3, "name": f"Dana{MARK}", "email": f"dana{MARK}@acme.com", "response_status": "x"}],
    }
]
INVITATION: Final = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//x
METHOD:REQUEST
BEGIN:VEVENT
UID:1@acme.com
DTSTART;TZID=Europe/Berlin:20261120T100000
DTEND;TZID=Europe/Berlin:20261120T110000
SUMMARY:Interview: {mark}
ORGANIZER;CN={mark}:mailto:dana@acme.com
ATTENDEE;CN={mark}:mailto:kim@example.net
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a pack, cases, examples, a feed, an invitation and a table, all marked, under marked names."""
    place = tmp_path_factory.mktemp("place") / NAME
    (place / "pack" / "tests").mkdir(parents=True)
    (place / "pack" / f"pack{NAME}.yaml").write_text(yaml.safe_dump(PACK))
    (place / "pack" / "tests" / f"tests{NAME}.yaml").write_text(yaml.safe_dump(EXAMPLES))
    (place / "good" / "tests").mkdir(parents=True)
    (place / "good" / f"pack{NAME}.yaml").write_text(yaml.safe_dump(PACK))
    (place / "good" / "tests" / "tests.yaml").write_text(yaml.safe_dump(GOOD))
    (place / "case.yaml").write_text(yaml.safe_dump(CASE))
    other = json.loads(json.dumps(CASE))
    other["applications"][0]["people"][0]["custom"]["mood"] = f"glad{MARK}"
    (place / "other.json").write_text(json.dumps(other))
    (place / "cases.jsonl").write_text(json.dumps(CASE) + "\n" + json.dumps({MARK: MARK}) + "\n")
    (place / "feed.json").write_text(json.dumps(FEED))
    (place / "invitation.ics").write_text(INVITATION.format(mark=MILD))
    with (place / "table.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([["id", "company", f"x{MILD}"], [f"1{MILD}", f"Acme{MILD}", MILD]])
    case = dict(CASE, **{f"key{MARK}": MARK, "now": MARK})
    (place / "wrong.yaml").write_text(yaml.safe_dump(case))
    (place / "wrong-pack.yaml").write_text(yaml.safe_dump({**PACK, f"key{MARK}": 1, "extends": f"no{MARK}"}))
    (place / "raw.yaml").write_bytes(f"candidate: {{id: kim}}\nkey{MARK.replace(chr(10), '')}: [\n".encode())
    return place


def _run(place: Path, *words: str) -> Result:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        return CliRunner().invoke(app, list(words))


PACK_OPTION: Final = ("--rules", "pack")
COMMANDS: Final = (
    ("advise", "case.yaml", *PACK_OPTION),
    ("advise", "case.yaml", *PACK_OPTION, "--set", f"person[dana{NAME}].mood=glad{MARK}"),
    ("advise", "case.yaml", *PACK_OPTION, "--set", MARK),
    ("advise", "case.yaml", *PACK_OPTION, "--application", MARK),
    ("advise", "case.yaml", *PACK_OPTION, "--at", MARK),
    ("advise", "case.yaml", *PACK_OPTION, "--ask"),
    ("advise", "case.yaml"),
    ("advise", "wrong.yaml", *PACK_OPTION),
    ("advise", "raw.yaml"),
    ("advise", f"absent{MARK}"),
    ("plan", "case.yaml", *PACK_OPTION),
    ("plan", "case.yaml", *PACK_OPTION, "--until", MARK),
    ("why", "case.yaml", "call", *PACK_OPTION, "--flip"),
    ("why", "case.yaml", "write", *PACK_OPTION, "--flip"),
    ("why", "other.json", "call", *PACK_OPTION),
    ("why", "case.yaml", f"call:{MARK}", *PACK_OPTION),
    ("why", "case.yaml", MARK, *PACK_OPTION),
    ("compare", "case.yaml", "other.json", *PACK_OPTION),
    ("check", "pack"),
    ("check", "wrong-pack.yaml"),
    ("check", MARK),
    ("rules", *PACK_OPTION),
    ("rules", "call-them", *PACK_OPTION),
    ("rules", MARK, *PACK_OPTION),
    ("facts", *PACK_OPTION),
    ("facts", "person.mood", *PACK_OPTION),
    ("facts", "person.glad", *PACK_OPTION),
    ("facts", MARK, *PACK_OPTION),
    ("explain", MARK),
    ("import", "feed.json"),
    ("import", "invitation.ics"),
    ("import", "table.csv", "--out", "made.yaml"),
    ("import", "raw.yaml"),
    ("import", f"absent{MARK}"),
    ("import", "feed.json", "--time-zone", MARK),
    ("import", "table.csv", "--into", "case.yaml", "--dry-run", *PACK_OPTION),
    ("import", "feed.json", "--into", "case.yaml", "--dry-run", *PACK_OPTION),
    ("test", "pack", "--draw", "3", "--coverage"),
    ("test", "pack", "-k", MARK),
    ("mutate", "good", "--cases", "3", "--only", "call-them"),
    ("mutate", "pack", "--only", MARK),
    ("batch", "cases.jsonl", f"out{NAME}", *PACK_OPTION, "--workers", "1"),
    ("batch", f"absent{MARK}.jsonl", f"out{NAME}2"),
    ("batch", "cases.jsonl", f"out{NAME}3", "--now", MARK),
    ("init", f"no name{MARK}"),
    ("schema", MARK),
    (MARK,),
    (f"--{MARK}",),
    ("advise", f"--{MARK}"),
)


def _id(words: tuple[str, ...]) -> str:
    return " ".join(words).encode("unicode_escape").decode()[:60]


@pytest.mark.parametrize("words", COMMANDS, ids=_id)
def test_no_command_prints_a_control_character(place: Path, words: tuple[str, ...]) -> None:
    """Standard output and standard error of every command, on files with a mark in every text."""
    result = _run(place, *words)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    data = words[0] == "import" and "--into" not in words  # the case itself, which is exact
    text = result.stderr if data else result.stdout + result.stderr
    assert not [char for char in text if char != "\n" and printable(char) != char]
    assert not re.search(r"^ {0,3}FORGED", text, re.MULTILINE)


@pytest.mark.parametrize("words", [words for words in COMMANDS if MARK not in "".join(words)], ids=_id)
def test_the_files_are_read(place: Path, words: tuple[str, ...]) -> None:
    """The test before would find nothing if commands ended before they print any text of the files."""
    result = _run(place, *words)
    fine = {"advise", "plan", "why", "compare", "check", "rules", "facts"}
    wrong = {"wrong.yaml", "wrong-pack.yaml", "raw.yaml"} & set(words)
    if words[0] in fine and "--set" not in words and not wrong and words != ("advise", "case.yaml"):
        assert result.exit_code == 0, result.output
        assert "FORGED" in result.output or "--ask" in words


@pytest.mark.parametrize("words", [("--format", "html"), ("--format", "svg"), ("--ics", "plan.ics")], ids=" ".join)
def test_no_document_has_a_character_that_controls_or_hides(place: Path, words: tuple[str, str]) -> None:
    """Web pages, drawings and calendars are opened in other programs, or printed with ``cat``."""
    name = "plan.ics" if words[0] == "--ics" else f"plan.{words[1]}"
    out = () if words[0] == "--ics" else ("--out", name)
    result = _run(place, "plan", "case.yaml", *PACK_OPTION, *words, *out)
    assert result.exit_code == 0, result.output
    text = (place / name).read_bytes().decode()
    assert "FORGED" in text
    text = text.replace("\r\n", "\n")
    assert not [char for char in text if char != "\n" and printable(char) != char]
    if name == "plan.ics":  # a line that begins with a space goes on the line before
        assert not re.search(r"^FORGED", text, re.MULTILINE)


def test_every_sign_has_a_replacement_of_its_length() -> None:
    """All control and format characters, line ends, surrogates; letters of all scripts and emoji stay."""
    for number in range(0x110000):
        char = chr(number)
        if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") and number not in VISIBLE:
            assert printable(char) in (" ", "\ufffd"), hex(number)
    assert len(printable(MARK)) == len(MARK)
    for text in ("Zoë Ångström", "田中", "محمد", "דנה", "नेहा", "👩🏽", "e\u0301"):
        assert printable(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",  # a family
        "\U0001f469\U0001f3fd\u200d\U0001f4bb",  # a woman with a skin tone at a computer
        "\U0001f9d1\u200d\u2695\ufe0f",  # a health worker
        "\u2764\ufe0f\u200d\U0001f525",  # a heart on fire
        "\u0646\u0631\u0645\u200c\u0627\u0641\u0632\u0627\u0631",  # "software" in Persian
        "\u0915\u094d\u200d\u0937",  # consonants in Devanagari that stay apart
    ],
)
def test_joiners_stay_where_people_see_them(text: str) -> None:
    """Families of emoji are names of teams, and Persian and Hindi need joiners. Elsewhere they hide."""
    assert printable(text) == text
    for hidden in ("Da\u200dna", "Da\u200cna", f"\u200d{text}"[:2], text[:1] + "\u200d", "\U0001f468\u200dx"):
        assert "\ufffd" in printable(hidden)


#: Format characters that are seen: signs around Arabic, Syriac and Kaithi numbers, and of hieroglyphs.
VISIBLE: Final = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD, *range(0x13430, 0x13440)}


def test_no_text_for_people_is_printed_in_another_way() -> None:
    """Commands and reports have no console but the one that cleans its texts, and wrap texts by its method."""
    own = SOURCES / "formats" / "text" / "console.py"
    for path in sorted(SOURCES.rglob("*.py")):
        tree = ast.parse(path.read_text())
        for node in ast.walk(tree) if path != own else ():
            if isinstance(node, ast.ImportFrom):
                names = {alias.name for alias in node.names}
                assert not (node.module == "rich.console" and "Console" in names), path
                assert not (node.module == "rich" and names & {"print", "console"}), path
            if isinstance(node, ast.Call):
                assert not (isinstance(node.func, ast.Name) and node.func.id == "print"), path
                assert not (isinstance(node.func, ast.Attribute) and node.func.attr == "wrap"), path
