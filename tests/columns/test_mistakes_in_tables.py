"""Mistakes in tables: who made one is left out whole and told why, as the reader of JSON would; the rest goes on."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import shipped_cases
import tactful
from draws import draws
from table_variants import assert_alike, expected, read
from tactful.facts.reading import read_case
from tactful.facts.reading.limits import CaseLimits
from tactful.facts.rows import Case

PACK: Final = msgspec.yaml.encode(
    {
        "custom_facts": {
            "candidate": {"score": "number", "lunch": "time of day", "travel": "duration", "trip": "moment"},
            "person": {
                "level": {"type": "one of", "values": ["low", "high"]},
                "skills": {"type": "list", "values": ["sql", "python"]},
                "sectors": {"type": "list", "values": [f"sector {no}" for no in range(70)]},
                "labels": {"type": "list"},
                "remark": {"type": "text"},
            },
        },
        "actions": {"note": {"about": "A note."}},
        "rules": {
            "r": {"for each": "person", "when": {"person.level": "low"}, "then": {"should": "note"}, "because": "So."}
        },
    }
)
POLICY: Final = tactful.loads(PACK)
NOW: Final = "2026-11-25T18:00:00Z"
Rows = dict[str, list[dict[str, Any]]]


def rows_of_three() -> Rows:
    """Three candidates alike, with a row of everything each; ``c2`` is the one that mistakes are made with."""
    rows: Rows = {}

    def add(table: str, **row: Any) -> None:
        rows.setdefault(table, []).append(row)

    for id_ in ("c1", "c2", "c3"):
        add("candidates", candidate_id=id_, now=NOW, time_zone="America/New_York", country="US")
        above = {"candidate_id": id_, "application_id": "a"}
        add("applications", **above, status="interviewing", contact_via="p1", reply_by="2026-12-01")
        add("offers", **above, received_at="2026-11-20T10:00:00Z", signed_at="2026-11-21T10:00:00Z")
        add("people", **above, person_id="p1", role="recruiter", channels=["email"], topics=["tests"])
        add("people", **above, person_id="p2")
        add("interviews", **above, interview_id="i1", status="held", ended_at="2026-11-20T10:00:00Z")
        add("interviewers", **above, interview_id="i1", person_id="p1", attended=True)
        add("interviewers", **above, interview_id="i1", person_id="p2", attended=None)
        add("messages", **above, person_id="p2", kind="answer", sent_at="2026-11-21T10:00:00Z")
    return rows


def tables_of_rows(rows: Rows) -> dict[str, pa.Table]:
    """The rows as tables, column by column, in whatever types Arrow finds."""
    tables = {}
    for name, members in rows.items():
        columns = dict.fromkeys(key for row in members for key in row)
        tables[name] = pa.table({key: [row.get(key) for row in members] for key in columns})
    return tables


def columns_of_rows(rows: Rows) -> Any:
    return read(POLICY, tables_of_rows(rows))


def assert_rejected(rows: Rows, *mistakes: tuple[str | None, str], id_: str | None = "c2", others: int = 2) -> None:
    """One candidate is rejected with codes in tables; the rest is read as if it had never been there."""
    result = read(POLICY, tables_of_rows(rows))
    assert [(reject.candidate_id, reject.table, reject.code) for reject in result.rejects] == [
        (id_, *one) for one in mistakes
    ]
    assert result.columns.sizes["candidate"] == others
    good = {name: [member for member in members if member.get("candidate_id") != id_] for name, members in rows.items()}
    alone = read(POLICY, tables_of_rows(good))
    assert alone.rejects == []
    assert_alike(result.columns, alone.columns)
    assert result.columns.case(others - 1).candidate.id == "c3"


LONG: Final = "so" * 6_000
LATER: Final = "2026-11-26T18:00:00Z"
#: The table, which of the candidate's rows there, the column, the value, and the code that the reader of JSON has for it.
MISTAKES: Final[list[tuple[str, int, str, Any, str]]] = [
    ("candidates", 0, "time_zone", "America/New_Yrok", "T208"),
    ("candidates", 0, "country", "ZZ", "T208"),
    ("candidates", 0, "country", "", "T208"),
    ("candidates", 0, "notice_period", "3 business days", "T205"),
    ("candidates", 0, "notice_period", "soon", "T205"),
    ("candidates", 0, "name", LONG, "T212"),
    ("candidates", 0, "now", "yesterday", "T206"),
    ("candidates", 0, "now", "1961-01-01T00:00:00Z", "T206"),
    ("candidates", 0, "lunch", "25:00", "T205"),
    ("candidates", 0, "travel", "1 fortnight", "T205"),
    ("candidates", 0, "trip", "soon", "T204"),
    ("candidates", 0, "trip", "9999-12-31", "T206"),
    ("applications", 0, "status", "interviewed", "T205"),
    ("applications", 0, "contact_via", "p9", "T210"),
    ("applications", 0, "reply_by", "2026-02-31", "T206"),
    ("applications", 0, "reply_by", "1969-02-01", "T206"),
    ("applications", 0, "time_zone", "Mars/Base", "T208"),
    ("applications", 0, "country", "US-ZZ", "T208"),
    ("applications", 0, "next_step", "lunch", "T205"),
    ("applications", 0, "applied_at", "2026-11-02", "T206"),
    ("applications", 0, "signals", ["filled", "gone"], "T205"),
    ("offers", 0, "signed_at", "2026-11-19T10:00:00Z", "T211"),
    ("offers", 0, "withdrawn_at", "2026-11-19T10:00:00Z", "T211"),
    ("offers", 0, "conditions", ["references", None], "T203"),
    ("offers", 0, "conditions_by", "soon", "T206"),
    ("offers", 0, "form", "spoken", "T205"),
    ("offers", 0, "answer_by", "tomorrow", "T206"),
    ("people", 0, "role", "boss", "T205"),
    ("people", 0, "channels", ["email", "pigeon"], "T205"),
    ("people", 0, "channels", ["email", None], "T203"),
    ("people", 0, "topics", ["tests", LONG], "T212"),
    ("people", 0, "topics", [None], "T203"),
    ("people", 0, "country", "Eire", "T208"),
    ("people", 1, "time_zone", "Dublin", "T208"),
    ("people", 0, "level", "middle", "T205"),
    ("people", 0, "skills", ["sql", "cobol"], "T204"),
    ("people", 0, "sectors", ["sector 70"], "T204"),
    ("interviews", 0, "ended_at", None, "T203"),
    ("interviews", 0, "ended_at", LATER, "T211"),
    ("interviews", 0, "starts_at", "2026-11-20T10:00:01Z", "T211"),
    ("interviews", 0, "ended_at", "2026-11-20", "T206"),
    ("interviews", 0, "status", "done", "T205"),
    ("interviewers", 1, "person_id", "p1", "T209"),
    ("interviewers", 1, "person_id", "p9", "T210"),
    ("interviewers", 1, "person_id", None, "T203"),
    ("interviews", 0, "cancelled_by", "nobody", "T205"),
    ("messages", 0, "answer_by", "2026-02-30", "T206"),
    ("messages", 0, "person_id", "p3", "T210"),
    ("messages", 0, "person_id", "", "T205"),
    ("messages", 0, "kind", "note", "T205"),
    ("messages", 0, "sent_at", "2026-11-31T10:00:00Z", "T206"),
    ("messages", 0, "direction", "lost", "T205"),
]


def changed(table: str, no: int, column: str, value: Any) -> Rows:
    """The three candidates, with one cell of the second changed."""
    rows = rows_of_three()
    [row for row in rows[table] if row["candidate_id"] == "c2"][no][column] = value
    return rows


def test_three_candidates_without_mistakes_are_read() -> None:
    """The tables that all tests of mistakes start from have no mistakes, and every row of theirs is read."""
    result = read(POLICY, tables_of_rows(rows_of_three()))
    assert result.rejects == []
    assert result.columns.sizes == {
        "candidate": 3,
        "application": 3,
        "offer": 3,
        "person": 6,
        "interview": 3,
        "interviewer": 6,
        "message": 3,
    }


@pytest.mark.parametrize(("table", "no", "column", "value", "code"), MISTAKES, ids=lambda value: str(value)[:20])
def test_a_mistake_is_reported_with_the_code_of_json(table: str, no: int, column: str, value: Any, code: str) -> None:
    """Its candidate is left out, the others stay as they are."""
    assert_rejected(changed(table, no, column, value), (table, code))


def test_a_mistake_names_the_row_by_its_keys() -> None:
    """A message about a cell ends with the ids of its row."""
    rows = changed("people", 1, "role", "boss")
    assert (
        read(POLICY, tables_of_rows(rows)).rejects[0].message
        == "`role` cannot be `boss` (application `a`, person `p2`)"
    )
    rows = changed("interviews", 0, "ended_at", None)
    message = "the interview has no `ended_at` (application `a`, interview `i1`)"
    assert read(POLICY, tables_of_rows(rows)).rejects[0].message == message


def test_all_mistakes_of_a_candidate_are_reported() -> None:
    """Mistakes in several tables are all reported, not only the first."""
    rows = changed("people", 1, "role", "boss")
    rows["messages"][1]["kind"] = "note"
    rows["candidates"][1]["country"] = "ZZ"
    assert_rejected(rows, ("messages", "T205"), ("people", "T205"), ("candidates", "T208"))


def test_every_candidate_may_be_mistaken() -> None:
    """Where every candidate is rejected, the columns are empty and nothing fails."""
    rows = rows_of_three()
    for row in rows["people"]:
        row["role"] = "boss"
    result = read(POLICY, tables_of_rows(rows))
    assert [reject.candidate_id for reject in result.rejects] == ["c1", "c1", "c2", "c2", "c3", "c3"]
    assert set(result.columns.sizes.values()) == {0}
    assert result.columns.texts("person", "topics").to_pylist() == []


# --- ids and rows that belong to nobody ---


@pytest.mark.parametrize(
    ("table", "extra", "blamed"),
    [
        ("applications", {}, "applications"),
        ("people", {"person_id": "p1"}, "people"),
        ("interviews", {"interview_id": "i1", "ended_at": NOW}, "interviews"),
    ],
)
def test_an_id_is_there_once(table: str, extra: dict[str, Any], blamed: str) -> None:
    """A second row with the same id rejects its candidate."""
    rows = rows_of_three()
    rows[table].append({"candidate_id": "c2", "application_id": "a", **extra})
    assert_rejected(rows, (blamed, "T209"))


def test_an_application_has_one_offer() -> None:
    """A second offer for an application rejects its candidate."""
    rows = rows_of_three()
    rows["offers"].append({"candidate_id": "c2", "application_id": "a"})
    assert_rejected(rows, ("offers", "T209"))


def test_a_candidate_has_one_row() -> None:
    """It cannot be told which row is meant, so nothing of either is decided."""
    rows = rows_of_three()
    rows["candidates"].append({"candidate_id": "c2", "now": NOW, "employed": True})
    assert_rejected(rows, ("candidates", "T209"))


def test_an_empty_id_is_reported_where_it_stands_and_where_it_is_missed() -> None:
    """An empty id is reported in its own row and in the rows that refer to it."""
    rows = changed("interviews", 0, "interview_id", "")
    assert_rejected(rows, ("interviewers", "T210"), ("interviews", "T205"))
    rows = changed("people", 1, "person_id", "")
    assert_rejected(rows, ("interviewers", "T210"), ("messages", "T210"), ("people", "T205"))
    rows = changed("applications", 0, "application_id", "")
    tables = ("offers", "people", "interviews", "messages", "interviewers", "applications")
    assert_rejected(rows, *((table, "T210") for table in tables), ("applications", "T205"))


def test_rows_of_an_application_that_is_not_there_keep_their_candidate_from_being_decided() -> None:
    """A row whose application has no row rejects its candidate."""
    rows = rows_of_three()
    rows["people"].append({"candidate_id": "c2", "application_id": "b", "person_id": "p1"})
    rows["people"].append({"candidate_id": "c2", "application_id": "b", "person_id": "p2"})
    assert_rejected(rows, ("people", "T210"))
    message = "2 rows of `people` name the application `b`, which `applications` does not have"
    assert read(POLICY, tables_of_rows(rows)).rejects[0].message == message


def test_rows_without_a_key_keep_their_candidate_from_being_decided() -> None:
    """A row without the id of its application or interview rejects its candidate."""
    assert_rejected(changed("messages", 0, "application_id", None), ("messages", "T203"))
    assert_rejected(changed("interviewers", 1, "interview_id", None), ("interviewers", "T203"))


def test_interviewers_of_an_interview_that_is_not_there_keep_their_candidate_from_being_decided() -> None:
    """An interviewer whose interview has no row rejects the candidate."""
    assert_rejected(changed("interviewers", 0, "interview_id", "i9"), ("interviewers", "T210"))


def test_rows_of_a_candidate_who_is_not_there_are_reported_and_left_out() -> None:
    """They are nobody's, so nobody is kept from being decided."""
    rows = rows_of_three()
    rows["messages"].insert(1, {"candidate_id": "c9", "application_id": "a", "kind": "answer"})
    assert_rejected(rows, ("messages", "T210"), id_="c9", others=3)


