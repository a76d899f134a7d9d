"""The computed facts that are in local variables at the current place of a function that is being generated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager


class Variables:
    """The local variables of facts. Separate branches reuse names, so that no function has thousands of variables."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._set: set[str] = set()

    def name(self, id_: str) -> str:
        """The name of a fact's variable, here and below."""
        return self._names.setdefault(id_, f"f{len(self._names)}")

    def set(self, ids: Iterable[str]) -> None:
        """From here on, these facts are in their variables."""
        self._set.update(ids)

    def __contains__(self, id_: str) -> bool:
        return id_ in self._set

    @contextmanager
    def below(self) -> Iterator[None]:
        """A block: variables that are set in it are dropped at its end."""
        count = len(self._names)
        yield
        while len(self._names) > count:
            self._set.discard(self._names.popitem()[0])
