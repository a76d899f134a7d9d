"""Characters of texts from strangers: no text controls a terminal, begins a line, or hides a part of itself."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

#: Characters that end a line somewhere. Each is printed as a space, as is a tab.
_BREAKS: Final = "\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"
#: Control characters, lone surrogates, characters that change the direction of text, and characters that nobody sees.
_UNFIT: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
#: The zero width joiner, and it with the zero width non-joiner.
_JOINER: Final = "\u200d"
_JOINERS: Final = "\u200c\u200d"
#: The combining class of signs that join two consonants.
_VIRAMA: Final = 9
#: What may follow an emoji: the sign for its coloured form, and skin tones.
_EMOJI_VARIANTS: Final = "\ufe0f\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
_SPACES: Final = dict.fromkeys(map(ord, _BREAKS), " ")


def printable(text: str) -> str:
    """The text on one line, with ``\N{REPLACEMENT CHARACTER}`` for each character that no terminal should get.

    Joiners stay where emoji and scripts need them. The length stays the same.
    """
    return _UNFIT.sub(_replacement, text.translate(_SPACES))


def _replacement(match: re.Match[str]) -> str:
    return match[0] if match[0] in _JOINERS and _is_needed(match.string, match.start()) else "\N{REPLACEMENT CHARACTER}"


def _is_needed(text: str, at: int) -> bool:
    """Whether a joiner changes how the characters around it look: after a virama, between emoji, or between Arabic letters.

    These are the rules for joiners in domain names (RFC 5892, appendix A), and those of emoji.
    """
    before, after = text[max(0, at - 1) : at], text[at + 1 : at + 2]
    if not before or not after:
        return False
    if unicodedata.combining(before) == _VIRAMA:
        return True
    if text[at] == _JOINER:
        emoji = text[max(0, at - 2) : at].rstrip(_EMOJI_VARIANTS)[-1:]
        return bool(emoji) and unicodedata.category(emoji) == unicodedata.category(after) == "So"
    return unicodedata.bidirectional(before) == unicodedata.bidirectional(after) == "AL"


def visible(text: str) -> str:
    """The text without the characters that :func:`printable` replaces, and without blanks around it."""
    return printable(text).replace("\N{REPLACEMENT CHARACTER}", "").strip()


def clean(text: str) -> str:
    """The lines of a text, each :func:`printable`: for documents and calendars."""
    return "\n".join(map(printable, text.replace("\r\n", "\n").split("\n")))
