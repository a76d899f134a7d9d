"""The shipped rules and profiles: what they have to have, and what has to hold of their decisions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import tactful
from answering import answer
from draws import draws
from editor_yaml import read_as_editor
from fitting import validator
from shipped_cases import CLOSED, PACKS, cases, shipped
from tactful.facts.rows import inside
from tactful.formats.schema import case_schema, decision_schema, pack_schema, to_bytes
from tactful.language.ir import CheckedPack
from tactful.reasons.context import application_of

ROOT = Path(__file__).parents[2]
RULE_FILES = sorted(path for path in (ROOT / "rules").rglob("*.yaml") if path.parent.name != "tests")
PROFILES = sorted((ROOT / "rules/profiles").glob("*.yaml"))


@pytest.fixture(scope="module")
def pack() -> tactful.Policy:
    return tactful.load()


def test_every_rule_says_what_it_asks_for_and_where_it_is_from(pack: tactful.Policy) -> None:
    """``about`` and ``source`` are never empty, nor is a parameter's ``about``."""
    assert [rule.id for rule in pack.checked.rules if not rule.about or not rule.source] == []
    assert [parameter.name for parameter in pack.checked.parameters if not parameter.about] == []


@pytest.mark.parametrize(
    "rule", ["job-kept-until-signed", "stated-preference", "company-wants-no-contact", "inside-contact-pestered"]
)
def test_what_must_never_be_loosened_is_a_safety_rule(pack: tactful.Policy, rule: str) -> None:
    """Resigning, stated preferences, no-contact requests and the inside contact are out of reach of overlays."""
    fired_rule = next(one for one in pack.checked.rules if one.id == rule)
    assert getattr(fired_rule.conclusion, "safety", False)


def test_the_schema_for_editors_is_up_to_date(pack: tactful.Policy) -> None:
    """``rules/pack.schema.json`` is what ``tactful schema pack`` prints."""
    assert (ROOT / "rules/pack.schema.json").read_bytes().strip() == to_bytes(pack_schema(pack.checked)).strip()


@cache
def _pack_schema() -> Draft202012Validator:
    """Whether it is a schema is tested with the other tests of it, and takes a second."""
    return Draft202012Validator(pack_schema(tactful.load().checked))


@pytest.mark.parametrize("path", RULE_FILES, ids=lambda path: path.stem)
def test_the_schema_accepts_every_shipped_file(path: Path) -> None:
    """An editor, which reads YAML 1.2, finds nothing wrong with the shipped rules, each of which names its schema."""
    _pack_schema().validate(read_as_editor(path.read_text()))
    assert path.read_text().startswith("# yaml-language-server: $schema=")


@pytest.mark.parametrize(
    "wrong",
    [
        {"rules": {"x": {"when": {"person.preferes": "email"}, "wen": {}}}},
        {"rules": {"x": {"for each": "persons"}}},
        {"facts": {"person.x": {"exist": "message"}}},
        {"ruls": {}},
    ],
)
def test_the_schema_refuses_what_is_misspelt(wrong: dict[str, object]) -> None:
    """Unknown keys and entities are marked in the editor."""
    with pytest.raises(jsonschema.ValidationError):
        _pack_schema().validate(wrong)


def test_decisions_and_cases_fit_their_schemas(pack: tactful.Policy) -> None:
    """What is printed and what is read are what the schemas say."""
    for path in sorted((ROOT / "examples").glob("*.json")):
        validator(case_schema).validate(json.loads(path.read_bytes()))
    for path in sorted((ROOT / "examples").glob("*.yaml")):
        decision = pack.decide(pack.read_text(path.read_bytes(), path.name))
        validator(decision_schema).validate(json.loads(decision.to_json()))


def test_profiles_are_overlays_of_the_default_pack() -> None:
    """Every profile extends the default pack and names itself."""
    names = {tactful.load(f"profile:{path.stem}").name for path in (ROOT / "rules/profiles").glob("*.yaml")}
    assert names == {name.removeprefix("profile:") for name in PACKS} - {"default"}


# --- what rules and profiles are made of ---


