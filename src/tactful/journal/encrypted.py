"""Subjects whose bodies are encrypted, each under a key of its own (extra ``journal``: cryptography)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tactful.journal.databases import Database
from tactful.journal.subjects import SubjectTable
from tactful.source.diagnostics import TactfulError

#: The sizes of keys and nonces in bytes.
_KEY: Final = 32
_NONCE: Final = 12
#: The context that a wrapped key is bound to, so that it cannot be used for anything else.
_WRAPPED: Final = b"tactful subject key"
#: The most keys that are kept unwrapped.
_MOST: Final = 10_000


def read_master(path: Path) -> bytes:
    """The master key of a file: 64 hexadecimal digits. Raises :class:`tactful.TactfulError` for any other content."""
    try:
        key = bytes.fromhex(path.read_text().strip())
    except (OSError, UnicodeDecodeError, ValueError):
        key = b""
    if len(key) != _KEY:
        raise TactfulError(f"`{path}` has no master key; make one with `openssl rand -hex {_KEY} > {path}`")
    return key


class EncryptedSubjects:
    """Subjects in a database of their own. Somebody who has only the journal can read nothing about a person."""

    def __init__(self, database: Database, master: bytes) -> None:
        self._table = SubjectTable(database, own=True)
        self._wrap = AESGCM(master)
        self._names = hmac.digest(master, b"tactful names", "sha256")
        self._keys: dict[int, AESGCM] = {}

    def _name(self, name: str) -> bytes:
        """The pseudonym of a candidate's id in the table."""
        return hmac.digest(self._names, name.encode(), hashlib.sha256)

    def of(self, names: Iterable[str]) -> dict[str, int]:
        """The subjects of some candidates."""
        by_name = {name: self._name(name) for name in names}
        found = self._table.of({key: self._new_key() for key in by_name.values()})
        return {name: found[key][0] for name, key in by_name.items()}

    def _new_key(self) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._wrap.encrypt(nonce, secrets.token_bytes(_KEY), _WRAPPED)

    def find(self, name: str) -> int | None:
        """The subject of a candidate, if there is one."""
        return self._table.find(self._name(name))

    def known(self, subject: int) -> bool:
        """Whether the subject is known still."""
        return self._table.key(subject) is not None

    def forget(self, subjects: Iterable[int]) -> None:
        """Forget subjects and their keys, for good."""
        self._table.forget(subjects)
        self.reset()

    def reset(self) -> None:
        """Look again at what is known."""
        self._table.reset()
        self._keys.clear()

    def seal(self, subject: int, id_: bytes, text: bytes) -> bytes:
        """The body, encrypted and bound to its entry."""
        cipher, nonce = self._cipher(subject), secrets.token_bytes(_NONCE)
        assert cipher is not None  # the caller has just looked it up
        return nonce + cipher.encrypt(nonce, text, id_)

    def unseal(self, subject: int, id_: bytes, body: bytes) -> bytes | None:
        """The body, decrypted. Raises :class:`tactful.TactfulError` if it was changed."""
        cipher = self._cipher(subject)
        if cipher is None:
            return None
        try:
            return cipher.decrypt(body[:_NONCE], body[_NONCE:], id_)
        except InvalidTag:
            raise TactfulError(f"an entry of the subject {subject} was changed, so it cannot be decrypted") from None

    def _cipher(self, subject: int) -> AESGCM | None:
        known = self._keys.get(subject)
        if known is None:
            wrapped = self._table.key(subject)
            if wrapped is None:
                return None
            try:
                key = self._wrap.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], _WRAPPED)
            except InvalidTag:
                raise TactfulError(
                    "the keys were made with another master key; name its file with --master-key"
                ) from None
            if len(self._keys) > _MOST:
                self._keys.clear()
            known = self._keys[subject] = AESGCM(key)
        return known

    def clean(self) -> None:
        """Remove all traces of deleted keys."""
        self._table.database.clean()

    def close(self) -> None:
        """Let go of the database."""
        self._table.database.close()
