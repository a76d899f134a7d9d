"""Values of cases that are written in another way: each message says how a case writes them."""

from __future__ import annotations

import pytest

import tactful

PACK = """
parameters: {gap: {value: 7 days, adjustable: {from: 3 days, to: 3 weeks}}}
custom_facts:
  application:
    size: {type: one of, values: [small, large]}
    visa: yes/no
    budget: number
    wait: duration
    due: moment
    tags: list
actions: {call: {about: a call}}
rules:
  r:
    for each: application
    when: {application.applied_at: at least $gap ago}
    then: {may: call}
    because: a reason
"""

CASE = """
now: 2026-11-30T10:00
candidate: {id: kim, time_zone: America/New_York, NOTICE}
parameters: {PARAMETER}
applications:
  - id: acme
    applied_at: APPLIED
    people: [{id: dana, name: Dana Ruiz}]
    interviews: [{id: first, ended_at: ENDED, interviewers: [WHO]}]
    custom: {CUSTOM}
"""

FINE = {
    "NOTICE": "employed: yes",
    "PARAMETER": "gap: 1 week",
    "APPLIED": "2026-11-01T10:00",
    "ENDED": "2026-11-20T10:00",
    "WHO": "dana",
    "CUSTOM": "size: small",
}


def _read(place: str, text: str) -> None:
    case = CASE
    for other, fine in FINE.items():
        case = case.replace(other, text if other == place else fine)
    tactful.loads(PACK).read_text(case, "case.yaml")


@pytest.mark.parametrize(
    ("place", "text", "help_"),
    [
        ("APPLIED", "2026-1-5", "write `2026-01-05T16:30`, with the time"),
        ("APPLIED", "05.01.2026", "write `2026-01-05T16:30`, with the time"),
        ("ENDED", "2026-11-20T24:00", "did you mean `2026-11-20T23:59`?"),
        ("ENDED", "2026-11-20 4:30pm", "did you mean `2026-11-20T16:30`?"),
        ("ENDED", "yesterday", "write it like `2026-11-27T17:00:00-05:00`"),
        ("NOTICE", "notice_period: 3 months", "such as `90 days`"),
        ("NOTICE", "notice_period: 3 business days", "write days or weeks"),
        ("NOTICE", "country: England", "did you mean `GB-ENG`?"),
        ("PARAMETER", "gap: one week", "did you mean `1 week`?"),
        ("PARAMETER", "gap: nine weeks", "write a length of time, from 3 days to 3 weeks"),
        ("WHO", "Dana Ruiz", "did you mean `dana`?"),
        ("CUSTOM", "size: Small", "did you mean `small`?"),
        ("CUSTOM", "visa: maybe", "write `yes` or `no`"),
        ("CUSTOM", "budget: 50_000", "did you mean `50000`?"),
        ("CUSTOM", "wait: 3", "add a unit: `3 days` or `3 weeks`"),
        ("CUSTOM", "due: 2026-1-5", "did you mean `2026-01-05`?"),
        ("CUSTOM", "tags: a", "write it as a list, `[a]`"),
    ],
)
def test_the_message_says_how_a_case_writes_the_value(place: str, text: str, help_: str) -> None:
    """One mistake is told once, with its remedy."""
    with pytest.raises(tactful.InvalidInput) as caught:
        _read(place, text)
    (mistake,) = caught.value.diagnostics
    assert mistake.help is not None
    assert help_ in mistake.help


def test_a_case_without_mistakes_is_read() -> None:
    """The case that the mistakes are written into has none."""
    _read("WHO", "dana")
