"""Options that several commands share, and how commands read cases and moments."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from tactful.api.moments import read_moment
from tactful.api.policy import Policy, load, load_for_few
from tactful.cli.output import console, show
from tactful.decide.decider import EngineName
from tactful.facts.reading.limits import CaseLimits
from tactful.facts.rows import Case
from tactful.source.codes.case import UnreadableCase
from tactful.source.codes.overlays import OverlaysDiffer
from tactful.source.diagnostics import Diagnostic, InvalidInput, TactfulError


def parse_seed(text: str) -> int:
    """A seed: a whole number, or `random` for one that changes from run to run."""
    if text == "random":
        import secrets  # few commands draw cases

        from tactful.testing.properties.options import SEEDS

        return secrets.randbelow(SEEDS)
    if not text.isdecimal():
        raise typer.BadParameter(f"{text!r} is not a seed; write a whole number, or `random`")
    return int(text)


CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="A case in YAML or JSON; - reads standard input.")]
Rules = Annotated[
    list[str] | None,
    typer.Option(
        "--rules",
        metavar="PACK",
        help="default, profile:NAME, a YAML file, a folder or an installed pack; repeat it to lay one over another.",
    ),
]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="MOMENT", help="Decide for this moment (ISO 8601) instead of the case's own."),
]
Application = Annotated[
    str | None,
    typer.Option("--application", metavar="ID", help="Show only advice about this application and the candidate."),
]

Format = Annotated[Literal["text", "json"], typer.Option("--format", help="text for people, json for programs.")]
Engine = Annotated[
    EngineName, typer.Option("--engine", help="compiled, or rete for the Rete network of durable-rules (extra `rete`).")
]
Language = Annotated[
    str | None,
    typer.Option(
        "--language", metavar="LANGUAGE", help="Give the advice in this language, such as de, if the pack has it."
    ),
]
RulesAsOf = Annotated[
    str | None,
    typer.Option(
        "--rules-as-of", metavar="DAY", help="Use the dated values and rules of this day, at the case's own moment."
    ),
]
JournalUrl = Annotated[
    str | None,
    typer.Option(
        "--journal",
        metavar="URL",
        help="Store every decision in a journal: sqlite:FILE, or postgresql://… (extra `postgres`).",
    ),
]
KeysUrl = Annotated[
    str | None,
    typer.Option(
        "--keys",
        metavar="URL",
        help="Data about people is encrypted, with keys in this separate database (extra `journal`).",
    ),
]
MasterKey = Annotated[
    Path | None,
    typer.Option("--master-key", metavar="FILE", help="The key that wraps those keys: `openssl rand -hex 32`."),
]
#: Without it, a pack's digest gives the seed, so that the same pack draws the same cases on every run.
Seed = Annotated[
    int | None,
    typer.Option(
        "--seed",
        metavar="N",
        parser=parse_seed,
        help="Seed of the random cases: a number, or `random`. By default, a pack draws the same cases on every run.",
    ),
]
SetFacts = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="FACT=VALUE", help="What if: person[dana].prefers=phone; may be repeated."),
]


def load_rules(
    rules: list[str] | None,
    engine: EngineName = "compiled",
    as_of: str | None = None,
    language: str | None = None,
    *,
    many: bool = False,
) -> Policy:
    """The packs of ``--rules`` laid over each other, as they are on the day of ``--rules-as-of``, in a language.

    ``many``: the command makes many decisions, so that compiling the rules pays. Warnings about what two of the packs
    change differently go to standard error.
    """
    policy = load(rules or "default", engine=engine) if many else load_for_few(rules or "default", engine)
    for warning in policy.warnings:
        if warning.code == OverlaysDiffer.id:
            show(warning, dict(policy.checked.sources), console(stderr=True))
    if as_of is not None:
        policy = policy.as_of(parse_moment(as_of))
    return policy if language is None else policy.in_language(language)


def read_case(policy: Policy, case: str, at: str | None, application: str | None) -> tuple[Case, datetime | None]:
    """Read the case and the moment of ``--at``, and check that the case has the application."""
    data, name = _bytes(case)
    now = case_moment(at, policy, data, name)
    read = policy.read_text(data, name, now=now)
    if application is not None:
        known = [family.application.id for family in read.families]
        if application not in known:
            raise typer.BadParameter(
                f"the case has no application {application!r}; it has {', '.join(known) or 'none'}"
            )
    return read, now


def _bytes(case: str) -> tuple[bytes, str]:
    limit = CaseLimits().bytes + 1
    try:
        if case == "-":
            return sys.stdin.buffer.read(limit), "<standard input>"
        with Path(case).open("rb") as stream:
            return stream.read(limit), case
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        shown = "standard input" if case == "-" else case
        problem: Diagnostic = UnreadableCase.at(None, f"`{shown}`: {reason}", "name a YAML or JSON file, or `-`")
        raise InvalidInput([problem]) from None


def parse_moment(text: str) -> datetime:
    """The moment of an option, with or without an offset. Raises ``typer.BadParameter`` if it is not a moment."""
    try:
        return read_moment(text)
    except TactfulError as error:
        raise typer.BadParameter(str(error)) from None


def case_moment(at: str | None, policy: Policy, data: bytes, name: str) -> datetime | None:
    """The moment of an option. Without an offset it is local time for the candidate of the case."""
    if at is None:
        return None
    moment = parse_moment(at)
    if moment.tzinfo is not None:
        return moment
    calendar = policy.read_text(data, name).candidate.calendar
    return calendar.local(calendar.instant(moment))


def what_if(policy: Policy, case: Case, settings: list[str] | None) -> Case:
    """The case with the facts of ``--set``."""
    return policy.change(case, facts_of(settings)) if settings else case


def facts_of(settings: list[str]) -> dict[str, str]:
    """The facts of ``--set FACT=VALUE``. The last value for a fact counts."""
    facts = {}
    for setting in settings:
        cut = setting.find("=")
        if "[" in setting[: cut + 1]:  # an id may contain the sign, too
            cut = setting.find("=", setting.find("].") + 1)
        if cut < 0:
            raise typer.BadParameter(f"{setting!r} has no value; write --set person[dana].prefers=phone")
        facts[setting[:cut].strip()] = setting[cut + 1 :].strip()
    return facts
