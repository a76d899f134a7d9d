"""Inputs with anything in the wrong place: what is shipped, with places of its structure or its bytes changed."""

from __future__ import annotations

import copy
import os
import resource
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from hypothesis import strategies as st

#: How many mutated inputs of each kind are drawn: ``TACTFUL_MUTATIONS``, which ``.ci/nightly`` sets, or a few.
MUTATIONS_DRAWN: Final = int(os.environ.get("TACTFUL_MUTATIONS", "25"))
#: CPU seconds and bytes that no input may take.
SECONDS: Final = 5.0
MEMORY: Final = 1024**3

#: Values that mean something to a reader of moments, days, numbers, ids, places or YAML.
WORDS: Final = (
    "", " ", "0", "no", "~", "x", "p1", "$p", "Europe/Oslo", "US-NY", "utils", "2026-11-20", "2026-11-20T10:00",
    "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "3 business days", "-1 days", "99999999999999 weeks",
    "at most 2 days ago", "from 9:00 to 25:00", "same as person.id", "{$p}", "\ud800", "\x1b[2J", "\u2028", "\u202e",
    "e\u0301", "a" * 5_000,
)  # fmt: skip
VALUES: Final = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(WORDS),
    st.lists(st.none() | st.integers() | st.text(max_size=3), max_size=3),
    st.dictionaries(
        st.sampled_from(["id", "name", "email", "date", "date_time", "", "x"]), st.none() | st.text(max_size=3)
    ),
)
#: Pieces of text that mean something to a parser of YAML, JSON, Parquet or packed files.
_PIECES: Final = (
    b"", b"\0", b"\t", b"\r", b"\n", b"\n\n", b" ", b"  ", b'"', b"'", b":", b": ", b"- ", b"#", b"&a ", b"*a", b"<<: *a",
    b"!!python/object:os.system ", b"!!binary ", b"? ", b"---\n", b"...\n", b"%YAML 9.9\n", b"|", b">", b"[", b"{", b"]",
    b"}", b"[" * 3_000, b"{a: " * 500, b"9" * 5_000, b"1e999", b"0x1F", b"1_000", b".inf", b"-", b"\xef\xbb\xbf",
    b"\xff\xfe", b"\xff", b"\xed\xa0\x80", b"\xc2\x85", b"\xe2\x80\xa8", b"PAR1", b"\x7f\xff\xff\xff", b"\x1f\x8b",
)  # fmt: skip


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every container of nested lists and mappings, with each of its keys."""
    pairs = list(node.items()) if isinstance(node, dict) else list(enumerate(node)) if isinstance(node, list) else []
    return [(node, key) for key, _ in pairs] + [place for _, value in pairs for place in places(value)]


@st.composite
def mutated(draw: st.DrawFn, originals: Sequence[Any], keys: Sequence[str]) -> Any:
    """One of the originals with some keys dropped, nulled, retyped, renamed to one of ``keys``, doubled or nested."""
    root = [copy.deepcopy(draw(st.sampled_from(originals)))]
    for _ in range(draw(st.integers(1, 3))):
        container, key = draw(st.sampled_from(places(root)))
        match draw(st.integers(0, 7)):
            case 0 if container is not root:
                del container[key]
            case 1:
                container[key] = None
            case 2:
                container[key] = {"id": container[key]}
            case 3:
                container[key] = [container[key]]
            case 4:
                other, place = draw(st.sampled_from(places([draw(st.sampled_from(originals))])))
                container[key] = copy.deepcopy(other[place])
            case 5 if isinstance(container, dict):
                container[draw(st.sampled_from(keys))] = copy.deepcopy(container[key])
            case 6 if isinstance(container[key], list):
                container[key] = container[key] * draw(st.integers(2, 3))
            case _:
                container[key] = draw(VALUES)
    return root[0]


@st.composite
def mutated_bytes(draw: st.DrawFn, originals: Sequence[bytes]) -> bytes:
    """One of the originals with some stretches dropped, doubled, moved or replaced, or cut off at a byte."""
    data = draw(st.sampled_from(originals))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        end = min(len(data), at + draw(st.sampled_from((0, 0, 1, 2, 8, 40))))
        match draw(st.integers(0, 4)):
            case 0:
                data = data[:at] + data[end:]
            case 1:
                data = data[:end] + data[at:]
            case 2:
                to = draw(st.integers(0, len(data)))
                data = data[:to] + data[at:end] + data[to:]
            case 3 if draw(st.booleans()):
                data = data[:at]
            case _:
                data = data[:at] + draw(st.sampled_from(_PIECES) | st.binary(max_size=4)) + data[end:]
    return data


@contextmanager
def bounded() -> Iterator[None]:
    """What is done within takes at most ``SECONDS`` of CPU time, and ``MEMORY`` bytes more than the process has.

    This process cannot have more memory meanwhile: asking for more raises :class:`MemoryError`. Processes that it
    starts are held to the same.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (_address_space() + MEMORY, hard))
    start = _cpu_seconds()
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    taken = _cpu_seconds() - start
    assert taken < SECONDS, f"{taken:.1f} s"


def _cpu_seconds() -> float:
    """CPU seconds of this process and of those that it has waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _address_space() -> int:
    """The bytes of addresses that this process has, on Linux; elsewhere none are known, and the limit is not low."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[0]) * resource.getpagesize() if statm.exists() else 2**44
