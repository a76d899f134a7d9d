"""Mistakes as careless authors make them: none is taken in silence, and each message says what to do."""

from __future__ import annotations

import textwrap

import pytest

import tactful

#: The value of a sentence, and the value that the message asks for.
SENTENCES = [
    ("They said: call", '"They said: call"'),
    ("It ends:", '"It ends:"'),
    ("@dana said so", '"@dana said so"'),
    ("%50 of them", '"%50 of them"'),
    ("{person.name} said so", '"{person.name} said so"'),
    ("[they] said so", '"[they] said so"'),
    ("'Dana's friend'", '"Dana\'s friend"'),
    ('"Dana" said so', "'\"Dana\" said so'"),
    ('"she said "yes" twice"', "'she said \"yes\" twice'"),
    ("Dana's friend said: call", '"Dana\'s friend said: call"'),
    ("“They said: call”", '"They said: call"'),
    ("| they said", '"| they said"'),
    ("& so on", '"& so on"'),
]

#: What stands in the file beside the rest of a rule, and the place, the code and a part of each message.
RULES = [
    ("because: {person.name}", [("7:14", "T304", "put the sentence in quotes")]),
    ('because: "not closed', [("7:14", "T103", 'close it: "not closed"')]),
    ("because: 'not closed", [("7:14", "T103", "close it: 'not closed'")]),
    ("because: a\n  more: b", [("8:7", "T103", "let it begin below `because`")]),
    ("because: - a", [("7:14", "T103", "begin it in the next line")]),
    ("because:a", [("4:3", "T303", ""), ("7:5", "T103", "write a space after the colon")]),
    ("because: {a: b", [("7:14", "T103", "close it with }")]),
    ("because: !important a", [("7:14", "T105", "put the text in quotes")]),
    ("because: a\nwhen: {person.prefers: [email, phone}", [("8:28", "T103", "close it with ]")]),
    ("because: a\nwhen: {person.name: *GmbH}", [("8:25", "T105", "write `ends with GmbH")]),
    ("because: a\nwhen:\n  person.name: != Dana", [("9:20", "T105", "write `not Dana`")]),
    ("because: a\nwhen:\n  person.name: >= 3", [("9:20", "T103", "write `person.name: at least 3`")]),
    ("because: a\nwhen:\n  person.name: >3", [("9:20", "T105", "write `more than 3`"), ("9:20", "T401", "")]),
    ("because: a\nwhen:\nperson.name: Dana", [("9:5", "T302", "indent it below `when`")]),
    ("because: a\nwhen: person.name is Dana", [("8:11", "T304", "such as")]),
    ("because: a\nwhen: {or: [{person.name: A}]}", [("8:12", "T302", "did you mean `any`?")]),
    ("because: a\nwhen: {not: {person.name: A}}", [("8:12", "T302", "did you mean `none`?")]),
    ("because: a\nwhen:\n  - person.name: A\n  person.role: recruiter", [("10:7", "T103", "put `- ` before it")]),
    ("because: a\nwhen:\n  person.name: A\n  person.name: B", [("10:7", "T104", "line 9")]),
    ("because: a\nwhen: {person.name: }", [("8:25", "T401", "write `unknown`")]),
    ("because: a\nwhen: {persons.name: A}", [("8:12", "T403", "did you mean `person`?")]),
    ("because: a\nwhen: {person.nmae: A}", [("8:12", "T402", "did you mean `person.name`?")]),
    ("because: a\nwhen: {person.zzz: A}", [("8:12", "T402", "its fields are")]),
    ("because: a\nif: {person.name: A}", [("8:5", "T302", "did you mean `when`?")]),
    ("because: a\ndescription: b", [("8:5", "T302", "did you mean `about`?")]),
    ("because: a\nby: 2 days", [("8:9", "T401", "2 days after")]),
    ("because: a\nby: 2 days from application.reply_by", [("8:9", "T401", "2 days after")]),
    ("because: a\nfrom: 20 December", [("8:11", "T311", "for every year, ask for")]),
    ("because: a\nuntil: 2027-1-6", [("8:12", "T311", "did you mean `2027-01-06`?")]),
    ("because: a {call_within}", [("7:16", "T409", "write `{$call_within}` for a parameter")]),
    ("because: a {person.name here", [("7:16", "T409", "close it, `{person.name}`")]),
    ("because: a\nby: 2027-01-31", [("8:9", "T401", "`until: 2027-01-31`")]),
    ("because: a\nby: tomorrow", [("8:9", "T401", "2 days after")]),
    ("because: a\nby: '17:00'", [("8:10", "T401", "2 days after")]),
    ("because: a\nby: application.reply_by + 2 days", [("8:9", "T401", "`2 days after application.reply_by`")]),
    ("because: a\nby: next business day after application.reply_by", [("8:9", "T401", "`{is: next business day")]),
    ("because: a\nto: 2027-06-30", [("8:9", "T412", "`until: 2027-06-30`")]),
    ("because: a\nwhen: {person.name: {contains: Dana}}", [("8:25", "T401", "did you mean `contains Dana`?")]),
    ("because: a\nwhen: {person.prefers: {not: [email, phone]}}", [("8:28", "T401", "`none of [email, phone]`")]),
    ("because: a\nwhen: {person.name: {a: b, c: d}}", [("8:25", "T401", "`any:`")]),
    ("because: a\npriority: high", [("8:15", "T311", "whole number")]),
    ("because: a\nsafety: maybe", [("8:13", "T311", "write `yes`")]),
    ("because: a\nto: recruiter", [("8:9", "T412", "in scope")]),
    ("because: a {$grace}", [("7:16", "T406", "write it into `parameters`")]),
    ("reason: a", [("4:3", "T303", ""), ("7:5", "T302", "did you mean `because`?")]),
]

