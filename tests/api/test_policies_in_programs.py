"""What programs need of policies beside decisions: their content, reloading, watching, pickling, and quiet reprs."""

from __future__ import annotations

import copy
import inspect
import os
import pickle
import re
import subprocess
import sys
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import tactful
from tactful import schemas
from tactful.facts.reading.limits import CaseLimits
from tactful.language.ir import CheckedPack

ROOT = Path(__file__).parents[2]
CASE = (ROOT / "examples" / "two_interviewers_one_wants_email.yaml").read_text()
NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
OVERLAY = "extends: default\npack: {name: mine, version: 2}\nparameters: {thank_you_within: 12 hours}\n"
#: A pack of its own, which loads fast.
SMALL = """\
pack: {name: small, version: 1}
parameters: {patience: {value: 2 days, about: How long to wait., adjustable: {from: 1 days, to: 3 days}}}
custom_facts: {person: {shy: yes/no}}
facts: {person.kind: {about: Somebody who is not shy., when: {person.shy: no}}}
actions: {call: {about: a call}, ring: {about: a short call, is_a: call, channel: phone}}
rules: {r: {for each: person, when: {person.kind: yes}, then: {should: ring}, because: so}}
"""
KIM: dict[str, Any] = {
    "candidate": {"id": "kim", "name": "Kim Secret"},
    "applications": [
        {"id": "a", "company": "Hidden Inc", "people": [{"id": "p", "name": "Pat Quiet", "custom": {"shy": False}}]}
    ],
}


def _case(policy: tactful.Policy) -> tactful.Case:
    return policy.read_text(CASE, "case.yaml")


# --- what a pack consists of ---


def test_a_policy_tells_its_parameters_actions_and_facts() -> None:
    """By name, with what their authors say about them."""
    policy = tactful.loads(SMALL)
    assert policy.parameters == {
        "patience": tactful.ParameterInfo("patience", "2 days", "How long to wait.", (), adjustable=True)
    }
    assert policy.actions["ring"] == tactful.ActionInfo("ring", "a short call", "do", ("call",), "phone")
    own = {id_: fact.origin for id_, fact in policy.facts.items() if fact.origin != "given"}
    assert own == {"person.shy": "custom", "person.kind": "computed"}
    assert policy.facts["person.kind"].about == "Somebody who is not shy."
    assert policy.facts["person.prefers"].origin == "given"


def test_dated_values_are_shown_with_their_days() -> None:
    """The first of them is the value."""
    text = SMALL.replace("{value: 2 days,", "{values: {2026-01-01: 2 days, 2027-01-01: 3 days},")
    patience = tactful.loads(text.replace(", adjustable: {from: 1 days, to: 3 days}", "")).parameters["patience"]
    assert patience.value == "2 days"
    assert patience.dated == ((date(2026, 1, 1), "2 days"), (date(2027, 1, 1), "3 days"))


def test_nobody_can_change_what_a_policy_tells() -> None:
    """Policies are immutable, and so is advice."""
    policy = tactful.loads(SMALL)
    contents: Any = policy.parameters
    with pytest.raises(TypeError):
        contents["other"] = 1
    (advice,) = policy.decide(KIM, NOW).actions
    with pytest.raises(AttributeError):
        advice.rank = 2  # type: ignore[misc]


def test_the_digest_follows_the_texts(tmp_path: Path) -> None:
    """The same texts have the same digest wherever they are, and one more space has another."""
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    first.write_text(SMALL)
    second.write_text(SMALL)
    assert tactful.load(first).digest == tactful.load(second).digest == tactful.loads(SMALL).digest
    assert tactful.loads(SMALL + " ").digest != tactful.loads(SMALL).digest


def test_the_files_of_a_pack_are_paths(tmp_path: Path) -> None:
    """Of all packs that it is made of. A text has none."""
    path = tmp_path / "mine.yaml"
    path.write_text(OVERLAY)
    files = tactful.load(path).files
    assert files[-1] == path
    assert len(files) > 2
    assert all(file.is_file() for file in files)
    assert tactful.loads(SMALL).files == ()


# --- reload and watch ---


