"""Two packs compared: the same in every case, or a small case for each difference that is found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec
import yaml

from tactful.api.policy import Policy
from tactful.decide.invariants import decide_case
from tactful.decide.ranker import Conclusion
from tactful.language.ir import CheckedPack
from tactful.source.diagnostics import InvalidInput
from tactful.testing.properties.drawing import drawn_cases
from tactful.testing.properties.smallest import smallest

Plain = dict[str, Any]
#: The attributes of nodes that no decision depends on: they tell people where an entry is, and what it is for.
_TOLD: Final = frozenset({"span", "about", "source", "group", "ask"})
#: The parts of a checked pack that decisions depend on.
_PARTS: Final = ("rules", "facts", "actions", "custom", "calendars", "adjustable", "as_of")


class Difference(msgspec.Struct, frozen=True):
    """A case (YAML) in which two packs lead to different ranked advice, as the engine decided with each.

    ``rules`` are behind the advice that only one pack gives. ``before`` and ``after``: that advice by the first pack, and by
    the second.
    """

    rules: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    case: str


class Differences(msgspec.Struct, frozen=True):
    """``equal``: both packs lead to the same ranked advice in every case, which is proved.

    Without it, ``found`` has a small case for each difference that ``tried`` drawn cases show. Where it is empty, nothing
    is proved.
    """

    equal: bool
    tried: int
    found: tuple[Difference, ...]


def compare_packs(first: Policy, second: Policy, examples: int, seed: int = 0) -> Differences:
    """Compare two packs. ``examples`` cases are drawn for each, at the thresholds that it names."""
    if same_decisions(first.checked, second.checked):
        return Differences(True, 0, ())
    found: dict[tuple[str, ...], Difference] = {}
    tried = 0
    for policy in (first, second):
        for case in drawn_cases(policy, examples, seed):
            rules = _rules(first, second, case)
            if rules is None:
                continue
            tried += 1
            if rules and rules not in found:
                found[rules] = _smallest(first, second, case, rules)
    return Differences(False, tried, tuple(found[rules] for rules in sorted(found)))


def same_decisions(first: CheckedPack, second: CheckedPack) -> bool:
    """Whether two packs say the same of all that decisions depend on: rules, facts, actions and calendars."""
    return all(_content(getattr(first, part)) == _content(getattr(second, part)) for part in _PARTS)


def _content(node: object) -> object:
    """A node with the names of its types, without what decisions do not depend on."""
    if isinstance(node, msgspec.Struct):
        fields = {name: _content(getattr(node, name)) for name in node.__struct_fields__ if name not in _TOLD}
        return type(node).__name__, fields
    if isinstance(node, Mapping):
        return {key: _content(value) for key, value in node.items()}
    if isinstance(node, tuple | list):
        return [_content(each) for each in node]
    return type(node).__name__, node  # 1, 1.0 and yes are equal in Python


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
    return Difference(rules, _only(before, after), _only(after, before), text)


def _only(own: Mapping[_Said, object], other: Iterable[_Said]) -> tuple[str, ...]:
    """The advice that only one pack gives; all of it, where the two differ in nothing but the order."""
    others = set(other)
    alone = [said for said in own if said not in others]
    return tuple("".join(said) for said in (alone if set(own) != others else own))
