"""The differences between a peer and tactful: ``python -m peer.diff MODULE [COUNT]`` from the folder ``benchmarks``.

``MODULE`` is a module of this package with a function ``peer()`` that makes its :class:`peer.protocol.Peer`.
"""

from __future__ import annotations

import importlib
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from frozen import frozen_policy

from .expected import Expected
from .protocol import Fired
from .situations import COUNT, situations


class Difference(NamedTuple):
    """The differences in the firings of a case."""

    no: int
    missing: list[Fired]
    surplus: list[Fired]


def differences(given: Sequence[Iterable[Fired]], expected: Sequence[Iterable[Fired]]) -> list[Difference]:
    """The cases in which a peer's firings differ from the expected ones. A repeated firing is a surplus."""
    different = []
    for no, (ours, theirs) in enumerate(zip(expected, given, strict=True)):
        wanted, got = Counter(ours), Counter(theirs)
        if wanted != got:
            different.append(Difference(no, list((wanted - got).elements()), list((got - wanted).elements())))
    return different


def count_by_rule(different: Sequence[Difference]) -> str:
    """The rules that differ, and how often."""
    missing = Counter(rule for difference in different for rule, _, _ in difference.missing)
    surplus = Counter(rule for difference in different for rule, _, _ in difference.surplus)
    rules = sorted({*missing, *surplus}, key=lambda rule: (-missing[rule] - surplus[rule], rule))
    return ", ".join(f"{rule} (missing {missing[rule]}, surplus {surplus[rule]})" for rule in rules)


def main() -> None:
    """Print the differences of one peer, the first few in full."""
    module, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else COUNT
    peer = importlib.import_module(f"peer.{module}").peer()
    peer.load()
    cases = situations(count)
    expected = Expected(frozen_policy())
    different = differences(peer.fire(cases), [expected.fire(case) for case in cases])
    print(f"{len(different)} of {count} cases differ. {count_by_rule(different)}")
    for difference in islice(different, 3):
        print(cases[difference.no].decode(), *(f"missing {a}" for a in difference.missing), sep="\n")
        print(*(f"surplus {a}" for a in difference.surplus), sep="\n")


if __name__ == "__main__":
    main()
