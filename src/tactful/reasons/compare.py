"""Two decisions compared: the advice that differs, and the facts and rules that make the difference."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

import msgspec

from tactful.decide.conclusions import Conclusion, Key, Ranking
from tactful.facts.edit import PARAMETERS
from tactful.facts.fields import given_fields
from tactful.facts.kinds import Kind, MomentKind, Value
from tactful.facts.rows import Case, Row, row_key
from tactful.reasons.context import Context, Reasons, pack_record, target_record
from tactful.reasons.derivation import Derivation
from tactful.reasons.records.comparison import (
    AddedRecord,
    AlternativeToRecord,
    ChangedRecord,
    ChangeRecord,
    ComparisonRecord,
    DecidedRecord,
    DifferenceRecord,
    ElseRecord,
    FactChangeRecord,
    LacksRecord,
    NoRuleRecord,
    RemovedRecord,
    RowGoneRecord,
    RuleGoneRecord,
    SetAsideByRecord,
    SetAsideChangeRecord,
    SideRecord,
)
from tactful.reasons.records.decision import SCHEMA_VERSION, JustificationRecord
from tactful.reasons.wording import plain_value
from tactful.reasons.words import Words, noted

#: What makes conclusions of two decisions the same: the key, and a number that tells conclusions with the same key apart
#: (about two messages that say the same).
_Key = tuple[Key, int]

_ABSENT: Final = noted("not there", "as in the pack", "unknown")


def compare(before: tuple[Context, Ranking], after: tuple[Context, Ranking]) -> ComparisonRecord:
    """The differences from the first decision to the second. Facts are compared only for one and the same candidate."""
    first, second = _Side(*before), _Side(*after)
    same = first.context.case.candidate.id == second.context.case.candidate.id
    moved = _moved([key for key in first.ranked if key in second.ranked], list(second.ranked))
    compared = [
        *(_difference(key, first, second, key in moved) for key in second.ranked),
        *(_removed(key, first, second) for key in first.ranked if key not in second.ranked),
    ]
    differences = tuple(difference for difference in compared if difference is not None)
    set_aside = (*_set_aside(first, second, "before"), *_set_aside(second, first, "after"))
    return ComparisonRecord(
        schema_version=SCHEMA_VERSION,
        before=_decided(first.context),
        after=_decided(second.context),
        same_candidate=same,
        facts=tuple(_fact_changes(first.context, second.context)) if same else (),
        advice=differences,
        set_aside=set_aside,
        unchanged=len(compared) - len(differences),
        incomplete=True if first.reasons.left_out or second.reasons.left_out else msgspec.UNSET,
    )


def _decided(context: Context) -> DecidedRecord:
    return DecidedRecord(at=context.calendar.local(context.now).isoformat(), pack=pack_record(context.checked))


# --- advice ---


class _Side:
    """One of the two decisions, with its conclusions by their keys."""

    def __init__(self, context: Context, ranking: Ranking) -> None:
        self.context = context
        self.ranked = _keyed(ranking.ranked)
        self.ranks = {key: rank for rank, key in enumerate(self.ranked, start=1)}
        pairs = [(alternative, winner) for winner in ranking.ranked for alternative in winner.alternatives]
        keys = _keyed([alternative for alternative, _ in pairs])
        #: For each alternative, the conclusion that it gave way to.
        self.alternatives = dict(zip(keys, [winner for _, winner in pairs], strict=True))
        self.set_aside = _keyed(ranking.set_aside)
        #: The reasons for what was set aside. There may be many for each conclusion.
        self.reasons = Reasons(context)
        self._rules = {rule.id: rule for rule in context.checked.rules}
        #: For each entity that was asked for: its first row of each key.
        self._rows: dict[str, dict[tuple[str, str, str, str], Row]] = {}

    def record(self, key: _Key) -> SideRecord:
        """A conclusion of the ranked list."""
        conclusion, context = self.ranked[key], self.context
        return SideRecord(
            rank=self.ranks[key],
            modality=conclusion.modality,
            priority=conclusion.priority,
            label=context.label(conclusion),
            due=context.iso(conclusion.due),
            due_means=context.due_means(conclusion),
            steps=context.steps_of(conclusion),
            alternatives=tuple(map(context.label, conclusion.alternatives)),
        )

    def instead(self, key: _Key, other: _Side) -> ElseRecord:
        """The state on this side of a conclusion that only the other side ranks."""
        context = self.context
        if key in self.alternatives:
            return AlternativeToRecord(to=context.label(self.alternatives[key]))
        if key not in self.set_aside:
            return NoRuleRecord(rules=tuple(self._lacking(*firing) for firing in other.firings(key)))
        because = tuple(rule for winner in self.set_aside[key].lost_to for rule in self.reasons.of(winner))
        return SetAsideByRecord(by=tuple(dict.fromkeys(rule.rule for rule in because)), because=because)

    def firings(self, key: _Key) -> list[tuple[str, Row]]:
        """The ids of the rules behind a ranked conclusion, with the rows that they fired for."""
        checked, ranker = self.context.checked, self.context.ranker
        return [(checked.rules[no].id, row) for no, row, _ in ranker.sorted_firings(self.ranked[key])]

    def _lacking(self, id_: str, theirs: Row) -> LacksRecord | RowGoneRecord | RuleGoneRecord:
        """Why a rule that fires on the other side does not fire here."""
        context = self.context
        rule = self._rules.get(id_)
        if rule is None:
            return RuleGoneRecord(rule=id_)
        row = self._rows_of(rule.entity).get(_same(theirs))
        if row is None:
            return RowGoneRecord(rule=id_, row=target_record(theirs))
        derivation, env = Derivation(context), context.evaluator.environment(rule.entity, row)
        failing = derivation.tests(derivation.failing(rule, row), env, to_mend=True, deep=False)
        return LacksRecord(rule=id_, failing=failing)

    def _rows_of(self, entity: str) -> dict[tuple[str, str, str, str], Row]:
        rows = self._rows.get(entity)
        if rows is None:
            rows = self._rows[entity] = {}
            for row in self.context.evaluator.rows(entity):
                rows.setdefault(_same(row), row)
        return rows

    def rules(self, conclusion: Conclusion) -> dict[tuple[str, tuple[str, str, str, str]], JustificationRecord]:
        """The justifications of a conclusion, by rule and row; one for all messages that say the same."""
        context = self.context
        firings = context.ranker.sorted_firings(conclusion)
        keys = [(context.checked.rules[no].id, _same(row)) for no, row, _ in firings]
        return dict(zip(keys, context.because(conclusion), strict=True))


def _keyed(conclusions: Sequence[Conclusion]) -> dict[_Key, Conclusion]:
    keyed: dict[_Key, Conclusion] = {}
    seen: Counter[Key] = Counter()
    for conclusion in conclusions:
        action, prohibits, _ = conclusion.key
        key = action, prohibits, _same(conclusion.target)
        keyed[key, seen[key]] = conclusion
        seen[key] += 1
    return keyed


def _same(row: Row) -> tuple[str, str, str, str]:
    """``row_key`` of a row, except that all candidates are the same: two decisions may be about two candidates."""
    entity = row.entity
    return (entity, "", "", "") if entity == "candidate" else row_key(row)


def _difference(key: _Key, before: _Side, after: _Side, moved: bool) -> DifferenceRecord | None:
    """How a conclusion of the second decision differs from the first; ``None`` where it is the same.

    ``moved``: the conclusion has another place among those that both decisions rank.
    """
    conclusion = after.ranked[key]
    if key not in before.ranked:
        return AddedRecord(
            action=conclusion.action,
            target=target_record(conclusion.target),
            after=after.record(key),
            before=before.instead(key, after),
            because=after.context.because(conclusion),
        )
    was, now = before.rules(before.ranked[key]), after.rules(conclusion)
    gone = tuple(rule for place, rule in was.items() if place not in now)
    new = tuple(rule for place, rule in now.items() if place not in was)
    first, second = before.record(key), after.record(key)
    changes = tuple(_changes(first, second, (before.ranked[key], conclusion), (before.context, after.context), moved))
    if not changes and not gone and not new:
        return None
    return ChangedRecord(
        action=conclusion.action,
        target=target_record(conclusion.target),
        before=first,
        after=second,
        changes=changes,
        rules_gone=gone,
        rules_new=new,
        rules_both=tuple(dict.fromkeys(rule.rule for place, rule in now.items() if place in was)),
    )


def _removed(key: _Key, before: _Side, after: _Side) -> RemovedRecord:
    conclusion = before.ranked[key]
    return RemovedRecord(
        action=conclusion.action,
        target=target_record(conclusion.target),
        before=before.record(key),
        after=after.instead(key, before),
        because=before.context.because(conclusion),
    )


def _changes(
    first: SideRecord,
    second: SideRecord,
    conclusions: tuple[Conclusion, Conclusion],
    contexts: tuple[Context, Context],
    moved: bool,
) -> Iterator[ChangeRecord]:
    words = contexts[0].words
    if moved:
        yield ChangeRecord(what="rank", before=str(first.rank), after=str(second.rank))
    if first.modality != second.modality:
        yield ChangeRecord(
            what="modality", before=words.modality(first.modality), after=words.modality(second.modality)
        )
    if conclusions[0].due != conclusions[1].due:
        dues = [context.due_in_words(conclusion.due) for conclusion, context in zip(conclusions, contexts, strict=True)]
        yield ChangeRecord(what="due", before=dues[0], after=dues[1])
    if first.priority != second.priority:
        yield ChangeRecord(what="priority", before=str(first.priority), after=str(second.priority))
    if words.language != contexts[1].words.language:
        return  # texts in two languages always differ
    if first.label != second.label:
        yield ChangeRecord(what="label", before=first.label, after=second.label)
    if set(first.steps) != set(second.steps):
        yield ChangeRecord(
            what="steps", before=_only(first.steps, second.steps, words), after=_only(second.steps, first.steps, words)
        )
    if set(first.alternatives) != set(second.alternatives):
        yield ChangeRecord(
            what="alternatives",
            before=_only(first.alternatives, second.alternatives, words),
            after=_only(second.alternatives, first.alternatives, words),
        )


def _only(texts: Sequence[str], others: Sequence[str], words: Words) -> str:
    """The texts that the other side does not have."""
    theirs = frozenset(others)
    own = [text for text in texts if text not in theirs]
    between = " " if all(text.endswith((".", "!", "?")) for text in own) else "; "
    return between.join(own) or words.say("none")


def _moved(before: list[_Key], after: list[_Key]) -> set[_Key]:
    """The fewest conclusions that have to move to turn the first order of shared conclusions into the second.

    The conclusions that stay are a longest increasing subsequence of places.
    """
    place = {key: no for no, key in enumerate(after)}
    ends: list[int] = []
    lengths: list[int] = []
    for key in before:
        at = bisect_left(ends, place[key])
        ends[at : at + 1] = [place[key]]
        lengths.append(at)
    moved, wanted = set(), len(ends) - 1
    limit = len(after)
    for key, length in zip(reversed(before), reversed(lengths), strict=True):
        if length == wanted and place[key] < limit:
            wanted, limit = wanted - 1, place[key]
        else:
            moved.add(key)
    return moved


def _set_aside(own: _Side, other: _Side, side: str) -> Iterator[SetAsideChangeRecord]:
    """The conclusions that only this side sets aside. ``side`` is ``before`` or ``after``."""
    for key, lost in own.set_aside.items():
        if key not in other.set_aside:
            because = [rule.rule for winner in own.reasons.first(lost.lost_to) for rule in own.reasons.of(winner)]
            yield SetAsideChangeRecord(
                side="before" if side == "before" else "after",
                modality=lost.modality,
                action=lost.action,
                label=own.context.label(lost),
                target=target_record(lost.target),
                by=tuple(dict.fromkeys(because)),
            )


# --- facts ---


class _Facts(msgspec.Struct, frozen=True):
    """The known facts of a row, and the row in words."""

    words: str
    values: Mapping[str, tuple[Value, Kind]]


def _fact_changes(before: Context, after: Context) -> Iterator[FactChangeRecord]:
    """The given facts that differ between two cases, and the moment of the decision if it differs.

    All are told in the language of the second, in which rows without an id are called the same in both.
    """
    if before.now != after.now:
        yield _change("now", (before.now, MomentKind()), (after.now, MomentKind()), before, after)
    ambiguous = _ambiguous(before.case) | _ambiguous(after.case)
    first, second = _facts(before, ambiguous, after.words), _facts(after, ambiguous, after.words)
    for place in dict.fromkeys((*first, *second)):
        was, now = first.get(place), second.get(place)
        if was is None or now is None:
            yield _whole(place, was, now, before, after)
            continue
        for name in dict.fromkeys((*was.values, *now.values)):
            old, new = was.values.get(name), now.values.get(name)
            if (old and old[0]) != (new and new[0]):
                yield _change(
                    f"{place}.{name}", old, new, before, after, _ABSENT[2] if place != PARAMETERS else _ABSENT[1]
                )


def _change(
    fact: str,
    old: tuple[Value, Kind] | None,
    new: tuple[Value, Kind] | None,
    before: Context,
    after: Context,
    absent: str = "unknown",
) -> FactChangeRecord:
    """A change of a value. ``absent``: the words for a case that does not have it."""
    return FactChangeRecord(
        fact=fact,
        before=None if old is None else plain_value(*old, before.calendar),
        after=None if new is None else plain_value(*new, after.calendar),
        before_said=after.words.say(absent) if old is None else after.words.value(*old, before.calendar),
        after_said=after.words.say(absent) if new is None else after.words.value(*new, after.calendar),
    )


def _whole(place: str, was: _Facts | None, now: _Facts | None, before: Context, after: Context) -> FactChangeRecord:
    """The change of a row that only one of the cases has."""
    return FactChangeRecord(
        fact=place,
        before=None if was is None else _plain(was, before),
        after=None if now is None else _plain(now, after),
        before_said=after.words.say(_ABSENT[0]) if was is None else _in_words(was, before, after.words),
        after_said=after.words.say(_ABSENT[0]) if now is None else _in_words(now, after, after.words),
    )


def _plain(facts: _Facts, context: Context) -> dict[str, object]:
    return {name: plain_value(value, kind, context.calendar) for name, (value, kind) in facts.values.items()}


def _in_words(facts: _Facts, context: Context, words: Words) -> str:
    values = [f"{name} {words.value(value, kind, context.calendar)}" for name, (value, kind) in facts.values.items()]
    return words.listing(values) if values else facts.words


_FIELDS: Final = {
    entity: tuple(spec for spec in fields.values() if not spec.clock and spec.name != "id")
    for entity, fields in given_fields().items()
}


def _facts(context: Context, ambiguous: set[tuple[str, str]], words: Words) -> dict[str, _Facts]:
    """All known facts of a case, by the place of their row (``person[dana]``), and the parameters that it states."""
    facts = {PARAMETERS: _Facts(PARAMETERS, dict(_parameters(context)))}
    seen: Counter[str] = Counter()
    for row in _rows(context.case):
        entity, called = row.entity, words.row(row, context.calendar)
        place = _place(row, called, ambiguous)
        seen[place] += 1
        if seen[place] > 1:  # the same message twice
            place = f"{place} ({seen[place]})"
        facts[place] = _Facts(called, dict(_values(row, entity, context)))
    return facts


def _values(row: Row, entity: str, context: Context) -> Iterator[tuple[str, tuple[Value, Kind]]]:
    for spec in _FIELDS[entity]:
        value = row.value(spec.attribute)
        if value is not None:
            yield spec.name, (value, spec.kind)
    kinds = context.checked.custom.get(entity, {})
    for name, value in row.custom.items():
        if name in kinds:  # the others are parameters
            yield name, (value, kinds[name])


def _parameters(context: Context) -> Iterator[tuple[str, tuple[Value, Kind]]]:
    """The parameters that the case states."""
    stated = context.case.candidate.custom
    for parameter in context.checked.adjustable:
        if parameter.key in stated:
            yield parameter.name, (stated[parameter.key], parameter.kind)


def _rows(case: Case) -> Iterator[Row]:
    yield case.candidate
    for family in case.families:
        yield family.application
        if family.offer is not None:
            yield family.offer
        yield from family.people
        yield from family.interviews
        yield from chain.from_iterable(family.interviewers)
        yield from family.messages


def _place(row: Row, words: str, ambiguous: set[tuple[str, str]]) -> str:
    """``person[dana]``; ``person[acme/dana]`` where another application has a person with that id too."""
    entity, application, interview, id_ = row_key(row)
    if entity == "candidate":
        return entity
    id_ = words if entity == "message" else "/".join((interview, id_)) if interview else id_
    if (entity, id_) in ambiguous:
        id_ = f"{application}/{id_}"
    return f"{entity}[{id_}]"


def _ambiguous(case: Case) -> set[tuple[str, str]]:
    """The ids that rows of several applications share, with their entities."""
    applications_of: dict[tuple[str, str], set[str]] = {}
    for row in _rows(case):
        entity, application, interview, id_ = row_key(row)
        if entity != "message":
            key = entity, "/".join((interview, id_)) if interview else id_
            applications_of.setdefault(key, set()).add(application)
    return {key for key, applications in applications_of.items() if len(applications) > 1}