#: Sections of a pack, with the same.
PACKS = [
    ("", [("1:1", "T301", "is empty")]),
    ("# nothing yet\n", [("1:1", "T301", "is empty")]),
    ("just words", [("1:1", "T304", "begin with `rules:`")]),
    ("pack: acme", [("1:7", "T304", "write `pack: {name: acme}`")]),
    ("Rules: {}", [("1:1", "T302", "did you mean `rules`?")]),
    ("rules:\n\tx: {}", [("2:1", "T103", "indent with blanks")]),
    ("rules:\n  - for each: person", [("2:3", "T304", "without `- `")]),
    ("actions: {send cake: {about: a cake}}", [("1:11", "T310", "write it like")]),
    ("actions: {send_cake: a cake}", [("1:22", "T304", "{about: a cake}")]),
    ("actions: {send_cake: {about: a, one per: persons}}", [("1:42", "T311", "`person`")]),
    ("actions: {call: {about: a}, text: {is_a: phone_call}}", [("1:42", "T410", "did you mean `call`?")]),
    ("custom_facts: {person: {a: boolean}}", [("1:28", "T311", "did you mean `yes/no`?")]),
    ("custom_facts: {person: {a: int}}", [("1:28", "T311", "did you mean `number`?")]),
    ("custom_facts: {person: {a: one of}}", [("1:28", "T311", "write `values: [a, b]`")]),
    ("custom_facts: {person.a: yes/no}", [("1:26", "T304", "write `person: {a: …}`")]),
    ("custom_facts: {persons: {a: yes/no}}", [("1:26", "T403", "did you mean `person`?")]),
    ("facts: {person.a: {count: messages}}", [("1:27", "T403", "did you mean `message`?")]),
    ("facts: {a: {count: message}}", [("1:9", "T310", "write it like")]),
    ("facts: {person.a: {latest: message}}", [("1:28", "T415", "message.sent_at")]),
    ("facts: {application.a: 3 days after application.reply_by}", [("1:24", "T304", "{is: 3 days after")]),
    ("facts: {application.a: {sum of: candidate.notice_period}}", [("1:33", "T401", "[F, G]")]),
    ("facts: {application.a: {half of: candidate.notice_periods}}", [("1:34", "T402", "candidate.notice_period")]),
    ("parameters: {a: {value: 1, values: {2027-01-01: 2}}}", [("1:18", "T311", "write `value`, or")]),
    ("parameters: {a: {values: {2027-1-1: 2}}}", [("1:27", "T311", "did you mean `2027-01-01`?")]),
    ("parameters: {a: {values: {2027-02-30: 2}}}", [("1:27", "T311", "write it like")]),
    ("parameters: {a: {values: {01.02.2027: 2}}}", [("1:27", "T311", "did you mean `2027-02-01`?")]),
    ("parameters: {a: {default: 1}}", [("1:14", "T303", ""), ("1:18", "T302", "did you mean `value`?")]),
    ("parameters: {a: {value: 1, adjustable: yes}}", [("1:40", "T304", "{from: 3 days")]),
    ("invariants: {a: {for each: person}}", [("1:14", "T311", "")]),
    ("custom_facts: {person: {a: [small, large]}}", [("1:28", "T304", "type: one of")]),
    ("custom_facts: {person: {a: {type: text, values: [b, c]}}}", [("1:50", "T311", "`type: one of`")]),
    ("custom_facts: {person: {a: {type: text, unit: days}}}", [("1:35", "T311", "`type: number`")]),
    ("facts: {person.a: no}", [("1:19", "T304", "{is: no}")]),
    ("facts: {person.a: {count: people}}", [("1:27", "T403", "did you mean `person`?")]),
    ("rules: {r: {for each: person, then: should call, because: a}}", [("1:37", "T304", "{should: call}")]),
    ("rules: {r: {for each: person, then: [{may: a}], because: a}}", [("1:37", "T304", "a rule for each")]),
    ("rules: {r: {for each: person, then: {must not: a}, because: a}}", [("1:38", "T302", "`must_not`")]),
    ("calendars: {a: {holidays: 24 December}}", [("1:17", "T302", "did you mean `days off`?")]),
    ("calendars: {a: {days off: [2026-1-5]}}", [("1:28", "T311", "did you mean `2026-01-05`?")]),
    ("calendars: {a: {days off: [between 24 Dec and 1 Jan]}}", [("1:28", "T311", "`24 December to 1 January`")]),
    ("calendars: {a: {days off: [fridays]}}", [("1:28", "T311", "`weekend`")]),
    ("calendars: {a: {weekend: [Fri]}}", [("1:27", "T311", "did you mean `friday`?")]),
    ("calendars: {a: {office hours: 9-17}}", [("1:31", "T311", "did you mean `09:00 to 17:00`?")]),
    ("calendars: {a: {country: England}}", [("1:26", "T311", "did you mean `GB-ENG`?")]),
    ("extends: academia", [("1:10", "T308", "did you mean `profile:academia`?")]),
    ("extends: default\nrules: {follow-up: 'off'}", [("2:20", "T304", "`follow-up: off`, without quotes")]),
    ("extends: default\nrules: {follow-up: }", [("2:20", "T304", "indent its keys below it, or write `off`")]),
    ("extends: default\nrules: {thank-you: off}", [("2:9", "T306", "write `groups: {thank-you: off}`")]),
    ("extends: default\nrules: {gap_between_messages: 10 days}", [("2:31", "T304", "below `parameters:`")]),
    ("extends: default\nrules: {email_follow_up: off}", [("2:9", "T306", "is an action: write it below `actions:`")]),
    ("extends: default\nfacts: {follow-up: {and when: {}}}", [("2:9", "T306", "is a rule: write it below `rules:`")]),
    ("extends: default\nfacts: {application.open: off}", [("2:9", "T304", "write `{is: no}`")]),
    ("extends: default\nfacts: {application.follow_up_open: {is: perhaps}}", [("2:42", "T405", "")]),
    ("extends: default\ngroups: {thank-you-note: off}", [("2:10", "T306", "is a rule")]),
    ("extends: default\ngroups: {thank-you: on}", [("2:21", "T304", "write `thank-you: off`, or leave it out")]),
    ("extends: default\nthank_you_within: 1 day", [("2:1", "T302", "write it below `parameters:`")]),
    ("extends: default\ntables: {application.answer_due_at: {rows: []}}", [("2:10", "T303", "complete")]),
    (
        "tables: {application.w: {by: application.status, gives: duration, rows: [['*', 3 days], [-, 4 days]]}}",
        [("1:75", "T401", "did you mean `any`?"), ("1:90", "T401", "did you mean `any`?")],
    ),
    ("fields: {person.preferes: {ask: What?}}", [("1:10", "T402", "did you mean `person.prefers`?")]),
    ("extends: defualt", [("1:10", "T308", "`default`")]),
    ("extends: profile:academic", [("1:10", "T308", "did you mean `academia`?")]),
    ("extends: [default\nrules: {}", [("1:10", "T103", "close it with ]")]),
    ("rules: {thank-you-note: off}", [("1:1", "T308", "begin the file with `extends: default`")]),
    ("rules: {thank-you-note: {priority: 90}}", [("1:1", "T308", "begin the file with `extends: default`")]),
    (
        "tables: {application.w: {by: application.status, gives: durations, rows: []}}",
        [("1:57", "T311", "did you mean `duration`?")],
    ),
    (
        "tables: {application.w: {by: application.status, gives: duration, row: []}}",
        [("1:10", "T303", ""), ("1:67", "T302", "did you mean `rows`?")],
    ),
    (
        "tables: {application.w: {by: application.status, gives: duration, rows: }}",
        [("1:10", "T303", "write a list of rows")],
    ),
    (
        "tables: {application.w: {by: application.status, gives: duration, rows: [[Applied, 3 dys], [any]]}}",
        [("1:75", "T405", "did you mean `applied`?"), ("1:84", "T405", "`3 days`"), ("1:92", "T304", "write `any`")],
    ),
]


