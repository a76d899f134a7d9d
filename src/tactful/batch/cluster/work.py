"""What workers do. Each of these hangs on nothing but what it is given, so that it can be done again anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from zlib import crc32

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tactful.api.policy import Policy
from tactful.api.tables import rejects_table
from tactful.columns.arrays import indices
from tactful.columns.chunks import CANDIDATES
from tactful.columns.columns import Places
from tactful.columns.from_texts import candidate_of, columns_of_texts
from tactful.columns.tables.rejects import Reject
from tactful.columns.tables.schema import KEYS, TABLE_OF
from tactful.columns.tables.sheets import sheets_of
from tactful.facts.reading import read_case
from tactful.facts.rows import Case
from tactful.source.codes.case import MissingFact
from tactful.source.diagnostics import Diagnostic, InvalidInput, TactfulError

DecidedTexts = dict[str, pa.Table]
#: How much of a text is shown of a case that does not say whose it is.
_SHOWN: Final = 60
NO_CANDIDATES: Final = pa.table({"candidate_id": pa.array([], pa.string())})


@dataclass(frozen=True, slots=True)
class Terms:
    """What all tasks of one call have to know, beside the pack. Moments are in seconds since 1970.

    ``now`` is the moment to decide for, in place of the cases' own; ``clock`` the one for cases that have none.
    """

    now: int | None
    clock: int
    steps: bool


# --- tables ---


def check_schemas(policy: Policy, schemas: Mapping[str, Sequence[pa.Schema]]) -> None:
    """See to the schemas that the blocks of each table have.

    Raises :class:`InvalidInput` where a table or a column has a name or a type that it cannot have, and
    :class:`TactfulError` where blocks of one table don't go together.
    """
    tables = {name: _unified(name, found).empty_table() for name, found in schemas.items()}
    sheets_of(tables, policy.checked.custom)


def _unified(name: str, schemas: Sequence[pa.Schema]) -> pa.Schema:
    try:
        return pa.unify_schemas(schemas, promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise TactfulError(f"the blocks of `{name}` have columns of different types: {error}") from error


def split(name: str, table: pa.Table, count: int) -> list[pa.Table]:
    """A stretch of a table in ``count`` parts by candidate: whoever has the same id has the same part, in every table."""
    table = _with_plain_keys(name, table)
    part = _parts(table["candidate_id"], count)
    order = np.argsort(part, kind="stable")
    table, bounds = table.take(pa.array(order)), np.searchsorted(part[order], np.arange(count + 1)).tolist()
    return [table.slice(start, end - start) for start, end in pairwise(bounds)]


def _parts(ids: pa.ChunkedArray, count: int) -> Places:
    """Which part each id belongs to: the same in every process. Rows that are nobody's go to the first."""
    coded = ids.dictionary_encode().unify_dictionaries()
    texts = coded.chunk(0).dictionary.cast(pa.binary()).to_pylist() if coded.num_chunks else []
    part: Places = np.array([*(crc32(text) % count for text in texts), 0], np.int64)
    places = [indices(chunk) for chunk in coded.chunks]  # of what is null: -1, the last one
    found: Places = part[np.concatenate([np.zeros(0, np.int64), *places])]
    return found


def _with_plain_keys(name: str, table: pa.Table) -> pa.Table:
    """Keys as strings: a part would otherwise take the ids of all others along, in its dictionary."""
    entity = next(one for one, called in TABLE_OF.items() if called == name)
    for key in KEYS[entity]:
        at = table.schema.get_field_index(key)
        if at >= 0 and not pa.types.is_null(table.schema.field(at).type):
            table = table.set_column(at, key, pc.cast(table.column(at), pa.string()))
    return table


def decide_part(policy: Policy, terms: Terms, names: Sequence[str], pieces: Sequence[pa.Table]) -> DecidedTexts:
    """Decide on the candidates of one part, from the pieces of it, each of a table, in the order of that."""
    given: dict[str, list[pa.Table]] = {}
    for name, piece in zip(names, pieces, strict=True):
        given.setdefault(name, []).append(piece)
    tables = {name: pa.concat_tables(mine, promote_options="permissive") for name, mine in given.items()}
    decided = policy.table_decider.decide(tables, terms.now, steps=terms.steps, clock=terms.clock)
    return _outcome(decided.actions, decided.justifications, decided.rejects, decided.steps)


def _outcome(actions: pa.Table, justifications: pa.Table, rejects: pa.Table, steps: pa.Table | None) -> DecidedTexts:
    found = {"actions": actions, "justifications": justifications, "rejects": rejects}
    if steps is not None:
        found["steps"] = steps
    return {name: _with_plain_texts(table) for name, table in found.items()}


def _with_plain_texts(table: pa.Table) -> pa.Table:
    """Texts without dictionaries, which Ray Data can neither sort by nor give to pandas."""
    fields = [
        field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field
        for field in table.schema
    ]
    return table.cast(pa.schema(fields, table.schema.metadata))


# --- cases in JSON ---


def decide_texts(policy: Policy, terms: Terms, column: str, block: pa.Table) -> DecidedTexts:
    """Decide on a case on each row, as JSON in ``column``. Raises :class:`InvalidInput` where there is no such column."""
    texts = _texts(block, column)
    clock = terms.clock if terms.now is None else terms.now
    custom, limits = policy.checked.custom, policy.decider.limits

    def read(text: bytes) -> Case:
        return read_case(text, policy.calendars, custom, limits, terms.now)

    decided, rejects = [], list[Reject]()
    for start in range(0, max(1, len(texts)), CANDIDATES):
        chunk = [text or b"" for text in texts[start : start + CANDIDATES].to_pylist()]
        columns, rejected = columns_of_texts(chunk, read, clock, custom)
        ranked = policy.table_decider.rank(columns, steps=terms.steps)
        decided.append(ranked.tables)
        rejects += ranked.refused.values()
        for no, mistakes in rejected:
            rejects += _rejected(chunk[no], mistakes)
    return _outcome(
        pa.concat_tables([one.actions for one in decided]),
        pa.concat_tables([one.justifications for one in decided]),
        rejects_table(rejects),
        pa.concat_tables([one.steps for one in decided]) if terms.steps else None,
    )


def _texts(block: pa.Table, column: str) -> pa.ChunkedArray:
    if not block.num_columns:
        return pa.chunked_array([], pa.binary())
    if column not in block.column_names:
        there = ", ".join(f"`{name}`" for name in block.column_names)
        message, help_ = f"the dataset has no column `{column}`", f"name the one with the cases; there are {there}"
        raise InvalidInput([MissingFact.at(None, message, help_, column)])
    type_ = block.schema.field(column).type
    if not any(fits(type_) for fits in (*_TEXTS, pa.types.is_null)):
        raise InvalidInput([MissingFact.at(None, f"`{column}` is {type_}", "give each case as text or bytes", column)])
    return block[column].cast(pa.binary())


_TEXTS: Final = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)


def _rejected(text: bytes, found: Sequence[Diagnostic]) -> Iterator[Reject]:
    """The mistakes of a case; one that does not say whose it is can be told by how it begins."""
    id_ = candidate_of(text)
    where = "" if id_ is not None else f" (in the case that begins `{text[:_SHOWN].decode(errors='replace')}`)"
    for one in found:
        message = f"{one.path}: {one.message}" if one.path else one.message
        yield Reject(id_, None, one.code, message + where, one.help)
