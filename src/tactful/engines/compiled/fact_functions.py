"""Computed facts as functions: each fact has its own, such as ``fact3(x, row)``."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import Final, Literal, assert_never

from tactful.engines.compiled import nodes
from tactful.engines.compiled.expressions import NOW, RUNTIME, Expressions
from tactful.engines.compiled.python_ast import (
    LOAD,
    STORE,
    add,
    assign,
    attribute,
    both,
    call,
    compare,
    constant,
    either,
    function,
    is_known,
    is_unknown,
    load,
    loop,
    with_variables,
)
from tactful.engines.compiled.tree_code import Tables
from tactful.facts.entities import SCOPES
from tactful.language.ir import Aggregate, CheckedPack, ComputedFact, Derived, Field, Pick, Rule, WhenFact
from tactful.language.ir.reads import computed, fields_of_fact, fields_of_orders, fields_of_rule

FAMILY: Final = "family"
#: The variable that holds the value of the current row.
_VALUE: Final = "value"
#: The variables of a function that keeps its values: those that it knows, the number of the current row's, and the result.
_MEMO: Final = "memo"
_KEY: Final = "key"
_RESULT: Final = "result"
#: Stands for a value that was not asked for. No fact has it.
_NOT_ASKED: Final = nodes.Constant(...)


class Facts:
    """The functions of all computed facts of a pack."""

    def __init__(self, checked: CheckedPack, once: frozenset[str] = frozenset()) -> None:
        """``once``: the ids of facts whose values are not cached, see :func:`asked_once`."""
        self._facts, self._once = checked.facts, once
        #: Tables that generated code looks values up in.
        self.tables: Tables = {}
        #: Each fact's number, by its id.
        self.numbers = {fact.id: no for no, fact in enumerate(checked.facts)}
        #: Numbers of the facts whose functions are called, and of the facts whose functions cache values by row.
        self._called: set[int] = set()
        self._remembered: set[int] = set()
        self._written: set[int] = set()
        self._reads: dict[str, frozenset[str]] = {}

    def expressions(
        self,
        nullable: frozenset[str],
        computed: Callable[[Field, ast.expr], ast.expr],
        used: set[str] | None = None,
    ) -> Expressions:
        """The expressions of a function. ``used`` collects the entities whose variables they use."""
        return Expressions(nullable, computed, used)

    def read(self, id_: str, row: ast.expr) -> ast.expr:
        """A call of the fact's function."""
        self._called.add(self.numbers[id_])
        return call(load(f"fact{self.numbers[id_]}"), load(RUNTIME), row)

    def fact(self, id_: str) -> ComputedFact:
        """The fact itself."""
        return self._facts[self.numbers[id_]]

    def reads(self, id_: str) -> frozenset[str]:
        """The ids of the computed facts that a fact reads."""
        known = self._reads.get(id_)
        if known is None:
            known = self._reads[id_] = frozenset(computed(fields_of_fact(self.fact(id_))))
        return known

    def read_again(self, id_: str, row: ast.expr) -> ast.expr:
        """A call of a function that caches its values: from another fact, or from a loop inside the fact's row."""
        if id_ not in self._once:
            self._remembered.add(self.numbers[id_])
        return self.read(id_, row)

    def computed(self, field: Field, row: ast.expr) -> ast.expr:
        """The call by which another fact reads a computed fact of a row."""
        return self.read_again(field.key, row)

    def functions(self) -> Iterator[ast.stmt]:
        """The functions of all facts that the code generated so far calls, without those that were given before."""
        for no, fact in reversed(list(enumerate(self._facts))):  # a fact comes after the facts that it reads
            if no not in self._called or no in self._written:
                continue
            self._written.add(no)
            body = _FactFunction(self, fact).body()
            if no in self._remembered:
                yield from self.remembering(no, body)
            else:
                yield function(f"fact{no}", [RUNTIME, "row"], body)

    def key(self, no: int) -> ast.expr:
        """The number under which the value of a fact is cached for ``row``."""
        rows = nodes.BinOp(attribute(load("row"), "no"), ast.Mult(), constant(len(self._facts)))
        return nodes.BinOp(rows, ast.Add(), constant(no))

    def remembering(self, no: int, body: list[ast.stmt]) -> list[ast.stmt]:
        """The function of a fact that looks its value up by the fact's and the row's number. The first call computes it."""
        known = nodes.If(nodes.Compare(load(_KEY), [ast.In()], [load(_MEMO)]), [nodes.Return(_stored(LOAD))], [])
        head = [assign(_MEMO, attribute(load(RUNTIME), "memo")), assign(_KEY, self.key(no)), known]
        kept = ast.Module(body, [])
        _Keep().visit(kept)
        return [function(f"fact{no}", [RUNTIME, "row"], [*head, *kept.body])]


