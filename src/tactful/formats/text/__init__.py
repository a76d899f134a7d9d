"""Prints a decision as text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final

import msgspec
from rich.text import Text

from tactful.api.advice import Advice
from tactful.api.decision import Decision
from tactful.facts.kinds import DAY
from tactful.facts.reading.moments import epoch_seconds
from tactful.formats.agenda.hours import their_clock
from tactful.formats.notices import notices
from tactful.formats.text.blocks import Block, Said, blocks, by_due, is_whole_day, sections
from tactful.formats.text.console import SafeConsole
from tactful.formats.text.styled import styled
from tactful.reasons.records.decision import AlternativeRecord, HandledRecord, JustificationRecord, SetAsideRecord
from tactful.reasons.words import Words, noted

#: The style of each modality.
STYLES: Final = {
    "must": "bold green",
    "should": "green",
    "may": "cyan",
    "should_not": "yellow",
    "must_not": "bold red",
}
_INDENT: Final = 4
#: The heading of each section.
_HEADS: Final = noted("First of all", "What to do now", "What to leave alone", "What to wait for", "Standing advice")
#: How many reasons are given in short, and how many lines the steps may take.
_REASONS: Final = 2
_STEP_LINES: Final = 3


def render_decision(
    decision: Decision, console: SafeConsole, application: str | None = None, *, full: bool = False
) -> None:
    """Print the advice: what to do, what to leave alone, what to wait for, and standing advice.

    ``application``: only advice about it or the candidate. ``full``: every step, reason and source, and what was set aside.
    Otherwise the text is short, and people who get the same advice share an entry.
    """
    calendar = decision.calendar
    words = decision.words
    head = f"{words.moment(epoch_seconds(decision.at), calendar)} ({calendar.time_zone})"
    by = words.say("Advice for {moment}, by the rules of {pack}")
    console.print(styled(by, moment=(head, "bold"), pack=(decision.pack_name, "")))
    for notice in notices(decision, decision.outside_safety):
        console.print(Text(notice, "bold yellow"))
    shown = [advice for advice in decision.actions if application is None or advice.application in (None, application)]
    if not shown:
        console.print()
        console.print(words.say("No rule has anything to say about this case."))
    if full:
        _print_in_full(shown, decision, console)
        _set_aside(decision, console, application)
    else:
        _Short(decision, console, application).print(shown)


def _print_in_full(advice: list[Advice], decision: Decision, console: SafeConsole) -> None:
    for head, of_kind in zip(_HEADS, sections(advice), strict=True):
        if of_kind:
            _heading(decision.words.say(head), console)
        for no, item in enumerate(of_kind):
            if no:
                console.print()
            _in_full(item, decision, console)


def _in_full(advice: Advice, decision: Decision, console: SafeConsole) -> None:
    words = decision.words
    line = _headline(advice, advice.label, words)
    line.append(words.concerning(advice.target, decision.place(advice.application)), "dim")
    console.print(line)
    if (deadline := _deadline([advice], decision)) is not None:
        _indented(console, deadline)
    for step in advice.steps:
        _step(console, step)
    for justification in advice.because:
        _indented(console, _because(justification))
    for alternative in advice.alternatives:
        _indented(console, Text(words.say("or: {label}", label=_alternative(alternative, words)), "dim"))


class _Short:
    """Prints advice in short: those who get the same advice together, and standing advice in a line each."""

    def __init__(self, decision: Decision, console: SafeConsole, application: str | None) -> None:
        self._decision, self._console, self._words = decision, console, decision.words
        #: Whether it has to be said which company advice is about.
        self._companies = application is None and len(decision.context.case.families) > 1
        #: What has been said of each action. It is not repeated for others.
        self._told: set[tuple[str, str]] = set()

    def print(self, advice: list[Advice]) -> None:
        """Print advice in sections. Where there is only standing advice, its reasons have room."""
        tell = (self._reasoned, self._to_do, self._briefly, self._briefly, self._line)
        if all(item.kind == "standing" for item in advice):
            tell = (*tell[:-1], self._reasoned)
        arranged = sections(advice)
        if advice and not (arranged.do or arranged.at_stake):
            self._console.print()
            self._console.print(self._words.say("Nothing needs doing now."))
        for head, items, print_ in zip(_HEADS, arranged, tell, strict=True):
            self._section(head, items, print_)
        if advice:
            self._console.print()
            more = self._words.say("With `--full`: every step, reason and source, and what was set aside")
            self._console.print(Text(more, "dim"))

    def _section(self, head: str, advice: list[Advice], print_: Callable[[Block], None]) -> None:
        if advice:
            _heading(self._words.say(head), self._console)
        for block in blocks(advice, self._decision):
            print_(block)

    def _line(self, block: Block) -> None:
        line = _headline(block.first, block.label(), self._words)
        if concerned := block.concerning(company=self._companies):
            line.append(f" ({concerned})", "dim")
        dues = list(by_due(block))
        deadline = _deadline(dues[0][0], self._decision)
        if len(dues) == 1 and deadline is not None:
            _with_deadline(line, deadline, self._console)
        else:
            self._console.print(line)
        if len(dues) > 1:
            for advice, names in dues:
                deadline = _deadline(advice, self._decision) or Text(self._words.say("for now"), "magenta")
                _indented(self._console, deadline.append(f": {self._words.listing(names)}", "default"))

    def _briefly(self, block: Block) -> None:
        """The line, and one reason with the steps, unless there are several deadlines: the reasons then differ as well."""
        self._line(block)
        if len(list(by_due(block))) == 1:
            self._reasons(block, 1)
        self._steps("", self._new(block, block.steps()))

    def _reasoned(self, block: Block) -> None:
        self._line(block)
        self._reasons(block, None)

    def _reasons(self, block: Block, count: int | None) -> None:
        for reason in self._new(block, block.reasons()[:count]):
            _indented(self._console, Text(reason))

    def _new(self, block: Block, said: Iterable[Said]) -> list[str]:
        """The sentences that have not been said of the block's action yet."""
        action = block.first.action
        new = [sentence for sentence in said if (action, sentence.masked) not in self._told]
        self._told.update((action, sentence.masked) for sentence in new)
        return [sentence.text for sentence in new]

    def _to_do(self, block: Block) -> None:
        self._line(block)
        self._reasons(block, _REASONS)
        self._steps("", self._new(block, block.steps()))
        for name, steps in block.own_steps():
            self._steps(f"{name}: ", steps)
        alternatives = dict.fromkeys(
            _alternative(other, self._words)
            for advice in block.advice
            for other in advice.alternatives
            if other.action != advice.action  # the same for somebody else: the best person is named already
        )
        if alternatives:
            _indented(self._console, Text(self._words.say("or: {label}", label="; ".join(alternatives)), "dim"))

    def _steps(self, name: str, steps: Sequence[str]) -> None:
        """Print as many steps as fit into some lines, and count the others."""
        if not steps:
            return
        room = _STEP_LINES * (self._console.width - _INDENT) - 20
        text = f"{name}{steps[0]}"
        shown = 1
        while shown < len(steps) and len(text) + len(steps[shown]) < room:
            text += f" {steps[shown]}"
            shown += 1
        left = len(steps) - shown
        more = f" ({self._words.count('and {n} more', 'and {n} more', left)})" if left else ""
        _step(self._console, text + more)


