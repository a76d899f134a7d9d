"""Tables come to the columns that the cases themselves come to, whatever order and types they are told in."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, Final

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import drawn
import shipped_cases
import tactful
from draws import draws
from table_variants import CLOCK, assert_alike, expected, in_disorder, in_other_types, read
from tactful.columns.columns import NULL
from tactful.columns.tables.schema import schemas
from tactful.columns.tables.write import tables_of
from tactful.facts.entities import ENTITIES
from tactful.facts.reading.custom import Declared
from tactful.facts.rows import Case

#: Custom facts of every type, for every entity.
TYPES: Final[dict[str, dict[str, Any]]] = {
    "sure": {"type": "yes/no"},
    "level": {"type": "one of", "values": ["low", "middle", "high"]},
    "remark": {"type": "text"},
    "score": {"type": "number"},
    "seen_at": {"type": "moment"},
    "lunch": {"type": "time of day"},
    "travel": {"type": "duration"},
    "labels": {"type": "list"},
    "skills": {"type": "list", "values": ["sql", "python", "patience"]},
    "sectors": {"type": "list", "values": [f"sector {no}" for no in range(70)]},
}
VALUES: Final[dict[str, st.SearchStrategy[Any]]] = {
    "sure": st.booleans(),
    "level": st.sampled_from(["low", "middle", "high"]),
    "remark": st.text(
        max_size=9, alphabet=st.characters(codec="utf-8", min_codepoint=32, exclude_categories=["Cc", "Cs"])
    ),
    "score": st.one_of(st.integers(-(10**12), 10**12), st.sampled_from([0.1, 2.5, -1e300])),
    "seen_at": st.sampled_from(
        ["2026-11-01T05:30:00-04:00", "2026-03-29T01:59:59Z", "2027-01-01", "2026-11-27T09:00:00.9"]
    ),
    "lunch": st.sampled_from(["00:00", "9:30", "23:59"]),
    "travel": st.sampled_from(["90 minutes", "1.5 minutes", "2 weeks", "0 days"]),
    "labels": st.lists(st.sampled_from(["", "new", "urgent"]), max_size=3),
    "skills": st.lists(st.sampled_from(["sql", "python", "patience"]), max_size=3),
    "sectors": st.lists(st.sampled_from(["sector 3", "sector 69"]), max_size=2),
}
PACK: Final = msgspec.yaml.encode(
    {
        "custom_facts": dict.fromkeys(ENTITIES, TYPES),
        "actions": {"note": {"about": "A note."}},
        "rules": {
            "r": {"for each": "person", "when": {"person.sure": True}, "then": {"should": "note"}, "because": "So."}
        },
    }
)
CUSTOM: Final = tactful.loads(PACK)
SHIPPED: Final = tactful.load()
DRAWN: Final = tactful.loads(
    msgspec.yaml.encode(
        {
            "parameters": drawn.PARAMETERS,
            "calendars": drawn.CALENDARS,
            "custom_facts": drawn.CUSTOM,
            "actions": {"note": {"about": "A note."}},
            "rules": {
                "r": {
                    "for each": "person",
                    "when": {"person.prefers": "known"},
                    "then": {"should": "note"},
                    "because": "So.",
                }
            },
        }
    )
)
#: Custom facts of a part. To make this strategy takes longer than to draw from it.
CUSTOM_FACTS: Final = st.fixed_dictionaries({}, optional=VALUES)
_MANY: Final = draws(100)


def with_customs(draw: Any, part: dict[str, Any]) -> dict[str, Any]:
    """A part of a case with custom facts, or without."""
    return {**part, "custom": draw(CUSTOM_FACTS)}


@st.composite
def custom_cases(draw: Any) -> dict[str, Any]:
    """Cases of the shipped pack with custom facts of all types everywhere."""
    case = dict(draw(shipped_cases.cases))
    case["candidate"] = {"time_zone": "America/New_York", **with_customs(draw, case["candidate"])}
    case["candidate"]["time_zone"] = case["candidate"]["time_zone"] or "Europe/Dublin"
    case["applications"] = [with_customs(draw, application) for application in case["applications"]]
    for application in case["applications"]:
        if application.get("offer"):
            application["offer"] = with_customs(draw, application["offer"])
        for part in ("people", "interviews", "messages"):
            application[part] = [with_customs(draw, one) for one in application[part]]
        for interview in application["interviews"]:
            interview["interviewers"] = [
                with_customs(draw, {"person": interviewer} if isinstance(interviewer, str) else interviewer)
                for interviewer in interview["interviewers"]
            ]
    return case


def read_all(policy: tactful.Policy, data: list[dict[str, Any]]) -> list[Case]:
    """The cases, each candidate with an id of its own: short ones, long ones, and one too long for words."""
    ids = [f"c{no}" if no % 3 else f"candidate-{no:036}" if no else "ü" * 40 for no in range(len(data))]
    return [
        policy.read({**one, "candidate": {**one["candidate"], "id": id_}}) for one, id_ in zip(data, ids, strict=True)
    ]


def assert_read_alike(policy: tactful.Policy, cases: list[Case], seed: int) -> None:
    """Tables made of the cases, in order and in disorder and told otherwise, come to the cases' columns."""
    tables, wanted, random = tables_of(cases, policy.checked.declared), expected(policy, cases), Random(seed)
    for variant in (
        tables,
        in_disorder(tables, random),
        in_other_types(tables, random),
        in_other_types(in_disorder(tables, random), random),
    ):
        result = read(policy, variant)
        assert result.rejects == []
        assert_alike(result.columns, wanted)


