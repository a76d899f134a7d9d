"""The engine over columns held against the compiled one: for every case of a chunk the same firings and deadlines."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

import tactful
from drawn import EXAMPLES_DRAWN, cases, overlays, packs
from reference_cases import NOW, iso
from reference_cases import cases as reference_cases
from shipped_cases import PACKS
from shipped_cases import cases as shipped_cases
from tactful.facts.calendars import Calendars
from tactful.facts.kinds import DAY
from tactful.facts.rows import Case

pytest.importorskip("pyarrow", reason="needs the extra `batch`")
np = pytest.importorskip("numpy", reason="needs the extra `batch`")

from tactful.columns.columns import NULL  # noqa: E402
from tactful.columns.engine import aggregates, business_days, columnar_program  # noqa: E402
from tactful.columns.engine.business_days import DayTables, LocalDays  # noqa: E402
from tactful.columns.firings import RuleFirings  # noqa: E402
from tactful.columns.from_cases import columns_of  # noqa: E402

NOW_THEN = datetime.fromtimestamp(NOW, UTC)

#: A firing: the case, the rule's id, the entity and number of the row in its case, the deadline.
Fired = tuple[int, str, str, int, int | None]


def fired_in_columns(policy: tactful.Policy, read: Sequence[Case], now: Sequence[int]) -> tuple[set[Fired], set[Fired]]:
    """The firings of all cases as one chunk: of rules that advise or prohibit, and of those that add steps."""
    columns = columns_of(read, now, policy.checked.carried)
    program = columnar_program(policy.checked, policy.calendars)
    rows = {
        entity: [(no, row.no) for no, case in enumerate(read) for row in policy.decider.evaluator(case, 0).rows(entity)]
        for entity in columns.sizes
    }

    def named(firings: list[RuleFirings]) -> set[Fired]:
        found = []
        for rule, at, due in firings:
            assert len(at)
            assert (np.diff(at) > 0).all()
            one = policy.checked.rules[rule]
            dues = [None] * len(at) if due is None else [None if moment == NULL else int(moment) for moment in due]
            found += [(rows[one.entity][row], one.id, one.entity, when) for row, when in zip(at, dues, strict=True)]
        return {(case, rule, entity, no, when) for (case, no), rule, entity, when in found}

    return named(program.fire(columns)), named(program.fire_steps(columns))


def fired_one_by_one(policy: tactful.Policy, read: Sequence[Case], now: Sequence[int]) -> tuple[set[Fired], set[Fired]]:
    """The same from the compiled engine."""
    rules, decider = policy.checked.rules, policy.decider
    first, second = (
        {
            (no, rules[rule].id, rules[rule].entity, row.no, due)
            for no, (case, moment) in enumerate(zip(read, now, strict=True))
            for rule, row, due in fire(case, moment)
        }
        for fire in (decider.fire, decider.steps)
    )
    return first, second


def assert_agreed(policy: tactful.Policy, data: Sequence[dict[str, Any]], now: Sequence[int]) -> None:
    """Both engines fire alike, steps included."""
    read = [policy.read(one) for one in data]
    assert fired_in_columns(policy, read, now) == fired_one_by_one(policy, read, now)


# --- one thing at a time ---

CUSTOM = """
custom_facts:
  person:
    nick: text
    mood: {type: one of, values: [calm, glad]}
    tags: list
    tools: {type: list, values: [pen, saw]}
    age: number
    met: moment
    free: time of day
    pause: duration
  application:
    nick: text
    mood: {type: one of, values: [glad, sad]}
