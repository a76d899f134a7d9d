"""The places in a pack's own files. Warnings are limited to these."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tactful.language.ir import CheckedPack, Test
from tactful.language.syntax import Pack
from tactful.source.diagnostics import Span

_PARAMETER = re.compile(r"\$([a-z][a-z0-9_]*)")


class Own:
    """Tells which places are in the pack's own files."""

    def __init__(self, pack: Pack, checked: CheckedPack) -> None:
        self._files = frozenset(pack.own)
        self._parameters = {parameter.name: parameter.span for parameter in checked.parameters}

    def __contains__(self, span: Span) -> bool:
        return span.file in self._files

    def place(self, *spans: Span) -> Span | None:
        """The first of some places that is in the pack's own files."""
        return next((span for span in spans if span in self), None)

    def of_tests(self, tests: Iterable[Test]) -> Span | None:
        """The place of the last of some tests that is in the pack's own files, or else of a parameter that a test reads."""
        tests = tuple(tests)
        named = [name for test in tests for name in _PARAMETER.findall(test.text)]
        parameters = [self._parameters[name] for name in named if name in self._parameters]
        return self.place(*(test.span for test in reversed(tests)), *parameters)