def test_rows_without_a_candidate_are_reported_and_left_out() -> None:
    """Rows without a candidate's id are reported and left out; all candidates are read."""
    rows = rows_of_three()
    rows["people"].append({"candidate_id": None, "application_id": "a", "person_id": "p1"})
    rows["candidates"].insert(0, {"candidate_id": None, "employed": True})
    assert_rejected(rows, ("candidates", "T203"), ("people", "T203"), id_=None, others=3)


@pytest.mark.parametrize(
    ("limits", "row"),
    [
        ({"applications": 1}, {"application_id": "b"}),
        ({"people": 2}, {"application_id": "a", "person_id": "p3"}),
        ({"interviews": 1}, {"application_id": "a", "interview_id": "i2", "ended_at": NOW}),
        ({"messages": 1}, {"application_id": "a"}),
    ],
    ids=lambda value: next(iter(value)),
)
def test_rows_are_bounded_as_they_are_in_json(limits: dict[str, int], row: dict[str, Any]) -> None:
    """The limits on the number of rows of a case hold in tables too."""
    rows, (table,) = rows_of_three(), limits
    rows[table].append({"candidate_id": "c2", **row})
    result = read(POLICY, tables_of_rows(rows), **limits)
    assert [(reject.candidate_id, reject.table, reject.code) for reject in result.rejects] == [("c2", table, "T212")]
    assert result.columns.sizes["candidate"] == 2


