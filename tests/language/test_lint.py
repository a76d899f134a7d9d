"""What is legal in a pack and suspicious: who is told what, and what ``--fix`` takes out."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from tactful.cli.app import app
from tactful.language.check import check_pack
from tactful.language.lint import lint_pack
from tactful.language.lint.newer import hints
from tactful.language.load import load_pack, load_pack_text
from tactful.language.load.files import profiles
from tactful.source.diagnostics import Diagnostic


def _lint(text: str) -> list[Diagnostic]:
    pack = load_pack_text(text, "pack.yaml")
    return list(lint_pack(pack, check_pack(pack)))


def _rule(when: str, unless: str = "") -> str:
    return f"""
actions: {{call: {{about: a call}}}}
rules:
  r:
    source: a book
    for each: application
    when: {when}
    {f"unless: {unless}" if unless else "about: a rule"}
    then: {{may: call}}
    because: a reason
"""


@pytest.mark.parametrize("name", ["default", *(f"profile:{profile}" for profile in profiles())])
def test_the_shipped_packs_have_nothing_suspicious(name: str) -> None:
    """The shipped pack and its profiles lint clean."""
    pack = load_pack(name)
    assert lint_pack(pack, check_pack(pack)) == ()


@pytest.mark.parametrize(
    ("when", "unless"),
    [
        ("{application.status: applied, all: [{application.status: offered}]}", ""),
        ("{application.reply_by: at most 2 days ago, all: [{application.reply_by: more than 3 days ago}]}", ""),
        (
            "{application.reply_by: at least 5 business days ago, all: [{application.reply_by: less than 4 days ago}]}",
            "",
        ),
        ("{application.reply_by: to come, all: [{application.reply_by: at least 1 business days ago}]}", ""),
        ("{application.reply_by: known, all: [{application.reply_by: unknown}]}", ""),
        ("{application.reply_by: past}", "{application.reply_by: known}"),
        ("{application.status: []}", ""),
        (
            "{application.status: [applied, offered], none: [{application.status: applied}, {application.status: offered}]}",
            "",
        ),
    ],
)
def test_contradictions_are_seen(when: str, unless: str) -> None:
    """Values, an empty list of them, lengths of time in both measures, known and unknown, and an ``unless`` that always holds."""
    assert [one.code for one in _lint(_rule(when, unless))] == ["T903"]


@pytest.mark.parametrize(
    "when",
    [
        "{application.reply_by: at most 2 days ago, all: [{application.reply_by: at least 1 days ago}]}",
        "{application.reply_by: at least 5 business days ago, all: [{application.reply_by: less than 6 days ago}]}",
        "{application.reply_by: unknown, application.status: applied}",
        "{any: [{application.status: applied}, {application.reply_by: past}]}",
    ],
)
def test_what_can_hold_is_left_alone(when: str) -> None:
    """Conditions that can hold together, and of which none follows from the others, are no matter for a warning."""
    assert _lint(_rule(when)) == []


def test_a_contradiction_points_at_what_the_author_wrote(tmp_path: Path) -> None:
    """A parameter of an overlay that makes a rule below impossible is where the warning points."""
    base = """
parameters: {late_until: {value: 3 days, about: when it is too late}}
actions: {note: {about: a note, outside safety: it is only an example}}
rules:
  late-note:
    about: Late.
    source: House rules
    for each: interview
    when: {interview.ended_at: more than 2 days ago}
    unless: {interview.ended_at: more than $late_until ago}
    then: {may: note}
    because: it is late
