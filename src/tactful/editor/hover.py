"""What the name at a place of a rule file means, and where it is defined."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tactful.editor.cursor import keys_around, name_at
from tactful.editor.vocabulary import Vocabulary, Word

#: What a word is called.
_CALLED: Final = {
    "facts": "fact",
    "parameters": "parameter",
    "actions": "action",
    "rules": "rule",
    "invariants": "invariant",
}


def word_at(lines: Sequence[str], line: int, column: int, words: Vocabulary) -> tuple[Word, int, int] | None:
    """The word at a place, and the columns where it begins and ends; ``None`` if there is no name of the pack."""
    if line >= len(lines):
        return None
    name, start = name_at(lines[line], column)
    keys = keys_around(lines, line, start)
    parameter = keys == ("parameters",) and not name.startswith("$")
    word = words.find(f"${name}" if parameter else name, keys[0] if len(keys) == 1 else "actions")
    return None if word is None or not name else (word, start, start + len(name))


def description(word: Word) -> str:
    """A word as Markdown: what it is, its kind or its value in force, and the sentence about it."""
    head = f"**{word.name}** ({_CALLED[word.section]}"
    detail = f": {word.detail})" if word.detail else ")"
    return "\n\n".join(part for part in (head + detail, word.about) if part)
