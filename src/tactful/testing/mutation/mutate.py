"""Mutants tried: those that an example or an invariant notices, and for the others a case that shows the difference."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, Literal

import msgspec

from tactful.api.policy import Policy
from tactful.decide.conclusions import Conclusion, Ranking
from tactful.decide.invariants import DecidedCase, Violation, violations_by
from tactful.engines.expiry import turns_of_facts, turns_of_rules
from tactful.facts.calendars import Calendar
from tactful.facts.rows import Case
from tactful.source.diagnostics import InvalidInput, Span, TactfulError
from tactful.source.lazy import lazy
from tactful.testing.examples.model import Example
from tactful.testing.examples.run import run_example
from tactful.testing.mutation.mutants import Mutant, mutants
from tactful.testing.mutation.near import NearCases
from tactful.testing.mutation.tried import Tried, read_drawn_cases
from tactful.testing.mutation.trying import Changed, Difference, Original
from tactful.testing.properties.smallest import smallest

#: How many more cases are drawn for mutants that decide like the original on all other cases.
RESERVE: Final = 1500
#: At most this many differing cases are searched for among these.
_ENOUGH: Final = 10
#: The most proposed cases that a mutant is tried on.
_PROPOSED: Final = 12
#: The most instants of a case at which a mutant is tried.
_INSTANTS: Final = 60
#: The most instants at which a mutant is tried in all.
_TRIES: Final = 3000

Progress = Callable[[int, int], None]
#: Whether a mutant is proved equivalent. ``out of steps``: the solver was stopped at its limit before it could tell.
Verdict = Literal["equivalent", "not proved", "out of steps"]
#: Tries to prove that a mutant is equivalent.
Prover = Callable[[Mutant], Verdict]
#: Proposes cases, as JSON has them, on which a mutant may decide differently.
Proposer = Callable[[Mutant], Iterator[dict[str, Any]]]


class MutantResult(msgspec.Struct, frozen=True, rename={"change": "said"}):
    """The result of trying a mutant. ``change`` describes the mutant; its name in JSON is ``said``.

    ``noticed``: the example or invariant in ``by`` fails. ``survived``: the decision on ``case`` differs, and no example or
    invariant fails. ``not told apart``: the mutant decides like the original on every case that was tried. ``equivalent``: it
    is proved that the mutant decides like the original in every case. ``stopped``: the proof was given up at the solver's limit.
    """

    id: str
    owner: str
    operator: str
    change: str
    span: Span
    status: Literal["noticed", "survived", "not told apart", "equivalent"]
    by: str = ""
    case: dict[str, Any] | None = None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    stopped: bool = False

    @property
    def noticed(self) -> bool:
        """Whether an example or an invariant noticed it."""
        return self.status == "noticed"


class Mutation(msgspec.Struct, frozen=True):
    """The results for all mutants, the seed of the drawn cases, and the number of cases.

    ``tried_to_prove``: it was tried to prove that mutants are equivalent.
    """

    outcomes: tuple[MutantResult, ...]
    seed: int
    cases: int
    tried_to_prove: bool = False

    @property
    def noticed(self) -> int:
        """How many mutants were noticed."""
        return sum(result.noticed for result in self.outcomes)

    @property
    def equivalent(self) -> int:
        """How many mutants are proved equivalent."""
        return sum(result.status == "equivalent" for result in self.outcomes)

    @property
    def percent(self) -> float:
        """The score: the share of mutants that were noticed, of those that are not proved equivalent, in per cent."""
        return _percent(self.noticed, len(self.outcomes) - self.equivalent)

    @property
    def percent_of_all(self) -> float:
        """The share of all mutants that were noticed, in per cent."""
        return _percent(self.noticed, len(self.outcomes))


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 100.0


def mutate(
    policy: Policy,
    examples: Sequence[Example],
    seed: int = 0,
    only: Container[str] | None = None,
    drawn: int = 400,
    progress: Progress | None = None,
    prove: Prover | None = None,
    propose: Proposer | None = None,
) -> Mutation:
    """Try every mutant of a pack, or of the rules and computed facts with the ids in ``only``.

    ``drawn`` cases are drawn from ``seed``. ``progress`` is called after each mutant with the number done and the number of
    all. ``propose`` is asked for cases where no other case tells a mutant apart, and ``prove`` where these don't either.
    Raises :class:`tactful.TactfulError` if an example fails, or an invariant is broken, in the original pack.
    """
    runner = _Runner(policy, examples, seed, drawn, prove, propose)
    everything = list(mutants(policy.checked, only))
    outcomes = []
    for done, mutant in enumerate(everything, start=1):
        outcomes.append(runner.outcome(mutant))
        if progress is not None:
            progress(done, len(everything))
    return Mutation(tuple(outcomes), seed, len(runner.corpus), prove is not None)


class _Runner:
    """Tries mutants of one pack."""

    def __init__(
        self,
        policy: Policy,
        examples: Sequence[Example],
        seed: int,
        drawn: int,
        prove: Prover | None,
        propose: Proposer | None,
    ) -> None:
        self._policy, self._seed, self._original = policy, seed, Original(policy)
        self._prove, self._propose = prove, propose
        self.corpus = [Tried(policy, example.case, _now(example.case), example) for example in examples]
        self.corpus += (
            [Tried(policy, case, _now(case)) for case in read_drawn_cases(policy, drawn, seed)] if drawn else []
        )
        self._near = NearCases(self.corpus)
        self._check(examples)

    def _check(self, examples: Sequence[Example]) -> None:
        """Raise :class:`TactfulError` unless the original pack passes; else every mutant would seem to be noticed."""
        for example in examples:
            if not run_example(self._policy, example).passed:
                raise TactfulError(f"the example `{example.id}` fails already; see `tactful test`")
        for case in self.corpus:
            broken = self._unmet(case.case, case.now, case.ranking)
            if broken:
                raise TactfulError(f"the invariant `{broken[0].invariant}` does not hold already; see `tactful test`")

    def _unmet(self, case: Case, now: int, ranking: Ranking) -> list[Violation]:
        """The pack's invariants about one decision that a ranking breaks."""
        decider = self._policy.decider
        return violations_by(decider, DecidedCase(decider.evaluator(case, now), ranking))

    @lazy
    def _reserve(self) -> NearCases:
        """More cases, for mutants that decide like the original on the corpus."""
        cases = read_drawn_cases(self._policy, RESERVE, self._seed + 1)
        return NearCases([Tried(self._policy, case, _now(case)) for case in cases])

    def outcome(self, mutant: Mutant) -> MutantResult:
        """The result of trying a mutant. What takes least time is tried first, and a notice ends it."""
        changed = Changed(self._original, mutant)
        differing: list[Difference] = []
        for difference in changed.differences(self._near.to_try(changed.owner, mutant)):
            by = self._failing(difference, changed)
            if by:
                return _outcome(mutant, "noticed", by=by)
            differing.append(difference)
        if not differing:
            differing = list(islice(changed.differences(self._elsewhere(mutant, changed)), _ENOUGH))
        if not differing:  # a proposal takes less time than a proof
            differing = list(islice(self._proposed(mutant, changed), 1))
        if differing:
            return self._told_apart(mutant, changed, differing)
        return _untold(mutant, "not proved" if self._prove is None else self._prove(mutant))

    def _told_apart(self, mutant: Mutant, changed: Changed, differing: list[Difference]) -> MutantResult:
        """The result of a mutant that decides some cases differently, which no example notices."""
        by = self._broken(differing)
        if by:
            return _outcome(mutant, "noticed", by=by)
        shortest = min(differing, key=lambda difference: len(msgspec.json.encode(_plain(difference.tried))))
        shown = self._smaller(shortest, changed)
        before, after = _lines(shown, self._policy)
        return _outcome(mutant, "survived", case=_plain(shown.tried), before=before, after=after)

    def _proposed(self, mutant: Mutant, changed: Changed) -> Iterator[Difference]:
        """The differences on proposed cases."""
        proposed = () if self._propose is None else self._propose(mutant)
        for plain in islice(proposed, _PROPOSED):
            difference = self._still(plain, changed)
            if difference is not None:
                yield difference

    def _failing(self, difference: Difference, changed: Changed) -> str:
        """The example that fails by a difference on its case; empty if none does."""
        example = difference.tried.example
        return "" if example is None or changed.meets(difference, example) else f"example {example.id}"

    def _broken(self, differing: Iterable[Difference]) -> str:
        """The first invariant that is broken by a differing decision; empty if none is."""
        for difference in differing:
            if not difference.shows_in_conclusions():
                continue
            broken = self._unmet(difference.tried.case, difference.tried.now, difference.ranking)
            if broken:
                return f"invariant {broken[0].invariant}"
        return ""

    def _elsewhere(self, mutant: Mutant, changed: Changed) -> Iterator[Tried]:
        """More cases, and the corpus at instants at which the rule or the mutant may begin or stop to fire."""
        yield from self._reserve.to_try(changed.owner, mutant)
        left = _TRIES
        for case in self.corpus:
            for instant in self._instants(mutant, changed, case):
                yield Tried(self._policy, case.case, instant, once=True)
                left -= 1
            if left <= 0:
                return

    def _instants(self, mutant: Mutant, changed: Changed, case: Tried) -> list[int]:
        """Instants (seconds since 1970) at which what is changed turns, and the second before each.

        Where a changed fact differs already, these are the turns of the rules that read it; elsewhere, its own.
        """
        rules = self._policy.checked.rules
        if mutant.fact is None or changed.differs_in_fact(case.runtime):
            changing = [rules[no] for no in mutant.affected]
            if mutant.fact is None and not mutant.off:
                changing += [mutant.pack.rules[no] for no in mutant.affected]
            turns = turns_of_rules(changing, case.runtime)
        else:
            before = self._policy.decider.facts[mutant.fact]
            after = next(fact for fact in mutant.pack.facts if fact.id == mutant.fact)
            turns = turns_of_facts((before, after), case.runtime)
        instants = {turn.first for turn in turns if turn.first > case.now}
        return sorted({instant + step for instant in instants for step in (-1, 0)})[:_INSTANTS]

    def _smaller(self, difference: Difference, changed: Changed) -> Difference:
        """A difference on the smallest part of the case that still shows one."""
        small = smallest(_plain(difference.tried), lambda part: self._still(part, changed) is not None)
        return self._still(small, changed) or difference

    def _still(self, plain: dict[str, Any], changed: Changed) -> Difference | None:
        """The difference on a smaller case; ``None`` if there is none, or if the case cannot be read."""
        try:
            case = self._policy.read(plain)
        except InvalidInput:
            return None
        return None if case.now is None else changed.difference(Tried(self._policy, case, case.now, once=True))


