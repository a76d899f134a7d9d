"""Why not: the rules that are nearest to firing, and when time alone brings it about."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Final, NamedTuple

from tactful.decide.ranker import Conclusion
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

#: How far ahead it is looked whether time alone brings something about.
AHEAD: Final = 6 * WEEK
#: How many rules that did not fire an answer names.
NEAR: Final = 10


class _Miss(NamedTuple):
    """A rule that does not fire for a row: what stands in the way, and when it fires by itself."""

    failing: list[Ground]
    fires_at: int | None
    rule: Rule
    row: Row
    aimless: bool

    @property
    def distance(self) -> int:
        """How many tests it is away from being advice."""
        return len(self.failing) + self.aimless


class Misses:
    """The rules that recommend some kinds of action, and what will become of them."""

    def __init__(self, context: Context, kinds: frozenset[str]) -> None:
        self._context, self._kinds = context, kinds
        self.rules = tuple(
            rule
            for rule in context.checked.rules
            if isinstance(rule.conclusion, Advise) and rule.conclusion.action in kinds
        )

    def targets(self) -> Iterator[Row]:
        """All rows that one of the rules would concern if it fired."""
        for rule in self.rules:
            for row in self._context.evaluator.rows(rule.entity):
                target = self._context.ranker.target(rule.no, row, self._context.case)
                if target is not None:
                    yield target

    # --- the nearest rules ---

    def near(self, target: Row, derivation: Derivation) -> tuple[tuple[NearRecord, ...], int]:
        """The rules that would concern ``target``, the nearest to firing first, and how many there are beyond those."""
        misses = sorted(self._misses(target, derivation), key=_nearness)
        shown = tuple(self._record(one, derivation, whole=not no) for no, one in enumerate(misses[:NEAR]))
        return shown, len(misses) - len(shown)

    def _misses(self, target: Row, derivation: Derivation) -> Iterator[_Miss]:
        context = self._context
        for rule in self.rules:
            for row in context.evaluator.rows(rule.entity):
                aim = context.ranker.target(rule.no, row, context.case)
                aimless = aim is None and (inside(row, target) or inside(target, row))
                if aim is target or aimless:
                    failing = derivation.standing_in_the_way(rule, row)
                    yield _Miss(failing, self._first_firings.get((rule.no, row)), rule, row, aimless)

    def _record(self, miss: _Miss, derivation: Derivation, whole: bool) -> NearRecord:
        """``whole``: with how its computed facts came about, and with what holds already."""
        context, rule = self._context, miss.rule
        env = context.evaluator.environment(rule.entity, miss.row)
        failing = derivation.tests(miss.failing, env, to_mend=True, deep=whole)
        met = derivation.tests(derivation.met_already(rule, miss.row), env, to_mend=False, deep=False) if whole else ()
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

    # --- what time brings about ---

    @cached_property
    def _timeline(self) -> Timeline:
        now = self._context.now
        return timeline(self._context.decider, self._context.case, now, now + AHEAD)

    @cached_property
    def _first_firings(self) -> dict[tuple[int, Row], int]:
        """When rules fire first, from now on, for the rows for which they do."""
        found: dict[tuple[int, Row], int] = {}
        for interval in self._timeline.intervals:
            for one in _all(interval.ranking.ranked, interval.ranking.set_aside):
                for no, row, _ in one.firings:
                    found.setdefault((no, row), interval.start)
        return found

    def opening(self, target: Row) -> OpeningRecord:
        """When, if nothing but time changes, a recommendation of one of the kinds holds for ``target``."""
        context = self._context
        defeated: tuple[int, Conclusion] | None = None
        for interval in self._timeline.intervals:
            for one in interval.ranking.ranked:
                if self._is(one, target):
                    return OpensRecord(at=_iso(context, interval.start), alternative_to=None)
                if any(self._is(other, target) for other in one.alternatives):
                    return OpensRecord(at=_iso(context, interval.start), alternative_to=context.label(one))
            lost = next((one for one in interval.ranking.set_aside if self._is(one, target)), None)
            if lost is not None and defeated is None:
                defeated = interval.start, lost
        until = _iso(context, context.now + AHEAD)
        if defeated is None:
            return StaysClosedRecord(until=until)
        rules = {context.checked.rules[no].id for winner in defeated[1].lost_to for no, _, _ in winner.firings}
        return StaysDefeatedRecord(at=_iso(context, defeated[0]), by=tuple(sorted(rules)), until=until)

    def _is(self, one: Conclusion, target: Row) -> bool:
        return not one.prohibits and one.target is target and one.action in self._kinds


def _all(*groups: tuple[Conclusion, ...]) -> Iterator[Conclusion]:
    for group in groups:
        for one in group:
            yield one
            yield from one.alternatives


def _nearness(miss: _Miss) -> tuple[int, float, int, str, tuple[str, str, str, str]]:
    """The fewest tests first; then what time mends, the sooner the better; then the higher priority."""
    at = float("inf") if miss.fires_at is None else miss.fires_at
    return miss.distance, at, -miss.rule.priority, miss.rule.id, row_key(miss.row)


def _aim(rule: Rule) -> AskedRecord:
    """What a rule lacks that does not know whom its conclusion concerns."""
    field = rule.target.field.text if isinstance(rule.target, ById) else rule.target.entity
    return AskedRecord(field=field, phrase="known", value=None, said="unknown", held=False, wanted=True)


def _iso(context: Context, moment: int) -> str:
    return context.calendar.local(moment).isoformat()
