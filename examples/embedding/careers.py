"""A small careers service: it keeps candidates, shows what they can do next, and hears what became of it.

Starlette answers requests, SQLite keeps the data, and tactful decides. `Careers` does the work; the functions below it
take requests and write responses. README.md beside this file says how to run it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import re
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import UTC, date, datetime
from html import escape
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

import tactful

LARGEST_BODY: Final = 200_000  # bytes
LIMITS: Final = tactful.CaseLimits(applications=50, people=100, interviews=100, messages=500)
#: What has a say in answers besides rules and facts.
VERSIONS: Final = {"tactful": tactful.__version__, **{name: version_of(name) for name in ("holidays", "tzdata")}}
SCHEMA: Final = """
PRAGMA journal_mode = WAL;
CREATE TABLE IF NOT EXISTS answers ( -- all that was ever advised
    no INTEGER PRIMARY KEY,
    candidate TEXT NOT NULL,
    at TEXT NOT NULL,
    rules TEXT NOT NULL, -- the digest of the rules, and the versions
    facts BLOB NOT NULL, -- the case as JSON
    answer BLOB NOT NULL -- as JSON; its `made_with` has all that the answer depends on
);
CREATE INDEX IF NOT EXISTS answers_of ON answers (candidate);
CREATE TABLE IF NOT EXISTS candidates (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL, -- goes up with each change of the facts
    ask_again INTEGER, -- when time alone may change the answer, in seconds since 1970; NULL: never
    answer INTEGER NOT NULL REFERENCES answers (no) -- the latest
);
CREATE VIEW IF NOT EXISTS latest AS
    SELECT id, version, ask_again, rules, facts, answers.answer
    FROM candidates JOIN answers ON no = candidates.answer;
