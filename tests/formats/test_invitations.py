"""Invitations as programs write them: calendars and mails, with their zones, texts, people and companies."""

from __future__ import annotations

import base64
import quopri
import time
import unicodedata
from email.message import EmailMessage
from functools import cache
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import tactful
from mutations import MUTATIONS_DRAWN, bounded
from tactful.formats.importers import CaseFile, Imported, Options, import_files
from tactful.formats.importers.merge.domains import listed
from tactful.source.diagnostics import Diagnostic, InvalidInput

ME = ("kim@example.net",)
NOW = 1_790_000_000
ORGANIZER = "ORGANIZER;CN=Rita Recruiter:mailto:rita@acme.com"
DANA = "ATTENDEE;CN=Dana Ruiz;PARTSTAT=ACCEPTED:mailto:dana@acme.com"
KIM = "ATTENDEE;CN=Kim Lee;PARTSTAT=NEEDS-ACTION:mailto:kim@example.net"
TIMES = ("DTSTART:20261120T150000Z", "DTEND:20261120T160000Z")
US_STANDARD = ("DTSTART:20071104T020000", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU")
US_DAYLIGHT = ("DTSTART:20070311T020000", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU")


def _calendar(
    *lines: str,
    people: tuple[str, ...] = (DANA, KIM),
    organizer: str = ORGANIZER,
    times: tuple[str, ...] = TIMES,
    summary: str = "SUMMARY:Interview: Data Analyst",
    zones: tuple[str, ...] = (),
    uid: str = "b-1",
) -> str:
    head = ("BEGIN:VCALENDAR", "VERSION:2.0", "METHOD:REQUEST", *zones)
    event = (f"UID:{uid}", "DTSTAMP:20261101T120000Z", organizer, *people, summary, *times, *lines)
    whole = (*head, "BEGIN:VEVENT", *event, "END:VEVENT", "END:VCALENDAR", "")
    return "\r\n".join(line for line in whole if line or line == whole[-1])


def _zone(
    tzid: str, standard: tuple[str, ...] = US_STANDARD, daylight: tuple[str, ...] = US_DAYLIGHT
) -> tuple[str, ...]:
    """A zone whose offsets are those of New York."""
    return (
        *("BEGIN:VTIMEZONE", f"TZID:{tzid}"),
        *("BEGIN:STANDARD", *standard, "TZOFFSETFROM:-0400", "TZOFFSETTO:-0500", "END:STANDARD"),
        *("BEGIN:DAYLIGHT", *daylight, "TZOFFSETFROM:-0500", "TZOFFSETTO:-0400", "END:DAYLIGHT"),
        "END:VTIMEZONE",
    )


@cache
def _policy() -> tactful.Policy:
    return tactful.load()


def _import(*files: str | bytes, me: tuple[str, ...] = ME) -> Imported:
    given = [CaseFile(f"{no}.ics", file if isinstance(file, bytes) else file.encode()) for no, file in enumerate(files)]
    return import_files(given, _policy(), Options(me=me), NOW)


def _applications(*files: str | bytes, me: tuple[str, ...] = ME) -> list[dict[str, Any]]:
    applications: list[dict[str, Any]] = yaml.load(_import(*files, me=me).text, yaml.BaseLoader)["applications"]
    return applications


def _only(*files: str | bytes) -> dict[str, Any]:
    applications = _applications(*files)
    assert len(applications) == 1
    return applications[0]


def _end(*files: str | bytes) -> str:
    end: str = _only(*files)["interviews"][0]["ended_at"]
    return end


def _interviewers(*files: str | bytes) -> list[tuple[str | None, str | None]]:
    application = _only(*files)
    ids = [
        entry["person"] if isinstance(entry, dict) else entry for entry in application["interviews"][0]["interviewers"]
    ]
    people = {person["id"]: (person.get("name"), person.get("email")) for person in application["people"]}
    return [people[id_] for id_ in ids]


def _mistakes(*files: str | bytes) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as raised:
        _import(*files)
    return [(diagnostic.code, diagnostic.message) for diagnostic in raised.value.diagnostics]


def _diagnostics(*files: str | bytes) -> tuple[Diagnostic, ...]:
    """The notes of an import, or its mistakes."""
    try:
        return _import(*files).notes
    except InvalidInput as error:
        return tuple(error.diagnostics)


PLAIN = _only(_calendar())


# --- zones ---


def _at(tzid: str, day: str = "20260720", start: str = "150000", end: str = "160000") -> tuple[str, str]:
    return f"DTSTART;TZID={tzid}:{day}T{start}", f"DTEND;TZID={tzid}:{day}T{end}"


@pytest.mark.parametrize(
    ("defined", "used"),
    [
        ("EST", "EST"),
        ("UTC", "UTC"),
        ("Europe/Dublin", "Europe/Dublin"),
        ("W. Europe Standard Time", '"W. Europe Standard Time"'),
        ("tzone://Microsoft/Custom", '"tzone://Microsoft/Custom"'),
        ("tzone://Microsoft/Utc", "tzone://Microsoft/Utc"),
        (r"(UTC-05:00) Eastern\, US \; Canada", '"(UTC-05:00) Eastern, US ; Canada"'),
        (r"(UTC-05:00) Eastern\, US", "(UTC-05:00) Eastern, US"),
        ("(UTC-05:00) Eastern, US", r'"(UTC-05:00) Eastern\, US"'),
        ('"Eastern"', "Eastern"),
        (" Eastern  Time ", "Eastern Time"),
        ("/vendor.example/1/Europe/Oslo", "/vendor.example/1/Europe/Oslo"),
    ],
)
def test_a_definition_goes_before_a_name(defined: str, used: str) -> None:
    """A zone that the file defines runs as the file says, whatever its name. Once, the name went first."""
    assert _end(_calendar(zones=_zone(defined), times=_at(used))) == "2026-07-20T16:00:00-04:00"
    assert _end(_calendar(zones=_zone(defined), times=_at(used, "20260120"))) == "2026-01-20T16:00:00-05:00"


def test_a_zone_that_only_looks_like_its_name_does_not_become_the_companys() -> None:
    """The company's zone is named only where the clocks of the name agree with the definition."""
    assert "time_zone" not in _only(_calendar(zones=_zone("EST"), times=_at("EST", "20260120")))
    new_york = _calendar(zones=_zone("America/New_York"), times=_at("America/New_York"))
    assert _only(new_york)["time_zone"] == "America/New_York"


@pytest.mark.parametrize(
    ("tzid", "end"),
    [
        ('"tzone://Microsoft/Utc"', "2026-07-20T16:00:00Z"),
        ("tzone://Microsoft/UTC", "2026-07-20T16:00:00Z"),
        ("UTC", "2026-07-20T16:00:00Z"),
        ("Etc/UTC", "2026-07-20T16:00:00Z"),
        ("GMT", "2026-07-20T16:00:00Z"),
        ("Pacific Standard Time", "2026-07-20T16:00:00-07:00"),
        ("pacific standard time", "2026-07-20T16:00:00-07:00"),
        ('"tzone://Microsoft/W. Europe Standard Time"', "2026-07-20T16:00:00+02:00"),
        ("/mozilla.org/20050126_1/Europe/Oslo", "2026-07-20T16:00:00+02:00"),
    ],
)
def test_names_of_zones(tzid: str, end: str) -> None:
    """Zones without a definition are known by IANA's and by Microsoft's names."""
    assert _end(_calendar(times=_at(tzid))) == end


@pytest.mark.parametrize(
    "tzid",
    ["localtime", "posixrules", "Factory", "right/Europe/Oslo", "tzone://Microsoft/Custom", "Pier Time", "../x", "Eu"],
)
def test_what_is_no_zone(tzid: str) -> None:
    """Names that only a machine has are none, and a custom zone needs its definition."""
    assert [code for code, _ in _mistakes(_calendar(times=_at(tzid)))] == ["T506"]


@pytest.mark.parametrize(
    ("standard", "daylight"),
    [
        (  # Lotus Notes
            ("DTSTART:19501105T020000", "RRULE:FREQ=YEARLY;BYMINUTE=0;BYHOUR=2;BYDAY=1SU;BYMONTH=11"),
            ("DTSTART:19500312T020000", "RRULE:FREQ=YEARLY;BYMINUTE=0;BYHOUR=2;BYSECOND=0;BYDAY=2SU;BYMONTH=3"),
        ),
        (  # Exchange
            ("DTSTART:16010101T020000", "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=1SU;BYMONTH=11"),
            ("DTSTART:16010101T020000", "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=2SU;BYMONTH=3"),
        ),
        (  # the hour stands in the rule alone
            ("DTSTART:20071104T000000", "RRULE:FREQ=YEARLY;BYHOUR=2;BYDAY=1SU;BYMONTH=11"),
            ("DTSTART:20070311T000000", "RRULE:FREQ=YEARLY;BYHOUR=2;BYDAY=2SU;BYMONTH=3"),
        ),
        (("DTSTART:20251102T020000", "RDATE:20261101T020000"), ("DTSTART:20250309T020000", "RDATE:20260308T020000")),
        (
            ("DTSTART:20251102T020000", "RDATE:20251102T020000,20261101T020000"),
            ("DTSTART:20250309T020000", "RDATE;VALUE=DATE-TIME:20260308T020000"),
        ),
        (
            ("DTSTART:19671029T020000", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=SU;BYMONTHDAY=1,2,3,4,5,6,7"),
            ("DTSTART:19670430T020000", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=SU;BYMONTHDAY=8,9,10,11,12,13,14"),
        ),
        (("DTSTART:20261101T020000",), ("DTSTART:20260308T020000",)),
    ],
)
@pytest.mark.parametrize(
    ("wall", "end"),
    [
        ("20260720T160000", "2026-07-20T16:00:00-04:00"),
        ("20261220T160000", "2026-12-20T16:00:00-05:00"),
        ("20260308T013000", "2026-03-08T01:30:00-05:00"),
        ("20260308T023000", "2026-03-08T03:30:00-04:00"),  # skipped
        ("20260308T030000", "2026-03-08T03:00:00-04:00"),
        ("20261101T003000", "2026-11-01T00:30:00-04:00"),
        ("20261101T013000", "2026-11-01T01:30:00-04:00"),  # shown twice
        ("20261101T020000", "2026-11-01T02:00:00-05:00"),
    ],
)
def test_rules_of_zones(standard: tuple[str, ...], daylight: tuple[str, ...], wall: str, end: str) -> None:
    """Rules are read as programs write them, and skipped hours as everywhere: with the offset before the change."""
    times = ("DTSTART:20260101T000000Z", f"DTEND;TZID=Own:{wall}")
    assert _end(_calendar(zones=_zone("Own", standard, daylight), times=times)) == end
    times = ("DTSTART:20260101T000000Z", f"DTEND;TZID=America/New_York:{wall}")
    assert _end(_calendar(times=times)) == end, "as in a zone that is known by its name"


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=MONTHLY;BYDAY=2SU",
        "FREQ=YEARLY;BYWEEKNO=10",
        "FREQ=YEARLY;BYHOUR=1,2;BYMONTH=3",
        "COUNT=3",
        "",
    ],
)
def test_rules_that_are_not_followed(rule: str) -> None:
    """A rule that is not supported is named, and the event is not read by the zone's name instead."""
    zones = _zone("Europe/Oslo", daylight=("DTSTART:20070311T020000", f"RRULE:{rule}"))
    ((code, message),) = _mistakes(_calendar(zones=zones, times=_at("Europe/Oslo")))
    assert code == "T506"
    assert "rule that is not supported" in message
    assert rule in message


@pytest.mark.parametrize(
    "broken", ["TZOFFSETTO:-2500", "TZOFFSETTO:four", "DTSTART:20260230T000000", "EXDATE:20260308T020000"]
)
def test_broken_definitions(broken: str) -> None:
    """A broken definition is reported."""
    name = broken.partition(":")[0]
    zones = tuple(broken if line.startswith(name) else line for line in _zone("Own"))
    zones = zones if broken in zones else (*zones[:3], broken, *zones[3:])
    assert [code for code, _ in _mistakes(_calendar(zones=zones, times=_at("Own")))] == ["T506"]


# --- text ---


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\r\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b"\r\n\n"])
def test_ends_of_lines(end: str, mark: bytes) -> None:
    """Lines end in each of the ways in which programs end them."""
    assert _only(mark + _calendar().replace("\r\n", end).encode()) == PLAIN


