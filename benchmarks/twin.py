"""A process that only answers: what ``benchmarks/service.py`` compares a service with.

It has the same event loop, the same connections and the same bodies as the service, and nothing of HTTP but what it takes
to find the bodies. It counts the processor time of ``Policy.decide`` and ``to_json`` alone. So answers find the caches and
the other core as they do in a service. A loop over one case would find everything at hand.
"""

from __future__ import annotations

import asyncio
import gc
import json
import time
from typing import Final

import uvloop

import tactful

#: How many new objects make the garbage collector look for circles, as in the command ``tactful``.
OBJECTS: Final = 200_000


class Totals:
    """How many cases were answered, and in how many seconds of processor time."""

    def __init__(self) -> None:
        self.policy = tactful.load()
        self.policy.warm()
        self.cases, self.seconds = 0, 0.0

    def answer(self, body: bytes) -> bytes:
        """Answer a case, or each case of a batch; an empty body asks for the totals."""
        if not body:
            return json.dumps([self.cases, self.seconds]).encode()
        is_batch = body.startswith(b'{"cases"')
        bodies = [json.dumps(case).encode() for case in json.loads(body)["cases"]] if is_batch else [body]
        begun = time.thread_time()
        answers = [self.policy.decide(each).to_json() for each in bodies]
        self.seconds += time.thread_time() - begun
        self.cases += len(bodies)
        return b"".join(answers)


class Connection(asyncio.Protocol):
    """A connection with one request at a time."""

    transport: asyncio.Transport

    def __init__(self, totals: Totals) -> None:
        self._totals, self._data = totals, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        self.transport = transport  # type: ignore[assignment]  # sockets have one that writes

    def data_received(self, data: bytes) -> None:
        """Answer once a request is complete."""
        self._data += data
        head, end, body = self._data.partition(b"\r\n\r\n")
        if end and len(body) >= int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0]):
            self._data = b""
            answer = self._totals.answer(body)
            self.transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(answer), answer))


async def main() -> None:
    """Answer until the process is ended. The first line says where."""
    gc.set_threshold(OBJECTS)
    totals = Totals()
    server = await asyncio.get_running_loop().create_server(lambda: Connection(totals), "127.0.0.1", 0)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
