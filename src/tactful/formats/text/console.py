"""The console that all text for people is printed through. No text of a user controls the terminal or begins a line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from tactful.source.characters import printable

#: How far the wrapped part of a line is indented: at least so far, and so much further than the line itself.
_HANGING: Final = 4
_FURTHER: Final = 2
#: The least width of wrapped text, however far it is indented.
_NARROWEST: Final = 30


def safe(text: Text) -> Text:
    """The same for a styled text."""
    plain = printable(text.plain)
    if plain == text.plain:
        return text
    cleaned = text.copy()
    cleaned.plain = plain
    return cleaned


class SafeConsole(Console):
    """A console that prints each text on a line of its own, without control characters.

    Wherever a text comes from, :meth:`print` replaces its line breaks. :meth:`lines` is for texts that have several
    lines on purpose.
    """

    def print(self, *objects: Any, **options: Any) -> None:
        """Print texts, each on one line, or tables. The continuation of a long line is indented.

        ``soft_wrap``: a pipe or a file gets a long line whole, and only a terminal gets it wrapped. ``hang``: the cells by
        which continuations are indented.
        """
        cleaned = tuple(map(_on_one_line, objects))
        if len(cleaned) == 1 and isinstance(cleaned[0], str | Text) and "end" not in options:
            text = cleaned[0] if isinstance(cleaned[0], Text) else Text(cleaned[0])
            whole, hang = options.pop("soft_wrap", False) and not self.in_terminal, options.pop("hang", None)
            for line in [text] if whole else self._hanging(text, hang):
                super().print(line, soft_wrap=True, **options)
        else:
            super().print(*cleaned, **options)

    @property
    def in_terminal(self) -> bool:
        """Whether a terminal shows what is printed. A pipe is none, even if it is to get colours."""
        return self.file.isatty()

    def _hanging(self, text: Text, hang: int | None) -> list[Text]:
        """The lines of a text that may be wrapped: no wrapped part may pass for a line of its own."""
        if text.cell_len <= self.width:
            return [text]
        own = len(text.plain) - len(text.plain.lstrip(" "))
        by = hang if hang is not None else max(own + _FURTHER, _HANGING)
        text = safe(text)
        first, *others = self.wrapped(text, self.width)
        if others:
            rest = text[len(first) :]
            rest = rest[len(rest.plain) - len(rest.plain.lstrip(" ")) :]
            longest = max(Text(word).cell_len for word in rest.plain.split())
            by = min(by, self.width - min(max(longest, _NARROWEST), self.width))  # rather less indented than cut
            others = self.wrapped(rest, self.width - by)
        return [first, *(Text(" " * by).append_text(line) for line in others)]

    def lines(self, text: str, style: str | None = None) -> None:
        """Print a text that has several lines on purpose."""
        for line in re.split(r"\r\n|\r|\n", text):
            self.print(line, style=style, soft_wrap=True)

    def wrapped(self, text: Text, width: int) -> list[Text]:
        """The text in lines of at most ``width`` cells, without trailing spaces."""
        lines = list(safe(text).wrap(self, width))
        for line in lines:
            line.rstrip()
        return lines

    def render_str(self, text: str, **options: Any) -> Text:
        """A string as styled text: so cells of tables are cleaned before the table is laid out."""
        return super().render_str(printable(text), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The segments of anything printed. What Rich itself writes to control the terminal stays."""
        for segment in super().render(renderable, options):
            yield segment if segment.control or segment.text.isprintable() else _clean(segment)

    def on_broken_pipe(self) -> None:
        """Let the command handle a closed pipe."""
        raise BrokenPipeError


def plain_console(file: Any, width: int) -> SafeConsole:
    """A console for text without colours, such as that of a file."""
    return SafeConsole(file=file, width=width, highlight=False, markup=False, emoji=False)


def _on_one_line(thing: Any) -> Any:
    if isinstance(thing, str):
        return printable(thing)
    return safe(thing) if isinstance(thing, Text) else thing


def _clean(segment: Segment) -> Segment:
    """The segment without control characters. Line ends are Rich's own by now: texts had theirs replaced before."""
    return Segment("\n".join(map(printable, segment.text.split("\n"))), segment.style)