@_MANY
@given(data=st.lists(shipped_cases.cases, max_size=5), seed=st.integers(0, 2**32))
def test_shipped_cases_come_to_the_same_columns(data: list[dict[str, Any]], seed: int) -> None:
    """Tables made of cases for the shipped rules are read to the columns of those cases."""
    assert_read_alike(SHIPPED, read_all(SHIPPED, data), seed)


@_MANY
@given(data=st.lists(drawn.cases(), max_size=3), seed=st.integers(0, 2**32))
def test_drawn_cases_come_to_the_same_columns(data: list[dict[str, Any]], seed: int) -> None:
    """So are tables made of cases on the thresholds of drawn packs."""
    assert_read_alike(DRAWN, read_all(DRAWN, data), seed)


@_MANY
@given(data=st.lists(custom_cases(), max_size=3), seed=st.integers(0, 2**32))
def test_custom_facts_of_all_types_come_to_the_same_columns(data: list[dict[str, Any]], seed: int) -> None:
    """So are custom facts of every type, for every entity."""
    assert_read_alike(CUSTOM, read_all(CUSTOM, data), seed)


@draws(40)
@given(data=st.lists(custom_cases(), min_size=1, max_size=3), seed=st.integers(0, 2**32))
def test_a_case_made_again_is_the_case(data: list[dict[str, Any]], seed: int) -> None:
    """Its own columns are those of the case that the tables were made of: same rows, same numbers."""
    cases = read_all(CUSTOM, data)
    columns = read(CUSTOM, in_disorder(tables_of(cases, CUSTOM.checked.declared), Random(seed))).columns
    again = [columns.case(no) for no in range(len(cases))]
    assert_alike(expected(CUSTOM, again), expected(CUSTOM, cases))
    assert [one.now for one in again] == [case.now for case in cases]
    for one, other in zip(again, cases, strict=True):
        assert [row.no for family in one.families for row in family.people] == [
            row.no for family in other.families for row in family.people
        ]


@draws(20)
@given(data=st.lists(shipped_cases.cases, min_size=1, max_size=4))
def test_cases_keep_their_meaning_through_tables(data: list[dict[str, Any]]) -> None:
    """The decision on a case made again is the decision on the case."""
    cases = read_all(SHIPPED, data)
    columns = read(SHIPPED, tables_of(cases, SHIPPED.checked.declared)).columns
    for no, case in enumerate(cases):
        again, once = (SHIPPED.decide(one).record() for one in (columns.case(no), case))
        # Tables write moments in UTC and without parts of seconds, so the digest of the facts is another.
        assert msgspec.structs.replace(again, made_with=once.made_with) == once


# --- examples ---


