"""Mutants tried: which of them an example or an invariant notices, and a case that tells each of the others apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import Any, Final, Literal

import msgspec

from tactful.api.policy import Policy
from tactful.decide.invariants import DecidedCase, Violation, violations_by
from tactful.decide.ranker import Conclusion, Ranking
from tactful.engines.expiry import rule_turns
from tactful.facts.calendars import Calendar
from tactful.facts.reading.limits import CaseLimits
from tactful.facts.rows import Case
from tactful.source.diagnostics import InvalidInput, Span, TactfulError
from tactful.testing.examples.model import Example
from tactful.testing.examples.run import run_example
from tactful.testing.mutation.mutants import Mutant, mutants
from tactful.testing.mutation.trying import Changed, Difference, Tried, drawn_cases, tried

#: How many more cases are drawn for mutants that no other case tells apart.
RESERVE: Final = 1500
#: No more of these cases are looked for, instants of a case tried, and smaller versions of a case that tells it apart.
_ENOUGH: Final = 10
_INSTANTS: Final = 60
_SMALLER: Final = 300

Progress = Callable[[int, int], None]


class MutantResult(msgspec.Struct, frozen=True):
    """What became of a mutant.

    ``noticed``: ``by`` the example or invariant of this name. ``survived``: the decision on ``case`` differs, and nothing
    noticed. ``not told apart``: no case was found on which it decides otherwise.
    """

    id: str
    owner: str
    operator: str
    said: str
    span: Span
    status: Literal["noticed", "survived", "not told apart"]
    by: str = ""
    case: dict[str, Any] | None = None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    @property
    def noticed(self) -> bool:
        """Whether an example or an invariant noticed it."""
        return self.status == "noticed"


class Mutation(msgspec.Struct, frozen=True):
    """All outcomes, and the seed with which the cases were drawn."""

    outcomes: tuple[MutantResult, ...]
    seed: int
    cases: int

    @property
    def noticed(self) -> int:
        """How many mutants were noticed."""
        return sum(one.noticed for one in self.outcomes)

    @property
    def percent(self) -> float:
        """The score: mutants noticed, of all, in a hundred."""
        return 100 * self.noticed / len(self.outcomes) if self.outcomes else 100.0


def mutate(
    policy: Policy,
    examples: Sequence[Example],
    seed: int = 0,
    only: str | None = None,
    drawn: int = 400,
    progress: Progress | None = None,
) -> Mutation:
    """Try every mutant of a pack, or of one rule or computed fact.

    Raises :class:`tactful.TactfulError` where an example fails, or an invariant does not hold, in the pack as it is.
    """
    runner = _Runner(policy, examples, seed, drawn)
    found = list(mutants(policy.checked, only))
    outcomes = []
    for no, mutant in enumerate(found):
        outcomes.append(runner.outcome(mutant))
        if progress is not None:
            progress(no + 1, len(found))
    return Mutation(tuple(outcomes), seed, len(runner.corpus))


class _Runner:
    """Tries mutants of one pack."""

    def __init__(self, policy: Policy, examples: Sequence[Example], seed: int, drawn: int) -> None:
        self._policy, self._seed = policy, seed
        self.corpus = [tried(policy, one.case, _now(one.case), one) for one in examples]
        self.corpus += [tried(policy, case, _now(case)) for case in drawn_cases(policy, drawn, seed)] if drawn else []
        self._check(examples)

    def _check(self, examples: Sequence[Example]) -> None:
        """Whether the pack itself passes: else every mutant would seem to be noticed."""
        for example in examples:
            if not run_example(self._policy, example).passed:
                raise TactfulError(f"the example `{example.id}` fails already; see `tactful test`")
        for one in self.corpus:
            broken = self._unmet(one.case, one.now, one.ranking)
            if broken:
                raise TactfulError(f"the invariant `{broken[0].invariant}` does not hold already; see `tactful test`")

    def _unmet(self, case: Case, now: int, ranking: Ranking) -> list[Violation]:
        """The pack's invariants about one decision that a ranking does not meet."""
        decider = self._policy.decider
        return violations_by(decider, DecidedCase(decider.evaluator(case, now), ranking))

    @cached_property
    def _reserve(self) -> list[Tried]:
        """More cases, for mutants that the others do not tell apart."""
        found = drawn_cases(self._policy, RESERVE, self._seed + 1)
        return [tried(self._policy, case, _now(case)) for case in found]

    def outcome(self, mutant: Mutant) -> MutantResult:
        """What becomes of a mutant."""
        changed = Changed(self._policy, mutant)
        differing = list(changed.differences(self.corpus))
        by = self._noticed(mutant, differing)
        if by:
            return _outcome(mutant, "noticed", by=by)
        if not differing:
            differing = list(islice(changed.differences(self._elsewhere(mutant, changed)), _ENOUGH))
            by = self._broken(differing)
            if by:
                return _outcome(mutant, "noticed", by=by)
        if not differing:
            return _outcome(mutant, "not told apart")
        smallest = min(differing, key=lambda one: len(msgspec.json.encode(_plain(one.tried))))
        shown = self._smaller(smallest, changed)
        before, after = _lines(shown, self._policy)
        return _outcome(mutant, "survived", case=_plain(shown.tried), before=before, after=after)

    def _noticed(self, mutant: Mutant, differing: Sequence[Difference]) -> str:
        """What notices the mutant; nothing: the empty string."""
        with_examples = [one.tried.example for one in differing if one.tried.example is not None]
        if with_examples:
            policy = Policy(mutant.pack, CaseLimits())
            for example in with_examples:
                if not run_example(policy, example).passed:
                    return f"example {example.id}"
        return self._broken(differing)

    def _broken(self, differing: Iterable[Difference]) -> str:
        for one in differing:
            broken = self._unmet(one.tried.case, one.tried.now, one.ranking)
            if broken:
                return f"invariant {broken[0].invariant}"
        return ""

    def _elsewhere(self, mutant: Mutant, changed: Changed) -> Iterator[Tried]:
        """More cases, and the corpus at the instants at which the rule or the mutant may come about or end."""
        yield from self._reserve
        for one in self.corpus:
            for instant in self._instants(mutant, changed, one):
                yield tried(self._policy, one.case, instant)

    def _instants(self, mutant: Mutant, changed: Changed, one: Tried) -> list[int]:
        before, after = self._policy.decider.evaluator(one.case, one.now), changed.evaluator(one)
        found: set[int] = set()
        pairs = [(self._policy.checked, before)] + ([] if mutant.off else [(mutant.pack, after)])
        for pack, evaluator in pairs:
            for no in mutant.affected:
                rule = pack.rules[no]
                for row in evaluator.rows(rule.entity):
                    env = evaluator.environment(rule.entity, row)
                    found.update(turn.first for turn in rule_turns(rule, env, evaluator) if turn.first > one.now)
        return sorted({instant + step for instant in found for step in (-1, 0)})[:_INSTANTS]

    def _smaller(self, found: Difference, changed: Changed) -> Difference:
        """The same difference on a case with as little in it as possible."""
        tries = 0
        while tries < _SMALLER:
            for plain in _parts_left_out(_plain(found.tried)):
                tries += 1
                smaller = self._still(plain, changed)
                if smaller is not None:
                    found = smaller
                    break
                if tries >= _SMALLER:
                    break
            else:
                break
        return found

    def _still(self, plain: dict[str, Any], changed: Changed) -> Difference | None:
        try:
            case = self._policy.read(plain)
        except InvalidInput:
            return None
        return None if case.now is None else changed.difference(tried(self._policy, case, case.now))