"""
#: An answer is due for another look if its time has come, or if the rules or versions have changed.
LATEST: Final = "SELECT *, ask_again <= :now OR rules <> :rules AS due FROM latest WHERE id = :id"
ALL_DUE: Final = "SELECT id FROM latest WHERE ask_again <= :now OR rules <> :rules ORDER BY id"
Change = Callable[[tactful.Policy, tactful.Case], tactful.Case]


class Advised(NamedTuple):
    """The answer for a candidate, as JSON, and the version of the facts that it is for."""

    answer: bytes
    version: int


class Careers:
    """Candidates and their advice, in a database. Safe to use from any number of threads."""

    def __init__(
        self, database: Path, policy: tactful.Policy, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.policy = policy
        self._database, self._clock, self._reloading = database, clock, threading.Lock()
        with closing(sqlite3.connect(database)) as db:
            db.executescript(SCHEMA)

    @contextmanager
    def _transaction(self, kind: str = "IMMEDIATE") -> Iterator[sqlite3.Connection]:
        """A transaction, which is taken back if an error ends it. Those that write wait for each other."""
        with closing(sqlite3.connect(self._database, timeout=30, isolation_level=None)) as db, db:
            db.row_factory = sqlite3.Row
            db.execute(f"BEGIN {kind}")
            yield db

    def _latest(self, db: sqlite3.Connection, id_: str, policy: tactful.Policy, now: datetime) -> sqlite3.Row:
        values = {"id": id_, "now": int(now.timestamp()), "rules": rules_of(policy)}
        row: sqlite3.Row | None = db.execute(LATEST, values).fetchone()
        if row is None:
            raise HTTPException(404, "there is no such candidate")
        return row

    def put(self, id_: str, body: bytes, version: int | None) -> Advised:
        """Keep a case, and decide on it. `version` is that of the facts it replaces; None for a new candidate."""
        policy, now = self.policy, self._clock()
        case = policy.read(body, now)
        if case.candidate.id != id_:
            raise HTTPException(422, "`candidate.id` is another id than in the address; make them the same")
        with self._transaction() as db:
            row = db.execute("SELECT version FROM candidates WHERE id = ?", (id_,)).fetchone()
            if row is not None and version is None:
                raise HTTPException(
                    428, "the candidate is there already; send the `ETag` of what you read as `If-Match`"
                )
            if version != (None if row is None else row["version"]):
                raise HTTPException(412, "the facts have changed since you read them; read and change them again")
            return self._decide(db, policy, case, now, (version or 0) + 1)

    def change(self, id_: str, change: Change) -> Advised:
        """Change a case, and decide on it again if that changed something, or if the answer is due."""
        policy, now = self.policy, self._clock()
        with self._transaction() as db:
            row = self._latest(db, id_, policy, now)
            case = change(policy, policy.read(row["facts"], now))
            changed = case.to_json() != row["facts"]
            if changed or row["due"]:
                return self._decide(db, policy, case, now, row["version"] + changed)
            return Advised(row["answer"], row["version"])

    def _decide(
        self, db: sqlite3.Connection, policy: tactful.Policy, case: tactful.Case, now: datetime, version: int
    ) -> Advised:
        """Decide on a case, and keep the answer, the facts behind it, and when to ask again."""
        decision, id_ = policy.decide(case, now), case.candidate.id
        answer, until = decision.to_json(), decision.unchanged_before
        kept = (id_, decision.at.isoformat(), rules_of(policy), case.to_json(), answer)
        sql = "INSERT INTO answers (candidate, at, rules, facts, answer) VALUES (?, ?, ?, ?, ?)"
        no = db.execute(sql, kept).lastrowid
        ask_again = None if until is None else int(until.timestamp())
        db.execute("REPLACE INTO candidates VALUES (?, ?, ?, ?)", (id_, version, ask_again, no))
        return Advised(answer, version)

    def latest(self, id_: str) -> sqlite3.Row:
        """What is kept of a candidate: `facts`, their `version`, the latest `answer`, and whether it is `due`."""
        with self._transaction("DEFERRED") as db:
            return self._latest(db, id_, self.policy, self._clock())

    def advice(self, id_: str) -> Advised:
        """The advice for now: the latest answer if it still stands, or else a new one."""
        row = self.latest(id_)
        return self.change(id_, lambda _, case: case) if row["due"] else Advised(row["answer"], row["version"])

    def answers(self, id_: str) -> list[dict[str, Any]]:
        """All that a candidate was ever advised, the latest first."""
        with self._transaction("DEFERRED") as db:
            rows = db.execute("SELECT * FROM answers WHERE candidate = ? ORDER BY no DESC", (id_,)).fetchall()
        return [dict(row) | {name: json.loads(row[name]) for name in ("rules", "facts", "answer")} for row in rows]

    def forget(self, id_: str) -> None:
        """Delete a candidate and all that was advised."""
        with self._transaction() as db:
            db.execute("DELETE FROM candidates WHERE id = ?", (id_,))
            db.execute("DELETE FROM answers WHERE candidate = ?", (id_,))

    def ask_again(self) -> dict[str, list[str]]:
        """Decide again wherever an answer is due: the ids of those whose advice is another now.

        `unreadable` has the ids of those whose cases the present rules cannot read; they keep their last answers.
        """
        with self._transaction("DEFERRED") as db:
            values = {"now": int(self._clock().timestamp()), "rules": rules_of(self.policy)}
            due = db.execute(ALL_DUE, values).fetchall()
        told: dict[str, list[str]] = {"changed": [], "unreadable": []}
        for (id_,) in due:
            try:
                if keys(self.latest(id_)["answer"]) != keys(self.advice(id_).answer):
                    told["changed"].append(id_)
            except tactful.InvalidInput:
                told["unreadable"].append(id_)
            except HTTPException:  # deleted meanwhile
                continue
        return told

    def reload(self) -> tactful.Policy:
        """Read the rules again. Raises `tactful.InvalidInput` if they have mistakes; the last good ones stay."""
        with self._reloading:
            self.policy = self.policy.reload()
            return self.policy


def rules_of(policy: tactful.Policy) -> str:
    """The rules and versions, as JSON: another text means that answers may be others."""
    return json.dumps({"pack": policy.name, "version": policy.version, "digest": policy.digest, **VERSIONS})


def keys(answer: bytes) -> list[str]:
    """The keys of the advice in an answer."""
    return [action["key"] for action in json.loads(answer)["actions"]]


class Told(msgspec.Struct, forbid_unknown_fields=True):
    """What became of a piece of advice. `details` say how it was done, and `until` ends the day of a dismissal."""

    key: str
    details: dict[str, Any] = {}
    until: date | None = None


async def body_of(request: Request) -> bytes:
    """The body, if it is JSON and not too large. Pages of other sites cannot make a browser send JSON here."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "send JSON, with the header `Content-Type: application/json`")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise HTTPException(413, f"send at most {LARGEST_BODY} bytes")
    return bytes(body)


def on_error(_: Request, error: Exception) -> Response:
    """What is wrong with a request, as JSON: a sentence, and mistakes with their places where there may be several."""
    status, message, mistakes = 422, f"this is not the JSON that is expected: {error}", list[dict[str, str | None]]()
    match error:
        case HTTPException():
            status, message = error.status_code, error.detail
        case tactful.InvalidInput(diagnostics=diagnostics):
            message = "there are mistakes; each has its place"
            mistakes = [
                {"code": each.code, "place": each.place(), "message": each.message, "help": each.help}
                for each in diagnostics
            ]
        case tactful.TactfulError():  # advice that no longer stands, or that cannot be done or dismissed
            status, message = 409, str(error)
    return JSONResponse({"error": message, "mistakes": mistakes}, status)


def as_json(text: bytes, version: int) -> Response:
    """A response with the version of the facts as its `ETag`."""
    return Response(text, headers={"ETag": f'"{version}"'}, media_type="application/json")