"""
PEOPLE: list[dict[str, Any]] = [
    {"id": "unknown"},
    {
        "id": "p1",
        "role": "recruiter",
        "invited_call": True,
        "channels": ["email", "post"],
        "topics": ["tests", "é"],
        "custom": {"nick": "Kim", "mood": "glad", "tags": ["x", "y"], "tools": ["saw"], "age": 41.5}
        | {"met": iso(NOW - 2 * DAY), "free": "12:30", "pause": "2 hours"},
    },
    {
        "id": "p2",
        "role": "interviewer",
        "invited_call": False,
        "channels": [],
        "topics": [],
        "custom": {"nick": "é", "mood": "calm", "tags": [], "tools": [], "age": 7}
        | {"met": iso(NOW + DAY), "free": "23:30", "pause": "2 weeks"},
    },
]
ASKED = [
    ("person.role: recruiter", ["p1"]),
    ("person.role: not recruiter", ["p2", "unknown"]),
    ("person.role: [recruiter, interviewer]", ["p1", "p2"]),
    ("person.role: none of [recruiter, coordinator]", ["p2", "unknown"]),
    ("person.role: known", ["p1", "p2"]),
    ("person.role: unknown", ["unknown"]),
    ("person.invited_call: yes", ["p1"]),
    ("person.invited_call: no", ["p2"]),
    ("person.invited_call: not no", ["p1", "unknown"]),
    ("person.invited_call: [yes, no]", ["p1", "p2"]),
    ("person.channels: post", ["p1"]),
    ("person.channels: [phone, email]", ["p1"]),
    ("person.channels: not post", ["p2", "unknown"]),
    ("person.channels: some", ["p1"]),
    ("person.channels: empty", ["p2"]),
    ("person.tools: saw", ["p1"]),
    ("person.tools: empty", ["p2"]),
    ("person.topics: é", ["p1"]),
    ("person.tags: [y, z]", ["p1"]),
    ("person.tags: z", []),
    ("person.tags: some", ["p1"]),
    ("person.tags: empty", ["p2"]),
    ("person.tags: known", ["p1", "p2"]),
    ("person.nick: Kim", ["p1"]),
    ("person.nick: not Kim", ["p2", "unknown"]),
    ("person.nick: [é, Kim]", ["p1", "p2"]),
    ("person.nick: unknown", ["unknown"]),
    ("person.nick: same as application.nick", ["p1"]),
    ("person.nick: not same as application.nick", ["p2", "unknown"]),
    ("person.mood: same as application.mood", ["p1"]),
    ("application.mood: same as person.mood", ["p1"]),
    ("person.id: same as application.contact_via", ["p1"]),
    ("person.age: at least 7", ["p1", "p2"]),
    ("person.age: less than 41.5", ["p2"]),
    ("person.age: between 7 and 8", ["p2"]),
    ("person.age: [7, 8]", ["p2"]),
    ("person.age: not 7", ["p1", "unknown"]),
    ("person.pause: at most 2 hours", ["p1"]),
    ("person.pause: 2 weeks", ["p2"]),
    ("person.met: past", ["p1"]),
    ("person.met: to come", ["p2"]),
    ("person.met: at least 2 days ago", ["p1"]),
    ("person.met: more than 2 days ago", []),
    ("person.met: at most 2 days ago", ["p1"]),
    ("person.met: within 1 days", ["p2"]),
    ("person.met: at least 2 business days ago", ["p1"]),
    ("person.met: at least 3 business days ago", []),
    ("person.met: within 1 business days", ["p2"]),
    ("person.met: between 1 and 9 days ago", ["p1"]),
    ("person.met: before application.reply_by", ["p1"]),
    ("person.met: at or after application.reply_by", ["p2"]),
    ("person.free: between 09:00 and 17:00", ["p1"]),
    ("person.free: between 22:00 and 12:00", ["p2"]),
    ("person.local_time: between 09:00 and 10:00", ["p1", "p2", "unknown"]),
    ("person.local_time: not same as person.free", ["p1", "p2", "unknown"]),
    ("person.business_day: yes", ["p1", "p2", "unknown"]),
    ("offer.form: known", []),
    ("offer.form: not written", ["p1", "p2", "unknown"]),
    ("any: [{person.nick: Kim}, {person.age: 7}]", ["p1", "p2"]),
    ("none: [{person.nick: Kim, person.role: recruiter}, {person.age: 7}]", ["unknown"]),
    ("any: []", []),
]


@pytest.mark.parametrize(("condition", "expected"), ASKED, ids=[condition for condition, _ in ASKED])
def test_each_phrase_of_each_kind_of_field_is_asked_of_all_rows(condition: str, expected: list[str]) -> None:
    """A condition holds for the rows for which it should, and for the same ones one by one."""
    policy = tactful.loads(
        f"{CUSTOM}\nactions: {{note: {{about: A note.}}}}\nrules:\n  r:\n    for each: person\n    when:\n"
        f"      {condition}\n    then: {{should: note}}\n    because: So.\n"
    )
    application = {
        "id": "a",
        "people": PEOPLE,
        "contact_via": "p1",
        "reply_by": iso(NOW),
        "custom": {"nick": "Kim", "mood": "glad"},
    }
    data = {"candidate": {"id": "c", "time_zone": "UTC"}, "applications": [application]}
    read = [policy.read(data, NOW_THEN) for _ in range(2)]
    firings, _ = fired_in_columns(policy, read, [NOW, NOW + 1])
    ids = [one["id"] for one in PEOPLE]
    assert {ids[no] for case_no, _, _, no, _ in firings if case_no == 0} == set(expected)
    assert firings == fired_one_by_one(policy, read, [NOW, NOW + 1])[0]


DUE = [
    ("interview.ended_at", NOW - DAY),
    ("2 days after interview.ended_at", NOW + DAY),
    ("1 business days after interview.ended_at", NOW),
    ("2 business days before interview.ended_at", NOW - 5 * DAY),
    ("offer.answer_by", None),
    ("none", None),
    (None, NOW + 2 * DAY),
]


@pytest.mark.parametrize(("by", "expected"), DUE)
def test_a_firing_has_its_deadline(by: str | None, expected: int | None) -> None:
    """Shifts forward and back, unknown moments, no deadline, and the moment at which the condition ends by itself."""
    rule = {"for each": "interview", "when": {"interview.ended_at": "at most 3 days ago"}, "then": {"should": "note"}}
    pack = {"actions": {"note": {"about": "A note."}}, "rules": {"r": {**rule, "by": by, "because": "So."}}}
    policy = tactful.loads(yaml.safe_dump(pack))
    application = {"id": "a", "interviews": [{"id": "i", "ended_at": iso(NOW - DAY)}]}
    case = policy.read({"candidate": {"id": "c", "time_zone": "UTC"}, "applications": [application]}, NOW_THEN)
    firings, _ = fired_in_columns(policy, [case], [NOW])
    assert firings == {(0, "r", "interview", 0, expected)}


def test_a_rule_whose_end_takes_a_search_is_looked_at_case_by_case() -> None:
    """The end of a condition on a computed moment is found from the restored case."""
    policy = tactful.loads(
        "actions: {note: {about: A note.}}\nfacts:\n"
        "  application.met_at: {latest: interview.ended_at, where: {interview.ended_at: past}}\n"
        "rules:\n  r: {for each: application, when: {application.met_at: at most 3 days ago}, then: {should: note}, "
        "because: So.}\n"
    )
    data = [
        {
            "candidate": {"id": "c"},
            "applications": [{"id": "a", "interviews": [{"id": "i", "ended_at": iso(NOW - ago)}]}],
        }
        for ago in (DAY, 2 * DAY, 9 * DAY)
    ]
    read = [policy.read(one, NOW_THEN) for one in data]
    firings, _ = fired_in_columns(policy, read, [NOW] * 3)
    assert firings == {(0, "r", "application", 0, NOW + 2 * DAY), (1, "r", "application", 0, NOW + DAY)}


def test_an_owner_is_paired_with_its_own_rows_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many pairs there are, and wherever they are cut, a fact sees all of its rows."""
    policy = tactful.loads(
        "actions: {note: {about: A note.}}\nfacts:\n"
        "  interview.later: {count: message, where: {message.sent_at: after interview.ended_at}}\n"
        "  person.wrote_at: {latest: message.sent_at, where: {message.person: same as person.id, "
        "message.sent_at: before application.reply_by}}\n"
        "rules:\n  r: {for each: interview, when: {interview.later: 2}, then: {should: note}, because: So.}\n"
        "  s: {for each: person, when: {person.wrote_at: known}, then: {should: note}, by: person.wrote_at, because: So.}\n"
    )
    messages = [{"person": f"p{no % 3}", "sent_at": iso(NOW - no * DAY)} for no in range(6)] + [{"sent_at": iso(NOW)}]
    application = {
        "id": "a",
        "reply_by": iso(NOW - 2 * DAY),
        "people": [{"id": f"p{no}"} for no in range(4)],
        "interviews": [{"id": f"i{no}", "ended_at": iso(NOW - no * DAY)} for no in range(4)],
        "messages": messages,
    }
    applications = [application, {"id": "b"}, {**application, "id": "c"}]
    data = [{"candidate": {"id": "c"}, "applications": applications[:count]} for count in (3, 0, 2)]
    for block in (1, 3, 8, 1 << 18):
        monkeypatch.setattr(aggregates, "_BLOCK", block)
        assert_agreed(policy, [{**one, "now": iso(NOW)} for one in data], [NOW] * 3)


