"""``tactful journal``: find, explain, verify and erase stored decisions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import typer
from rich.text import Text

from tactful.cli.options import KeysUrl, MasterKey, parse_moment
from tactful.cli.output import cannot_write, console, fail, guarded, write_bytes
from tactful.cli.progress import progress
from tactful.facts.reading.moments import epoch_seconds

if TYPE_CHECKING:
    from tactful.journal.archive import Archive, Wanted
    from tactful.journal.entries import Entry

journal = typer.Typer(
    name="journal",
    no_args_is_help=True,
    add_completion=False,
    help="Find, explain, verify and erase the decisions in a journal.",
)

Url = Annotated[str, typer.Argument(metavar="JOURNAL", help="sqlite:FILE, a file, or postgresql://…")]
Id = Annotated[str, typer.Argument(metavar="ID", help="The id or the number of an entry, see `tactful journal find`.")]
Candidate = Annotated[str | None, typer.Option(metavar="ID", help="Only entries about the candidate with this id.")]
Subject = Annotated[int | None, typer.Option(metavar="NUMBER", help="Only entries about this subject.")]
Since = Annotated[
    str | None, typer.Option(metavar="MOMENT", help="Only entries written at this moment (ISO 8601) or later.")
]
Until = Annotated[str | None, typer.Option(metavar="MOMENT", help="Only entries written before this moment.")]
Request = Annotated[str | None, typer.Option(metavar="ID", help="Only entries of requests with this X-Request-Id.")]
Action = Annotated[
    str | None, typer.Option(metavar="ACTION", help="Only decisions that advise this action, or forbid it.")
]
Format = Annotated[Literal["text", "json"], typer.Option("--format", help="text for people, json for programs.")]


@contextmanager
def reading(url: str, keys: str | None, master_key: Path | None) -> Iterator[Archive]:
    """A journal to read from."""
    from tactful import journal as journals  # only where it is asked for

    archive = journals.read(url, keys=keys, master=master_key)
    try:
        yield archive
    finally:
        archive.close()


def wanted(
    archive: Archive,
    candidate: str | None = None,
    subject: int | None = None,
    since: str | None = None,
    until: str | None = None,
    request: str | None = None,
    action: str | None = None,
) -> Wanted:
    """Which entries to find."""
    from tactful.journal.archive import Wanted

    if candidate is not None:
        subject = archive.subject(candidate)
    first, last = _moment(since), _moment(until)
    if first is not None and last is not None and last < first:
        raise typer.BadParameter(f"--until {until} is before --since {since}, so that there can be no entry")
    return Wanted(subject, first, last, None, request, action)


def _moment(text: str | None) -> int | None:
    """A moment in microseconds since 1970; without an offset it is UTC."""
    if text is None:
        return None
    moment = parse_moment(text)
    return epoch_seconds(moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)) * 1_000_000


@journal.command()
@guarded
def find(
    url: Url,
    candidate: Candidate = None,
    subject: Subject = None,
    since: Since = None,
    until: Until = None,
    request: Request = None,
    action: Action = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="Print at most this many entries.")] = 100,
    keys: KeysUrl = None,
    master_key: MasterKey = None,
    format_: Format = "text",
) -> None:
    """List entries: the id, the moment, the subject, and what was advised."""
    with reading(url, keys, master_key) as archive:
        found = archive.find(wanted(archive, candidate, subject, since, until, request, action))
        out = console()
        for entry in islice(found, limit):
            if format_ == "json":
                write_bytes(msgspec.json.encode(entry))
            else:
                out.print(Text(_line(entry)), soft_wrap=True)


def _line(entry: Entry) -> str:
    if entry.kind == "refused":
        what = "refused: " + (", ".join(each.code for each in entry.errors) or "nothing more is kept")
    elif entry.kind == "decision":
        what = ", ".join(f"{each.modality} {each.action}" for each in entry.outcome) or "nothing is advised"
    else:
        what = f"entries up to {entry.through} deleted" if entry.kind == "retention" else "erased"
    if entry.erased:
        what = "erased"
    about = "" if entry.subject is None else f"  subject {entry.subject}"
    return f"{entry.id}  {entry.at}{about}  {what}"


@journal.command()
@guarded
def show(url: Url, id_: Id, keys: KeysUrl = None, master_key: MasterKey = None) -> None:
    """Print an entry as JSON, with the case and what the decision was made with."""
    with reading(url, keys, master_key) as archive:
        write_bytes(msgspec.json.format(msgspec.json.encode(archive.get(id_))))


@journal.command()
@guarded
def explain(
    url: Url,
    id_: Id,
    keys: KeysUrl = None,
    master_key: MasterKey = None,
    full: Annotated[
        bool, typer.Option("--full", help="Every step, reason and source, and what was set aside.")
    ] = False,
    format_: Format = "text",
) -> None:
    """Decide again on an entry's case, with its own rules, and show the reasons."""
    from tactful.journal.again import decide_again

    with reading(url, keys, master_key) as archive:
        again = decide_again(archive, id_)
    for note in again.notes:
        console(stderr=True).print(Text(note, "yellow"), soft_wrap=True)
    if format_ == "json":
        write_bytes(again.decision.to_json())
        return
    from tactful.formats.text import render_decision

    render_decision(again.decision, console(), None, full=full)


