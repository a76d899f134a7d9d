"""Codes T1xx: a text cannot be read as YAML or JSON."""

from __future__ import annotations

from typing import ClassVar

from tactful.source.codes.frames import RULE, Frame
from tactful.source.diagnostics import Code


class TooLarge(Code):
    """text exceeds a limit

    What it reports
        The text is too long, is nested too deeply, or has too many values once its aliases are expanded.

    Why
        A file from a stranger must not be able to exhaust the machine.

    Example
        (a text of more than a million bytes, or brackets nested more than 40 deep)

    Instead
        (split the file: a folder of files is read as one pack)
    """

    id: ClassVar[str] = "T101"


class BadEncoding(Code):
    """text is not valid UTF-8

    What it reports
        The bytes are not UTF-8, or the text contains a character that does not belong in a text, such as a control
        character.

    Why
        Guessing the encoding could garble names without anybody noticing.

    Example
        (a file saved as Latin-1 or UTF-16)

    Instead
        (save the file as UTF-8)
    """

    id: ClassVar[str] = "T102"


class Unreadable(Code):
    """text is not valid YAML or JSON

    What it reports
        The text breaks the grammar of YAML or JSON.

    Why
        Reading half of a file would be worse than reading none of it.

    Example
        rules:
          call-her: [

    Instead
        rules: {}
    """

    id: ClassVar[str] = "T103"


class DuplicateKey(Code):
    """duplicate key

    What it reports
        A mapping has the same key more than once.

    Why
        Most YAML readers silently keep only the last value, so the others would be lost.

    Example
        when:
          person.prefers: email
          person.prefers: phone

    Instead
        when:
          person.prefers: [email, phone]
    """

    id: ClassVar[str] = "T104"
    frame: ClassVar[Frame | None] = RULE


class ForbiddenYaml(Code):
    """unsupported YAML feature

    What it reports
        The text uses a part of YAML that rule files and cases do not need: tags, merge keys, several documents, keys
        that are not single values, or aliases without an anchor.

    Why
        These features make files hard to read and can hide what a file says.

    Example
        pack: !secret {name: mine}

    Instead
        pack: {name: mine}
    """

    id: ClassVar[str] = "T105"
