"""Fields of a case by the names that people give them: ``person[dana].prefers``, ``application[acme].offer.form``.

====================================  ==================================================================================
path                                  names
====================================  ==================================================================================
``candidate.FIELD``                   a field of the candidate
``application[ID].FIELD``             a field of an application; ``[ID]`` can be left out if the case has only one
``offer[ID].FIELD``                   a field of the offer of that application; setting it creates the offer if it has none
``person[ID].FIELD``                  a field of a person; with ``application[ID].`` before it if several have such a person
``interview[ID].FIELD``               a field of an interview, likewise
``interviewer[INTERVIEW/PERSON].F``   a field of a person's part in an interview, likewise
``message[N].FIELD``                  a field of the N-th message of an application, from 1, likewise
``parameters.NAME``                   the value that the case states for a parameter of the pack
====================================  ==================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from tactful.facts.edit import PARAMETERS, Spot, ids
from tactful.facts.entities import ENTITIES
from tactful.facts.fields import FieldSpec, given_fields
from tactful.facts.kinds import (
    ChoiceKind,
    DayTimeKind,
    DurationKind,
    Elapsed,
    Kind,
    LengthKind,
    ListKind,
    MomentKind,
    NumberKind,
    YesNoKind,
    is_number,
    kind_name,
    parse_day_time,
    parse_duration,
    parse_number,
    parse_yes_no,
)
from tactful.facts.near import value_near
from tactful.facts.reading.custom import CustomFields, Declared
from tactful.facts.reading.moments import parse_date, parse_moment
from tactful.facts.shape import CaseShape
from tactful.source.codes.changes import AmbiguousSpot, BadValue, UnknownSpot
from tactful.source.diagnostics import Diagnostic, InvalidInput
from tactful.source.suggest import did_you_mean

_STEP: Final = r"[a-z_][a-z0-9_]*"
#: An id may have brackets of its own: it ends at the first one that another part or nothing follows.
_PART: Final = re.compile(rf"({_STEP})(?:\[(.*?)\](?=\.[a-z_]|\Z))?", re.DOTALL)


def find_spot(shape: CaseShape, path: str, declared: Declared) -> tuple[Spot, Kind]:
    """The field that a path names, and its kind. Raises :class:`InvalidInput` if it names no field, or several."""
    parts = _parts(path)
    if not parts:
        raise _wrong(UnknownSpot.at(None, f"`{path}` names no fact", "write it like `person[dana].prefers`", path))
    *owners, (field, index) = parts
    if not owners or index is not None:
        raise _wrong(UnknownSpot.at(None, f"`{path}` names no field", "write it like `person[dana].prefers`", path))
    if [owner for owner, _ in owners] == [PARAMETERS]:
        return _parameter_spot(path, field, declared)
    return _Finder(shape, path, declared.custom).find(owners, field)


def _parts(path: str) -> list[tuple[str, str | None]]:
    """The parts of a path: names, each with the id behind it, if it has one. Empty if the path cannot be read."""
    parts, at = [], 0
    while part := _PART.match(path, at):
        parts.append((part.group(1), part.group(2)))
        at = part.end()
        if at == len(path):
            return parts
        if path[at] != ".":
            break
        at += 1
    return []


def _parameter_spot(path: str, name: str, declared: Declared) -> tuple[Spot, Kind]:
    parameter = declared.parameters.get(name)
    if parameter is None:
        known = ", ".join(f"`{PARAMETERS}.{other}`" for other in sorted(declared.parameters)[:20])
        help_ = did_you_mean(name, declared.parameters) or (f"there are {known}" if known else None)
        raise _wrong(UnknownSpot.at(None, f"cases may not state a parameter `{name}`", help_, path))
    return Spot(PARAMETERS, name), parameter.kind


def _wrong(problem: Diagnostic) -> InvalidInput:
    return InvalidInput([problem])


class _Finder:
    """Looks up one path."""

    def __init__(self, shape: CaseShape, path: str, custom: CustomFields) -> None:
        self._shape, self._path, self._custom = shape, path, custom

    def find(self, owners: list[tuple[str, str | None]], field: str) -> tuple[Spot, Kind]:
        """The spot of ``field`` of the last owner."""
        entity, id_ = owners[-1]
        if entity not in ENTITIES:
            raise self._unknown(f"`{entity}` is not a part of a case", did_you_mean(entity, ENTITIES))
        kind, name, custom = self._field(entity, field)
        if entity == "candidate":
            return Spot("candidate", name, custom=custom), kind
        application = self._application(owners[:-1], entity, id_)
        if entity in ("application", "offer"):
            return Spot(entity, name, application, custom=custom), kind
        known = ids(self._shape.applications[application], entity)
        if id_ not in known:
            raise self._unknown(f"there is no {entity} `{id_ or ''}`", self._near(id_, known))
        no, inner = known.index(id_), 0
        if entity == "interviewer":
            no, inner = self._interviewer(application, no)
        return Spot(entity, name, application, no, inner, custom), kind

    def _interviewer(self, application: int, flat: int) -> tuple[int, int]:
        """The index of an interview and of an interviewer in it, given the index among all interviewers."""
        for no, interview in enumerate(self._shape.applications[application].interviews):
            if flat < len(interview.interviewers):
                return no, flat
            flat -= len(interview.interviewers)
        raise AssertionError("one of the interviews has it")

    def _field(self, entity: str, field: str) -> tuple[Kind, str, bool]:
        given: Mapping[str, FieldSpec] = {
            name: spec for name, spec in given_fields()[entity].items() if not spec.clock and name != "id"
        }
        custom = self._custom.get(entity, {})
        if field in given:
            return given[field].kind, field, False
        if field in custom:
            return custom[field], field, True
        known = [*given, *custom]
        raise self._unknown(f"{entity} has no field `{field}` to set", self._near(field, known))

    def _application(self, owners: list[tuple[str, str | None]], entity: str, id_: str | None) -> int:
        """The application that the path names, or the only application that it can mean."""
        applications = [application.id for application in self._shape.applications]
        if entity in ("application", "offer") and not owners:
            owners = [("application", id_)]
        if owners and (len(owners) > 1 or owners[0][0] != "application"):
            raise self._unknown(f"`{self._path}` names no fact", "only `application[…]` can come before another part")
        if owners and owners[0][1] is not None:
            wanted = owners[0][1]
            if wanted not in applications:
                raise self._unknown(f"there is no application `{wanted}`", self._near(wanted, applications))
            return applications.index(wanted)
        fitting = [
            no
            for no, application in enumerate(self._shape.applications)
            if entity in ("application", "offer") or id_ in ids(application, entity)
        ]
        if len(fitting) > 1:
            shown = ", ".join(f"`{applications[no]}`" for no in fitting[:8])
            help_ = f"write `application[{applications[fitting[0]]}].` before it"
            message = f"`{self._path}` may mean several applications: {shown}"
            raise _wrong(AmbiguousSpot.at(None, message, help_, self._path))
        if not fitting:
            known = (
                [name for application in self._shape.applications for name in ids(application, entity)]
                if id_
                else applications
            )
            raise self._unknown(f"there is no {entity} `{id_ or ''}`", self._near(id_, known))
        return fitting[0]

    def _unknown(self, message: str, help_: str | None) -> InvalidInput:
        return _wrong(UnknownSpot.at(None, message, help_, self._path))

    def _near(self, name: str | None, known: list[str]) -> str:
        meant = did_you_mean(name, known) if name else None
        return meant or (
            f"there are {', '.join(f'`{other}`' for other in known[:20])}" if known else "the case has none"
        )


#: How much is shown of a value that is refused.
_SHOWN: Final = 60
_HALF: Final = re.compile("[\ud800-\udfff]")
#: Texts that mean a value is unknown.
UNKNOWN: Final = ("unknown", "null", "~", "")


def read_value(given: Any, kind: Kind, path: str) -> Any:
    """A value as a case holds it, read from a text or a plain Python value; ``None`` for unknown.

    Raises :class:`InvalidInput` if the value is not of the kind.
    """
    if given is None or (isinstance(given, str) and given.strip().lower() in UNKNOWN):
        return None
    value = _text(given.strip(), kind) if isinstance(given, str) else _plain(given, kind)
    if value is None:
        message = f"`{_shown(given)}` is not a value of type {kind_name(kind)}"
        meant = value_near(given, kind) if isinstance(given, str) else None
        known = meant is not None and _text(meant, kind) is not None
        raise _wrong(BadValue.at(None, message, f"did you mean `{meant}`?" if known else _help(kind), path))
    if not _is_whole(value):
        message = f"`{_shown(given)}` has half of a character in it, which no case can hold"
        raise _wrong(BadValue.at(None, message, "take it out", path))
    return value


def _is_whole(value: Any) -> bool:
    """Whether a value has no text with half of a surrogate pair in it, which no case can hold."""
    texts = value if isinstance(value, list) else [value] if isinstance(value, str) else []
    return not any(_HALF.search(text) for text in texts)


def _shown(given: Any) -> str:
    """A value as it is shown in a message: not too much of it, and nothing that cannot be printed."""
    text = str(given)
    short = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return short.encode(errors="backslashreplace").decode()


def _text(text: str, kind: Kind) -> Any:
    match kind:
        case YesNoKind():
            return parse_yes_no(text)
        case ChoiceKind(values=values):
            return text if text in values else None
        case NumberKind():
            return parse_number(text)
        case MomentKind():
            return text if parse_moment(text) or parse_date(text) else None
        case DayTimeKind():
            return text if parse_day_time(text) is not None else None
        case DurationKind():
            return text if isinstance(parse_duration(text), Elapsed) else None
        case LengthKind():
            return text if parse_duration(text) is not None else None
        case ListKind(values=values):
            inner = text.removeprefix("[").removesuffix("]")
            words = [word.strip() for word in inner.split(",") if word.strip()]
            return words if not values or set(words) <= set(values) else None
        case _:
            return text


def _plain(given: Any, kind: Kind) -> Any:
    match kind:
        case YesNoKind():
            return given if isinstance(given, bool) else None
        case NumberKind():
            return given if is_number(given) else None
        case MomentKind():
            return given.isoformat() if isinstance(given, datetime | date) else None
        case ListKind(values=values):
            listed = isinstance(given, list | tuple) and all(isinstance(item, str) for item in given)
            return list(given) if listed and (not values or set(given) <= set(values)) else None
        case _:
            return None


def _help(kind: Kind) -> str:
    match kind:
        case YesNoKind():
            return "write `yes`, `no` or `unknown`"
        case ChoiceKind(values=values):
            return "write one of " + ", ".join(f"`{value}`" for value in values) + ", or `unknown`"
        case ListKind(values=values) if values:
            return "write some of " + ", ".join(f"`{value}`" for value in values) + ", with commas between them"
        case MomentKind():
            return "write it like `2026-11-27T17:00:00-05:00`, or `unknown`"
        case DayTimeKind():
            return "write it like `09:00`"
        case DurationKind() | LengthKind():
            return "write it like `2 weeks`"
        case _:
            return "write a number, or `unknown`" if isinstance(kind, NumberKind) else "write a text"
