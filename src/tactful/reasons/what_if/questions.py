"""Questions worth asking: unknown facts whose answer would change the decision.

Each answer is tried by deciding again: only what reads the field, or, where that is not possible or not worth it, the whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from tactful.decide.again import Again
from tactful.facts.edit import as_given, changed, path_of
from tactful.facts.entities import ENTITIES
from tactful.facts.kinds import kind_name
from tactful.facts.rows import Row, row_key
from tactful.facts.shape import CaseShape
from tactful.language.ir import Condition
from tactful.language.ir.fields_read import ReadField
from tactful.reasons.budget import Budget
from tactful.reasons.context import Context, application_of, target_record
from tactful.reasons.messages import message
from tactful.reasons.records.decision import AnswerRecord, EffectRecord, MessageRecord, QuestionRecord
from tactful.reasons.what_if.outcomes import AdviceChange, Outcome, changes, decide_again, effects, within_reason
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


class _Tried(NamedTuple):
    """An answer that fits the case, and the advice that it would change."""

    trial: Trial
    differing: list[AdviceChange]
    after: Outcome


class Questions(NamedTuple):
    """The questions whose answer would change a decision, the most consequential first.

    Questions whose usual answer changes nothing come after all others. ``incomplete``: not every unknown fact was tried,
    because there are too many.
    """

    records: tuple[QuestionRecord, ...]
    incomplete: bool


def questions(context: Context) -> Questions:
    """The questions whose answer would change the decision."""
    before = Outcome(context)
    again = _again(before)
    ordered: list[tuple[tuple[object, ...], QuestionRecord]] = []
    left = within_reason(MOST_TRIALS, context)
    budget = Budget(STEPS)
    for field, row in _unknown(context):
        candidates = trials(field, row, context.evaluator)
        left -= len(candidates)
        rows = len(candidates) * (context.rows + CONCLUSION * len(before.fired))
        if left < 0 or not budget.spend_steps(rows):
            budget.exceeded = True
            break
        quick = again if again is not None and again.tells(field) else None
        tried = [answer for trial in candidates if (answer := _try(field, row, trial, before, quick)) is not None]
        if any(answer.differing for answer in tried):
            record = _record(field, row, tried, before)
            count = sum(len(answer.effects) for answer in record.answers)
            late = _is_unlikely(field, row, tried)
            ordered.append(((late, -record.consequence, -count, record.field, row_key(row)), record))
    return Questions(tuple(record for _, record in sorted(ordered, key=lambda pair: pair[0])), budget.exceeded)


def _unknown(context: Context) -> Iterator[tuple[ReadField, Row]]:
    """Fields that rules read and that are unknown, those of the candidate and of applications first.

    Fields whose question would take for granted what is not so, or not known, are left out.
    """
    for field in sorted(context.decider.fields, key=lambda field: ENTITIES.index(field.entity)):
        for row in context.evaluator.rows(field.entity):
            if field.note.mutability != "time" and field.value(row) is None and _makes_sense(field, row, context):
                yield field, row


def tried_answers(context: Context) -> int:
    """How many answers :func:`questions` tries, for benchmarks."""
    return sum(len(trials(field, row, context.evaluator)) for field, row in _unknown(context))


def _makes_sense(field: ReadField, row: Row, context: Context) -> bool:
    evaluator, ask_when = context.evaluator, field.note.ask_when
    return ask_when is None or evaluator.holds(ask_when, evaluator.environment(field.entity, row))


def _is_unlikely(field: ReadField, row: Row, tried: list[_Tried]) -> bool:
    """Whether only unusual answers would change the advice."""
    usually = field.note.usually
    return usually is not None and not any(
        answer.differing and _holds(usually, field.entity, row.no, answer.after.context) for answer in tried
    )


def _holds(condition: Condition, entity: str, no: int, context: Context) -> bool:
    """Whether a condition holds of the row of this number."""
    evaluator = context.evaluator
    row = next(row for row in evaluator.rows(entity) if row.no == no)
    return evaluator.holds(condition, evaluator.environment(entity, row))


def _again(before: Outcome) -> Again | None:
    """What decides again after small changes; ``None`` where the engine decides, and can decide only as a whole."""
    context = before.context
    decider = context.decider
    if decider.engine != "compiled":
        return None
    compiled = decider.compiled
    worth = compiled is not None and compiled.turning.worth_compiling()
    program = compiled if compiled is not None and worth else decider.plain
    return Again(decider, program, context.evaluator, before.firings, before.step_firings)


def _try(field: ReadField, row: Row, trial: Trial, before: Outcome, again: Again | None) -> _Tried | None:
    """What an answer would change; ``None`` where it contradicts the other facts."""
    context = before.context
    case = context.case
    spot = field.spot(case, row)
    shape = changed(case.shape, spot, as_given(trial.value, field.kind, spot, context.calendar))
    after = decide_again(context, shape) if again is None else _changed(field, row, shape, before, again)
    if after is None or after is before:
        return None if after is None else _Tried(trial, [], before)
    same = after.fired == before.fired and not (field.in_steps and after.steps_fired != before.steps_fired)
    return _Tried(trial, [] if same else changes(before, after, field.in_steps), after)


def _changed(field: ReadField, row: Row, shape: CaseShape, before: Outcome, again: Again) -> Outcome | None:
    """As :func:`decide_again`, after a change of the field of a row; ``before`` itself if nothing is decided differently."""
    context = before.context
    case = context.decider.link(shape, context.now)
    if case is None:
        return None
    try:
        fired = again.after(field, row, case)
    except InvalidInput:  # the search for a deadline takes more steps than on the case as it is
        return None
    return before if fired is None else Outcome(Context(context.decider, case, context.now), fired)


def _record(field: ReadField, row: Row, tried: list[_Tried], before: Outcome) -> QuestionRecord:
    context = before.context
    spot = field.spot(context.case, row)
    answers: list[tuple[Trial, tuple[EffectRecord, ...]]] = []
    for answer in tried:
        changed_advice = tuple(effects(answer.differing, before, answer.after))
        if answers and answer.trial.low is not None and answers[-1][1] == changed_advice:
            answers[-1] = answers[-1][0].joined(answer.trial), changed_advice
        else:
            answers.append((answer.trial, changed_advice))
    return QuestionRecord(
        path=path_of(context.case.shape, spot),
        field=f"{field.entity}.{field.name}",
        target=target_record(row),
        application=application_of(row),
        ask=ask(field, row, context),
        message=_message(field, row, context),
        kind=kind_name(field.kind),
        consequence=max(change.weight for answer in tried for change in answer.differing),
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
