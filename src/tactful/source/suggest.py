"""Suggestions for misspelt words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from heapq import nlargest
from typing import Final

from tactful.source.first_use import FIRST_USE

#: The longest word for which a suggestion is made, in characters.
_LONGEST: Final = 200
#: If more words are known than this, only words of about the same length, with the longest common beginning and end, are
#: compared, because each mistake in a file takes time.
_MOST: Final = 40


def near(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known word most similar to ``word``; ``None`` if no word is similar enough.

    ``cutoff`` is the least similarity, from 0 (nothing in common) to 1 (the same).
    """
    words = list(known)
    if len(word) > _LONGEST:
        return None
    if len(words) > _MOST:
        alike = [other for other in words if abs(len(other) - len(word)) <= 2]
        words = nlargest(_MOST, alike, key=lambda other: _shared_ends(word, other))
    with FIRST_USE:
        import difflib  # only mistakes need it

    matches = difflib.get_close_matches(word, words, n=1, cutoff=cutoff)
    return matches[0] if matches else None


def _shared_ends(word: str, other: str) -> int:
    """How many characters two words have in common at their beginnings and ends."""
    return _shared_start(word, other) + _shared_start(word[::-1], other[::-1])


def _shared_start(word: str, other: str) -> int:
    """How many characters two words have in common at their beginnings."""
    pairs = zip(word, other, strict=False)
    return next((place for place, (mine, theirs) in enumerate(pairs) if mine != theirs), min(len(word), len(other)))


def near_part(word: str, known: Iterable[str]) -> str | None:
    """The known name that shares the most parts with ``word``, and consists of nothing else or is a part of it.

    Parts are divided by ``_``, ``-`` and blanks: ``phone_call`` is near ``call``. ``None`` if no name is.
    """
    parts = set(_parts(word))
    others = [(set(_parts(other)), other) for other in known] if len(word) <= _LONGEST else []
    inside = [(len(own & parts), -len(own), other) for own, other in others if own and (own <= parts or parts <= own)]
    return max(inside)[2] if inside else None


def _parts(name: str) -> list[str]:
    return [part for part in re.split(r"[\s_-]+", name.lower()) if part]


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A help text with the most similar known word; ``None`` if no word is similar enough."""
    return _asked(near(word, known))


def did_you_mean_part(word: str, known: Iterable[str]) -> str | None:
    """The same, where a known name that shares parts with ``word`` is similar enough too."""
    names = list(known)
    return _asked(near(word, names) or near_part(word, names))


def _asked(meant: str | None) -> str | None:
    return None if meant is None else f"did you mean `{meant}`?"


#: Signs and words for comparisons in other languages, with those of this one.
_ORDERS: Final = (
    (
        r">=|=>|≥|(?:is\s+)?(?:greater|more)\s+than\s+or\s+equal\s+to|no(?:t)?\s+(?:less|fewer)\s+than|minimum",
        "at least",
    ),
    (r"<=|=<|≤|(?:is\s+)?less\s+than\s+or\s+equal\s+to|no(?:t)?\s+more\s+than|up\s+to|maximum", "at most"),
    (r">|(?:is\s+)?greater\s+than|older\s+than|longer\s+than|over|above", "more than"),
    (r"<|(?:is\s+)?(?:smaller|fewer)\s+than|younger\s+than|shorter\s+than|under|below", "less than"),
    (r"!==?|<>|≠|(?:is\s+)?not\s+equal\s+to|isn['’]t|is\s+not", "not"),
    (r"===?|=|equals|is", ""),
)
_WILDCARDS: Final = (
    (r"\*([^*]+)\*", "contains"),
    (r"\*([^*]+)", "ends with"),
    (r"([^*]+)\*", "begins with"),
)


def in_words(text: str) -> str | None:
    """The phrase for a comparison that is written in signs or as in other languages; ``None`` for other texts.

    ``>= 3`` is ``at least 3``, ``!= DE`` is ``not DE``, ``*GmbH`` is ``ends with GmbH``.
    """
    text = text.strip()
    if len(text) > _LONGEST:
        return None
    for form, words in _WILDCARDS:
        if (match := re.fullmatch(form, text)) is not None:
            return f"{words} {match[1].strip()}"
    for form, words in _ORDERS:
        match = re.match(rf"(?i:{form})(?:(?<=\W)|(?=\W))\s*(?P<rest>[^\s=<>!].*)", text)
        if match is not None:
            return f"{words} {match['rest']}".strip()
    match = re.fullmatch(r"(?P<amount>[0-9]\S*(?:\s+[a-z ]+)?)\s*(?P<way>\+|or\s+more|or\s+less)", text)
    if match is not None:
        return f"{'at most' if match['way'].endswith('less') else 'at least'} {match['amount'].rstrip('+').strip()}"
    match = re.fullmatch(r"(?P<low>[0-9][0-9.:]*)\s*(?:-|–|\.\.+|to)\s*(?P<high>[0-9][0-9.:]*(?:\s+[a-z ]+)?)", text)
    return None if match is None else f"between {match['low']} and {match['high']}"
