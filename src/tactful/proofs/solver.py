"""The solver: the only module that imports z3, which has no types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

import z3

#: A formula or a term of the solver.
Term = Any

#: How much work the solver may do for one question. It is a count of the solver's steps and not a time, so that a slow
#: machine gets the same answer as a fast one.
STEPS: Final = 20_000_000
#: How much memory a question may take, in megabytes. A question that needs more is not settled.
MEMORY: Final = 2_000

TRUE: Final[Term] = z3.BoolVal(True)
FALSE: Final[Term] = z3.BoolVal(False)
INTEGER: Final[Term] = z3.IntSort()
REAL: Final[Term] = z3.RealSort()
BOOLEAN: Final[Term] = z3.BoolSort()


def solver_version() -> str:
    """The version of the solver."""
    return str(z3.get_version_string())


def variable(name: str, sort: Term) -> Term:
    """A variable."""
    return z3.Const(name, sort)


def number(value: int | float, sort: Term) -> Term:
    """A fixed number. A float stands for exactly the number that it holds."""
    if sort == REAL:
        top, bottom = value.as_integer_ratio()
        return z3.Q(top, bottom)
    return z3.IntVal(value)


def function(name: str, arity: int) -> Term:
    """A function of whole numbers of which nothing is known."""
    return z3.Function(name, *[INTEGER] * (arity + 1))


def every(terms: Iterable[Term]) -> Term:
    """All of these hold."""
    return _joined(z3.Z3_mk_and, [TRUE, *terms])


def some(terms: Iterable[Term]) -> Term:
    """At least one of these holds."""
    return _joined(z3.Z3_mk_or, [FALSE, *terms])


def _joined(make: Any, terms: list[Term]) -> Term:
    """Formulas in one formula. ``z3.And`` and ``z3.Or`` look at the sorts of all of them first, which takes longer."""
    formulas = (z3.Ast * len(terms))(*[term.as_ast() for term in terms])
    return z3.BoolRef(make(TRUE.ctx_ref(), len(terms), formulas), TRUE.ctx)


def at_least(count: int, terms: Iterable[Term]) -> Term:
    """At least so many of these hold."""
    return z3.PbGe([(term, 1) for term in terms], count)


def negation(term: Term) -> Term:
    """This does not hold."""
    return z3.Not(term)


def implies(cause: Term, effect: Term) -> Term:
    """Where the first holds, the second does."""
    return z3.Implies(cause, effect)


def chosen(condition: Term, yes: Term, no: Term) -> Term:
    """The first term where the condition holds, else the second."""
    return z3.If(condition, yes, no)


def real(term: Term) -> Term:
    """A whole number as a number."""
    return z3.ToReal(term)


def total(terms: Iterable[Term]) -> Term:
    """The sum of these; 0 for none."""
    found = list(terms)
    return z3.Sum(found) if found else z3.IntVal(0)


class Model:
    """Values of variables for which formulas hold."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def truth(self, term: Term) -> bool:
        """Whether a formula holds."""
        return bool(z3.is_true(self._model.eval(term, model_completion=True)))

    def number(self, term: Term) -> int | float:
        """The value of a number."""
        value = self._model.eval(term, model_completion=True)
        if z3.is_int_value(value):
            return int(value.as_long())
        fraction = value.as_fraction()
        return int(fraction) if fraction.denominator == 1 else float(fraction)


def found(known: Iterable[Term], steps: int) -> Model | None:
    """Values for which all these hold; ``None`` where there are none, or the steps run out."""
    solver = _solver(steps)
    solver.add(*known)
    return Model(solver.model()) if solver.check() == z3.sat else None


def impossible(known: Iterable[Term], named: Mapping[str, Term]) -> tuple[str, ...] | None:
    """The names of formulas that cannot all hold, given what is known; ``None`` where they may, or the steps run out."""
    solver = _solver(STEPS)
    solver.add(*known)
    for name, term in named.items():
        solver.assert_and_track(term, name)
    if solver.check() != z3.unsat:
        return None
    return tuple(sorted(str(name) for name in solver.unsat_core()))


#: Whether formulas can hold together, as far as the solver can tell: ``out of steps`` where it ran out of steps or memory.
Answer = Literal["impossible", "possible", "out of steps"]


def answer(known: Iterable[Term], question: Term, steps: int) -> Answer:
    """Whether a formula can hold, given what is known. ``steps`` bound the solver's work, as :data:`STEPS` does."""
    solver = _solver(steps)
    solver.add(*known, question)
    found = solver.check()
    return "impossible" if found == z3.unsat else "possible" if found == z3.sat else "out of steps"


def _solver(steps: int) -> Any:
    solver = z3.Solver()
    solver.set("rlimit", steps)
    solver.set("max_memory", MEMORY)
    solver.set("random_seed", 0)
    return solver
