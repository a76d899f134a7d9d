"""The ``tactful`` command. Exit codes: 0 done, 1 mistakes in the input (all of them told), 2 wrong usage."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from tactful.api.decision import Decision
from tactful.api.policy import load
from tactful.cli.advise import ask_all, render_answers
from tactful.cli.batch import batch
from tactful.cli.check import check
from tactful.cli.import_ import import_
from tactful.cli.init import init
from tactful.cli.mutate import run_mutants
from tactful.cli.options import Application, At, CaseArgument, Engine, Rules, SetFacts, read_case, what_if
from tactful.cli.output import console, fail, guarded, write_bytes
from tactful.cli.plan import plan
from tactful.cli.test import run_tests
from tactful.cli.why import compare, why

app = typer.Typer(
    name="tactful",
    help="What to do after a job interview: rules in YAML, ranked and explained advice out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Format = Literal["text", "json"]


@app.command()
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
    format_: Annotated[Format, typer.Option("--format", help="text for people, json for programs.")] = "text",
) -> None:
    """Decide on a case: what to do, ranked, and why."""
    if ask and case == "-":
        raise typer.BadParameter("--ask reads answers from standard input, so the case has to be a file")
    policy = load(rules, engine=engine)
    given, now = read_case(policy, case, at, application)
    read = what_if(policy, given, set_)
    if ask:
        told = console(stderr=True)
        read, answers = ask_all(policy, read, told, application)
        render_answers(answers, told)
    decision = policy.decide(read, now)
    if format_ == "json":
        write_bytes(decision.to_json(application, questions=questions))
        return
    from tactful.formats.text import render_decision  # rich's tables and text are not needed for JSON
    from tactful.formats.text.questions import render_questions

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


app.command()(plan)
app.command()(why)
app.command()(compare)
app.command()(check)


@app.command()
@guarded
def rules(
    rule: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="Show this rule, parameter or action whole.")
    ] = None,
    rules: Rules = "default",
) -> None:
    """List a pack's rules and parameters after overlays, with the file and line each comes from."""
    from tactful.cli.rules import list_rules, show

    checked = load(rules).checked
    if rule is None:
        list_rules(checked, console())
    else:
        show(checked, rule, console())


@app.command()
@guarded
def explain(code: Annotated[str, typer.Argument(metavar="CODE", help="A code as messages show it: T402.")]) -> None:
    """Print the page of a message's code."""
    from tactful.source.codes.pages import page

    text = page(code.upper())
    if text is None:
        fail(f"there is no code {code}; `tactful explain all` lists them")
    console().print(text, markup=False, highlight=False)


@app.command()
@guarded
def schema(
    what: Annotated[
        Literal["decision", "plan", "why", "comparison", "test", "case", "pack", "examples"],
        typer.Argument(help="Which JSON Schema to print."),
    ],
    rules: Rules = "default",
) -> None:
    """Print the JSON Schema of a decision, a plan, a case, a rule file, examples, or of what other commands answer."""
    from tactful.formats.schema import (
        case_schema,
        comparison_schema,
        decision_schema,
        pack_schema,
        plan_schema,
        to_bytes,
        why_schema,
    )
    from tactful.testing.schema import examples_schema, results_schema

    made = {
        "decision": decision_schema,
        "plan": plan_schema,
        "case": case_schema,
        "why": why_schema,
        "comparison": comparison_schema,
        "test": results_schema,
    }
    of_pack = {"pack": pack_schema, "examples": examples_schema}
    write_bytes(to_bytes(made[what]() if what in made else of_pack[what](load(rules).checked)))


app.command("import")(import_)
app.command()(batch)
app.command("test")(run_tests)
app.command("mutate")(run_mutants)
app.command()(init)


def main() -> None:
    """Run the command."""
    app()
