"""JSON Schemas (draft 2020-12) of what this package reads and writes, as dictionaries: what ``tactful schema`` prints."""

from __future__ import annotations

from tactful.api.policy import Policy, load
from tactful.formats import schema as _schema
from tactful.formats.schema import Schema
from tactful.testing import schema as _of_tests

__all__ = ["case", "comparison", "decision", "examples", "pack", "plan", "test", "why"]


def case() -> Schema:
    """The schema of a case."""
    return _schema.case_schema()


def decision() -> Schema:
    """The schema of :meth:`tactful.Decision.to_json`."""
    return _schema.decision_schema()


def plan() -> Schema:
    """The schema of :meth:`tactful.Plan.to_json`."""
    return _schema.plan_schema()


def why() -> Schema:
    """The schema of the records of :meth:`tactful.Decision.why`."""
    return _schema.why_schema()


def comparison() -> Schema:
    """The schema of the records of :meth:`tactful.Decision.compare`."""
    return _schema.comparison_schema()


def test() -> Schema:
    """The schema of ``tactful test --format json``."""
    return _of_tests.results_schema()


def pack(policy: Policy, *, strict: bool = False) -> Schema:
    """The schema of rule files that extend a policy's pack, and of its own files.

    ``strict``: for a pack of one file. The schema then also marks names that neither the file nor the policy's pack
    declares, and new entries that are incomplete. Make the schema again after adding names.
    """
    shipped = load(_schema.DEFAULT_PACK).checked if strict else None
    return _schema.pack_schema(policy.checked, shipped=shipped)


def examples(policy: Policy) -> Schema:
    """The schema of examples for a policy's pack."""
    return _of_tests.examples_schema(policy.checked)
