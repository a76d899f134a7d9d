"""Limits on the size of a case. They bound the time of a decision, because cases may come from untrusted sources."""

from __future__ import annotations

import msgspec


class CaseLimits(msgspec.Struct, frozen=True):
    """Bounds on one case, adjustable: ``tactful.load(limits=CaseLimits(people=1000))``.

    ``bytes`` and ``depth`` bound the input as a whole, and ``text`` bounds the length of a single text, in characters.
    ``places`` counts the different places (a time zone with a country and a calendar) of the case, and ``steps`` the tests
    that a decision makes of its rows. ``handled`` bounds the advice that was followed, and the advice that was dismissed.
    The others count rows: ``people``, ``interviews`` and ``messages`` for each application.
    """

    bytes: int = 1_000_000
    depth: int = 16
    text: int = 10_000
    applications: int = 200
    people: int = 500
    interviews: int = 200
    messages: int = 5_000
    handled: int = 5_000
    places: int = 32
    steps: int = 18_000_000
