"""Overlays: what they add, drop and switch off, several of them at once, and what they are told about it."""

from __future__ import annotations

import itertools
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import tactful
from tactful.cli.app import app
from tactful.language.check import check_pack
from tactful.language.ir import ParameterSlot
from tactful.language.lint import lint_pack
from tactful.language.load import load_pack

BASE = """
actions:
  wait: {about: to wait}
  write: {about: to write}
facts:
  person.near: {when: {person.role: recruiter}, unless: {person.prefers: phone}}
rules:
  be-patient:
    about: Be patient.
    source: House rules
    group: patience
    for each: person
    when: {person.near: yes, person.invited_call: no}
    unless: {person.prefers: phone}
    then: {should: wait}
    because: it takes time
  write-now:
    about: Write.
    source: House rules
    for each: person
    then: {may: write}
    because: they read
"""
EXTENDS = "extends: base.yaml\n"


def _pack(folder: Path, **files: str) -> Path:
    for name, text in {"base": BASE, **files}.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder


def _case(now: str = "2026-11-24T10:00:00+00:00", **person: Any) -> dict[str, Any]:
    people = [{"id": "dana", "role": "recruiter", "invited_call": False, **person}]
    return {
        "now": now,
        "candidate": {"id": "me", "time_zone": "UTC"},
        "applications": [{"id": "acme", "people": people}],
    }


def _advised(policy: tactful.Policy, case: dict[str, Any]) -> set[str]:
    return {advice.action for advice in policy.decide(case).actions}


def _warned(*packs: Path) -> list[tuple[str, str]]:
    """The codes and places of the warnings about overlays that ``tactful check`` prints."""
    pack = load_pack(list(packs))
    warnings = lint_pack(pack, check_pack(pack))
    return [(warning.code, Path(warning.place()).name) for warning in warnings if warning.code.startswith("T92")]


def _refused(text: str, code: str) -> tactful.Diagnostic:
    with pytest.raises(tactful.InvalidInput) as caught:
        tactful.loads(text)
    (problem,) = caught.value.diagnostics
    assert problem.code == code
    return problem


# --- conditions added ---


def test_conditions_are_added_to_those_of_the_base(tmp_path: Path) -> None:
    """``and when`` asks for more, ``and unless`` is one more exception, through any number of layers."""
    one = f"{EXTENDS}rules: {{be-patient: {{and when: {{person.name: known}}}}}}"
    patch = "{and unless: {person.email: known}, and when: [{person.topics: unknown}]}"
    two = f"extends: one.yaml\nrules: {{be-patient: {patch}}}"
    folder = _pack(tmp_path, one=one, two=two)
    policy = tactful.load(folder / "two.yaml")
    assert "wait" in _advised(policy, _case(name="Dana"))
    assert "wait" not in _advised(policy, _case())
    assert "wait" not in _advised(policy, _case(name="Dana", email="dana@example.org"))
    assert "wait" not in _advised(policy, _case(name="Dana", topics=["sailing"]))
    assert "wait" not in _advised(policy, _case(name="Dana", prefers="phone"))
    assert _warned(folder / "two.yaml") == []


def test_conditions_are_added_to_a_computed_fact(tmp_path: Path) -> None:
    """A fact with ``when`` takes more conditions and exceptions; other facts have nothing to add to."""
    folder = _pack(tmp_path, top=f"{EXTENDS}facts: {{person.near: {{and when: {{person.name: known}}}}}}")
    policy = tactful.load(folder / "top.yaml")
    assert "wait" in _advised(policy, _case(name="Dana"))
    assert "wait" not in _advised(policy, _case())
    assert "wait" not in _advised(policy, _case(name="Dana", prefers="phone"))
    _refused("extends: default\nfacts: {interviewer.thanked: {and when: {person.name: known}}}", "T311")