"""
    (tmp_path / "base.yaml").write_text(base)
    (tmp_path / "own.yaml").write_text("extends: base.yaml\nparameters:\n  late_until: 1 day\n")
    pack = load_pack(tmp_path / "own.yaml")
    (warning,) = lint_pack(pack, check_pack(pack))
    assert warning.code == "T903"
    assert warning.message == "`late-note` can never fire"
    assert warning.span is not None
    assert (warning.span.line, warning.span.column) == (3, 15)


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        ("parameters: {gap_between_messages: {values: {2027-01-01: 10 days}}}", "T917", "counts before 2027-01-01"),
        ("parameters: {calls_from: 17:00}", "T912", "a single second"),
        (
            "facts: {person.at_work: {and when: {person.local_time: between 12:00 and 12:00}}}",
            "T912",
            "a single second",
        ),
        (
            "facts: {application.follow_up_open: {and when: {application.follow_ups: less than 0}}}",
            "T903",
            "never true",
        ),
        ('rules: {follow-up: {because: "Ask application.company now."}}', "T911", "`application.company` appears"),
        ('rules: {follow-up: {because: "Wait $gap_between_messages."}}', "T911", "`$gap_between_messages` appears"),
        ('rules: {follow-up: {because: "Ask {{application.company}} now."}}', "T911", "`application.company` appears"),
        ("custom_facts: {person: {a: {type: one of, values: [b, unknown]}}}", "T911", "its own meaning"),
    ],
)
def test_what_an_overlay_does_not_do_is_told(text: str, code: str, told: str) -> None:
    """Each overlay is legal, and does not mean what its author wants."""
    (warning,) = _lint(f"extends: default\n{text}")
    assert warning.code == code
    assert told in warning.message


@pytest.mark.parametrize(
    "text",
    [
        "parameters: {gap_between_messages: {values: {2026-01-01: 7 days, 2027-01-01: 10 days}}}",
        "facts: {application.follow_up_open: {and when: {application.follow_ups: less than 1}}}",
        'rules: {follow-up: {because: "Ask {application.company} at once, e.g. on acme.example."}}',
        "custom_facts: {person: {a: {type: one of, values: [some_day, none, other]}}}",
        "facts: {application.follow_up_open: {is: no}}",
    ],
)
def test_what_an_overlay_does_is_left_alone(text: str) -> None:
    """The same, as it is meant."""
    assert _lint(f"extends: default\n{text}") == []


def test_rows_and_otherwise_that_never_count_are_told() -> None:
    """A count is never negative, and nothing is left behind a row that matches in every case."""
    text = """
extends: default
tables:
  application.w:
    by: [application.follow_ups]
    gives: text
    rows:
      - [less than 0, "Ask {application.company}."]
      - [any, Wait.]
    otherwise: Write.
rules: {follow-up: {because: "{application.w}"}}
"""
    told = [(warning.span.line, warning.code) for warning in _lint(text) if warning.span is not None]
    assert told == [(8, "T913"), (8, "T911"), (10, "T913")]


def test_a_rule_that_can_never_fire_is_told_once() -> None:
    """It is not told that prohibitions forbid it, too."""
    text = """
extends: default
rules:
  c:
    source: us
    for each: person
    when: {person.role: recruiter}
    unless: {person.role: recruiter}
    then: {should: call}
    because: a reason
"""
    assert [warning.code for warning in _lint(text)] == ["T903"]


@pytest.mark.parametrize(
    ("phrase", "told"),
    [
        ("contains senior, lead", "[contains senior, contains lead]"),
        ("contains senior or lead", "[contains senior, contains lead]"),
        ("not contains senior|lead", "a line for each"),
        ("[contains senior, lead]", "contains lead"),
        ("Contains senior", "contains senior"),
        ("Not Acme", "not Acme"),
        ("unkown", "unknown"),
        ("[Unknown, Acme]", "unknown"),
        ("yes", "ask for a yes/no"),
        ("not no", "ask for a yes/no"),
        ("not Acme or Beta", "none of [Acme, Beta]"),
    ],
)
def test_texts_that_read_like_something_else_are_reported(phrase: str, told: str) -> None:
    """Each with what was probably meant."""
    (warning,) = _lint(_rule(f"\n      application.company: {phrase}"))
    assert warning.code == "T911"
    assert warning.help is not None
    assert told in warning.help


@pytest.mark.parametrize(
    "phrase",
    [
        *('"contains full or part time"', '[contains senior, "Lead"]', '"Not On The High Street"', '"Unknown"'),
        *(
            '"yes"',
            "Is It",
            "Past",
            "Like Minded",
            "Acme, Inc.",
            '"Dead or Alive"',
            '["Unknown", Acme]',
            "[Acme, Beta]",
        ),
    ],
)
def test_texts_in_quotes_and_names_are_left_alone(phrase: str) -> None:
    """Quotes say that a text is meant as it stands."""
    assert _lint(_rule(f"\n      application.company: {phrase}")) == []


def test_the_base_is_its_authors_business() -> None:
    """Whoever extends a pack is not told of what is suspicious in it."""
    assert _lint("extends: default\nrules:\n  follow-up: off\n") == []


PACK = """\
# Ours.
extends: default
parameters:
  patience: {value: 2 days, about: how long}   # goes
  # Stays.
  gap_between_messages: 6 days
