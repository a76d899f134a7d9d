"""The work of the tasks. Every function depends on its arguments alone, so any worker can run it again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeVar
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tactful.api.policy import Policy
from tactful.api.tables import rejects_table
from tactful.batch.isolate import ids_of, rows_of
from tactful.columns.arrays import indices
from tactful.columns.chunks import CANDIDATES
from tactful.columns.columns import Places
from tactful.columns.from_texts import candidate_of, columns_of_texts, internal_error
from tactful.columns.tables.rejects import Reject
from tactful.columns.tables.schema import KEYS, TABLE_OF
from tactful.columns.tables.sheets import sheets_of
from tactful.facts.reading import read_case
from tactful.facts.rows import Case
from tactful.source.codes.case import MissingFact
from tactful.source.diagnostics import Diagnostic, InvalidInput, TactfulError

DecidedTexts = dict[str, pa.Table]
Item = TypeVar("Item")
#: How many bytes of a case without a readable candidate are shown.
_SHOWN: Final = 60
NO_CANDIDATES: Final = pa.table({"candidate_id": pa.array([], pa.string())})


@dataclass(frozen=True, slots=True)
class Terms:
    """What all tasks of one call share besides the pack. Moments are in seconds since 1970.

    ``now`` replaces the moments of the cases. ``clock`` is the moment for cases without a moment of their own.
    """

    now: int | None
    clock: int
    steps: bool


# --- tables ---


def check_schemas(policy: Policy, schemas: Mapping[str, Sequence[pa.Schema]]) -> None:
    """Check the schemas of each table's blocks.

    Raises :class:`InvalidInput` if a table or a column has a wrong name or type, and :class:`TactfulError` if the blocks of
    one table have columns of different types.
    """
    tables = {name: _unified(name, of_blocks).empty_table() for name, of_blocks in schemas.items()}
    sheets_of(tables, policy.decider.declared)


def _unified(name: str, schemas: Sequence[pa.Schema]) -> pa.Schema:
    try:
        return pa.unify_schemas(schemas, promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise TactfulError(f"the blocks of `{name}` have columns of different types: {error}") from error


def split(name: str, table: pa.Table, count: int) -> list[pa.Table]:
    """A block of a table in ``count`` parts. All rows of a candidate are in the same part, in every table."""
    table = _with_plain_keys(name, table)
    part = _parts(table["candidate_id"], count)
    order = np.argsort(part, kind="stable")
    table, bounds = table.take(pa.array(order)), np.searchsorted(part[order], np.arange(count + 1)).tolist()
    return [table.slice(start, end - start) for start, end in pairwise(bounds)]


def _parts(ids: pa.ChunkedArray, count: int) -> Places:
    """The part of each id, the same in every process. Rows without an id go to the first part."""
    coded = ids.dictionary_encode().unify_dictionaries()
    texts = coded.chunk(0).dictionary.cast(pa.binary()).to_pylist() if coded.num_chunks else []
    part: Places = np.array([*(crc32(text) % count for text in texts), 0], np.int64)
    places = [indices(chunk) for chunk in coded.chunks]  # -1 for a null, which takes the last entry of `part`
    parts: Places = part[np.concatenate([np.zeros(0, np.int64), *places])]
    return parts


def _with_plain_keys(name: str, table: pa.Table) -> pa.Table:
    """The table with keys as strings. In a dictionary, each part would carry the ids of all other parts."""
    entity = next(entity for entity, table_name in TABLE_OF.items() if table_name == name)
    for key in KEYS[entity]:
        at = table.schema.get_field_index(key)
        if at >= 0 and not pa.types.is_null(table.schema.field(at).type):
            table = table.set_column(at, key, pc.cast(table.column(at), pa.string()))
    return table


def decide_part(policy: Policy, terms: Terms, names: Sequence[str], pieces: Sequence[pa.Table]) -> DecidedTexts:
    """Decide on the candidates of one part. ``names`` has the table's name for each of the part's pieces."""
    given: dict[str, list[pa.Table]] = {}
    for name, piece in zip(names, pieces, strict=True):
        given.setdefault(name, []).append(piece)
    tables = {name: pa.concat_tables(of_table, promote_options="permissive") for name, of_table in given.items()}

    def decide(chosen: Mapping[str, pa.Table]) -> DecidedTexts:
        decided = policy.table_decider.decide(chosen, terms.now, steps=terms.steps, clock=terms.clock)
        return _outcome(decided.actions, decided.justifications, decided.rejects, decided.steps)

    def reject(id_: str | None, error: Diagnostic) -> DecidedTexts:
        record = Reject(id_, None, error.code, error.message, error.help)
        return {**decide(rows_of(tables, [])), "rejects": rejects_table([record])}

    try:
        return decide(tables)
    except TactfulError:
        raise
    except Exception:  # the ids are listed only after a failure, as listing takes as long as reading
        return _joined(_apart(ids_of(tables), lambda ids: decide(rows_of(tables, ids)), reject))


def _apart(
    items: list[Item], decide: Callable[[list[Item]], DecidedTexts], reject: Callable[[Item, Diagnostic], DecidedTexts]
) -> Iterator[DecidedTexts]:
    """Decide on all items together. If that fails, they are split until the item that fails is alone, and is rejected."""
    try:
        decided = decide(items)
    except TactfulError:
        raise
    except Exception as error:
        if not items:
            raise
        if len(items) == 1:
            yield reject(items[0], internal_error(f"{type(error).__name__}: {error}"))
            return
    else:
        yield decided
        return
    middle = len(items) // 2
    for half in (items[:middle], items[middle:]):
        yield from _apart(half, decide, reject)


def _joined(outcomes: Iterable[DecidedTexts]) -> DecidedTexts:
    all_of_them = list(outcomes)
    return {name: pa.concat_tables([outcome[name] for outcome in all_of_them]) for name in all_of_them[0]}


def _outcome(actions: pa.Table, justifications: pa.Table, rejects: pa.Table, steps: pa.Table | None) -> DecidedTexts:
    tables = {"actions": actions, "justifications": justifications, "rejects": rejects}
    if steps is not None:
        tables["steps"] = steps
    return {name: _with_plain_texts(table) for name, table in tables.items()}


def _with_plain_texts(table: pa.Table) -> pa.Table:
    """The table with texts as strings. Ray Data can neither sort by dictionaries nor hand them to pandas."""
    fields = [
        field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field
        for field in table.schema
    ]
    return table.cast(pa.schema(fields, table.schema.metadata))


# --- cases in JSON ---


def decide_texts(policy: Policy, terms: Terms, column: str, block: pa.Table) -> DecidedTexts:
    """Decide on the case in each row, JSON in ``column``. Raises :class:`InvalidInput` if there is no such column."""
    texts = _texts(block, column)
    clock = terms.clock if terms.now is None else terms.now
    declared, limits = policy.decider.declared, policy.decider.limits

    def read(text: bytes | None) -> Case:
        return read_case(text or b"", policy.calendars, declared, limits, terms.now, keys_checked=True)

    def decide(chunk: list[bytes]) -> DecidedTexts:
        columns, rejected = columns_of_texts(chunk, read, clock, declared.carried)
        ranked = policy.table_decider.rank(columns, steps=terms.steps)
        rejects = [*ranked.refused.values()]
        for no, mistakes in rejected:
            rejects += _rejected(chunk[no], mistakes)
        tables = ranked.tables
        return _outcome(tables.actions, tables.justifications, rejects_table(rejects), tables.steps)

    def reject(text: bytes, error: Diagnostic) -> DecidedTexts:
        return {**decide([]), "rejects": rejects_table([*_rejected(text, [error])])}

    starts = range(0, max(1, len(texts)), CANDIDATES)
    chunks = ([text or b"" for text in texts[start : start + CANDIDATES].to_pylist()] for start in starts)
    return _joined(outcome for chunk in chunks for outcome in _apart(chunk, decide, reject))


def _texts(block: pa.Table, column: str) -> pa.ChunkedArray:
    if not block.num_columns:
        return pa.chunked_array([], pa.binary())
    if column not in block.column_names:
        known = ", ".join(f"`{name}`" for name in block.column_names)
        message, help_ = (
            f"the dataset has no column `{column}`",
            f"name the column with the cases; the columns are {known}",
        )
        raise InvalidInput([MissingFact.at(None, message, help_, column)])
    type_ = block.schema.field(column).type
    if not any(fits(type_) for fits in (*_TEXTS, pa.types.is_null)):
        raise InvalidInput([MissingFact.at(None, f"`{column}` is {type_}", "give each case as text or bytes", column)])
    return block[column].cast(pa.binary())


_TEXTS: Final = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)


def _rejected(text: bytes, mistakes: Sequence[Diagnostic]) -> Iterator[Reject]:
    """The mistakes of a case. Without a candidate's id, the message quotes the beginning of the case."""
    id_ = candidate_of(text)
    where = "" if id_ is not None else f" (in the case that begins `{text[:_SHOWN].decode(errors='replace')}`)"
    for mistake in mistakes:
        message = f"{mistake.path}: {mistake.message}" if mistake.path else mistake.message
        yield Reject(id_, None, mistake.code, message + where, mistake.help)
