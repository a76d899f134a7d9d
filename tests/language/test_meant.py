"""Literals that no value can equal: each is a mistake, and the message says what was meant."""

from __future__ import annotations

import pytest

import tactful

PACK = """
custom_facts:
  application:
    size: number
    wait: duration
    tags: list
    open_at: time of day
    topics: {type: list, values: [pay, team]}
    last: {type: one of, values: [phone_screen, final]}
actions: {call: {about: a call}}
rules:
  r:
    for each: application
    when:
      FIELD: PHRASE
    then: {may: call}
    because: a reason
"""

#: A field, what careless authors write, and the phrase that the message offers.
MEANT = [
    ("country", "Germany", "DE"),
    ("country", "de", "DE"),
    ("country", "UK", "GB"),
    ("country", "de-by", "DE-BY"),
    ("country", "DE or AT", "[DE, AT]"),
    ("country", "Germany, Austria", "[DE, AT]"),
    ("country", "in [DE, AT]", "[DE, AT]"),
    ("country", "not in [DE, AT]", "none of [DE, AT]"),
    ("country", "not de", "not DE"),
    ("country", "[DE, Austria]", "AT"),
    ("country", '"!= DE"', "not DE"),
    ("size", '">= 3"', "at least 3"),
    ("size", '"> 3"', "more than 3"),
    ("size", "<= 3", "at most 3"),
    ("size", "<3", "less than 3"),
    ("size", "= 3", "3"),
    ("size", '"!= 3"', "not 3"),
    ("size", "3+", "at least 3"),
    ("size", "3 or more", "at least 3"),
    ("size", "not more than 3", "at most 3"),
    ("size", "2-5", "between 2 and 5"),
    ("wait", '">= 3 days"', "at least 3 days"),
    ("wait", "at least 3d", "3 days"),
    ("wait", "2 wks", "2 weeks"),
    ("reply_by", '">= 3 days"', "at least 3 days ago"),
    ("reply_by", "3 days ago", "at least 3 days ago"),
    ("reply_by", "in 3 days", "within 3 days"),
    ("reply_by", "older than 3 days", "more than 3 days ago"),
    ("reply_by", "at least 3 days", "at least 3 days ago"),
    ("reply_by", "in the past", "past"),
    ("reply_by", "before 2027", "before 2027-01-01"),
    ("reply_by", "before 1 January 2027", "before 2027-01-01"),
    ("reply_by", "after 2026-12-31", "from 2027-01-01"),
    ("reply_by", "not known", "unknown"),
    ("reply_by", "null", "unknown"),
    ("company", '"*GmbH"', "ends with GmbH"),
    ("company", '"GmbH*"', "begins with GmbH"),
    ("company", '"*x*"', "contains x"),
    ("company", 'not "*x*"', "not contains x"),
    ("company", "starts with Acme", "begins with Acme"),
    ("company", '"!= Acme"', "not Acme"),
    ("company", "in [Acme, Beta]", "[Acme, Beta]"),
    ("company", "not known", "unknown"),
    ("company", "“Acme”", "Acme"),
    ("role", 'contains "senior"', "contains senior"),
    ("role", "contains 'senior'", "contains senior"),
    ("role", "not contains “senior”", "not contains senior"),
    ("role", 'begins with "Head of"', "begins with Head of"),
    ("role", "contains *senior*", "contains senior"),
    ("role", "contains /senior/", "contains senior"),
    ("role", "contains starts with senior", "contains senior"),
    ("role", "ends with in [engineer, lead]", "[ends with engineer, ends with lead]"),
    ("role", 'contains "senior" or "head"', "[contains senior, contains head]"),
    ("role", "contains \u200bsenior", "contains senior"),
    ("role", "containing senior", "contains senior"),
    ("role", "does not contain senior", "not contains senior"),
    ("role", "doesn’t start with senior", "not begins with senior"),
    ("role", "not containing senior", "not contains senior"),
    ("role", "does not have senior", "not contains senior"),
    ("role", "does not equal Lead", "not Lead"),
    ("company", "is Acme", "Acme"),
    ("company", "is not Acme", "not Acme"),
    ("company", "isn't Acme", "not Acme"),
    ("company", "equal to Acme", "Acme"),
    ("company", "one of Acme, Beta", "[Acme, Beta]"),
    ("company", "either Acme or Beta", "[Acme, Beta]"),
    ("company", "neither Acme nor Beta", "none of [Acme, Beta]"),
    ("company", "candidate.name", "same as candidate.name"),
    ("company", "empty", "unknown"),
    ("company", "some", "known"),
    ("status", "neither applied nor offered", "none of [applied, offered]"),
    ("country", "neither DE nor AT", "none of [DE, AT]"),
    ("size", "two", "2"),
    ("size", "1_000", "1000"),
    ("wait", "at least two weeks", "2 weeks"),
    ("open_at", "before 12:00", "between 00:00 and 12:00"),
    ("open_at", "after 10am", "between 10:00 and 23:59"),
    ("open_at", "between 09:00 and 24:00", "23:59"),
    (
        "open_at",
        "between 10:00 and 12:00 and between 14:00 and 16:00",
        "[between 10:00 and 12:00, between 14:00 and 16:00]",
    ),
    ("open_at", "10:00-12:00; 14:00-16:00", "[between 10:00 and 12:00, between 14:00 and 16:00]"),
    ("status", "Applied", "applied"),
    ("status", "applied or offered", "[applied, offered]"),
    ("status", "not in [applied, offered]", "none of [applied, offered]"),
    ("status", '"!= applied"', "not applied"),
    ("status", "any", "known"),
    ("last", "phone", "phone_screen"),
    ("last", "Phone Screen", "phone_screen"),
    ("tags", "contains x", "x"),
    ("tags", "not in [x]", "none of [x]"),
    ("topics", "salary or team", "team"),
    ("topics", "pay or team", "[pay, team]"),
    ("open_at", "9-17", "between 09:00 and 17:00"),
    ("open_at", '">= 9:00"', "between 09:00 and 23:59"),
    ("open_at", "between 9am and 17:00", "09:00"),
    ("weekday", "Mon", "monday"),
    ("weekday", "not tues", "not tuesday"),
    ("weekday", "Mon-Fri", "[monday, tuesday, wednesday, thursday, friday]"),
    ("weekday", "friday to monday", "[friday, saturday, sunday, monday]"),
    ("weekday", "not weekend", "none of [saturday, sunday]"),
    ("date", "December 24", "24 December"),
    ("date", "24 Dec 2027", "2027-12-24"),
    ("date", '">= 2027-01-01"', "from 2027-01-01"),
]


