"""The intermediate representation, which every engine reads.

Names are looked up, types are known, and parameters are replaced by their values. An engine needs to know the nodes in this
file and nothing else. A condition is ``AllOf``, ``AnyOf``, ``NoneOf`` or ``Test``; a test applies predicates to a field.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, final

import msgspec

from tactful.facts.fields import Mutability
from tactful.facts.kinds import Duration, Elapsed, Kind, Value
from tactful.facts.kinds import Known as KnownValue
from tactful.facts.parameters import Adjustable
from tactful.facts.reading.custom import CustomFields, Declared
from tactful.facts.working_time import WorkingTime
from tactful.language.terms import AdviceKind, Definition, DueMeans, Modality, Order, Override
from tactful.source.diagnostics import Diagnostic, Span


class Checked(msgspec.Struct, frozen=True, gc=False):
    """The base of all nodes."""


class Field(Checked, frozen=True):
    """A field, as a condition refers to it.

    The path to the field starts at the entity ``scope``, and ``via`` are the steps from there to its row (a person's field
    of an interviewer goes via ``person``). The meaning of ``key`` depends on the field's origin: the attribute of the row
    (``given``), the name of the custom fact (``custom``), ``local_time``, ``business_day``, ``weekday`` or ``date``
    (``clock``), or the id of the computed fact (``computed``: ``person.pings``). ``text`` is the name as the author wrote it;
    for a hidden fact, the name of the field that it moves.
    ``derived``: a computed fact that an expression or a table states, so that it may be unknown, whatever its kind.
    """

    scope: str
    via: tuple[str, ...]
    origin: Literal["given", "custom", "clock", "computed"]
    key: str
    kind: Kind
    text: str
    derived: bool = False

    @property
    def is_parameter(self) -> bool:
        """Whether it is the value that a case states for a parameter."""
        return self.origin == "custom" and self.key.startswith("$")


class Shift(Checked, frozen=True):
    """A shift of a moment by ``length``: forward, or ``back``."""

    length: Duration
    back: bool = False


#: The shift that changes nothing.
HERE = Shift(Elapsed(0))


class IsIn(Checked, frozen=True):
    """The value is among ``values``. For a list: it contains at least one of them."""

    values: tuple[bool | str | int | float, ...]


class Compare(Checked, frozen=True):
    """The field's value (a number, or a duration in seconds) compares by ``op`` with ``value``."""

    op: Order
    value: int | float


class DayTimeBetween(Checked, frozen=True):
    """The time of day lies between ``low`` and ``high`` (seconds since midnight), both included.

    If ``high`` is smaller than ``low``, the range passes midnight.
    """

    low: int
    high: int


class NowIs(Checked, frozen=True):
    """``now op (the field's moment, shifted)``. Business days follow the calendar of the field's application."""

    op: Order
    shift: Shift


class Relates(Checked, frozen=True):
    """The value compares by ``op`` with the value of another field; ``==`` means ``same as``."""

    op: Order | Literal["=="]
    other: Field


class TextHas(Checked, frozen=True):
    """The text contains ``words``, begins with them or ends with them: whole words, without regard to case.

    ``words`` are folded, see :func:`tactful.facts.texts.folded`. Where their first or last sign is a letter or a digit, the
    sign of the text next to it is neither.
    """

    how: Literal["contains", "begins", "ends"]
    words: str


class PlaceIn(Checked, frozen=True):
    """The country is one of these, or a subdivision of one of these."""

    values: tuple[str, ...]


class DateBetween(Checked, frozen=True):
    """The day lies between ``first`` and ``last`` (ordinals, both included); ``None``: from or to any day.

    The day of a moment is the day that the calendar shows where the field's row is.
    """

    first: int | None
    last: int | None


class YearlyBetween(Checked, frozen=True):
    """The day of a date or moment lies in these days of any year, both included, perhaps across its end.

    A day is 100 times its month, and the day of the month. 29 February is the 28th in years that do not have it.
    """

    first: int
    last: int


class Known(Checked, frozen=True):
    """The value is known."""


class Filled(Checked, frozen=True):
    """The list is known. It is not empty if ``filled``, and empty otherwise."""

    filled: bool


Predicate = (
    IsIn | Compare | DayTimeBetween | NowIs | Relates | TextHas | PlaceIn | DateBetween | YearlyBetween | Known | Filled
)


@final
class Test(Checked, frozen=True):
    """All ``predicates`` hold of ``field``; ``negated``: not all of them do.

    No predicate holds of an unknown field. ``text`` is the phrase as written, and ``span`` its place. ``in_force``: the test
    is not a condition that an author states, but tells whether a dated value or a dated rule is in force.
    """

    field: Field
    predicates: tuple[Predicate, ...]
    negated: bool
    text: str
    span: Span
    in_force: bool = False