# --- values of Arrow's own types ---


def in_new_york(zone: str | None = "America/New_York", **columns: Any) -> tuple[pa.Table, pa.Table]:
    """A candidate and an application with some columns, of which one value each is mistaken."""
    ids = ["c1", "c2", "c3"]
    candidates = pa.table({"candidate_id": ids, "time_zone": pa.array([zone] * 3, pa.string())})
    return candidates, pa.table({"candidate_id": ids, "application_id": ["a"] * 3, **columns})


DAYS: Final = timedelta(days=1)


@pytest.mark.parametrize(
    ("value", "type_", "zone", "code"),
    [
        (datetime(2026, 11, 27, 10), pa.timestamp("us"), None, "T207"),
        (datetime(2026, 11, 27), pa.date32(), None, "T207"),
        (datetime(1960, 11, 27), pa.date32(), "America/New_York", "T206"),
        (datetime(1960, 11, 27, tzinfo=UTC), pa.timestamp("us", tz="UTC"), None, "T206"),
        (datetime(2250, 11, 27, tzinfo=UTC), pa.timestamp("ns", tz="UTC"), None, "T206"),
        (datetime(2199, 6, 1), pa.timestamp("ms"), "America/New_York", "T206"),
    ],
    ids=str,
)
def test_a_moment_of_arrow_is_bounded_as_one_in_json(
    value: datetime, type_: pa.DataType, zone: str | None, code: str
) -> None:
    """Timestamps and dates of Arrow have the same earliest and latest moments as text, and need a time zone as text does."""
    candidates, applications = in_new_york(zone, reply_by=pa.array([None, value, None], type_))
    result = read(POLICY, {"candidates": candidates, "applications": applications})
    assert [(reject.candidate_id, reject.table, reject.code) for reject in result.rejects] == [
        ("c2", "applications", code)
    ]
    assert result.columns.sizes["application"] == 2


