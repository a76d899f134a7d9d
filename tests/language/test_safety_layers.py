"""Safety rules hold as written, whatever packs are laid under, over or beside them, or the decision says that they are off."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import tactful

SAFETY = """
custom_facts: {person: {shy: yes/no}}
facts:
  person.asked: {exists: message, where: {message.direction: sent, message.person: same as person.id}}
  person.alone: {when: {person.shy: yes, person.asked: yes}}
actions:
  reach: {about: any contact}
  talk: {about: to talk, is_a: reach}
  call: {about: a call, is_a: talk}
  visit: {about: a visit, is_a: talk}
  wait: {about: to wait}
rules:
  wait-a-little:
    group: shy
    for each: candidate
    then: {should: wait}
    because: it is early
  leave-alone:
    group: shy
    for each: interviewer
    when: {interviewer.shy: yes, interviewer.alone: yes}
    then: {must_not: reach}
    to: person
    because: they are shy
    safety: yes
"""
WEAKER = """
actions: {reach: {about: any contact}}
rules:
  leave-alone:
    for each: interviewer
    when: {interviewer.shy: yes}
    unless: {interviewer.attended: yes}
    then: {must_not: reach}
    to: person
    because: they are shy
"""
TALK = """
actions: {talk: {about: to talk}, wait: {about: to wait}}
"""


def _load(folder: Path, **files: str) -> tactful.Policy:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    return tactful.load(folder / "top.yaml")


#: Packs that loosen the safety rule, each with the file and the line that the mistake is in.
LOOSENED = {
    "an exception laid under it": ({"pre": WEAKER, "top": "extends: [pre.yaml, base.yaml]"}, "pre.yaml:7"),
    "an exception laid over it": ({"pre": WEAKER, "top": "extends: [base.yaml, pre.yaml]"}, "pre.yaml:7"),
    "an exception laid under a pack on top of it": (
        {"pre": WEAKER, "mid": "extends: base.yaml", "top": "extends: [pre.yaml, mid.yaml]"},
        "pre.yaml:7",
    ),
    "a weaker safety rule laid under it": (
        {"pre": f"{WEAKER}    safety: yes\n", "top": "extends: [pre.yaml, base.yaml]"},
        "pre.yaml:7",
    ),
    "its condition changed": (
        {"top": "extends: base.yaml\nrules: {leave-alone: {when: {interviewer.shy: no}}}"},
        "top.yaml:2",
    ),
    "no longer a safety rule": ({"top": "extends: base.yaml\nrules: {leave-alone: {safety: no}}"}, "top.yaml:2"),
    "another target": ({"top": "extends: base.yaml\nrules: {leave-alone: {to: application}}"}, "top.yaml:2"),
    "other rows": ({"top": "extends: base.yaml\nrules: {leave-alone: {for each: person}}"}, "top.yaml:2"),
    "a key taken away": ({"top": "extends: base.yaml\nrules: {leave-alone: {to: null}}"}, "top.yaml:2"),
    "a custom fact that shadows what it reads": (
        {"top": "extends: base.yaml\ncustom_facts: {interviewer: {shy: yes/no}}"},
        "top.yaml:2",
    ),
    "a computed fact that shadows what it reads": (
        {"top": "extends: base.yaml\nfacts: {interviewer.shy: {when: {interviewer.attended: yes}}}"},
        "top.yaml:2",
    ),
    "a shadow laid under it": (
        {
            "pre": "facts: {interviewer.alone: {when: {interviewer.attended: yes}}}",
            "top": "extends: [pre.yaml, base.yaml]",
        },
        "pre.yaml:1",
    ),
    "a fact behind a fact that it reads": (
        {"top": "extends: base.yaml\nfacts: {person.asked: {exists: interview}}"},
        "top.yaml:2",
    ),
    "another type of what it reads": ({"top": "extends: base.yaml\ncustom_facts: {person: {shy: text}}"}, "top.yaml:2"),
    "a family left at the bottom": ({"top": "extends: base.yaml\nactions: {call: {is_a: wait}}"}, "top.yaml:2"),
    "a family left in the middle": ({"top": "extends: base.yaml\nactions: {talk: {is_a: wait}}"}, "top.yaml:2"),
    "a family left for none": ({"top": "extends: base.yaml\nactions: {call: {is_a: null}}"}, "top.yaml:2"),
    "a family left, with the action laid under it": (
        {"pre": TALK, "top": "extends: [pre.yaml, base.yaml]\nactions: {talk: {is_a: wait}}"},
        "top.yaml:2",
    ),
    "a family left beside it": (
        {
            "left": "extends: base.yaml",
            "right": "extends: base.yaml\nactions: {visit: {is_a: wait}}",
            "top": "extends: [left.yaml, right.yaml]",
        },
        "right.yaml:2",
    ),
    "another sentence": ({"top": "extends: base.yaml\nrules: {leave-alone: {because: go ahead}}"}, "top.yaml:2"),
    "another label of what it forbids": (
        {"top": "extends: base.yaml\nactions: {reach: {label: Leave them alone}}"},
        "top.yaml:2",
    ),
    "a label laid under what it forbids": (
        {"pre": "actions: {reach: {about: x, label: Relax}}", "top": "extends: [pre.yaml, base.yaml]"},
        "pre.yaml:1",
    ),
    "what it forbids moved into another family": (
        {"top": "extends: base.yaml\nactions: {reach: {is_a: wait}}"},
        "top.yaml:2",
    ),
    "a condition added": (
        {"top": "extends: base.yaml\nrules: {leave-alone: {and when: {interviewer.attended: no}}}"},
        "top.yaml:2",
    ),
    "an exception added": (
        {"top": "extends: base.yaml\nrules: {leave-alone: {and unless: {interviewer.attended: yes}}}"},
        "top.yaml:2",
    ),
    "a condition added to a fact that it reads": (
        {"top": "extends: base.yaml\nfacts: {person.alone: {and when: {person.role: recruiter}}}"},
        "top.yaml:2",
    ),
    "a first day": ({"top": "extends: base.yaml\nrules: {leave-alone: {from: 2027-01-01}}"}, "top.yaml:2"),
    "a last day": ({"top": "extends: base.yaml\nrules: {leave-alone: {until: 2027-01-01}}"}, "top.yaml:2"),
    "a table that it reads": (
        {
            "mid": "extends: base.yaml\ntables: {person.far: {by: [person.role], gives: number, rows: [[any, 1]]}}\n"
            "rules: {far: {for each: person, when: {person.far: 1}, then: {must_not: call}, because: far, safety: yes}}",
            "top": "extends: mid.yaml\ntables: {person.far: {by: [person.role], gives: number, rows: [[any, 2]]}}",
        },
        "top.yaml:2",
    ),
    "a decoy switched off": (
        {
            "decoy": f"{WEAKER}    safety: yes\n",
            "off": "extends: decoy.yaml\nrules: {leave-alone: {off: yes, because: agreed}}",
            "pre": WEAKER,
            "top": "extends: [off.yaml, pre.yaml, base.yaml]",
        },
        "pre.yaml:7",
    ),
}


@pytest.mark.parametrize("name", LOOSENED)
def test_a_pack_that_loosens_a_safety_rule_is_refused(name: str, tmp_path: Path) -> None:
    """Whatever the order of the packs: T309, at the place that loosens the rule."""
    files, place = LOOSENED[name]
    with pytest.raises(tactful.InvalidInput) as caught:
        _load(tmp_path, base=SAFETY, **files)
    loosened = [problem for problem in caught.value.diagnostics if problem.code == "T309"]
    assert any(f"{place}:" in problem.place() for problem in loosened)


@pytest.mark.parametrize("reason", ['""', '" "', ".", "'…'", "null", "~", '"\\u200b"', "[agreed]"])
@pytest.mark.parametrize("off", ["{off: yes, because: %s}", "{because: %s, off: true}"])
def test_switching_a_safety_rule_off_takes_a_reason_in_words(off: str, reason: str) -> None:
    """A blank reason, or one without a letter or a digit, is none."""
    with pytest.raises(tactful.InvalidInput, match="needs a reason"):
        tactful.loads(f"extends: default\nrules: {{stated-preference: {off % reason}}}")


@pytest.mark.parametrize(
    "text",
    [
        "rules: {leave-alone: {priority: 3, about: words, source: me, group: shyness}}",
        "facts: {person.alone: {about: words, ask: really?}}",
        "custom_facts: {person: {shy: {about: words, ask: really?, mutability: mine}}}",
        "actions: {call: {about: words, label: Call them, channel: phone}, text: {about: a text, is_a: talk}}",
        "custom_facts: {person: {loud: yes/no}}\nfacts: {interviewer.loudest: {when: {interviewer.loud: yes}}}",
    ],
)
def test_words_and_new_things_leave_a_safety_rule_whole(text: str, tmp_path: Path) -> None:
    """An overlay may change words and the priority of a safety rule, and add what the rule does not look at."""
    policy = _load(tmp_path, base=SAFETY, top=f"extends: base.yaml\n{text}")
    assert policy.checked.overrides == ()


def test_a_rule_that_is_written_anew_after_it_was_switched_off_stays_off(tmp_path: Path) -> None:
    """A weaker rule under the id of a safety rule that was switched off with a reason does not hide the reason."""
    off = "extends: base.yaml\nrules: {leave-alone: {off: yes, because: agreed}}"
    policy = _load(tmp_path, base=SAFETY, off=off, top=f"extends: off.yaml\n{WEAKER}    safety: yes\n")
    assert [(override.rule, override.because) for override in policy.checked.overrides] == [("leave-alone", "agreed")]


# --- drawn layers ---

CONDITIONS = [{"interviewer.shy": "yes"}, {"interviewer.shy": "yes", "interviewer.alone": "yes"}, {}]
EDITS: list[dict[str, Any]] = [
    *({"rules": {"leave-alone": {key: value}}} for key in ("when", "unless") for value in CONDITIONS),
    *({"rules": {"leave-alone": {"safety": value}}} for value in (True, False, None)),
    *({"rules": {"leave-alone": {"off": True, "because": reason}}} for reason in ("agreed", " ")),
    {"rules": {"leave-alone": "off"}},
    {"rules": {"leave-alone": {"then": {"may": "reach"}}}},
    {"rules": {"leave-alone": {"then": {"must_not": "call"}}}},
    {"rules": {"leave-alone": {"priority": 0}}},
    {"rules": yaml.safe_load(WEAKER)["rules"]},
    *(
        {"actions": {action: {"is_a": parent}}}
        for action in ("call", "talk", "visit")
        for parent in ("wait", "reach", None)
    ),
    *({"actions": {action: {"about": "x"}}} for action in ("call", "talk", "reach")),
    *({"custom_facts": {entity: {"shy": "yes/no"}}} for entity in ("person", "interviewer")),
    *(
        {"facts": {f"{entity}.{fact}": {"when": {f"{entity}.id": "unknown"}}}}
        for entity, fact in (("person", "asked"), ("person", "alone"))
    ),
    {"facts": {"interviewer.alone": {"when": {"interviewer.attended": "no"}}}},
    *({"rules": {"leave-alone": {key: value}}} for key in ("and when", "and unless") for value in CONDITIONS),
    *({"rules": {"leave-alone": {key: "2020-01-01"}}} for key in ("from", "until")),
    {"facts": {"person.alone": {"and unless": {"person.id": "known"}}}},
    {"facts": {"person.alone": {"and when": {"person.id": "unknown"}}}},
    *({"groups": {group: "off"}} for group in ("shy", "any")),
    *({"rules": {"leave-alone": {"group": group}}} for group in ("shy", "any")),
    {"rules": {"leave-alone": {"because": "go ahead"}}},
    {"actions": {"reach": {"label": "Go ahead"}}},
    {"facts": {"person.asked": {"exists": "message", "where": {"message.direction": "received"}}}},
]
PUSH = yaml.safe_load(
    "rules: {push: {for each: person, then: {must: call}, because: call, priority: 100},"
    " pull: {for each: person, then: {must: visit}, because: visit, priority: 100}}"
)
CASES = [
    {
        "now": "2026-11-24T10:00:00+00:00",
        "candidate": {"id": "me", "time_zone": "UTC"},
        "applications": [
            {
                "id": "acme",
                "people": [{"id": "dana", "custom": {"shy": shy}}, {"id": "eve", "custom": {"shy": True}}],
                "interviews": [
                    {
                        "id": "first",
                        "ended_at": "2026-11-23T10:00:00+00:00",
                        "interviewers": [{"person": "dana", "attended": attended}, {"person": "eve"}],
                    }
                ],
                "messages": [
                    {"person": "dana", "direction": "sent", "sent_at": "2026-11-23T12:00:00+00:00", "kind": "answer"}
                ],
            }
        ],
    }
    for shy in (True, False)
    for attended in (True, False, None)
]


@st.composite
def layers(draw: st.DrawFn) -> dict[str, str]:
    """Packs by name, each with edits, that extend some of those before them; ``top`` extends some, too."""
    base = yaml.safe_load(SAFETY)
    files: dict[str, dict[str, Any]] = {"base": base}
    for no in range(draw(st.integers(1, 3))):
        name = f"p{no}"
        pack: dict[str, Any] = {}
        for edit in draw(st.lists(st.sampled_from(EDITS), max_size=2)):
            for section, items in edit.items():
                pack.setdefault(section, {}).update(items)
        bases = draw(st.lists(st.sampled_from(sorted(files)), max_size=2, unique=True))
        if bases:
            pack["extends"] = [f"{base}.yaml" for base in bases]
        files[name] = pack
    others = [name for name in files if name != "base"]
    chosen = draw(st.permutations(["base", *draw(st.lists(st.sampled_from(others), min_size=1, unique=True))]))
    files["top"] = {"extends": [f"{name}.yaml" for name in chosen], **PUSH}
    return {name: yaml.safe_dump(pack, sort_keys=False) for name, pack in files.items()}


def _conclusions(policy: tactful.Policy, case: dict[str, Any]) -> set[tuple[str, str, str]]:
    record = json.loads(policy.decide(case).to_json())
    return {(advice["modality"], advice["action"], json.dumps(advice["target"])) for advice in record["actions"]}


def _words(policy: tactful.Policy, case: dict[str, Any]) -> set[tuple[str, str]]:
    """What prohibitions say: their labels and sentences."""
    record = json.loads(policy.decide(case).to_json())
    return {
        (advice["label"], reason["text"])
        for advice in record["actions"]
        for reason in advice["because"]
        if advice["modality"] == "must_not"
    }


@given(files=layers())
def test_no_order_of_layers_loosens_a_safety_rule_in_silence(files: dict[str, str]) -> None:
    """Where the base alone forbids, the merged pack forbids too, or it says that the rule is off, or it is refused."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            merged = _load(Path(folder), **files)
        except tactful.InvalidInput:
            return
    if merged.checked.overrides:
        assert all(override.because.strip() for override in merged.checked.overrides)
        return
    base = tactful.loads(files["base"])
    for case in CASES:
        after = _conclusions(merged, case)
        for modality, action, target in _conclusions(base, case):
            if modality == "must_not":
                assert (modality, action, target) in after
                assert not {("must", "call", target), ("must", "visit", target)} & after
        assert _words(base, case) <= _words(merged, case)


