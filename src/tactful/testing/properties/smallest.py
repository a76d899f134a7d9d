"""A failing case made as small as it can be: nothing can be left out or made plainer without it passing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

Plain = dict[str, Any]
#: What a case cannot do without, and what says which row is meant.
_KEPT: Final = ("now", "id", "candidate", "ended_at", "person")
#: How many smaller cases are tried at most.
MOST: Final = 3_000


def smallest(case: Plain, fails: Callable[[Plain], bool]) -> Plain:
    """The smallest case that still ``fails``, found by leaving out one part after the other until none can go."""
    tries = 0
    progress = True
    while progress and tries < MOST:
        progress = False
        for smaller in _smaller(case):
            tries += 1
            if fails(smaller):
                case, progress = smaller, True
                break
    return case


def _smaller(case: Plain) -> Iterator[Plain]:
    """The case with one part left out, large parts first."""
    yield from sorted(_without(case), key=_size)


def _without(value: Any) -> Iterator[Any]:
    """The value with one part of it left out, at any depth."""
    if isinstance(value, dict):
        for key, one in value.items():
            if key not in _KEPT:
                yield {name: each for name, each in value.items() if name != key}
            for inner in _without(one):
                yield {**value, key: inner}
            if key == "person" and len(value) > 1:  # of a message; an interviewer is somebody
                yield {name: each for name, each in value.items() if name != key}
            elif key == "person":
                yield one  # an interviewer of whom nothing else is said
    elif isinstance(value, list):
        for no, one in enumerate(value):
            yield value[:no] + value[no + 1 :]
            for inner in _without(one):
                yield [*value[:no], inner, *value[no + 1 :]]


def _size(value: Any) -> int:
    """How many values there are in it."""
    if isinstance(value, dict):
        return 1 + sum(map(_size, value.values()))
    if isinstance(value, list):
        return 1 + sum(map(_size, value))
    return 1
