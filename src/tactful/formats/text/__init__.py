"""Prints a decision as text."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec
from rich.text import Text

from tactful.api.decision import Advice, Decision
from tactful.facts.reading.moments import epoch_seconds
from tactful.formats.notices import notices
from tactful.formats.text.console import SafeConsole
from tactful.reasons.records.decision import AlternativeRecord, HandledRecord, JustificationRecord, SetAsideRecord
from tactful.reasons.wording import concerning, distance, say_local, say_moment

#: The style of each modality.
STYLES: Final = {
    "must": "bold green",
    "should": "green",
    "may": "cyan",
    "should_not": "yellow",
    "must_not": "bold red",
}
_INDENT: Final = 4


def render_decision(decision: Decision, console: SafeConsole, application: str | None = None) -> None:
    """Print the ranked advice, then what was set aside. ``application``: only advice about it or the candidate."""
    calendar = decision.calendar
    head = f"{say_moment(epoch_seconds(decision.at), calendar)} ({calendar.time_zone})"
    console.print(Text.assemble("Advice for ", (head, "bold"), f", by the rules of {decision.pack_name}"))
    for notice in notices(decision, decision.outside_safety):
        console.print(Text(notice, "bold yellow"))
    shown = [advice for advice in decision.actions if application is None or advice.application in (None, application)]
    if not shown:
        console.print()
        console.print("No rule has anything to say about this case.")
    for advice in shown:
        console.print()
        _advice(advice, decision, console)
    _set_aside(decision, console, application)


def _advice(advice: Advice, decision: Decision, console: SafeConsole) -> None:
    modality = advice.modality.replace("_", " ").upper()
    line = Text.assemble(f"{advice.rank:>2}. ", (modality, STYLES[advice.modality]), "  ", (advice.label, "bold"))
    line.append(concerning(advice.target, decision.company(advice.application)), "dim")
    console.print(line)
    if advice.due is not None:
        _indented(console, _deadline(epoch_seconds(advice.due), advice.due_means, decision))
    for step in advice.steps:
        _indented(console, Text(f"- {step}"))
    for justification in advice.because:
        _indented(console, _because(justification))
    for alternative in advice.alternatives:
        _indented(console, _alternative(alternative))


def _deadline(due: int, word: str, decision: Decision) -> Text:
    now = epoch_seconds(decision.at)
    late = due < now
    text = f"{word} {say_moment(due, decision.calendar)}, {distance(due - now)}"
    return Text(text + (", overdue" if late else ""), "bold red" if late else "magenta")


def _because(justification: JustificationRecord) -> Text:
    reference = f"[{justification.rule}" + (f"; {justification.source}]" if justification.source else "]")
    return Text.assemble(f"{justification.text} ", (reference, "dim"))


def _alternative(alternative: AlternativeRecord) -> Text:
    return Text(f"or: {alternative.label} ({alternative.modality.replace('_', ' ')})", "dim")


def _set_aside(decision: Decision, console: SafeConsole, application: str | None) -> None:
    defeated = decision.set_aside_for(application)
    if not defeated:
        return
    console.print()
    console.print(Text("Set aside", "bold"))
    for conclusion in defeated:
        _lost(conclusion, console)
    if decision.set_aside_incomplete:
        console.print(Text("  Some reasons for this are left out, because there are too many."))


def _lost(conclusion: SetAsideRecord, console: SafeConsole) -> None:
    modality = conclusion.modality.replace("_", " ")
    handled = conclusion.handled
    how = "" if handled is msgspec.UNSET else f"  ({_how(handled)})"
    console.print(Text.assemble("  - ", (modality, "dim"), f"  {conclusion.label}{how}"))
    for winner in conclusion.by:
        source = "a safety rule" if winner.safety else "a rule that counts more"
        for justification in winner.because[:1]:
            line = Text(f"because {source} says: ")
            line.append_text(_because(justification))
            _indented(console, line, _INDENT + 2)


def _how(handled: HandledRecord) -> str:
    """What the candidate did with advice that is not shown."""
    if handled.at is None:
        return f"{handled.how} for good"
    moment = say_local(datetime.fromisoformat(handled.at))
    return f"done on {moment}" if handled.how == "done" else f"dismissed until {moment}"


def _indented(console: SafeConsole, text: Text, by: int = _INDENT) -> None:
    """Print a text wrapped and indented, without trailing spaces."""
    for line in console.wrapped(text, console.width - by):
        console.print(Text(" " * by).append_text(line))
