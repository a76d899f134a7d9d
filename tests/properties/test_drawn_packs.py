"""The compiled engine against the plain evaluator, on packs drawn over the whole language."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_reference import NOW, cases

import tactful
from tactful.evaluate import Evaluator
from tactful.facts.catalogue import SCOPES
from tactful.timing import fires, fires_until

Draw = Any

FIELDS: dict[str, dict[str, str]] = {
    "candidate": {"employed": "yes/no", "searching": "yes/no", "local_time": "time", "business_day": "yes/no"},
    "application": {
        "status": "status",
        "reply_by": "moment",
        "contact_via": "id",
        "preferred": "yes/no",
        "company": "text",
    },
    "offer": {"form": "form", "answer_by": "moment", "signed_at": "moment", "conditional": "yes/no"},
    "person": {
        "id": "id",
        "role": "role",
        "prefers": "channel",
        "channels": "list",
        "local_time": "time",
        "topics": "texts",
    },
    "interview": {"ended_at": "moment", "status": "held", "went": "went"},
    "interviewer": {"person": "id", "attended": "yes/no", "prefers": "channel"},
    "message": {"person": "id", "sent_at": "moment", "kind": "kind", "direction": "direction"},
}
WORDS = {
    "status": ["applied", "interviewing", "offered", "rejected"],
    "form": ["verbal", "written"],
    "role": ["recruiter", "hiring_manager", "interviewer"],
    "channel": ["email", "phone"],
    "list": ["email", "linkedin"],
    "texts": ["tests"],
    "text": ["Acme"],
    "held": ["held", "scheduled", "cancelled"],
    "went": ["well", "badly"],
    "kind": ["thank_you", "follow_up", "answer"],
    "direction": ["sent", "received"],
    "id": ["p1", "p2"],
}
LENGTHS = ["0 days", "2 hours", "2 days", "1 weeks", "1 business days", "3 business days", "11 days"]
BELOW = {
    "candidate": ["application", "offer", "person", "interview", "interviewer", "message"],
    "application": ["person", "interview", "interviewer", "message", "offer"],
    "person": ["interview", "interviewer", "message"],
    "interview": ["interviewer", "person", "message"],
    "interviewer": ["message"],
    "message": ["interview", "interviewer"],
    "offer": ["message", "person"],
}


def _phrase(draw: Draw, kind: str, moments: list[str], ids: list[str]) -> Any:
    if draw(st.integers(0, 7)) == 0:
        return draw(st.sampled_from(["known", "unknown"]))
    if kind == "yes/no":
        return draw(st.booleans())
    if kind == "number":
        return draw(
            st.sampled_from([0, 1, "at least 1", "at most 1", "more than 0", "less than 2", "between 1 and 2", "not 1"])
        )
    if kind == "time":
        return draw(st.sampled_from(["between 09:00 and 17:00", "between 13:00 and 13:00", "between 22:00 and 13:00"]))
    if kind == "moment":
        length = draw(st.sampled_from(LENGTHS))
        forms = ["past", "to come", f"within {length}", "between 1 and 9 days ago"]
        forms += [f"{op} {length} ago" for op in ("at least", "at most", "more than", "less than")]
        forms += [
            f"{op} {one}" for op in ("before", "after", "at or before", "at or after", "same as") for one in moments
        ]
        return draw(st.sampled_from(forms))
    if kind == "id" and ids and draw(st.booleans()):
        return draw(st.sampled_from([form + one for form in ("same as ", "not same as ") for one in ids]))
    words = WORDS[kind]
    choices: list[Any] = [words[0], f"not {words[-1]}", words[:2], f"none of [{', '.join(words[:2])}]"]
    if kind in ("list", "texts"):
        choices += ["some", "empty"]
    return draw(st.sampled_from(choices))


def _condition(draw: Draw, scope: list[str], computed: dict[str, dict[str, str]], depth: int = 0) -> dict[str, Any]:
    fields = {f"{one}.{name}": kind for one in scope for name, kind in {**FIELDS[one], **computed.get(one, {})}.items()}
    moments = [name for name, kind in fields.items() if kind == "moment"]
    ids = [name for name, kind in fields.items() if kind == "id"]
    names = draw(st.lists(st.sampled_from(sorted(fields)), max_size=3, unique=True))
    lines: dict[str, Any] = {name: _phrase(draw, fields[name], moments, ids) for name in names}
    if depth < 2 and draw(st.integers(0, 3)) == 0:
        how = draw(st.sampled_from(["any", "all", "none"]))
        lines[how] = [_condition(draw, scope, computed, depth + 1) for _ in range(draw(st.integers(1, 2)))]
    return lines


def _fact(draw: Draw, entity: str, computed: dict[str, dict[str, str]]) -> tuple[dict[str, Any], str]:
    how = draw(st.sampled_from(["when", "exists", "none", "count", "latest", "earliest", "exists", "latest"]))
    own = list(SCOPES[entity])
    if how == "when":
        return {"when": _condition(draw, own, computed), "unless": _condition(draw, own, computed, 2) or None}, "yes/no"
    over = draw(st.sampled_from([one for one in BELOW[entity] if one not in own or one == "offer"]))
    scope = own + [one for one in SCOPES[over] if one not in own]
    where = _condition(draw, scope, computed)
    if over in ("message", "interviewer") and "person" in own and draw(st.booleans()):
        where[f"{over}.person"] = "same as person.id"
    if how in ("latest", "earliest"):
        known = {**FIELDS[over], **computed.get(over, {})}
        moments = [f"{over}.{name}" for name, kind in known.items() if kind == "moment"]
        if moments:
            return {how: draw(st.sampled_from(sorted(moments))), "where": where}, "moment"
        how = "exists"
    return {how: over, "where": where}, "number" if how == "count" else "yes/no"


@st.composite
def packs(draw: Draw) -> str:
    """A valid pack, as YAML."""
    computed: dict[str, dict[str, str]] = {}
    facts: dict[str, Any] = {}
    for no in range(draw(st.integers(0, 6))):
        entity = draw(st.sampled_from(sorted(BELOW)))
        facts[f"{entity}.f{no}"], kind = _fact(draw, entity, computed)
        computed.setdefault(entity, {})[f"f{no}"] = kind
    rules: dict[str, Any] = {}
    for no in range(draw(st.integers(1, 5))):
        entity = draw(st.sampled_from(sorted(SCOPES)))
        scope = list(SCOPES[entity])
        moments = [
            f"{one}.{name}"
            for one in scope
            for name, kind in {**FIELDS[one], **computed.get(one, {})}.items()
            if kind == "moment"
        ]
        by = draw(st.sampled_from([None, "none", *(f"2 days after {one}" for one in moments), *moments]))
        rules[f"r{no}"] = {
            "for each": entity,
            "when": _condition(draw, scope, computed),
            "unless": _condition(draw, scope, computed) or None,
            "then": draw(
                st.sampled_from([{"should": "note"}, {"must_not": "contact"}, {"step": "mind", "of": "contact"}])
            ),
            "by": by,
            "because": "so",
            "priority": draw(st.integers(0, 100)),
        }
    actions = {"contact": {"about": "reach"}, "note": {"is_a": "contact", "one per": "application"}}
    return yaml.safe_dump({"facts": facts, "actions": actions, "rules": rules}, sort_keys=False)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=packs(), data=cases)
def test_drawn_rules_fire_as_their_conditions_read(text: str, data: dict[str, Any]) -> None:
    """Whatever the language can say: compiled, it fires where the conditions hold, with the same deadline."""
    policy = tactful.loads(text)
    case = policy.read(data)
    evaluator = Evaluator(case, NOW, {fact.id: fact for fact in policy.checked.facts}, policy.calendars)
    expected = []
    for rule in policy.checked.rules:
        for row in evaluator.rows(rule.entity):
            env = evaluator.environment(rule.entity, row)
            if fires(rule, env, evaluator):
                due = None
                if rule.by is not None:
                    due = evaluator.deadline(rule.by, env)
                elif not rule.endless:
                    due = fires_until(rule, row, evaluator)
                expected.append((rule.no, row.no, due))
    found = [(one.rule, one.row.no, one.due) for one in policy.fire(case, NOW)]
    assert sorted(found, key=str) == sorted(expected, key=str)
    assert policy.decide(case).to_json()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=packs(), data=cases)
def test_the_order_of_rules_never_matters(text: str, data: dict[str, Any]) -> None:
    """Rules and facts written the other way round decide alike; only the digest tells the files apart."""
    pack = yaml.safe_load(text)
    turned = {section: dict(reversed(entries.items())) for section, entries in reversed(pack.items())}
    one, other = (tactful.loads(yaml.safe_dump(each, sort_keys=False)).decide(data) for each in (pack, turned))
    assert other.record().actions == one.record().actions
    assert other.record().set_aside == one.record().set_aside


def _fires_at(policy: tactful.Policy, case: tactful.Case, moment: int, rule: int, row: int) -> bool:
    """Whether a rule fires for a row at a moment, all other facts being as they are."""
    one = policy.checked.rules[rule]
    evaluator = Evaluator(case, moment, {fact.id: fact for fact in policy.checked.facts}, policy.calendars)
    found = next(each for each in evaluator.rows(one.entity) if each.no == row)
    return fires(one, evaluator.environment(one.entity, found), evaluator)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=packs(), data=cases, part=st.floats(0, 1), start=st.integers(-40, 40))
def test_a_rule_without_by_fires_until_its_deadline_and_not_beyond(
    text: str, data: dict[str, Any], part: float, start: int
) -> None:
    """Tried out at moments on the way, just before the deadline and just after it, around clock changes too."""
    policy = tactful.loads(text)
    now = NOW + start * 86_400 * 5
    case = policy.read(data)
    for firing in policy.fire(case, now):
        rule = policy.checked.rules[firing.rule]
        if rule.by is not None or rule.endless:
            continue
        end = firing.due if firing.due is not None else now + 300 * 86_400
        between = now + int((end - now) * part)
        if between < end:
            assert _fires_at(policy, case, between, firing.rule, firing.row.no)
        if firing.due is not None:
            assert _fires_at(policy, case, max(now, end - 1), firing.rule, firing.row.no)
            after = [_fires_at(policy, case, moment, firing.rule, firing.row.no) for moment in (end, end + 1)]
            assert not all(after)
