"""The contents of a journal: find entries, verify them, erase people, and delete old entries."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

import msgspec

from tactful.api.policy import Policy, policy_of
from tactful.decide.decider import Origin
from tactful.facts.reading.limits import CaseLimits
from tactful.journal.chain import Head, link
from tactful.journal.entries import (
    NO_BODY,
    Body,
    Entry,
    Header,
    Kind,
    Row,
    Settings,
    encode,
    id_at,
    microseconds,
    new_id,
)
from tactful.journal.errors import DatabaseFailed
from tactful.journal.sources import Kept, read_source
from tactful.journal.store import OF_SUBJECT, Store
from tactful.journal.subjects import Subjects
from tactful.reasons.records.decision import LimitsRecord
from tactful.source.diagnostics import TactfulError

_HEADER: Final = msgspec.json.Decoder(Header)
_BODY: Final = msgspec.json.Decoder(Body)
_SETTINGS: Final = msgspec.json.Decoder(Settings)
#: How many policies are kept that entries were decided with.
_POLICIES: Final = 8


class Wanted(NamedTuple):
    """Which entries to find. Moments are in microseconds since 1970; ``until`` is not included."""

    subject: int | None = None
    since: int | None = None
    until: int | None = None
    kind: Kind | None = None
    request: str | None = None
    action: str | None = None


EVERYTHING: Final = Wanted()


def _policy(source: Kept, limits: LimitsRecord) -> Policy:
    return policy_of(Origin(read_source(source), CaseLimits(**msgspec.structs.asdict(limits)), "compiled"))


class Archive:
    """A journal that is open for reading. Raises :class:`tactful.TactfulError` if the database fails."""

    def __init__(self, store: Store, subjects: Subjects) -> None:
        self.store, self.subjects = store, subjects
        self._settings: dict[str, Settings] = {}
        self._policies: dict[str, Policy] = {}
        self._policy_of = lru_cache(maxsize=_POLICIES)(_policy)

    def close(self) -> None:
        """Let go of the database."""
        self.subjects.close()
        self.store.database.close()

    def subject(self, candidate: str) -> int:
        """The subject of a candidate's id. Raises :class:`tactful.TactfulError` if the journal knows none."""
        found = self.subjects.find(candidate)
        if found is None:
            raise TactfulError("the journal knows no subject for this candidate; it never did, or it was erased")
        return found

    def find(self, wanted: Wanted = EVERYTHING) -> Iterator[Entry]:
        """The wanted entries, in their order."""
        for row in self.rows(wanted):
            if wanted.request is not None and wanted.request.encode() not in row.header:
                continue
            entry = self.entry(row)
            if wanted.request not in (None, entry.request):
                continue
            if wanted.action is not None and all(each.action != wanted.action for each in entry.outcome):
                continue
            yield entry

    def rows(self, wanted: Wanted = EVERYTHING) -> Iterator[Row]:
        """The wanted rows, as far as the database can select them."""
        conditions, values = list[str](), list[Any]()
        for condition, value in (
            (OF_SUBJECT, wanted.subject),
            ("id >= ?", None if wanted.since is None else id_at(wanted.since)),
            ("id < ?", None if wanted.until is None else id_at(wanted.until)),
            ("kind = ?", wanted.kind),
        ):
            if value is not None:
                conditions.append(condition)
                values.append(value)
        try:
            yield from self.store.rows(conditions, values)
        except DatabaseFailed as error:
            raise TactfulError(f"the journal cannot be read: {error}") from None

    def get(self, id_: str) -> Entry:
        """The entry with an id. Raises :class:`tactful.TactfulError` if there is none."""
        return self.entry(self.row(id_))

    def row(self, id_: str) -> Row:
        """The row with an id, which is a UUID, or the number of an entry."""
        try:
            condition = ("number = ?", int(id_)) if id_.isdigit() else ("id = ?", uuid.UUID(id_).bytes)
        except ValueError:
            raise TactfulError(f"{id_!r} is not the id of an entry; `tactful journal find` prints ids") from None
        row = next(self.store.rows([condition[0]], [condition[1]]), None)
        if row is None:
            raise TactfulError(f"the journal has no entry `{id_}`; it never had, or the entry was pruned")
        return row

    def entry(self, row: Row) -> Entry:
        """An entry as people read it."""
        header, body = _HEADER.decode(row.header), self.body(row)
        told = body or Body()
        return Entry(
            number=row.number,
            id=str(uuid.UUID(bytes=row.id)),
            at=datetime.fromtimestamp(row.at / 1e6, UTC).isoformat(),
            kind=row.kind,  # type: ignore[arg-type]  # the chain covers it
            subject=header.subject if row.subject is None else row.subject,
            now=None if header.now is None else datetime.fromtimestamp(header.now, UTC).isoformat(),
            request=header.request,
            trace=header.trace,
            seconds=None if header.micros is None else header.micros / 1e6,
            made_with=None if header.settings is None else self.settings(header.settings),
            case=told.case,
            case_digest=told.digest,
            outcome=told.outcome,
            errors=told.errors,
            refused=told.text,
            erased=body is None and row.commitment != NO_BODY,
            through=header.through,
        )

    def header(self, row: Row) -> Header:
        """What stands in clear."""
        return _HEADER.decode(row.header)

    def body(self, row: Row) -> Body | None:
        """What is about a person; ``None`` if there is nothing, or if it was forgotten."""
        text = self.text(row)
        return None if text is None else _BODY.decode(text)

    def text(self, row: Row) -> bytes | None:
        """A body as JSON."""
        if row.body is None or row.subject is None:
            return None
        return self.subjects.unseal(row.subject, row.id, row.body)

    def settings(self, name: str) -> Settings:
        """The settings with a digest."""
        known = self._settings.get(name)
        if known is None:
            known = self._settings[name] = _SETTINGS.decode(self._kept(name).data)
        return known

    def _kept(self, name: str) -> Kept:
        data = self.store.kept(name)
        if data is None:
            raise TactfulError(f"the journal has lost `{name}`, to which entries refer")
        return Kept(name, data)

    def policy(self, name: str) -> Policy:
        """The policy that decisions with these settings were made with, in the pack's own language.

        Calendars, time zones and tactful itself are of the versions that are installed now.
        """
        known = self._policies.get(name)
        if known is None:
            settings = self.settings(name)
            known = self._policies[name] = self._policy_of(self._kept(settings.source), settings.limits)
        return known

    # --- erasing and deleting ---

    def erase(self, subject: int) -> None:
        """Erase a subject: nothing about the person stays readable in this journal and its keys.

        The chain stays valid, and gets an entry about the erasure. Raises :class:`tactful.TactfulError` for a subject
        that the journal does not have.
        """
        if not self.subjects.known(subject) and next(self.rows(Wanted(subject=subject)), None) is None:
            raise TactfulError(f"the journal has no subject {subject}; `tactful journal find` prints subjects")
        self._change(Header(subject=subject), "erasure", lambda: self._forget(subject))

    def _forget(self, subject: int) -> None:
        self.store.forget_bodies(subject)
        self.subjects.forget([subject])

    def prune(self, before: int) -> int:
        """Delete all entries that are older than a moment (microseconds since 1970), and subjects without entries.

        A checkpoint stays, from which the chain continues. Returns how many entries were deleted.
        """
        old = next(self.store.rows(["id < ?"], [id_at(before)], last=1), None)
        if old is None:
            return 0
        first = self.store.checkpoint().number
        through = Head(old.number, old.hash)

        def take_out() -> None:
            gone = self.store.gone_subjects(through.number)
            self.store.take_out(through)
            self.subjects.forget(gone)

        self._change(Header(through=through.number, hash=through.hash.hex()), "retention", take_out)
        return through.number - first

    def _change(self, header: Header, kind: Kind, change: Any) -> None:
        """Add an entry about a change of the journal itself, and make the change."""
        at, text = microseconds(), encode(header)
        id_ = new_id(at)
        try:
            with self.store.writing():
                head = link(self.store.head(), id_, at, kind, None, text, NO_BODY)
                self.store.add([Row(head.number, id_, at, kind, None, text, None, NO_BODY, head.hash)])
                change()
            self.store.database.clean()
            self.subjects.clean()
        except DatabaseFailed as error:
            raise TactfulError(f"the journal cannot be changed: {error}") from None
