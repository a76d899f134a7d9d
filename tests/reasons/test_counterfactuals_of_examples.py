"""Every counterfactual of every example does what it claims, and says rightly whose to do it is."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

import tactful
from tactful.facts.fields import given_fields
from tactful.language.ir import CheckedPack
from tactful.reasons.records.decision import ChangedFactRecord, FlipRecord, FlipsRecord
from tactful.reasons.records.why import WhyRecord

EXAMPLES = sorted(
    path for path in (Path(__file__).parents[2] / "examples").iterdir() if path.suffix in (".yaml", ".json")
)
#: Families and single actions. The default run asks about each in one example of two, of three or of five. A question takes
#: up to a second; .ci/nightly asks them all.
EVERY = {"wait": 2, "contact": 3, "thank_you_note": 5, "resign": 5, "follow_up": 5, "ask_for_news": 5, "call": 5}
ASKED = [
    pytest.param(path, action, id=f"{action}-{path.stem}", marks=pytest.mark.slow if (no + first) % every else ())
    for no, path in enumerate(EXAMPLES)
    for first, (action, every) in enumerate(EVERY.items())
]
PACK = tactful.load()


@cache
def _asked(path: Path, action: str) -> tuple[tactful.Case, tactful.Decision, WhyRecord]:
    """The case of an example, its decision, and the answer about an action with its counterfactuals.

    Each takes up to a second, and several claims are about the same.
    """
    case = PACK.read_text(path.read_bytes(), path.name)
    decision = PACK.decide(case)
    return case, decision, decision.why(action, flip=True)


def _after(case: tactful.Case, way: FlipRecord) -> tactful.Decision:
    """The decision after the changes of a way: facts by ``pack.change``, messages added, and the moment waited for."""
    facts, now = dict[str, Any](), None
    shape: dict[str, Any] = msgspec.to_builtins(case.shape)
    for change in way.changes:
        if change.path.endswith(".messages"):
            id_ = change.path.removeprefix("application[").removesuffix("].messages")
            application = next(application for application in shape["applications"] if application["id"] == id_)
            application["messages"] = [*application.get("messages", ()), change.after]
        elif change.who == "time":
            now = datetime.fromisoformat(change.after)
        else:
            facts[change.path] = change.after
    return PACK.decide(PACK.change(PACK.read(shape), facts), now)


def _given(decision: tactful.Decision, flips: FlipsRecord, kinds: frozenset[str]) -> bool:
    """Whether the advice that counterfactuals are about is given."""
    return any(
        advice.action in kinds
        and advice.modality.endswith("not") == flips.prohibits
        and (advice.target.entity, advice.target.id, advice.application)
        == (flips.target.entity, flips.target.id, flips.application)
        for advice in decision.actions
    )


def _owner(checked: CheckedPack, change: ChangedFactRecord, case: tactful.Case) -> str:
    """Who can bring a change about, by the notes on its field. A new offer is the company's to make."""
    if change.path.endswith(".messages"):
        return "mine" if change.after["direction"] == "sent" else "theirs"
    whole, _, name = change.path.rpartition(".")
    entity = whole.rpartition(".")[2].partition("[")[0]
    mutability = checked.fields[f"{entity}.{name}"].mutability
    spec = given_fields()[entity].get(name)
    if mutability == "mine" or (spec is not None and change.after in spec.mine):
        return "mine"
    offers = {application.id for application in case.shape.applications if application.offer is not None}
    new = entity == "offer" and whole.removeprefix("offer[").removesuffix("]") not in offers
    return "theirs" if new or mutability == "theirs" else "fixed"


def _new_offers(path: Path, action: str) -> set[bool]:
    """Of offers that are not there, whether ways say that they come now, and not on an earlier day."""
    case, decision, record = _asked(path, action)
    had = {application.id for application in case.shape.applications if application.offer is not None}
    return {
        change.after == decision.at
        for flips in record.flips or ()
        for way in flips.ways
        for change in way.changes
        if change.path.endswith("].received_at") and change.path[6:].partition("]")[0] not in had
    }


def test_a_new_offer_comes_now() -> None:
    """A way with an offer that is not there is found. The tests of all examples look at every such way."""
    pack = tactful.loads(
        "actions: {answer: {about: Answer.}}\n"
        "rules: {r: {for each: application, when: {offer.received_at: past}, then: {should: answer}, because: So.}}\n"
    )
    case = {"now": "2026-11-24T10:00:00+00:00", "candidate": {"id": "c"}, "applications": [{"id": "a"}]}
    decision = pack.decide(case)
    (flips,) = decision.why("answer", "a", flip=True).flips or ()
    comes = [change for way in flips.ways for change in way.changes if change.path == "offer[a].received_at"]
    assert [change.after for change in comes] == [decision.at]


@pytest.mark.parametrize(("path", "action"), ASKED)
def test_every_counterfactual_does_what_it_claims(path: Path, action: str) -> None:
    """Applied to the case, each way gives the advice, or takes it away; a family is given where any member is.

    A new offer comes now.
    """
    case, decision, record = _asked(path, action)
    assert record.flips is not msgspec.UNSET
    members = frozenset(id_ for id_, kind in PACK.checked.actions.items() if action in kind.family)
    for answer, flips in zip(record.answers, record.flips, strict=True):
        kinds = members if type(answer).__name__ == "NotAdvisedRecord" else frozenset((flips.action,))
        assert _given(decision, flips, kinds) == flips.given
        for way in flips.ways:
            assert _given(_after(case, way), flips, kinds) != flips.given, [change.text for change in way.changes]
    assert False not in _new_offers(path, action)


@pytest.mark.parametrize(("path", "action"), ASKED)
def test_whose_to_do_a_change_is_follows_its_field(path: Path, action: str) -> None:
    """What the candidate does is the candidate's; what the other side does is theirs, or may turn out so if unknown."""
    case, _, record = _asked(path, action)
    assert record.flips is not msgspec.UNSET
    changes = [change for flips in record.flips for way in flips.ways for change in way.changes]
    for change in changes:
        if change.who != "time":
            owner = _owner(PACK.checked, change, case)
            assert change.who == owner or (change.who == "unknown" and change.before is None and owner != "mine")