facts:
  person.writes:
    when: {person.prefers: email}
    about: >-
      Goes,
      with its lines.

  person.calls:
    when: {person.prefers: phone}
rules:
  mine:
    source: a book
    for each: person
    when: {person.calls: yes, application.reply_by: past}   # a comment
    unless: {person.calls: no}
    then: {may: call}
    because: a reason
"""
FIXED = """\
# Ours.
extends: default
parameters:
  # Stays.
  gap_between_messages: 6 days
facts:
  person.calls:
    when: {person.prefers: phone}
rules:
  mine:
    source: a book
    for each: person
    when: {person.calls: yes, application.reply_by: past}   # a comment
    then: {may: call}
    because: a reason
"""


def test_fix_takes_out_what_adds_nothing_and_touches_nothing_else(tmp_path: Path) -> None:
    """Unused parameters and facts and redundant conditions go; comments and layout stay; what went is reported."""
    file = tmp_path / "pack.yaml"
    file.write_text(PACK)
    result = CliRunner().invoke(app, ["check", str(file), "--fix", "--strict"])
    assert result.exit_code == 0, result.output
    assert file.read_text() == FIXED
    assert result.output.count("removed:") == 3


def test_what_is_not_mechanical_is_left(tmp_path: Path) -> None:
    """An alternative that adds nothing is told and not taken out: the list around it may have been meant otherwise."""
    text = _rule("{application.reply_by: past, any: [{application.reply_by: known}, {application.status: applied}]}")
    file = tmp_path / "pack.yaml"
    file.write_text(text)
    result = CliRunner().invoke(app, ["check", str(file), "--fix"])
    assert file.read_text() == text
    assert result.exit_code == 0


def test_the_shipped_files_are_never_changed() -> None:
    """``--fix`` is for files of one's own."""
    assert CliRunner().invoke(app, ["check", "default", "--fix"]).exit_code == 2


def test_strict_makes_warnings_count(tmp_path: Path) -> None:
    """Warnings leave the exit code at 0, unless ``--strict`` is given."""
    file = tmp_path / "pack.yaml"
    file.write_text("extends: default\nparameters:\n  patience: {value: 2 days}\n")
    assert CliRunner().invoke(app, ["check", str(file)]).exit_code == 0
    assert CliRunner().invoke(app, ["check", str(file), "--strict"]).exit_code == 1


def _two(first: str, second: str) -> str:
    """A pack with two rules that differ in their condition on the date."""
    rule = "{{source: a book, for each: application, when: {{{when}}}, then: {{may: call}}, because: a reason}}"
    rules = "\n".join(f"  {id_}: {rule.format(when=when)}" for id_, when in (("old", first), ("new", second)))
    return f"actions: {{call: {{about: a call}}}}\nrules:\n{rules}\n"


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ("candidate.date: before 2027-07-01", "candidate.date: from 2027-07-02", "T908"),
        ("candidate.date: before 2027-07-02", "candidate.date: from 2027-07-01", "T909"),
        ("candidate.date: before 2027-07-01", "candidate.date: from 2027-07-01", None),
        ("candidate.date: between 2027-01-01 and 2027-02-28", "candidate.date: from 2027-03-02", "T908"),
        ("candidate.date: between 2027-01-01 and 2027-02-28", "candidate.date: from 2027-03-01", None),
        ("candidate.date: between 1 March and 30 June", "candidate.date: between 2 July and 1 October", None),
    ],
)
def test_gaps_and_overlaps_of_days_are_reported(first: str, second: str, code: str | None) -> None:
    """Rules that follow each other leave no day out and share none. Days of every year come again, so they are left alone."""
    assert [warning.code for warning in _lint(_two(first, second))] == ([] if code is None else [code])


