"""A page that is open in a real browser, with all that it requests."""

from __future__ import annotations

import time
import urllib.request
from typing import Any

#: How long Chromium and the runtime may take on a busy machine, in seconds.
PATIENCE = 60


def wait_for_answer(url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with urllib.request.urlopen(url):
                return
        except OSError:
            assert time.monotonic() < deadline, "the service does not answer"
            time.sleep(0.1)


class Shown:
    """A page that is open, and all requests that it made."""

    def __init__(self, page: Any, address: str) -> None:
        self.page, self.address = page, address
        self.requests: list[str] = []
        self.errors: list[str] = []
        page.set_default_timeout(PATIENCE * 1_000)
        page.on("request", lambda request: self.requests.append(f"{request.method} {request.url}"))
        page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, fragment: str = "") -> float:
        """Open the page, and wait for its first advice. Returns the seconds until then."""
        begun = time.monotonic()
        self.page.goto(self.address + fragment)
        self.page.wait_for_selector("article.card")
        return time.monotonic() - begun
