"""Rebuild cases from tables, in the form that they would have in JSON."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice
from typing import Any, Final

import msgspec
import numpy as np
import pyarrow as pa

from tactful.columns.arrays import numbers
from tactful.columns.columns import BELOW, Places
from tactful.columns.tables.schema import HANDLED, NOW, FieldColumn, field_columns
from tactful.columns.tables.sheets import Sheet, as_texts
from tactful.facts.calendars import Calendars
from tactful.facts.kinds import DAY, MINUTE, Kind, MomentKind
from tactful.facts.reading import read_case_node
from tactful.facts.reading.custom import Declared
from tactful.facts.reading.limits import CaseLimits
from tactful.facts.reading.link import NotLinkable, link
from tactful.facts.rows import Case
from tactful.facts.shape import CaseShape
from tactful.source.diagnostics import Span
from tactful.source.nodes import Mapping as MappingNode
from tactful.source.nodes import Node, Scalar
from tactful.source.nodes import Sequence as SequenceNode

Plain = dict[str, Any]
#: The key of a case under which it states parameters.
_PARAMETERS: Final = "parameters"
_PER_SECOND: Final = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_EPOCH: Final = datetime(1970, 1, 1)
_FINER: Final = re.compile(r"(\.\d{6})\d+")
#: The span of rebuilt parts of a case, which have no text.
_NOWHERE: Final = Span("case", 0, 0, 1, 1)


@dataclass(frozen=True, slots=True)
class Restorer:
    """Rebuilds cases from sheets whose rows are in the order of their parents; ``offsets`` as in ``Columns``."""

    sheets: Mapping[str, Sheet]
    offsets: Mapping[tuple[str, str], Places]
    calendars: Calendars
    declared: Declared
    limits: CaseLimits
    now: int | None

    def cases(self, candidates: Sequence[int]) -> list[Case]:
        """The cases of the candidates in some rows. Raises :class:`InvalidInput` at the first case with mistakes."""
        return list(map(self.read, self.plain(candidates)))

    def read(self, case: Plain) -> Case:
        """Read a case from plain data, as from JSON. Raises :class:`InvalidInput` with all mistakes."""
        if not _has_long_text(case, self.limits.text):
            try:
                return link(msgspec.convert(case, CaseShape), self.now, self.calendars, self.declared, self.limits)
            except (msgspec.MsgspecError, NotLinkable):
                pass  # its mistake is reported below
        return read_case_node(_node(case), "", self.calendars, self.declared, self.limits, self.now, as_json=True)

    def plain(self, candidates: Sequence[int]) -> list[Plain]:
        """Cases as plain data, as in JSON. Raises ``UnicodeDecodeError`` if a text is not UTF-8."""
        rows = {"candidate": np.array(candidates, np.int64)}
        counts: dict[tuple[str, str], Iterator[int]] = {}
        for pair in BELOW:
            parent, child = pair
            starts, ends = self.offsets[pair][rows[parent]], self.offsets[pair][rows[parent] + 1]
            rows[child] = _stretches(starts, ends - starts)
            counts[pair] = iter((ends - starts).tolist())
        fields = field_columns(self.declared)
        parts = {entity: iter(self._rows(entity, own, fields[entity])) for entity, own in rows.items()}

        def below(parent: str, child: str) -> list[Plain]:
            return list(islice(parts[child], next(counts[parent, child])))

        return [_assembled(candidate, below) for candidate in parts["candidate"]]

    def _rows(self, entity: str, rows: Places, fields: list[FieldColumn]) -> list[Plain]:
        parts: list[Plain] = [{} for _ in range(len(rows))]
        sheet = self.sheets[entity].take(rows)
        for field in fields:
            if field.column in sheet.arrays:
                values = _plain_values(sheet.arrays[field.column], field.kind)
                for row, value in zip(parts, values, strict=True):
                    if value is not None or field.name == "id":
                        _part_of(row, field)[field.name] = value
        if entity == "candidate" and NOW in sheet.arrays:
            for row, value in zip(parts, _plain_values(sheet.arrays[NOW], MomentKind()), strict=True):
                row[NOW] = value
        if entity == "candidate":
            for name in HANDLED:
                if name in sheet.arrays:
                    for row, text in zip(parts, plain(sheet.arrays[name]), strict=True):
                        row[name] = _decoded(text)
        return parts


def _decoded(text: str | None) -> Any:
    """What a text says as JSON; the text itself where it is no JSON, which the reader then refuses."""
    try:
        return None if text is None else msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


def _part_of(row: Plain, field: FieldColumn) -> Plain:
    """The part of a row that holds a field. The parameters of a case are held by its candidate here."""
    if field.parameter is not None:
        part: Plain = row.setdefault(_PARAMETERS, {})
    else:
        part = row.setdefault("custom", {}) if field.custom else row
    return part


def _stretches(starts: Places, counts: Places) -> Places:
    """The rows of all stretches, concatenated."""
    before = np.cumsum(counts) - counts
    return np.repeat(starts - before, counts) + np.arange(int(counts.sum()))


def _assembled(candidate: Plain, below: Callable[[str, str], list[Plain]]) -> Plain:
    """A case assembled from its parts. ``below`` gives the parts of the next row."""
    now, parameters = candidate.pop(NOW, None), candidate.pop(_PARAMETERS, None)
    handled = {name: candidate.pop(name, None) for name in HANDLED}
    applications = below("candidate", "application")
    for application in applications:
        for offer in below("application", "offer"):
            application.setdefault("offer", offer)
        application["people"] = below("application", "person")
        application["interviews"] = below("application", "interview")
        application["messages"] = below("application", "message")
        for interview in application["interviews"]:
            interview["interviewers"] = below("interview", "interviewer")
    case: Plain = {"candidate": candidate, "applications": applications}
    if parameters is not None:
        case[_PARAMETERS] = parameters
    case |= {name: entries for name, entries in handled.items() if entries is not None}
    return case if now is None else {NOW: now, **case}


def _has_long_text(value: Any, longest: int) -> bool:
    match value:
        case str():
            return len(value) > longest
        case dict():
            return any(_has_long_text(item, longest) for item in value.values())
        case list():
            return any(_has_long_text(item, longest) for item in value)
        case _:
            return False


def _node(value: Any) -> Node:
    """Plain data as a node, as read from JSON."""
    match value:
        case dict():
            return MappingNode(tuple((_node(key), _node(item)) for key, item in value.items()), _NOWHERE)  # type: ignore[misc]
        case list():
            return SequenceNode(tuple(map(_node, value)), _NOWHERE)
        case str():
            return Scalar(value, False, _NOWHERE)
        case bool() | None:
            return Scalar({True: "true", False: "false", None: "null"}[value], True, _NOWHERE)
        case float() if math.isinf(value):  # no number in JSON, but what the reader would refuse there
            return Scalar("1e400", True, _NOWHERE)
        case _:
            return Scalar(msgspec.json.encode(value).decode(), True, _NOWHERE)


def _plain_values(array: pa.Array, kind: Kind) -> list[Any]:
    """The values of a field. Of moments in texts nothing below a microsecond is left, which msgspec would round up."""
    values = plain(array)
    if not isinstance(kind, MomentKind):
        return values
    return [_FINER.sub(r"\1", value) if isinstance(value, str) else value for value in values]


def plain(array: pa.Array) -> list[Any]:
    """The values of an array, as in the JSON of a case."""
    type_ = array.type
    if pa.types.is_timestamp(type_):
        return _converted(
            array, np.int64, lambda ticks: _moment(ticks // _PER_SECOND[type_.unit], "Z" if type_.tz else "")
        )
    if pa.types.is_duration(type_):
        return _converted(array, np.int64, lambda ticks: f"{ticks // _PER_SECOND[type_.unit] / MINUTE:.3f} minutes")
    if pa.types.is_time(type_):
        width = np.int32 if pa.types.is_time32(type_) else np.int64
        return _converted(array, width, lambda ticks: _day_time(*divmod(ticks, _PER_SECOND[type_.unit])))
    if pa.types.is_date(type_):
        return _converted(array, np.int32, lambda days: _moment(days * DAY, "")[:10])
    if pa.types.is_floating(type_):
        return [None if value is not None and math.isnan(value) else value for value in array.to_pylist()]
    if pa.types.is_decimal(type_):  # of whole numbers; others are floats by now
        return [None if value is None else int(value) for value in array.to_pylist()]
    if pa.types.is_dictionary(type_) or pa.types.is_list(type_):
        array = as_texts(array)
    return list(array.to_pylist())


def _converted(array: pa.Array, type_: Any, convert: Any) -> list[Any]:
    known = array.is_valid().to_pylist()
    return [
        convert(value) if there else None for value, there in zip(numbers(array, type_).tolist(), known, strict=True)
    ]


def _moment(seconds: int, offset: str) -> str:
    """The moment in ISO 8601. Outside of the years 1 to 9999 it is a text that the reader refuses."""
    try:
        return (_EPOCH + timedelta(seconds=seconds)).isoformat() + offset
    except OverflowError:
        return f"{seconds} seconds after 1970"


def _day_time(seconds: int, rest: int) -> str:
    """The time in ISO 8601. Seconds are written only if they are not zero; the reader then refuses them."""
    if not 0 <= seconds < DAY:
        return f"{seconds} seconds after midnight"
    whole = time(seconds // 3600, seconds // 60 % 60, seconds % 60, 1 if rest else 0)
    return whole.isoformat() if rest or seconds % MINUTE else whole.isoformat("minutes")
