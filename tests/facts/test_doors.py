"""One value means the same by every door: file, bytes, text, mapping, lines of a batch, and columns of tables."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from typing import Any, Final

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from _pytest.mark import ParameterSet
from values_by_kind import HALVES, VALUES, texts

import tactful
from tactful.batch.decide import columnar
from tactful.batch.lines import Line
from tactful.batch.model import Options
from tactful.columns.tables.read import read_tables
from tactful.facts.rows import Row
from tactful.source.parse_yaml import parse_yaml

POLICY: Final = tactful.loads(
    """
pack: {name: probe, version: 1}
custom_facts:
  application:
    number: {type: number}
    text: {type: text}
    flag: {type: yes/no}
    moment: {type: moment}
    length: {type: duration}
    clock: {type: time of day}
    word: {type: one of, values: [red, green]}
    list: {type: list}
    colours: {type: list, values: [red, green]}
actions:
  poke: {about: Probe., label: Poke}
  call: {about: Probe., label: Call}
  rest: {about: Probe., label: Rest}
rules:
  always: {about: Probe., source: none, for each: candidate, then: {may: rest}, because: x}
  held:
    about: Probe.
    source: none
    for each: interview
    when: {interview.status: held}
    then: {should: poke}
    by: 1 business days after interview.ended_at
    because: x
  custom:
    about: Probe.
    source: none
    for each: application
    when:
      any:
        - application.number: at least 5
        - application.text: a
        - application.flag: yes
        - application.moment: past
        - application.length: at least 2 days
        - application.clock: between 09:00 and 17:00
        - application.word: red
        - application.colours: red
    then: {should: call}
    because: x
"""
)
#: The table that has a place in a case.
TABLE: Final = {
    "candidate": "candidates",
    "application": "applications",
    "custom": "applications",
    "person": "people",
    "offer": "offers",
    "interview": "interviews",
    "interviewer": "interviewers",
    "message": "messages",
}
Advice = list[tuple[str, int | None]]
#: The codes and paths of a refusal.
Refusal = list[tuple[str, str]]
#: The facts and the advice, or a refusal.
Answer = tuple[Any, Advice] | Refusal


def _ended(place: str) -> dict[str, str]:
    """The end and the status of the interview. It does not end before any start that is tried."""
    if place == "interview.starts_at":
        return {"ended_at": "2198-12-31T23:59:59Z", "status": "scheduled"}
    return {"ended_at": "2026-11-19T10:00:00Z", "status": "held"}


def case_with(place: str, value: str) -> str:
    """A case as JSON with a value at a place."""
    application: dict[str, Any] = {"id": "a", "custom": {}, "people": [{"id": "dana"}], "offer": {}}
    candidate: dict[str, Any] = {"id": "me", "time_zone": "America/New_York"}
    owner, field = place.split(".")
    interviewer: dict[str, Any] = {"person": "dana"}
    interview: dict[str, Any] = {"id": "i", **_ended(place)}
    interview["interviewers"] = [interviewer] if owner == "interviewer" else []
    application |= {"interviews": [interview], "messages": [{}]}
    parts: dict[str, dict[str, Any]] = {
        "candidate": candidate,
        "application": application,
        "custom": application["custom"],
        "person": application["people"][0],
        "offer": application["offer"],
        "interview": interview,
        "interviewer": interviewer,
        "message": application["messages"][0],
    }
    parts[owner][field] = "the value"
    case = {"now": "2026-11-30T15:00:00Z", "candidate": candidate, "applications": [application]}
    return json.dumps(case).replace('"the value"', value)


def facts_of(case: tactful.Case) -> Any:
    """All facts of a case, calendars by their place; without the candidate's id, for in tables each has its own."""
    rows = [
        row
        for family in case.families
        for row in (
            *(family.application, family.offer, *family.people, *family.interviews),
            *(interviewer for group in family.interviewers for interviewer in group),
            *family.messages,
        )
    ]
    return case.now, _row(case.candidate), [_row(row) for row in rows]


def _row(row: Row | None) -> list[Any]:
    if row is None:
        return []
    names = [name for name in row.__struct_fields__ if (row.entity, name) != ("candidate", "id")]
    return [(name, _plain(getattr(row, name))) for name in names]