class AllOf(Checked, frozen=True):
    """Every member holds. Without members it holds."""

    members: tuple[Condition, ...]


class AnyOf(Checked, frozen=True):
    """At least one member holds."""

    members: tuple[Condition, ...]


class NoneOf(Checked, frozen=True):
    """No member holds."""

    members: tuple[Condition, ...]


Condition = Test | AllOf | AnyOf | NoneOf


class FieldSlot(Checked, frozen=True):
    """A placeholder: stands for a field's value, or for ``default`` if that is unknown."""

    field: Field
    default: str | None


class ParameterSlot(Checked, frozen=True):
    """A placeholder for a parameter that has the same value in every case: its values, as the pack's author wrote them."""

    name: str
    texts: tuple[str, ...]


class FormsSlot(Checked, frozen=True):
    """A placeholder of a translation that stands for one of several texts, which the value of a field chooses.

    ``plural``: the plural form of the language that goes with a number, for which ``#`` stands. ``select``: the word that the
    field has. ``other`` stands for every other value, and for an unknown one.
    """

    field: Field
    how: Literal["plural", "select"]
    forms: tuple[tuple[str, str], ...]
    other: str


#: A sentence: fixed texts and placeholders.
Template = tuple[str | FieldSlot | ParameterSlot | FormsSlot, ...]


def slot_fields(template: Template) -> tuple[Field, ...]:
    """The fields that the placeholders of a sentence read."""
    return tuple(part.field for part in template if isinstance(part, FieldSlot | FormsSlot))


class FieldNote(Checked, frozen=True):
    """A note on a given or custom field: a question that asks for it (``None``: the default), and who can change it.

    The question makes sense only if ``ask_when`` holds (``None``: always). ``usually`` holds with the usual answer (``None``:
    no answer is more usual than others).
    """

    ask: Template | None
    about: str
    mutability: Mutability
    ask_when: Condition | None = None
    usually: Condition | None = None


class WhenFact(Checked, frozen=True):
    """A fact that is computed from a condition: yes or no."""

    id: str
    entity: str
    kind: Kind
    condition: Condition
    about: str
    ask: str


class Aggregate(Checked, frozen=True):
    """A computed fact over a collection.

    For each row of ``entity``, it takes the rows of ``over`` below their nearest common ancestor (``pivot``) for which
    ``where`` holds. ``value`` is the field that ``latest``, ``earliest`` and ``sum`` take from these rows.
    """

    id: str
    entity: str
    kind: Kind
    op: Literal["exists", "none", "count", "latest", "earliest", "sum"]
    over: str
    pivot: str
    where: Condition
    value: Field | None
    about: str
    ask: str


class Constant(Checked, frozen=True):
    """A fixed value."""

    value: KnownValue


class Read(Checked, frozen=True):
    """The value of a field."""

    field: Field


class Moved(Checked, frozen=True):
    """A field's moment, moved by ``length``: forward, or ``back``.

    A length that is a field is read for each row, and is of elapsed time or of business days. Business days follow the
    calendar of the moment's application. A moment beyond the years that calendars know is unknown.
    """

    field: Field
    length: Duration | Field
    back: bool


class Opens(Checked, frozen=True):
    """The first moment from a field's moment on at which people work, where the field's row is.

    ``office``: the moment itself within office hours, else the next beginning of office hours. ``day``: the beginning of
    office hours on the first business day after the day of the moment.
    """

    field: Field
    how: Literal["office", "day"]


class Pick(Checked, frozen=True):
    """One of the members that are known: the largest, the smallest or the first; unknown where none is known."""

    how: Literal["largest", "smallest", "first"]
    members: tuple[Expression, ...]


class Combine(Checked, frozen=True):
    """The sum of the members, or the difference of the two; unknown where a member is unknown.

    A difference of durations (``floor``) is never below zero.
    """

    how: Literal["sum", "difference"]
    members: tuple[Expression, ...]
    floor: bool


class Share(Checked, frozen=True):
    """``numerator / denominator`` of an amount; of a duration (``whole``) rounded down to seconds."""

    of: Expression
    numerator: int
    denominator: int
    whole: bool


class Branch(Checked, frozen=True):
    """A value for rows for which a condition holds. ``span`` is the row's place in its table."""

    condition: Condition
    value: Expression
    span: Span


