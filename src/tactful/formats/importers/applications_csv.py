"""A table of applications: CSV with a header and an application in each row."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

from tactful.facts.calendars import FIRST_YEAR, LAST_YEAR
from tactful.facts.fields import FieldSpec, given_fields
from tactful.facts.kinds import ChoiceKind, ListKind, MomentKind, YesNoKind, parse_yes_no
from tactful.facts.places import country_exists, country_message, time_zone_exists, time_zone_help
from tactful.facts.reading.limits import CaseLimits
from tactful.facts.reading.moments import parse_date, parse_moment
from tactful.formats.importers.feeds import short
from tactful.formats.importers.items import Application, CellValue, Items, Log, Record
from tactful.formats.importers.merge.ids import digest, folded, made_id
from tactful.formats.importers.written import is_address
from tactful.source.codes.case import TooMany
from tactful.source.codes.imports import BrokenFile, WrongImportValue
from tactful.source.diagnostics import Span
from tactful.source.nodes import span_at
from tactful.source.suggest import did_you_mean

#: Says what to write instead of a cell's text; ``None`` where the text is right.
Check = Callable[[str], str | None]


def _one_of(values: tuple[str, ...]) -> Check:
    listed = ", ".join(f"`{value}`" for value in values)
    return lambda text: None if text in values else did_you_mean(text, values) or f"the values are {listed}"


def _some_of(values: tuple[str, ...]) -> Check:
    check = _one_of(values)
    return lambda text: next((help_ for word in _words(text) if (help_ := check(word)) is not None), None)


def _words(text: str) -> tuple[str, ...]:
    """The words of a cell that holds several."""
    return tuple(dict.fromkeys(word for word in _BETWEEN_WORDS.split(text) if word))


def _yes_no(text: str) -> str | None:
    return "write `yes` or `no`" if parse_yes_no(text) is None else None


#: A day as people in Europe and America write it: the order of day and month is ambiguous.
_DAY_AND_MONTH: Final = re.compile(r"\d{1,2}([./-])\d{1,2}\1(\d{4}|\d{2})")
#: A day as Excel counts it: days since 1900, from 1954 to 2173.
_SERIAL: Final = re.compile(r"[2-9]\d{4}(\.\d+)?")
_BETWEEN_WORDS: Final = re.compile(r"[,;/|\s]+")
#: An order of day, month and year in a heading: ``reply_by (dd.mm.yyyy)``.
_ORDER: Final = re.compile(
    r"(?P<column>.*?)\s*\((?P<first>dd?|mm?|yyyy)(?P<mark>[./ -])(?P<second>dd?|mm?)(?P=mark)(?P<third>dd?|yyyy)\)"
)


def _moment(text: str) -> str | None:
    when = parse_date(text) or parse_moment(text)
    if when is not None:
        possible = FIRST_YEAR < when.year < LAST_YEAR
        return None if possible else f"years go from {FIRST_YEAR + 1} to {LAST_YEAR - 1}"
    if _DAY_AND_MONTH.fullmatch(text):
        return "write the day as `2026-12-31`, or its order into the heading, such as `reply_by (dd.mm.yyyy)`"
    if _SERIAL.fullmatch(text):
        return "this is Excel's number of a day: format the column as yyyy-mm-dd before you save the table"
    return "write a day, such as `2026-11-27`, or a moment, such as `2026-11-27T17:00:00-05:00`"


def _zone(text: str) -> str | None:
    return None if time_zone_exists(text) else time_zone_help(text)


def _country(text: str) -> str | None:
    return None if country_exists(text) else country_message(text)[1]


def _email(text: str) -> str | None:
    return None if is_address(text) else "write one address, such as `dana@example.com`"


def _any(text: str) -> str | None:
    return None


#: Fields that are texts with rules of their own.
_TEXTS: Final[dict[str, Check]] = {"country": _country, "time_zone": _zone, "email": _email}


def _check(spec: FieldSpec) -> Check:
    """The check of a field's values, which returns what to write instead, or ``None`` where the value is right."""
    match spec.kind:
        case ChoiceKind(values=words):
            return _one_of(words)
        case ListKind(values=words):
            return _some_of(words)
        case YesNoKind():
            return _yes_no
        case MomentKind():
            return _moment
        case _:
            return _TEXTS.get(spec.name, _any)


def _columns(entity: str, *names: str, prefix: str = "") -> dict[str, FieldSpec]:
    """The columns for some fields of an entity, or for all."""
    fields = given_fields()[entity]
    return {f"{prefix}{name}": fields[name] for name in names or fields}


#: The columns of a table, each with its field: those of the application, of its offer, and of one of its people.
APPLICATION: Final = _columns(
    *("application", "id", "company", "role", "status", "applied_at", "internal", "preferred", "second_thoughts"),
    *("reply_by", "next_step", "next_step_said_at", "signals", "keep_in_touch", "reapply_from", "contact_policy"),
    *("thanks_direct", "country", "time_zone"),
)
OFFER: Final = _columns("offer", prefix="offer_")
PERSON: Final = _columns("person", "name", "email", "role", "relation", "prefers", prefix="person_")
_COLUMNS: Final = {**APPLICATION, **OFFER, **PERSON}
#: The columns in messages. There are too many to list them all.
_NAMES: Final = f"{', '.join(APPLICATION)}; offer_received_at and others of the offer; {', '.join(PERSON)}"
_CHECKS: Final = {column: _check(spec) for column, spec in _COLUMNS.items()}
#: The longest allowed value, in characters, and the most columns of a table.
_LONGEST: Final = CaseLimits().text
_WIDEST: Final = 200
_SEPARATORS: Final = ",;\t"
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


