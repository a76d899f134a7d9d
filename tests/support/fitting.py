"""Whether records fit their JSON Schemas. Each schema is checked and compiled once, which takes longer than its use."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import msgspec
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match


@cache
def validator(schema: Callable[[], Mapping[str, Any]]) -> Draft202012Validator:
    """The validator for what a function such as ``why_schema`` returns. Raises ``SchemaError`` if it is no schema."""
    return validator_of(schema())


def validator_of(schema: Mapping[str, Any]) -> Draft202012Validator:
    """The validator for a schema. Raises ``SchemaError`` if it is no schema."""
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def assert_fits(record: msgspec.Struct, schema: Callable[[], Mapping[str, Any]]) -> None:
    """A record, written as JSON, fits a schema."""
    error = best_match(validator(schema).iter_errors(json.loads(msgspec.json.encode(record))))
    assert error is None, error
