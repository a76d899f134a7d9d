"""The two engines compared for as long as you like: ``python benchmarks/soak.py --minutes 30``.

Draws packs and cases as ``tests/engines`` does, with another seed in each round. Prints the number of examples and every
disagreement, made small; exits with 1 if there was a disagreement.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: Examples of a round: enough for hypothesis to vary them, few enough to end near the given time.
ROUND = 500


def main() -> None:
    """Run rounds until the time is over."""
    parser = argparse.ArgumentParser(description="compare the two engines")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    end, seed, rounds, failed = time.monotonic() + options.minutes * 60, options.seed, 0, 0
    while time.monotonic() < end:
        command = [sys.executable, "-m", "pytest", "-q", f"--hypothesis-seed={seed}", "tests/engines/test_rete.py"]
        environment = {**os.environ, "TACTFUL_EXAMPLES": str(ROUND)}
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        rounds += 1
        if done.returncode:
            failed += 1
            print(f"seed {seed}:\n{done.stdout}", flush=True)
        print(f"{rounds} rounds, {rounds * (ROUND + ROUND // 10 + ROUND // 5):,} examples, {failed} failed", flush=True)
        seed += 1
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
