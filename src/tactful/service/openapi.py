"""The OpenAPI 3.1 description, made from the endpoints and their records."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterator
from http import HTTPStatus
from types import UnionType
from typing import Any, Final

import msgspec

from tactful.formats.schema import to_bytes
from tactful.service.bodies import Document
from tactful.service.endpoint import JSON, Endpoint
from tactful.service.problems import PROBLEM, ProblemRecord

_REFERENCE: Final = "#/components/schemas/{name}"
#: The problems with which any request can be answered.
_ALWAYS: Final = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
#: The further problems with which a request with a body can be answered.
_WITH_BODY: Final = (
    HTTPStatus.NOT_ACCEPTABLE,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
)


def description(endpoints: tuple[Endpoint, ...]) -> Document:
    """The description of the whole service."""
    types = [*dict.fromkeys(_types(endpoints)), ProblemRecord]
    _, components = msgspec.json.schema_components(types, ref_template=_REFERENCE)
    paths: dict[str, Document] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "tactful",
            "version": "1",
            "description": "What to do after a job interview: ranked and explained advice for a case.",
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def description_text(endpoints: tuple[Endpoint, ...]) -> bytes:
    """The description as the text of a file."""
    return to_bytes(description(endpoints))


def _types(endpoints: tuple[Endpoint, ...]) -> Iterator[Any]:
    """All records of bodies and answers."""
    for endpoint in endpoints:
        for type_ in (endpoint.body, *endpoint.answers.values()):
            yield from (each for each in _members(type_) if isinstance(each, type) and issubclass(each, msgspec.Struct))


def _members(type_: Any) -> tuple[Any, ...]:
    return typing.get_args(type_) if isinstance(type_, UnionType) else (type_,)


def _operation(endpoint: Endpoint) -> Document:
    operation: Document = {
        "operationId": endpoint.handle.__name__,
        "summary": endpoint.about,
        "responses": _responses(endpoint),
    }
    if parameters := [*_path_parameters(endpoint), *_query_parameters(endpoint)]:
        operation["parameters"] = parameters
    if endpoint.body is not None:
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": _schema(endpoint.body)}}}
    if endpoint.open:
        operation["security"] = []
    return operation


def _path_parameters(endpoint: Endpoint) -> Iterator[Document]:
    for name in re.findall(r"\{(\w+)\}", endpoint.path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def _query_parameters(endpoint: Endpoint) -> Iterator[Document]:
    for parameter in endpoint.parameters:
        yield {
            "name": parameter.name,
            "in": "query",
            "required": False,
            "description": parameter.about,
            "schema": dict(parameter.schema),
        }


def _responses(endpoint: Endpoint) -> Document:
    statuses = [*_ALWAYS, *(_WITH_BODY if endpoint.body is not None else ())]
    if "{" in endpoint.path:
        statuses.append(HTTPStatus.NOT_FOUND)
    problem = {PROBLEM: {"schema": _schema(ProblemRecord)}}
    content = {media: {"schema": _schema(type_)} for media, type_ in endpoint.answers.items()}
    return {
        "200": {"description": endpoint.about, "content": content},
        **{str(status.value): {"description": status.phrase, "content": problem} for status in sorted(statuses)},
    }


def _schema(type_: Any) -> Document:
    """A reference to a record's schema, or to one of several."""
    if type_ is None:
        return {"type": "string"}
    references = [
        {"$ref": _REFERENCE.format(name=each.__name__)}
        if isinstance(each, type) and issubclass(each, msgspec.Struct)
        else {"type": "object"}
        for each in _members(type_)
    ]
    return references[0] if len(references) == 1 else {"anyOf": references}