def _mistakes(field: str, phrase: str) -> tuple[tactful.Diagnostic, ...]:
    with pytest.raises(tactful.InvalidInput) as caught:
        tactful.loads(PACK.replace("FIELD", f"application.{field}").replace("PHRASE", phrase))
    return caught.value.diagnostics


@pytest.mark.parametrize(("field", "phrase", "meant"), MEANT)
def test_the_message_offers_what_was_meant(field: str, phrase: str, meant: str) -> None:
    """For every kind of field, with the value, the unit and the form that the field takes."""
    (mistake,) = _mistakes(field, phrase)
    assert mistake.code in ("T404", "T405")
    assert mistake.help == f"did you mean `{meant}`?"


@pytest.mark.parametrize(("field", "meant"), sorted({(field, meant) for field, _, meant in MEANT}))
def test_what_is_offered_is_taken(field: str, meant: str) -> None:
    """No message sends its reader to the next mistake; a bare value or unit stands in a phrase of its field."""
    phrase = {
        "3 days": "at least 3 days",
        "09:00": "between 09:00 and 17:00",
        "23:59": "between 09:00 and 23:59",
    }.get(meant, meant)
    tactful.loads(PACK.replace("FIELD", f"application.{field}").replace("PHRASE", phrase))


@pytest.mark.parametrize(
    ("field", "phrase"),
    [
        ("company", "Acme & Sons"),
        ("company", "Is It"),
        ("company", '"3M"'),
        ("company", "Over the Moon"),
        ("company", "1-800-Flowers"),
        ("role", "iOS developer"),
        ("role", "c++"),
        ("role", "contains R&D"),
        ("role", "contains full or part time"),
        ("role", "contains l'Oréal's own"),
        ("tags", "null-safety"),
        ("tags", "does not apply"),
        ("country", "DE-BY"),
        ("country", "[DE, AT]"),
    ],
)
def test_values_that_look_a_little_like_comparisons_are_taken(field: str, phrase: str) -> None:
    """Names of companies and roles are free, as long as they are no comparison."""
    tactful.loads(PACK.replace("FIELD", f"application.{field}").replace("PHRASE", phrase))


@pytest.mark.parametrize(
    ("field", "phrase", "meant"),
    [
        ("open_at", "from 10:00 to 12:00", "between 10:00 and 12:00"),
        ("size", "from 2 to 5", "between 2 and 5"),
        ("date", "from 2027-1-5", "from 2027-01-05"),
        ("date", "between 2026-12-20 to 2027-01-06", "between 2026-12-20 and 2027-01-06"),
        ("company", "none of Acme, Beta", "none of [Acme, Beta]"),
    ],
)
def test_a_text_that_begins_like_a_phrase_shows_the_phrase(field: str, phrase: str, meant: str) -> None:
    """The values that were written stay in what is offered."""
    (mistake,) = _mistakes(field, phrase)
    assert (mistake.code, mistake.help) == ("T401", f"did you mean `{meant}`?")
    tactful.loads(PACK.replace("FIELD", f"application.{field}").replace("PHRASE", meant))


@pytest.mark.parametrize("phrase", ['contains ""', "contains “”", '"contains \u200b"', "not ends with []"])
def test_words_to_look_for_are_seen(phrase: str) -> None:
    """What nobody sees, and quotes with nothing in them, are no words. Nothing is offered in their place."""
    (mistake,) = _mistakes("role", phrase)
    assert (mistake.code, mistake.help) == ("T405", None)


def test_words_in_a_parameter_are_judged_alike() -> None:
    """The parameter is marked, and its help is a value of the parameter."""
    text = PACK.replace("FIELD", "application.role").replace("PHRASE", "contains $word")
    with pytest.raises(tactful.InvalidInput) as caught:
        tactful.loads(f"{text}\nparameters: {{word: '\"senior\"'}}\n")
    (mistake,) = caught.value.diagnostics
    assert mistake.help == "did you mean `senior`?"
