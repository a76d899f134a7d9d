"""What mail addresses tell: which company, and who of the invited is the candidate."""

from __future__ import annotations

from collections import Counter
from typing import Final

from tactful.formats.importers.found import Attendee, Person, Record, words

#: Where anybody can have an address, so that it tells no company.
_OPEN_TO_ALL: Final = words(
    "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com icloud.com me.com mac.com "
    "aol.com proton.me protonmail.com pm.me gmx.com gmx.de gmx.net web.de t-online.de mail.com zoho.com fastmail.com "
    "hey.com tutanota.com qq.com 163.com 126.com naver.com mail.ru yandex.ru"
)
#: Services that send invitations for their customers.
_SERVICES: Final = words(
    "greenhouse.io greenhouse-mail.io lever.co hire.lever.co ashbyhq.com workable.com workablemail.com smartrecruiters.com "
    "calendly.com goodtime.io modernloop.io calendar.google.com group.calendar.google.com"
)
#: Parts of domains below which companies have theirs: acme.co.uk.
_SECOND_LEVEL: Final = words("co com ac org net gov edu or ne go")


class Me(Record, frozen=True):
    """Who of the invited is the candidate: ``doubt`` is what is to be listed, where it is not certain."""

    attendees: tuple[Attendee, ...]
    doubt: str | None = None


def domain(person: Person) -> str | None:
    """The domain of somebody's address, where it tells a company."""
    found = (person.email or "").rpartition("@")[2]
    return None if not found or found in _OPEN_TO_ALL or found in _SERVICES else found


def home(organizer: Person | None, people: tuple[Person, ...]) -> str | None:
    """The company's domain: the organizer's, else the one that most of the invited have."""
    if organizer is not None and (own := domain(organizer)) is not None:
        return own
    counted = Counter(one for one in map(domain, people) if one is not None).most_common(2)
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
) -> Me:
    """Who of the invited is the candidate.

    Certain: whoever has one of the candidate's addresses. Guessed, in this order: whoever has the candidate's name; the
    only one invited; the only one whose address is not the company's, or of several such the only one who has not
    answered. Otherwise nobody: an interviewer who is taken for the candidate would get no thanks.
    """
    mine = tuple(one for one in attendees if one.person.email in addresses)
    if mine or (organizer is not None and organizer.email in addresses) or not attendees:
        return Me(attendees=mine)
    if name is not None:
        same = tuple(one for one in attendees if _same_name(one.person.name, name))
        if len(same) == 1:
            return _guess(same[0], "who has the candidate's name")
    if addresses:
        return Me(attendees=(), doubt="none of the invited has the candidate's address: all are taken for interviewers")
    if organizer is not None and len(attendees) == 1:
        return _guess(attendees[0], "the only one invited")
    ours = home(organizer, tuple(one.person for one in attendees))
    if ours is not None:
        outside = [one for one in attendees if not _within(one.person.email, ours)]
        if len(outside) > 1:
            outside = [one for one in outside if one.accepted is None]
        if len(outside) == 1 and len(attendees) > 1:
            return _guess(outside[0], f"whose address is not at {ours}")
    return Me(
        attendees=(), doubt="it cannot be told who of the invited is the candidate: all are taken for interviewers"
    )


def _guess(attendee: Attendee, why: str) -> Me:
    shown = attendee.person.email or attendee.person.name
    return Me(attendees=(attendee,), doubt=f"`{shown}`, {why}, is taken for the candidate")


def _same_name(one: str | None, other: str) -> bool:
    return one is not None and one.casefold().split() == other.casefold().split()


def _within(email: str | None, domain: str) -> bool:
    found = (email or "").rpartition("@")[2]
    return found == domain or found.endswith(f".{domain}") or not found
