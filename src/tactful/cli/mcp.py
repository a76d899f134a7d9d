"""``tactful mcp``: tools for assistants over the Model Context Protocol."""

from __future__ import annotations

from tactful.cli.options import JournalUrl, KeysUrl, MasterKey, Rules, load_rules
from tactful.cli.output import guarded
from tactful.source.diagnostics import EngineError


@guarded
def mcp(rules: Rules = None, journal: JournalUrl = None, keys: KeysUrl = None, master_key: MasterKey = None) -> None:
    """Answer an assistant on standard input and output: advise, why, what_if, plan, record_done."""
    try:
        from tactful.service.assistant import server
    except ImportError as error:
        raise EngineError(f"`tactful mcp` needs `{error.name}`: pip install 'tactful[mcp]'") from None
    policy = load_rules(rules)
    if journal is None:
        server(policy).run("stdio")
        return
    from tactful import journal as journals

    writer = journals.open(journal, keys=keys, master=master_key)
    try:
        server(policy, writer).run("stdio")
    finally:
        writer.close()