def _plain(value: Any) -> Any:
    if isinstance(value, Row):
        return value.no
    if isinstance(value, dict):
        return sorted(value.items())
    return (value.time_zone, value.country) if hasattr(value, "time_zone") else value


def read(door: Callable[[], tactful.Case]) -> Answer:
    """What a door makes of a case."""
    try:
        case = door()
    except tactful.InvalidInput as error:
        return sorted((problem.code, problem.path or "") for problem in error.diagnostics)
    return facts_of(case), [(advice.action, _seconds(advice.due)) for advice in POLICY.decide(case).actions]


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())


def in_yaml(text: str) -> str:
    """A case in JSON as YAML, where a character beyond the first plane is no pair of escapes."""
    pair = re.compile(r"\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}")
    return pair.sub(lambda match: json.loads(f'"{match.group()}"'), text)


def _by_shape(text: str) -> tactful.Case:
    """Read as examples of packs are, which change facts before they are linked."""
    node = parse_yaml(in_yaml(text), "case.yaml")
    assert node is not None
    return POLICY.read(msgspec.to_builtins(POLICY.read_shape(node)))


def answers(text: str) -> dict[str, Answer]:
    """What the doors for one case make of a case as JSON."""
    doors: dict[str, Callable[[], tactful.Case]] = {
        "bytes": lambda: POLICY.read(text.encode()),
        "bytearray": lambda: POLICY.read(bytearray(text.encode())),
        "memoryview": lambda: POLICY.read(memoryview(text.encode())),
        "text": lambda: POLICY.read(text),
        "mapping": lambda: POLICY.read(json.loads(text)),
        "JSON file": lambda: POLICY.read_text(text, "case.json"),
        "YAML file": lambda: POLICY.read_text(in_yaml(text), "case.yaml"),
        "example": lambda: _by_shape(text),
    }
    return {name: read(door) for name, door in doors.items()}


@cache
def by_bytes(place: str, value: str) -> Answer:
    """The answer to a value in a case as bytes."""
    return read(lambda: POLICY.read(case_with(place, value).encode()))


def answers_of_lines(cases: Sequence[str]) -> list[Advice | Refusal]:
    """The advice on each line of a batch, or its refusal."""
    decided = columnar(POLICY, Options(), 0).lines([Line(no, text.encode()) for no, text in enumerate(cases)])
    refused: dict[int | None, Refusal] = {}
    for reject in decided.rejects:
        refused.setdefault(reject.line, []).append((reject.code, reject.path or ""))
    advice = _advice(decided.tables["actions"])
    return [sorted(refused[no]) if no in refused else next(advice) for no in range(len(cases))]


def _advice(actions: pa.Table) -> Iterator[Advice]:
    """The ranked advice for each candidate, in order. Every case of this file gets some."""
    own: Advice = []
    for row in actions.to_pylist():
        if row["conclusion"] == 1 and own:
            yield own
            own = []
        if row["state"] == "ranked":
            own.append((row["action"], _seconds(row["due"])))
    yield own


def tables_with(place: str, values: pa.Array) -> dict[str, pa.Table]:
    """Tables with a candidate for each value."""
    count, (owner, field) = len(values), place.split(".")
    ids = values if place == "candidate.id" else pa.array([f"c{no:05}" for no in range(count)])
    above = {"candidate_id": ids, "application_id": values if place == "application.id" else ["a"] * count}
    columns: dict[str, dict[str, Any]] = {
        "candidates": {
            "candidate_id": ids,
            "time_zone": ["America/New_York"] * count,
            "now": ["2026-11-30T15:00:00Z"] * count,
        },
        "applications": {**above},
        "people": {**above, "person_id": ["dana"] * count},
        "offers": {**above},
        "interviews": {
            **above,
            "interview_id": ["i"] * count,
            **{name: [value] * count for name, value in _ended(place).items()},
        },
        "messages": {**above},
    }
    if owner == "interviewer":
        columns["interviewers"] = {**above, "interview_id": ["i"] * count, "person_id": ["dana"] * count}
    if place not in ("candidate.id", "application.id"):
        columns[TABLE[owner]][{"id": f"{owner}_id", "person": "person_id"}.get(field, field)] = values
    return {name: pa.table(own) for name, own in columns.items()}


def answers_of_tables(place: str, values: pa.Array) -> list[Answer]:
    """The answer to each value, which is a candidate of its own; refusals are without paths."""
    return answers_of_read_tables(tables_with(place, values))


