"""Prove what a pack's invariants claim, for cases of any size.

An invariant says what a decision may recommend. A recommendation is shown if a rule fires and no prohibition wins over it, so
a claim is proved if a rule that could break it cannot fire along with the invariant's condition, except where a prohibition
that surely wins fires too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, assert_never

import msgspec

from tactful.decide.conclusions import STRENGTH
from tactful.facts.entities import ANCESTORS, can_be_inside
from tactful.facts.fields import given_fields
from tactful.facts.kinds import CountryKind, Elapsed, IdKind, ListKind, MomentKind, TextKind
from tactful.language.ir import (
    AddStep,
    Advise,
    AllOf,
    Always,
    AtMost,
    ById,
    Change,
    CheckedPack,
    Condition,
    Field,
    InScope,
    Invariant,
    Keeps,
    Never,
    NoNew,
    Prohibit,
    Put,
    Rule,
    Same,
    Test,
)
from tactful.proofs.counting import bounded
from tactful.proofs.sketch import Sketch, SketchRow
from tactful.proofs.solver import BOOLEAN, FALSE, Term, every, implies, impossible, negation, some, variable
from tactful.proofs.unread import same_decision

#: The depths of sketches, see :class:`Sketch`, that are tried in this order.
_DEPTHS: Final = (0, 1, 2)


class Proof(msgspec.Struct, frozen=True):
    """The result of proving an invariant. ``rests_on`` are the rules and conditions that the proof needs.

    ``reason`` says why nothing is settled, and ``suspect`` is the rule that stands in the way, if any; both are empty for a
    proof. ``vacuous``: no case meets the invariant's condition.
    """

    proved: bool
    rests_on: tuple[str, ...] = ()
    reason: str = ""
    vacuous: bool = False
    suspect: str = ""


def prove_invariant(checked: CheckedPack, invariant: Invariant) -> Proof:
    """Try to prove an invariant."""
    prover = Prover(checked, invariant)
    if invariant.change is None and prover.is_vacuous():
        return Proof(True, vacuous=True)
    match invariant.claim:
        case Never(actions=actions):
            return prover.never(actions)
        case Always(modality=modality, action=action):
            return prover.always(action, modality.endswith("not"), STRENGTH[modality])
        case AtMost():
            return prover.at_most(invariant.claim)
        case Same():
            assert invariant.change is not None  # the check demands a change
            rests_on, reason = same_decision(checked, invariant.change)
            return Proof(bool(rests_on), rests_on, reason)
        case NoNew() | Keeps():
            return Proof(False, reason="compares two decisions, and proofs are about one")
        case _:
            assert_never(invariant.claim)


class Prover:
    """Proves what one invariant claims."""

    def __init__(self, checked: CheckedPack, invariant: Invariant) -> None:
        self._checked, self._invariant = checked, invariant
        self._facts = {fact.id: fact for fact in checked.facts}

    def is_vacuous(self) -> bool:
        """Whether no case meets the invariant's condition."""
        sketch = Sketch(self._facts, 1)
        row = sketch.row(self._invariant.entity)
        met = {"the condition": sketch.holds(self._invariant.when, row.scope)}
        sketch.close()
        return impossible(sketch.known, met) is not None

    # --- at most ---

    def at_most(self, claim: AtMost) -> Proof:
        """No more recommendations than these."""
        reason = ""
        for depth in _DEPTHS:
            core, reason = bounded(self._checked, self._invariant, claim, self._facts, depth)
            if core is not None:
                return Proof(True, core)
        return Proof(False, reason=reason)

    # --- never ---

    def never(self, actions: tuple[str, ...]) -> Proof:
        """No rule recommends one of these actions, unless a prohibition surely wins."""
        change = self._invariant.change
        if change is not None and change.reordered:
            return Proof(False, reason="reordered lists are not proved")
        rests_on: set[str] = set()
        for rule in self._checked.rules:
            conclusion = rule.conclusion
            if not isinstance(conclusion, Advise):
                continue
            family = self._checked.actions[conclusion.action].family
            if not set(actions).intersection(family) or not can_be_inside(rule.target_entity, self._invariant.entity):
                continue
            core = _first(self.never_shown(rule, depth) for depth in _DEPTHS)
            if core is None:
                return Proof(False, reason=f"rule {rule.id} may recommend {conclusion.action}", suspect=rule.id)
            rests_on |= {rule.id, *core}
        return Proof(True, tuple(sorted(rests_on)))

    def never_shown(self, rule: Rule, depth: int) -> tuple[str, ...] | None:
        """What a proof rests on that a rule's recommendation is never shown where the invariant's condition holds."""
        sketch = Sketch(self._facts, depth)
        row = sketch.row(rule.entity)
        target, known = _target(sketch, rule, row)
        about = target.scope[self._invariant.entity]
        named = _conditions(sketch, rule.condition, row, f"{rule.id}: ")
        if self._invariant.change is None:
            named |= _conditions(sketch, self._invariant.when, about, "when ")
        else:
            known += _changed(sketch, self._invariant.change, about)
        around = list(dict.fromkeys((*target.scope.values(), *row.scope.values())))
        for other in self._winning(rule):
            fires = some(
                every((each.present, there, sketch.holds(other.condition, each.scope)))
                for each in around
                if each.entity == other.entity
                for there in (_reaches(sketch, other, each, target),)
            )
            named[f"{other.id} wins"] = negation(fires)
        sketch.close()
        return impossible((*sketch.known, *known), named)

    def _winning(self, rule: Rule) -> Iterator[Rule]:
        """The prohibitions that win over all recommendations of a rule's action, wherever both are drawn."""
        action = rule.conclusion.action
        family = self._checked.actions[action].family
        highest = max(each.priority for each in self._checked.rules if _advises(each, action))
        for other in self._checked.rules:
            conclusion = other.conclusion
            wins = isinstance(conclusion, Prohibit) and (conclusion.safety or other.priority >= highest)
            if wins and conclusion.action in family:
                yield other

    # --- always ---

    def always(self, action: str, prohibits: bool, strength: int) -> Proof:
        """Some rule surely draws the conclusion wherever the invariant's condition holds, and nothing wins over it."""
        if self._invariant.change is not None:
            return Proof(False, reason="a conclusion after a change is not proved")
        families = self._checked.actions[action].family
        if not prohibits and any(self._checked.actions[kind].one_per for kind in families):
            return Proof(False, reason=f"{action} may give way to others of its family")
        core = _first(self._surely_drawn(action, prohibits, strength, depth) for depth in _DEPTHS)
        return Proof(False, reason=f"no rule surely draws {action}") if core is None else Proof(True, core)

    def _surely_drawn(self, action: str, prohibits: bool, strength: int, depth: int) -> tuple[str, ...] | None:
        """What a proof rests on that a conclusion is drawn wherever the invariant's condition holds."""
        sketch = Sketch(self._facts, depth)
        row = sketch.row(self._invariant.entity)
        named = _conditions(sketch, self._invariant.when, row, "when ")
        for rule in self._drawing(action, prohibits, strength):
            for each in row.scope.values():
                if each.entity == rule.entity:
                    target, known = _target(sketch, rule, each)
                    if target not in _around(row):
                        continue
                    loses = self._loses(sketch, rule, target)
                    drawn = every((each.present, *known, sketch.holds(rule.condition, each.scope), negation(loses)))
                    named[f"{rule.id} for the {each.entity}"] = negation(drawn)
        sketch.close()
        return impossible(sketch.known, named)

    def _drawing(self, action: str, prohibits: bool, strength: int) -> Iterator[Rule]:
        for rule in self._checked.rules:
            conclusion = rule.conclusion
            if isinstance(conclusion, AddStep) or conclusion.action != action:
                continue
            by_name = isinstance(rule.target, ById)
            if (
                isinstance(conclusion, Prohibit) == prohibits
                and STRENGTH[conclusion.modality] <= strength
                and not by_name
            ):
                yield rule

    def _loses(self, sketch: Sketch, rule: Rule, target: SketchRow) -> Term:
        """Whether the conclusion of a rule may lose to another: looser than the truth, never stricter."""
        conclusion = rule.conclusion
        if isinstance(conclusion, Prohibit):
            if conclusion.safety:
                return FALSE
            rivals = [
                each
                for each in self._checked.rules
                if isinstance(each.conclusion, Advise)
                and conclusion.action in self._checked.actions[each.conclusion.action].family
                and each.priority > rule.priority
            ]
            return some(variable(f"{each.id} wins over {rule.id}", BOOLEAN) for each in rivals)
        family = self._checked.actions[conclusion.action].family
        return some(
            self._wins(sketch, each, target)
            for each in self._checked.rules
            if isinstance(each.conclusion, Prohibit)
            and each.conclusion.action in family
            and (each.conclusion.safety or each.priority >= rule.priority)
            and can_be_inside(target.entity, each.target_entity)
        )

    def _wins(self, sketch: Sketch, rule: Rule, target: SketchRow) -> Term:
        """Whether a prohibition fires for some row that has it reach the target."""
        wins = variable(f"{rule.id} reaches {target.name}", BOOLEAN)
        own = target.scope.get(rule.entity)
        if (
            own is not None
            and rule.target == InScope(rule.entity)
            and rule.entity in (target.entity, *ANCESTORS[target.entity])
        ):
            return every((own.present, sketch.holds(rule.condition, own.scope)))
        above: dict[str, SketchRow] = {
            name: target.scope[name] for name in ("candidate", "application") if name in target.scope
        }
        if rule.target_entity == "candidate":
            above = {}
        row = sketch.row(rule.entity, wins, 1, above)
        sketch.known.append(negation(every((wins, negation(sketch.holds(rule.condition, row.scope))))))
        return wins


