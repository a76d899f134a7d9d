"""Policies: load rules, read cases, decide."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from tactful.api.contents import ActionInfo, FactInfo, ParameterInfo, actions_of, facts_of, parameters_of, paths_of
from tactful.api.decision import Decision, import_answers
from tactful.api.handling import dismissed, done, is_done, undone
from tactful.api.plan import Plan
from tactful.decide.decider import Decider, EngineName, Origin
from tactful.decide.invariants import Violation, violations
from tactful.decide.timeline import LONGEST
from tactful.engines.firings import Firing
from tactful.engines.rete import Rete
from tactful.facts.calendars import FIRST_YEAR, LAST_YEAR, Calendars
from tactful.facts.edit import changed
from tactful.facts.paths import find_spot, read_value
from tactful.facts.places import country_exists, country_message
from tactful.facts.reading import CaseInput, read_case, read_case_node, read_case_text, read_shape
from tactful.facts.reading.limits import CaseLimits
from tactful.facts.reading.moments import epoch_seconds
from tactful.facts.rows import Case
from tactful.facts.shape import CaseShape
from tactful.language.check import check_pack
from tactful.language.ir import CheckedPack
from tactful.language.ir.in_force import as_of
from tactful.language.load import Locations, load_layers, read_text_layers
from tactful.language.load.build import build_pack
from tactful.language.load.files import Layer
from tactful.language.load.forgotten import with_forgotten_extends
from tactful.language.load.source import source_of
from tactful.language.load.translations import best, catalog_of, languages
from tactful.language.syntax import Pack
from tactful.language.translations import translated
from tactful.reasons.context import Context
from tactful.reasons.lasting import Lasting
from tactful.reasons.pieces import Pieces
from tactful.source.diagnostics import Diagnostic, EngineError, InvalidInput, TactfulError
from tactful.source.lazy import lazy
from tactful.source.nodes import Node

if TYPE_CHECKING:
    import pyarrow as pa

    from tactful.api.journal import Journal
    from tactful.api.tables import DecidedTables, TableDecider


class Policy:
    """A pack that is loaded and checked. :func:`tactful.load` returns one; it is compiled for its first decision.

    Immutable. :meth:`decide` is pure and may be called from any number of threads at once.
    """

    def __init__(
        self,
        checked: CheckedPack,
        limits: CaseLimits,
        engine: EngineName | Rete = "compiled",
        layers: Sequence[Layer] = (),
        places: tuple[str | Path, ...] = (),
        *,
        few: bool = False,
    ) -> None:
        """``few``: see :func:`load_for_few`."""
        self.checked = checked
        #: The policy from which this one was made for a language; ``None`` if nobody asked for a language yet.
        self._own: Policy | None = None
        #: The texts that the pack was loaded from, the lowest base first; empty for a pack that was made otherwise.
        self.layers = tuple(layers)
        self._limits, self._engine, self._places, self._few = limits, engine, places, few
        source = msgspec.structs.replace(source_of(layers), day=checked.as_of)
        self.decider = Decider(
            checked, limits, engine, Origin(source, limits, engine, places=places) if layers else None, few=few
        )
        self._calendars = self.decider.calendars

    @property
    def name(self) -> str:
        """The pack's name."""
        return self.checked.name

    @property
    def version(self) -> str:
        """The pack's version."""
        return self.checked.version

    @property
    def digest(self) -> str:
        """A digest of the texts of all files of the pack and of the packs that it extends: ``sha256:…``."""
        return self.checked.digest

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that the pack and the packs that it extends were read from, the lowest base first."""
        return tuple(path for layer in self.layers for path in paths_of(layer))

    @lazy
    def parameters(self) -> Mapping[str, ParameterInfo]:
        """The parameters by name, with their values as the files have them."""
        return parameters_of(self.checked)

    @lazy
    def actions(self) -> Mapping[str, ActionInfo]:
        """The actions by id."""
        return actions_of(self.checked)

    @lazy
    def facts(self) -> Mapping[str, FactInfo]:
        """The facts that the pack adds to the given facts, custom and computed, by ``entity.name``."""
        return facts_of(self.checked)

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What the pack's own files do without saying so, such as two overlays that change the same entry differently.
        ``tactful check`` reports these and more.
        """
        return self.checked.warnings

    @property
    def calendars(self) -> Calendars:
        """The calendars that decisions of this pack use. For other parts of this package."""
        return self._calendars

    def as_of(self, day: date) -> Policy:
        """The policy with the values and rules that are in force on a day, for cases of any day.

        ``day`` is a date, or a moment, of which the date counts. Conditions that rules state on dates stay as they are.
        Raises :class:`tactful.TactfulError` if it is neither, or lies outside the years 1971 to 2198.
        """
        if not isinstance(day, date):
            raise TactfulError(f"`day` is a date, not {type(day).__name__}; see date.fromisoformat")
        _check_year(day.year, "day")
        return self.on(day.toordinal())

    def on(self, day: int | None) -> Policy:
        """As :meth:`as_of` for an ordinal; ``None`` means every day. For other parts of this package."""
        if day is None:
            return self
        checked = as_of(self.checked, day)
        return Policy(checked, self._limits, self._engine, self.layers, self._places, few=self._few)

    def reload(self) -> Policy:
        """The policy read again from its files: a new one, or this one if no text has changed, translations included.

        It has the same limits, engine, language and day (see :meth:`as_of`). This policy stays as it is, so it can
        still be used if the files have mistakes. Raises :class:`tactful.InvalidInput` with every mistake in them, and
        :class:`tactful.TactfulError` if the policy was not loaded by :func:`tactful.load`.
        """
        if not self._places:
            raise TactfulError("the policy was not loaded from files, so it cannot be reloaded")
        if self._own is not None:
            return self._own.reload().in_language(self.checked.language)
        layers = load_layers(self._places)
        if source_of(layers) == source_of(self.layers) and not self._has_other_words():
            return self
        return _policy(layers, self._limits, self._engine, self._places).on(self.checked.as_of)

    def __repr__(self) -> str:
        return f"<Policy {self.name} {self.version}: {len(self.checked.rules)} rules>"

    def warm(self, countries: Iterable[str] = ()) -> None:
        """Do in advance what the first decisions would otherwise wait for, for a service that starts.

        Compiles what answers need, which would otherwise happen in the first few answers, and loads the public
        holidays of ``countries`` (ISO 3166 codes, such as ``US-NY``) from last year to next year. Takes about half a second.
        Raises :class:`tactful.TactfulError` for a country whose holidays are not known.
        """
        this_year = date.today().year
        for country in countries:
            if not country_exists(country):
                message, help_ = country_message(country)
                raise TactfulError(f"{message}; {help_}")
            self._calendars.warm(country, range(this_year - 1, this_year + 2))
        for _ in self.warming():
            pass
        program = self.decider.compiled
        if program is not None:
            program.single.warm()
            self.decider.once(Pieces).warm()
        import_answers()

    def warming(self) -> Iterator[None]:
        """Compile what decisions and their reasons need, a part at each step, for a process that answers in between.

        Two steps compile all rules at once, and take longer than the others. For other parts of this package.
        """
        program = self.decider.compiled
        yield
        if program is not None:
            yield from program.turning.warming()
        lasting = self.decider.once(Lasting)
        yield
        yield from lasting.warming()

    def read(self, case: CaseInput, now: datetime | None = None) -> Case:
        """Read a case: a :class:`Case`, a mapping, or JSON (bytes or text). ``now`` replaces the case's own.

        Read a case once if you decide on it several times: deciding on a :class:`Case` skips this step. Raises
        :class:`tactful.InvalidInput` with every mistake in the case.
        """
        return read_case(case, self._calendars, self.decider.declared, self._limits, _now(now))

    def read_text(self, text: bytes | str, name: str, now: datetime | None = None) -> Case:
        """Read a case from the text of a YAML or JSON file. ``name`` is the file's name, for messages.

        Raises :class:`tactful.InvalidInput` with every mistake, each with its line and column.
        """
        return read_case_text(
            text, name, calendars=self._calendars, declared=self.decider.declared, limits=self._limits, now=_now(now)
        )

    def read_node(self, node: Node, text: str, now: int | None = None) -> Case:
        """Read a case from a part of a parsed text; ``now`` in seconds since 1970. For other parts of this package.

        Raises as :meth:`read`.
        """
        return read_case_node(node, text, self._calendars, self.decider.declared, self._limits, now, as_json=False)

    def read_shape(self, node: Node) -> CaseShape:
        """Read a case as given facts, so that they can be changed before it is linked. For other parts of this package.

        Raises as :meth:`read`.
        """
        return read_shape(node, self.decider.declared, self._limits)

    def change(self, case: Case, facts: Mapping[str, Any]) -> Case:
        """A copy of a case with other facts, such as ``{"person[dana].prefers": "phone"}``, for what-if questions.

        Paths are those of ``tactful advise --set``. Values are plain Python values, or text as in YAML; ``None`` and
        ``unknown`` make a fact unknown. Raises :class:`tactful.InvalidInput` with every mistake.
        """
        shape, problems = case.shape, list[Diagnostic]()
        for path, value in facts.items():
            try:
                spot, kind = find_spot(shape, path, self.decider.declared)
                shape = changed(shape, spot, read_value(value, kind, path))
            except InvalidInput as error:
                problems.extend(error.diagnostics)
        if problems:
            raise InvalidInput(problems)
        return self._with(case, shape)

    def done(self, case: CaseInput, key: str, /, at: datetime | None = None, **details: Any) -> Case:
        """The case after the advice with this key was followed ``at`` a moment, or else at the case's own ``now``.

        The case gets what the action ``leaves``, such as a message that was sent, and remembers the key, so that the advice
        is not given again. ``details`` are fields of that message (``channel="phone"``, ``person="dana"``) or of the facts
        that the action sets. A second call for the same key changes nothing.

        Raises :class:`tactful.TactfulError` if no advice has the key at that moment, or if the advice forbids something,
        and :class:`tactful.InvalidInput` as :meth:`decide` does and for details that do not fit.
        """
        read = self.read(case)
        if at is not None:
            _seconds(at, "at")
        if is_done(read.shape, key):
            return read
        try:
            return self._with(read, done(self.decide(read, at), key, details))
        except InvalidInput as error:
            raise InvalidInput([_by_detail(problem, details) for problem in error.diagnostics]) from None

    def dismiss(self, case: CaseInput, key: str, until: datetime | date | None = None) -> Case:
        """The case in which the advice with this key is not wanted, ``until`` a moment or the end of a day, or for good.

        Decisions keep it in ``set_aside``. Raises :class:`tactful.TactfulError` if no advice has the key now, if it is a
        safety prohibition, or if ``until`` is over already, and :class:`tactful.InvalidInput` as :meth:`decide` does.
        """
        read = self.read(case)
        if isinstance(until, datetime):
            _seconds(until, "until")
        elif until is not None and not isinstance(until, date):
            raise TactfulError(f"`until` is a date or a datetime, not {type(until).__name__}; see date.fromisoformat")
        decision = self.decide(read)
        if until is not None and _is_over(until, decision.at):
            raise TactfulError(f"`until` is over already: {until.isoformat()} is before {decision.at.isoformat()}")
        return self._with(read, dismissed(decision, key, None if until is None else until.isoformat()))

    def undo(self, case: CaseInput, key: str) -> Case:
        """The case as if the advice with this key had been neither followed nor dismissed.

        The message that following it left behind is removed, and the facts that it changed are as they were before.
        Raises :class:`tactful.TactfulError` if the case does not have the key, or if that message was changed since,
        and :class:`tactful.InvalidInput` as :meth:`read` does.
        """
        read = self.read(case)
        return self._with(read, undone(read.shape, key, self.decider.declared))

    def _with(self, case: Case, shape: CaseShape) -> Case:
        """A case with other facts, checked like any other."""
        moment = None if case.now is None else case.candidate.calendar.local(case.now)
        return self.read(msgspec.to_builtins(shape), now=moment)

    @lazy
    def languages(self) -> tuple[str, ...]:
        """The languages in which advice is available, such as ``de``; English, the language of the shipped rules,
        comes first."""
        return ("en", *languages(self.layers))

    def in_language(self, language: str) -> Policy:
        """The same policy with its advice in a language of :attr:`languages`; ``de-AT`` gives ``de``.

        The advice and its order do not change: only sentences, dates and other words do. A sentence without a
        translation stays as it is. The language takes precedence over that of a case.
        Raises :class:`tactful.InvalidInput` for a language that the policy does not have, and for mistakes in its translations.
        """
        known, own = best(language, self.languages) or language, self._own or self
        told = own._told
        if known not in told:
            told.setdefault(known, own._telling(known))
        return told[known]

    @lazy
    def _told(self) -> dict[str, Policy]:
        """The policies in the languages that have been asked for."""
        return {}

    def _has_other_words(self) -> bool:
        """Whether the catalogues of the languages that have been asked for say something else by now, or there differ."""
        now = ("en", *languages(self.layers))
        told = [other.decider.catalog for other in self._told.values()]
        return now != self.languages or any(
            catalog != catalog_of(self.layers, catalog.language) for catalog in told if catalog is not None
        )

    def _telling(self, language: str) -> Policy:
        own = language == self.checked.language
        catalog = None if own else catalog_of(self.layers, language)
        other = Policy.__new__(Policy)
        other.checked = self.checked if catalog is None else translated(self.checked, catalog)
        other.layers, other._own = self.layers, self
        other._limits, other._engine, other._places, other._few = self._limits, self._engine, self._places, self._few
        other.decider = self.decider.speaking(other.checked, catalog)
        other._calendars = self._calendars
        return other

    def for_reader(self, case: Case) -> Policy:
        """The policy in the language of the case's candidate, unless somebody asked for another or the pack lacks it.

        For other parts of this package.
        """
        wanted = case.candidate.language
        if wanted is None or self._own is not None:
            return self
        known = best(wanted, self.languages)
        return self if known is None else self.in_language(known)

    def decide(
        self,
        case: CaseInput,
        now: datetime | None = None,
        *,
        language: str | None = None,
        journal: Journal | None = None,
    ) -> Decision:
        """Decide on a case at ``now``, which must have a time zone, or else at the case's own ``now``.

        If neither is given, the decision is for the current moment. The clock is read for nothing else. ``language`` as in
        :meth:`in_language`; without it, advice is in the candidate's own language, ``candidate.language``, if the
        policy has it. The decision is returned once the ``journal`` has stored it, see :func:`tactful.journal.open`.
        Raises :class:`tactful.InvalidInput` with every mistake in the case, :class:`tactful.EngineError` if an engine
        in another process fails, and :class:`tactful.TactfulError` if the journal cannot keep the decision.
        """
        if journal is not None:
            return self._decide_and_keep(case, now, language, journal)
        moment = None if now is None else _seconds(now, "now")
        read = read_case(case, self._calendars, self.decider.declared, self._limits, moment)
        at = moment if moment is not None else read.now if read.now is not None else int(time.time())
        decider = self.decider
        if language is not None or read.candidate.language is not None:
            decider = (self.for_reader(read) if language is None else self.in_language(language)).decider
        return Decision(decider.rank(read, at), Context(decider, read, at))

    def _decide_and_keep(
        self, case: CaseInput, now: datetime | None, language: str | None, journal: Journal
    ) -> Decision:
        begun = time.perf_counter()
        try:
            decision = self.decide(case, now, language=language)
        except InvalidInput as error:
            journal.keep_refused(self.decider, case, error, time.perf_counter() - begun)
            raise
        journal.keep(decision, time.perf_counter() - begun)
        return decision

    def decide_tables(
        self, tables: Mapping[str, pa.Table], now: datetime | None = None, *, steps: bool = False
    ) -> DecidedTables:
        """Decide on all candidates of some tables at once, with array operations: for thousands or millions of candidates.

        ``tables`` has ``candidates`` and any of ``applications``, ``people``, ``interviews``, ``interviewers``, ``messages``
        and ``offers``. Their columns, and those of the tables that are returned, are in docs/reference/tables.md.
        ``now`` is an aware datetime for all candidates. Without it, the column ``now`` of ``candidates`` is used, and the
        current moment where that column is empty. ``steps`` adds a table of the steps that rules add. The result for each
        candidate is that of :meth:`decide`. Candidates with mistakes are listed in ``rejects``; the others are decided on.

        Raises :class:`tactful.InvalidInput` if a table or a column has a wrong name or type, and
        :class:`tactful.EngineError` if the extra ``batch`` is not installed.
        """
        return self.table_decider.decide(tables, _now(now), steps=steps)

    def tables(self, cases: Iterable[CaseInput]) -> dict[str, pa.Table]:
        """Cases as tables for :meth:`decide_tables`. Each case is a :class:`Case`, a mapping or JSON.

        Raises :class:`tactful.InvalidInput` as :meth:`read` does, and :class:`tactful.EngineError` if the extra ``batch``
        is not installed.
        """
        try:
            from tactful.columns.tables.write import tables_of
        except ImportError as error:
            raise _no_batch() from error
        return tables_of([self.read(case) for case in cases], self.decider.declared)

    @lazy
    def table_decider(self) -> TableDecider:
        """The decider for tables, made on first use. For other parts of this package.

        Raises :class:`tactful.EngineError` if the extra ``batch`` is not installed.
        """
        try:
            from tactful.api.tables import TableDecider
        except ImportError as error:
            raise _no_batch() from error
        return TableDecider(self.decider)

    def plan(
        self, case: CaseInput, now: datetime | None = None, until: datetime | timedelta = timedelta(weeks=6)
    ) -> Plan:
        """All advice from ``now`` to ``until`` (a moment or a length of time), if nothing but time changes.

        The plan is exact: a decision is made at every instant at which time alone can change it. ``now`` as in
        :meth:`decide`. Raises :class:`tactful.InvalidInput` as :meth:`decide` does, and :class:`tactful.TactfulError` if
        ``until`` is not later than ``now``, is more than 366 days after it, or has no time zone.
        """
        decision = self.decide(case, now)
        start = decision.context.now
        end = start + int(until.total_seconds()) if isinstance(until, timedelta) else _seconds(until, "until")
        if not start < end <= start + LONGEST:
            raise TactfulError("a plan has to end after it begins, and at most 366 days later; change `until`")
        return Plan(decision.context, end)

    def violations(self, case: CaseInput, now: datetime | None = None) -> list[Violation]:
        """The pack's invariants that its decision on a case breaks; an empty list unless the rules are at fault.

        Invariants that compare two decisions (``after``) are checked by :func:`tactful.testing.check_invariants` instead.
        Raises :class:`tactful.InvalidInput` as :meth:`decide` does.
        """
        decision = self.decide(case, now)
        return violations(self.decider, decision.context.case, decision.context.now)

    def fire(self, case: Case, now: int) -> list[Firing]:
        """All firings behind a decision at ``now`` (seconds since 1970), steps included, in no particular order.

        For other parts of this package.
        """
        return [Firing(*firing) for firing in self.decider.fire(case, now) + self.decider.steps(case, now)]


