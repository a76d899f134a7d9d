"""A pack as its files state it. Overlays are merged and phrases are parsed, but names and types are not checked yet.

Every name and text keeps its place in the files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, final

from tactful.language.phrases import Deadline, Phrase
from tactful.language.terms import Definition, Modality, Name, OldName, Operand, Override, Parameter, Written
from tactful.source.diagnostics import Diagnostic, Span


@final
class Entry(Written, frozen=True):
    """A line of a condition: a field and a phrase. ``text`` is the phrase as written.

    ``in_force``: it is no line of a condition, but tells on which days a dated rule is in force.
    """

    field: Name
    phrase: Phrase
    text: str
    span: Span
    in_force: bool = False


class Group(Written, frozen=True):
    """``all``, ``any`` or ``none`` of some conditions."""

    how: Literal["all", "any", "none"]
    members: tuple[Condition, ...]


Condition = Entry | Group


class Calendar(Written, frozen=True):
    """A calendar: its country, its weekend, days off and working days, and its office hours. ``None``: not stated."""

    name: Name
    about: str
    country: Name | None
    weekend: tuple[Name, ...] | None
    days_off: tuple[Name, ...]
    working_days: tuple[Name, ...]
    office_hours: Name | None


class CustomFact(Written, frozen=True):
    """A field that cases for this pack can have beyond the given fields."""

    entity: Name
    name: Name
    type: Name
    values: tuple[Name, ...]
    unit: str
    about: str
    note: FieldNote


class FieldNote(Written, frozen=True):
    """A pack's note on a field: the question that asks for it, when to ask it, the usual answer, and who can change the field.

    ``None`` stands for a key that the note leaves out.
    """

    name: Name
    ask: Name | None
    ask_when: Condition | None
    usually: Condition | None
    mutability: Name | None


class ComputedFact(Written, frozen=True):
    """A fact that is computed from others. ``aggregate`` is ``when`` for a condition."""

    name: Name
    aggregate: Literal["exists", "none", "count", "latest", "earliest", "sum", "when"]
    over: Name | None
    where: Condition
    about: str
    ask: str


class Amount(Written, frozen=True):
    """An operand by itself: an amount, a parameter or the name of a field."""

    operand: Operand


class MovedMoment(Written, frozen=True):
    """``N after F``, ``N before F``."""

    length: Operand
    field: Name
    before: bool


class Opening(Written, frozen=True):
    """``next office time after F`` (``office``), ``next business day after F`` (``day``)."""

    how: Literal["office", "day"]
    field: Name


class Gathered(Written, frozen=True):
    """``latest of``, ``sum of`` and the like, of some members."""

    how: Gathering
    members: tuple[Expression, ...]
    span: Span


class Percent(Written, frozen=True):
    """``half of F``, ``N % of F``."""

    percent: str
    of: Expression
    span: Span


Gathering = Literal["latest of", "earliest of", "first known of", "sum of", "difference of", "larger of", "smaller of"]
Expression = Amount | MovedMoment | Opening | Gathered | Percent


class DerivedFact(Written, frozen=True):
    """A fact that is computed from other facts of the same row and of the rows above it."""

    name: Name
    expression: Expression
    about: str
    ask: str


class Cell(Written, frozen=True):
    """A cell of a table: one of these phrases holds of its column's field. No phrase: any value."""

    phrases: tuple[tuple[Phrase, str, Span], ...]


class TableRow(Written, frozen=True):
    """A row of a table: a cell for each column, and the value that the row gives."""

    cells: tuple[Cell, ...]
    value: Expression
    span: Span


class Table(Written, frozen=True):
    """A decision table: a fact whose value is that of the first row that matches, else ``otherwise``."""

    name: Name
    by: tuple[Name, ...]
    gives: Name
    values: tuple[Name, ...]
    rows: tuple[TableRow, ...]
    otherwise: Expression | None
    only_one: bool
    about: str
    ask: str
    otherwise_at: Span | None = None


class OrderKey(Written, frozen=True):
    """``person.last_met: latest first``."""

    field: Name
    first: Name


class Leaves(Written, frozen=True):
    """``leaves``: what doing an action leaves behind. ``message`` and ``facts`` are lines that hold afterwards."""

    message: Condition | None
    facts: Condition
    span: Span