@pytest.mark.parametrize("width", [1, 2, 3, 5, 17, 74])
@pytest.mark.parametrize("end", [b"\r\n ", b"\n\t", b"\r "])
def test_folds_anywhere(width: int, end: bytes) -> None:
    """A fold may stand anywhere, even inside a character."""
    text = _calendar("DESCRIPTION:Größe – 日本語 🎉", people=("ATTENDEE;CN=Zoë 日本:mailto:zoe@acme.com", KIM))
    lines = text.encode().split(b"\r\n")
    folded = [end.join(line[at : at + width] for at in range(0, len(line), width)) for line in lines]
    assert _only(end[:-1].join(folded)) == _only(text)
    assert _interviewers(end[:-1].join(folded)) == [("Zoë 日本", "zoe@acme.com")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_other_encodings_are_refused(encoding: str) -> None:
    """UTF-16 is refused by name; letters in Latin-1 are refused with their line."""
    ((code, message),) = _mistakes(_calendar().encode(encoding))
    assert (code, "UTF-16" in message) == ("T102", True)
    assert _mistakes(_calendar("DESCRIPTION:Größe").encode("latin-1"))[0][0] == "T102"


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_a_body_in_quoted_printable(end: bytes) -> None:
    """A body that was saved undecoded is decoded."""
    text = _calendar("DESCRIPTION:" + "Größe = 3, and a long text " * 5, summary="SUMMARY:Interview: Größe")
    encoded = quopri.encodestring(text.replace("\r\n", "\n").encode()).replace(b"\n", end)
    assert _only(encoded) == _only(text)


def test_a_body_in_base64() -> None:
    """A body that was saved in base64 is decoded."""
    assert _only(base64.encodebytes(_calendar().encode())) == PLAIN


def test_a_line_in_quoted_printable_is_refused() -> None:
    """A file that is quoted-printable in part is refused: nobody is called “3DDana”."""
    people = ("ATTENDEE;CN=3DDana Ruiz;PARTSTAT=3DACCEPTED:mailto:dana@acme.com", KIM)
    ((code, message),) = _mistakes(_calendar(people=people))
    assert (code, "quoted-printable" in message) == ("T502", True)


def test_a_name_that_only_looks_encoded() -> None:
    """A company may be called “3D Systems”."""
    people = ("ATTENDEE;CN=3D Systems Dana;PARTSTAT=ACCEPTED:mailto:dana@acme.com", KIM)
    assert _interviewers(_calendar(people=people)) == [("3D Systems Dana", "dana@acme.com")]


@pytest.mark.parametrize(
    "summary",
    [
        "SUMMARY; ENCODING=QUOTED-PRINTABLE:Interview:=20Gr=C3=B6=C3=9Fe=20(1-2)",
        "SUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Interview: Gr=C3=B6=C3=9Fe=\r\n =20(1-2)",
        "SUMMARY;CHARSET=ISO-8859-1;ENCODING=quoted-printable:Interview: Gr=F6=DFe=\r\n=20(1-2)",
        "SUMMARY;QUOTED-PRINTABLE:Interview: Gr=C3=B6=C3=9Fe (1-2)",
        "SUMMARY;ENCODING=BASE64:" + base64.b64encode("Interview: Größe (1-2)".encode()).decode(),
        "SUMMARY;LANGUAGE=de:Interview: Größe (1-2)",
    ],
)
def test_encoded_properties(summary: str) -> None:
    """Single properties may be encoded, as in vCalendar 1.0."""
    assert _only(_calendar(summary=summary))["role"] == "Größe (1-2)"


@pytest.mark.parametrize(
    "line",
    [
        "X-ENTOURAGE_UUID:F0",
        "CATEGORY_COLOR:-1",
        "X-FOO.BAR;X=1:2",
        "item1.X-ABLABEL:a",
        "X-NOTHING",
        "X-A;B",
        'X_Y;Q="a:b":c',
    ],
)
def test_own_properties_are_passed_over(line: str) -> None:
    """Programs may write what they like into properties of their own."""
    assert _only(_calendar(line)) == PLAIN


def test_messages_are_short() -> None:
    """No message repeats a file."""
    long = "X" * 50_000
    for text in (
        f"BEGIN:VCALENDAR\nBEGIN:{long}\nEND:{long}Y\n",
        f"BEGIN:VCALENDAR\nEND:{long}\n",
        _calendar(f"STATUS:{long}"),
    ):
        diagnostics = _diagnostics(text)
        assert diagnostics
        assert all(len(diagnostic.message) < 300 for diagnostic in diagnostics)


# --- names and addresses ---


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("Dana Ruiz", "Dana Ruiz"),
        ("Ruiz, Dana", "Ruiz, Dana"),
        ('"Ruiz, Dana"', "Ruiz, Dana"),
        (r"Ruiz\, Dana", "Ruiz, Dana"),
        (r'"Ruiz\, Dana"', "Ruiz, Dana"),
        ("\"'Dana Ruiz'\"", "Dana Ruiz"),
        ("'Dana Ruiz'", "Dana Ruiz"),
        ("“Dana Ruiz”", "Dana Ruiz"),
        ("„Dana Ruiz“", "Dana Ruiz"),
        ("‘Dana Ruiz’", "Dana Ruiz"),
        ("«Dana Ruiz»", "Dana Ruiz"),
        (r'"Dana \"Dee\" Ruiz"', 'Dana "Dee" Ruiz'),
        (r'"\"Dana Ruiz\""', "Dana Ruiz"),
        ('"Dana "Dee" Ruiz"', 'Dana "Dee" Ruiz'),
        ('Dana "Dee" Ruiz', 'Dana "Dee" Ruiz'),
        ("Dana ^'Dee^' Ruiz", 'Dana "Dee" Ruiz'),
        ("Dana^nRuiz", "Dana Ruiz"),
        ("Dana ^^ Ruiz", "Dana ^ Ruiz"),
        ('"Ruiz; Dana: HR"', "Ruiz; Dana: HR"),
        ("Dana: HR", "Dana: HR"),
        ("Dana O'Brien", "Dana O'Brien"),
        ('"Dana Ruiz (dana@acme.com)"', "Dana Ruiz"),
        ("Dana Ruiz <dana@acme.com>", "Dana Ruiz"),
        ("=?utf-8?Q?Dana_Ru=C3=ADz?=", "Dana Ruíz"),
        (unicodedata.normalize("NFD", "Zoë Ruíz"), "Zoë Ruíz"),
        ('"Dana Ruiz', '"Dana Ruiz'),
        ("dana@acme.com", None),
        ('""', None),
        ("null", None),
        ("", None),
    ],
)
def test_names(given: str, name: str | None) -> None:
    """Names are read without the quotes and the escapes that programs put around them."""
    people = (f"ATTENDEE;CN={given};PARTSTAT=ACCEPTED:mailto:dana@acme.com", KIM)
    assert _interviewers(_calendar(people=people)) == [(name, "dana@acme.com")]