def load(
    pack: Locations = "default", *, limits: CaseLimits | None = None, engine: EngineName | Rete = "compiled"
) -> Policy:
    """Load a pack: ``default`` (the shipped rules), ``profile:NAME``, a YAML file, or a folder of YAML files.

    The packs of a list are laid over each other: if two of them differ, the later one counts, and
    :attr:`Policy.warnings` says so. A name that is no file refers to a pack in an installed distribution (entry point
    group ``tactful.packs``).

    ``limits`` bounds the size of cases. ``engine`` is ``compiled``, or ``rete`` (or a :class:`tactful.Rete`) for the Rete
    network of durable-rules, which runs in processes of its own. Raises :class:`tactful.InvalidInput` with every mistake in
    the pack's files, :class:`tactful.EngineError` if the engine cannot be used here, and :class:`tactful.TactfulError` for
    an empty list.
    """
    return _loaded(pack, limits, engine)


def load_for_few(pack: Locations, engine: EngineName) -> Policy:
    """As :func:`load`, for a command that makes a few decisions and ends: the compiled engine would compile for too long.

    Instead, conditions are interpreted without being compiled. The decisions are the same. For other parts of this
    package.
    """
    return _loaded(pack, None, engine, few=True)


def _loaded(pack: Locations, limits: CaseLimits | None, engine: EngineName | Rete, *, few: bool = False) -> Policy:
    places = (pack,) if isinstance(pack, str | Path) else tuple(pack)
    if not places:
        raise TactfulError("the list of packs is empty; name at least one, such as `default`")
    return _policy(load_layers(places), limits, engine, places, few=few)


