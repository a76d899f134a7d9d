"""Overlays as a careless or hostile author would write them: ``check --strict`` or ``test`` catches every one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import tactful
from tactful.api.policy import checked_pack
from tactful.language.lint import lint_pack
from tactful.language.load import load_pack
from tactful.language.terms import GENERAL
from tactful.testing import InvariantResult, check_general, check_invariants

FAULTS = Path(__file__).parents[1] / "seeded_faults"

#: Faults that drawn cases give away: by which invariant, and how many lines the smallest case has at most.
BROKEN = {
    "a_message_a_day": ("messages-a-week-kept", 8),
    "a_year_off": ("closed-is-quiet", 14),
    "another_negation_lost": ("search-goes-on", 5),
    "by_post_whatever_they_asked_for": ("asked-channel-kept", 14),
    "condition_lost": ("no-questions-after-the-end", 14),
    "country_only": ("nobody-called-at-night", 12),
    "custom_value": ("no-question-while-waiting", 12),
    "dated_away": ("quiet-after-asking", 14),
    "days_for_hours": ("thanks-while-it-is-fresh", 14),
    "family_forgotten": ("one-question-at-a-time", 14),
    "hours_for_days": ("quiet-after-asking", 14),
    "left_without_a_word": ("open-application-has-advice", 8),
    "negation_lost": ("one-note-is-enough", 14),
    "one_person": ("nobody-called-at-night", 12),
    "part_of_a_text": ("no-question-while-waiting", 12),
    "priority_above_a_prohibition": ("quiet-after-asking", 14),
    "promise_overlooked": ("promised-day-awaited", 14),
    "safety_rule_off": ("job-kept-until-signed", 6),
    "subdivision_only": ("never-resign-unsigned", 8),
    "twenty_follow_ups": ("quiet-after-asking", 14),
    "weekday_only": ("nobody-called-on-days-off", 16),
    "weekend_forgotten": ("nobody-called-on-days-off", 18),
    "word_of_a_list": ("nobody-called-at-night", 14),
}
#: Faults that a look at the pack gives away: by which code, and on which line. Drawn cases give ``letting_go_flaps`` away with
#: about every other seed, so it is listed here alone.
TOLD = {
    "action_outside_every_family": ("T924", 5),
    "another_negation_lost": ("T921", 6),
    "condition_lost": ("T921", 7),
    "copied_rule_under_an_id_in_use": ("T922", 6),
    "family_forgotten": ("T927", 5),
    "invariant_off": ("T926", 7),
    "label_that_says_something_else": ("T927", 5),
    "letting_go_flaps": ("T921", 6),
    "message_left_out": ("T927", 6),
    "negation_lost": ("T921", 6),
    "phone_action_of_another_name": ("T312", 5),
    "phone_is_quiet": ("T309", 5),
    "priority_above_a_prohibition": ("T907", 5),
    "safeguard_with_an_exception": ("T926", 6),
    "safety_condition_added": ("T309", 6),
    "safety_rule_off": ("T926", 5),
    "silence_about_channels_off": ("T926", 5),
    "swapped_row": ("T921", 9),
    "ten_messages_a_week": ("T309", 4),
    "two_that_disagree": ("T923", 3),
}


def test_every_fault_is_listed() -> None:
    """Each of the thirty or more is in one of the tables."""
    faults = {path.stem for path in FAULTS.glob("*.yaml")}
    assert faults == BROKEN.keys() | TOLD.keys()
    assert len(faults) >= 30


@pytest.mark.parametrize("fault", TOLD)
def test_a_look_at_the_pack_tells(fault: str) -> None:
    """With the code and the place."""
    path = FAULTS / f"{fault}.yaml"
    try:
        written = load_pack(path)
        told = lint_pack(written, checked_pack(written))
    except tactful.InvalidInput as error:
        told = error.diagnostics
    places = [(diagnostic.code, diagnostic.span.line) for diagnostic in told if diagnostic.span is not None]
    assert TOLD[fault] in places


@pytest.mark.slow
@pytest.mark.parametrize("fault", BROKEN)
def test_default_settings_catch_the_fault(fault: str) -> None:
    """With the cases that the pack draws on every run, and with a case that is as small as it gets."""
    only, _ = BROKEN[fault]
    policy = tactful.load(FAULTS / f"{fault}.yaml")
    _is_caught(fault, check_general(policy, only=[only]) if only in GENERAL else check_invariants(policy, only=[only]))


@pytest.mark.parametrize("fault", ["negation_lost", "country_only"])
def test_a_fault_is_caught(fault: str) -> None:
    """Two of them in the default run, the first by the decision after one more message, the other by a country.

    So few cases are only drawn: from 300 on, cases are also looked for in which more rules fire, which takes seconds.
    """
    only, _ = BROKEN[fault]
    _is_caught(fault, check_invariants(tactful.load(FAULTS / f"{fault}.yaml"), seed=7, examples=100, only=[only]))


@pytest.mark.parametrize("fault", ["a_message_a_day", "by_post_whatever_they_asked_for"])
def test_an_invariant_of_every_pack_catches_a_fault(fault: str) -> None:
    """In the default run: by the weeks after the case, and by what somebody asked for."""
    only, _ = BROKEN[fault]
    _is_caught(fault, check_general(tactful.load(FAULTS / f"{fault}.yaml"), seed=7, examples=60, only=[only]))


def test_tactful_test_fails_with_a_case(tmp_path: Path) -> None:
    """Advice to call whoever applied in one country fails the command, with a small case."""
    overlay = tmp_path / "country_only.yaml"
    overlay.write_text((FAULTS / overlay.name).read_text())
    command = [sys.executable, "-m", "tactful", "test", str(overlay)]
    done = subprocess.run(
        [*command, "--draw", "300", "-k", "night"],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 1, done.stderr
    assert "FAILED nobody-called-at-night" in done.stdout
    assert "country: DE" in done.stdout


def _is_caught(fault: str, results: list[InvariantResult]) -> None:
    invariant, lines = BROKEN[fault]
    failure = next(result for result in results if result.id == invariant).failure
    assert failure is not None
    assert failure.case.count("\n") <= lines, failure.case
    assert tactful.load(FAULTS / f"{fault}.yaml").read(yaml.safe_load(failure.case)).now is not None
