"""The language server: what editors ask over standard input and output, by the Language Server Protocol."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from threading import Thread
from typing import Final

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from tactful.editor.completion import Offer, OfferKind, complete
from tactful.editor.documents import is_own, is_rules, pack_of, texts_of
from tactful.editor.examine import Examination, Mark, Severity
from tactful.editor.hover import description, word_at
from tactful.editor.rename import new_name, renamed
from tactful.editor.repair import Repair, repair_all, repairs
from tactful.editor.vocabulary import Place, Vocabulary, Word
from tactful.editor.worker import Answer, Wanted, Worker
from tactful.source.diagnostics import TactfulError

#: How long nothing must have been typed before a pack is examined, in seconds.
QUIET: Final = 0.2
_SEVERITIES: Final[dict[Severity, types.DiagnosticSeverity]] = {
    "mistake": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "hint": types.DiagnosticSeverity.Hint,
}
_KINDS: Final[dict[OfferKind, types.CompletionItemKind]] = {
    "fact": types.CompletionItemKind.Field,
    "parameter": types.CompletionItemKind.Variable,
    "action": types.CompletionItemKind.Function,
    "rule": types.CompletionItemKind.Class,
    "phrase": types.CompletionItemKind.Value,
    "key": types.CompletionItemKind.Keyword,
    "word": types.CompletionItemKind.EnumMember,
}


_ACTIONS: Final = types.CodeActionOptions([types.CodeActionKind.QuickFix, types.CodeActionKind.SourceFixAll])


class Server(LanguageServer):
    """The state of one editor: its open rule files, and the last vocabulary of each pack."""

    def __init__(self) -> None:
        super().__init__("tactful", version("tactful"))
        self._worker: Worker | None = None
        self._no = 0
        #: The open rule files: the address of each by its path without symbolic links.
        self._open: dict[Path, str] = {}
        self._packs: dict[str, Path] = {}
        self._words: dict[Path, Vocabulary] = {}
        self._latest: dict[Path, int] = {}
        self._marked: dict[Path, frozenset[str]] = {}
        self._waiting: dict[Path, asyncio.TimerHandle] = {}

    # --- files ---

    def take(self, uri: str) -> None:
        """A file was opened, changed or saved."""
        document = self.workspace.get_text_document(uri)
        name = to_fs_path(uri)
        if name is None:
            return
        path = Path(name).resolve()
        if uri not in self._packs and not is_rules(path, document.source):
            return
        self._open[path] = uri
        pack = pack_of(path, self._held())
        self._packs[uri] = pack
        self._latest[pack] = self._no = self._no + 1
        if pack in self._waiting:
            self._waiting[pack].cancel()
        self._waiting[pack] = asyncio.get_running_loop().call_later(QUIET, self._ask, pack)

    def leave(self, uri: str) -> None:
        """A file was closed."""
        pack = self._packs.pop(uri, None)
        self._open = {path: other for path, other in self._open.items() if other != uri}
        if pack is not None and pack not in self._packs.values():
            self._latest.pop(pack, None)
            self._words.pop(pack, None)
            self._show(pack, {})

    def _held(self) -> dict[Path, str]:
        return {path: self.workspace.get_text_document(uri).source for path, uri in self._open.items()}

    # --- examinations ---

    def _ask(self, pack: Path) -> None:
        self._waiting.pop(pack, None)
        if pack not in self._latest:
            return
        if self._worker is None or self._worker.dead:
            self._worker = Worker()
            Thread(target=self._listen, args=(self._worker, asyncio.get_running_loop()), daemon=True).start()
        with contextlib.suppress(OSError):  # it has died, which the listener notices too
            self._worker.ask(Wanted(self._latest[pack], pack, self._held()))

    def _listen(self, worker: Worker, loop: asyncio.AbstractEventLoop) -> None:
        """Pass on answers until the process or the server ends. The next examination starts another process."""
        with contextlib.suppress(EOFError, OSError, RuntimeError):
            while True:
                loop.call_soon_threadsafe(self._answered, worker.answer())
        worker.dead = True

    def _answered(self, answer: Answer) -> None:
        if self._latest.get(answer.pack) == answer.no:
            self._tell(answer.pack, answer.examination)

    def _tell(self, pack: Path, examination: Examination) -> None:
        if examination.vocabulary is not None:
            self._words[pack] = examination.vocabulary
        if not examination.whole and not examination.marks:
            return  # what is marked stays until the warnings are there, so that it does not flicker
        marked: dict[str, list[types.Diagnostic]] = {}
        lines = self._each_lines()
        for mark in examination.marks:
            uri = self._uri_of(mark.place, pack)
            if uri is not None:
                marked.setdefault(uri, []).append(self._diagnostic(mark, lines(uri)))
        self._show(pack, marked)

    def _show(self, pack: Path, marked: dict[str, list[types.Diagnostic]]) -> None:
        """Publish the marks of a pack, and take away those of other files of it."""
        for uri in self._marked.get(pack, frozenset()) - {*marked}:
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))
        for uri, diagnostics in marked.items():
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, diagnostics))
        open_ = {uri for uri, other in self._packs.items() if other == pack}
        for uri in open_ - {*marked} - self._marked.get(pack, frozenset()):
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))
        self._marked[pack] = frozenset(marked)

    def _uri_of(self, place: Place | None, pack: Path) -> str | None:
        """The address of a place's file; for a mistake without a place, of a file of the pack that is open."""
        if place is None:
            return next((uri for uri, other in self._packs.items() if other == pack), None)
        return self._open.get(place.path) or from_fs_path(str(place.path))

    def _diagnostic(self, mark: Mark, lines: Sequence[str]) -> types.Diagnostic:
        place = mark.place or Place(Path(), 0, 0, 0, 1)
        message = mark.message if mark.help is None else f"{mark.message}; {mark.help}"
        return types.Diagnostic(
            self._range(place, lines),
            message,
            severity=_SEVERITIES[mark.severity],
            code=mark.code,
            source="tactful",
            data=mark.help,
        )

    def _range(self, place: Place, lines: Sequence[str]) -> types.Range:
        whole = types.Range(types.Position(place.line, place.column), types.Position(place.end_line, place.end_column))
        return self.workspace.position_codec.range_to_client_units(lines, whole)

    # --- questions ---

    def _lines(self, uri: str) -> Sequence[str]:
        """The lines of a file. A large text takes a millisecond each time."""
        return self.workspace.get_text_document(uri).lines

    def _each_lines(self) -> Callable[[str], Sequence[str]]:
        """Gives the lines of several files, each as it is when it is first asked for."""
        return cache(self._lines)

    def _at(self, uri: str, position: types.Position) -> tuple[Sequence[str], int, int, Vocabulary] | None:
        """The lines, the place in characters, and the pack's last vocabulary; ``None`` before its first."""
        words = self._words.get(self._packs.get(uri, Path()))
        if words is None:
            return None
        lines = self._lines(uri)
        place = self.workspace.position_codec.position_from_client_units(lines, position)
        return lines, place.line, place.character, words

    def offers(self, uri: str, position: types.Position) -> types.CompletionList:
        """The words that fit at a place."""
        at = self._at(uri, position)
        offers = [] if at is None else complete(*at)
        lines = self._lines(uri) if offers else ()
        items = [self._item(offer, position, lines, no) for no, offer in enumerate(offers)]
        return types.CompletionList(is_incomplete=True, items=items)

    def _item(self, offer: Offer, position: types.Position, lines: Sequence[str], no: int) -> types.CompletionItem:
        place = types.Position(position.line, offer.column)
        start = self.workspace.position_codec.position_to_client_units(lines, place)
        return types.CompletionItem(
            offer.text.strip().removesuffix(":"),
            kind=_KINDS[offer.kind],
            detail=offer.detail or None,
            documentation=offer.about or None,
            sort_text=f"{no:04}",
            filter_text=offer.text,
            text_edit=types.TextEdit(types.Range(start, position), offer.text),
        )

    def meaning(self, uri: str, position: types.Position) -> types.Hover | None:
        """What the name at a place means."""
        at = self._at(uri, position)
        found = None if at is None else word_at(*at)
        if found is None:
            return None
        word, start, end = found
        range_ = self._range(Place(Path(), position.line, start, position.line, end), self._lines(uri))
        return types.Hover(types.MarkupContent(types.MarkupKind.Markdown, description(word)), range_)

    def definition(self, uri: str, position: types.Position) -> types.Location | None:
        """Where the name at a place is defined; ``None`` for what every case has."""
        at = self._at(uri, position)
        found = None if at is None else word_at(*at)
        if found is None or found[0].place is None:
            return None
        place = found[0].place
        target = self._open.get(place.path) or from_fs_path(str(place.path))
        return None if target is None else types.Location(target, self._range(place, self._lines(target)))

    # --- changes ---

    def renameable(self, uri: str, position: types.Position) -> types.Range | None:
        """The name at a place, if a file that is open defines it; ``None`` for names of other packs and of every case."""
        at = self._at(uri, position)
        found = None if at is None else word_at(*at)
        if found is None or not self._packs_with(found[0]):
            return None
        _, start, end = found
        lines = self._lines(uri)
        start += lines[position.line][start:end].startswith("$")
        return self._range(Place(Path(), position.line, start, position.line, end), lines)

    def rename(self, uri: str, position: types.Position, name: str) -> types.WorkspaceEdit:
        """The changes that give the name at a place another one, in all files of the packs that have it.

        Raises :class:`tactful.TactfulError` if the name cannot be changed, or not to that one.
        """
        at = self._at(uri, position)
        found = None if at is None else word_at(*at)
        packs = [] if found is None else self._packs_with(found[0])
        if at is None or found is None or not packs:
            raise TactfulError("no file that is open defines a name here")
        new = new_name(found[0], name, at[3])
        held = self._held()
        texts = {path: text for pack in packs for path, text in texts_of(pack, held).items()}
        changes: dict[str, list[types.TextEdit]] = {}
        lines = self._each_lines()
        for edit in renamed(found[0], new, texts):
            target = self._open.get(edit.place.path) or from_fs_path(str(edit.place.path))
            if target is not None:
                changes.setdefault(target, []).append(types.TextEdit(self._range(edit.place, lines(target)), edit.new))
        return types.WorkspaceEdit(changes=dict(changes))

    def _packs_with(self, word: Word) -> list[Path]:
        """The open packs with a word that a file of an open pack defines itself; none for words of other packs."""
        if word.place is None or not any(is_own(word.place.path, pack) for pack in self._packs.values()):
            return []
        return [
            pack
            for pack, words in self._words.items()
            if (other := words.find(word.name, word.section)) is not None
            and other.place is not None
            and other.place.path == word.place.path
        ]

    def actions(self, uri: str, marks: Sequence[types.Diagnostic]) -> list[types.CodeAction]:
        """The changes that are offered for some marks of a file."""
        text = self.workspace.get_text_document(uri).source
        places = [(mark, *self._offsets(uri, mark.range)) for mark in marks if mark.source == "tactful"]
        offered = [
            self._action(uri, repair, types.CodeActionKind.QuickFix, [mark])
            for mark, start, end in places
            for repair in repairs(text, start, end, str(mark.code), mark.message)
        ]
        whole = repair_all(text, [(start, end, str(mark.code)) for mark, start, end in places])
        if whole is not None and len(places) > 1:
            offered.append(self._action(uri, whole, types.CodeActionKind.SourceFixAll, [mark for mark, _, _ in places]))
        return offered

    def _action(
        self, uri: str, repair: Repair, kind: types.CodeActionKind, marks: list[types.Diagnostic]
    ) -> types.CodeAction:
        lines = self._lines(uri)
        start, end = (_position(lines, offset) for offset in (repair.start, repair.end))
        range_ = self.workspace.position_codec.range_to_client_units(lines, types.Range(start, end))
        edit = types.WorkspaceEdit(changes={uri: [types.TextEdit(range_, repair.new)]})
        return types.CodeAction(repair.title, kind=kind, diagnostics=marks, edit=edit)

    def _offsets(self, uri: str, range_: types.Range) -> tuple[int, int]:
        """Where a range begins and ends, in characters of the whole text."""
        lines = self._lines(uri)
        inside = self.workspace.position_codec.range_from_client_units(lines, range_)
        start, end = (
            sum(len(line) for line in lines[: place.line]) + place.character for place in (inside.start, inside.end)
        )
        return start, end

    def close(self) -> None:
        """End the process that examines packs."""
        if self._worker is not None:
            self._worker.close()


