"""The content of a folder of Parquet, from the files' footers: tables, their files, and their row groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tactful.batch.folder.find import FoundTable
from tactful.columns.tables.sheets import simple_type
from tactful.source.codes.batches import UnreadableInput
from tactful.source.diagnostics import InvalidInput

#: The column by which the rows of all tables are joined.
KEY: Final = "candidate_id"
#: Parquet's old type for moments. It has no time zone and means UTC.
_OLD_MOMENT: Final = "INT96"
_INSTANT: Final = pa.timestamp("us", tz="UTC")
#: How many characters of a reason are repeated.
_SHOWN: Final = 200


class Group(msgspec.Struct, frozen=True, gc=False):
    """A row group of a file. All its ids lie from ``low`` to ``high``; ``None``: the bound is unknown.

    ``no`` is its number among all row groups of the table, ``index`` its number in the file.
    """

    no: int
    path: str
    index: int
    rows: int
    low: str | None
    high: str | None


#: Row groups in a sequence whose ids ascend, as far as the footers show.
Stream = tuple[Group, ...]


class TableFiles(msgspec.Struct, frozen=True):
    """A table of the input: its files, in the order of their names, and its row groups."""

    name: str
    files: tuple[str, ...]
    #: The columns of all files together.
    schema: pa.Schema
    groups: tuple[Group, ...]
    #: Whether ids may be missing, or the footers do not show the range of ids.
    vague: bool
    #: Columns that are in the names of folders but not in every file.
    partitions: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """The number of rows."""
        return sum(group.rows for group in self.groups)

    def rows_of(self, file: str) -> int:
        """The number of rows in one of its files."""
        return sum(group.rows for group in self.groups if group.path == file)


def read_footers(tables: Sequence[FoundTable]) -> dict[str, TableFiles]:
    """The tables, from the footers of their files.

    Raises :class:`InvalidInput` if a file is not Parquet, has no ids, or has columns of other types than the table's other
    files.
    """
    return {table.name: _table(table.name, table.files, table.partitions) for table in tables}


def _table(name: str, files: Sequence[Path], partitions: Sequence[str] = ()) -> TableFiles:
    groups: list[Group] = []
    schemas: list[pa.Schema] = []
    vague = False
    for path in files:
        footer = _footer(path)
        schema = _schema(footer, path)
        _check_key(schema, path)
        schemas.append(schema)
        column = next(no for no in range(footer.num_columns) if footer.schema.column(no).path == KEY)
        for index in range(footer.num_row_groups):
            group = footer.row_group(index)
            if group.num_rows:
                low, high, nulls = _range(group.column(column).statistics)
                vague = vague or nulls or low is None or high is None
                groups.append(Group(len(groups), str(path), index, group.num_rows, low, high))
    outside = tuple(column for column in partitions if any(column not in schema.names for schema in schemas))
    return TableFiles(name, tuple(map(str, files)), _unified(name, schemas, files), tuple(groups), vague, outside)


def _schema(footer: pq.FileMetaData, path: Path) -> pa.Schema:
    """The columns of a file, with the types in which they are read. Texts are strings, however they are stored."""
    try:
        schema = footer.schema.to_arrow_schema()
    except (OSError, ValueError, pa.ArrowException) as error:
        raise _not_parquet(path, error) from None
    old = old_moments(footer)
    return pa.schema([field.with_type(_INSTANT if field.name in old else _read_type(field.type)) for field in schema])


def old_moments(footer: pq.FileMetaData) -> frozenset[str]:
    """The columns of moments in INT96, as Spark, Hive and Impala write them."""
    columns = (footer.schema.column(no) for no in range(footer.num_columns))
    return frozenset(column.path for column in columns if column.physical_type == _OLD_MOMENT)


def _read_type(type_: pa.DataType) -> pa.DataType:
    simple = simple_type(type_)
    return simple.value_type if pa.types.is_dictionary(simple) else simple


def as_read(rows: pa.RecordBatch, old: frozenset[str]) -> pa.RecordBatch:
    """Rows of a file with the types of its schema, except that texts may stay dictionaries. ``old``: the columns in INT96."""
    types = [_INSTANT if field.name in old else simple_type(field.type) for field in rows.schema]
    if types == rows.schema.types:
        return rows
    arrays = [array.cast(type_) for array, type_ in zip(rows.columns, types, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, names=rows.schema.names)


def joined(parts: Sequence[pa.RecordBatch], schema: pa.Schema) -> pa.Table:
    """Rows of several files as one table. Columns whose types differ between the parts get the type of ``schema``."""
    types: dict[str, set[pa.DataType]] = {}
    for part in parts:
        for field in part.schema:
            types.setdefault(field.name, set()).add(field.type)
    mixed = {name for name, kinds in types.items() if len(kinds) > 1}
    if mixed:
        parts = [_cast(part, mixed, schema) for part in parts]
    return pa.concat_tables([pa.Table.from_batches([part]) for part in parts], promote_options="default")


def _cast(rows: pa.RecordBatch, mixed: set[str], schema: pa.Schema) -> pa.RecordBatch:
    arrays = [
        array.cast(schema.field(name).type) if name in mixed else array
        for name, array in zip(rows.schema.names, rows.columns, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, names=rows.schema.names)


def _footer(path: Path) -> pq.FileMetaData:
    try:
        return pq.read_metadata(path)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise _not_parquet(path, error) from None


def _not_parquet(path: Path, error: Exception) -> InvalidInput:
    message = f"`{path}` is not a Parquet file, or is damaged: {(str(error).splitlines() or [''])[0].lower()}"
    return InvalidInput([UnreadableInput.at(None, message, "write it again")])


def _check_key(schema: pa.Schema, path: Path) -> None:
    if KEY not in schema.names:
        problem = UnreadableInput.at(
            None, f"`{path}` has no column `{KEY}`", "every table needs a column that names the candidate of each row"
        )
        raise InvalidInput([problem])
    kind = schema.field(KEY).type
    if not pa.types.is_string(kind):
        message = f"`{path}`: the column `{KEY}` is {kind} but must be string"
        raise InvalidInput([UnreadableInput.at(None, message, "write the ids as text")])


def _unified(name: str, schemas: Sequence[pa.Schema], files: Sequence[Path]) -> pa.Schema:
    try:
        return pa.unify_schemas(list(schemas), promote_options="permissive")
    except (ValueError, pa.ArrowException) as error:
        message = (
            f"the files of the table `{name}` differ in the types of columns: {str(error).splitlines()[0].lower()}"
        )
        help_ = f"write all files in `{files[0].parent}` with the same types"
        raise InvalidInput([UnreadableInput.at(None, message, help_)]) from None


def _range(statistics: Any) -> tuple[str | None, str | None, bool]:
    """The least and the greatest id of a row group, and whether ids may be missing."""
    if statistics is None or not statistics.has_min_max:
        return None, None, True
    try:
        low, high = str(statistics.min), str(statistics.max)
    except UnicodeDecodeError:
        return None, None, True
    return low, high, not statistics.has_null_count or statistics.null_count > 0


def streams(table: TableFiles) -> tuple[Stream, ...]:
    """The row groups as streams of ascending ids. Each group joins the first stream that it can follow.

    If the footers are vague, each row group is a stream of its own.
    """
    growing: list[list[Group]] = []
    for group in table.groups:
        stream = next((stream for stream in growing if _follows(stream[-1], group)), None)
        if stream is None:
            growing.append([group])
        else:
            stream.append(group)
    return tuple(map(tuple, growing))


def run_streams(name: str, folder: Path) -> tuple[Stream, ...]:
    """The sorted runs of a table in a folder, each run a stream."""
    files = sorted(folder.glob("*.parquet"))
    groups = _table(name, files).groups
    return tuple(tuple(group for group in groups if group.path == str(path)) for path in files)


def _follows(before: Group, after: Group) -> bool:
    return before.high is not None and after.low is not None and before.high <= after.low


def total_rows(tables: Mapping[str, TableFiles]) -> int:
    """The number of rows of all tables together."""
    return sum(table.rows for table in tables.values())


def keys(stream: Stream, rows: int) -> Iterator[pa.Array]:
    """The ids of row groups, ``rows`` at a time. A damaged row group ends early."""
    for path, groups in groupby(stream, lambda group: group.path):
        with pq.ParquetFile(path, pre_buffer=False) as file:
            for group in groups:
                batches = file.iter_batches(rows, row_groups=[group.index], columns=[KEY], use_threads=False)
                try:
                    yield from (plain(batch.column(0)) for batch in batches)
                except Exception as error:
                    if damage(error) is None:
                        raise


def plain(ids: pa.Array) -> pa.Array:
    """Ids as strings, whatever their array type."""
    return ids.cast(pa.string()) if ids.type != pa.string() else ids


def check_ids(ids: pa.Array, group: Group) -> None:
    """Check that ids are texts, and in the range that the footer says. Raises :class:`pyarrow.ArrowInvalid`.

    Arrow reads what stands there: damage within a page, without a checksum, changes ids and nothing else.
    """
    ids.validate(full=True)
    least, most = pc.min_max(plain(ids)).values()
    in_range = (group.low is None or least.as_py() >= group.low) and (group.high is None or most.as_py() <= group.high)
    if least.is_valid and not in_range:
        raise pa.ArrowInvalid("ids are not in the range that the footer says")


def damage(error: Exception) -> str | None:
    """The reason in words if an error means that a file is damaged. Errors of the disk or for want of memory do not."""
    is_damage = isinstance(error, (OSError, pa.ArrowException, UnicodeDecodeError)) and not isinstance(
        error, MemoryError
    )
    if not is_damage or (isinstance(error, OSError) and error.errno is not None):
        return None
    return (str(error).splitlines() or [type(error).__name__])[0][:_SHOWN]