def test_a_new_when_replaces_what_was_added_below(tmp_path: Path) -> None:
    """Conditions that a layer adds are the base's for the next layer: a plain ``when`` drops them, and that is reported."""
    one = f"{EXTENDS}rules: {{be-patient: {{and when: {{person.name: known}}}}}}"
    two = "extends: one.yaml\nrules:\n  be-patient:\n    when: {person.near: yes, person.invited_call: no}\n"
    folder = _pack(tmp_path, one=one, two=two)
    assert "wait" in _advised(tactful.load(folder / "two.yaml"), _case())
    assert _warned(folder / "two.yaml") == [("T921", "two.yaml:4:5")]


@pytest.mark.parametrize("text", ["{and when: {person.name: known}, when: {}}", "{unless: {}, and unless: {}}"])
def test_a_patch_adds_or_replaces(text: str) -> None:
    """Both at once contradict each other."""
    _refused(f"extends: default\nrules: {{thank-you-note: {text}}}", "T311")


@pytest.mark.parametrize("key", ["and when", "and unless"])
def test_there_is_nothing_to_add_to_in_a_new_rule(key: str) -> None:
    """A new rule has no base."""
    rule = f"{{about: a, for each: person, then: {{may: call}}, because: a, {key}: {{person.name: known}}}}"
    assert "below" in _refused(f"extends: default\nrules: {{new: {rule}}}", "T306").message


# --- conditions dropped, ids taken ---


@pytest.mark.parametrize(
    ("patch", "dropped"),
    [
        ("{when: {person.near: yes}}", "`person.invited_call: no`"),
        ("{when: {person.near: no, person.invited_call: no}}", "`person.near: yes`"),
        ("{when: null}", "`person.near: yes`, `person.invited_call: no`"),
        ("{unless: {person.prefers: email}}", "`person.prefers: phone`"),
        ("{unless: null}", "`person.prefers: phone`"),
    ],
)
def test_conditions_that_a_patch_drops_are_named(patch: str, dropped: str, tmp_path: Path) -> None:
    """Each condition of the base that the new ones do not have, unless the patch says that it replaces them."""
    folder = _pack(tmp_path, top=f"{EXTENDS}rules:\n  be-patient: {patch}\n")
    (warning,) = tactful.load(folder / "top.yaml").warnings
    assert (warning.code, warning.message.partition("drops ")[2]) == ("T921", dropped)
    replaced = patch[:-1] + ", replaces: yes}"
    _pack(tmp_path, top=f"{EXTENDS}rules:\n  be-patient: {replaced}\n")
    assert tactful.load(folder / "top.yaml").warnings == ()


@pytest.mark.parametrize(
    "patch",
    [
        "{when: {person.invited_call: no, person.near: yes, person.name: known}}",
        "{when: [{person.near: yes}, {person.invited_call: no}]}",
        "{unless: [{person.prefers: phone}, {person.name: unknown}]}",
        "{priority: 3}",
    ],
)
def test_a_patch_that_drops_nothing_is_not_told(patch: str, tmp_path: Path) -> None:
    """The order of conditions, and how they are written, make no difference."""
    folder = _pack(tmp_path, top=f"{EXTENDS}rules:\n  be-patient: {patch}\n")
    assert tactful.load(folder / "top.yaml").warnings == ()


def test_a_fact_that_drops_conditions_is_reported(tmp_path: Path) -> None:
    """A fact with a ``when`` of its own takes the place of the whole fact."""
    folder = _pack(tmp_path, top=f"{EXTENDS}facts:\n  person.near:\n    when: {{person.name: known}}\n")
    assert _warned(folder / "top.yaml") == [("T921", "top.yaml:4:5")]


def test_a_whole_rule_under_an_id_of_the_base_is_reported(tmp_path: Path) -> None:
    """It may be meant, which ``replaces: yes`` says, or it may be a clash of names."""
    body = "about: Another., source: me, for each: person, then: {may: write}, because: they read"
    folder = _pack(tmp_path, top=f"{EXTENDS}rules:\n  write-now: {{{body}}}\n")
    assert _warned(folder / "top.yaml") == [("T922", "top.yaml:3:15")]
    _pack(tmp_path, top=f"{EXTENDS}rules:\n  write-now: {{{body}, replaces: yes}}\n")
    assert _warned(folder / "top.yaml") == []


