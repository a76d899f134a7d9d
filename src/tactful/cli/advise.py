"""``tactful advise``: the decision on a case, and questions at the terminal about the facts that would change it."""

from __future__ import annotations

import shlex
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from tactful.api.decision import Decision
from tactful.api.policy import Policy, load
from tactful.cli.options import Application, At, CaseArgument, Engine, Format, Rules, SetFacts, read_case, what_if
from tactful.cli.output import console, guarded, write_bytes
from tactful.facts.rows import Case
from tactful.formats.text.questions import render_question, render_questions
from tactful.reasons.records.decision import QuestionRecord
from tactful.source.diagnostics import InvalidInput

#: What ends the asking, and how many wrong answers to one question are put up with.
_ENOUGH = ("q", "quit", "stop")
_PATIENCE = 3


@guarded
def advise(
    case: CaseArgument,
    rules: Rules = "default",
    at: At = None,
    application: Application = None,
    set_: SetFacts = None,
    engine: Engine = "compiled",
    ask: Annotated[bool, typer.Option("--ask", help="Ask for what is not known and would change the advice.")] = False,
    questions: Annotated[
        bool, typer.Option("--questions", help="With --format json: also the facts that would change the decision.")
    ] = False,
    format_: Format = "text",
) -> None:
    """Decide on a case: what to do, ranked, and why."""
    if ask and case == "-":
        raise typer.BadParameter("--ask reads answers from standard input, so the case has to be a file")
    policy = load(rules, engine=engine)
    given, now = read_case(policy, case, at, application)
    read = what_if(policy, given, set_)
    if ask:
        told = console(stderr=True)
        read, answers = _ask_all(policy, read, told, application)
        _render_answers(answers, told)
    decision = policy.decide(read, now)
    if format_ == "json":
        write_bytes(decision.to_json(application, questions=questions))
        return
    from tactful.formats.text import render_decision  # rich's tables and text are not needed for JSON

    render_decision(decision, console(), application)
    render_questions(decision.questions_for(application), console())
    if set_:
        _what_changes(policy.decide(given, now), decision)


def _what_changes(before: Decision, after: Decision) -> None:
    """What the facts of ``--set`` change of the decision."""
    from tactful.formats.text.comparison import render_differences

    out = console()
    out.print()
    out.print("What the other facts change", style="bold")
    render_differences(before.compare(after), out)


def _ask_all(policy: Policy, case: Case, out: Console, application: str | None) -> tuple[Case, dict[str, str]]:
    """Ask, decide again, and so on. Gives the case with the answers, and the answers as ``--set`` takes them.

    ``application``: ask only about that one, and about the candidate.
    """
    answers: dict[str, str] = {}
    skipped: set[str] = set()
    while True:
        open_ = [
            one
            for one in policy.decide(case).questions
            if one.path not in skipped and (application is None or one.application in (None, application))
        ]
        if not open_:
            out.print(Text("\nNothing else would change the advice.", "dim"))
            return case, answers
        found = _ask(open_[0], policy, case, out)
        if found is None:
            return case, answers
        case, answer = found
        if answer:
            answers[open_[0].path] = answer
        else:
            skipped.add(open_[0].path)


def _ask(question: QuestionRecord, policy: Policy, case: Case, out: Console) -> tuple[Case, str] | None:
    """One question, asked until the answer can be read; ``None`` where the asking is to end, no text for "don't know"."""
    render_question(question, out)
    for _ in range(_PATIENCE):
        out.print(Text("  answer (Enter: not known, q: enough) > ", "dim"), end="")
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


def _render_answers(answers: dict[str, str], out: Console) -> None:
    """How to have the answers again: none of what somebody typed is lost."""
    if answers:
        settings = " ".join(f"--set {shlex.quote(f'{path}={value}')}" for path, value in answers.items())
        out.print(Text(f"To decide with these answers again: {settings}", "dim"), soft_wrap=True)
