"""Values of facts as JSON has them: by place in a case, those that every reader takes,
and those that every reader refuses. Every given fact has some; the first of each kind have many."""

from __future__ import annotations

import json
from typing import Final, NamedTuple

from tactful.facts.fields import FieldSpec, given_fields
from tactful.facts.kinds import ChoiceKind, IdKind, ListKind, MomentKind, TextKind, YesNoKind


class Values(NamedTuple):
    """Values of a place, as JSON: what is read, and what is refused by the code of the mistake."""

    read: tuple[str, ...]
    refused: dict[str, tuple[str, ...]]

    @property
    def all(self) -> tuple[str, ...]:
        """All values, in order."""
        return (*self.read, *(value for values in self.refused.values() for value in values))


def texts(*given: str) -> tuple[str, ...]:
    """Texts as JSON."""
    return tuple(map(json.dumps, given))


#: Values that are no text.
NO_TEXTS: Final = ("5", "5.0", "1e5", "true", "12345678901234567890", "[]", "{}")
HALVES: Final = ('"\\ud800"', '"a\\udfff"', '"\\udc00\\ud800"')
NAMES: Final = texts(
    "a", " a", "a ", "a b", "\u200b", "\ufeff", "\ufeffa", "é", "e\u0301", "\uff21", "a\nb", "a\u2028b", "a\u0085b",
    "a\0b", "a\x07b", "\U0001f600", "null", "~", "true", "yes", "5", "05", "1e5", "a'b", 'a"b', "a\\b", "<b>", "-",
    "a: b", "# a",
    "\u202ea", "\uffff", "\ufffe", "\ufdd0", "\x7f", "\x80", "\x9f", "\x1b[0m", "x" * 10_000, "é" * 10_000,
)  # fmt: skip
BLANK: Final = texts(
    "", " ", "  ", "\t", "\n", "\x1c", "\u0085", "\u00a0", "\u1680", "\u2003", "\u2028", "\u3000", " \u3000"
)
LONG: Final = texts("x" * 10_001, "é" * 10_001, '"' * 10_001, "\\" * 10_001, '\\"' * 5_001)
_ID: Final = Values(NAMES, {"T205": BLANK, "T212": LONG, "T204": NO_TEXTS, "T203": ("null",), "T103": HALVES})
_TEXT: Final = Values(("null", *NAMES, *BLANK), {"T212": LONG, "T204": NO_TEXTS, "T103": HALVES})
_LISTS: Final = ('["a"]', "[]", "null", '["a", "a"]', '["a\\u2028b"]', '[""]', '["a\\u0000"]', '["null"]', '["b", "a"]')
_LENGTHS: Final = texts(
    "2 weeks", "1 day", "1 days", "1 week ", " 2 weeks", "2  weeks", "2\tdays", "2\u00a0days", "٢ days", "2 weeks\n",
    "0 days", "1.5 hours", "1.50 minutes", "0.008 minutes", "0.009 minutes", "0.5 minutes", "3653 days",
)  # fmt: skip
_NO_LENGTHS: Final = texts(
    "", "3654 days", "10 years", "2 business days", "-1 days", "2weeks", "P2W", "2 Weeks", "1.2345 hours",
    "two weeks", "1e3 days",
    "99999999 days", "14",
)  # fmt: skip
_DAYS: Final = texts(
    "2026-11-27", "2028-02-29", "1971-01-01", "2198-12-31", "2026-11-27T17:00", "2026-11-27T17:00:00-05:00",
    "2026-11-27 17:00", "2026-11-27T23:59:59.9999999", "2026-03-08T02:30", "2026-11-01T01:30", "2011-12-30",
)  # fmt: skip
_NO_DAYS: Final = texts(
    "", "2026-02-29", "2026-11-31", "1970-12-31", "2199-01-01", "2026-1-1", "20261127", "2026-W48-5", "2026-331",
    "27.11.2026",
    "11/27/2026", "2026-11-27T", "2026-11-27Z", "2026-11-27+01:00", "٢٠٢٦-11-27", "2026\u201111\u201127", " 2026-11-27",
    "2026-11-27 ", "2026-11-27\n", "0000-11-27", "+2026-11-27", "-2026-11-27", "2026-11-27T24:00",
    "2026-11-27T17:00:60Z",
    "46353", "1795755600",
)  # fmt: skip
_NO_SINGLE: Final = ("[]", "{}", '["a"]')
_DAY: Final = Values(
    ("null", *_DAYS),
    {"T206": (*_NO_DAYS, "46353", "1795755600", "1795755600000", "20261127", "true", "2026.5"), "T204": _NO_SINGLE},
)
_OUT_OF_RANGE: Final = texts("1970-12-31", "2199-01-01")
_COUNTRY: Final = Values(
    ("null", *texts("US", "US-NY", "DE", "DE-BY", "GB", "GB-ENG", "NO", "CA-QC", "NA", "TW", "VA")),
    {
        "T208": texts(
            "", "  ", "us", "US-ny", "US-ZZ", "US-", "-NY", "USA", "Germany", "UK", " US", "US ", "US\n", "ＵＳ",
            "US-NY-X", "US_NY",
            "utils", "NYSE", "HolidayBase", "XX", "ZZ", "EU", "AN", "no", "registry", "__init__", "countries",
            "financial",
        ),
        "T204": NO_TEXTS,
        "T103": HALVES,
    },
)  # fmt: skip
_ZONE: Final = Values(
    ("null", *texts("UTC", "GMT", "Europe/Dublin", "EST5EDT", "US/Eastern", "Etc/GMT+5", "America/Argentina/Ushuaia",
    "Asia/Calcutta",
                    "Asia/Kolkata", "Pacific/Apia", "Europe/Kyiv", "NZ-CHAT")),
    {
        "T208": texts(
            "", ".", "..", "../etc/passwd", "/etc/localtime", "europe/dublin", "Europe/Nowhere", "localtime",
            "posixrules", "Factory",
            "posix/UTC", "right/UTC", "UTC+1", "+01:00", "Z", "America", "America/Argentina", "tzdata.zi",
            "zone.tab", "leapseconds",
            " UTC", "UTC ", "UTC\n", "UTC\0", "Ｅurope/Dublin", "x" * 300,
        ),
        "T204": NO_TEXTS,
        "T103": HALVES,
    },
)  # fmt: skip
_NUMBERS: Final = (
    "null", "0", "-0", "-0.0", "1", "-1", "5", "5.0", "1e5", "1E+5", "1E5", "-1e5", "0.30000000000000004", "1e-07",
    "0.1234567890123",
    "1e22", "1e16", "12345678901234.567", "9007199254740991", "9007199254740992", "-9007199254740992",
    "9007199254740993.0", "5e-324",
    "1e-400", "1e308", "1.7976931348623157e308", "0." + "1" * 400, "0." + "1" * 401, "0." + "0" * 500 + "1",
    "1e00000001", "0e99999",
    "1e-99999",
)  # fmt: skip
_NO_NUMBERS: Final = (
    "1e309", "1e400", "-1e400", "1e99999", "9007199254740993", "-9007199254740993", "12345678901234567890",
    "12345678901234567890123",
    "1" + "0" * 400, "1" + "0" * 4_000, "true", "false", '"5"', '""', "[5]", "[]", "{}",
)  # fmt: skip
_MANY: Final = {
    "candidate.id": _ID,
    "application.id": _ID,
    "person.id": _ID,
    "interview.id": _ID,
    "candidate.name": _TEXT,
    "application.company": _TEXT,
    "custom.text": _TEXT,
    "custom.list": Values(
        _LISTS,
        {
            "T204": ("[null]", "[1]", "[true]", '[1.5, "a"]', '"a"', "{}", '[["a"]]', "[{}]", "5"),
            "T212": (f'["a", "{"x" * 10_001}"]',),
            "T103": ('["\\ud800"]',),
        },
    ),
    "person.topics": Values(
        tuple(text for text in _LISTS),
        {
            "T203": ("[null]", '["a", null]'),
            "T204": ("[1]", "[true]", '"a"', "{}", '[["a"]]', "[{}]", "5"),
            "T212": (f'["a", "{"x" * 10_001}"]',),
            "T103": ('["\\ud800"]',),
        },
    ),
    "person.channels": Values(
        ('["email"]', "[]", "null", '["email", "email"]', '["phone", "email"]'),
        {"T205": ('["pigeon"]', '[""]', '["EMAIL"]', "[1]", "[true]"), "T203": ("[null]", '["email", null]'),
         "T204": ('"email"', "{}", '[["email"]]', "[{}]", "5")},
    ),
    "custom.colours": Values(
        ('["red"]', "[]", "null", '["red", "red"]', '["green", "red"]'),
        {"T204": ('["pink"]', '[""]', '["RED"]', "[null]", "[1]", "[true]", '"red"', "{}", '[["red"]]', "[{}]", "5")},
    ),
    "application.status": Values(
        ("null", *texts("applied", "offered", "withdrawn")),
        {"T205": (*texts("", "Applied", "offered ", "x", "null"), "5", "true"), "T204": _NO_SINGLE},
    ),
    "custom.word": Values(
        ("null", *texts("red", "green")),
        {"T205": texts("", "Red", "red ", "x", "null"), "T204": ("5", "true", *_NO_SINGLE)},
    ),
    "candidate.employed": Values(
        ("true", "false", "null"),
        {"T204": ("1", "0", "-0", "1.0", *texts("true", "yes", "no", "1", "", " true"), "[]", "{}", "[true]")},
    ),
    "custom.flag": Values(
        ("true", "false", "null"),
        {"T204": ("1", "0", "-0", "1.0", *texts("true", "yes", "no", "1", "", " true"), "[]", "{}", "[true]")},
    ),
    "candidate.country": _COUNTRY,
    "application.country": _COUNTRY,
    "person.country": _COUNTRY,
    "candidate.time_zone": _ZONE,
    "application.time_zone": _ZONE,
    "candidate.notice_period": Values(
        ("null", *_LENGTHS), {"T205": _NO_LENGTHS, "T204": ("14", "14.0", "true", *_NO_SINGLE)}
    ),
    "custom.length": Values(
        ("null", *_LENGTHS), {"T205": _NO_LENGTHS, "T204": ("14", "14.0", "true", *_NO_SINGLE)}
    ),
    "custom.clock": Values(
        ("null", *texts("09:00", "9:00", "23:59", "00:00", "0:00", " 09:00", "09:00 ", "09:00\n")),
        {"T205": texts("", "24:00", "9:0", "09:00:00", "9", "9am", "٠٩:٠٠x", "-1:00", "09.00", "12:60"),
         "T204": ("9", "9.5", "540", "true", *_NO_SINGLE)},
    ),
    "application.reply_by": _DAY,
    "offer.start_on": _DAY,
    "custom.moment": Values(
        _DAY.read,
        {"T204": (*(text for text in _NO_DAYS if text not in _OUT_OF_RANGE), "46353", "true", *_NO_SINGLE),
        "T206": _OUT_OF_RANGE},
    ),
    "interview.ended_at": Values(
        texts(
            "2026-11-19T23:59:59.9999999-05:00", "2026-11-19T23:59:59.9999995Z", "2026-11-19T23:59:59.9999999",
            "2026-11-19T23:59:59.999999999999-05:00", "2026-11-19T23:59:59.5Z", "2026-11-19T23:59:59Z",
            "2026-11-19T23:59:59+00:00",
            "2026-11-19T23:59:59-00:00", "2026-11-19t10:00:00z", "2026-11-19 10:00:00Z", "2026-11-19T10:00Z",
            "1971-01-01T00:00:00Z",
            "1971-01-01T00:00:00+14:00", "2026-03-08T02:30:00", "2026-11-01T01:30:00", "2026-11-19T10:00:00+0500",
            "2026-11-19T10:00:00+23:59",
        ),
        {
            "T206": (*texts(
                "2026-11-19T23:59:59+00:00:30", "2026-W47-4T10:00:00Z", "2026-11-19T24:00:00Z",
                "2026-11-19T23:59:60Z", "2026-11-19T10Z",
                "20261119T100000Z", "1970-01-01T00:00:00Z", "1970-12-31T23:59:59Z", "1970-12-31T23:00:00-12:00",
                "2199-01-01T00:00:00+12:00", "2199-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "2026-11-19",
                "2026-11-19T10:00:00+05",
                "2026-11-19T10:00:00+25:00", "2026-11-19T10:00:00,5Z", "2026-02-30T10:00:00Z",
                "0001-01-01T00:00:00+12:00",
                "9999-12-31T23:59:59-12:00", "", "soon", "1763546400", "2026-11-19T10:00:00Z ",
            ), "1763546400", "1.5", "true"),
            "T203": ("null",),
            "T204": _NO_SINGLE,
        },
    ),
    "custom.number": Values(_NUMBERS, {"T204": _NO_NUMBERS}),
}  # fmt: skip


