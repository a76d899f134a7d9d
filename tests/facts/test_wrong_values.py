"""Every field of every entity, given wrongly, is refused with a message that has its path."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import pytest
import yaml

import tactful
from tactful.facts import reading
from tactful.facts.entities import ALL, PARENTS
from tactful.facts.fields import given_fields
from tactful.facts.kinds import Kind, ListKind, MomentKind
from tactful.facts.reading.link import NotLinkable

NO_OFFSET: Final = "2026-11-20T16:30:00"
#: What an entity has to say besides the field that is tried.
REQUIRED: Final[Mapping[str, Mapping[str, Any]]] = {
    "candidate": {"id": "me"},
    "application": {"id": "acme"},
    "person": {"id": "dana"},
    "interview": {"id": "first", "ended_at": "2026-11-19T16:30:00Z"},
    "interviewer": {"person": "dana"},
}
PART: Final = {entity.name: entity.part for entity in ALL}
SINGLE: Final = {entity.name for entity in ALL if entity.single}


def case_with(entity: str, field: str, value: Any) -> tuple[dict[str, Any], str]:
    """A case without any time zone in which one row has the field, and the path of the field."""
    row: dict[str, Any] = {**REQUIRED.get(entity, {}), field: value}
    path = field
    above: str | None = entity
    while above != "candidate":
        assert above is not None
        part = PART[above]
        path = f"{part}.{path}" if above in SINGLE else f"{part}[0].{path}"
        parent = PARENTS[above]
        assert parent is not None
        held = row if above in SINGLE else [row]
        row = {part: held} if parent == "candidate" else {**REQUIRED[parent], part: held}
        if parent == "application":
            row.setdefault("people", [{"id": "dana"}])
        above = parent
    if entity == "candidate":
        return {"now": "2026-11-23T10:00:00Z", "candidate": row}, f"candidate.{path}"
    return {"now": "2026-11-23T10:00:00Z", "candidate": REQUIRED["candidate"], **row}, path


def fields() -> Iterator[tuple[str, str, Kind]]:
    """All fields that a case can give."""
    for entity, own in given_fields().items():
        yield from ((entity, name, spec.kind) for name, spec in own.items() if not spec.clock)


def _yaml(policy: tactful.Policy, case: dict[str, Any]) -> object:
    return policy.read_text(yaml.safe_dump(case, sort_keys=False), "case.yaml")


DOORS: Final[Mapping[str, Callable[[tactful.Policy, dict[str, Any]], object]]] = {
    "mapping": lambda policy, case: policy.read(case),
    "json": lambda policy, case: policy.read(json.dumps(case).encode()),
    "yaml": _yaml,
}


@pytest.fixture(scope="module")
def policy() -> tactful.Policy:
    """The shipped rules."""
    return tactful.load()


def refusals(policy: tactful.Policy, door: str, case: dict[str, Any]) -> list[tactful.Diagnostic]:
    """The diagnostics with which a door refuses a case; each says something."""
    with pytest.raises(tactful.InvalidInput) as refused:
        DOORS[door](policy, case)
    assert all(problem.message.strip() and not problem.message.endswith(": ") for problem in refused.value.diagnostics)
    return [*refused.value.diagnostics]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("entity", "field"), [(entity, name) for entity, name, kind in fields() if isinstance(kind, MomentKind)]
)
def test_a_moment_without_an_offset_is_refused_by_its_path(
    policy: tactful.Policy, entity: str, field: str, door: str
) -> None:
    """Without any time zone, a moment that has no offset cannot be read: T207 says so, and where.

    Moments used to be listed by name, and one that was missing from the list was refused without a word.
    """
    case, path = case_with(entity, field, NO_OFFSET)
    assert [(problem.code, problem.path) for problem in refusals(policy, door, case)] == [("T207", path)]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(("entity", "field", "kind"), list(fields()))
def test_a_value_of_a_wrong_type_is_refused_by_its_path(
    policy: tactful.Policy, entity: str, field: str, kind: Kind, door: str
) -> None:
    """A mapping is no value of any field, and a text is no list."""
    for wrong in ({"a": 1}, "text") if isinstance(kind, ListKind) else ({"a": 1}, ["b"]):
        case, path = case_with(entity, field, wrong)
        assert path in [problem.path for problem in refusals(policy, door, case)]


def test_a_case_that_no_check_refuses_is_still_refused_in_words(
    policy: tactful.Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where linking fails and no check says why, the diagnostic asks for a report instead of ending in a colon."""

    def fail(*_: object) -> None:
        raise NotLinkable

    monkeypatch.setattr(reading, "link", fail)
    (problem,) = refusals(policy, "json", {"candidate": {"id": "me"}})
    assert problem.code == "T201"
    assert "report this" in problem.message


@pytest.mark.parametrize("number", ["9007199254740993", "-9007199254740993", "12345678901234567890"])
def test_a_whole_number_that_is_too_large_is_refused_with_the_limit(number: str) -> None:
    """Engines that count with floats could not tell it from its neighbours; an id is better kept as a text."""
    policy = tactful.loads("custom_facts: {application: {badge: {type: number}}}\nrules: {}")
    case = f'{{"candidate": {{"id": "me"}}, "applications": [{{"id": "acme", "custom": {{"badge": {number}}}}}]}}'
    with pytest.raises(tactful.InvalidInput) as refused:
        policy.read(case)
    (problem,) = refused.value.diagnostics
    assert problem.path == "applications[0].custom.badge"
    assert problem.help == (
        "whole numbers go from -9,007,199,254,740,992 to 9,007,199,254,740,992; declare the fact as a text if it is a longer id"
    )
