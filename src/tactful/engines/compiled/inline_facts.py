"""Computed facts inlined: the main function computes them into local variables for its current rows.

A fact of the row in scope is computed once, before the rules that read it, without a call. All facts over the same
messages share one loop.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from tactful.engines.compiled import nodes
from tactful.engines.compiled.conjuncts import Parts
from tactful.engines.compiled.expressions import RUNTIME, Expressions, cost
from tactful.engines.compiled.fact_functions import FAMILY, Facts, gather, picked
from tactful.engines.compiled.joins import join_of, lookup_of
from tactful.engines.compiled.python_ast import (
    LOAD,
    STORE,
    add,
    assign,
    attribute,
    call,
    constant,
    is_known,
    load,
    loop,
)
from tactful.engines.compiled.tree import Item, build
from tactful.engines.compiled.tree_code import Writer
from tactful.engines.compiled.variables import Variables
from tactful.facts.entities import SCOPES
from tactful.language.ir import Aggregate, ComputedFact, Derived, Field, Pick, Read, WhenFact
from tactful.language.ir.reads import computed, fields_of_fact

#: Expressions for the rows of an application, or of an interview, in generated code.
_MEMBERS: Final[Mapping[str, ast.expr]] = {
    "person": attribute(load(FAMILY), "people"),
    "interview": attribute(load(FAMILY), "interviews"),
    "interviewer": load("group"),
    "message": attribute(load(FAMILY), "messages"),
}
#: The rough cost of a loop and of an index lookup (a field costs 1), and the most nested facts that an estimate looks into.
_LOOP: Final = 40
_LOOKUP: Final = 4
_FAR: Final = 4


class Inliner:
    """Makes the statements for facts of the rows in scope, and the expressions that read them.

    ``variables`` has the facts that are in variables at this point of the main function.
    """

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self.variables = Variables()
        #: Names of the indexes that the statements generated so far use.
        self.indexes: set[str] = set()
        self._variables_of: dict[str, frozenset[str]] = {}

    def expressions(self, nullable: frozenset[str]) -> Expressions:
        """The expressions for conditions about the rows in scope."""
        return self._facts.expressions(nullable, lambda field, row: self._read(field, row, nullable))

    def _read(self, field: Field, row: ast.expr, nullable: frozenset[str]) -> ast.expr:
        """A computed fact of a row in scope of a rule: its variable if it has a value, an index lookup, or a call."""
        if field.key in self.variables:
            return load(self.variables.name(field.key))
        looked_up = self._looked_up(self._facts.fact(field.key), nullable)
        return self._facts.read_again(field.key, row) if looked_up is None else looked_up

    def variables_of(self, id_: str) -> frozenset[str]:
        """Ids of the computed facts that this fact's code reads from local variables."""
        known = self._variables_of.get(id_)
        if known is None:
            known = self._variables_of[id_] = self._read_from_variables(self._facts.fact(id_))
        return known

    def _read_from_variables(self, fact: ComputedFact) -> frozenset[str]:
        if isinstance(fact, WhenFact | Derived):
            return self._facts.reads(fact.id)
        if not _in_one_pass(fact) and not _over_families(fact) and join_of(fact) is None:
            return frozenset()
        own = (field for field in fields_of_fact(fact) if _of_owner(field, fact))
        return frozenset(computed(own))

    def cost(self, id_: str, seen: int = 0) -> int:
        """A rough cost of computing a fact; see :func:`cost`."""
        fact = self._facts.fact(id_)
        if lookup_of(fact) is not None:
            return _LOOKUP
        if isinstance(fact, WhenFact) and seen < _FAR:
            return min(_LOOP, cost(fact.condition, lambda read: self.cost(read, seen + 1)))
        return _LOOP

    def statements(self, ids: Iterable[str], nullable: frozenset[str], lost: Sequence[str] = ()) -> list[ast.stmt]:
        """Statements that compute the facts with these ids, each after the facts that it reads.

        ``lost``: variables of the current rows that the facts' own loops reuse. Each gets its row back right after the loop,
        because the next fact may read it.
        """
        todo = [self._facts.fact(id_) for id_ in ids]
        statements: list[ast.stmt] = []
        while todo:
            waiting = {fact.id for fact in todo}
            ready = [fact for fact in todo if not waiting.intersection(self._facts.reads(fact.id))]
            joined = [fact for fact in ready if isinstance(fact, Aggregate) and join_of(fact) is not None]
            passes = [
                fact for fact in ready if isinstance(fact, Aggregate) and _in_one_pass(fact) and fact not in joined
            ]
            over_families = [fact for fact in ready if isinstance(fact, Aggregate) and _over_families(fact)]
            for over in sorted({fact.over for fact in passes}):
                together = [fact for fact in passes if fact.over == over]
                statements += [*self._one_pass(together, nullable), *_given_back(together, lost)]
            if over_families:
                statements += self._pass_over_families(over_families)
            for aggregate in joined:
                statements += [*self._joined(aggregate, nullable), *_given_back([aggregate], lost)]
            for fact in ready:
                if fact not in passes and fact not in over_families and fact not in joined:
                    statements += self._statement(fact, nullable)
            self.variables.set(fact.id for fact in ready)
            todo = [fact for fact in todo if fact.id not in self.variables]
        return statements

    def _pass_over_families(self, facts: list[Aggregate]) -> list[ast.stmt]:
        """One loop over all applications for the candidate's facts about applications and offers."""
        starts = [assign(self.variables.name(fact.id), constant(_start(fact))) for fact in facts]
        applications = [self._gather(fact, frozenset({"offer"})) for fact in facts if fact.over == "application"]
        offers = [self._gather(fact, frozenset()) for fact in facts if fact.over == "offer"]
        body: list[ast.stmt] = [assign(name, attribute(load(FAMILY), name)) for name in ("application", "offer")]
        body += applications
        if offers:
            body.append(nodes.If(is_known(load("offer")), offers, []))
        return [*starts, loop(FAMILY, attribute(load(RUNTIME), "families"), body)]

    def _statement(self, fact: ComputedFact, nullable: frozenset[str]) -> list[ast.stmt]:
        name = self.variables.name(fact.id)
        if isinstance(fact, WhenFact):
            return [assign(name, truth(self.expressions(nullable).condition(fact.condition)))]
        if isinstance(fact, Derived):
            value = self.expressions(nullable).expression
            if isinstance(fact.expression, Pick):
                return picked(name, fact.expression, [value(member) for member in fact.expression.members])
            return [assign(name, value(fact.expression))]
        return [assign(name, self._facts.read(fact.id, load(fact.entity)))]

    # --- aggregates over the members of the current family ---

    def _joined(self, fact: Aggregate, nullable: frozenset[str]) -> list[ast.stmt]:
        """A loop over the rows of one person only: the person whose id the fact's condition names."""
        join = join_of(fact)
        assert join is not None  # the caller has checked it
        name = self.variables.name(fact.id)
        person_id = self.expressions(nullable).value(join.person_id)
        rows = call(attribute(self._index(join.rows_of), "get"), person_id, nodes.Tuple([], LOAD))
        head = [assign(part, attribute(load(fact.over), part)) for part in parts_of(fact)]
        body = self._gather(msgspec.structs.replace(fact, where=join.rest), nullable)
        return [assign(name, constant(_start(fact))), loop(fact.over, rows, [*head, body])]

    def _looked_up(self, fact: ComputedFact, nullable: frozenset[str]) -> ast.expr | None:
        """An index lookup, for a fact that only asks whether the person has a row; ``None`` for any other fact."""
        join = lookup_of(fact)
        if join is None:
            return None
        operator = ast.In() if isinstance(fact, Aggregate) and fact.op == "exists" else ast.NotIn()
        return nodes.Compare(self.expressions(nullable).value(join.person_id), [operator], [self._index(join.rows_of)])

    def _index(self, name: str) -> ast.expr:
        """The index of the current family. It is built on first use."""
        self.indexes.add(name)
        built = nodes.NamedExpr(nodes.Name(name, STORE), call(load(name + "_family"), load(FAMILY)))
        return nodes.IfExp(is_known(load(name)), load(name), built)

    def _one_pass(self, facts: list[Aggregate], nullable: frozenset[str]) -> list[ast.stmt]:
        """One loop for facts that all range over the same rows."""
        over = facts[0].over
        if over == "offer":
            within = nullable - {"offer"}
        else:
            within = nullable | ({"person"} if over == "message" and "person" not in SCOPES[facts[0].entity] else set())
        starts = [assign(self.variables.name(fact.id), constant(_start(fact))) for fact in facts]
        body, used = self._gather_all(facts, within)
        if over == "offer":
            return [*starts, nodes.If(is_known(load("offer")), body, [])]
        head = [assign(part, attribute(load(over), part)) for part in parts_of(facts[0]) if part in used]
        return [*starts, loop(over, _MEMBERS[over], [*head, *body])]

    def _gather_all(self, facts: list[Aggregate], nullable: frozenset[str]) -> tuple[list[ast.stmt], set[str]]:
        """The statements that update facts for one more of their common rows, and the entities whose fields these read."""
        used: set[str] = set()

        def expressions() -> Expressions:
            return self._ranging(facts[0], nullable, used)

        parts = Parts(cost)
        tree = build([Item(parts.of([fact.where]), fact) for fact in facts])
        tables = self._facts.tables
        writer = Writer[Aggregate](
            tables, expressions, lambda fact: self._hit(fact, expressions()), lambda _: [], self.variables
        )
        return writer.node(tree), used

    def _ranging(self, fact: Aggregate, nullable: frozenset[str], used: set[str] | None = None) -> Expressions:
        """The expressions for the condition of a fact over rows. ``used`` collects the entities whose fields they read."""
        used = set() if used is None else used
        return self._facts.expressions(
            nullable, lambda field, row: self._read_ranged(fact, field, row, nullable, used), used
        )

    def _gather(self, fact: Aggregate, nullable: frozenset[str]) -> ast.stmt:
        """The statement that updates a fact for one more row."""
        expressions = self._ranging(fact, nullable)
        return nodes.If(expressions.condition(fact.where), self._hit(fact, expressions), [])

    def _hit(self, fact: Aggregate, expressions: Expressions) -> list[ast.stmt]:
        """The statements that update a fact for a row that matches its condition."""
        name = self.variables.name(fact.id)
        value = None if fact.value is None else expressions.value(fact.value)
        match fact.op:
            case "exists" | "none":
                return [assign(name, constant(fact.op == "exists"))]
            case "count":
                return [add(name, constant(1))]
            case "sum" | "latest" | "earliest":
                assert value is not None  # these look at a field
                return gather(fact.op, name, value)

    def _read_ranged(
        self, owner: Aggregate, field: Field, row: ast.expr, nullable: frozenset[str], used: set[str]
    ) -> ast.expr:
        """A computed fact that a collection's condition reads: the owner's variable, an inlined expression, or a call.

        ``used`` collects the entities whose fields an inlined expression reads.
        """
        fact = self._facts.fact(field.key)
        if _of_owner(field, owner) and (field.key in self.variables or lookup_of(fact) is not None):
            return self._read(field, row, nullable)
        shadowed = fact.entity in ("interviewer", "message") and "person" in SCOPES[owner.entity]
        if not field.via and not shadowed and isinstance(fact, WhenFact):
            inner = nullable - {field.scope}
            lookups = self._lookups(fact, owner, inner)
            if lookups is not None:
                inlined = self._facts.expressions(inner, lambda field, _: lookups[field.key], used)
                return truth(inlined.condition(fact.condition))
        given = None if field.via else _given(fact)
        if given is not None and not (shadowed and given.scope == "person"):
            return self._facts.expressions(nullable - {field.scope}, _no_fact, used).value(given)
        return self._facts.read_again(field.key, row)

    def _lookups(self, fact: WhenFact, owner: Aggregate, nullable: frozenset[str]) -> dict[str, ast.expr] | None:
        """The computed facts that a fact reads, as index lookups; ``None`` if any of them is more than a lookup."""
        lookups: dict[str, ast.expr] = {}
        for field in fields_of_fact(fact):
            if field.origin != "computed":
                continue
            within = field.scope == fact.entity and not field.via and owner.pivot == "application"
            looked_up = self._looked_up(self._facts.fact(field.key), nullable) if within else None
            if looked_up is None:
                return None
            lookups[field.key] = looked_up
        return lookups


