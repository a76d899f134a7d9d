"""Elements of SVG and HTML. Texts are strangers' own: the library escapes them, and ``clean`` replaces what XML cannot hold."""

from __future__ import annotations

from typing import Literal
from xml.etree.ElementTree import Element, SubElement, tostring

from tactful.reasons.wording import clean


def element(tag: str, text: str | None = None, /, **attributes: object) -> Element:
    """An element; ``_`` in the names of attributes stands for ``-`` and is dropped at the end (``class_``)."""
    made = Element(tag, {_name(name): clean(str(value)) for name, value in attributes.items()})
    made.text = None if text is None else clean(text)
    return made


def add(parent: Element, tag: str, text: str | None = None, /, **attributes: object) -> Element:
    """An element inside another, as :func:`element` makes it."""
    made = SubElement(parent, tag, {_name(name): clean(str(value)) for name, value in attributes.items()})
    made.text = None if text is None else clean(text)
    return made


def to_bytes(root: Element, method: Literal["xml", "html"]) -> bytes:
    """The element as text (UTF-8), with no declaration before it."""
    text: bytes = tostring(root, "utf-8", method=method, xml_declaration=False)
    return text


def _name(name: str) -> str:
    return name.rstrip("_").replace("_", "-") if name != "viewBox" else name