def test_what_a_base_does_is_its_authors_affair(tmp_path: Path) -> None:
    """Only the packs that the caller names are told about."""
    mid = f"{EXTENDS}rules: {{be-patient: {{when: {{person.near: yes}}}}}}"
    folder = _pack(tmp_path, mid=mid, top="extends: mid.yaml")
    assert _warned(folder / "mid.yaml")
    assert _warned(folder / "top.yaml") == []


# --- several at once ---

LEFT = f"{EXTENDS}rules:\n  be-patient: {{priority: 30}}\n"
RIGHT = f"{EXTENDS}rules:\n  be-patient: {{priority: 40}}\n"


def test_of_several_packs_the_later_ones_count(tmp_path: Path) -> None:
    """Packs in a list are laid over each other, as with ``extends``."""
    folder = _pack(tmp_path, left=LEFT, right=RIGHT, both="extends: [left.yaml, right.yaml]")
    for packs in ([folder / "left.yaml", folder / "right.yaml"], folder / "both.yaml"):
        policy = tactful.load(packs)
        assert {rule.id: rule.priority for rule in policy.checked.rules}["be-patient"] == 40
        (warning,) = policy.warnings
        assert (warning.code, Path(warning.place()).name) == ("T923", "right.yaml:3:16")
        assert "left.yaml:3" in warning.message


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("{priority: 30}", "{priority: 30}"),
        ("{priority: 30}", "{because: they answer late}"),
        ("{and when: {person.name: known}}", "{and when: {person.email: unknown}}"),
        ("off", "off"),
    ],
)
def test_packs_that_agree_are_not_told(left: str, right: str, tmp_path: Path) -> None:
    """Other keys, the same values, and conditions that are added do not stand in each other's way."""
    texts = {name: f"{EXTENDS}rules: {{be-patient: {text}}}" for name, text in (("left", left), ("right", right))}
    folder = _pack(tmp_path, **texts)
    assert tactful.load([folder / "left.yaml", folder / "right.yaml"]).warnings == ()


@pytest.mark.parametrize("order", [("left", "right"), ("right", "left")])
def test_a_rule_that_one_pack_switches_off_stays_off(order: tuple[str, str], tmp_path: Path) -> None:
    """Whatever the order, and that another pack changes it is reported."""
    folder = _pack(tmp_path, left=LEFT, right=f"{EXTENDS}groups: {{patience: off}}")
    policy = tactful.load([folder / f"{name}.yaml" for name in order])
    assert "wait" not in _advised(policy, _case())
    (warning,) = policy.warnings
    assert warning.code == "T923"
    assert "switched off" in warning.message


def test_a_pack_on_top_settles_what_two_packs_change_differently(tmp_path: Path) -> None:
    """It says itself what counts, so there is nothing to tell; of three packs, the one that counts is compared."""
    settled = "extends: [left.yaml, right.yaml]\nrules: {be-patient: {priority: 35}}"
    folder = _pack(tmp_path, left=LEFT, right=RIGHT, third=RIGHT.replace("40", "50"), both=settled)
    assert tactful.load(folder / "both.yaml").warnings == ()
    told = tactful.load([folder / f"{name}.yaml" for name in ("left", "right", "third")]).warnings
    assert [Path(warning.place()).name for warning in told] == 2 * ["third.yaml:3:16"]


def test_two_packs_switch_off_the_same_group(tmp_path: Path) -> None:
    """They agree; a pack on top of one of them has nothing left to switch off."""
    off = f"{EXTENDS}groups: {{patience: off}}"
    folder = _pack(tmp_path, left=off, right=off, over=off.replace("base", "left"))
    policy = tactful.load([folder / "left.yaml", folder / "right.yaml"])
    assert (policy.warnings, "be-patient" in policy.checked.definitions) == ((), False)
    with pytest.raises(tactful.InvalidInput, match="T306"):
        tactful.load(folder / "over.yaml")


def test_a_pack_that_extends_the_other_knows_what_it_changes(tmp_path: Path) -> None:
    """Only packs side by side are compared."""
    folder = _pack(tmp_path, left=LEFT, right=RIGHT.replace("base", "left"))
    assert tactful.load([folder / "left.yaml", folder / "right.yaml"]).warnings == ()


