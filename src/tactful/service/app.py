"""The service as an ASGI application: a request is checked, read, answered, counted and logged."""

from __future__ import annotations

import asyncio
import re
import signal
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from tactful.api.policy import Policy
from tactful.journal.writer import Writer
from tactful.service.endpoint import Call, Endpoint
from tactful.service.endpoints import ENDPOINTS
from tactful.service.guard import Guard, accepted, check_json, too_large
from tactful.service.keeping import Entries, Keeper, told_by
from tactful.service.languages import asked_for
from tactful.service.logs import Log
from tactful.service.metrics import Metrics
from tactful.service.packs import Packs
from tactful.service.page import INDEX, Page, built_page
from tactful.service.problems import PROBLEM, Problem, problem_of
from tactful.service.reply import Reply
from tactful.service.settings import WHOLE, Settings
from tactful.service.work import Deadline, Work
from tactful.source.diagnostics import TactfulError
from tactful.source.suggest import did_you_mean

_TRACE: Final = re.compile(rb"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
#: The names that metrics and logs use for unknown routes and methods, so that clients cannot create new labels.
_OTHER: Final = "other"
#: The variable parts of a path that has none.
_NOTHING: Final[Mapping[str, str]] = {}
#: How often the numbers of decisions are shared with other workers, in seconds.
_SHARED_EVERY: Final = 1.0
_METHODS: Final = frozenset({"GET", "HEAD", "POST"})


class Service:
    """The application of one worker."""

    def __init__(self, policy: Policy, settings: Settings, journal: Writer | None = None) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.log = Log(self.metrics.lost)
        self.packs = Packs(policy, self._reloaded)
        self._guard = Guard(settings)
        self._work = Work(settings.limits)
        self._keeper = None if journal is None else Keeper(journal, self.metrics, settings.limits.seconds)
        #: The endpoints without variable parts, by path and method. Starlette's router would try one route after the other.
        self._direct = {(each.path, each.method): each for each in ENDPOINTS if "{" not in each.path}
        routes = [Route(each.path, _Target(self, each), methods=[each.method]) for each in ENDPOINTS]
        routes += [Route(path, _PageTarget(self, page), methods=["GET"]) for path, page in self._page()]
        self._router = Router(routes, redirect_slashes=False, lifespan=self._lifespan)

    def _page(self) -> Sequence[tuple[str, Page]]:
        """The routes of the page that decides in browsers; none if it is not built."""
        page = built_page()
        return () if page is None else (("/", page), ("/{file}", page))

    def _reloaded(self, outcome: str) -> None:
        self.metrics.reloaded(outcome)
        self.log.write("reload", outcome=outcome, pack=self.packs.policy.name, digest=self.packs.policy.digest)

    @asynccontextmanager
    async def _lifespan(self, _: object) -> AsyncIterator[None]:
        """Follow the rules' files while the service runs."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self.packs.ask)
        running = [asyncio.create_task(self.packs.follow()), asyncio.create_task(self._share_metrics())]
        yield
        for task in running:
            task.cancel()
        self.metrics.share()
        self.log.flush()
        self._work.close()
        if self._keeper is not None:
            self._keeper.close()

    async def _share_metrics(self) -> None:
        """Let other workers tell the numbers of this one."""
        while True:
            await asyncio.sleep(_SHARED_EVERY)
            self.metrics.share()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._router(scope, receive, send)
            return
        begun = time.perf_counter()
        request = _Request(scope, receive)
        response: Reply | Response
        try:
            endpoint = self._direct.get((scope["path"], scope["method"]))
            if endpoint is not None:
                response = await self.answer(endpoint, request)
            else:
                scope["app"] = self  # so that the router raises for unknown addresses
                await self._router(scope, request.keep, send)
                response = request.response
        except HTTPException as error:
            response = _problem(Problem(HTTPStatus(error.status_code), _detail(error), (), error.headers))
        except Exception as error:
            response = self._refused(error, request)
        seconds = time.perf_counter() - begun
        method = scope["method"] if scope["method"] in _METHODS else _OTHER
        self.metrics.answered(request.route, method, response.status_code, seconds)
        if self.settings.logs:
            self.log.add(
                asyncio.get_running_loop(),
                "request",
                route=request.route,
                method=method,
                status=response.status_code,
                seconds=round(seconds, 6),
                traceparent=request.trace,
            )
        await response(scope, receive, send)

    def _refused(self, error: Exception, request: _Request) -> Reply:
        """The answer to a request that an error ended. Errors of the service itself are logged."""
        problem = problem_of(error)
        if problem is None:
            self.log.error(error, request.route, request.trace)
            detail = "the service failed; its log says where"
            problem = Problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail)
        return _problem(problem)

    async def answer(self, endpoint: Endpoint, request: _Request) -> Reply:
        """The answer of an endpoint. Raises :class:`Problem` for a request that is not allowed."""
        request.route = endpoint.path
        limits, headers = self.settings.limits, request.headers
        self._guard.check(headers, endpoint.open)
        query = read_query(request.scope["query_string"], endpoint)
        accept, body = next(iter(endpoint.answers)), b""
        if endpoint.body is not None:
            accept = accepted(headers.get(b"accept", b"").decode("latin-1"), tuple(endpoint.answers))
            check_json(headers, limits.body)
            body = await request.body(limits.body, limits.seconds)
        call = Call(
            self.packs,
            _told_in(self.packs.policy, headers.get(b"accept-language")),
            self.metrics,
            body,
            query,
            request.scope.get("path_params", _NOTHING),
            accept,
            limits.batch,
            Deadline(limits.seconds),
            Entries(None if self._keeper is None else told_by(headers.get(b"x-request-id", b""), request.trace)),
        )
        try:
            if len(body) > limits.inline or endpoint.slow(call):
                answer = await self._work.run(lambda: endpoint.handle(call))
            else:
                answer = endpoint.handle(call)
        except (TactfulError, Problem):
            await self._keep(call)
            raise
        if call.entries.drafted:
            await self._keep(call)
        return Reply(answer.body, answer.media)

    async def _keep(self, call: Call) -> None:
        """Return once the journal has what the call decided. Raises :class:`Problem` if the journal cannot store
        it."""
        if self._keeper is not None and call.entries.drafted:
            await self._keeper.keep(tuple(call.entries.drafted))


class _Target:
    """The target of a route: the endpoint, whose answer is kept with the request."""

    def __init__(self, service: Service, endpoint: Endpoint) -> None:
        self._service, self._endpoint = service, endpoint

    async def __call__(self, scope: Scope, receive: Any, send: Send) -> None:
        request: _Request = receive.__self__
        request.response = await self._service.answer(self._endpoint, request)


class _PageTarget:
    """The target of requests for the page. The page contains no data, so it needs no token."""

    def __init__(self, service: Service, page: Page) -> None:
        self._service, self._page = service, page

    async def __call__(self, scope: Scope, receive: Any, send: Send) -> None:
        request: _Request = receive.__self__
        request.route = "page"
        accepts = request.headers.get(b"accept-encoding", b"").decode("latin-1")
        request.response = self._page.response(scope["path_params"].get("file", INDEX), accepts)


class _Request:
    """A request that is being answered: its head, its body once it has been read, and its answer."""

    response: Reply | Response

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.scope, self._receive = scope, receive
        self.headers: Mapping[bytes, bytes] = dict(scope["headers"])
        self.route = _OTHER
        trace = self.headers.get(b"traceparent")
        self.trace = None if trace is None or not _TRACE.fullmatch(trace) else trace.decode()

    async def keep(self) -> Any:
        """The next event. The bound method also leads the router's target back to the request."""
        return await self._receive()

    async def body(self, largest: int, seconds: float) -> bytes:
        """The whole body. Raises :class:`Problem` if it is larger or takes longer than it may."""
        if WHOLE in self.scope:
            return await self._whole(largest)
        try:
            async with asyncio.timeout(seconds):
                return await self._whole(largest)
        except TimeoutError:
            detail = f"the body did not arrive within {seconds:g} seconds; send it faster"
            raise Problem(HTTPStatus.REQUEST_TIMEOUT, detail, (), {"Connection": "close"}) from None

    async def _whole(self, largest: int) -> bytes:
        body = bytearray()
        while True:
            event = await self._receive()
            if event["type"] != "http.request":
                raise Problem(HTTPStatus.BAD_REQUEST, "the client has gone")
            body += event["body"]
            if len(body) > largest:
                raise too_large(largest)
            if not event.get("more_body", False):
                return bytes(body)


def read_query(text: bytes, endpoint: Endpoint) -> dict[str, str]:
    """The parameters of a query. Raises :class:`Problem` for those that the endpoint does not have, and for wrong values."""
    if not text:
        return {}
    pairs = parse_qsl(text.decode("latin-1"), keep_blank_values=True)
    query, known = dict(pairs), {parameter.name: parameter for parameter in endpoint.parameters}
    if len(query) < len(pairs):
        raise _wrong_query("a parameter of the query occurs twice; give it once")
    for name, value in query.items():
        if name not in known:
            help_ = did_you_mean(name, known) or f"there are {', '.join(known) or 'none'}"
            raise _wrong_query(f"the query has an unknown parameter; {help_}")
        words: Sequence[str] = known[name].schema.get("enum", ())
        if words and value not in words:
            raise _wrong_query(f"`{name}` is one of {', '.join(words)}")
    return query


def _wrong_query(detail: str) -> Problem:
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)


def _detail(error: HTTPException) -> str:
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return f"this address takes {(error.headers or {}).get('Allow', 'another method')}"
    return "there is no such address; /openapi.json lists all"


def _told_in(policy: Policy, languages: bytes | None) -> Policy:
    """The policy in the language that a client likes best, by the header `Accept-Language`."""
    language = asked_for(languages.decode("latin-1"), policy.languages) if languages else None
    return policy if language is None else policy.in_language(language)


def _problem(problem: Problem) -> Reply:
    return Reply(msgspec.json.encode(problem.record), PROBLEM, problem.status.value, problem.headers)
