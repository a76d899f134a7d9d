"""Codes T1xx: a text cannot be read as YAML or JSON."""

from __future__ import annotations

from typing import ClassVar

from tactful.source.diagnostics import Code


class TooLarge(Code):
    """a text is larger, deeper or fuller than the limits allow

    What it reports
        The text is larger than the limit, nests deeper, or has more values in it once its aliases are
        followed.

    Why
        A file from a stranger must not be able to exhaust the machine.

    Example
        (a text of more than a million bytes, or brackets nested more than 40 deep)

    Instead
        (split the file: a folder of files is read as one pack)
    """

    id: ClassVar[str] = "T101"


class BadEncoding(Code):
    """a text is not UTF-8, or has characters in it that no text has

    What it reports
        The bytes are not UTF-8, or a character stands in the text that no text has, such as a control
        character.

    Why
        Guessing an encoding would garble names in silence.

    Example
        (a file saved as Latin-1 or UTF-16)

    Instead
        (save the file as UTF-8)
    """

    id: ClassVar[str] = "T102"


class Unreadable(Code):
    """a text is not YAML, or not JSON

    What it reports
        The text breaks the grammar of YAML or JSON, so that nothing in it can be relied on.

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
    """the same key stands twice in one mapping

    What it reports
        A mapping names one key more than once.

    Why
        YAML readers commonly keep the last one in silence, so that half of what was written is lost.

    Example
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            when:
              person.prefers: email
              person.prefers: phone
            then: {may: call}
            because: a reason

    Instead
        actions: {call: {about: a call}}
        rules:
          r:
            for each: person
            when:
              person.prefers: [email, phone]
            then: {may: call}
            because: a reason
    """

    id: ClassVar[str] = "T104"


class ForbiddenYaml(Code):
    """a part of YAML that is not read here: tags, merge keys, several documents, loose aliases

    What it reports
        The text uses a part of YAML that rule files and cases do not need: tags, merge keys, several
        documents, keys that are not single values, aliases of nothing.

    Why
        These parts make files hard to read and can hide what a file says.

    Example
        pack: !secret {name: mine}

    Instead
        pack: {name: mine}
    """

    id: ClassVar[str] = "T105"
