"""The people of an application in a case, and who of them an import speaks of."""

from __future__ import annotations

from typing import Any

from tactful.formats.importers.found import Person
from tactful.formats.importers.merge.document import Document
from tactful.formats.importers.merge.ids import free, remote_id, slug


class People:
    """The people of one application. What the case says of them stands; an import fills in what is missing."""

    def __init__(self, document: Document, application: dict[str, Any], changes: list[str]) -> None:
        self._document, self._application, self._changes = document, application, changes

    def all(self) -> list[dict[str, Any]]:
        """Everybody that the application has."""
        return [one for one in self._application.get("people") or [] if isinstance(one, dict)]

    def find(self, person: Person, system: str) -> dict[str, Any] | None:
        """Who is meant: whoever has the same address, else the source's id, else the same name and no other address."""
        known = self.all()
        if person.email is not None:
            for one in known:
                if str(one.get("email") or "").casefold() == person.email.casefold():
                    return one
        if person.uid is not None:
            for one in known:
                if one["id"] == remote_id(system, person.uid):
                    return one
        if person.name is not None:
            same = [one for one in known if _words(one.get("name")) == _words(person.name)]
            same = [one for one in same if person.email is None or not one.get("email")]
            if len(same) == 1:
                return same[0]
        return None

    def take(self, person: Person, system: str) -> str:
        """The id of a person, who is added where the case does not have them."""
        found = self.find(person, system)
        if found is None:
            return self._add(person, system)
        for key, value in (("name", person.name), ("email", person.email), ("role", person.role)):
            if value is not None and not found.get(key):
                self._document.put(found, key, self._document.text(value))
                self._changes.append(f"{self._application['id']}: {found['id']}: {key} {value}")
        return str(found["id"])

    def _add(self, person: Person, system: str) -> str:
        text = self._document.text
        id_ = free(self._wanted_id(person, system), [str(one["id"]) for one in self.all()])
        given = {"id": id_, "name": person.name, "email": person.email, "role": person.role}
        entry = self._document.mapping({key: text(value) for key, value in given.items() if value is not None})
        self._document.append(self._application, "people", entry)
        self._changes.append(f"{self._application['id']}: {person.name or person.email or id_} is new")
        return id_

    def _wanted_id(self, person: Person, system: str) -> str:
        """The source's id where there is no address to know the person by; else the name, in small letters."""
        if person.email is None and person.uid is not None:
            return remote_id(system, person.uid)
        local = (person.email or "").partition("@")[0]
        return slug(person.name or "") or slug(local) or remote_id("person", person.email or person.name or "")


def _words(name: Any) -> list[str]:
    return str(name or "").casefold().split()