@pytest.mark.parametrize(
    ("when", "unless"),
    [
        ("{candidate.date: before 2026-02-01, all: [{candidate.date: from 2026-02-01}]}", ""),
        ("{candidate.date: between 20 December and 6 January}", "{candidate.date: between 1 December and 31 January}"),
        ("{candidate.date: 29 February, all: [{candidate.date: between 1 March and 1 May}]}", ""),
        ("{candidate.date: 24 December, all: [{candidate.date: between 2026-12-25 and 2027-12-23}]}", ""),
    ],
)
def test_days_that_never_come_are_reported(when: str, unless: str) -> None:
    """Conditions on dates that never hold together are reported, days of every year included."""
    assert [warning.code for warning in _lint(_rule(when, unless))] == ["T903"]


@pytest.mark.parametrize(
    ("when", "unless"),
    [
        ("{candidate.date: from 2026-02-01, all: [{candidate.date: before 2026-02-02}]}", ""),
        ("{candidate.date: between 20 December and 6 January}", "{candidate.date: between 1 December and 5 January}"),
        ("{candidate.date: 29 February, all: [{candidate.date: between 20 February and 28 February}]}", ""),
        ("{candidate.date: 24 December, all: [{candidate.date: between 2026-12-24 and 2026-12-26}]}", ""),
    ],
)
def test_days_that_come_are_not_told(when: str, unless: str) -> None:
    """A single day is enough, in whichever year."""
    assert _lint(_rule(when, unless)) == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("application.country: DE", "application.country: AT"),
        ("application.country: DE-BY", "application.country: DE-BE"),
        ("application.country: DE-BY", "application.country: not DE"),
        ("application.country: [DE, AT]", 'application.country: "none of [DE, AT]"'),
        ("application.role: contains senior manager", "application.role: not contains senior"),
        ("application.role: begins with senior", "application.role: not contains senior"),
        ("application.role: begins with senior", "application.role: begins with junior"),
        ("application.role: Senior Engineer", "application.role: not contains senior"),
        ("application.date: before 2027-01-01", "application.date: from 2027-01-01"),
        ("application.date: between 20 December and 6 January", "application.date: between 7 January and 19 December"),
        ("application.date: 2027-06-01", "application.date: between 20 December and 6 January"),
        ("application.reply_by: before 2027-01-01", "application.reply_by: between 2027-01-01 and 2027-02-01"),
        ("application.weekday: monday", "application.weekday: [saturday, sunday]"),
    ],
)
def test_words_countries_and_days_contradict_each_other(first: str, second: str) -> None:
    """Of texts, places, dates and the days of moments, whatever the order of the two lines."""
    for one, other in ((first, second), (second, first)):
        assert [warning.code for warning in _lint(_rule(f"{{all: [{{{one}}}, {{{other}}}]}}"))] == ["T903"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("application.country: DE", "application.country: not DE-BY"),
        ("application.country: not DE", "application.country: not AT"),
        ("application.role: contains senior", "application.role: not contains manager"),
        ("application.role: begins with senior", "application.role: ends with senior"),
        ("application.role: begins with senior sales", "application.role: ends with sales manager"),
        ("application.role: contains senior", "application.role: not Senior Engineer"),
        ("application.date: from 2027-01-01", "application.date: between 20 December and 6 January"),
        ("application.date: from 2027-01-03", "application.date: between 5 January and 2 January"),
        ("application.reply_by: from 2027-01-01", "application.reply_by: at most 3 days ago"),
    ],
)
def test_words_countries_and_days_that_can_hold_together_are_left_alone(first: str, second: str) -> None:
    """Nothing is said of two lines that some case fulfils, and of which none follows from the other."""
    assert _lint(_rule(f"{{all: [{{{first}}}, {{{second}}}]}}")) == []