def answers_of_read_tables(tables: dict[str, pa.Table]) -> list[Answer]:
    """The answer to each candidate of some tables; refusals are without paths."""
    of_tables = read_tables(
        tables,
        calendars=POLICY.calendars,
        declared=POLICY.checked.declared,
        limits=POLICY.decider.limits,
        now=None,
        clock=lambda: 0,
    )
    refused: dict[str | None, Refusal] = {}
    for reject in of_tables.rejects:
        refused.setdefault(reject.candidate_id, []).append((reject.code, ""))
    advice = _advice(POLICY.decide_tables(tables).actions)
    cases = iter(of_tables.columns.cases(range(of_tables.columns.sizes["candidate"])))
    return [
        sorted(refused[id_]) if id_ in refused else (facts_of(next(cases)), next(advice))
        for id_ in tables["candidates"]["candidate_id"].to_pylist()
    ]


def differences(place: str, values: Sequence[str], given: Sequence[Answer]) -> list[Any]:
    """The values whose answer by tables is not that by bytes."""
    wrong = []
    for value, answer in zip(values, given, strict=True):
        expected = by_bytes(place, value)
        if isinstance(expected, list):
            expected = [(code, "") for code, _ in expected]
        if answer != expected:
            wrong.append((place, value[:60], answer, expected))
    return wrong


@pytest.mark.parametrize("place", VALUES)
def test_a_value_means_the_same_by_every_door(place: str) -> None:
    """The same facts and the same advice."""
    wrong = []
    for value in VALUES[place].read:
        given = answers(case_with(place, value))
        first = given["bytes"]
        if isinstance(first, list) or any(repr(answer) != repr(first) for answer in given.values()):
            wrong.append((value[:60], given))
    assert not wrong


@pytest.mark.parametrize("place", VALUES)
def test_a_value_is_refused_by_every_door(place: str) -> None:
    """With the same code at the same place. In YAML, what has no quotes may be text, so such values are not tried there."""
    wrong: list[Any] = []
    for code, values in VALUES[place].refused.items():
        for value in values:
            given = answers(case_with(place, value))
            if _is_text_in_yaml(value):
                del given["YAML file"], given["example"]
            if "\\ud800" in value or value in HALVES:  # some readers see it before they see where it is
                assert all(isinstance(answer, list) for answer in given.values())
                given = {name: [*{(str(code_), "") for code_, _ in answer}] for name, answer in given.items()}
            first = given["bytes"]
            if not isinstance(first, list) or [one[0] for one in first] != [code]:
                wrong.append((value[:60], code, first))
            elif any(answer != first for answer in given.values()):
                wrong.append((value[:60], code, given))
    assert not wrong


def _is_text_in_yaml(value: str) -> bool:
    """Whether a value in JSON, or an item of it, is no text and has no quotes."""
    plain = json.loads(value)
    return any(type(item) in (int, float, bool) for item in (plain if isinstance(plain, list) else [plain]))


@pytest.mark.parametrize("place", VALUES)
def test_lines_of_a_batch_are_read_as_bytes_are(place: str) -> None:
    """All values in one chunk: a refused line takes no other along."""
    values = VALUES[place].all
    wrong = []
    given = answers_of_lines([case_with(place, value) for value in values])
    for value, answer in zip(values, given, strict=True):
        expected = by_bytes(place, value)
        if answer != (expected if isinstance(expected, list) else expected[1]):
            wrong.append((value[:60], answer, expected))
    assert not wrong


# --- tables ---

TEXTS: Final = (pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string()))
LISTS: Final = (
    pa.list_(pa.string()),
    pa.large_list(pa.large_string()),
    pa.list_view(pa.string()),
    pa.list_(pa.dictionary(pa.int32(), pa.string())),
)
#: Places whose columns are no texts.
OF_LISTS: Final = tuple(place for place in VALUES if any(value.startswith("[") for value in VALUES[place].read))
OF_OTHERS: Final = tuple(
    place for place in VALUES if any(type(json.loads(value)) in (bool, int) for value in VALUES[place].read)
)