def _told(text: str) -> list[tactful.Diagnostic]:
    with pytest.raises(tactful.InvalidInput) as caught:
        tactful.loads(text, "pack.yaml")
    return list(caught.value.diagnostics)


def _compare(text: str, expected: list[tuple[str, str, str]]) -> None:
    told = _told(text)
    places = [(told.place().removeprefix("pack.yaml:"), told.code) for told in told]
    assert places == [(place, code) for place, code, _ in expected]
    assert all(part in str(diagnostic) for diagnostic, (_, _, part) in zip(told, expected, strict=True))


def _rule(lines: str) -> str:
    rest = textwrap.indent(lines, "    ")
    return f"actions:\n  call: {{about: a call}}\nrules:\n  r:\n    for each: person\n    then: {{may: call}}\n{rest}\n"


@pytest.mark.parametrize(("sentence", "quoted"), SENTENCES)
def test_a_sentence_with_signs_of_yaml_is_shown_in_quotes(sentence: str, quoted: str) -> None:
    """The message points at the sentence and shows it as it can be written; so written, it is taken."""
    (mistake,) = _told(_rule(f"because: {sentence}\nabout: 'it is fine'"))
    assert mistake.place() == "pack.yaml:7:14"
    assert mistake.help == f"put the sentence in quotes: `because: {quoted}`"
    if "{" not in sentence or "person.name" in sentence:
        tactful.loads(_rule(f"because: {quoted}"))