def _given(fact: ComputedFact) -> Field | None:
    """The given field whose value a fact is; ``None`` for any other fact."""
    if isinstance(fact, Derived) and isinstance(fact.expression, Read) and fact.expression.field.origin == "given":
        return fact.expression.field
    return None


def _no_fact(field: Field, _: ast.expr) -> ast.expr:
    raise AssertionError(field.text)


def parts_of(fact: Aggregate) -> tuple[str, ...]:
    """The entities that are in scope through the rows that a fact looks at, but not through its owner."""
    parts = {"interviewer": ("interview", "person"), "message": ("person",)}.get(fact.over, ())
    return tuple(part for part in parts if part not in SCOPES[fact.entity])


def at_hand(name: str) -> str:
    """The name of the variable that keeps the current row while loops reuse the variable of this name."""
    return f"{name}_at_hand"


def _given_back(facts: Sequence[Aggregate], lost: Sequence[str]) -> list[ast.stmt]:
    """The statements after a loop for these facts, which took some of the ``lost`` variables."""
    taken = {name for fact in facts for name in (fact.over, *parts_of(fact))}
    return [assign(name, load(at_hand(name))) for name in lost if name in taken]


def _of_owner(field: Field, fact: Aggregate) -> bool:
    """Whether a field in a fact's condition belongs to a row in scope of the fact's owner."""
    return field.scope in SCOPES[fact.entity] and field.scope != fact.over and not field.via


def truth(condition: ast.expr) -> ast.expr:
    """The condition as ``True`` or ``False``. Most conditions are already."""
    return condition if _is_truth(condition) else nodes.IfExp(condition, constant(True), constant(False))


def _is_truth(condition: ast.expr) -> bool:
    match condition:
        case nodes.Compare() | nodes.UnaryOp():
            return True
        case nodes.BoolOp(values=values):
            return all(map(_is_truth, values))
        case nodes.Constant(value=value):
            return isinstance(value, bool)
        case _:
            return False


def _in_one_pass(fact: Aggregate) -> bool:
    own_group = fact.entity == fact.pivot == "interview"  # an interview's interviewers are in scope with it
    return own_group or (fact.pivot == "application" and fact.over != "interviewer")


def _over_families(fact: Aggregate) -> bool:
    return fact.over in ("application", "offer") and fact.pivot == "candidate"


def _start(fact: Aggregate) -> bool | int | None:
    match fact.op:
        case "exists" | "none":
            return fact.op == "none"
        case "count" | "sum":
            return 0
        case _:
            return None
