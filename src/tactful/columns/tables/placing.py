"""Sort all tables into the order of the candidates, by their keys, and link each row to its parent.

Rows with the same key mostly follow each other, so the candidate is looked up once for each run of equal keys.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from tactful.columns.arrays import texts
from tactful.columns.columns import Ints, Places, gather
from tactful.columns.tables.keys import Finder, Names, keys, maybe_blank, owners_of, repeated
from tactful.columns.tables.rejects import Mistake, Reject
from tactful.columns.tables.schema import KEYS, TABLE_OF
from tactful.columns.tables.sheets import Sheet, as_texts
from tactful.source.codes.case import DanglingReference, DuplicateId, MissingFact


@dataclass(frozen=True, slots=True)
class Placed:
    """All rows in the order of their parents. Rows without a parent are left out.

    ``links`` and ``offsets`` are those of :class:`~tactful.columns.columns.Columns`. ``mistakes``: mistakes that only
    tables can have. ``suspects``: by entity, the rows that the ordinary reader has to check.
    """

    sheets: dict[str, Sheet]
    links: dict[tuple[str, str], Places]
    offsets: dict[tuple[str, str], Places]
    mistakes: list[Mistake]
    suspects: dict[str, list[Places]]


class _Placing:
    """Tables being sorted, from the candidates down."""

    def __init__(self, sheets: dict[str, Sheet]) -> None:
        self.sheets = sheets
        self.links: dict[tuple[str, str], Places] = {}
        self.offsets: dict[tuple[str, str], Places] = {}
        self.mistakes: list[Mistake] = []
        self.suspects: dict[str, list[Places]] = {}
        #: By entity, the candidate of each row; -1 for no candidate.
        self.owners: dict[str, Places] = {}

    def candidates(self) -> None:
        """Find the candidate of each row in all other tables."""
        sheet = self.sheets["candidate"]
        nameless = sheet.arrays["candidate_id"].null_count
        if nameless:
            known = np.flatnonzero(np.asarray(sheet.arrays["candidate_id"].is_valid()))
            self.sheets["candidate"] = sheet = sheet.take(known)
            self.mistakes.append(Mistake(None, _missing("candidate", "candidate_id", None, nameless)))
        others = [entity for entity in self.sheets if entity != "candidate"]
        ids = as_texts(sheet.arrays["candidate_id"])
        first, owners = owners_of(ids, [self.sheets[entity].arrays["candidate_id"] for entity in others])
        self.owners = dict(zip(others, owners, strict=True))
        for row in np.flatnonzero(first != np.arange(len(first))).tolist():
            (id_,) = texts(ids[row : row + 1])
            message = f"the candidate `{id_}` has more than one row"
            help_ = "give each candidate one row, with an id of its own"
            reject = Reject(id_, "candidates", DuplicateId.id, message, help_)
            self.mistakes += [Mistake(int(first[row]), reject), Mistake(row, reject)]
        self.suspect("candidate", maybe_blank(ids))

    def applications(self) -> None:
        """Place the applications, then the rows that belong to them."""
        self._put("application", "candidate", self.owners["application"])
        below = ("offer", "person", "interview", "message", "interviewer")
        names = self._names(("application", *below), "application_id")
        own, *others = names.codes
        find = self._named("application", "candidate", own, names)
        for entity, codes in zip(below, others, strict=True):
            places = find(keys(self.owners[entity], codes, names))
            if entity == "interviewer":
                self._interviewers(places)
            else:
                self._put(entity, "application", places)

    def _interviewers(self, applications: Places) -> None:
        """Place interviewers under the interviews of their applications, which are already placed."""
        names = self._names(("interview", "interviewer"), "interview_id")
        own, theirs = names.codes
        find = self._named("interview", "application", own, names)
        self._put("interviewer", "interview", find(keys(applications, theirs, names)))

    def people(self) -> None:
        """Link the rows that name people: interviewers, messages, and applications with a contact."""
        naming = {"interviewer": "person_id", "message": "person_id", "application": "contact_via"}
        given = {entity: ids for entity, name in naming.items() if (ids := self._known(entity, name)) is not None}
        names = Names([self.sheets["person"].arrays["person_id"], *given.values()])
        own, *others = names.codes
        find = self._named("person", "application", own, names)
        named = {entity: np.full(self.sheets[entity].size, -1, np.int64) for entity in naming}
        for entity, codes in zip(given, others, strict=True):
            named[entity] = people = find(keys(self._applications_of(entity), codes, names))
            self.suspect(entity, np.flatnonzero((people < 0) & (codes >= 0)))
        self.links["message", "person"] = named["message"]
        self.links["interviewer", "person"] = people = named["interviewer"]
        self.suspect("interviewer", np.flatnonzero(people < 0))
        pairs = self.links["interviewer", "interview"] * self.sheets["person"].size + people
        self.suspect("interviewer", repeated(pairs, people >= 0))

    def offers(self) -> None:
        """Link each application to its offer. More than one offer is a mistake."""
        starts, ids = self.offsets["application", "offer"], self.sheets["application"].arrays
        counts = np.diff(starts)
        self.links["application", "offer"] = np.where(counts > 0, starts[:-1], -1)
        for row in np.flatnonzero(counts > 1).tolist():
            candidate = int(self.links["application", "candidate"][row])
            owner, id_ = (texts(ids[name][row : row + 1])[0] for name in KEYS["offer"])
            message = f"the application `{id_}` has {counts[row]} offers"
            reject = Reject(owner, "offers", DuplicateId.id, message, "give one row for each application at most")
            self.mistakes.append(Mistake(candidate, reject))

    def suspect(self, entity: str, rows: Places) -> None:
        """Note rows that the ordinary reader has to check."""
        if len(rows):
            self.suspects.setdefault(entity, []).append(rows)

    # --- helpers ---

    def _names(self, entities: tuple[str, ...], column: str) -> Names:
        return Names([self.sheets[entity].arrays[column] for entity in entities])

    def _named(self, entity: str, parent: str, codes: Ints, names: Names) -> Callable[[Ints], Places]:
        """A function from keys to rows. Rows with a repeated, missing or empty id become suspects."""
        finder = Finder(keys(self.links[entity, parent], codes, names), self.sheets[parent].size, names.count)
        self.suspect(entity, finder.repeated)
        self.suspect(entity, names.unsure(codes))
        return finder.find

    def _known(self, entity: str, column: str) -> pa.Array | None:
        array = self.sheets[entity].arrays.get(column)
        return None if array is None or array.null_count == len(array) else array

    def _applications_of(self, entity: str) -> Places:
        if entity == "application":
            return np.arange(self.sheets[entity].size)
        if entity == "interviewer":
            return gather(self.links["interview", "application"], self.links["interviewer", "interview"], -1)
        return self.links[entity, "application"]

    def _put(self, entity: str, parent: str, places: Places) -> None:
        """Sort rows into the order of their parents. Rows without a parent are left out."""
        if len(places) and (places[0] < 0 or (places[1:] < places[:-1]).any()):
            sheet = self.sheets[entity]
            self._strays(sheet, parent, np.flatnonzero(places < 0))
            kept = np.flatnonzero(places >= 0)
            order = kept[np.argsort(places[kept], kind="stable")]
            self.sheets[entity] = sheet.take(order)
            self.owners[entity] = self.owners[entity][order]
            places = places[order]
        self.links[entity, parent] = places
        self.offsets[parent, entity] = starts = np.zeros(self.sheets[parent].size + 1, np.int64)
        np.cumsum(np.bincount(places, minlength=len(starts) - 1), out=starts[1:])

    def _strays(self, sheet: Sheet, parent: str, rows: Places) -> None:
        """Note the mistakes of rows without a parent."""
        names = KEYS[parent]
        candidates = self.owners[sheet.entity][rows].tolist()
        arrays = sheet.take(rows).arrays
        keys_ = zip(*(texts(arrays[name]) for name in names), strict=True)
        for (candidate, key), count in Counter(zip(candidates, keys_, strict=True)).items():
            self.mistakes.append(_stray(sheet.entity, candidate, dict(zip(names, key, strict=True)), count))


def placed(sheets: dict[str, Sheet]) -> Placed:
    """Sort the rows of all tables into the order of their parents."""
    work = _Placing(dict(sheets))
    work.candidates()
    work.applications()
    work.people()
    work.offers()
    return Placed(work.sheets, work.links, work.offsets, work.mistakes, work.suspects)


def _stray(entity: str, candidate: int, key: dict[str, str | None], count: int) -> Mistake:
    """The mistake of ``count`` rows that share a key and have no parent."""
    table, id_ = TABLE_OF[entity], key["candidate_id"]
    missing = next((name for name, value in key.items() if value is None), None)
    if missing is not None:
        return Mistake(candidate if candidate >= 0 else None, _missing(entity, missing, id_, count))
    if candidate < 0:
        message = f"{_rows(count)} of `{table}` {_name(count)} the candidate `{id_}`, which `candidates` does not have"
        return Mistake(None, Reject(id_, table, DanglingReference.id, message, "add the candidate, or correct the id"))
    *_, (column, value) = key.items()
    if column == "interview_id":
        inside = f" of the application `{key['application_id']}`, which `interviews` does not have"
    else:
        inside = ", which `applications` does not have"
    message = f"{_rows(count)} of `{table}` {_name(count)} the {column.removesuffix('_id')} `{value}`{inside}"
    return Mistake(candidate, Reject(id_, table, DanglingReference.id, message, "add the row, or correct the id"))


def _missing(entity: str, column: str, candidate_id: str | None, count: int) -> Reject:
    table = TABLE_OF[entity]
    message = f"{_rows(count)} of `{table}` {'has' if count == 1 else 'have'} no `{column}`"
    return Reject(candidate_id, table, MissingFact.id, message, "rows are identified by it")


def _rows(count: int) -> str:
    return "a row" if count == 1 else f"{count:,} rows"


def _name(count: int) -> str:
    return "names" if count == 1 else "name"
