"""What differs between two decisions, and the facts and rules that make the difference."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from tactful.decide.ranker import Conclusion, Key, Ranking
from tactful.facts.fields import given_fields
from tactful.facts.kinds import Kind, MomentKind, Value
from tactful.facts.rows import Case, Row, row_key
from tactful.reasons.context import Context, pack_record, target_record
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
from tactful.reasons.records.decision import JustificationRecord
from tactful.reasons.wording import listing, plain_value, say_moment, say_row, say_value

#: What makes conclusions of two decisions the same: the key, and a number that tells conclusions with the same key apart
#: (about two messages that say the same).
_Key = tuple[Key, int]

_ABSENT: Final = "not there"


def compare(before: tuple[Context, Ranking], after: tuple[Context, Ranking]) -> ComparisonRecord:
    """The differences from one decision to another."""
    one, other = _Side(*before), _Side(*after)
    same = one.context.case.candidate.id == other.context.case.candidate.id
    moved = _moved([key for key in one.ranked if key in other.ranked], list(other.ranked))
    found = [
        *(_difference(key, one, other, key in moved) for key in other.ranked),
        *(_removed(key, one, other) for key in one.ranked if key not in other.ranked),
    ]
    differences = tuple(difference for difference in found if difference is not None)
    return ComparisonRecord(
        before=_decided(one.context),
        after=_decided(other.context),
        same_candidate=same,
        facts=tuple(_fact_changes(one.context, other.context)) if same else (),
        advice=differences,
        set_aside=(*_set_aside(one, other, "before"), *_set_aside(other, one, "after")),
        unchanged=len(found) - len(differences),
    )


def _decided(context: Context) -> DecidedRecord:
    return DecidedRecord(at=context.calendar.local(context.now).isoformat(), pack=pack_record(context.checked))


# --- advice ---


class _Side:
    """One of the two decisions, with its conclusions by what makes them the same."""

    def __init__(self, context: Context, ranking: Ranking) -> None:
        self.context = context
        self.ranked = _keyed(ranking.ranked)
        self.ranks = {key: rank for rank, key in enumerate(self.ranked, start=1)}
        pairs = [(one, to) for to in ranking.ranked for one in to.alternatives]
        self.alternatives = dict(zip(_keyed([one for one, _ in pairs]), [to for _, to in pairs], strict=True))
        self.set_aside = _keyed(ranking.set_aside)

    def record(self, key: _Key) -> SideRecord:
        """A conclusion of the ranked list."""
        one, context = self.ranked[key], self.context
        return SideRecord(
            rank=self.ranks[key],
            modality=one.modality,
            priority=one.priority,
            label=context.label(one),
            due=context.iso(one.due),
            steps=context.steps_of(one),
            alternatives=tuple(context.label(other) for other in one.alternatives),
        )

    def instead(self, key: _Key, other: _Side) -> ElseRecord:
        """What became of a conclusion that only the other side has in its ranked list."""
        context = self.context
        if key in self.alternatives:
            return AlternativeToRecord(to=context.label(self.alternatives[key]))
        if key not in self.set_aside:
            return NoRuleRecord(rules=tuple(self._lacking(*firing) for firing in other.firings(key)))
        because = tuple(rule for winner in self.set_aside[key].lost_to for rule in context.because(winner))
        return SetAsideByRecord(by=tuple(dict.fromkeys(rule.rule for rule in because)), because=because)

    def firings(self, key: _Key) -> list[tuple[str, Row]]:
        """The rules of a conclusion of the ranked list, by id, with the rows that they fired for."""
        checked, ranker = self.context.checked, self.context.ranker
        return [(checked.rules[no].id, row) for no, row, _ in ranker.sorted_firings(self.ranked[key])]

    def _lacking(self, id_: str, theirs: Row) -> LacksRecord | RowGoneRecord | RuleGoneRecord:
        """Why a rule that fires on the other side does not fire here."""
        context = self.context
        rule = next((one for one in context.checked.rules if one.id == id_), None)
        if rule is None:
            return RuleGoneRecord(rule=id_)
        rows = context.evaluator.rows(rule.entity)
        row = next((one for one in rows if _same(one) == _same(theirs)), None)
        if row is None:
            return RowGoneRecord(rule=id_, row=target_record(theirs))
        derivation, env = Derivation(context), context.evaluator.environment(rule.entity, row)
        failing = derivation.tests(derivation.standing_in_the_way(rule, row), env, to_mend=True, deep=False)
        return LacksRecord(rule=id_, failing=failing)

    def rules(self, one: Conclusion) -> dict[tuple[str, tuple[str, str, str, str]], JustificationRecord]:
        """The justifications of a conclusion, by rule and row."""
        context = self.context
        keys = [(context.checked.rules[no].id, _same(row)) for no, row, _ in context.ranker.sorted_firings(one)]
        return dict(zip(keys, context.because(one), strict=True))  # of firings for messages alike, one is enough


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
    """What is different about a conclusion of the second decision; ``None`` where nothing is."""
    one = after.ranked[key]
    if key not in before.ranked:
        return AddedRecord(
            action=one.action,
            target=target_record(one.target),
            after=after.record(key),
            before=before.instead(key, after),
            because=after.context.because(one),
        )
    was, now = before.rules(before.ranked[key]), after.rules(one)
    gone = tuple(rule for place, rule in was.items() if place not in now)
    new = tuple(rule for place, rule in now.items() if place not in was)
    first, second = before.record(key), after.record(key)
    changes = tuple(_changes(first, second, (before.ranked[key], one), (before.context, after.context), moved))
    if not changes and not gone and not new:
        return None
    return ChangedRecord(
        action=one.action,
        target=target_record(one.target),
        before=first,
        after=second,
        changes=changes,
        rules_gone=gone,
        rules_new=new,
        rules_both=tuple(dict.fromkeys(rule.rule for place, rule in now.items() if place in was)),
    )


def _removed(key: _Key, before: _Side, after: _Side) -> RemovedRecord:
    one = before.ranked[key]
    return RemovedRecord(
        action=one.action,
        target=target_record(one.target),
        before=before.record(key),
        after=after.instead(key, before),
        because=before.context.because(one),
    )


def _changes(
    first: SideRecord,
    second: SideRecord,
    conclusions: tuple[Conclusion, Conclusion],
    settings: tuple[Context, Context],
    moved: bool,
) -> Iterator[ChangeRecord]:
    if moved:
        yield ChangeRecord(what="rank", before=str(first.rank), after=str(second.rank))
    if first.modality != second.modality:
        yield ChangeRecord(what="modality", before=_words(first.modality), after=_words(second.modality))
    if conclusions[0].due != conclusions[1].due:
        dues = [_due(one, context) for one, context in zip(conclusions, settings, strict=True)]
        yield ChangeRecord(what="due", before=dues[0], after=dues[1])
    if first.priority != second.priority:
        yield ChangeRecord(what="priority", before=str(first.priority), after=str(second.priority))
    if first.label != second.label:
        yield ChangeRecord(what="label", before=first.label, after=second.label)
    if set(first.steps) != set(second.steps):
        yield ChangeRecord(
            what="steps", before=_only(first.steps, second.steps), after=_only(second.steps, first.steps)
        )
    if set(first.alternatives) != set(second.alternatives):
        yield ChangeRecord(
            what="alternatives",
            before=_only(first.alternatives, second.alternatives),
            after=_only(second.alternatives, first.alternatives),
        )


def _words(modality: str) -> str:
    return modality.replace("_", " ")


def _only(texts: Sequence[str], others: Sequence[str]) -> str:
    """Those that the other side does not have."""
    return "; ".join(text for text in texts if text not in others) or "none"


def _due(one: Conclusion, context: Context) -> str:
    return "none" if one.due is None else say_moment(one.due, context.calendar)


def _moved(before: list[_Key], after: list[_Key]) -> set[_Key]:
    """The fewest conclusions that have to be moved to bring those that both have from one order into the other."""
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


def _set_aside(one: _Side, other: _Side, side: str) -> Iterator[SetAsideChangeRecord]:
    """What one side sets aside and the other does not."""
    for key, lost in one.set_aside.items():
        if key not in other.set_aside:
            because = [rule.rule for winner in lost.lost_to for rule in one.context.because(winner)]
            yield SetAsideChangeRecord(
                side="before" if side == "before" else "after",
                modality=lost.modality,
                action=lost.action,
                label=one.context.label(lost),
                target=target_record(lost.target),
                by=tuple(dict.fromkeys(because)),
            )


# --- facts ---


class _Facts(NamedTuple):
    """The known facts of one row, and the row in words."""

    said: str
    values: Mapping[str, tuple[Value, Kind]]


def _fact_changes(before: Context, after: Context) -> Iterator[FactChangeRecord]:
    """The given facts in which two cases differ, the moments decided for included."""
    if before.now != after.now:
        yield _change("now", (before.now, MomentKind()), (after.now, MomentKind()), before, after)
    ambiguous = _ambiguous(before.case) | _ambiguous(after.case)
    first, second = _facts(before, ambiguous), _facts(after, ambiguous)
    for place in dict.fromkeys((*first, *second)):
        was, now = first.get(place), second.get(place)
        if was is None or now is None:
            yield _whole(place, was, now, before, after)
            continue
        for name in dict.fromkeys((*was.values, *now.values)):
            one, other = was.values.get(name), now.values.get(name)
            if (one and one[0]) != (other and other[0]):
                yield _change(f"{place}.{name}", one, other, before, after)


def _change(
    fact: str, one: tuple[Value, Kind] | None, other: tuple[Value, Kind] | None, before: Context, after: Context
) -> FactChangeRecord:
    return FactChangeRecord(
        fact=fact,
        before=None if one is None else plain_value(*one, before.calendar),
        after=None if other is None else plain_value(*other, after.calendar),
        before_said="unknown" if one is None else say_value(*one, before.calendar),
        after_said="unknown" if other is None else say_value(*other, after.calendar),
    )


def _whole(place: str, was: _Facts | None, now: _Facts | None, before: Context, after: Context) -> FactChangeRecord:
    """A row that only one of the cases has."""
    return FactChangeRecord(
        fact=place,
        before=None if was is None else _plain(was, before),
        after=None if now is None else _plain(now, after),
        before_said=_ABSENT if was is None else _said(was, before),
        after_said=_ABSENT if now is None else _said(now, after),
    )


def _plain(facts: _Facts, context: Context) -> dict[str, object]:
    return {name: plain_value(value, kind, context.calendar) for name, (value, kind) in facts.values.items()}


def _said(facts: _Facts, context: Context) -> str:
    found = [f"{name} {say_value(value, kind, context.calendar)}" for name, (value, kind) in facts.values.items()]
    return listing(found) if found else facts.said


_FIELDS: Final = {
    entity: tuple(spec for spec in fields.values() if not spec.clock and spec.name != "id")
    for entity, fields in given_fields().items()
}


def _facts(context: Context, ambiguous: set[tuple[str, str]]) -> dict[str, _Facts]:
    """All known facts of a case: the place of a row (``person[dana]``) → its fields."""
    found: dict[str, _Facts] = {}
    seen: Counter[str] = Counter()
    for row in _rows(context.case):
        entity, said = row.entity, say_row(row, context.calendar)
        place = _place(row, said, ambiguous)
        seen[place] += 1
        if seen[place] > 1:  # the same message twice
            place = f"{place} ({seen[place]})"
        found[place] = _Facts(said, dict(_values(row, entity, context)))
    return found


def _values(row: Row, entity: str, context: Context) -> Iterator[tuple[str, tuple[Value, Kind]]]:
    for spec in _FIELDS[entity]:
        value = row.value(spec.attribute)
        if value is not None:
            yield spec.name, (value, spec.kind)
    kinds = context.checked.custom.get(entity, {})
    for name, value in row.custom.items():
        yield name, (value, kinds[name])


def _rows(case: Case) -> Iterator[Row]:
    yield case.candidate
    for family in case.families:
        yield family.application
        if family.offer is not None:
            yield family.offer
        yield from family.people
        yield from family.interviews
        yield from (one for group in family.interviewers for one in group)
        yield from family.messages


def _place(row: Row, said: str, ambiguous: set[tuple[str, str]]) -> str:
    """``person[dana]``; ``person[acme/dana]`` where another application has a person of that id too."""
    entity, application, interview, id_ = row_key(row)
    if entity == "candidate":
        return entity
    id_ = said if entity == "message" else "/".join((interview, id_)) if interview else id_
    if (entity, id_) in ambiguous:
        id_ = f"{application}/{id_}"
    return f"{entity}[{id_}]"


def _ambiguous(case: Case) -> set[tuple[str, str]]:
    """The ids that rows of several applications have."""
    found: dict[tuple[str, str], set[str]] = {}
    for row in _rows(case):
        entity, application, interview, id_ = row_key(row)
        if entity != "message":
            found.setdefault((entity, "/".join((interview, id_)) if interview else id_), set()).add(application)
    return {key for key, applications in found.items() if len(applications) > 1}
