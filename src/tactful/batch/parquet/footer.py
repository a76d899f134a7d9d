"""What readers are told of a file: its columns and their types, and where the pages of each row group stand."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Final, NamedTuple

import pyarrow as pa

from tactful.batch.parquet.pages import BY_PLACE, PLAIN, RLE
from tactful.batch.parquet.thrift import Value, byte, flag, int16, int32, int64, list_of, struct, text

_FORMAT: Final = 2
_REQUIRED, _OPTIONAL, _REPEATED = 0, 1, 2
_NOTHING: Final = struct({})


class _Type(NamedTuple):
    """How Parquet names a type: how it is kept, by the name from before there were logical types, and by that of these."""

    kept: int
    converted: int | None = None
    logical: Value | None = None


_BOOLEAN: Final = _Type(0)
_INT16: Final = _Type(1, 16, struct({10: struct({1: byte(16), 2: flag(True)})}))
_INT32: Final = _Type(1)
_MOMENT: Final = _Type(2, 9, struct({8: struct({1: flag(True), 2: struct({1: _NOTHING})})}))
_TEXT: Final = _Type(6, 0, struct({1: _NOTHING}))
_LIST: Final = 3
_A_LIST: Final = struct({3: _NOTHING})
#: How values of a column are encoded, that they are not compressed, and that all is told here.
_AS_THEY_ARE: Final = list_of([int32(PLAIN), int32(RLE)])
_IN_DICTIONARIES: Final = list_of([int32(PLAIN), int32(RLE), int32(BY_PLACE)])
_NOT_PACKED: Final = int32(0)
_HERE: Final = int64(0)


class Placed(NamedTuple):
    """A column of a row group: where its pages begin, how many bytes they have, those with the dictionary, how many values."""

    begin: int
    size: int
    dictionary: int
    values: int


class RowGroup(NamedTuple):
    """Rows that were written together."""

    rows: int
    columns: list[Placed]


def footer(schema: pa.Schema, groups: Sequence[RowGroup]) -> bytes:
    """All that readers are told, with Arrow's own schema beside Parquet's."""
    arrow = struct({1: text("ARROW:schema"), 2: text(b64encode(schema.serialize()))})
    told = [_told(field) for field in schema]
    found = struct(
        {
            1: int32(_FORMAT),
            2: list_of(_elements(schema)),
            3: int64(sum(one.rows for one in groups)),
            4: list_of([_group(no, one, told) for no, one in enumerate(groups)]),
            5: list_of([arrow]),
            6: text(f"tactful version {version('tactful')}"),
        }
    )
    return found.data


def _elements(schema: pa.Schema) -> Iterator[Value]:
    """The columns as a tree, each before what is in it."""
    yield struct({4: text("schema"), 5: int32(len(schema))})
    for field in schema:
        how = _OPTIONAL if field.nullable else _REQUIRED
        if pa.types.is_list(field.type):
            yield struct({3: int32(how), 4: text(field.name), 5: int32(1), 6: int32(_LIST), 10: _A_LIST})
            yield struct({3: int32(_REPEATED), 4: text("list"), 5: int32(1)})
            yield _leaf("element", field.type.value_type, _OPTIONAL)
        else:
            yield _leaf(field.name, field.type, how)


def _leaf(name: str, type_: pa.DataType, how: int) -> Value:
    kept, converted, logical = _type(type_)
    named = None if converted is None else int32(converted)
    return struct({1: int32(kept), 3: int32(how), 4: text(name), 6: named, 10: logical})


def _type(type_: pa.DataType) -> _Type:
    types = pa.types
    if types.is_timestamp(type_):
        return _MOMENT
    if types.is_boolean(type_):
        return _BOOLEAN
    if types.is_integer(type_):
        return _INT16 if type_.bit_width == 16 else _INT32
    return _TEXT


def check_types(schema: pa.Schema) -> None:
    """Raise ``pyarrow.ArrowNotImplementedError`` where a column has a type that is not written here."""
    for field in schema:
        type_ = field.type
        if not (_is_simple(type_) or (pa.types.is_list(type_) and type_.value_type == pa.int32())):
            raise pa.ArrowNotImplementedError(
                f"the column {field.name} is of the type {type_}, which is not written here"
            )


def _is_simple(type_: pa.DataType) -> bool:
    if pa.types.is_dictionary(type_):
        return bool(type_.value_type == pa.string())
    moment = pa.types.is_timestamp(type_) and type_.unit == "s" and type_.tz == "UTC"
    return moment or type_ in (pa.string(), pa.bool_(), pa.int16(), pa.int32())


class _Told(NamedTuple):
    """What is the same of a column in all row groups."""

    kept: Value
    path: Value


def _told(field: pa.Field) -> _Told:
    is_list = pa.types.is_list(field.type)
    path = (field.name, "list", "element") if is_list else (field.name,)
    return _Told(int32(_type(field.type.value_type if is_list else field.type).kept), list_of(map(text, path)))


def _group(no: int, group: RowGroup, told: Sequence[_Told]) -> Value:
    sizes = int64(sum(one.size for one in group.columns))
    columns = list_of(map(_column, told, group.columns))
    return struct(
        {1: columns, 2: sizes, 3: int64(group.rows), 5: int64(group.columns[0].begin), 6: sizes, 7: int16(no)}
    )


def _column(told: _Told, placed: Placed) -> Value:
    size = int64(placed.size)
    of_pages = {
        1: told.kept,
        2: _IN_DICTIONARIES if placed.dictionary else _AS_THEY_ARE,
        3: told.path,
        4: _NOT_PACKED,
        5: int64(placed.values),
        6: size,
        7: size,
        9: int64(placed.begin + placed.dictionary),
        11: int64(placed.begin) if placed.dictionary else None,
    }
    return struct({2: _HERE, 3: struct(of_pages)})
