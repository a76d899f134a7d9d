"""The page that decides in browsers: files that are served as they were built. The page never sends a case to the
service."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

INDEX: Final = "index.html"
_MEDIA: Final[Mapping[str, str]] = {
    ".bin": "application/octet-stream",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".zip": "application/zip",
}
#: The page takes scripts and data from here alone, and nothing on it can send anything anywhere else.
_HEADERS: Final = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
#: The suffix of files that were compressed in advance.
_PACKED: Final = ".br"


class Page:
    """The files of a built page, by name."""

    def __init__(self, folder: Path) -> None:
        self._files = {path.name: path for path in folder.iterdir() if path.suffix in _MEDIA}

    def response(self, name: str, accepts: str) -> Response:
        """A file, compressed if the client accepts that. Raises :class:`HTTPException` if there is no such file."""
        path = self._files.get(name)
        if path is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        packed = path.with_name(path.name + _PACKED)
        encodings = {part.partition(";")[0].strip() for part in accepts.split(",")}
        headers = {**_HEADERS, "Vary": "Accept-Encoding"}
        if "br" in encodings and packed.exists():
            return FileResponse(packed, headers={**headers, "Content-Encoding": "br"}, media_type=_MEDIA[path.suffix])
        return FileResponse(path, headers=headers, media_type=_MEDIA[path.suffix])


def built_page() -> Page | None:
    """The page of this installation; ``None`` if it was not built."""
    folder = Path(__file__).resolve().parents[1] / "_page"
    return Page(folder) if (folder / INDEX).exists() else None