def _first(cores: Iterator[tuple[str, ...] | None]) -> tuple[str, ...] | None:
    """The first proof."""
    return next((core for core in cores if core is not None), None)


# --- rows ---


def _advises(rule: Rule, action: str) -> bool:
    return isinstance(rule.conclusion, Advise) and rule.conclusion.action == action


def _around(row: SketchRow) -> list[SketchRow]:
    """The row, and the rows that it is inside of (see :func:`tactful.facts.rows.inside`)."""
    return [other for name, other in row.scope.items() if other is row or can_be_inside(row.entity, name)]


def _target(sketch: Sketch, rule: Rule, row: SketchRow) -> tuple[SketchRow, list[Term]]:
    """The target of a rule that fires for a row, and what holds where it has one."""
    match rule.target:
        case InScope(entity=entity):
            target = row.scope[entity]
            return target, [target.present]
        case ById(field=field):
            person = sketch.row("person", above={"application": row.scope["application"]})
            known, value = sketch.value(field, row.scope)
            id_ = Field("person", (), "given", "id", field.kind, "person.id")
            return person, [known, value == sketch.value(id_, person.scope)[1]]
        case _:
            assert_never(rule.target)


def _reaches(sketch: Sketch, rule: Rule, row: SketchRow, target: SketchRow) -> Term:
    """Whether the target of a rule that fires for a row is surely the target of another, or a row that it is inside of."""
    if not isinstance(rule.target, InScope):
        return FALSE
    own = row.scope[rule.target.entity]
    return own.present if own in _around(target) else FALSE