def test_a_moment_beyond_all_calendars_is_reported() -> None:
    """A number of seconds that no date can be made of is a mistake, not a traceback."""
    moments = pa.array([None, 1 << 60, None]).cast(pa.timestamp("s", tz="UTC"))
    candidates, applications = in_new_york(reply_by=moments)
    result = read(POLICY, {"candidates": candidates, "applications": applications})
    assert [(reject.candidate_id, reject.code) for reject in result.rejects] == [("c2", "T206")]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("lunch", time(9, 30, 15)),
        ("lunch", time(9, 30, 0, 1)),
        ("travel", -DAYS),
        ("travel", 5000 * DAYS),
        ("notice_period", 5000 * DAYS),
    ],
    ids=str,
)
def test_a_length_or_a_time_that_no_case_can_have_is_reported(column: str, value: Any) -> None:
    """A duration or a time of day of an Arrow type that cannot be written in JSON is reported."""
    candidates = pa.table({"candidate_id": ["c1", "c2", "c3"], column: [None, value, None]})
    result = read(POLICY, {"candidates": candidates})
    assert [(reject.candidate_id, reject.table, reject.code) for reject in result.rejects] == [
        ("c2", "candidates", "T205")
    ]


@pytest.mark.parametrize("coded", [False, True])
@pytest.mark.parametrize("column", ["time_zone", "notice_period", "now", "candidate_id"])
def test_a_text_that_is_not_utf_8_is_reported(column: str, coded: bool) -> None:
    """Where it is looked at; the others stay."""
    odd = pa.array([None, b"\xffa", None], pa.binary()).view(pa.string())
    columns = {"candidate_id": pa.array(["c1", "c2", "c3"]), "notice_period": pa.array([None, "soon", None])}
    if column == "candidate_id":
        odd = pa.array([b"c1", b"\xffa", b"c3"], pa.binary()).view(pa.string())
    columns[column] = odd.dictionary_encode() if coded else odd
    result = read(POLICY, {"candidates": pa.table(columns)})
    rejected = "\ufffda" if column == "candidate_id" else "c2"
    assert [(reject.candidate_id, reject.code) for reject in result.rejects] == [(rejected, "T102")]
    assert result.columns.texts("candidate", "id").to_pylist() == ["c1", "c3"]


