"""The type of a case, taken apart: what the JSON of a case may have, for code that goes through it field by field."""

from __future__ import annotations

from functools import cache

from msgspec import inspect

from tactful.facts.shape import CaseShape


@cache
def case_type() -> inspect.StructType:
    """The type of a case. It is inspected once, as that takes milliseconds."""
    type_ = inspect.type_info(CaseShape)
    assert isinstance(type_, inspect.StructType)
    return type_