def _now(case: Case) -> int:
    assert case.now is not None  # drawn cases and examples have one
    return case.now


def _outcome(
    mutant: Mutant,
    status: Literal["noticed", "survived", "not told apart"],
    by: str = "",
    case: dict[str, Any] | None = None,
    before: tuple[str, ...] = (),
    after: tuple[str, ...] = (),
) -> MutantResult:
    return MutantResult(
        *(mutant.id, mutant.owner, mutant.operator, mutant.said, mutant.span),
        *(status, by, case, before, after),
    )


def _plain(one: Tried) -> dict[str, Any]:
    """The case as JSON has it, without what is unknown, and its moment."""
    found: dict[str, Any] = _without_nothing(msgspec.to_builtins(one.case.shape))
    found["now"] = one.case.candidate.calendar.local(one.now).isoformat()
    return found


def _without_nothing(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nothing(one) for key, one in value.items() if one not in (None, [], (), {}, "")}
    return [_without_nothing(one) for one in value] if isinstance(value, list | tuple) else value


def _parts_left_out(value: Any) -> Iterator[Any]:
    """The same with one part less: whole branches first, then what is inside them."""
    if isinstance(value, dict):
        for key in value:
            yield {other: one for other, one in value.items() if other != key}
        for key, inner in value.items():
            for less in _parts_left_out(inner):
                yield {**value, key: less}
    elif isinstance(value, list):
        for no in range(len(value)):
            yield [*value[:no], *value[no + 1 :]]
        for no, inner in enumerate(value):
            for less in _parts_left_out(inner):
                yield [*value[:no], less, *value[no + 1 :]]


def _lines(found: Difference, policy: Policy) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the two decisions say, one line for each conclusion, without what both have; all of it where the order differs."""
    calendar = found.tried.case.candidate.calendar
    before, after = (list(_said(one, policy, calendar)) for one in (found.tried.ranking, found.ranking))
    only = tuple(line for line in before if line not in after), tuple(line for line in after if line not in before)
    return only if any(only) else (tuple(before), tuple(after))


def _said(ranking: Ranking, policy: Policy, calendar: Calendar) -> Iterator[str]:
    for one in ranking.ranked:
        yield _line(one, policy, calendar)
        for other in one.alternatives:
            yield f"{_line(other, policy, calendar)}, as an alternative to {one.action}:{one.target.id}"
    for one in ranking.set_aside:
        yield f"{_line(one, policy, calendar)}, set aside"


def _line(one: Conclusion, policy: Policy, calendar: Calendar) -> str:
    rules = sorted({policy.checked.rules[firing[0]].id for firing in one.firings})
    due = "" if one.due is None else f" by {calendar.local(one.due).isoformat()}"
    return f"{one.modality.replace('_', ' ')} {one.action}:{one.target.id}{due} ({', '.join(rules)})"
