"""Texts decoded: bytes that are not UTF-8, and characters that YAML does not allow, are reported with their place."""

from __future__ import annotations

from codecs import BOM_UTF8

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tactful.source.diagnostics import InvalidInput
from tactful.source.nodes import decode

CONTROLS = [chr(code) for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n\r\x85"]


@given(before=st.text("ab \t\n\r~é"), after=st.text("ab\n"), bad=st.sampled_from([*CONTROLS, "\ud800", "\uffff"]))
def test_a_control_character_is_reported_with_its_place(before: str, after: str, bad: str) -> None:
    """The first of them, wherever it is, in ASCII and in other texts."""
    with pytest.raises(InvalidInput) as caught:
        decode(before + bad + after + bad, "a.yaml")
    (mistake,) = caught.value.diagnostics
    assert f"U+{ord(bad):04X}" in mistake.message
    assert mistake.span is not None
    assert mistake.span.start == len(before)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"])))
def test_all_other_texts_pass(text: str) -> None:
    """As they are, given as text or as bytes."""
    assert decode(f"x{text}", "a.yaml") == decode(f"x{text}".encode(), "a.yaml") == f"x{text}"


@given(mark=st.sampled_from([b"", BOM_UTF8]), before=st.text("ab\n~é"))
def test_a_byte_that_is_not_utf8_is_reported_with_its_place(mark: bytes, before: str) -> None:
    """Its place counts from the text, whether or not a mark of the order of bytes comes before it."""
    with pytest.raises(InvalidInput) as caught:
        decode(mark + before.encode() + b"\xff", "a.yaml")
    (mistake,) = caught.value.diagnostics
    assert mistake.message == "byte 0xff is not UTF-8"
    assert mistake.span is not None
    assert mistake.span.start == len(before)
