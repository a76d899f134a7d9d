"""How the values of expressions come about: in words, and the fields that they come from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, assert_never

from tactful.engines.evaluate import Environment, Evaluator
from tactful.facts.calendars import Calendar
from tactful.facts.kinds import Duration, Kind, MomentKind
from tactful.language.ir import (
    AllOf,
    AnyOf,
    Branch,
    Choose,
    Combine,
    Condition,
    Constant,
    Expression,
    Field,
    Moved,
    NoneOf,
    Opens,
    Pick,
    Read,
    Share,
    Test,
)
from tactful.language.ir.reads import tests_in
from tactful.reasons.words import Words, noted

_OPENS: Final = dict(
    zip(
        ("office", "day"),
        noted("the next office time after {field}", "the next business day after {field}"),
        strict=True,
    )
)
_PICKED_MOMENT: Final = dict(
    zip(
        ("largest", "smallest", "first"),
        noted("the latest of {n}: {member}", "the earliest of {n}: {member}", "the first known of {n}: {member}"),
        strict=True,
    )
)
_PICKED_AMOUNT: Final = {
    **_PICKED_MOMENT,
    **dict(
        zip(
            ("largest", "smallest"), noted("the largest of {n}: {member}", "the smallest of {n}: {member}"), strict=True
        )
    ),
}
_COMBINED: Final = dict(
    zip(("sum", "difference"), noted("the sum of {members}", "the difference of {members}"), strict=True)
)


class Formula:
    """Reads the expressions of one row, of which ``env`` is the environment."""

    def __init__(self, evaluator: Evaluator, env: Environment, calendar: Calendar, words: Words) -> None:
        self._evaluator, self._env, self._calendar, self._words = evaluator, env, calendar, words

    def words(self, expression: Expression, kind: Kind) -> str:
        """How the value of kind ``kind`` comes about, such as ``the latest of 3: 5 business days after application.reply_by``."""
        match expression:
            case Constant(value=value):
                return self._words.value(value, kind, self._calendar)
            case Read(field=field):
                return field.text
            case Opens(field=field, how=how):
                return self._words.say(_OPENS[how], field=field.text)
            case Moved(field=field, length=length, back=back):
                values = {"length": self._length(length), "field": field.text}
                if back:
                    return self._words.say("{length} before {field}", **values)
                return self._words.say("{length} after {field}", **values)
            case Pick():
                return self._picked(expression, kind)
            case Combine(how=how, members=members):
                said = self._words.listing([self.words(member, kind) for member in members])
                return self._words.say(_COMBINED[how], members=said)
            case Share(of=of, numerator=numerator, denominator=denominator):
                half = (numerator, denominator) == (1, 2)
                amount = self.words(of, kind)
                if half:
                    return self._words.say("half of {amount}", amount=amount)
                share = f"{100 * numerator / denominator:g}"
                return self._words.say("{share} % of {amount}", share=share, amount=amount)
            case Choose():
                chosen = self.chosen(expression)
                return "" if chosen is None or isinstance(chosen, Constant | Read) else self.words(chosen, kind)
            case _:
                assert_never(expression)

    def _length(self, length: Duration | Field) -> str:
        if not isinstance(length, Field):
            return self._words.duration(length)
        value = self._evaluator.value(length, self._env)
        return length.text if value is None else self._words.value(value, length.kind, self._calendar)

    def _picked(self, pick: Pick, kind: Kind) -> str:
        chosen = self._member(pick)
        words = (_PICKED_MOMENT if isinstance(kind, MomentKind) else _PICKED_AMOUNT)[pick.how]
        count = len(pick.members)
        if chosen is None:
            members = self._words.listing([self.words(member, kind) for member in pick.members])
            return self._words.say("none of {n} is known: {members}", n=count, members=members)
        return self._words.say(words, n=count, member=self.words(chosen, kind))

    def _member(self, pick: Pick) -> Expression | None:
        """The member that has the value; ``None`` where no member is known."""
        value = self._evaluator.expression(pick, self._env)
        if value is None:
            return None
        return next(member for member in pick.members if self._evaluator.expression(member, self._env) == value)

    def row(self, choose: Choose) -> tuple[int, Branch] | None:
        """The first row of a table that matches, with its number from 1; ``None`` where no row matches."""
        rows = enumerate(choose.branches, start=1)
        return next(((no, row) for no, row in rows if self._evaluator.holds(row.condition, self._env)), None)

    def chosen(self, choose: Choose) -> Expression | None:
        """The value of the row that matches, or else of ``otherwise``."""
        row = self.row(choose)
        return choose.otherwise if row is None else row[1].value

    def fields(self, expression: Expression) -> Iterator[Field]:
        """The fields that the value comes from. Where no row of a table matches: the fields that its rows look at."""
        match expression:
            case Constant():
                return
            case Read(field=field) | Opens(field=field):
                yield field
            case Moved(field=field, length=length):
                yield field
                if isinstance(length, Field):
                    yield length
            case Pick(members=members):
                chosen = self._member(expression)
                for member in members if chosen is None else (chosen,):
                    yield from self.fields(member)
            case Combine(members=members):
                for member in members:
                    yield from self.fields(member)
            case Share(of=of):
                yield from self.fields(of)
            case Choose(branches=branches):
                if self.row(expression) is None:
                    yield from (test.field for branch in branches for test in tests_in(branch.condition))
                value = self.chosen(expression)
                if value is not None:
                    yield from self.fields(value)
            case _:
                assert_never(expression)


def cells(condition: Condition) -> str:
    """The cells of a table's row, as their author wrote them: ``[panel, final], large``; ``any`` where every row matches."""
    match condition:
        case Test(text=text):
            return text
        case AllOf(members=members):
            return ", ".join(map(cells, members)) or "any"
        case AnyOf(members=members) | NoneOf(members=members):
            return " or ".join(map(cells, members))
        case _:
            assert_never(condition)