def _heading(text: str, console: SafeConsole) -> None:
    console.print()
    console.print(Text(text, "bold"))


def _headline(advice: Advice, label: str, words: Words) -> Text:
    modality = words.loud(advice.modality)
    return Text.assemble(f"{advice.rank:>2}. ", (modality, STYLES[advice.modality]), "  ", (label, "bold"))


def _with_deadline(line: Text, deadline: Text, console: SafeConsole) -> None:
    """Print a deadline after a line if both fit, else below."""
    together = Text.assemble(line, " – ", deadline)
    if together.cell_len <= console.width:
        console.print(together)
    else:
        console.print(line)
        _indented(console, deadline)


def _deadline(advice: Sequence[Advice], decision: Decision) -> Text | None:
    """``by Mon 23 Nov, 16:30 (in 6 hours)``, of advice whose deadlines are on one day: ``by Mon 23 Nov, 16:30–17:15 (…)``.

    Where clocks differ, the time at the target is told too. ``None`` without a deadline, and where something was to be kept
    up until then.
    """
    dues = [item.due for item in advice if item.due is not None]
    if not dues:
        return None
    means = advice[0].due_means
    first, last = min(dues), max(dues)
    left = epoch_seconds(last if means == "until" else first) - epoch_seconds(decision.at)
    if left < 0 and means == "until":
        return None
    words = decision.words
    late = left < 0
    notes = [] if is_whole_day(first) else sorted({their_clock(last, item.calendar, words) for item in advice} - {""})
    if means != "until":
        in_days = is_whole_day(first) or abs(left) >= 2 * DAY  # people count nights, not hours
        away = words.days_away((_day_of(first) - decision.at.date()).days) if in_days else words.distance(left)
        notes.append(f"{away}, {words.say('overdue')}" if late else away)
    if means == "until" and last.date() == decision.at.date() and not is_whole_day(last):
        said = words.say("until {clock} today", clock=words.clock(last))
    else:
        said = words.deadline(means, _day_or_moments(first, last, decision.at, words))
    return Text(f"{said} ({'; '.join(notes)})" if notes else said, "bold red" if late else "magenta")


