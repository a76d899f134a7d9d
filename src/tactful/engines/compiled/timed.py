"""Facts and expressions in generated code that reports the turns of time that its results depend on, see ``turning``."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from tactful.engines.compiled import nodes
from tactful.engines.compiled.expressions import NOW, RUNTIME, Expressions
from tactful.engines.compiled.fact_functions import Facts, asked_once
from tactful.engines.compiled.past import FIRST, LAST
from tactful.engines.compiled.python_ast import (
    assign,
    attribute,
    call,
    compare,
    constant,
    either,
    function,
    is_known,
    load,
    negate,
    set_attribute,
)
from tactful.language.ir import Aggregate, CheckedPack, Condition, Field, NowIs, Predicate, Relates, Test
from tactful.language.ir.boundaries import clock_times
from tactful.language.ir.clockwork import Clockwork
from tactful.language.ir.days import asks_the_date

#: The orders that turn one second after the moment that people name.
LATE: Final = (">", "<=")


class TimedFacts(Facts):
    """The functions of facts that report turns."""

    def __init__(self, checked: CheckedPack, once: frozenset[str] = frozenset()) -> None:
        super().__init__(checked, once)
        #: Tests of the date, by the names that generated code has for them.
        self.dates: dict[str, Test] = {}

    def expressions(
        self,
        nullable: frozenset[str],
        computed: Callable[[Field, ast.expr], ast.expr],
        used: set[str] | None = None,
    ) -> TimedExpressions:
        return TimedExpressions(nullable, computed, self.dates, used)


class TimedExpressions(Expressions):
    """Expressions that read the time from ``last`` of the runtime object, and report turns to it."""

    def __init__(
        self,
        nullable: frozenset[str],
        computed: Callable[[Field, ast.expr], ast.expr],
        dates: dict[str, Test],
        used: set[str] | None,
    ) -> None:
        super().__init__(nullable, computed, used)
        self._dates = dates
        self._test: Test | None = None

    def in_turn(self, members: Sequence[Condition]) -> Sequence[Condition]:
        """As written: the first member that decides is the one that explanations show, and later ones may turn unseen."""
        return members

    def test(self, test: Test) -> ast.expr:
        self._test = test
        made = super().test(test)
        self._test = None
        return made

    def own_value(self, field: Field, row: ast.expr) -> ast.expr:
        if field.origin != "clock":
            return super().own_value(field, row)
        if self._test is None:  # a value that is shown
            return self.clock(field, row, attribute(load(RUNTIME), "now"))
        return self.clock(field, row, self._moment(self._test, attribute(row, "calendar")))

    def _moment(self, test: Test, calendar: ast.expr) -> ast.expr:
        if compares_clocks(test):
            return call(load("any_second"), load(RUNTIME))
        if not asks_the_date(test):
            return call(load("clock"), load(RUNTIME), calendar, constant(clock_times(test)))
        name = f"date{len(self._dates)}"
        self._dates[name] = test
        return call(load("date_clock"), load(RUNTIME), calendar, load(name))

    def predicate(self, predicate: Predicate, value: ast.expr, field: Field) -> ast.expr:
        if not isinstance(predicate, NowIs):
            return super().predicate(predicate, value, field)
        has_turned = call(load("reached"), load(RUNTIME), self._key(predicate, value, field))
        return has_turned if predicate.op[0] == ">" else negate(has_turned)

    def _key(self, predicate: NowIs, value: ast.expr, field: Field) -> ast.expr:
        return _key(self.shifted(value, predicate.shift, field), predicate.op in LATE)

    def turned(self, predicate: NowIs, field: Field) -> ast.expr:
        """The key of the turn of a predicate, which has happened; the first of all keys where the field is unknown."""
        first, again = self.named(self.value(field))
        return nodes.IfExp(is_known(first), self._key(predicate, again, field), constant(FIRST))


class AheadFacts(TimedFacts):
    """The functions of facts that report turns that are still ahead, and keep what ``past`` needs of the present.

    The main functions only ask when something turns next. The functions of facts also report since when their value has been
    the same. So a search that goes back in time finds these facts evaluated already.
    """

    def __init__(self, checked: CheckedPack, clockwork: Clockwork) -> None:
        aggregates = {fact.id for fact in checked.facts if isinstance(fact, Aggregate)}  # these take long, so that
        super().__init__(checked, asked_once(checked) - aggregates)  # ``past`` needs to know them
        self._clockwork = clockwork
        #: Whether the functions of facts are being generated; before that, the main functions are.
        self._of_facts = False

    def expressions(
        self,
        nullable: frozenset[str],
        computed: Callable[[Field, ast.expr], ast.expr],
        used: set[str] | None = None,
    ) -> TimedExpressions:
        made = TimedExpressions if self._of_facts else AheadExpressions
        return made(nullable, computed, self.dates, used)

    def functions(self) -> Iterator[ast.stmt]:
        self._of_facts = True
        yield from super().functions()
        self._of_facts = False

    def remembering(self, no: int, body: list[ast.stmt]) -> list[ast.stmt]:
        if not self._clockwork.fact(self._facts[no]):
            return super().remembering(no, body)
        kept, low, high = load("kept"), load("low"), load("high")
        head = [
            assign("key", self.key(no)),
            assign("kept", call(attribute(load(RUNTIME), "present", "get"), load("key"))),
            nodes.If(is_known(kept), [nodes.Return(call(load("known_now"), load(RUNTIME), kept))], []),
            assign("low", attribute(load(RUNTIME), "low")),
            assign("high", attribute(load(RUNTIME), "high")),
            set_attribute(load(RUNTIME), "low", constant(FIRST)),
            set_attribute(load(RUNTIME), "high", constant(LAST)),
        ]
        work = ast.Module(body, [])
        _Keep(low, high).visit(work)
        return [function(f"fact{no}", [RUNTIME, "row"], [*head, *work.body])]


class _Keep(ast.NodeTransformer):
    """Makes a function keep the value that it returns, with the turns between which it is the same."""

    def __init__(self, low: ast.expr, high: ast.expr) -> None:
        self._before = low, high

    def visit_Return(self, node: ast.Return) -> ast.stmt:
        assert node.value is not None  # a fact's function returns its value
        return nodes.Return(call(load("keep_now"), load(RUNTIME), load("key"), node.value, *self._before))


class AheadExpressions(TimedExpressions):
    """Expressions that compare with ``now``, and only call a function for what has not turned yet."""

    def predicate(self, predicate: Predicate, value: ast.expr, field: Field) -> ast.expr:
        if not isinstance(predicate, NowIs):
            return super().predicate(predicate, value, field)
        first, again = self.named(self.shifted(value, predicate.shift, field))
        late = predicate.op in LATE
        has_turned = compare(load(NOW), ">" if late else ">=", first)
        turns = either([has_turned, call(load("still_ahead"), load(RUNTIME), _key(again, late))])
        return turns if predicate.op[0] == ">" else negate(turns)


def _key(first: ast.expr, late: bool) -> ast.expr:
    return nodes.BinOp(nodes.BinOp(first, ast.Mult(), constant(2)), ast.Add(), constant(2 if late else 1))


def compares_clocks(test: Test) -> bool:
    """Whether a test compares a clock with another field, so that the moment of the turn is not in the test."""
    return any(
        isinstance(predicate, Relates) and "clock" in (test.field.origin, predicate.other.origin)
        for predicate in test.predicates
    )
