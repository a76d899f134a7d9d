"""What a folder of Parquet holds, by the files' footers: tables, their files, and the groups of rows in order of ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from tactful.columns.tables.schema import TABLE_OF
from tactful.source.codes.batches import UnreadableInput
from tactful.source.diagnostics import Diagnostic, InvalidInput
from tactful.source.suggest import did_you_mean

#: The column that brings the rows of all tables together.
KEY: Final = "candidate_id"
_TABLES: Final = tuple(TABLE_OF.values())


class Group(msgspec.Struct, frozen=True, gc=False):
    """A row group of a file. ``low`` and ``high``: no id in it is below or above; ``None`` where that isn't known.

    ``no`` is its place among all row groups of the table.
    """

    no: int
    path: str
    index: int
    rows: int
    low: str | None
    high: str | None


#: Row groups one after the other, in which ids ascend as far as the footers tell.
Stream = tuple[Group, ...]


class TableFiles(msgspec.Struct, frozen=True):
    """A table of the input: its files in the order of their names, and their row groups."""

    name: str
    files: tuple[str, ...]
    #: The columns of all files together.
    schema: pa.Schema
    groups: tuple[Group, ...]
    #: Whether ids may be missing, or whether the footers don't tell what ids there are.
    vague: bool

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return sum(one.rows for one in self.groups)

    def rows_of(self, file: str) -> int:
        """How many rows one of its files has."""
        return sum(one.rows for one in self.groups if one.path == file)


def find_tables(folder: Path) -> dict[str, TableFiles]:
    """The tables of a folder: ``NAME.parquet``, or a folder ``NAME`` of such files. Raises :class:`InvalidInput`."""
    found: dict[str, list[Path]] = {}
    problems: list[Diagnostic] = []
    for path in sorted(folder.iterdir()):
        files = sorted(path.glob("*.parquet")) if path.is_dir() else [path] if path.suffix == ".parquet" else []
        if not files:
            continue
        name = path.name if path.is_dir() else path.stem
        if name not in _TABLES:
            problems.append(_no_table(path, name))
        elif name in found:
            message = f"`{folder}` has the table `{name}` twice: a file and a folder"
            problems.append(UnreadableInput.at(None, message, "keep one of them"))
        else:
            found[name] = files
    if "candidates" not in found and not problems:
        message = f"`{folder}` has no table of candidates"
        help_ = "a folder has candidates.parquet, applications.parquet, …, or folders of these names with part files"
        problems.append(UnreadableInput.at(None, message, help_))
    if problems:
        raise InvalidInput(problems)
    return {name: _table(name, files) for name, files in found.items()}


def _no_table(path: Path, name: str) -> Diagnostic:
    help_ = did_you_mean(name, _TABLES) or f"the tables are {', '.join(_TABLES)}"
    return UnreadableInput.at(None, f"`{path}`: there is no table `{name}`", help_)


def _table(name: str, files: Sequence[Path]) -> TableFiles:
    groups: list[Group] = []
    schemas: list[pa.Schema] = []
    vague = False
    for path in files:
        footer = _footer(path)
        schema = footer.schema.to_arrow_schema()
        _check_key(schema, path)
        schemas.append(schema)
        column = next(no for no in range(footer.num_columns) if footer.schema.column(no).path == KEY)
        for index in range(footer.num_row_groups):
            group = footer.row_group(index)
            if group.num_rows:
                low, high, nulls = _range(group.column(column).statistics)
                vague = vague or nulls or low is None or high is None
                groups.append(Group(len(groups), str(path), index, group.num_rows, low, high))
    return TableFiles(name, tuple(map(str, files)), _unified(name, schemas, files), tuple(groups), vague)


def _footer(path: Path) -> pq.FileMetaData:
    try:
        return pq.read_metadata(path)
    except (OSError, pa.ArrowException) as error:
        message = f"`{path}` is not Parquet: {str(error).splitlines()[0].lower()}"
        raise InvalidInput([UnreadableInput.at(None, message, "write it again")]) from None


def _check_key(schema: pa.Schema, path: Path) -> None:
    if KEY not in schema.names:
        problem = UnreadableInput.at(
            None, f"`{path}` has no column `{KEY}`", "every table names the candidate of each row"
        )
        raise InvalidInput([problem])
    kind = schema.field(KEY).type
    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    if not (pa.types.is_string(inner) or pa.types.is_large_string(inner) or pa.types.is_string_view(inner)):
        message = f"`{path}`: the column `{KEY}` is {kind}, and it has to be string"
        raise InvalidInput([UnreadableInput.at(None, message, "write the ids as text")])


def _unified(name: str, schemas: Sequence[pa.Schema], files: Sequence[Path]) -> pa.Schema:
    try:
        return pa.unify_schemas(list(schemas))
    except pa.ArrowException as error:
        message = (
            f"the files of the table `{name}` differ in the type of a column: {str(error).splitlines()[0].lower()}"
        )
        help_ = f"write all files in `{files[0].parent}` with the same types"
        raise InvalidInput([UnreadableInput.at(None, message, help_)]) from None


def _range(statistics: Any) -> tuple[str | None, str | None, bool]:
    """The least and the greatest id of a row group, and whether some may be missing."""
    if statistics is None or not statistics.has_min_max:
        return None, None, True
    try:
        low, high = str(statistics.min), str(statistics.max)
    except UnicodeDecodeError:
        return None, None, True
    return low, high, not statistics.has_null_count or statistics.null_count > 0


def streams(table: TableFiles) -> tuple[Stream, ...]:
    """The row groups in streams with ascending ids, each group in the first stream that it can follow.

    Where the footers are vague, each row group is a stream of its own.
    """
    found: list[list[Group]] = []
    for group in table.groups:
        fits = (one for one in found if _follows(one[-1], group))
        stream = next(fits, None)
        if stream is None:
            found.append([group])
        else:
            stream.append(group)
    return tuple(tuple(one) for one in found)


def run_streams(name: str, folder: Path) -> tuple[Stream, ...]:
    """The sorted runs of a table in a folder, each a stream."""
    files = sorted(folder.glob("*.parquet"))
    groups = _table(name, files).groups
    return tuple(tuple(one for one in groups if one.path == str(path)) for path in files)


def _follows(before: Group, after: Group) -> bool:
    return before.high is not None and after.low is not None and before.high <= after.low


def total_rows(tables: Mapping[str, TableFiles]) -> int:
    """How many rows all tables have together."""
    return sum(one.rows for one in tables.values())


def keys(stream: Stream, rows: int) -> Iterator[pa.Array]:
    """The ids of row groups, so many at a time."""
    for path, groups in groupby(stream, lambda one: one.path):
        with pq.ParquetFile(path, pre_buffer=False) as file:
            for group in groups:
                for batch in file.iter_batches(rows, row_groups=[group.index], columns=[KEY], use_threads=False):
                    yield plain(batch.column(0))


def plain(ids: pa.Array) -> pa.Array:
    """Ids as strings, however they are held."""
    return ids.cast(pa.string()) if ids.type != pa.string() else ids