def _now(case: Case) -> int:
    assert case.now is not None  # drawn cases and examples have one
    return case.now


def _untold(mutant: Mutant, verdict: Verdict) -> MutantResult:
    """The result of a mutant that decides like the original on every case."""
    if verdict == "equivalent":
        return _outcome(mutant, "equivalent")
    return msgspec.structs.replace(_outcome(mutant, "not told apart"), stopped=verdict == "out of steps")


def _outcome(
    mutant: Mutant,
    status: Literal["noticed", "survived", "not told apart", "equivalent"],
    by: str = "",
    case: dict[str, Any] | None = None,
    before: tuple[str, ...] = (),
    after: tuple[str, ...] = (),
) -> MutantResult:
    return MutantResult(
        *(mutant.id, mutant.owner, mutant.operator, mutant.change, mutant.span),
        *(status, by, case, before, after),
    )


def _plain(tried: Tried) -> dict[str, Any]:
    """A case as JSON has it, with its moment, and without unknown facts. An empty list may be a fact, as may an empty offer."""
    plain: dict[str, Any] = msgspec.to_builtins(tried.case.shape)
    plain["now"] = tried.case.candidate.calendar.local(tried.now).isoformat()
    return plain


def _lines(difference: Difference, policy: Policy) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The lines that only one of the two decisions has; all lines where only their order differs."""
    calendar = difference.tried.case.candidate.calendar
    before = list(_ranking_lines(difference.tried.ranking, policy, calendar))
    after = list(_ranking_lines(difference.ranking, policy, calendar))
    only = tuple(line for line in before if line not in after), tuple(line for line in after if line not in before)
    return only if any(only) else (tuple(before), tuple(after))


def _ranking_lines(ranking: Ranking, policy: Policy, calendar: Calendar) -> Iterator[str]:
    """A line for each conclusion of a ranking."""
    for advice in ranking.ranked:
        yield _line(advice, policy, calendar)
        for alternative in advice.alternatives:
            yield f"{_line(alternative, policy, calendar)}, as an alternative to {advice.action}:{advice.target.id}"
    for loser in ranking.set_aside:
        yield f"{_line(loser, policy, calendar)}, set aside"


def _line(conclusion: Conclusion, policy: Policy, calendar: Calendar) -> str:
    rules = sorted({policy.checked.rules[no].id for no, _, _ in conclusion.firings})
    due = "" if conclusion.due is None else f" by {calendar.local(conclusion.due).isoformat()}"
    return (
        f"{conclusion.modality.replace('_', ' ')} {conclusion.action}:{conclusion.target.id}{due} ({', '.join(rules)})"
    )
