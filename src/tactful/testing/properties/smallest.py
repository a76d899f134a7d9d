"""A failing case made small by hypothesis: it looks for the smallest part of the case that still fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any, Final

from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

Plain = dict[str, Any]

#: Keys that are never left out: a case cannot be read without them, or they identify a row.
_KEPT: Final = ("now", "id", "candidate", "ended_at")
#: The fewest bytes that are drawn. For shorter ones, hypothesis also draws constants from the source of loaded modules, which
#: would make runs differ. It draws no constants of more than 50 bytes.
_BYTES: Final = 51
_SETTINGS: Final = settings(
    max_examples=1_000,
    database=None,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


def smallest(case: Plain, fails: Callable[[Plain], bool]) -> Plain:
    """The smallest part of a case that still ``fails``; the same part in every run.

    ``fails`` may be given parts that are not valid cases, and must return ``False`` for them. Returns ``case`` itself if no
    smaller part fails.

    A byte for each part of the case says whether the part stays. Drawn bytes are seldom 0, so the search begins with nearly
    the whole case; hypothesis shrinks bytes to 0, which leaves the part out.
    """
    count = max(_parts(case), _BYTES)
    strategy = st.binary(min_size=count, max_size=count).map(lambda stays: _part(case, "case", iter(stays)))
    try:
        smaller: Plain = find(strategy, fails, settings=_SETTINGS, random=Random(0))  # noqa: S311  (not a secret)
    except NoSuchExample:
        return case
    return smaller


def _parts(value: Any) -> int:
    """The number of entries and items of a value, at any depth, that may be left out."""
    if isinstance(value, list):
        return len(value) + sum(map(_parts, value))
    if isinstance(value, dict):
        return sum((key not in _KEPT) + _parts(inner) for key, inner in value.items())
    return 0


def _part(value: Any, name: str, stays: Iterator[int]) -> Any:
    """A value, whose key is ``name``, without the parts for which the next byte of ``stays`` is 0."""
    if isinstance(value, list):
        items = [(next(stays), _part(item, name, stays)) for item in value]
        return [item for stay, item in items if stay]
    if not isinstance(value, dict):
        return value
    entries = [(key in _KEPT or next(stays), key, _part(inner, key, stays)) for key, inner in value.items()]
    kept = {key: inner for stay, key, inner in entries if stay}
    return kept["person"] if name == "interviewers" and kept.keys() == {"person"} else kept