def test_empty_tables_have_no_firings() -> None:
    """Nothing in, nothing out; what is asked of people is asked of none where there are none."""
    policy = tactful.load()
    assert fired_in_columns(policy, [], []) == (set(), set())
    assert_agreed(policy, [{"candidate": {"id": "c", "employed": True}, "now": iso(NOW)}], [NOW])
    rules = "".join(
        f"  r{no}:\n    for each: person\n    when:\n      {condition}\n    then: {{should: note}}\n    because: So.\n"
        for no, (condition, _) in enumerate(ASKED)
    )
    policy_of_rules = tactful.loads(f"{CUSTOM}\nactions: {{note: {{about: A note.}}}}\nrules:\n{rules}")
    for applications in ([], [{"id": "a"}]):
        assert_agreed(
            policy_of_rules, [{"candidate": {"id": "c"}, "applications": applications, "now": iso(NOW)}], [NOW]
        )


def test_only_those_who_decide_in_columns_need_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Importing the package takes neither numpy nor pyarrow; without them the engine says what to install."""
    code = "import sys, tactful; assert not {'numpy', 'pyarrow'} & {*sys.modules}"
    subprocess.run([sys.executable, "-c", code], check=True)
    policy = tactful.load()
    monkeypatch.delitem(sys.modules, "tactful.columns.engine.program")
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(tactful.EngineError, match=r"pip install 'tactful\[batch\]'"):
        columnar_program(policy.checked, policy.calendars)


# --- local days ---

ZONES = st.sampled_from(
    [
        *(("America/New_York", "US"), ("Europe/Berlin", "DE-BE"), ("Asia/Dubai", "AE"), ("Australia/Lord_Howe", "AU")),
        *(("Africa/Casablanca", "MA"), ("UTC", None), ("Asia/Kathmandu", None), ("Pacific/Kiritimati", None)),
    ]
)
#: Whenever, around New Year, and around the day that Samoa left out.
MOMENTS = st.one_of(
    st.integers(0, 7_258_118_399),
    st.builds(lambda year, off: year * 31_556_952 + off, st.integers(0, 229), st.integers(-3 * DAY, 3 * DAY)).filter(
        lambda moment: 0 <= moment <= 7_258_118_399
    ),
    st.integers(1_325_000_000, 1_325_600_000),
)


@settings(max_examples=EXAMPLES_DRAWN)
@given(
    asked=st.lists(st.tuples(st.one_of(ZONES, st.just(("Pacific/Apia", "WS"))), MOMENTS), min_size=1, max_size=8),
    count=st.one_of(st.integers(0, 12), st.integers(0, 300)),
    back=st.booleans(),
    room=st.sampled_from([1, 4_096]),
)
@example(asked=[(("Europe/Berlin", "DE-BE"), 1_798_758_000 + no) for no in (-1, 0, 1)], count=1, back=True, room=9)
def test_business_days_and_clocks_are_those_of_the_calendar(
    asked: list[tuple[tuple[str, str | None], int]], count: int, back: bool, room: int
) -> None:
    """Many moments at once come out as each does by itself, whatever the place and the season, with room or without."""
    known, tables = Calendars(), DayTables()
    calendars = [known.at(*place) for place, _ in asked]
    moments = [moment for _, moment in asked]
    places, at = np.arange(len(asked)), np.array(moments)
    with patch.object(business_days, "_MOST", room):
        days = LocalDays(calendars, tables)
        shifted = days.shifted(places, at, count, back).tolist()
        shown, working = days.clocks(places, at)
    pairs = list(zip(calendars, moments, strict=True))
    move = [calendar.subtract_business_days if back else calendar.add_business_days for calendar in calendars]
    assert shifted == [shift(moment, count) for shift, moment in zip(move, moments, strict=True)]
    assert shown.tolist() == [calendar.day_time(moment) for calendar, moment in pairs]
    assert working.tolist() == [calendar.is_business_day(moment) for calendar, moment in pairs]


# --- drawn ---


@pytest.fixture(scope="module")
def shipped() -> dict[str, tactful.Policy]:
    """The shipped packs."""
    return {name: tactful.load(name) for name in PACKS}


seconds = st.lists(st.integers(-200 * DAY, 200 * DAY), min_size=6, max_size=6)


def _moments(offsets: list[int], count: int, together: bool) -> list[int]:
    """A moment for each case: the same, or one each."""
    return [NOW + (offsets[0] if together else offset) for offset in offsets[:count]]


@settings(max_examples=max(10, EXAMPLES_DRAWN // 2))
@given(
    data=st.lists(st.one_of(reference_cases, shipped_cases), min_size=1, max_size=6),
    offsets=st.lists(st.integers(0, 200 * DAY), min_size=6, max_size=6),
    together=st.booleans(),
    name=st.sampled_from(PACKS),
)
def test_shipped_packs_fire_alike(
    shipped: dict[str, tactful.Policy], data: list[dict[str, Any]], offsets: list[int], together: bool, name: str
) -> None:
    """The shipped packs and drawn cases, several at once, at one moment or each at its own."""
    assert_agreed(shipped[name], data, _moments(offsets, len(data), together))


@settings(max_examples=EXAMPLES_DRAWN)
@given(text=packs(), data=st.lists(cases(), min_size=1, max_size=6), offsets=seconds, together=st.booleans())
def test_drawn_packs_fire_alike(text: str, data: list[dict[str, Any]], offsets: list[int], together: bool) -> None:
    """Packs over the whole language, cases at thresholds, several at once."""
    assert_agreed(tactful.loads(text), data, _moments(offsets, len(data), together))


@settings(max_examples=max(10, EXAMPLES_DRAWN // 5))
@given(
    texts=packs().flatmap(lambda base: st.tuples(st.just(base), overlays(base))),
    data=st.lists(cases(), min_size=1, max_size=3),
)
def test_drawn_overlays_fire_alike(
    tmp_path_factory: pytest.TempPathFactory, texts: tuple[str, str], data: list[dict[str, Any]]
) -> None:
    """Overlays too."""
    folder = tmp_path_factory.mktemp("packs")
    for name, text in zip(("base.yaml", "overlay.yaml"), texts, strict=True):
        (folder / name).write_text(text)
    assert_agreed(tactful.load(folder / "overlay.yaml"), data, [NOW] * len(data))


# --- texts, sets and lists, which drawn packs have few of ---

WORDS = ["a", "b", "é"]
MANY = [f"w{no}" for no in range(70)]
TEXT_FIELDS: dict[str, dict[str, Any]] = {
    "candidate": {"t": "text", "n": "number"},
    "application": {"t": "text", "c": {"type": "one of", "values": ["a", "b"]}, "y": "yes/no"},
    "person": {
        "t": "text",
        "c": {"type": "one of", "values": ["b", "é", "a"]},
        "l": "list",
        "s": {"type": "list", "values": WORDS},
        "m": {"type": "list", "values": [*WORDS, *MANY]},
        "y": "yes/no",
        "n": "number",
        "d": "duration",
    },
    "message": {"t": "text", "c": {"type": "one of", "values": ["a", "b"]}, "l": "list", "d": "duration"},
    "interviewer": {"t": "text", "n": "number"},
}


@st.composite
def _text_lines(draw: Any, scope: list[str], depth: int = 0) -> dict[str, Any]:
    fields = [f"{entity}.{name}" for entity in scope for name in TEXT_FIELDS.get(entity, ())]
    lines: dict[str, Any] = {}
    for field in draw(st.lists(st.sampled_from(fields), min_size=1, max_size=3, unique=True)):
        name = field[-1]
        alike = {"t": "tc", "c": "tc"}.get(name, name)
        others = [one for one in fields if one[-1] in alike and one != field and name not in "lsm"]
        forms: list[Any] = ["known", "unknown"]
        if name in "tclsm":
            some = draw(st.lists(st.sampled_from(["a", "b"] if name == "c" else WORDS), min_size=1, max_size=2))
            forms += [some[0], f"not {some[0]}", some, f"none of [{', '.join(some)}]"]
        if name in "lsm":
            forms += ["some", "empty"]
        if name == "y":
            forms += ["yes", "no", "not yes"]
        if name == "n":
            forms += [1, "at least 1", "not 2.5", "between 1 and 2"]
        if name == "d":
            forms += ["2 weeks", "less than 3 days", "at least 1 hours"]
        forms += [f"{same} as {other}" for other in others for same in ("same", "not same")]
        lines[field] = draw(st.sampled_from(forms))
    if depth < 2 and draw(st.integers(0, 2)) == 0:
        inner = st.lists(_text_lines(scope, depth + 1), min_size=1, max_size=2)
        lines[draw(st.sampled_from(["any", "none", "all"]))] = draw(inner)
    return lines


@st.composite
def _text_packs(draw: Any) -> str:
    scopes = {
        "person": ["person", "application", "candidate"],
        "message": ["message", "person", "application", "candidate"],
        "interviewer": ["interviewer", "person", "application", "candidate"],
        "application": ["application", "candidate"],
    }
    overs = {"person": ["message", "interviewer"], "application": ["person", "message"], "message": ["interviewer"]}
    facts, rules = {}, {}
    for no, (entity, choice) in enumerate(overs.items()):
        over = draw(st.sampled_from(choice))
        where = draw(_text_lines([*scopes[entity], over]))
        if entity == "person" and draw(st.booleans()):
            where[f"{over}.person"] = draw(st.sampled_from(["same as person.id", "not same as person.id"]))
        op = draw(st.sampled_from([{"count": over}, {"exists": over}, {"none": over}]))
        if over == "interviewer" and draw(st.booleans()):
            op = {"sum": "interviewer.n"}
        facts[f"{entity}.f{no}"] = {**op, "where": where}
        phrase = {"count": "at least 1", "sum": "more than 1"}.get(next(iter(op)), "yes")
        rules[f"f{no}"] = {"for each": entity, "when": {f"{entity}.f{no}": phrase}}
    for no, entity in enumerate(scopes):
        rules[f"r{no}"] = {"for each": entity, "when": draw(_text_lines(scopes[entity]))}
    rest = {"then": {"should": "note"}, "because": "So."}
    pack = {
        "actions": {"note": {"about": "A note."}},
        "custom_facts": TEXT_FIELDS,
        "facts": facts,
        "rules": {id_: {**rule, **rest} for id_, rule in rules.items()},
    }
    return str(yaml.safe_dump(pack))


def _text_custom(entity: str) -> st.SearchStrategy[dict[str, Any]]:
    lists = st.lists(st.sampled_from(WORDS), max_size=2)
    values: dict[str, st.SearchStrategy[Any]] = {
        "t": st.sampled_from(WORDS),
        "c": st.sampled_from(["a", "b"]),
        "l": lists,
        "s": lists,
        "m": st.lists(st.sampled_from([*WORDS, "w69"]), max_size=3),
        "y": st.booleans(),
        "n": st.sampled_from([0, 1, 2.5, 0.1, 0.2]),
        "d": st.sampled_from(["1 hour", "2 weeks"]),
    }
    return st.fixed_dictionaries({}, optional={name: values[name] for name in TEXT_FIELDS[entity]})


@st.composite
def _text_cases(draw: Any) -> dict[str, Any]:
    applications = []
    for no in range(draw(st.integers(0, 2))):
        ids = [f"p{one}" for one in range(draw(st.integers(0, 3)))]
        people = [{"id": id_, "custom": draw(_text_custom("person"))} for id_ in ids]
        known = st.sampled_from([*ids, None])
        messages = [
            {"person": draw(known), "custom": draw(_text_custom("message"))} for _ in range(draw(st.integers(0, 3)))
        ]
        interviewers = [
            {"person": id_, "custom": draw(_text_custom("interviewer"))} for id_ in ids if draw(st.booleans())
        ]
        interviews = [{"id": "i", "ended_at": iso(NOW), "interviewers": interviewers}]
        applications.append(
            {
                "id": f"a{no}",
                "people": people,
                "messages": messages,
                "interviews": interviews,
                "custom": draw(_text_custom("application")),
            }
        )
    candidate = {"id": "c", "custom": draw(_text_custom("candidate"))}
    return {"now": iso(NOW), "candidate": candidate, "applications": applications}


@settings(max_examples=max(10, EXAMPLES_DRAWN // 2))
@given(text=_text_packs(), data=st.lists(_text_cases(), min_size=1, max_size=4))
def test_texts_sets_and_lists_are_asked_alike(text: str, data: list[dict[str, Any]]) -> None:
    """Words compared with words, however each is kept, within a row and across rows."""
    assert_agreed(tactful.loads(text), data, [NOW] * len(data))
