"""Questions worth asking: unknown facts whose answer would change the decision.

Each answer is tried by deciding again: only what reads the field, or, where that is not possible or not worth it, the whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from tactful.decide.again import Again, Changeable
from tactful.decide.decider import Decider
from tactful.facts.edit import as_given, changed, path_of
from tactful.facts.entities import ENTITIES
from tactful.facts.fields import is_deadline
from tactful.facts.in_place import is_near
from tactful.facts.kinds import kind_name
from tactful.facts.rows import Case, Row, counterpart, row_key
from tactful.language.ir.fields_read import ReadField
from tactful.reasons.budget import Budget
from tactful.reasons.context import Context, application_of, target_record
from tactful.reasons.messages import message
from tactful.reasons.records.decision import AnswerRecord, EffectRecord, MessageRecord, QuestionRecord
from tactful.reasons.what_if.effects import Effects
from tactful.reasons.what_if.outcomes import Outcome, changes, decide_again, within_reason
from tactful.reasons.what_if.ranges import in_days, joined
from tactful.reasons.what_if.trials import Trial, trials
from tactful.reasons.wording import name_of
from tactful.reasons.words.sentences import fill
from tactful.source.diagnostics import InvalidInput

#: The most answers that are tried for a usual case. A large case gets fewer, so that the search ends in time there too;
#: fields of the candidate and of applications are tried first.
MOST_TRIALS: Final = 4_000
#: The steps that the questions about one case may take: rows of the case for each answer, and its conclusions, which are
#: compared with those of today. About two seconds.
STEPS: Final = 600_000
CONCLUSION: Final = 10


class _Tried(msgspec.Struct, frozen=True):
    """An answer that fits the case. ``weights``: how much each piece of advice matters that it would change.

    ``likely``: it is known to be no unusual answer. That is told until there is such an answer to the question.
    """

    trial: Trial
    weights: tuple[int, ...] = ()
    effects: tuple[EffectRecord, ...] = ()
    likely: bool = False


class Questions(msgspec.Struct, frozen=True):
    """The questions whose answer would change a decision, the most consequential first.

    Questions whose usual answer changes nothing come after all others. ``incomplete``: not every unknown fact was tried,
    because there are too many.
    """

    records: tuple[QuestionRecord, ...]
    incomplete: bool


def questions(context: Context) -> Questions:
    """The questions whose answer would change the decision."""
    own = context.decider.link(context.case.shape, context.now)
    if own is None:  # the case does not fit the moment, whatever the answers are
        return Questions((), incomplete=False)
    trying = _Trying(context, own)
    ordered: list[tuple[tuple[object, ...], QuestionRecord]] = []
    left = within_reason(MOST_TRIALS, context)
    budget = Budget(STEPS)
    for field, row in _unknown(context):
        candidates = trials(field, row, context.evaluator)
        left -= len(candidates)
        rows = len(candidates) * (context.rows + CONCLUSION * trying.count)
        if left < 0 or not budget.spend_steps(rows):
            budget.exceeded = True
            break
        tried = trying.all(field, row, candidates)
        if any(answer.weights for answer in tried):
            record = _record(field, row, tried, context)
            count = sum(len(answer.effects) for answer in record.answers)
            late = field.note.usually is not None and not any(answer.likely for answer in tried)
            ordered.append(((late, -record.consequence, -count, record.field, row_key(row)), record))
    return Questions(tuple(record for _, record in sorted(ordered, key=lambda pair: pair[0])), budget.exceeded)


def _unknown(context: Context) -> Iterator[tuple[ReadField, Row]]:
    """Fields that rules read and that are unknown, those of the candidate and of applications first.

    Fields whose question would take for granted what is not so, or not known, are left out.
    """
    rows: dict[str, list[Row]] = {entity: list(context.evaluator.rows(entity)) for entity in ENTITIES}
    for field in context.decider.once(_askable):
        for row in rows[field.entity]:
            if field.value(row) is None and _makes_sense(field, row, context):
                yield field, row


def _askable(decider: Decider) -> tuple[ReadField, ...]:
    fields = [field for field in decider.fields if field.note.mutability != "time"]
    return tuple(sorted(fields, key=lambda field: ENTITIES.index(field.entity)))


def tried_answers(context: Context) -> int:
    """How many answers :func:`questions` tries, for benchmarks."""
    return sum(len(trials(field, row, context.evaluator)) for field, row in _unknown(context))


def _makes_sense(field: ReadField, row: Row, context: Context) -> bool:
    evaluator, ask_when = context.evaluator, field.note.ask_when
    return ask_when is None or evaluator.holds(ask_when, evaluator.environment(field.entity, row))


class _Trying:
    """Tries answers. ``own`` is the case of the decision, linked once more, and nobody else has it."""

    def __init__(self, context: Context, own: Case) -> None:
        self._context, self._own, self._before = context, own, Outcome(context)
        self._again, self._effects = _again(self._before, own), Effects(context)

    @property
    def count(self) -> int:
        """How many rules fire now."""
        return len(self._before.firings)

    def all(self, field: ReadField, row: Row, candidates: list[Trial]) -> list[_Tried]:
        """The answers among ``candidates`` that do not contradict other facts."""
        again = self._again if self._again is not None and self._again.tells(field) else None
        in_place = None if again is None else again.of(field, row)
        tried: list[_Tried] = []
        judge = field.note.usually is not None
        for trial in candidates:
            if in_place is None or not is_near(trial.value, field.kind):
                answer = self._anew(field, row, trial, judge)
            else:
                answer = self._in_place(in_place, trial, judge)
            if answer is not None:
                tried.append(answer)
                judge = judge and not answer.likely  # one likely answer is enough
        return tried

    def _in_place(self, field: Changeable, trial: Trial, judge: bool) -> _Tried | None:
        """What an answer would change, by what reads the field; ``None`` where it contradicts the other facts.

        ``judge``: tell whether it is a likely answer, if it changes anything.
        """
        changed = field.with_value(trial.value)
        if changed is None:
            return None
        with changed:
            try:
                fired = changed.fired()
            except InvalidInput:  # the search for a deadline takes more steps than on the case as it is
                return None
            if fired is None:
                return _Tried(trial)
            after = Outcome(Context(self._context.decider, self._own, self._context.now), fired)
            return self._tried(field.field, field.row, trial, after, judge)

    def _anew(self, field: ReadField, row: Row, trial: Trial, judge: bool) -> _Tried | None:
        """The same by deciding again as a whole."""
        context = self._context
        spot = field.spot(context.case, row)
        given = as_given(trial.value, field.kind, spot, context.calendar)
        after = decide_again(context, changed(context.case.shape, spot, given))
        return None if after is None else self._tried(field, row, trial, after, judge)

    def _tried(self, field: ReadField, row: Row, trial: Trial, after: Outcome, judge: bool) -> _Tried:
        differing = changes(self._before, after, field.in_steps)
        if not differing:
            return _Tried(trial)
        weights = tuple([change.weight for change in differing])
        likely = judge and _is_usual(field, counterpart(row, after.context.case), after.context)
        return _Tried(trial, weights, self._effects.of(differing, after), likely)


def _is_usual(field: ReadField, row: Row, context: Context) -> bool:
    """Whether a row has a usual value of a field, which says what is usual."""
    evaluator, usually = context.evaluator, field.note.usually
    return usually is not None and evaluator.holds(usually, evaluator.environment(field.entity, row))


def _again(before: Outcome, own: Case) -> Again | None:
    """What decides again after small changes; ``None`` where the engine decides, and can decide only as a whole."""
    context = before.context
    decider = context.decider
    if decider.engine != "compiled":
        return None
    compiled = decider.compiled
    worth = compiled is not None and compiled.turning.worth_compiling()
    program = compiled if compiled is not None and worth else decider.plain
    return Again(decider, program, context.case, own, context.now, before.firings, before.step_firings, before.tied)


def _record(field: ReadField, row: Row, tried: list[_Tried], context: Context) -> QuestionRecord:
    spot = field.spot(context.case, row)
    answers = [(answer.trial, answer.effects) for answer in tried]
    if not field.custom and is_deadline(field.entity, field.name):
        answers = in_days(answers, context.calendar, context.words)
    answers = joined(answers, context.words)
    return QuestionRecord(
        path=path_of(context.case.shape, spot),
        field=f"{field.entity}.{field.name}",
        target=target_record(row),
        application=application_of(row),
        ask=ask(field, row, context),
        message=_message(field, row, context),
        kind=kind_name(field.kind),
        consequence=max(weight for answer in tried for weight in answer.weights),
        answers=tuple(
            AnswerRecord(
                value=as_given(trial.value, field.kind, spot, context.calendar),
                text=trial.words(field.kind, context.calendar, context.words),
                effects=changed_advice,
            )
            for trial, changed_advice in answers
        ),
    )


def _message(field: ReadField, row: Row, context: Context) -> MessageRecord | None:
    """The question of the pack as a message; ``None`` if it has none."""
    if field.note.ask is None:
        return None
    env = context.evaluator.environment(field.entity, row)
    id_ = f"fields.{field.entity}.{field.name}.ask"
    return message(id_, field.note.ask, env, context.evaluator, context.calendar)


def ask(field: ReadField, row: Row, context: Context) -> str:
    """The question in words: the pack's own, or a general one with the schema's sentence about the field."""
    note = field.note
    if note.ask is not None:
        env = context.evaluator.environment(field.entity, row)
        return fill(note.ask, env, context.evaluator, context.calendar, context.words)
    about = f" {note.about}" if note.about else ""
    name = f"{field.entity}.{field.name}"
    return context.words.say("What is `{fact}` of {name}?", fact=name, name=name_of(row)) + about
