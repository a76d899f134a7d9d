"""The people of an application in a case, matched with the people of an import."""

from __future__ import annotations

from typing import Any

from tactful.formats.importers.items import Person
from tactful.formats.importers.merge.document import Document
from tactful.formats.importers.merge.ids import folded, free, remote_id, slug


class People:
    """The people of one application. An import only fills in their missing fields."""

    def __init__(self, document: Document, application: dict[str, Any], changes: list[str]) -> None:
        self._document, self._application, self._changes = document, application, changes

    def all(self) -> list[dict[str, Any]]:
        """All people of the application."""
        return [person for person in self._application.get("people") or [] if isinstance(person, dict)]

    def find(self, person: Person, system: str) -> dict[str, Any] | None:
        """The same person in the case: by address, else by the source's id, else by name without another address."""
        known = self.all()
        if person.email is not None:
            for other in known:
                if folded(str(other.get("email") or "")) == folded(person.email):
                    return other
        if person.uid is not None:
            for other in known:
                if other["id"] == remote_id(system, person.uid):
                    return other
        if person.name is not None:
            same = [other for other in known if folded(str(other.get("name") or "")) == folded(person.name)]
            same = [other for other in same if person.email is None or not other.get("email")]
            if len(same) == 1:
                return same[0]
        return None

    def take(self, person: Person, system: str) -> str:
        """The id of a person, who is added if the case does not have them."""
        entry = self.find(person, system)
        if entry is None:
            return self._add(person, system)
        for key, value in (("name", person.name), ("email", person.email), ("role", person.role)):
            if value is not None and not entry.get(key):
                self._document.put(entry, key, self._document.text(value))
                self._changes.append(f"{self._application['id']}: {entry['id']}: {key} {value}")
        return str(entry["id"])

    def _add(self, person: Person, system: str) -> str:
        text = self._document.text
        id_ = free(self._wanted_id(person, system), [str(other["id"]) for other in self.all()])
        given = {"id": id_, "name": person.name, "email": person.email, "role": person.role}
        entry = self._document.mapping({key: text(value) for key, value in given.items() if value is not None})
        self._document.append(self._application, "people", entry)
        self._changes.append(f"{self._application['id']}: {person.name or person.email or id_} is new")
        return id_

    def _wanted_id(self, person: Person, system: str) -> str:
        """An id made from the source's, by which the person is known again; else from the name or the address."""
        if person.uid is not None:
            return remote_id(system, person.uid)
        local = (person.email or "").partition("@")[0]
        return slug(person.name or "") or slug(local) or remote_id("person", person.email or person.name or "")