class Action(Written, frozen=True):
    """An entry of the action catalogue.

    ``outside_safety``: why no safety rule needs to cover it. ``order`` and ``occasion`` are ``None`` if the entry says
    nothing of them.
    """

    name: Name
    about: str
    label: Name | None
    is_a: Name | None
    kind: Name | None
    one_per: Name | None
    channel: Name | None
    steps: tuple[Name, ...]
    due: Name | None
    outside_safety: str | None
    order: tuple[OrderKey, ...] | None
    occasion: tuple[Name, ...] | None
    leaves: Leaves | None


class ChannelFamilies(Written, frozen=True):
    """The families of actions by a channel: an action of the channel belongs to one of them. ``any``: by any channel."""

    channel: str
    families: tuple[Name, ...]


class Rule(Written, frozen=True):
    """A rule. ``endless``: it has ``by: none``, so it has no deadline even if it stops firing by time alone.

    Without a ``conclusion``, it has a mistake that is reported.
    """

    id: Name
    about: str
    source: str
    group: str
    entity: Name
    when: Condition
    unless: Condition
    conclusion: Conclusion | None
    to: Name | None
    by: Deadline | None
    endless: bool
    because: Name
    priority: int | None
    safety: bool


class Concludes(Written, frozen=True):
    """``should: call``."""

    modality: Modality
    action: Name


class AddsStep(Written, frozen=True):
    """``step: …`` and ``of: call``."""

    step: Name
    action: Name


Conclusion = Concludes | AddsStep


class Never(Written, frozen=True):
    """``never: call``: none of these actions is ever recommended."""

    actions: tuple[Name, ...]


class Always(Written, frozen=True):
    """``always: {must_not: resign}``: this conclusion is always drawn."""

    modality: Modality
    action: Name


class AtMost(Written, frozen=True):
    """``at most: 1`` and ``of: follow_up``."""

    count: int
    action: Name


class NoNew(Written, frozen=True):
    """``no new: contact``: none of these actions is recommended after the change unless it was before."""

    actions: tuple[Name, ...]


class Keeps(Written, frozen=True):
    """``keeps: {should: move_on}``: where this conclusion was drawn before the change, it still is."""

    modality: Modality
    action: Name


class Same(Written, frozen=True):
    """``same: advice``: the two decisions are the same."""


Claim = Never | Always | AtMost | NoNew | Keeps | Same


class Change(Written, frozen=True):
    """``after``: how the second case differs. ``message`` and ``facts`` are lines that hold in it."""

    later: Operand | None
    message: Condition | None
    facts: Condition
    reordered: bool
    span: Span


class Invariant(Written, frozen=True):
    """A claim about every decision or, with a change, about the decisions before and after it."""

    id: Name
    about: str
    entity: Name
    when: Condition
    change: Change | None
    claim: Claim


class Pack(Written, frozen=True):
    """A whole pack with its overlays merged. ``own`` are its own files, without the files of the packs that it extends.

    ``laid_over`` are those of its own files that change other packs. ``channels``: the families that safety sees to.
    ``quiet_channels``: those that nobody minds, whatever they asked for. ``messages_a_week``: how many are fine at the most.
    ``warnings``: what the pack's own files do without saying so. ``old_names``: where they use old names. ``old_actions``:
    the names that actions had before, by action.
    ``mistakes`` are those of reading it. ``unread`` are the names of the parameters, fields and facts that were left out
    because of them: nothing is said of what reads these.
    """

    name: str
    version: str
    digest: str
    parameters: tuple[Parameter, ...]
    calendars: tuple[Calendar, ...]
    custom_facts: tuple[CustomFact, ...]
    fields: tuple[FieldNote, ...]
    facts: tuple[ComputedFact | DerivedFact, ...]
    tables: tuple[Table, ...]
    actions: tuple[Action, ...]
    rules: tuple[Rule, ...]
    invariants: tuple[Invariant, ...]
    overrides: tuple[Override, ...]
    definitions: Mapping[str, Definition]
    sources: Mapping[str, str]
    own: tuple[str, ...]
    laid_over: tuple[str, ...]
    channels: tuple[ChannelFamilies, ...]
    quiet_channels: tuple[Name, ...]
    messages_a_week: int | None
    warnings: tuple[Diagnostic, ...]
    old_names: tuple[OldName, ...]
    old_actions: Mapping[str, tuple[str, ...]]
    mistakes: tuple[Diagnostic, ...] = ()
    unread: frozenset[str] = frozenset()