@pytest.mark.parametrize(("lines", "expected"), RULES, ids=[lines for lines, _ in RULES])
def test_a_mistake_in_a_rule_is_reported(lines: str, expected: list[tuple[str, str, str]]) -> None:
    """Place, code and remedy; nothing else is reported because of it."""
    _compare(_rule(lines), expected)


@pytest.mark.parametrize(("text", "expected"), PACKS, ids=[text for text, _ in PACKS])
def test_a_mistake_in_a_section_is_reported(text: str, expected: list[tuple[str, str, str]]) -> None:
    """Place, code and remedy; nothing else is reported because of it."""
    _compare(text, expected)


def test_all_mistakes_are_reported_in_one_go() -> None:
    """Grammar, keys, names and values of one file: none of them hides another."""
    text = """
parameters: {gap: {default: 3 days}}
custom_facts: {person: {likes: boolean}}
facts:
  person.a: {sum of: person.b}
actions: {call: {about: a call}}
rules:
  one:
    for each: person
    when: {person.prefers: e-mail, person.likes: yes, person.a: at least 2}
    then: {may: phone_call}
  two:
    for each: person
    when: {person.invited_call: maybe}
    then: {may: call}
    because: They said: call
  three:
    for each: application
    when: {application.reply_by: at least $gap ago}
    then: {shuold: call}
    because: {application.company}
"""
    told = [(mistake.span.line, mistake.code) for mistake in _told(text) if mistake.span is not None]
    assert told == [
        *[(2, "T303"), (2, "T302"), (3, "T311"), (5, "T401"), (8, "T303"), (10, "T405"), (11, "T410"), (14, "T405")],
        *[(16, "T103"), (20, "T302"), (21, "T304")],
    ]


