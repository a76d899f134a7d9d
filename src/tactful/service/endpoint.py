"""An endpoint: its route, what it takes and answers, and the function behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from tactful.api.policy import Policy
from tactful.service.keeping import Entries
from tactful.service.metrics import Metrics
from tactful.service.packs import Packs
from tactful.service.work import Deadline

JSON: Final = "application/json"
SVG: Final = "image/svg+xml"
HTML: Final = "text/html"
CALENDAR: Final = "text/calendar"
PLAIN: Final = "text/plain"


class Answer(NamedTuple):
    """The body of an answer, and its media type."""

    body: bytes
    media: str = JSON


class Call(NamedTuple):
    """A request whose head and size have been checked. ``accept`` is the media type to answer with."""

    packs: Packs
    policy: Policy
    metrics: Metrics
    body: bytes
    query: Mapping[str, str]
    path: Mapping[str, str]
    accept: str
    most_cases: int
    deadline: Deadline
    entries: Entries


class Parameter(NamedTuple):
    """A parameter of the query."""

    name: str
    schema: Mapping[str, Any]
    about: str


class Endpoint(NamedTuple):
    """A route. ``slow``: whether a call may take long. ``answers`` are records by media type; ``None`` is any text.

    ``quick`` handles calls that are not slow, where that is less work than ``handle``.
    ``open``: it needs no token, because it reveals nothing.
    """

    method: str
    path: str
    about: str
    handle: Callable[[Call], Answer]
    answers: Mapping[str, Any]
    body: Any = None
    parameters: tuple[Parameter, ...] = ()
    slow: Callable[[Call], bool] = lambda _: False
    open: bool = False
    quick: Callable[[Call], Answer] | None = None
