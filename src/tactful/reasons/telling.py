"""One decision in words: with the pack's pieces and compiled code, or with the plain evaluator.

The plain evaluator tells what compiled code cannot (see ``engines.compiled.past``), and everything for an engine that does
not compile packs. Both say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from tactful.decide.conclusions import Conclusion
from tactful.decide.decider import Decider
from tactful.decide.keys import key_of
from tactful.engines.compiled.past import SMALL, Past, Turning, Untold, next_turn, since, values
from tactful.engines.expiry import Expiry
from tactful.facts.kinds import Value
from tactful.facts.rows import Case, Row
from tactful.language.ir import Rule, Template
from tactful.reasons.justification import justification, step_text
from tactful.reasons.pieces import Pieces, Said, Subject
from tactful.reasons.records.decision import JustificationRecord
from tactful.reasons.wording import unlabelled
from tactful.reasons.words.of import words_of
from tactful.reasons.words.sentences import fill
from tactful.source.lazy import lazy

if TYPE_CHECKING:
    from tactful.engines.compiled.turning import TurningFunctions


class Telling(Protocol):
    """Puts one decision into words. Safe to use from several threads."""

    def since(self, rule: Rule, row: Row) -> int | None:
        """See :meth:`tactful.engines.expiry.Expiry.since`. May raise :class:`tactful.engines.courses.TooManySteps`."""
        ...

    def justification(self, rule: Rule, row: Row) -> JustificationRecord:
        """A firing in words."""
        ...

    def because(self, rule: Rule, row: Row) -> str:
        """The sentence of a firing, without its conditions."""
        ...

    def label(self, action: str, target: Row) -> str:
        """An action in words, for a target."""
        ...

    def key(self, conclusion: Conclusion) -> str:
        """The key of a conclusion, see :class:`tactful.decide.keys.Keys`."""
        ...

    def steps(self, action: str, target: Row) -> Sequence[str]:
        """The action's own steps, for a target."""
        ...

    def added(self, rule: Rule, row: Row) -> str:
        """The step that a firing adds."""
        ...

    def next_turn(self, shown: Iterable[tuple[Turning, Row]]) -> int:
        """The next turn (a key, see ``engines.compiled.turning``) of the facts that functions read, each for its row.

        May raise :class:`tactful.engines.compiled.past.Untold`.
        """
        ...


class PlainTelling:
    """Looks at every condition and sentence anew, with the plain evaluator. ``now`` is in seconds since 1970, UTC."""

    def __init__(self, decider: Decider, case: Case, now: int) -> None:
        self._actions, self._keys, self._calendar = decider.checked.actions, decider.keys, case.candidate.calendar
        self._evaluator, self._past = decider.evaluator(case, now), Past(case, now)
        self._expiry, self._words = Expiry(self._evaluator), decider.once(words_of)

    def since(self, rule: Rule, row: Row) -> int | None:
        return self._expiry.since(rule, row)

    def justification(self, rule: Rule, row: Row) -> JustificationRecord:
        return justification(rule, row, self._evaluator, self._calendar, self._words)

    def because(self, rule: Rule, row: Row) -> str:
        env = self._evaluator.environment(rule.entity, row)
        return fill(rule.because, env, self._evaluator, self._calendar, self._words)

    def label(self, action: str, target: Row) -> str:
        template = self._actions[action].label
        return unlabelled(action) if template is None else self._filled(template, target)

    def key(self, conclusion: Conclusion) -> str:
        return self._keys.of(conclusion, self._evaluator)

    def steps(self, action: str, target: Row) -> Sequence[str]:
        return [self._filled(step, target) for step in self._actions[action].steps]

    def added(self, rule: Rule, row: Row) -> str:
        return step_text(rule, row, self._evaluator, self._calendar, self._words)

    def next_turn(self, shown: Iterable[tuple[Turning, Row]]) -> int:
        return next_turn(self._past, shown)

    def _filled(self, template: Template, target: Row) -> str:
        env = self._evaluator.environment(target.entity, target)
        return fill(template, env, self._evaluator, self._calendar, self._words)


class CompiledTelling:
    """Puts pieces together with values from compiled code. ``now`` is in seconds since 1970, UTC."""

    def __init__(self, decider: Decider, turning: TurningFunctions, case: Case, now: int) -> None:
        self._decider, self._turning, self._calendar = decider, turning, case.candidate.calendar
        self._pieces, self._past = decider.once(Pieces), Past(case, now)
        self._lock = Lock()
        self._subjects: dict[tuple[Subject, Row], Sequence[Value]] = {}

    def since(self, rule: Rule, row: Row) -> int | None:
        turns = self._turning.rule(rule.no) if self._past.case.size <= SMALL else None
        if turns is not None:
            with suppress(Untold), self._lock:
                return since(self._past, turns, row)
        return self._plain.since(rule, row)

    def justification(self, rule: Rule, row: Row) -> JustificationRecord:
        reason = self._pieces.reason(rule)
        try:
            return reason.of(self._reads(reason.values, row), self._calendar)
        except Untold:
            return self._plain.justification(rule, row)

    def because(self, rule: Rule, row: Row) -> str:
        try:
            return self._said(self._pieces.because(rule), row)
        except Untold:
            return self._plain.because(rule, row)

    def label(self, action: str, target: Row) -> str:
        subject = self._pieces.subject(action, target.entity)
        try:
            return subject.label.of(self._of(subject, target), self._calendar)
        except Untold:
            return self._plain.label(action, target)

    def key(self, conclusion: Conclusion) -> str:
        subject = self._pieces.subject(conclusion.action, conclusion.target.entity)
        try:
            occasion = subject.occasion(self._of(subject, conclusion.target))
            return key_of(conclusion, occasion, self._past.case)
        except Untold:
            return self._plain.key(conclusion)

    def steps(self, action: str, target: Row) -> Sequence[str]:
        subject = self._pieces.subject(action, target.entity)
        try:
            values = self._of(subject, target)
            return [step.of(values, self._calendar) for step in subject.steps]
        except Untold:
            return self._plain.steps(action, target)

    def added(self, rule: Rule, row: Row) -> str:
        try:
            return self._said(self._pieces.added(rule), row)
        except Untold:
            return self._plain.added(rule, row)

    def next_turn(self, shown: Iterable[tuple[Turning, Row]]) -> int:
        with self._lock:
            return next_turn(self._past, shown)

    @lazy
    def _plain(self) -> PlainTelling:
        """Tells what compiled code cannot."""
        return PlainTelling(self._decider, self._past.case, self._past.now)

    def _said(self, said: Said, row: Row) -> str:
        fixed = said.text
        return said.sentence.of(self._reads(said.values, row), self._calendar) if fixed is None else fixed

    def _of(self, subject: Subject, target: Row) -> Sequence[Value]:
        """The values of what is said about a target. They are kept: several things are said about it."""
        known = self._subjects.get((subject, target))
        if known is None:
            known = self._subjects[subject, target] = self._reads(subject.values, target)
        return known

    def _reads(self, function: Turning, row: Row) -> Sequence[Value]:
        with self._lock:
            return values(self._past, function, row)