@journal.command()
@guarded
def export(
    url: Url,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write Parquet to this file (extra `batch`).")
    ] = None,
    candidate: Candidate = None,
    subject: Subject = None,
    since: Since = None,
    until: Until = None,
    keys: KeysUrl = None,
    master_key: MasterKey = None,
) -> None:
    """Print entries as lines of JSON, or write them as Parquet. `erase` does not reach exports."""
    with reading(url, keys, master_key) as archive:
        entries = archive.find(wanted(archive, candidate, subject, since, until))
        if out is None:
            for entry in entries:
                write_bytes(msgspec.json.encode(entry))
            return
        try:
            from tactful.journal.parquet import write_parquet
        except ModuleNotFoundError:
            fail("Parquet needs pyarrow: pip install 'tactful[batch]'")
        part = out.with_name(f".{out.name}.part")  # so that nobody reads half of a file
        try:
            with progress("entries"):
                write_parquet(entries, part)
            part.replace(out)
        except OSError as error:
            raise cannot_write(out, error) from None
        finally:
            part.unlink(missing_ok=True)


@journal.command()
@guarded
def verify(
    url: Url,
    expect: Annotated[
        str | None, typer.Option(metavar="HEAD", help="A head that an earlier run printed: NUMBER:HASH.")
    ] = None,
    format_: Format = "text",
) -> None:
    """Check that no entry was changed or removed. Keep the head that it prints elsewhere, and pass it to --expect next
    time."""
    from tactful.journal.chain import parse_head
    from tactful.journal.verify import verify as verified

    with reading(url, None, None) as archive:
        head = None if expect is None else parse_head(expect)
        with progress("entries") as step:
            result = verified(archive, head, step)
    if format_ == "json":
        write_bytes(msgspec.json.encode(result))
    else:
        for line in result.wrong:
            console().print(Text(line, "red"), soft_wrap=True)
        after = f" after {result.since}" if result.since else ""
        console().print(
            f"{result.entries} entries{after}, {result.erased} subjects erased; head {result.head}", soft_wrap=True
        )
    if result.wrong:
        raise typer.Exit(1)


@journal.command()
@guarded
def erase(
    url: Url,
    subject: Annotated[int | None, typer.Argument(metavar="SUBJECT", help="The number of a subject.")] = None,
    candidate: Annotated[str | None, typer.Option(metavar="ID", help="The candidate's id instead.")] = None,
    keys: KeysUrl = None,
    master_key: MasterKey = None,
) -> None:
    """Erase a person: nothing about them stays readable in the journal. The chain stays valid."""
    if (subject is None) == (candidate is None):
        raise typer.BadParameter("give a SUBJECT, or a --candidate")
    with reading(url, keys, master_key) as archive:
        number = archive.subject(candidate) if candidate is not None else subject
        assert number is not None  # one of them is given
        archive.erase(number)
    console().print(f"subject {number} is erased; exports and backups still have its data")


@journal.command()
@guarded
def prune(
    url: Url,
    days: Annotated[int, typer.Option(min=0, metavar="N", help="Delete entries that are older than N days.")],
    keys: KeysUrl = None,
    master_key: MasterKey = None,
) -> None:
    """Delete old entries. A checkpoint stays, from which the chain continues."""
    with reading(url, keys, master_key) as archive:
        before = datetime.now(UTC) - timedelta(days=days)
        count = archive.prune(epoch_seconds(before) * 1_000_000)
    console().print(f"{count} entries are deleted")
