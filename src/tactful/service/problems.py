"""What is wrong with a request, as RFC 9457 has it: problem details in JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from tactful.reasons.records.decision import Record
from tactful.source.diagnostics import Diagnostic, InvalidInput, TactfulError

PROBLEM: Final = "application/problem+json"


class DiagnosticRecord(Record, frozen=True):
    """A mistake in what was sent."""

    code: Annotated[str, Meta(description="Its code, which `tactful explain CODE` tells more about.")]
    message: str
    place: Annotated[str, Meta(description="Where: a path in the case, such as `applications[0].status`.")]
    help: Annotated[str | None, Meta(description="What to do instead.")]


class ProblemRecord(Record, frozen=True):
    """Problem details (RFC 9457)."""

    type: Annotated[str, Meta(description="`about:blank`: the status says what kind of problem it is.")]
    title: str
    status: int
    detail: Annotated[str, Meta(description="What is wrong with this request, and what to do.")]
    diagnostics: Annotated[
        tuple[DiagnosticRecord, ...], Meta(description="Every mistake in the case; empty for other problems.")
    ] = ()


class Problem(Exception):
    """The error with which a request is answered."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        diagnostics: Iterable[Diagnostic] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.headers = status, dict(headers or {})
        self.record = ProblemRecord(
            type="about:blank",
            title=status.phrase,
            status=status.value,
            detail=detail,
            diagnostics=tuple(map(diagnostic_record, diagnostics)),
        )


def diagnostic_record(diagnostic: Diagnostic) -> DiagnosticRecord:
    """A diagnostic as JSON has it."""
    return DiagnosticRecord(
        code=diagnostic.code, message=diagnostic.message, place=diagnostic.place(), help=diagnostic.help
    )


def problem_of(error: Exception) -> Problem | None:
    """The problem with which an error of the API is answered; ``None`` for an error of the service itself."""
    match error:
        case Problem():
            return error
        case InvalidInput(diagnostics=diagnostics):
            detail = "there are mistakes in what was sent; `diagnostics` has each with its place"
            return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, diagnostics)
        case TactfulError():
            return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
        case msgspec.ValidationError():
            return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"the body has another form: {error}")
        case msgspec.DecodeError() | UnicodeDecodeError() | RecursionError():
            return Problem(HTTPStatus.BAD_REQUEST, "the body is not JSON in UTF-8; send one JSON object")
        case _:
            return None
