"""Assistants get the API's answers over the Model Context Protocol, from a real process by the SDK's own client."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import tactful
from serving import example
from tactful import schemas

if TYPE_CHECKING:
    from mcp.client import Client
    from mcp.types import CallToolResult

CASE = example()


def asked(what: Callable[[Client], Awaitable[Any]], log: Path, *options: str) -> Any:
    """What a client gets of a server in a process of its own, whose log is a file."""
    pytest.importorskip("mcp", reason="needs mcp (the extra `mcp`)")  # takes a second to load, so only where it is used
    import anyio
    from mcp.client import Client
    from mcp.client.stdio import StdioServerParameters, stdio_client

    async def connect() -> Any:
        command = StdioServerParameters(
            command=sys.executable, args=["-m", "tactful", "mcp", *options], env=_environment()
        )
        with log.open("w") as errors:
            async with Client(stdio_client(command, errlog=errors)) as client:
                return await what(client)

    return anyio.run(connect)


def _environment() -> dict[str, str]:
    return {"PYTHONPATH": str(Path(tactful.__file__).parents[1])}


def _content(result: CallToolResult) -> dict[str, Any]:
    assert not result.is_error, result
    content: dict[str, Any] = result.structured_content or {}
    return content


def test_the_tools_answer_what_the_api_answers(tmp_path: Path) -> None:
    """Advice with questions, reasons, what-ifs, plans and the changed case; mistakes are reported, and nothing is logged."""
    pack = tactful.load()
    decision = pack.decide(CASE)
    person = CASE["applications"][0]["people"][0]["id"]
    done = next(advice.key for advice in decision.actions if advice.kind == "do")

    async def ask(client: Client) -> dict[str, Any]:
        call = client.call_tool
        return {
            "tools": (await client.list_tools()).tools,
            "schema": (await client.read_resource("tactful://schemas/case")).contents,
            "advise": await call("advise", {"case": CASE}),
            "why": await call("why", {"case": CASE, "action": decision.actions[0].action}),
            "what_if": await call("what_if", {"case": CASE, "facts": {f"person[{person}].prefers": "phone"}}),
            "plan": await call("plan", {"case": CASE, "until": "5 days"}),
            "record_done": await call("record_done", {"case": CASE, "key": done}),
            "wrong": await call("advise", {"case": {**CASE, "applicatons": []}}),
            "nothing": await call("advise", {"case": {"candidate": {"id": "me"}}}),
        }

    got = asked(ask, tmp_path / "log")
    assert {tool.name for tool in got["tools"]} == {"advise", "why", "what_if", "plan", "record_done"}
    assert json.loads(got["schema"][0].text) == json.loads(json.dumps(schemas.case()))
    advised = _content(got["advise"])
    assert advised["answer"] == json.loads(decision.to_json(questions=True))
    assert CASE["applications"][0]["people"][0]["name"] in advised["texts_from_the_case"]
    assert _content(got["why"])["answer"]["answers"]
    assert _content(got["what_if"])["differences"]
    plan = pack.plan(CASE, until=timedelta(days=5))
    assert _content(got["plan"])["answer"] == json.loads(plan.to_json())
    assert _content(got["record_done"])["case"] == json.loads(pack.done(CASE, done).to_json())
    assert got["wrong"].is_error
    assert "applicatons" in got["wrong"].content[0].text
    assert _content(got["nothing"])["answer"]["questions"] is not None
    assert (tmp_path / "log").read_text() == ""