class Choose(Checked, frozen=True):
    """The value of the first branch whose condition holds, else ``otherwise``; unknown where there is neither."""

    branches: tuple[Branch, ...]
    otherwise: Expression | None


Expression = Constant | Read | Moved | Opens | Pick | Combine | Share | Choose


class Derived(Checked, frozen=True):
    """A fact that is computed from other facts of the same row, and of the rows above it: a moment, an amount, a table.

    ``hidden`` facts have no name of their own in the pack: they stand for an operand, and their ids contain a blank.
    """

    id: str
    entity: str
    kind: Kind
    expression: Expression
    about: str
    ask: str
    hidden: bool = False

    @property
    def is_parameter(self) -> bool:
        """Whether it stands for a parameter whose value varies."""
        return self.id.startswith("candidate.$") and not self.hidden


ComputedFact = WhenFact | Aggregate | Derived


class OrderKey(Checked, frozen=True):
    """A field by which conclusions about an action are sorted. Conclusions whose target has no known value come last.

    ``descending``: the largest number, the latest moment or ``yes`` comes first. ``words`` are those of the author.
    """

    field: Field
    descending: bool
    words: str


class Put(Checked, frozen=True):
    """A field that is set to a value; ``None`` makes it unknown."""

    field: Field
    value: Value


class Leaves(Checked, frozen=True):
    """What an action leaves behind when it is done: a message with these fields, and facts that are set."""

    message: tuple[Put, ...] | None
    facts: tuple[Put, ...]


class Action(Checked, frozen=True):
    """An action. ``family`` is the action itself and all actions that it is a kind of, nearest first.

    ``kind`` says what a recommendation of the action asks for, and ``due`` whether to do it ``by`` its deadline, or to keep
    it up ``until`` then. ``outside_safety``: why no safety rule covers it, as the action or one that it is a kind of says.

    ``order`` sorts conclusions about the action that are equal in priority, deadline, modality and entity of the target,
    before ids do. ``occasion`` are the fields that tell one occasion for the action from the next.
    """

    id: str
    about: str
    family: tuple[str, ...]
    one_per: Literal["application", "person", "candidate"] | None
    channel: str | None
    label: Template | None
    steps: tuple[Template, ...]
    due: DueMeans
    span: Span
    outside_safety: str | None = None
    order: tuple[OrderKey, ...] = ()
    kind: AdviceKind = "do"
    occasion: tuple[Field, ...] = ()
    leaves: Leaves | None = None

    def kind_of(self, prohibits: bool) -> AdviceKind:
        """The kind of a conclusion about the action: what is forbidden, and not waited for or standing, is left alone."""
        return "avoid" if prohibits and self.kind == "do" else self.kind

    def due_means(self, prohibits: bool) -> DueMeans:
        """What the deadline of a conclusion about the action means: a prohibition holds until then."""
        return "until" if prohibits else self.due


class InScope(Checked, frozen=True):
    """The target is an entity in scope."""

    entity: str


class ById(Checked, frozen=True):
    """The target is the person with the id that ``field`` holds, in the same application."""

    field: Field


Target = InScope | ById


class Advise(Checked, frozen=True):
    """A recommendation."""

    modality: Literal["must", "should", "may"]
    action: str


class Prohibit(Checked, frozen=True):
    """A prohibition. A safety prohibition is never defeated."""

    modality: Literal["should_not", "must_not"]
    action: str
    safety: bool


class AddStep(Checked, frozen=True):
    """A step for every recommendation of ``action`` or of a member of its family, for the target or a row inside it."""

    step: Template
    action: str


Conclusion = Advise | Prohibit | AddStep


class Deadline(Checked, frozen=True):
    """The moment of ``field``, moved by ``shift``."""

    field: Field
    shift: Shift


class Rule(Checked, frozen=True):
    """A rule. ``no`` is its index in the pack's rules, which are sorted by id.

    ``when`` must hold, and ``unless`` must not. The deadline of a rule without ``by`` is the moment at which it stops firing
    by time alone. A rule that is ``endless`` (``by: none``, or a step without ``by``) has no deadline.
    """

    no: int
    id: str
    about: str
    source: str
    entity: str
    when: Condition
    unless: Condition
    conclusion: Conclusion
    target: Target
    by: Deadline | None
    endless: bool
    because: Template
    priority: int
    span: Span
    group: str = ""

    @property
    def target_entity(self) -> str:
        """The entity of the target."""
        return self.target.entity if isinstance(self.target, InScope) else "person"

    @property
    def condition(self) -> Condition:
        """``when`` and not ``unless``, as one condition."""
        return self.when if self.unless == AnyOf(()) else AllOf((self.when, NoneOf((self.unless,))))