def test_a_word_of_a_set_that_is_not_utf_8_is_reported() -> None:
    """A dictionary value that is not UTF-8 rejects the candidate who uses it."""
    odd = pa.array([None, b"\xff", None], pa.binary()).view(pa.string()).dictionary_encode()
    candidates, applications = in_new_york(status=odd)
    result = read(POLICY, {"candidates": candidates, "applications": applications})
    assert [(reject.candidate_id, reject.code) for reject in result.rejects] == [("c2", "T102")]


def test_a_message_with_nothing_but_a_person_is_told_by_its_place() -> None:
    """A message has no id, so its number within the application names it."""
    rows = changed("messages", 0, "person_id", "p7")
    for name in ("kind", "sent_at"):
        for row in rows["messages"]:
            del row[name]
    message = "no person of this application has the id `p7` (application `a`, message 1)"
    assert read(POLICY, tables_of_rows(rows)).rejects[0].message == message


# --- tables and columns that there are not, or that are of other types ---


@pytest.mark.parametrize(
    ("tables", "messages"),
    [
        ({}, ["candidates: T203 the table `candidates` is missing; give it, with one row for each candidate"]),
        (
            {"candidates": {"candidate_id": ["c"]}, "persons": {}},
            [
                "persons: T202 there is no table `persons`; the tables are `candidates`, `applications`, `offers`, `people`, "
                "`interviews`, `interviewers`, `messages`"
            ],
        ),
        (
            {"candidates": {"candidate_id": ["c"], "employd": [True]}},
            ["candidates.employd: T202 `candidates` has no column `employd`; did you mean `employed`?"],
        ),
        (
            {"candidates": {"name": ["c"]}},
            ["candidates: T203 `candidates` has no column `candidate_id`; add it: rows are identified by it"],
        ),
        (
            {"candidates": {"candidate_id": [1]}},
            [
                "candidates.candidate_id: T204 `candidate_id` cannot be read from int64; "
                "make it text (string, or a dictionary of strings)"
            ],
        ),
        (
            {"candidates": {"candidate_id": ["c"], "employed": ["yes"], "score": ["3"]}},
            [
                "candidates.employed: T204 `employed` cannot be read from string; make it boolean",
                "candidates.score: T204 `score` cannot be read from string; make it a number (int64, float64)",
            ],
        ),
        (
            {"candidates": {"candidate_id": ["c"], "now": [5]}},
            [
                "candidates.now: T204 `now` cannot be read from int64; "
                "make it a timestamp with a time zone, or text in ISO 8601"
            ],
        ),
    ],
    ids=lambda value: None if isinstance(value, dict) else value[0][:30],
)
def test_a_wrong_name_or_type_is_an_error_for_all(tables: dict[str, dict[str, Any]], messages: list[str]) -> None:
    """An unknown table or column, a missing key or a wrong type raises InvalidInput with every mistake."""
    with pytest.raises(tactful.InvalidInput) as caught:
        read(POLICY, {name: pa.table(columns) for name, columns in tables.items()})
    assert str(caught.value).splitlines() == messages


