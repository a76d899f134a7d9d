"""Packs drawn over the whole language, and cases for them: every kind of field, phrase, fact, target and conflict."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from typing import Any, Final, TypeVar

import yaml
from hypothesis import strategies as st

from reference_cases import cases as shipped_fields
from tactful.facts.entities import SCOPES
from tactful.facts.kinds import (
    ChoiceKind,
    CountryKind,
    DateKind,
    DayTimeKind,
    DurationKind,
    IdKind,
    Kind,
    LengthKind,
    ListKind,
    MomentKind,
    NumberKind,
    TextKind,
    YesNoKind,
)
from tactful.language.phrases import PHRASES

Draw = Any
Value = TypeVar("Value")

#: The library in C where there is one: each drawn pack is written and read, and its phrases are.
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: Final[Any] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

#: How many packs the larger tests draw: ``TACTFUL_EXAMPLES``, by default 25. ``.ci/nightly`` sets more.
EXAMPLES_DRAWN: Final = int(os.environ.get("TACTFUL_EXAMPLES", "25"))

FIELDS: dict[str, dict[str, str]] = {
    "candidate": {
        "employed": "yes/no",
        "searching": "yes/no",
        "local_time": "time",
        "business_day": "yes/no",
        "notice_period": "duration",
        "score": "amount",
        "seen_at": "moment",
        "level": "level",
        "country": "country",
        "weekday": "weekday",
        "date": "date",
    },
    "application": {
        "status": "status",
        "reply_by": "moment",
        "contact_via": "id",
        "preferred": "yes/no",
        "applied_at": "moment",
        "next_step": "step",
        "signals": "signals",
        "company": "text",
        "salary": "amount",
        "decision_on": "moment",
        "slot": "time",
        "role": "text",
        "country": "country",
        "weekday": "weekday",
        "date": "date",
    },
    "offer": {
        "form": "form",
        "answer_by": "moment",
        "signed_at": "moment",
        "withdrawn_at": "moment",
        "conditional": "yes/no",
        "conditions": "conditions",
    },
    "person": {
        "id": "id",
        "role": "role",
        "prefers": "channel",
        "channels": "list",
        "local_time": "time",
        "topics": "texts",
        "business_day": "yes/no",
        "best_time": "time",
        "distance": "amount",
        "country": "country",
        "date": "date",
    },
    "interview": {
        "ended_at": "moment",
        "starts_at": "moment",
        "status": "held",
        "cancelled_by": "side",
        "cancelled_at": "moment",
        "went": "went",
        "length": "duration",
    },
    "interviewer": {"person": "id", "attended": "yes/no", "prefers": "channel"},
    "message": {
        "person": "id",
        "sent_at": "moment",
        "kind": "kind",
        "direction": "direction",
        "answer_by": "moment",
        "bounced": "yes/no",
        "words": "amount",
    },
}
WORDS = {
    "status": ["applied", "interviewing", "offered", "rejected"],
    "form": ["verbal", "email", "written"],
    "role": ["recruiter", "hiring_manager", "interviewer"],
    "step": ["answer", "offer", "interview"],
    "signals": ["on_hold", "filled"],
    "conditions": ["references", "approval"],
    "side": ["company", "candidate"],
    "channel": ["email", "phone"],
    "list": ["email", "linkedin"],
    "texts": ["tests"],
    "text": ["Acme", "Senior Tester"],
    "country": ["US", "AU", "US-NY", "IN"],
    "weekday": ["wednesday", "thursday", "monday"],
    "held": ["held", "scheduled", "cancelled", "missed"],
    "went": ["well", "badly"],
    "kind": ["thank_you", "follow_up", "answer"],
    "direction": ["sent", "received"],
    "level": ["a", "b"],
    "id": ["p1", "p2"],
}
LENGTHS = ["0 days", "2 hours", "2 days", "1 weeks", "1 business days", "3 business days", "11 days"]
#: The custom facts that packs declare.
CUSTOM: Final = {
    "candidate": {"score": "number", "seen_at": "moment", "level": {"type": "one of", "values": ["a", "b"]}},
    "application": {"salary": "number", "decision_on": "moment", "slot": "time of day"},
    "person": {"best_time": "time of day", "distance": "number"},
    "interview": {"length": "duration"},
    "message": {"words": "number"},
}
PARAMETERS: Final[dict[str, dict[str, Any]]] = {
    "some_time": {"value": "2 days"},
    "some_days": {"value": "1 business days"},
    "some_count": {"value": 1},
    "some_word": {"value": "applied"},
    "some_gap": {"values": {"2026-01-01": "3 days", "2026-11-26": {"value": "1 hours"}, "2026-12-03": "11 days"}},
    "some_wait": {"values": {"2026-11-01": "2 business days", "2026-11-27": "3 hours"}},
    "some_pace": {"value": "3 business days", "adjustable": {"from": "1 business days", "to": "5 business days"}},
    "some_share": {"values": {"2026-11-01": 1, "2026-11-26": 2.5}, "adjustable": {"from": 0, "to": 10}},
    "some_clock": {"values": {"2026-11-01": "13:00", "2026-11-30": "09:00"}},
}
#: What cases may state of the parameters.
STATED: Final[list[dict[str, Any]]] = [
    *({}, {}, {"some_pace": "1 business days"}),
    *({"some_pace": "5 business days", "some_share": 10}, {"some_share": 0.5}),
]
#: The calendars that packs declare. Days off lie in the weeks of the cases.
CALENDARS: Final[dict[str, dict[str, Any]]] = {
    "default": {"days off": ["24 December to 1 January", "2026-11-27"]},
    "acme": {
        "country": "US",
        "weekend": ["friday", "saturday"],
        "days off": ["2026-11-23 to 2026-11-24", "29 February"],
        "working days": ["2026-11-26"],
        "office hours": "08:00 to 12:30",
    },
    "bolt": {"days off": ["25 November"], "office hours": "13:00 to 13:01"},
}
NAMES: Final[list[dict[str, str]]] = [{}, {}, {"calendar": "acme"}, {"calendar": "bolt"}, {"calendar": "default"}]
#: Lengths of time that are read for each row.
OPERANDS: Final = ["$some_gap", "$some_wait", "$some_pace", "candidate.notice_period"]
BELOW = {
    "candidate": ["application", "offer", "person", "interview", "interviewer", "message"],
    "application": ["person", "interview", "interviewer", "message", "offer"],
    "person": ["interview", "interviewer", "message"],
    "interview": ["interviewer", "person", "message"],
    "interviewer": ["message"],
    "message": ["interview", "interviewer"],
    "offer": ["message", "person"],
}


#: The kinds of the fields above. Fields with words of their own are choices.
KINDS: Final[dict[str, type[Kind]]] = {
    "yes/no": YesNoKind,
    "number": NumberKind,
    "amount": NumberKind,
    "duration": DurationKind,
    "time": DayTimeKind,
    "moment": MomentKind,
    "id": IdKind,
    "list": ListKind,
    "signals": ListKind,
    "conditions": ListKind,
    "texts": ListKind,
    "text": TextKind,
    "country": CountryKind,
    "date": DateKind,
    "length": LengthKind,
}
VALUES: Final = {
    "yes/no": ["yes", "no"],
    "number": ["0", "1", "2", "$some_count"],
    "amount": ["-1", "0", "0.1", "1", "2.5", "$some_count", "$some_share"],
    "duration": ["1 hours", "3 days", "2 weeks", "$some_time", "$some_gap"],
    "status": [*WORDS["status"], "$some_word"],
    **{kind: words for kind, words in WORDS.items() if kind != "status"},
}
RANGES: Final = {
    "number": [("1", "2"), ("0", "$some_count")],
    "amount": [("-1", "0.1"), ("1", "2.5")],
    "duration": [("1 hours", "3 days"), ("$some_time", "2 weeks")],
    "time": [
        ("09:00", "17:00"),
        ("13:00", "13:00"),
        ("22:00", "13:00"),
        ("09:00", "$some_clock"),
        ("$some_clock", "17:00"),
    ],
    "moment": [("1", "9 days"), ("2 hours", "$some_time"), ("$some_days", "3 business days")],
}


# --- small draws: their strategies are made once, as to make and check a strategy takes longer than to draw from it ---


@cache
def _numbers(low: int, high: int) -> st.SearchStrategy[int]:
    return st.integers(low, high)


@cache
def _places(count: int, most: int) -> st.SearchStrategy[list[int]]:
    return st.lists(st.sampled_from(range(count)), max_size=most, unique=True)


@cache
def _orders(count: int) -> st.SearchStrategy[list[int]]:
    return st.permutations(range(count))


def _number(draw: Draw, low: int, high: int) -> int:
    """A whole number from ``low`` to ``high``."""
    number: int = draw(_numbers(low, high))
    return number


def _any_of(draw: Draw, values: Sequence[Value]) -> Value:
    """Any of the values."""
    return values[_number(draw, 0, len(values) - 1)]


def _some_of(draw: Draw, values: Sequence[Value], most: int) -> list[Value]:
    """Up to so many different ones of the values."""
    return [values[place] for place in draw(_places(len(values), most))]


def _in_any_order(draw: Draw, values: Sequence[Value]) -> list[Value]:
    """All values, in any order."""
    return [values[place] for place in draw(_orders(len(values)))]


# --- packs ---


#: Amounts that are read for each row, by kind.
AMOUNTS: Final = {"duration": ["candidate.notice_period"], "amount": ["candidate.score"], "number": ["candidate.score"]}
#: Days around those of the drawn cases, and days of any year.
DAYS: Final = [
    ("2026-11-25", "2026-11-26"),
    ("2026-11-26", "2026-12-01"),
    ("2026-11-20", "2026-11-24"),
    ("1970-01-01", "2199-12-31"),
]
YEARLY: Final = {
    False: ["26 November", "25 November", "29 February"],
    True: [
        *("between 26 November and 2 December", "between 27 November and 24 November"),
        *("between 29 February and 25 November", "between 1 January and 29 February"),
    ],
}


def _phrase(draw: Draw, kind: str, alike: list[str]) -> Any:
    """A phrase for a field of a kind. ``alike`` are the fields in scope of the same kind."""
    drawn_kind = KINDS.get(kind, ChoiceKind)
    phrases = [phrase for phrase in PHRASES if drawn_kind in phrase.kinds]
    ways = [[way for way in phrase.templates if alike or "{field}" not in way] for phrase in phrases]
    template = _any_of(draw, _any_of(draw, [way for way in ways if way]))
    low, high = _any_of(draw, RANGES.get(kind, [("", "")]))
    values = VALUES.get(kind, [""])
    if "another" in template:  # a parameter whose value varies stands alone
        values = [value for value in values if value not in ("$some_share", "$some_gap")]
    value, another = (_any_of(draw, values) for _ in range(2))
    amount = _any_of(draw, [value, *AMOUNTS.get(kind, ())])
    length = _any_of(draw, [*LENGTHS, "$some_time", "$some_days", *OPERANDS])
    first, last = _any_of(draw, DAYS)
    words = _any_of(draw, ["senior", "test", "acme", "Senior  T", "er"])
    fills = {"low": low, "high": high, "value": value, "another": another, "amount": amount, "length": length}
    fills |= {"field": _any_of(draw, alike) if alike else "", "words": words}
    text = template.format(**fills, day=first, first=first, last=last)
    if "December" in text or "January" in text:
        text = _any_of(draw, YEARLY[template.startswith("between")])
    return yaml.load(text, _LOADER) if text[:1] in "[-" or text in ("yes", "no") else text


def _condition(draw: Draw, scope: list[str], computed: dict[str, dict[str, str]], depth: int = 0) -> dict[str, Any]:
    fields = {
        f"{entity}.{name}": kind
        for entity in scope
        for name, kind in {**FIELDS[entity], **computed.get(entity, {})}.items()
    }
    names = _some_of(draw, sorted(fields), 3)
    lines: dict[str, Any] = {}
    for name in names:
        alike = [other for other, kind in fields.items() if kind == fields[name]]
        line = _phrase(draw, fields[name], alike)
        if isinstance(line, str) and not line.startswith(("not ", "none ")) and _number(draw, 0, 9) == 0:
            other = _phrase(draw, fields[name], alike)
            alone = ("not ", "none ", "$", "some", "empty")
            if isinstance(other, str) and not other.startswith(alone) and not line.startswith(alone):
                line = [line, other]
        lines[name] = line
    if depth < 2 and _number(draw, 0, 3) == 0:
        how = _any_of(draw, ["any", "all", "none"])
        lines[how] = [_condition(draw, scope, computed, depth + 1) for _ in range(_number(draw, 1, 2))]
    return lines


def _fact(draw: Draw, entity: str, computed: dict[str, dict[str, str]]) -> tuple[dict[str, Any], str]:
    ways = [
        "when",
        "exists",
        "none",
        "count",
        "latest",
        "earliest",
        "exists",
        "latest",
        "sum",
        "moment",
        "amount",
        "table",
    ]
    how = _any_of(draw, ways)
    own = list(SCOPES[entity])
    if how in ("moment", "amount"):
        kind = "moment" if how == "moment" else _any_of(draw, ["duration", "amount"])
        return _derived(draw, own, kind, computed, 0), kind
    if how == "table":
        return _table(draw, own, computed)
    if how == "when":
        return {"when": _condition(draw, own, computed), "unless": _condition(draw, own, computed, 2) or None}, "yes/no"
    over = _any_of(draw, [below for below in BELOW[entity] if below not in own or below == "offer"])
    scope = own + [outer for outer in SCOPES[over] if outer not in own]
    where = _condition(draw, scope, computed)
    if over in ("message", "interviewer") and "person" in own and _any_of(draw, [False, True]):
        where[f"{over}.person"] = "same as person.id"
    if how in ("latest", "earliest"):
        known = {**FIELDS[over], **computed.get(over, {})}
        moments = [f"{over}.{name}" for name, kind in known.items() if kind == "moment"]
        if moments:
            return {how: _any_of(draw, sorted(moments)), "where": where}, "moment"
        how = "exists"
    if how == "sum":
        known = {**FIELDS[over], **computed.get(over, {})}
        amounts = [f"{over}.{name}" for name, kind in known.items() if kind in ("amount", "number")]
        if amounts:
            return {how: _any_of(draw, sorted(amounts)), "where": where}, "amount"
        how = "count"
    return {how: over, "where": where}, "number" if how == "count" else "yes/no"


def _named(scope: list[str], computed: dict[str, dict[str, str]], *kinds: str) -> list[str]:
    """The names of the fields of some kinds, those of clocks left out."""
    return sorted(
        f"{entity}.{name}"
        for entity in scope
        for name, kind in {**FIELDS[entity], **computed.get(entity, {})}.items()
        if kind in kinds and name != "local_time"
    )


def _derived(
    draw: Draw, scope: list[str], kind: str, computed: dict[str, dict[str, str]], depth: int
) -> dict[str, Any]:
    """A moment or an amount that follows from other facts, as a mapping with one key."""
    fields = _named(scope, computed, kind) or ["candidate.notice_period" if kind == "duration" else "candidate.score"]
    if depth < 2 and _any_of(draw, [False, True]):
        gathering = (
            ["latest of", "earliest of", "first known of"]
            if kind == "moment"
            else [*("sum of", "difference of", "larger of", "smaller of", "first known of", "half of", "12.5 % of")]
        )
        how = _any_of(draw, gathering)
        count = 1 if how.endswith("f of") or "%" in how else 2 if how == "difference of" else _number(draw, 1, 3)
        members = [_derived(draw, scope, kind, computed, depth + 1) for _ in range(count)]
        members = [member.get("is", member) for member in members]
        if how == "12.5 % of":
            return {"is": {how: members[0]}}
        return {how: members[0] if how == "half of" else members}
    if kind != "moment":
        amounts = ["1 hours", "$some_gap"] if kind == "duration" else ["2.5", "$some_share"]
        return {"is": _any_of(draw, [*fields, *amounts])}
    moments = _named(scope, computed, "moment")
    if not moments:
        return {"is": "2 days after candidate.seen_at"}
    field, length = _any_of(draw, moments), _any_of(draw, [*LENGTHS, *OPERANDS])
    shapes = [field, f"{length} after {field}", f"{length} before {field}"]
    shapes += [f"next office time after {field}", f"next business day after {field}"]
    return {"is": _any_of(draw, shapes)}


def _table(draw: Draw, own: list[str], computed: dict[str, dict[str, str]]) -> tuple[dict[str, Any], str]:
    """A decision table, and the kind of its values."""
    columns = {
        f"{entity}.{name}": kind
        for entity in own
        for name, kind in {**FIELDS[entity], **computed.get(entity, {})}.items()
    }
    by = _some_of(draw, sorted(columns), 2) or [sorted(columns)[0]]
    gives, kind, values = _any_of(draw, GIVES)
    rows = [[*(_cell(draw, columns[name]) for name in by), _any_of(draw, values)] for _ in range(_number(draw, 1, 3))]
    table = {"by": by, "gives": gives, "rows": rows}
    if kind == "level":
        table["values"] = ["a", "b"]
    if _any_of(draw, [False, True]):
        table["otherwise"] = values[0]
    return {"table": table}, kind


def _cell(draw: Draw, kind: str) -> Any:
    return "any" if _any_of(draw, [False, True]) else _phrase(draw, kind, [])


#: What tables give: the type, the kind, and values. Lengths that count business days only move moments.
GIVES: Final = [
    ("duration", "duration", ["1 hours", "3 days", "$some_gap"]),
    ("duration", "length", ["1 business days", "3 hours", "$some_pace"]),
    ("number", "amount", ["1", "2.5", "$some_share"]),
    ("yes/no", "yes/no", ["yes", "no"]),
    ("one of", "level", ["a", "b"]),
    ("text", "text", ["Acme", "Senior Tester"]),
]


@st.composite
def packs(draw: Draw) -> str:
    """A valid pack, as YAML."""
    computed: dict[str, dict[str, str]] = {}
    facts: dict[str, Any] = {}
    tables: dict[str, Any] = {}
    for no in range(_number(draw, 0, 6)):
        entity = _any_of(draw, sorted(BELOW))
        fact, kind = _fact(draw, entity, computed)
        (tables if "table" in fact else facts)[f"{entity}.f{no}"] = fact.get("table", fact)
        computed.setdefault(entity, {})[f"f{no}"] = kind
    rules: dict[str, Any] = {}
    for no in range(_number(draw, 1, 5)):
        entity = _any_of(draw, sorted(SCOPES))
        scope = list(SCOPES[entity])
        moments = [
            f"{scoped}.{name}"
            for scoped in scope
            for name, kind in {**FIELDS[scoped], **computed.get(scoped, {})}.items()
            if kind == "moment"
        ]
        length = _any_of(draw, ["2 days", *OPERANDS])
        by = _any_of(draw, [None, "none", *(f"{length} after {moment}" for moment in moments), *moments])
        rules[f"r{no}"] = {
            "for each": entity,
            "when": _condition(draw, scope, computed),
            "unless": _condition(draw, scope, computed) or None,
            "then": _any_of(draw, _conclusions(entity)),
            "by": by,
            "because": "so",
            "priority": _number(draw, 0, 100),
        }
    return yaml.dump(
        {
            "parameters": PARAMETERS,
            "calendars": CALENDARS,
            "custom_facts": CUSTOM,
            "facts": facts,
            "tables": tables,
            "actions": _actions(draw, computed),
            "rules": rules,
        },
        sort_keys=False,
        Dumper=_DUMPER,
    )


ACTIONS: Final = {
    "contact": {"about": "reach", "one per": "application"},
    "note": {"is_a": "contact"},
    "call": {"is_a": "contact", "one per": "person"},
    "rest": {"about": "do nothing", "one per": "candidate", "kind": "wait"},
}


#: What can go first in the order of an action, by the kind of its field.
FIRST: Final = {
    "yes/no": ["yes first", "no first"],
    "number": ["largest first", "smallest first"],
    "amount": ["largest first", "smallest first"],
    "duration": ["longest first", "shortest first"],
    "moment": ["latest first", "earliest first"],
}


def _actions(draw: Draw, computed: dict[str, dict[str, str]]) -> dict[str, Any]:
    """The actions, some with an order of their own."""
    kinds = {
        f"{entity}.{name}": kind
        for fields in (FIELDS, computed)
        for entity in fields
        for name, kind in fields[entity].items()
    }
    fields = [name for name, kind in kinds.items() if kind in FIRST]
    actions = {}
    for id_, action in ACTIONS.items():
        sorting = _some_of(draw, fields, 3)
        order = [{name: _any_of(draw, FIRST[kinds[name]])} for name in sorting]
        actions[id_] = {**action, "order": order} if _any_of(draw, [False, True]) else action
    return actions


def _conclusions(entity: str) -> list[dict[str, str]]:
    """All conclusions that a rule for an entity may have, with their targets."""
    conclusions: list[dict[str, str]] = [{"should": "note"}, {"must_not": "contact"}, {"step": "mind", "of": "contact"}]
    conclusions += [
        {"may": "call"},
        {"should_not": "call"},
        {"must": "rest", "to": "candidate"},
        {"should_not": "rest"},
    ]
    by_id = {"interviewer": "interviewer.person", "message": "message.person"}
    if entity in by_id:
        conclusions += [{"should": "note", "to": by_id[entity]}, {"must_not": "call", "to": by_id[entity]}]
    if entity not in ("candidate", "offer"):
        conclusions += [{"should": "call", "to": "application.contact_via"}, {"should": "contact", "to": "application"}]
    return conclusions


@st.composite
def overlays(draw: Draw, base: str) -> str:
    """An overlay of a pack: a parameter, a priority, a condition, a rule switched off, and a new rule."""
    rules: dict[str, Any] = {}
    for id_ in yaml.load(base, _LOADER)["rules"]:
        rules[id_] = draw(
            st.sampled_from([{"off": True}, {"priority": 77}, {"unless": None}, {"when": {"candidate.employed": True}}])
        )
    chosen = _some_of(draw, sorted(rules), 2)
    parameters = _any_of(draw, [{}, {"some_time": "11 days"}, {"some_count": 2, "some_word": "rejected"}])
    added = {"for each": "person", "when": {"person.prefers": "known"}, "then": {"should": "call"}, "because": "so"}
    return yaml.dump(
        {
            "extends": "base.yaml",
            "parameters": parameters,
            "rules": {**{id_: rules[id_] for id_ in chosen}, "added": added},
        },
        sort_keys=False,
        Dumper=_DUMPER,
    )


#: Whole numbers, fractions, and numbers that differ very little.
_NUMBERS: Final = st.sampled_from([0, 1, 2, 2.5, 0.1, 0.30000000000000004, -1, 999_999_999_999, 1.0])


@cache
def _customs(entity: str) -> st.SearchStrategy[dict[str, Any]]:
    values: dict[str, st.SearchStrategy[Any]] = {
        "number": _NUMBERS,
        "moment": st.sampled_from(["2026-11-23", "2026-11-25T18:00:00Z", "2026-12-06T18:00:01Z"]),
        "time of day": st.sampled_from(["09:00", "13:00", "17:00"]),
        "duration": st.sampled_from(["1 hour", "2 weeks", "3 days"]),
    }
    fields = {
        name: values[kind] if isinstance(kind, str) else st.sampled_from(kind["values"])
        for name, kind in CUSTOM[entity].items()  # type: ignore[attr-defined]
    }
    return st.fixed_dictionaries({}, optional=fields)


ROLES: Final[list[dict[str, str]]] = [
    *({}, {"role": "Senior Tester"}),
    *({"role": "seniority testing"}, {"role": "er, senior t"}),
]
PLACES: Final[list[dict[str, str]]] = [
    *({}, {}),
    {"time_zone": "Australia/Sydney", "country": "AU"},
    {"time_zone": "Asia/Kolkata"},
]


@st.composite
def cases(draw: Draw) -> dict[str, Any]:
    """A case like those of the shipped pack, with custom facts, parameters and calendars, and people in other places."""
    case = dict(draw(shipped_fields))
    case["candidate"] = {**case["candidate"], "custom": draw(_customs("candidate"))}
    applications = []
    for application in case["applications"]:
        parts = {
            part: [{**row, "custom": draw(_customs(entity))} for row in application[part]]
            for part, entity in (("people", "person"), ("interviews", "interview"), ("messages", "message"))
        }
        parts["people"] = [{**person, **_any_of(draw, PLACES)} for person in parts["people"]]
        place, role, name = _any_of(draw, PLACES), _any_of(draw, ROLES), _any_of(draw, NAMES)
        applications.append({**application, **parts, **place, **role, **name, "custom": draw(_customs("application"))})
    return {**case, "applications": applications, "parameters": _any_of(draw, STATED)}


@st.composite
def several_candidates(draw: Any, one_case: st.SearchStrategy[dict[str, Any]]) -> list[dict[str, Any]]:
    """The cases of some candidates, in which no list is in the order of its ids."""
    candidates = []
    for no in range(_number(draw, 1, 5)):
        case = draw(one_case)
        applications = [_shuffled(application, draw) for application in _in_any_order(draw, case["applications"])]
        candidates.append({**case, "candidate": {**case["candidate"], "id": f"c{no}"}, "applications": applications})
    return candidates


def _shuffled(application: dict[str, Any], draw: Any) -> dict[str, Any]:
    parts = ("people", "interviews", "messages")
    return {**application, **{part: _in_any_order(draw, application[part]) for part in parts}}