def test_a_list_of_packs_needs_no_extends(tmp_path: Path) -> None:
    """A pack that is laid over another in a list may change what it names, and a misspelt id is reported."""
    folder = _pack(tmp_path, top="rules: {be-patient: {priority: 9}}", wrong="rules: {be-patent: {priority: 9}}")
    policy = tactful.load([folder / "base.yaml", folder / "top.yaml"])
    assert {rule.id: rule.priority for rule in policy.checked.rules}["be-patient"] == 9
    with pytest.raises(tactful.InvalidInput, match="T306"):
        tactful.load([folder / "base.yaml", folder / "wrong.yaml"])
    with pytest.raises(tactful.TactfulError, match="empty"):
        tactful.load([])


def test_texts_are_laid_over_a_policy_any_number_of_times() -> None:
    """Default, house, tenant: each sees what is below, its mistakes point into its own text, and none changes another."""
    default = tactful.load()
    house = tactful.loads("pack: {name: house}\nparameters: {thank_you_within: 1 day}", base=default)
    tenant = tactful.loads("extends: default\nrules: {thank-you-late: off}", base=house)
    assert (default.name, house.name, tenant.name) == ("default", "house", "pack")
    values = {policy.name: {p.name: p.value for p in policy.checked.parameters} for policy in (default, house, tenant)}
    assert [values[name]["thank_you_within"] for name in values] == ["2 days", "1 day", "1 day"]
    assert len(default.checked.rules) == len(house.checked.rules) == len(tenant.checked.rules) + 1
    assert tenant.warnings == ()
    with pytest.raises(tactful.InvalidInput) as caught:
        tactful.loads("rules: {thank-you-late: {priority: 3}}", base=tenant)
    (problem,) = caught.value.diagnostics
    assert problem.code == "T306"
    assert problem.place() == "pack (3):1:9"
    assert "pack (2):2" in (problem.help or "")


def test_a_text_over_a_policy_cannot_loosen_its_safety_rules() -> None:
    """Whatever is below was loaded before, so its safety rules hold."""
    house = tactful.loads("extends: default\nrules: {never: " + SAFE + "}", "house")
    for text in (
        "rules: {never: {unless: {person.name: known}}}",
        "rules: {never: off}",
        "actions: {write: {is_a: null}}",
    ):
        with pytest.raises(tactful.InvalidInput, match="T309"):
            tactful.loads(text, "tenant", base=house)


SAFE = "{for each: person, when: {person.name: unknown}, then: {must_not: write}, because: a name, safety: yes}"


# --- groups ---


def test_a_group_is_switched_off_but_for_its_safety_rules(tmp_path: Path) -> None:
    """``group`` stands on a rule, or once in a file for all rules that the file defines."""
    base = BASE.replace("rules:\n", "group: all-of-it\nrules:\n  safe: " + SAFE + "\n")
    folder = _pack(tmp_path, base=base, top=f"{EXTENDS}groups: {{all-of-it: off}}")
    before, after = tactful.load(folder / "base.yaml"), tactful.load(folder / "top.yaml")
    groups = {rule.id: rule.group for rule in before.checked.rules}
    assert groups == {"be-patient": "patience", "safe": "all-of-it", "write-now": "all-of-it"}
    assert [rule.id for rule in after.checked.rules] == ["be-patient", "safe"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("groups: {linkedn: off}", "the groups are"),
        ("groups: {waitin: off}", "did you mean `waiting`?"),
    ],
)
def test_an_unknown_group_is_reported_with_those_that_exist(text: str, told: str) -> None:
    """A misspelt group would otherwise switch nothing off."""
    assert told in (_refused(f"extends: default\n{text}", "T306").help or "")


def test_a_group_of_safety_rules_alone_cannot_be_switched_off(tmp_path: Path) -> None:
    """It would do nothing, so it is a mistake."""
    base = BASE + "  safe: " + SAFE.replace("{for", "{group: safe, for")
    folder = _pack(tmp_path, base=base, top=f"{EXTENDS}groups: {{safe: off}}")
    with pytest.raises(tactful.InvalidInput, match="safety rules, which stay in force"):
        tactful.load(folder / "top.yaml")