def test_the_cases_of_the_drawn_layers_see_the_rule_fire() -> None:
    """The property above looks at cases in which the base forbids, and in which something else would be advised."""
    fired = [_conclusions(tactful.loads(SAFETY), case) for case in CASES]
    forbidden = [any(modality == "must_not" for modality, _, _ in conclusions) for conclusions in fired]
    assert any(forbidden)
    assert not all(forbidden)
    assert any(_words(tactful.loads(SAFETY), case) for case in CASES)
    pushed = tactful.loads(f"{SAFETY}  push: {yaml.safe_dump(PUSH['rules']['push'], default_flow_style=True)}")
    modalities = {modality for case in CASES for modality, _, _ in _conclusions(pushed, case)}
    assert modalities == {"must", "must_not", "should"}


#: Conditions of a safety rule whose days follow from a calendar, directly or through a fact.
COUNTED = {
    "business days": "{application.reply_by: at most 3 business days ago}",
    "a business day": "{application.business_day: no}",
    "the country": "{application.country: DE}",
    "through facts": "{application.late: past}",
}
BY_CALENDAR = """
facts:
  application.later: {is: 2 business days after application.reply_by}
  application.late: {is: 1 day after application.later}
calendars: {house: {country: DE, days off: [24 December]}}
actions: {call: {about: a call}}
rules:
  quiet:
    for each: application
    when: CONDITION
    then: {must_not: call}
    because: it is early
    safety: yes
"""


