"""Finds or creates the application of a case that an interview belongs to."""

from __future__ import annotations

from typing import Any

from tactful.facts.reading.limits import CaseLimits
from tactful.formats.importers.items import Application, ApplicationState, Interview, Log, Person
from tactful.formats.importers.merge.addresses import domain, is_service, label
from tactful.formats.importers.merge.document import Document
from tactful.formats.importers.merge.ids import folded, free, made_id, slug
from tactful.source.codes.case import TooMany
from tactful.source.codes.imports import AmbiguousImport


class ApplicationFinder:
    """Finds applications in a case being edited."""

    def __init__(self, document: Document, wanted: str | None, log: Log, changes: list[str]) -> None:
        self._document, self._wanted, self._log, self._changes = document, wanted, log, changes
        self._was_empty = not self.applications()

    def applications(self) -> list[dict[str, Any]]:
        """All applications of the case."""
        return list(self._document.root.get("applications") or [])

    def by_id(self, id_: str) -> dict[str, Any] | None:
        """The application with an id."""
        return next((application for application in self.applications() if str(application["id"]) == id_), None)

    def of_row(self, row: Application) -> dict[str, Any] | None:
        """The application of a table's row: by id; by company and role where the row has no id of its own."""
        fields = dict(row.fields)
        if not row.has_id and "company" in fields:
            known = self.applications()
            same = [other for other in known if _same(other.get("company"), str(fields["company"]))]
            same = [other for other in same if _same(other.get("role"), str(fields.get("role", "")))]
            if len(same) == 1:
                return same[0]
        return self.by_id(row.id)

    def of_state(self, state: ApplicationState) -> dict[str, Any]:
        """The application that a source describes, by the option --application or by its id; created if needed."""
        id_ = self._wanted or state.uid
        return self.by_id(id_) or self.add({"id": id_})

    def find(self, interview: Interview, home: str | None) -> dict[str, Any] | None:
        """The application of an interview, created if needed; ``None`` after a mistake where it is ambiguous.

        The option --application decides first, then the source's id, the company's domain, and the job's title.
        """
        given = interview.belonging
        if self._wanted is not None:
            return self._named_by_option(interview, home)
        if given.application is not None:
            return self.by_id(given.application) or self._new(interview, home)
        candidates = self.applications()
        if not candidates:
            return self._new(interview, home)
        if home is not None:
            fitting = [application for application in candidates if _at(application, home)]
            if not fitting:
                return self._only_blank(interview, candidates, home) or self._new(interview, home)
            candidates = fitting
        if given.role is not None:
            fitting = [application for application in candidates if _same(application.get("role"), given.role)]
            if not fitting and home is None:
                return self._only_blank(interview, candidates, home) or self._new(interview, home)
            candidates = fitting or candidates
        if home is None and given.company is not None and interview.sender is not None:
            fitting = [application for application in candidates if _called(application, given.company)]
            if not fitting:
                return self._only_blank(interview, candidates, slug(given.company)) or self._new(interview, home)
            candidates = fitting
        elif home is None and given.role is None and is_service(interview.sender):
            self._unknown_company(interview)
            return None
        if len(candidates) == 1:
            if home is None and given.role is None and given.company is None:
                self._guess(interview, candidates[0])
            return candidates[0]
        names = ", ".join(f"`{application['id']}`" for application in candidates)
        help_ = "pass --application with its id"
        self._log.mistake(AmbiguousImport, interview.span, f"several applications fit: {names}", help_)
        return None

    def _named_by_option(self, interview: Interview, home: str | None) -> dict[str, Any] | None:
        assert self._wanted is not None
        application = self.by_id(self._wanted)
        if application is None and self._was_empty:
            return self._new(interview, home)
        if application is None:
            names = ", ".join(f"`{other['id']}`" for other in self.applications())
            self._log.mistake(AmbiguousImport, None, f"the case has no application `{self._wanted}`", f"it has {names}")
        return application

    def _only_blank(
        self, interview: Interview, candidates: list[dict[str, Any]], home: str | None
    ) -> dict[str, Any] | None:
        """The only application of the case, if it has no other company or job."""
        only = candidates[0]
        key = "role" if home is None else "company"
        if (
            len(candidates) != 1
            or only.get(key)
            or (home is not None and any(map(_domain_of, only.get("people") or [])))
        ):
            return None
        self._guess(interview, only)
        return only

    def _unknown_company(self, interview: Interview) -> None:
        """Report that a service's invitation does not say for which company it is."""
        message = "a service sent the invitation, and it does not say for which company"
        help_ = "write the application into the case with its `company`, and pass --application with its id"
        self._log.mistake(AmbiguousImport, interview.span, message, help_)

    def _guess(self, interview: Interview, application: dict[str, Any]) -> None:
        help_ = "if that is wrong, pass --application with another id"
        self._log.guess(
            interview.span, f"the interview is assumed to belong to the application `{application['id']}`", help_
        )

    def _new(self, interview: Interview, home: str | None) -> dict[str, Any] | None:
        most = CaseLimits().applications
        if len(self.applications()) >= most:
            self._log.mistake(TooMany, None, f"the case would have more than {most} applications", "split the files")
            return None
        given = interview.belonging
        company, role, name = given.company, given.role, None if home is None else label(home)
        if company is not None and interview.sender is not None:
            self._log.guess(
                interview.span, f"the company is assumed to be `{company}`, from the invitation", "correct `company`"
            )
        elif company is None and name is not None:
            company = name.capitalize()
            self._log.guess(
                interview.span, f"the company is assumed to be `{company}`, from {home}", "correct `company`"
            )
        if role is not None and interview.system == "ics":
            self._log.guess(interview.span, f"the job is assumed to be `{role}`, from the summary", "correct `role`")
        named = name or (company if interview.sender is not None else None) or role or ""
        wanted = self._wanted or given.application or (made_id("application", named) if named else "application")
        taken = [str(application["id"]) for application in self.applications()]
        id_ = free(wanted, taken)
        if wanted == "application":
            message = "the file does not name an application, so `application` is created"
            self._log.guess(interview.span, message, "pass --application with an id, or correct `id` and add `company`")
        elif taken and self._wanted is None:
            help_ = "if it belongs to another application, pass --application with its id"
            self._log.guess(interview.span, f"the application `{id_}` is new: no application of the case fits", help_)
        if given.time_zone is not None:
            help_ = "correct `time_zone`"
            self._log.guess(interview.span, f"the company is assumed to be in the time zone {given.time_zone}", help_)
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
    """Whether an application is at the company of a domain, judged by its people's addresses, else by its name."""
    domains = {domain_ for domain_ in map(_domain_of, application.get("people") or []) if domain_ is not None}
    if domains:
        return home in domains
    company, short = slug(str(application.get("company") or "")).replace("-", ""), slug(label(home)).replace("-", "")
    return bool(company and short) and (company.startswith(short) or short.startswith(company))


def _called(application: dict[str, Any], company: str) -> bool:
    """Whether an application is at the company of a name."""
    wanted = slug(company).replace("-", "") or company.casefold()
    own = str(application.get("company") or "")
    names = [own, *(label(domain_) for domain_ in map(_domain_of, application.get("people") or []) if domain_)]
    return wanted in [slug(name).replace("-", "") or name.casefold() for name in names]


def _domain_of(person: dict[str, Any]) -> str | None:
    return domain(Person(email=str(person.get("email") or "") or None))


def _same(text: Any, other: str) -> bool:
    return folded(str(text or "")) == folded(other)