def asked_once(checked: CheckedPack) -> frozenset[str]:
    """The ids of the facts that are read in one place only, for the same row: nobody asks for their values again."""
    readers: dict[str, list[str]] = {}
    for what in (*checked.rules, *checked.facts):
        fields = fields_of_rule(what) if isinstance(what, Rule) else fields_of_fact(what)
        for field in fields:
            if field.origin == "computed":
                readers.setdefault(field.key, []).append("" if field.via else what.entity)
    sorting = computed(fields_of_orders(checked.actions.values()))
    return frozenset(fact.id for fact in checked.facts if readers.get(fact.id) == [fact.entity]) - sorting


def _stored(context: ast.expr_context) -> ast.expr:
    """The value that is kept for the current row."""
    return nodes.Subscript(load(_MEMO), load(_KEY), context)


class _Keep(ast.NodeTransformer):
    """Makes a function keep the value that it returns."""

    def visit_Return(self, node: ast.Return) -> list[ast.stmt]:
        assert node.value is not None  # a fact's function returns its value
        value = nodes.Name(_RESULT, STORE)
        return [nodes.Assign([_stored(STORE), value], node.value), nodes.Return(load(_RESULT))]


class _FactFunction:
    """The body of a fact's function."""

    def __init__(self, facts: Facts, fact: ComputedFact) -> None:
        self._facts, self._fact = facts, fact
        self._own = SCOPES[fact.entity]
        nullable = {"offer"} if fact.entity != "offer" else set()
        self._nullable = nullable | ({"person"} if fact.entity == "message" else set())

    def body(self) -> list[ast.stmt]:
        """All statements."""
        scope = [assign(NOW, attribute(load(RUNTIME), "now")), *scope_of(self._fact.entity, load("row"))]
        return with_variables(scope, self._work(self._fact))

    def _work(self, fact: ComputedFact) -> list[ast.stmt]:
        match fact:
            case WhenFact():
                return self._when(fact)
            case Aggregate():
                return self._aggregate(fact)
            case Derived(expression=expression):
                value = self._expressions(self._nullable).expression(expression)
                return [nodes.Return(value)]
            case _:
                assert_never(fact)

    def _expressions(self, nullable: Iterable[str]) -> Expressions:
        return self._facts.expressions(frozenset(nullable), self._facts.computed)

    def _asked_once(self, fact: Aggregate, asked: dict[str, None]) -> Callable[[Field, ast.expr], ast.expr]:
        """Reads computed facts in the loop of an aggregate: those of rows that the loop does not change are asked for once.

        ``asked`` gets the variables that keep their values. Each has to be :data:`_NOT_ASKED` before the loop.
        """
        changing = {fact.over, *(("application", "offer") if fact.pivot == "candidate" else ())}
        fixed = frozenset(self._own).difference(changing)

        def computed(field: Field, row: ast.expr) -> ast.expr:
            value = self._facts.computed(field, row)
            if field.scope not in fixed:
                return value
            name = "_".join(("own", field.scope, *field.via, str(self._facts.numbers[field.key])))
            asked[name] = None
            known = nodes.Compare(load(name), [ast.IsNot()], [_NOT_ASKED])
            return nodes.IfExp(known, load(name), nodes.NamedExpr(nodes.Name(name, STORE), value))

        return computed

    def _when(self, fact: WhenFact) -> list[ast.stmt]:
        condition = self._expressions(self._nullable).condition(fact.condition)
        return [nodes.Return(nodes.IfExp(condition, constant(True), constant(False)))]

    # --- aggregates ---

    def _aggregate(self, fact: Aggregate) -> list[ast.stmt]:
        nullable = self._nullable - {fact.over}
        if fact.over == "message" and "person" not in self._own:
            nullable = nullable | {"person"}
        if fact.entity == "candidate" and fact.over != "offer":
            nullable = nullable | {"offer"}
        asked: dict[str, None] = {}
        expressions = self._facts.expressions(frozenset(nullable), self._asked_once(fact, asked))
        condition = expressions.condition(fact.where)
        value = constant(None) if fact.value is None else expressions.value(fact.value)
        match fact.op:
            case "exists" | "none":
                hit: list[ast.stmt] = [nodes.Return(constant(fact.op == "exists"))]
                start, end = [], [nodes.Return(constant(fact.op == "none"))]
            case "count":
                hit = [add("total", constant(1))]
                start, end = [assign("total", constant(0))], [nodes.Return(load("total"))]
            case "sum":
                hit = gather("sum", "total", value)
                start, end = [assign("total", constant(0))], [nodes.Return(load("total"))]
            case "latest" | "earliest":
                hit = gather(fact.op, "best", value)
                start, end = [assign("best", constant(None))], [nodes.Return(load("best"))]
        first = [assign(list(asked), _NOT_ASKED)] if asked else []
        return [*first, *start, *self._rows(fact, [nodes.If(condition, hit, [])]), *end]

    def _rows(self, fact: Aggregate, body: list[ast.stmt]) -> list[ast.stmt]:
        """Loops over the collection around ``body``."""
        inner = self._below(fact, body)
        if fact.pivot != "candidate":
            return inner
        head = [assign("application", attribute(load(FAMILY), "application"))]
        if fact.over != "application" or "offer" not in self._own:
            head.append(assign("offer", attribute(load(FAMILY), "offer")))
        return [loop(FAMILY, attribute(load(RUNTIME), "families"), [*head, *inner])]

    def _below(self, fact: Aggregate, body: list[ast.stmt]) -> list[ast.stmt]:
        """Loops over the members of one ``family``."""
        family = load(FAMILY)
        match fact.over:
            case "application":
                return body
            case "offer":
                return [nodes.If(is_known(load("offer")), body, [])]
            case "person":
                return [loop("person", attribute(family, "people"), body)]
            case "interview":
                return [loop("interview", attribute(family, "interviews"), body)]
            case "message":
                return [loop("message", attribute(family, "messages"), [*self._parts("message", "person"), *body])]
            case _:
                parts = self._parts("interviewer", "interview", "person")
                rows = loop("interviewer", load("group"), [*parts, *body])
                groups = attribute(family, "interviewers")
                if fact.pivot != "interview":
                    return [loop("group", groups, [rows])]
                return [assign("group", _own_group(groups, attribute(family, "interviews"))), rows]

    def _parts(self, entity: str, *names: str) -> list[ast.stmt]:
        """Variables for the rows that are in scope through the collection's row, but not through the owner."""
        return [assign(name, attribute(load(entity), name)) for name in names if name not in self._own]