@pytest.mark.parametrize(
    "address",
    [
        "mailto:dana@acme.com",
        "MAILTO:dana@acme.com",
        "MailTo:Dana@Acme.com",
        "mailto:mailto:dana@acme.com",
        "mailto:MAILTO:dana@acme.com",
        "mailto: dana@acme.com ",
        "dana@acme.com",
        "mailto:<dana@acme.com>",
        "<mailto:dana@acme.com>",
        "mailto:Dana Ruiz <dana@acme.com>",
        'mailto:"Ruiz, Dana" <dana@acme.com>',
        "mailto:Ruiz, Dana <mailto:dana@acme.com>",
        "mailto:Dana%20Ruiz%20%3Cdana@acme.com%3E",
        "mailto:dana%40acme.com",
        "mailto:dana@acme.com?subject=Interview&cc=x@y.org",
        "mailto:'dana@acme.com'",
        '"mailto:dana@acme.com"',
        "mailto://dana@acme.com",
    ],
)
def test_addresses(address: str) -> None:
    """Addresses are read without what programs put around them."""
    people = (f"ATTENDEE;CN=Dana Ruiz;PARTSTAT=ACCEPTED:{address}", KIM)
    assert _interviewers(_calendar(people=people)) == [("Dana Ruiz", "dana@acme.com")]


