"""What was probably meant by a text that no value of a field can equal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tactful.facts.dates import format_date, parse_date
from tactful.facts.kinds import (
    WEEKDAYS,
    ChoiceKind,
    DateKind,
    DayTimeKind,
    IdKind,
    Kind,
    ListKind,
    MomentKind,
    TextKind,
    parse_duration,
)
from tactful.facts.near import among, date_near, length_near, time_near, unquoted, value_near
from tactful.source.characters import visible
from tactful.source.suggest import in_words

# Only mistakes need these patterns, so they are compiled on first use.
_IN: Final = r"(?:is\s+)?(?:in|one\s+of|any\s+of)?\s*[\[(](?P<values>[^\[\]()]*)[\])]"
_OR: Final = r"\s+or\s+|\s*\|\|?\s*|\s*/\s*|\s*,\s*(?:or\s+)?|\s*;\s*"
_HAS: Final = (
    r"(?P<way>includ(?:es?|ing)|contain(?:s|ing)?|has|have|having|matches|matching|like"
    r"|start(?:s|ing)?\s?with|begin(?:s|ning)?(?:\s?with)?|end(?:s|ing)?\s?with)\s+(?P<rest>\S.*)"
)
#: Verbs and other beginnings of sentences, which no name of a company begins with in small letters.
_SAID: Final = (
    r"(?:is|isn['’]t|equals|equal\s+to|does(?:n['’]t|\s+not)(?=\s+(?:includ|contain|have|match|start|begin|end|equal)))"
    r"\s+(?P<rest>\S.*)"
)
_LISTED: Final = r"(?:is\s+)?(?P<way>neither|none\s+of|either|one\s+of|any\s+of)\s+(?P<values>[^\[\]]+)"
_WAYS: Final = {"begins with": ("start", "begin"), "ends with": ("end",), "contains": ("",)}
#: Beginnings of phrases that say nothing by themselves.
_BARE: Final = ("contains", "begins with", "ends with", "starts with", "includes")
_QUOTED: Final = r"""["'“„‘«/](?P<inside>[^"“”]*)["'”“’»/]"""
#: A text that begins and ends with quotes, with others inside or not.
_IN_QUOTES: Final = r"""["'“„‘«](?s:.*)["'”“’»]"""
#: What no value is: comparisons, lists and sentences. Each has more than a word.
_OTHER_WORDS: Final = (_IN, _HAS, _QUOTED, _SAID, _LISTED)
_NOTHING: Final = ("null", "none", "nil", "n/a", "missing", "undefined", "not known", "not set", "blank")
_SOMETHING: Final = (
    "exists",
    "present",
    "set",
    "given",
    "any",
    "*",
    "not unknown",
    "not null",
    "not none",
    "not empty",
    "some",
)
_SPANS_OF_DAYS: Final = {
    "weekday": WEEKDAYS[:5],
    "workday": WEEKDAYS[:5],
    "working day": WEEKDAYS[:5],
    "business day": WEEKDAYS[:5],
    "weekend": WEEKDAYS[5:],
}


def meant_by(text: str, kind: Kind, negated: bool = False) -> Iterator[str]:
    """The phrases that were probably meant by a text that is no value of a kind, the most probable first.

    ``negated``: the text stands after ``not``. The caller tries which of the phrases the field takes.
    """
    whole = f"not {text}" if negated else text
    if whole.lower() in _NOTHING:
        yield "unknown"
    if whole.lower() == "empty":
        yield "unknown"
    if whole.lower() in _SOMETHING:
        yield "some" if isinstance(kind, ListKind) else "known"
    if isinstance(kind, MomentKind | DateKind):
        yield from _times_meant(whole)
    if isinstance(kind, DayTimeKind):
        yield from _clock_meant(whole)
    several = _several(text, kind)
    if several is not None:
        yield f"none of [{several}]" if negated else f"[{several}]"
    words = in_words(whole)
    if words is not None:
        yield _fitting(words, kind)
    bare = unquoted(text)
    words = in_words(bare)
    if words is not None and (not negated or words.startswith(tuple(_WAYS))):
        yield f"not {words}" if negated else _fitting(words, kind)
    yield from _said(whole)
    if "." in whole and " " not in whole.removeprefix("not "):
        yield f"not same as {text}" if negated else f"same as {text}"
    match = re.fullmatch(_HAS, bare)
    if match is not None:
        yield f"{'not ' if negated else ''}{_way(match['way'])} {match['rest']}"
        yield match["rest"]
    value = value_near(bare, kind) or (bare if bare != text else None)
    if value is not None:
        yield f"not {value}" if negated else value


def looks_meant(text: str, negated: bool) -> bool:
    """Whether a text is a comparison, a list or ``known``, written in another way, rather than a value of a text."""
    if text in _BARE or (negated and text in ("known", "unknown", "null", "empty")):
        return True
    if text.isalnum():  # as most values are
        return text in ("null", "nil")
    if text[:1].isalpha() and text.replace("/", "").replace("_", "").isalnum():  # the name of a time zone has no blank
        return False
    if any(re.fullmatch(form, text) is not None for form in _OTHER_WORDS):
        return True
    return re.match(r"[*<>=≥≤≠]|!=|(?:null|nil|~)$", text) is not None or re.fullmatch(r"[^*]+\*", text) is not None


def _said(text: str) -> Iterator[str]:
    """The phrases that were probably meant by half a sentence: ``does not contain x``, ``neither a nor b``."""
    match = re.fullmatch(_LISTED, text)
    if match is not None:
        members = ", ".join(re.split(r"\s*,\s*(?:n?or\s+)?|\s+n?or\s+", match["values"]))
        yield f"none of [{members}]" if match["way"].startswith("n") else f"[{members}]"
    match = re.fullmatch(_SAID, text)
    if match is None:
        return
    has = re.fullmatch(_HAS, match["rest"])
    negated = "not " if re.match(r"(?:is|does)(?:n['’]t|\s+not)\s", text) else ""
    if has is not None:
        yield f"{negated}{_way(has['way'])} {has['rest']}"
    else:
        yield negated + re.sub(r"^equals?\s+(?:to\s+)?", "", match["rest"])


def _way(word: str) -> str:
    """How a phrase looks for words, by the word that was written for it."""
    return next(way for way, begin in _WAYS.items() if word.lower().startswith(begin))


def words_meant(text: str) -> tuple[str, ...] | None:
    """The texts that were probably meant by words to look for, or ``None`` where they can stand as they are."""
    seen = visible(text)
    listed = re.fullmatch(_IN, seen)
    quoted = re.fullmatch(_IN_QUOTES, seen) is not None
    if seen == text and seen and listed is None and not quoted and not looks_meant(seen, negated=False):
        return None
    inside = listed["values"] if listed is not None else seen
    match = re.fullmatch(_HAS, inside)
    members = re.split(_OR, inside) if listed is not None or quoted else [inside if match is None else match["rest"]]
    meant = (unquoted(member.strip()).strip("*/ '\"") for member in members)
    return tuple(member for member in meant if member)


def _times_meant(text: str) -> Iterator[str]:
    """Phrases about a moment or a day."""
    word = " ".join(text.lower().split())
    if word in ("in the past", "over", "passed", "expired", "in past"):
        yield "past"
    if word in ("in the future", "upcoming", "future", "not past", "in future"):
        yield "to come"
    match = re.fullmatch(r"(?P<in>in\s+|within\s+)?(?P<length>.*?)(?P<ago>\s+ago)?", text)
    length = None if match is None else length_near(match["length"])
    if match is not None and length is not None:
        yield f"within {length}" if match["in"] else f"at least {length} ago"
    order, _, rest = text.partition(" ")
    day = date_near(rest)
    if day is not None and order in ("before", "until", "by"):
        yield f"before {day}"
    if day is not None and order in ("from", "since"):
        yield f"from {day}"
    if day is not None and order == "after" and (ordinal := parse_date(day)) is not None:
        yield f"from {format_date(ordinal + 1)}"
    if date_near(text) is not None:
        yield str(date_near(text))


def _clock_meant(text: str) -> Iterator[str]:
    """Phrases about a time of day: ``before 12:00``, ``from 9 to 17``, and two windows in one text."""
    windows = [window_meant(part) for part in re.split(r"\s+(?:and|or)\s+(?=between|from)|\s*[,;]\s*", text)]
    if len(windows) > 1 and all(windows):
        yield f"[{', '.join(filter(None, windows))}]"
    if windows[0] is not None:
        yield windows[0]
    order, _, rest = text.partition(" ")
    time = time_near(rest)
    if time is not None and order in ("before", "until", "till", "by"):
        yield f"between 00:00 and {time}"
    if time is not None and order in ("after", "from", "since"):
        yield f"between {time} and 23:59"


def malformed_meant(text: str) -> str | None:
    """The phrase that was probably meant by a text that begins like one, for a field of any kind."""
    if text.startswith("none"):
        return next(_said(text), None)
    order, _, rest = text.partition(" ")
    day = date_near(rest) if order in ("from", "before") else None
    if day is not None and parse_date(day) is not None:
        return f"{order} {day}"
    match = re.fullmatch(r"(?:from|between)\s+(\S+)\s*(?:-|–|\bto\b|\buntil\b|\band\b)\s*(\S+)", text)
    plain = match is not None and all(re.fullmatch(r"[0-9.]+|\$\w+", end) is not None for end in match.groups())
    return f"between {match[1]} and {match[2]}" if match is not None and plain else window_meant(text)


def window_meant(text: str) -> str | None:
    """The range of times of day or of dates that was probably meant: ``from 9 to 17``, ``9:00 - 17:00``."""
    whole = re.sub(r"^(?:between|from)\s+", "", text.strip())
    for parts in (re.split(form, whole) for form in (r"\s+(?:to|and|until|till|-|–)\s+", r"\s*[-–]\s*")):
        for near in (time_near, date_near) if len(parts) == 2 else ():
            first, last = near(parts[0]), near(parts[1])
            if first is not None and last is not None:
                return f"between {first} and {last}"
    return None


def _several(text: str, kind: Kind) -> str | None:
    """The members of a list that is written in another way, divided by commas."""
    listed = re.fullmatch(_IN, text)
    inside = listed["values"] if listed is not None else text
    members = [member.strip(" '\"") for member in re.split(_OR, inside)]
    members = [value_near(member, kind) or member for member in members if member]
    if listed is None and (len(members) < 2 or isinstance(kind, TextKind | IdKind | MomentKind)):
        return _days_between(text) if _is_weekday(kind) else None
    return ", ".join(members) or None


def _is_weekday(kind: Kind) -> bool:
    return isinstance(kind, ChoiceKind) and kind.values == WEEKDAYS


def _days_between(text: str) -> str | None:
    """The weekdays of ``Mon-Fri`` and ``weekend``."""
    span = _SPANS_OF_DAYS.get(text.lower().removesuffix("s"))
    if span is not None:
        return ", ".join(span)
    match = re.fullmatch(r"(?:between\s+)?(\w+)\s*(?:-|–|to|and|through|until)\s*(\w+)", text)
    ends = [] if match is None else [among(end, WEEKDAYS) for end in match.groups()]
    if len(ends) < 2 or ends[0] is None or ends[1] is None:
        return None
    low, high = WEEKDAYS.index(ends[0]), WEEKDAYS.index(ends[1])
    days = WEEKDAYS[low : high + 1] if low <= high else (*WEEKDAYS[low:], *WEEKDAYS[: high + 1])
    return ", ".join(days)


def _fitting(words: str, kind: Kind) -> str:
    """A comparison as a field of a kind takes it, with the value and the unit that were probably meant."""
    form = r"(?P<order>at least|at most|more than|less than|not|)\s*(?P<rest>.*)"
    match = re.fullmatch(form, words)
    assert match is not None  # every text has the form
    order, rest = match["order"], match["rest"].strip(" '\"")
    rest = value_near(rest, kind) or rest
    match kind:
        case MomentKind() if order not in ("", "not") and parse_duration(rest) is not None:
            return f"{order} {rest} ago"
        case MomentKind() | DateKind() if order in ("at least", "more than"):
            return f"from {rest}"
        case MomentKind() | DateKind() if order in ("at most", "less than"):
            return f"before {rest}"
        case DayTimeKind() if words.startswith("between ") and " and " in words:
            low, high = words.removeprefix("between ").split(" and ")
            return f"between {time_near(low) or low} and {time_near(high) or high}"
        case DayTimeKind() if order in ("at least", "more than"):
            return f"between {rest} and 23:59"
        case DayTimeKind() if order in ("at most", "less than"):
            return f"between 00:00 and {rest}"
        case _:
            return f"{order} {rest}".strip()
