"""``tactful import``: invitations, feeds and tables are made into a case."""

from __future__ import annotations

import difflib
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.text import Text

from tactful.cli.files import locked, read_file, replace_file
from tactful.cli.output import console, guarded, show

if TYPE_CHECKING:
    from tactful.formats.importers import CaseFile, Imported


@guarded
def import_(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE…", help="Invitations (.ics), feeds (JSON) and tables (CSV); - reads input."),
    ],
    into: Annotated[
        str | None,
        typer.Option(metavar="CASE", help="Merge into this case; the file is rewritten if anything changed."),
    ] = None,
    out: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write the new case to this file instead of standard output.")
    ] = None,
    application: Annotated[
        str | None, typer.Option(metavar="ID", help="The application that all interviews belong to.")
    ] = None,
    me: Annotated[
        list[str] | None, typer.Option(metavar="ADDRESS", help="The candidate's own address; may be repeated.")
    ] = None,
    candidate: Annotated[
        str | None,
        typer.Option(metavar="ID", help="The candidate's id in a new case, or the candidate to take from a feed."),
    ] = None,
    time_zone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="The candidate's time zone (IANA) if the case has none.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --into: show the changes without writing them.")
    ] = False,
    rules: Annotated[
        str, typer.Option("--rules", metavar="PACK", help="The pack whose custom facts the case may have.")
    ] = "default",
    format_: Annotated[Literal["yaml", "json"], typer.Option("--format", help="The format of a new case.")] = "yaml",
) -> None:
    """Make a case from interview invitations, employers' feeds and tables."""
    from tactful.api.policy import load
    from tactful.formats.importers import (  # these libraries take time to load
        Options,
        import_files,
    )

    _check_usage(into, out, dry_run, time_zone)
    addresses = tuple(address.strip().casefold() for address in me or ())
    options = Options(application=application, candidate=candidate, me=addresses, time_zone=time_zone)
    read, policy = [read_file(file) for file in files], load(rules)
    if into is None:
        imported = import_files(read, policy, options, int(time.time()), None, format_ == "json")
        if out is None:
            _print_case(imported.text)
        else:
            replace_file(Path(out), imported.text, None)
        _report(imported, "there is nothing to import")
        return
    with locked(into):
        case = read_file(into)
        imported = import_files(read, policy, options, int(time.time()), case)
        _write(imported, into, case, dry_run)
    _report(imported, "nothing changed: the case already has all of it")


def _write(imported: Imported, into: str, case: CaseFile, dry_run: bool) -> None:
    """Write the case with what was imported, or show the changes."""
    before = case.data.decode("utf-8-sig")
    if dry_run:
        lines = difflib.unified_diff(before.splitlines(True), imported.text.splitlines(True), into, into)
        for line in lines:
            console().print(line.rstrip("\r\n"), soft_wrap=True)
    elif imported.changes:
        mark = "\ufeff" if case.data.startswith(b"\xef\xbb\xbf") else ""
        replace_file(Path(into), mark + imported.text, case.data)


def _print_case(text: str) -> None:
    """Write a case to standard output: to a terminal for people to read, and exactly to anything else."""
    if sys.stdout.isatty():
        console().lines(text.removesuffix("\n"))
    else:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()


def _check_usage(into: str | None, out: str | None, dry_run: bool, time_zone: str | None) -> None:
    from tactful.facts.places import near_time_zone, time_zone_exists

    if into is not None and out is not None:
        raise typer.BadParameter("--out is for new cases; --into rewrites the case itself")
    if out is not None and Path(out).exists():
        raise typer.BadParameter(f"{out} already exists; use --into to merge into it")
    if into == "-":
        raise typer.BadParameter("--into must name a file, which is rewritten")
    if (
        into is not None and Path(into).exists() and not Path(into).is_file()
    ):  # a pipe would be waited for, and replaced
        raise typer.BadParameter(f"{into} is not a regular file; --into rewrites the case itself")
    if dry_run and into is None:
        raise typer.BadParameter("--dry-run needs --into; without it nothing is overwritten anyway")
    if time_zone is not None and not time_zone_exists(time_zone):
        near = near_time_zone(time_zone)
        raise typer.BadParameter(f"{time_zone} is not a time zone" + (f"; did you mean {near}?" if near else ""))


def _report(imported: Imported, unchanged: str) -> None:
    """Print the notes and the changes to standard error."""
    out = console(stderr=True)
    for note in imported.notes:
        show(note, imported.sources, out)
    if not imported.changes:
        out.print(Text(unchanged))
    for change in imported.changes:
        out.print(Text(change), soft_wrap=True)
    if imported.notes:
        count = len(imported.notes)
        out.print(Text(f"{count} note{'' if count == 1 else 's'}: see `tactful explain CODE`", "dim"))