def test_a_name_before_the_address() -> None:
    """Without a CN, the name before the address is the person's."""
    people = ("ATTENDEE;PARTSTAT=ACCEPTED:mailto:Dana Ruiz <dana@acme.com>", KIM)
    assert _interviewers(_calendar(people=people)) == [("Dana Ruiz", "dana@acme.com")]


def test_the_same_name_composed_and_decomposed() -> None:
    """One person is not two because programs compose letters differently."""
    lines = [
        f"ATTENDEE;CN={normalized}:{address}"
        for normalized, address in (
            (unicodedata.normalize("NFC", "Zoë Ruíz"), "mailto:zoe@acme.com"),
            (unicodedata.normalize("NFD", "Zoë Ruíz"), "invalid:nomail"),
        )
    ]
    application = _only(_calendar(people=(lines[0], KIM)), _calendar(people=(lines[1], KIM), uid="b-2"))
    assert [person["name"] for person in application["people"]] == ["Rita Recruiter", "Zoë Ruíz"]


@pytest.mark.parametrize(
    "line",
    [
        "ATTENDEE;CN=Room 5;PARTSTAT=ACCEPTED:mailto:acme.com_abc@resource.calendar.google.com",
        "ATTENDEE;CUTYPE=ROOM;CN=Room 5:mailto:room5@acme.com",
        "ATTENDEE;CUTYPE=resource;CN=Projector:mailto:projector@acme.com",
        "ATTENDEE;CN=Interviews:mailto:c_188@group.calendar.google.com",
        "ATTENDEE;CUTYPE=GROUP;CN=Data:mailto:data@acme.com",
        "ATTENDEE:mailto:interviewers@acme.com",
        "ATTENDEE;CN=Recruiting Team:mailto:recruiting@acme.com",
        "ATTENDEE;CN=Greenhouse:mailto:no-reply@us.greenhouse-mail.io",
        "ATTENDEE:mailto:do-not-reply@acme.com",
        "ATTENDEE;CN=null:",
    ],
)
def test_nobody(line: str) -> None:
    """Rooms, groups and addresses that nobody reads are not interviewers."""
    assert _interviewers(_calendar(people=(DANA, line, KIM))) == [("Dana Ruiz", "dana@acme.com")]


