"""The service as an ASGI application: a request is checked, read, answered, counted and logged."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable, Sequence
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
from tactful.journal.drafts import Drafted
from tactful.service.endpoint import Call, Endpoint
from tactful.service.endpoints import ENDPOINTS
from tactful.service.guard import Guard, accepted, check_json, too_large
from tactful.service.journals import Journal
from tactful.service.keeping import Entries, Keeper, told_by
from tactful.service.languages import asked_for
from tactful.service.logs import Log
from tactful.service.metrics import Metrics
from tactful.service.packs import Packs
from tactful.service.page import INDEX, Page, built_page
from tactful.service.problems import PROBLEM, Problem, problem_of
from tactful.service.reply import Reply
from tactful.service.request import OTHER, Head, Request
from tactful.service.settings import Settings
from tactful.service.work import Deadline, Work
from tactful.source.diagnostics import TactfulError
from tactful.source.suggest import did_you_mean

#: How often the numbers of decisions are shared with other workers, in seconds.
_SHARED_EVERY: Final = 1.0
_METHODS: Final = frozenset({"GET", "HEAD", "POST"})


class Service:
    """The application of one worker."""

    def __init__(self, policy: Policy, settings: Settings, journal: Journal | None = None) -> None:
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
        if self._keeper is not None:
            await self._keeper.begin()
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
        request = Request(scope, receive)
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
        self._answered(request, response.status_code, time.perf_counter() - begun)
        await response(scope, receive, send)

    def at_once(self, path: str, head: Head, body: bytes, send: Callable[[Reply], None]) -> bool:
        """Answer a request whose body has arrived, without a task of its own. ``send`` is called once, at the latest when the
        journal has what was decided.

        False: nothing was done, because the request may take long, or because its address has variable parts or is unknown.
        """
        endpoint = self._direct.get((path, head.method))
        if endpoint is None or len(body) > self.settings.limits.inline:
            return False
        begun, drafted = time.perf_counter(), list[Drafted]()
        try:
            call = self._call(endpoint, head, self._accepted(endpoint, head), body)
            if endpoint.slow(call):
                return False
            reply, drafted = self._handled(endpoint, call, head)
        except Exception as error:
            reply = self._refused(error, head)

        def end(problem: Problem | None) -> None:
            answer = reply if problem is None else _problem(problem)
            self._answered(head, answer.status_code, time.perf_counter() - begun)
            send(answer)

        if self._keeper is not None and drafted:
            self._keeper.hand_over(drafted, end)
        else:
            end(None)
        return True

    def _handled(self, endpoint: Endpoint, call: Call, head: Head) -> tuple[Reply, list[Drafted]]:
        """The answer to a call that is not slow, and the entries to be kept before it is given."""
        try:
            answer = (endpoint.quick or endpoint.handle)(call)
        except (TactfulError, Problem) as error:
            return self._refused(error, head), call.entries.drafted
        return Reply(answer.body, answer.media), call.entries.drafted

    def _answered(self, head: Head, status: int, seconds: float) -> None:
        """Count and log a request."""
        method = head.method if head.method in _METHODS else OTHER
        self.metrics.answered(head.route, method, status, seconds)
        if self.settings.logs:
            self.log.answered(head.route, method, status, seconds, head.trace)

    def _refused(self, error: Exception, head: Head) -> Reply:
        """The answer to a request that an error ended. Errors of the service itself are logged."""
        problem = problem_of(error)
        if problem is None:
            self.log.error(error, head.route, head.trace)
            detail = "the service failed; its log says where"
            problem = Problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail)
        return _problem(problem)

    async def answer(self, endpoint: Endpoint, request: Request) -> Reply:
        """The answer of an endpoint. Raises :class:`Problem` for a request that is not allowed."""
        limits = self.settings.limits
        accept, body = self._accepted(endpoint, request), b""
        if endpoint.body is not None:
            body = await request.body(limits.body, limits.seconds)
        call = self._call(endpoint, request, accept, body)
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

    def _accepted(self, endpoint: Endpoint, head: Head) -> str:
        """The media type to answer with. Raises :class:`Problem` for a head that is not allowed."""
        head.route = endpoint.path
        headers = head.headers
        self._guard.check(headers, endpoint.open)
        head.parameters = read_query(head.query, endpoint)
        if endpoint.body is None:
            return next(iter(endpoint.answers))
        accept = accepted(headers.get(b"accept", b"").decode("latin-1"), tuple(endpoint.answers))
        check_json(headers, self.settings.limits.body)
        return accept

    def _call(self, endpoint: Endpoint, head: Head, accept: str, body: bytes) -> Call:
        """A request whose head has been checked, as its endpoint takes it."""
        limits, headers = self.settings.limits, head.headers
        if len(body) > limits.body:
            raise too_large(limits.body)
        return Call(
            self.packs,
            _told_in(self.packs.policy, headers.get(b"accept-language")),
            self.metrics,
            body,
            head.parameters,
            head.path,
            accept,
            limits.batch,
            Deadline(limits.seconds),
            Entries(None if self._keeper is None else told_by(headers.get(b"x-request-id", b""), head.trace)),
        )

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
        request: Request = receive.__self__
        request.path = scope["path_params"]
        request.response = await self._service.answer(self._endpoint, request)


class _PageTarget:
    """The target of requests for the page. The page contains no data, so it needs no token."""

    def __init__(self, service: Service, page: Page) -> None:
        self._service, self._page = service, page

    async def __call__(self, scope: Scope, receive: Any, send: Send) -> None:
        request: Request = receive.__self__
        request.route = "page"
        accepts = request.headers.get(b"accept-encoding", b"").decode("latin-1")
        request.response = self._page.response(scope["path_params"].get("file", INDEX), accepts)


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