def _columns_of_texts() -> Iterator[ParameterSet]:
    """Every place in every type. The default run has every place in two types: in the usual one, and in one of the others."""
    for no, place in enumerate(place for place in VALUES if place not in (*OF_LISTS, *OF_OTHERS)):
        for each, type_ in enumerate(TEXTS):
            marks = () if each in (0, 1 + no % (len(TEXTS) - 1)) else pytest.mark.slow
            yield pytest.param(place, type_, id=f"{place}-{type_}", marks=marks)


@pytest.mark.parametrize(("place", "type_"), [*_columns_of_texts()])
def test_columns_of_texts(place: str, type_: pa.DataType) -> None:
    """Candidates with and without mistakes in one table."""
    given = _in_tables(place, lambda value: isinstance(value, str) or (value is None and not place.endswith(".id")))
    array = pa.array([value for _, value in given], pa.string())
    array = array.dictionary_encode() if pa.types.is_dictionary(type_) else array.cast(type_)
    assert not differences(place, [text for text, _ in given], answers_of_tables(place, array))


@pytest.mark.parametrize("type_", LISTS, ids=str)
@pytest.mark.parametrize("place", OF_LISTS)
def test_columns_of_lists(place: str, type_: pa.DataType) -> None:
    """Candidates with and without mistakes in one table."""
    given = _in_tables(place, lambda value: value is None or _is_list_of_texts(value))
    array = pa.array([value for _, value in given], type_)
    assert not differences(place, [text for text, _ in given], answers_of_tables(place, array))


def _in_tables(place: str, fits: Callable[[Any], bool]) -> list[tuple[str, Any]]:
    """The values of a place, as JSON and as they are, that a column can hold."""
    given = [
        (value, json.loads(value)) for value in VALUES[place].all if "\\ud800" not in value and value not in HALVES
    ]
    return [(text, value) for text, value in given if fits(value)]


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(item is None or isinstance(item, str) for item in value)


#: Within the first or last year that is read as they are written, but not in UTC, in which such tables have moments.
_ENDS: Final = ('"2198-12-31"', '"1971-01-01T00:00:00+14:00"')


@pytest.mark.parametrize("place", [place for place in VALUES if place != "candidate.id"])
def test_cases_written_as_tables_are_read_as_they_were(place: str) -> None:
    """`Policy.tables` writes what `Policy.decide_tables` reads."""
    values = [value for value in VALUES[place].read if value not in _ENDS]
    texts_ = [case_with(place, value).replace('"id": "me"', f'"id": "c{no:05}"') for no, value in enumerate(values)]
    tables = POLICY.tables(text.encode() for text in texts_)
    assert not differences(place, values, answers_of_read_tables(tables))


_WHOLE: Final = 2**53


def _numbers() -> Iterator[tuple[pa.Array, list[str]]]:
    """Columns of numbers, and the same as JSON; where they are infinite, numbers that are too large for any reader."""
    for type_ in (pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()):
        whole: list[int | None] = [0, 1, 100, None]
        whole += [_WHOLE, _WHOLE + 1, 2**62] if type_.bit_width == 64 else []
        whole += [-_WHOLE, -_WHOLE - 1] if type_ == pa.int64() else []
        whole += [2**64 - 1] if type_ == pa.uint64() else []
        yield pa.array(whole, type_), [json.dumps(value) for value in whole]
    for type_ in (pa.float16(), pa.float32(), pa.float64()):
        floats = np.array([0.0, -0.0, 1.5, 100.0, float("inf"), float("-inf")], f"float{type_.bit_width}")
        array = pa.concat_arrays([pa.array(floats, type_), pa.nulls(1, type_)])
        yield array, ["0.0", "-0.0", "1.5", "100.0", "1e400", "-1e400", "null"]
    for type_, decimals in (
        (pa.decimal128(5, 2), ["1.50", "0.01"]),
        (pa.decimal128(38, 0), ["5", str(_WHOLE), str(_WHOLE + 1), "1" * 38]),
        (pa.decimal256(76, 0), ["5", "1" * 76]),
        (pa.decimal128(38, 10), ["0.3000000000", "12345678901234.5670000000"]),
        (pa.decimal128(20, -2), ["500"]),
    ):
        yield pa.array([Decimal(text) for text in decimals], type_), decimals
    yield pa.array([5, 6, None]).dictionary_encode(), ["5", "6", "null"]
    yield pa.nulls(2), ["null", "null"]