def loads(
    text: str | bytes,
    name: str = "pack",
    *,
    base: Policy | None = None,
    limits: CaseLimits | None = None,
    engine: EngineName | Rete = "compiled",
) -> Policy:
    """Load a pack from its text. The pack may extend shipped packs, but no files. Otherwise as :func:`load`.

    ``name`` stands for the file's name in messages. With a ``base``, the text is an overlay of that pack, and the cases of the
    new policy have the base's ``limits`` unless others are given. Raises :class:`tactful.TactfulError` for a base that was not
    loaded from files or texts.
    """
    if base is None:
        return _policy(read_text_layers(text, name), limits, engine)
    if not base.layers:
        raise TactfulError("the base was not loaded from files or texts, so nothing can be laid over it")
    layers = read_text_layers(text, name, base.layers)
    return _policy(layers, limits or base.decider.limits, engine).on(base.checked.as_of)


def _policy(
    layers: list[Layer],
    limits: CaseLimits | None,
    engine: EngineName | Rete,
    places: tuple[str | Path, ...] = (),
    *,
    few: bool = False,
) -> Policy:
    return Policy(checked_pack(build_pack(layers)), limits or CaseLimits(), engine, layers, places, few=few)


def checked_pack(pack: Pack) -> CheckedPack:
    """A pack after all checks, which is not compiled yet. Raises :class:`tactful.InvalidInput` with every mistake."""
    try:
        return check_pack(pack)
    except InvalidInput as error:
        raise with_forgotten_extends(error, pack) from None