def _conditions(sketch: Sketch, condition: Condition, row: SketchRow, before: str) -> dict[str, Term]:
    """The parts of a condition, by names for people."""
    parts = condition.members if isinstance(condition, AllOf) else (condition,)
    flat = [inner for part in parts for inner in (part.members if isinstance(part, AllOf) else (part,))]
    return {
        f"{before}{_words(part)}" + (f" ({no})" if not isinstance(part, Test) else ""): sketch.holds(part, row.scope)
        for no, part in enumerate(flat)
    }


def _words(condition: Condition) -> str:
    if isinstance(condition, Test):
        return f"{condition.field.text}: {condition.text}"
    return f"{type(condition).__name__.removesuffix('Of').lower()} of {len(condition.members)} conditions"


# --- changes ---


def _changed(sketch: Sketch, change: Change, row: SketchRow) -> list[Term]:
    """What holds of a case after a change of a row. What held before is left open."""
    known = [held for put in change.facts for held in _put(sketch, put, row)]
    if change.message is None:
        return known
    message = sketch.row("message", above={"application": row.scope["application"]})
    for put in change.message:
        known += _put(sketch, put, message)
    if isinstance(change.later, Elapsed | None):
        sent = Field("message", (), "given", "sent_at", MomentKind(), "message.sent_at")
        later = 0 if change.later is None else change.later.seconds
        told, at = sketch.value(sent, message.scope)
        known += [told, at == sketch.now - later]
    named = {put.field.key for put in change.message}
    known += _left_out(sketch, message, named)
    if "direction" not in named:
        known += _sent(sketch, message)
    if "person_id" not in named:
        known += _goes_to(sketch, message, row.scope.get("person"))
    return known


def _put(sketch: Sketch, put: Put, row: SketchRow) -> list[Term]:
    """What holds of a field of the row itself that a change sets: nothing is said of others, and of moments and lengths."""
    plain = isinstance(put.value, str | bool) and not isinstance(put.field.kind, ListKind | CountryKind)
    if put.field.scope != row.entity or put.field.via or not plain:
        return []
    known, value = sketch.value(put.field, row.scope)
    return [known, value == sketch.constant(put.value, put.field.kind)[1]]


def _left_out(sketch: Sketch, message: SketchRow, named: set[str]) -> list[Term]:
    """What holds of the fields that a message leaves out: they are unknown."""
    own = {"person_id", "direction", "sent_at", *named}
    specs = [spec for spec in given_fields()["message"].values() if not spec.clock and spec.attribute not in own]
    fields = [Field("message", (), "given", spec.attribute, spec.kind, f"message.{spec.name}") for spec in specs]
    return [negation(sketch.value(field, message.scope)[0]) for field in fields]


def _sent(sketch: Sketch, message: SketchRow) -> list[Term]:
    """What holds of a message that the candidate sent."""
    direction = Field("message", (), "given", "direction", TextKind(), "message.direction")
    known, value = sketch.value(direction, message.scope)
    return [known, value == sketch.word("sent")]


def _goes_to(sketch: Sketch, message: SketchRow, person: SketchRow | None) -> list[Term]:
    """What holds of a message to a person, if there is one, and else to nobody in particular."""
    id_ = Field("message", (), "given", "person_id", IdKind("person"), "message.person")
    told, value = sketch.value(id_, message.scope)
    if person is None:
        return [negation(told), negation(message.scope["person"].present)]
    own = sketch.value(Field("person", (), "given", "id", IdKind("person"), "person.id"), person.scope)[1]
    return [told == person.present, implies(person.present, value == own)]