def item(action: dict[str, Any]) -> str:
    """A piece of advice as HTML: what to do, by or until when, and why. Text that comes from others is escaped."""
    due = f" ({action['due_means']} {action['due']})" if action["due"] else ""
    reasons = " ".join(reason["text"] for reason in action["because"])
    return f"<li><strong>{escape(action['label'])}</strong>{escape(due)}<p>{escape(reasons)}</p></li>"


class Endpoints:
    """Requests in, responses out. What takes time runs in threads, so that others need not wait."""

    def __init__(self, careers: Careers) -> None:
        self.careers = careers

    async def put_candidate(self, request: Request) -> Response:
        body, tag = await body_of(request), request.headers.get("if-match", "").strip('"')
        if tag and not re.fullmatch("[0-9]{1,9}", tag):
            raise HTTPException(412, "`If-Match` is not an `ETag` of this service")
        version = int(tag) if tag else None
        return as_json(*await run_in_threadpool(self.careers.put, request.path_params["id"], body, version))

    def get_candidate(self, request: Request) -> Response:
        row = self.careers.latest(request.path_params["id"])
        return as_json(row["facts"], row["version"])

    def delete_candidate(self, request: Request) -> Response:
        self.careers.forget(request.path_params["id"])
        return Response(status_code=204)

    def get_advice(self, request: Request) -> Response:
        return as_json(*self.careers.advice(request.path_params["id"]))

    def get_answers(self, request: Request) -> Response:
        return JSONResponse(self.careers.answers(request.path_params["id"]))

    def get_page(self, request: Request) -> Response:
        answer = json.loads(self.careers.advice(request.path_params["id"]).answer)
        items = "".join(map(item, answer["actions"]))
        page = f"<!doctype html><html lang=en><meta charset=utf-8><title>What to do</title><ol>{items}</ol>"
        return HTMLResponse(page, headers={"Content-Security-Policy": "default-src 'none'"})

    async def post_told(self, request: Request) -> Response:
        told = msgspec.json.decode(await body_of(request), type=Told)
        changes: dict[str, Change] = {
            "done": lambda policy, case: policy.done(case, told.key, **told.details),
            "dismiss": lambda policy, case: policy.dismiss(case, told.key, told.until),
            "undo": lambda policy, case: policy.undo(case, told.key),
        }
        change = changes[request.url.path.rpartition("/")[2]]
        return as_json(*await run_in_threadpool(self.careers.change, request.path_params["id"], change))

    async def post_ask_again(self, request: Request) -> Response:
        await body_of(request)
        return JSONResponse(await run_in_threadpool(self.careers.ask_again))

    async def post_reload(self, request: Request) -> Response:
        await body_of(request)
        return JSONResponse(json.loads(rules_of(await run_in_threadpool(self.careers.reload))))


async def ask_again_each_minute(careers: Careers) -> None:
    """Keep answers up to date, for as long as the service runs."""
    while True:
        try:
            await run_in_threadpool(careers.ask_again)
        except Exception:
            logging.exception("answers could not be looked at; the next try is in a minute")
        await asyncio.sleep(60)


def app_for(careers: Careers) -> Starlette:
    """The service. It answers only to names of this machine, so that no page can reach it by a name of its own."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        asking = asyncio.create_task(ask_again_each_minute(careers))
        yield
        asking.cancel()

    to, candidate = Endpoints(careers), "/candidates/{id}"
    errors = (HTTPException, tactful.TactfulError, msgspec.DecodeError, UnicodeDecodeError)
    return Starlette(
        routes=[
            Route(candidate, to.put_candidate, methods=["PUT"]),
            Route(candidate, to.get_candidate, methods=["GET"]),
            Route(candidate, to.delete_candidate, methods=["DELETE"]),
            Route(f"{candidate}/advice", to.get_advice, methods=["GET"]),
            Route(f"{candidate}/answers", to.get_answers, methods=["GET"]),
            Route(f"{candidate}/page", to.get_page, methods=["GET"]),
            *(Route(f"{candidate}/{told}", to.post_told, methods=["POST"]) for told in ("done", "dismiss", "undo")),
            Route("/ask-again", to.post_ask_again, methods=["POST"]),
            Route("/reload", to.post_reload, methods=["POST"]),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["localhost", "127.0.0.1"])],
        exception_handlers=dict.fromkeys(errors, on_error),
        lifespan=lifespan,
    )


def main() -> None:
    """Run the service on this machine, for this machine alone."""
    parser = argparse.ArgumentParser(description="A small careers service.")
    parser.add_argument("--database", type=Path, default=Path("careers.db"), help="the file that keeps candidates")
    parser.add_argument("--rules", default="default", help="the pack: `default`, or a file or folder of rules")
    parser.add_argument("--port", type=int, default=8000)
    options = parser.parse_args()
    try:
        policy = tactful.load(options.rules, limits=LIMITS)
    except tactful.InvalidInput as error:
        raise SystemExit(f"the rules have mistakes:\n{error}") from None
    uvicorn.run(app_for(Careers(options.database, policy)), host="127.0.0.1", port=options.port)


if __name__ == "__main__":
    main()