def scope_of(entity: str, row: ast.expr) -> list[ast.stmt]:
    """Statements that set variables to the rows in scope of a row, and ``family`` to its family."""
    candidate = assign("candidate", attribute(load(RUNTIME), "case", "candidate"))
    if entity == "candidate":
        return [candidate]
    scope = [candidate, assign(entity, row)]
    above = {"interviewer": ("interview", "person"), "message": ("person",)}
    scope += [assign(name, attribute(row, name)) for name in above.get(entity, ())]
    if entity != "application":
        scope.append(assign("application", attribute(row, "application")))
    families = attribute(load(RUNTIME), "families")
    scope.append(assign(FAMILY, nodes.Subscript(families, attribute(load("application"), "no"), LOAD)))
    if entity != "offer":
        scope.append(assign("offer", attribute(load(FAMILY), "offer")))
    return scope


def _own_group(groups: ast.expr, interviews: ast.expr) -> ast.expr:
    """The interviewers of the interview in scope: groups are in the order of interviews, whose numbers are consecutive."""
    first = attribute(nodes.Subscript(interviews, constant(0), LOAD), "no")
    return nodes.Subscript(groups, nodes.BinOp(attribute(load("interview"), "no"), ast.Sub(), first), LOAD)


def gather(op: Literal["sum", "latest", "earliest"], name: str, value: ast.expr) -> list[ast.stmt]:
    """Update an aggregate's variable with one more value, which may be unknown: add it, or keep it if it is better."""
    if op == "sum":
        take, wanted = add(name, load(_VALUE)), is_known(load(_VALUE))
    else:
        better = compare(load(_VALUE), ">" if op == "latest" else "<", load(name))
        take, wanted = (
            assign(name, load(_VALUE)),
            both([is_known(load(_VALUE)), either([is_unknown(load(name)), better])]),
        )
    return [assign(_VALUE, value), nodes.If(wanted, [take], [])]


def picked(name: str, pick: Pick, values: list[ast.expr]) -> list[ast.stmt]:
    """Keep one of the members' values in a variable: the largest, the smallest or the first that is known."""
    start, *others = values
    statements = [assign(name, start)]
    for value in others:
        match pick.how:
            case "largest":
                statements += gather("latest", name, value)
            case "smallest":
                statements += gather("earliest", name, value)
            case "first":
                statements.append(nodes.If(is_unknown(load(name)), [assign(name, value)], []))
            case _:
                assert_never(pick.how)
    return statements