@pytest.mark.parametrize("condition", COUNTED.values(), ids=COUNTED)
@pytest.mark.parametrize(
    "calendar",
    [
        "default: {working days: [1 January to 31 December]}",
        "house: {country: AT}",
        "house: {office hours: 08:00 to 9:00}",
    ],
)
def test_calendars_by_which_safety_rules_count_stay(tmp_path: Path, condition: str, calendar: str) -> None:
    base = BY_CALENDAR.replace("CONDITION", condition)
    with pytest.raises(tactful.TactfulError, match=r"safety rule `quiet` counts by the calendar") as error:
        _load(tmp_path, base=base, top=f"extends: base.yaml\ncalendars: {{{calendar}}}\n")
    assert "top.yaml:2" in str(error.value)


@pytest.mark.parametrize("calendar", ["house: {about: of the house}", "other: {working days: [24 December]}"])
def test_words_of_a_calendar_and_new_calendars_are_free(tmp_path: Path, calendar: str) -> None:
    base = BY_CALENDAR.replace("CONDITION", COUNTED["business days"])
    _load(tmp_path, base=base, top=f"extends: base.yaml\ncalendars: {{{calendar}}}\n")


def test_calendars_may_change_if_safety_rules_do_not_count(tmp_path: Path) -> None:
    base = BY_CALENDAR.replace("CONDITION", "{application.reply_by: at most 3 days ago}")
    _load(tmp_path, base=base, top="extends: base.yaml\ncalendars: {default: {days off: [24 December]}}\n")
