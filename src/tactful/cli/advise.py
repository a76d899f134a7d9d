"""Questions asked at the terminal, the most consequential first, until none is left that would change the advice."""

from __future__ import annotations

import shlex
import sys

from rich.console import Console
from rich.text import Text

from tactful.api.policy import Policy
from tactful.facts.rows import Case
from tactful.formats.text.questions import render_question
from tactful.reasons.records.decision import QuestionRecord
from tactful.source.diagnostics import InvalidInput

#: What ends the asking, and how many wrong answers to one question are put up with.
_ENOUGH = ("q", "quit", "stop")
_PATIENCE = 3


def ask_all(policy: Policy, case: Case, out: Console, application: str | None) -> tuple[Case, dict[str, str]]:
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


def render_answers(answers: dict[str, str], out: Console) -> None:
    """How to have the answers again: none of what somebody typed is lost."""
    if answers:
        settings = " ".join(f"--set {shlex.quote(f'{path}={value}')}" for path, value in answers.items())
        out.print(Text(f"To decide with these answers again: {settings}", "dim"), soft_wrap=True)
