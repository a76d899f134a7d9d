"""Which row belongs to which: all tables brought into the order of the candidates, by their keys.

Rows under one key mostly follow each other, so a key is looked up once for each stretch of them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from tactful.diagnostics.case import DanglingReference, DuplicateId, MissingFact
from tactful.tables.columns import Places, gather
from tactful.tables.keys import Key, KeyColumn, Lookup, ids_of_places, same
from tactful.tables.rejects import Found, Reject
from tactful.tables.schema import KEYS, TABLE_OF
from tactful.tables.sheets import Sheet


@dataclass(frozen=True, slots=True)
class Placed:
    """All rows in the order of their parents; those of nobody are left out.

    ``links`` and ``offsets`` are those of :class:`~tactful.tables.columns.Columns`. ``found``: mistakes that only tables can
    have. ``suspects``: rows by entity that the ordinary reader has to look at.
    """

    sheets: dict[str, Sheet]
    links: dict[tuple[str, str], Places]
    offsets: dict[tuple[str, str], Places]
    found: list[Found]
    suspects: dict[str, list[Places]]


class _Parents:
    """Rows that others lie below: their keys, and a way to find them."""

    def __init__(self, sheet: Sheet) -> None:
        self.size = sheet.size
        self.columns = [KeyColumn(sheet.arrays[name]) for name in KEYS[sheet.entity]]
        self.key: Key = [column.ids() for column in self.columns]
        self.lookup = Lookup(self.key)

    def find(self, wanted: Key) -> Places:
        """The row of each key; -1 where there is none."""
        if len(wanted[0].words[0]) == self.size and same(wanted, self.key).all():
            return np.arange(self.size, dtype=np.int64)
        return self.lookup.find(wanted)


@dataclass(slots=True)
class _Placing:
    sheets: dict[str, Sheet]
    links: dict[tuple[str, str], Places] = field(default_factory=dict)
    offsets: dict[tuple[str, str], Places] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)
    suspects: dict[str, list[Places]] = field(default_factory=dict)
    parents: dict[str, _Parents] = field(default_factory=dict)
    person: Lookup = field(init=False)

    def candidates(self) -> None:
        sheet = self.sheets["candidate"]
        nameless = sheet.arrays["candidate_id"].null_count
        if nameless:
            known = np.flatnonzero(~np.asarray(sheet.arrays["candidate_id"].is_null()))
            self.sheets["candidate"] = sheet = sheet.take(known)
            self.found.append(Found(None, _missing("candidate", "candidate_id", None, nameless)))
        self.parents["candidate"] = found = _Parents(sheet)
        ids = found.columns[0]
        repeated = found.lookup.repeated
        for row, first in zip(repeated.tolist(), found.find([ids.ids(repeated)]).tolist(), strict=True):
            id_ = sheet.arrays["candidate_id"][row].as_py()
            help_ = "give each candidate one row, and nobody else's id"
            message = f"the candidate `{id_}` has more than one row"
            reject = Reject(id_, "candidates", DuplicateId.id, message, help_)
            self.found += [Found(first, reject), Found(row, reject)]
        self.suspect("candidate", np.flatnonzero(found.key[0].empty))

    def below(self, entity: str, parent: str) -> None:
        """Place the rows of an entity below those of another."""
        sheet, parents = self.sheets[entity], self.parents[parent]
        columns = [KeyColumn(sheet.arrays[name]) for name in KEYS[parent]]
        heads = np.flatnonzero(np.logical_or.reduce([column.changes() for column in columns]))
        rows = parents.find([column.ids(heads) for column in columns])
        places = rows if len(heads) == sheet.size else np.repeat(rows, np.diff(heads, append=sheet.size))
        if len(rows) and (rows[0] < 0 or (np.diff(rows) < 0).any()):
            self._strays(sheet, parent, np.flatnonzero(places < 0))
            kept = np.flatnonzero(places >= 0)
            order = kept[np.argsort(places[kept], kind="stable")]
            self.sheets[entity] = sheet.take(order)
            places = places[order]
        self.links[entity, parent] = places
        counts = np.bincount(places, minlength=parents.size)
        self.offsets[parent, entity] = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])

    def named(self, entity: str) -> None:
        """Rows of an entity have an id each, which no other of theirs has; others lie below them."""
        self.parents[entity] = found = _Parents(self.sheets[entity])
        self.suspect(entity, found.lookup.repeated)
        self.suspect(entity, np.flatnonzero(found.key[-1].empty))

    def people(self) -> None:
        """People have an id each, too; they are looked for among those of an application."""
        ids = KeyColumn(self.sheets["person"].arrays["person_id"]).ids()
        self.person = Lookup([ids_of_places(self.links["person", "application"]), ids])
        self.suspect("person", self.person.repeated)
        self.suspect("person", np.flatnonzero(ids.empty))

    def suspect(self, entity: str, rows: Places) -> None:
        """Have the ordinary reader look at rows."""
        if len(rows):
            self.suspects.setdefault(entity, []).append(rows)

    def _strays(self, sheet: Sheet, parent: str, rows: Places) -> None:
        """Note rows that belong to no row above them."""
        names = KEYS[parent]
        strays = sheet.take(rows)
        keys = zip(*(strays.arrays[name].to_pylist() for name in names), strict=True)
        candidates = self.parents["candidate"].find([KeyColumn(strays.arrays["candidate_id"]).ids()]).tolist()
        for (candidate, key), count in Counter(zip(candidates, keys, strict=True)).items():
            self.found.append(_stray(sheet.entity, candidate, dict(zip(names, key, strict=True)), count))

    def offers(self) -> None:
        """An application has one offer or none."""
        starts, ids = self.offsets["application", "offer"], self.sheets["application"].arrays
        counts = np.diff(starts)
        self.links["application", "offer"] = np.where(counts > 0, starts[:-1], -1)
        for row in np.flatnonzero(counts > 1).tolist():
            candidate = int(self.links["application", "candidate"][row])
            id_, owner = ids["application_id"][row].as_py(), ids["candidate_id"][row].as_py()
            message = f"the application `{id_}` has {counts[row]} offers"
            reject = Reject(owner, "offers", DuplicateId.id, message, "give one row for each application at most")
            self.found.append(Found(candidate, reject))

    def interviewers(self) -> None:
        """Interviewers are people of the application, each once in an interview."""
        interviews = self.links["interviewer", "interview"]
        applications = gather(self.links["interview", "application"], interviews, -1)
        people = self._people("interviewer", "person_id", applications)
        self.links["interviewer", "person"] = people
        self.suspect("interviewer", np.flatnonzero(people < 0))
        twice = Lookup([ids_of_places(interviews), ids_of_places(people)])
        self.suspect("interviewer", twice.repeated)

    def messages(self) -> None:
        """Messages go to and come from people of the application, where that is said."""
        people = self._people("message", "person_id", self.links["message", "application"])
        self.links["message", "person"] = people

    def contacts(self) -> None:
        """The person that contact with an application goes through is one of its people."""
        self._people("application", "contact_via", np.arange(self.sheets["application"].size))

    def _people(self, entity: str, column: str, applications: Places) -> Places:
        """The people that a column names; -1 where it names nobody, which is suspect where an id is given."""
        sheet = self.sheets[entity]
        if column not in sheet.arrays or sheet.arrays[column].null_count == sheet.size:
            return np.full(sheet.size, -1, np.int64)
        wanted = KeyColumn(sheet.arrays[column]).ids()
        assert wanted.lengths is not None
        found = self.person.find([ids_of_places(applications), wanted])
        self.suspect(entity, np.flatnonzero((found < 0) & (wanted.lengths >= 0)))
        return found


def placed(sheets: dict[str, Sheet]) -> Placed:
    """All rows in their places."""
    work = _Placing(dict(sheets))
    work.candidates()
    work.below("application", "candidate")
    work.named("application")
    for entity in ("offer", "person", "interview", "message"):
        work.below(entity, "application")
    work.named("interview")
    work.below("interviewer", "interview")
    work.people()
    work.offers()
    work.interviewers()
    work.messages()
    work.contacts()
    return Placed(work.sheets, work.links, work.offsets, work.found, work.suspects)


def _stray(entity: str, candidate: int, key: dict[str, str | None], count: int) -> Found:
    """Rows of one key that belong to nothing."""
    table, id_ = TABLE_OF[entity], key["candidate_id"]
    missing = next((name for name, value in key.items() if value is None), None)
    if missing is not None:
        return Found(candidate if candidate >= 0 else None, _missing(entity, missing, id_, count))
    if candidate < 0:
        message = f"{_rows(count)} of `{table}` {_name(count)} the candidate `{id_}`, whom `candidates` does not have"
        return Found(None, Reject(id_, table, DanglingReference.id, message, "add the candidate, or correct the id"))
    *_, (column, value) = key.items()
    if column == "interview_id":
        inside = f" of the application `{key['application_id']}`, which `interviews` does not have"
    else:
        inside = ", which `applications` does not have"
    message = f"{_rows(count)} of `{table}` {_name(count)} the {column.removesuffix('_id')} `{value}`{inside}"
    return Found(candidate, Reject(id_, table, DanglingReference.id, message, "add the row, or correct the id"))


def _missing(entity: str, column: str, candidate_id: str | None, count: int) -> Reject:
    table = TABLE_OF[entity]
    message = f"{_rows(count)} of `{table}` {'has' if count == 1 else 'have'} no `{column}`"
    return Reject(candidate_id, table, MissingFact.id, message, "rows are told by it")


def _rows(count: int) -> str:
    return "a row" if count == 1 else f"{count:,} rows"


def _name(count: int) -> str:
    return "names" if count == 1 else "name"
