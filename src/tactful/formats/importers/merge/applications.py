"""Which application of a case an interview belongs to, and which is made where there is none."""

from __future__ import annotations

from typing import Any

from tactful.facts.reading.limits import CaseLimits
from tactful.formats.importers.found import Interview, Log, Person
from tactful.formats.importers.merge.addresses import domain, label
from tactful.formats.importers.merge.document import Document
from tactful.formats.importers.merge.ids import free, slug
from tactful.source.codes.case import TooMany
from tactful.source.codes.imports import WhichOne


class Whose:
    """Finds applications in a case being edited."""

    def __init__(self, document: Document, wanted: str | None, log: Log, changes: list[str]) -> None:
        self._document, self._wanted, self._log, self._changes = document, wanted, log, changes
        self._was_empty = not self.applications()

    def applications(self) -> list[dict[str, Any]]:
        """All applications of the case."""
        return list(self._document.root.get("applications") or [])

    def by_id(self, id_: str) -> dict[str, Any] | None:
        """The application with an id."""
        return next((one for one in self.applications() if str(one["id"]) == id_), None)

    def find(self, found: Interview, home: str | None) -> dict[str, Any] | None:
        """The application, which is made where need be; ``None``, with a mistake, where it cannot be told which.

        What is asked for by name comes first, then the source's own id, then the company's domain, then the job's title.
        """
        given = found.belonging
        if self._wanted is not None:
            return self._asked_for(found, home)
        if given.application is not None:
            return self.by_id(given.application) or self._new(found, home)
        candidates = self.applications()
        if not candidates:
            return self._new(found, home)
        if home is not None:
            fitting = [one for one in candidates if _at(one, home)]
            if not fitting:
                return self._only_blank(found, candidates, home) or self._new(found, home)
            candidates = fitting
        if given.role is not None:
            fitting = [one for one in candidates if _same(one.get("role"), given.role)]
            if not fitting and home is None:
                return self._only_blank(found, candidates, home) or self._new(found, home)
            candidates = fitting or candidates
        if len(candidates) == 1:
            if home is None and given.role is None:
                self._guess(found, candidates[0])
            return candidates[0]
        names = ", ".join(f"`{one['id']}`" for one in candidates)
        help_ = "pass --application with its id"
        self._log.mistake(WhichOne, found.span, f"it cannot be told which application is meant: {names}", help_)
        return None

    def _asked_for(self, found: Interview, home: str | None) -> dict[str, Any] | None:
        assert self._wanted is not None
        application = self.by_id(self._wanted)
        if application is None and self._was_empty:
            return self._new(found, home)
        if application is None:
            names = ", ".join(f"`{one['id']}`" for one in self.applications())
            self._log.mistake(WhichOne, None, f"the case has no application `{self._wanted}`", f"it has {names}")
        return application

    def _only_blank(
        self, found: Interview, candidates: list[dict[str, Any]], home: str | None
    ) -> dict[str, Any] | None:
        """The only application, where nothing in it speaks against."""
        only = candidates[0]
        key = "role" if home is None else "company"
        if (
            len(candidates) != 1
            or only.get(key)
            or (home is not None and any(map(_domain_of, only.get("people") or [])))
        ):
            return None
        self._guess(found, only)
        return only

    def _guess(self, found: Interview, application: dict[str, Any]) -> None:
        help_ = "pass --application with another id where that is wrong"
        self._log.guessed(
            found.span, f"the interview is taken to belong to the application `{application['id']}`", help_
        )

    def _new(self, found: Interview, home: str | None) -> dict[str, Any] | None:
        most = CaseLimits().applications
        if len(self.applications()) >= most:
            self._log.mistake(TooMany, None, f"the case would have more than {most} applications", "split the files")
            return None
        given = found.belonging
        company, role, name = given.company, given.role, None if home is None else label(home)
        if company is None and name is not None:
            company = name.capitalize()
            self._log.guessed(found.span, f"the company is taken to be `{company}`, after {home}", "correct `company`")
        if role is not None and found.system == "ics":
            self._log.guessed(found.span, f"the job is taken to be `{role}`, after the summary", "correct `role`")
        wanted = self._wanted or given.application or slug(name or "") or slug(role or "") or "application"
        taken = [str(one["id"]) for one in self.applications()]
        id_ = free(wanted, taken)
        if wanted == "application":
            message = "nothing says which application the interview belongs to: the application `application` is made"
            self._log.guessed(found.span, message, "pass --application with an id, or correct `id` and add `company`")
        elif taken and self._wanted is None:
            help_ = "pass --application with the id of one of the others where it belongs there"
            self._log.guessed(found.span, f"the application `{id_}` is new: none in the case is known to be it", help_)
        if given.time_zone is not None:
            help_ = "correct `time_zone`"
            self._log.guessed(found.span, f"the company is taken to be in the time zone {given.time_zone}", help_)
        fields = {"id": id_, "company": company, "role": role, "time_zone": given.time_zone}
        return self.add({key: value for key, value in fields.items() if value is not None})

    def add(self, fields: dict[str, str]) -> dict[str, Any]:
        """Add an application with these fields."""
        entry = self._document.mapping({key: self._document.text(value) for key, value in fields.items()})
        self._document.append(self._document.root, "applications", entry)
        self._changes.append(f"{fields['id']}: the application is new")
        added: dict[str, Any] = entry
        return added


def _at(application: dict[str, Any], home: str) -> bool:
    """Whether an application is at the company with a domain: by its people's addresses, else by its name."""
    domains = {one for one in map(_domain_of, application.get("people") or []) if one is not None}
    if domains:
        return home in domains
    company, short = slug(str(application.get("company") or "")).replace("-", ""), slug(label(home)).replace("-", "")
    return bool(company and short) and (company.startswith(short) or short.startswith(company))


def _domain_of(person: dict[str, Any]) -> str | None:
    return domain(Person(email=str(person.get("email") or "") or None))


def _same(one: Any, other: str) -> bool:
    return str(one or "").casefold().split() == other.casefold().split()
