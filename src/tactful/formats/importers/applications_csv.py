"""A table of applications: CSV with a header and an application in each row."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from typing import Final, get_args

from tactful.facts.places import country_exists, country_message, time_zone_exists, time_zone_help
from tactful.facts.reading.limits import CaseLimits
from tactful.facts.reading.moments import parse_date, parse_moment
from tactful.facts.shape import ApplicationStatus, ContactPolicy, Preference, Role
from tactful.formats.importers.feeds import short
from tactful.formats.importers.items import Application, Items, Log
from tactful.formats.importers.merge.ids import slug
from tactful.source.codes.case import TooMany
from tactful.source.codes.imports import BrokenFile, WrongImportValue
from tactful.source.diagnostics import Span
from tactful.source.nodes import span_at
from tactful.source.suggest import did_you_mean


def _one_of(kind: object) -> Callable[[str], str | None]:
    values = get_args(kind)
    listed = ", ".join(f"`{value}`" for value in values)
    return lambda text: None if text in values else did_you_mean(text, values) or f"the values are {listed}"


def _deadline(text: str) -> str | None:
    valid = parse_date(text) is not None or parse_moment(text) is not None
    return None if valid else "write a day, such as `2026-11-27`, or a moment, such as `2026-11-27T17:00:00-05:00`"


def _zone(text: str) -> str | None:
    return None if time_zone_exists(text) else time_zone_help(text)


def _country(text: str) -> str | None:
    return None if country_exists(text) else country_message(text)[1]


def _email(text: str) -> str | None:
    return None if "@" in text.strip("@") and " " not in text else "write one address, such as `dana@example.com`"


def _any(text: str) -> str | None:
    return None


#: A check of each column's values, which returns what to write instead, or ``None`` where the value is right.
APPLICATION: Final[dict[str, Callable[[str], str | None]]] = {
    "id": _any,
    "company": _any,
    "role": _any,
    "status": _one_of(ApplicationStatus),
    "reply_by": _deadline,
    "contact_policy": _one_of(ContactPolicy),
    "country": _country,
    "time_zone": _zone,
}
#: Columns about one person of the application.
PERSON: Final[dict[str, Callable[[str], str | None]]] = {
    "person_name": _any,
    "person_email": _email,
    "person_role": _one_of(Role),
    "person_prefers": _one_of(Preference),
}
_COLUMNS: Final = {**APPLICATION, **PERSON}
#: The longest allowed value, in characters, and the most columns of a table.
_LONGEST: Final = CaseLimits().text
_WIDEST: Final = 200


def read(text: str, name: str, log: Log) -> Items:
    """Read the applications of a table. All mistakes go to ``log``, with their lines."""
    rows = _rows(text, name, log)
    header, where = next(rows, ([], span_at(text, 0, 0, name)))
    if len(header) > _WIDEST:
        log.mistake(BrokenFile, where, f"the table has more than {_WIDEST} columns", "remove those you do not need")
        return ()
    columns = [title.strip().lower().replace(" ", "_") for title in header]
    if "id" not in columns and "company" not in columns:
        help_ = f"name the columns in the first line: {', '.join(_COLUMNS)}"
        log.mistake(BrokenFile, where, "the table has neither a column `id` nor a column `company`", help_)
        return ()
    for column in sorted({column for column in columns if columns.count(column) > 1}):
        log.mistake(BrokenFile, where, f"duplicate column `{short(column)}`")
    for column in dict.fromkeys(columns):
        if column not in _COLUMNS:
            help_ = did_you_mean(column, _COLUMNS) or f"the columns are {', '.join(_COLUMNS)}"
            log.not_understood(where, f"the unknown column `{short(column)}` is skipped", help_)
    applications: dict[str, Application] = {}
    most = CaseLimits().applications
    for values, span in rows:
        if not any(value.strip() for value in values):
            continue
        if len(values) != len(columns):
            message = f"the row has {len(values)} values, but the header has {len(columns)}"
            log.mistake(BrokenFile, span, message, "put values with commas in double quotes")
            continue
        application = _application(dict(zip(columns, (value.strip() for value in values), strict=True)), span, log)
        if application is None:
            continue
        if len(applications) == most and application.id not in applications:
            log.mistake(TooMany, span, f"the table has more than {most} applications", "split it")
            break
        first = applications.setdefault(application.id, application)
        if first is not application:
            where_first = f"the first one is in line {first.span.line}"
            log.mistake(BrokenFile, span, f"duplicate application `{short(application.id)}`", where_first)
    return tuple(applications.values())


def _rows(text: str, name: str, log: Log) -> Iterator[tuple[list[str], Span]]:
    """The rows, each with the line where it begins. A row may span several lines."""
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    reader = csv.reader(iter(lines), strict=True)
    while True:
        no = reader.line_num
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            at = max(1, reader.line_num)
            span = Span(name, starts[at - 1], starts[at - 1] + 1, at, 1)
            log.mistake(BrokenFile, span, f"this is not CSV: {error}", "look for a quote that is not closed")
            return
        if row:
            yield row, Span(name, starts[no], max(starts[no] + 1, starts[no + 1] - 1), no + 1, 1)


def _application(row: dict[str, str], span: Span, log: Log) -> Application | None:
    valid = True
    for column, value in row.items():
        if column not in _COLUMNS or not value:
            continue
        help_ = "shorten it" if len(value) > _LONGEST else _COLUMNS[column](value)
        if help_ is not None:
            log.mistake(WrongImportValue, span, f"`{column}` cannot be `{short(value)}`", help_)
            valid = False
    id_ = row.get("id") or slug(row.get("company", ""))
    if not id_:
        log.mistake(WrongImportValue, span, "the row has neither an id nor a company", "give it one of the two")
        return None
    if not valid:
        return None
    fields = tuple((key, row[key]) for key in APPLICATION if key != "id" and row.get(key))
    person = tuple((key.removeprefix("person_"), row[key]) for key in PERSON if row.get(key))
    return Application(id=id_, span=span, fields=fields, person=person)