@pytest.mark.parametrize("text", ["groups: [waiting]", "groups: {waiting: on}", "groups: {waiting: {off: no}}"])
def test_a_group_can_only_be_switched_off(text: str) -> None:
    """Anything else is a mistake."""
    _refused(f"extends: default\n{text}", "T304")


def test_every_shipped_rule_has_a_group() -> None:
    """The shipped files are grouped by subject."""
    assert {rule.group for rule in tactful.load().checked.rules} == {
        *("channels", "contacts", "current-job", "follow-up", "interviews", "job-search", "messages", "offers"),
        *("thank-you", "waiting"),
    }


# --- dated rules ---


@pytest.mark.parametrize(
    ("days", "moments"),
    [
        ("from: 2027-01-01", {"2026-12-31T23:59:59": False, "2027-01-01T00:00:00": True, "2028-01-01T00:00:00": True}),
        ("until: 2027-06-30", {"2026-01-01T00:00:00": True, "2027-06-30T23:59:59": True, "2027-07-01T00:00:00": False}),
        (
            "from: 2027-01-01, until: 2027-01-01",
            {"2026-12-31T23:59:59": False, "2027-01-01T12:00:00": True, "2027-01-02T00:00:00": False},
        ),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Tokyo"])
def test_a_rule_holds_from_and_until_a_day_where_the_candidate_is(
    days: str, moments: dict[str, bool], zone: str, tmp_path: Path
) -> None:
    """Both days are included, on the candidate's calendar."""
    folder = _pack(tmp_path, top=f"{EXTENDS}rules: {{write-now: {{{days}}}}}")
    policy = tactful.load(folder / "top.yaml")
    for moment, holds in moments.items():
        case = _case(moment)
        case["candidate"]["time_zone"] = zone
        assert ("write" in _advised(policy, case)) is holds


def test_another_day_has_other_rules(tmp_path: Path) -> None:
    """As of a day, dated rules of other days do not exist, and those of the day hold on every day."""
    folder = _pack(tmp_path, top=f"{EXTENDS}rules: {{write-now: {{from: 2027-01-01, until: 2027-06-30}}}}")
    policy = tactful.load(folder / "top.yaml")
    for day, holds in ((date(2026, 12, 31), False), (date(2027, 6, 30), True), (date(2027, 7, 1), False)):
        assert ("write" in _advised(policy.as_of(day), _case())) is holds


def test_a_plan_crosses_the_first_day_to_the_second(tmp_path: Path) -> None:
    """A rule that begins by its date is planned like any other."""
    folder = _pack(tmp_path, top=f"{EXTENDS}rules: {{write-now: {{from: 2027-01-01}}}}")
    plan = tactful.load(folder / "top.yaml").plan(_case("2026-12-20T10:00:00+00:00"))
    assert [moment.isoformat() for moment in plan.changes] == ["2027-01-01T00:00:00+00:00"]


@pytest.mark.parametrize(
    ("days", "code"),
    [("from: soon", "T311"), ("until: 2027-02-30", "T311"), ("from: 2027-02-01, until: 2027-01-01", "T311")],
)
def test_days_that_cannot_be(days: str, code: str) -> None:
    """No such day, or a rule that is never in force."""
    _refused(f"extends: default\nrules: {{thank-you-late: {{{days}}}}}", code)


def test_a_safety_rule_has_no_last_day() -> None:
    """Only ``off`` with a reason ends a safety rule."""
    rule = SAFE.replace("{for", "{until: 2027-01-01, for")
    assert "switches it off" in (_refused(f"extends: default\nrules: {{never: {rule}}}", "T418").help or "")


# --- safety that reaches new words ---


@pytest.mark.parametrize(
    "action",
    [
        "{about: a, channel: phone}",
        "{about: a, is_a: contact, channel: phone}",
        "{about: a, is_a: email_follow_up, channel: phone}",
        "{about: a, channel: pigeon}",
    ],
)
def test_an_action_of_a_channel_is_of_the_family_that_safety_names(action: str) -> None:
    """Safety rules forbid families, so an action outside of them would not be seen."""
    with pytest.raises(tactful.InvalidInput) as caught:
        tactful.loads(f"extends: default\nactions: {{new: {action}}}")
    assert {problem.code for problem in caught.value.diagnostics} == {"T312"}


def test_packs_add_channels_and_change_none() -> None:
    """The table is the pack's own; an overlay can only add to it."""
    text = "extends: default\nsafety: {channels: {fax: write}}\nactions: {fax: {about: a, is_a: %s, channel: fax}}"
    tactful.loads(text % "write")
    _refused(text % "contact", "T312")
    _refused("extends: default\nsafety: {channels: {phone: contact}}", "T309")
    _refused("extends: default\nsafety: {channels: {phone: null}}", "T309")
    _refused("extends: default\nsafety: {channels: {fax: writes}}", "T410")


NEW = """
extends: default
actions: {visit: {about: Go there.%s}}
rules: {go: {about: a, source: a, for each: application, then: {may: visit}, because: a}}
"""


def test_a_new_action_is_covered_or_says_why_not(tmp_path: Path) -> None:
    """The warning names the families; a reason takes its place, and is reported with each decision that recommends the action."""
    (tmp_path / "plain.yaml").write_text(NEW % "")
    (tmp_path / "said.yaml").write_text(NEW % ", outside safety: they have open days")
    assert [code for code, _ in _warned(tmp_path / "plain.yaml")] == ["T924"]
    assert _warned(tmp_path / "said.yaml") == []
    policy = tactful.load(tmp_path / "said.yaml")
    decision = json.loads(policy.decide(_case()).to_json())
    assert decision["outside_safety"] == [{"action": "visit", "because": "they have open days"}]
    nothing: dict[str, Any] = {**_case(), "applications": []}
    assert "outside_safety" not in json.loads(policy.decide(nothing).to_json())
    assert [record.action for record in policy.plan(_case()).outside_safety] == ["visit"]
    _refused(NEW % ', outside safety: " "', "T311")


def test_an_invariant_is_switched_off_with_a_reason_that_is_reported() -> None:
    """As a safety rule is."""
    assert "reason" in _refused("extends: default\ninvariants: {search-goes-on: off}", "T309").message
    _refused('extends: default\ninvariants: {search-goes-on: {off: yes, because: " "}}', "T309")
    policy = tactful.loads("extends: default\ninvariants: {search-goes-on: {off: yes, because: a trial}}", "trial")
    decision = json.loads(policy.decide(_case()).to_json())
    assert decision["invariants_off"] == [{"invariant": "search-goes-on", "because": "a trial", "pack": "trial"}]
    assert decision["safety_off"] == []
    assert "search-goes-on" not in {invariant.id for invariant in policy.checked.invariants}


# --- names that go ---

RENAMER = """
extends: base.yaml
parameters: {patience: {value: 3 days, about: a}}
facts:
  person.close: {when: {person.near: yes}}
actions: {write_kindly: {about: a, is_a: write, label: "Write within {$patience}"}}
rules:
  kindly:
    about: a
    source: a
    for each: person
    when: {person.close: yes}
    then: {may: write_kindly}
    because: they are {person.close}
renamed:
  parameters: {delay: patience}
  facts: {person.nearby: person.close}
  actions: {write_nicely: write_kindly}
  rules: {nicely: kindly, nice: nicely}
"""
WITH_OLD_NAMES = """# about nicely and $delay
extends: renamer.yaml
parameters:
  delay: 2 days
rules:
  nice: {priority: 7}
  call-nearby:
    about: nicely, person.nearby, $delay
    source: a
    for each: interviewer
    when:
      person.nearby: yes
      interviewer.nearby: same as person.nearby
      interview.ended_at: "at most $delay ago"
    then:
      may: write_nicely
    to: person
    because: >-
      {person.name|They} are {person.nearby}, {$delay} ago, and write_nicely costs $delay.
actions:
  write_twice: {about: a, is_a: write_nicely}
"""


def test_old_names_are_read_as_new_ones_and_told(tmp_path: Path) -> None:
    """Ids, fields, parameters and actions, wherever they stand; fixed texts stay as they are."""
    folder = _pack(tmp_path, renamer=RENAMER, top=WITH_OLD_NAMES)
    policy = tactful.load(folder / "top.yaml")
    rules = {rule.id: rule for rule in policy.checked.rules}
    assert rules["kindly"].priority == 7
    assert rules["call-nearby"].about == "nicely, person.nearby, $delay"
    texts = [
        ", ".join(part.texts) if isinstance(part, ParameterSlot) else part for part in rules["call-nearby"].because
    ]
    assert "".join(text for text in texts if isinstance(text, str)) == (
        " are , 2 days ago, and write_nicely costs $delay."
    )
    assert policy.checked.actions["write_twice"].family == ("write_twice", "write_kindly", "write")
    assert {parameter.name: parameter.value for parameter in policy.checked.parameters} == {"patience": "2 days"}
    told = [(code, place.partition(":")[2]) for code, place in _warned(folder / "top.yaml") if code == "T925"]
    lines = [int(place.partition(":")[0]) for _, place in told]
    assert lines == [4, 6, 12, 13, 13, 14, 16, 18, 18, 21]  # names in a folded sentence have the place of all of it
    assert _warned(folder / "renamer.yaml") == []


def test_fix_writes_new_names(tmp_path: Path) -> None:
    """What is left is what stands in a folded sentence, which the author rewrites."""
    folder = _pack(tmp_path, renamer=RENAMER, top=WITH_OLD_NAMES)
    result = CliRunner().invoke(app, ["check", str(folder / "top.yaml"), "--fix"])
    assert result.exit_code == 0, result.output
    text = (folder / "top.yaml").read_text()
    assert "  patience: 2 days\n" in text
    assert "  kindly: {priority: 7}\n" in text
    assert "      person.close: yes\n      interviewer.close: same as person.close\n" in text
    assert 'at most $patience ago"\n' in text
    assert "is_a: write_kindly}" in text
    assert "# about nicely and $delay\n" in text
    assert [place for code, place in _warned(folder / "top.yaml") if code == "T925"] == 2 * ["top.yaml:18:14"]


@pytest.mark.parametrize(
    ("renamed", "code"),
    [
        ("rules: {kindly: be-patient}", "T311"),
        ("rules: {nicely: kindley}", "T306"),
        ("facts: {person.prefers: person.close}", "T311"),
        ("rules: {nicely: [kindly]}", "T304"),
        ("rules: [nicely]", "T304"),
        ("words: {a: b}", "T302"),
    ],
)
def test_names_that_cannot_be_renamed(renamed: str, code: str) -> None:
    """An old name that is still defined, or is that of a given fact, and a new one that does not exist."""
    text = BASE + "  kindly: {about: a, for each: person, then: {may: write}, because: a}\n"
    _refused(f"{text}renamed:\n  {renamed}\n", code)


def test_only_packs_above_read_old_names(tmp_path: Path) -> None:
    """A pack beside the one that renames does not build on it, so nothing of it changes."""
    beside = "extends: base.yaml\nrules: {nicely: {about: a, for each: person, then: {may: write}, because: a}}"
    folder = _pack(tmp_path, renamer=RENAMER, beside=beside)
    policy = tactful.load([folder / "renamer.yaml", folder / "beside.yaml"])
    assert {"nicely", "kindly"} <= {rule.id for rule in policy.checked.rules}
    over = tactful.loads("rules: {nicely: off}", base=tactful.load(folder / "renamer.yaml"))
    assert "kindly" not in {rule.id for rule in over.checked.rules}


def test_a_safety_rule_with_an_old_name_is_as_safe(tmp_path: Path) -> None:
    """What it reads under an old name cannot be changed under either name."""
    safe = "extends: renamer.yaml\nrules: {safe: " + SAFE.replace("person.name: unknown", "person.nearby: yes") + "}"
    for fact in ("person.close", "person.nearby"):
        folder = _pack(
            tmp_path, renamer=RENAMER, safe=safe, top=f"extends: safe.yaml\nfacts: {{{fact}: {{when: {{}}}}}}"
        )
        with pytest.raises(tactful.InvalidInput, match="T309"):
            tactful.load(folder / "top.yaml")


# --- installed packs ---


def _install(folder: Path, distribution: str, points: str, files: dict[str, str]) -> None:
    """A distribution as pip leaves it, with entry points and files."""
    info = folder / f"{distribution}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[tactful.packs]\n{points}\n")
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


HOUSE = "pack: {name: house}\nextends: default\nrules: {thank-you-late: off}"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for installed distributions."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    return folder


def test_an_installed_pack_is_read_as_data(site: Path) -> None:
    """The caller names it, alone or with others. Its package is not imported."""
    files = {"house_rules/__init__.py": "raise SystemExit('imported')", "house_rules/sub/house.yaml": HOUSE}
    _install(site, "house-rules", "house = house_rules.sub", files)
    assert tactful.load("house").name == "house"
    assert len(tactful.load(["default", "house"]).checked.rules) == len(tactful.load().checked.rules) - 1
    assert "house_rules" not in sys.modules


def test_no_file_extends_an_installed_pack(site: Path, tmp_path: Path) -> None:
    """What a file says must not depend on what is installed."""
    _install(site, "house-rules", "house = house_rules", {"house_rules/house.yaml": HOUSE})
    (tmp_path / "top.yaml").write_text("extends: house")
    with pytest.raises(tactful.InvalidInput, match="T308"):
        tactful.load(tmp_path / "top.yaml")
    with pytest.raises(tactful.InvalidInput, match="T308"):
        tactful.loads("extends: house")


def test_a_folder_of_that_name_comes_first(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Installing something does not change which file is loaded."""
    _install(site, "house-rules", "house = house_rules", {"house_rules/house.yaml": HOUSE})
    monkeypatch.chdir(tmp_path)
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "own.yaml").write_text("pack: {name: own}")
    assert tactful.load("house").name == "own"


def test_installed_packs_that_cannot_be_told(site: Path) -> None:
    """Two distributions with one name, a package without a folder, and a name that is none of a package."""
    _install(site, "first", "house = one\nlost = nowhere\nodd = one:two.three", {"one/a.yaml": HOUSE})
    _install(site, "second", "house = two", {"two/a.yaml": HOUSE})
    for name, told in (("house", "`first` and `second`"), ("lost", "has no folder"), ("odd", "has no folder")):
        with pytest.raises(tactful.InvalidInput, match=told):
            tactful.load(name)
    with pytest.raises(tactful.InvalidInput, match="T301"):
        tactful.load("missing")


# --- drawn ---

PATCHES = ["{priority: %d}", "{and when: {person.name: known}}", "{and unless: {person.email: known}}", "off"]


@given(st.lists(st.sampled_from([patch.replace("%d", str(no)) for no in (30, 40) for patch in PATCHES]), max_size=4))
def test_texts_over_a_policy_mean_what_a_chain_of_files_means(patches: list[str]) -> None:
    """Layer by layer over a policy, or all files at once: the same rules, or the same mistakes."""
    texts = [f"rules: {{be-patient: {patch}}}" for patch in patches]
    policy, problem = tactful.loads(BASE, "base"), None
    try:
        for no, text in enumerate(texts):
            policy = tactful.loads(text, f"layer-{no}", base=policy)
    except tactful.InvalidInput as error:
        problem = error
    after_off = list(itertools.dropwhile(lambda patch: patch != "off", patches))[1:]
    assert (problem is not None) == bool(after_off)
    if problem is None:
        for person in ({}, {"name": "Dana"}, {"name": "Dana", "email": "dana@example.org"}):
            wanted = (
                "off" not in patches
                and ("{and when: {person.name: known}}" not in patches or "name" in person)
                and ("{and unless: {person.email: known}}" not in patches or "email" not in person)
            )
            assert ("wait" in _advised(policy, _case(**person))) is wanted