def test_a_candidate_with_a_shared_address() -> None:
    """The candidate's own address may look like that of a group."""
    me = "hello@kim.example"
    people = (DANA, f"ATTENDEE;CN=Kim:mailto:{me}")
    assert not [note for note in _import(_calendar(people=people), me=(me,)).notes if "several people" in note.message]


# --- ends ---


@pytest.mark.parametrize(
    "times",
    [
        ("DTSTART:20261120T150000Z", "DURATION:-PT1H"),
        ("DTSTART:20261120T150000Z", "DURATION:PT0S"),
        ("DTSTART:20261120T150000Z", "DURATION:P0D"),
        ("DTSTART:20261120T150000Z", "DURATION:P"),
        ("DTSTART:20261120T150000Z", "DURATION:1 hour"),
        ("DTSTART:20261120T150000Z", "DTEND:20261120T140000Z"),
        ("DTSTART:20261120T150000Z", "DTEND:20261120T150000Z"),
        ("DTSTART;TZID=Europe/Oslo:20261120T150000", "DTEND:20261120T133000Z"),
        ("DTSTART;TZID=Europe/Oslo:20261120T150000", "DTEND;TZID=Asia/Tokyo:20261120T160000"),
        ("DTSTART;VALUE=DATE:20261120", "DTEND;VALUE=DATE:20261119"),
        ("DTSTART:20261120T150000Z", "DTEND:20261120T160000Z", "DURATION:PT2H"),
    ],
)
def test_ends_that_cannot_be(times: tuple[str, ...]) -> None:
    """An event that ends before it begins, when it begins, or at two times is reported."""
    assert [code for code, _ in _mistakes(_calendar(times=times))] == ["T505"]