class Never(Checked, frozen=True):
    """None of these actions, nor a member of their families, is recommended for the entity or inside it."""

    actions: tuple[str, ...]


class Always(Checked, frozen=True):
    """This conclusion, or a stronger conclusion, is drawn for the entity."""

    modality: Modality
    action: str


class AtMost(Checked, frozen=True):
    """At most ``count`` recommendations of the family for the entity and inside it."""

    count: int
    action: str


class NoNew(Checked, frozen=True):
    """None of these actions, nor a member of their families, is recommended after the change unless it was before."""

    actions: tuple[str, ...]


class Keeps(Checked, frozen=True):
    """If this conclusion, or a stronger one, was drawn before the change, it is drawn after the change too."""

    modality: Modality
    action: str


class Same(Checked, frozen=True):
    """All conclusions are the same: action, target, modality, deadline, priority."""


Claim = Never | Always | AtMost | NoNew | Keeps | Same


class Change(Checked, frozen=True):
    """How a second case differs from the first.

    ``facts`` are set. A ``message`` with these fields is sent at the first case's ``now``, to the row's person if it has one.
    The order of lists is reversed if ``reordered``. ``now`` becomes ``later``.
    """

    later: Duration | None
    message: tuple[Put, ...] | None
    facts: tuple[Put, ...]
    reordered: bool


class Invariant(Checked, frozen=True):
    """What must hold of every decision, for each row of ``entity`` for which ``when`` holds.

    With a ``change``, the claim is about the decision after the change, or about both decisions.
    """

    id: str
    about: str
    entity: str
    when: Condition
    change: Change | None
    claim: Claim
    span: Span


class Dated(Checked, frozen=True):
    """A value of a parameter as written, and the day (an ordinal) on which it comes into force."""

    day: int
    value: str


class Parameter(Checked, frozen=True):
    """A parameter: its value as written, and its place. ``dated``: its values by day, of which ``value`` is the first."""

    name: str
    value: str
    about: str
    source: str
    span: Span
    dated: tuple[Dated, ...] = ()


class Safety(Checked, frozen=True):
    """What a pack says about reaching people: the families of actions by channel (``any``: by any channel), the channels
    that nobody minds, and the most messages to one person or one company within a week; ``None`` if it does not say.
    """

    families: Mapping[str, tuple[str, ...]]
    quiet: tuple[str, ...]
    messages_a_week: int | None


class CheckedPack(Checked, frozen=True):
    """A pack without mistakes. ``facts`` are sorted: each comes after the facts that it reads.

    ``fields`` holds every given and custom field, by ``entity.field``, and ``calendars`` the pack's calendars by name. ``own``
    are its own files, without those of the packs that it extends. ``as_of``: the day (an ordinal) whose values and rules it
    has, if it has only those of one day. ``warnings``: what the pack's files do without saying so. ``old_actions``: the
    names that actions had before, by action.
    """

    name: str
    version: str
    digest: str
    parameters: tuple[Parameter, ...]
    custom: Mapping[str, Mapping[str, Kind]]
    fields: Mapping[str, FieldNote]
    facts: tuple[ComputedFact, ...]
    actions: Mapping[str, Action]
    rules: tuple[Rule, ...]
    invariants: tuple[Invariant, ...]
    overrides: tuple[Override, ...]
    definitions: Mapping[str, Definition]
    sources: Mapping[str, str]
    own: tuple[str, ...]
    adjustable: tuple[Adjustable, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    calendars: Mapping[str, WorkingTime] = msgspec.field(default_factory=dict)
    as_of: int | None = None
    safety: Safety = Safety({}, (), None)
    old_actions: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    #: The language that its sentences are in, and the ids of those that it has in their own language alone.
    language: str = "en"
    untranslated: frozenset[str] = frozenset()

    @property
    def named_facts(self) -> tuple[ComputedFact, ...]:
        """The computed facts that the pack names: not those that stand for an operand or for a parameter that varies."""
        return tuple(
            fact for fact in self.facts if not isinstance(fact, Derived) or not (fact.hidden or fact.is_parameter)
        )

    @property
    def declared(self) -> Declared:
        """What cases for the pack may have beyond the given facts."""
        adjustable = {parameter.name: parameter for parameter in self.adjustable}
        return Declared(
            self.custom, adjustable, frozenset(parameter.name for parameter in self.parameters) - {*adjustable}
        )

    @property
    def carried(self) -> CustomFields:
        """The kinds of what rows carry beyond their given fields: custom facts, and the parameters that cases may state."""
        return self.declared.carried