def test_a_day_is_no_moment_where_something_has_happened() -> None:
    """A date without a time is refused in a column of past moments."""
    messages = {"candidate_id": ["c"], "application_id": ["a"], "sent_at": pa.array([1], pa.date32())}
    with pytest.raises(tactful.InvalidInput, match="`sent_at` cannot be read from date32"):
        read(POLICY, {"candidates": pa.table({"candidate_id": ["c"]}), "messages": pa.table(messages)})


def test_a_column_is_there_once() -> None:
    """A table with two columns of the same name is refused."""
    ids = pa.array(["c"])
    candidates = pa.Table.from_arrays([ids, ids, ids], ["candidate_id", "name", "name"])
    with pytest.raises(tactful.InvalidInput, match="`candidates` has two columns `name`"):
        read(POLICY, {"candidates": candidates})


# --- any mistakes ---

#: Values that rows are disturbed with, right ones among them.
ODD: Final[dict[str, dict[str, list[Any]]]] = {
    "candidates": {
        "now": ["2026-11-25T18:00:00Z", "2026-11-25T18:00", None, "now"],
        "time_zone": [None, "Asia/Kolkata", "India", ""],
        "country": ["IN", "XX"],
        "notice_period": ["1.5 weeks", "1 business day", ""],
        "name": ["twelve chars", "more than twenty characters"],
    },
    "applications": {
        "application_id": ["a", "b"],
        "contact_via": ["p0", "p1", ""],
        "status": ["applied", "new"],
        "time_zone": ["Australia/Sydney", "Sydney"],
        "country": ["AU", "", "Oz"],
        "reply_by": ["2026-11-27", "2026-11-27T10:00", "2026-11-27T10:00:00+09:30", "1970-01-02", "never"],
    },
    "people": {
        "person_id": ["p0", "p1", ""],
        "role": ["recruiter", "king"],
        "channels": [[], ["post"], ["fax"], ["email", None]],
        "topics": [["more than twenty characters"], ["ok"], None],
        "country": ["DE-BY", "Bavaria"],
    },
    "interviews": {
        "interview_id": ["i0", "i1"],
        "ended_at": ["2026-11-27T10:00", None, "2026-11-26T10:00:00Z", "2026-11-25", "1970-06-01T00:00:00Z"],
        "status": ["held", "over", None],
    },
    "interviewers": {"person_id": ["p0", "p1", "p5", None]},
    "messages": {"person_id": ["p0", "p7", "", None], "kind": ["answer", "joke"], "sent_at": ["2026-11-20T10:00", "x"]},
    "offers": {
        "received_at": ["2026-11-20T10:00:00Z", "2026-11-23T10:00:00-05:00"],
        "signed_at": ["2026-11-21T10:00:00Z", "2026-11-21T10:00"],
        "form": ["written", "sung"],
        "start_on": ["2027-01-01", "2200-01-01"],
    },
}
LIMITS: Final = CaseLimits(people=2, messages=3, interviews=2, text=20)


def rows_of(case: dict[str, Any]) -> Rows:
    """A case as rows, written here once more by hand."""
    id_ = case["candidate"]["id"]
    rows: Rows = {name: [] for name in ODD}
    rows["candidates"].append({**case["candidate"], "candidate_id": id_, "now": case["now"]})
    for application in case["applications"]:
        above = {"candidate_id": id_, "application_id": application["id"]}
        rows["applications"].append({**application, **above})
        if application.get("offer"):
            rows["offers"].append({**above, **application["offer"]})
        for person in application["people"]:
            rows["people"].append({**person, **above, "person_id": person["id"]})
        for interview in application["interviews"]:
            here = {**above, "interview_id": interview["id"]}
            rows["interviews"].append({**interview, **here})
            for interviewer in interview["interviewers"]:
                whole = interviewer if isinstance(interviewer, dict) else {"person": interviewer, "attended": None}
                rows["interviewers"].append({**here, "person_id": whole["person"], "attended": whole["attended"]})
        for message in application["messages"]:
            rows["messages"].append({**message, **above, "person_id": message.get("person")})
    parts = {"id", "offer", "people", "interviews", "interviewers", "messages", "person"}
    return {
        name: [{key: row[key] for key in row if key not in parts} for row in members] for name, members in rows.items()
    }