def make_server() -> Server:
    """A server with its answers to an editor's messages."""
    server = Server()

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        server.take(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        server.take(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        server.take(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        server.leave(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=[".", "$", "{", " "]))
    def completion(params: types.CompletionParams) -> types.CompletionList:
        return server.offers(params.text_document.uri, params.position)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(params: types.HoverParams) -> types.Hover | None:
        return server.meaning(params.text_document.uri, params.position)

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def definition(params: types.DefinitionParams) -> types.Location | None:
        return server.definition(params.text_document.uri, params.position)

    @server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
    def renameable(params: types.PrepareRenameParams) -> types.Range | None:
        return server.renameable(params.text_document.uri, params.position)

    @server.feature(types.TEXT_DOCUMENT_RENAME, types.RenameOptions(prepare_provider=True))
    def rename(params: types.RenameParams) -> types.WorkspaceEdit:
        try:
            return server.rename(params.text_document.uri, params.position, params.new_name)
        except TactfulError as error:
            raise JsonRpcInvalidParams(str(error)) from None

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, _ACTIONS)
    def actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        return server.actions(params.text_document.uri, params.context.diagnostics)

    return server


def _position(lines: Sequence[str], offset: int) -> types.Position:
    """The place of an offset in characters."""
    for no, line in enumerate(lines):
        if offset < len(line) or no == len(lines) - 1:
            return types.Position(no, offset)
        offset -= len(line)
    return types.Position(0, 0)


def serve() -> None:
    """Answer an editor over standard input and output until it ends the connection."""
    logging.getLogger("pygls").setLevel(logging.ERROR)
    server = make_server()
    try:
        # Separate streams, because the server closes them, and nothing else may write between its messages.
        with (
            os.fdopen(os.dup(sys.stdin.fileno()), "rb") as asked,
            os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answers,
        ):
            os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
            server.start_io(asked, answers)
    finally:
        server.close()
