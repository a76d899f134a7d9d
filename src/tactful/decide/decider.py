"""Decide: fire rules, and rank their conclusions. Explanations, plans and what-ifs decide again with the same decider."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import msgspec

from tactful.decide.conclusions import Conclusion, Ranking
from tactful.decide.handled import without_handled
from tactful.decide.keys import Keys
from tactful.decide.ranker import Ranker
from tactful.decide.truths import Conditions
from tactful.decide.work import Work
from tactful.engines.compiled import compile_pack
from tactful.engines.evaluate import Evaluator
from tactful.engines.firings import Program, RawFiring
from tactful.engines.plain import PlainProgram
from tactful.engines.rete import Rete
from tactful.facts.calendars import Calendars
from tactful.facts.kinds import Value
from tactful.facts.reading.limits import CaseLimits
from tactful.facts.reading.link import NotLinkable, link
from tactful.facts.rows import Case
from tactful.facts.shape import CaseShape
from tactful.language.catalogs import Catalog
from tactful.language.ir import AddStep, CheckedPack, Field, Rule
from tactful.language.ir.clockwork import Clockwork
from tactful.language.ir.fields_read import ReadField, read_fields
from tactful.language.load.source import Source
from tactful.source.lazy import lazy

if TYPE_CHECKING:
    from tactful.engines.compiled.program import CompiledProgram
    from tactful.engines.compiled.turning import TurningFunctions

EngineName = Literal["compiled", "rete"]
T = TypeVar("T")


class Origin(msgspec.Struct, frozen=True):
    """What a decider was made from: texts and settings, by which it can be made again.

    ``language``: the language that was asked for, if any. ``places``: where its files are, so that
    they can be read again.
    """

    source: Source
    limits: CaseLimits
    engine: EngineName | Rete
    language: str | None = None
    places: tuple[str | Path, ...] = ()


class Decider:
    """A checked pack with its engine. Immutable, and safe to use from any number of threads."""

    def __init__(
        self,
        checked: CheckedPack,
        limits: CaseLimits,
        engine: EngineName | Rete = "compiled",
        origin: Origin | None = None,
        *,
        few: bool = False,
    ) -> None:
        """``few``: only a few decisions will be made, so that compiling the pack would take longer than it saves."""
        self.checked, self.limits = checked, limits
        #: What makes the same decider in another process; ``None`` for a pack that was not read from texts.
        self.origin = origin
        self.calendars, self.declared = Calendars(checked.calendars), checked.declared
        self.facts = {fact.id: fact for fact in checked.facts}
        self.clockwork = Clockwork(self.facts)
        self.conditions = Conditions(self.clockwork)
        #: The engine's name.
        self.engine: EngineName = "compiled" if engine == "compiled" else "rete"
        self._few = few
        if engine != "compiled":
            self._program = self._rete(engine)
        #: The translations that decisions use; ``None`` for the pack's own language.
        self.catalog: Catalog | None = None
        self._made: dict[Callable[[Decider], Any], Any] = {}
        self._shared: dict[Callable[[Decider], Any], Any] = {}
        self.keys = Keys(checked)

    def _rete(self, engine: Literal["rete"] | Rete) -> Program:
        """The pack as a program of this engine. Raises :class:`tactful.EngineError` if it cannot be used."""
        from tactful.engines.rete.program import ReteProgram  # other engines do not need it

        options = Rete() if engine == "rete" else engine
        fallback = compile_pack(self.checked, self.calendars) if options.fall_back else None
        return ReteProgram(self.checked, self.calendars, options.pool(), fallback)

    @lazy
    def _program(self) -> Program:
        """The pack as a program of the engine. It is compiled for its first decision."""
        return self.plain if self.compiled is None else self.compiled

    @lazy
    def work(self) -> Work:
        """How many steps decisions take."""
        return Work(self.checked, self.limits.steps)

    @lazy
    def plain(self) -> PlainProgram:
        """The pack as an interpreted program, for a few decisions."""
        return PlainProgram(self.checked, self.calendars, self.clockwork)

    @lazy
    def ranker(self) -> Ranker:
        """Ranks firings."""
        places_at = None if self.compiled is None else self.compiled.places_at
        return Ranker(self.checked, self.calendars, places_at)

    @lazy
    def compiled(self) -> CompiledProgram | None:
        """The pack as the engine has compiled it; ``None`` if the engine does not compile packs."""
        return None if self._few or self.engine != "compiled" else compile_pack(self.checked, self.calendars)

    @property
    def turning(self) -> TurningFunctions | None:
        """Functions for explanations; ``None`` if the engine does not compile packs."""
        return None if self.compiled is None else self.compiled.turning

    def once(self, make: Callable[[Decider], T]) -> T:
        """What a higher floor makes from a pack, such as its sentences taken apart. It is made once and then kept."""
        made: T | None = self._made.get(make)
        return self._made.setdefault(make, make(self)) if made is None else made

    def shared(self, make: Callable[[Decider], T]) -> T:
        """As :meth:`once`, for what does not depend on the language: deciders of other languages have the same."""
        made: T | None = self._shared.get(make)
        return self._shared.setdefault(make, make(self)) if made is None else made

    def speaking(self, checked: CheckedPack, catalog: Catalog | None) -> Decider:
        """A decider with the same engine and the language of ``checked``, which is the translated pack.

        ``catalog``: its translations; ``None`` for the pack's own language.
        """
        _ = self.work, self.ranker  # these and the program are shared, so they have to be there
        other = copy(self)
        other.checked, other.catalog, other._made = checked, catalog, {}
        if self.origin is not None:
            other.origin = msgspec.structs.replace(self.origin, language=checked.language)
        return other

    @lazy
    def moving(self) -> tuple[Rule, ...]:
        """The rules that can begin or stop firing by time alone."""
        return tuple(rule for rule in self.checked.rules if self.clockwork.rule(rule))

    @lazy
    def clocked(self) -> frozenset[int]:
        """The numbers of the ``moving`` rules that read a local clock."""
        return frozenset(rule.no for rule in self.moving if self.clockwork.looks_at_clocks(rule))

    @lazy
    def moving_order(self) -> tuple[Field, ...]:
        """The fields that sort conclusions and change by time alone."""
        return tuple(field for field in self.ranker.sorting_fields if self.clockwork.field(field))

    @lazy
    def moving_occasions(self) -> tuple[Field, ...]:
        """The fields that distinguish occasions and change by time alone."""
        fields = dict.fromkeys(field for action in self.checked.actions.values() for field in action.occasion)
        return tuple(field for field in fields if self.clockwork.field(field))

    def occasion(self, conclusion: Conclusion, evaluator: Evaluator) -> tuple[Value, ...]:
        """The values that distinguish the occasion of a conclusion, if time alone may change them; otherwise
        nothing."""
        return self.keys.occasion(conclusion, evaluator) if conclusion.action in self._with_moving_occasion else ()

    @lazy
    def _with_moving_occasion(self) -> frozenset[str]:
        moving = set(self.moving_occasions)
        return frozenset(id_ for id_, action in self.checked.actions.items() if not moving.isdisjoint(action.occasion))

    @lazy
    def fields(self) -> tuple[ReadField, ...]:
        """The given and custom fields that the rules of the pack read."""
        steps = [rule for rule in self.checked.rules if isinstance(rule.conclusion, AddStep)]
        others = [rule for rule in self.checked.rules if not isinstance(rule.conclusion, AddStep)]
        return read_fields(self.checked, others, steps)

    def fire(self, case: Case, now: int) -> list[RawFiring]:
        """The firings of rules that advise or prohibit, at ``now`` (seconds since 1970, UTC), in no order.

        Raises :class:`tactful.InvalidInput` where that takes too many steps, as all methods that decide do.
        """
        self.check(case)
        return self._program.fire(case, now)

    def steps(self, case: Case, now: int) -> list[RawFiring]:
        """The firings of rules that add steps."""
        self.check(case)
        return self._program.fire_steps(case, now)

    def rank(self, case: Case, now: int) -> Ranking:
        """The ranked decision on a case at ``now`` (seconds since 1970, UTC)."""
        if case.size > self.work.safe:  # as in check; a call of it would show here
            self.work.check(case)
        ranking = self.ranker.rank(self._program.fire(case, now), case, now)
        return ranking if case.handled is None else self._without_handled(ranking, case, now)

    def ranked(self, firings: list[RawFiring], case: Case, now: int) -> Ranking:
        """The ranked decision that follows from firings of the case at ``now`` (seconds since 1970, UTC)."""
        ranking = self.ranker.rank(firings, case, now)
        return ranking if case.handled is None else self._without_handled(ranking, case, now)

    def _without_handled(self, ranking: Ranking, case: Case, now: int) -> Ranking:
        assert case.handled is not None  # its callers ask
        return without_handled(ranking, case.handled, self.keys, self.evaluator(case, now))

    def check(self, case: Case) -> None:
        """Raise :class:`tactful.InvalidInput` where a decision on the case takes more steps than allowed."""
        if case.size > self.work.safe:
            self.work.check(case)

    def evaluator(self, case: Case, now: int) -> Evaluator:
        """An evaluator of the pack's conditions for a case at ``now``."""
        return Evaluator(case, now, self.facts, self.calendars)

    def link(self, shape: CaseShape, now: int | None) -> Case | None:
        """The case of a shape with changed facts; ``None`` if the facts do not fit together, or make it too large."""
        try:
            case = link(shape, now, self.calendars, self.declared, self.limits)
        except NotLinkable:
            return None
        return case if case.size <= self.work.safe or self.work.allows(case) else None
