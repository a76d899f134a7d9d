"""What mail addresses reveal: the company, and which attendee is the candidate."""

from __future__ import annotations

from collections import Counter
from typing import Final

from tactful.formats.importers.items import Attendee, Person, Record, words
from tactful.formats.importers.merge.ids import folded

#: Domains where anybody can have an address, so they name no company.
_OPEN_TO_ALL: Final = words(
    "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com icloud.com me.com mac.com "
    "aol.com proton.me protonmail.com pm.me gmx.com gmx.de gmx.net web.de t-online.de mail.com zoho.com fastmail.com "
    "hey.com tutanota.com qq.com 163.com 126.com naver.com mail.ru yandex.ru"
)
#: Domains of services that send invitations for their customers.
_SERVICES: Final = words(
    "greenhouse.io greenhouse-mail.io lever.co hire.lever.co ashbyhq.com workable.com workablemail.com smartrecruiters.com "
    "calendly.com goodtime.io modernloop.io calendar.google.com group.calendar.google.com"
)
#: Second-level parts of domains below which companies have their own: acme.co.uk.
_SECOND_LEVEL: Final = words("co com ac org net gov edu or ne go")


class CandidateMatch(Record, frozen=True):
    """The attendees who are the candidate. ``doubt`` is the note to add where that is not certain."""

    attendees: tuple[Attendee, ...]
    doubt: str | None = None


def domain(person: Person) -> str | None:
    """The domain of somebody's address, if it belongs to a company."""
    domain_ = (person.email or "").rpartition("@")[2]
    return None if not domain_ or domain_ in _OPEN_TO_ALL or domain_ in _SERVICES else domain_


def home(organizer: Person | None, people: tuple[Person, ...]) -> str | None:
    """The company's domain: the organizer's, else the most frequent among the attendees."""
    if organizer is not None and (own := domain(organizer)) is not None:
        return own
    counted = Counter(name for name in map(domain, people) if name is not None).most_common(2)
    if not counted or (len(counted) == 2 and counted[0][1] == counted[1][1]):
        return None
    return counted[0][0]


def label(domain: str) -> str:
    """The company's part of a domain: ``acme`` in ``mail.acme.co.uk``."""
    parts = domain.split(".")
    if len(parts) >= 3 and len(parts[-1]) == 2 and parts[-2] in _SECOND_LEVEL:
        return parts[-3]
    return parts[-2] if len(parts) >= 2 else parts[0]


def find_candidate(
    organizer: Person | None, attendees: tuple[Attendee, ...], addresses: frozenset[str], name: str | None
) -> CandidateMatch:
    """The attendee who is the candidate.

    An attendee with one of the candidate's addresses is certain. Guesses, in this order: the attendee with the
    candidate's name; the only attendee; the only attendee with an address outside the company, or, of several, the only
    one without an answer. Otherwise nobody, because an interviewer taken for the candidate would get no thank-you.
    """
    own = tuple(attendee for attendee in attendees if attendee.person.email in addresses)
    if own or (organizer is not None and organizer.email in addresses) or not attendees:
        return CandidateMatch(attendees=own)
    if name is not None:
        same = tuple(attendee for attendee in attendees if _same_name(attendee.person.name, name))
        if len(same) == 1:
            return _guess(same[0], "who has the candidate's name")
    if addresses:
        return CandidateMatch(
            attendees=(), doubt="none of the attendees has the candidate's address: all are taken for interviewers"
        )
    if organizer is not None and len(attendees) == 1:
        return _guess(attendees[0], "the only attendee")
    company = home(organizer, tuple(attendee.person for attendee in attendees))
    if company is not None:
        outside = [attendee for attendee in attendees if not _within(attendee.person.email, company)]
        if len(outside) > 1:
            outside = [attendee for attendee in outside if attendee.accepted is None]
        if len(outside) == 1 and len(attendees) > 1:
            return _guess(outside[0], f"whose address is not at {company}")
    return CandidateMatch(
        attendees=(), doubt="it is not clear which attendee is the candidate: all are taken for interviewers"
    )


def _guess(attendee: Attendee, why: str) -> CandidateMatch:
    shown = attendee.person.email or attendee.person.name
    return CandidateMatch(attendees=(attendee,), doubt=f"`{shown}`, {why}, is taken for the candidate")


def _same_name(name: str | None, other: str) -> bool:
    return name is not None and folded(name) == folded(other)


def _within(email: str | None, domain: str) -> bool:
    own = (email or "").rpartition("@")[2]
    return own == domain or own.endswith(f".{domain}") or not own