def _a_few(spec: FieldSpec) -> Values:
    """A few values of a field, by its kind."""
    match spec.kind:
        case YesNoKind():
            return Values(("true", "false", "null"), {"T204": ("1", '"yes"', "[]")})
        case ChoiceKind(values=words):
            return Values(("null", *texts(*words)), {"T205": texts("", "x", words[0].upper()), "T204": ("[]",)})
        case ListKind(values=words) if words:
            both, more = json.dumps(words[:2]), json.dumps([words[-1], words[0]])
            return Values((both, more, "[]", "null"), {"T205": ('["x"]',), "T203": ("[null]",), "T204": ('"x"', "{}")})
        case MomentKind() if spec.deadline:
            return Values(
                ("null", *texts("2026-11-27", "2026-11-27T17:00")), {"T206": texts("", "soon"), "T204": ("[]",)}
            )
        case MomentKind():
            return Values(
                ("null", *texts("2026-11-19T10:00:00Z", "2026-11-19T10:00:00")),
                {"T206": (*texts("2026-11-19", ""), "1763546400"), "T204": ("[]",)},
            )
        case IdKind():
            return Values(("null", '"dana"'), {"T210": ('"nobody"',), "T204": ("5",)})
        case TextKind():
            return Values(("null", '"a"', '""'), {"T204": ("5", "[]")})
        case _:
            raise AssertionError(f"{spec.entity}.{spec.name} needs values of its own")


#: Names of things that are declared elsewhere.
_NAMED: Final = {
    "application.calendar": Values(("null",), {"T208": ('"acme"',), "T204": ("5",)}),
    "person.time_zone": Values(
        ("null", *texts("UTC", "Europe/Dublin")), {"T208": texts("", "Nowhere"), "T204": ("5",)}
    ),
}
#: The values of every given fact, and of custom facts of each type. A part of an interview names its person itself.
VALUES: Final = {
    **{
        f"{entity}.{name}": _a_few(spec)
        for entity, fields in given_fields().items()
        for name, spec in fields.items()
        if not spec.clock and f"{entity}.{name}" not in (*_MANY, *_NAMED, "interviewer.person")
    },
    **_NAMED,
    **_MANY,
}