@pytest.mark.parametrize(
    ("value", "help_"),
    [
        ("24", "add a unit: `24 hours` or `24 days`"),
        ("3", "add a unit: `3 days` or `3 business days`"),
        ("24 hrs", "did you mean `24 hours`?"),
        ("3 working days", "did you mean `3 business days`?"),
        ("a day", "did you mean `1 day`?"),
        ("'\"3 days\"'", "did you mean `3 days`?"),
        ("'1,5 days'", "did you mean `1.5 days`?"),
        ("3 months", "a month is no fixed length of time"),
        ("2.5 business days", "business days are counted whole"),
        ("8 business hours", "write a number and one of"),
        ("soon", "write a number and one of"),
    ],
)
def test_a_mistake_in_a_parameter_is_reported_once(value: str, help_: str) -> None:
    """However many rules read it, with the units that fit its text."""
    (mistake,) = _told(f"extends: default\nparameters: {{thank_you_within: {value}, gap_between_messages: 1 days}}")
    assert mistake.code == "T407"
    assert mistake.help is not None
    assert mistake.help.startswith(help_)


def test_a_forgotten_base_is_reported_once() -> None:
    """Actions, facts and parameters of the shipped pack, in a file that does not extend it; other mistakes stay."""
    text = """
rules:
  mine:
    for each: person
    when: {application.reply_by: at least $gap_between_messages ago}
    then: {should: send_note, to: nobody}
    because: a reason
  yours:
    for each: person
    then: {should: thank_you_note}
    because: a reason
"""
    first, *others = _told(text)
    assert first.code == "T308"
    assert first.help == "begin the file with `extends: default`"
    assert "`$gap_between_messages`" in first.message
    assert [other.code for other in others] == ["T412"] or [other.code for other in others] == ["T410", "T412"]


@pytest.mark.parametrize(("rules", "told"), [(3, 3), (200, 20), (10_000, 2)])
def test_grammar_is_told_of_in_bounded_time(rules: int, told: int) -> None:
    """A text is read once for each mistake, so a long one is read less often."""
    lines = "".join(f"  r{no}: {{}}\n  s{no}:\n    because: they said: call\n" for no in range(rules))
    padding = "#" + "x" * (900_000 - len(lines)) + "\n" if rules > 1_000 else ""
    assert [mistake.code for mistake in _told(f"{padding}rules:\n{lines}")].count("T103") == told