def one_application(**columns: pa.Array) -> dict[str, pa.Table]:
    """A candidate in New York with one application that has some columns."""
    return {
        "candidates": pa.table({"candidate_id": ["c"], "time_zone": ["America/New_York"]}),
        "applications": pa.table({"candidate_id": ["c"], "application_id": ["a"], **columns}),
    }


def test_only_the_candidates_table_is_needed() -> None:
    """Whatever is missing is unknown."""
    result = read(SHIPPED, {"candidates": pa.table({"candidate_id": ["c", "d"]})})
    assert result.rejects == []
    assert result.columns.sizes["candidate"] == 2
    assert result.columns.sizes["message"] == 0
    assert result.columns.now.tolist() == [CLOCK, CLOCK]
    assert result.columns.given["candidate", "employed"].data.tolist() == [-1, -1]
    assert result.columns.texts("candidate", "id").to_pylist() == ["c", "d"]


def test_the_moment_to_decide_for_is_given_else_the_candidates_own_else_the_clock_s() -> None:
    """The caller's moment goes before the candidate's own, and that before the clock."""
    own = datetime(2026, 11, 25, 18, tzinfo=UTC)
    candidates = pa.table({"candidate_id": ["c", "d"], "now": pa.array([own, None], pa.timestamp("us", tz="UTC"))})
    assert read(SHIPPED, {"candidates": candidates}).columns.now.tolist() == [int(own.timestamp()), CLOCK]
    assert read(SHIPPED, {"candidates": candidates}, now=5_000_000).columns.now.tolist() == [5_000_000] * 2


@pytest.mark.parametrize(
    ("column", "moment"),
    [
        (pa.array([date(2026, 11, 27)]), "2026-11-27T23:59:59-05:00"),
        (pa.array(["2026-11-27"]), "2026-11-27T23:59:59-05:00"),
        (pa.array([date(2026, 11, 1)]), "2026-11-01T23:59:59-05:00"),
        (pa.array([datetime(2026, 11, 27, 12, 0)]), "2026-11-27T12:00:00-05:00"),
        (pa.array([datetime(2026, 11, 1, 1, 30)]), "2026-11-01T01:30:00-04:00"),
        (pa.array([datetime(2026, 11, 1, 12, 0)]), "2026-11-01T12:00:00-05:00"),
        (pa.array([datetime(2026, 3, 8, 2, 30)], pa.timestamp("ms")), "2026-03-08T03:30:00-04:00"),
        (pa.array(["2026-11-27T12:00"]), "2026-11-27T12:00:00-05:00"),
        (pa.array(["2026-11-27T12:00:00.75+01:00"]).dictionary_encode(), "2026-11-27T12:00:00+01:00"),
    ],
)
def test_a_moment_without_an_offset_is_read_where_the_candidate_is(column: pa.Array, moment: str) -> None:
    """A day ends there; a time that clocks show twice is the first one, one that they skip is read with the old offset."""
    result = read(SHIPPED, one_application(reply_by=column))
    assert result.rejects == []
    wanted = int(datetime.fromisoformat(moment).timestamp())
    assert result.columns.given["application", "reply_by"].data.tolist() == [wanted]
    assert result.columns.case(0).families[0].application.reply_by == wanted


LOCAL: Final = st.datetimes(datetime(1971, 1, 1), datetime(2198, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0)
)
ZONES: Final = st.sampled_from(["America/New_York", "Africa/Casablanca", "Australia/Lord_Howe", "Pacific/Apia", "UTC"])


