"""The case of one candidate, made again from the tables: what JSON would have given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

import msgspec
import numpy as np
import pyarrow as pa

from tactful.calendars import Calendars
from tactful.facts.custom import CustomFields
from tactful.facts.limits import CaseLimits
from tactful.facts.read import read_case
from tactful.facts.rows import Case
from tactful.tables.arrays import numbers
from tactful.tables.columns import Places
from tactful.tables.schema import NOW, FieldColumn, field_columns
from tactful.tables.sheets import Sheet, as_texts
from tactful.values import MINUTE

Plain = dict[str, Any]
_PER_SECOND: Final = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_EPOCH: Final = datetime(1970, 1, 1)
_PARTS: Final = {"person": "people", "interview": "interviews", "message": "messages"}
#: Bytes, depth and values are bounds on texts, and there is none here.
_NO_BOUND: Final = 1 << 50


@dataclass(frozen=True, slots=True)
class Restorer:
    """Makes cases again from sheets whose rows are in the order of their parents; ``offsets`` as in ``Columns``."""

    sheets: Mapping[str, Sheet]
    offsets: Mapping[tuple[str, str], Places]
    calendars: Calendars
    custom: CustomFields
    limits: CaseLimits
    now: int | None

    def case(self, candidate: int) -> Case:
        """The case of the candidate in a row. Raises :class:`InvalidInput` with all of its mistakes."""
        limits = msgspec.structs.replace(self.limits, bytes=_NO_BOUND)
        return read_case(
            self.plain(candidate), calendars=self.calendars, custom=self.custom, limits=limits, now=self.now
        )

    def id(self, candidate: int) -> str:
        """What the candidate is called."""
        (id_,) = plain(self.sheets["candidate"].arrays["candidate_id"][candidate : candidate + 1])
        return str(id_)

    def plain(self, candidate: int) -> Plain:
        """The case as plain data, as it would be written in JSON."""
        fields = field_columns(self.custom)

        def below(parent: str, row: int, entity: str) -> tuple[int, list[Plain]]:
            first, after = self.offsets[parent, entity][row : row + 2].tolist()
            return first, self._rows(entity, first, after, fields[entity])

        first, applications = below("candidate", candidate, "application")
        for no, application in enumerate(applications, start=first):
            offers = below("application", no, "offer")[1]
            application |= {"offer": offers[0]} if offers else {}
            for entity, part in _PARTS.items():
                start, application[part] = below("application", no, entity)
                if entity == "interview":
                    for at, interview in enumerate(application[part], start=start):
                        interview["interviewers"] = below("interview", at, "interviewer")[1]
        case: Plain = {
            "candidate": self._rows("candidate", candidate, candidate + 1, fields["candidate"])[0],
            "applications": applications,
        }
        nows = self.sheets["candidate"].arrays.get(NOW)
        return case if nows is None else {"now": plain(nows[candidate : candidate + 1])[0], **case}

    def _rows(self, entity: str, first: int, after: int, fields: list[FieldColumn]) -> list[Plain]:
        found: list[Plain] = [{} for _ in range(after - first)]
        arrays = self.sheets[entity].arrays
        for field in fields:
            if field.column in arrays:
                for row, value in zip(found, plain(arrays[field.column][first:after]), strict=True):
                    if value is not None or field.name == "id":
                        (row.setdefault("custom", {}) if field.custom else row)[field.name] = value
        return found


def plain(array: pa.Array) -> list[Any]:
    """Values as a case in JSON has them."""
    type_ = array.type
    if pa.types.is_timestamp(type_):
        return _each(array, np.int64, lambda ticks: _moment(ticks // _PER_SECOND[type_.unit], "Z" if type_.tz else ""))
    if pa.types.is_duration(type_):
        return _each(array, np.int64, lambda ticks: f"{ticks // _PER_SECOND[type_.unit] / MINUTE:.3f} minutes")
    if pa.types.is_time(type_):
        width = np.int32 if pa.types.is_time32(type_) else np.int64
        return _each(array, width, lambda ticks: _day_time(*divmod(ticks, _PER_SECOND[type_.unit])))
    if pa.types.is_date(type_):
        return _each(array, np.int32, lambda days: _moment(days * 86_400, "")[:10])
    if pa.types.is_dictionary(type_) or pa.types.is_list(type_):
        array = as_texts(array)
    return list(array.to_pylist())


def _each(array: pa.Array, type_: Any, made: Any) -> list[Any]:
    known = array.is_valid().to_pylist()
    return [made(one) if there else None for one, there in zip(numbers(array, type_).tolist(), known, strict=True)]


def _moment(seconds: int, offset: str) -> str:
    """The moment in ISO 8601; for one that no calendar has, a text that is refused."""
    try:
        return (_EPOCH + timedelta(seconds=seconds)).isoformat() + offset
    except OverflowError:
        return f"{seconds} seconds after 1970"


def _day_time(seconds: int, rest: int) -> str:
    """The time as it is written, with seconds only where there are any, which no case has."""
    if not 0 <= seconds < 86_400:
        return f"{seconds} seconds after midnight"
    whole = time(seconds // 3600, seconds // 60 % 60, seconds % 60, 1 if rest else 0)
    return whole.isoformat() if rest or seconds % MINUTE else whole.isoformat("minutes")
