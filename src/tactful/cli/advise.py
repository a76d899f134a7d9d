"""``tactful advise``: the decision on a case, and questions at the terminal about the facts that would change it."""

import shlex
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from tactful.api.decision import Decision
from tactful.api.policy import Policy
from tactful.cli.options import (
    Application,
    At,
    CaseArgument,
    Engine,
    Format,
    JournalUrl,
    KeysUrl,
    Language,
    MasterKey,
    Rules,
    RulesAsOf,
    SetFacts,
    load_rules,
    read_case,
    what_if,
)
from tactful.cli.output import console, guarded, write_bytes
from tactful.facts.rows import Case
from tactful.formats.text.console import SafeConsole
from tactful.formats.text.questions import render_question, render_questions
from tactful.reasons.records.decision import QuestionRecord
from tactful.reasons.words import Words
from tactful.source.diagnostics import InvalidInput

#: Answers that end the questions, and how often an unreadable answer to a question can be corrected.
_ENOUGH = ("q", "quit", "stop")
_PATIENCE = 3


@guarded
def advise(
    case: CaseArgument,
    rules: Rules = None,
    at: At = None,
    application: Application = None,
    set_: SetFacts = None,
    engine: Engine = "compiled",
    rules_as_of: RulesAsOf = None,
    language: Language = None,
    ask: Annotated[bool, typer.Option("--ask", help="Ask for unknown facts that would change the advice.")] = False,
    questions: Annotated[
        bool, typer.Option("--questions", help="With --format json: include the facts that would change the decision.")
    ] = False,
    messages: Annotated[
        bool, typer.Option("--messages", help="With --format json: include all sentences as ids and arguments.")
    ] = False,
    next_change: Annotated[
        bool,
        typer.Option("--next-change", help="With --format json: include when the answer, and each action, changes."),
    ] = False,
    journal: JournalUrl = None,
    keys: KeysUrl = None,
    master_key: MasterKey = None,
    full: Annotated[
        bool, typer.Option("--full", help="As text: every step, reason and source, and what was set aside.")
    ] = False,
    format_: Format = "text",
) -> None:
    """Decide on a case: what to do, ranked and with reasons."""
    if ask and case == "-":
        raise typer.BadParameter("--ask reads answers from standard input, so the case must be a file")
    policy = load_rules(rules, engine, rules_as_of, language)
    given, now = read_case(policy, case, at, application)
    read = what_if(policy, given, set_)
    if ask:
        err = console(stderr=True)
        read, answers = _ask_all(policy, read, err, application)
    decision = _decide(policy, read, now, journal, keys, master_key)
    if ask:
        _render_answers(answers, err, decision.words)
    if format_ == "json":
        write_bytes(decision.to_json(application, questions=questions, messages=messages, next_change=next_change))
        return
    from tactful.formats.text import render_decision  # JSON does not need it

    render_decision(decision, console(), application, full=full)
    render_questions(decision.questions_for(application), console(), words=decision.words)
    if decision.questions_incomplete:
        untried = decision.words.say("not every unknown fact was tried: there are too many in a case of this size")
        console().print(f"    {untried}", style="dim")
    if set_:
        _what_changes(policy.decide(given, now, language=decision.words.language), decision)


def _decide(
    policy: Policy, case: Case, now: datetime | None, url: str | None, keys: str | None, master: Path | None
) -> Decision:
    """The decision, which a journal keeps if there is one."""
    if url is None:
        return policy.decide(case, now)
    from tactful import journal  # only where it is asked for

    writer = journal.open(url, keys=keys, master=master)
    try:
        return policy.decide(case, now, journal=writer)
    finally:
        writer.close()


def _what_changes(before: Decision, after: Decision) -> None:
    """Print the differences that the facts of ``--set`` make."""
    from tactful.formats.text.comparison import render_differences

    out = console()
    out.print()
    out.print(after.words.say("What the other facts change"), style="bold")
    render_differences(before.compare(after), out, after.words)


def _ask_all(policy: Policy, case: Case, out: SafeConsole, application: str | None) -> tuple[Case, dict[str, str]]:
    """Ask questions until none would change the advice, deciding again after each answer.

    Returns the case with the answers, and the answers as for ``--set``. ``application``: ask only about that application
    and the candidate.
    """
    answers: dict[str, str] = {}
    skipped: set[str] = set()
    while True:
        decision = policy.decide(case)
        open_ = [
            question
            for question in decision.questions
            if question.path not in skipped and (application is None or question.application in (None, application))
        ]
        if not open_:
            out.print()
            out.print(Text(decision.words.say("No other fact would change the advice."), "dim"))
            return case, answers
        answered = _ask(open_[0], policy, decision, out)
        if answered is None:
            return case, answers
        case, answer = answered
        if answer:
            answers[open_[0].path] = answer
        else:
            skipped.add(open_[0].path)


def _ask(question: QuestionRecord, policy: Policy, decision: Decision, out: SafeConsole) -> tuple[Case, str] | None:
    """Ask a question until the answer is readable. Returns ``None`` to stop, and an empty answer for "not known"."""
    case, words = decision.context.case, decision.words
    render_question(question, out, words)
    for _ in range(_PATIENCE):
        out.print(Text(f"  {words.say('answer (Enter: not known, q: enough) >')} ", "dim"), end="")
        line = sys.stdin.readline()
        if not line or line.strip().lower() in _ENOUGH:
            out.print()
            return None
        answer = line.strip()
        if not answer:
            return case, ""
        try:
            return policy.change(case, {question.path: answer}), answer
        except InvalidInput as error:
            for problem in error.diagnostics:
                out.print(
                    Text(f"  {problem.message}" + (f"; {problem.help}" if problem.help else ""), "red"), soft_wrap=True
                )
    return case, ""


def _render_answers(answers: dict[str, str], out: SafeConsole, words: Words) -> None:
    """Print the answers as options, so that nobody has to type them again."""
    if answers:
        settings = " ".join(f"--set {shlex.quote(f'{path}={value}')}" for path, value in answers.items())
        again = words.say("To decide with these answers again: {settings}", settings=settings)
        out.print(Text(again, "dim"), soft_wrap=True)
