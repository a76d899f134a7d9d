"""A language server in a process of its own, asked as an editor asks: JSON-RPC over standard input and output."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

SECONDS = 60


class Editor:
    """An editor with a server. Everything that the server sends is kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._open: list[str] = []
        self.marks: dict[str, list[dict[str, Any]]] = {}
        self._no = 0
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tactful", "lsp"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        threading.Thread(target=self._read, daemon=True).start()
        capabilities = {"general": {"positionEncodings": ["utf-16"]}}
        self.server = self.ask("initialize", processId=os.getpid(), rootUri=folder.as_uri(), capabilities=capabilities)
        self._send({"method": "initialized", "params": {}})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._send({"id": 0, "method": "shutdown"})
            self._send({"method": "exit"})
            self._process.wait(SECONDS)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()

    def ask(self, method: str, **params: Any) -> Any:
        """The result of a request."""
        self._no += 1
        self._send({"id": self._no, "method": method, "params": params})
        while True:
            message = self._answers.get(timeout=SECONDS)
            if message.get("id") == self._no and "method" not in message:
                assert "error" not in message, message["error"]
                return message["result"]
            self._note(message)

    def refused(self, method: str, **params: Any) -> str:
        """The message of the error that a request is answered with."""
        self._no += 1
        self._send({"id": self._no, "method": method, "params": params})
        while True:
            message = self._answers.get(timeout=SECONDS)
            if message.get("id") == self._no and "method" not in message:
                return str(message["error"]["message"])
            self._note(message)

    def open(self, path: Path, text: str | None = None) -> str:
        """Open a file, with a text that may not be saved. The file's address."""
        text = path.read_text(errors="replace") if text is None else text
        document = {"uri": path.as_uri(), "languageId": "yaml", "version": 1, "text": text}
        self.tell("textDocument/didOpen", textDocument=document)
        self._open.append(path.as_uri())
        return path.as_uri()

    def close(self, *uris: str) -> None:
        """Close files; without addresses, all that are open."""
        for uri in uris or tuple(self._open):
            self.tell("textDocument/didClose", textDocument={"uri": uri})
            self._open.remove(uri)

    def change(self, uri: str, version: int, *changes: dict[str, Any]) -> None:
        """Change a text: whole, or in some ranges."""
        self.tell("textDocument/didChange", textDocument={"uri": uri, "version": version}, contentChanges=list(changes))

    def tell(self, method: str, **params: Any) -> None:
        """Send a message that has no answer."""
        self._send({"method": method, "params": params})

    def told(self, uri: str, seconds: float = SECONDS) -> list[dict[str, Any]]:
        """The marks of a file that are published next."""
        deadline = time.monotonic() + seconds
        while True:
            message = self._answers.get(timeout=max(0.01, deadline - time.monotonic()))
            self._note(message)
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri:
                return self.marks[uri]

    def marked(self, *uris: str) -> list[dict[str, Any]]:
        """The marks of files of which none was published before they were opened."""
        while missing := [uri for uri in uris if uri not in self.marks]:
            self.told(missing[0])
        return [mark for uri in uris for mark in self.marks[uri]]

    def at(self, uri: str, line: int, character: int) -> dict[str, Any]:
        """The parameters of a question about a place."""
        return {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}

    def _note(self, message: dict[str, Any]) -> None:
        assert message.get("method") != "end", "the server has ended"
        if message.get("method") == "textDocument/publishDiagnostics":
            self.marks[message["params"]["uri"]] = message["params"]["diagnostics"]

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()

    def _read(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        while True:
            length = 0
            while (line := stream.readline()) not in (b"\r\n", b""):
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            if not length:
                self._answers.put({"method": "end"})
                return
            self._answers.put(json.loads(stream.read(length)))
