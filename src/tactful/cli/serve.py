"""``tactful serve``: decisions for tools that are not in Python."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tactful.cli.options import JournalUrl, KeysUrl, MasterKey, Rules, load_rules
from tactful.cli.output import guarded
from tactful.source.diagnostics import EngineError


@guarded
def serve(
    rules: Rules = None,
    host: Annotated[
        str, typer.Option(help="The address to listen on; any address but loopback needs a token.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes any that is free.")] = 8000,
    token_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The file of the token that clients must send.")
    ] = None,
    no_auth: Annotated[bool, typer.Option("--no-auth", help="Let other machines in without a token.")] = False,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A host name by which clients reach the service; may be repeated."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="The number of processes.")] = 1,
    seconds: Annotated[
        float,
        typer.Option(min=0.1, max=600, help="How long the head of a request, its body and slow work may each take."),
    ] = 10.0,
    connections: Annotated[int, typer.Option(min=1, help="How many connections may be open in each process.")] = 1_000,
    journal: JournalUrl = None,
    keys: KeysUrl = None,
    master_key: MasterKey = None,
    log: Annotated[bool, typer.Option("--log/--no-log", help="Log every request, as JSON on standard error.")] = True,
) -> None:
    """Answer over HTTP: decisions, plans, reasons. /openapi.json describes it."""
    try:
        from tactful.service.server import serve as run
    except ImportError as error:
        raise EngineError(f"`tactful serve` needs `{error.name}`: pip install 'tactful[serve]'") from None
    from tactful.service.settings import Limits, Place, Settings, check_reach, read_token

    limits = Limits(seconds=seconds, connections=connections)
    place = None if journal is None else Place(journal, keys, master_key)
    settings = Settings(host, port, read_token(token_file), tuple(allow_host or ()), log, place, limits=limits)
    check_reach(settings, no_auth)
    run(load_rules(rules, many=True), settings, workers)