class _Column(Record, frozen=True):
    """A column: its name, empty where it has no heading, and its order of day, month and year, as in ``dmy``."""

    name: str
    order: str = ""


class _Row(Record, frozen=True):
    """A row of a table: its values by the names of the columns, and its place."""

    values: dict[str, str]
    span: Span

    @property
    def key(self) -> tuple[str, ...]:
        """The key of a row without an id: its company."""
        return tuple(folded(self.values.get("company", "")))

    @property
    def role(self) -> tuple[str, ...]:
        """The job, for comparing."""
        return tuple(folded(self.values.get("role", "")))


def looks_like_table(text: str) -> bool:
    """Whether the first line has a column of applications, or commas."""
    lines = _lines(text)
    separator, skipped = _separator(lines)
    header = lines[skipped] if skipped < len(lines) else ""
    return "," in header or any(_column(title).name in _COLUMNS for title in _split(header, separator))


def read(text: str, name: str, log: Log) -> Items:
    """Read the applications of a table. All mistakes go to ``log``, with their lines."""
    rows = _rows(text, name, log)
    header, where = next(rows, ([], span_at(text, 0, 0, name)))
    columns = [_column(title) for title in header]
    if not _header_is_right(columns, where, log):
        return ()
    table = []
    for values, span in rows:
        row = _row(values, columns, span, log)
        if row is not None:
            table.append(row)
    if not table and not log.mistakes:
        log.not_understood(where, "the table has no rows")
    return _applications(table, log)


def _column(title: str) -> _Column:
    """The column of a heading. Capitals and spaces make no difference."""
    plain = " ".join(title.lower().split())
    order = _ORDER.fullmatch(plain)
    if order is None:
        return _Column(name=plain.replace(" ", "_"))
    letters = "".join(order[part][0] for part in ("first", "second", "third"))
    if sorted(letters) != ["d", "m", "y"]:
        return _Column(name=plain.replace(" ", "_"))
    return _Column(name=order["column"].replace(" ", "_"), order=letters)


def _header_is_right(columns: list[_Column], where: Span, log: Log) -> bool:
    """Whether the table can be read by its header. Mistakes and skipped columns go to ``log``."""
    names = [column.name for column in columns if column.name]
    if len(names) > _WIDEST:
        log.mistake(BrokenFile, where, f"the table has more than {_WIDEST} columns", "remove those you do not need")
        return False
    if "id" not in names and "company" not in names:
        help_ = f"name the columns in the first line: {_NAMES}"
        log.mistake(BrokenFile, where, "the table has neither a column `id` nor a column `company`", help_)
        return False
    for name, count in sorted(Counter(names).items()):
        if count > 1:
            log.mistake(BrokenFile, where, f"duplicate column `{short(name)}`")
    for name in dict.fromkeys(names):
        if name not in _COLUMNS:
            help_ = did_you_mean(name, _COLUMNS) or f"the columns are {_NAMES}"
            log.not_understood(where, f"the unknown column `{short(name)}` is skipped", help_)
    return True


def _row(values: list[str], columns: list[_Column], span: Span, log: Log) -> _Row | None:
    """A row by its columns. Empty values beyond the header, and missing ones without a heading, do not count."""
    width = max((no for no, column in enumerate(columns, start=1) if column.name), default=0)
    if len(values) > len(columns) and not any(values[len(columns) :]):
        values = values[: len(columns)]
    if width <= len(values) < len(columns):
        values = values + [""] * (len(columns) - len(values))
    if len(values) != len(columns):
        message = f"the row has {len(values)} values, but the header has {len(columns)}"
        log.mistake(BrokenFile, span, message, "put values with commas in double quotes")
        return None
    for no, (column, value) in enumerate(zip(columns, values, strict=True), start=1):
        if value and not column.name:
            log.not_understood(span, f"column {no} has no heading and is skipped", "give it a heading")
    pairs = zip(columns, values, strict=True)
    return _Row(
        values={column.name: _in_order(value, column.order) for column, value in pairs if column.name}, span=span
    )


def _in_order(text: str, order: str) -> str:
    """A day that is written in the order of the heading, as ISO 8601 has it; other texts as they are."""
    parts = re.split(r"[./ -]", text)
    if not order or len(parts) != len(order) or not all(part.isascii() and part.isdigit() for part in parts):
        return text
    numbers = dict(zip(order, parts, strict=True))
    if len(numbers["y"]) != 4 or len(numbers["m"]) > 2 or len(numbers["d"]) > 2:
        return text
    try:
        return date(int(numbers["y"]), int(numbers["m"]), int(numbers["d"])).isoformat()
    except ValueError:
        return text