TABLE = """
tables:
  application.wait:
    by: [application.status, candidate.employed, application.country]
    gives: duration
    only one: ONE
    rows:
ROWS
    OTHERWISE
actions: {call: {about: a call}}
rules:
  r:
    source: a book
    for each: application
    when: {application.reply_by: at least application.wait ago}
    then: {may: call}
    because: a reason
"""


def _table(rows: str, otherwise: str = "otherwise: 1 days", one: str = "no") -> list[Diagnostic]:
    lines = "\n".join(f"      - {row}" for row in rows.split("; "))
    return _lint(TABLE.replace("ROWS", lines).replace("OTHERWISE", otherwise).replace("ONE", one))


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        ("[any, any, any, 2 days]; [applied, yes, any, 3 days]", [9, 10]),
        ("[applied, yes, any, 2 days]; [applied, no, any, 3 days]; [applied, known, any, 4 days]", [10]),
        ("[any, any, DE, 2 days]; [applied, any, DE-BY, 3 days]", [9]),
        ("[any, any, DE-BY, 2 days]; [applied, any, DE, 3 days]", []),
        ("[applied, any, any, 2 days]; [offered, any, any, 3 days]; [[applied, offered], yes, any, 4 days]", [10]),
        ("[applied, any, any, 2 days]; [[applied, offered], yes, any, 4 days]", []),
    ],
)
def test_rows_that_no_case_reaches_are_reported(rows: str, lines: list[int]) -> None:
    """A row that an earlier row, or several of them together, cover."""
    warnings = _table(rows)
    assert [warning.code for warning in warnings] == ["T913"] * len(lines)
    assert [warning.span.line for warning in warnings if warning.span] == lines


@pytest.mark.parametrize(
    ("rows", "codes"),
    [
        ("[[applied, offered], any, any, 2 days]; [[offered, interviewing], any, any, 3 days]", ["T914"]),
        ("[[applied, offered], any, any, 2 days]; [[offered, interviewing], any, any, 2 days]", []),
        ("[applied, any, any, 2 days]; [offered, any, any, 3 days]", []),
        ("[applied, any, DE, 2 days]; [any, yes, DE-BY, 3 days]", ["T914"]),
    ],
)
def test_rows_that_differ_where_only_one_should_hold_are_reported(rows: str, codes: list[str]) -> None:
    """Rows with equal values may overlap, and so may all rows of a table that does not say ``only one: yes``."""
    assert [warning.code for warning in _table(rows, one="yes")] == codes
    assert _table(rows) == []


def test_values_without_a_row_are_reported() -> None:
    """In tables without ``otherwise`` whose columns have fixed sets of values; a country has none."""
    (warning,) = _table("['none of [applied, offered]', any, any, 2 days]; [applied, yes, any, 3 days]", otherwise="")
    assert warning.code == "T915"
    assert "`application.status: applied` with `candidate.employed: no`" in warning.message
    assert "`application.status: offered` with `candidate.employed: yes`" in warning.message
    assert _table("[applied, yes, DE, 3 days]", otherwise="") == []


@pytest.mark.parametrize(
    ("sentence", "part"),
    [
        ("they wrote it in ticket #12", '"they wrote it in ticket #12"'),
        ("“they wrote it”", '"they wrote it"'),
        ("they wrote it # a comment", None),
        ('"they wrote it in ticket #12"', None),
        ('"they" # a comment', None),
        ("they “wrote” it", None),
    ],
)
def test_a_sentence_that_is_cut_off_is_reported(sentence: str, part: str | None) -> None:
    """A sign that begins a comment, and quotes that are none; comments and quotes that are meant are left alone."""
    warnings = _lint(_rule("{application.status: applied}").replace("because: a reason", f"because: {sentence}"))
    assert [warning.code for warning in warnings] == (["T911"] if part else [])
    assert all(part in (warning.help or "") for warning in warnings if part)


def test_a_text_with_or_in_it_is_reported() -> None:
    """It may be the name of a company, so it is no mistake."""
    (warning,) = _lint(_rule("{application.company: not Acme or Beta}"))
    help_ = "for several texts write `none of [Acme, Beta]`; if a single text is intended, put it in quotes"
    assert (warning.code, warning.help) == ("T911", help_)


