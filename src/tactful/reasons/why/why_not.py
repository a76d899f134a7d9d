"""Why an action is not advised: the rules that come nearest to firing, and when time alone would change that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from tactful.decide.conclusions import Conclusion
from tactful.decide.timeline import Timeline, timeline
from tactful.facts.kinds import WEEK
from tactful.facts.rows import Row, inside, row_key
from tactful.language.ir import Advise, ById, Rule
from tactful.reasons.context import Context, target_record
from tactful.reasons.derivation import Derivation, Ground
from tactful.reasons.records.why import (
    AskedRecord,
    NearRecord,
    OpeningRecord,
    OpensRecord,
    StaysClosedRecord,
    StaysDefeatedRecord,
)
from tactful.source.lazy import lazy

#: How far ahead the effect of time alone is searched for, in seconds.
AHEAD: Final = 6 * WEEK
#: The most rules that did not fire in one answer.
NEAR: Final = 10


class _Miss(msgspec.Struct, frozen=True):
    """A rule that does not fire for a row: the tests in the way, and when time alone makes it fire (seconds since 1970).

    ``aimless``: the rule does not know its target, so it would advise nothing even if it fired.
    """

    failing: list[Ground]
    fires_at: int | None
    rule: Rule
    row: Row
    aimless: bool

    @property
    def distance(self) -> int:
        """How many tests keep the rule from giving advice."""
        return len(self.failing) + self.aimless


class Misses:
    """The rules that recommend some kinds of action: what keeps them from firing, and when they will fire."""

    def __init__(self, context: Context, kinds: frozenset[str]) -> None:
        self._context, self._kinds = context, kinds
        self.rules = tuple(
            rule
            for rule in context.checked.rules
            if isinstance(rule.conclusion, Advise) and rule.conclusion.action in kinds
        )

    def targets(self) -> Iterator[Row]:
        """The targets of all these rules, for every row that they could fire for."""
        for rule in self.rules:
            for row in self._context.evaluator.rows(rule.entity):
                target = self._context.ranker.target(rule.no, row, self._context.case)
                if target is not None:
                    yield target

    # --- the nearest rules ---

    def near(self, target: Row, derivation: Derivation) -> tuple[tuple[NearRecord, ...], int]:
        """The rules about ``target``, nearest to firing first, and how many more there are than those returned."""
        misses = sorted(self._misses(target, derivation), key=_nearness)
        shown = tuple(self._record(miss, derivation, whole=not no) for no, miss in enumerate(misses[:NEAR]))
        return shown, len(misses) - len(shown)

    def _misses(self, target: Row, derivation: Derivation) -> Iterator[_Miss]:
        aimed, aimless = self._aims
        pairs = [(rule, row, False) for rule, row in aimed.get(target, ())]
        for application, others in aimless.items():
            if application is target.application or target.application is None or application is None:
                pairs += [(rule, row, True) for rule, row in others if inside(row, target) or inside(target, row)]
        for rule, row, lacks_aim in pairs:
            failing = derivation.failing(rule, row)
            yield _Miss(failing, self._first_firings.get((rule.no, row)), rule, row, lacks_aim)

    @lazy
    def _aims(self) -> tuple[dict[Row, list[tuple[Rule, Row]]], dict[Row | None, list[tuple[Rule, Row]]]]:
        """All rules and rows: by their target, and those that do not know their target by their application."""
        context = self._context
        aimed: dict[Row, list[tuple[Rule, Row]]] = {}
        aimless: dict[Row | None, list[tuple[Rule, Row]]] = {}
        for rule in self.rules:
            for row in context.evaluator.rows(rule.entity):
                aim = context.ranker.target(rule.no, row, context.case)
                if aim is None:
                    aimless.setdefault(row.application, []).append((rule, row))
                else:
                    aimed.setdefault(aim, []).append((rule, row))
        return aimed, aimless

    def _record(self, miss: _Miss, derivation: Derivation, whole: bool) -> NearRecord:
        """``whole``: the record includes how computed facts came about, and the tests that hold already."""
        context, rule = self._context, miss.rule
        env = context.evaluator.environment(rule.entity, miss.row)
        failing = derivation.tests(miss.failing, env, to_mend=True, deep=whole)
        met = derivation.tests(derivation.already_met(rule, miss.row), env, to_mend=False, deep=False) if whole else ()
        return NearRecord(
            rule=rule.id,
            where=f"{rule.span.file}:{rule.span.line}",
            about=rule.about,
            source=rule.source,
            priority=rule.priority,
            row=target_record(miss.row),
            failing=(*failing, *((_aim(rule),) if miss.aimless else ())),
            met=met,
            fires_at=context.iso(miss.fires_at),
        )

    # --- the effect of time alone ---

    @lazy
    def _timeline(self) -> Timeline:
        now = self._context.now
        return timeline(self._context.decider, self._context.case, now, now + AHEAD)

    @lazy
    def _first_firings(self) -> dict[tuple[int, Row], int]:
        """When each rule first fires from now on (seconds since 1970), by the rule's number and the row."""
        first: dict[tuple[int, Row], int] = {}
        for interval in self._timeline.intervals:
            for conclusion in _all(interval.ranking.ranked, interval.ranking.set_aside):
                for no, row, _ in conclusion.firings:
                    first.setdefault((no, row), interval.start)
        return first

    @lazy
    def _openings(self) -> dict[Row, tuple[int, Conclusion | None]]:
        """When one of the kinds is first recommended (seconds since 1970), by target; and what it is an alternative to."""
        first: dict[Row, tuple[int, Conclusion | None]] = {}
        for interval in self._timeline.intervals:
            for conclusion in interval.ranking.ranked:
                if self._recommends(conclusion):
                    first.setdefault(conclusion.target, (interval.start, None))
                for alternative in filter(self._recommends, conclusion.alternatives):
                    first.setdefault(alternative.target, (interval.start, conclusion))
        return first

    @lazy
    def _defeats(self) -> dict[Row, tuple[int, Conclusion]]:
        """When a recommendation of one of the kinds first loses a conflict (seconds since 1970), by target."""
        first: dict[Row, tuple[int, Conclusion]] = {}
        for interval in self._timeline.intervals:
            for loser in filter(self._recommends, interval.ranking.set_aside):
                first.setdefault(loser.target, (interval.start, loser))
        return first

    def opening(self, target: Row) -> OpeningRecord:
        """When an action of one of the kinds will be recommended for ``target``, if nothing but time changes."""
        context = self._context
        opens = self._openings.get(target)
        if opens is not None:
            start, better = opens
            return OpensRecord(
                at=_iso(context, start), alternative_to=None if better is None else context.label(better)
            )
        until = _iso(context, self._timeline.end)
        defeated = self._defeats.get(target)
        if defeated is None:
            return StaysClosedRecord(until=until)
        rules = {context.checked.rules[no].id for winner in defeated[1].lost_to for no, _, _ in winner.firings}
        return StaysDefeatedRecord(at=_iso(context, defeated[0]), by=tuple(sorted(rules)), until=until)

    def _recommends(self, conclusion: Conclusion) -> bool:
        """Whether a conclusion recommends an action of one of the kinds."""
        return not conclusion.prohibits and conclusion.action in self._kinds


def _all(*groups: tuple[Conclusion, ...]) -> Iterator[Conclusion]:
    """The conclusions of some groups, each followed by its alternatives."""
    for group in groups:
        for conclusion in group:
            yield conclusion
            yield from conclusion.alternatives


def _nearness(miss: _Miss) -> tuple[int, float, int, str, tuple[str, str, str, str]]:
    """Sort key: fewest failing tests, then the soonest to fire by time alone, then the highest priority."""
    at = float("inf") if miss.fires_at is None else miss.fires_at
    return miss.distance, at, -miss.rule.priority, miss.rule.id, row_key(miss.row)


def _aim(rule: Rule) -> AskedRecord:
    """The missing target of a rule, as a test that failed."""
    field = rule.target.field.text if isinstance(rule.target, ById) else rule.target.entity
    return AskedRecord(field=field, phrase="known", value=None, said="unknown", held=False, wanted=True)


def _iso(context: Context, moment: int) -> str:
    return context.calendar.local(moment).isoformat()
