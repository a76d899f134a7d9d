"""``tactful replay``: a journal decided again, with its own rules or with others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import typer
from rich.text import Text

from tactful.cli.journal import Candidate, Format, Since, Until, Url, reading, wanted
from tactful.cli.options import KeysUrl, MasterKey, Rules, load_rules
from tactful.cli.output import console, fail, guarded, write_bytes
from tactful.cli.progress import progress

if TYPE_CHECKING:
    from tactful.journal.replay import Replayed


@guarded
def replay(
    url: Url,
    rules: Rules = None,
    candidate: Candidate = None,
    since: Since = None,
    until: Until = None,
    keys: KeysUrl = None,
    master_key: MasterKey = None,
    format_: Format = "text",
) -> None:
    """Make the decisions of a journal again, with their own rules or with --rules, and group the differences."""
    try:
        from tactful.journal.replay import replay as replayed
    except ModuleNotFoundError:
        fail("replay needs numpy and pyarrow: pip install 'tactful[batch]'")
    policy = None if rules is None else load_rules(rules)
    with reading(url, keys, master_key) as archive:
        about = wanted(archive, candidate, None, since, until)
        with progress("decisions") as step:
            result = replayed(archive, policy, about, step)
    if format_ == "json":
        write_bytes(msgspec.json.format(msgspec.json.encode(result)))
    else:
        _report(result)
    if result.groups:
        raise typer.Exit(1)


def _report(result: Replayed) -> None:
    out = console()
    for no, group in enumerate(result.groups, 1):
        named = ", ".join(group.rules) or group.what
        parameters = f" ({', '.join(group.parameters)})" if group.parameters else ""
        cases = "1 case" if group.cases == 1 else f"{group.cases:,} cases"
        head = f"{no}. {named}{parameters}: {group.what} in {cases}, because of {group.cause}"
        out.print(Text(head, "bold"), soft_wrap=True)
        for sign, lines, colour in (("-", group.before, "red"), ("+", group.after, "green")):
            for line in lines:
                out.print(Text(f"  {sign} {line}", colour), soft_wrap=True)
        out.print(Text(f"    the smallest of {group.bytes:,} bytes: {group.smallest}", "dim"), soft_wrap=True)
    erased = f"; {result.erased:,} were erased" if result.erased else ""
    out.print(f"{result.decided:,} decisions made again, {result.different:,} different{erased}")
