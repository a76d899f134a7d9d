"""Questions about unknown facts, as text for people."""

from __future__ import annotations

from rich.text import Text

from tactful.formats.text.console import SafeConsole
from tactful.formats.text.tree import Node, print_tree
from tactful.reasons.records.decision import AnswerRecord, EffectRecord, QuestionRecord
from tactful.reasons.words import ENGLISH, Words

#: How many questions a decision shows; the others are counted.
SHOWN = 3


def render_questions(
    questions: tuple[QuestionRecord, ...], console: SafeConsole, shown: int | None = SHOWN, words: Words = ENGLISH
) -> None:
    """Print the most consequential questions with their facts, under a heading. Without questions, print nothing."""
    if not questions:
        return
    console.print()
    console.print(Text(words.say("What to find out"), "bold"))
    for question in questions[:shown]:
        console.print(Text.assemble(f"  ? {question.ask} ", (f"[{question.path}]", "dim")))
    left = len(questions) - len(questions[:shown])
    if left:
        more = words.count(
            "and {n} more; `tactful advise CASE --ask` asks them all",
            "and {n} more; `tactful advise CASE --ask` asks them all",
            left,
        )
        console.print(Text(f"    {more}", "dim"))


def render_question(question: QuestionRecord, console: SafeConsole, words: Words = ENGLISH) -> None:
    """Print a question, and the effects of each answer."""
    console.print()
    answers = tuple(
        Node(Text.assemble((answer.text, "cyan"), ": ", says(answer, words))) for answer in question.answers
    )
    print_tree(console, Node(Text(question.ask, "bold"), answers))


def says(answer: AnswerRecord, words: Words) -> str:
    """The effects of an answer, in a line."""
    if not answer.effects:
        return words.say("nothing changes")
    first = [_effect(effect, words) for effect in answer.effects[:SHOWN]]
    left = len(answer.effects) - len(first)
    return "; ".join([*first, words.count("and {n} more", "and {n} more", left)] if left else first)


def _effect(effect: EffectRecord, words: Words) -> str:
    advice = f"{words.loud(effect.modality)} “{effect.label}”" + (f" {effect.how}" if effect.how else "")
    match effect.what:
        case "comes":
            return words.say("then {advice}", advice=advice)
        case "goes":
            return words.say("no longer {advice}", advice=advice)
        case "changes":
            return advice