@pytest.mark.parametrize(
    ("start", "length", "end"),
    [
        ("20261024T160000", "P1D", "2026-10-25T16:00:00+01:00"),
        ("20261024T160000", "PT24H", "2026-10-25T15:00:00+01:00"),
        ("20261024T160000", "P1W", "2026-10-31T16:00:00+01:00"),
        ("20261024T160000", "P1DT1H", "2026-10-25T17:00:00+01:00"),
        ("20261025T010000", "PT3H", "2026-10-25T03:00:00+01:00"),
        ("20260328T160000", "P1D", "2026-03-29T16:00:00+02:00"),
        ("20260328T160000", "PT24H", "2026-03-29T17:00:00+02:00"),
        ("20261120T150000", "PT1H30M", "2026-11-20T16:30:00+01:00"),
        ("20261120T150000", "+PT90M", "2026-11-20T16:30:00+01:00"),
    ],
)
def test_days_of_a_duration_are_days_on_the_calendar(start: str, length: str, end: str) -> None:
    """A day later, the clock shows the same time; 24 hours later, it may not (RFC 5545, 3.3.6)."""
    assert _end(_calendar(times=(f"DTSTART;TZID=Europe/Oslo:{start}", f"DURATION:{length}"))) == end


def test_an_end_and_a_duration_that_agree() -> None:
    """Both an end and a duration are read where they agree."""
    assert _only(_calendar("DURATION:PT1H")) == PLAIN


def test_whole_days_that_end_when_they_start() -> None:
    """Some programs give a whole day its own day as its end; that is read, and noted."""
    day = _calendar(times=("DTSTART;VALUE=DATE:20261120", "DTEND;VALUE=DATE:20261120"))
    imported = import_files([CaseFile("a.ics", day.encode())], _policy(), Options(me=ME, time_zone="Europe/Oslo"), NOW)
    assert "ended_at: 2026-11-20T23:59:59" in imported.text
    assert any("ends on the day" in note.message for note in imported.notes)


def test_addresses_that_are_not_one_address() -> None:
    """What is not one mail address is left out, and noted."""
    people = ("ATTENDEE;CN=Dana Ruiz:mailto:dana@acme.com,eve@acme.com", KIM)
    assert _interviewers(_calendar(people=people)) == [("Dana Ruiz", None)]
    assert any("not one mail address" in note.message for note in _import(_calendar(people=people)).notes)


# --- companies ---

GREENHOUSE = "ORGANIZER;CN=Scheduling:mailto:no-reply@us.greenhouse-mail.io"
EVE = "ATTENDEE;CN=Eve Moss;PARTSTAT=ACCEPTED:mailto:eve@beta.org"
SERVICES = (
    "no-reply@us.greenhouse-mail.io",
    "scheduler@hire.lever.co",
    "x@ashbyhq.com",
    "y@calendly.com",
    "z@goodtime.io",
)


@pytest.mark.parametrize("address", SERVICES)
def test_two_employers_by_one_service(address: str) -> None:
    """A service's domain is no company: two employers are two applications."""
    sender = f"ORGANIZER;CN=Scheduling:mailto:{address}"
    invitations = [
        _calendar(organizer=sender, people=(person, KIM), summary="SUMMARY:Interview", uid=uid)
        for person, uid in ((DANA, "s-a"), (EVE, "s-b"))
    ]
    assert [application["company"] for application in _applications(*invitations)] == ["Acme", "Beta"]


@pytest.mark.parametrize(
    ("sender", "summary"),
    [
        ("{} Recruiting", "Interview"),
        ("{} Hiring Team", "Interview"),
        ("{} via Greenhouse", "Interview"),
        ("Scheduling", "Interview with {}"),
        ("Scheduling", "Interview at {}"),
        ("Scheduling", "{} interview"),
        ("Scheduling", "{}: phone interview"),
        ("Scheduling", "Phone interview with {} - Kim Lee"),
    ],
)
def test_companies_by_what_the_invitation_says(sender: str, summary: str) -> None:
    """Where only the candidate is invited by a service, its sender or its title names the company."""
    invitations = [
        _calendar(
            organizer=f"ORGANIZER;CN={sender.format(company)}:mailto:no-reply@us.greenhouse-mail.io",
            people=(KIM,),
            summary=f"SUMMARY:{summary.format(company)}",
            uid=company,
        )
        for company in ("Acme", "Blue Harbor")
    ]
    assert [application["company"] for application in _applications(*invitations)] == ["Acme", "Blue Harbor"]