@pytest.mark.parametrize(("array", "values"), [pytest.param(*pair, id=str(pair[0].type)) for pair in _numbers()])
def test_columns_of_numbers(array: pa.Array, values: list[str]) -> None:
    """Whole numbers beyond 2^53 and infinite ones are refused, as in JSON."""
    assert not differences("custom.number", values, answers_of_tables("custom.number", array))


def test_nan_is_unknown_in_a_column() -> None:
    """As pandas has it."""
    assert not differences("custom.number", ["null"], answers_of_tables("custom.number", pa.array([float("nan")])))


_EPOCH: Final = datetime(1970, 1, 1)
#: Seconds since 1970: ordinary, at the ends of the years that are read, and beyond them.
_INSTANTS: Final = (1763546400, 31536000, 31535999, 0, -1, 7226582399, 7226582400)
#: Times that a clock in New York skips, and that it has twice.
_LOCAL: Final = (datetime(2026, 3, 8, 2, 30), datetime(2026, 11, 1, 1, 30))
_UNITS: Final = (("s", 1), ("ms", 10**3), ("us", 10**6), ("ns", 10**9))


@pytest.mark.parametrize("place", ["interview.ended_at", "application.reply_by", "custom.moment", "offer.received_at"])
@pytest.mark.parametrize("zone", [None, "UTC", "America/New_York", "+05:30"])
@pytest.mark.parametrize(("unit", "per"), _UNITS)
def test_columns_of_moments(place: str, zone: str | None, unit: str, per: int) -> None:
    """With a time zone an instant, without one a local time; whatever is below a second is dropped."""
    seconds = [*_INSTANTS, *((int((local - _EPOCH).total_seconds()) for local in _LOCAL) if zone is None else ())]
    if place == "interview.ended_at":  # held interviews are over by now
        seconds = [second for second in seconds if second < 1_795_000_000]
    ticks = [*(second * per for second in seconds), 1763546400 * per + per - 1]
    moments = [(_EPOCH + timedelta(seconds=tick // per)).isoformat() + ("Z" if zone else "") for tick in ticks]
    array = pa.array(ticks, pa.int64()).cast(pa.timestamp(unit, zone))
    assert not differences(place, texts(*moments), answers_of_tables(place, array))


@pytest.mark.parametrize("place", ["application.reply_by", "custom.moment", "offer.start_on"])
@pytest.mark.parametrize("type_", [pa.date32(), pa.date64()], ids=str)
def test_columns_of_days(place: str, type_: pa.DataType) -> None:
    """A day is its end, as in a case."""
    days = [date(2026, 11, 27), date(1970, 12, 31), date(1971, 1, 1), date(2198, 12, 31), date(2199, 1, 1), None]
    values = ["null" if day is None else f'"{day}"' for day in days]
    assert not differences(place, values, answers_of_tables(place, pa.array(days, type_)))


@pytest.mark.parametrize(("unit", "per"), _UNITS)
def test_columns_of_times(unit: str, per: int) -> None:
    """In whole minutes."""
    seconds = [0, 32_400, 86_340, 86_399, 3_661]
    times = [f"{s // 3600:02}:{s // 60 % 60:02}" + (f":{s % 60:02}" if s % 60 else "") for s in seconds]
    width, type_ = (pa.int32(), pa.time32) if per < 10**6 else (pa.int64(), pa.time64)
    array = pa.array([second * per for second in seconds], width).cast(type_(unit))
    assert not differences("custom.clock", texts(*times), answers_of_tables("custom.clock", array))


@pytest.mark.parametrize("place", ["custom.length", "candidate.notice_period"])
@pytest.mark.parametrize(("unit", "per"), _UNITS)
def test_columns_of_lengths(place: str, unit: str, per: int) -> None:
    """In whole seconds, none of them negative."""
    seconds = [0, 1, 59, 60, 90, 1_209_600, 3653 * 86_400, 3653 * 86_400 + 60, -60, -1]
    lengths = [f"{second / 60:.3f} minutes" for second in seconds]
    array = pa.array([second * per for second in seconds], pa.int64()).cast(pa.duration(unit))
    assert not differences(place, texts(*lengths), answers_of_tables(place, array))


@pytest.mark.parametrize(
    ("place", "array"),
    [
        ("custom.number", pa.array([True])),
        ("custom.number", pa.array(["5"])),
        ("custom.flag", pa.array([1])),
        ("custom.flag", pa.array(["yes"])),
        ("candidate.employed", pa.array([1], pa.int8())),
        ("candidate.name", pa.array([1])),
        ("candidate.name", pa.array([b"a"])),
        ("candidate.name", pa.array([1]).dictionary_encode()),
        ("person.id", pa.array([1])),
        ("candidate.id", pa.array([1])),
        ("interview.ended_at", pa.array([1763546400])),
        ("interview.ended_at", pa.array([date(2026, 11, 19)])),
        ("application.reply_by", pa.array([1763546400.0])),
        ("person.channels", pa.array(["email"])),
        ("custom.list", pa.array([[1]])),
        ("custom.clock", pa.array([9])),
        ("custom.length", pa.array([14])),
    ],
)
def test_a_column_of_another_type_is_refused_as_a_whole(place: str, array: pa.Array) -> None:
    """Without a guess at what its values mean, and with the name of the column."""
    with pytest.raises(tactful.InvalidInput) as caught:
        POLICY.decide_tables(tables_with(place, array))
    owner, field = place.split(".")
    assert {(problem.code, (problem.path or "").rpartition(".")[2]) for problem in caught.value.diagnostics} == {
        ("T204", f"{owner}_id" if field == "id" else field)
    }


# --- what differs by design, and what only Python can give ---


@pytest.mark.parametrize("value", ["5", "05", "yes", "NO", "1e5", "2026-11-27"])
def test_yaml_takes_what_has_no_quotes_for_text_where_text_belongs(value: str) -> None:
    """So that the country `NO` is no `no`. In JSON and in mappings, text has quotes, and other values are refused."""
    case = POLICY.read_text(f"candidate: {{id: {value}, name: {value}}}", "case.yaml")
    assert (case.candidate.id, case.candidate.name) == (value, value)


@pytest.mark.parametrize("case", [{"candidate": {"id": "a\ud800"}}, {"candidate": {"id": "a", "\ud800": 1}}])
def test_half_a_character_in_a_mapping_is_shown(case: Any) -> None:
    """It is refused with the code that JSON readers have for it, and a message that can be printed."""
    with pytest.raises(tactful.InvalidInput) as caught:
        POLICY.read(case)
    (problem,) = caught.value.diagnostics
    assert problem.code == "T103"
    assert "has U+D800, which is half of a character" in problem.message
    assert problem.message.encode()


def test_half_a_character_in_a_text_is_shown() -> None:
    """Not as an escape, but as it stands, which no bytes in UTF-8 can have."""
    for text in ('{"candidate": {"id": "\ud800"}}', '{"candidate": {"id": "\ud800' + "x" * 20_000 + '"}}'):
        with pytest.raises(tactful.InvalidInput, match=r"T102 the character U\+D800 is not allowed"):
            POLICY.read(text)


@pytest.mark.parametrize(
    "number", [float("inf"), float("-inf"), float("nan"), 10**30, pytest.param(10**5_000, id="huge"), _WHOLE + 1]
)
def test_numbers_that_no_json_has_are_refused_in_a_mapping(number: float) -> None:
    """With an error, never with a traceback, and never as unknown."""
    case = json.loads(case_with("candidate.name", "null"))
    case["applications"][0]["custom"]["number"] = number
    with pytest.raises(tactful.InvalidInput) as caught:
        POLICY.read(case)
    assert [problem.code for problem in caught.value.diagnostics] == ["T204"]


@pytest.mark.parametrize(
    "now",
    [
        datetime.max,
        datetime.max.replace(tzinfo=UTC),
        datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))),
        datetime.min.replace(tzinfo=UTC),
        datetime(1969, 12, 31, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2199, 1, 1, tzinfo=UTC),
        datetime(2026, 1, 1),
        "2026-11-19T10:00:00Z",
        1.5,
    ],
)
def test_a_moment_to_decide_for_that_cannot_be_used(now: Any) -> None:
    """A `now` that is no aware datetime of the years 1971 to 2198 is an error with what it has to be, never a traceback."""
    case = case_with("candidate.name", "null")
    for ask in (POLICY.decide, POLICY.plan, POLICY.read):
        with pytest.raises(tactful.TactfulError, match="`now`"):
            ask(case, now)
    with pytest.raises(tactful.TactfulError, match="`now`"):
        POLICY.decide_tables(tables_with("candidate.name", pa.array(["Kim"])), now)
