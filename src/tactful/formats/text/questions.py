"""Questions about unknown facts, as text for people."""

from __future__ import annotations

from rich.text import Text

from tactful.formats.text.console import SafeConsole
from tactful.formats.text.tree import Node, print_tree
from tactful.reasons.records.decision import AnswerRecord, EffectRecord, QuestionRecord

#: How many questions a decision shows; the others are counted.
SHOWN = 3
_VERBS = {"comes": "then ", "goes": "no longer ", "changes": ""}


def render_questions(questions: tuple[QuestionRecord, ...], console: SafeConsole, shown: int | None = SHOWN) -> None:
    """Print the most consequential questions with their facts, under a heading. Without questions, print nothing."""
    if not questions:
        return
    console.print()
    console.print(Text("What to find out", "bold"))
    for question in questions[:shown]:
        console.print(Text.assemble(f"  ? {question.ask} ", (f"[{question.path}]", "dim")))
    left = len(questions) - len(questions[:shown])
    if left:
        more = "`tactful advise CASE --ask` asks them all" if shown == SHOWN else ""
        console.print(Text(f"    and {left} more; {more}", "dim"))


def render_question(question: QuestionRecord, console: SafeConsole) -> None:
    """Print a question, and the effects of each answer."""
    console.print()
    answers = tuple(Node(Text.assemble((answer.text, "cyan"), ": ", says(answer))) for answer in question.answers)
    print_tree(console, Node(Text(question.ask, "bold"), answers))


def says(answer: AnswerRecord) -> str:
    """The effects of an answer, in a line."""
    if not answer.effects:
        return "nothing changes"
    first = [_effect(effect) for effect in answer.effects[:SHOWN]]
    left = len(answer.effects) - len(first)
    return "; ".join(first) + (f"; and {left} more" if left else "")


def _effect(effect: EffectRecord) -> str:
    modality = effect.modality.replace("_", " ").upper()
    return f"{_VERBS[effect.what]}{modality} “{effect.label}”" + (f" {effect.how}" if effect.how else "")