def _day_or_moments(first: datetime, last: datetime, now: datetime, words: Words) -> str:
    """Deadlines of one day in words: the day alone where it is the end of a day, and the year where it is another year."""
    day = _day_of(first)
    said = words.short_day(day) if day.year == now.year else words.day(day)
    if is_whole_day(first):
        return said
    clocks = dict.fromkeys((words.clock(first), words.clock(last)))
    return f"{said}, {'–'.join(clocks)}"


def _day_of(due: datetime) -> date:
    """The day of a deadline. Midnight is the end of the day before."""
    return due.date() - timedelta(days=due.time() == time())


def _because(justification: JustificationRecord) -> Text:
    reference = f"[{justification.rule}" + (f"; {justification.source}]" if justification.source else "]")
    return Text.assemble(f"{justification.text} ", (reference, "dim"))


def _alternative(alternative: AlternativeRecord, words: Words) -> str:
    return f"{alternative.label} ({words.modality(alternative.modality)})"


def _set_aside(decision: Decision, console: SafeConsole, application: str | None) -> None:
    defeated = decision.set_aside_for(application)
    if not defeated:
        return
    console.print()
    words = decision.words
    console.print(Text(words.say("Set aside"), "bold"))
    for conclusion in defeated:
        _lost(conclusion, console, words)
    if decision.set_aside_incomplete:
        console.print(Text(f"  {words.say('Some reasons for this are left out, because there are too many.')}"))


def _lost(conclusion: SetAsideRecord, console: SafeConsole, words: Words) -> None:
    modality = words.modality(conclusion.modality)
    handled = conclusion.handled
    how = "" if handled is msgspec.UNSET else f"  ({_how(handled, words)})"
    console.print(Text.assemble("  - ", (modality, "dim"), f"  {conclusion.label}{how}"))
    for winner in conclusion.by:
        safety, other = words.say("because a safety rule says:"), words.say("because a higher-priority rule says:")
        for justification in winner.because[:1]:
            line = Text(f"{safety if winner.safety else other} ")
            line.append_text(_because(justification))
            _indented(console, line, _INDENT + 2)


def _how(handled: HandledRecord, words: Words) -> str:
    """What the candidate did with advice that is not shown."""
    if handled.at is None:
        return words.say("done for good") if handled.how == "done" else words.say("dismissed for good")
    moment = words.local(datetime.fromisoformat(handled.at))
    if handled.how == "done":
        return words.say("done on {moment}", moment=moment)
    return words.say("dismissed until {moment}", moment=moment)


def _step(console: SafeConsole, step: str) -> None:
    _indented(console, Text(step), _INDENT + 2, "- ")


def _indented(console: SafeConsole, text: Text, by: int = _INDENT, mark: str = "") -> None:
    """Print a text wrapped and indented, without trailing spaces. ``mark`` stands before its first line."""
    for no, line in enumerate(console.wrapped(text, console.width - by)):
        console.print(Text((mark if no == 0 else "").rjust(by)).append_text(line))
