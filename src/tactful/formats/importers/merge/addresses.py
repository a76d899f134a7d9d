"""What mail addresses reveal: the company, and which attendee is the candidate."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

import msgspec

from tactful.facts.shape import Side
from tactful.formats.importers.items import Attendee, Interview, Person, Record, words
from tactful.formats.importers.merge.domains import listed
from tactful.formats.importers.merge.ids import folded

#: What a service's customer is called in the name of the sender: ``Acme Recruiting``, ``Acme via Greenhouse``.
_SENDERS: Final = (
    re.compile(r"(?P<company>.+?)\s+(?:via|through|by|\(via)\s+\S.*", re.IGNORECASE),
    re.compile(r"(?P<company>.+?)['\u2019]s\s+(?:hiring|recruiting|recruitment|talent|people|hr)\b.*", re.IGNORECASE),
    re.compile(
        r"(?:the\s+)?(?P<company>.+?)\s+(?:hiring|recruiting|recruitment|talent|people|hr|careers|jobs|interviews?"
        r"|scheduling)(?:\s+(?:team|acquisition|operations|ops|coordinators?))*",
        re.IGNORECASE,
    ),
)
#: Words of a title that is about an interview, and what stands before and after a company's name in it.
_ABOUT: Final = re.compile(r"\b(?:interview|call|chat|screen|meeting|conversation)\b", re.IGNORECASE)
_AT: Final = re.compile(r"\s(?:at|with)\s", re.IGNORECASE)
_BREAK: Final = re.compile(r"\s?[:|(,\u2013\u2014]|\s-\s")
_BEFORE: Final = re.compile(r"\sinterview\b", re.IGNORECASE)
#: The longest sender's name, title and company's name that a company is looked for in, in characters.
_LONGEST: Final = 200
#: Words of titles and senders that are no company's name.
_NO_COMPANY: Final = words(
    "a an and the our your us you team company interview interviews interviewing phone video onsite on-site remote final "
    "first second third round technical coding hiring manager recruiter recruiting recruitment scheduling scheduler screen "
    "screening call chat virtual panel behavioral behavioural design system culture fit invitation invite updated cancelled "
    "canceled confirmed confirmation zoom google meet teams microsoft webex job candidate no-reply noreply notifications "
    "talent hr people calendar introductory intro initial with for of in on stage loop"
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
    return None if not domain_ or listed(domain_, "mail") or listed(domain_, "service") else domain_


def is_service(person: Person | None) -> bool:
    """Whether somebody's address is at a service that sends invitations for its customers."""
    return person is not None and listed((person.email or "").rpartition("@")[2], "service")


def canceller(sender: Person | None, addresses: frozenset[str]) -> Side | None:
    """The side that called an interview off, by the address of whoever sent the cancellation.

    ``addresses`` are the candidate's own. ``None`` where they are unknown, and where the sender's address may be
    anybody's: a private one, or one of a service through which either side can cancel.
    """
    if sender is None or sender.email is None or not addresses:
        return None
    if sender.email.casefold() in addresses:
        return "candidate"
    return None if domain(sender) is None else "company"


def with_company(interview: Interview, sender: Person | None) -> Interview:
    """The interview with the company that a service's invitation names in its sender or title, if it names one."""
    if not is_service(sender) or sender is None or interview.belonging.company is not None:
        return interview
    people = [sender, *(attendee.person for attendee in interview.attendees or ())]
    candidates = (*_from_sender((sender.name or "")[:_LONGEST]), *_from_title((interview.summary or "")[:_LONGEST]))
    company = next((company for text in candidates if (company := _company(text, people)) is not None), None)
    if company is None:
        return interview
    belonging = msgspec.structs.replace(interview.belonging, company=company)
    return msgspec.structs.replace(interview, belonging=belonging)


def _from_sender(name: str) -> list[str]:
    """What may be the company in a sender's name."""
    return [match["company"] for pattern in _SENDERS if (match := pattern.fullmatch(name)) is not None]


def _from_title(title: str) -> list[str]:
    """What may be the company in a title: ``Interview with Acme``, ``Acme: interview``, ``Acme interview``."""
    texts = []
    head, *tail = _AT.split(title, maxsplit=1)
    if tail and _ABOUT.search(head):
        texts.append(_BREAK.split(tail[0], maxsplit=1)[0])
    head, *tail = _BREAK.split(title, maxsplit=1)
    if tail and _ABOUT.search(tail[0]):
        texts.append(head)
    head, *tail = _BEFORE.split(title, maxsplit=1)
    if tail and not _BREAK.search(head):
        texts.append(head)
    return texts


def _company(text: str, people: list[Person]) -> str | None:
    """A company's name; ``None`` where the text is a person's name, or has only words of titles."""
    company = text.strip().strip("[]()\"'").strip()
    names = {word for person in people[1:] for word in (person.name or "").casefold().replace(",", " ").split()}
    own = {word.strip(".,") for word in company.casefold().split()}
    titles = own <= _NO_COMPANY or any(listed(f"{word}.com", "service") for word in own)
    return None if not company or len(company) > _LONGEST or titles or own & names else company


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