@pytest.mark.parametrize(("start", "stop", "codes"), [("18:00", "09:00", ["T912"]), ("09:00", "18:00", [])])
def test_calls_through_the_night_are_reported(start: str, stop: str, codes: list[str]) -> None:
    """In an overlay that changes one of two parameters of the shipped pack, or both."""
    text = f'extends: default\nparameters: {{calls_from: "{start}", calls_until: "{stop}"}}'
    assert [warning.code for warning in _lint(text)] == codes


def test_an_empty_file_of_a_folder_is_reported(tmp_path: Path) -> None:
    """The other files of the folder count."""
    (tmp_path / "rules.yaml").write_text("extends: default\n")
    (tmp_path / "empty.yaml").write_text("# to come\n")
    pack = load_pack(tmp_path)
    assert [warning.code for warning in lint_pack(pack, check_pack(pack))] == ["T916"]


@pytest.mark.parametrize(
    ("sections", "left"),
    [
        ("parameters:\n  # how long\n  a: 2 days\n  b: 3 days\n", ""),
        ("parameters: {a: 2 days, b: 3 days}\n", ""),
        ("parameters:\n  a: 2 days\nfacts:\n  person.a: {when: {person.role: recruiter}}\n", ""),
        ("custom_facts:\nparameters:\n  a: 2 days\n", "custom_facts:\n"),
    ],
)
def test_fix_leaves_no_empty_sections(sections: str, left: str, tmp_path: Path) -> None:
    """Sections that were empty before stay."""
    rule = _rule("{application.status: applied}").lstrip()
    file = tmp_path / "mine.yaml"
    file.write_text(sections + rule)
    assert CliRunner().invoke(app, ["check", str(file), "--fix", "--strict"]).exit_code == 0
    assert file.read_text() == left + rule


@pytest.mark.parametrize(
    ("when", "offered"),
    [
        ("{application.reply_by: past, all: [{application.reply_by: known}]}", False),
        ("{application.status: applied, application.company: A or B}", False),
        ("{application.status: applied}\n    unless: {application.status: offered}", True),
    ],
)
def test_fix_is_offered_where_it_does_something(when: str, offered: bool, tmp_path: Path) -> None:
    """And there it does."""
    file = tmp_path / "mine.yaml"
    file.write_text(_rule(when).replace("about: a rule", "about: a rule of ours"))
    before = file.read_text()
    assert ("--fix" in CliRunner().invoke(app, ["check", str(file)]).output) == offered
    CliRunner().invoke(app, ["check", str(file), "--fix"])
    assert (file.read_text() != before) == offered


ANY = "\n      any:\n        - application.status: applied\n        - application.status: offered"


def _waiting(count: int, length: str = "3 days") -> str:
    rule = _rule(f"{{application.reply_by: at least {length} ago}}")
    head, _, body = rule.partition("  r:\n")
    return head + "".join(f"  r{no}:\n{body}" for no in range(count))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (_rule(ANY), "write `application.status: [applied, offered]`"),
        (_rule(ANY.replace("status: offered", "company: Acme")), None),
        (_rule(ANY.replace(": offered", ": unknown")), None),
        (_rule("{application.status: [applied, offered]}"), None),
        (_waiting(3), "name it once"),
        (_waiting(2), None),
        ("parameters: {a: 3 days}" + _waiting(3, "$a"), None),
        ("extends: default", None),
    ],
)
def test_a_newer_form_is_a_hint_and_no_warning(text: str, part: str | None, tmp_path: Path) -> None:
    """Hints are told by ``check`` and change no exit code, also with ``--strict``; the shipped files get none."""
    told = hints(load_pack_text(text, "pack.yaml"))
    assert [part in (hint.help or "") for hint in told if part] == ([True] if part else [])
    assert part or told == ()
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    result = CliRunner().invoke(app, ["check", str(file), "--strict"])
    assert result.exit_code == 0
    assert ("T950" in result.output) == bool(part)