def _applications(table: list[_Row], log: Log) -> Items:
    """An application for each row."""
    ids = _ids(table)
    applications: dict[str, Application] = {}
    most = CaseLimits().applications
    for row, id_ in zip(table, ids, strict=True):
        application = _application(row, id_, log)
        if application is None:
            continue
        if len(applications) == most and application.id not in applications:
            log.mistake(TooMany, row.span, f"the table has more than {most} applications", "split it")
            break
        first = applications.setdefault(application.id, application)
        if first is not application:
            help_ = f"the first one is in line {first.span.line}"
            if not application.has_id:
                help_ += "; add a column `id`, or different jobs in a column `role`"
            log.mistake(BrokenFile, row.span, f"duplicate application `{short(application.id)}`", help_)
    return tuple(applications.values())


def _ids(table: list[_Row]) -> list[str]:
    """The id of each row: its own, else one made from the company, and from the job where a company has several."""
    jobs: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for row in table:
        if not row.values.get("id"):
            jobs.setdefault(row.key, set()).add(row.role)
    several = {key for key, roles in jobs.items() if len(roles) > 1 and () not in roles}
    meanings: dict[str, set[str]] = {}
    ids = []
    for row in table:
        id_, meaning = row.values.get("id", ""), str((row.key, row.role if row.key in several else ()))
        if not id_ and row.key:
            id_ = made_id("company", row.values["company"])
            if row.key in several:
                id_ = f"{id_}-{made_id('job', row.values['role'])}"
            meanings.setdefault(id_, set()).add(meaning)
        ids.append((id_, meaning))
    return [
        id_ if row.values.get("id") or len(meanings.get(id_, ())) < 2 else f"{id_}-{digest(meaning)}"
        for row, (id_, meaning) in zip(table, ids, strict=True)
    ]


def _rows(text: str, name: str, log: Log) -> Iterator[tuple[list[str], Span]]:
    """The rows, each with the line where it begins. A row may span several lines; spaces in values are made one."""
    lines = _lines(text)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    separator, skipped = _separator(lines)
    reader = csv.reader(iter(lines[skipped:]), strict=True, delimiter=separator)
    while True:
        no = reader.line_num + skipped
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            end = starts[no + 1] if no + 1 < len(starts) else starts[-1]
            span = Span(name, starts[no], max(starts[no] + 1, end - 1), no + 1, 1)
            help_ = "look for a quote that is not closed in this row"
            log.mistake(BrokenFile, span, f"this is not CSV: {error}", help_)
            return
        values = [" ".join(value.split()) for value in row]
        if any(values):
            yield values, Span(name, starts[no], max(starts[no] + 1, starts[no + 1] - 1), no + 1, 1)


def _lines(text: str) -> list[str]:
    """The lines as CSV has them. Other characters that Unicode takes for line ends belong to the values."""
    return _LINE.findall(text)


def _separator(lines: list[str]) -> tuple[str, int]:
    """What separates values, and the number of lines before the header: Excel may write a line ``sep=;``."""
    no = next((no for no, line in enumerate(lines) if line.strip()), 0)
    first = lines[no] if lines else ""
    declared = re.fullmatch(r"(?i)\"?sep=([,;\t])\"?\s*", first)
    if declared is not None:
        return declared[1], no + 1

    def known(separator: str) -> int:
        return sum(_column(title).name in _COLUMNS for title in _split(first, separator))

    return max(_SEPARATORS, key=known), no


def _split(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


def _application(row: _Row, id_: str, log: Log) -> Application | None:
    valid = True
    values = row.values
    for column, value in values.items():
        if column not in _COLUMNS or not value:
            continue
        help_ = "shorten it" if len(value) > _LONGEST else _CHECKS[column](value)
        if help_ is not None:
            log.mistake(WrongImportValue, row.span, f"`{column}` cannot be `{short(value)}`", help_)
            valid = False
    if not id_:
        log.mistake(WrongImportValue, row.span, "the row has neither an id nor a company", "give it one of the two")
        return None
    if not valid:
        return None
    return Application(
        id=id_,
        span=row.span,
        fields=tuple(pair for pair in _fields(values, APPLICATION) if pair[0] != "id"),
        offer=tuple(_fields(values, OFFER)),
        person=tuple((key, values[f"person_{key}"]) for key, _ in _fields(values, PERSON)),
        has_id=bool(values.get("id")),
    )


def _fields(values: dict[str, str], columns: dict[str, FieldSpec]) -> Iterator[tuple[str, CellValue]]:
    """The fields that a row gives, by their names in a case."""
    return ((spec.name, _value(values[key], spec)) for key, spec in columns.items() if values.get(key))


def _value(text: str, spec: FieldSpec) -> CellValue:
    """The value of a cell as a case has it. What happened on a day has happened since that day began."""
    match spec.kind:
        case YesNoKind():
            return bool(parse_yes_no(text))
        case ListKind():
            return _words(text)
        case MomentKind() if not spec.deadline and parse_date(text) is not None:
            return f"{text}T00:00:00"
        case _:
            return text