def test_a_policy_is_read_again_from_its_files(tmp_path: Path) -> None:
    """A new policy where a text has changed, with the same limits and day; else the same policy."""
    path = tmp_path / "small.yaml"
    path.write_text(SMALL)
    policy = tactful.load(path, limits=CaseLimits(people=3))
    assert policy.reload() is policy
    path.write_text(SMALL.replace("version: 1", "version: 2"))
    again = policy.reload()
    assert (policy.version, again.version, again.decider.limits.people) == ("1", "2", 3)
    assert policy.as_of(date(2026, 5, 1)).reload().checked.as_of == date(2026, 5, 1).toordinal()


def test_mistakes_in_the_files_leave_the_policy_as_it_is(tmp_path: Path) -> None:
    """They are raised, and the policy decides as before."""
    path = tmp_path / "small.yaml"
    path.write_text(SMALL)
    policy = tactful.load(path)
    path.write_text(SMALL.replace("should: ring", "should: sing"))
    with pytest.raises(tactful.InvalidInput, match="sing"):
        policy.reload()
    assert [advice.action for advice in policy.decide(KIM, NOW).actions] == ["ring"]


def test_a_text_cannot_be_read_again() -> None:
    """It has no files."""
    with pytest.raises(tactful.TactfulError, match="not loaded from files"):
        tactful.loads(SMALL).reload()


def test_a_watch_follows_the_files(tmp_path: Path) -> None:
    """Through a change, a mistake, a file that is gone, and back. The last policy without mistakes stays."""
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "small.yaml").write_text(SMALL)
    watch = tactful.watch(folder, seconds=0)
    first = watch.policy
    assert watch.policy is first
    (folder / "more.yaml").write_text("actions: {wave: {about: a wave}}\n")
    assert "wave" in watch.policy.actions
    (folder / "more.yaml").write_text("actions: {wave: {}}\nrules: 3\n")
    second = watch.policy
    assert "wave" in second.actions
    assert watch.mistakes is not None
    (folder / "more.yaml").unlink()
    assert "wave" not in watch.policy.actions
    assert watch.mistakes is None
    os.rename(folder, tmp_path / "away")
    assert watch.policy.actions.keys() == first.actions.keys()
    assert watch.mistakes is not None
    os.rename(tmp_path / "away", folder)
    assert watch.policy.actions.keys() == first.actions.keys()
    assert watch.mistakes is None


def test_a_watch_sees_a_change_that_came_after_the_policy_was_loaded(tmp_path: Path) -> None:
    """A service loads a pack and begins to follow it a moment later. What is saved in between counts, mistakes too."""
    path = tmp_path / "small.yaml"
    path.write_text(SMALL)
    policy = tactful.load(path)
    path.write_text(SMALL.replace("version: 1", "version: 2"))
    assert tactful.Watch(policy, 0).policy.version == "2"
    path.write_text("rulez: 3\n")
    watch = tactful.Watch(policy, 0)
    assert watch.policy is policy
    assert watch.mistakes is not None


def test_a_watch_looks_no_more_often_than_it_is_told(tmp_path: Path) -> None:
    """So that a policy costs nothing where it is asked for often."""
    path = tmp_path / "small.yaml"
    path.write_text(SMALL)
    watch = tactful.watch(path, seconds=3600)
    path.write_text(SMALL.replace("version: 1", "version: 2"))
    assert watch.policy.version == "1"