def _sections(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = read_as_editor(path.read_text())
    return content


def _phrases(written: object) -> Iterator[str]:
    """Every phrase of a condition as written, without the fields that are asked about."""
    if isinstance(written, dict):
        for value in written.values():
            yield from _phrases(value)
    elif isinstance(written, list):
        for value in written:
            yield from _phrases(value)
    elif isinstance(written, str | int | float) and not isinstance(written, bool):
        yield str(written)


#: Figures that no organization would set otherwise: none, one, and several.
COUNTING = re.compile(r"(at least |more than )?[012]")


#: Invariants have figures of their own: were they the rules' parameters, a slip in one would go unseen.
FREE_OF_PARAMETERS = ("invariants",)


@pytest.mark.parametrize(
    "path", [one for one in RULE_FILES if one.stem not in FREE_OF_PARAMETERS], ids=lambda path: path.stem
)
def test_figures_are_parameters(path: Path) -> None:
    """No length of time, time of day or bound is written into a rule or a fact, unless for the sake of safety.

    Invariants beside the rules have figures of their own too.
    """
    sections = _sections(path)
    written = [
        (id_, phrase)
        for section in ("rules", "facts")
        for id_, entry in sections.get(section, {}).items()
        if isinstance(entry, dict) and not entry.get("safety")
        for key in ("when", "unless", "where", "by")
        for phrase in _phrases(entry.get(key))
    ]
    assert [one for one in written if re.search(r"\d", one[1]) and not COUNTING.fullmatch(one[1])] == []


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_a_profile_is_what_a_customizer_can_write(pack: tactful.Policy, path: Path) -> None:
    """One file in the rule language, laid over the default pack, that loads from anywhere and is told by its own name."""
    sections = _sections(path)
    assert sections["extends"] == "default"
    assert tactful.loads(path.read_bytes()).name == path.stem == tactful.load(f"profile:{path.stem}").name
    assert tactful.load(path).checked.rules != pack.checked.rules


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_a_profile_leaves_safety_and_invariants_as_they_are(pack: tactful.Policy, path: Path) -> None:
    """No profile switches a safety rule off or changes what one says, nor an invariant. It may add safety rules of its own."""
    profile = tactful.load(path).checked
    shared, own = _safety(pack.checked), _safety(profile)
    assert profile.overrides == ()
    assert {id_: own.get(id_) for id_ in shared} == shared
    assert own.keys() - shared.keys() <= _sections(path).get("rules", {}).keys()
    assert {invariant.id for invariant in pack.checked.invariants} <= {invariant.id for invariant in profile.invariants}


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_a_profile_says_what_its_rules_ask_for_and_where_they_are_from(path: Path) -> None:
    """What holds of the default pack's rules and parameters holds of a profile's."""
    profile = tactful.load(path).checked
    assert [rule.id for rule in profile.rules if not (rule.about and rule.source and rule.because)] == []
    assert [parameter.name for parameter in profile.parameters if not parameter.about] == []


def _safety(checked: CheckedPack) -> dict[str, tuple[object, ...]]:
    """The safety rules, with whom they are about, when they hold and what they forbid."""
    return {
        rule.id: (rule.entity, rule.when, rule.unless, rule.conclusion, rule.target)
        for rule in checked.rules
        if getattr(rule.conclusion, "safety", False)
    }


# --- what has to hold of every decision ---

#: For each open application one of these is advised: what to do about it, even if that is to wait.
SOMETHING_TO_DO = {
    *(
        "prepare",
        "wait",
        "move_on",
        "follow_up",
        "offer_contact",
        "check_offer",
        "check_conditions",
        "find_contact",
        "withdraw",
        "get_ready",
        "settle_in",
        "draft_note",
        "have_contract_checked",
    ),
    *("answer_offer", "ask_in_writing", "ask_for_time", "thank_you_note", "thanks_through_contact"),
    *("find_address", "offer_times", "apologise", "ask_for_new_time", "answer_message", "hand_over"),
    *("accept_offer", "decline_offer", "take_back_yes", "ask_for_terms", "ask_about_terms", "ask_about_difference"),
    *("call_off_interview", "ask_about_call", "be_reachable", "ask_if_still_on", "consider_applying"),
}
EXAMPLES = draws(200)


@pytest.fixture(scope="module", params=["default", *(f"profile:{path.stem}" for path in PROFILES)])
def any_pack(request: pytest.FixtureRequest) -> tactful.Policy:
    return shipped(request.param)


@EXAMPLES
@given(data=cases)
def test_every_invariant_is_met(any_pack: tactful.Policy, data: dict[str, Any]) -> None:
    """What the packs say must hold of every decision does."""
    assert any_pack.violations(data) == []


@EXAMPLES
@given(data=cases)
def test_every_open_application_gets_advice_of_its_own(any_pack: tactful.Policy, data: dict[str, Any]) -> None:
    """There is something to do about each open application, be it to wait; so the list is never empty."""
    ranking, actions = any_pack.decide(data).ranking, any_pack.checked.actions
    for application in data["applications"]:
        advised = {
            member
            for conclusion in ranking.ranked
            if not conclusion.prohibits and application_of(conclusion.target) == application["id"]
            for member in actions[conclusion.action].family
        }
        rejected = any(message.get("kind") == "rejection" for message in application.get("messages") or ())
        over = application.get("status") in CLOSED or rejected
        assert advised if over and application.get("status") not in CLOSED else over or advised & SOMETHING_TO_DO


@EXAMPLES
@given(data=cases, feeling=st.sampled_from(["well", "mixed", "badly", None]))
def test_how_an_interview_felt_changes_nothing(any_pack: tactful.Policy, data: dict[str, Any], feeling: str) -> None:
    """Confident or not: the advice is the same to the letter."""
    otherwise = {
        **data,
        "applications": [
            {**application, "interviews": [{**interview, "went": feeling} for interview in application["interviews"]]}
            for application in data["applications"]
        ],
    }
    assert answer(any_pack.decide(otherwise)) == answer(any_pack.decide(data))


@EXAMPLES
@given(data=cases)
def test_nothing_recommended_is_prohibited_too(any_pack: tactful.Policy, data: dict[str, Any]) -> None:
    """No recommendation nor alternative of one stands beside a prohibition of its family, for its target or around it."""
    ranking, actions = any_pack.decide(data).ranking, any_pack.checked.actions
    prohibited = [conclusion for conclusion in ranking.ranked if conclusion.prohibits]
    both = [
        (advice.action, prohibition.action)
        for conclusion in ranking.ranked
        if not conclusion.prohibits
        for advice in (conclusion, *conclusion.alternatives)
        for prohibition in prohibited
        if prohibition.action in actions[advice.action].family and inside(advice.target, prohibition.target)
    ]
    assert both == []


def test_an_offer_is_answered_even_where_no_contact_is_wanted(pack: tactful.Policy) -> None:
    """Who makes an offer asks for an answer; asking of one's own accord stays forbidden."""
    offer = {"received_at": "2026-11-20T10:00:00Z", "form": "written", "answer_by": "2026-11-27T17:00:00Z"}
    application = {"id": "a", "status": "offered", "contact_policy": "closed", "offer": offer}
    decision = pack.decide({"now": "2026-11-24T10:00:00Z", "candidate": {"id": "c"}, "applications": [application]})
    mine = [(action.modality, action.action) for action in decision.actions if action.application == "a"]
    assert mine == [("must", "answer_offer"), ("must_not", "contact")]
