"""What to find out: the unknown facts whose answer would change the decision, each tried by deciding again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from tactful.facts.edit import as_given, changed, path_of
from tactful.facts.entities import ENTITIES
from tactful.facts.kinds import kind_name
from tactful.facts.rows import Row, row_key
from tactful.language.ir.fields_read import ReadField
from tactful.reasons.context import Context, application_of, target_record
from tactful.reasons.records.decision import AnswerRecord, EffectRecord, QuestionRecord
from tactful.reasons.what_if.outcomes import AdviceChange, Outcome, changes, decide_again, effects, within_reason
from tactful.reasons.what_if.trials import Trial, trials
from tactful.reasons.wording import fill, name_of

#: How many answers are tried at most, on a case of some size fewer, so that asking ends for the largest of cases too;
#: candidate and applications come first.
MOST_TRIALS: Final = 4_000


class _Tried(NamedTuple):
    """An answer that fits the case, and what it would change."""

    trial: Trial
    found: list[AdviceChange]
    after: Outcome


def questions(context: Context) -> tuple[QuestionRecord, ...]:
    """The questions worth asking, the most consequential first; none that cannot matter."""
    before = Outcome(context)
    found: list[tuple[tuple[object, ...], QuestionRecord]] = []
    left = within_reason(MOST_TRIALS, context)
    for field, row in _unknown(context):
        candidates = trials(field, row, context.case, context.now)
        left -= len(candidates)
        if left < 0:
            break
        tried = [one for trial in candidates if (one := _try(field, row, trial, before)) is not None]
        if any(one.found for one in tried):
            record = _record(field, row, tried, before)
            count = sum(len(one.effects) for one in record.answers)
            found.append(((-record.consequence, -count, record.field, row_key(row)), record))
    return tuple(record for _, record in sorted(found, key=lambda one: one[0]))


def _unknown(context: Context) -> Iterator[tuple[ReadField, Row]]:
    """The fields that rules read and nobody has told, what concerns the most first."""
    for field in sorted(context.decider.fields, key=lambda one: ENTITIES.index(one.entity)):
        for row in context.evaluator.rows(field.entity):
            if field.note.mutability != "time" and field.value(row) is None:
                yield field, row


def _try(field: ReadField, row: Row, trial: Trial, before: Outcome) -> _Tried | None:
    """What an answer would change; ``None`` where it does not fit with the other facts."""
    context = before.context
    case = context.case
    spot = field.spot(case, row)
    value = as_given(trial.value, field.kind, spot, context.calendar)
    after = decide_again(context, changed(case.shape, spot, value))
    if after is None:
        return None
    same = after.fired == before.fired and not field.in_steps
    return _Tried(trial, [] if same else changes(before, after), after)


def _record(field: ReadField, row: Row, tried: list[_Tried], before: Outcome) -> QuestionRecord:
    context = before.context
    spot = field.spot(context.case, row)
    answers: list[tuple[Trial, tuple[EffectRecord, ...]]] = []
    for one in tried:
        said = tuple(effects(one.found, before, one.after))
        if answers and one.trial.low is not None and answers[-1][1] == said:
            answers[-1] = answers[-1][0].joined(one.trial), said
        else:
            answers.append((one.trial, said))
    return QuestionRecord(
        path=path_of(context.case.shape, spot),
        field=f"{field.entity}.{field.name}",
        target=target_record(row),
        application=application_of(row),
        ask=ask(field, row, context),
        kind=kind_name(field.kind),
        consequence=max(change.weight for one in tried for change in one.found),
        answers=tuple(
            AnswerRecord(
                value=as_given(trial.value, field.kind, spot, context.calendar),
                text=trial.words(field.kind, context.calendar),
                effects=said,
            )
            for trial, said in answers
        ),
    )


def ask(field: ReadField, row: Row, context: Context) -> str:
    """The question in words: the pack's, or one made of what the schema says of the field."""
    note = field.note
    if note.ask is not None:
        return fill(note.ask, context.evaluator.environment(field.entity, row), context.evaluator, context.calendar)
    about = f" {note.about}" if note.about else ""
    return f"What is `{field.entity}.{field.name}` of {name_of(row)}?{about}"
