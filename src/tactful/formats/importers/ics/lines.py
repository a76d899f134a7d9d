"""The lines of an iCalendar text (RFC 5545, 3.1): unfolded, with their places, sorted into components."""

from __future__ import annotations

from typing import Final

from tactful.formats.importers.items import Log, Record
from tactful.source.codes.imports import BrokenFile
from tactful.source.diagnostics import Span

#: The deepest nesting of components. Calendar, event and alarm take three levels.
_DEPTH: Final = 8


class Line(Record, frozen=True):
    """A content line, unfolded. ``name`` is the property's, in capitals."""

    name: str
    text: str
    span: Span


class Component(Record, frozen=True):
    """A component: its own lines, and the components in it."""

    name: str
    span: Span
    lines: tuple[Line, ...]
    components: tuple[Component, ...]

    def first(self, name: str) -> Line | None:
        """The first line of a property."""
        return next((line for line in self.lines if line.name == name), None)

    def value(self, name: str) -> str | None:
        """The value of a property's first line, for properties without parameters."""
        line = self.first(name)
        return None if line is None else line.text.partition(":")[2].strip()

    def place(self, name: str) -> Span:
        """The place of a property, or of the component's beginning where the property is missing."""
        line = self.first(name)
        return self.span if line is None else line.span

    def to_ical(self, names: tuple[str, ...]) -> str:
        """The component with only these properties."""
        lines = (line.text for line in self.lines if line.name in names)
        return "\r\n".join([f"BEGIN:{self.name}", *lines, f"END:{self.name}", ""])

    def to_ical_whole(self) -> str:
        """The component with all its properties and components."""
        inner = "".join(component.to_ical_whole() for component in self.components)
        lines = "".join(f"{line.text}\r\n" for line in self.lines)
        return f"BEGIN:{self.name}\r\n{lines}{inner}END:{self.name}\r\n"


def components(text: str, name: str, log: Log) -> tuple[Component, ...]:
    """The top-level components of a text. Misplaced lines and ends are mistakes."""
    reader = _Reader(log)
    for line in _lines(text, name, log):
        if not reader.take(line):
            break
    return reader.done()


class _Open:
    """A component whose end has not been read yet."""

    def __init__(self, name: str, span: Span) -> None:
        self.name, self.span = name, span
        self.lines: list[Line] = []
        self.components: list[Component] = []


class _Reader:
    def __init__(self, log: Log) -> None:
        self._log = log
        self._top: list[Component] = []
        self._open: list[_Open] = []

    def take(self, line: Line) -> bool:
        """Process the next line. Returns whether the following lines can be read."""
        word = line.text.partition(":")[2].strip().upper()
        if line.name == "BEGIN":
            self._open.append(_Open(word, line.span))
            if len(self._open) > _DEPTH:
                self._log.mistake(BrokenFile, line.span, f"components are nested deeper than {_DEPTH} levels")
                return False
        elif line.name == "END":
            return self._end(line, word)
        elif not self._open:
            self._log.mistake(BrokenFile, line.span, "the line is outside of `BEGIN` and `END`")
        else:
            self._open[-1].lines.append(line)
        return True

    def _end(self, line: Line, word: str) -> bool:
        if not self._open or self._open[-1].name != word:
            expected = f"`END:{self._open[-1].name}` is missing before it" if self._open else "no component is open"
            self._log.mistake(BrokenFile, line.span, f"`END:{word}` has no matching `BEGIN`: {expected}")
            self._open.clear()
            return False
        done = self._open.pop()
        component = Component(
            name=done.name, span=done.span, lines=tuple(done.lines), components=tuple(done.components)
        )
        (self._open[-1].components if self._open else self._top).append(component)
        return True

    def done(self) -> tuple[Component, ...]:
        """The components, at the end of the text."""
        for component in self._open:
            help_ = "the file was probably cut off: save it again"
            self._log.mistake(BrokenFile, component.span, f"`BEGIN:{component.name}` has no `END`", help_)
        return tuple(self._top)


def _lines(text: str, file: str, log: Log) -> list[Line]:
    """The unfolded lines. A line that begins with a space or a tab continues the line before it."""
    lines: list[Line] = []
    parts: list[str] = []
    start = number = 0
    at = 0

    def finish() -> None:
        whole = "".join(parts)
        if not whole.strip():
            return
        span = Span(file, start, start + len(parts[0]), number, 1)
        name = whole.partition(":")[0].partition(";")[0].strip().upper()
        if ":" not in whole or not name.replace("-", "").isalnum():
            log.mistake(
                BrokenFile,
                span,
                "the line is not a property, which is a name, a colon and a value",
                "save the file again",
            )
        else:
            lines.append(Line(name=name, text=whole, span=span))

    for no, physical in enumerate(text.split("\n"), 1):
        line = physical.removesuffix("\r")
        if line[:1] in (" ", "\t") and parts:
            parts.append(line[1:])
        else:
            finish()
            parts, start, number = [line], at, no
        at += len(physical) + 1
    finish()
    return lines
