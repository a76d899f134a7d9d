"""Mistakes in tables, because of which a candidate or a row is rejected."""

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
#: The entity of each key that holds a part of a case.
_PARTS: Final[Mapping[str, Entity]] = {"now": ALL[0], "parameters": ALL[0], **{entity.part: entity for entity in ALL}}


class Reject(NamedTuple):
    """A mistake in the tables: its candidate, its table, its code, the message and a hint.

    ``candidate_id`` is ``None`` if the row does not name a candidate.
    """

    candidate_id: str | None
    table: str | None
    code: str
    message: str
    help: str | None


class Mistake(NamedTuple):
    """A reject with the row of its candidate in ``candidates``; ``None`` if ``candidates`` has no such row."""

    candidate: int | None
    reject: Reject


def rejects_of(mistakes: Iterable[Mistake]) -> list[Reject]:
    """The rejects in the order of the candidates, without duplicates. Rejects without a candidate come last."""
    ordered = sorted(mistakes, key=lambda mistake: (mistake.candidate is None, mistake.candidate or 0))
    return list(dict.fromkeys(mistake.reject for mistake in ordered))


def mistakes(restorer: Restorer, candidates: Sequence[int]) -> Iterator[Mistake]:
    """The mistakes that the ordinary reader reports for the candidates in some rows."""
    for candidate, case in zip(candidates, _cases(restorer, candidates), strict=True):
        if case is None:
            message, help_ = "a text of the candidate is not UTF-8", "write the table again with texts in UTF-8"
            (id_,) = texts(restorer.sheets["candidate"].arrays["candidate_id"][candidate : candidate + 1])
            yield Mistake(candidate, Reject(id_, None, BadEncoding.id, message, help_))
            continue
        try:
            restorer.read(case)
        except InvalidInput as error:
            id_ = case["candidate"]["id"]
            yield from (Mistake(candidate, _reject(id_, problem, case)) for problem in error.diagnostics)


def _cases(restorer: Restorer, candidates: Sequence[int]) -> list[Plain | None]:
    """The cases rebuilt as plain data; ``None`` for a case with a text that is not UTF-8."""
    try:
        return [*restorer.plain(candidates)]
    except UnicodeDecodeError:
        if len(candidates) == 1:
            return [None]
        middle = len(candidates) // 2
        return _cases(restorer, candidates[:middle]) + _cases(restorer, candidates[middle:])


def _reject(candidate_id: str | None, problem: Diagnostic, case: Any) -> Reject:
    """The reject of a mistake in a case. It names the keys of the row instead of the path in JSON."""
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
    """The name of a row: its id, or for an interviewer the person's id, or without an id its number, from 1."""
    id_ = part.get("person" if name == "interviewers" else "id")
    return f"`{id_}`" if id_ else str(no + 1)
