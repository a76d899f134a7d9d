"""Check the names and types of the given tables, and turn each of their columns into an array."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from tactful.columns.columns import Places
from tactful.columns.tables.schema import KEYS, TABLE_OF, FieldColumn, column_names, field_columns
from tactful.facts.kinds import DayTimeKind, DurationKind, ListKind, MomentKind, NumberKind, TextKind, YesNoKind
from tactful.facts.reading.custom import Declared
from tactful.source.codes.case import MissingFact, UnknownFact, WrongType
from tactful.source.codes.text import DuplicateKey
from tactful.source.diagnostics import Diagnostic, InvalidInput
from tactful.source.suggest import did_you_mean


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of an entity. Columns without any known value are left out."""

    entity: str
    size: int
    arrays: Mapping[str, pa.Array]

    def take(self, rows: Places) -> Sheet:
        """Some of the rows, in their order."""
        where = pa.array(rows)
        return Sheet(self.entity, len(rows), {name: array.take(where) for name, array in self.arrays.items()})


def sheets_of(tables: Mapping[str, pa.Table], declared: Declared) -> dict[str, Sheet]:
    """The tables of all entities. Raises :class:`InvalidInput` if names or types of tables or columns are wrong."""
    problems: list[Diagnostic] = []
    names = {table: entity for entity, table in TABLE_OF.items()}
    for unknown in sorted(set(tables) - set(names)):
        help_ = did_you_mean(unknown, names) or "the tables are " + ", ".join(f"`{name}`" for name in names)
        problems.append(UnknownFact.at(None, f"there is no table `{unknown}`", help_, unknown))
    if "candidates" not in tables:
        help_ = "give it, with one row for each candidate"
        problems.append(MissingFact.at(None, "the table `candidates` is missing", help_, "candidates"))
    sheets = {}
    for entity, fields in field_columns(declared).items():
        table = tables.get(TABLE_OF[entity])
        if table is None:
            texts = {name: pa.array([], pa.string()) for name in KEYS[entity]}
            sheets[entity] = Sheet(entity, 0, texts)
        else:
            problems += _problems(entity, table.schema, fields)
            sheets[entity] = Sheet(entity, table.num_rows, {} if problems else _arrays(entity, table))
    if problems:
        raise InvalidInput(problems)
    return sheets


def _arrays(entity: str, table: pa.Table) -> dict[str, pa.Array]:
    """An array for each key and for each other column whose type is not null."""
    arrays = {}
    for name, column in zip(table.column_names, table.columns, strict=True):
        if pa.types.is_null(column.type):
            if name in KEYS[entity]:
                arrays[name] = pa.nulls(len(column), pa.string())
        else:
            arrays[name] = _plain(column.chunk(0) if column.num_chunks == 1 else _joined(column))
    return arrays


def _joined(column: pa.ChunkedArray) -> pa.Array:
    array = column.combine_chunks()
    return pa.concat_arrays(array.chunks) if isinstance(array, pa.ChunkedArray) else array


def _plain(array: pa.Array) -> pa.Array:
    """The array cast to the simplest type for its values."""
    types = pa.types
    if types.is_dictionary(array.type) and array.dictionary.null_count:
        array = array.dictionary_decode()
    type_ = simple_type(array.type)
    if type_ is array.type:
        return array
    if types.is_list_view(array.type) or types.is_large_list_view(array.type):
        return pa.array(array.to_pylist(), type_)  # Arrow's cast of views that are not in order is wrong
    return array.cast(type_, safe=not types.is_date64(array.type))


