"""Prints tables without cutting a word: columns where the console has room for them, and otherwise a block for each row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Final, NamedTuple

from rich.text import Text

from tactful.formats.text.console import SafeConsole, safe

#: The cells between two columns, and the least width of a column whose texts are wrapped.
_GAP: Final = 2
_LEAST: Final = 16
_INDENT: Final = 4


class Column(NamedTuple):
    """The head of a column. ``wraps``: its texts may be wrapped between words. ``right``: they are aligned to the right.

    ``prose``: its texts are whole sentences, which are understood without the head.
    """

    head: str
    wraps: bool = False
    right: bool = False
    prose: bool = False


#: The paragraphs of a cell, each of which begins a line.
Cell = str | Text | tuple[Text, ...]


def print_table(console: SafeConsole, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> None:
    """Print rows as columns. In a terminal that is too narrow for them, print a block for each row.

    In a pipe, each row that needs no wrapping stays on one line, however long it is.
    """
    cells = [[_paragraphs(cell) for cell in row] for row in rows]
    widths = _widths(console, columns, cells)
    if widths is None:
        for row in cells:
            _block(console, columns, row)
        return
    _row(console, columns, [(Text(column.head, "bold"),) for column in columns], widths)
    for row in cells:
        _row(console, columns, row, widths)


def _paragraphs(cell: Cell) -> tuple[Text, ...]:
    texts = cell if isinstance(cell, tuple) else (Text(cell) if isinstance(cell, str) else cell,)
    return tuple(safe(text) for text in texts)


def _widths(
    console: SafeConsole, columns: Sequence[Column], rows: list[list[tuple[Text, ...]]]
) -> tuple[int, ...] | None:
    """The width of each column in cells; ``None`` if a terminal has too little room for them."""
    full = [
        max(Text(column.head).cell_len, *(text.cell_len for row in rows for text in row[no]), 0)
        for no, column in enumerate(columns)
    ]
    least = [
        max(min(full[no], _LEAST), *(_longest_word(text) for row in rows for text in row[no]), 0)
        if column.wraps
        else full[no]
        for no, column in enumerate(columns)
    ]
    spare = console.width - _GAP * (len(columns) - 1) - sum(least)
    if spare < 0:
        return None if console.in_terminal else tuple(least)
    return tuple(_shared(spare, least, full))


def _shared(spare: int, least: list[int], full: list[int]) -> list[int]:
    """The least widths, widened to the full ones as far as the spare cells go. Narrow columns get theirs first."""
    widths = list(least)
    wanting = sorted((no for no in range(len(full)) if full[no] > least[no]), key=lambda no: full[no] - least[no])
    for done, no in enumerate(wanting):
        more = min(full[no] - least[no], spare // (len(wanting) - done))
        widths[no] += more
        spare -= more
    return widths


def _longest_word(text: Text) -> int:
    return max((Text(word).cell_len for word in text.plain.split()), default=0)


def _row(
    console: SafeConsole, columns: Sequence[Column], cells: Sequence[tuple[Text, ...]], widths: Sequence[int]
) -> None:
    parts = [
        [line for text in cell for line in console.wrapped(text, width)]
        for cell, width in zip(cells, widths, strict=True)
    ]
    for lines in zip_longest(*parts, fillvalue=Text()):
        row = Text()
        for column, width, line in zip(columns, widths, lines, strict=True):
            padding = " " * (width - line.cell_len)
            row.append_text(Text(padding) + line if column.right else line + Text(padding)).append(" " * _GAP)
        row.rstrip()
        console.print(row, soft_wrap=True)


def _block(console: SafeConsole, columns: Sequence[Column], cells: Sequence[tuple[Text, ...]]) -> None:
    """A row below its first cell: short cells on one line, each with its head, and then the others, each on its own."""
    first, *others = zip(columns, cells, strict=True)
    console.print(Text(" ").join(Text.assemble(text, style="bold") for text in first[1]), soft_wrap=True)
    short = [_named(column, cell[0]) for column, cell in others if not column.wraps and any(cell)]
    long = [_named(column, text) for column, cell in others if column.wraps for text in cell]
    for text in (Text("; ").join(short), *long):
        if text:
            console.print(Text(" " * _INDENT).append_text(text), soft_wrap=True, hang=_INDENT)


def _named(column: Column, text: Text) -> Text:
    return text if column.prose else Text.assemble((f"{column.head}: ", "dim"), text)
