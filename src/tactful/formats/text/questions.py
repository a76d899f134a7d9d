"""What to find out, as text for people."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from tactful.formats.text.safe import safe
from tactful.formats.text.tree import Node, print_tree
from tactful.reasons.records.decision import AnswerRecord, EffectRecord, QuestionRecord

#: How many questions a decision shows; the others are counted.
SHOWN = 3
_VERBS = {"comes": "then ", "goes": "no longer ", "changes": ""}


def render_questions(questions: tuple[QuestionRecord, ...], console: Console, shown: int | None = SHOWN) -> None:
    """Print the most consequential questions, each with its fact, under a heading; nothing where there is none."""
    if not questions:
        return
    console.print()
    console.print(Text("What to find out", "bold"))
    for one in questions[:shown]:
        console.print(safe(Text.assemble(f"  ? {one.ask} ", (f"[{one.path}]", "dim"))))
    left = len(questions) - len(questions[:shown])
    if left:
        more = "`tactful advise CASE --ask` asks them all" if shown == SHOWN else ""
        console.print(Text(f"    and {left} more; {more}", "dim"))


def render_question(question: QuestionRecord, console: Console) -> None:
    """Print one question with what its answers would change."""
    console.print()
    answers = tuple(Node(Text.assemble((one.text, "cyan"), ": ", says(one))) for one in question.answers)
    print_tree(console, Node(Text(question.ask, "bold"), answers))


def says(answer: AnswerRecord) -> str:
    """What an answer would change, in a line."""
    if not answer.effects:
        return "nothing changes"
    first = [_effect(one) for one in answer.effects[:SHOWN]]
    left = len(answer.effects) - len(first)
    return "; ".join(first) + (f"; and {left} more" if left else "")


def _effect(effect: EffectRecord) -> str:
    modality = effect.modality.replace("_", " ").upper()
    return f"{_VERBS[effect.what]}{modality} “{effect.label}”" + (f" {effect.how}" if effect.how else "")