@draws(50)
@given(drawn_moments=st.lists(st.tuples(LOCAL, ZONES), max_size=8), whole_days=st.booleans())
def test_local_moments_and_days_are_what_they_are_in_json(drawn_moments: list[Any], whole_days: bool) -> None:
    """Also on days on which clocks are changed, some of which are drawn on purpose."""
    changes = [
        datetime(2026, 11, 1, 1, 30),
        datetime(2026, 3, 8, 2, 30),
        datetime(2011, 12, 30, 12),
        datetime(2026, 4, 5, 1, 45),
    ]
    drawn_moments += [
        (moment, zone) for moment in changes for zone in ("America/New_York", "Pacific/Apia", "Australia/Lord_Howe")
    ]
    ids = [f"c{no}" for no in range(len(drawn_moments))]
    moments = pa.array([moment for moment, _ in drawn_moments], pa.timestamp("s"))
    deadlines = moments.cast(pa.date32()) if whole_days else moments
    candidates = pa.table({"candidate_id": ids, "time_zone": [zone for _, zone in drawn_moments]})
    applications = pa.table({"candidate_id": ids, "application_id": ["a"] * len(ids), "reply_by": deadlines})
    result = read(SHIPPED, {"candidates": candidates, "applications": applications})
    assert result.rejects == []
    wanted = []
    for id_, (moment, zone) in zip(ids, drawn_moments, strict=True):
        text = moment.date().isoformat() if whole_days else moment.isoformat()
        candidate = {"id": id_, "time_zone": zone}
        case = SHIPPED.read({"candidate": candidate, "applications": [{"id": "a", "reply_by": text}]})
        wanted.append(case.families[0].application.reply_by)
    assert result.columns.given["application", "reply_by"].data.tolist() == wanted


def test_durations_and_times_of_day_may_be_of_arrow_s_own_types() -> None:
    """Durations and times of day are read from duration and time columns as from text."""
    candidates = pa.table(
        {
            "candidate_id": ["c"],
            "notice_period": [timedelta(days=14)],
            "travel": ["90 minutes"],
            "lunch": [time(9, 30)],
        }
    )
    result = read(CUSTOM, {"candidates": candidates})
    assert result.rejects == []
    assert result.columns.given["candidate", "notice_period"].data.tolist() == [14 * 86_400]
    assert result.columns.custom["candidate", "travel"].data.tolist() == [5400]
    assert result.columns.custom["candidate", "lunch"].data.tolist() == [9 * 3600 + 30 * 60]
    case = result.columns.case(0)
    assert (case.candidate.notice_period, case.candidate.custom["lunch"]) == (14 * 86_400, 34_200)


def test_nan_is_unknown_and_an_infinite_number_is_refused() -> None:
    """pandas has NaN for what is not there; nothing has infinity for that, and JSON has neither."""
    candidates = pa.table({"candidate_id": ["c", "d"], "score": [float("nan"), float("-inf")]})
    result = read(CUSTOM, {"candidates": candidates})
    assert [(reject.candidate_id, reject.code) for reject in result.rejects] == [("d", "T204")]
    assert [str(one) for one in result.columns.custom["candidate", "score"].data] == ["nan"]
    assert "score" not in result.columns.case(0).candidate.custom


def test_lists_may_all_be_of_one_length() -> None:
    """Arrow's lists of a fixed size are read as other lists are."""
    people = {"candidate_id": ["c"], "application_id": ["a"], "person_id": ["p"]}
    channels = pa.array([["post", "email"]], pa.list_(pa.string(), 2))
    result = read(SHIPPED, {**one_application(), "people": pa.table({**people, "channels": channels})})
    assert result.rejects == []
    column = result.columns.given["person", "channels"]
    words = getattr(column.kind, "values")  # noqa: B009
    assert column.data.tolist() == [1 << words.index("post") | 1 << words.index("email")]


def test_an_unknown_moment_has_a_value_of_its_own() -> None:
    """An unknown moment is NULL in its column."""
    assert read(SHIPPED, one_application()).columns.given["application", "reply_by"].data.tolist() == [NULL]


def test_every_column_is_described() -> None:
    """Every column of the schemas has a description."""
    described = [field.metadata for schema in schemas(SHIPPED.checked.declared).values() for field in schema]
    assert all(one is not None and one[b"description"] for one in described)


def test_a_custom_fact_cannot_be_named_like_a_key() -> None:
    """A custom fact with the name of a key column is refused."""
    with pytest.raises(tactful.TactfulError, match=r"custom fact `candidate.now`: `candidates` has another column"):
        schemas(Declared({"candidate": {"now": CUSTOM.checked.custom["candidate"]["seen_at"]}}))


def test_whoever_has_no_tables_does_not_pay_for_them() -> None:
    """Importing the package imports neither numpy nor pyarrow."""
    code = "import sys, tactful; tactful.load(); sys.exit(bool({'numpy', 'pyarrow'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
