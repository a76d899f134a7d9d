"""Write changed facts into the text of a case: everything else stays as it is, comments included.

Lines are added and dropped where they stand. What that cannot do is done by writing the text anew, in much the same style.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec

from tactful.facts.reading import is_json
from tactful.facts.shape import CaseShape
from tactful.formats.importers.merge.document import Document
from tactful.formats.splice import NotSpliced, spliced
from tactful.source.parse_json import parse_json
from tactful.source.parse_yaml import parse_yaml

Plain = dict[str, Any]


def rewritten(text: str, name: str, before: CaseShape, after: CaseShape) -> str:
    """The text of a case with the facts of ``after``. ``before`` are the facts that the text has.

    Raises :class:`tactful.InvalidInput` where comments or values would be lost.
    """
    as_json, old, new = is_json(text, name), _plain(before), _plain(after)
    document = Document.parse(text, name, as_json)
    _mapping(document, document.root, old, new)
    root = (parse_json if as_json else parse_yaml)(text, name)
    with suppress(NotSpliced):
        changed = spliced(text, root, old, new, as_json) if root is not None else ""
        if document.is_written_in(changed):
            return changed
    return document.dump()


def _plain(shape: CaseShape) -> Plain:
    plain: Plain = msgspec.json.decode(msgspec.json.encode(shape))
    return plain


def _mapping(document: Document, written: Plain, before: Plain, after: Plain) -> None:
    """Bring a mapping to its new content."""
    for key in before:
        if key not in after and key in written:
            document.drop(written, key)
    for key, value in after.items():
        if key not in before:
            _add(document, written, key, value)
        elif before[key] != value:
            _change(document, written, key, before[key], value)


def _change(document: Document, written: Plain, key: str, before: Any, after: Any) -> None:
    if isinstance(before, dict) and isinstance(after, dict):
        _mapping(document, written[key], before, after)
    elif isinstance(before, list) and isinstance(after, list) and before and isinstance((before + after)[0], dict):
        _list(document, written, key, before, after)
    else:
        document.put(written, key, _value(document, after))


def _list(document: Document, written: Plain, key: str, before: list[Any], after: list[Any]) -> None:
    """Bring a list of mappings to its new content: members that went, changed in place, or were added at the end."""
    same = next((no for no, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), len(after))
    if len(after) < len(before):
        for no in reversed(range(same, same + len(before) - len(after))):
            document.remove(written, key, no)
        return
    for no, (old, new) in enumerate(zip(before, after, strict=False)):
        if old != new and isinstance(old, dict) and isinstance(written[key][no], dict):
            _mapping(document, written[key][no], old, new)
        elif old != new:
            document.replace(written[key], no, _value(document, new))
    for value in after[len(before) :]:
        document.append(written, key, _value(document, value))


def _add(document: Document, written: Plain, key: str, value: Any) -> None:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        for item in value:
            document.append(written, key, _value(document, item))
    else:
        document.put(written, key, _value(document, value))


def _value(document: Document, value: Any) -> Any:
    """A plain value as one of the document."""
    match value:
        case bool():
            return document.yes_no(value)
        case int() | float():
            return document.number(value)
        case str():
            return document.text(value)
        case dict():
            return document.mapping({key: _value(document, item) for key, item in value.items()})
        case list():
            return [_value(document, item) for item in value]
        case _:
            return value