def case_of(rows: Rows) -> dict[str, Any]:
    """Rows of one candidate as a case, written here once more by hand; what is not said is left out."""

    def below(table: str, keys: dict[str, Any], own: str | None = None) -> list[dict[str, Any]]:
        fields_of_rows = []
        for row in rows[table]:
            if all(row[key] == value for key, value in keys.items()):
                named = {"person" if table in ("messages", "interviewers") else "id": row.get(own)} if own else {}
                fields = {key: value for key, value in row.items() if not key.endswith("_id") and value is not None}
                fields_of_rows.append({**fields, **{key: value for key, value in named.items() if value is not None}})
        return fields_of_rows

    (candidate,) = below("candidates", {}, "candidate_id")
    now = candidate.pop("now", None)
    applications = below("applications", {}, "application_id")
    for application in applications:
        keys = {"application_id": application["id"]}
        offers = below("offers", keys)
        application |= {"offer": offers[0]} if offers else {}
        application["people"] = below("people", keys, "person_id")
        application["messages"] = below("messages", keys, "person_id")
        application["interviews"] = below("interviews", keys, "interview_id")
        for interview in application["interviews"]:
            inner = {**keys, "interview_id": interview["id"]}
            interview["interviewers"] = below("interviewers", inner, "person_id")
    return {"now": now, "candidate": candidate, "applications": applications}


@st.composite
def disturbed(draw: Any) -> list[Rows]:
    """Rows of some candidates, of whom many are mistaken in up to three ways."""
    candidates = []
    for no, case in enumerate(draw(st.lists(shipped_cases.cases, min_size=1, max_size=4))):
        rows = rows_of({**case, "candidate": {**case["candidate"], "id": f"c{no}"}})
        for _ in range(draw(st.integers(0, 3))):
            table = draw(st.sampled_from([name for name in ODD if rows[name]]))
            column = draw(st.sampled_from(sorted(ODD[table])))
            draw(st.sampled_from(rows[table]))[column] = draw(st.sampled_from(ODD[table][column]))
        candidates.append(rows)
    return candidates


def is_whole(rows: Rows) -> bool:
    """Whether all rows have one parent and one only, so that they can be told as JSON."""
    applications = [row["application_id"] for row in rows["applications"]]
    interviews = [(row["application_id"], row["interview_id"]) for row in rows["interviews"]]
    parts = ("offers", "people", "interviews", "messages")
    return (
        len(set(applications)) == len(applications)
        and len(set(interviews)) == len(interviews)
        and all(row["application_id"] in applications for part in parts for row in rows[part])
        and all((row["application_id"], row["interview_id"]) in interviews for row in rows["interviewers"])
    )


def read_as_json(case: dict[str, Any]) -> tuple[Case | None, set[str]]:
    """The case, or the codes of its mistakes."""
    try:
        return read_case(case, POLICY.calendars, POLICY.checked.declared, LIMITS, None), set()
    except tactful.InvalidInput as error:
        return None, {diagnostic.code for diagnostic in error.diagnostics}


@draws(200)
@given(given_rows=disturbed())
def test_who_is_rejected_as_json_is_rejected_as_tables(given_rows: list[Rows]) -> None:
    """With the same codes; and who is not comes to the same columns."""
    rows: Rows = {name: [row for given_row in given_rows for row in given_row[name]] for name in ODD}
    tables = {name: table for name, table in tables_of_rows(rows).items() if len(table)}
    result = read(POLICY, tables, **msgspec.structs.asdict(LIMITS))
    codes: dict[str | None, set[str]] = {}
    for reject in result.rejects:
        codes.setdefault(reject.candidate_id, set()).add(reject.code)
    good = []
    for no, given_row in enumerate(given_rows):
        rejected_for = codes.pop(f"c{no}", set())
        if not is_whole(given_row):
            assert rejected_for
            continue
        read_, wrong = read_as_json(case_of(given_row))
        assert rejected_for == wrong
        good += [read_] if read_ else []
    assert not codes
    assert_alike(result.columns, expected(POLICY, good))