def simple_type(type_: pa.DataType) -> pa.DataType:
    """The type as which columns of a type are read, because Arrow has several types for texts, numbers and lists."""
    types = pa.types
    if types.is_large_string(type_) or types.is_string_view(type_):
        return pa.string()
    if types.is_dictionary(type_) and not types.is_string(type_.value_type):
        inner = simple_type(type_.value_type)
        return pa.dictionary(type_.index_type, inner) if types.is_string(inner) else inner
    if types.is_float16(type_) or (types.is_decimal(type_) and type_.scale > 0):
        return pa.float64()
    if types.is_date64(type_):
        return pa.date32()
    if _is_list(type_):
        inner = pa.string() if types.is_null(type_.value_type) else simple_type(type_.value_type)
        if not types.is_list(type_) or inner is not type_.value_type:
            return pa.list_(inner)
    return type_


def _is_list(type_: pa.DataType) -> bool:
    types = pa.types
    plain = types.is_list(type_) or types.is_large_list(type_) or types.is_fixed_size_list(type_)
    return bool(plain or types.is_list_view(type_) or types.is_large_list_view(type_))


# --- names and types ---


def _problems(entity: str, schema: pa.Schema, fields: list[FieldColumn]) -> Iterator[Diagnostic]:
    table, known, names = TABLE_OF[entity], column_names(entity, fields), schema.names
    kinds, types = {field.column: field for field in fields}, schema.types
    for name in KEYS[entity]:
        if name not in names:
            yield MissingFact.at(None, f"`{table}` has no column `{name}`", "add it: rows are identified by it", table)
    for no, name in enumerate(names):
        path = f"{table}.{name}"
        if name not in known:
            help_ = did_you_mean(name, known) or "extra facts have to be declared under `custom_facts` in the pack"
            yield UnknownFact.at(None, f"`{table}` has no column `{name}`", help_, path)
        elif names.count(name) > 1:
            yield DuplicateKey.at(None, f"`{table}` has two columns `{name}`", "leave one out", path)
        elif (wanted := _unfit(entity, types[no], name, kinds.get(name))) is not None:
            yield WrongType.at(None, f"`{name}` cannot be read from {types[no]}", f"make it {wanted}", path)


def _unfit(entity: str, type_: pa.DataType, name: str, field: FieldColumn | None) -> str | None:
    """The expected type of a column, in words, if values cannot be read from its type; otherwise ``None``."""
    types = pa.types
    if types.is_null(type_):
        return None
    if types.is_dictionary(type_) and not _is_text(type_):
        type_ = type_.value_type
    kind = TextKind() if name in KEYS[entity] else MomentKind() if field is None else field.kind
    match kind:
        case YesNoKind():
            return None if types.is_boolean(type_) else "boolean"
        case NumberKind():
            fits = types.is_integer(type_) or types.is_floating(type_) or types.is_decimal(type_)
            return None if fits else "a number (int64, float64)"
        case MomentKind():
            day = field is not None and field.deadline and types.is_date(type_)
            fits = types.is_timestamp(type_) or day or _is_text(type_)
            return None if fits else "a timestamp with a time zone, or text in ISO 8601"
        case DurationKind():
            return None if types.is_duration(type_) or _is_text(type_) else "text such as `2 weeks`, or a duration"
        case DayTimeKind():
            return None if types.is_time(type_) or _is_text(type_) else "a time, or text such as `09:00`"
        case ListKind():
            fits = _is_list(type_) and (types.is_null(type_.value_type) or _is_text(type_.value_type))
            return None if fits else "a list of strings"
        case _:
            return None if _is_text(type_) else "text (string, or a dictionary of strings)"


def _is_text(type_: pa.DataType) -> bool:
    types = pa.types
    if types.is_dictionary(type_):
        return _is_text(type_.value_type) and not types.is_dictionary(type_.value_type)
    return bool(types.is_string(type_) or types.is_large_string(type_) or types.is_string_view(type_))


def as_texts(array: pa.Array) -> pa.Array:
    """An array of strings, or of lists of them, without a dictionary."""
    if pa.types.is_list(array.type):
        return array.cast(pa.list_(pa.string()))
    return pc.cast(array, pa.string()) if pa.types.is_dictionary(array.type) else array
