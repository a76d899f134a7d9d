"""``import --into`` and comments: wherever they are in a case, they are still there afterwards, or nothing is touched."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

import tactful
from draws import draws
from tactful.formats.importers import CaseFile, Options, import_files
from tactful.source.parse_yaml import parse_yaml

POLICY = tactful.loads("rules: {}")
NOW = 1_772_000_000  # 25 February 2026
OPTIONS = Options(application="harbor", me=("kim@example.net",), time_zone="Europe/Oslo")
INVITATION = """\
BEGIN:VCALENDAR
VERSION:2.0
METHOD:REQUEST
BEGIN:VEVENT
UID:4471@harbor.example
SEQUENCE:{sequence}
DTSTAMP:20260101T000000Z
DTSTART:20260210T090000Z
DTEND:20260210T100000Z
ORGANIZER;CN=Ines:mailto:ines@harbor.example
ATTENDEE;CN=Tariq A.;PARTSTAT={answer}:mailto:tariq@harbor.example
ATTENDEE;CN=Kim:mailto:kim@example.net
END:VEVENT
END:VCALENDAR
"""
BLOCKS = """\
candidate:
  id: kim
  email: kim@example.net
applications:
  - id: harbor
    company: "Harbor # 1"
    people:
      - id: tariq
        email: tariq@harbor.example
        topics:
          - the 'migration'
    interviews:
      - id: first
        ended_at: 2026-02-01T10:00:00+01:00
        interviewers: [tariq]
      - id: second
        ended_at: 2026-02-10T11:00:00+01:00
        interviewers:
          - tariq
"""
BRACES = """\
candidate: {id: kim,
  email: kim@example.net}
applications: [
  {id: harbor, company: 'Harbor',
   people: [
     {id: tariq, email: tariq@harbor.example,
      topics: [the migration,
        sailing]}
   ],
   interviews: [{id: second, ended_at: 2026-02-10T11:00:00+01:00,
     interviewers: [tariq]}]
  }
]
"""
FLUSH = """\
---
candidate: &me
  id: kim
applications:
- id: harbor
  company: >-
    Harbor
    Labs
  people:
  - {id: tariq, email: tariq@harbor.example}
  - id: ola
    name: |
      Ola
"""
CASES = (BLOCKS, BRACES, FLUSH)


@st.composite
def commented(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A case with comments anywhere, and the comments."""
    lines = draw(st.sampled_from(CASES)).splitlines()
    comments = []
    for no in range(draw(st.integers(0, 5))):
        at = draw(st.integers(0, len(lines)))
        comment = f"#{draw(st.sampled_from(['', ' ', chr(9)]))}comment {no}"
        space = draw(st.sampled_from([" ", "  ", "\t", " \t "]))
        if draw(st.booleans()) and at < len(lines) and "#" not in lines[at][-14:]:
            lines[at] += space + comment
        else:
            lines.insert(at, " " * draw(st.integers(0, 8)) + comment)
        comments.append(comment)
    for _ in range(draw(st.integers(0, 2))):
        lines.insert(draw(st.integers(0, len(lines))), draw(st.sampled_from(["", "  ", "\t"])))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    return end.join(lines) + draw(st.sampled_from([end, "", end * 3])), comments


@draws(300)
@given(commented(), st.integers(0, 1), st.sampled_from(["ACCEPTED", "DECLINED"]))
def test_every_comment_stays_or_nothing_is_touched(case: tuple[str, list[str]], sequence: int, answer: str) -> None:
    """A case that can be read is rewritten with all its comments and values, or refused with a clear mistake."""
    text, comments = case
    try:
        POLICY.read_text(text, "case.yaml")
    except tactful.InvalidInput:
        assume(False)
    invitation = CaseFile("invite.ics", INVITATION.format(sequence=sequence, answer=answer).encode())
    after = ""
    try:
        after = import_files([invitation], POLICY, OPTIONS, NOW, CaseFile("case.yaml", text.encode())).text
    except tactful.InvalidInput as error:
        codes = {mistake.code for mistake in error.diagnostics}
    else:
        codes = set()
    if codes:
        assert codes == {"T511"}
        return
    assert [comment for comment in comments if comment not in after] == []
    assert parse_yaml(after, "after.yaml") is not None
    assert "ended_at: 2026-02-10T1" in after
