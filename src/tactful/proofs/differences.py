"""Two packs compared: the same in every case, or a small case for each difference that is found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec
import yaml

from tactful.api.policy import Policy
from tactful.decide.conclusions import Conclusion
from tactful.decide.invariants import decide_case
from tactful.language.ir import CheckedPack
from tactful.proofs.stated import same_decisions, thresholds
from tactful.source.diagnostics import InvalidInput
from tactful.testing.examples.run import read_examples_text, run_example
from tactful.testing.properties.drawing import drawn_cases
from tactful.testing.properties.smallest import smallest

Plain = dict[str, Any]


class Difference(msgspec.Struct, frozen=True):
    """A case (YAML) in which two packs lead to different ranked advice, as the engine decided with each.

    ``rules`` are behind the advice that only one pack gives. ``before`` and ``after``: that advice by the first pack, and by
    the second. ``example`` is a file of examples (YAML) that the first pack passes and the second fails; empty where examples
    cannot say the difference.
    """

    rules: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    case: str
    example: str = ""


class Differences(msgspec.Struct, frozen=True):
    """``equal``: both packs lead to the same ranked advice in every case, which is proved.

    Without it, ``found`` has a small case for each difference that ``tried`` drawn cases show, the smallest case first. Where
    it is empty, nothing is proved. ``moved`` are the parameters that differ, in words. ``apart`` are rules that are not
    proved to draw the same conclusions with both packs, and there may be more; ``None`` where the solver is not installed, or
    more than rules differ.
    """

    equal: bool
    tried: int
    found: tuple[Difference, ...]
    moved: tuple[str, ...] = ()
    apart: tuple[str, ...] | None = None


def compare_packs(
    first: Policy, second: Policy, examples: int, seed: int = 0, progress: Callable[[int, int], None] | None = None
) -> Differences:
    """Compare two packs. ``examples`` cases are drawn for each, at the thresholds that it names.

    ``progress`` is called with the number of cases that were drawn, and of all of them.
    """
    moved = thresholds(first.checked, second.checked)
    if same_decisions(first.checked, second.checked):
        return Differences(True, 0, (), moved, ())
    apart = _apart(first.checked, second.checked)
    if apart == ():
        return Differences(True, 0, (), moved, ())
    found: dict[tuple[str, ...], Difference] = {}
    tried = 0
    for before, policy in enumerate((first, second)):
        for done, case in enumerate(drawn_cases(policy, examples, seed), before * examples):
            if progress is not None:
                progress(done, 2 * examples)
            rules = _rules(first, second, case)
            if rules is None:
                continue
            tried += 1
            if rules and rules not in found:
                found[rules] = _smallest(first, second, case, rules)
    smallest_first = sorted(found.values(), key=lambda each: (len(each.case), each.rules))
    return Differences(False, tried, tuple(smallest_first), moved, apart)


def _apart(first: CheckedPack, second: CheckedPack) -> tuple[str, ...] | None:
    """The rules that are not proved to be the same; ``None`` without the solver, or where more than rules differ."""
    try:
        from tactful.proofs.equal import rules_apart  # needs z3, which is optional
    except ModuleNotFoundError:
        return None
    return rules_apart(first, second)


# --- cases ---

_Said = tuple[str, str]


def _advice(policy: Policy, case: Plain) -> dict[_Said, frozenset[str]]:
    """The ranked advice on a case, in order, each with its rules."""
    read = policy.read(case)
    assert read.now is not None  # drawn cases have one
    ranked = decide_case(policy.decider, read, read.now).ranking.ranked
    return {_said(each, read.candidate.calendar.local): _rules_of(policy, each) for each in ranked}


def _said(conclusion: Conclusion, local: Any) -> _Said:
    due = "" if conclusion.due is None else f", {local(conclusion.due).isoformat()}"
    target = "/".join(part for part in conclusion.key[2] if part)
    return f"{conclusion.modality} {conclusion.action} → {target}", due


def _rules_of(policy: Policy, conclusion: Conclusion) -> frozenset[str]:
    rules = policy.checked.rules
    return frozenset(rules[no].id for no, _, _ in conclusion.firings)


def _both(first: Policy, second: Policy, case: Plain) -> Iterator[dict[_Said, frozenset[str]]]:
    for policy in (first, second):
        yield _advice(policy, case)


def _rules(first: Policy, second: Policy, case: Plain) -> tuple[str, ...] | None:
    """The rules behind what differs; empty where nothing does, and ``None`` for a case that one of the packs cannot read."""
    try:
        before, after = _both(first, second, case)
    except InvalidInput:
        return None
    if list(before) == list(after):
        return ()
    told = {**before, **after}
    apart = before.keys() ^ after.keys() or told.keys()
    return tuple(sorted({rule for said in apart for rule in told[said]}))


def _smallest(first: Policy, second: Policy, case: Plain, rules: tuple[str, ...]) -> Difference:
    small = smallest(case, lambda part: _rules(first, second, part) == rules)
    before, after = _both(first, second, small)
    text = yaml.safe_dump(small, sort_keys=False, allow_unicode=True)
    example = _example(first, second, small, rules)
    return Difference(rules, _only(before, after), _only(after, before), text, example)


def _example(first: Policy, second: Policy, case: Plain, rules: tuple[str, ...]) -> str:
    """A file of examples that the first pack passes and the second fails; empty where there is none."""
    before, after = (_expected(policy, case) for policy in (first, second))
    lost = [entry for entry in before if entry not in after]
    kept = [{key: part for key, part in entry.items() if key != "by"} for entry in before]
    new = [
        f"{next(iter(entry.values()))}:{entry['to']}"
        for entry in after
        if {key: part for key, part in entry.items() if key != "by"} not in kept
    ]
    wanted = {"about": f"Differs by {', '.join(rules)}.", "case": "difference", "at": case["now"]}
    wanted |= {"expect": lost} if lost else {}
    wanted |= {"never": new} if new else {}
    plain = {key: part for key, part in case.items() if key != "now"}
    text = yaml.safe_dump(
        {"cases": {"difference": plain}, "examples": {"difference": wanted}}, sort_keys=False, allow_unicode=True
    )
    return text if _passes(first, text) and not _passes(second, text) else ""


def _expected(policy: Policy, case: Plain) -> list[Plain]:
    """The ranked advice as examples expect it."""
    read = policy.read(case)
    assert read.now is not None  # drawn cases have one
    local = read.candidate.calendar.local
    return [
        {
            each.modality: each.action,
            "to": "/".join(part for part in each.key[2][1:] if part) if each.key[2][0] == "person" else each.target.id,
            "by": "none" if each.due is None else local(each.due).isoformat(),
        }
        for each in decide_case(policy.decider, read, read.now).ranking.ranked
    ]


def _passes(policy: Policy, text: str) -> bool:
    """Whether a pack passes a file of examples. What is no such file does not pass."""
    try:
        return all(run_example(policy, example).passed for example in read_examples_text(policy, text, "difference"))
    except InvalidInput:
        return False


def _only(own: Mapping[_Said, object], other: Iterable[_Said]) -> tuple[str, ...]:
    """The advice that only one pack gives; all of it, where the two differ in nothing but the order."""
    others = set(other)
    alone = [said for said in own if said not in others]
    return tuple("".join(said) for said in (alone if set(own) != others else own))