def test_other_threads_go_on_while_one_reads_changed_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They get the last policy at once."""
    path = tmp_path / "small.yaml"
    path.write_text(SMALL)
    watch = tactful.watch(path, seconds=0)
    reading, go_on = threading.Event(), threading.Event()
    reload = tactful.Policy.reload

    def slowly(policy: tactful.Policy) -> tactful.Policy:
        reading.set()
        assert go_on.wait(60)
        return reload(policy)

    monkeypatch.setattr(tactful.Policy, "reload", slowly)
    path.write_text(SMALL.replace("version: 1", "version: 2"))
    reader = threading.Thread(target=lambda: watch.policy)
    reader.start()
    assert reading.wait(60)
    assert watch.policy.version == "1"
    go_on.set()
    reader.join()
    assert watch.policy.version == "2"


def test_a_pack_over_one_of_a_day_has_that_day() -> None:
    """As the policy below does."""
    base = tactful.loads(SMALL).as_of(date(2026, 5, 1))
    assert tactful.loads("pack: {name: over, version: 1}\n", base=base).checked.as_of == base.checked.as_of


# --- pickles and reprs ---


def test_policies_decisions_and_plans_are_pickled(tmp_path: Path) -> None:
    """What comes out decides, advises and plans as what went in, for a moment and a day of its own."""
    path = tmp_path / "mine.yaml"
    path.write_text(OVERLAY)
    policy = tactful.load(path, limits=CaseLimits(people=7)).as_of(date(2026, 11, 1))
    decision, plan = policy.decide(_case(policy), NOW), policy.plan(_case(policy), NOW, timedelta(days=5))
    path.unlink()
    again, decided, planned = pickle.loads(pickle.dumps((policy, decision, plan)))
    assert (again.digest, again.decider.limits) == (policy.digest, CaseLimits(people=7))
    assert again.checked.as_of == date(2026, 11, 1).toordinal()
    assert decided.to_json() == decision.to_json()
    assert decided.context.case.now == decision.context.case.now
    assert planned.to_json() == plan.to_json()
    assert planned.until == plan.until


def test_a_pickle_is_read_by_another_process() -> None:
    """It needs nothing but the package."""
    decision = tactful.loads(SMALL).decide(KIM, NOW)
    code = "import pickle, sys; sys.stdout.buffer.write(pickle.load(sys.stdin.buffer).to_json())"
    read = subprocess.run([sys.executable, "-c", code], input=pickle.dumps(decision), capture_output=True, check=True)
    assert read.stdout == decision.to_json()


def test_copies_are_the_same_advice() -> None:
    """``copy`` takes things apart as ``pickle`` does."""
    decision = tactful.loads(SMALL).decide(KIM, NOW)
    assert copy.deepcopy(decision).to_json() == decision.to_json()


def test_a_policy_without_texts_cannot_be_pickled() -> None:
    """A pack that a program has made has no texts to make it from again."""
    checked: CheckedPack = tactful.loads(SMALL).checked
    with pytest.raises(tactful.TactfulError, match="cannot be pickled"):
        pickle.dumps(tactful.Policy(checked, CaseLimits()))


def test_reprs_are_short_and_say_nothing_about_people() -> None:
    """They end up in logs."""
    policy = tactful.loads(SMALL)
    decision, plan = policy.decide(KIM, NOW), policy.plan(KIM, NOW)
    shown = [repr(one) for one in (policy, decision.context.case, decision, *decision.actions, plan, *plan.items)]
    assert len(shown) == 6
    for text in shown:
        assert len(text) < 120
        assert not any(word in text for word in ("Kim", "kim", "Pat", "Hidden", "Secret"))


# --- types ---

#: Classes of other packages, and of the extra ``batch``, which are not imported with the package; and names of choices.
NOT_HERE = {"DecidedTables", "Mapping", "None", "Path", "Table", "Modality", "AdviceKind", "DueMeans"}


def test_what_public_methods_return_is_public() -> None:
    """So that programs can name the types. Methods that are for other parts of the package say so."""
    missing = []
    for name in ("Advice", "Decision", "Plan", "Planned", "Policy", "Watch"):
        for member, value in vars(getattr(tactful, name)).items():
            function = value.fget if isinstance(value, property) else getattr(value, "_function", value)
            if member.startswith("_") or not inspect.isfunction(function):
                continue
            if "other parts of this package" not in (function.__doc__ or ""):
                types = re.findall(r"[A-Z]\w+", str(function.__annotations__["return"]))
                missing += [(name, member, type_) for type_ in types if type_ not in {*tactful.__all__, *NOT_HERE}]
    assert missing == []


# --- what goes in, and what schemas say ---


@pytest.mark.parametrize("case", [5, None, [KIM], object(), {1, 2}, 3.5, True])
def test_what_is_no_case_is_invalid_input(case: Any) -> None:
    """The type is told and the value is not."""
    policy = tactful.loads(SMALL)
    for use in (policy.decide, policy.read, policy.plan):
        with pytest.raises(tactful.InvalidInput, match=f"type {type(case).__name__}"):
            use(case)


def test_schemas_are_functions() -> None:
    """They describe what comes out."""
    policy = tactful.loads(SMALL)
    decision = policy.decide(KIM, NOW)
    jsonschema.validate(decision.to_builtins(), schemas.decision())
    jsonschema.validate(KIM, schemas.case())
    assert "person.kind" in str(schemas.pack(policy))
    assert schemas.__all__ == sorted(name for name in vars(schemas) if name in schemas.__all__)
    for schema in (schemas.plan, schemas.why, schemas.comparison, schemas.test):
        jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.Draft202012Validator.check_schema(schemas.examples(policy))
