"""The parts of the importers that decide something: who is the candidate, what is older, what things are called."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tactful.formats.importers.applications_csv import APPLICATION, OFFER, PERSON
from tactful.formats.importers.items import Attendee, Person, Version
from tactful.formats.importers.merge.addresses import find_candidate, home, label
from tactful.formats.importers.merge.document import Document
from tactful.formats.importers.merge.ids import free, remote_id, slug

ROOT = Path(__file__).parents[2]
DAY = datetime(2026, 3, 1, tzinfo=UTC)
LATER = datetime(2026, 3, 2, tzinfo=UTC)
INES = Person(name="Ines", email="ines@acme.com", role="coordinator")


def _guest(email: str, accepted: bool | None = None, name: str | None = None) -> Attendee:
    return Attendee(person=Person(email=email, name=name), accepted=accepted)


OMAR, KIM, LEE = _guest("omar@acme.com", True), _guest("kim@gmail.com"), _guest("lee@agency.example", True)


@pytest.mark.parametrize(
    ("organizer", "guests", "addresses", "name", "candidate"),
    [
        pytest.param(INES, (OMAR, KIM), {"omar@acme.com"}, None, OMAR, id="an address that is known is certain"),
        pytest.param(INES, (OMAR, KIM), set(), None, KIM, id="the only one from elsewhere"),
        pytest.param(INES, (OMAR, KIM, LEE), set(), None, KIM, id="of several from elsewhere who has not answered"),
        pytest.param(INES, (OMAR, KIM, LEE), {"x@y.z"}, None, None, id="an address that nobody has: nobody"),
        pytest.param(INES, (KIM,), set(), None, KIM, id="the only one invited"),
        pytest.param(INES, (OMAR, _guest("a@acme.com")), set(), None, None, id="all of the company: nobody"),
        pytest.param(None, (KIM,), set(), None, None, id="without an organizer the only one may be the interviewer"),
        pytest.param(
            Person(email="no-reply@greenhouse.io"),
            (OMAR, _guest("mei@acme.com"), KIM),
            set(),
            None,
            KIM,
            id="a service organizes: the company is where most are",
        ),
        pytest.param(
            INES,
            (OMAR, _guest("k@acme.com", name="Kim  OSEI")),
            set(),
            "Kim Osei",
            _guest("k@acme.com", name="Kim  OSEI"),
            id="the candidate's name",
        ),
    ],
)
def test_who_the_candidate_is(
    organizer: Person | None,
    guests: tuple[Attendee, ...],
    addresses: set[str],
    name: str | None,
    candidate: Attendee | None,
) -> None:
    """Certain by an address, guessed and told otherwise, and nobody where a guess could cost somebody their thanks."""
    found = find_candidate(organizer, guests, frozenset(addresses), name)
    assert found.attendees == (() if candidate is None else (candidate,))
    assert (found.doubt is None) == bool(candidate and candidate.person.email in addresses)


@pytest.mark.parametrize(
    ("domain", "company"),
    [("acme.com", "acme"), ("mail.acme.co.uk", "acme"), ("acme.io", "acme"), ("localhost", "localhost")],
)
def test_label_is_the_companys_part_of_a_domain(domain: str, company: str) -> None:
    """What stands before the ending, two-part endings included."""
    assert label(domain) == company


def test_mail_for_everybody_is_no_company() -> None:
    """An organizer who writes from an address that anybody can have does not tell the company."""
    assert home(Person(email="boss@gmail.com"), ()) is None


@pytest.mark.parametrize(
    ("version", "other", "newer", "older"),
    [
        (Version(sequence=1), Version(sequence=0, updated_at=LATER), True, False),
        (Version(sequence=0, updated_at=LATER), Version(sequence=1, updated_at=DAY), False, True),
        (Version(sequence=1, updated_at=LATER), Version(sequence=1, updated_at=DAY), True, False),
        (Version(sequence=1, updated_at=DAY), Version(sequence=1, updated_at=DAY), False, False),
        (Version(sequence=1), Version(sequence=1, updated_at=DAY), False, False),
        (Version(updated_at=DAY), Version(updated_at=LATER), False, True),
        (Version(), Version(updated_at=DAY), True, False),
        (Version(), Version(), True, False),
    ],
)
def test_versions(version: Version, other: Version, newer: bool, older: bool) -> None:
    """The number decides, then the date; where neither is known, what comes in is newer."""
    assert (version.newer_than(other), version.older_than(other)) == (newer, older)


def test_ids_are_short_stable_and_told_apart() -> None:
    """Plain ids stay whole; others are cut, and two that are cut to the same are told apart."""
    assert remote_id("greenhouse", "7340021") == "greenhouse-7340021"
    long, longer = "4471" * 30 + "@x", "4471" * 30 + "@y"
    assert remote_id("ics", long) == remote_id("ics", long) != remote_id("ics", longer)
    assert len(remote_id("ics", long)) <= 40
    assert slug("Zoë Müller-Lüdenscheidt") == "zoe-muller-ludenscheidt"
    assert free("dana", ["dana", "dana-2"]) == "dana-3"


def test_the_reference_lists_every_column() -> None:
    """docs/reference/imports.md names all columns of a table of applications."""
    text = (ROOT / "docs/reference/imports.md").read_text()
    assert [one for one in (*APPLICATION, *OFFER, *PERSON) if f"`{one}`" not in text] == []


@pytest.mark.parametrize("file", sorted((ROOT / "examples").glob("*.yaml")), ids=lambda path: path.stem)
def test_a_case_is_written_as_it_was_read(file: Path) -> None:
    """Nothing of how people write their cases is lost by reading one and writing it again."""
    text = file.read_text()
    assert Document.parse(text, file.name, as_json=False).dump() == text
