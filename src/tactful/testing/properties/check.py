"""A pack's invariants checked on drawn cases. Failing cases are made small, described, and kept for the next run."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import yaml
from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase

from tactful.api.policy import Policy
from tactful.decide.general import General, check_claim, general_invariants, recommended
from tactful.decide.invariants import DecidedCase, InvariantCheck, check_invariant, decide_case
from tactful.facts.kinds import DAY
from tactful.language.ir import Always, Invariant, Keeps
from tactful.language.terms import GENERAL, MESSAGES_A_WEEK
from tactful.source.diagnostics import InvalidInput
from tactful.testing.properties.choosing import chosen_cases
from tactful.testing.properties.drawing import own_seed
from tactful.testing.properties.following import Begun, Claimed, Flood, Following, follow
from tactful.testing.properties.options import DRAWN
from tactful.testing.properties.reaching import Unfired
from tactful.testing.properties.smallest import smallest

Plain = dict[str, Any]


class InvariantFailure(msgspec.Struct, frozen=True):
    """A case that breaks an invariant.

    ``case`` is YAML with ``now``, made as small as possible. ``actions`` are the conclusions that break the invariant, each
    with its target; they are empty where a conclusion is missing. ``rules`` are the ids of the rules behind those conclusions,
    or of the rules that defeated the missing one. ``entity`` and ``id`` name the row, and ``seed`` is that of the drawn cases.
    ``after``: what came before, where the case is one whose advice was followed.
    """

    case: str
    entity: str
    id: str
    actions: tuple[str, ...]
    rules: tuple[str, ...]
    seed: int
    after: str = ""


class InvariantResult(msgspec.Struct, frozen=True):
    """The result for one invariant. ``place`` is ``file:line``, or empty for an invariant of every pack.

    ``tried`` is the number of drawn rows that the invariant is about. With 0, the invariant was never tested.
    ``missing``: what the pack would have to declare, so that the invariant could be checked; empty where it was.
    """

    id: str
    about: str
    place: str
    passed: bool
    tried: int
    failure: InvariantFailure | None
    missing: str = ""

    @property
    def words(self) -> str:
        """The row and the case that break the invariant, in several lines; empty where it holds."""
        failure = self.failure
        if failure is None:
            return ""
        nothing = "what is claimed is not concluded" if self.place else "nothing is advised for it"
        advised = f"advised: {', '.join(failure.actions)}" if failure.actions else nothing
        where = failure.after or "in a drawn case"
        return (
            f"does not hold of {failure.entity} {failure.id}, {where} (seed {failure.seed}):\n"
            f"{advised}\nby: {', '.join(failure.rules) or 'no rule'}\n\n{failure.case}"
        )

    @property
    def text(self) -> str:
        """The result in words, several lines for a failure."""
        if self.missing:
            return f"{self.id}: not checked, because {self.missing}"
        if self.failure is None:
            return f"{self.id}: holds, of {self.tried} rows"
        return f"{self.place or 'every pack'}: {self.id}: {self.about}\n{self.words}"


def check_invariants(
    policy: Policy,
    *,
    seed: int | None = None,
    examples: int = DRAWN,
    database: ExampleDatabase | Path | None = None,
    only: Collection[str] | None = None,
) -> list[InvariantResult]:
    """Check the invariants that a pack states on drawn cases. The results are in the pack's order.

    :func:`check_general` checks those of every pack.
    ``only``: the ids of the invariants to check; by default all of them.
    ``examples`` is how many cases are drawn. The same ``seed`` draws the same cases, with the same version of hypothesis.
    ``database`` (a folder, or a database of hypothesis) keeps failing cases; they are tried first in the next run, until they
    pass. Raises :class:`tactful.EngineError` as :meth:`tactful.Policy.decide` does.
    """
    checked = policy.checked.invariants
    wanted = {invariant.id for invariant in checked if only is None or invariant.id in only}
    return check_drawn(policy, seed=seed, examples=examples, database=database, only=wanted).results


def check_general(
    policy: Policy,
    *,
    seed: int | None = None,
    examples: int = DRAWN,
    database: ExampleDatabase | Path | None = None,
    only: Collection[str] | None = None,
) -> list[InvariantResult]:
    """Check the invariants of every pack on drawn cases of this one. Those that it switches off are left out.

    Arguments are those of :func:`check_invariants`.
    """
    wanted = {id_ for id_ in GENERAL if only is None or id_ in only}
    return check_drawn(policy, seed=seed, examples=examples, database=database, only=wanted).general


class Checked(msgspec.Struct, frozen=True):
    """The results for the pack's invariants and for those of every pack, how many cases they were tried on, and the rules
    that fired in none of them.
    """

    results: list[InvariantResult]
    general: list[InvariantResult]
    tried: int
    unfired: tuple[Unfired, ...]


def check_drawn(
    policy: Policy,
    *,
    seed: int | None,
    examples: int,
    database: ExampleDatabase | Path | None,
    only: Collection[str] | None,
    progress: Callable[[int, int], None] | None = None,
) -> Checked:
    """As :func:`check_invariants` and :func:`check_general`, with what is known of the cases.

    ``progress`` is called with the number of cases that were tried, and of all of them.
    """
    used = own_seed(policy) if seed is None else seed
    kept = DirectoryBasedExampleDatabase(database) if isinstance(database, Path) else database
    stated = [invariant for invariant in policy.checked.invariants if only is None or invariant.id in only]
    general = [claim for claim in general_invariants(policy.checked) if only is None or claim.id in only]
    check = _Check(policy, (*stated, *(claim for claim in general if not claim.missing)), used, kept)
    check.again()
    chosen = chosen_cases(policy, examples, used)
    check.drawn(chosen.cases, progress)
    results = [check.result(invariant) for invariant in stated]
    found = Following()
    if any(not claim.parts and not claim.missing for claim in general):
        found = follow(policy, check.begun, used, check.first_broken)
    return Checked(
        results, [check.general_result(claim, found) for claim in general], len(chosen.cases), chosen.unfired
    )


def assert_invariants(
    policy: Policy,
    *,
    seed: int | None = None,
    examples: int = DRAWN,
    database: ExampleDatabase | Path | None = None,
    only: Collection[str] | None = None,
) -> None:
    """Raise :class:`AssertionError` with every invariant that is broken, and a small case for each.

    Arguments are those of :func:`check_invariants`.
    """
    results = check_invariants(policy, seed=seed, examples=examples, database=database, only=only)
    failed = [result.text for result in results if result.failure is not None]
    if failed:
        raise AssertionError("\n\n".join(failed))


def failure_in(policy: Policy, invariant: Invariant, case: Plain) -> InvariantFailure | None:
    """The failure of an invariant in a case, which is made small first; ``None`` where the invariant holds."""
    check = _Check(policy, (invariant,), 0, None)
    return check.failure(invariant, case) if check.fails(invariant, case) else None


class _Check:
    """One run over some invariants of a pack."""

    def __init__(
        self, policy: Policy, invariants: Sequence[Claimed], seed: int, database: ExampleDatabase | None
    ) -> None:
        self._policy, self._invariants = policy, invariants
        self._seed, self._database = seed, database
        self._tried = {invariant.id: 0 for invariant in invariants}
        self._failed: dict[str, Plain] = {}
        self._count = 0
        self.begun: list[Begun] = []
        about_one = (invariant for invariant in policy.checked.invariants if invariant.change is None)
        #: All that a decision alone can break, be it asked for or not.
        self._of_one: tuple[Claimed, ...] = (
            *about_one,
            *(claim for claim in general_invariants(policy.checked) if not claim.missing),
        )

    def again(self) -> None:
        """Try the kept cases. Those that pass now, or can no longer be read, are removed."""
        if self._database is None:
            return
        for invariant in self._invariants:
            for stored in sorted(self._database.fetch(self._key(invariant)), key=len):
                case = json.loads(stored)
                if self.fails(invariant, case):
                    self._failed.setdefault(invariant.id, case)
                else:
                    self._database.delete(self._key(invariant), stored)

    def drawn(self, cases: Sequence[Plain], progress: Callable[[int, int], None] | None) -> None:
        """Try drawn cases. A failure does not end the run, as other invariants are still to be tried."""
        for done, case in enumerate(cases, 1):
            self._try(case)
            if progress is not None:
                progress(done, len(cases))

    def _try(self, case: Plain) -> None:
        """Try a drawn case at its own moment and some days later, which costs little and crosses more deadlines."""
        read = self._policy.read(case)
        assert read.now is not None  # drawn cases have one
        self._count += 1
        taken = decide_case(self._policy.decider, read, read.now)
        self.begun.append(Begun(case, self._to_follow(taken)))
        self._look(case, taken, later=False)
        after = decide_case(self._policy.decider, read, read.now + DAY * (self._count % 7 + 1))
        moved = {**case, "now": read.candidate.calendar.local(after.now).isoformat()}
        self._look(moved, after, later=True)

    def _to_follow(self, taken: DecidedCase) -> frozenset[int]:
        """The rules behind advice that changes the case when it is followed."""
        actions = self._policy.checked.actions
        advice = (advised for advised in recommended(taken.ranking) if actions[advised.action].leaves is not None)
        return frozenset(no for advised in advice for no, _, _ in advised.firings)

    def _look(self, case: Plain, taken: DecidedCase, later: bool) -> None:
        for invariant in self._invariants:
            if invariant.id in self._failed or (later and _compares_two(invariant)):
                continue
            for outcome in self._outcomes(invariant, taken):
                self._tried[invariant.id] += 1
                if outcome.broken is not None:
                    self._failed.setdefault(invariant.id, case)

    def first_broken(self, taken: DecidedCase) -> Claimed | None:
        """An invariant that a decision breaks, and that is not known to be broken."""
        for invariant in self._of_one:
            if invariant.id not in self._failed and any(
                outcome.broken is not None for outcome in self._outcomes(invariant, taken)
            ):
                return invariant
        return None

    def _outcomes(self, invariant: Claimed, taken: DecidedCase) -> Iterator[InvariantCheck]:
        if isinstance(invariant, General):
            return check_claim(invariant, self._policy.checked, taken)
        return check_invariant(invariant, self._policy.decider, taken)

    def result(self, invariant: Claimed) -> InvariantResult:
        """The result for an invariant."""
        case = self._failed.get(invariant.id)
        failure = None if case is None else self.failure(invariant, case)
        place, missing = "", ""
        if isinstance(invariant, General):
            missing = invariant.missing
        else:
            place = f"{invariant.span.file}:{invariant.span.line}"
        tried = self._tried.get(invariant.id, 0)
        return InvariantResult(invariant.id, invariant.about, place, failure is None, tried, failure, missing)

    def general_result(self, claim: General, found: Following) -> InvariantResult:
        """The result for an invariant of every pack, of which some are about weeks of advice."""
        if claim.parts or claim.missing:
            return self.result(claim)
        failure, tried = None, found.decided
        if claim.id == MESSAGES_A_WEEK:
            failure, tried = (None if found.flood is None else self._flooded(found.flood)), found.followed
        elif found.broken is not None:
            broken, case = found.broken
            after = f"as `{broken.id}` says, in a case whose advice was followed"
            failure = msgspec.structs.replace(self.failure(broken, case), after=after)
        return InvariantResult(claim.id, claim.about, "", failure is None, tried, failure)

    def _flooded(self, flood: Flood) -> InvariantFailure:
        messages = [
            f"{_moment(sent.moment)} {sent.conclusion.action} → {sent.conclusion.target.entity} {sent.conclusion.target.id}"
            for sent in flood.found.sent
        ]
        firings = (firing for sent in flood.found.sent for firing in sent.conclusion.firings)
        return InvariantFailure(
            case=yaml.safe_dump(flood.case, sort_keys=False, allow_unicode=True),
            entity=flood.found.entity,
            id=flood.found.id,
            actions=tuple(messages),
            rules=tuple(sorted({self._policy.checked.rules[no].id for no, _, _ in firings})),
            seed=self._seed,
            after="in a drawn case whose advice was followed",
        )

    def failure(self, invariant: Claimed, drawn: Plain) -> InvariantFailure:
        """The failure of an invariant in a case that breaks it."""
        case = smallest(drawn, lambda part: self.fails(invariant, part))
        if self._database is not None:
            self._database.save(self._key(invariant), json.dumps(case).encode())
        outcome = next(self._broken(invariant, case))
        actions = sorted(
            {
                f"{conclusion.modality} {conclusion.action} → {conclusion.target.entity} {conclusion.target.id}"
                for conclusion in outcome.broken or ()
            }
        )
        return InvariantFailure(
            case=yaml.safe_dump(case, sort_keys=False, allow_unicode=True),
            entity=outcome.row.entity,
            id=outcome.row.id,
            actions=tuple(actions),
            rules=self._rules(outcome),
            seed=self._seed,
        )

    def fails(self, invariant: Claimed, case: Plain) -> bool:
        """Whether a case breaks an invariant. What is no case breaks none."""
        try:
            return next(self._broken(invariant, case), None) is not None
        except InvalidInput:
            return False

    def _broken(self, invariant: Claimed, case: Plain) -> Iterator[InvariantCheck]:
        read = self._policy.read(case)
        assert read.now is not None  # the moment is never left out
        taken = decide_case(self._policy.decider, read, read.now)
        return (check for check in self._outcomes(invariant, taken) if check.broken is not None)

    def _rules(self, outcome: InvariantCheck) -> tuple[str, ...]:
        """The ids of the rules behind the conclusions that break the invariant, or that defeated the missing one."""
        conclusions = list(outcome.broken or ())
        claim = None if outcome.invariant is None else outcome.invariant.claim
        if not conclusions and isinstance(claim, Always | Keeps):
            losers = [loser for loser in outcome.last.ranking.set_aside if loser.action == claim.action]
            conclusions = [winner for loser in losers for winner in loser.lost_to]
        rules = self._policy.checked.rules
        return tuple(sorted({rules[no].id for conclusion in conclusions for no, _, _ in conclusion.firings}))

    def _key(self, invariant: Claimed) -> bytes:
        return f"{self._policy.name}/{invariant.id}".encode()


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%MZ")


def _compares_two(invariant: Claimed) -> bool:
    return isinstance(invariant, Invariant) and invariant.change is not None
