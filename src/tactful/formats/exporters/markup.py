"""Elements of SVG and HTML. Texts come from strangers: the library escapes them, and ``clean`` replaces unfit characters."""

from __future__ import annotations

from typing import Literal
from xml.etree.ElementTree import Element, SubElement, tostring

from tactful.source.characters import clean


def element(tag: str, text: str | None = None, /, **attributes: object) -> Element:
    """An element. In names of attributes, ``_`` stands for ``-``, and a final ``_`` is dropped (``class_``)."""
    node = Element(tag, {_name(name): clean(str(value)) for name, value in attributes.items()})
    node.text = None if text is None else clean(text)
    return node


def add(parent: Element, tag: str, text: str | None = None, /, **attributes: object) -> Element:
    """Add an element, made as by :func:`element`, to another one."""
    node = SubElement(parent, tag, {_name(name): clean(str(value)) for name, value in attributes.items()})
    node.text = None if text is None else clean(text)
    return node


def to_bytes(root: Element, method: Literal["xml", "html"]) -> bytes:
    """The element as text (UTF-8), without an XML declaration."""
    text: bytes = tostring(root, "utf-8", method=method, xml_declaration=False)
    return text


def _name(name: str) -> str:
    return name.rstrip("_").replace("_", "-") if name != "viewBox" else name
