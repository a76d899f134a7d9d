"""The invariants of a pack: proved, refuted by a case, or not settled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec
from msgspec.structs import replace

from tactful.api.policy import Policy
from tactful.language.ir import CheckedPack, Invariant
from tactful.proofs.claims import Proof, prove_invariant
from tactful.proofs.kept import Kept, about_invariant
from tactful.proofs.search import Searcher
from tactful.testing.properties.check import InvariantFailure, InvariantResult, check_invariants, failure_in

Status = Literal["proved", "refuted", "not settled"]


class Proved(msgspec.Struct, frozen=True):
    """What is known of one invariant. ``place`` is ``file:line``.

    ``rests_on``: the rules and conditions that a proof needs. ``tried``: the rows of drawn cases that the invariant was about,
    at each of which the compiled engine was asked. ``vacuous``: no case at all meets the invariant's condition. ``reason``: why
    nothing is settled. ``case``: for a refutation, a small case (YAML) whose decision breaks the invariant, and ``words`` say
    how.
    """

    id: str
    about: str
    place: str
    status: Status
    rests_on: tuple[str, ...]
    tried: int
    vacuous: bool
    reason: str
    case: str
    words: str


def prove_invariants(
    policy: Policy,
    examples: int,
    seed: int | None = None,
    cache: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[Proved]:
    """Prove the invariants of a pack, in the pack's order.

    For those that are not proved, a refutation is searched for in ``examples`` drawn cases, and then by the solver
    among cases with a few rows. Only a case whose decision breaks the invariant is a refutation. ``seed`` is that of
    the drawn cases; without it, the pack's digest gives it, so that each run has the same. ``cache`` is a folder in
    which results are kept. ``progress`` is called with the number of invariants that are done, and of all of them.
    Raises :class:`tactful.EngineError` as :meth:`tactful.Policy.decide` does.
    """
    checked = policy.checked
    kept = Kept(cache)
    about = policy.digest, examples, seed
    before = kept.get(about, list[Proved])
    if before is not None:
        return before
    used = int(checked.digest[-8:], 16) if seed is None else seed
    drawn = {result.id: result for result in check_invariants(policy, seed=used, examples=examples)}
    searcher = Searcher(policy)
    results = []
    for done, invariant in enumerate(checked.invariants):
        if progress is not None:
            progress(done, len(checked.invariants))
        proof, result = _proof(checked, invariant, kept), drawn[invariant.id]
        if not proof.proved and result.failure is None:
            result = replace(result, failure=refutation(policy, searcher, invariant, proof.suspect))
        results.append(_settled(proof, result))
    kept.put(about, results)
    return results


def _proof(checked: CheckedPack, invariant: Invariant, kept: Kept) -> Proof:
    """The proof of an invariant, made anew only if something changed that it can depend on."""
    about = about_invariant(checked, invariant)
    proof = kept.get(about, Proof)
    if proof is None:
        proof = prove_invariant(checked, invariant)
        kept.put(about, proof)
    return proof


def refutation(policy: Policy, searcher: Searcher, invariant: Invariant, suspect: str) -> InvariantFailure | None:
    """A failure in a case that the solver finds, if the engine decides the case so."""
    failures = (failure_in(policy, invariant, case) for case in searcher.cases(invariant, suspect))
    return next((failure for failure in failures if failure is not None), None)


def _settled(proof: Proof, drawn: InvariantResult) -> Proved:
    """The proof and the drawn cases together. A case that breaks the invariant goes before everything else."""
    failure = drawn.failure
    status: Status = "refuted" if failure is not None else "proved" if proof.proved else "not settled"
    return Proved(
        id=drawn.id,
        about=drawn.about,
        place=drawn.place,
        status=status,
        rests_on=proof.rests_on if status == "proved" else (),
        tried=drawn.tried,
        vacuous=proof.vacuous,
        reason=proof.reason if status == "not settled" else "",
        case="" if failure is None else failure.case,
        words=drawn.words,
    )
