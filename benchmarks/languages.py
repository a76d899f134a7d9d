"""What a language costs: ``python benchmarks/languages.py [--quick]``.

``loading``: milliseconds of CPU time for a policy in the language, from a policy that is loaded already; the best of all rounds.
``at first``: the same with the modules that it needs, in a new process. ``ranked`` is ``decide(…).actions`` and ``reasons`` is
``decide(…).to_json()`` for the cases in ``examples``, both as shares of what they take in English: the median over the cases
of the best of all rounds. English and the other languages take turns, so that a busy machine slows all of them alike.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Final

from rich.console import Console
from rich.table import Table

import tactful

EXAMPLES: Final = Path(__file__).parent.parent / "examples"
LANGUAGES: Final = ("en", "de", "es", "fr")
#: Measures the first use of a language, which loads modules.
_FIRST: Final = """
import sys, time, tactful
policy = tactful.load()
start = time.process_time()
policy.in_language(sys.argv[1])
print(1000 * (time.process_time() - start))
"""

Job = Callable[[], object]


def best_of(jobs: dict[str, Job], rounds: int, again: int) -> dict[str, float]:
    """The best CPU time of each job in seconds. In each of the rounds, all jobs take turns, ``again`` times each."""
    best = dict.fromkeys(jobs, float("inf"))
    for _ in range(rounds):
        for name, job in jobs.items():
            start = time.process_time()
            for _ in range(again):
                job()
            best[name] = min(best[name], (time.process_time() - start) / again)
    return best


def shares(rounds: int) -> dict[str, dict[str, float]]:
    """The time of each kind of answer in each language as a share of the time in English; the median over all cases."""
    policies = {language: tactful.load().in_language(language) for language in LANGUAGES}
    asked: dict[str, Callable[[tactful.Decision], object]] = {
        "ranked": lambda decision: decision.actions,
        "reasons": lambda decision: decision.to_json(),
    }
    found: dict[str, dict[str, list[float]]] = {kind: {language: [] for language in LANGUAGES} for kind in asked}
    for path in sorted(EXAMPLES.glob("*.yaml")):
        raw = policies["en"].read_text(path.read_bytes(), path.name).to_json()
        for kind, of in asked.items():
            jobs = {language: _job(policy, raw, of) for language, policy in policies.items()}
            times = best_of(jobs, rounds, again=20)
            for language, taken in times.items():
                found[kind][language].append(taken / times["en"])
    return {kind: {language: median(values) for language, values in of.items()} for kind, of in found.items()}


def _job(policy: tactful.Policy, raw: bytes, of: Callable[[tactful.Decision], object]) -> Job:
    return lambda: of(policy.decide(raw))


def loading(language: str, rounds: int) -> float:
    """Milliseconds of CPU time for a policy in a language; the best of some rounds, each with a new policy."""
    taken = []
    for _ in range(rounds):
        policy = tactful.load()
        start = time.process_time()
        policy.in_language(language)
        taken.append(time.process_time() - start)
    return 1000 * min(taken)


def first(language: str) -> float:
    """The same in a new process."""
    done = subprocess.run([sys.executable, "-c", _FIRST, language], check=True, capture_output=True, text=True)
    return float(done.stdout)


def main() -> None:
    """Print a table with a line for each language."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    rounds = 3 if parser.parse_args().quick else 15
    answers = shares(rounds)
    table = Table("language", "loading, ms", "at first, ms", "ranked", "reasons")
    for language in LANGUAGES:
        loads = ("", "") if language == "en" else (f"{loading(language, rounds):.0f}", f"{first(language):.0f}")
        table.add_row(language, *loads, *(f"{answers[kind][language]:.2f}" for kind in ("ranked", "reasons")))
    Console().print(table)


if __name__ == "__main__":
    main()
