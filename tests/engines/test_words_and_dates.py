"""Words in texts, countries with their parts, dates and weekdays: when they hold, by every engine."""

from __future__ import annotations

from typing import Any

import pytest

from one_rule import ENGINES, NOTHING, case, fired


def holds(engine: str, field: str, phrase: Any, **application: Any) -> bool:
    """Whether a phrase holds of a field, for an application with these given fields."""
    given = case()
    given["applications"][0] |= application
    return fired(engine, {field: phrase}, given) is not NOTHING


ROLES = [
    ("contains senior", "Senior Engineer", True),
    ("contains senior", "Engineer, SENIOR", True),
    ("contains senior", "Seniority lead", False),
    ("contains senior", "semi-senior tester", True),
    ("contains senior   tester", "Senior\tTester", True),
    ("not contains senior", "Engineer", True),
    ("not contains senior", "Senior Engineer", False),
    ("begins with senior", "Senior Engineer", True),
    ("begins with senior", "A Senior Engineer", False),
    ("ends with GmbH", "Acme gmbh", True),
    ("ends with GmbH", "Acme GmbH & Co. KG", False),
    ("contains C++", "C++ developer", True),
    ("contains C", "C++ developer", True),
    ("contains c", "Cook", False),
    ("contains straße", "STRASSE 5", True),
    ("contains zoe\u0301", "Zo\u00e9", True),
    ("[contains senior, contains lead]", "Team Lead", True),
    ("[contains senior, Tester]", "Tester", True),
    ("[contains senior, Tester]", "Testers", False),
]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("phrase", "role", "wanted"), ROLES)
def test_whole_words_are_looked_for(engine: str, phrase: str, role: str, wanted: bool) -> None:
    """Case, white space and ways to write an accent make no difference; parts of words do not count."""
    read = phrase[1:-1].split(", ") if phrase.startswith("[") else phrase
    assert holds(engine, "application.role", read, role=role) is wanted


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("phrase", "wanted"), [("contains senior", False), ("not contains senior", True)])
def test_an_unknown_text_has_no_words(engine: str, phrase: str, wanted: bool) -> None:
    """As with other phrases, only the negative one holds of what is unknown."""
    assert holds(engine, "application.role", phrase) is wanted


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("phrase", "country", "wanted"),
    [
        ("DE", "DE", True),
        ("DE", "DE-BY", True),
        ("DE-BY", "DE", False),
        ("DE-BY", "DE-BY", True),
        ("DE-BY", "DE-BE", False),
        (["AT", "DE"], "DE-BY", True),
        ("none of [AT, DE]", "DE-BY", False),
        ("not DE-BY", "DE", True),
    ],
)
def test_a_country_holds_for_its_parts(engine: str, phrase: Any, country: str, wanted: bool) -> None:
    """A country stands for all of it; a part of a country only for itself."""
    assert holds(engine, "application.country", phrase, country=country) is wanted


#: The case is decided on Wednesday, 18 November 2026, at 15:00 in New York: 07:00 on the 19th in Sydney.
SYDNEY = {"time_zone": "Australia/Sydney", "country": "AU"}
DATES = [
    ("application.date", "2026-11-18", {}, True),
    ("application.date", "2026-11-18", SYDNEY, False),
    ("application.date", "not 2026-11-18", SYDNEY, True),
    ("application.date", "from 2026-11-19", SYDNEY, True),
    ("application.date", "before 2026-11-19", SYDNEY, False),
    ("application.date", "between 2026-11-18 and 2026-11-18", {}, True),
    ("application.date", "18 November", {}, True),
    ("application.date", "between 20 December and 6 January", {}, False),
    ("application.date", "between 1 November and 6 January", {}, True),
    ("application.date", "between 19 November and 18 November", {}, True),
    ("application.date", ["24 December", "18 November"], {}, True),
    ("application.weekday", "wednesday", {}, True),
    ("application.weekday", "wednesday", SYDNEY, False),
    ("application.weekday", ["monday", "thursday"], SYDNEY, True),
    ("application.weekday", "none of [saturday, sunday]", {}, True),
    ("application.local_time", ["between 10:00 and 12:00", "between 14:00 and 16:00"], {}, True),
    ("application.local_time", ["between 10:00 and 12:00", "between 15:01 and 16:00"], {}, False),
]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("field", "phrase", "application", "wanted"), DATES)
def test_today_is_the_day_where_the_row_is(
    engine: str, field: str, phrase: Any, application: dict[str, Any], wanted: bool
) -> None:
    """Dates and weekdays are those of the row's own place."""
    assert holds(engine, field, phrase, **application) is wanted


MOMENTS = [
    ("before 2027-01-01", "2026-12-31T23:59:59-05:00", True),
    ("before 2027-01-01", "2027-01-01T00:00:00-05:00", False),
    ("from 2027-01-01", "2027-01-01T04:59:59+00:00", False),
    ("from 2027-01-01", "2027-01-01T05:00:00+00:00", True),
    ("between 2026-12-20 and 2027-01-06", "2027-01-06T23:59:59-05:00", True),
    ("between 2026-12-20 and 2027-01-06", "2027-01-07T00:00:00-05:00", False),
    ("between 20 December and 6 January", "2030-12-20T00:00:00-05:00", True),
    ("between 20 December and 29 February", "2027-02-28T12:00:00-05:00", True),
    ("between 20 December and 29 February", "2027-03-01T00:00:00-05:00", False),
    ("between 29 February and 1 June", "2027-02-28T00:00:00-05:00", True),
    ("between 29 February and 1 June", "2028-02-28T12:00:00-05:00", False),
    ("2026-12-24", "2026-12-24", True),
]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("phrase", "reply_by", "wanted"), MOMENTS)
def test_a_moment_lies_on_a_day_of_its_place(engine: str, phrase: str, reply_by: str, wanted: bool) -> None:
    """A date means the whole day on the calendar of the row's place, to the second. 29 February is the 28th in other years."""
    assert holds(engine, "application.reply_by", phrase, reply_by=reply_by) is wanted
