"""What the page costs in a real browser: ``python benchmarks/page.py [--opened N]``. It takes Chromium, and the page built.

``first advice`` is the time from the beginning of the navigation to the first card, in a browser without a cache: the bar is
4 seconds on an idle machine. ``change`` is the time of a decision after a move of the date or an answer to a question, from
the input to the answer of the worker, after the first decisions: the bar is 20 ms.
"""

from __future__ import annotations

import argparse
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from typing import Any, Final

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.table import Table

#: The most seconds until the first advice, and the most milliseconds of a change.
FIRST_BAR: Final = 4.0
CHANGE_BAR: Final = 20.0
#: How often the date is moved, and how long the page rests in between, in milliseconds.
_MOVES: Final = 15
_REST: Final = 700


def opened(browser: Any, address: str) -> tuple[float, list[float]]:
    """The seconds until the first advice, and the milliseconds of each decision after it."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 1000}, locale="en-GB", timezone_id="America/New_York"
    )
    page = context.new_page()
    begun = time.perf_counter()
    page.goto(address)
    page.wait_for_selector("article.card", timeout=120_000)
    first = time.perf_counter() - begun
    page.wait_for_selector(".chart img", timeout=120_000)
    page.wait_for_selector(".questions fieldset button:not([disabled])", timeout=120_000)
    page.evaluate("() => performance.clearMeasures()")
    for day in range(1, _MOVES + 1):
        page.locator("#days").fill(str(day))
        page.wait_for_timeout(_REST)
    page.locator(".questions fieldset button:not([disabled])").first.click()
    page.wait_for_timeout(_REST)
    changes = page.evaluate("() => performance.getEntriesByName('decided').map((entry) => entry.duration)")
    context.close()
    return first, changes


def _port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait(address: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{address}health/live", timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--opened", type=int, default=5, help="how often the page is opened")
    options = parser.parse_args()
    port = _port()
    address = f"http://127.0.0.1:{port}/"
    table = Table("opened", "first advice s", "change ms, median", "slowest")
    command = [sys.executable, "-m", "tactful", "serve", "--port", str(port), "--no-log"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as service, sync_playwright() as playwright:
        _wait(address)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for no in range(1, options.opened + 1):
            first, changes = opened(browser, address)
            table.add_row(str(no), f"{first:.1f}", f"{statistics.median(changes):.0f}", f"{max(changes):.0f}")
        browser.close()
        service.terminate()
    Console().print(table)
    Console().print(f"The bars are {FIRST_BAR:g} s until the first advice, and {CHANGE_BAR:g} ms for a change.")


if __name__ == "__main__":
    main()