def policy_of(origin: Origin) -> Policy:
    """The policy that a decider was made for, made again from its texts."""
    policy = _policy(origin.source.read(), origin.limits, origin.engine, origin.places).on(origin.source.day)
    return policy if origin.language is None else policy.in_language(origin.language)


def _no_batch() -> EngineError:
    return EngineError("tables need numpy and pyarrow: pip install 'tactful[batch]'")


def _now(moment: datetime | None) -> int | None:
    """``now`` in whole seconds since 1970."""
    return None if moment is None else _seconds(moment, "now")


def _seconds(moment: datetime, name: str) -> int:
    """A moment in whole seconds since 1970. Raises :class:`tactful.TactfulError` if it is no aware datetime of 1971 to 2198."""
    if not isinstance(moment, datetime):
        raise TactfulError(f"`{name}` is a datetime, not {type(moment).__name__}; see datetime.fromisoformat")
    _check_year(moment.year, name)
    if moment.tzinfo is None:
        raise TactfulError(f"`{name}` has no time zone; give an aware datetime, such as datetime.now(timezone.utc)")
    return epoch_seconds(moment)


def _is_over(until: datetime | date, now: datetime) -> bool:
    """Whether a moment, or the last second of a day, is no later than now."""
    return until <= now if isinstance(until, datetime) else until < now.date()


def _by_detail(problem: Diagnostic, details: Mapping[str, Any]) -> Diagnostic:
    """A mistake in a detail, with the detail's name in place of its path in the case."""
    name = (problem.path or "").rpartition(".")[2]
    return msgspec.structs.replace(problem, path=name) if name in details else problem


def _check_year(year: int, name: str) -> None:
    if not FIRST_YEAR < year < LAST_YEAR:
        raise TactfulError(f"the year of `{name}` is {year}; years go from {FIRST_YEAR + 1} to {LAST_YEAR - 1}")
