"""Candidates, and rows, that cannot be decided on, and why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from tactful.columns.arrays import texts
from tactful.columns.tables.restore import Plain, Restorer
from tactful.facts.entities import ALL, Entity
from tactful.source.codes.text import BadEncoding
from tactful.source.diagnostics import Diagnostic, InvalidInput

_STEP: Final = re.compile(r"(\w+)(?:\[(\d+)\])?")
#: By the key under which a case holds a part: its entity.
_PARTS: Final[Mapping[str, Entity]] = {"now": ALL[0], **{entity.part: entity for entity in ALL}}


class Reject(NamedTuple):
    """One mistake: which candidate it keeps from being decided, in which table it is, and what it is.

    ``candidate_id`` is ``None`` where a row does not say whose it is.
    """

    candidate_id: str | None
    table: str | None
    code: str
    message: str
    help: str | None


class Found(NamedTuple):
    """A mistake, with the candidate's row among the candidates; ``None`` where there is none."""

    candidate: int | None
    reject: Reject


def rejects_of(found: Iterable[Found]) -> list[Reject]:
    """The mistakes in the order of the candidates, those of nobody last; each mistake once."""
    ordered = sorted(found, key=lambda one: (one.candidate is None, one.candidate or 0))
    return list(dict.fromkeys(one.reject for one in ordered))


def mistakes(restorer: Restorer, candidates: Sequence[int]) -> Iterator[Found]:
    """What the ordinary reader finds wrong with candidates."""
    for candidate, case in zip(candidates, _cases(restorer, candidates), strict=True):
        if case is None:
            message, help_ = "a text of the candidate's is not UTF-8", "write the table again with texts in UTF-8"
            (id_,) = texts(restorer.sheets["candidate"].arrays["candidate_id"][candidate : candidate + 1])
            yield Found(candidate, Reject(id_, None, BadEncoding.id, message, help_))
            continue
        try:
            restorer.read(case)
        except InvalidInput as error:
            id_ = case["candidate"]["id"]
            yield from (Found(candidate, _reject(id_, one, case)) for one in error.diagnostics)


def _cases(restorer: Restorer, candidates: Sequence[int]) -> list[Plain | None]:
    """Cases made again; ``None`` for those with texts that cannot be read."""
    try:
        return [*restorer.plain(candidates)]
    except UnicodeDecodeError:
        if len(candidates) == 1:
            return [None]
        middle = len(candidates) // 2
        return _cases(restorer, candidates[:middle]) + _cases(restorer, candidates[middle:])


def _reject(candidate_id: str | None, problem: Diagnostic, case: Any) -> Reject:
    """A mistake in a case, told with the keys of the row instead of a place in JSON."""
    table, called, owners, part = None, "case", list[str](), case
    for name, no in _STEP.findall(problem.path or ""):
        if name == "custom":
            break
        if name in _PARTS and isinstance(part, dict):
            table, called = _PARTS[name].table, _PARTS[name].name
            part = part.get(name)
            if no and isinstance(part, list):
                part = part[int(no)]
                owners.append(f"{called} {_called(name, part, int(no))}")
    message = problem.message.replace(f"`{problem.path}`", f"the {called}") if owners else problem.message
    message = f"{message} ({', '.join(owners)})" if owners else message
    return Reject(candidate_id, table, problem.code, message, problem.help)


def _called(name: str, part: Mapping[str, Any], no: int) -> str:
    """A row by its id, an interviewer by the person's; what has none by its place, from 1."""
    id_ = part.get("person" if name == "interviewers" else "id")
    return f"`{id_}`" if id_ else str(no + 1)