@pytest.mark.parametrize("summary", ["Interview", "Phone interview", "Interview with Rita", "Kim Lee and Rita"])
def test_services_that_name_no_company(summary: str) -> None:
    """Two invitations by a service that name no company are not taken for one employer's."""
    sender = "ORGANIZER;CN=Scheduling:mailto:no-reply@us.greenhouse-mail.io"
    people = (KIM, "ATTENDEE;CN=Rita Recruiter:mailto:rita@gmail.com")
    invitations = [
        _calendar(organizer=sender, people=people, summary=f"SUMMARY:{summary}", uid=uid) for uid in ("a", "b")
    ]
    assert "company" not in _only(invitations[0])
    assert [code for code, _ in _mistakes(*invitations)] == ["T507"]


@pytest.mark.parametrize(
    "domain", ["gmail.com", "greenhouse-mail.io", "us.greenhouse-mail.io", "HIRE.lever.co", "a.b.calendly.com"]
)
def test_domains_that_name_no_company(domain: str) -> None:
    """Domains below a listed one are meant too; others that end alike are not."""
    assert listed(domain, "mail") or listed(domain, "service")
    assert not any(listed(f"my{domain.replace('.', '')}.com", kind) for kind in ("mail", "service"))


# --- mails ---


def _mail(encoding: str = "base64", text: str = _calendar(), **headers: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Rita <rita@acme.com>", "kim@example.net", "Interview, at last"
    mail.set_content("See the invitation.")
    mail.add_alternative(
        text.encode(), "text", "calendar", cte=encoding, params={"method": "REQUEST", "charset": "utf-8"}
    )
    return mail


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
@pytest.mark.parametrize("first", [b"", b"From rita@acme.com Fri Nov 20 10:00:00 2026\n", b"Received: from a, b\n"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_mails(encoding: str, first: bytes, end: bytes) -> None:
    """The calendar part of a whole mail is read."""
    text = _calendar("DESCRIPTION:Größe")
    assert _only((first + _mail(encoding, text).as_bytes()).replace(b"\n", end)) == PLAIN


def test_parts_of_mails() -> None:
    """Calendars are read from attachments, forwarded mails and several parts; the same one only once."""
    attached = _mail()
    attached.add_attachment(_calendar().encode(), "application", "octet-stream", filename="invite.ics")
    assert _only(attached.as_bytes()) == PLAIN
    forwarding = EmailMessage()
    forwarding["From"], forwarding["Subject"] = "kim@example.net", "Fwd: Interview"
    forwarding.set_content("This.")
    forwarding.add_attachment(_mail("quoted-printable"))
    assert _only(forwarding.as_bytes()) == PLAIN
    attached.add_attachment(_calendar(uid="b-2").encode(), "text", "calendar", filename="second.ics")
    assert len(_only(attached.as_bytes())["interviews"]) == 2


def test_a_mailbox() -> None:
    """All mails of a mailbox file are read."""
    head = b"From rita@acme.com Fri Nov 20 10:00:00 2026\n"
    box = b"\n\n".join(head + _mail(text=_calendar(uid=uid)).as_bytes() for uid in ("a", "b"))
    assert len(_only(box)["interviews"]) == 2


def test_mails_in_other_character_sets() -> None:
    """The calendar is decoded as its part says."""
    text = _calendar(people=("ATTENDEE;CN=Zoë:mailto:zoe@acme.com", KIM))
    head = "MIME-Version: 1.0\nContent-Type: text/calendar; charset={}\nContent-Transfer-Encoding: 8bit\n\n"
    assert _interviewers(head.format("iso-8859-1").encode() + text.encode("latin-1")) == [("Zoë", "zoe@acme.com")]
    assert _mistakes(head.format("klingon").encode() + text.encode())[0][0] == "T502"


def test_mails_without_an_invitation() -> None:
    """A mail without a calendar part is said to be that."""
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "rita@acme.com", "Interview"
    mail.set_content("Come at three, please.")
    ((code, message),) = _mistakes(mail.as_bytes())
    assert (code, "calendar part" in message) == ("T501", True)
    assert _mistakes(b"\xd0\xcf\x11\xe0" + b"\0" * 600)[0][0] == "T501"


# --- broken files ---

SEEDS = [
    _calendar("DESCRIPTION:Größe\\, and more", zones=_zone("Own"), times=_at("Own")).encode(),
    _calendar(organizer=GREENHOUSE, people=(EVE, KIM), times=("DTSTART;VALUE=DATE:20261120", "DURATION:P1D")).encode(),
    _mail("quoted-printable").as_bytes(),
    b"From rita@acme.com Fri Nov 20 10:00:00 2026\n" + _mail().as_bytes(),
    quopri.encodestring(_calendar().replace("\r\n", "\n").encode()),
]


@st.composite
def _mutated(draw: st.DrawFn) -> bytes:
    """A calendar or a mail with some bytes changed, and some lines dropped, repeated, moved or folded."""
    data = draw(st.sampled_from(SEEDS))
    for _ in range(draw(st.integers(1, 4))):
        lines = data.split(b"\n")
        no, at = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, max(0, len(data) - 1)))
        match draw(st.sampled_from(("byte", "insert", "drop", "repeat", "move", "fold", "cut", "swap"))):
            case "byte":
                data = data[:at] + bytes([draw(st.integers(0, 255))]) + data[at + 1 :]
            case "insert":
                words = (
                    b"=",
                    b"=3D",
                    b'"',
                    b"\\",
                    b";",
                    b":",
                    b"^",
                    b"\r",
                    b"BEGIN:VEVENT\n",
                    b"\nRRULE:FREQ=YEARLY\n",
                    b"9" * 30,
                )
                data = data[:at] + draw(st.sampled_from(words)) + data[at:]
            case "drop":
                data = b"\n".join(lines[:no] + lines[no + 1 :])
            case "repeat":
                data = b"\n".join(lines[: no + 1] + lines[no:])
            case "move":
                rest = lines[:no] + lines[no + 1 :]
                to = draw(st.integers(0, len(rest)))
                data = b"\n".join([*rest[:to], lines[no], *rest[to:]])
            case "fold":
                data = data[:at] + b"\r\n " + data[at:]
            case "cut":
                data = data[:at]
            case _:
                data = data.swapcase() if at % 2 else data.replace(b"2026", b"9999")
    return data


@given(_mutated())
@settings(max_examples=max(60, MUTATIONS_DRAWN))
def test_broken_files_end_in_documented_errors(data: bytes) -> None:
    """Whatever is done to a file, it is imported or refused, in bounded time."""
    with bounded():
        diagnostics = _diagnostics(data)
    assert all(len(diagnostic.message) < 400 for diagnostic in diagnostics)


@pytest.mark.parametrize(
    "hostile",
    [
        b"\r" * 900_000,
        b"BEGIN:VCALENDAR\n" + b"\r" * 900_000,
        b"From a 10:00\nSubject: a\nTo: b\n" + b"\r" * 900_000,
        b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nATTENDEE" + b';A="x' * 180_000,
        _calendar("ATTENDEE:mailto:<" + " " * 900_000 + "<").encode(),
        _calendar("ATTENDEE;CN=" + "(a@" * 300_000 + ":mailto:a@b.org").encode(),
        _calendar("ATTENDEE:" + "mailto:" * 100_000).encode(),
        _calendar("ATTENDEE:" + "'" * 800_000).encode(),
        _calendar(summary="SUMMARY:" + "interview with " * 60_000, organizer=GREENHOUSE, people=(KIM,)).encode(),
        b"BEGIN:VCALENDAR\n" + b"A:=3D\n" * 140_000,
        b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\n" * 60_000,
        b"BEGIN:VCALENDAR\n" + b"A\n" * 450_000,
        b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=a\n\n" + b"--a\n\n" * 150_000,
    ],
    ids=range(13),
)
def test_hostile_files_are_bounded(hostile: bytes) -> None:
    """Files made to be slow are read or refused within seconds."""
    with bounded():
        _diagnostics(hostile)


def test_many_zones_are_bounded() -> None:
    """Thousands of zones with all the rules that are allowed take less than seconds."""
    rules = tuple(f"RRULE:FREQ=YEARLY;BYMONTH={1 + no % 12};BYDAY={1 + no % 4}SU" for no in range(10))
    zones = tuple(
        line
        for no in range(300)
        for line in _zone(f"Z{no}", ("DTSTART:16010101T020000", *rules), ("DTSTART:16010101T020000", *rules))
    )
    events = [
        line
        for no in range(300)
        for line in (
            *("BEGIN:VEVENT", f"UID:{no}", f"DTSTART;TZID=Z{no}:2026{1 + no % 12:02}10T100000"),
            *(f"DTEND;TZID=Z{no}:2026{1 + no % 12:02}10T110000", "END:VEVENT"),
        )
    ]
    text = "\r\n".join(("BEGIN:VCALENDAR", *zones, *events, "END:VCALENDAR", ""))
    start = time.process_time()
    assert _mistakes(text)
    assert time.process_time() - start < 5
