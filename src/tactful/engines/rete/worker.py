"""The worker process: durable-rules, and nothing else. It is run as a script, and imports no part of this package.

It reads requests from standard input and writes answers to standard output, each a length (4 bytes, big-endian) and JSON:

``{"load": key, "rulesets": [text, …]}``  makes rulesets, answers ``{"loaded": key}``
``{"fire": key, "facts": [text, …]}``     answers ``{"fired": [[rule, entity, row], …]}``, or ``{"unknown": key}``

An answer ``{"failed": text}`` says what went wrong. The process ends when its input ends. The kernel ends it if a request
takes too long.
"""

from __future__ import annotations

import json
import signal
import struct
import sys
from collections import OrderedDict
from typing import Any, BinaryIO

#: How many packs a worker keeps rulesets for. The least recently used one is dropped for another.
PACKS = 8
SESSION = "1"
#: The library's codes for accepted facts: all of them matched something, or the last matched nothing.
TAKEN = (0, 1)


class Loaded:
    """The rulesets of one pack."""

    def __init__(self, library: Any, key: str, rulesets: list[str]) -> None:
        self._library = library
        self._handles: list[int] = []
        for no, text in enumerate(rulesets):
            self._handles.append(library.create_ruleset(f"{key}.{no}", text))

    def fire(self, facts: list[str]) -> list[list[Any]]:
        """The firings for facts, one text for each ruleset: the rule's name, and the entity and number of its row."""
        pairs = zip(self._handles, facts, strict=True)
        return [firing for handle, text in pairs for firing in self._fire(handle, text)]

    def _fire(self, handle: int, facts: str) -> list[list[Any]]:
        library = self._library
        code, state = library.assert_facts(handle, facts)
        if code not in TAKEN:
            raise RuntimeError(f"facts were not taken: {code}")
        firings = []
        started = library.start_action_for_state(handle, state)
        message = None if started is None else started[1]
        while message is not None:
            for rule, rows in json.loads(message).items():
                row = _first(rows)
                firings.append([rule, row["t"], row["k"]])
            message = library.complete_and_start_action(handle, state)
        if not any(rule == "z" for rule, _, _ in firings):
            raise RuntimeError("the rule that always fires did not")
        library.delete_state(handle, SESSION)
        return [firing for firing in firings if firing[0] != "z"]

    def close(self) -> None:
        """Free the rulesets."""
        for handle in self._handles:
            self._library.delete_ruleset(handle)


def _first(rows: dict[str, Any]) -> dict[str, Any]:
    """The row that a rule is for: the row of the first pattern."""
    row: dict[str, Any] = next(iter(rows.values()))
    return row


def answer(library: Any, loaded: OrderedDict[str, Loaded], request: dict[str, Any]) -> dict[str, Any]:
    """The answer to a request."""
    if "load" in request:
        key = request["load"]
        while len(loaded) >= PACKS:
            loaded.popitem(last=False)[1].close()
        loaded[key] = Loaded(library, key, request["rulesets"])
        return {"loaded": key}
    key = request["fire"]
    if key not in loaded:
        return {"unknown": key}
    loaded.move_to_end(key)
    return {"fired": loaded[key].fire(request["facts"])}


def read(stream: BinaryIO) -> bytes | None:
    """The next message; ``None`` at the end of the input."""
    head = stream.read(4)
    return stream.read(struct.unpack(">I", head)[0]) if len(head) == 4 else None


def write(stream: BinaryIO, message: dict[str, Any]) -> None:
    """Send a message."""
    data = json.dumps(message).encode()
    stream.write(struct.pack(">I", len(data)) + data)
    stream.flush()


def main() -> None:
    """Serve requests until the input ends. The argument is the number of seconds that a request may take."""
    import durable_rules_engine as library

    seconds = float(sys.argv[1])
    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # the kernel ends the process, even while the library runs
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what an interrupt means
    loaded: OrderedDict[str, Loaded] = OrderedDict()
    while (data := read(sys.stdin.buffer)) is not None:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            reply = answer(library, loaded, json.loads(data))
        except Exception as error:  # any error of the library; the parent then ends this process
            reply = {"failed": f"{type(error).__name__}: {error}"}
        signal.setitimer(signal.ITIMER_REAL, 0)
        write(sys.stdout.buffer, reply)


if __name__ == "__main__":
    main()
